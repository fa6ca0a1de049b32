"""The command line as a planner uses it: exit codes, files, formats, what is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML


def zbopt(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zbopt", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize(
    ("folder", "code", "status"),
    [
        ("tiny", 0, "proved"),
        ("over-constrained", 0, "proved"),
        ("part-time", 0, "proved"),
        ("infeasible", 3, "infeasible"),
    ],
)
def test_every_scenario_folder_ends_as_it_says(folder: str, code: int, status: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = zbopt("assign", f"scenarios/{folder}", "--out", str(out), "--cross-check", "--format", "json")
    assert done.returncode == code, done.stderr
    plan = json.loads(done.stdout)
    assert plan["status"] == status
    assert json.loads((out / "plan.json").read_text(encoding="utf-8")) == plan
    assert {path.name for path in out.iterdir()} == {"plan.json", "plan.xlsx", "manifest.json", "audit.json"}
    assert zbopt("audit", str(out)).returncode == 0


def test_tiny_gives_the_answer_argued_in_its_comments(tmp_path: Path) -> None:
    plan = json.loads(zbopt("assign", "scenarios/tiny", "--out", str(tmp_path / "r"), "--format", "json").stdout)
    seats = {seat["post"]: seat["person"] for seat in plan["seats"]}
    assert seats == {"T1-head": "P1", "T1-plan": "P2", "T2-write": "P4"}
    assert plan["stages"][-1]["value"] == 2150


def test_an_altered_plan_is_found_with_exit_5(tmp_path: Path) -> None:
    out = tmp_path / "run"
    zbopt("assign", "scenarios/tiny", "--out", str(out))
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    plan["headline"]["after"]["people"] += 1
    (out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = zbopt("audit", str(out))
    assert done.returncode == 5
    assert "headline.after.people" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("assign", "nowhere"),
        ("assign",),
        ("check", "nowhere"),
        ("why", "P1", "--plan", "nowhere"),
        ("explain-code", "Z9"),
        ("assing",),
    ],
)
def test_misuse_exits_2_without_a_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = zbopt(*arguments, cwd=tmp_path, PYTHONPATH=os.getcwd())
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize("style", ["csv", "markdown", "text"])
def test_formats(style: str, tmp_path: Path) -> None:
    done = zbopt("assign", "scenarios/tiny", "--out", str(tmp_path / "r"), "--format", style, "--lang", "zh")
    assert done.returncode == 0
    assert "T1-head" in done.stdout


@pytest.mark.parametrize("workbook", [[], ["--workbook"]])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_init_writes_a_scenario_that_solves(lang: str, workbook: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert zbopt("init", str(folder), "--lang", lang, *workbook).returncode == 0
    assert zbopt("check", str(folder)).returncode == 0
    done = zbopt("assign", str(folder), "--out", str(tmp_path / "r"), "--lang", lang)
    assert done.returncode == 0
    assert all(line.isascii() is False or len(line) < 400 for line in done.stdout.splitlines())
    assert zbopt("init", str(folder)).returncode == 2


def test_output_survives_a_gbk_console(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zbopt", "assign", "scenarios/tiny", "--out", str(tmp_path / "r"), "--lang", "zh"]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "已证最优" in done.stdout.decode("gbk")


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    done = zbopt("assign", "scenarios/tiny", "--out", str(tmp_path / "mine"))
    assert done.returncode == 2
    assert "Z507" in done.stderr
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "keep"


def test_help_imports_neither_solver_nor_pandas() -> None:
    heavy = ("ortools", "highspy", "scipy", "numpy", "pandas", "pydantic")
    code = (
        "import sys; from zbopt.cli import zbopt; zbopt.main(['--help'], standalone_mode=False);"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_the_schema_accepts_every_shipped_scenario() -> None:
    schema = json.loads(zbopt("schema").stdout)
    Draft202012Validator.check_schema(schema)
    for path in Path("scenarios").rglob("*.yaml"):
        value = json.loads(json.dumps(YAML(typ="safe").load(path), default=str))
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
        if "base" not in value:
            assert not errors, (path, errors[:3])


def test_why_and_why_not(tmp_path: Path) -> None:
    out = str(tmp_path / "r")
    zbopt("assign", "scenarios/tiny", "--out", out)
    assert "T1-plan" in zbopt("why", "P2", "--plan", out).stdout
    assert "R27" in zbopt("why-not", "P2", "T1-head", "--plan", out).stdout
    assert "P1" in zbopt("why", "T1-head", "--plan", out).stdout


def test_why_refuses_a_plan_whose_scenario_has_changed(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    shutil.copytree("scenarios/tiny", folder)
    out = str(tmp_path / "r")
    zbopt("assign", str(folder), "--out", out)
    path = folder / "scenario.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: P2,", "id: P9,"), encoding="utf-8")
    done = zbopt("why", "P1", "--plan", out)
    assert done.returncode == 2
    assert "Z511" in done.stderr


def test_the_language_may_stand_before_the_command() -> None:
    assert "错误" in zbopt("--lang", "zh", "check", "nowhere").stderr
