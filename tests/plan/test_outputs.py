"""Where results go: a foreign folder is never touched, a plan never replaced by less, a killed run never loses one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.here import Done, zbopt_here
from zbopt.cli.progress import Stopper
from zbopt.plan import runfolder, writing
from zbopt.plan.runfolder import Identity
from zbopt.progress import INTERRUPTED

TINY = "scenarios/tiny"


def run(*arguments: str | Path) -> Done:
    return zbopt_here(*(str(item) for item in arguments))


def shown(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(item.relative_to(folder)): item.read_bytes() for item in folder.rglob("*") if item.is_file()}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A planner's own folder that happens to hold files of our names."""
    folder = tmp_path / "笔记"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("[core]")
    (folder / "manifest.json").write_text('{"name": "my app"}')
    (folder / "plan.json").write_text("[]")
    (folder / "notes.txt").write_text("不要删除")
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A good plan on disk."""
    folder = tmp_path / "good"
    assert run("assign", TINY, "--out", folder).returncode == 0
    return folder


# --- foreign folders -------------------------------------------------------------------------------------------------


def test_foreign_files_that_are_named_like_our_leftovers_stay(tmp_path: Path) -> None:
    """Also where a folder is refused, and beside one that is written."""
    dead = 2**22 + 1
    for name in (".zbopt-new-planner/notes.txt", ".zbopt-probe-abc", f".zbopt-new-{dead}/.complete"):
        (tmp_path / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / name).write_text("不要删除")
    for name in ("plan.json", f".zbopt-new-{dead}/plan.json", f".zbopt-new-{dead}/notes.txt"):
        (tmp_path / "a" / name).write_text("[]")
    for name in (".o.zbopt-notes/x", ".o.zbopt-old/.git/config", f".o.zbopt-{dead}/.git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    before = shown(tmp_path)
    assert run("assign", TINY, "--out", tmp_path / "a").returncode == 2
    assert run("init", tmp_path / "a").returncode == 2
    assert shown(tmp_path) == before
    assert run("assign", TINY, "--out", tmp_path / "o").returncode == 0
    after = shown(tmp_path)
    assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize("command", ["assign", "merge", "restructure", "frontier", "grid", "init"])
def test_a_foreign_folder_is_never_touched(command: str, foreign: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.yaml"
    grid.write_text("rows: [{label: 一, edits: [policy.merit.fit=4]}]")
    calls = {
        "assign": ("assign", TINY, "--out", foreign),
        "merge": ("merge", "scenarios/three-task-forces", "--out", foreign),
        "restructure": ("restructure", "scenarios/three-task-forces", "--out", foreign),
        "frontier": ("restructure", "scenarios/three-task-forces", "--frontier", "--out", foreign),
        "grid": ("what-if", TINY, "--grid", grid, "--out", foreign),
        "init": ("init", foreign),
    }
    before = shown(foreign)
    found = run(*calls[command])
    assert found.returncode == 2
    assert "Z507" in found.stderr or "Z510" in found.stderr
    assert shown(foreign) == before


@pytest.mark.parametrize("ending", [".xlsx", ".json", ".csv"])
@pytest.mark.parametrize("command", ["prices", "alternatives", "compare", "what-if"])
def test_a_foreign_file_is_never_written_over(command: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"我的{ending}"
    file.write_text('{"kind": "prices"}')
    calls = {
        "prices": ("prices", TINY),
        "alternatives": ("alternatives", TINY),
        "compare": ("compare", TINY, TINY),
        "what-if": ("what-if", TINY, "--set", "policy.merit.fit=4"),
    }
    found = run(*calls[command], "--out", file)
    assert found.returncode == 2
    assert "Z555" in found.stderr
    assert file.read_text() == '{"kind": "prices"}'


def test_a_list_is_written_again_over_itself(tmp_path: Path) -> None:
    for ending in (".xlsx", ".json"):
        file = tmp_path / f"价格{ending}"
        for _ in range(2):
            assert run("prices", TINY, "--processes", "1", "--out", file).returncode == 0
        assert sorted(item.name for item in tmp_path.iterdir() if item.suffix == ending) == [file.name]


def test_files_beside_ours_stay(plan: Path) -> None:
    (plan / "会议纪要.txt").write_text("三人同意")
    (plan / "附件").mkdir()
    assert run("assign", TINY, "--out", plan).returncode == 0
    assert (plan / "会议纪要.txt").read_text() == "三人同意"
    assert (plan / "附件").is_dir()
    assert not [item for item in plan.iterdir() if item.name.startswith(".")]


@pytest.mark.parametrize(
    "name", ["\udcff乱码", "长" * 300, "file.txt/below"], ids=["undecodable", "long", "below-a-file"]
)
def test_places_that_cannot_be_written_are_told_before_the_solve(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.txt").write_text("")
    monkeypatch.setattr("zbopt.engine.assign.solve", None)  # calling it would be a crash
    found = run("assign", TINY, "--out", tmp_path / name)
    assert found.returncode == 2
    assert "Z508" in found.stderr


def test_a_full_disk_is_told_before_the_solve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_put", full)
    monkeypatch.setattr("zbopt.engine.assign.solve", None)
    found = run("assign", TINY, "--out", tmp_path / "a")
    assert found.returncode == 2
    assert "No space left on device" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_if_writing_fails_all_the_same_the_plan_is_printed_and_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing._put

    def fails(path: Path, data: bytes) -> None:
        if path.parent.parent == tmp_path and path.name.endswith(".xlsx"):
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(writing, "_put", fails)
    monkeypatch.setattr(Path, "cwd", classmethod(lambda cls: tmp_path))
    found = run("assign", TINY, "--out", tmp_path / "wanted")
    assert found.returncode == 2
    assert "proved best" in found.stdout
    assert "Z553" in found.stderr
    assert not (tmp_path / "wanted").exists()
    kept = tmp_path / f"zbopt-{os.getpid()}"
    assert not [item for item in tmp_path.iterdir() if item != kept]
    shutil.rmtree(kept)


GRID_FILE = "rows: [{label: 一, edits: [policy.merit.fit=4]}, {label: 二, edits: [policy.merit.fit=9]}]"


@pytest.mark.parametrize("command", ["grid", "frontier"])
def test_a_disk_that_becomes_full_on_the_way_loses_no_row(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grid.yaml").write_text(GRID_FILE, encoding="utf-8")
    out, other = tmp_path / "wanted", tmp_path / "elsewhere"
    other.mkdir()
    real = writing._put

    def fails(path: Path, data: bytes) -> None:
        if out in path.parents and "manifest" not in path.name and not path.name.startswith(writing.PROBE):
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(writing, "_put", fails)
    monkeypatch.setattr(Path, "cwd", classmethod(lambda cls: other))
    grid = ("what-if", TINY, "--grid", tmp_path / "grid.yaml", "--processes", "1")
    frontier = ("restructure", "scenarios/three-task-forces", "--frontier")
    if command == "frontier":
        out.mkdir()  # rows go into a folder that is there
    found = run(*(grid if command == "grid" else frontier), "--out", out, "--lang", "en")
    assert found.returncode == 2
    assert "No space left" in found.stderr
    assert "Z553" in found.stderr
    kept = other / f"zbopt-{os.getpid()}" / "wanted"
    document = json.loads((kept / f"{command}.json").read_text(encoding="utf-8"))
    assert len(document["rows"]) >= 1
    assert found.stdout.strip()


def test_where_nothing_can_be_written_the_plan_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(place: Path, files: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zbopt.cli.outputs.write_folder", full)
    found = run("assign", TINY, "--out", tmp_path / "a", "--lang", "en")
    assert found.returncode == 2
    assert "Z554" in found.stderr
    assert "proved best" in found.stdout


# --- never replaced by less ------------------------------------------------------------------------------------------


def changed(tmp_path: Path, edit: Any, name: str = "other") -> Path:
    """The tiny scenario with something changed."""
    folder = tmp_path / name
    shutil.copytree(TINY, folder)
    file = folder / "scenario.yaml"
    file.write_text(edit(file.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_a_plan_of_another_scenario_is_refused_before_the_solve(plan: Path, tmp_path: Path) -> None:
    before = shown(plan)
    other = changed(tmp_path, lambda text: text.replace("name: ", "name: 另一个", 1))
    found = run("assign", other, "--out", plan)
    assert found.returncode == 2
    assert "Z551" in found.stderr
    assert shown(plan) == before
    assert run("assign", other, "--out", plan, "--replace").returncode == 0
    assert json.loads((plan / "plan.json").read_text(encoding="utf-8"))["scenario"]["name"].startswith("另一个")


def test_a_default_folder_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = changed(tmp_path, lambda text: text)
    identity = Identity("assign", "最小示例", "2019-06")
    monkeypatch.chdir(tmp_path)
    default = runfolder.default_folder(identity)
    default.mkdir(parents=True)
    (default / "notes.txt").write_text("")
    found = run("assign", scenario)
    assert f"{default}-2" in found.stderr
    assert runfolder.owner(Path(f"{default}-2")) == identity
    assert run("assign", scenario).returncode == 0
    assert not Path(f"{default}-3").exists()
    read = run("why", "P1")
    assert f"{default}-2" in read.stderr


@pytest.mark.parametrize("kind", ["assign", "merge", "restructure", "frontier", "grid"])
def test_default_folders_tell_the_files_of_one_folder_apart(kind: str) -> None:
    stems = ("scenario", "restructure", "方案二")
    assert len({runfolder.default_folder(Identity(kind, "试点县", "2019-06"), stem) for stem in stems}) == 3


@pytest.mark.parametrize(
    ("status", "filled", "sha256", "merit", "allowed"),
    [
        ("proved", 3, "same", 900, True),
        ("proved", 3, "other", 700, True),
        ("feasible", 3, "same", 900, False),  # as good, but without the proof
        ("feasible", 3, "other", 700, True),
        ("stopped", 3, "other", 900, False),
        ("stopped", 3, "same", 900, False),
        ("proved", 0, "other", 0, False),
        ("infeasible", 0, "other", 0, False),
    ],
)
def test_what_may_take_the_place_of_a_proved_plan(
    status: str, filled: int, sha256: str, merit: int, allowed: bool, tmp_path: Path
) -> None:
    write(tmp_path, document("proved", 3, "same", 900))
    assert runfolder.may_replace(tmp_path, document(status, filled, sha256, merit)) is allowed


@pytest.mark.parametrize(("merit", "allowed"), [(950, True), (900, True), (850, False)])
def test_without_proof_the_better_plan_stays(merit: int, allowed: bool, tmp_path: Path) -> None:
    write(tmp_path, document("feasible", 3, "same", 900))
    assert runfolder.may_replace(tmp_path, document("feasible", 3, "same", merit)) is allowed


def document(status: str, filled: int, sha256: str, merit: int) -> dict[str, Any]:
    seats = [{"person": f"P{number}" if number < filled else None} for number in range(3)]
    stages = [{"name": "unfilled", "plan_value": 3 - filled}, {"name": "merit", "plan_value": merit}]
    return {"kind": "assign", "status": status, "scenario": {"sha256": sha256}, "seats": seats, "stages": stages}


@pytest.mark.parametrize("kind", ["encrypted", "deflated", "method", "deep", "fifo"])
def test_a_damaged_workbook_at_the_place_of_a_list_is_foreign(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        text = "[" * 90_000 if kind == "deep" else "x" * 1000
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("docProps/core.xml", f"<dc:description>{text}</dc:description>")
        data = bytearray(path.read_bytes())
        central = data.rindex(b"PK\x01\x02")
        if kind == "encrypted":
            data[6] |= 1
            data[central + 8] |= 1
        elif kind == "method":
            data[8], data[central + 10] = 97, 97
        elif kind == "deflated":
            data[50:60] = b"\xff" * 10
        path.write_bytes(data)
    found = run("prices", TINY, "--processes", "1", "--out", path)
    assert (found.returncode, "Z555" in found.stderr) == (2, True)


def write(folder: Path, plan: dict[str, Any]) -> None:
    (folder / "plan.json").write_text(json.dumps(plan))


def test_a_workbook_somebody_wrote_into_is_not_written_over(plan: Path, tmp_path: Path) -> None:
    (plan / "plan.xlsx").write_bytes(b"notes of the meeting")
    before = shown(plan)
    found = run("assign", TINY, "--out", plan)
    assert (found.returncode, "Z558" in found.stderr) == (0, True)
    assert shown(plan) == before
    assert (tmp_path / "good-2" / "plan.xlsx").exists()
    assert run("assign", TINY, "--out", plan, "--replace").returncode == 0
    assert (plan / "plan.xlsx").read_bytes() != b"notes of the meeting"


def test_an_impossible_case_leaves_the_plan_in_its_folder(plan: Path, tmp_path: Path) -> None:
    before = shown(plan)
    scenario = changed(
        tmp_path, lambda text: text.replace("role: head, shared", "role: head, must_fill: true, party: true, shared")
    )
    found = run("assign", scenario, "--out", plan)
    assert found.returncode == 3
    assert "Z552" in found.stderr
    assert shown(plan) == before
    assert json.loads((tmp_path / "good-2" / "plan.json").read_text(encoding="utf-8"))["status"] == "infeasible"


def test_a_stopped_run_leaves_the_proved_plan_in_its_folder(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(plan)
    monkeypatch.setattr(Stopper, "reason", INTERRUPTED, raising=False)
    monkeypatch.setattr(Stopper, "__init__", lambda self, stated: self.__dict__.update(stated=stated, held=[]))
    found = run("assign", TINY, "--out", plan)
    assert found.returncode == 130
    assert "Z552" in found.stderr
    assert shown(plan) == before
    assert json.loads((tmp_path / "good-2" / "plan.json").read_text(encoding="utf-8"))["ended"] == INTERRUPTED


# --- killed between two steps ----------------------------------------------------------------------------------------

OLD, NEW = {"a": b"1", "b": b"1"}, {"a": b"2", "b": b"2", "c": b"2"}


class Killed(BaseException):
    """The process is gone: nothing after this runs."""


@pytest.mark.parametrize("exists", [True, False])
def test_killed_at_any_step_of_writing_either_state_is_whole(
    exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call that changes the disk is once the last one; what comes after finds the old files or the new ones, never both."""
    steps = 0
    while True:
        folder = tmp_path / f"run-{steps}"
        if exists:
            writing.write_folder(folder, OLD)
        with monkeypatch.context() as patch:
            died = dies_after(steps, patch)
            with contextlib.suppress(Killed):
                writing.write_folder(folder, NEW)
        located = {name: writing.located(folder, name) for name in NEW}
        seen = {name: path.read_bytes() for name, path in located.items() if path.exists()}
        assert seen in ([OLD, NEW] if exists else [{}, NEW])
        writing.settle(folder)
        writing.write_folder(folder, NEW)
        assert shown(folder) == NEW
        assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []
        if not died:
            return
        steps += 1


