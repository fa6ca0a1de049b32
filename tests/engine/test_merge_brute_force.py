"""Every stage of merging on random tiny cases equals a brute force over all partitions and seats, written from the texts alone."""

from __future__ import annotations

from functools import cache

import pytest

from tests.brute import merge_cases, merge_oracle
from zbopt.engine.merge.frontier import frontier
from zbopt.engine.merge.solve import solve
from zbopt.plan.audit import audit_document, audit_solution
from zbopt.plan.merge_document import merge_document
from zbopt.progress import Control
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.solution import Solution

BLOCKS = [range(start, start + 25) for start in range(0, 300, 25)]
"""300 cases."""

FURTHER = range(1335, 1336)
"""A task force with estimated workload that lists two duties confirmed to be the same: no seat may be lost."""


@cache
def scenario_of(seed: int) -> Scenario:
    return parse(merge_cases.case(seed)).scenario


def solved(scenario: Scenario) -> Solution:
    return solve(scenario, Control(60), seed=1, workers=1)


@pytest.mark.parametrize("seeds", [*BLOCKS, FURTHER], ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_every_stage_equals_brute_force(seeds: range) -> None:
    for seed in seeds:
        scenario = scenario_of(seed)
        expected = merge_oracle.solve(scenario)
        solution = solved(scenario)
        if expected is None:
            assert solution.status == "infeasible", seed
            continue
        assert (solution.status, solution.unique) == ("proved", True), seed
        assert {str(stage.name): stage.value for stage in solution.stages} == expected.values, seed
        assert audit_solution(scenario, solution) == (), seed
        assert audit_document(merge_document(scenario, solution, 1, None), scenario) == (), seed


def test_the_cases_mean_something() -> None:
    """Of half of them: at least half merge, in 25 staffing changes the partition, in 25 somebody is part-time or pinned."""
    merged = changed = special = possible = 0
    for seeds in BLOCKS[::2]:
        for seed in seeds:
            scenario = scenario_of(seed)
            answer = merge_oracle.solve(scenario)
            if answer is None:
                continue
            possible += 1
            merged += answer.merged
            changed += merge_oracle.staffing_changes_partition(scenario, answer)
            part_time = any(person.capacity < 100 for person in scenario.people)
            special += part_time or any(post.load < 100 for post in scenario.posts) or bool(scenario.pins)
    assert possible >= 127
    assert merged >= 75
    assert changed >= 25
    assert special >= 25


@pytest.mark.parametrize("start", range(0, 60, 15))
def test_the_frontier_equals_brute_force(start: int) -> None:
    for seed in range(start, start + 15):
        scenario = scenario_of(seed)
        expected = merge_oracle.frontier(scenario)
        found = frontier(scenario, Control(60), 1)
        assert found.status == ("proved" if expected else "infeasible"), seed
        assert sorted(found.rows) == expected, seed


def test_a_frontier_can_be_resumed() -> None:
    for seed in range(60):
        scenario = scenario_of(seed)
        whole = frontier(scenario, Control(60), 1)
        if len(whole.rows) > 1:
            rest = frontier(scenario, Control(60), 1, whole.rows[:1], whole.unfilled)
            assert rest.rows == whole.rows
            return
    pytest.fail("no case with two rows")


def test_a_budget_of_moves_is_kept() -> None:
    """The fewest moves of the frontier are enough to reach its weighted empty seats; one move fewer costs a seat or is impossible."""
    compared = 0
    for seed in range(40):
        scenario = scenario_of(seed)
        found = frontier(scenario, Control(60), 1)
        if found.unfilled is None or not found.rows:
            continue
        fewest = min(moves for _, moves in found.rows)
        enough = solve(scenario, Control(60), 1, 1, max_moves=fewest)
        assert enough.status == "proved", seed
        plan = merge_document(scenario, enough, 1, None, max_moves=fewest)
        assert audit_document(plan, scenario) == (), seed
        moved = sum(plan["moves"][kind] for kind in ("adjust", "transfer", "new"))
        assert (plan["stages"][1]["value"], moved) == (found.unfilled, fewest), seed
        assert [fault.rule for fault in audit_document({**plan, "max_moves": fewest - 1}, scenario)] == ["moves"]
        if fewest:
            fewer = solve(scenario, Control(60), 1, 1, max_moves=fewest - 1)
            assert fewer.assignment is None or fewer.stages[1].value > found.unfilled, seed
        compared += 1
    assert compared >= 25


def test_alternatives_are_the_next_best() -> None:
    """An alternative differs in two groups, keeps every rule, and is no better than the plan."""
    compared = 0
    for seed in range(80):
        scenario = scenario_of(seed)
        best = solved(scenario)
        if best.assignment is None or best.partition is None or len(best.partition) < 3:
            continue
        other = solve(scenario, Control(60), 1, 1, excluded=[best.partition])
        if other.assignment is None or other.partition is None:
            continue
        assert len(set(best.partition) - set(other.partition)) >= 2, seed
        assert audit_solution(scenario, other) == (), seed
        assert ranked(best) <= ranked(other), seed
        compared += 1
    assert compared >= 12


def ranked(solution: Solution) -> list[int]:
    """Stage values, the smaller the better in each."""
    return [-stage.value if stage.name == "merit" else stage.value for stage in solution.stages]
