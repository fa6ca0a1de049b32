"""The audit: a plan checked against its scenario without any solver. Run on every plan before anybody sees it.

It recomputes every rule and score (`measure`), compares the stage values a solve claims with those of the plan, checks
that the claims fit together, and makes every derived leaf of the document again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.bars import Bars
from zbopt.meaning.measure import Measures, Plan, measure, measures_of
from zbopt.meaning.merged import MergedPlan, measure_merged
from zbopt.meaning.teams import Structure
from zbopt.plan.document import ENDINGS, FINISHED, FORMAT, assignment_in, derived
from zbopt.plan.merge_document import (
    Unreconciled,
    derived_merge,
    desk_of_seat,
    desks_in,
    overrides_in,
    partition_in,
    scenario_to_merge,
)
from zbopt.plan.shape import shape_faults
from zbopt.scenario.decisions import Override
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, shown_rule
from zbopt.scenario.words import ASSIGN_STAGES, StageName
from zbopt.solution import Partition, Solution, StageResult, StageStatus
from zbopt.version import __version__


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What is wrong: `rule` is a rule's id, `quota`, a stage's name, or `document`; `path` is a place in plan.json."""

    rule: str
    subject: tuple[str, str]
    message: Message
    path: str = ""

    def as_json(self) -> dict[str, object]:
        """As written to audit.json."""
        subject = list(self.shown_subject)
        return {"rule": shown_rule(self.rule), "subject": subject, "path": self.path, **self.message.as_json()}

    @property
    def shown_subject(self) -> tuple[str, str]:
        """Whom it concerns; nobody where the rule is confidential. The rule itself stays here, for tests."""
        return ("", "") if self.rule in CONFIDENTIAL_RULES else self.subject

    def __repr__(self) -> str:
        return f"AuditFault({shown_rule(self.rule)}, {self.shown_subject}, {self.message.code}, {self.path})"