def test_a_stage_nobody_moves_does_not_hide_what_is_written_after_it(plan: Path) -> None:
    """Its process seems to live (another machine's, or a number that was given again)."""
    stage = plan / ".zbopt-new-1"
    stage.mkdir()
    for item in list(plan.iterdir()):
        if item.is_file():
            (stage / item.name).write_bytes(item.read_bytes())
    (stage / ".complete").write_bytes(b"")
    old = (plan / "plan.json").read_bytes()
    assert run("assign", TINY, "--out", plan, "--seed", "5", "--replace").returncode == 0
    assert not stage.exists()
    assert runfolder.plan_path(plan).read_bytes() == (plan / "plan.json").read_bytes() != old


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "{}"), ("why", "P1", "--plan", "{}"), ("compare", "{}"), ("prices", TINY, "--out", "{}.json"),
        ("compare", TINY, "--out", "{}.csv"), ("check", "{}"), ("init", "{}"), ("assign", TINY, "--out", "{}"),
    ],
)  # fmt: skip
def test_names_no_file_system_takes_are_told(command: tuple[str, ...]) -> None:
    found = run(*(item.format("长" * 150) for item in command))
    assert found.returncode == 2
    assert found.stderr.startswith("error Z")


def test_an_abort_names_only_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grid.yaml").write_text(GRID_FILE, encoding="utf-8")

    def stop(*args: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("zbopt.planning.grids.opened", stop)
    found = run("what-if", TINY, "--grid", tmp_path / "grid.yaml", "--out", tmp_path / "o", "--lang", "en")
    assert (found.returncode, found.stderr.strip()) == (130, "aborted; nothing was written")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_abort_while_a_plan_is_put_in_its_place_says_what_stands(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if moment == "after":
            real(path, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", interrupted)
    found = run("assign", TINY, "--out", tmp_path / "o", "--lang", "en")
    assert found.returncode == 130
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith("interrupted; what was finished" if moment == "after" else "aborted; nothing was written")
    assert (tmp_path / "o").exists() == (moment == "after")


def test_a_run_that_is_killed_while_it_writes_a_file_leaves_nothing_for_long(tmp_path: Path) -> None:
    """The next run that writes there cleans up, and touches neither what others wrote nor what is being written."""
    gone, here = 2**22 + 1, os.getppid()
    names = [f".list.json.zbopt-{gone}-0123abcd", f".zbopt-probe-{gone}", f".list.json.zbopt-{here}-0123abcd"]
    mine = [".list.json.zbopt-notes", ".zbopt-probe-x", f"list.json.zbopt-{gone}-0123abcd"]
    for name in [*names, *mine]:
        (tmp_path / name).write_text("x")
    assert run("prices", TINY, "--processes", "1", "--out", tmp_path / "list.json").returncode == 0
    assert {item.name for item in tmp_path.iterdir()} == {"list.json", names[2], *mine}


@pytest.mark.parametrize("command", ["prices", "alternatives", "what-if", "compare"])
def test_a_signal_while_a_list_is_written_loses_nothing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing._put

    def signalled(path: Path, data: bytes) -> None:
        if ".list.json" in path.name:
            signal.raise_signal(signal.SIGINT)
        real(path, data)

    monkeypatch.setattr(writing, "_put", signalled)
    arguments = {
        "prices": (TINY, "--processes", "1"),
        "alternatives": (TINY,),
        "what-if": (TINY, "--set", "policy.merit.fit=9"),
        "compare": (TINY, TINY),
    }
    found = run(command, *arguments[command], "--out", tmp_path / "list.json")
    assert found.returncode == 0
    assert json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))["format"] == 1
    assert found.stdout.strip()


def dies_after(steps: int, patch: pytest.MonkeyPatch) -> list[int]:
    """After so many changes of the disk every further one fails, clean-up included."""
    counted = [0]
    died: list[int] = []

    def counting(real: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            if counted[0] >= steps:
                died.append(1)
                raise Killed
            counted[0] += 1
            return real(*args, **more)

        return call

    for owner, name in ((os, "replace"), (Path, "rename"), (Path, "mkdir"), (Path, "unlink"), (Path, "rmdir"),
                        (shutil, "rmtree"), (writing, "_put")):  # fmt: skip
        patch.setattr(owner, name, counting(getattr(owner, name)))
    return died
