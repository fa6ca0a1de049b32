"""`python -m tests.privacy.run [--errors 500]`: look for confidential data in everything zbopt leaves behind; exit 1 on any hit.

Sections (`--only` takes some of them): commands (every command, both languages, every format, three forms of input), processes (side by side,
killed, a defect), objects (the Python API), worlds (one class), hashes, audits, edits, prices, conflicts (guessing), errors (seeded error paths).
`--seed N` shows one error path with its answers and keeps its input files.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.privacy import attacks, commands, damage, matrix, objects
from tests.privacy.commands import Place
from tests.privacy.planted import BARRING, CASES, COLUMNS, assign_case
from tests.privacy.scan import KINDS, Hit

Lines = Iterator[tuple[str, list[Hit]]]
PLAN: tuple[tuple[str, str, int], ...] = (
    ("hard", "yaml", 1), ("hard", "csv", 3), ("hard", "xlsx", 4), ("merging", "yaml", 1), ("merging", "csv", 4), ("merging", "xlsx", 5),
    ("target", "csv", 3), ("warn", "yaml", 3), ("pinned", "yaml", 1), ("impossible", "yaml", 1), ("impossible", "xlsx", 2),
    *((name, "csv", 2) for name in CASES if name.startswith("one")), *((name, "yaml", 1) for name in CASES if name.startswith("count")),
)  # fmt: skip
"""Case, form of input, and every which of its command lines is run (1: all)."""


class Watch:
    """What was run and what was found."""

    def __init__(self, errors: int, every: int) -> None:
        self.errors, self.every = errors, every
        self.hits: list[Hit] = []
        self.lines = 0
        self.crashes: dict[str, str] = {}
        self.interrupted = False
        self.ran: set[str] = set()

    def take(self, name: str, found: Lines) -> None:
        """Run a section, with a line of progress."""
        begun, lines, hits = time.monotonic(), self.lines, len(self.hits)
        for line, more in found:
            self.lines += 1
            self.hits += more
            self.ran |= {word for word in line.split()[:2] if word != "zbopt"}
        seconds = time.monotonic() - begun
        print(
            f"{name:<24}{self.lines - lines:>6} runs {len(self.hits) - hits:>6} hits {seconds:7.1f} s",
            file=sys.stderr,
            flush=True,
        )


def _commands(place: Place, watch: Watch) -> None:
    for number, (name, form, every) in enumerate(PLAN):
        watch.take(f"commands: {name} {form}", matrix.case_hits(place, name, form, number, every * watch.every))


def _hashes(place: Place, every: int) -> Lines:
    for column in COLUMNS[::every]:
        yield f"hashes {column}", attacks.hash_hits(place, column)
    for form in ("yaml", "xlsx"):
        yield f"hashes status {form}", attacks.hash_hits(place, "status", form, ("P01", "P03"))


def _errors(place: Place, watch: Watch) -> Lines:
    made = damage.finished(place, assign_case())
    for seed in range(watch.errors):
        for outcome in damage.tried(place, seed, made):
            if outcome.done.crash:
                watch.crashes.setdefault(outcome.done.crash.strip().splitlines()[-1][:120], outcome.line)
            yield outcome.line, outcome.hits


def sections(place: Place, watch: Watch) -> dict[str, Callable[[], None]]:
    """The sections by name."""
    every = watch.every
    return {
        "commands": lambda: _commands(place, watch),
        "processes": lambda: watch.take("processes", matrix.processes(place)),
        "objects": lambda: watch.take("objects", objects.object_hits(place)),
        "worlds": lambda: watch.take("worlds", matrix.world_hits(place, list(BARRING)[:: min(every, 3)])),
        "hashes": lambda: watch.take("hashes", _hashes(place, every)),
        "audits": lambda: watch.take("audits", ((column, attacks.audit_hits(place, column)) for column in COLUMNS)),
        "edits": lambda: watch.take("edits", attacks.edit_hits(place, every)),
        "prices": lambda: watch.take("prices", attacks.price_hits(place)),
        "conflicts": lambda: watch.take("conflicts", attacks.conflict_hits(place)),
        "errors": lambda: watch.take("errors", _errors(place, watch)),
    }


def shape(hit: Hit) -> str:
    """An excerpt without its numbers and names: what is alike has one shape."""
    return re.sub(r"[\u4e00-\u9fff]{2,4}[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳]|P\d\d|T\d[-\w]*|\d+", "", hit.excerpt)[:36]


def table(hits: list[Hit], most: int = 5) -> str:
    """Hits by command and kind: how many, where, excerpts of different shapes, and how to see the first of each again."""
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.command, hit.kind), []).append(hit)
    lines = [f"{'command':<28}{'kind':<28}{'hits':>6}  where", "-" * 80]
    for (command, kind), found in sorted(groups.items()):
        places = list(dict.fromkeys(hit.where for hit in found))
        lines.append(
            f"{command:<28}{kind:<28}{len(found):>6}  {', '.join(places[:4])}{' ...' if len(places) > 4 else ''}"
        )
        shapes = {(hit.where.partition("(")[0], shape(hit)): hit for hit in reversed(found)}
        for hit in list(reversed(shapes.values()))[:most]:
            lines += [f"    {hit.where}: {hit.excerpt[:150]}", f"        {hit.again[:260]}"]
    return "\n".join(lines)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.privacy.run", description=__doc__)
    parser.add_argument("--errors", type=int, default=500, help="seeded error paths (500)")
    parser.add_argument("--only", nargs="+", default=[], help="sections to run")
    parser.add_argument(
        "--ignore", nargs="+", default=[], choices=sorted(KINDS), help="kinds of hits that do not count"
    )
    parser.add_argument("--every", type=int, default=1, help="run every so many-th command line only")
    parser.add_argument("--seed", type=int, help="show one error path")
    return parser.parse_args(given)


def _one(seed: int, place: Place) -> int:
    kept = Path(tempfile.mkdtemp(prefix=f"seed-{seed}-"))
    for text in damage.shown_attempt(place, seed, kept):
        print(text)
    print(f"files: {kept}")
    return 0


def main(given: list[str] | None = None) -> int:
    """Run the sections, print the table, 1 where anything was found."""
    asked = _arguments(given)
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        place = Place(Path(folder))
        if asked.seed is not None:
            return _one(asked.seed, place)
        watch = Watch(asked.errors, asked.every)
        known = sections(place, watch)
        if set(asked.only) - set(known):
            print(f"sections: {', '.join(known)}", file=sys.stderr)
            return 2
        try:
            for name, section in known.items():
                if not asked.only or name in asked.only:
                    section()
        except KeyboardInterrupt:
            print("interrupted: the table is of what was run", file=sys.stderr)
            watch.interrupted = True
    hits = [hit for hit in watch.hits if hit.kind not in asked.ignore]
    print(table(hits))
    for crash, line in watch.crashes.items():
        print(f"note: a traceback: {crash}: {line[:200]}")
    missing = [] if asked.only else sorted(set(commands.commands()) - watch.ran - commands.STATIC)
    if missing:
        print(f"note: commands that were not run: {', '.join(missing)}")
    print(f"{watch.lines} runs, {len(hits)} hits of {len({hit.kind for hit in hits})} kinds")
    return 130 if watch.interrupted else 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
