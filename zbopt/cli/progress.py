"""Progress on stderr: a line a second on a terminal, JSON lines elsewhere if asked; and what stops a run with its best plan."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from zbopt.cli import NO_PLAN
from zbopt.cli.echo import say
from zbopt.cli.memory import MB, Watch, default_limit
from zbopt.progress import INTERRUPTED, MEMORY_LIMIT, Command, Control, Event
from zbopt.report.language import Language
from zbopt.signals import Received, abort, handled


def listener(style: str) -> Callable[[Event], None] | None:
    """The drawer of events for a style: plain lines, JSON lines, or none; auto is plain on a terminal only."""
    if style == "auto":
        style = "plain" if sys.stderr.isatty() else "none"
    return {"plain": _plain, "json": _json}.get(style)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _plain(event: Event) -> None:
    left = "" if event.seconds_left is None else f"  {event.seconds_left:.0f} s left"
    figures = f"best {_figure(event.best)}  bound {_figure(event.bound)}  gap {_figure(event.gap)}"
    say(f"{event.seconds:6.1f} s  {event.stage:<12} {event.activity:<10} {figures}{left}", err=True)


def _json(event: Event) -> None:
    row = {
        "stage": str(event.stage),
        "activity": event.activity,
        "best": event.best,
        "bound": event.bound,
        "gap": event.gap,
        "seconds": round(event.seconds, 3),
        "seconds_left": None if event.seconds_left is None else round(event.seconds_left, 3),
    }
    say(json.dumps(row), err=True)


class Stopper:
    """Takes the control of every solve of a command; a stop reaches those that are still to begin as well.

    The limit of the first solve counts from the start of the process. So do those of later solves where the limit was
    stated for the command (`stated`); else each has the limit of its own scenario.
    """

    def __init__(self, stated: bool = False) -> None:
        self.stated = stated
        self.held: list[Control] = []
        self.reason = ""

    def __call__(self, control: Control) -> None:
        """Take a control."""
        if Command.began is not None and (self.stated or not self.held):
            control.count_from(Command.began)
        self.held.append(control)
        if self.reason:
            control.request_stop(self.reason)

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked the command to end."""
        return self.reason == INTERRUPTED

    def stop(self, reason: str) -> None:
        """Ask every solve to end."""
        self.reason = reason
        for control in self.held:
            control.request_stop(reason)


@contextmanager
def stoppable(language: Language, time_limit: int | None = None, memory_limit: int | None = None) -> Iterator[Stopper]:
    """While inside, the first stop signal asks the run to stop and keep its best plan; the second aborts.

    Near the limit on memory (MB) it is stopped in the same way; past it the process ends with a message.
    """
    stopper = Stopper(time_limit is not None)

    def interrupt(number: int, frame: FrameType | None) -> None:
        if not stopper.held or stopper.interrupted:
            abort(number, frame)
        Received.asked = True
        stopper.stop(INTERRUPTED)
        say(language.text("ui.interrupted"), err=True)

    most = default_limit() if memory_limit is None else memory_limit * MB
    words = language.text("ui.memory", limit="" if most is None else most // MB)
    with handled(interrupt), Watch(most, lambda: stopper.stop(MEMORY_LIMIT), words, NO_PLAN):
        yield stopper


def remaining(time_limit: int | None) -> float | None:
    """Seconds that are left of a limit stated for the command."""
    if time_limit is None or Command.began is None:
        return time_limit
    return max(0.1, time_limit - (time.monotonic() - Command.began))
