"""Merit by partitions: propagation, the hull's bound, and the walk, against the plain search and brute force."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.brute import merge_cases
from zbopt.engine.backend import Relaxation
from zbopt.engine.merge import by_partition, hull
from zbopt.engine.merge import solve as merge
from zbopt.engine.merge.hull import Entries
from zbopt.engine.stages import Descent
from zbopt.progress import Control, Event
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.solution import Solution

SEEDS = (311, 351, 363, 377, 409, 449, 450, 471, 473, 479, 501, 518, 539, 543, 593, 642, 655, 698)
"""Cases beyond those of `test_merge_brute_force` in which merit is decided among several partitions; in ten some are equal."""


def scenario_of(seed: int) -> Scenario:
    return parse(merge_cases.case(seed)).scenario


def solved(scenario: Scenario, control: Control | None = None) -> Solution:
    return merge.solve(scenario, control or Control(60), seed=1, workers=1)


def seen(solution: Solution) -> object:
    stages = [(str(stage.name), stage.value, stage.bound, stage.status) for stage in solution.stages]
    return solution.status, solution.unique, stages, solution.assignment, solution.partition


# --- propagation ---------------------------------------------------------------------------------------------------------

small = st.integers(-3, 3)
rows = st.lists(st.tuples(st.lists(small, min_size=3, max_size=3), small, small), min_size=1, max_size=4)
boxes = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)).map(sorted), min_size=3, max_size=3)


@given(rows, boxes)
def test_propagation_keeps_every_point_and_drops_only_what_says_nothing(
    rows: list[tuple[list[int], int, int]], boxes: list[list[int]]
) -> None:
    matrix = np.array([coefficients for coefficients, _, _ in rows], float)
    low = np.array([min(one, other) for _, one, other in rows], float)
    high = np.array([max(one, other) for _, one, other in rows], float)
    lower, upper = np.array(boxes, float).T.copy()
    box = [range(int(one), int(other) + 1) for one, other in boxes]
    row, column = np.nonzero(matrix)

    def kept(point: tuple[int, ...], some: np.ndarray) -> bool:
        value = matrix @ np.array(point)
        return bool(np.all((value >= low) & (value <= high) | ~some))

    points = {point for point in itertools.product(*box) if kept(point, np.ones(len(rows), bool))}
    left = hull.propagated(Entries(row, column, matrix[row, column]), low, high, lower, upper)
    if left is None:
        assert not points
        return
    inside = itertools.product(*(range(int(one), int(other) + 1) for one, other in zip(lower, upper, strict=True)))
    assert {point for point in inside if kept(point, left)} == points


def test_a_coefficient_of_nothing_fixes_nothing() -> None:
    """A team of the fewest persons has coefficient 0 in its row; taken for a negative one it was held to be chosen."""
    scenario = scenario_of(479)
    assert solved(scenario).status == "proved"
    context = pytest.MonkeyPatch()
    with context.context() as patch:
        patch.setattr(hull.components, "__defaults__", (1,))
        assert solved(scenario).status == "proved"


# --- components ----------------------------------------------------------------------------------------------------------


def test_components_list_their_partitions() -> None:
    teams = [(0,), (1,), (2,), (3,), (0, 2), (1, 3)]
    first, second = hull.components(teams, np.arange(10, 16))
    assert [first.teams.tolist(), second.teams.tolist()] == [[10, 12, 14], [11, 13, 15]]
    assert [chosen.tolist() for chosen in first.partitions] == [[10, 12], [14]]
    assert [chosen.tolist() for chosen in second.partitions] == [[11, 13], [15]]


def test_components_with_too_many_partitions_list_none() -> None:
    teams = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    assert [len(part.partitions) for part in hull.components(teams, np.arange(6), 4)] == [4]
    assert [len(part.partitions) for part in hull.components(teams, np.arange(6), 3)] == [0]


def test_dead_ends_are_left_at_once() -> None:
    """The last part fits only with one of the first two, and these with nobody else of the rest: every other choice for them is a dead end."""
    parts = 30
    last = parts - 1
    pairs = [(one, other) for one in range(last) for other in range(one + 1, last) if (one, other) != (0, 1)]
    teams = [*((part,) for part in range(last)), *pairs, (0, last), (1, last)]
    assert [component.partitions for component in hull.components(teams, np.arange(len(teams)))] == [()]
    few = [(0,), (1,), (2,), (0, 3), (1, 3)]
    (component,) = hull.components([*few, (0, 1), (1, 2)], np.arange(7))
    assert sorted(chosen.tolist() for chosen in component.partitions) == [[0, 2, 4], [1, 2, 3], [3, 6]]


def test_listing_ends_after_so_many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hull, "MAX_LOOKS", 5)
    assert hull.components([(0,), (1,), (0, 1)], np.arange(3))[0].partitions == ()


# --- the walk ------------------------------------------------------------------------------------------------------------


@dataclass
class Walked:
    """One solve with what its walks showed."""

    solution: Solution
    events: list[Event] = field(default_factory=list)
    equals: list[int] = field(default_factory=list)
    bounds: list[tuple[float, float, int | None]] = field(default_factory=list)


def walked(seed: int) -> Walked:
    run = by_partition._Walk.run
    found = Walked(Solution("stopped", None, (), False, (), {}))

    def watched(walk, parts, model, extended):  # type: ignore[no-untyped-def]
        plain = walk.descent.relaxation("merit", model)
        proof = run(walk, parts, model, extended)
        found.equals.append(len(walk.equals))
        if (plain.outcome, proof.outcome) == ("optimal", "optimal"):
            found.bounds.append((plain.bound, proof.relaxed.bound, proof.value))
        return proof

    with pytest.MonkeyPatch().context() as patch:
        patch.setattr(by_partition._Walk, "run", watched)
        found.solution = solved(scenario_of(seed), Control(60, found.events.append))
    return found


@pytest.fixture(scope="module")
def walks() -> dict[int, Walked]:
    return {seed: walked(seed) for seed in SEEDS}


@pytest.fixture(scope="module")
def plain() -> dict[int, Solution]:
    """The same cases by the plain search."""
    with pytest.MonkeyPatch().context() as patch:
        patch.setattr(by_partition.ByPartition, "solved", Descent.solved)
        return {seed: solved(scenario_of(seed)) for seed in SEEDS}


def test_the_walk_finds_what_the_plain_search_finds(walks: dict[int, Walked], plain: dict[int, Solution]) -> None:
    """Values, bounds, the partition chosen among equals, and the plan."""
    for seed in SEEDS:
        assert seen(walks[seed].solution) == seen(plain[seed]), seed
    counted = [number for found in walks.values() for number in found.equals]
    assert len(counted) >= len(SEEDS)
    assert sum(number > 1 for number in counted) >= 8


@pytest.mark.parametrize("most", [2, 1])
def test_components_that_are_not_listed_stay_plain(
    most: int, plain: dict[int, Solution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hull.components, "__defaults__", (most,))
    for seed in SEEDS[:10]:
        assert seen(solved(scenario_of(seed))) == seen(plain[seed]), seed


def test_the_bound_over_the_hull_lies_between_the_plain_one_and_the_best(walks: dict[int, Walked]) -> None:
    tighter = 0
    for seed, found in walks.items():
        for loose, tight, best in found.bounds:
            assert best is not None
            assert loose - 1e-6 <= tight <= best + 1e-6, seed
            tighter += tight > loose + 1
    assert tighter >= 6


def test_progress_tells_the_bound_of_all_partitions(walks: dict[int, Walked]) -> None:
    """No bound that is told is below the merit that is proved in the end."""
    told = 0
    for seed, found in walks.items():
        if found.solution.status == "infeasible":
            continue
        merit = next(stage for stage in found.solution.stages if stage.name == "merit")
        assert merit.status == "proved"
        bounds = [event.bound for event in found.events if event.stage == "merit" and event.bound is not None]
        assert all(bound >= merit.value for bound in bounds), seed
        told += len(bounds)
    assert told >= 15


def test_equal_partitions_beyond_the_limit_are_told_as_not_all_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_partition, "MAX_PARTITIONS", 1)
    found: list[tuple[int, bool, bool]] = []
    run = by_partition._Walk.run

    def counted(walk: by_partition._Walk, *given: object) -> object:
        proof = run(walk, *given)  # type: ignore[arg-type]
        found.append((len(walk.equals), walk.too_many, walk.descent.all_equals))
        return proof

    monkeypatch.setattr(by_partition._Walk, "run", counted)
    for seed in SEEDS[:12]:
        solved(scenario_of(seed))
    cut = [row for row in found if row[1]]
    assert len(cut) >= 5
    assert all(row == (1, True, False) for row in cut)


def test_a_stop_within_the_walk_keeps_plan_and_bound(walks: dict[int, Walked], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after the first partition: the plan is one, and its bound is not better than what was proved of all."""
    stopped = 0
    branch = by_partition._Walk._branch
    for seed in SEEDS:
        control = Control(60)

        def once(walk: by_partition._Walk, *given: object, control: Control = control) -> None:
            branch(walk, *given)  # type: ignore[arg-type]
            control.request_stop()

        with monkeypatch.context() as patch:
            patch.setattr(by_partition._Walk, "_branch", once)
            solution = solved(scenario_of(seed), control)
        merit = {str(stage.name): stage for stage in solution.stages}.get("merit")
        if merit is None or merit.status == "proved":
            continue
        stopped += 1
        best = next(stage.value for stage in walks[seed].solution.stages if stage.name == "merit")
        assert solution.status == "stopped", seed
        assert solution.assignment
        assert merit.value <= best <= merit.bound, seed
    assert stopped >= 4


