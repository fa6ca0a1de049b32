"""Why, why not, what it would take: bars first, then a forced re-solve whose price and chain a human can check."""

from __future__ import annotations

import pytest

import zbopt
from tests.brute.oracle import solve
from tests.here import ROOT
from zbopt import planning
from zbopt.diagnostics import DiagnosticsError
from zbopt.explaining.forced import chain
from zbopt.planning.results import Result
from zbopt.scenario.load import parse

SCENARIOS = ROOT / "scenarios"
THREE = SCENARIOS / "three-task-forces"


def small(**policy: object) -> dict:
    """Three people, two posts. P1 fits T1-a best, P2 fits T1-b best, P3 fits both worse and is from a township (R04)."""
    return {
        "name": "三人两岗",
        "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}, {"id": "text", "name": "文字"}],
        "units": [
            {"id": "U1", "name": "县局", "level": "county", "on_duty": 50, "lend_max": 9},
            {"id": "U2", "name": "镇", "level": "township"},
        ],
        "people": [
            {"id": "P1", "name": "甲一", "unit": "U1", "categories": {"plan": 5, "text": 3}},
            {"id": "P2", "name": "乙二", "unit": "U1", "categories": {"plan": 3, "text": 5}},
            {"id": "P3", "name": "丙三", "unit": "U2", "categories": {"plan": 3, "text": 3}},
            {"id": "P4", "name": "丁四", "unit": "U1", "categories": {"plan": 2, "text": 2}, "status": "investigation"},
        ],
        "task_forces": [
            {
                "id": "T1",
                "name": "一号",
                "kind": "project",
                "posts": [
                    {"id": "T1-a", "needs": {"plan": 2}, "wants": {"plan": 5}},
                    {"id": "T1-b", "needs": {"text": 2}, "wants": {"text": 5}},
                ],
            }
        ],
        "policy": {"rules": {"R37": "off"}, **policy},
    }


def forced_case(raw: dict, person: str, post: str) -> dict:
    return {**raw, "pins": [*raw.get("pins", []), {"person": person, "post": post, "must": True, "approval": "x"}]}


@pytest.fixture(scope="module")
def plan() -> Result:
    return zbopt.assign(parse(small()))


def codes(answer: planning.Answer) -> list[str]:
    return [message.code for message in answer.messages]


def test_the_price_of_a_swap_is_that_of_the_brute_force(plan: Result) -> None:
    answer = zbopt.why_not(plan, "P2", "T1-a")
    before, after = (dict(solve(raw)["stages"]) for raw in (small(), forced_case(small(), "P2", "T1-a")))
    assert answer.forced is not None
    assert {row["name"]: (row["before"], row["after"], row["delta"]) for row in answer.forced["stages"]} == {
        name: (before[name], after[name], after[name] - before[name]) for name in before
    }
    moves = [(row["person"], row["before"], row["after"]) for row in answer.forced["shortest"]["moves"]]
    assert moves == [("P2", ["T1-b"], ["T1-a"]), ("P1", ["T1-a"], ["T1-b"])]


def test_a_bar_comes_first_and_nothing_is_solved(plan: Result) -> None:
    answer = zbopt.why_not(plan, "P3", "T1-a")
    assert answer.forced is None
    assert "bar.R04" in codes(answer)
    hidden = zbopt.what_would_it_take(plan, "P4", "T1-a")
    assert hidden.forced is None
    assert codes(hidden) == ["take.head", "bar.confidential", "take.barred"]
    assert all(set(message.args) <= {"rule", "name", "post"} for message in hidden.messages)


def test_what_it_takes_is_an_approval(plan: Result) -> None:
    answer = zbopt.what_would_it_take(plan, "丙三", "T1-a")
    assert codes(answer)[:3] == ["take.head", "bar.R04", "take.lifted"]
    assert answer.forced is not None
    assert [row["edit"] for row in answer.forced["edits"]] == ["+pins.P3@T1-a!待批"]
    after = dict(solve(forced_case(small(), "P3", "T1-a"))["stages"])
    assert {row["name"]: row["after"] for row in answer.forced["stages"]} == after
    assert [row["person"] for row in answer.forced["shortest"]["moves"]] == ["P3", "P1"]


