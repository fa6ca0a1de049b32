"""`plan.json` of `merge` and `restructure`. Everything but the solver's claims follows from scenario, decisions, partition and
seats, so the audit makes it again and compares every leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from zbopt.meaning.merged import MergedPlan, measure_merged
from zbopt.meaning.overlap import overlap_pairs, suggestions, undecided
from zbopt.meaning.rehoming import Rehomed, Rehoming
from zbopt.meaning.teams import Structure, Team
from zbopt.meaning.triage import Triage, Verdict
from zbopt.plan.actions import Actions, unreconciled
from zbopt.plan.document import (
    KINDS,
    Document,
    claims,
    coverage,
    quota_json,
    unit_rows,
    violation_rows,
    wishes,
)
from zbopt.plan.merge_figures import (
    bridge,
    categories,
    common,
    headline,
    key_tasks,
    merger,
    right_sizing,
    taken_over,
)
from zbopt.plan.merge_seats import further_warnings, relaxed_rows, seat_rows
from zbopt.progress import TIME_LIMIT
from zbopt.scenario.decisions import Override
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Mode, TaskForceState
from zbopt.solution import Assignment, Partition, Solution


class Unreconciled(Exception):
    """The action lists do not add up to the headline: a defect; carries the equations that fail."""

    def __init__(self, equations: Sequence[str]) -> None:
        self.equations = tuple(equations)
        super().__init__(", ".join(self.equations))


def merge_document(
    scenario: Scenario, solution: Solution, seed: int, overrides: tuple[Override, ...] | None,
    alternatives: Sequence[Solution] = (), search: str = "not_asked", max_moves: int | None = None,
    cut_by: str = TIME_LIMIT,
) -> Document:  # fmt: skip
    """The plan as JSON values; `overrides` is None for `merge`, the planner's decisions for `restructure`.

    `max_moves`: the budget that was asked for. `cut_by` as in `document`.
    `search` says how the search for alternatives ended: not_asked, found, none_left or stopped.

    Raises `Unreconciled`.
    """
    kind = "merge" if overrides is None else "restructure"
    return {
        **claims(scenario, solution, seed, cut_by, kind),
        "decisions": [item.as_json() for item in overrides or ()],
        "headcount_alone": None
        if solution.headcount_alone is None
        else {"seats": solution.headcount_alone[0], "task_forces": solution.headcount_alone[1]},
        "alternatives": [_alternative(item) for item in alternatives],
        "alternatives_search": search,
        "max_moves": max_moves,
        **derived_merge(
            scenario, overrides, None if solution.assignment is None else solution.partition, solution.assignment or (),
            [item.partition or () for item in alternatives],
        ),
    }  # fmt: skip


def _alternative(solution: Solution) -> Document:
    return {
        "partition": [list(team) for team in solution.partition or ()],
        "status": solution.status,
        "stages": [
            {"name": str(stage.name), "value": stage.value, "status": stage.status} for stage in solution.stages
        ],
    }


def scenario_to_merge(scenario: Scenario, overrides: tuple[Override, ...] | None) -> tuple[Scenario, Rehoming | None]:
    """What is merged: the scenario itself, or what triage leaves of it."""
    if overrides is None:
        return scenario, None
    rehoming = Rehoming(Triage(scenario, overrides))
    return rehoming.after, rehoming


def derived_merge(
    before: Scenario, overrides: tuple[Override, ...] | None, partition: Partition | None, assignment: Assignment,
    others: Sequence[Partition] = (),
) -> Document:  # fmt: skip
    """Everything that follows from scenario, decisions, partition and seats. Raises `Unreconciled`."""
    scenario, rehoming = scenario_to_merge(before, overrides)
    judged = [_verdict(item) for item in rehoming.triage.verdicts] if rehoming is not None else []
    rehomed = [_rehomed(item, rehoming) for item in rehoming.rows] if rehoming is not None else []
    if partition is None:
        empty: Document = {"task_forces": [], "seats": [], "headline": {}, "mergers": [], "actions": {}}
        return {**empty, "triage": judged, "rehomed": rehomed, "relaxed": [], "warnings": []}
    m = MergedPlan(scenario, partition, assignment)
    measures = measure_merged(m)
    actions = Actions(before, m, measures, rehoming).lists()
    totals = headline(before, m, measures)
    sizes = right_sizing(m, before, rehoming)
    mergers = [merger(m.structure, team) for team in m.teams if len(team.parts) > 1]
    steps = bridge(before, m, rehoming, sizes, mergers)
    faults = unreconciled(totals, actions, steps)
    if rehoming is not None and not rehoming.conserved.is_whole:
        faults = (*faults, "work")
    if faults:
        raise Unreconciled(faults)
    return {
        "task_forces": [_team(m, team, before) for team in m.teams],
        "seats": seat_rows(m, measures),
        "headline": totals,
        "quotas": [quota_json(item) for item in measures.quotas],
        "moves": {kind: sum(k == kind for k in measures.kinds.values()) for kind in KINDS},
        "wishes": wishes((person, [m.places(desk) for desk in desks]) for person, desks in m.seated()),
        "units": unit_rows(m.plan),
        "coverage": coverage(scenario),
        "key_tasks": key_tasks(before, m, rehomed),
        "triage": judged,
        "rehomed": rehomed,
        "taken_over": taken_over(m, rehoming),
        "work": None if rehoming is None else asdict(rehoming.conserved),
        "right_sizing": sizes,
        "bridge": steps,
        "categories": categories(m, before),
        "mergers": mergers,
        "overlaps": overlap_pairs(m.structure),
        "suggestions": [
            {"duties": [item.one, item.other], "similarity": item.similarity} for item in suggestions(scenario, {})
        ],
        "undecided": undecided(m.structure),
        "common": common(m.structure, partition, others),
        "actions": actions,
        "paid": violation_rows(measures.in_mode(Mode.TARGET)),
        "relaxed": relaxed_rows(m),
        "warnings": violation_rows(measures.in_mode(Mode.WARN)) + further_warnings(m, measures),
    }


def _verdict(item: Verdict) -> Document:
    return {
        "task_force": item.task_force,
        "proposal": item.proposal.value,
        "decision": item.decision.value,
        "ends": item.ends,
        "evidence": [message.as_json() for message in item.evidence],
        "override": item.override.as_json() if item.override is not None else None,
        "handed": dict(item.handed),
    }


def _rehomed(item: Rehomed, rehoming: Rehoming) -> Document:
    return {
        "duty": item.duty,
        "same": item.same,
        "name": next(duty.name for duty in rehoming.scenario.duties if duty.id == item.duty),
        "from": item.source,
        "workload": item.fte,
        "estimated": item.estimated,
        "to": {"kind": item.kind, "id": item.target},
        "locked": list(item.locked),
        "key_tasks": list(rehoming.triage.key_tasks_of.get(item.same, ())),
    }


def _team(m: MergedPlan, team: Team, before: Scenario) -> Document:
    running = [part for part in team.parts if before.task_force_by_id[part.id].state is TaskForceState.RUNNING]
    return {
        "id": team.id,
        "name": team.name,
        "kind": team.lead.kind.value,
        "parts": [part.id for part in team.parts],
        "disposition": "merge" if len(team.parts) > 1 else "keep" if running else "set_up",
        "supervisor": team.lead.supervisor,
        "lead_unit": team.lead.lead_unit,
        "people": len(m.plan.people_of_team[team.id]),
        "seats": team.seats,
        "seats_before": sum(m.structure.today(part) for part in running),
        "workload": sum(m.structure.work(tuple(p.id for p in team.parts), k) for k in _all_categories(m, team)),
    }


def _all_categories(m: MergedPlan, team: Team) -> list[str]:
    return sorted({key for part in team.parts for key in m.structure.works.categories(part.id)})


def scenario_to_show(before: Scenario, plan: Mapping[str, Any]) -> Scenario:
    """For reports: the teams of a plan, and the task forces there were, by id."""
    if plan["kind"] == "assign" or not plan["task_forces"]:
        return before
    scenario, _ = scenario_to_merge(before, overrides_in(plan))
    structure = Structure(scenario)
    merged = structure.merged(partition_in(plan))
    teams = {team.id: team for team in (*before.task_forces, *merged.task_forces)}
    named = [teams[row["id"]].model_copy(update={"name": row["name"]}) for row in plan["task_forces"]]
    return before.replaced(
        task_forces=tuple(sorted({**teams, **{team.id: team for team in named}}.values(), key=lambda team: team.id))
    )


# --- back from JSON --------------------------------------------------------------------------------------------------


def partition_in(plan: Mapping[str, Any]) -> Partition:
    """The partition of a plan document."""
    return tuple(sorted(tuple(sorted(team["parts"])) for team in plan["task_forces"]))


def desk_of_seat(seat: Mapping[str, Any]) -> str:
    """The desk of a filled seat: its post without the team, at the part it names; an own post is its own desk."""
    prefix = f"{seat['task_force']}/"
    post = str(seat["post"])
    return f"{seat['desk']}/{post[len(prefix) :]}" if post.startswith(prefix) else post


def desks_in(plan: Mapping[str, Any]) -> Assignment:
    """The (person, desk) pairs of a plan document."""
    return tuple(sorted((seat["person"], desk_of_seat(seat)) for seat in plan["seats"] if seat["person"] is not None))


def overrides_in(plan: Mapping[str, Any]) -> tuple[Override, ...] | None:
    """The planner's decisions of a plan document; None for `merge`."""
    if plan["kind"] == "merge":
        return None
    from zbopt.scenario.words import Disposition

    return tuple(
        Override(row["task_force"], Disposition(row["decision"]), row["by"], row["why"], row["on"])
        for row in plan["decisions"]
    )


__all__ = [
    "Unreconciled",
    "derived_merge",
    "desk_of_seat",
    "desks_in",
    "merge_document",
    "overrides_in",
    "partition_in",
    "scenario_to_merge",
    "scenario_to_show",
]