def triangles() -> Scenario:
    """Two partitions: a pin against a refusal bars one, two triangles of kin the other, though not its relaxation."""
    kin = {(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)}
    people = [{"id": "P0", "refuses": ["T1"]}, {"id": "P1"}]
    for number in range(6):
        relatives = [{"person": f"K{other}", "relation": "兄弟"} for one, other in sorted(kin) if one == number]
        people.append({"id": f"K{number}", "kin": relatives})
    work = [("T0", 1), ("T1", 1), ("T2", 3)]
    return parse({
        "format": 1, "name": "三角", "as_of": "2020-01", "categories": [{"id": "planning", "name": "谋划"}],
        "units": [{"id": "U1", "name": "单位", "level": "county", "kind": "party"}],
        "people": [row | {"name": f"干部{row['id']}", "unit": "U1", "categories": {"planning": 4}} for row in people],
        "duties": [{"id": f"D{key}", "name": f"职责{key}"} for key, _ in work],
        "task_forces": [{"id": key, "name": f"专班{key}", "kind": "project"} for key, _ in work],
        "workload": [{"task_force": key, "duty": f"D{key}", "category": "planning", "fte": fte} for key, fte in work],
        "pins": [{"person": "P0", "task_force": "T0", "must": True, "by": "组", "why": "试"}],
        "policy": {
            "rules": {"R37": "off", "R30": "hard", "R15": "hard"},
            "merge": {"min_overlap": "0%", "max_members": 2, "max_size": 15, "forbid": [{"task_forces": ["T0", "T2"]}]},
        },
    }).scenario  # fmt: skip


