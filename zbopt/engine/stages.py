"""Stages one after the other, each proved: relaxation, core of cheap columns, exact search, reduced-cost fixing.

For stage s with bound L_s from the duals and best value v, a column with reduced cost r_j > v + tolerance - L_s + 1e-6 is 0 in
every plan that later stages may choose, and is dropped for good; the proof of v itself needs only the columns with
r_j <= v - g - L_s, g the greatest common divisor of the objective (the next better value is v - g).
An infeasible core proves nothing: it is widened up to all columns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from zbopt.engine.backend import Relaxation, relax, search
from zbopt.engine.linear import Floats, Ints, LinearModel
from zbopt.progress import Control
from zbopt.scenario.policy import Stage
from zbopt.solution import StageLog, StageResult

EPS = 1e-6
TRIVIAL_ZERO = ("unfilled", "quotas")
"""Stages whose costs are never negative and usually 0: first tried at 0 together with the stage after them."""


class Impossible(Exception):
    """No point keeps the rows: proved on all columns."""


@dataclass(frozen=True)
class Proof:
    """A stage solved: its relaxation, best value (None without a point), bound, and the outcome."""

    relaxed: Relaxation
    value: int | None
    bound: int
    outcome: str


@dataclass
class Descent:
    """The state of a solve: model with held stages and dropped columns, best point so far, results."""

    model: LinearModel
    control: Control
    workers: int
    num_pairs: int
    num_seats: int
    point: Floats | None
    results: list[StageResult] = field(default_factory=list)
    log: list[StageLog] = field(default_factory=list)
    stopped: bool = False

    def value(self, name: str, point: Floats | None = None) -> int:
        """The value of a stage's objective (minimised) at a point, in whole numbers."""
        at = self.point if point is None else point
        assert at is not None
        return int(np.rint(self.model.objectives[name] @ at))

    # --- one stage ---------------------------------------------------------------------------------------------------

    def first_columns(self, objective: Floats) -> Ints | None:
        """Columns to begin pricing with: all that are no pairs, and of the pairs the cheapest of each post and person."""
        number = self.num_pairs
        if number < 4000:
            return None
        keep = np.ones(self.model.num_columns, bool)
        cost = objective[:number]
        matrix = self.model.matrix[:, :number].tocoo()
        keep[:number] = False
        for kind, most in (("seats", 20), ("once", 4)):
            for block in self.model.row_blocks:
                if block.kind == kind:
                    inside = (matrix.row >= block.first) & (matrix.row < block.first + len(block.labels))
                    keep[_cheapest(matrix.row[inside], matrix.col[inside], cost, most)] = True
        return np.flatnonzero(keep)

    def relaxation(self, name: str, model: LinearModel | None = None) -> Relaxation:
        """The relaxation of a stage under what is held."""
        use = self.model if model is None else model
        objective = use.objectives[name]
        return relax(use, objective, self.control, name, self.first_columns(objective))

    def core(self, reduced: Floats, most: float, number: int, model: LinearModel) -> Ints:
        """Columns with reduced cost up to `most`, pairs cut to the `number` cheapest; every column that is no pair."""
        pairs = np.flatnonzero((reduced[: self.num_pairs] <= most + EPS) & (model.upper[: self.num_pairs] > 0))
        if len(pairs) > number:
            merit = model.objectives.get("merit", reduced)[pairs]
            pairs = np.sort(pairs[np.lexsort((pairs, merit, reduced[pairs]))[:number]])
        others = np.flatnonzero(model.upper[self.num_pairs :] > 0) + self.num_pairs
        forced = np.flatnonzero(model.lower > 0)
        started = np.flatnonzero(self.point > 0) if self.point is not None else forced
        usable = started[model.upper[started] > 0]
        return np.unique(np.concatenate([pairs, others, forced, usable]))

    def solved(self, name: str, model: LinearModel, hint: Floats | None) -> Proof:
        """A stage on a model, by relaxation and exact search; keeps the best point. `hint`: a point that the model allows."""
        relaxed = self.relaxation(name, model)
        if relaxed.outcome == "infeasible":
            return Proof(relaxed, None, 0, "infeasible")
        if relaxed.outcome == "stopped" and self.out_of_time():
            return Proof(relaxed, None, 0, "stopped")
        if relaxed.outcome == "stopped":  # no relaxation (say, an empty model): search all columns from a plain bound
            zero = np.zeros(model.num_columns)
            relaxed = Relaxation("optimal", zero, zero, float(self.floor(name)))
        return Proof(relaxed, *self.prove(name, relaxed, model, hint))

    def prove(
        self, name: str, relaxed: Relaxation, model: LinearModel, hint: Floats | None
    ) -> tuple[int | None, int, str]:
        """Best value of a stage on the model, its bound, and the outcome; keeps the best point.

        Returns (None, bound, "infeasible") where no point exists on all columns.
        """
        objective, sign = model.objectives[name], -1 if name == "merit" else 1
        step = max(1, int(np.gcd.reduce(np.rint(objective).astype(np.int64))))
        lowest = step * int(np.ceil((relaxed.bound - EPS) / step))
        value = None if hint is None else self.value(name, hint)
        number, most = max(1500, 5 * self.num_seats), np.inf
        while True:
            if value is not None:
                most = value - step - relaxed.bound
                if value <= lowest:
                    return value, value, "optimal"
            if self.out_of_time():
                self.keep(hint)
                return value, lowest, "stopped"
            columns = self.core(relaxed.reduced, most, number, model)
            all_inside = self.contains(columns, relaxed.reduced, most, model)
            found = search(model, objective, self.control, name, columns, hint, self.workers, sign)
            if found.x is not None and (value is None or self.value(name, found.x) <= value):
                hint, value = found.x, self.value(name, found.x)
            if found.outcome == "stopped":
                self.keep(hint)
                return value, _best_bound(lowest, found.bound) if all_inside else lowest, "stopped"
            if all_inside and (found.outcome == "optimal" or value is not None):
                self.keep(hint)
                assert value is not None
                return value, value, "optimal"
            if all_inside:
                return None, lowest, "infeasible"
            if value is not None and self.contains(columns, relaxed.reduced, value - step - relaxed.bound, model):
                self.keep(hint)
                return value, value, "optimal"
            number *= 4

    def contains(self, columns: Ints, reduced: Floats, most: float, model: LinearModel) -> bool:
        """Whether a core holds every column that a better point could use."""
        inside = np.zeros(model.num_columns, bool)
        inside[columns] = True
        return bool(np.all(inside | (reduced > most + EPS) | (model.upper == 0)))

    def keep(self, point: Floats | None) -> None:
        """Take a point as the best so far."""
        if point is not None:
            self.point = point

    def hold(self, stage: Stage, value: int, bound: int, outcome: str, relaxed: Relaxation | None) -> None:
        """Record a stage, hold it at its value plus tolerance, and drop the columns that can no longer be used."""
        assert self.point is not None
        sign = -1 if stage.name == "merit" else 1
        proved = outcome == "optimal"
        allowance = stage.allowance(value)
        self.results.append(StageResult(stage.name, sign * value, sign * bound, 0, "proved" if proved else "feasible"))
        if relaxed is not None and proved:
            upper = self.model.upper.copy()
            pairs = slice(0, self.num_pairs)
            gone = relaxed.reduced[pairs] > value + allowance - relaxed.bound + EPS
            upper[pairs] = np.where(gone & (self.model.lower[pairs] == 0), 0, upper[pairs])
            self.model = self.model.with_upper(upper)
        self.model = self.model.with_row(self.model.objectives[stage.name], value + allowance)

    # --- all stages --------------------------------------------------------------------------------------------------

    def run(self, stages: list[Stage]) -> None:
        """Solve the stages in order; raises `Impossible` where the first has no point."""
        pending: list[Stage] = []
        for place, stage in enumerate(stages):
            is_last = place == len(stages) - 1
            if stage.name in TRIVIAL_ZERO and not is_last and not self.out_of_time():
                pending.append(stage)
                continue
            if pending and not self.together(pending, stage):
                for earlier in pending:
                    self.alone(earlier)
                self.alone(stage)
            elif not pending:
                self.alone(stage)
            pending = []

    def out_of_time(self) -> bool:
        """Whether to end; remembered, because a stopped run is never called proved."""
        self.stopped = self.stopped or self.control.out_of_time()
        return self.stopped

    def together(self, pending: list[Stage], stage: Stage) -> bool:
        """Try the pending stages at 0, their trivial bound, together with the stage after them; False where that fails."""
        begun = time.perf_counter()
        upper = self.model.upper.copy()
        for earlier in pending:
            if earlier.allowance(0):
                return False
            upper[self.model.objectives[earlier.name] > 0] = 0
        model = self.model.with_upper(upper)
        if np.any(model.lower > model.upper):
            return False
        fits = self.point is not None and all(self.value(earlier.name) == 0 for earlier in pending)
        proof = self.solved(stage.name, model, self.point if fits else None)
        if proof.value is None:
            return False
        self.model = model
        for earlier in pending:
            self.hold(earlier, 0, 0, "optimal", None)
            self.log.append(StageLog(earlier.name, 0.0, self.num_pairs, 0, "at its trivial bound"))
        self.finish(stage, proof, begun)
        return True

    def alone(self, stage: Stage) -> None:
        """Solve one stage under what is held."""
        begun = time.perf_counter()
        if self.out_of_time():
            if self.point is not None:
                sign = -1 if stage.name == "merit" else 1
                value = self.value(stage.name)
                self.results.append(
                    StageResult(stage.name, sign * value, sign * self.floor(stage.name), 0, "not_reached")
                )
                self.model = self.model.with_row(self.model.objectives[stage.name], value + stage.allowance(value))
            return
        proof = self.solved(stage.name, self.model, self.point)
        if proof.value is None and proof.outcome == "infeasible":
            raise Impossible
        if proof.relaxed.outcome == "stopped" and self.out_of_time():
            self.alone(stage)
        elif proof.value is None:
            self.stopped = True
        else:
            self.finish(stage, proof, begun)

    def finish(self, stage: Stage, proof: Proof, begun: float) -> None:
        """Hold a stage and write its log line."""
        assert proof.value is not None
        open_before = int(np.sum(self.model.upper[: self.num_pairs] > 0))
        self.hold(stage, proof.value, proof.bound, proof.outcome, proof.relaxed)
        left = int(np.sum(self.model.upper[: self.num_pairs] > 0))
        self.log.append(StageLog(stage.name, time.perf_counter() - begun, open_before, left))
        if proof.outcome == "stopped":
            self.stopped = True
        self.control.emit(stage.name, "done", abs(proof.value), abs(proof.bound))

    def floor(self, name: str) -> int:
        """A bound that needs no search: every pair at its best, each seat once."""
        objective = self.model.objectives[name]
        if name != "merit":
            return 0
        best = np.sort(objective[: self.num_pairs])[: self.num_seats].sum()
        return int(best + np.minimum(objective[self.num_pairs :] * self.model.upper[self.num_pairs :], 0).sum())


