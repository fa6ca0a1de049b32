"""Stops of `assign` in this process at random moments, and what must be true of the plan that comes back."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stops.cases import Made
from zbopt.engine.assign import assign_stages
from zbopt.meaning.measure import measure
from zbopt.plan.audit import AuditError, audit_document
from zbopt.plan.document import assignment_in
from zbopt.planning import assign
from zbopt.planning.results import Result
from zbopt.progress import Control, Event
from zbopt.scenario import facts
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import Scenario

PATIENCE = 25
"""Seconds for a run that nobody hinders; what it has not proved by then is known as an interval only."""
WAYS = ("timer", "timer", "look", "limit")
"""How a run is stopped: a request by another thread, the request seen at the n-th look, or a time limit."""


def possible(scenario: Scenario) -> str:
    """`empty` where leaving every seat empty breaks nothing, `pinned` where the must pins make a plan, else nothing.

    Where it is either, a plan can always be given.
    """
    if not measure(scenario, ()).faults:
        return "empty"
    plan: tuple[tuple[str, str], ...] = ()
    for pin in scenario.pins:
        if pin.must and facts.pin_binds(pin, scenario):
            posts = [post for post in facts.staffed_posts(scenario) if facts.pin_covers(pin, post)]
            tries = [(*plan, (pin.person, post.id)) for post in posts]
            plan = min(tries, key=lambda found: len(measure(scenario, found).faults), default=plan)
    return "" if measure(scenario, plan).faults else "pinned"


# --- what is known when nobody stops it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A case, and what its run comes to unhindered: seconds, looks at the control, the interval of each optimum."""

    made: Made
    loaded: Loaded
    possible: str
    status: str
    seconds: float
    looks: int
    optima: tuple[tuple[str, int, int], ...]
    repeatable: tuple[tuple[str, str], ...] | None
    problem: str = ""


def sign_of(name: str) -> int:
    """Merit is maximised, everything else minimised."""
    return -1 if name == "merit" else 1


def known(made: Made) -> Known:
    """Run a case to its end, or for as long as patience lasts; `problem` where already that run fails the audit."""
    loaded, held = made.loaded(), list[_Looks]()
    can = possible(loaded.scenario)
    begun = time.monotonic()
    try:
        result = assign(loaded, time_limit_seconds=PATIENCE, on_control=lambda given: held.append(_looks(given, None)))
    except AuditError as problem:
        return Known(made, loaded, can, "unknown", time.monotonic() - begun, held[0].count, (), None, str(problem))
    seconds = time.monotonic() - begun
    unique = assignment_in(result.document) if result.document["repeatable"] else None
    optima = tuple(_optima(result.document["stages"]))
    return Known(made, loaded, can, result.status, seconds, held[0].count, optima, unique)


