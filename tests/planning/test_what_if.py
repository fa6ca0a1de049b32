"""What-ifs, grids that survive kill -9, a cluster that loses a worker, comparisons."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import zbopt
from tests.here import ROOT, zbopt_here
from zbopt.diagnostics import DiagnosticsError
from zbopt.plan.compare import Side, comparison
from zbopt.planning.comparing import with_edits
from zbopt.scenario.editing import applied, edited
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import load

SCENARIOS = ROOT / "scenarios"
PART_TIME = SCENARIOS / "part-time"


def grid_file(folder: Path, rows: int = 6) -> Path:
    path = folder / "grid.yaml"
    fits = "".join(f"    - policy.merit.fit={number}\n" for number in range(1, rows + 1))
    path.write_text(
        f"format: 1\nfactors:\n  fit:\n{fits}  stability:\n    - {{label: as it is}}\n    - policy.merit.stability=9\n"
        "rows:\n  - {label: without P1, edits: [-people.P1]}\n",
        encoding="utf-8",
    )
    return path


# --- one what-if -----------------------------------------------------------------------------------------------------


def test_a_what_if_equals_the_edited_scenario() -> None:
    found = zbopt.what_if(SCENARIOS / "tiny", ["policy.merit.fit=9"])
    after, _ = edited(load(SCENARIOS / "tiny").scenario, ["policy.merit.fit=9"])
    assert [side["label"] for side in found.document["sides"]] == ["before", "after"]
    assert found.results[1].scenario.sha256 == after.sha256
    assert found.document["sides"][1]["figures"]["stage.merit"] == found.results[1].solution.stages[-1].value
    (item,) = found.document["against_first"]
    (row,) = item["inputs"]
    assert row == {"list": "policy", "key": "merit", "field": "fit", "before": "5", "after": "9"}
    assert list(found.frames["figures"].columns) == ["before", "after"]


def test_people_placed_otherwise_are_told_with_a_reason() -> None:
    base = zbopt.assign(SCENARIOS / "tiny")
    person = next(seat["person"] for seat in base.document["seats"] if seat["person"])
    post = next(seat["post"] for seat in base.document["seats"] if seat["person"] == person)
    found = zbopt.what_if(SCENARIOS / "tiny", [f"+pins.{person}@{post}!not"])
    rows = {row["person"]: row for row in found.document["against_first"][0]["people"]}
    assert rows[person]["before"] == [post]
    assert "bar.pin" in {entry["code"] for entry in rows[person]["why"]}


def test_confidential_differences_are_hidden() -> None:
    one = load(SCENARIOS / "tiny").scenario
    person = one.people[0].id
    edits = [Edit("set", ("people", person, "health"), "较差"), Edit("set", ("people", person, "title"), "主任")]
    (item,) = comparison([Side("a", one, None), Side("b", applied(one, edits), None)])["against_first"]
    assert [(row["key"], row["field"], row["after"]) for row in item["inputs"]] == [
        (person, "title", "主任"),  # not even that others differ: it would tell whether a guess is right
    ]


# --- grids -----------------------------------------------------------------------------------------------------------


def test_a_grid_is_every_combination_and_is_not_solved_twice(tmp_path: Path) -> None:
    path = grid_file(tmp_path)
    found = zbopt.grid(PART_TIME, path, out=tmp_path / "out", processes=1)
    assert (found.computed, len(found.document["rows"]), found.status) == (13, 13, "proved")
    frame = found.frames["rows"]
    for number in (1, 4):
        one = zbopt.what_if(PART_TIME, [f"policy.merit.fit={number}", "policy.merit.stability=9"])
        row = frame[(frame["fit"] == str(number)) & (frame["stability"] == "policy.merit.stability=9")]
        assert row["merit"].item() == one.document["sides"][1]["figures"]["stage.merit"]
    again = zbopt.grid(PART_TIME, path, out=tmp_path / "out", processes=1)
    assert again.computed == 0
    assert again.document == found.document


@pytest.mark.parametrize("use", ["grid", "frontier"])
def test_rows_are_not_used_after_something_confidential_changed(use: str, tmp_path: Path) -> None:
    """No hash that leaves may tell of the change; the rows must not be taken for those of the scenario as it is now."""
    source = PART_TIME if use == "grid" else SCENARIOS / "three-task-forces"
    folder = tmp_path / "case"
    shutil.copytree(source, folder)
    (folder / "changed.yaml").write_text("base: scenario.yaml\npolicy: {rules: {R22: {mode: off}}}\n", encoding="utf-8")
    changed, out = folder / "changed.yaml", str(tmp_path / "out")
    assert load(folder).scenario.sha256 == load(changed).scenario.sha256
    if use == "grid":
        path = grid_file(tmp_path, 1)
        for scenario, computed in ((folder, 3), (folder, 0), (changed, 3), (folder, 0)):
            assert zbopt.grid(scenario, path, out=out, processes=1).computed == computed
        return

    def resumed(scenario: Path) -> int:
        told = zbopt_here("restructure", str(scenario), "--frontier", "--out", out, "--format", "json").stdout
        return int(json.loads(told)["resumed"])

    assert resumed(folder) == 0
    assert resumed(folder) > 0
    assert resumed(changed) == 0


def test_a_row_that_leaves_nothing_to_staff_is_told(tmp_path: Path) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text("rows: [{label: 无人, edits: [-people.P1, -people.P2]}, policy.merit.fit=4]", encoding="utf-8")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(TWO, encoding="utf-8")
    done = zbopt_here(
        "what-if", str(folder), "--grid", str(path), "--processes", "1", "--out", str(tmp_path / "o"), "--lang", "zh"
    )
    assert done.returncode == 0
    assert "无法执行" in done.stdout


TWO = """name: 二
as_of: 2019-06
units: [{id: U1, name: 局}]
people: [{id: P1, name: 甲, unit: U1}, {id: P2, name: 乙, unit: U1}]
task_forces: [{id: T1, name: 专班, kind: special, posts: [{id: T1-a}]}]
"""


def test_rows_of_something_else_are_not_used(tmp_path: Path) -> None:
    path = grid_file(tmp_path, 1)
    assert zbopt.grid(PART_TIME, path, out=tmp_path / "out", processes=1).computed == 3
    assert zbopt.grid(PART_TIME, path, out=tmp_path / "out", processes=1, seed=7).computed == 3
    other, _ = with_edits(zbopt.load(PART_TIME), ["policy.merge.max_size=14"])
    assert zbopt.grid(other, path, out=tmp_path / "out", processes=1).computed == 3
    file = next((tmp_path / "out" / "rows").iterdir())
    file.write_text("{half", encoding="utf-8")
    total = sum(
        zbopt.grid(source, path, out=tmp_path / "out", processes=1, seed=seed).computed
        for source, seed in ((PART_TIME, None), (PART_TIME, 7), (other, None))
    )
    assert total == 1


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("format: 1\n", {"Z535"}),
        ("format: 2\nrows: [a=1]\n", {"Z019"}),
        ("factors: {a: []}\n", {"Z535"}),
        ("factors: {a: [{edits: 5, colour: red}]}\n", {"Z535"}),
        ("factor: {a: [x=1]}\nrows: [x=1]\n", {"Z102"}),
        ("rows: [foo=1, units.U99.lend_max=3]\n", {"Z521"}),
        ("factors: {a: [%s], b: [%s], c: [%s]}\n" % ((", ".join(f"x={n}" for n in range(40)),) * 3), {"Z536"}),
    ],
)
def test_a_grid_file_that_is_none_is_told(text: str, codes: set[str], tmp_path: Path) -> None:
    path = tmp_path / "g.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticsError) as problem:
        zbopt.grid(PART_TIME, path, out=tmp_path / "out")
    assert {item.code for item in problem.value.diagnostics} == codes
    assert not (tmp_path / "out").exists()


def command(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "zbopt", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(test: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not test():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def rows_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("rows/*.json")}


def members(group: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes")
def test_a_killed_grid_goes_on_where_it_was(tmp_path: Path) -> None:
    path, out = grid_file(tmp_path, 40), tmp_path / "out"
    arguments = ("what-if", PART_TIME, "--grid", path, "--out", out, "--processes", 2)
    first = command(*arguments)
    wait_for(lambda: len(rows_in(out)) >= 10)
    first.send_signal(signal.SIGKILL)
    first.wait()
    wait_for(lambda: not members(first.pid), 20)  # its workers end by themselves
    before = rows_in(out)
    assert 10 <= len(before) < 81
    assert not (out / "grid.json").exists()
    assert command(*arguments).wait(120) == 0
    after = rows_in(out)
    assert len(after) == 81
    assert {name: after[name] for name in before} == before  # no finished row was computed again
    whole = zbopt.grid(PART_TIME, path, out=tmp_path / "whole", processes=1)
    assert json.loads((out / "grid.json").read_text(encoding="utf-8")) == whole.document


# --- cluster ---------------------------------------------------------------------------------------------------------


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on loopback, each a process of its own."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    run = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started = [subprocess.Popen([*run, "--no-dashboard", "--scheduler-file", str(file)], **quiet)]  # type: ignore[call-overload]
    try:
        wait_for(file.exists)
        address = json.loads(file.read_text())["address"]
        work = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        ]
        started += [subprocess.Popen(work, **quiet) for _ in range(2)]  # type: ignore[call-overload]
        yield address, started[1:]
    finally:
        for process in started[::-1]:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes")
def test_the_task_of_a_killed_process_is_given_to_another(tmp_path: Path) -> None:
    path, out = grid_file(tmp_path, 30), tmp_path / "out"
    run = command("what-if", PART_TIME, "--grid", path, "--out", out, "--processes", 2)
    wait_for(lambda: len(rows_in(out)) >= 5)
    workers = [pid for pid in members(run.pid) if pid != run.pid and b"spawn_main" in cmdline(pid)]
    os.kill(workers[0], signal.SIGKILL)
    assert run.wait(120) == 0
    assert len(rows_in(out)) == 61
    assert json.loads((out / "grid.json").read_text(encoding="utf-8"))["status"] == "proved"


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_loses_no_row(tmp_path: Path) -> None:
    path, out = grid_file(tmp_path, 30), tmp_path / "out"
    with cluster(tmp_path) as (address, workers):
        run = command("what-if", PART_TIME, "--grid", path, "--out", out, "--scheduler", address, "--progress", "none")
        wait_for(lambda: len(rows_in(out)) >= 5)
        os.kill(workers[0].pid, signal.SIGKILL)
        at_kill = len(rows_in(out))
        assert run.wait(120) == 0
    assert at_kill < 61 == len(rows_in(out))
    whole = zbopt.grid(PART_TIME, path, out=tmp_path / "whole", processes=1)
    found = json.loads((out / "grid.json").read_text(encoding="utf-8"))
    assert found == whole.document  # every row once, with its own answer
    assert whole.computed == 61


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError) as problem:
        zbopt.grid(PART_TIME, grid_file(tmp_path, 1), out=tmp_path / "out", scheduler="tcp://127.0.0.1:9")
    assert [item.code for item in problem.value.diagnostics] == ["Z539"]