def nearest(descent: Descent, pairs: Ints, near: Ints) -> None:
    """Of the plans of equal value take the one that keeps most of the pairs `near`: nobody is moved who need not be.

    Pairs that are new count against it. Of several such plans the one of most merit, where the stages do not hold that already.
    """
    kept = np.zeros(descent.model.num_columns)
    kept[pairs] = 1
    kept[near] = -1
    descent.model = replace(descent.model, objectives={**descent.model.objectives, "nearest": kept})
    for name in ("nearest", "merit"):
        relaxed = descent.relaxation(name)
        if relaxed.outcome != "optimal":
            return
        value, _, outcome = descent.prove(name, relaxed, descent.model, descent.point)
        if value is None or outcome != "optimal":
            return
        upper = descent.model.upper.copy()
        gone = (relaxed.reduced[pairs] > value - relaxed.bound + EPS) & (descent.model.lower[pairs] == 0)
        upper[pairs[gone]] = 0
        descent.model = descent.model.with_upper(upper).with_row(descent.model.objectives[name], value)


def _best_bound(lowest: int, bound: float) -> int:
    """The higher of a bound of the relaxation and one of a search, which may have none yet."""
    return lowest if np.isinf(bound) else max(lowest, int(np.ceil(bound - EPS)))


def of_plan(stage: StageResult, own: int) -> StageResult:
    """The stage as the plan has it: its own value, which is also the value of a stage that is not proved.

    A tolerance leaves slack loose in the search, and a search that was stopped leaves any column loose.
    """
    return replace(stage, value=stage.value if stage.status == "proved" else own, plan_value=own)


def last_without_tolerance(stages: list[Stage]) -> list[Stage]:
    """Nothing comes after the last stage that could gain by its tolerance; left in, the tie-break would only waste it."""
    return [*stages[:-1], *(stage.model_copy(update={"tolerance": 0}) for stage in stages[-1:])]


def _cheapest(row: Ints, column: Ints, cost: Floats, most: int) -> Ints:
    """Of the entries of each row, the `most` cheapest columns."""
    order = np.lexsort((column, cost[column], row))
    row, column = row[order], column[order]
    first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    chosen: Ints = np.unique(column[rank < most])
    return chosen
