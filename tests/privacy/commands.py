"""Running zbopt where everything it leaves behind can be seen: streams, files, logs, temporary folders, crashes."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.testing import CliRunner

import zbopt
from tests.privacy import scan
from tests.privacy.scan import Hit, Scope
from zbopt import cli

LANGUAGES = ("en", "zh")
STATIC = frozenset({"schema", "init", "explain-code"})
"""Commands that read no scenario: only what is typed could leak."""


@dataclass(frozen=True)
class Done:
    """What a command left behind. `files` are outputs by name, `aside` files in temporary and home folders or beside the inputs."""

    code: int
    stdout: str
    stderr: str
    log: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    aside: Mapping[str, bytes] = field(default_factory=dict)
    crash: str = ""

    @property
    def answer(self) -> tuple[int, str, str]:
        """What a reader of the terminal gets."""
        return self.code, self.stdout, self.stderr


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
        except OSError:  # gone in the meantime
            continue
    return found


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            state = path.stat()
            found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found


class _Records(logging.Handler):
    """Keeps every record of every logger as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[list[str]]:
    """All that is logged meanwhile."""
    root, records = logging.getLogger(), _Records()
    before = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        yield records.lines
    finally:
        root.removeHandler(records)
        root.setLevel(before)


class Place:
    """A folder with inputs and, for every command, a working, temporary and home folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inputs = root / "in"
        self.inputs.mkdir(parents=True, exist_ok=True)
        self.number = 0

    def fresh(self) -> Path:
        """A new folder for one command."""
        self.number += 1
        base = self.root / f"w{self.number:05d}"
        for name in ("here", "tmp", "home"):
            (base / name).mkdir(parents=True)
        return base

    def forget(self, base: Path) -> None:
        """Take a command's folder away."""
        shutil.rmtree(base, ignore_errors=True)

    def put(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Input files in a folder, which is emptied first."""
        folder = self.inputs / name
        shutil.rmtree(folder, ignore_errors=True)
        for key, data in files.items():
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(data)
        return folder


@contextmanager
def _inside(base: Path) -> Iterator[None]:
    """The process as if it ran there."""
    names = {"TMPDIR": base / "tmp", "HOME": base / "home"}
    before, where, argv = {name: os.environ.get(name) for name in names}, Path.cwd(), sys.argv
    os.environ.update({name: str(path) for name, path in names.items()})
    tempfile.tempdir = None
    os.chdir(base / "here")
    try:
        yield
    finally:
        os.chdir(where)
        sys.argv = argv
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        tempfile.tempdir = None


def _aside(base: Path, place: Place, before: Mapping[str, tuple[int, int]]) -> dict[str, bytes]:
    """Files in the temporary and home folders, and those written beside the inputs."""
    found = {f"TMPDIR/{name}": data for name, data in content(base / "tmp").items()}
    found |= {f"HOME/{name}": data for name, data in content(base / "home").items()}
    new = [name for name, stamp in _stamps(place.inputs).items() if before.get(name) != stamp]
    return found | {f"beside/{Path(name).name}": Path(name).read_bytes() for name in new}


def run(place: Place, *arguments: str) -> Done:
    """A command in this process; a crash is kept as its traceback."""
    base = place.fresh()
    before = _stamps(place.inputs)
    with _inside(base), listening() as lines:
        sys.argv = ["zbopt", *arguments]
        done = CliRunner().invoke(cli.zbopt, list(arguments), prog_name="zbopt")
    crash = ""
    if done.exc_info is not None and not isinstance(done.exception, SystemExit) and done.exception is not None:
        crash = "".join(traceback.format_exception(done.exception))
    aside = _aside(base, place, before)
    found = Done(done.exit_code, done.stdout, done.stderr, "\n".join(lines), content(base / "here"), aside, crash)
    place.forget(base)
    return found


# --- processes of their own ------------------------------------------------------------------------------------------


class Watcher:
    """Reads every file that shows up in a folder while a command runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, bytes] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.is_set():
            for name, data in content(self.folder).items():
                if len(data) >= len(self.seen.get(name, b"")):
                    self.seen[name] = data
            time.sleep(0.004)


def environment(base: Path) -> dict[str, str]:
    """The environment of a process that runs there, with the zbopt this process has."""
    package = str(Path(zbopt.__file__).resolve().parent.parent)
    return {
        **os.environ,
        "TMPDIR": str(base / "tmp"),
        "HOME": str(base / "home"),
        "PYTHONPATH": package,
        "PYTHONUTF8": "1",
    }


