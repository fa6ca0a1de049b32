"""Invented cases of any size: folders by scenarios/generate.py, and small ones in which rules bind often."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.brute.cases import FOCUS, NAMES, Draft, Row, finish_policy
from zbopt.diagnostics import DiagnosticsError
from zbopt.scenario.load import Loaded, load

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
NO_FOCUS = {"R01", "R29", "must_fill"}
"""They shrink a case to a few people."""


def generated(folder: Path, people: int, seed: int, **options: float) -> Path:
    """A case by scenarios/generate.py; `options` as its own (part_time=0.5, kin=4)."""
    command = [sys.executable, str(SCENARIOS / "generate.py"), "--people", str(people), "--seed", str(seed)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    subprocess.run([*command, "--out", str(folder)], check=True, capture_output=True)
    return folder


def without_pins(folder: Path) -> Path:
    """A generated case with nothing that stands against leaving seats empty."""
    file = folder / "scenario.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("pins: pins.csv\n", ""), encoding="utf-8")
    return folder


class Larger(Draft):
    """A draft with more people, task forces and posts than the brute force could take."""

    def __init__(self, rng: random.Random, people: int) -> None:
        forces = max(2, people // 6)
        super().__init__(rng, 2, people)
        for i in range(len(self.forces), forces):
            self.forces.append(self.force(i, True))
        while sum(post["seats"] for post in self.posts) < people * 0.6:
            self.posts.append(self.post(len(self.posts), len(self.forces)))

    def post(self, i: int, forces: int) -> Row:
        """Beyond the first ones a post goes to any task force that runs."""
        if i < forces and i < len(self.forces):
            return super().post(i, forces)
        force = self.rng.choice([row for row in self.forces if row["state"] == "running"])
        row = super().post(0, 1)
        return row | {"id": f"{force['id']}-p{i + 1}", "task_force": force["id"]}

    def person(self, i: int) -> Row:
        """Names of three characters, each its own."""
        row = super().person(i % len(NAMES))
        name = NAMES[i % len(NAMES)] + "东南西北中前后左右"[i // len(NAMES) % 9]
        return row | {"id": f"P{i + 1:03}", "name": name}


def random_scenario(rng: random.Random, people: int) -> Row:
    """A case of some tens of people with a few rules, quotas, pins or wishes that bind."""
    draft = Larger(rng, people)
    for name in rng.sample([name for name in FOCUS if name not in NO_FOCUS], rng.choice((1, 2, 3, 4))):
        draft.light = rng.random() < 0.5
        FOCUS[name](draft)
    draft.light = False
    draft.policy["rules"].setdefault("R37", "off")
    finish_policy(draft)
    return draft.finish(f"随机 {people} 人")


def random_folder(folder: Path, rng: random.Random, people: int) -> Path:
    """The same in a folder; drawn again until the format accepts it."""
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(20):
        text = json.dumps(random_scenario(rng, people), ensure_ascii=False)
        (folder / "scenario.yaml").write_text(text, encoding="utf-8")
        try:
            load(folder)
        except DiagnosticsError:
            continue
        return folder
    raise AssertionError("no case of twenty was accepted")


@dataclass(frozen=True)
class Made:
    """A case: what it is called (enough to make it again), where it is, and as it was read."""

    name: str
    folder: Path
    people: int

    def loaded(self) -> Loaded:
        """Read it."""
        return load(self.folder)


PART_TIME = (0.0, 0.5, 1.0)


def drawn(folder: Path, seed: str, people: int) -> Made:
    """A case of a size: up to 30 people from the small drafts, above by the generator, full-time and part-time."""
    rng = random.Random(f"{seed}:{people}")
    if people <= 30:
        return Made(f"random {people} people ({seed})", random_folder(folder, rng, people), people)
    options = {
        "part_time": rng.choice(PART_TIME), "kin": rng.choice((1.0, 4.0, 10.0)), "team_quotas": rng.choice((1, 2)),
        "scarcity": rng.choice((0.3, 0.5, 0.8)), "wishes": rng.choice((0.5, 0.9)),
    }  # fmt: skip
    number = rng.randrange(1000)
    name = f"generated {people} people --seed {number} " + " ".join(f"--{k} {v}" for k, v in options.items())
    generated(folder, people, number, **options)
    if rng.random() < 0.7:
        name += " without pins"
        without_pins(folder)
    return Made(name.replace("_", "-"), folder, people)


SIZES = (5, 8, 20, 12, 60, 20, 30, 200, 6, 20, 100, 25, 300, 10, 30, 60, 20, 500, 15, 1000)
"""The sizes of a run of stops, in turn: half of them small, one in ten of 500 people and more."""


def many(folder: Path, seed: int) -> Iterator[Made]:
    """Cases without end."""
    number = 0
    while True:
        people = SIZES[number % len(SIZES)]
        yield drawn(folder / f"case-{number}", f"{seed}:{number}", people)
        number += 1
