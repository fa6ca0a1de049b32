"""A first plan, fast and without a solver, so that there is something to show and to keep from the beginning.

Greedy: the posts with fewest candidates first, each seat to the person with most merit who still fits the rows of the model.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from zbopt.engine.context import Context
from zbopt.engine.linear import Floats, Ints, LinearModel
from zbopt.plan.result import Assignment


def start_plan(context: Context, model: LinearModel) -> Floats | None:
    """A point that keeps every row, or None where greedy finds none. Costs one pass over the pairs."""
    chosen = _greedy(context, model)
    point = complete(context, model, chosen)
    if not model.keeps(point):
        point = complete(context, model, _without_broken_teams(context, model, chosen, point))
    return point if model.keeps(point) else None


def pairs_of_plan(context: Context, assignment: Assignment) -> Ints:
    """The pairs of this model that a plan known from elsewhere uses; those it has no column for are left out."""
    people, posts = context.data.person_index, context.data.post_index
    wanted = [
        people[person] * len(posts) + posts[post] for person, post in assignment if person in people and post in posts
    ]
    found: Ints = np.flatnonzero(np.isin(context.person * len(posts) + context.post, sorted(wanted)))
    return found


def given_plan(context: Context, model: LinearModel, assignment: Assignment) -> Floats | None:
    """The point of a plan known from elsewhere, None where it does not keep every row of this model."""
    chosen = pairs_of_plan(context, assignment)
    if len(chosen) < len(assignment):
        return None
    point = complete(context, model, chosen)
    return point if model.keeps(point) else None


def _greedy(context: Context, model: LinearModel) -> Ints:
    """Pairs taken one by one while the rows that bound persons (once, caps, kin, loads) hold."""
    merit = model.objectives["merit"][context.x] if len(context.x) else np.zeros(0)
    cost = context.eligibility.cost[context.person, context.post]
    supply = np.bincount(context.post, minlength=len(context.data.posts))
    pinned = forced(context)
    order = np.lexsort((context.x, merit, cost, supply[context.post], ~pinned))
    rows = _packing_rows(model)
    matrix = model.matrix.tocsc()
    used = np.zeros(model.num_rows)
    left = context.data.seats.copy()
    taken: list[int] = []
    for pair in order:
        post = context.post[pair]
        if left[post] == 0:
            continue
        span = slice(matrix.indptr[pair], matrix.indptr[pair + 1])
        touched, amount = matrix.indices[span], matrix.data[span]
        bound = rows[touched]
        if np.any(used[touched][bound] + amount[bound] > model.row_upper[touched][bound] + 1e-9):
            continue
        used[touched] += amount
        left[post] -= 1
        taken.append(int(pair))
    return np.array(sorted(taken), np.int64)


def forced(context: Context) -> np.ndarray:
    """The pairs that a must pin names."""
    forced = np.zeros(len(context.x), bool)
    for pin in context.data.pins:
        if pin.must:
            places = context.data.places(pin)
            forced |= (context.person == context.data.person_index[pin.person]) & places[context.post]
    return forced


def _packing_rows(model: LinearModel) -> np.ndarray:
    """Rows that only bound seats from above and have no slack: the greedy keeps them while it fills."""
    least = np.asarray(model.matrix.min(axis=1).todense()).ravel()
    kinds = np.zeros(model.num_rows, bool)
    for block in model.row_blocks:
        if block.kind in ("once", "R01", "R13", "R15", "R16", "R29"):
            kinds[block.first : block.first + len(block.labels)] = True
    tight: np.ndarray = kinds & (least >= 0) & np.isinf(model.row_lower)
    return tight


def _without_broken_teams(context: Context, model: LinearModel, chosen: Ints, point: Floats) -> Ints:
    """The chosen pairs less those that stand in a row that is broken (a hard quota of a team is met by nobody)."""
    broken = model.violated(point)
    inside = np.unique(model.matrix[broken].indices)
    return chosen[~np.isin(context.x[chosen], inside)]


def complete(context: Context, model: LinearModel, chosen: Ints) -> Floats:
    """The point of some pairs with every other column at the value that is forced or costs least."""
    point = np.zeros(model.num_columns)
    point[context.x[chosen]] = 1
    filled = np.bincount(context.post[chosen], minlength=len(context.data.posts))
    point[context.u] = context.data.seats - filled
    by_column = model.matrix.tocsc()
    for block in model.column_blocks:
        span = np.arange(block.first, block.first + len(block.labels))
        if block.kind in ("h", "occupied", "moved", "best"):
            _raise(model, by_column, point, span, block.kind)
    for block in model.column_blocks:
        if block.kind.startswith(("short", "over", "together", "under")):
            span = np.arange(block.first, block.first + len(block.labels))
            _pay(model, by_column, point, span)
    return point


INDICATOR_ROWS = {"h": "present_if_seated", "occupied": "occupied_if_seated", "moved": "moved_if_elsewhere"}
"""The rows that force an indicator column to 1."""


def _raise(model: LinearModel, by_column: sparse.csc_matrix, point: Floats, span: Ints, kind: str) -> None:
    """Set indicator columns: 1 where a row of theirs would break at 0 (`best`: where it may be 1, and so earns)."""
    forcing = np.zeros(model.num_rows, bool)
    for block in model.row_blocks:
        if block.kind == INDICATOR_ROWS.get(kind):
            forcing[block.first : block.first + len(block.labels)] = True
    for column in span[::-1]:  # of the levels of `best` the highest comes first
        rows = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        if kind == "best":
            point[column] = 1
            point[column] = 0 if len(_broken(model, rows, point)) else 1
        else:
            point[column] = 1 if len(_broken(model, rows[forcing[rows]], point)) else 0


def _pay(model: LinearModel, by_column: sparse.csc_matrix, point: Floats, span: Ints) -> None:
    """Raise slack columns until their rows hold."""
    for column in span:
        inside = slice(by_column.indptr[column], by_column.indptr[column + 1])
        rows, amount = by_column.indices[inside], by_column.data[inside]
        value = model.matrix[rows] @ point
        missing = np.maximum(model.row_lower[rows] - value, 0) / np.abs(amount)
        extra = np.maximum(value - model.row_upper[rows], 0) / np.abs(amount)
        need = np.where(amount > 0, missing, extra)
        point[column] = min(model.upper[column], np.ceil(need.max(initial=0.0) - 1e-9))


def _broken(model: LinearModel, rows: Ints, point: Floats) -> Ints:
    value = model.matrix[rows] @ point
    bad: Ints = np.flatnonzero((value < model.row_lower[rows] - 1e-6) | (value > model.row_upper[rows] + 1e-6))
    return bad
