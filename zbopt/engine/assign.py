"""`assign` from scenario to solution: model, start, stages, tie-break. The audit is the caller's (`planning`)."""

from __future__ import annotations

import time

import numpy as np

from zbopt.engine.context import Context
from zbopt.engine.data import Data
from zbopt.engine.linear import Floats, LinearModel
from zbopt.engine.rules import ROWS
from zbopt.engine.stages import Descent, Impossible, last_without_tolerance, nearest, of_plan
from zbopt.engine.start import complete, given_plan, pairs_of_plan, start_plan
from zbopt.engine.terms import TERMS
from zbopt.engine.tiebreak import tie_break
from zbopt.progress import Control
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage
from zbopt.scenario.words import ASSIGN_STAGES
from zbopt.solution import Assignment, Solution, StageLog, StageResult, Status, assignment_of

MAX_PAIRS = 40_000_000
"""Person-post pairs looked at; about 100 bytes each at the peak. Above, the solve is refused with advice."""


class TooLarge(Exception):
    """The case is larger than this engine holds in memory; carries the number of pairs."""

    def __init__(self, num_pairs: int) -> None:
        self.num_pairs = num_pairs
        super().__init__(f"{num_pairs} pairs")


def assign_stages(scenario: Scenario) -> list[Stage]:
    """The stages of the policy that bear on assigning, in the planner's order."""
    return last_without_tolerance([stage for stage in scenario.policy.stages if stage.name in ASSIGN_STAGES])


def build(
    scenario: Scenario, without: frozenset[str] = frozenset(), further: tuple[str, ...] = ()
) -> tuple[Context, LinearModel]:
    """The model of a scenario, with objectives for its stages, merit and the `further` ones.

    `without` leaves rules, row families or terms out: tests drop rules; a question without objective needs no terms.
    """
    context = drafted(scenario, without)
    return context, finished(context, further)


def finished(context: Context, further: tuple[str, ...] = ()) -> LinearModel:
    """The model of a draft, with objectives for its stages, merit and the `further` ones."""
    stages = [stage.name for stage in assign_stages(context.data.scenario)]
    return context.builder.build([*stages, *(name for name in ("merit", *further) if name not in stages)])


def drafted(scenario: Scenario, without: frozenset[str] = frozenset()) -> Context:
    """Every column, row and term, to which more can be added before it is built; raises `TooLarge`."""
    number = len(scenario.people) * len(scenario.posts)
    if number > MAX_PAIRS:
        raise TooLarge(number)
    context = Context(Data(scenario), without)
    _ = context.x, context.u
    stages = [stage.name for stage in assign_stages(scenario)]
    for name, rows in ROWS.items():
        if name not in without:
            rows(context)
    for name, term in TERMS.items():
        if name not in without and not (name == "moves" and "moves" not in stages):
            term(context)
    return context


def solve(
    scenario: Scenario, control: Control, seed: int, workers: int, without: frozenset[str] = frozenset(),
    start: Assignment = (), certify: bool = True,
) -> Solution:  # fmt: skip
    """Staff the task forces: every stage with value and bound, the plan certified unique where that is possible.

    `start`: a plan to begin with, where it keeps the rules of this scenario. `certify` False leaves the tie-break out: where
    only the values count.
    """
    begun = time.perf_counter()
    control.emit("model", "build")
    context, model = build(scenario, without)
    log = [StageLog("model", time.perf_counter() - begun, len(context.x), model.num_rows)]
    first = given_plan(context, model, start) if start else None
    first = start_plan(context, model) if first is None else first
    descent = Descent(model, control, workers, len(context.x), int(context.data.seats.sum()), first)
    if first is not None:
        control.emit(
            "start", "plan", float(model.objectives["unfilled"] @ first) if "unfilled" in model.objectives else None
        )
    try:
        descent.run(assign_stages(scenario))
    except Impossible:
        return Solution("infeasible", None, (), False, tuple(log + descent.log), _counts(context, model))
    unique = False
    if certify and descent.point is not None and not descent.out_of_time():
        begun = time.perf_counter()
        point, unique = tie_break(descent.model, descent.point, context.x, control, seed, workers)
        descent.point = point
        face = int(np.sum(descent.model.upper[: len(context.x)] > 0))
        descent.log.append(StageLog("tie-break", time.perf_counter() - begun, face, face))
    stages = tuple(descent.results)
    if descent.point is not None:
        chosen = np.flatnonzero(descent.point[: len(context.x)] > 0.5)
        plan = complete(context, model, chosen)
        stages = tuple(of_plan(item, _signed(descent, str(item.name), plan)) for item in stages)
    assignment = None if descent.point is None else assignment_at(context, descent.point)
    status = _status(assignment, stages, control)
    return Solution(
        status, assignment, stages, unique and status == "proved", tuple(log + descent.log), _counts(context, model)
    )


def nearest_to(scenario: Scenario, solution: Solution, near: Assignment, control: Control, workers: int) -> Assignment:
    """The plan with fewest changes of the plan `near` among those as good as the solution in every stage before merit.

    Of several the one of most merit. `solution` is of this scenario; it comes back where time runs out.
    """
    context, model = build(scenario)
    assert solution.assignment is not None
    for stage, result in zip(assign_stages(scenario), solution.stages, strict=True):
        if stage.name != "merit":
            model = model.with_row(model.objectives[stage.name], result.value + stage.allowance(result.value))
    point = given_plan(context, model, solution.assignment)
    descent = Descent(model, control, workers, len(context.x), int(context.data.seats.sum()), point)
    nearest(descent, context.x, context.x[pairs_of_plan(context, near)])
    return solution.assignment if descent.point is None else assignment_at(context, descent.point)


def _status(assignment: Assignment | None, stages: tuple[StageResult, ...], control: Control) -> Status:
    if assignment is None:
        return "stopped"
    if all(stage.status == "proved" for stage in stages):
        return "proved"
    return "stopped" if control.stop_requested else "feasible"


def _signed(descent: Descent, name: str, plan: Floats) -> int:
    """The plan's own value of a stage, as planners read it."""
    return descent.value(name, plan) * (-1 if name == "merit" else 1)


def assignment_at(context: Context, point: Floats) -> Assignment:
    """Who sits where at a point."""
    people, posts = context.data.people, context.data.posts
    chosen = np.flatnonzero(point[: len(context.x)] > 0.5)
    return assignment_of((people[context.person[pair]].id, posts[context.post[pair]].id) for pair in chosen)


def _counts(context: Context, model: LinearModel) -> dict[str, int]:
    return {
        "pairs": len(context.x),
        "columns": model.num_columns,
        "rows": model.num_rows,
        "entries": int(model.matrix.nnz),
    }