def test_what_it_takes_may_be_an_admission_and_a_pin_dropped() -> None:
    raw = small() | {"pins": [{"person": "P3", "post": "T1-a", "must": False}]}
    raw["people"][2] |= {"pool": False}
    answer = zbopt.what_would_it_take(zbopt.assign(parse(raw)), "P3", "T1-a")
    assert answer.forced is not None
    edits = [row["edit"] for row in answer.forced["edits"]]
    assert edits == ["people.P3.pool=true", "-pins.P3@T1-a", "+pins.P3@T1-a!待批"]
    assert answer.forced["status"] == "proved"


def test_who_sits_there_already_needs_nothing(plan: Result) -> None:
    assert codes(zbopt.what_would_it_take(plan, "P1", "T1-a")) == ["whynot.sits"]


def test_what_cannot_be_forced_has_its_conflict_and_repairs() -> None:
    """P1 is pinned to T1-b, and of two persons at most one may be P1 or P2: the quota forbids P2 beside P1."""
    quota = {"name": "主干", "of": "category.plan >= 3 and category.text >= 3", "in": "all", "max": 1, "mode": "hard"}
    raw = small(quotas=[quota]) | {
        "pins": [{"person": "P1", "post": "T1-b", "must": True, "by": "张某", "on": "2019-05-12"}]
    }
    answer = zbopt.why_not(zbopt.assign(parse(raw)), "P2", "T1-a")
    assert answer.forced is not None
    assert answer.forced["status"] == "infeasible"
    assert [item["id"] for item in answer.forced["conflicts"][0]["elements"]] == ["pin:P1@T1-b", "quota:主干@all"]
    edits = [[edit["edit"] for edit in row["edits"]] for row in answer.forced["repairs"]]
    assert edits == [["policy.quotas.主干.max=2"], ["-pins.P1@T1-b"]]  # never the pin that was asked for


def test_a_chain_follows_the_places_taken() -> None:
    before = (("A", "p1"), ("B", "p2"), ("C", "p3"), ("Z", "p9"))
    after = (("A", "p2"), ("B", "p3"), ("N", "p1"), ("Y", "p9"))
    assert [move.person for move in chain(before, after, ("N",))] == ["N", "A", "B", "C", "Y", "Z"]


def test_unknown_names_are_told(plan: Result) -> None:
    for arguments, code in ((("P9", "T1-a"), "Z503"), (("P1", "P2"), "Z505"), (("T1+T2",), "Z531"), (("5",), "Z531")):
        with pytest.raises(DiagnosticsError) as problem:
            zbopt.why_not(plan, *arguments)
        assert [item.code for item in problem.value.diagnostics] == [code]


# --- mergers ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def merged() -> Result:
    return zbopt.restructure(THREE)


def test_why_a_merger_is_its_saving_and_what_it_costs_apart(merged: Result) -> None:
    row = merged.document["mergers"][0]
    answer = zbopt.why(merged, "+".join(row["parts"]))
    saved = answer.messages[0].args
    assert saved["alone"] - saved["seats"] == saved["duties"] + saved["shared_posts"] + saved["rounding"]  # type: ignore[operator]
    assert answer.forced is not None
    forbidden = [{"task_forces": row["parts"]}]
    from ruamel.yaml import YAML

    raw = YAML(typ="safe").load((THREE / "scenario.yaml").read_text(encoding="utf-8"))
    raw["policy"].setdefault("merge", {})["forbid"] = [*raw["policy"].get("merge", {}).get("forbid", []), *forbidden]
    apart = zbopt.restructure(parse(raw))
    assert {item["name"]: item["after"] for item in answer.forced["stages"]} == {
        str(stage.name): stage.value for stage in apart.solution.stages
    }


