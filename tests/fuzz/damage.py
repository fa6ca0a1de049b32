"""The mutators: what a month of use, a foreign program or an attacker does to an input. Every one is a function of a random
generator and a base, so that a case is made again from its seed.

A `Damage` says what was done and what the judge may ask for. It asks for no more than what is beyond doubt: a line that was
taken out as a whole is invisible to any reader, so its row is not missed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from tests.fuzz.base import NUMBERS, Base, Files, make

ROWS, SAME, TOLD, PLAN, CRASH = "rows", "same", "told", "plan", "crash"
"""What the judge asks for beyond a clean end: rows that are still in the file are read (rows), all is read as before (same),
the planner is told (told), a plan that differs is not called good (plan), nothing (crash). Telling is always enough."""

FIFO, FOLDER, LOOP, DEVICE = "fifo", "folder", "loop", "device"
"""What may stand in the place of a file."""


@dataclass(frozen=True)
class Damage:
    """Damaged files and what must be true of an answer to them."""

    files: Files
    touched: str
    """The file a message must name where the command ends well."""
    must: str = ROWS
    note: str = ""
    place: str = ""
    """Line (`people.csv:5`) or cell (`!K5`) that the messages must name."""
    filled: tuple[tuple[str, str], ...] = ()
    """Cells (person, field) that hold something and must not be read as blank."""
    alike: tuple[tuple[str, str, str], ...] = ()
    """Cells (person, field) that must be read as another person's were in the base: merged ones."""
    row: tuple[str, str] = ("", "")
    """The only row (list, id) that was damaged: every other one must be read as before."""
    secret: str = ""
    """Digits that no message may show."""
    specials: dict[str, str] = field(default_factory=dict)
    """Things that are no files, by name."""
    folder: bytes = b"case"
    """The name of the folder."""
    commands: tuple[tuple[str, ...], ...] = ()
    """Other commands than check."""


Mutator = Callable[[random.Random, Base], Damage]


@dataclass(frozen=True)
class Entry:
    """A mutator with the forms of base it can damage, and how often it is taken: what makes large files, seldom."""

    name: str
    mutate: Mutator
    forms: tuple[str, ...]
    weight: float


KINDS: dict[str, list[Entry]] = {
    name: [] for name in ("bytes", "lines", "cells", "yaml", "csv", "files", "zip", "book", "plan")
}
"""The mutators of each kind, in the order of their definition."""

MODULES = ("damage_text", "damage_csv", "damage_yaml", "damage_files", "damage_zip", "damage_book", "damage_plan")


def mutator(kind: str, *forms: str, weight: float = 1) -> Callable[[Mutator], Mutator]:
    """Enter a function among the mutators of a kind."""

    def enter(function: Mutator) -> Mutator:
        KINDS[kind].append(Entry(function.__name__.strip("_"), function, forms, weight))
        return function

    return enter


@dataclass(frozen=True)
class Case:
    """A case: which mutator was applied to which base, and the outcome of that."""

    kind: str
    name: str
    base: Base
    damage: Damage
    language: str
    assign: bool


def case(seed: int, number: int, kind: str, only: str = "") -> Case:
    """The case of that number; `only` forces a mutator of its kind."""
    for module in MODULES:
        import_module(f"tests.fuzz.{module}")
    rng = random.Random(f"{seed}/{number}/{kind}")
    entry = rng.choices(KINDS[kind], [item.weight for item in KINDS[kind]])[0]
    if only:
        entry = next(item for item in KINDS[kind] if item.name == only)
    base = make(rng.choice(entry.forms), rng.randrange(NUMBERS))
    language, assign = rng.choice(("en", "zh")), rng.random() < 0.1
    return Case(kind, entry.name, base, entry.mutate(rng, base), language, assign)


def cut(rng: random.Random, length: int, most: int) -> tuple[int, int]:
    """A range of at least one place inside something of that length."""
    start = rng.randrange(max(1, length))
    return start, min(length, start + rng.randint(1, most))


def some_file(rng: random.Random, base: Base) -> str:
    """A file of the base; the one that holds the people more often."""
    return base.people_file if rng.random() < 0.6 else rng.choice(sorted(base.files))