def _optima(rows: list[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """Stage, least and most its optimum can be (minimised); after an unproved stage they depend on where it is held."""
    for row in rows:
        sign = sign_of(row["name"])
        yield row["name"], sign * row["bound"], sign * row["value"]
        if row["status"] != "proved":
            return


class _Looks:
    """Counts the looks at a control, and asks for a stop at one of them."""

    def __init__(self, number: int | None) -> None:
        self.number, self.count = number, 0

    def asked(self) -> bool:
        """Whether this look sees a stop."""
        self.count += 1
        return self.number is not None and self.count >= self.number


def _looks(control: Control, number: int | None) -> _Looks:
    """Watch a control."""
    looks = _Looks(number)
    plain = type(control).stop_requested.fget  # type: ignore[attr-defined]

    def seen(self: Control) -> bool:
        if looks.asked():
            self.request_stop()
        return bool(plain(self))

    control.__class__ = type("Watched", (type(control),), {"stop_requested": property(seen)})
    return looks


# --- one stop --------------------------------------------------------------------------------------------------------


@dataclass
class Stop:
    """One stop of a case: how and when, and what is wrong with what came back; `early`: before anything was solved."""

    known: Known
    label: str
    way: str
    at: float
    outcome: str = ""
    slow: float = 0.0
    early: bool = False
    faults: list[tuple[str, str]] = field(default_factory=list)
    best: dict[str, float] = field(default_factory=dict)

    def fault(self, kind: str, detail: object = "") -> None:
        """Note what is wrong."""
        self.faults.append((kind, str(detail)))

    def __str__(self) -> str:
        unit = "th look" if self.way == "look" else " s"
        return f"[{self.label}] {self.known.made.name}: {self.way} at {self.at:.6g}{unit}"


def drawn(case: Known, label: str) -> Stop:
    """Draw a way and a moment: the label alone decides (and the length of the case)."""
    rng = random.Random(label)
    way, share = rng.choice(WAYS), rng.uniform(0, 1.03)
    at = rng.randint(1, max(1, case.looks)) if way == "look" else max(0.001, share * case.seconds)
    return Stop(case, label, way, at)


def stopped(stop: Stop) -> Stop:
    """Run and judge."""
    asked: list[float] = []
    timers: list[threading.Timer] = []

    def ask(given: Control) -> None:
        asked.append(time.monotonic())
        given.request_stop()

    def control(given: Control) -> None:
        if stop.way == "look":
            _looks(given, int(stop.at))
        elif stop.way == "timer":
            timers.append(threading.Timer(stop.at, ask, (given,)))
            timers[0].start()

    def listener(event: Event) -> None:
        if event.best is not None:
            stop.best[event.stage] = event.best

    limit: Any = stop.at if stop.way == "limit" else 10 * PATIENCE
    begun = time.monotonic()
    try:
        result = assign(stop.known.loaded, time_limit_seconds=limit, listener=listener, on_control=control)
    except AuditError as problem:
        stop.outcome = "audit error"
        stop.fault("audit error", problem)
        return stop
    except Exception as problem:
        stop.outcome = "crash"
        last = traceback.extract_tb(problem.__traceback__)[-1]
        stop.fault("crash", f"{type(problem).__name__} {problem} ({Path(last.filename).name}:{last.lineno})"[:300])
        return stop
    finally:
        for timer in timers:
            timer.cancel()
            timer.join()
    late = asked[0] if asked else begun + stop.at if stop.way == "limit" else time.monotonic()
    stop.slow = max(0.0, time.monotonic() - late)
    judge(stop, result)
    return stop


# --- judging ---------------------------------------------------------------------------------------------------------


def judge(stop: Stop, result: Result) -> None:
    """A plan where one is possible, audited, every claim true of it, the status honest."""
    plan, case = result.document, stop.known
    stop.outcome = result.status
    if plan["status"] != result.status:
        stop.fault("two statuses", f"{plan['status']}, {result.status}")
    faults = (*result.audit, *audit_document(plan, case.loaded.scenario))
    if faults:
        stop.fault("audit fault", "; ".join(f"{fault.rule} {fault.subject} {fault.path}" for fault in faults)[:300])
    if result.solution.assignment is None:
        _without_plan(stop, result.status)
        return
    for kind, detail in claims(plan, case):
        stop.fault(kind, detail)
    _honest(stop, plan)
    _best_kept(stop, plan)


def _without_plan(stop: Stop, status: str) -> None:
    stop.outcome += ", no plan"
    if stop.known.possible:
        stop.fault(f"no plan though one is at hand ({stop.known.possible})", status)
    if status not in ("stopped", "infeasible") or (status == "infeasible" and stop.known.status != "infeasible"):
        stop.fault("untrue status", f"{status} without a plan; unhindered: {stop.known.status}")


def _honest(stop: Stop, plan: Mapping[str, Any]) -> None:
    """proved, or what tells the reason: stopped for a request, feasible for a limit."""
    proved = bool(plan["stages"]) and all(row["status"] == "proved" for row in plan["stages"])
    expected = "proved" if proved else "feasible" if stop.way == "limit" else "stopped"
    if plan["status"] != expected:
        stop.fault("untrue status", f"{plan['status']} for {expected}")
    if plan["repeatable"] and not proved:
        stop.fault("called repeatable, not proved")
    unique = stop.known.repeatable
    if plan["repeatable"] and unique is not None and assignment_in(plan) != unique:
        stop.fault("two plans, both called unique")


def _best_kept(stop: Stop, plan: Mapping[str, Any]) -> None:
    """The plan is no worse than the best that was told of the stage that was under way."""
    row = next((row for row in plan["stages"] if row["status"] != "proved"), None)
    if row is None or row["name"] not in stop.best:
        return
    sign = sign_of(row["name"])
    if sign * row["plan_value"] > sign * stop.best[row["name"]]:
        stop.fault("best plan lost", f"{row['name']}: told {stop.best[row['name']]:.0f}, plan {row['plan_value']}")


def claims(plan: Mapping[str, Any], case: Known) -> Iterator[tuple[str, str]]:
    """What is untrue in the stages of a plan, by the plan's own values and the optima known."""
    scenario = case.loaded.scenario
    own = measure(scenario, assignment_in(plan)).values
    stages = {str(stage.name): stage for stage in assign_stages(scenario)}
    rows = plan["stages"]
    if [row["name"] for row in rows] != list(stages):
        yield "stages missing", f"{[row['name'] for row in rows]} for {list(stages)}"
        return
    optima = {name: (least, most) for name, least, most in case.optima}
    comparable = True  # whether what earlier stages are held at still admits the best plan
    for row in rows:
        name, sign = row["name"], sign_of(row["name"])
        yield from _claim(row, own[name])
        value, bound = sign * row["value"], sign * row["bound"]
        if not comparable or name not in optima:
            continue
        least, most = optima[name]
        if bound > most:
            yield "bound beyond the optimum", f"{name}: bound {row['bound']}, optimum {sign * most}"
        if row["status"] == "proved" and not least <= value <= most:
            yield "proved, yet not the optimum", f"{name}: {row['value']}, optimum {sign * most}"
        comparable = value + stages[name].allowance(value) >= most


def _claim(row: Mapping[str, Any], own: int) -> Iterator[tuple[str, str]]:
    """What is untrue in one stage by itself."""
    name, sign = row["name"], sign_of(row["name"])
    if row["plan_value"] != own:
        yield "plan_value is not the plan's", f"{name}: {row['plan_value']}, plan {own}"
    if row["status"] != "proved" and row["value"] != own:
        yield "value of an unproved stage is not the plan's", f"{name} {row['status']}: {row['value']}, plan {own}"
    if row["gap"] != abs(row["bound"] - row["value"]):
        yield "gap", f"{name}: {row['gap']}"
    if sign * row["bound"] > sign * row["value"]:
        yield "bound on the wrong side", f"{name}: value {row['value']}, bound {row['bound']}"
    if row["status"] == "proved" and row["bound"] != row["value"]:
        yield "proved with a gap", name


# --- counts ----------------------------------------------------------------------------------------------------------


def size_of(people: int) -> str:
    """A size as it is counted."""
    return "up to 30" if people <= 30 else f"{people:>8}"


class Counts:
    """How the stops ended, and every fault with its stop."""

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.faults: list[tuple[str, str, str]] = []
        self.slowest: tuple[float, str] = (0.0, "")
        self.plans = self.possible = 0

    def take(self, stop: Stop) -> None:
        """Count one."""
        self.outcomes[size_of(stop.known.made.people), stop.way, stop.outcome] += 1
        self.possible += bool(stop.known.possible) and not stop.early
        lost = stop.early or "no plan" in stop.outcome or stop.outcome in ("crash", "audit error")
        self.plans += bool(stop.known.possible) and not lost
        self.slowest = max(self.slowest, (stop.slow, str(stop)))
        self.faults += [(kind, str(stop), detail) for kind, detail in stop.faults]

    def report(self) -> str:
        """The table of counts, the kinds of faults, and every fault."""
        lines = ["| people | stopped by | outcome | number |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(key)} | {number} |" for key, number in sorted(self.outcomes.items())]
        lines.append(
            f"\n{sum(self.outcomes.values())} stops; a plan in {self.plans} of {self.possible} where one is possible"
        )
        lines.append(f"slowest to end: {self.slowest[0]:.1f} s after the stop, {self.slowest[1]}")
        lines += kinds_of(self.faults)
        return "\n".join(lines)


def kinds_of(faults: list[tuple[str, str, str]]) -> list[str]:
    """How many faults there are of each kind, then each."""
    kinds = Counter(kind for kind, _, _ in faults)
    counted = [f"{number:5} {kind}" for kind, number in kinds.most_common()]
    return [
        f"{len(faults)} violations",
        *counted,
        *(f"VIOLATION {kind} {where} {detail}" for kind, where, detail in faults),
    ]
