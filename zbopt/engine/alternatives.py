"""Plans other than the best one that lose little, and who sits the same in all of them.

A person is the same in two plans where they hold the same posts. For people who can hold one seat at most that is x itself;
for the others same_c >= sum of x over their posts - number + 1 - sum of x elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zbopt.engine.assign import assign_stages, assignment_at, drafted, finished
from zbopt.engine.backend import search
from zbopt.engine.context import Context
from zbopt.engine.linear import Bools, Floats, Ints, LinearModel
from zbopt.engine.stages import EPS, Descent
from zbopt.engine.start import given_plan, pairs_of_plan
from zbopt.engine.tiebreak import tie_break
from zbopt.progress import Control
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.solution import Assignment, Solution

FEW = 8
"""People up to whom each is looked at alone for whether a plan can do without their place."""

Ended = Literal["found", "none_left", "stopped"]


@dataclass(frozen=True)
class Others:
    """Alternatives with the value of the last stage of each, how the search ended, who is fixed (None: not known)."""

    plans: tuple[tuple[Assignment, int], ...]
    ended: Ended
    fixed: tuple[str, ...] | None


@dataclass
class Admitted:
    """The model of every admitted plan: stages before the last at value plus tolerance, the last within `tolerance`."""

    scenario: Scenario
    solution: Solution
    tolerance: Share | int
    control: Control
    workers: int
    seed: int

    def model(self, plans: Sequence[Assignment]) -> tuple[Context, LinearModel, list[Floats]]:
        """The model with, for each plan, the coefficients whose sum is the number of people who are the same."""
        context = drafted(self.scenario)
        sames = [_same(context, plan) for plan in plans]
        stages = assign_stages(self.scenario)
        model = finished(context)
        for stage, result in zip(stages, self.solution.stages, strict=True):
            value = -result.value if stage.name == "merit" else result.value
            allowance = stage.allowance(value) if stage is not stages[-1] else self.allowance
            model = model.with_row(model.objectives[stage.name], value + allowance)
        counted = []
        for columns, values in sames:
            counting = np.zeros(model.num_columns)
            np.add.at(counting, columns, values)
            counted.append(counting)
        return context, model, counted

    @property
    def last(self) -> str:
        """Name of the last stage."""
        return str(assign_stages(self.scenario)[-1].name)

    @property
    def allowance(self) -> int:
        """What the last stage may lose, in its units."""
        if isinstance(self.tolerance, Share):
            return abs(self.solution.stages[-1].value) * self.tolerance.per_10000 // 10_000
        return self.tolerance

    def next(self, plans: Sequence[Assignment], difference: int) -> tuple[Assignment, int] | Literal["none", "stopped"]:
        """The best plan that differs in enough people from each of these."""
        context, model, counted = self.model(plans)
        for counting, plan in zip(counted, plans, strict=True):
            model = model.with_row(counting, _most_same(context, plan) - difference)
        descent = self._descent(context, model)
        relaxed = descent.relaxation(self.last)
        if relaxed.outcome == "infeasible":
            return "none"
        if relaxed.outcome == "stopped":
            return "stopped"
        value, _, outcome = descent.prove(self.last, relaxed, model, None)
        if outcome != "optimal" or value is None:
            return "none" if outcome == "infeasible" else "stopped"
        assert descent.point is not None
        upper = model.upper.copy()
        gone = (relaxed.reduced[context.x] > value - relaxed.bound + EPS) & (model.lower[context.x] == 0)
        upper[context.x[gone]] = 0
        face = model.with_upper(upper).with_row(model.objectives[self.last], value)
        point, _ = tie_break(face, descent.point, context.x, self.control, self.seed, self.workers)
        return assignment_at(context, point), -value if self.last == "merit" else value

    def fixed(self) -> tuple[str, ...] | None:
        """People who hold the same posts in every admitted plan; None where time ran out before that was proved.

        Each round looks for the plan that keeps fewest of those not yet seen to change; all kept is the proof.
        """
        best = self.solution.assignment or ()
        posts_of = _posts_of(best)
        context, model, _ = self.model([best])
        descent = self._descent(context, model)
        relaxed = descent.relaxation(self.last)
        if relaxed.outcome == "optimal":
            limit = float(model.row_upper[-1])
            upper = model.upper.copy()
            gone = (relaxed.reduced[context.x] > limit - relaxed.bound + EPS) & (model.lower[context.x] == 0)
            upper[context.x[gone]] = 0
            model = model.with_upper(upper)
        open_columns = np.flatnonzero(model.upper > 0)
        hint = given_plan(context, model, best)
        left, sure = sorted(posts_of), list[str]()
        while left:
            # many at once while there are many: which plan frees whom does not matter, only the proof for who is left does
            group = left if len(left) > FEW else left[:1]
            columns, values = _same(context, best, frozenset(group), known=model)
            objective = np.zeros(model.num_columns)
            np.add.at(objective, columns, values)
            enough = max(1, 3 * len(group) // 4)
            found = search(model, objective, self.control, "fixed", open_columns, hint, self.workers, stop_below=enough)
            if found.x is None:
                return None
            now = _posts_of(assignment_at(context, found.x))
            stayed = [person for person in group if now.get(person) == posts_of[person]]
            if stayed == group:
                if found.outcome != "optimal":
                    return None
                sure += group
            left = [person for person in left if person not in sure and now.get(person) == posts_of[person]]
            hint = found.x
        return tuple(sorted(sure))

    def _descent(self, context: Context, model: LinearModel) -> Descent:
        return Descent(model, self.control, self.workers, len(context.x), int(context.data.seats.sum()), None)


def _posts_of(plan: Assignment) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for person, post in plan:
        found[person] = (*found.get(person, ()), post)
    return found


def _most_same(context: Context, plan: Assignment) -> int:
    """The value of the counting row at the plan itself: people seated, and of those who may sit twice everybody."""
    seated = {person for person, _ in plan}
    several = {context.data.people[place].id for place in np.flatnonzero(context.several)}
    return len(seated | several)


def _same(
    context: Context, plan: Assignment, among: frozenset[str] | None = None, known: LinearModel | None = None
) -> tuple[Ints, Floats]:
    """Columns and coefficients whose sum, plus a constant, counts the people who are the same as in the plan.

    `among` counts some people only; then `known` is the model that has the columns `same` of this plan already.
    """
    people = context.data.people
    counted = np.ones(len(people), bool) if among is None else np.array([item.id in among for item in people], bool)
    own = np.zeros(len(context.x), bool)
    own[pairs_of_plan(context, plan)] = True
    seated = np.zeros(len(people), bool)
    seated[context.person[own]] = True
    # one seat at most: kept where seated, and counted against where a seat is new
    single = counted[context.person] & ~context.several[context.person]
    kept, new = np.flatnonzero(single & own), np.flatnonzero(single & ~seated[context.person])
    columns = [context.x[kept], context.x[new]]
    values = [np.ones(len(kept)), -np.ones(len(new))]
    same_of = {} if known is None else _same_columns(known)
    for place in np.flatnonzero(counted & context.several):
        name = people[place].id
        column = same_of[name] if name in same_of else _same_column(context, int(place), own)
        columns.append(np.array([column], np.int64))
        values.append(np.ones(1))
    return np.concatenate(columns), np.concatenate(values)


def _same_column(context: Context, place: int, own: Bools) -> int:
    """A column that is 1 where a person who may sit twice holds the same posts, with its row."""
    label = [(context.data.people[place].id,)]
    low, high = np.searchsorted(context.person, [place, place + 1])
    pairs = np.arange(low, high)
    column = context.builder.columns("same", label, 0, 1, True)
    entries = np.zeros(len(pairs), int), context.x[pairs], np.where(own[pairs], -1.0, 1.0)
    row = context.builder.rows("same", label, entries, 1 - int(own[pairs].sum()), np.inf)
    context.builder.more((row, column, np.ones(1)))
    return int(column[0])


def _same_columns(model: LinearModel) -> dict[str, int]:
    return {
        label[0]: place
        for block in model.column_blocks
        if block.kind == "same"
        for place, label in enumerate(block.labels, block.first)
    }


def alternatives(
    scenario: Scenario, solution: Solution, control: Control, seed: int, workers: int, count: int,
    tolerance: Share | int, difference: int,
) -> Others:  # fmt: skip
    """Up to `count` admitted plans, each different in `difference` people or more from the solution and from those before it."""
    admitted = Admitted(scenario, solution, tolerance, control, workers, seed)
    plans: list[tuple[Assignment, int]] = []
    ended: Ended = "found"
    assert solution.assignment is not None
    while len(plans) < count:
        control.emit("alternatives", "search", len(plans))
        found = admitted.next([solution.assignment, *(plan for plan, _ in plans)], difference)
        if isinstance(found, str):
            ended = "none_left" if found == "none" else "stopped"
            break
        plans.append(found)
    fixed = None if control.out_of_time() else admitted.fixed()
    return Others(tuple(plans), ended, fixed)


__all__ = ["Others", "alternatives"]