def test_a_stop_before_the_first_plan_is_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an impossible partition nothing is opened: its bound is no number that could be told."""
    branch, control, bounds = by_partition._Walk._branch, Control(60), []

    def once(walk: by_partition._Walk, *given: object) -> None:
        branch(walk, *given)  # type: ignore[arg-type]
        bounds.extend(node.bound for node in walk.open)
        if walk.value is None:
            control.request_stop()

    with monkeypatch.context() as patch:
        patch.setattr(by_partition._Walk, "_branch", once)
        assert solved(triangles(), control).status == "stopped"
    assert np.isfinite(bounds).all()
    assert solved(triangles()).status == "proved"


@pytest.mark.parametrize("which", ["relax", "plain"])
def test_a_relaxation_without_an_answer_is_done_without(
    which: str, monkeypatch: pytest.MonkeyPatch, plain: dict[int, Solution]
) -> None:
    """The solver of relaxations gives up although there is time: the whole-number search goes on from a plain bound."""

    def gives_up(*given: object, **named: object) -> Relaxation:
        nothing = np.zeros(1)
        return Relaxation("stopped", nothing, nothing, -np.inf)

    if which == "relax":
        monkeypatch.setattr(by_partition, "relax", gives_up)
    else:
        relaxation = Descent.relaxation
        monkeypatch.setattr(
            Descent,
            "relaxation",
            lambda self, name, model=None: gives_up() if name == "merit" else relaxation(self, name, model),
        )
    for seed in SEEDS[:3]:
        found, before = solved(scenario_of(seed)), plain[seed]
        assert found.status == before.status == "proved"
        assert [(str(one.name), one.value) for one in found.stages] == [
            (str(one.name), one.value) for one in before.stages
        ]
