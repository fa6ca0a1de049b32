"""Stops and kills zbopt at random moments and judges what is left; measures whether time limits hold.

    python -m tests.stops.run kills --number 100 --seed 1 [--command assign] [--only LABEL]
    python -m tests.stops.run stops --number 1000 --seed 1 [--case FOLDER] [--only LABEL]
    python -m tests.stops.run limits [--people 3000]

`kills`: so many moments for each of SIGKILL, SIGINT, SIGTERM, over real processes of the commands in turn. `stops`: of
`assign`, in this process and (one in twenty) as real processes. Prints counts by outcome and every violation with its
label, which `--only` repeats; exit 1 on any. `limits` prints a table in Markdown. Needs Linux: it looks at processes.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
from pathlib import Path

from tests.stops import inside, kills, limits, outside
from tests.stops.commands import NAMES, Reference, made, reference


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(description="Stop and kill zbopt, judge what is left.")
    kinds = whole.add_subparsers(dest="what", required=True)
    killing = kinds.add_parser("kills", help="signals to real processes")
    killing.add_argument("--command", choices=NAMES, action="append", help="this command alone (may be repeated)")
    killing.add_argument("--signals", default=",".join(kills.KINDS), help="of KILL,INT,TERM,HUP")
    stopping = kinds.add_parser("stops", help="stops of assign at random moments")
    stopping.add_argument("--case", type=Path, help="all stops of this scenario folder")
    for one, number in ((killing, 100), (stopping, 1000)):
        one.add_argument("--number", type=int, default=number, help="moments (of kills: for each signal)")
        one.add_argument("--only", help="repeat the trial of this label")
    limiting = kinds.add_parser("limits", help="wall time against --time-limit")
    limiting.add_argument("--people", type=int, action="append", choices=list(limits.LIMITS), help="this size alone")
    for one in (killing, stopping, limiting):
        one.add_argument("--seed", type=int, default=1, help="seed of all that is drawn")
        one.add_argument("--verbose", action="store_true", help="a line for each trial, on stderr")
    return whole


def killed(arguments: argparse.Namespace, folder: Path) -> int:
    """Run `kills`."""
    names = [arguments.only.split(":")[1]] if arguments.only else arguments.command or NAMES
    references = [reference(made(name, folder / name), folder / f"{name}-reference") for name in names]
    counts = kills.Counts()
    for trial in _wanted(arguments, references):
        kills.run(trial, folder / "trial")
        counts.take(trial)
        _tell(arguments, trial, trial.outcome, trial.faults)
    print(counts.report())
    return 1 if counts.faults else 0


def _wanted(arguments: argparse.Namespace, references: list[Reference]) -> list[kills.Trial]:
    if arguments.only:
        return [kills.trial(references[0], arguments.only.split(":")[2], arguments.only)]
    return list(kills.trials(references, arguments.signals.split(","), arguments.number, arguments.seed))


def stopped(arguments: argparse.Namespace, folder: Path) -> int:
    """Run `stops`."""
    counts = inside.Counts()
    for stop in outside.stops(folder, arguments.number, arguments.seed, arguments.only, arguments.case):
        faulthandler.dump_traceback_later(900, exit=True)
        counts.take(stop)
        _tell(arguments, stop, stop.outcome, stop.faults)
    faulthandler.cancel_dump_traceback_later()
    print(counts.report())
    return 1 if counts.faults else 0


def limited(arguments: argparse.Namespace, folder: Path) -> int:
    """Run `limits`."""
    print(limits.HEAD, flush=True)
    kept = True
    for row in limits.table(folder, arguments.seed, arguments.people or list(limits.LIMITS)):
        print(row, flush=True)
        kept = kept and row.kept
    return 0 if kept else 1


def _tell(arguments: argparse.Namespace, what: object, outcome: str, faults: list[tuple[str, str]]) -> None:
    if arguments.verbose or faults:
        marks = "; ".join(f"{kind}: {detail}" for kind, detail in faults)
        print(f"{what} -> {outcome}{'  VIOLATION ' + marks if faults else ''}", file=sys.stderr, flush=True)


def main() -> int:
    """Run what was asked for in a folder that is removed at the end."""
    arguments = parser().parse_args()
    work = {"kills": killed, "stops": stopped, "limits": limited}[arguments.what]
    with tempfile.TemporaryDirectory(prefix="stops-") as folder:
        return work(arguments, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
