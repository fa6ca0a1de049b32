"""A bound on memory: a run that comes near it is stopped with its best plan, and one that goes past it ends with a sentence.

The system's own killer says nothing and takes the plan with it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

SHARE = 3, 4
"""Of the machine's memory, where no limit is stated."""

TICK_SECONDS = 0.1
NEAR = 9, 10
"""Of the limit: from here on a run is asked to end."""

MB = 1024 * 1024


def default_limit() -> int | None:
    """Three quarters of what the machine, or the container, has (bytes); None where the system does not tell."""
    found = []
    try:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found.append(int(Path(name).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    return min(found) * SHARE[0] // SHARE[1]


def used() -> int | None:
    """Bytes this process and those it started hold in memory; None where the system does not tell."""
    own = _resident("self")
    return None if own is None else own + sum(_resident(child) or 0 for child in _children())


def _resident(process: str) -> int | None:
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def _children() -> list[str]:
    """The processes that solve rows of a grid or of a price list."""
    found: list[str] = []
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
            found += file.read().split()
    return found


class Watch:
    """Looks at the memory of the process and its workers until it is closed. `near` is called once, from a thread of its own."""

    def __init__(self, limit: int | None, near: Callable[[], None], last_words: str, code: int) -> None:
        self.limit, self.near, self.last_words, self.code = limit, near, last_words, code
        self._closed = threading.Event()
        self._told = False

    def __enter__(self) -> Watch:
        if self.limit is not None and used() is not None:
            self._look()
            threading.Thread(target=self._watch, daemon=True, name="memory").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(TICK_SECONDS):
            self._look()

    def _look(self) -> None:
        assert self.limit is not None
        now = used() or 0
        if now > self.limit:  # nothing that runs here can be asked to end in time
            sys.stderr.write(self.last_words + "\n")
            sys.stderr.flush()
            os._exit(self.code)
        if not self._told and now > self.limit * NEAR[0] // NEAR[1]:
            self._told = True
            self.near()


__all__ = ["MB", "Watch", "default_limit", "used"]
