"""What stops a command: Ctrl-C, and SIGTERM and SIGHUP (Ctrl-Break on Windows) just like it.

From the first moment of the process on; while something is solved, `stoppable` takes over.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""The signals that ask a command to end."""

Handler = Callable[[int, FrameType | None], Any]


class Received:
    """Whether a stop was asked for: an exception on the way out is then no defect, whatever it says."""

    stop = False
    """A library that is being imported may turn the interruption into an error of its own."""


def abort(number: int, frame: FrameType | None) -> None:
    """End at once, as Python ends on Ctrl-C."""
    Received.stop = True
    raise KeyboardInterrupt


def install() -> None:
    """Every stop signal ends the command cleanly from now on; those that are ignored (nohup) stay so."""
    for number in STOPS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, abort)


@contextmanager
def handled(handler: Handler) -> Iterator[None]:
    """While inside, the stop signals go to this handler."""
    before = {number: signal.getsignal(number) for number in STOPS}
    try:
        for number, earlier in before.items():
            if earlier is not signal.SIG_IGN:
                signal.signal(number, handler)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


__all__ = ["Received", "abort", "handled", "install"]
