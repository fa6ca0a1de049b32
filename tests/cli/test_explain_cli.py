"""The explaining commands as a planner uses them: exit codes, files, formats, faults."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.test_cli import zbopt as zbopt_apart
from tests.here import zbopt_here as zbopt

INFEASIBLE = "scenarios/infeasible"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("plan") / "run"
    assert zbopt("assign", "scenarios/tiny", "--out", str(out)).returncode == 0
    return str(out)


def test_an_impossible_assign_says_why_and_what_would_mend_it(tmp_path: Path) -> None:
    done = zbopt("assign", INFEASIBLE, "--out", str(tmp_path / "r"), "--lang", "en")
    assert done.returncode == 3
    assert "Conflict 1 (5 elements): no plan meets these together" in done.stdout
    assert "allow P1 甲一 at T1-head with an approval" in done.stdout
    assert "--apply N" in done.stdout


def test_repair_writes_a_scenario_that_can_be_staffed(tmp_path: Path) -> None:
    shutil.copytree(INFEASIBLE, tmp_path / "s")
    assert zbopt("repair", str(tmp_path / "s")).returncode == 3
    assert zbopt("repair", str(tmp_path / "s"), "--apply", "1").returncode == 0
    new = tmp_path / "s" / "scenario.repair-1.yaml"
    assert new.is_file()
    assert zbopt("assign", str(new), "--out", str(tmp_path / "r")).returncode == 0
    assert "Z542" in zbopt("repair", str(tmp_path / "s"), "--apply", "1").stderr
    over = zbopt("repair", str(tmp_path / "s"), "--apply", "9")
    assert (over.returncode, "Z540" in over.stderr) == (2, True)


@pytest.mark.parametrize("name", ["over-constrained", "tiny"])
def test_repair_of_a_plan_that_exists_ends_well(name: str) -> None:
    done = zbopt("repair", f"scenarios/{name}", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "proved"


def test_prices_in_every_form(tmp_path: Path) -> None:
    whole = json.loads(zbopt("prices", "scenarios/over-constrained", "--format", "json").stdout)
    assert len(whole["prices"]) == whole["listed"]
    table = zbopt("prices", "scenarios/over-constrained", "--format", "csv", "--out", str(tmp_path / "p.xlsx"))
    rows = list(csv.reader(io.StringIO(table.stdout)))
    assert len(rows) == 1 + whole["listed"]
    assert zipfile.is_zipfile(tmp_path / "p.xlsx")
    one = json.loads(zbopt("prices", "scenarios/over-constrained", "--format", "json", "--processes", "1").stdout)
    assert one["prices"] == whole["prices"]  # the same from one process and from several
    assert zbopt("prices", INFEASIBLE).returncode == 3
    wrong = zbopt("prices", "scenarios/tiny", "--out", str(tmp_path / "p.txt"))
    assert (wrong.returncode, "Z543" in wrong.stderr) == (2, True)


def test_alternatives(tmp_path: Path) -> None:
    done = zbopt(
        "alternatives", "scenarios/tiny", "-k", "5", "--tolerance", "100%", "--min-difference", "1", "--format", "json"
    )
    found = json.loads(done.stdout)
    assert found["search"] == "none_left"
    assert all(row["different"] >= 1 for row in found["plans"])
    assert zbopt("alternatives", "scenarios/tiny", "--tolerance", "viel").returncode == 2
    assert zbopt("alternatives", INFEASIBLE).returncode == 3


def test_what_if_and_its_faults(tmp_path: Path) -> None:
    done = zbopt(
        "what-if", "scenarios/tiny", "--set", "policy.merit.fit=9", "--out", str(tmp_path / "w.xlsx"), "--lang", "zh"
    )
    assert done.returncode == 0
    assert "主要指标对比" in done.stdout
    assert zipfile.is_zipfile(tmp_path / "w.xlsx")
    wrong = zbopt("what-if", "scenarios/tiny", "--set", "policy.merit.fits=9", "--drop-person", "P99", "--pin", "P1@T9")
    assert (wrong.returncode, wrong.stderr.count("Z521")) == (2, 3)
    assert zbopt("what-if", "scenarios/tiny").returncode == 2
    assert zbopt("what-if", "scenarios/tiny", "--set", "policy.merit.fit=9", "--processes", "2").returncode == 2
    people = [word for key in ("P2", "P3", "P4") for word in ("--drop-person", key)]
    settings = ["--set", "posts.T1-head.must_fill=true", "--pin", "P1@T1-head!not"]
    impossible = zbopt("what-if", "scenarios/tiny", *settings, *people)
    assert impossible.returncode == 3


def test_a_grid_on_the_command_line(tmp_path: Path) -> None:
    grid = tmp_path / "g.yaml"
    grid.write_text("factors:\n  fit: [policy.merit.fit=1, policy.merit.fit=2]\n", encoding="utf-8")
    out = tmp_path / "out"
    done = zbopt("what-if", "scenarios/tiny", "--grid", str(grid), "--out", str(out))
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO((out / "grid.csv").read_text(encoding="utf-8-sig"))))
    assert [row["fit"] for row in rows] == ["1", "2"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    refused = zbopt("what-if", "scenarios/tiny", "--grid", str(grid), "--out", str(tmp_path / "other"))
    assert (refused.returncode, "Z507" in refused.stderr) == (2, True)


def test_compare(plan: str, tmp_path: Path) -> None:
    same = json.loads(zbopt("compare", plan, "scenarios/tiny", "--format", "json").stdout)
    (item,) = same["against_first"]
    assert (item["inputs"], item["people"]) == ([], [])
    assert len({json.dumps(side["figures"]) for side in same["sides"]}) == 1
    three = zbopt("compare", plan, "scenarios/tiny", "scenarios/part-time", "--lang", "en")
    assert three.returncode == 0
    assert "Figures side by side" in three.stdout
    assert zbopt("compare", plan).returncode == 2
    assert zbopt("compare", plan, str(tmp_path)).returncode == 2


def test_why_not_and_what_it_takes(plan: str) -> None:
    done = zbopt("why-not", "P4", "T1-plan", "--plan", plan, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["messages"]
    assert zbopt("why-not", "P4", "--plan", plan).returncode == 2
    assert zbopt("why-not", "95", "--plan", plan).returncode == 2
    assert zbopt("what-would-it-take", "P2", "T1-head", "--plan", plan, "--lang", "zh").returncode == 0


@pytest.mark.parametrize(
    "command", ["repair", "prices", "alternatives", "what-if", "compare", "why", "why-not", "what-would-it-take"]
)
def test_help_in_chinese(command: str) -> None:
    done = zbopt(command, "--help", "--lang", "zh")
    assert done.returncode == 0
    assert "选项" in done.stdout
    assert sum(ord(letter) > 0x4E00 for letter in done.stdout) > 40


def test_ctrl_c_reaches_every_solve_and_is_told() -> None:
    """A stop asked for while one solve runs reaches the next one too: nothing is set beside a plan that had its time."""
    from zbopt.cli.progress import Stopper
    from zbopt.progress import INTERRUPTED, Control

    stopper, first, second = Stopper(), Control(), Control()
    stopper(first)
    stopper.stop(INTERRUPTED)
    stopper(second)
    assert first.stop_requested
    assert second.stop_requested
    assert stopper.interrupted


def test_a_price_list_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from zbopt import planning
    from zbopt.explaining import prices as made

    monkeypatch.setattr(made.PriceList, "each", lambda self: iter(()))
    found = planning.prices("scenarios/tiny", processes=1, on_control=lambda control: control.request_stop())
    assert (found.status, found.interrupted) == ("stopped", True)


def test_a_run_without_a_plan_explains_nothing(tmp_path: Path) -> None:
    zbopt("assign", INFEASIBLE, "--out", str(tmp_path / "r"))
    done = zbopt("what-would-it-take", "P1", "T1-head", "--plan", str(tmp_path / "r"))
    assert (done.returncode, "Z547" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "edits",
    [
        ("task_forces.T1.size=",),
        ("people.P1.kin.person=P2",),
        ("term.from=2020-01",),
        ("policy.quotas.x.min=3",),
        ("people.P1.pool=true",),
    ],
)
def test_edits_that_once_crashed_or_did_nothing(edits: tuple[str, ...]) -> None:
    words = [word for text in edits for word in ("--set", text)]
    done = zbopt("what-if", "scenarios/tiny", *words)
    assert done.returncode == 2
    assert "Z5" in done.stderr


def test_guesses_at_what_is_confidential_are_not_answered(tmp_path: Path) -> None:
    """Right or wrong, about a field or one rule: the same refusal, before anything is solved."""
    grid = tmp_path / "g.yaml"
    grid.write_text("factors:\n  状态: [people.P1.status=借出, people.P1.status=病假]\n", encoding="utf-8")
    done = zbopt("what-if", "scenarios/tiny", "--grid", str(grid), "--out", str(tmp_path / "o"), "--processes", "1")
    assert done.returncode == 2
    assert not (tmp_path / "o").exists()
    edits = ("people.P1.status=在岗", "people.甲一.status=病假", "people.P1.kin=P2:夫妻", "policy.rules.R19=off")
    told = {zbopt("what-if", "scenarios/tiny", "--set", edit).stderr for edit in edits}
    assert len(told) == 1
    assert "Z556" in told.pop()


def test_the_class_of_confidential_rules_may_be_tried_as_a_whole() -> None:
    done = zbopt("what-if", "scenarios/tiny", "--set", "policy.rules.other_conditions=warn", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "R19" not in done.stdout


def test_repair_is_the_same_on_every_run() -> None:
    texts = {
        zbopt_apart("repair", "tests/cases/infeasible/27-double-head-and-quota", PYTHONHASHSEED=str(seed)).stdout
        for seed in (0, 1, 7)
    }
    assert len(texts) == 1


def test_reading_a_plan_loads_no_solver(plan: str) -> None:
    """`why PERSON` is read from the plan; only answers that solve pay for the solver."""
    code = (
        "import sys; from tests.here import zbopt_here; "
        f"done = zbopt_here('why', 'P1', '--plan', {plan!r}); "
        "print(done.returncode, [name for name in ('ortools', 'highspy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 []"
