"""The audit: a plan checked against its scenario without any solver. Run on every plan before anybody sees it.

It recomputes every rule and score (`measure`), compares the stage values a solve claims with those of the plan, checks
that the claims fit together, and makes every derived leaf of the document again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from zbopt.diagnostics import Argument, Message
from zbopt.plan.document import FORMAT, assignment_in, derived
from zbopt.plan.measure import measure
from zbopt.plan.result import Solution, StageResult, StageStatus
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What is wrong: `rule` is a rule's id, `quota`, a stage's name, or `document`; `path` is a place in plan.json."""

    rule: str
    subject: tuple[str, str]
    message: Message
    path: str = ""

    def as_json(self) -> dict[str, object]:
        """As written to audit.json."""
        return {"rule": self.rule, "subject": list(self.subject), "path": self.path, **self.message.as_json()}


class AuditError(Exception):
    """The engine and the audit disagree about a plan: a defect of zbopt, never the planner's."""

    def __init__(self, faults: tuple[AuditFault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.rule} {fault.subject} {fault.path}" for fault in faults))


def audit_solution(scenario: Scenario, solution: Solution) -> tuple[AuditFault, ...]:
    """Faults of a fresh solution: rules in mode hard that are broken, and stage values that are not the plan's."""
    if solution.assignment is None:
        return ()
    measures = measure(scenario, solution.assignment)
    broken = [AuditFault(item.rule, item.subject, item.message) for item in measures.faults]
    return (*broken, *_stage_faults(scenario, solution.stages, measures.values))


def _stage_faults(
    scenario: Scenario, stages: tuple[StageResult, ...], values: Mapping[str, int]
) -> Iterator[AuditFault]:
    policies: dict[str, Stage] = {str(stage.name): stage for stage in scenario.policy.stages}
    for number, stage in enumerate(stages):
        subject = ("stage", str(stage.name))
        path = f"stages[{number}]"
        if stage.plan_value != values.get(stage.name):
            args: dict[str, Argument] = {
                "stage": str(stage.name),
                "stated": stage.plan_value,
                "found": values.get(stage.name, 0),
            }
            yield AuditFault(str(stage.name), subject, Message("audit.value", args), f"{path}.plan_value")
        if not _consistent(stage, policies.get(str(stage.name))):
            yield AuditFault(str(stage.name), subject, Message("audit.claim", {"stage": str(stage.name)}), path)


def _consistent(stage: StageResult, policy: Stage | None) -> bool:
    """Bounds on the right side, no gap where proved, and the plan within the tolerance of the value."""
    if policy is None or stage.status not in get_args(StageStatus):
        return False
    sign = -1 if stage.name == "merit" else 1
    value, bound, own = (sign * item for item in (stage.value, stage.bound, stage.plan_value))
    within = (
        value <= own <= value + policy.allowance(value)
        if stage.status == "proved"
        else own <= value + policy.allowance(value)
    )
    return within and bound <= value and (stage.status != "proved" or bound == value)


def audit_document(plan: Mapping[str, Any], scenario: Scenario) -> tuple[AuditFault, ...]:
    """Faults of a plan document: unknown ids, broken rules, wrong values, and the path of every leaf that does not follow."""
    unknown = tuple(_unknown(plan, scenario))
    if unknown:
        return unknown
    assignment = assignment_in(plan) if plan["status"] != "infeasible" else None
    found: list[AuditFault] = []
    seated = assignment is not None and bool(plan["seats"])
    if seated and assignment is not None:
        measures = measure(scenario, assignment)
        found += [AuditFault(item.rule, item.subject, item.message) for item in measures.faults]
        stages = tuple(
            StageResult(row["name"], row["value"], row["bound"], row["plan_value"], row["status"])
            for row in plan["stages"]
        )
        found += _stage_faults(scenario, stages, measures.values)
        found += _claims(plan, stages)
    expected = derived(scenario, assignment if seated else None)
    for key, value in expected.items():
        found += _differences(plan.get(key), value, key)
    found += [_wrong(path) for path in _scenario_faults(plan, scenario)]
    return tuple(found)


def _claims(plan: Mapping[str, Any], stages: tuple[StageResult, ...]) -> Iterator[AuditFault]:
    proved = bool(stages) and all(stage.status == "proved" for stage in stages)
    if (plan["status"] == "proved") != proved:
        yield _wrong("status")
    if plan["repeatable"] and not proved:
        yield _wrong("repeatable")
    for number, (stage, row) in enumerate(zip(stages, plan["stages"], strict=True)):
        if row["gap"] != stage.gap:
            yield _wrong(f"stages[{number}].gap")


def _scenario_faults(plan: Mapping[str, Any], scenario: Scenario) -> Iterator[str]:
    expected = {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": scenario.sha256}
    for key, value in expected.items():
        if plan["scenario"].get(key) != value:
            yield f"scenario.{key}"
    if plan["format"] != FORMAT:
        yield "format"


def _wrong(path: str) -> AuditFault:
    return AuditFault("document", ("path", path), Message("audit.leaf", {"path": path}), path)


def _unknown(plan: Mapping[str, Any], scenario: Scenario) -> Iterator[AuditFault]:
    for number, seat in enumerate(plan.get("seats", ())):
        for key, known in (("person", scenario.person_by_id), ("post", scenario.post_by_id)):
            value = seat.get(key)
            if value is not None and value not in known:
                path = f"seats[{number}].{key}"
                message = Message("audit.unknown", {"value": str(value), "path": path})
                yield AuditFault("document", ("path", path), message, path)


def _differences(stated: Any, expected: Any, path: str) -> Iterator[AuditFault]:
    """The path of every leaf that differs."""
    if isinstance(expected, dict) and isinstance(stated, dict):
        for key in sorted({*expected, *stated}):
            yield from _differences(stated.get(key), expected.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(stated, list):
        for number in range(max(len(expected), len(stated))):
            one = stated[number] if number < len(stated) else None
            other = expected[number] if number < len(expected) else None
            yield from _differences(one, other, f"{path}[{number}]")
    elif stated != expected or type(stated) is not type(expected):
        yield _wrong(path)
