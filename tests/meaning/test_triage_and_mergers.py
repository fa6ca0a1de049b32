"""What triage and mergers mean, on cases whose answer can be argued: whose duty is whose, work that is divided, work that stays."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.here import ROOT
from zbopt import planning
from zbopt.meaning.rehoming import Rehoming
from zbopt.meaning.triage import Triage
from zbopt.report.language import Language
from zbopt.report.merging import merge_summary
from zbopt.scenario.load import load, parse

FAULTS = ROOT.parent / "shared" / "faults" / "merging"


def case(**changes: Any) -> dict[str, Any]:
    """A scenario of one category, with units, duties and task forces as given."""
    people = changes.pop("people", [{"id": "P1", "name": "甲", "unit": "U1", "categories": {"ca": 3}}])
    return {
        "format": 1,
        "name": "小例",
        "as_of": "2019-06",
        "categories": [{"id": "ca", "name": "甲类"}, {"id": "cb", "name": "乙类"}],
        "units": changes.pop("units", [{"id": "U1", "name": "单位一"}]),
        "people": people,
        "policy": {"rules": {"R37": "off", **changes.pop("rules", {})}, **changes.pop("policy", {})},
        **changes,
    }


def duty(key: str, **fields: Any) -> dict[str, Any]:
    return {"id": key, "name": f"职责{key}", **fields}


def team(key: str, workload: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A task force with a post for each category it works in, as many seats as its work asks."""
    work = {d: row if isinstance(row, dict) else {"ca": row} for d, row in workload.items()}
    totals: dict[str, float] = {}
    for row in work.values():
        for category, fte in row.items():
            totals[category] = totals.get(category, 0) + fte
    posts = [{"id": f"{key}-{k}", "category": k, "seats": max(1, -int(-fte // 1))} for k, fte in totals.items()]
    return {"id": key, "name": f"专班{key}", "kind": "project", "workload": work, "posts": posts, **fields}


def rehomed(raw: dict[str, Any]) -> Rehoming:
    return Rehoming(Triage(parse(raw).scenario))


def decided(found: Rehoming) -> dict[str, str]:
    return {item.task_force: str(item.decision) for item in found.triage.verdicts}


def homes(found: Rehoming) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {(row.source, row.duty): (row.kind, row.target) for row in found.rows}


def forbid(*ids: str) -> dict[str, Any]:
    return {"merge": {"forbid": [{"task_forces": list(ids), "by": "组", "on": "2019-05-01", "why": "分设"}]}}


# --- whose duty ------------------------------------------------------------------------------------------------------


def test_the_smaller_half_of_a_duty_is_clarified_into_the_larger() -> None:
    raw = case(
        duties=[duty("D1")], task_forces=[team("T1", {"D1": 0.05}), team("T2", {"D1": 3})], policy=forbid("T1", "T2")
    )
    found = rehomed(raw)
    assert decided(found) == {"T1": "clarify", "T2": "keep"}
    assert homes(found) == {("T1", "D1"): ("task_force", "T2")}


def test_a_task_force_with_the_id_of_a_unit_is_no_unit() -> None:
    units = [{"id": "U1", "name": "单位一"}, {"id": "T2", "name": "单位二"}]
    teams = [team("T1", {"D1": 0.05}), team("T2", {"D1": 3})]
    found = rehomed(case(units=units, duties=[duty("D1")], task_forces=teams, policy=forbid("T1", "T2")))
    assert homes(found) == {("T1", "D1"): ("task_force", "T2")}
    assert found.triage.verdict_of["T1"].evidence[0].args["value"] == ("D1 职责D1→专班T2",)


def test_a_locked_sliver_receives_nothing_and_gives_nothing() -> None:
    raw = case(duties=[duty("D1")], task_forces=[team("T1", {"D1": 0.05}, locked=True), team("T2", {"D1": 3})])
    found = rehomed(raw)
    assert decided(found) == {"T1": "keep", "T2": "keep"}
    assert found.rows == ()
    assert any(item.code == "triage.clarify" for item in found.triage.verdict_of["T1"].evidence)


def test_three_who_may_not_merge_give_their_part_to_one() -> None:
    """T1 > T2 > T3 in work, no two of which may merge: both smaller ones count as T1's, so nothing is handed on twice."""
    teams = [team("T1", {"D1": 1.5}), team("T2", {"D1": 1}), team("T3", {"D1": 0.5})]
    found = rehomed(case(duties=[duty("D1")], task_forces=teams, policy=forbid("T1", "T2", "T3")))
    assert decided(found) == {"T1": "keep", "T2": "clarify", "T3": "clarify"}
    assert homes(found) == {("T2", "D1"): ("task_force", "T1"), ("T3", "D1"): ("task_force", "T1")}
    assert found.taken_over == {}  # the same work: the largest counts, and T1 does it already


def test_a_later_one_is_a_holder_too_where_it_may_merge_with_the_holders_before() -> None:
    """T3 may merge with T1 (the only holder before it), not with T2, whose duty is T1's."""
    teams = [team("T1", {"D1": 1.5}), team("T2", {"D1": 1}), team("T3", {"D1": 0.5})]
    merge = {
        "merge": {
            "forbid": [
                {"task_forces": pair, "by": "组", "on": "2019-05-01", "why": "分设"}
                for pair in (["T1", "T2"], ["T2", "T3"])
            ]
        }
    }
    found = rehomed(case(duties=[duty("D1")], task_forces=teams, policy=merge))
    assert decided(found) == {"T1": "keep", "T2": "clarify", "T3": "keep"}


def test_what_another_does_that_ends_counts_as_nobodys() -> None:
    """T2 does most of D1 but is eliminated: T1 keeps its part and takes over."""
    teams = [team("T1", {"D1": 0.5}), team("T2", {"D1": 3}, score=10)]
    found = rehomed(case(duties=[duty("D1")], task_forces=teams, policy=forbid("T1", "T2")))
    assert decided(found) == {"T1": "keep", "T2": "eliminate"}
    assert homes(found) == {("T2", "D1"): ("task_force", "T1")}
    assert found.taken_over == {"T1": {"D1": {"ca": 300}}}
    assert any(item.code == "triage.clarify" for item in found.triage.verdict_of["T2"].evidence) is False


def test_a_unit_given_a_duty_by_clarifying_comes_before_its_owner() -> None:
    units = [
        {"id": "U1", "name": "单位一"},
        {"id": "U2", "name": "单位二", "remit": ["D1"]},
        {"id": "U3", "name": "单位三", "remit": ["D5"]},
    ]
    teams = [
        team("T1", {"D1": 1, "D5": 1, "D2": 0.2}),
        team("T2", {"D1": 0.5, "D3": 0.5}, score=10),
        team("T3", {"D4": 1}),
    ]
    duties = [duty("D1", owner_unit="U1"), duty("D2"), duty("D3", owner_unit="U1"), duty("D4"), duty("D5")]
    found = rehomed(case(units=units, duties=duties, task_forces=teams))
    assert homes(found)["T1", "D1"] == ("unit", "U2")
    assert homes(found)["T2", "D1"] == ("unit", "U2")
    assert homes(found)["T2", "D3"] == ("unit", "U1")
    assert found.by_unit["U2"] == {"D1": {"ca": 100}}  # the same duty twice is given back once
    assert found.conserved.once == 50


@pytest.mark.parametrize(("same_as", "verdict"), [([], "keep"), (["D1"], "clear_out")])
def test_equal_duties_are_one_in_a_remit(same_as: list[str], verdict: str) -> None:
    units = [{"id": "U1", "name": "单位一", "remit": ["D2"]}]
    duties = [duty("D1"), duty("D2", same_as=same_as)]
    assert decided(rehomed(case(units=units, duties=duties, task_forces=[team("T1", {"D1": 1})]))) == {"T1": verdict}


def test_equal_duties_are_one_in_coverage_and_owners() -> None:
    duties = [duty("D1", owner_unit="U1"), duty("D2", same_as=["D1"], key_task="K1"), duty("D3")]
    raw = case(
        key_tasks=[{"id": "K1", "name": "要务", "state": "open"}],
        duties=duties,
        task_forces=[team("T1", {"D2": 1}, score=10), team("T2", {"D3": 1})],
    )
    plan = planning.restructure(parse(raw)).document
    assert plan["stages"][0]["value"] == 0
    assert [(row["duty"], row["to"]["id"]) for row in plan["rehomed"]] == [("D2", "U1")]
    assert plan["key_tasks"][0]["state"] == "unit"


# --- dissolve --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "verdict"), [("80%", "keep"), ("20%", "dissolve")])
def test_a_finished_sliver_does_not_dissolve(share: str, verdict: str) -> None:
    raw = case(
        key_tasks=[{"id": "K1", "name": "要务", "state": "done"}],
        duties=[duty("D1", key_task="K1"), duty("D2")],
        task_forces=[team("T1", {"D1": 0.5, "D2": 1.5})],
        policy={"triage": {"dissolve_share": share}},
    )
    found = rehomed(raw)
    assert decided(found) == {"T1": verdict}
    codes = [item.code for item in found.triage.verdict_of["T1"].evidence]
    assert ("triage.done_part" in codes) is (verdict == "keep")
    if verdict == "dissolve":
        assert homes(found) == {("T1", "D1"): ("finished", None), ("T1", "D2"): ("nobody", None)}
        assert (found.conserved.finished, found.conserved.nobody) == (50, 150)


# --- divided work ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("divided", "seats", "counted"), [("是", 2, "added_up"), ("否", 1, "once"), ("", 1, "once")])
def test_halves_of_a_duty_add_up(divided: str, seats: int, counted: str) -> None:
    raw = case(duties=[duty("D1", divided=divided)], task_forces=[team("T1", {"D1": 0.9}), team("T2", {"D1": 0.9})])
    plan = planning.merge(parse(raw)).document
    assert [row["id"] for row in plan["task_forces"]] == ["T1+T2"]
    assert plan["headline"]["after"]["seats"] == seats
    assert plan["mergers"][0]["saving"]["duties"] == 2 - seats
    assert [(row["counted"], row["together"]) for row in plan["mergers"][0]["duties"]] == [(counted, 90 * seats)]
    assert [row["duty"] for row in plan["undecided"]] == ([] if divided else ["D1"])


def test_one_yes_divides_all_duties_that_are_one() -> None:
    duties = [duty("D1"), duty("D2", same_as=["D1"], divided={"value": "yes", "by": "组", "on": "2019-05-12"})]
    raw = case(duties=duties, task_forces=[team("T1", {"D1": 0.9}), team("T2", {"D2": 0.9})])
    assert planning.merge(parse(raw)).document["headline"]["after"]["seats"] == 2


def test_a_receiver_adds_up_what_was_divided_and_takes_the_larger_of_what_was_not() -> None:
    for divided, after in (("yes", 150), ("no", 100)):
        raw = case(
            duties=[duty("D1", divided=divided)],
            task_forces=[team("T1", {"D1": 0.5}), team("T2", {"D1": 1}, score=10)],
        )
        found = rehomed(raw)
        assert found.taken_over == {"T1": {"D1": {"ca": after}}}
        plan = planning.restructure(parse(raw)).document
        assert plan["bridge"]["taken_over"] == (1 if divided == "yes" else 0)
        (taken,) = plan["taken_over"]
        assert [(row["own"], row["given"], row["together"]) for row in taken["duties"]] == [(50, {"T2": 100}, after)]
        assert taken["seats"] == plan["bridge"]["taken_over"]


def test_work_in_different_categories_is_neither_once_nor_asked_about() -> None:
    raw = case(duties=[duty("D1")], task_forces=[team("T1", {"D1": {"ca": 1}}), team("T2", {"D1": {"cb": 1}})])
    plan = planning.merge(parse(raw)).document
    assert plan["mergers"][0]["duties"] == []
    assert plan["undecided"] == []


def test_halves_are_no_duplication() -> None:
    raw = case(duties=[duty("D1", divided="yes")], task_forces=[team("T1", {"D1": 1}), team("T2", {"D1": 1})])
    _, found = planning.overlap(parse(raw))
    assert [(row["kind"], row["duties"][0]["divided"]) for row in found["pairs"]] == [("overlap", True)]


def test_a_locked_one_takes_no_half() -> None:
    raw = case(
        duties=[duty("D1", divided="yes")],
        task_forces=[team("T1", {"D1": 2}, locked=True), team("T2", {"D1": 1}, score=10)],
    )
    assert homes(rehomed(raw)) == {("T2", "D1"): ("nobody", None)}
    assert [row.locked for row in rehomed(raw).rows] == [("T1",)]
    raw["duties"] = [duty("D1")]
    assert homes(rehomed(raw)) == {("T2", "D1"): ("task_force", "T1")}


# --- the same work, wishes, people before ----------------------------------------------------------------------------


def incumbent(key: str, task_force: str, post: str | None, **fields: Any) -> dict[str, Any]:
    current = {"task_force": task_force} | ({} if post is None else {"post": post})
    return {"id": key, "name": f"某{key}", "unit": "U1", "categories": {"ca": 3, "cb": 3}, "current": current, **fields}


@pytest.mark.parametrize("post", ["T1-ca", None])
def test_the_same_work_at_another_desk_is_staying(post: str | None) -> None:
    """P1 may not sit at T1's own desk any more (age), but does its work in the slot, at T2's."""
    raw = case(
        duties=[duty("D1")],
        task_forces=[team("T1", {"D1": 0.5}), team("T2", {"D1": 0.5})],
        people=[incumbent("P1", "T1", post, birth="1970-01")],
    )
    raw["task_forces"][0]["posts"][0]["age_max"] = 30
    raw["policy"]["incumbents"] = "check"
    plan = planning.merge(parse(raw)).document
    seat = plan["seats"][0]
    assert (seat["desk"], seat["move"], seat["points"]["stability"]) == ("T2", "stay", 100)
    assert plan["actions"]["people"][0]["hand_over"] is None


def test_another_slot_of_the_team_is_an_adjustment() -> None:
    raw = case(
        duties=[duty("D1"), duty("D2")],
        task_forces=[team("T1", {"D1": 0.5}), team("T2", {"D1": 0.5, "D2": {"cb": 0.5}})],
        people=[incumbent("P1", "T1", "T1-ca"), incumbent("P2", "T1", "T1-ca", categories={"cb": 3})],
    )
    raw["task_forces"][0]["posts"][0]["seats"] = 2
    plan = planning.merge(parse(raw)).document
    assert {seat["person"]: seat["move"] for seat in plan["seats"]} == {"P1": "stay", "P2": "adjust"}


@pytest.mark.parametrize(("wish", "points"), [("T1", 100), ("T2", 100), ("T1-ca", 100), ("T1-cb", 0), ("T3", 0)])
def test_a_wish_reaches_the_team_and_the_slot(wish: str, points: int) -> None:
    raw = case(
        duties=[duty("D1"), duty("D2"), duty("D3")],
        task_forces=[
            team("T1", {"D1": 0.5, "D3": {"cb": 0.5}}),
            team("T2", {"D1": 0.5}),
            team("T3", {"D2": {"cb": 0.5}}),
        ],
        people=[{"id": "P1", "name": "甲", "unit": "U1", "categories": {"ca": 3}, "preferences": [wish]}],
    )
    plan = planning.merge(parse(raw)).document
    seat = next(seat for seat in plan["seats"] if seat["person"] == "P1")
    assert (seat["task_force"], seat["points"]["preference"]) == ("T1+T2", points)
    assert plan["wishes"]["first"] == (points == 100)


def test_people_still_drafted_stand_on_a_line_of_their_own() -> None:
    raw = case(
        duties=[duty("D1")],
        task_forces=[team("T1", {"D1": 1}), {"id": "T0", "name": "早终止", "kind": "project", "state": "ended"}],
        people=[incumbent("P1", "T1", "T1-ca"), incumbent("P2", "T0", None)],
    )
    plan = planning.restructure(parse(raw)).document
    before = plan["headline"]["before"]
    assert (before["people"], before["still_drafted"]) == (1, 1)
    assert [(row["lent_before"], row["still_drafted"]) for row in plan["actions"]["units"]] == [(1, 1)]
    assert sum(plan["moves"][kind] for kind in ("stay", "adjust", "transfer", "return")) == 2


def test_who_loses_the_post_hands_over_to_who_has_its_work_now() -> None:
    """T1 gives D1 to U1 and D2 to U2 and keeps D3: P1, whose post goes, hands over to a unit; P2, whose desk stands, to T1."""
    units = [{"id": "U1", "name": "单位一", "remit": ["D1"]}, {"id": "U2", "name": "单位二", "remit": ["D2"]}]
    raw = case(
        units=units,
        duties=[duty("D1"), duty("D2"), duty("D3")],
        task_forces=[team("T1", {"D1": 1, "D2": 1.2, "D3": {"cb": 0.4}})],
        people=[incumbent("P1", "T1", "T1-ca", categories={"ca": 3}), incumbent("P2", "T1", "T1-cb")],
        pins=[{"person": "P2", "task_force": "T1", "must": "否", "by": "组", "on": "2019-05-01", "why": "回避"}],
    )
    rows = {row["person"]: row for row in planning.restructure(parse(raw)).document["actions"]["people"]}
    assert rows["P2"]["action"] == "return"
    assert rows["P2"]["hand_over"] == {"kind": "task_force", "id": "T1"}
    assert rows["P1"]["hand_over"] == {"kind": "unit", "id": "U2"}


def test_what_was_handed_over_bars_nobody_and_covers_nothing() -> None:
    units = [{"id": "U1", "name": "单位一", "remit": ["D1"]}, {"id": "U2", "name": "单位二", "remit": ["D2"]}]
    teams = [team("T1", {"D1": 1, "D2": 1}, duties=["D3"])]
    teams[0]["posts"].append({"id": "T1-h", "role": "head"})
    raw = case(
        units=units,
        key_tasks=[{"id": "K1", "name": "要务", "state": "open"}],
        duties=[duty("D1", key_task="K1"), duty("D2"), duty("D3")],
        task_forces=teams,
        people=[{"id": "P1", "name": "甲", "unit": "U1", "categories": {"ca": 3}, "conflicts": ["D1"]}],
    )
    plan = planning.restructure(parse(raw)).document
    assert [(row["state"], row["units"]) for row in plan["key_tasks"]] == [("unit", ["U1"])]
    assert [seat["person"] for seat in plan["seats"]] == ["P1"]


# --- what keeps task forces apart ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "policy", "code"),
    [
        ({"kind": "special"}, {"same_kind": "yes"}, "Z353"),
        ({}, {"same_supervisor": "yes"}, "Z354"),
        ({"locked": True}, {}, "Z351"),
        ({}, {"max_size": 1}, "Z357"),
        ({}, forbid("T1", "T2")["merge"], "Z352"),
        ({"load": 0.5}, {}, "Z355"),
    ],
)
def test_what_keeps_a_pair_apart_is_told(change: dict[str, Any], policy: dict[str, Any], code: str) -> None:
    raw = case(
        duties=[duty("D1")],
        task_forces=[team("T1", {"D1": 1.5}), team("T2", {"D1": 1.5})],
        policy={"merge": policy},
    )
    load_of = change.pop("load", None) if "load" in change else None
    raw["task_forces"][1] |= change
    if load_of is not None:
        raw["task_forces"][1]["posts"][0]["load"] = load_of
    loaded = parse(raw)
    plan = planning.merge(loaded).document
    assert [item["code"] for item in plan["overlaps"][0]["blocked"]] == [code]
    assert plan["overlaps"][0]["may_merge"] is False
    _, found = planning.overlap(loaded)
    assert found["pairs"][0]["blocked"] == plan["overlaps"][0]["blocked"]
    from zbopt.planning.merging import overlap_notes

    assert [item.code for item in overlap_notes(loaded)] == [code]


def blocked(raw: dict[str, Any]) -> list[dict[str, Any]]:
    _, found = planning.overlap(parse(raw))
    return [item for row in found["pairs"] for item in row["blocked"]]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("max_size", "freed"), [(15, ["1 (3)", "0.5 (6)"]), (4, ["1 (3)"]), (2, [])])
def test_the_load_that_would_free_a_merger_fits(max_size: int, freed: list[str], swapped: bool) -> None:
    """3.00 of the same work at loads 1 and 0.5: 3 seats or 6; whichever id comes first."""
    teams = [team("T1", {"D1": 3}), team("T2", {"D1": 3})]
    teams[1 - swapped]["posts"][0] |= {"load": 0.5, "seats": 6}
    raw = case(duties=[duty("D1")], task_forces=teams, policy={"merge": {"max_size": max_size}})
    (item,) = blocked(raw)
    assert (item["code"], item["args"]["freed"]) == ("Z355", freed)


def test_who_must_merge_with_another_may_not_merge_alone() -> None:
    require = {"merge": {"require": [{"task_forces": ["T2", "T3"]}]}}
    teams = [team("T1", {"D1": 0.6}), team("T2", {"D1": 0.6}), team("T3", {"D2": 0.6})]
    raw = case(duties=[duty("D1"), duty("D2")], task_forces=teams, policy=require)
    assert [(item["code"], item["args"]["value"]) for item in blocked(raw)] == [("Z360", ["T3"])]
    raw["policy"]["merge"] = {"max_members": 1}
    assert [item["code"] for item in blocked(raw)] == ["Z358"]


def test_check_tells_of_estimated_work_too_and_who_did_not_apply() -> None:
    from zbopt.planning.merging import overlap_notes

    teams = [
        {
            "id": f"T{n}",
            "name": f"专班{n}",
            "kind": kind,
            "duties": ["D1"],
            "posts": [{"id": f"T{n}-ca", "category": "ca"}],
        }
        for n, kind in ((1, "project"), (2, "special"))
    ]
    raw = case(duties=[duty("D1")], task_forces=teams, policy={"merge": {"same_kind": "yes"}})
    raw["applications"] = [{"id": "A1", "name": "续办", "unit": "U1", "renews": "T1"}]
    found = {item.code: item.message.args for item in overlap_notes(parse(raw))}
    assert found.keys() == {"Z353", "Z348"}
    assert (found["Z348"]["count"], found["Z348"]["of"]) == (1, 2)


def test_a_required_group_that_cannot_be_is_told_once() -> None:
    from zbopt.planning.merging import overlap_notes

    policy = {"merge": {"same_kind": "yes", "require": [{"task_forces": ["T1", "T2"]}]}}
    teams = [team("T1", {"D1": 1}), team("T2", {"D1": 1}, kind="special")]
    raw = case(duties=[duty("D1")], task_forces=teams, policy=policy)
    assert [(item.code, item.severity) for item in overlap_notes(parse(raw))] == [("Z353", "warning")]


@pytest.mark.parametrize("header", ["id,name,divided", "id,name,divided.value", "编号,名称,分工"])
def test_the_column_of_divided_duties(tmp_path: Path, header: str) -> None:
    raw = case(task_forces=[team("T1", {"D1": 0.9}), team("T2", {"D1": 0.9})])
    by, on = ("分工确认人", "分工确认时间") if header.startswith("编") else ("divided.by", "divided.on")
    (tmp_path / "duties.csv").write_text(f"{header},{by},{on}\nD1,职责,是,组,2019-05-12\n", encoding="utf-8")
    found = parse({**raw, "duties": "duties.csv"}, tmp_path).scenario
    assert found.divided == {"D1"}
    assert (found.duties[0].divided.by, found.duties[0].divided.on) == ("组", "2019-05-12")


# --- the collected cases ---------------------------------------------------------------------------------------------


@cache
def proposal(name: str, command: str = "restructure") -> dict[str, Any]:
    run = {"restructure": planning.restructure, "merge": planning.merge}[command]
    return run(load(FAULTS / name)).document


def verdicts(name: str) -> dict[str, str]:
    return {row["task_force"]: row["decision"] for row in proposal(name)["triage"]}


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the collected cases are not beside this checkout")
class TestCollected:
    """The answers that the README of the collected cases gives."""

    def test_equal_duties(self) -> None:
        assert verdicts("sa1/scenario.yaml") == {"T02": "clear_out"}
        assert proposal("sa2/scenario.yaml")["stages"][0]["value"] == 0
        assert [row["to"]["id"] for row in proposal("sa2/scenario.yaml")["rehomed"] if row["duty"] == "D02"] == ["U1"]

    def test_every_verdict_that_fits_is_named(self) -> None:
        evidence = proposal("ev/scenario.yaml")["triage"][0]["evidence"]
        assert [item["code"] for item in evidence] == ["triage.score", "triage.clarify"]

    def test_one_row_a_category(self) -> None:
        plan = proposal("cat/scenario.yaml")
        rows = [row for row in plan["categories"] if row["post"] == "T01+T02/ca"]
        assert [row["before"] for row in rows] == [3]
        assert sum(row["before"] for row in plan["categories"]) == 5
        action = next(row for row in plan["actions"]["task_forces"] if row["id"] == "T01")
        assert action["action"] == "merge"
        assert "triage.clarify" in {item["code"] for item in action["evidence"]}

    def test_slivers(self) -> None:
        assert verdicts("s2/scenario.yaml") == {"T01": "keep", "T02": "keep"}
        for name, source, target in (("s2/forbid.yaml", "T01", "T02"), ("s2/forbid2.yaml", "T02", "T01")):
            plan = proposal(name)
            assert verdicts(name)[source] == "clarify"
            assert [row["to"]["id"] for row in plan["rehomed"]] == [target]
            assert [row["workload"] for row in plan["task_forces"]] == [300]

    def test_one_done_key_task(self) -> None:
        assert verdicts("s4/scenario.yaml")["T01"] == "keep"
        evidence = proposal("s4/scenario.yaml")["triage"][0]["evidence"]
        assert "triage.done_part" in {item["code"] for item in evidence}

    def test_wishes_and_desks(self) -> None:
        seat = next(s for s in proposal("s6/scenario.yaml", "merge")["seats"] if s["person"] == "P1")
        assert seat["points"]["preference"] == 100
        assert proposal("s7/scenario.yaml", "merge")["moves"]["stay"] == 2
        assert proposal("s7/scenario.yaml", "merge")["moves"]["adjust"] == 0

    def test_one_application_says_nothing_of_the_others(self) -> None:
        assert set(verdicts("s8/scenario.yaml").values()) == {"keep"}


# --- nothing vanishes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seeds", [range(start, start + 5) for start in (1, 6, 11, 16)], ids=lambda seeds: str(seeds.start)
)
def test_work_is_conserved_over_kaihua_like_counties(tmp_path: Path, seeds: range) -> None:
    """Every duty of every task force that ends is followed to who does it, in hundredths that add up; nobody's work is lost."""
    for seed in seeds:
        folder = tmp_path / str(seed)
        command = [sys.executable, "scenarios/generate.py", "--kaihua", str(folder), "--seed", str(seed)]
        subprocess.run(command, check=True, capture_output=True)
        loaded = load(folder / "restructure.yaml")
        found = Rehoming(Triage(loaded.scenario))
        whole = found.conserved
        assert whole.is_whole, seed
        assert whole.before > whole.kept - whole.set_up > 0
        told = {(row.source, row.same) for row in found.rows}
        for verdict in found.triage.verdicts:
            if verdict.ends and str(verdict.decision) != "refuse":
                duties = found.triage.duties(loaded.scenario.task_force_by_id[verdict.task_force])
                assert {(verdict.task_force, same) for same in duties} <= told
        assert all((row.target is None) == (row.kind in ("finished", "nobody")) for row in found.rows)


def test_the_audit_notices_work_that_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that does not grow loses work; the plan is not written."""
    from zbopt.plan.audit import AuditError

    raw = case(duties=[duty("D1")], task_forces=[team("T1", {"D1": 0.5}), team("T2", {"D1": 1}, score=10)])
    loaded = parse(raw)
    assert json.dumps(planning.restructure(loaded).document["work"]) is not None
    monkeypatch.setattr(Rehoming, "after", property(lambda self: self.before_growth))
    with pytest.raises(AuditError):
        planning.restructure(loaded)


def test_nothing_is_estimated_for_what_a_clarified_one_only_lists() -> None:
    """T1 hands over all its work and still lists D9: it goes on without workload, not with one made out of its seats."""
    units = [{"id": "U1", "name": "单位一", "remit": ["D1"]}, {"id": "U2", "name": "单位二", "remit": ["D2"]}]
    raw = case(
        units=units,
        duties=[duty("D1"), duty("D2"), duty("D9")],
        task_forces=[team("T1", {"D1": 1, "D2": 1}, duties=["D9"])],
    )
    found = rehomed(raw)
    assert decided(found) == {"T1": "clarify"}
    assert found.triage.verdict_of["T1"].ends is False
    assert found.conserved.kept == 0
    assert found.after.posts == ()
    assert planning.restructure(parse(raw)).document["headline"]["after"]["seats"] == 0


def test_a_comparison_says_which_verdict_changed(tmp_path: Path) -> None:
    raw = case(duties=[duty("D1"), duty("D2")], task_forces=[team("T1", {"D1": 1}), team("T2", {"D2": 1})])
    before = planning.restructure(parse(raw))
    raw["policy"]["triage"] = {"reapply": ["T2"]}
    found = planning.compare(before, planning.restructure(parse(raw)))
    assert found.document["against_first"][0]["verdicts"] == [
        {"task_force": "T2", "before": "keep", "after": "not_renewed"}
    ]


def test_a_plan_that_ends_everything_has_figures(tmp_path: Path) -> None:
    raw = case(duties=[duty("D1")], task_forces=[team("T1", {"D1": 1}, score=10)])
    before = planning.restructure(parse(raw))
    raw["task_forces"][0]["score"] = 90
    found = planning.compare(before, planning.restructure(parse(raw)))
    assert [side["figures"]["task_forces"] for side in found.document["sides"]] == [0, 1]


def test_a_frontier_is_no_side_of_a_comparison(tmp_path: Path) -> None:
    folder = tmp_path / "frontier"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    from zbopt.diagnostics import DiagnosticsError

    with pytest.raises(DiagnosticsError) as problem:
        planning.compare(folder, folder)
    assert {item.code for item in problem.value.diagnostics} == {"Z501"}


@pytest.mark.parametrize(("language", "line"), [("en", "Mergers, seats saved: none"), ("zh", "合并与节约席位: 无")])
def test_a_plan_without_mergers_says_so_instead_of_an_empty_table(language: str, line: str) -> None:
    found = planning.merge(parse(case(duties=[duty("D1")], task_forces=[team("T1", {"D1": 0.9})])))
    assert found.document["mergers"] == []
    assert line in merge_summary(found.document, found.scenario, Language(language)).splitlines()
