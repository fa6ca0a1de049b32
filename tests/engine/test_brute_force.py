"""Every stage of random tiny cases equals a brute force that imports neither engine nor audit."""

from __future__ import annotations

import random

import pytest

from tests.brute.cases import FOCI, random_case
from tests.brute.oracle import solve as brute
from zbopt.diagnostics import DiagnosticsError
from zbopt.engine.assign import solve
from zbopt.plan.audit import audit_document, audit_solution
from zbopt.plan.document import document
from zbopt.progress import Control
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario

SEEDS = range(100, 116)
REFUSED = {"Z134", "Z201"}
"""The generator now and then makes an age range or quota upside down, or a pin twice: refused, as it should be."""


def readable(case: dict) -> Scenario | None:
    try:
        return parse(case).scenario
    except DiagnosticsError as problem:
        if {item.code for item in problem.diagnostics if item.severity == "error"} <= REFUSED:
            return None
        raise


def outcome(case: dict) -> tuple:
    expected = brute(case)
    return expected["status"], [tuple(stage) for stage in expected["stages"]] if expected["status"] == "proved" else []


@pytest.mark.parametrize("focus", FOCI)
def test_every_stage_equals_brute_force(focus: str) -> None:
    compared = 0
    for seed in SEEDS:
        case = random_case(random.Random(f"{seed}{focus}"), focus)
        scenario = readable(case)
        if scenario is None:
            continue
        solution = solve(scenario, Control(60), seed=1, workers=1)
        found = [(str(stage.name), stage.value) for stage in solution.stages]
        status, stages = outcome(case)
        assert (solution.status, found if status == "proved" else []) == (status, stages)
        assert audit_solution(scenario, solution) == ()
        assert audit_document(document(scenario, solution, 1), scenario) == ()
        compared += 1
    assert compared >= len(SEEDS) - 4


@pytest.mark.parametrize("focus", [f"R{number:02d}" for number in range(1, 31)] + ["R37", "R38"])
def test_the_rule_changes_answers(focus: str) -> None:
    """Turning the rule off changes a stage in at least 20 cases, so agreement with it on means something."""
    changed = 0
    for seed in range(300):
        case = random_case(random.Random(f"{seed}{focus}"), focus)
        rules = case["policy"].setdefault("rules", {})
        without = {**case, "policy": {**case["policy"], "rules": {**rules, focus: "off"}}}
        changed += outcome(case) != outcome(without)
        if changed >= 20:
            return
    pytest.fail(f"{focus} changed {changed} cases")
