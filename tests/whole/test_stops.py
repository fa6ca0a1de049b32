"""Stops at random moments keep a true plan; signals leave everything in order; foreign files survive every command.

More of the same, at any number: `python -m tests.stops.run`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.here import ROOT, zbopt_here
from tests.stops import inside, kills
from tests.stops.cases import SCENARIOS, Made, drawn
from tests.stops.commands import GRID, Reference, made, reference

# --- stops and signals -----------------------------------------------------------------------------------------------

SIZES = (5, 8, 12, 20, 20, 25, 30, 60)
STOPPING = ROOT.parent / "shared" / "faults" / "stopping"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes")


def faults_of_stops(case: Made, label: str, number: int) -> list[str]:
    """Stop a case so many times at random moments: what is wrong with what came back."""
    known = inside.known(case)
    stops = [inside.stopped(inside.drawn(known, f"{label}:{count}")) for count in range(number)]
    return [f"{stop}: {kind} {detail}" for stop in stops for kind, detail in stop.faults]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SIZES)))
def test_a_stopped_run_keeps_a_true_plan(number: int, tmp_path: Path) -> None:
    case = drawn(tmp_path / "case", f"test:{number}", SIZES[number])
    assert faults_of_stops(case, f"test:{number}", 5) == []


@pytest.mark.slow
@pytest.mark.skipif(not STOPPING.is_dir(), reason="the shared folder of faults is not here")
def test_the_known_case_of_stops_keeps_a_true_plan() -> None:
    assert faults_of_stops(Made("stopping", STOPPING, 20), "stopping", 20) == []


@pytest.fixture(scope="module")
def assigned(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """`assign` on a small case, as it runs when nobody hinders it."""
    folder = tmp_path_factory.mktemp("assigned")
    return reference(made("assign", folder, small=True), folder / "reference")


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize("number", range(10))
def test_a_signal_leaves_everything_in_order(number: int, assigned: Reference, tmp_path: Path) -> None:
    sign = kills.KINDS[number % len(kills.KINDS)]
    trial = kills.run(kills.trial(assigned, sign, f"test:assign:{sign}:{number}"), tmp_path / "t", sign == "KILL")
    assert trial.faults == [], str(trial)


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize(("sign", "last"), [("KILL", 1), ("KILL", 2), ("INT", 1)])
def test_ended_right_before_a_rename_the_old_result_comes_back(
    sign: str, last: int, assigned: Reference, tmp_path: Path
) -> None:
    start = assigned.starts[1]
    moment = kills.Moment("file", 0.0, start.renames[-last:][0] if start.renames else start.changes)
    trial = kills.run(kills.Trial(assigned, sign, start, moment, f"rename -{last}"), tmp_path / "t", sign == "KILL")
    assert trial.faults == [], str(trial)


# --- foreign files ---------------------------------------------------------------------------------------------------

Files = dict[str, bytes]

PLAIN: Files = {
    ".git/HEAD": b"ref: refs/heads/main\n",
    ".git/objects/ab/cdef": b"x\x01\x00\xff",
    "notes.txt": "周三前问两个单位\n".encode(),
}
MANIFEST: Files = PLAIN | {"manifest.json": b'{"name": "app", "version": "1.0"}\n'}
NAMESAKES: Files = MANIFEST | {
    "plan.json": b'{"plan": "B"}\n',
    "plan.xlsx": b"not a workbook",
    "audit.json": b"{}\n",
    "frontier.json": b'{"frontier": "west"}\n',
    "grid.json": b"[]\n",
    "grid.csv": b"a,b\n1,2\n",
    "rows/1.json": b'{"row": 1}\n',
}
FOREIGN = {"plain": PLAIN, "manifest": MANIFEST, "namesakes": NAMESAKES}


def put(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def changed(folder: Path, files: Files) -> list[str]:
    """The foreign files that are gone or not what they were."""
    return [
        name for name, data in files.items() if not (folder / name).is_file() or (folder / name).read_bytes() != data
    ]


def grid_file(folder: Path) -> Path:
    path = folder / "grid.yaml"
    path.write_text(GRID, encoding="utf-8")
    return path


TINY, PART_TIME, THREE = SCENARIOS / "tiny", SCENARIOS / "part-time", SCENARIOS / "three-task-forces"
WHAT_IF = ("what-if", str(TINY), "--set", "policy.merit.fit=9", "--out")
FOLDERS: dict[str, Callable[[Path, Path], tuple[str, ...]]] = {
    "assign": lambda out, own: ("assign", str(TINY), "--out", str(out)),
    "merge": lambda out, own: ("merge", str(THREE), "--out", str(out)),
    "restructure": lambda out, own: ("restructure", str(THREE), "--out", str(out)),
    "frontier": lambda out, own: ("restructure", str(THREE), "--frontier", "--out", str(out)),
    "grid": lambda out, own: (
        "what-if", str(PART_TIME), "--grid", str(grid_file(own)), "--processes", "1", "--out", str(out),
    ),
}  # fmt: skip
"""The commands that write a folder, by where they write and a folder for what they read."""
LISTS: dict[str, tuple[str, ...]] = {
    "what-if": WHAT_IF,
    "prices": ("prices", str(TINY), "--processes", "1", "--out"),
    "compare": ("compare", str(TINY), str(PART_TIME), "--out"),
    "alternatives": ("alternatives", str(TINY), "--out"),
}
"""The commands that write a file; last comes where."""


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("line", FOLDERS.values(), ids=FOLDERS)
def test_a_foreign_folder_is_left_alone(
    line: Callable[[Path, Path], tuple[str, ...]], files: Files, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    put(out, files)
    done = zbopt_here(*line(out, tmp_path))
    assert changed(out, files) == []
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("line", FOLDERS.values(), ids=FOLDERS)
def test_files_that_a_planner_put_beside_a_result_stay(
    line: Callable[[Path, Path], tuple[str, ...]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert zbopt_here(*line(out, tmp_path)).returncode == 0
    put(out, PLAIN)
    assert zbopt_here(*line(out, tmp_path)).returncode in (0, 2)
    assert changed(out, PLAIN) == []


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("name", ["", "result.json", "result.csv", "result.xlsx"], ids=lambda name: name or "folder")
@pytest.mark.parametrize("line", LISTS.values(), ids=LISTS)
def test_a_list_written_among_foreign_files_leaves_them(
    line: tuple[str, ...], name: str, files: Files, tmp_path: Path
) -> None:
    put(tmp_path / "out", files)
    done = zbopt_here(*line, str(tmp_path / "out" / name))
    assert changed(tmp_path / "out", files) == []
    assert done.returncode == (0 if name else 2)


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("further", [(), ("--workbook",)], ids=["tables", "workbook"])
def test_init_leaves_a_foreign_folder_alone(further: tuple[str, ...], files: Files, tmp_path: Path) -> None:
    put(tmp_path / "out", files)
    assert zbopt_here("init", str(tmp_path / "out"), *further).returncode == 2
    assert changed(tmp_path / "out", files) == []


@pytest.mark.parametrize("taken", [False, True], ids=["free", "taken"])
def test_a_repair_leaves_what_stands_beside_the_scenario(taken: bool, tmp_path: Path) -> None:
    folder = tmp_path / "infeasible"
    shutil.copytree(SCENARIOS / "infeasible", folder)
    own = {path.name: path.read_bytes() for path in folder.iterdir()}
    files = NAMESAKES | own | ({"scenario.repair-1.yaml": b"name: mine\n"} if taken else {})
    put(folder, files)
    done = zbopt_here("repair", str(folder), "--apply", "1")
    assert changed(folder, files) == []
    assert done.returncode == (2 if taken else 0)
