"""What explanations say is so: numbers parsed out of the Chinese and English text equal an independent re-solve of the edited case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.brute.check_infeasible import read_yaml
from tests.brute.oracle import World, broken, solve
from tests.brute.second import possible
from tests.here import ROOT
from zbopt import planning
from zbopt.diagnostics import Message
from zbopt.report.explaining import Telling
from zbopt.report.language import Language
from zbopt.report.listing import Lists
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.writing import written

CASES = ROOT / "tests" / "cases" / "infeasible"
TINY = [
    "01-township", "02-township-service", "03-recruit", "06-posted", "08-unit-cap", "12-interest", "14-age", "17-part-time-load",
    "18-size-min", "19-size-max", "20-quota-count", "21-quota-share", "23-ban", "26-double-refusal-and-cap",
]  # fmt: skip
STAGES = {
    "zh": {"空缺（加权）": "unfilled", "结构（差人数）": "quotas", "匹配得分": "merit"},
    "en": {"empty seats (weighted)": "unfilled", "quotas (persons off)": "quotas", "merit": "merit"},
}


def told(found: planning.Explanation, loaded: Loaded, language: str) -> str:
    return Telling(loaded.scenario, Language(language), width=10_000).explanation(found.document)


def stage_values(text: str, language: str) -> list[dict[str, int]]:
    """The values a text gives for the plan after each repair."""
    mark = "修复后：" if language == "zh" else "then: "
    rows = []
    for line in text.splitlines():
        if mark in line:
            found = {name: re.search(re.escape(label) + r" (-?\d+)", line) for label, name in STAGES[language].items()}
            rows.append({name: int(item[1]) for name, item in found.items() if item is not None})
    return rows


def repaired(folder: Path, loaded: Loaded, repair: object, tmp_path: Path) -> dict:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name, data in written(loaded, repair.edits, "mended").items():  # type: ignore[attr-defined]
        (tmp_path / name).write_bytes(data)
    return read_yaml(tmp_path / "scenario.mended.yaml")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", TINY)
def test_every_number_of_a_repair_and_of_a_supply_line(name: str, language: str, tmp_path: Path) -> None:
    folder = CASES / name
    loaded = load(folder)
    found = planning.explain(loaded)
    text = told(found, loaded, language)
    values = stage_values(text, language)
    assert len(values) == len(found.repairs) > 0
    for repair, stated in zip(found.repairs, values, strict=True):
        answer = solve(repaired(folder, loaded, repair, tmp_path))
        assert answer["status"] == "proved"
        assert stated == {stage: value for stage, value in answer["stages"] if stage in stated}
        assert len(stated) == 3
    supply_lines(text, language, read_yaml(folder / "scenario.yaml"), found)


SUPPLY = {
    "zh": r"(\S+)：席位 (\d+) 个，可用 (\d+) 人(?:；按规则排除：(.*))?",
    "en": r"(\S+): (\d+) people for (\d+) seats(?:; barred by rule: (.*))?",
}


def supply_lines(text: str, language: str, case: dict, found: planning.Explanation) -> None:
    """Each supply line counted again with the rules of its conflict, by the brute force's writing of them."""
    world = World(case)
    posts = {post["id"]: post for post in world.posts}
    conflicts = [item for item in found.document["conflicts"] if item["supply"]]
    lines = [match for line in text.splitlines() if (match := re.fullmatch(SUPPLY[language], line.strip()))]
    rows = [(item, row) for item in conflicts for row in item["supply"]]
    assert len(lines) == len(rows)
    for match, (conflict, _) in zip(lines, rows, strict=True):
        post = posts[match[1]]
        rules = {element["id"] for element in conflict["elements"]} & {f"R{number:02d}" for number in range(1, 31)}
        seats, people = (int(match[2]), int(match[3])) if language == "zh" else (int(match[3]), int(match[2]))
        hit = [broken(world, person, post, "hard") & rules - {"R29"} for person in world.people]
        if not rules & {"R29", "R01"} and not any(element["id"] == "pool" for element in conflict["elements"]):
            assert people == sum(not item for item in hit)
        assert seats == int(post.get("seats") or 1)
        for rule, count in re.findall(r"(R\d\d) (\d+)", match[4] or ""):
            if rule != "R29":
                assert int(count) == sum(rule in item for item in hit), (rule, match[0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_bounds_named_in_a_repair_are_the_nearest_that_work(language: str, tmp_path: Path) -> None:
    """21: the share must fall to what is said; one per cent more is still impossible for the other solver."""
    folder = CASES / "21-quota-share"
    loaded = load(folder)
    found = planning.explain(loaded)
    text = told(found, loaded, language)
    pattern = r"下限由 (\d+)% 改为 (\d+)%" if language == "zh" else r"at least (\d+)% instead of (\d+)%"
    old, new = (int(item) for item in re.search(pattern, text).groups())  # type: ignore[union-attr]
    old, new = (old, new) if language == "zh" else (new, old)
    case = read_yaml(folder / "scenario.yaml")

    def with_share(share: int) -> dict:
        quotas = [
            {**quota, "min": f"{share}%"} if quota.get("min") == f"{old}%" else quota
            for quota in case["policy"]["quotas"]
        ]
        return {**case, "policy": {**case["policy"], "quotas": quotas}}

    assert not possible(with_share(old))
    assert not possible(with_share(new + 1))
    assert possible(with_share(new))


# --- seats that stay empty, quotas that stay short ---------------------------------------------------------------------


def test_an_empty_seat_gets_its_conflict_and_repairs() -> None:
    """over-constrained: the answers its comment argues by hand."""
    found = planning.explain(ROOT / "scenarios" / "over-constrained")
    assert found.status == "proved"
    plan, write = found.document["shortfalls"]
    assert plan["subject"] == ["T1-plan"]
    assert write["subject"] == ["T1-write"]
    assert [element["id"] for element in plan["conflicts"][0]["elements"]] == ["R04", "R27", "R30"]
    assert {element["id"] for element in write["conflicts"][0]["elements"]} == {"quota:专业型@T1", "R04", "R27", "R30"}
    edits = [[edit["edit"] for edit in row["edits"]] for item in (plan, write) for row in item["repairs"]]
    assert edits == [["+pins.P2@T1-plan!待批"], ["policy.quotas.专业型.min=66%"], ["+pins.P2@T1-plan!待批"]]
    numbers = [row["number"] for item in (plan, write) for row in item["repairs"]]
    assert numbers == [1, 2, 1]  # one repair, one number
    assert [repair.solution.stages[0].value for repair in found.repairs] == [0, 9]


def short_case(order: list[str]) -> dict:
    """Two posts, three people. The quota asks for two specialists; only one is there who may sit on T1-a, none on T1-b."""
    return {
        "name": "短缺",
        "as_of": "2019-06",
        "units": [{"id": "U1", "name": "县局", "level": "county", "on_duty": 50, "lend_max": 2}, {"id": "U2", "name": "镇", "level": "township"}],
        "people": [
            {"id": "P1", "name": "甲", "unit": "U1", "specialist": True},
            {"id": "P2", "name": "乙", "unit": "U1"},
            {"id": "P3", "name": "丙", "unit": "U2", "specialist": True},
        ],
        "task_forces": [{"id": "T1", "name": "一", "kind": "project", "posts": [{"id": "T1-a"}, {"id": "T1-b"}]}],
        "policy": {
            "rules": {"R37": "off"},
            "stages": order,
            "quotas": [{"name": "专业型", "of": "specialist", "in": "all", "min": 2, "mode": "target"}],
        },
    }  # fmt: skip


def test_a_short_quota_gets_its_conflict_and_repairs() -> None:
    """Seats first: the quota stays one short. Nobody at all would meet it (a scope without anybody), so a filled post is in the conflict."""
    from zbopt.scenario.load import parse

    found = planning.explain(parse(short_case(["unfilled", "quotas", "merit"])))
    (row,) = found.document["shortfalls"]
    assert (row["kind"], row["subject"], row["missing"]) == ("quota", ["专业型", "all"], 1)
    assert [element["id"] for element in row["conflicts"][0]["elements"]] in (
        ["filled:T1-a", "R04"],
        ["filled:T1-b", "R04"],
    )
    assert [edit["edit"] for edit in row["repairs"][0]["edits"]] in (["+pins.P3@T1-a!待批"], ["+pins.P3@T1-b!待批"])
    values = {stage.name: stage.value for stage in found.repairs[0].solution.stages}
    assert values["quotas"] == values["unfilled"] == 0


def test_quotas_first_leaves_seats_empty_and_says_which_target_stands_in_the_way() -> None:
    from zbopt.scenario.load import parse

    found = planning.explain(parse(short_case(["quotas", "unfilled", "merit"])))
    rows = found.document["shortfalls"]
    assert [row["subject"] for row in rows] == [["T1-a"], ["T1-b"]]
    assert all({element["id"] for element in row["conflicts"][0]["elements"]} == {"paid", "R04"} for row in rows)


def test_a_plan_that_lacks_nothing_says_so() -> None:
    found = planning.explain(ROOT / "scenarios" / "tiny")
    text = Telling(found.loaded.scenario, Language("en")).explanation(found.document)
    assert found.document["shortfalls"] == []
    assert "No seat stays empty" in text


def test_confidential_rules_are_one_class_and_nothing_else() -> None:
    for name in ("10-kin", "12-interest", "13-investigation"):
        found = planning.explain(CASES / name)
        elements = [
            item
            for conflict in found.document["conflicts"]
            for item in conflict["elements"]
            if item["code"] == "element.confidential"
        ]
        assert len(elements) == 1
        assert elements[0] == {"id": "other_conditions", "place": "", "code": "element.confidential", "args": {}}


def test_edits_in_words_name_old_and_new() -> None:
    loaded = load(CASES / "08-unit-cap")
    found = planning.explain(loaded)
    zh = Language("zh")
    texts = [
        zh.message(Message(edit["code"], edit["args"])) for row in found.document["repairs"] for edit in row["edits"]
    ]
    cap = next(text for text in texts if "抽调上限" in text)
    old, new = (int(item) for item in re.search(r"由 (\d+) 改为 (\d+) 人", cap).groups())  # type: ignore[union-attr]
    assert new == old + 1 == (loaded.scenario.units[0].lend_max or 0) + 1


# --- prices, forced solves and alternatives as they are printed ------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", [3, 11, 27, 42])
def test_every_figure_of_a_printed_price_list(seed: int, language: str) -> None:
    from tests.brute.price_cases import price_case
    from tests.brute.price_oracle import prices as brute
    from zbopt.scenario.load import parse

    case = price_case(seed)
    loaded = parse(case)
    document = planning.prices(loaded, processes=1).document
    sheet = Lists(loaded.scenario, Language(language)).price_sheet(document, True)
    lines = sheet.text(600).splitlines()[3:]
    expected, names = brute(case), [row["name"] for row in document["stages"]]
    assert len(lines) == len(document["prices"])
    for line, row in zip(lines, document["prices"], strict=True):
        stated = [
            int(number) for number in re.findall(r"(?<=\s)[+-]?\d+(?=\s|$)", line[-14 * (len(sheet.header) - 1) :])
        ]
        delta = expected[row["id"]]
        if delta is None:
            assert line.rstrip().endswith("无方案" if language == "zh" else "no plan")
        else:
            figures = stated[-len(names) - len(document["figures"]) :]
            assert figures[: len(names)] == [delta[name] for name in names]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_of_a_printed_forced_solve(language: str) -> None:
    from tests.explaining.test_forced import forced_case, small
    from zbopt.scenario.load import parse

    loaded = parse(small())
    answer = planning.why_not(planning.assign(loaded), "P2", "T1-a")
    text = Telling(loaded.scenario, Language(language), width=10_000).forced(answer.forced or {})
    before, after = (dict(solve(raw)["stages"]) for raw in (small(), forced_case(small(), "P2", "T1-a")))
    for label, name in STAGES[language].items():
        found = re.search(re.escape(label) + r" +(-?\d+) +(-?\d+) +([+-]?\d+)", text)
        assert found is not None
        assert [int(item) for item in found.groups()] == [before[name], after[name], after[name] - before[name]]
    moves = re.findall(r"^(P\d) +\S+ +(\S+) +(\S+)$", text, re.M)
    assert moves == [("P2", "T1-b", "T1-a"), ("P1", "T1-a", "T1-b")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_of_printed_alternatives(language: str) -> None:
    from tests.brute.price_cases import price_case
    from tests.brute.price_oracle import admitted, fixed, next_best
    from zbopt.scenario.load import parse

    case = price_case(7)
    loaded = parse(case)
    document = planning.alternatives(loaded, count=2, tolerance=300, difference=1).document
    text = Lists(loaded.scenario, Language(language), width=10_000).alternatives(document)
    plans = admitted(case, 300)
    chosen = [(frozenset(map(tuple, best_of(document))), 0)]
    for number, row in enumerate(document["plans"], 1):
        label = f"备选{number}" if language == "zh" else f"no. {number}"
        figures = [int(item) for item in re.search(rf"^{re.escape(label)} +(.*)$", text, re.M)[1].split()]  # type: ignore[index]
        assert figures[-2] == row["value"] == next_best(plans, chosen, 1)
        chosen.append((frozenset(map(tuple, row["seats"])), row["value"]))
    pattern = r"(\d+) 人中有 (\d+) 人" if language == "zh" else r"(\d+) of (\d+) people"
    found = re.search(pattern, text)
    everybody = fixed(plans)
    if found is not None:
        pair = [int(item) for item in found.groups()]
        assert (pair[::-1] if language == "zh" else pair)[0] == len(everybody)
    else:
        assert len(everybody) == sum(bool(row["posts"][0]) for row in document["people"])


def best_of(document: dict) -> list[tuple[str, str]]:
    return [(row["person"], post) for row in document["people"] for post in row["posts"][0]]


def test_a_repair_leaves_other_quotas_of_the_name_alone() -> None:
    """Two quotas of one name: only the one in the task force that cannot be staffed is lowered."""
    from zbopt.scenario.load import parse

    people = [
        {"id": f"P{n}", "name": f"甲{n}", "unit": "U1", "categories": {"plan" if n < 2 else "text": 3}}
        for n in range(4)
    ]
    people[2]["specialist"] = people[3]["specialist"] = True
    posts = {
        key: [{"id": f"{key}-a", "category": kind, "seats": 2, "must_fill": True}]
        for key, kind in (("T1", "plan"), ("T2", "text"))
    }
    case = {
        "name": "同名",
        "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}, {"id": "text", "name": "文字"}],
        "units": [{"id": "U1", "name": "县局"}],
        "people": people,
        "task_forces": [{"id": key, "name": key, "kind": "project", "posts": posts[key]} for key in posts],
        "policy": {
            "rules": {"R37": "off"},
            "quotas": [
                {"name": "专业型", "of": "specialist", "in": "all", "min": "50%", "mode": "hard"},
                {"name": "专业型", "of": "specialist", "in": "T1", "min": "40%", "mode": "hard"},
            ],
        },
    }
    found = planning.explain(parse(case))
    assert [edit["edit"] for edit in found.document["repairs"][0]["edits"]] == ["policy.quotas.专业型@T1.min=0%"]


def test_counting_names_only_what_makes_it_impossible() -> None:
    """A post that may stay empty is scarce too; it is told where seats stay empty, not as a reason why no plan exists."""
    from zbopt.scenario.load import parse

    def case(must: bool) -> dict:
        return {
            "name": "计数",
            "as_of": "2019-06",
            "categories": [{"id": "plan", "name": "谋划"}],
            "units": [{"id": "U1", "name": "县局"}],
            "people": [{"id": "P1", "name": "甲", "unit": "U1"}],
            "task_forces": [
                {
                    "id": "T1",
                    "name": "一",
                    "kind": "project",
                    "posts": [
                        {"id": "T1-a", "needs": {"plan": 3}, "must_fill": must},
                        {"id": "T1-b", "needs": {"plan": 4}},
                    ],
                }
            ],
            "policy": {"rules": {"R37": "off"}},
        }

    impossible, possible_case = planning.explain(parse(case(True))), planning.explain(parse(case(False)))
    assert [item.subject[0] for item in impossible.counting] == ["T1-a"]
    assert [item.subject[0] for item in possible_case.counting] == ["T1-a", "T1-b"]
    text = Telling(possible_case.loaded.scenario, Language("zh")).explanation(possible_case.document, ["x"])
    assert "不经求解即可看出" in text


def test_time_that_ran_out_is_neither_possible_nor_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    from zbopt.engine.question import Finding
    from zbopt.explaining.case import Case
    from zbopt.solution import Solution

    monkeypatch.setattr(Case, "ask", lambda *_: Finding("unknown"))
    for status in ("stopped", "infeasible"):
        monkeypatch.setattr(Case, "solve", lambda *_, s=status, **__: Solution(s, None, (), False))
        found = planning.explain(ROOT / "scenarios" / "tiny")
        text = Telling(found.loaded.scenario, Language("en")).explanation(found.document)
        assert "A plan exists" not in text
        assert ("No plan exists" in text) == (status == "infeasible")