class AuditError(Exception):
    """The engine and the audit disagree about a plan: a defect of zbopt, never the planner's.

    `document`: the plan as it was written down, where it got so far; it is set aside, never shown as a result.
    """

    def __init__(self, faults: tuple[AuditFault, ...], document: Mapping[str, Any] | None = None) -> None:
        self.faults = faults
        self.document = document
        super().__init__("; ".join(f"{shown_rule(item.rule)} {item.shown_subject} {item.path}" for item in faults))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from its parts: it must come back whole from another process."""
        return AuditError, (self.faults, self.document)


def confirm(measures: Measures, promised: Mapping[str, tuple[int, int]] = MappingProxyType({})) -> None:
    """Raise `AuditError` for a plan that breaks a hard rule, or whose values lie outside what was promised (least, most)."""
    faults = [AuditFault(item.rule, item.subject, item.message) for item in measures.faults]
    for name, (least, most) in promised.items():
        if not least <= measures.values[name] <= most:
            args: dict[str, Argument] = {"stage": name, "stated": most, "found": measures.values[name]}
            faults.append(AuditFault(name, ("stage", name), Message("audit.value", args)))
    if faults:
        raise AuditError(tuple(faults))


def audit_solution(scenario: Scenario, solution: Solution) -> tuple[AuditFault, ...]:
    """Faults of a fresh solution: rules in mode hard that are broken, and stage values that are not the plan's.

    Of a merger the scenario is the one merged (after triage).
    """
    if solution.assignment is None:
        return ()
    merged = solution.partition
    plan = MergedPlan(scenario, merged, solution.assignment) if merged is not None else None
    measures = measure(scenario, solution.assignment) if plan is None else measure_merged(plan)
    broken = [AuditFault(item.rule, item.subject, item.message) for item in measures.faults]
    return (*broken, *_stage_faults(scenario, solution.stages, measures.values))


def _stage_faults(
    scenario: Scenario, stages: tuple[StageResult, ...], values: Mapping[str, int]
) -> Iterator[AuditFault]:
    merged = "seats" in values  # a merger has its stages whether or not the policy names them
    policies: dict[str, Stage] = {str(name): Stage(name=name) for name in StageName if merged and name in values}
    policies |= {str(stage.name): stage for stage in scenario.policy.stages}
    if stages and str(stages[-1].name) in policies:  # nothing after it could gain by a tolerance
        policies[str(stages[-1].name)] = Stage(name=StageName(stages[-1].name))
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


def audit_document(plan: Mapping[str, Any], scenario: Scenario, bars: Bars | None = None) -> tuple[AuditFault, ...]:
    """Faults of a plan document: unknown ids, broken rules, wrong values, and the path of every leaf that does not follow.

    `bars`: those of the scenario, where they are kept.
    """
    malformed = tuple(_wrong(path) for path in shape_faults(plan))
    if malformed:
        return malformed
    if plan["kind"] != "assign":
        return _audit_merged(plan, scenario)
    unknown = tuple(_unknown(plan, scenario))
    if unknown:
        return unknown
    assignment = assignment_in(plan) if plan["status"] != "infeasible" else None
    found: list[AuditFault] = []
    read = None if assignment is None or not plan["seats"] else Plan(scenario, assignment, bars)
    measures = None if read is None else measures_of(read)
    if measures is not None:
        found += _judged(plan, scenario, measures)
        names = [str(stage.name) for stage in scenario.policy.stages if stage.name in ASSIGN_STAGES]
        found += _stage_list_faults(plan, names)
    expected = derived(read, measures)
    for key, value in expected.items():
        found += _differences(plan.get(key), value, key)
    found += [_wrong(path) for path in _scenario_faults(plan, scenario, expected)]
    return tuple(found)


def _judged(plan: Mapping[str, Any], scenario: Scenario, measures: Measures) -> Iterator[AuditFault]:
    """Broken rules, stage values and claims of a document against what was measured."""
    yield from (AuditFault(item.rule, item.subject, item.message) for item in measures.faults)
    stages = tuple(
        StageResult(row["name"], row["value"], row["bound"], row["plan_value"], row["status"]) for row in plan["stages"]
    )
    yield from _stage_faults(scenario, stages, measures.values)
    yield from _claims(plan, stages)


def _audit_merged(plan: Mapping[str, Any], before: Scenario) -> tuple[AuditFault, ...]:
    """The same for a merger: partition, workloads, savings, seats and action lists are made again from parts and seats."""
    overrides = overrides_in(plan)
    unknown = [*_unknown(plan, before, ("person",)), *_unknown_decisions(overrides, before)]
    if unknown:
        return tuple(unknown)
    scenario, _ = scenario_to_merge(before, overrides)
    seated = plan["status"] in ("proved", "feasible") or bool(plan["task_forces"])
    partition, desks = (partition_in(plan), desks_in(plan)) if seated else (None, ())
    found: list[AuditFault] = []
    others = [tuple(tuple(team) for team in item["partition"]) for item in plan["alternatives"]]
    if partition is not None:
        unknown = list(_unknown_teams(plan, Structure(scenario), others))
        if unknown:
            return tuple(unknown)
        measures = measure_merged(MergedPlan(scenario, partition, desks))
        found += _judged(plan, scenario, measures)
        if plan["max_moves"] is not None and measures.values["moves"] > plan["max_moves"]:
            args: dict[str, Argument] = {"value": measures.values["moves"], "limit": plan["max_moves"]}
            found.append(AuditFault("moves", ("path", "max_moves"), Message("audit.moves", args), "max_moves"))
        found += _headcount_faults(plan)
        named = [stage.name for stage in scenario.policy.stages]
        names = [str(name) for name in StageName if name is not StageName.MOVES or name in named]
        found += _stage_list_faults(plan, names)
        found += _alternative_faults(plan, Structure(scenario), partition, others)
    try:
        expected = derived_merge(before, overrides, partition, desks, others)
    except Unreconciled as problem:
        message = Message("audit.unreconciled", {"value": problem.equations})
        return (*found, AuditFault("document", ("path", "actions"), message, "actions"))
    for key, value in expected.items():
        found += _differences(plan.get(key), value, key)
    found += [_wrong(path) for path in _scenario_faults(plan, before, expected)]
    return tuple(found)


def _stage_list_faults(plan: Mapping[str, Any], expected: Sequence[str]) -> Iterator[AuditFault]:
    """Every stage once, in its order: those of the policy; of a merger all, `moves` only where the policy names it."""
    stated = [row["name"] for row in plan["stages"]]
    for number in range(max(len(expected), len(stated))):
        if stated[number : number + 1] != expected[number : number + 1]:
            yield _wrong(f"stages[{number}].name" if number < len(stated) else f"stages[{number}]")
            return


def _headcount_faults(plan: Mapping[str, Any]) -> Iterator[AuditFault]:
    """The headcount proved without people is no more than the plan's seats, nor its task forces where the seats are equal."""
    alone = plan["headcount_alone"]
    if alone is None:
        return
    values = {row["name"]: row["value"] for row in plan["stages"]}
    for key in ("seats", "task_forces"):
        if alone[key] < 0:
            yield _wrong(f"headcount_alone.{key}")
    exact = values.get("unfilled") == 0 and values.get("seats") == alone["seats"]
    if alone["seats"] > values.get("seats", alone["seats"]):
        yield _wrong("headcount_alone.seats")
    elif exact and alone["task_forces"] > values.get("task_forces", alone["task_forces"]):
        yield _wrong("headcount_alone.task_forces")


