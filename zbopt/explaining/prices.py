"""The price list: what each change alone would gain or cost. Exact where both solves are proved. Meaning: `docs/explaining.md`.

Solves that cannot differ are not made. A tightened bound that the plan keeps anyway costs nothing, for the plan is still best. Bounds
of one kind are loosened all together first: where that gains nothing, none of them does alone (every plan of a single one is a plan
of all, at no more cost). Both are exact only without tolerances, and are left out where the policy has some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zbopt.diagnostics import DiagnosticsError
from zbopt.explaining.case import Case
from zbopt.explaining.changes import Change, changes
from zbopt.meaning.measure import Measures
from zbopt.progress import Control
from zbopt.scenario.edits import Edit
from zbopt.solution import Solution

GROUPED = ("loosen:cap", "loosen:size", "loosen:age", "loosen:least", "drop:ban", "drop:pin")
"""Kinds of changes that are first tried all at once; from so many on:"""

MIN_GROUP = 4


@dataclass(frozen=True)
class Outcome:
    """What a solve came to: status, stage values, and figures of its plan."""

    status: str
    stages: Mapping[str, int]
    figures: Mapping[str, int]
    exact: bool
    note: str = ""


@dataclass(frozen=True)
class Price:
    """A change and what it does: `deltas` by stage (new less old; None where no plan exists), figures likewise."""

    change: Change
    outcome: str
    deltas: Mapping[str, int] | None
    figures: Mapping[str, int]
    exact: bool

    @property
    def order(self) -> tuple[object, ...]:
        """Most gained first, stage by stage; impossible last."""
        if self.deltas is None:
            return (1, (), self.change.id)
        return (0, tuple(-value if name == "merit" else value for name, value in self.deltas.items()), self.change.id)


def outcome_of(case: Case, solution: Solution) -> Outcome:
    """Stage values and figures of a solution."""
    if solution.assignment is None:
        return Outcome(solution.status, {}, {}, solution.status == "infeasible")
    measures = case.measures(solution)
    return Outcome(
        solution.status,
        {str(stage.name): stage.value for stage in solution.stages},
        figures_of(measures, solution),
        solution.status == "proved",
    )


def figures_of(measures: Measures, solution: Solution) -> dict[str, int]:
    """Empty seats, people, moves, and task forces of a merger."""
    assert solution.assignment is not None
    teams = {} if solution.partition is None else {"task_forces": len(solution.partition)}
    return {
        "empty": sum(measures.empty.values()),
        "people": len({person for person, _ in solution.assignment}),
        "moves": measures.values["moves"],
        "returns": sum(kind == "return" for kind in measures.kinds.values()),
        **teams,
    }


@dataclass
class PriceList:
    """The prices of one case, found one by one; `listed` says how many there are."""

    case: Case
    control: Control
    base: Solution
    seconds_each: int = 60
    elsewhere: Callable[[Sequence[tuple[Edit, ...]]], Mapping[tuple[Edit, ...], Outcome]] | None = None
    """Solves many edits side by side; None: one after the other, here."""

    solves: int = 0

    def __post_init__(self) -> None:
        self.before = outcome_of(self.case, self.base)
        self.listed: tuple[Change, ...] = changes(self.case)

    def prices(self) -> tuple[Price, ...]:
        """The whole list in its order; what was not reached before time ran out is left out."""
        found = list(self.each())
        return tuple(sorted(found, key=lambda price: price.order))

    def each(self) -> Iterator[Price]:
        """The prices as they are found."""
        rest = []
        for place, change in enumerate(self.listed):
            self.control.emit("prices", "search", place)
            same = self._costs_nothing(change)
            if same is not None:
                yield same
            else:
                rest.append(change)
        singles: list[Change] = []
        for group in self._groups(rest):
            if self.control.out_of_time():
                return
            if len(group) >= MIN_GROUP and self._gains_nothing(group):
                yield from (self._unchanged(change) for change in group)
            else:
                singles += group
        known = {} if self.elsewhere is None else self.elsewhere([change.edits for change in singles])
        for change in singles:
            if self.control.out_of_time() and change.edits not in known:
                return
            self.control.emit("prices", "search", self.solves)
            found = self._solved(change, known.get(change.edits))
            if found is not None:
                yield found

    # --- without a solve ---------------------------------------------------------------------------------------------

    @property
    def _plain(self) -> bool:
        """Whether the shortcuts hold: a proved plan and no tolerance."""
        tolerant = any(stage.allowance(1_000_000) for stage in self.case.solved.policy.stages[:-1])
        return self.before.exact and not tolerant

    def _costs_nothing(self, change: Change) -> Price | None:
        """The price of a tightened bound that the plan keeps at the same values."""
        if change.loosens or not self._plain or self.case.merging:
            return None
        try:
            after = self.case.edited(change.edits, checked=False)
        except DiagnosticsError:
            return None
        measures = after.measures(self.base)
        same = all(measures.values[name] == value for name, value in self.before.stages.items())
        return self._unchanged(change) if same and not measures.faults else None

    def _groups(self, rest: Sequence[Change]) -> Iterator[list[Change]]:
        groups: dict[str, list[Change]] = {}
        for change in rest:
            key = change.group if change.loosens and change.group in GROUPED and self._plain else change.id
            groups.setdefault(key, []).append(change)
        yield from groups.values()

    def _gains_nothing(self, group: Sequence[Change]) -> bool:
        try:
            after = self.case.edited([edit for change in group for edit in change.edits], checked=False)
            found = outcome_of(after, self._solve(after))
        except DiagnosticsError:
            return False
        return found.exact and found.stages == self.before.stages

    def _unchanged(self, change: Change) -> Price:
        return Price(
            change, "proved", dict.fromkeys(self.before.stages, 0), dict.fromkeys(self.before.figures, 0), True
        )

    # --- with one ----------------------------------------------------------------------------------------------------

    def _solved(self, change: Change, found: Outcome | None) -> Price | None:
        """The price by a solve; None where it was stopped without an answer, or the format refuses the change."""
        if found is None:
            try:
                after = self.case.edited(change.edits, checked=False)
                found = outcome_of(after, self._solve(after))
            except DiagnosticsError:
                return None
        if found.status == "infeasible":
            return Price(change, "infeasible", None, {}, True)
        if not found.stages or found.status == "refused":
            return None
        deltas = {name: found.stages.get(name, value) - value for name, value in self.before.stages.items()}
        figures = {name: found.figures.get(name, value) - value for name, value in self.before.figures.items()}
        return Price(change, found.status, deltas, figures, found.exact and self.before.exact)

    def _solve(self, after: Case) -> Solution:
        self.solves += 1
        left = self.control.seconds_left()
        limit = self.seconds_each if left is None else min(self.seconds_each, left)
        return after.solve(Control(limit).part_of(self.control), start=self.base.assignment or ())


__all__ = ["Outcome", "Price", "PriceList", "figures_of", "outcome_of"]
