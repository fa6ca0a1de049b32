"""The same bytes of plan.json whatever the hash seed, the number of workers, or the order of rows and keys."""

from __future__ import annotations

import csv
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def plan_bytes(scenario: Path, out: Path, hash_seed: str = "0", workers: str = "1") -> bytes:
    command = [sys.executable, "-m", "zbopt", "assign", str(scenario), "--out", str(out), "--workers", workers]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return (out / "plan.json").read_bytes()


def shuffled(folder: Path, target: Path, seed: int) -> Path:
    """A copy with the rows and columns of every table in another order."""
    shutil.copytree(folder, target)
    rng = random.Random(seed)
    for path in sorted(target.glob("*.csv")):
        header, *rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        order = list(range(len(header)))
        rng.shuffle(order)
        rng.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[row[place] for place in order] for row in [header, *rows]])
    return target


def test_kaihua_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = Path("scenarios/kaihua-2019")
    first = plan_bytes(folder, tmp_path / "a")
    assert plan_bytes(folder, tmp_path / "b", hash_seed="7", workers="2") == first
    assert plan_bytes(shuffled(folder, tmp_path / "s", 3), tmp_path / "c", hash_seed="11") == first


TIES = """
format: 1
name: ties
as_of: 2019-06
units: [{id: U1, name: 单位甲}]
task_forces: [{id: T1, name: 专班甲, kind: project, size: {min: 0}}, {id: T2, name: 专班乙, kind: project, size: {min: 0}}]
posts: [{id: A, task_force: T1, seats: 2}, {id: B, task_force: T2, seats: 2}]
people: [PEOPLE]
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_one_of_many_equal_plans_is_picked_and_certified(tmp_path: Path, seed: int) -> None:
    people = [f"{{id: P{number}, name: 甲{number}, unit: U1}}" for number in range(7)]
    found = set()
    for turn in range(3):
        random.Random(turn).shuffle(people)
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / "scenario.yaml").write_text(TIES.replace("PEOPLE", ", ".join(people)), encoding="utf-8")
        found.add(plan_bytes(folder, tmp_path / f"out{turn}", hash_seed=str(turn), workers=str(1 + turn % 2)))
    assert len(found) == 1
    assert b'"repeatable": true' in found.pop()
