"""Damages many inputs and judges what zbopt makes of them.

    python -m tests.fuzz.run --number 3000 --seed 1 [--only KIND or KIND/MUTATOR]
    python -m tests.fuzz.run --seed 1 --case 137 --only KIND --keep FOLDER

The second form makes one case again, prints what was said, and keeps its files. Exit 1 where anything failed.
Needs a system that forks.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.fuzz.base import Base
from tests.fuzz.child import Outcome, command, laid_out, preload, run_of, workplace
from tests.fuzz.damage import KINDS, Case, Damage, case
from tests.fuzz.judge import Failure, ended, kept, plan_called_good

WORDS = {0: "read", 2: "refused", 3: "impossible", 4: "no plan", 5: "faults", None: "ended"}


@dataclass
class Tally:
    """Counts of outcomes by kind, and every failure with the way to make it again."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[tuple[str, Failure, str]] = field(default_factory=list)
    slowest: float = 0.0
    largest: float = 0.0

    def add(self, kind: str, outcomes: list[Outcome], failed: bool) -> None:
        """Count a case by how its first command ended."""
        self.outcomes[kind, "cases"] += 1
        first = outcomes[0]
        word = WORDS.get(first.code, f"exit {first.code}")
        self.outcomes[kind, "told" if first.code == 0 and first.told else word] += 1
        self.outcomes[kind, "assigned"] += sum(item.arguments[0] == "assign" for item in outcomes)
        self.outcomes[kind, "failed"] += failed
        self.slowest = max(self.slowest, *(item.seconds for item in outcomes))
        self.largest = max(self.largest, *(item.megabytes for item in outcomes))


@cache
def undamaged(base: Base, language: str) -> Outcome:
    """The outcome of a base as it is."""
    root = workplace() / "base"
    name = laid_out(Damage(base.files, ""), root)
    return command(("check", f"./{name}", "--lang", language), root, look=f"./{name}")


def outcomes_of(item: Case) -> Iterator[tuple[Outcome, list[Failure]]]:
    """Run the commands of a case; each outcome with what is wrong with it."""
    damage = item.damage
    root = workplace() / "case"
    name = laid_out(damage, root)
    inside = os.fsencode(root) + b"/" + damage.folder
    for arguments in damage.commands:
        done = command((*arguments, "--lang", item.language), inside)
        run = run_of(item.base) if item.kind == "plan" else {}
        yield done, [*ended(done, damage), *plan_called_good(damage, done, run)]
    if damage.commands:
        return
    before = undamaged(item.base, item.language)
    done = command(("check", f"./{name}", "--lang", item.language), root, look=f"./{name}")
    yield done, [*ended(done, damage), *kept(item.base, damage, done, before)]
    if item.assign:
        limit = ("--time-limit", "5", "--out", "out", "--lang", item.language)
        done = command(("assign", f"./{name}", *limit), root)
        yield done, list(ended(done, damage))


def judged(item: Case) -> tuple[list[Outcome], list[Failure]]:
    """All outcomes of a case and all failures."""
    found = list(outcomes_of(item))
    return [outcome for outcome, _ in found], [failure for _, failures in found for failure in failures]


def described(item: Case) -> str:
    """A case in a line."""
    note = item.damage.note.replace("\n", "\\n").replace("\x1b", "\\x1b")
    return f"{item.kind}/{item.name} of {item.base.form} {item.base.number}: {note}"


def fuzz(seed: int, numbers: range, only: str, tell: bool = True) -> Tally:
    """Run the cases of these numbers."""
    kind, _, name = only.partition("/")
    tally, started, kinds = Tally(), time.monotonic(), list(KINDS)
    for number in numbers:
        chosen = kind or kinds[number % len(kinds)]
        item = case(seed, number, chosen, name)
        outcomes, failures = judged(item)
        tally.add(chosen, outcomes, bool(failures))
        again = f"--seed {seed} --case {number} --only {only or chosen}"
        for failure in failures:
            tally.failures.append((described(item), failure, again))
            if tell:
                print(
                    f"FAIL {described(item)}\n     {failure.title}: {failure.detail}\n     again: {again}", flush=True
                )
        if tell and number % 200 == 199:
            print(f"... {number + 1}, {time.monotonic() - started:.0f} s, {len(tally.failures)} failures", flush=True)
    return tally


def table(tally: Tally) -> str:
    """Counts by kind and outcome, then failures by mutator and title."""
    columns = [
        "cases",
        *sorted({name for _, name in tally.outcomes} - {"cases", "failed", "assigned"}),
        "assigned",
        "failed",
    ]
    lines = [" ".join(f"{name:>10}" for name in ("kind", *columns))]
    for kind in (name for name in KINDS if tally.outcomes[name, "cases"]):
        lines += [" ".join([f"{kind:>10}", *(f"{tally.outcomes[kind, name]:>10}" for name in columns)])]
    total = [sum(count for (_, other), count in tally.outcomes.items() if other == name) for name in columns]
    lines.append(" ".join([f"{'all':>10}", *(f"{count:>10}" for count in total)]))
    lines.append(f"slowest {tally.slowest:.1f} s, largest {tally.largest:.0f} MB over the start")
    groups = Counter((text.split(" of ")[0], failure.title) for text, failure, _ in tally.failures)
    first = {(text.split(" of ")[0], failure.title): again for text, failure, again in reversed(tally.failures)}
    if groups:
        lines.append("\nfailures by mutator (number, first of them):")
    for (name, title), count in sorted(groups.items()):
        lines.append(f"  {count:4} {name}: {title}  [{first[name, title]}]")
    return "\n".join(lines)


def shown(seed: int, number: int, only: str, keep: Path | None) -> int:
    """Make one case again and show everything about it."""
    kind, _, name = only.partition("/")
    item = case(seed, number, kind or list(KINDS)[number % len(KINDS)], name)
    print(described(item), f"(must: {item.damage.must} {item.damage.place})")
    outcomes, failures = judged(item)
    for done in outcomes:
        print(f"\n$ zbopt {' '.join(done.arguments)}".encode(errors="replace").decode())
        print(
            f"exit {done.code}, signal {done.signal}, {done.seconds:.2f} s, {done.megabytes:.0f} MB, hung {done.hung}"
        )
        print(done.stdout[:2000], done.stderr[:3000], done.crash[-3000:], sep="")
    for failure in failures:
        print(f"FAIL {failure.title}: {failure.detail}")
    if keep is not None:
        shutil.copytree(workplace() / "case", keep, symlinks=True, dirs_exist_ok=True)
        print(f"kept in {keep}")
    return int(bool(failures))


def main() -> int:
    """Run the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=3000, help="how many cases")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case, to run in pieces")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help=f"one of {', '.join(KINDS)}, or KIND/MUTATOR")
    parser.add_argument("--case", type=int, help="make one case again and show it")
    parser.add_argument("--keep", type=Path, help="with --case: copy its files there")
    options = parser.parse_args()
    preload()
    if options.case is not None:
        return shown(options.seed, options.case, options.only, options.keep)
    tally = fuzz(options.seed, range(options.first, options.first + options.number), options.only)
    print(table(tally))
    return int(bool(tally.failures))


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main())
