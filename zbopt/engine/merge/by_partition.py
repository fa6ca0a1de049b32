"""The stage merit of a merger by branch and bound over the partitions of its components.

A node leaves every component some of its partitions; its bound is the relaxation over their hull (`hull`), which is nearly that of the
best partition left. The partition that the relaxation likes most is solved at once: with its teams fixed, desks and wishes are
constants and the exact search has little to do. What is left of the node is opened in groups, by the first component that differs.
Nodes as good as the best plan are visited too, so that every partition of equal merit is known to the choice among equals.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from zbopt.engine.backend import Outcome, Relaxation, relax
from zbopt.engine.linear import Bools, Floats, Ints, LinearModel
from zbopt.engine.merge.hull import Component, Entries, Hull, components, hull, propagated
from zbopt.engine.merge.model import Merging
from zbopt.engine.stages import EPS, Descent, Proof
from zbopt.engine.tiebreak import MAX_PARTITIONS
from zbopt.progress import Control

STAGE = "merit"

FIRST_PAIRS = 3
"""Pairs a seat with which the relaxation over a hull begins; 3 took half the time of all at 29 and 60 dense task forces, 12 as long as all."""


@dataclass(frozen=True, order=True)
class _Node:
    """An open node; of equal bounds the one that was opened last."""

    bound: float
    order: int
    parts: tuple[Component, ...] = field(compare=False)
    model: LinearModel = field(compare=False)
    reduced: Floats = field(compare=False)
    """Reduced costs of a relaxation of more than this node: the columns with which to begin."""


@dataclass
class ByPartition(Descent):
    """A descent that proves merit partition by partition where their number allows.

    `equals`: afterwards a point of every partition of the best merit, where `all_equals`; else some of them.
    """

    merging: Merging | None = None
    equals: list[Floats] = field(default_factory=list)
    all_equals: bool = False

    def solved(self, name: str, model: LinearModel, hint: Floats | None) -> Proof:
        """As `Descent.solved`."""
        self.equals, self.all_equals = [], False
        if self.merging is None or self.out_of_time():
            return super().solved(name, model, hint)
        parts = self._components(self.merging, model)
        choice = any(len(part.partitions) > 1 for part in parts)
        if not choice and not all(part.partitions for part in parts):
            return super().solved(name, model, hint)  # nothing is listed that a hull could tell
        owner = _owner(self.merging, parts, model.num_columns)
        extended = hull(model, name, owner, parts)
        if extended is None:  # seen at once where no partition can be staffed; the relaxation may need seconds for that
            return Proof(_failed("infeasible", np.inf, model.num_columns), None, 0, "infeasible")
        if name != STAGE or not choice:
            return super().solved(name, model, hint)
        return _Walk(self, self.merging, owner, hint).run(parts, model, extended)

    def _components(self, merging: Merging, model: LinearModel) -> tuple[Component, ...]:
        places = np.flatnonzero(model.upper[merging.y] > 0)
        return components([merging.found.teams[merging.teams[place]] for place in places], merging.y[places])


class _Walk:
    """One branch and bound."""

    def __init__(self, descent: ByPartition, merging: Merging, owner: Ints, hint: Floats | None) -> None:
        self.descent, self.merging, self.owner = descent, merging, owner
        self.control = descent.control
        self.best = hint
        self.value = None if hint is None else descent.value(STAGE, hint)
        self.equals: list[Floats] = []
        self.too_many = False
        self.open: list[_Node] = []
        self.opened = 0
        self.lowest = -np.inf

    def run(self, parts: tuple[Component, ...], model: LinearModel, extended: Hull | None) -> Proof:
        """The proof; its relaxation is that of the root, whose hull is given."""
        plain = self.descent.relaxation(STAGE, model)
        if plain.outcome == "stopped":
            return self._plainly(model)
        if plain.outcome == "infeasible":
            return Proof(plain, None, 0, "infeasible")
        self._open(plain.bound, parts, model, plain.reduced)
        whole = plain
        while self.open and not self._worse(self.open[0].bound):
            if self.descent.out_of_time():
                return self._stopped(whole)
            node = heapq.heappop(self.open)
            found = self._relaxed(node, extended or hull(node.model, STAGE, self.owner, node.parts))
            extended = None
            if found.plain.outcome == "stopped":
                heapq.heappush(self.open, node)
                if not self.descent.out_of_time():
                    return self._plainly(model)
            if found.plain.outcome == "optimal":
                whole = found.plain if whole is plain else whole
                self.lowest = min([found.plain.bound, *(other.bound for other in self.open)])
                if not self._worse(found.plain.bound):
                    self._branch(node, found)
        if self.value is None:
            return Proof(whole, None, 0, "infeasible")
        self.descent.keep(self.best)
        self.descent.equals = self.equals
        self.descent.all_equals = not self.too_many and all(part.partitions for part in parts)
        return Proof(whole, self.value, self.value, "optimal")

    def _plainly(self, model: LinearModel) -> Proof:
        """As without partitions: a relaxation came to no end though there is time, or there is none."""
        self.descent.keep(self.best)
        return Descent.solved(self.descent, STAGE, model, self.best)

    def _open(self, bound: float, parts: tuple[Component, ...], model: LinearModel, reduced: Floats) -> None:
        self.opened += 1
        heapq.heappush(self.open, _Node(round(bound, 6), -self.opened, parts, model, reduced))

    def _worse(self, bound: float) -> bool:
        """Whether nothing is to be looked for at a bound: a better plan, or an equal one while these are not too many."""
        if self.value is None:
            return False
        return bound > self.value - (1 if self.too_many else 0) + EPS

    def _tell(self) -> None:
        """Progress: the bound of all partitions, not of the one that is being solved."""
        bounds = [self.lowest] if self.value is None else [self.lowest, float(self.value)]
        best = None if self.value is None else -self.value
        self.control.emit(STAGE, "search", best, -int(np.ceil(min(bounds) - EPS)))

    def _stopped(self, whole: Relaxation) -> Proof:
        self.descent.keep(self.best)
        lowest = max(whole.bound, min(node.bound for node in self.open))
        return Proof(whole, self.value, int(np.ceil(lowest - EPS)), "stopped")

    def _relaxed(self, node: _Node, extended: Hull | None) -> _Relaxed:
        """The relaxation over the hull of a node."""
        number = node.model.num_columns
        if extended is None:
            return _Relaxed(_failed("infeasible", np.inf, number), (), ())
        first = extended.copies_of(self._cheap(node))
        found = relax(extended.model, extended.objective, self.descent.control, STAGE, first, presolve=True)
        if found.outcome != "optimal":
            return _Relaxed(_failed(found.outcome, found.bound, number), (), ())
        plain = Relaxation("optimal", np.zeros(number), extended.reduced(found.reduced, number), found.bound)
        return _Relaxed(plain, extended.amounts(found.x), extended.costs(found.reduced))

    def _cheap(self, node: _Node) -> Bools:
        """All columns but the dearer pairs."""
        cheap = np.ones(node.model.num_columns, bool)
        pairs = np.flatnonzero(node.model.upper[self.merging.context.x] > 0)
        cheap[pairs[np.argsort(node.reduced[pairs], kind="stable")[FIRST_PAIRS * self.descent.num_seats :]]] = False
        return cheap

    def _branch(self, node: _Node, found: _Relaxed) -> None:
        """Solve the leaf that the relaxation of a node likes most; open the others in groups, by the first component that differs."""
        self._leaf(node, found)
        model = self._left(node.model, found.plain)
        several = [place for place, part in enumerate(node.parts) if len(part.partitions) > 1]
        parts = list(node.parts)
        for place in sorted(several, key=lambda one: (round(float(found.amounts[one].max()), 6), one)):
            part, costs, best = node.parts[place], found.costs[place], int(np.argmax(found.amounts[place]))
            others = [
                (cost, chosen)
                for number, (cost, chosen) in enumerate(zip(costs, part.partitions, strict=True))
                if number != best and cost < np.inf and not self._worse(found.plain.bound + cost)
            ]
            if others:
                group = replace(part, partitions=tuple(chosen for _, chosen in others))
                bound = found.plain.bound + min(cost for cost, _ in others)
                self._open(bound, (*parts[:place], group, *parts[place + 1 :]), model, found.plain.reduced)
            parts[place] = replace(part, partitions=(part.partitions[best],))

    def _left(self, model: LinearModel, relaxed: Relaxation) -> LinearModel:
        """The model without the columns that no plan as good as the best one uses."""
        if self.value is None:
            return model
        upper, pairs = model.upper.copy(), np.arange(self.descent.num_pairs)
        gone = (relaxed.reduced[pairs] > self.value - relaxed.bound + EPS) & (model.lower[pairs] == 0)
        upper[pairs[gone]] = 0
        return model.with_upper(upper)

    def _leaf(self, node: _Node, found: _Relaxed) -> None:
        """The best plan in the partition that the relaxation of a node likes most, if it is as good as the best one known."""
        parts, whole = _liked(node, found)
        lower, upper = node.model.lower.copy(), node.model.upper.copy()
        for part in parts:
            if part.partitions:
                upper[np.setdiff1d(part.teams, part.partitions[0])] = 0
                lower[part.partitions[0]] = 1
        model = replace(node.model, lower=lower, upper=upper)
        if self.value is not None:
            model = model.with_row(model.objectives[STAGE], self.value)
        rows = Entries.of(model)
        if np.any(lower > upper) or propagated(rows, model.row_lower, model.row_upper, lower, upper) is None:
            return
        relaxed = found.plain if whole else self.descent.relaxation(STAGE, model)
        if relaxed.outcome == "infeasible":
            return
        if relaxed.outcome == "stopped":
            relaxed = found.plain  # holds for the leaf too
        self.descent.control = Control(self.control.seconds_left(), lambda _: self._tell()).part_of(self.control)
        value, bound, outcome = self.descent.prove(STAGE, relaxed, model, None)
        self.descent.control = self.control
        if outcome == "stopped":
            self.descent.stopped = True
            self._open(max(bound, found.plain.bound), parts, node.model, found.plain.reduced)
        point = self.descent.point
        if value is None or point is None:
            return
        if self.value is None or value < self.value:
            self.value, self.best = value, point
            self.equals.clear()
        if len(self.equals) < MAX_PARTITIONS:
            self.equals.append(point)
        else:
            self.too_many = True


@dataclass(frozen=True)
class _Relaxed:
    """The relaxation over a hull in the columns of the plain model; for each component amounts and costs of its partitions."""

    plain: Relaxation
    amounts: tuple[Floats, ...]
    costs: tuple[Floats, ...]


def _failed(outcome: Outcome, bound: float, number: int) -> Relaxation:
    return Relaxation(outcome, np.zeros(number), np.zeros(number), bound)


def _liked(node: _Node, found: _Relaxed) -> tuple[tuple[Component, ...], bool]:
    """The partitions that a relaxation likes most, and whether it takes nothing of any other: then it is theirs."""
    liked, whole = [], True
    for part, amounts in zip(node.parts, found.amounts, strict=True):
        if len(part.partitions) > 1:
            best = int(np.argmax(amounts))
            whole = whole and bool(amounts[best] > 1 - EPS)
            part = replace(part, partitions=(part.partitions[best],))
        liked.append(part)
    return tuple(liked), whole


def _owner(merging: Merging, parts: Sequence[Component], number: int) -> Ints:
    """The component of every x, and of every y of theirs, -1 for other columns."""
    owner = np.full(number, -1, np.int64)
    for place, component in enumerate(parts):
        owner[component.teams] = place
    of_part = np.full(len(merging.found.works.parts), -1, np.int64)
    for team, column in zip(merging.teams, merging.y, strict=True):
        if owner[column] >= 0:
            of_part[list(merging.found.teams[team])] = owner[column]
    owner[merging.context.x] = of_part[merging.context.team]
    return owner