def _alternative_faults(
    plan: Mapping[str, Any], structure: Structure, partition: Partition, others: list[Partition]
) -> Iterator[AuditFault]:
    """Each alternative is allowed, differs in two groups from the plan and those before it, and states its seats and teams."""
    for number, other in enumerate(others):
        path = f"alternatives[{number}]"
        if any(True for _ in structure.partition_faults(other)):
            yield _wrong(f"{path}.partition")
            continue
        earlier = [partition, *others[:number]]
        if any(len(set(one) - set(other)) < 2 for one in earlier):
            yield _wrong(f"{path}.partition")
        seats = sum(structure.team(team).seats for team in other)
        stated = {"seats": seats, "task_forces": len(other), "uncovered": len(structure.works.uncovered)}
        for place, row in enumerate(plan["alternatives"][number]["stages"]):
            if row["name"] in stated and row["value"] != stated[row["name"]]:
                yield _wrong(f"{path}.stages[{place}].value")
        names = [row["name"] for row in plan["alternatives"][number]["stages"]]
        if names != [row["name"] for row in plan["stages"]]:
            yield _wrong(f"{path}.stages")


def _unknown_decisions(overrides: tuple[Override, ...] | None, scenario: Scenario) -> Iterator[AuditFault]:
    for number, item in enumerate(overrides or ()):
        if item.task_force not in scenario.task_force_by_id:
            yield _named(item.task_force, f"decisions[{number}].task_force")


def _unknown_teams(plan: Mapping[str, Any], structure: Structure, others: list[Partition]) -> Iterator[AuditFault]:
    """Parts that are none, and seats at desks that are none or of another team."""
    team_of: dict[str, str] = {}
    for number, team in enumerate(plan["task_forces"]):
        if not team["parts"]:
            yield _named(str(team["id"]), f"task_forces[{number}].parts")
        for place, part in enumerate(team["parts"]):
            if part not in structure.part_by_id or part in team_of:
                yield _named(str(part), f"task_forces[{number}].parts[{place}]")
            team_of[part] = "+".join(sorted(team["parts"]))
        if team["id"] != "+".join(sorted(team["parts"])):
            yield _named(str(team["id"]), f"task_forces[{number}].id")
    for number, seat in enumerate(plan["seats"]):
        if seat["person"] is not None and team_of.get(seat["desk"]) != seat["task_force"]:
            yield _named(f"{seat['task_force']} {seat['desk']}", f"seats[{number}]")
        elif seat["person"] is not None and desk_of_seat(seat) not in structure.desk_by_id:
            yield _named(str(seat["post"]), f"seats[{number}]")
    for number, other in enumerate(others):
        for place, team in enumerate(other):
            if not team or any(part not in structure.part_by_id for part in team):
                yield _named("+".join(team), f"alternatives[{number}].partition[{place}]")


