"""`merge` on generated cases against one CP-SAT model with pairwise variables.

    python benchmarks/merge.py --limit 60 >> benchmarks/merge.md

The peer decides in one model which task forces share a team (a part belongs to a team named by its lowest part), what each
team needs, and who sits at which desk; it proves weighted empty seats, then seats. Each method runs in a process of its own.
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
from typing import Any

CASES = (
    (29, 300, "sparse", "0.5", "6", "15%"),
    (29, 300, "dense", "1", "10", "5%"),
    (60, 600, "sparse", "0.5", "6", "15%"),
    (60, 600, "dense", "1", "10", "5%"),
    (100, 1000, "sparse", "0.5", "6", "15%"),
    (100, 1000, "dense", "1", "10", "5%"),
)
METHODS = ("zbopt headcount", "zbopt whole", "cp-sat default", "cp-sat max_lp")


def write_case(folder: Path, task_forces: int, people: int, overlap: str, cluster: str, least: str) -> None:
    """A generated case with the overlap asked for."""
    command = [
        sys.executable, "scenarios/generate.py", "--people", str(people), "--task-forces", str(task_forces),
        "--overlap", overlap, "--cluster", cluster, "--seed", "1", "--out", str(folder),
    ]  # fmt: skip
    subprocess.run(command, check=True)
    file = folder / "scenario.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("min_overlap: 15%", f"min_overlap: {least}"), encoding="utf-8"
    )


def run(method: str, folder: str, limit: float) -> dict[str, Any]:
    """One method on one case."""
    from zbopt.engine.merge.candidates import candidates
    from zbopt.engine.merge.partition import Partitions
    from zbopt.engine.merge.solve import solve
    from zbopt.progress import Control
    from zbopt.scenario.load import load
    from zbopt.scenario.workload import Workloads

    scenario = load(folder).scenario
    begun = time.perf_counter()
    row: dict[str, Any]
    if method == "zbopt headcount":
        found = candidates(Workloads(scenario))
        least = Partitions(found, Control(limit), 1).least()
        assert least is not None
        row = {"status": "proved", "seats": least.seats, "columns": len(found.teams), "gap": 0}
    elif method == "zbopt whole":
        solution = solve(scenario, Control(limit), 1, 1)
        values = {str(stage.name): stage for stage in solution.stages}
        row = {
            "status": solution.status,
            "unfilled": values["unfilled"].value,
            "seats": values["seats"].value,
            "columns": solution.counts["columns"],
            "gap": values["merit"].gap,
            "unique": solution.unique,
        }
    else:
        row = peer(scenario, limit, method.endswith("max_lp"))
    row["seconds"] = round(time.perf_counter() - begun, 2)
    row["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return row


def peer(scenario: Any, limit: float, best: bool) -> dict[str, Any]:
    """The one-model formulation: unfilled, then seats."""
    from ortools.sat.python import cp_model

    from zbopt.scenario import facts

    model, works, data = _peer_model(scenario)
    row: dict[str, Any] = {"columns": len(model.proto.variables)}
    begun = time.perf_counter()
    objectives = {
        "unfilled": sum(weight * column for column, weight in data["empty"]),
        "seats": sum(data["seats"]),
    }
    assert facts.PRIORITY_WEIGHTS
    assert works
    for name, objective in objectives.items():
        model.minimize(objective)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = max(0.1, limit - (time.perf_counter() - begun))
        if best:
            solver.parameters.extra_subsolvers.append("max_lp")
        status = solver.solve(model)
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        row[name] = round(solver.objective_value) if known else None
        row["gap"] = round(solver.objective_value - solver.best_objective_bound) if known else None
        row["status"] = "proved" if status == cp_model.OPTIMAL else "open"
        if status != cp_model.OPTIMAL:
            return row
        model.add(objective <= row[name])
    return row


def _peer_model(scenario: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Variables a_ir (part i in the team named by part r <= i), seats and empty seats of r by category, flows of counts."""
    from itertools import combinations

    import numpy as np
    from ortools.sat.python import cp_model

    from zbopt.engine.context import Context
    from zbopt.engine.merge.candidates import candidates
    from zbopt.engine.merge.desks import CATEGORY, OWN, DeskContext, DeskData
    from zbopt.engine.rules import _caps
    from zbopt.scenario.facts import PRIORITY_WEIGHTS
    from zbopt.scenario.workload import Workloads

    works = Workloads(scenario)
    found = candidates(works)
    merge = scenario.policy.merge
    parts = range(len(works.parts))
    model = cp_model.CpModel()
    a = {(i, r): model.new_bool_var("") for i in parts for r in parts if r <= i}
    for i in parts:
        model.add_exactly_one(a[i, r] for r in parts if r <= i)
    for (_, r), column in a.items():
        model.add_implication(column, a[r, r])
    for r in parts:
        model.add(sum(a[i, r] for i in parts if i >= r) <= merge.max_members)
        for i, j in combinations([i for i in parts if i >= r], 2):
            if not works.linked(works.parts[i].id, works.parts[j].id):
                model.add_at_most_one(a[i, r], a[j, r])
    context: Context = DeskContext(DeskData(scenario, found.desks, (0,) * len(found.desks)))
    x = [model.new_bool_var("") for _ in range(len(context.person))]
    for person in range(len(scenario.people)):
        own = np.flatnonzero(context.person == person)
        if len(own):
            model.add_at_most_one(x[k] for k in own)
    for unit, cap in enumerate(_caps(context)):
        if cap is not None:
            model.add(sum(x[k] for k in np.flatnonzero(context.data.unit[context.person] == unit)) <= cap)
    at = [[x[k] for k in np.flatnonzero(context.post == desk)] for desk in range(len(found.desks))]
    seats: list[Any] = []
    empty: list[tuple[Any, int]] = []
    by_slot: dict[tuple[str, str], list[int]] = {}
    for place, desk in enumerate(found.desks):
        if desk.slot[0] == OWN:
            short = model.new_int_var(0, desk.seats, "")
            model.add(sum(at[place]) + short == desk.seats)
            empty.append((short, PRIORITY_WEIGHTS[desk.posts[0].priority]))
            seats.append(desk.seats)
        else:
            by_slot.setdefault(desk.slot, []).append(place)
    size: dict[int, list[Any]] = {r: [] for r in parts}
    for desk in found.desks:
        if desk.slot[0] == OWN:
            for r in parts:
                if r <= desk.part:
                    size[r].append(desk.seats * a[desk.part, r])
    for slot, places in by_slot.items():
        flows: dict[int, list[Any]] = {place: [] for place in places}
        for r in parts:
            inside = [place for place in places if found.desks[place].part >= r]
            if not inside:
                continue
            most = 40
            number = model.new_int_var(0, most, "")
            if slot[0] == CATEGORY:
                duties = {d for p in inside for d, k in works.of[works.parts[found.desks[p].part].id] if k == slot[1]}
                covered = []
                for duty in duties:
                    v = model.new_int_var(0, 4000, "")
                    for p in inside:
                        work = works.of[works.parts[found.desks[p].part].id].get((duty, slot[1]), 0)
                        if work:
                            model.add(v >= work * a[found.desks[p].part, r])
                    covered.append(v)
                model.add(found.desks[places[0]].load * number >= sum(covered))
            else:
                for p in inside:
                    model.add(number >= found.desks[p].seats * a[found.desks[p].part, r])
            short = model.new_int_var(0, most, "")
            here = []
            for p in inside:
                flow = model.new_int_var(0, most, "")
                model.add(flow <= most * a[found.desks[p].part, r])
                flows[p].append(flow)
                here.append(flow)
            model.add(sum(here) + short == number)
            seats.append(number)
            size[r].append(number)
            empty.append((short, min(PRIORITY_WEIGHTS[q.priority] for p in inside for q in found.desks[p].posts)))
        for p in places:
            model.add(sum(flows[p]) == sum(at[p]))
    for terms in size.values():
        model.add(sum(terms) <= merge.max_size)  # no generated task force alone is larger
    return model, works, {"seats": seats, "empty": empty}


def main() -> None:
    """A table of every case and method."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "FOLDER"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(run(arguments.one[0], arguments.one[1], arguments.limit)))
        return
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(f"\n## {datetime.date.today()} at {commit}, limit {arguments.limit:g} s, 2 cores\n")
    print(
        "| task forces | people | overlap | method | status | unfilled | seats | gap | seconds | MB | columns | notes |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for task_forces, people, name, overlap, cluster, least in CASES:
            place = Path(folder, f"{people}-{name}")
            write_case(place, task_forces, people, overlap, cluster, least)
            for method in METHODS:
                command = [sys.executable, __file__, "--limit", str(arguments.limit), "--one", method, str(place)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                row = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"status": "crashed"}
                known = ("status", "unfilled", "seats", "gap", "seconds", "MB", "columns")
                cells = [str(row.get(key, "")) for key in known]
                notes = " ".join(f"{key} {value}" for key, value in row.items() if key not in known)
                print(
                    f"| {task_forces} | {people} | {name} | {method} | " + " | ".join(cells) + f" | {notes} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
