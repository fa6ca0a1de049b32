"""A command of zbopt in a forked process: nothing is imported twice, time and memory are bounded, and a hard end of a native
library is an outcome like any other."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.base import Base, Files
from tests.fuzz.damage import DEVICE, FIFO, FOLDER, LOOP, Damage

SECONDS, MEGABYTES = 10, 1000
"""What a command may take: processor time, and memory over that of the process it was forked from."""
PATIENCE = 60
"""Seconds until a process is ended in any case; the machine may be busy with other work."""
MOST_OUTPUT = 4_000_000
HERE = "@FOLDER@"
"""Stands for the folder of the case in the files of a run, so that a case does not depend on where it is made."""

Lists = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what zbopt then read from the files."""

    arguments: tuple[str, ...] = ()
    code: int | None = 0
    signal: int = 0
    stdout: str = ""
    stderr: str = ""
    crash: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    hung: bool = False
    read: Lists | None = None
    told: tuple[str, ...] = ()
    """Diagnostics of reading: code and place."""


# --- files of a case ---------------------------------------------------------------------------------------------------


@cache
def workplace() -> Path:
    """The folder in which cases are made, one after the other; gone when the process ends well."""
    import atexit

    folder = Path(tempfile.mkdtemp(prefix="zbopt-fuzz-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def laid_out(damage: Damage, root: Path) -> str:
    """Write the files of a case into an empty folder; the name of the scenario folder as an argument."""
    shutil.rmtree(root, ignore_errors=True)
    folder = os.fsencode(root) + b"/" + damage.folder
    os.makedirs(folder)
    for name, data in damage.files.items():
        path = folder + b"/" + os.fsencode(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data.replace(HERE.encode(), folder))
    for name, what in damage.specials.items():
        path = folder + b"/" + os.fsencode(name)
        if what == FIFO:
            os.mkfifo(path)
        elif what == FOLDER:
            os.makedirs(path)
        else:
            os.symlink({LOOP: os.path.basename(path), DEVICE: b"/dev/zero"}[what], path)
    return os.fsdecode(damage.folder)


@cache
def run_of(base: Base) -> Files:
    """The run folder of a base, made once; what differs between two runs of it is taken out."""
    root = workplace() / "base"
    name = laid_out(Damage(base.files, ""), root)
    done = command(("assign", ".", "--out", "run", "--time-limit", "5"), root / name)
    if done.code != 0:
        raise RuntimeError(f"no run of {base.form} {base.number}: {done}")
    found = {f"run/{item.name}": item.read_bytes() for item in sorted((root / name / "run").iterdir())}
    data = found["run/manifest.json"].replace(os.fsencode(root / name), HERE.encode())
    return {**found, "run/manifest.json": re.sub(rb'("seconds": )[\d.e-]+', rb"\g<1>0.0", data)}


# --- the process -------------------------------------------------------------------------------------------------------


def command(arguments: tuple[str, ...], folder: Path | bytes, look: str = "") -> Outcome:
    """Run a command in a folder. With `look` the scenario of that path is loaded afterwards and told apart."""
    place = workplace()
    for name in ("stdout", "stderr", "outcome", "read"):
        (place / name).unlink(missing_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _child(arguments, folder, place, look)
    status, hung = _awaited(child)
    return _outcome(arguments, place, status, hung)


def _awaited(child: int) -> tuple[int, bool]:
    """The status of the process; one that waits for ever, or beyond all patience, is ended with its own children."""
    start, pause = time.monotonic(), 0.002
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status, False
        taken = time.monotonic() - start
        if taken > PATIENCE or (taken > SECONDS and _busy(child) < 1):
            os.killpg(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1], True
        time.sleep(pause)
        pause = min(0.05, pause * 1.3)


def _busy(child: int) -> float:
    """Processor seconds of a running process, where the system tells; else it counts as busy."""
    try:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return PATIENCE
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _child(arguments: tuple[str, ...], folder: Path | bytes, place: Path, look: str) -> None:
    """What the forked process does; it never returns."""
    code = 70
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.pop("ZBOPT_LANG", None)
        _redirected(place)
        before = _limited()
        (place / "outcome").write_text(json.dumps({**_ran(arguments), **_taken(before)}))
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if look:
            (place / "read").write_text(json.dumps(_read(look)))
        code = 0
    finally:
        os._exit(code)


def _redirected(place: Path) -> None:
    """Both streams into files, those of native libraries too; encoded as a console of today."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        handle = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        setattr(sys, name, io.TextIOWrapper(os.fdopen(number, "wb", closefd=False), "utf-8", write_through=True))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _limited() -> tuple[float, float]:
    """Set the bounds; processor seconds and megabytes before the command."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    now = resource.getrusage(resource.RUSAGE_SELF)
    spent = now.ru_utime + now.ru_stime
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + SECONDS + 2, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000_000, 500_000_000))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return spent, _megabytes(now)
    bound = (
        pages * resource.getpagesize() + 2 * MEGABYTES * 1_000_000
    )  # address space is asked for long before it is used
    resource.setrlimit(resource.RLIMIT_AS, (bound, resource.RLIM_INFINITY))
    return spent, _megabytes(now)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 976.5625)


