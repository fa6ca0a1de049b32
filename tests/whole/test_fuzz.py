"""The fuzz run: 300 damaged inputs, and that its judge can fail. `python -m tests.fuzz.run` does more."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.here import ROOT

pytest.importorskip("resource")

from tests.fuzz.base import BOOK, CSV, GB, INLINE, MAIN, SHEET_FILE, Base, make, written
from tests.fuzz.child import Lists, Outcome
from tests.fuzz.container import planted_rows
from tests.fuzz.damage import KINDS, SAME, TOLD, Damage, case
from tests.fuzz.judge import ended, kept

CHECK = ("check", "./case")


def fuzz(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    """The script in a process of its own: it forks, and a test runner has threads."""
    code = f"import sys; {before}; from tests.fuzz.run import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8")


@pytest.mark.slow
def test_damaged_inputs() -> None:
    done = fuzz("--number", "300", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr


# --- the judge itself --------------------------------------------------------------------------------------------------


def read(base: Base, *lost: str) -> Lists:
    """What a reader would make of a base, some people lost."""
    lists: Lists = {name: {str(row["id"]): dict(row) for row in rows} for name, rows in base.tables.items()}
    lists["people"] = {key: row for key, row in lists["people"].items() if key not in lost}
    return lists


def judged(base: Base, damage: Damage, outcome: Outcome) -> list[str]:
    """The titles of what is wrong."""
    before = Outcome(CHECK, read=read(base))
    return [failure.title for failure in (*ended(outcome, damage), *kept(base, damage, outcome, before))]


@pytest.mark.parametrize("form", [INLINE, CSV, GB, BOOK])
def test_a_lost_row_is_found(form: str) -> None:
    base = make(form, 1)
    damage = Damage(base.files, base.people_file)
    lost = Outcome(CHECK, read=read(base, "P103"))
    assert judged(base, damage, Outcome(CHECK, read=read(base))) == []
    assert judged(base, damage, lost) == ["rows lost without a word"]
    assert judged(base, damage, replace(lost, told=(f"Z999 {base.people_file}:4",))) == []
    assert judged(base, damage, replace(lost, told=("Z999 leaders.csv:4",))) == ["rows lost without a word"]
    assert judged(base, damage, replace(lost, code=2, stderr="error Z020 people.csv", read=None)) == []


def test_a_row_that_is_gone_from_the_file_is_not_missed() -> None:
    base = make(CSV, 1)
    text = "\n".join(line for line in base.text("people.csv").split("\n") if not line.startswith("P103"))
    damage = Damage(base.with_text("people.csv", text), "people.csv")
    assert judged(base, damage, Outcome(CHECK, read=read(base, "P103"))) == []
    assert judged(base, damage, Outcome(CHECK, read=read(base, "P103", "P104"))) == ["rows lost without a word"]


def test_a_row_cut_short_and_a_value_turned_blank_are_found() -> None:
    base = make(CSV, 2)
    text = "\n".join(
        line.rpartition(",")[0] if line.startswith("P102") else line for line in base.text("people.csv").split("\n")
    )
    short = Damage(base.with_text("people.csv", text), "people.csv")
    title = "rows of the wrong length accepted without a word"
    assert judged(base, short, Outcome(CHECK, read=read(base))) == [title]
    blank = read(base)
    blank["people"]["P102"]["status"] = "on_duty"  # under investigation in the file
    damage = Damage(base.files, "people.csv", SAME, filled=(("P102", "status"),))
    assert judged(base, damage, Outcome(CHECK, read=blank)) == ["read differently without a word"]
    damage = replace(damage, row=("people", "P102"), must="rows")
    assert judged(base, damage, Outcome(CHECK, read=blank)) == ["a filled cell read as blank without a word"]
    assert judged(base, replace(damage, row=("people", "P101")), Outcome(CHECK, read=blank))[0].startswith(
        "untouched rows"
    )


def test_bad_ends_are_found() -> None:
    base = make(INLINE, 1)
    damage = Damage(base.files, MAIN, TOLD, place=f"{MAIN}:7", secret="999999198501011")
    good = Outcome(CHECK, code=2, stderr=f"error Z010 {MAIN}:7: x")
    assert judged(base, damage, good) == []
    assert judged(base, damage, Outcome(CHECK, read=read(base))) == ["accepted without a word"]
    assert judged(base, damage, replace(good, stderr=f"error {MAIN}:70: x")) == ["the place is not named"]
    for bad, title in (
        (replace(good, code=1), "exit 1 of check"),
        (replace(good, code=5), "exit 5 of check"),
        (replace(good, code=1, crash="Traceback\nValueError: x"), "traceback: ValueError"),
        (replace(good, code=None, signal=6), "ended by signal 6"),
        (replace(good, code=None, signal=24), "over 10 s"),
        (replace(good, seconds=11), "over 10 s"),
        (replace(good, megabytes=1001), "over 1 GB"),
        (replace(good, hung=True), "hangs"),
        (replace(good, stderr=f"{good.stderr} \x1b[2J"), "raw control character"),
        (replace(good, stderr=f"{good.stderr} 999999198501011234"), "identity number shown"),
        (replace(good, stderr=good.stderr * 20_000), "flood of messages"),
    ):
        assert judged(base, damage, bad)[:1] == [title]


def test_a_hard_end_is_an_outcome() -> None:
    """A native library that aborts ends the forked process alone, and the run says so."""
    plant = "import os, zbopt.cli; zbopt.cli.main = lambda arguments: os.abort()"
    done = fuzz("--number", "2", "--seed", "1", "--only", "lines", before=plant)
    assert done.returncode == 1
    assert done.stdout.count("ended by signal 6") >= 2
    assert "again: --seed 1 --case 0 --only lines" in done.stdout


# --- the damage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "plan"])
def test_a_case_is_made_again_from_its_seed(kind: str) -> None:
    for number in range(3):
        assert case(7, number, kind).damage == case(7, number, kind).damage


def test_rows_of_a_workbook_are_counted_without_zbopt() -> None:
    base = make(BOOK, 1)
    ids = frozenset(str(row["id"]) for row in base.tables["people"])
    assert planted_rows(base.files[SHEET_FILE], ids) == ids
    fewer = written(BOOK, 1, {**base.tables, "people": base.tables["people"][2:]})
    assert planted_rows(fewer.files[SHEET_FILE], ids) == ids - {"P101", "P102"}
    assert planted_rows(base.files[SHEET_FILE][:-40], ids) is None
