"""Thirty-one impossible cases, each made by breaking something: the conflict names it, is minimal for another solver, and every repair solves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.brute.check_infeasible import read_yaml
from tests.brute.second import possible
from tests.here import ROOT
from zbopt import planning
from zbopt.scenario.load import load
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, shown_rule
from zbopt.scenario.words import OTHER_CONDITIONS
from zbopt.scenario.writing import written

FOLDERS = sorted((ROOT / "tests" / "cases" / "infeasible").iterdir())


def expected(folder: Path) -> dict[str, Any]:
    return YAML(typ="safe").load((folder / "expected.yaml").read_text(encoding="utf-8"))


def conflicts_of(found: planning.Explanation) -> list[set[str]]:
    return [{element["id"] for element in item["elements"]} for item in found.document["conflicts"]]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_conflict_and_repairs(folder: Path, tmp_path: Path) -> None:
    found = planning.explain(folder, time_limit_seconds=120)
    assert found.status == "infeasible"
    case, asked = read_yaml(folder / "scenario.yaml"), expected(folder)
    told = conflicts_of(found)
    for broken in asked["broken"]:
        named = {shown_rule(name) for name in broken}
        assert any(named & conflict for conflict in told), (broken, told)
    for item, conflict in zip(found.document["conflicts"], told, strict=True):
        assert item["minimal"]
        assert not possible(case, spelled(conflict))
        for element in conflict:
            assert possible(case, spelled(conflict - {element})), element
    assert 1 <= len(found.repairs) <= 5
    for number, repair in enumerate(found.repairs, 1):
        folder_of = tmp_path / str(number)
        folder_of.mkdir()
        for name, data in {**beside(folder), **written(load(folder), repair.edits, "mended")}.items():
            (folder_of / name).write_bytes(data)
        after = read_yaml(folder_of / "scenario.mended.yaml")
        assert possible(after), repair.edits  # written to files, read again, looked at by another solver
    for broken, repairable in zip(asked["broken"], asked["repairable"], strict=True):
        if repairable:
            assert any(undoes(found, number, broken) for number in range(len(found.repairs))), broken
    assert [item.price for item in found.repairs] == sorted(item.price for item in found.repairs)


def spelled(conflict: set[str]) -> set[str]:
    """The elements for a solver that knows the confidential rules one by one; in a conflict they are one."""
    return conflict - {OTHER_CONDITIONS} | (CONFIDENTIAL_RULES if OTHER_CONDITIONS in conflict else set())


def beside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "expected.yaml"}


APPROVED = {"R04", "R05", "R06"}


def undoes(found: planning.Explanation, number: int, broken: list[str]) -> bool:
    """Whether a repair changes the broken thing itself: its bound, pin, post; an approval or admission for a rule."""
    edits = [edit.text for edit in found.repairs[number].edits]
    for name in broken:
        kind, _, key = name.partition(":")
        marks = {
            "R13": f"units.{key}.lend_max=",
            "R14": f"units.{key}.lend_min=",
            "R37.min": f"task_forces.{key}.size.min=",
            "R37.max": f"task_forces.{key}.size.max=",
            "pin": f"-pins.{key}",
            "ban": f"-pins.{key}",
            "must_fill": f"posts.{key}.must_fill=false",
            "pool": ".pool=true",
            "quota": f"quotas.{key.rpartition('@')[0]}.",
        }
        wanted = "!待批" if kind in APPROVED else marks.get(kind)
        if wanted is not None and any(wanted in text for text in edits):
            return True
    return False
