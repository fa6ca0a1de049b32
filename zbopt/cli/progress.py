"""Progress on stderr: a line a second on a terminal, JSON lines elsewhere if asked; and Ctrl-C that keeps the best plan."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from zbopt.progress import Control, Event
from zbopt.report.language import Language


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
    click.echo(f"{event.seconds:6.1f} s  {event.stage:<12} {event.activity:<10} {figures}{left}", err=True)


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
    click.echo(json.dumps(row), err=True)


class Stopper:
    """Takes the control of every solve of a command; a stop reaches those that are still to begin as well."""

    def __init__(self) -> None:
        self.held: list[Control] = []
        self.interrupted = False

    def __call__(self, control: Control) -> None:
        """Take a control."""
        self.held.append(control)
        if self.interrupted:
            control.request_stop()

    def stop(self) -> None:
        """Ask every solve to end."""
        self.interrupted = True
        for control in self.held:
            control.request_stop()


@contextmanager
def stoppable(language: Language) -> Iterator[Stopper]:
    """While inside, the first Ctrl-C asks the run to stop and keep its best plan; the second aborts."""
    stopper = Stopper()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if not stopper.held or stopper.interrupted:
            raise KeyboardInterrupt
        stopper.stop()
        click.echo(language.text("ui.interrupted"), err=True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stopper
    finally:
        signal.signal(signal.SIGINT, before)
