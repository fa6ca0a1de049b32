"""Edits: what they change, what they refuse, and that files written from them read back as the scenario they stand for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.here import ROOT
from zbopt.diagnostics import DiagnosticsError
from zbopt.scenario.editing import applied, edited
from zbopt.scenario.edits import Edit, parse_edits
from zbopt.scenario.load import load, parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.writing import written

SCENARIOS = ROOT / "scenarios"
RAW = {
    "name": "修改",
    "as_of": "2019-06",
    "categories": [{"id": "plan", "name": "谋划"}],
    "units": [{"id": "U1", "name": "县发展和改革局", "level": "county", "on_duty": 20}],
    "people": [
        {
            "id": "P1",
            "name": "甲一",
            "unit": "U1",
            "categories": {"plan": 3},
            "kin": [{"person": "P2", "relation": "夫妻"}],
        },
        {"id": "P2", "name": "乙二", "unit": "U1", "current": {"task_force": "T1", "post": "T1-a"}},
        {"id": "P.3", "name": "丙三", "unit": "U1", "preferences": ["T1", "T1-a"]},
    ],
    "task_forces": [
        {
            "id": "T1",
            "name": "一号.专班",
            "kind": "project",
            "posts": [{"id": "T1-a", "category": "plan", "seats": 2, "must_fill": True}],
            "quotas": [{"name": "少.量", "of": "specialist", "min": 1, "mode": "target"}],
        }
    ],
    "pins": [{"person": "P1", "post": "T1-a", "must": True, "by": "张某", "on": "2019-05-12"}],
    "policy": {
        "rules": {"R05": {"mode": "hard", "years": 5}, "R37": "off"},
        "quotas": [{"name": "85后", "of": "birth_year >= 1985", "in": "all", "min": "55%", "mode": "hard"}],
        "stages": ["unfilled", {"name": "merit", "tolerance": 5}],
    },
}


@pytest.fixture
def scenario() -> Scenario:
    return parse(RAW).scenario


def code(scenario: Scenario, *texts: str) -> set[str]:
    with pytest.raises(DiagnosticsError) as problem:
        edited(scenario, texts)
    return {item.code for item in problem.value.diagnostics}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("policy.quotas.85后.min=60%", lambda s: str(s.policy.quotas[0].min) == "60%"),
        ("policy.rules.R05.years=3", lambda s: s.policy.setting("R05", "years") == 3),
        ("policy.rules.R05=warn", lambda s: s.policy.mode("R05") == "warn"),
        ("policy.rules.R05.mode=关闭", lambda s: s.policy.mode("R05") == "off"),
        ("policy.stages.merit.tolerance=2%", lambda s: str(s.policy.stages[1].tolerance) == "2%"),
        ("policy.triage.reapply=[T1]", lambda s: s.policy.triage.reapply == ("T1",)),
        ("policy.triage.dissolve_share=90%", lambda s: str(s.policy.triage.dissolve_share) == "90%"),
        ("policy.merit.fit=7", lambda s: s.policy.merit.fit == 7),
        ("policy.merge.max_size=9", lambda s: s.policy.merge.max_size == 9),
        ("units.U1.lend_max=6", lambda s: s.units[0].lend_max == 6),
        ("units.县发展和改革局.lend_max=6", lambda s: s.units[0].lend_max == 6),
        ("people.甲一.pool=否", lambda s: not s.person_by_id["P1"].pool),
        ("people.P.3.capacity=0.5", lambda s: s.person_by_id["P.3"].capacity == 50),
        ("people.P1.categories.plan=5", lambda s: s.person_by_id["P1"].categories == {"plan": 5}),
        ("people.P1.current.task_force=T1", lambda s: s.person_by_id["P1"].current.task_force == "T1"),
        ("people.P2.current.post=", lambda s: s.person_by_id["P2"].current.post is None),
        ("posts.T1-a.seats=3", lambda s: s.posts[0].seats == 3),
        ("task_forces.T1.quotas.少.量.min=2", lambda s: s.task_forces[0].quotas[0].min == 2),
        ("task_forces.一号.专班.size.max=4", lambda s: s.task_forces[0].size.max == 4),
        ("-policy.quotas.85后", lambda s: s.policy.quotas == ()),
        ("-task_forces.T1.quotas.少.量", lambda s: s.task_forces[0].quotas == ()),
        ("-pins.P1@T1-a", lambda s: s.pins == ()),
        ("-people.P2", lambda s: len(s.people) == 2 and s.person_by_id["P1"].kin == ()),
        ("-people.P1", lambda s: len(s.people) == 2 and s.pins == ()),
        ("-posts.T1-a", lambda s: s.posts == () and s.person_by_id["P.3"].preferences == ("T1",)),
        ("-task_forces.T1", lambda s: s.posts == () and s.person_by_id["P2"].current is None and s.pins == ()),
        ("+pins.P.3@一号.专班", lambda s: s.pins[0].task_force == "T1"),
        ("+pins.P.3@T1-a!NOT", lambda s: not s.pins[0].must),
        ("+pins.P.3@T1", lambda s: s.pins[0].task_force == "T1" and s.pins[0].must),
        ("+pins.丙三@T1-a!not", lambda s: not s.pins[0].must),
        ("+pins.P2@T1-a!〔2019〕5号", lambda s: s.pins[1].approval == "〔2019〕5号"),
    ],
)  # fmt: skip
def test_an_edit_does_what_it_says(text: str, read: object, scenario: Scenario) -> None:
    after, edits = edited(scenario, [text])
    assert read(after)  # type: ignore[operator]
    assert applied(scenario, edits).sha256 == after.sha256 != scenario.sha256
    assert parse_edits([edits[0].text], scenario) == edits  # what is shown can be typed again


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("policy.quotas.85.min=60%", "Z521"),
        ("units.U9.lend_max=6", "Z521"),
        ("units.U1.lend=6", "Z521"),
        ("units.U1.lend_max=sechs", "Z107"),
        ("policy.rules.R05.jahre=3", "Z102"),
        ("policy.rules.R99.years=3", "Z521"),
        ("policy.rules.R31=hard", "Z131"),
        ("policy.quotas.85后.min=0.6", "Z109"),
        ("policy.triage.dissolve_share=0.5", "Z137"),
        ("policy.triage.reapply=T1, T2", "Z128"),
        ("policy.quotas=60%", "Z527"),
        ("people.P1.id=P9", "Z523"),
        ("people.P1.unit=U9", "Z203"),
        ("people.P1.name=", "Z101"),
        ("task_forces.T1.quotas.少.量.min=", "Z133"),
        ("-units.U1", "Z207"),
        ("-policy.rules.R05", "Z523"),
        ("-people", "Z523"),
        ("+people.P9", "Z526"),
        ("+pins.P9@T1", "Z521"),
        ("+pins.P1@T9", "Z521"),
        ("people.P1", "Z520"),
        ("+pins.P2@T1-a!", "Z526"),
        ("people.P1.kin.person=P2", "Z556"),
        ("people.P1.status=驻村", "Z556"),
        ("as_of=2020-01", "Z556"),
        ("posts.T1-a.night_or_field=yes", "Z556"),
        ("posts.T1-a.sensitive=财务", "Z556"),
        ("policy.rules.R19=off", "Z556"),
        ("policy.rules.R15.mode=warn", "Z556"),
        ("term.from=2020-01", "Z527"),
        ("", "Z520"),
    ],
)
def test_an_edit_that_cannot_be_done_is_told(text: str, expected: str, scenario: Scenario) -> None:
    assert expected in code(scenario, text)


def test_an_edit_that_changes_nothing_is_refused_where_asked(scenario: Scenario) -> None:
    assert edited(scenario, ["policy.rules.R05.years=5"])[0].sha256 == scenario.sha256
    with pytest.raises(DiagnosticsError) as problem:
        edited(scenario, ["policy.rules.R05.years=5"], strict=True)
    assert [item.code for item in problem.value.diagnostics] == ["Z549"]


def test_all_faults_at_once(scenario: Scenario) -> None:
    assert code(scenario, "units.U9.lend_max=6", "foo=1", "+people.X") == {"Z521", "Z526"}


def test_confidential_values_are_not_shown() -> None:
    edits = [Edit("set", ("people", "P1", "health"), "较差"), Edit("set", ("people", "P1", "sanction_end"), "2020-01")]
    assert "较差" not in repr(edits)
    assert [edit.shown for edit in edits] == ["people.P1.health=***", "people.P1.sanction_end=***"]


# --- files -----------------------------------------------------------------------------------------------------------

KAIHUA = [
    "policy.quotas.85后.min=57",
    "policy.rules.R05.years=4",
    "policy.rules.R12.mode=warn",
    "policy.stages.merit.tolerance=10",
    "units.U14.lend_max=5",
    "posts.T05-组长.must_fill=false",
    "people.P004.pool=true",
    "task_forces.T05.size.min=4",
    "-pins.P012@T07-规划",
    "+pins.P006@N01-谋划!待批",
]  # fmt: skip


def write_beside(folder: Path, texts: list[str]) -> tuple[str, Scenario, list[str]]:
    loaded = load(folder)
    after, edits = edited(loaded.scenario, texts)
    files = written(loaded, edits, "repair-1")
    for name, data in files.items():
        assert not (folder / name).exists()
        (folder / name).write_bytes(data)
    return after.sha256, load(folder / "scenario.repair-1.yaml").scenario, list(files)


def test_tables_and_comments(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    shutil.copytree(SCENARIOS / "kaihua-2019", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sha, again, files = write_beside(folder, KAIHUA)
    assert again.sha256 == sha
    assert {name: (folder / name).read_bytes() for name in before} == before
    text = (folder / "scenario.repair-1.yaml").read_text(encoding="utf-8")
    comments = [
        line.strip() for line in (folder / "scenario.yaml").read_text(encoding="utf-8").splitlines() if "#" in line
    ]
    assert comments
    assert all(comment[comment.index("#") :] in text for comment in comments)
    tables = ("people", "pins", "posts", "task_forces", "units")
    assert sorted(files) == sorted([*(f"{name}.repair-1.csv" for name in tables), "scenario.repair-1.yaml"])


def test_inline_lists(tmp_path: Path) -> None:
    folder = tmp_path / "i"
    shutil.copytree(SCENARIOS / "infeasible", folder)
    sha, again, files = write_beside(folder, ["+pins.P1@T1-head!待批", "posts.T1-plan.seats=2", "units.U2.lend_max=1"])
    assert again.sha256 == sha
    assert files == ["scenario.repair-1.yaml"]
    text = (folder / "scenario.repair-1.yaml").read_text(encoding="utf-8")
    assert "# Ways out, each enough alone" in text


def test_a_base_stays_the_base(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    shutil.copytree(SCENARIOS / "infeasible", folder)
    (folder / "scenario.yaml").rename(folder / "old.yaml")
    (folder / "scenario.yaml").write_text("base: old.yaml\npolicy:\n  rules:\n    R30: off\n", encoding="utf-8")
    sha, again, files = write_beside(folder, ["posts.T1-head.must_fill=false", "policy.rules.R28=warn"])
    assert again.sha256 == sha
    assert files == ["scenario.repair-1.yaml"]
    assert (folder / "scenario.repair-1.yaml").read_text(encoding="utf-8").startswith("base: scenario.yaml")


def test_a_workbook(tmp_path: Path) -> None:
    from zbopt.scenario.starter import starter_files

    folder = tmp_path / "w"
    folder.mkdir()
    for name, data in starter_files("zh", True).items():
        (folder / name).write_bytes(data)
    scenario = load(folder).scenario
    post, unit, person = scenario.posts[0].id, scenario.units[0].id, scenario.people[0].id
    sha, again, _ = write_beside(
        folder, [f"posts.{post}.priority=1", f"units.{unit}.lend_min=1", f"+pins.{person}@{post}!not"]
    )
    assert again.sha256 == sha


def test_identity_numbers_are_not_copied(tmp_path: Path) -> None:
    digits = "11010519850307801"  # invented
    weight = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits))
    number = digits + "10X98765432"[weight % 11]
    (tmp_path / "people.csv").write_text(f"id,name,unit,id_card,pool\nP1,甲一,U1,{number},否\n", encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(
        "name: x\nas_of: 2019-06\nunits: [{id: U1, name: 县局}]\npeople: people.csv\n", encoding="utf-8"
    )
    loaded = load(tmp_path)
    files = written(loaded, edited(loaded.scenario, ["people.P1.pool=true"])[1], "repair-1")
    assert all(b"110105" not in data for data in files.values())
    inline = f"name: x\nas_of: 2019-06\nunits: [{{id: U1, name: 县局}}]\npeople: [{{id: P1, name: 甲一, unit: U1, id_card: '{number}', pool: 否}}]\n"
    (tmp_path / "scenario.yaml").write_text(inline, encoding="utf-8")
    loaded = load(tmp_path)
    files = written(loaded, edited(loaded.scenario, ["people.P1.pool=true"])[1], "repair-1")
    assert all(b"110105" not in data for data in files.values())


def test_one_of_several_quotas_of_a_name(tmp_path: Path) -> None:
    """A name alone means all of them; name and scope mean one, in the model and in the file."""
    text = (
        "name: x\nas_of: 2019-06\nunits: [{id: U1, name: 县局}]\n"
        "task_forces: [{id: T1, name: 一, kind: project, posts: [{id: T1-a}]}]\n"
        "policy:\n  quotas:\n    - {name: 专业型, of: specialist, min: 55%}\n"
        "    - {name: 专业型, of: specialist, in: {kind: project}, min: 40%}\n    - {name: 专业型, of: specialist, in: T1, min: 30%}\n"
    )
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    for edit, expected in (
        ("policy.quotas.专业型@all.min=50%", ["50%", "40%", "30%"]),
        ("policy.quotas.专业型@kind:project.min=36%", ["55%", "36%", "30%"]),
        ("policy.quotas.专业型@T1.min=10%", ["55%", "40%", "10%"]),
        ("policy.quotas.专业型.min=20%", ["20%", "20%", "20%"]),
        ("-policy.quotas.专业型@T1", ["55%", "40%"]),
    ):
        loaded = load(tmp_path)
        after, edits = edited(loaded.scenario, [edit])
        assert sorted((str(quota.min) for quota in after.policy.quotas), reverse=True) == sorted(expected, reverse=True)
        for name, data in written(loaded, edits, "w").items():
            (tmp_path / name).write_bytes(data)
        assert load(tmp_path / "scenario.w.yaml").scenario.sha256 == after.sha256
