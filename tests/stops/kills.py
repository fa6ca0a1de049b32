"""Signals at random moments to zbopt as real processes, and what must be true afterwards."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.stops.commands import Command, Reference, Start
from tests.stops.folders import WHOLE, agrees, digests, hidden_copy, leftovers, personal, worth
from tests.stops.inside import kinds_of
from tests.stops.processes import ZBOPT, Ended, Run, hooked

KINDS = ("KILL", "INT", "TERM")
GRACEFUL = {"INT", "TERM", "HUP"}
SLOWEST = 10.0
"""Seconds a process may take to end after it was asked to."""
AWAKE = 0.15
"""Seconds in which Python itself starts: what a signal does there is not in the hands of zbopt."""
BEGUN = ('"relaxation"', '"search"', '"done"', '"plan"', '"rows"')
"""Activities of a solve that has a plan to keep, where one is possible with seats left empty."""


@dataclass(frozen=True)
class Moment:
    """When and to whom a signal is sent.

    `time`: after so many seconds; `file`: at a change of files, counted, or `seconds` after it; `temporary`: as soon as
    a person is named in the temporary folder, if ever, else after so many seconds. `again`: seconds until it is sent a
    second time.
    """

    kind: str
    seconds: float
    number: int = 0
    target: str = "main"
    again: float | None = None

    def __str__(self) -> str:
        where = (
            f"change {self.number} of files +{self.seconds:.3f} s" if self.kind == "file" else f"{self.seconds:.3f} s"
        )
        twice = "" if self.again is None else f", again after {self.again:.2f} s"
        return f"{where}{' or first name in TMPDIR' if self.kind == 'temporary' else ''} to {self.target}{twice}"


@dataclass
class Trial:
    """One command, one signal, one moment: what came of it and what is wrong with that."""

    reference: Reference
    sign: str
    start: Start
    moment: Moment
    label: str
    outcome: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)
    ended: Ended | None = None

    @property
    def command(self) -> Command:
        """The command stopped."""
        return self.reference.command

    def fault(self, kind: str, detail: object = "") -> None:
        """Note what is wrong."""
        self.faults.append((kind, str(detail)))

    def __str__(self) -> str:
        return f"[{self.label}] {self.command.name} SIG{self.sign} over {self.start.name}: {self.moment}"


# --- moments ---------------------------------------------------------------------------------------------------------


def trial(reference: Reference, sign: str, label: str) -> Trial:
    """Draw one: the label alone decides."""
    rng = random.Random(label)
    start = reference.start(rng)
    return Trial(reference, sign, start, _moment(reference, sign, start, rng), label)


def _moment(reference: Reference, sign: str, start: Start, rng: random.Random) -> Moment:
    """Anywhere in the run; one in three while files change, some while zbopt is read in, some at the very end."""
    again = rng.uniform(0.02, 0.8) if sign in GRACEFUL and rng.random() < 0.1 else None
    share = rng.random()
    parallel = reference.command.parallel
    if parallel and share < 0.25:
        return Moment("time", rng.uniform(0.2, 1.0) * start.seconds, target="worker")
    if parallel and share < 0.35:
        target = rng.choice(("main", "group", "worker") if sign == "KILL" else ("main", "group"))
        return Moment("temporary", rng.uniform(0.3, 1.0) * start.seconds, target=target)
    if share < 0.6:
        delay = 0.0 if rng.random() < 0.7 else rng.uniform(0, 0.1)
        return Moment("file", delay, number=_number(start, rng))
    seconds = rng.choice((rng.uniform(0, 1.02), rng.uniform(0, 1.02), rng.uniform(0, 0.4), rng.uniform(0.9, 1.05)))
    target = "group" if sign != "KILL" and rng.random() < 0.3 else "main"
    return Moment("time", max(AWAKE, seconds * start.seconds), target=target, again=again)


def _number(start: Start, rng: random.Random) -> int:
    """A change of files, more often one of the last or a rename: there a result is put in its place."""
    most = max(1, start.changes)
    if start.renames and rng.random() < 0.3:
        return rng.choice(start.renames)
    return rng.randint(max(1, most - 15), most) if rng.random() < 0.6 else rng.randint(1, most)


# --- one trial -------------------------------------------------------------------------------------------------------


def run(made: Trial, folder: Path, later: bool = True) -> Trial:
    """Put the old result in its place, run, send, judge; then (`later`) run once more, unhindered."""
    shutil.rmtree(folder, ignore_errors=True)
    out = folder / "out" / made.command.out
    old = made.start.put(out)
    if made.start.old is None:
        out.parent.mkdir(parents=True)
    process = _started(made, out, folder)
    had, begun, late = _sent(made, process, out)
    ended = made.ended = process.end()
    if late is not None and ended.seconds - late > SLOWEST:
        made.fault("slow to stop", f"{ended.seconds - late:.1f} s after the signal")
    judge(made, ended, out, old, had, begun)
    _exposed(made, folder)
    if made.sign == "KILL" and old and not out.exists():
        _restored(made, out, folder)
    if later:
        _later(made, out, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return made


def _started(made: Trial, out: Path, folder: Path) -> Run:
    number = getattr(signal, f"SIG{made.sign}")
    moment = made.moment
    prefix: Sequence[str] = ZBOPT
    if moment.kind == "file":
        prefix = hooked(moment.number, number, moment.seconds, folder / "count")
    return Run(made.command.line(out), folder, prefix)


def _sent(made: Trial, process: Run, out: Path) -> tuple[int, bool, float | None]:
    """Send the signal at its moment: what the result was worth then, whether a solve had begun, when it was sent."""
    moment, number = made.moment, getattr(signal, f"SIG{made.sign}")
    if moment.kind == "file":
        return 0, False, None
    if moment.kind == "temporary":
        process.until(lambda: bool(personal(process.temporary, made.reference.people)), moment.seconds)
    else:
        process.pause(moment.seconds)
    had = worth(out, made.command.kind)
    begun = any(mark in process.told for mark in BEGUN)
    at = process.begun
    sent = process.send(number, moment.target)
    if not sent and moment.target == "worker":  # too early: the first one that is there
        process.until(lambda: process.send(number, "worker"), 60)
    at = time.monotonic() - at
    if moment.again is not None:
        process.pause(at + moment.again)
        process.send(number, moment.target)
    return had, begun and sent, at if sent else None


# --- judging ---------------------------------------------------------------------------------------------------------


def state(made: Trial, out: Path, old: dict[str, str]) -> str:
    """absent, old (the very bytes), new (whole), hidden (the old one under another name), or half there."""
    if not out.exists() or (out.is_dir() and not any(path.is_file() for path in out.rglob("*"))):
        return "hidden" if old and hidden_copy(out.parent, old) else "absent"
    if old and digests(out) == old:
        return "old"
    faults = WHOLE[made.command.kind](out, made.command.scenario)
    if faults:
        made.fault("half written", "; ".join(faults))
        return "half"
    return "new"


def judge(made: Trial, ended: Ended, out: Path, old: dict[str, str], had: int, begun: bool) -> None:
    """Exit code, folder, texts, what was lost."""
    kind, found = made.command.kind, state(made, out, old)
    made.outcome = f"{_ending(ended)}, {'nothing there' if found == 'absent' else found}"
    before = worth(made.start.old, kind) if made.start.old is not None else 0
    if old and found == "absent":
        made.fault("old result lost")
    if ended.survivors:
        made.fault("left alive", ended.survivors)
    if "Traceback (most recent call last)" in ended.err:
        made.fault("traceback", ended.err.strip().splitlines()[-1][:200])
    after = worth(out, kind) if found in ("old", "new") else 0
    if found != "hidden" and max(before, had) > after and not (old and found == "absent"):
        made.fault("replaced by less", f"worth {max(before, had)} before, {after} after")
    if ended.code is None:
        made.fault("hangs")
    elif made.moment.target == "worker":
        _worker_lost(made, ended, out)
    elif made.sign == "KILL":
        _killed(made, ended, out, found)
    else:
        _asked(made, ended, out, old, found, begun)


def _ending(ended: Ended) -> str:
    if ended.code is None:
        return "hangs"
    if ended.code < 0:
        return f"died of {signal.Signals(-ended.code).name}"
    aborted = any(line.lower().startswith("aborted") for line in ended.err.splitlines())
    return f"exit {ended.code}{' aborted' if aborted else ''}"


def _finished(made: Trial, out: Path) -> None:
    """After exit 0 the result is the one of a run that nobody hindered."""
    if out.exists() and not agrees(out, made.command.kind, made.reference.content, False):
        made.fault("exit 0 with another result")
    if not out.exists():
        made.fault("exit 0 without a result")


def _worker_lost(made: Trial, ended: Ended, out: Path) -> None:
    """A worker that dies takes nothing with it."""
    if ended.code != 0:
        made.fault("a lost worker ends the run", f"exit {ended.code}: {_last(ended)}")
    else:
        _finished(made, out)


def _killed(made: Trial, ended: Ended, out: Path, found: str) -> None:
    if ended.code == 0:
        _finished(made, out)
    elif ended.code != -signal.SIGKILL:
        made.fault("exit code", f"{ended.code}: {_last(ended)}")


def _asked(made: Trial, ended: Ended, out: Path, old: dict[str, str], found: str, begun: bool) -> None:
    """Asked to stop: 130 with the best so far kept and told, or aborted before there was any; 0 where it was done."""
    if ended.code == 0:
        _finished(made, out)
    elif ended.code == -signal.SIGINT:
        made.fault("died of SIGINT, not exit 130", _last(ended))
    elif ended.code != 130:
        made.fault("exit code", f"{ended.code} for 130: {_last(ended)}")
    hidden = leftovers(out.parent)
    if hidden:
        made.fault("leftovers after a stop", hidden)
    if found == "hidden":
        made.fault("old result out of its place after a stop", hidden)
    told = ended.err + ended.out
    if "time limit" in told.lower():
        made.fault("untrue reason", "time limit")
    if ended.code != 130:
        return
    aborted = "aborted" in _ending(ended)
    if aborted and (found == "new" or (old and found == "absent")):
        made.fault("told aborted, yet written", found)
    if aborted and any(mark in ended.err for mark in BEGUN) and made.moment.again is None:
        made.fault("aborted though a solve had begun", _last(ended))
    if not aborted and not ended.out.strip() and not _last(ended).startswith("interrupted; what was finished"):
        made.fault("130 without a word", _last(ended))
    if not aborted and begun and not old and found == "absent" and made.command.kind == "plan":
        made.fault("plan not kept", _last(ended))


def _last(ended: Ended) -> str:
    """The last line on stderr that is no progress."""
    lines = [line for line in ended.err.splitlines() if line.strip() and not line.startswith('{"stage"')]
    return lines[-1][:200] if lines else ""


def _exposed(made: Trial, folder: Path) -> None:
    named = personal(folder / "tmp", made.reference.people)
    if named:
        made.fault("personal data in the temporary folder", named[:3])


def _restored(made: Trial, out: Path, folder: Path) -> None:
    """The next run, though it is stopped as soon as it works, puts the old result back."""
    process = Run(made.command.line(out), folder / "next")
    process.until(lambda: '"stage"' in process.told, 60)
    process.send(signal.SIGINT)
    process.end()
    before = worth(made.start.old, made.command.kind) if made.start.old is not None else 0
    if not out.exists() or worth(out, made.command.kind) < before:
        made.fault("old result not restored by the next run")


def _later(made: Trial, out: Path, folder: Path) -> None:
    """A later run finds things in order and comes to the same result as if nothing had been."""
    ended = Run(made.command.line(out), folder / "later").end()
    if ended.code != 0:
        made.fault("a later run fails", f"exit {ended.code}: {_last(ended)}")
        return
    faults = WHOLE[made.command.kind](out, made.command.scenario)
    if faults:
        made.fault("a later run is not whole", "; ".join(faults))
    elif not agrees(out, made.command.kind, made.reference.content, True):
        made.fault("a later run comes to another result")
    hidden = leftovers(out.parent)
    if hidden:
        made.fault("leftovers after a later run", hidden)
    if personal(folder / "later" / "tmp", made.reference.people):
        made.fault("personal data in the temporary folder", "of the later run")


# --- many trials -----------------------------------------------------------------------------------------------------


def trials(references: Sequence[Reference], signs: Sequence[str], number: int, seed: int) -> Iterator[Trial]:
    """So many moments for each signal, the commands in turn."""
    for count in range(number):
        for sign in signs:
            chosen = references[count % len(references)]
            yield trial(chosen, sign, f"{seed}:{chosen.command.name}:{sign}:{count}")


class Counts:
    """How the trials ended, by command, signal and outcome, and every fault with its trial."""

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.faults: list[tuple[str, str, str]] = []

    def take(self, made: Trial) -> None:
        """Count one."""
        target = {"worker": " to a worker", "group": " to all"}.get(made.moment.target, "")
        self.outcomes[made.command.name, f"SIG{made.sign}{target}", made.outcome] += 1
        self.faults += [(kind, str(made), detail) for kind, detail in made.faults]

    def report(self) -> str:
        """The table of counts, the kinds of faults, and every fault."""
        lines = ["| command | signal | outcome | number |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(key)} | {number} |" for key, number in sorted(self.outcomes.items())]
        lines.append(f"\n{sum(self.outcomes.values())} trials")
        return "\n".join([*lines, *kinds_of(self.faults)])
