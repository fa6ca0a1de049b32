"""The price list and the alternatives of a case, as documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import DiagnosticsError, Message, error
from zbopt.explaining.case import Case
from zbopt.explaining.prices import Price, PriceList
from zbopt.meaning.measure import measure
from zbopt.plan.audit import AuditError, AuditFault, confirm
from zbopt.plan.document import Document
from zbopt.planning.conflicts import controlled, edits_json, opened
from zbopt.planning.notebook import Framed, head, stages_json
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.fields import Share
from zbopt.scenario.load import Loaded
from zbopt.solution import Assignment, Solution

LIMIT_FACTOR = 10
"""A price list or a search for alternatives may take so many times the limit of one solve, where no limit is stated."""


DEFAULT_TOLERANCE = Share(100)
"""Of the last stage, for alternatives."""


@dataclass(frozen=True, repr=False)
class Listed(Framed):
    """A price list or alternatives: the document, and the scenario it is of."""

    loaded: Loaded
    document: Document
    interrupted: bool = False

    @property
    def status(self) -> str:
        """proved, feasible or infeasible as the plan everything is measured against; stopped where the list is cut short."""
        return str(self.document["status"])


def prices(
    source: str | Path | Loaded,
    *,
    kind: str = "assign",
    decisions: str | Path | None = None,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    processes: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Listed:
    """What each rule, quota, pin and bound alone costs; `processes` solve side by side (all processors where not stated)."""
    from zbopt.planning.parallel import solved_elsewhere

    loaded, case = opened(source, kind, decisions, seed, workers)
    control = controlled(loaded, time_limit_seconds, listener, on_control, LIMIT_FACTOR)
    base = case.solve(Control(loaded.scenario.policy.solver.time_limit_seconds).part_of(control))
    begun = head("prices", case.kind, loaded.scenario, base.status, seed=case.seed, stages=stages_json(base))
    if base.assignment is None:
        return Listed(loaded, {**begun, "figures": {}, "prices": [], "listed": 0}, control.stop_requested)
    found = PriceList(case, control, base, loaded.scenario.policy.solver.time_limit_seconds)
    with solved_elsewhere(loaded, case, base, processes, control) as elsewhere:
        found.elsewhere = elsewhere
        rows = [_price(item, loaded) for item in found.prices()]
    document = {**begun, "figures": dict(found.before.figures), "listed": len(found.listed), "prices": rows}
    if len(rows) < len(found.listed) and control.out_of_time():
        document["status"] = "stopped"  # of what is missing nothing is said
    return Listed(loaded, document, control.stop_requested)


def _price(item: Price, loaded: Loaded) -> Document:
    return {
        "id": item.change.id,
        "edits": edits_json(item.change.edits, loaded),
        "outcome": item.outcome,
        "exact": item.exact,
        "stages": None if item.deltas is None else dict(item.deltas),
        "figures": dict(item.figures),
    }


def alternatives(
    source: str | Path | Loaded,
    *,
    count: int = 3,
    tolerance: Share | int = DEFAULT_TOLERANCE,
    difference: int = 3,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Listed:
    """Plans that lose at most `tolerance` of the last stage and differ in `difference` people or more, and who is fixed.

    Of an assignment; the alternatives of a merger are other partitions (`merge(..., alternatives=K)`).
    """
    from zbopt.engine.alternatives import alternatives as search

    loaded, case = opened(source, "assign", None, seed, workers)
    control = controlled(loaded, time_limit_seconds, listener, on_control, LIMIT_FACTOR)
    base = case.solve(control, certify=True)
    begun = head("alternatives", case.kind, loaded.scenario, base.status, seed=case.seed, stages=stages_json(base))
    asked = {"count": count, "tolerance": str(tolerance), "difference": difference}
    if base.status != "proved" or base.assignment is None:
        nothing: Document = {"asked": asked, "search": "stopped", "plans": [], "people": [], "fixed": None}
        return Listed(loaded, {**begun, **nothing}, control.stop_requested)
    if not base.stages:
        raise DiagnosticsError([error("Z533")])
    found = search(case.solved, base, control, case.seed, case.workers, count, tolerance, difference)
    _confirmed(
        case, base, [plan for plan, _ in found.plans], [value for _, value in found.plans], tolerance, difference
    )
    document = {
        **begun,
        "asked": asked,
        "search": found.ended,
        "plans": [_plan(case, plan, value, base) for plan, value in found.plans],
        "fixed": None if found.fixed is None else list(found.fixed),
        "people": _people(case, base.assignment, [plan for plan, _ in found.plans], found.fixed),
    }
    return Listed(loaded, document, control.stop_requested)


def _confirmed(
    case: Case, base: Solution, plans: list[Assignment], values: list[int], tolerance: Share | int, difference: int
) -> None:
    """Raise `AuditError` for an alternative that is none: a rule broken, a stage beyond its tolerance, another value, too like another."""
    policies = {str(stage.name): stage for stage in case.solved.policy.stages}
    last = base.stages[-1]
    loss = abs(last.value) * tolerance.per_10000 // 10_000 if isinstance(tolerance, Share) else tolerance
    earlier = {
        str(stage.name): (0, stage.value + policies[str(stage.name)].allowance(stage.value))
        for stage in base.stages[:-1]
    }
    assert base.assignment is not None
    for number, (plan, value) in enumerate(zip(plans, values, strict=True)):
        confirm(measure(case.solved, plan), {**earlier, str(last.name): (value, value)})
        near = any(len(_different(other, plan)) < difference for other in (base.assignment, *plans[:number]))
        if near or abs(value - last.value) > loss:
            subject = ("alternative", str(number + 1))
            raise AuditError((AuditFault("alternative", subject, Message("audit.claim", {"stage": str(last.name)})),))


def _plan(case: Case, plan: Assignment, value: int, base: Solution) -> Document:
    assert base.assignment is not None
    values = measure(case.solved, plan).values
    return {
        "value": value,
        "stages": {str(item.name): values[str(item.name)] for item in base.stages},
        "different": len(_different(base.assignment, plan)),
        "seats": [list(pair) for pair in plan],
    }


def _different(one: Assignment, other: Assignment) -> set[str]:
    return {person for person, _ in set(one) ^ set(other)}


def _people(
    case: Case, best: Assignment, others: list[Assignment], fixed: tuple[str, ...] | None
) -> list[dict[str, Any]]:
    """Everybody with a seat in any of the plans: the posts in each, and whether they are placed the same in all."""
    plans = [best, *others]
    rows = []
    for person in sorted({key for plan in plans for key, _ in plan}):
        posts = [[post for key, post in plan if key == person] for plan in plans]
        same = all(item == posts[0] for item in posts)
        mark = "fixed" if fixed is not None and person in fixed else "same" if same else "choice"
        rows.append({"person": person, "name": case.scenario.person_by_id[person].name, "posts": posts, "mark": mark})
    return rows


__all__ = ["Listed", "alternatives", "prices"]
