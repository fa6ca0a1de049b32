"""The commands that are stopped, each over a case that takes a few seconds, and its result when nobody hinders it."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stops.cases import SCENARIOS, generated
from tests.stops.folders import content, digests, worth
from tests.stops.processes import Ended, Run, hooked
from zbopt.scenario.load import load

NAMES = ("assign", "restructure", "frontier", "grid", "prices")
GRID = """format: 1
factors:
  fit: [policy.merit.fit=1, policy.merit.fit=2, policy.merit.fit=6]
  wish: [{label: as it is}, policy.merit.preference=1, policy.merit.preference=9, policy.merit.preference=20]
"""


@dataclass(frozen=True)
class Command:
    """A command line without its --out, the name and kind of what it writes, and whether it has worker processes."""

    name: str
    arguments: tuple[str, ...]
    scenario: Path
    kind: str
    out: str = "result"
    parallel: bool = False

    def line(self, out: Path) -> list[str]:
        """The arguments of zbopt."""
        return [*self.arguments, "--out", str(out), "--progress", "json", "--lang", "en"]

    def names(self) -> list[str]:
        """The people of its scenario, none of whom may be found in a temporary folder."""
        return sorted({person.name for person in load(self.scenario).scenario.people})


def made(name: str, folder: Path, small: bool = False) -> Command:
    """A command with its case, made in a folder; `small`: one that is over as soon as zbopt is read in."""
    kaihua = SCENARIOS / "kaihua-2019" / "restructure.yaml"
    if name == "restructure":
        return Command(name, (name, str(kaihua)), kaihua, "plan")
    if name == "frontier":
        return Command(name, ("restructure", str(kaihua), "--frontier"), kaihua, "frontier")
    if name == "prices":
        case = SCENARIOS / "over-constrained"
        return Command(name, (name, str(case), "--processes", "2"), case, "prices", "result.json", parallel=True)
    if name == "grid":
        case = generated(folder / "grid", 60, 3, part_time=0.5, team_quotas=2)
        (folder / "grid.yaml").write_text(GRID, encoding="utf-8")
        options = ("--grid", str(folder / "grid.yaml"), "--processes", "2")
        return Command(name, ("what-if", str(case), *options), case, "grid", parallel=True)
    case = generated(folder / "assign", 60 if small else 250, 1, part_time=0.5, team_quotas=2, kin=4)
    return Command(name, ("assign", str(case)), case, "plan")


# --- unhindered ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """What stands in the output folder at first (None: nothing), and what the command then takes.

    That is seconds, and changes of files: how many, and which of them are renames.
    """

    name: str
    old: Path | None
    seconds: float
    changes: int
    renames: tuple[int, ...] = ()

    def put(self, out: Path) -> dict[str, str]:
        """Lay the old result there; its hashes."""
        if self.old is None:
            return {}
        out.parent.mkdir(parents=True, exist_ok=True)
        if self.old.is_dir():
            shutil.copytree(self.old, out)
        else:
            shutil.copy2(self.old, out)
        return digests(out)


@dataclass(frozen=True)
class Reference:
    """A command when nobody hinders it: where it may start from, and what it must come to in the end."""

    command: Command
    starts: tuple[Start, ...]
    content: Any
    people: tuple[str, ...]

    def start(self, rng: random.Random) -> Start:
        """With nothing there in half of the cases, else with one of the old results."""
        return self.starts[0] if rng.random() < 0.5 else rng.choice(self.starts[1:])


class Unfit(Exception):
    """A command fails even when nobody hinders it: its stops say nothing."""


def reference(command: Command, folder: Path) -> Reference:
    """Run it with nothing there, then over its own result; of rows also over half of them."""
    nothing, result = _counted(command, folder / "fresh", None)
    starts = [nothing, _counted(command, folder / "over", result)[0]]
    if command.kind in ("frontier", "grid"):
        half = _half(command, folder / "half", worth(result, command.kind) // 2, nothing.seconds)
        starts.append(Start("half", half, nothing.seconds, nothing.changes, nothing.renames))
    return Reference(command, tuple(starts), content(result, command.kind), tuple(command.names()))


def _counted(command: Command, folder: Path, old: Path | None) -> tuple[Start, Path]:
    """One unhindered run: its seconds and its changes of files, and where its result is."""
    out, count = folder / "out" / command.out, folder / "count"
    Start("", old, 0, 0).put(out)
    ended = _run(command.line(out), folder, hooked(0, 0, 0, count))
    if ended.code != 0:
        raise Unfit(f"{command.name}: exit {ended.code}\n{ended.err[-2000:]}")
    changes, *renames = map(int, count.read_text().split())
    return Start("nothing" if old is None else "old", old, ended.seconds, changes, tuple(renames)), out


def _run(arguments: Sequence[str], folder: Path, prefix: Sequence[str]) -> Ended:
    return Run(arguments, folder, prefix).end()


def _half(command: Command, folder: Path, least: int, seconds: float) -> Path:
    """A result with some rows: killed as soon as they are there."""
    out = folder / "out" / command.out
    run = Run(command.line(out), folder)
    run.until(lambda: worth(out, command.kind) >= least, 10 * seconds)
    run.send(signal.SIGKILL, "group")
    run.end()
    for path in out.rglob(".*"):
        path.unlink()
    return out
