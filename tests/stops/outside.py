"""The mix of stops of `assign`: most in this process, some of real processes by --time-limit and Ctrl-C."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

from tests.stops.cases import SIZES, Made, drawn, many
from tests.stops.folders import WHOLE, json_of
from tests.stops.inside import PATIENCE, Known, Stop, claims, known, stopped
from tests.stops.inside import drawn as moment
from tests.stops.processes import Ended, Run
from zbopt.scenario.load import load

EACH = 8
"""Stops of each case in this process."""
SHARE = 20
"""One stop in so many is of a real process."""
START = 1.2
"""Seconds after which a command has mostly been read in: stops of real processes are before and after that."""


def stops(folder: Path, number: int, seed: int, only: str | None = None, of: Path | None = None) -> Iterator[Stop]:
    """So many stops, judged; `only` one, by its label; all of one case where it is given."""
    if only is not None:
        yield _again(folder, only, of)
        return
    done = 0
    for made in many(folder, seed) if of is None else repeat(_given(of)):
        case = known(made)
        if case.problem:
            yield Stop(
                case,
                f"{made.folder.name}:{seed}:first",
                "limit",
                PATIENCE,
                "audit error",
                faults=[("audit error", case.problem)],
            )
        for place in range(EACH):
            if done == number:
                return
            done += 1
            label = f"{made.folder.name}:{seed}:{place if of is None else done}"
            if done % SHARE == 0:
                yield of_process(case, f"{label}:process", folder / "process")
            else:
                yield stopped(moment(case, label))
        if of is None:
            shutil.rmtree(made.folder, ignore_errors=True)


def _given(folder: Path) -> Made:
    """A case that is there already."""
    return Made(folder.name, folder.resolve(), len(load(folder).scenario.people))


def _again(folder: Path, label: str, of: Path | None) -> Stop:
    """Repeat one stop."""
    name, seed, *rest = label.split(":")
    if of is None:
        number = int(name.rpartition("-")[2])
        case = known(drawn(folder / name, f"{seed}:{number}", SIZES[number % len(SIZES)]))
    else:
        case = known(_given(of))
    return of_process(case, label, folder / "process") if rest[-1] == "process" else stopped(moment(case, label))


# --- real processes --------------------------------------------------------------------------------------------------


def of_process(case: Known, label: str, folder: Path) -> Stop:
    """One stop of `zbopt assign` as a process of its own, by a limit of whole seconds or by Ctrl-C."""
    rng = random.Random(label)
    shutil.rmtree(folder, ignore_errors=True)
    out = folder / "out"
    arguments = ["assign", str(case.made.folder), "--out", str(out), "--lang", "en", "--progress", "json"]
    if rng.random() < 0.5:
        limit = rng.randint(1, max(1, min(10, round(START + case.seconds))))
        stop = Stop(case, label, "--time-limit", limit)
        process = Run([*arguments, "--time-limit", str(limit)], folder)
        ended = process.end()
        stop.slow = max(0.0, ended.seconds - limit)
    else:
        stop = Stop(case, label, "SIGINT", rng.uniform(0.3, 1.05) * (START + case.seconds))
        process = Run(arguments, folder)
        process.pause(stop.at)
        process.send(signal.SIGINT)
        ended = process.end()
        stop.slow = max(0.0, ended.seconds - stop.at)
    _judge(stop, ended, out)
    shutil.rmtree(folder, ignore_errors=True)
    return stop


def _judge(stop: Stop, ended: Ended, out: Path) -> None:
    """Exit code by what is there: a plan and 0 or (Ctrl-C) 130; 3 where there is none to be had; 4 or aborted else."""
    aborted = ended.code == 130 and any(line.lower().startswith("aborted") for line in ended.err.splitlines())
    plan: dict[str, Any] = json_of(out / "plan.json", []) if out.exists() else {}
    seated = bool(plan.get("seats"))
    stop.outcome = f"exit {ended.code}{' aborted' if aborted else ''}{'' if seated else ', no plan'}"
    allowed = {0, 130} if stop.way == "SIGINT" else {0}
    allowed |= {3} if stop.known.status == "infeasible" else set()
    allowed |= {4} if not stop.known.possible and stop.way != "SIGINT" else set()
    if ended.code not in allowed:
        lines = [line for line in ended.err.splitlines() if line.strip() and not line.startswith("{")]
        stop.fault("exit code", f"{ended.code}: {lines[-1][:200] if lines else ''}")
    begun = any(mark in ended.err for mark in ('"relaxation"', '"search"'))
    stop.early = aborted and not begun
    if stop.known.possible and not seated and ended.code in (0, 4, 130) and (begun or not aborted):
        stop.fault(f"no plan though one is at hand ({stop.known.possible})", f"exit {ended.code}")
    if out.exists():
        for fault in WHOLE["plan"](out, stop.known.made.folder):
            stop.fault("not whole", fault)
    if seated:
        _true(stop, plan, ended)


def _true(stop: Stop, plan: dict[str, Any], ended: Ended) -> None:
    """The claims of the plan, and whether the exit code goes with its status."""
    for kind, detail in claims(plan, stop.known):
        stop.fault(kind, detail)
    proved = all(row["status"] == "proved" for row in plan["stages"])
    expected = "proved" if proved else "stopped" if stop.way == "SIGINT" else "feasible"
    if plan["status"] != expected:
        stop.fault("untrue status", f"{plan['status']} for {expected}")
    # by a stop before the stages were proved, or in the choice between equal plans
    cut = plan["ended"] == "interrupted"
    if (ended.code == 130) != cut or (plan["status"] == "stopped" and not cut) or (cut and plan["repeatable"]):
        stop.fault("exit code", f"{ended.code} with status {plan['status']}, ended {plan['ended']}")
