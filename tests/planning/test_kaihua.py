"""The published case: 98 seats filled and proved, and not because it is easy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from zbopt.engine.assign import solve
from zbopt.meaning.measure import Plan, measure
from zbopt.meaning.scores import fit
from zbopt.progress import Control
from zbopt.scenario.load import load
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import RulePolicy
from zbopt.scenario.words import Mode
from zbopt.solution import Solution

FOLDER = "scenarios/kaihua-2019"


@cache
def kaihua() -> Scenario:
    return load(FOLDER).scenario


@cache
def solved() -> Solution:
    return solve(kaihua(), Control(120), seed=1, workers=1)


def test_98_seats_filled_every_stage_proved_and_the_plan_unique() -> None:
    solution = solved()
    assert solution.status == "proved"
    assert solution.unique
    assert solution.assignment is not None
    assert len(solution.assignment) == 98
    assert {str(s.name): s.value for s in solution.stages if s.name != "merit"} == {"unfilled": 0, "quotas": 0}
    readings = {(q.requirement.name, q.requirement.scope): q for q in measure(kaihua(), solution.assignment).quotas}
    assert readings["85后", "all"].count >= 58
    assert readings["专业型", "all"].count >= 62
    assert readings["退出现职", "all"].count == 16


def without_rule(scenario: Scenario, rule: str) -> Scenario:
    rules = {**scenario.policy.rules, rule: RulePolicy(Mode.OFF, scenario.policy.rules[rule].settings)}
    return scenario.model_copy(update={"policy": scenario.policy.model_copy(update={"rules": rules})})


def without_quota(scenario: Scenario, name: str) -> Scenario:
    quotas = tuple(quota for quota in scenario.policy.quotas if quota.name != name)
    assert len(quotas) < len(scenario.policy.quotas)
    return scenario.model_copy(update={"policy": scenario.policy.model_copy(update={"quotas": quotas})})


@pytest.mark.parametrize("rule", ["R04", "R13", "R15", "R27", "R28"])
def test_dropping_the_rule_changes_a_stage(rule: str) -> None:
    other = solve(without_rule(kaihua(), rule), Control(120), seed=1, workers=1)
    assert [s.value for s in other.stages] != [s.value for s in solved().stages]


@pytest.mark.parametrize("name", ["85后", "专业型", "各专班专业型"])
def test_dropping_the_quota_changes_a_stage(name: str) -> None:
    other = solve(without_quota(kaihua(), name), Control(120), seed=1, workers=1)
    assert [s.value for s in other.stages] != [s.value for s in solved().stages]


def test_greedy_by_fit_is_not_good_enough() -> None:
    """Post by post, the best fit still free: at least 5 seats stay empty or at least 3 rules and quotas break."""
    scenario = kaihua()
    plan = Plan(scenario, ())
    taken: set[str] = set()
    pairs = []
    for post in plan.posts:
        people = [p for p in scenario.people if p.id not in taken and not plan.bars.hard(p, post)]
        best = sorted(people, key=lambda p: (-fit(p, post, scenario), p.id))[: post.seats]
        taken |= {person.id for person in best}
        pairs += [(person.id, post.id) for person in best]
    measures = measure(scenario, tuple(sorted(pairs)))
    broken = {(item.rule, item.subject) for item in measures.violations if item.mode in (Mode.HARD, Mode.TARGET)}
    assert 98 - len(pairs) >= 5 or len(broken) >= 3


def test_restructure_checks_today() -> None:
    scenario = load(f"{FOLDER}/restructure.yaml").scenario
    running = [item for item in scenario.task_forces if item.state == "running"]
    assert len(running) == 29
    assert sum(person.current is not None for person in scenario.people) == 137
    assert len(scenario.applications) == 32


def test_the_generator_writes_the_shipped_folder_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "scenarios/generate.py", "--kaihua", str(tmp_path / "k")], check=True, capture_output=True
    )
    for made in (tmp_path / "k").iterdir():
        assert made.read_bytes() == (Path(FOLDER) / made.name).read_bytes(), made.name


def test_stage_results_are_frozen() -> None:
    stage = solved().stages[0]
    assert replace(stage, value=stage.value).gap == 0
    with pytest.raises(AttributeError):
        stage.value = 3  # type: ignore[misc]
