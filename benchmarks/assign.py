"""`assign` on generated cases against plain CP-SAT and plain HiGHS on the same model, stage by stage.

    python benchmarks/assign.py --people 300 1000 --limit 60 >> benchmarks/assign.md

Each method runs in a process of its own: seconds of the solve, peak memory, value and bound of the last stage reached.
"""

from __future__ import annotations

import argparse
import datetime
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

METHODS = ("zbopt", "cp-sat default", "cp-sat max_lp", "highs mip")


def solve_with(method: str, folder: str, limit: float) -> dict[str, object]:
    """One method on one case; stages are held by rows, as zbopt does."""
    from zbopt.engine.assign import assign_stages, build, solve
    from zbopt.progress import Control
    from zbopt.scenario.load import load

    scenario = load(folder).scenario
    begun = time.perf_counter()
    if method == "zbopt":
        solution = solve(scenario, Control(limit), 1, 1)
        last = solution.stages[-1]
        proved = time.perf_counter() - begun - sum(item.seconds for item in solution.log if item.name == "tie-break")
        row: dict[str, object] = {
            "status": solution.status,
            "value": last.value,
            "bound": last.bound,
            "merit proved s": round(proved, 2),
        }
        row["unique"] = solution.unique
    else:
        _, model = build(scenario)
        row = {"status": "proved"}
        for stage in assign_stages(scenario):
            left = limit - (time.perf_counter() - begun)
            status, value, bound = plain(method, model, model.objectives[stage.name], left)
            row |= {"status": status, "value": value, "bound": bound, "stage": str(stage.name)}
            if status != "proved":
                break
            model = model.with_row(model.objectives[stage.name], value)
    row["seconds"] = round(time.perf_counter() - begun, 2)
    row["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return row


def plain(method: str, model, objective, left: float):  # type: ignore[no-untyped-def]
    """One stage on all columns by a plain solver."""
    import numpy as np

    columns = np.arange(model.num_columns)
    if method.startswith("cp-sat"):
        from ortools.sat.python import cp_model

        from zbopt.engine.cpsat import cp_program

        program, _ = cp_program(model, objective, columns, None)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = max(0.1, left)
        if method.endswith("max_lp"):
            solver.parameters.extra_subsolvers.append("max_lp")
        status = solver.solve(program)
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        value = round(solver.objective_value) if known else None
        return ("proved" if status == cp_model.OPTIMAL else "open"), value, round(solver.best_objective_bound)
    import highspy

    from zbopt.engine.backend import _highs

    solver = _highs(model, model.matrix.tocsc(), objective, columns)
    kinds = [highspy.HighsVarType.kInteger if flag else highspy.HighsVarType.kContinuous for flag in model.integer]
    solver.changeColsIntegrality(
        len(kinds), columns.astype(np.int32), np.array([int(k.value) for k in kinds], dtype=np.uint8)
    )
    for name, option in (
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999),
        ("time_limit", max(0.1, left)),
        ("presolve", "on"),
    ):
        solver.setOptionValue(name, option)
    solver.run()
    info = solver.getInfo()
    done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    value = round(info.objective_function_value) if info.primal_solution_status == 2 else None
    return (
        ("proved" if done else "open"),
        value,
        round(info.mip_dual_bound) if abs(info.mip_dual_bound) < 1e15 else None,
    )


def main() -> None:
    """Generate, run every method, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(solve_with(options.one[0], options.one[1], options.limit)))
        return
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(f"\n## {datetime.date.today()} at {commit}, limit {options.limit:.0f} s, 2 cores\n")
    print("| people | method | status | value | bound | seconds | MB | notes |\n|---|---|---|---|---|---|---|---|")
    for people in options.people:
        with tempfile.TemporaryDirectory() as folder:
            case = str(Path(folder) / "case")
            command = [
                sys.executable,
                "scenarios/generate.py",
                "--people",
                str(people),
                "--seed",
                str(options.seed),
                "--out",
                case,
            ]
            subprocess.run(command, check=True, capture_output=True)
            for method in options.methods:
                run = [sys.executable, __file__, "--limit", str(options.limit), "--one", method, case]
                done = subprocess.run(run, capture_output=True, text=True, check=False)
                row = (
                    json.loads(done.stdout)
                    if done.returncode == 0
                    else {"status": "crashed: " + done.stderr.strip().splitlines()[-1][:60]}
                )
                notes = " ".join(f"{key} {row[key]}" for key in ("stage", "merit proved s", "unique") if key in row)
                cells = [row.get(key, "") for key in ("status", "value", "bound", "seconds", "MB")]
                print("| " + " | ".join(str(cell) for cell in (people, method, *cells, notes)) + " |", flush=True)


if __name__ == "__main__":
    main()