def _named(value: str, path: str) -> AuditFault:
    return AuditFault("document", ("path", path), Message("audit.unknown", {"value": value, "path": path}), path)


def _claims(plan: Mapping[str, Any], stages: tuple[StageResult, ...]) -> Iterator[AuditFault]:
    proved = bool(stages) and all(stage.status == "proved" for stage in stages)
    if (plan["status"] == "proved") != proved:
        yield _wrong("status")
    if plan["repeatable"] and not proved:
        yield _wrong("repeatable")
    whole = plan["status"] == "infeasible" or (plan["status"] == "proved" and plan["repeatable"])
    may_be = (FINISHED,) if whole else ENDINGS if plan["status"] == "proved" else ENDINGS[1:]
    if plan["ended"] not in may_be:  # proved and not repeatable: the choice between equals may have been cut short
        yield _wrong("ended")
    for number, (stage, row) in enumerate(zip(stages, plan["stages"], strict=True)):
        if row["gap"] != stage.gap:
            yield _wrong(f"stages[{number}].gap")


MERGED_KEYS = {"decisions", "headcount_alone", "alternatives", "alternatives_search", "max_moves"}
STAGE_KEYS = {"name", "value", "bound", "gap", "status", "plan_value"}


def _scenario_faults(plan: Mapping[str, Any], scenario: Scenario, derived_keys: Iterable[str]) -> Iterator[str]:
    """What a plan says of itself: the scenario, versions, seed, and no key that means nothing."""
    expected = {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": scenario.sha256}
    for key, value in expected.items():
        if plan["scenario"].get(key) != value:
            yield f"scenario.{key}"
    if plan["format"] != FORMAT:
        yield "format"
    yield from (f"scenario.{key}" for key in plan["scenario"] if key not in expected)
    versions = plan.get("versions")
    if not isinstance(versions, Mapping) or set(versions) != {"zbopt", "plan"} or versions["plan"] != FORMAT:
        yield "versions"
    elif not _is_known_version(versions["zbopt"]):
        yield "versions.zbopt"
    if not isinstance(plan.get("seed"), int) or isinstance(plan.get("seed"), bool) or plan["seed"] < 0:
        yield "seed"
    known = {"format", "kind", "scenario", "versions", "seed", "status", "ended", "repeatable", "stages"}
    known |= MERGED_KEYS if plan["kind"] != "assign" else set()
    yield from (key for key in plan if key not in known and key not in derived_keys)
    for number, row in enumerate(plan["stages"]):
        yield from (f"stages[{number}].{key}" for key in row if key not in STAGE_KEYS)


def _is_known_version(version: Any) -> bool:
    """Whether it may be the version that wrote a plan: this one or an earlier one."""
    found = re.fullmatch(r"\d+(\.\d+){1,3}", version) if isinstance(version, str) else None
    return found is not None and _numbers(version) <= _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _wrong(path: str) -> AuditFault:
    return AuditFault("document", ("path", path), Message("audit.leaf", {"path": path}), path)


def _unknown(
    plan: Mapping[str, Any], scenario: Scenario, keys: tuple[str, ...] = ("person", "post")
) -> Iterator[AuditFault]:
    lists: dict[str, Mapping[str, Any]] = {"person": scenario.person_by_id, "post": scenario.post_by_id}
    for number, seat in enumerate(plan.get("seats", ())):
        for key in keys:
            value = seat.get(key)
            if value is not None and value not in lists[key]:
                yield _named(str(value), f"seats[{number}].{key}")


def _differences(stated: Any, expected: Any, path: str) -> Iterator[AuditFault]:
    """The path of every leaf that differs."""
    if isinstance(expected, dict) and isinstance(stated, dict):
        for key in sorted({*expected, *stated}):
            if (key in stated) != (key in expected):
                yield _wrong(f"{path}.{key}")
            else:
                yield from _differences(stated[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(stated, list):
        for number in range(max(len(expected), len(stated))):
            one = stated[number] if number < len(stated) else None
            other = expected[number] if number < len(expected) else None
            yield from _differences(one, other, f"{path}[{number}]")
    elif stated != expected or type(stated) is not type(expected):
        yield _wrong(path)