def test_why_not_a_merger(merged: Result) -> None:
    parts = merged.document["mergers"][0]["parts"]
    assert codes(zbopt.why_not(merged, "+".join(parts))) == ["whynot.merged"]
    running = [team.id for team in merged.scenario.task_forces]
    other = next(key for key in running if key not in parts)
    answer = zbopt.why_not(merged, f"{parts[0]}+{other}")
    assert codes(answer)[0] in ("whynot.not_merged", "whynot.no_part")
    with pytest.raises(DiagnosticsError) as problem:
        zbopt.why_not(merged, f"{parts[0]}+T99")
    assert [item.code for item in problem.value.diagnostics] == ["Z532"]


def test_empty_seats_and_short_quotas_of_a_merger_are_looked_into() -> None:
    from dataclasses import replace

    from zbopt.scenario.editing import edited

    loaded = zbopt.load(THREE)
    fewer = replace(loaded, scenario=edited(loaded.scenario, ["-people.P05", "-people.P08", "-people.P09"])[0])
    found = planning.explain(fewer, kind="merge")
    (row,) = [item for item in found.document["shortfalls"] if item["kind"] == "unfilled"]
    assert row["missing"] == {str(stage.name): stage.value for stage in found.solution.stages}["unfilled"] > 0  # type: ignore[union-attr]
    assert row["conflicts"][0]["minimal"]
    assert [element["id"] for element in row["conflicts"][0]["elements"]] == ["R27"]


def test_why_not_fewer(merged: Result) -> None:
    seats = merged.document["headline"]["after"]["people"]
    assert codes(zbopt.why_not(merged, str(seats))) == ["headcount.has"]
    answer = zbopt.why_not(merged, str(seats - 1))
    assert codes(answer)[0] == "headcount.least"
    least = merged.document["headcount_alone"]["seats"]
    assert answer.messages[0].args["seats"] == least
    for row in (answer.forced or {}).get("allowing", ()):
        after = zbopt.restructure(edited_loaded(row["edits"][0]["edit"]))
        assert after.document["headcount_alone"]["seats"] == row["seats"] <= seats - 1


def edited_loaded(text: str) -> object:
    from dataclasses import replace

    from zbopt.scenario.editing import edited

    loaded = zbopt.load(THREE)
    return replace(loaded, scenario=edited(loaded.scenario, [text])[0])


def unstaffed() -> dict:
    """The least partition (T1+T2: one planner for the same duty) cannot be staffed: nobody meets both posts' other bars."""
    return {
        "name": "配不齐的合并",
        "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}],
        "units": [{"id": "U1", "name": "县局", "level": "county", "on_duty": 60, "lend_max": 9}],
        "duties": [{"id": "D1", "name": "同一职责"}],
        "people": [
            {"id": "P1", "name": "甲一", "unit": "U1", "categories": {"plan": 3}},
            {"id": "P2", "name": "乙二", "unit": "U1", "categories": {"plan": 3}},
        ],
        "task_forces": [
            {
                "id": key,
                "name": key,
                "kind": "project",
                "workload": {"D1": {"plan": 1.0}},
                "posts": [{"id": f"{key}-p", "category": "plan", "needs": {"plan": 3}}],
            }
            for key in ("T1", "T2")
        ],
        "pins": [{"person": "P1", "post": "T1-p", "must": True, "by": "张某"}, {"person": "P2", "post": "T2-p", "must": True, "by": "李某"}],
        "policy": {"rules": {"R37": "off"}, "merge": {"min_overlap": "15%"}},
    }  # fmt: skip


def test_the_people_by_which_the_least_partition_cannot_be_staffed() -> None:
    result = zbopt.merge(parse(unstaffed()))
    assert (result.document["headcount_alone"]["seats"], result.document["headline"]["after"]["people"]) == (1, 2)
    answer = zbopt.why_not(result, "1")
    assert codes(answer) == ["headcount.least", "headcount.people"]
    assert answer.forced is not None
    assert [item["id"] for item in answer.forced["conflicts"][0]["elements"]] == ["pin:P1@T1-p", "pin:P2@T2-p"]
    assert {row["edits"][0]["edit"] for row in answer.forced["repairs"]} == {"-pins.P1@T1-p", "-pins.P2@T2-p"}
    assert all(
        {stage["name"]: stage["value"] for stage in row["stages"]}["seats"] == 1 for row in answer.forced["repairs"]
    )
