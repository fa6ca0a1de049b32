"""What stops a command: Ctrl-C, and SIGTERM and SIGHUP (Ctrl-Break on Windows) just like it.

From the first moment of the process on; while something is solved, `stoppable` takes over.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""The signals that ask a command to end."""

Handler = Callable[[int, FrameType | None], Any]


class Received:
    """Whether a stop was asked for: an exception on the way out is then no defect, whatever it says."""

    stop = False
    """Set by an abort: a library that is being imported may turn it into an error of its own."""

    asked = False
    """Set when a run was asked to end with its best plan."""


def abort(number: int, frame: FrameType | None) -> None:
    """End at once, as Python ends on Ctrl-C."""
    Received.stop = True
    raise KeyboardInterrupt


def ignore() -> None:
    """Nothing is left to stop: what is done is done, and its exit code says so."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """Exit at once, what was printed flushed.

    Python remembers an interruption that reached code it had compiled from text (a dataclass, say), and would end the
    process by SIGINT in place of the exit code, however well it was handled.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


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


__all__ = ["STOPS", "Received", "abort", "handled", "ignore", "install", "leave"]
