"""The exact search behind `backend.search`: CP-SAT.

Why CP-SAT for the core: one worker with `linearization_level=2` proved cores of 650 pairs in 0.2-0.3 s and of 3,000 pairs in
2 s where HiGHS took 4 s and more than 20 s (2 cores, two quotas a team; see `benchmarks/`).
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from zbopt.engine.backend import Integral, attended
from zbopt.engine.linear import Floats, Ints, LinearModel
from zbopt.progress import Control


def search(
    model: LinearModel,
    objective: Floats | None,
    control: Control,
    stage: str,
    columns: Ints,
    start: Floats | None,
    workers: int,
    sign: int,
    stop_below: int | None,
) -> Integral:
    """As `backend.search`."""
    program, variables = cp_program(model, objective, columns, start)
    solver = cp_model.CpSolver()
    _set_parameters(solver, control, workers)
    watcher = _Watcher(stop_below)
    solver.best_bound_callback = watcher.bounded

    def tick() -> None:
        control.emit(
            stage, "search", *(None if value is None else sign * value for value in (watcher.best, watcher.bound))
        )

    status = attended(lambda: solver.solve(program, watcher), solver.stop_search, control, tick)
    if status == cp_model.INFEASIBLE:
        return Integral("infeasible", None, np.inf)
    if status == cp_model.MODEL_INVALID:
        raise AssertionError(program.validate())
    found, bound = None, -np.inf
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = np.zeros(model.num_columns)
        found[columns] = [solver.value(variable) for variable in variables]
        if objective is not None:
            bound = float(solver.best_objective_bound)
    elif objective is not None and watcher.bound is not None:
        bound = watcher.bound  # stopped without a point, a solver that has nothing to report says 0
    return Integral("optimal" if status == cp_model.OPTIMAL else "stopped", found, bound)


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Remembers the best value and bound for the progress line."""

    def __init__(self, stop_below: int | None) -> None:
        super().__init__()
        self.stop_below = stop_below
        self.best: float | None = None
        self.bound: float | None = None

    def on_solution_callback(self) -> None:
        """Called by the solver at each better solution."""
        self.best = self.objective_value
        self.bound = self.best_objective_bound
        if self.stop_below is not None and self.best < self.stop_below:
            self.stop_search()

    def bounded(self, bound: float) -> None:
        """Called by the solver at each better bound."""
        self.bound = bound


def _set_parameters(solver: cp_model.CpSolver, control: Control, workers: int) -> None:
    parameters = solver.parameters
    parameters.num_workers = workers
    parameters.random_seed = 1
    parameters.catch_sigint_signal = False
    left = control.seconds_left()
    if left is not None:
        parameters.max_time_in_seconds = max(0.01, left)
    if workers == 1:
        parameters.linearization_level = 2
    else:
        parameters.extra_subsolvers.extend(["max_lp"])


def cp_program(
    model: LinearModel, objective: Floats | None, columns: Ints, start: Floats | None
) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """The model's part on some columns; a row without any of them is left out where 0 keeps it."""
    program = cp_model.CpModel()
    part = model.matrix.tocsc()[:, columns].tocsr()
    variables = [
        program.new_int_var(int(low), int(high), "")
        for low, high in zip(model.lower[columns], model.upper[columns], strict=True)
    ]
    lower = np.where(np.isinf(model.row_lower), -(2**40), model.row_lower).astype(np.int64)
    upper = np.where(np.isinf(model.row_upper), 2**40, model.row_upper).astype(np.int64)
    data = np.rint(part.data).astype(np.int64)
    said = np.diff(part.indptr) > 0
    said |= (lower > 0) | (upper < 0)  # one that 0 does not keep stays, and makes the program impossible
    for row in np.flatnonzero(said).tolist():
        span = slice(part.indptr[row], part.indptr[row + 1])
        inside = [variables[place] for place in part.indices[span]]
        total = cp_model.LinearExpr.weighted_sum(inside, data[span].tolist())
        program.add_linear_constraint(total, int(lower[row]), int(upper[row]))
    if objective is not None:
        program.minimize(
            cp_model.LinearExpr.weighted_sum(variables, np.rint(objective[columns]).astype(np.int64).tolist())
        )
    if start is not None:
        for variable, value in zip(variables, start[columns], strict=True):
            program.add_hint(variable, round(value))
    return program, variables
