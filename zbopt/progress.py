"""Progress events and the way to stop a long run. The library emits, the caller draws; it never prints."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """What a solve is doing: the stage, the best value and the bound known for it, and the seconds left."""

    stage: str
    activity: str
    best: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    seconds_left: float | None = None

    @property
    def gap(self) -> float | None:
        """|bound - best|, in the units of the stage; None while either is unknown."""
        return None if self.best is None or self.bound is None else abs(self.bound - self.best)


Listener = Callable[[Event], None] | None
"""What draws progress; None: nobody."""


INTERRUPTED, MEMORY_LIMIT, TIME_LIMIT = "interrupted", "memory_limit", "time_limit"
"""Why a run ended before it was done."""

SOLVER_THREAD = "zbopt-solver"
"""Name of the threads in which solvers work."""

_IMPORTED = time.monotonic()

GRACE_SECONDS = 2.0
"""What a process may take beyond its limit to write down what it has."""

NEEDED_AFTER = 2.25
"""Seconds to write a plan down, per second it took to start and to read its scenario (3,000 to 10,000 people)."""

MOST_RESERVED = 1 / 3
"""Share of a limit that is kept back for writing down, at the most."""


def process_began() -> float:
    """When this process began, on the clock of `time.monotonic`: before Python and its imports, where the system tells it."""
    now = time.monotonic()
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return _IMPORTED
    return now - age if 0 <= age < now - _IMPORTED + 60 else _IMPORTED


class Command:
    """The command this process is for; unset where zbopt is a library in somebody else's process."""

    began: float | None = None


class Control:
    """Deadline, stop request and progress listener of one run.

    A listener that raises is dropped: a faulty reporter must not kill a run.
    """

    def __init__(
        self, time_limit_seconds: float | None = None, listener: Callable[[Event], None] | None = None
    ) -> None:
        self._start = time.monotonic()
        self.time_limit_seconds = time_limit_seconds
        self._listener = listener
        self._reason = ""
        self._above: Control | None = None
        self._reserve = 0.0

    def count_from(self, begun: float) -> None:
        """Count the limit from an earlier moment (`time.monotonic`), say the start of the process.

        What is needed at the end to audit and write is told from what was needed so far to read (`NEEDED_AFTER`); as far as that
        goes beyond the grace it is kept back from the solve.
        """
        self._start = begun
        if self.time_limit_seconds is not None:
            most = MOST_RESERVED * self.time_limit_seconds
            self._reserve = min(most, max(0.0, NEEDED_AFTER * self.seconds() - GRACE_SECONDS))

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked this run, or the one it is part of, to end."""
        return bool(self.stop_reason)

    @property
    def stop_reason(self) -> str:
        """Why this run, or the one it is part of, was asked to end; an empty text where it was not."""
        return self._reason or (self._above.stop_reason if self._above is not None else "")

    @property
    def ended_by(self) -> str:
        """What cut the run short: the reason of a stop, else its limit."""
        return self.stop_reason or TIME_LIMIT

    def part_of(self, above: Control) -> Control:
        """This control as that of a part of another run: a stop of the whole stops it too."""
        self._above = above
        return self

    def request_stop(self, reason: str = INTERRUPTED) -> None:
        """Ask the run to end soon and to keep the best plan found."""
        self._reason = self._reason or reason

    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    def seconds_left(self) -> float | None:
        """Seconds until the solve must end (never negative), None without a limit."""
        if self.time_limit_seconds is None:
            return None
        return max(0.0, self.time_limit_seconds - self._reserve - self.seconds())

    def out_of_time(self) -> bool:
        """Whether the run must end now: the limit has passed or a stop was asked for."""
        return self.stop_requested or self.seconds_left() == 0.0

    def emit(self, stage: str, activity: str, best: float | None = None, bound: float | None = None) -> None:
        """Tell the listener, if there is one."""
        if self._listener is None:
            return
        event = Event(stage, activity, best, bound, self.seconds(), self.seconds_left())
        try:
            self._listener(event)
        except Exception:  # whatever a listener raises, the run goes on without it
            self._listener = None


OnControl = Callable[[Control], None] | None
"""Receives the control of a run, by which it can be stopped."""
