"""zbopt in this process, with a signal to itself right at a change of files: moments that no clock hits.

    python -P child.py NUMBER SIGNAL DELAY COUNT_FILE ARGUMENTS...

Before the NUMBER-th change of a file (made, opened to write, renamed, removed) the process sends itself SIGNAL, or
DELAY seconds after it. NUMBER 0: no signal; how many changes there were, and which of them were renames, is written to
COUNT_FILE.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from pathlib import Path
from typing import Any

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"}
ELSEWHERE = ("/dev/", "/proc/", "/sys/")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def changes(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event of Python is about to change files."""
    if event in CHANGES:
        return True
    if event != "open" or isinstance(arguments[0], int):
        return False
    path, mode, flags = os.fsdecode(arguments[0]), arguments[1], arguments[2]
    writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags and flags & WRITING)
    return writes and not path.startswith(ELSEWHERE)


class Hook:
    """Counts the changes of files and sends the signal at one of them."""

    def __init__(self, number: int, sign: int, delay: float) -> None:
        self.number, self.sign, self.delay = number, sign, delay
        self.seen = 0
        self.renames: list[int] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python at every audit event."""
        if not changes(event, arguments):
            return
        self.seen += 1
        if event == "os.rename":
            self.renames.append(self.seen)
        if self.seen != self.number:
            return
        if self.delay:
            timer = threading.Timer(self.delay, os.kill, (os.getpid(), self.sign))
            timer.daemon = True
            timer.start()
        else:
            os.kill(os.getpid(), self.sign)


def main() -> None:
    """Hook, then the command line of zbopt."""
    number, sign, delay, count, *arguments = sys.argv[1:]
    hook = Hook(int(number), int(sign), float(delay))
    if not hook.number:
        atexit.register(lambda: Path(count).write_text(" ".join(map(str, (hook.seen, *hook.renames)))))
    sys.addaudithook(hook)
    sys.argv = ["zbopt", *arguments]
    from zbopt.__main__ import main as command_line

    command_line()


if __name__ == "__main__":
    main()
