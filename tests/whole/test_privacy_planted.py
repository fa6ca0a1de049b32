"""Nothing planted is found: in outputs, error paths, the Python API, hashes, answers to guesses. The whole: `python -m tests.privacy.run`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import zbopt
from tests.privacy import attacks, commands, damage, matrix, objects, run
from tests.privacy.commands import Place
from tests.privacy.planted import BARRING, CASES, COLUMNS, FORMS, Secrets, assign_case, files, identity
from tests.privacy.scan import Hit, Scope, in_bytes, in_text, wanted

NUMBER = identity("19850307", 201)
SECRETS = Secrets(
    numbers=(NUMBER,), relations=("表舅公",), months=("2023-11",), words=("调查", "investigation", "较差", "poor"), junk=("肺病甲期",),
    people={"P01": "钟离甲", "P02": "钟离乙", "P04": "端木丁"}, kin=(("P01", "P02"),), interests={"P04": ("D77",)}, totals=(36,),
)  # fmt: skip
SCOPE = Scope(SECRETS, frozenset({"P01"}), places=("scenario.yaml:41",))


def told(hits: list[Hit]) -> str:
    """Hits as a failing test shows them."""
    return "\n" + run.table(hits)


def kinds(text: str, scope: Scope = SCOPE) -> set[str]:
    return {kind for kind, _ in wanted(in_bytes(text.encode(), "", scope), scope)}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


# --- the looking itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("identity number", f"birth: {NUMBER} is no month"),
        ("identity number", f"{NUMBER[:9]}\n  {NUMBER[9:]}"),
        ("identity number", "“" + "".join(chr(ord(mark) + 0xFEE0) for mark in NUMBER[:17]) + "”"),
        ("identity number", f"number {NUMBER[6:14]}"),
        ("identity number", "any 110101850307001 of fifteen"),
        ("relation", '{"relation": "\\u8868\\u8205\\u516c"}'),
        ("relation", "表舅\n  公"),
        ("sanction month", "until 2023年11月"),
        ("sanction month", "Month(year=2023, month=11)"),
        ("sanction month", "202311"),
        ("status or health", "status=<Status.INVESTIGATION: 'investigation'>"),
        ("status or health", "P03 调查"),
        ("confidential cell", '"肺病 甲期" is not known'),
        ("interest", "P04 端木丁: D77"),
        ("rule number", "按规则排除：R20 1"),
        ("rule number", '"id": "drop:R15"'),
        ("rule in words", "P03: under investigation"),
        ("field name", "people  P03  sanction_end  ***"),
        ("field name", "people  P02  status  ***  ***"),
        ("class beside a name", "端木丁：其他资格条件"),
        ("class beside a name", '{"subject": ["person", "P04"], "code": "bar.confidential", "args": {"rule": "x"}}'),
        ("other person", "P01: other conditions (P02)"),
        ("exact count", "barred: R04 3, other conditions 1"),
        ("exact count", "2 people barred by other conditions"),
        ("exact count", "其中 1 人：其他资格条件"),
        ("exact count", '{"code": "empty.confidential", "args": {"name": "x", "count": 2}}'),
        ("total", "36 people are eligible for 5 seats; barred by other conditions: fewer than 3"),
        (
            "total",
            '[{"code": "empty.eligible", "args": {"count": 36, "seats": 5}}, {"code": "empty.confidential", "args": {"name": "x", "count": 9}}]',
        ),
        ("place", "- other conditions  (scenario.yaml:41)"),
    ],
)
def test_what_leaks_is_seen(kind: str, text: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "T1-head: 3 people for 4 seats; barred: R04 1, R27 2, other conditions: fewer than 3",
        "其中少于3人：其他资格条件",
        "钟离甲 other conditions",
        "5 people barred by other conditions; 2 seats stay empty",
        "known: on_duty/在岗, village/驻村, temporary_post/挂职, lent/借出, sick/病假, investigation/调查, retired/退休",
        "0.123456789012345 4111111111111111111 a110101850307001b " + "5" * 64,
        "D77 砂石处置",
        "R05 R150 R2 bar.R04 A15 row R1 tables.xlsx#人员!R17",
        "audit: 2 faults\n  P04 端木丁: T1\n  other conditions",
        "2023-12 2022-11 120231199",
        "scenario.yaml:410 status: proved",
        '{"format": 1, "warnings": [{"code": "bar.R04", "args": {"rule": "R04", "unit": "x"}, "subject": ["person", "P04"]}], "class": "other conditions"}',
    ],
)
def test_what_may_leave_is_no_hit(text: str) -> None:
    assert kinds(text) == set()


def test_members_of_workbooks_are_read_and_cell_names_are_not() -> None:
    grid = [[f"c{n}" for n in range(20)] for _ in range(25)]
    case = assign_case()
    assert wanted(in_bytes(_book(grid), "a.xlsx", SCOPE), SCOPE) == []
    found = wanted(in_bytes(files(case, "xlsx")["tables.xlsx"], "tables.xlsx", scope := Scope(case.secrets)), scope)
    assert {"identity number", "relation", "sanction month", "status or health"} <= {kind for kind, _ in found}


def _book(grid: list[list[str]]) -> bytes:
    from tests.privacy.planted import xlsx_bytes

    return xlsx_bytes({"人员": grid})


def test_every_form_of_a_case_is_the_same_scenario(place: Place) -> None:
    for name in ("hard", "merging", "impossible"):
        made = [zbopt.load(place.put(form, files(CASES[name](), form))).scenario for form in FORMS]
        assert made[0] == made[1] == made[2], name
        assert any(person.kin for person in made[0].people)


def test_every_command_is_looked_at(place: Place) -> None:
    stands = {
        name: matrix.stood(place, CASES[name](), "yaml", n, "merge" if name == "merging" else "assign")
        for n, name in enumerate(("hard", "merging"))
    }
    asked = {asking.words[0] for name, stand in stands.items() for asking in matrix.questions(name, stand)}
    assert set(commands.commands()) - asked - commands.STATIC == set()


# --- outputs ---------------------------------------------------------------------------------------------------------


def gathered(found: Iterator[tuple[str, list[Hit]]]) -> list[Hit]:
    return [hit for _, hits in found for hit in hits]


@pytest.mark.parametrize(("name", "every"), [("hard", 29), ("merging", 25), ("impossible", 8), ("count1", 6)])
def test_some_outputs(place: Place, name: str, every: int) -> None:
    hits = gathered(matrix.case_hits(place, name, "yaml", 0, every))
    assert not hits, told(hits)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "form", "every"), run.PLAN)
def test_outputs(place: Place, name: str, form: str, every: int) -> None:
    hits = gathered(matrix.case_hits(place, name, form, 0, every))
    assert not hits, told(hits)


@pytest.mark.slow
def test_processes_leave_nothing(place: Place) -> None:
    hits = gathered(matrix.processes(place))
    assert not hits, told(hits)


def test_objects_keep_it_to_themselves(place: Place) -> None:
    hits = gathered(
        objects.object_hits(place, frozenset({"load", "load, a person", "load, kin", "assign", "exceptions"}))
    )
    assert not hits, told(hits)


@pytest.mark.slow
def test_every_object_keeps_it_to_itself(place: Place) -> None:
    hits = gathered(objects.object_hits(place))
    assert not hits, told(hits)


# --- one class -------------------------------------------------------------------------------------------------------


def test_one_class_in_two_worlds(place: Place) -> None:
    hits = gathered(matrix.world_hits(place, ("investigation", "restricted"), ("zh",), quick=True))
    assert not hits, told(hits)


@pytest.mark.slow
def test_one_class_in_seven_worlds(place: Place) -> None:
    hits = gathered(matrix.world_hits(place, BARRING))
    assert not hits, told(hits)


def test_one_row_in_prices_and_one_element_in_conflicts(place: Place) -> None:
    hits = [*gathered(attacks.price_hits(place, 1)), *gathered(attacks.conflict_hits(place, ("all",)))]
    assert not hits, told(hits)


@pytest.mark.slow
def test_one_row_and_one_element_everywhere(place: Place) -> None:
    hits = [*gathered(attacks.price_hits(place)), *gathered(attacks.conflict_hits(place))]
    assert not hits, told(hits)


@pytest.mark.skipif(not commands.has_option("check", "--private"), reason="check has no --private yet")
def test_check_private_lists_everybody(place: Place) -> None:
    case = assign_case()
    done = commands.run(place, "check", str(place.put("own", files(case, "csv"))), "--private", "--lang", "zh")
    for key in ("P01", "P03", "P04", "P05", "P06", "P07", "P08", "P09"):
        assert key in done.stdout, key
    assert not done.files
    assert not wanted(in_text(done.stdout + done.stderr, scope := Scope(case.secrets, only=damage.NUMBERS)), scope)


# --- guesses ---------------------------------------------------------------------------------------------------------


def test_no_hash_fits_one_status_only(place: Place) -> None:
    hits = [*attacks.hash_hits(place, "status", "csv", ("P03",)), *attacks.audit_hits(place, "status", ("P03",))]
    assert not hits, told(hits)


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS)
def test_no_hash_fits_some_guesses_only(place: Place, column: str) -> None:
    hits = [*attacks.hash_hits(place, column), *attacks.audit_hits(place, column)]
    assert not hits, told(hits)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_no_hash_of_other_forms_fits_either(place: Place, form: str) -> None:
    hits = attacks.hash_hits(place, "status", form, ("P01", "P03"))
    assert not hits, told(hits)


def test_some_guesses_are_refused(place: Place) -> None:
    hits = gathered(attacks.edit_hits(place, 9, ("zh",)))
    assert not hits, told(hits)


@pytest.mark.slow
def test_guesses_are_refused(place: Place) -> None:
    hits = gathered(attacks.edit_hits(place))
    assert not hits, told(hits)


# --- error paths -----------------------------------------------------------------------------------------------------


def tried(place: Place, seeds: range, languages: tuple[str, ...]) -> list[Hit]:
    made = damage.finished(place, assign_case())
    return [hit for seed in seeds for outcome in damage.tried(place, seed, made, languages) for hit in outcome.hits]


def test_some_error_paths(place: Place) -> None:
    hits = tried(place, range(17), ("en",))
    assert not hits, told(hits)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 500, 100))
def test_error_paths(place: Place, start: int) -> None:
    hits = tried(place, range(start, start + 100), commands.LANGUAGES)
    assert not hits, told(hits)


def test_error_paths_are_the_same_each_time(place: Place) -> None:
    made = damage.finished(place, assign_case())
    for seed in range(17):
        one, other = damage.attempt(seed, made), damage.attempt(seed, made)
        assert replace(one, files={}) == replace(other, files={})
        assert {name: data for name, data in one.files.items() if not name.endswith(".xlsx")} == {
            name: data for name, data in other.files.items() if not name.endswith(".xlsx")
        }
        assert json.dumps(one.what)