def _taken(before: tuple[float, float]) -> dict[str, float]:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in (own, others)) - before[0]
    return {"seconds": seconds, "megabytes": max(_megabytes(own) - before[1], _megabytes(others))}


def _ran(arguments: tuple[str, ...]) -> dict[str, Any]:
    """The command itself: its exit code, and what left it other than by an exit."""
    from zbopt.cli import main

    sys.argv = ["zbopt", *arguments]
    try:
        main(list(arguments))
    except SystemExit as end:
        return {"code": end.code if isinstance(end.code, int) else 0 if end.code is None else 1, "crash": ""}
    except BaseException:
        return {"code": 1, "crash": traceback.format_exc()}
    return {"code": 0, "crash": ""}


def _read(path: str) -> dict[str, Any]:
    """What zbopt reads from a scenario, row by row, and what it says while reading."""
    from zbopt.scenario.load import load
    from zbopt.scenario.models import ROW_MODELS, plain

    loaded = load(path)
    lists = {
        name: {str(getattr(row, "id", number)): plain(row) for number, row in enumerate(getattr(loaded.scenario, name))}
        for name in ROW_MODELS
    }
    return {"lists": lists, "told": [f"{item.code} {item.mark or ''}" for item in loaded.diagnostics]}


def _outcome(arguments: tuple[str, ...], place: Path, status: int, hung: bool) -> Outcome:
    texts = {}
    for name in ("stdout", "stderr"):
        path = place / name
        with path.open("rb") if path.exists() else io.BytesIO() as file:
            texts[name] = file.read(MOST_OUTPUT).decode("utf-8", errors="replace")
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    done = Outcome(arguments, None, number, texts["stdout"], texts["stderr"], hung=hung)
    outcome = place / "outcome"
    if outcome.exists() and outcome.stat().st_size:
        done = replace(done, **json.loads(outcome.read_text()))
    read = place / "read"
    if read.exists() and read.stat().st_size:
        found = json.loads(read.read_text())
        done = replace(done, read=found["lists"], told=tuple(found["told"]))
    return done


def preload() -> None:
    """Import what a command needs, once, before any process is forked."""
    import gc
    from importlib import import_module

    for name in (
        "zbopt.cli.commands", "zbopt.planning.assigning", "zbopt.planning.answers", "zbopt.engine.assign", "zbopt.scenario.load",
        "zbopt.explaining.supply", "zbopt.report.terminal", "zbopt.report.workbook", "zbopt.explaining.conflicts", "python_calamine", "rich",
    ):  # fmt: skip
        with suppress(ModuleNotFoundError):  # it only saves time
            import_module(name)
    gc.collect()
    gc.freeze()
