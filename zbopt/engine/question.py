"""Is there a plan at all? The model without objective, asked by conflicts, repairs and forced solves.

Three answers: possible (with a plan), impossible (proved), unknown (time).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from zbopt.engine.assign import assignment_at, build
from zbopt.engine.backend import relax, search
from zbopt.engine.context import Context
from zbopt.engine.data import Data
from zbopt.engine.eligibility import eligibility
from zbopt.engine.linear import Block, Floats, Ints, LinearModel
from zbopt.progress import Control
from zbopt.scenario.models import Scenario
from zbopt.solution import Assignment, Partition

Outcome = Literal["possible", "impossible", "unknown"]


@dataclass(frozen=True)
class Goal:
    """What a plan must reach besides the hard rules: seats filled by post, one quota at most so short, targets paid elsewhere.

    `better`: (name, scope, most) of a target quota that may be short or over by at most so many persons; `paid`: most that all
    other targets cost together; of mergers `max_seats`: no seat empty in teams of at most so many,
    and `stages`: most that each of these stages comes to.
    """

    filled: Mapping[str, int] = field(default_factory=dict)
    better: tuple[str, str, int] | None = None
    paid: int | None = None
    max_seats: int | None = None
    stages: Mapping[str, int] = field(default_factory=dict)

    @property
    def pays(self) -> bool:
        """Whether it asks about what is only paid for."""
        return self.paid is not None or self.better is not None or "quotas" in self.stages


@dataclass(frozen=True)
class Finding:
    """The answer, with the plan that shows it."""

    outcome: Outcome
    assignment: Assignment | None = None
    partition: Partition | None = None


NOTHING = Goal()
CORE = 800
"""Columns of the first exact search: those the relaxation finds cheapest."""

_TERMS = frozenset({"fit", "preference", "stability", "moves"})


def ask(scenario: Scenario, control: Control, workers: int = 1, goal: Goal = NOTHING) -> Finding:
    """Whether `assign` has a plan that reaches the goal. Raises `TooLarge` as `solve` does."""
    if control.out_of_time():
        return Finding("unknown")
    context, model = build(scenario, _TERMS, ("quotas",))
    outcome, point = settle(_seats_bounded(context, _with_goal(context, model, goal)), control, workers)
    return Finding(outcome, assignment_at(context, point) if point is not None else None)


def fewest_lifted(
    before: Scenario, lifted: Scenario, control: Control, workers: int = 1, goal: Goal = NOTHING
) -> Finding:
    """A plan of the second scenario with fewest seats that the first one bars: whom to ask an approval for."""
    context, model = build(lifted, _TERMS, ("quotas",))
    allowed = eligibility(Data(before)).allowed[context.person, context.post]
    model = _seats_bounded(context, _with_goal(context, model, goal))
    outcome, point = settle(model, control, workers)
    if point is None:
        return Finding(outcome)
    costs = np.zeros(model.num_columns)
    costs[context.x] = np.where(allowed, 0, 1)
    open_columns = np.flatnonzero(model.upper > 0)
    found = search(model, costs, control, "question", open_columns, point, workers)
    return Finding("possible", assignment_at(context, point if found.x is None else found.x))


def settle(model: LinearModel, control: Control, workers: int) -> tuple[Outcome, Floats | None]:
    """Whether a point keeps all rows, on the columns that can help at all; the relaxation first, then the exact search."""
    if np.any(model.lower > model.upper):
        return "impossible", None
    part, columns = _reduced(model)
    if part is None:
        return "impossible", None
    point = np.zeros(model.num_columns)
    if not len(columns):
        return "possible", point
    relaxed = relax(part, _sparse_costs(part.num_columns), control, "question")
    if relaxed.outcome == "infeasible":
        return "impossible", None
    hint = np.rint(relaxed.x)
    if relaxed.outcome == "optimal" and part.keeps(hint):
        point[columns] = hint
        return "possible", point
    core = np.sort(np.lexsort((np.arange(part.num_columns), relaxed.reduced))[:CORE])
    core = np.union1d(core, np.flatnonzero((part.lower > 0) | (hint > 0)))
    found = search(part, None, control, "question", core, hint, workers)
    if found.x is None and len(core) < part.num_columns:  # a core without a point proves nothing
        found = search(part, None, control, "question", np.arange(part.num_columns), hint, workers)
    if found.outcome == "infeasible":
        return "impossible", None
    if found.x is None:
        return "unknown", None
    point[columns] = found.x
    return "possible", point


def _sparse_costs(number: int) -> Floats:
    """Costs near 1, no two neighbours equal: the relaxation then uses few columns, most of them whole."""
    costs: Floats = 1.0 + (np.arange(number) * 7919 % 101) / 1000.0
    return costs


def _reduced(model: LinearModel) -> tuple[LinearModel | None, Ints]:
    """The model on the columns that can help, and those columns; None where a row can never be kept.

    At zero some rows are broken. A column that helps one of them is needed; where it hurts another row, those that help there are
    needed too, and so on. What is left can be zero: it helps only rows that nothing breaks. Lower columns above 0 are needed.
    """
    matrix = model.matrix.tocsr()
    # counts of a row's columns: a narrow type would wrap round at 128 of them, and help would be overlooked
    plus, minus = (matrix > 0).astype(np.int64), (matrix < 0).astype(np.int64)
    low, high = np.isfinite(model.row_lower), np.isfinite(model.row_upper)
    below, above = low & (model.row_lower > 0), high & (model.row_upper < 0)
    needed = model.lower > 0
    while True:
        helping = (plus.T @ below > 0) | (minus.T @ above > 0)
        more = needed | (helping & (model.upper > 0))
        hurt_low = below | (low & (minus @ more > 0))
        hurt_high = above | (high & (plus @ more > 0))
        if np.array_equal(more, needed) and np.array_equal(hurt_low, below) and np.array_equal(hurt_high, above):
            break
        needed, below, above = more, hurt_low, hurt_high
    columns: Ints = np.flatnonzero(needed)
    part = matrix[:, columns]
    touched = np.diff(part.indptr) > 0
    if np.any(~touched & ((model.row_lower > 0) | (model.row_upper < 0))):
        return None, columns
    rows = np.flatnonzero(touched)
    block = Block("part", 0, [(str(column),) for column in columns])
    return (
        LinearModel(
            model.lower[columns], model.upper[columns], model.integer[columns], part[rows], model.row_lower[rows],
            model.row_upper[rows], {}, (block,), (),
        ),
        columns,
    )  # fmt: skip


def _seats_bounded(context: Context, model: LinearModel) -> LinearModel:
    """Empty seats as bounds of the rows `seats` in place of columns, so that a post that may stay empty asks for nobody."""
    upper, lower = model.upper.copy(), model.row_lower.copy()
    rows = model.rows_of("seats")
    least = model.row_lower[rows] - upper[context.u]
    lower[rows] = np.where(least > 0, least, -np.inf)
    upper[context.u] = np.minimum(upper[context.u], 0)
    return replace(model, upper=upper, row_lower=lower)


def _with_goal(context: Context, model: LinearModel, goal: Goal) -> LinearModel:
    upper = model.upper.copy()
    for post, number in goal.filled.items():
        column = context.u[context.data.post_index[post]]
        upper[column] = min(upper[column], context.data.scenario.post_by_id[post].seats - number)
    own = np.zeros(model.num_columns, bool)
    if goal.better is not None:
        name, scope, most = goal.better
        own = slack_of(model, name, scope)
        upper[own] = np.minimum(upper[own], most)
    model = model.with_upper(upper)
    if goal.paid is not None:
        elsewhere: Floats = np.where(own, 0.0, model.objectives["quotas"])
        model = model.with_row(elsewhere, goal.paid)
    return model


def slack_of(model: LinearModel, name: str, scope: str) -> np.ndarray:
    """Which columns are the slack of a target quota in a scope."""
    found = np.zeros(model.num_columns, bool)
    for block in model.column_blocks:
        if block.kind in ("short", "over"):
            for place, label in enumerate(block.labels, block.first):
                found[place] = label[0].rpartition("#")[0] == f"{name}@{scope}"
    return found


__all__ = ["NOTHING", "Finding", "Goal", "ask", "fewest_lifted", "settle", "slack_of"]
