"""The exact frontier of persons against moves, row by row from the most persons to the fewest.

Among plans with the least weighted empty seats: least moves with at most P - 1 persons, then fewest persons with that many
moves, until no plan is left. Every row is two proofs; rows known already are taken as given, so that a run can be resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zbopt.engine.linear import LinearModel
from zbopt.engine.merge.candidates import candidates
from zbopt.engine.merge.solve import Built, build
from zbopt.engine.stages import Descent, Impossible
from zbopt.progress import Control
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage
from zbopt.scenario.words import StageName
from zbopt.scenario.workload import Workloads
from zbopt.solution import Status

Row = tuple[int, int]
"""Persons and moves."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The rows found, most persons first; proved: no others exist."""

    status: Status
    rows: tuple[Row, ...]
    unfilled: int | None


def frontier(
    scenario: Scenario, control: Control, workers: int, earlier: Sequence[Row] = (), unfilled: int | None = None,
    found: Callable[[Frontier], None] | None = None,
) -> Frontier:  # fmt: skip
    """The frontier of a scenario. `earlier` rows with their `unfilled` are trusted; `found` is told the rows so far after each."""
    works = Workloads(scenario)
    try:
        teams = candidates(works, control=control)
    except TimeoutError:
        return Frontier("stopped", tuple(earlier), unfilled)
    names = ("unfilled", "persons", "moves")
    built = build(teams, np.arange(len(teams.teams)), names)
    walk = _Walk(built, control, workers, list(earlier), found)
    return walk.run(unfilled)


class _Stopped(Exception):
    """The time is up; what was found stands."""


@dataclass
class _Walk:
    built: Built
    control: Control
    workers: int
    rows: list[Row]
    found: Callable[[Frontier], None] | None

    def run(self, unfilled: int | None) -> Frontier:
        """Row after row."""
        model = self.built.model
        try:
            if unfilled is None:
                unfilled = self.least(model, StageName.UNFILLED)
            if unfilled is None:
                return Frontier("infeasible", (), None)
            model = _held(model, "unfilled", unfilled)
            while True:
                within = model if not self.rows else _held(model, "persons", self.rows[-1][0] - 1)
                moves = self.least(within, StageName.MOVES)
                if moves is None:
                    return Frontier("proved", tuple(self.rows), unfilled)
                persons = self.least(_held(within, "moves", moves), StageName.PERSONS)
                assert persons is not None
                self.rows.append((persons, moves))
                self.control.emit("frontier", "row", moves, persons)
                if self.found is not None:
                    self.found(Frontier("stopped", tuple(self.rows), unfilled))
        except _Stopped:
            return Frontier("stopped", tuple(self.rows), unfilled)

    def least(self, model: LinearModel, name: StageName) -> int | None:
        """The proved least value of a stage; None where no plan keeps the rows."""
        seats = int(self.built.context.data.seats.sum())
        descent = Descent(model, self.control, self.workers, self.built.num_chosen, seats, None)
        try:
            descent.run([Stage(name=name)])
        except Impossible:
            return None
        if not descent.results or descent.results[0].status != "proved":
            raise _Stopped
        return descent.results[0].value


def _held(model: LinearModel, name: str, value: int) -> LinearModel:
    return model.with_row(model.objectives[name], value)


__all__ = ["Frontier", "frontier"]