def spawn(place: Place, *arguments: str, script: str = "", kill_when: Callable[[Watcher], bool] | None = None) -> Done:
    """A command in a process of its own, its temporary folder watched; killed with all its workers as soon as `kill_when` says so."""
    base = place.fresh()
    before = _stamps(place.inputs)
    start = [sys.executable, "-c", script] if script else [sys.executable, "-m", "zbopt"]
    with Watcher(base / "tmp") as watcher:
        process = subprocess.Popen(
            [*start, *arguments], cwd=base / "here", env=environment(base), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        ending = threading.Thread(target=_kill, args=(process, watcher, kill_when), daemon=True)
        if kill_when is not None:
            ending.start()
        stdout, stderr = process.communicate(timeout=300)
    seen = {f"TMPDIR (while it ran)/{name}": data for name, data in watcher.seen.items()}
    done = Done(
        process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"), "",
        content(base / "here"), {**seen, **_aside(base, place, before)},
    )  # fmt: skip
    place.forget(base)
    return done


def _kill(process: subprocess.Popen[bytes], watcher: Watcher, when: Callable[[Watcher], bool]) -> None:
    """Kill -9 the process and its workers (a session of their own)."""
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if when(watcher):
            break
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, 9)


# --- looking at what was left ----------------------------------------------------------------------------------------

MOST = 12
"""Hits of a kind that are kept of one place."""
_INPUT_COPIES = (".yaml", ".yml", ".csv")


def found_in(done: Done, command: str, scope: Scope, again: str) -> list[Hit]:
    """The hits in what a command left behind."""
    hits: list[Hit] = []

    def keep(where: str, found: scan.Found) -> None:
        """Keep the hits of a place."""
        shapes: Counter[str] = Counter()
        for kind, shown in scan.wanted(found, scope):
            shapes[kind] += 1
            if shapes[kind] <= MOST:
                hits.append(Hit(command, kind, where, shown, again))

    keep("stdout", scan.in_bytes(done.stdout.encode(), "table.csv" if "--format csv" in again else "", scope))
    keep("stderr", scan.in_bytes(done.stderr.encode(), "", scope))
    keep("log", scan.in_text(done.log, scope))
    keep("crash", scan.in_text(done.crash, scope))
    for name, data in done.files.items():
        keep(Path(name).name, scan.in_bytes(data, name, scope))
        keep("name of a file", scan.in_text(name, scope))
    for name, data in done.aside.items():
        if name.startswith("beside/") and name.endswith(
            _INPUT_COPIES
        ):  # a scenario with a repair is an input; numbers are not copied
            scope_of_copy = Scope(scope.secrets, only=frozenset({"identity number"}))
            copied = scan.wanted(scan.in_bytes(data, name, scope_of_copy), scope_of_copy)
            hits += [Hit(command, kind, name, shown, again) for kind, shown in copied[:1]]
            continue
        leaked = scan.wanted(scan.in_bytes(data, name, scope), scope)
        hits += [Hit(command, "temporary file", name, f"{kind}: {shown}", again) for kind, shown in leaked[:1]]
    return hits


def looked_at(place: Place, scope: Scope, *arguments: str, again: str = "") -> tuple[Done, list[Hit]]:
    """Run a command in this process and look at everything it left."""
    done = run(place, *arguments)
    name = arguments[0] if arguments[0] in commands() else "zbopt"
    return done, found_in(done, name, scope, again or shown(arguments, place))


def shown(arguments: Sequence[str], place: Place | None = None) -> str:
    """A command line to copy, without the folder it ran in."""
    text = "zbopt " + " ".join(f"'{item}'" if set(item) & set(" *&|<>()") else item for item in arguments)
    return text if place is None else text.replace(f"{place.inputs}/", "").replace(f"{place.root}/", "")


def styles(command: str) -> tuple[str, ...]:
    """The values of --format a command has."""
    found = cli.zbopt.get_command(click.Context(cli.zbopt), command)
    for parameter in found.params if found is not None else ():
        if "--format" in parameter.opts and isinstance(parameter.type, click.Choice):
            return tuple(str(choice) for choice in parameter.type.choices)
    return ()


def has_option(command: str, name: str) -> bool:
    """Whether a command has an option."""
    found = cli.zbopt.get_command(click.Context(cli.zbopt), command)
    return found is not None and any(name in parameter.opts for parameter in found.params)


def commands() -> list[str]:
    """Every command of this zbopt."""
    return list(cli.zbopt.list_commands(click.Context(cli.zbopt)))
