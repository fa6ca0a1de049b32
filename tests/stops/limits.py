"""Time limits of real processes: wall time against what was asked, with the plan that came out."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.stops.cases import generated
from tests.stops.processes import Run

LIMITS = {300: (3, 5, 10, 30), 1000: (3, 5, 10, 30), 3000: (3, 5, 10, 30), 10_000: (30, 60)}
HEAD = (
    "| people | load | limit s | wall s | cpu s | allowed s | over s | within | exit | plan | seats filled | peak MB |\n"
    + "|---" * 12
    + "|"
)
OPTIONS = {"full-time": {"part_time": 0.0}, "part-time": {"part_time": 0.5}}


@dataclass(frozen=True)
class Row:
    """One run: `over` is what it took beyond what is allowed (the limit, 2 s and 5 %)."""

    people: int
    load: str
    limit: int
    seconds: float
    processor: float
    code: int
    plan: str
    filled: str
    megabytes: int

    @property
    def allowed(self) -> float:
        """Seconds a process may take."""
        return 1.05 * self.limit + 2

    @property
    def kept(self) -> bool:
        """Within the time, and with a plan: in these cases nothing stands against leaving seats empty."""
        return self.seconds <= self.allowed and self.code == 0 and self.plan != "none"

    def __str__(self) -> str:
        over = max(0.0, self.seconds - self.allowed)
        cells = (
            self.people, self.load, self.limit, f"{self.seconds:.1f}", f"{self.processor:.1f}", f"{self.allowed:.1f}", f"{over:.1f}",
            "yes" if self.seconds <= self.allowed else "no", self.code, self.plan, self.filled, self.megabytes,
        )  # fmt: skip
        return "| " + " | ".join(map(str, cells)) + " |"


def measured(case: Path, folder: Path, people: int, load: str, limit: int) -> Row:
    """Run assign with a limit and look at what it wrote."""
    shutil.rmtree(folder, ignore_errors=True)
    out = folder / "out"
    run = Run(["assign", str(case), "--out", str(out), "--time-limit", str(limit), "--lang", "en"], folder)
    _, status, usage = os.wait4(run.pid, 0)
    seconds = time.monotonic() - run.begun
    run.process.returncode = os.waitstatus_to_exitcode(status)
    plan, filled = _plan(out / "plan.json")
    processor = usage.ru_utime + usage.ru_stime
    return Row(people, load, limit, seconds, processor, run.process.returncode, plan, filled, usage.ru_maxrss // 1024)


def _plan(path: Path) -> tuple[str, str]:
    """The status of a plan and the seats filled of all."""
    if not path.is_file():
        return "none", ""
    found = json.loads(path.read_text(encoding="utf-8"))
    seats = found["seats"]
    return (found["status"] if seats else "none"), f"{sum(row['person'] is not None for row in seats)} of {len(seats)}"


def table(folder: Path, seed: int, sizes: list[int]) -> Iterator[Row]:
    """Every size, load and limit, one process at a time."""
    for people in sizes:
        for load, options in OPTIONS.items():
            case = generated(folder / f"{people}-{load}", people, seed, team_quotas=2, **options)
            for limit in LIMITS[people]:
                yield measured(case, folder / "run", people, load, limit)
