"""The solvers behind two functions: `relax` (HiGHS, linear relaxation with duals) and `search` (CP-SAT, exact on a core).

No other module imports a solver, but for `cpsat.py` behind `search` and the second opinion in `crosscheck.py`. A bound is
never taken from a solver: it is recomputed from the duals by weak duality, so it holds for any duals, however inexact.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from scipy import sparse

from zbopt.engine.linear import Floats, Ints, LinearModel
from zbopt.progress import SOLVER_THREAD, Control

Outcome = Literal["optimal", "infeasible", "stopped"]
TICK_SECONDS = 0.05
PRICE_TOLERANCE = 1e-7
MAX_ROUNDS = 30


@dataclass(frozen=True)
class Relaxation:
    """Solution of the linear relaxation: point, reduced costs (n), and a bound that holds for every feasible point."""

    outcome: Outcome
    x: Floats
    reduced: Floats
    bound: float


@dataclass(frozen=True)
class Integral:
    """Solution of a whole-number program: point (None where none was found) and the bound proved on the columns given."""

    outcome: Outcome
    x: Floats | None
    bound: float


def attended(
    work: Callable[[], Any], stop: Callable[[], None] | None, control: Control, tick: Callable[[], None]
) -> Any:
    """Run a solver call in a thread of its own, so that Ctrl-C and progress reach the caller while it works.

    `stop` asks the solver to end; without it a stop request returns None at once.
    """
    result: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as problem:  # handed to the caller's thread
            failure.append(problem)

    thread = threading.Thread(target=run, daemon=True, name=SOLVER_THREAD)
    thread.start()
    wait, passed, told = 0.002, 0.0, 0.0
    while True:
        thread.join(wait)
        if not thread.is_alive():
            break
        passed += wait
        wait = min(TICK_SECONDS, wait * 2)
        if control.stop_requested:
            if stop is None:
                return None  # the solver ends by itself, in the background; nobody waits for it
            stop()
        if passed - told >= 1.0:
            told = passed
            tick()
    if failure:
        raise failure[0]
    return result[0]


# --- relaxation ------------------------------------------------------------------------------------------------------


def relax(
    model: LinearModel,
    objective: Floats,
    control: Control,
    stage: str,
    first: Ints | None = None,
    presolve: bool = False,
) -> Relaxation:
    """Solve the linear relaxation (minimise), starting from the columns `first` and pricing in the others.

    Infeasible is said only of all columns together; stopped has bound -inf. `presolve` pays for models with many redundant rows.
    """
    control.emit(stage, "relaxation")
    open_columns = np.flatnonzero(model.upper > 0)
    use = np.union1d(first, np.flatnonzero(model.lower > 0)) if first is not None else open_columns
    use = np.intersect1d(use, open_columns)
    matrix = model.matrix.tocsc()
    solver = _highs(model, matrix, objective, use, presolve)
    for number in range(MAX_ROUNDS):
        status = _run_highs(solver, control, stage)
        impossible = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
        if impossible and len(use) < len(open_columns):
            use = open_columns
            solver = _highs(model, matrix, objective, use, presolve)
            continue
        if impossible:  # every column has finite bounds, so it cannot be unbounded
            return _failed(model, "infeasible", np.inf)
        if status != highspy.HighsModelStatus.kOptimal:
            return _failed(model, "stopped", -np.inf)
        solution = solver.getSolution()
        reduced, bound = certify(model, objective, np.asarray(solution.row_dual))
        better = np.setdiff1d(np.flatnonzero((reduced < -PRICE_TOLERANCE) & (model.upper > 0)), use)
        if not len(better):
            break
        if number >= MAX_ROUNDS - 2:
            better = np.setdiff1d(open_columns, use)  # the last round has them all
        _append(solver, model, matrix, objective, better)
        use = np.r_[use, better]
    x = np.zeros(model.num_columns)
    x[use] = np.asarray(solution.col_value)
    return Relaxation("optimal", x, reduced, bound)


def _failed(model: LinearModel, outcome: Outcome, bound: float) -> Relaxation:
    nothing = np.zeros(model.num_columns)
    return Relaxation(outcome, nothing, nothing, bound)


def _run_highs(solver: Any, control: Control, stage: str) -> Any:
    left = control.seconds_left()
    if left is not None:
        solver.setOptionValue("time_limit", float(solver.getRunTime() + max(0.01, left)))

    def interrupt(event: Any) -> None:
        if control.stop_requested:
            event.interrupt()

    solver.cbSimplexInterrupt.clear()
    solver.cbSimplexInterrupt += interrupt
    status = attended(solver.run, None, control, lambda: control.emit(stage, "relaxation"))
    return None if status is None else solver.getModelStatus()


def _highs(model: LinearModel, matrix: sparse.csc_matrix, objective: Floats, columns: Ints, presolve: bool) -> Any:
    """A HiGHS instance holding the model's part on some columns."""
    part = matrix[:, columns]
    program = highspy.HighsLp()
    program.num_col_ = len(columns)
    program.num_row_ = model.num_rows
    program.col_cost_ = objective[columns]
    program.col_lower_ = model.lower[columns]
    program.col_upper_ = model.upper[columns]
    program.row_lower_ = model.row_lower
    program.row_upper_ = model.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = part.indptr
    program.a_matrix_.index_ = part.indices
    program.a_matrix_.value_ = part.data
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("presolve", "on" if presolve else "off")):
        solver.setOptionValue(name, value)
    solver.passModel(program)
    return solver


def _append(solver: Any, model: LinearModel, matrix: sparse.csc_matrix, objective: Floats, columns: Ints) -> None:
    part = matrix[:, columns]
    solver.addCols(
        len(columns),
        objective[columns],
        model.lower[columns],
        model.upper[columns],
        part.nnz,
        part.indptr[:-1].astype(np.int32),
        part.indices.astype(np.int32),
        part.data,
    )


def certify(model: LinearModel, objective: Floats, duals: Floats) -> tuple[Floats, float]:
    """Reduced costs c - A'y and the bound b'y + sum_j min over [l, u] of r_j x_j, for any duals y (weak duality)."""
    duals = np.where((duals > 0) & np.isinf(model.row_lower), 0.0, duals)
    duals = np.where((duals < 0) & np.isinf(model.row_upper), 0.0, duals)
    reduced = objective - model.matrix.T @ duals
    sides = np.where(duals > 0, model.row_lower, np.where(duals < 0, model.row_upper, 0.0))
    best = np.where(reduced < 0, reduced * model.upper, reduced * model.lower)
    return reduced, float(duals @ sides) + float(best.sum())


# --- exact search ----------------------------------------------------------------------------------------------------


def search(
    model: LinearModel,
    objective: Floats | None,
    control: Control,
    stage: str,
    columns: Ints,
    start: Floats | None = None,
    workers: int = 1,
    sign: int = 1,
    stop_below: int | None = None,
) -> Integral:
    """Solve the whole-number program on some columns (the others at 0), minimising; without objective any point will do.

    `sign` turns the values shown as progress (merit is maximised); `stop_below` ends the search at a point with a lower
    value. The bound holds for these columns only.
    """
    from zbopt.engine import (
        cpsat,
    )  # brings pandas, half a second: a large case may end by its limit before it is needed

    return cpsat.search(model, objective, control, stage, columns, start, workers, sign, stop_below)
