"""Real zbopt processes in a session of their own: started, sent signals, watched until nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")
LONGEST = 120.0
"""Seconds after which a process that was not stopped is taken to hang."""
AFTERLIFE = 5.0
"""Seconds after its end in which nothing of a process may be left alive."""
ZBOPT = (sys.executable, "-m", "zbopt")


@dataclass(frozen=True)
class Ended:
    """How a process ended: exit code (negative: the signal; None: it hung), texts, seconds, and who outlived it."""

    code: int | None
    out: str
    err: str
    seconds: float
    survivors: tuple[str, ...] = ()


def heed_signals() -> None:
    """Signals that a shell ignores for its background jobs would be ignored by the children too."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is signal.SIG_IGN:
            signal.signal(sign, signal.SIG_DFL)


def hooked(number: int, sign: int, delay: float, count: Path) -> tuple[str, ...]:
    """What starts zbopt with a signal at a change of files (`child`)."""
    return (sys.executable, "-P", str(CHILD), str(number), str(sign), str(delay), str(count))


class Run:
    """One process in a session of its own; its temporary folder and its texts lie in a folder that is given."""

    def __init__(self, arguments: Sequence[str], folder: Path, prefix: Sequence[str] = ZBOPT) -> None:
        heed_signals()
        self.temporary, self._out, self._err = folder / "tmp", folder / "stdout", folder / "stderr"
        work = folder / "work"
        for path in (self.temporary, work):
            path.mkdir(parents=True, exist_ok=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE", "COV_"))}
        environment = {**kept, "TMPDIR": str(self.temporary), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.begun = time.monotonic()
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*prefix, *arguments], stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment, cwd=work,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The main process, and the number of its session."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the main process has not ended."""
        return self.process.poll() is None

    @property
    def told(self) -> str:
        """What stands on stderr so far."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    def until(self, test: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; False where the process or the time ended first."""
        end = time.monotonic() + seconds
        while self.running and time.monotonic() < end:
            if test():
                return True
            time.sleep(0.002)
        return False

    def pause(self, since_start: float) -> None:
        """Wait until so many seconds after the start, or the end of the process."""
        left = self.begun + since_start - time.monotonic()
        if left > 0:
            self.until(lambda: False, left)

    def send(self, sign: int, target: str = "main") -> bool:
        """Send a signal to the main process, to all of its group, or to one worker; False where there is none."""
        if not self.running:
            return False
        try:
            if target == "group":
                os.killpg(self.pid, sign)
            elif target == "worker":
                found = workers(self.pid)
                if not found:
                    return False
                os.kill(found[0], sign)
            else:
                os.kill(self.pid, sign)
        except ProcessLookupError:
            return False
        return True

    def end(self, seconds: float = LONGEST) -> Ended:
        """Wait for the end, then for the end of everything it started; what is left after that is killed and named."""
        try:
            code: int | None = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
            self.process.kill()
            self.process.wait()
        took = time.monotonic() - self.begun
        end = time.monotonic() + AFTERLIFE
        while members(self.pid) and time.monotonic() < end:
            time.sleep(0.02)
        left = members(self.pid)
        names = tuple(_command(pid) for pid in left)
        for pid in left:
            _kill(pid)
        return Ended(code, self._out.read_text(encoding="utf-8", errors="replace"), self.told, took, names)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _fields(path: Path) -> list[str]:
    """State, parent, group, session and so on of a process; empty where it has gone."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def members(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(path)
        if fields and int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(path.parent.name))
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:80]
    except OSError:
        return str(pid)


def workers(session: int) -> list[int]:
    """The processes of a session that solve for its main process."""
    return [pid for pid in sorted(members(session)) if pid != session and "spawn_main" in _command(pid)]
