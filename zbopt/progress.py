"""Progress events and the way to stop a long run. The library emits, the caller draws; it never prints."""

from __future__ import annotations

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
        self._stopped = False
        self._above: Control | None = None

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked this run, or the one it is part of, to end."""
        return self._stopped or (self._above is not None and self._above.stop_requested)

    def part_of(self, above: Control) -> Control:
        """This control as that of a part of another run: a stop of the whole stops it too."""
        self._above = above
        return self

    def request_stop(self) -> None:
        """Ask the run to end soon and to keep the best plan found."""
        self._stopped = True

    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    def seconds_left(self) -> float | None:
        """Seconds until the limit (never negative), None without a limit."""
        return None if self.time_limit_seconds is None else max(0.0, self.time_limit_seconds - self.seconds())

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
