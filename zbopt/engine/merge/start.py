"""A first merged plan without proof, for runs that are stopped before the search has one.

A partition of least headcount is staffed greedily: scarce desks first, each seat to the person with most merit who keeps the rows
that bound persons. What follows from it (flows, slack) is left to a short search.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zbopt.engine.backend import search
from zbopt.engine.linear import Floats, Ints, LinearModel, Role
from zbopt.engine.merge.model import Merging
from zbopt.engine.start import forced
from zbopt.progress import Control

SECONDS = 2
"""Time, beyond the limit if need be, for the columns that follow from who sits where."""


def start_point(m: Merging, model: LinearModel, chosen: Ints) -> Floats | None:
    """A point that keeps every row with these teams (places in `m.teams`); None where greedy finds none."""
    point = np.zeros(model.num_columns)
    point[m.y[chosen]] = 1
    for (one, other), column in m.joined.items():
        point[column] = any({one, other} <= set(m.found.teams[m.teams[place]]) for place in chosen)
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[m.y] = upper[m.y] = point[m.y]
    upper[m.context.x] = 0
    # the search may leave some of the greedy's people out again, where a pin, a level or a quota asks it
    usable = np.union1d(_greedy(m, model, point, chosen), np.flatnonzero(forced(m.context)))
    upper[m.context.x[usable]] = 1
    there = replace(model, lower=lower, upper=upper)
    return search(there, model.objectives["unfilled"], Control(SECONDS), "start", np.flatnonzero(upper > 0)).x


def _greedy(m: Merging, model: LinearModel, point: Floats, chosen: Ints) -> Ints:
    """Pairs taken one by one while seats are left and the packing rows hold."""
    slot_of: dict[int, int] = {}
    left: list[int] = []
    for place in chosen:
        for slot in m.slots[place]:
            slot_of |= dict.fromkeys(slot.desks, len(left))
            left.append(slot.seats)
    merit = model.objectives["merit"][m.context.x] if len(m.context.x) else np.zeros(0)
    supply = np.bincount(m.context.post, minlength=len(m.context.data.posts))
    order = np.lexsort((m.context.x, merit, supply[m.context.post], ~forced(m.context)))
    bounded = np.isin(np.arange(model.num_rows), model.rows_as(Role.PACKING))
    matrix, used = model.matrix.tocsc(), model.matrix @ point
    busy: set[int] = set()
    taken: list[int] = []
    for pair in order:
        slot, person = slot_of.get(int(m.context.post[pair])), int(m.context.person[pair])
        if slot is None or left[slot] == 0 or person in busy:
            continue
        span = slice(matrix.indptr[pair], matrix.indptr[pair + 1])
        rows, amount = matrix.indices[span], matrix.data[span]
        inside = bounded[rows]
        if np.any(used[rows][inside] + amount[inside] > model.row_upper[rows][inside] + 1e-9):
            continue
        used[rows] += amount
        left[slot] -= 1
        busy.add(person)
        taken.append(int(pair))
    return np.array(sorted(taken), np.int64)


__all__ = ["start_point"]
