"""`plan.json` of `merge` and `restructure`. Everything but the solver's claims follows from scenario, decisions, partition and
seats, so the audit makes it again and compares every leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zbopt.diagnostics import Message
from zbopt.plan.actions import Actions, unreconciled
from zbopt.plan.document import (
    KINDS,
    Document,
    claims,
    composition,
    coverage,
    quota_json,
    unit_rows,
    violation_json,
    wishes,
)
from zbopt.plan.measure import Measures
from zbopt.plan.merged import MergedPlan, level_demands, measure_merged
from zbopt.plan.overlap import overlap_pairs, pair_evidence
from zbopt.plan.result import Assignment, Partition, Solution
from zbopt.plan.scores import wish_points
from zbopt.plan.teams import Structure, Team, TeamSlot
from zbopt.plan.triage import Triage, Verdict
from zbopt.scenario.decisions import Override
from zbopt.scenario.models import Person, Post, Scenario
from zbopt.scenario.vocabulary import Mode, Role, TaskForceState

_ROLES = [role.value for role in Role]


class Unreconciled(Exception):
    """The action lists do not add up to the headline: a defect; carries the equations that fail."""

    def __init__(self, equations: Sequence[str]) -> None:
        self.equations = tuple(equations)
        super().__init__(", ".join(self.equations))


def merge_document(
    scenario: Scenario, solution: Solution, seed: int, overrides: tuple[Override, ...] | None,
    alternatives: Sequence[Solution] = (), search: str = "not_asked",
) -> Document:  # fmt: skip
    """The plan as JSON values; `overrides` is None for `merge`, the planner's decisions for `restructure`.

    `search` says how the search for alternatives ended: not_asked, found, none_left or stopped.

    Raises `Unreconciled`.
    """
    kind = "merge" if overrides is None else "restructure"
    return {
        **claims(scenario, solution, seed, kind),
        "decisions": [item.as_json() for item in overrides or ()],
        "headcount_alone": None
        if solution.headcount_alone is None
        else {"seats": solution.headcount_alone[0], "task_forces": solution.headcount_alone[1]},
        "alternatives": [_alternative(item) for item in alternatives],
        "alternatives_search": search,
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


def scenario_to_merge(scenario: Scenario, overrides: tuple[Override, ...] | None) -> tuple[Scenario, Triage | None]:
    """What is merged: the scenario itself, or what triage leaves of it."""
    if overrides is None:
        return scenario, None
    triage = Triage(scenario, overrides)
    return triage.after, triage


def derived_merge(
    before: Scenario, overrides: tuple[Override, ...] | None, partition: Partition | None, assignment: Assignment,
    others: Sequence[Partition] = (),
) -> Document:  # fmt: skip
    """Everything that follows from scenario, decisions, partition and seats. Raises `Unreconciled`."""
    scenario, triage = scenario_to_merge(before, overrides)
    judged = [_verdict(item) for item in triage.verdicts] if triage is not None else []
    rehomed = [_rehomed(item, before) for item in triage.rehomed] if triage is not None else []
    if partition is None:
        empty: Document = {"task_forces": [], "seats": [], "headline": {}, "mergers": [], "actions": {}}
        return {**empty, "triage": judged, "rehomed": rehomed, "relaxed": [], "warnings": []}
    m = MergedPlan(scenario, partition, assignment)
    measures = measure_merged(m)
    actions = Actions(before, m, measures, triage).lists()
    headline = _headline(before, m, measures)
    right_sizing = _right_sizing(m, before, triage)
    mergers = [_merger(m.structure, team) for team in m.teams if len(team.parts) > 1]
    bridge = _bridge(before, m, right_sizing, mergers)
    faults = unreconciled(headline, actions, bridge)
    if faults:
        raise Unreconciled(faults)
    return {
        "task_forces": [_team(m, team, before) for team in m.teams],
        "seats": _seats(m, measures),
        "headline": headline,
        "quotas": [quota_json(item) for item in measures.quotas],
        "moves": {kind: sum(k == kind for k in measures.kinds.values()) for kind in KINDS},
        "wishes": wishes(_wished(m)),
        "units": unit_rows(m.plan),
        "coverage": coverage(scenario),
        "key_tasks": _key_tasks(before, m, rehomed),
        "triage": judged,
        "rehomed": rehomed,
        "right_sizing": right_sizing,
        "bridge": bridge,
        "categories": _categories(m, before),
        "mergers": mergers,
        "overlaps": overlap_pairs(m.structure),
        "common": _common(m.structure, partition, others),
        "actions": actions,
        "paid": [violation_json(item) for item in measures.in_mode(Mode.TARGET)],
        "relaxed": _relaxed(m),
        "warnings": [violation_json(item) for item in measures.in_mode(Mode.WARN)] + _further_warnings(m, measures),
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


def _rehomed(item: Any, before: Scenario) -> Document:
    duty = next(duty for duty in before.duties if duty.id == item.duty)
    return {
        "duty": item.duty,
        "name": duty.name,
        "from": item.source,
        "workload": item.fte,
        "estimated": item.estimated,
        "to": {"kind": item.kind, "id": item.target},
        "key_task": duty.key_task,
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


# --- seats -----------------------------------------------------------------------------------------------------------


def _seats(m: MergedPlan, measures: Measures) -> list[Document]:
    rows: list[Document] = []
    for team in m.teams:
        for slot in sorted(team.slots, key=lambda slot: (_ROLES.index(slot.role.value), slot.priority, slot.post)):
            people = sorted(m.people_of_slot[slot.post])
            for number, key in enumerate(people, 1):
                rows.append(_filled(m, measures, team, slot, number, m.scenario.person_by_id[key]))
            if len(people) < slot.seats:
                reasons = [item.as_json() for item in _empty_reasons(m, slot)]
                rows += [
                    _seat(team, slot, number, None, None, reasons) for number in range(len(people) + 1, slot.seats + 1)
                ]
    return rows


def _seat(
    team: Team, slot: TeamSlot, number: int, person: Person | None, desk: str | None, reasons: list[Document]
) -> Document:
    return {
        "task_force": team.id,
        "post": slot.post,
        "seat": number,
        "person": person.id if person is not None else None,
        "name": person.name if person is not None else None,
        "unit": person.unit if person is not None else None,
        "desk": desk,
        "role": slot.role.value,
        "category": slot.key if slot.kind == "category" else slot.desks[0].posts[0].category,
        "priority": slot.priority,
        "load": slot.load,
        "reasons": reasons,
    }


def _filled(m: MergedPlan, measures: Measures, team: Team, slot: TeamSlot, number: int, person: Person) -> Document:
    desk = next(item for item in m.desks_of_person[person.id] if item in slot.desks)
    post = m.base_post(person, desk)
    marks = [bar.message.as_json() for bar in m.bars.lifted(person, post)] if post is not None else []
    own = measures.points[person.id, slot.post]
    return {
        **_seat(team, slot, number, person, desk.part, marks),
        "move": measures.kinds[person.id],
        "points": {"fit": own.fit, "preference": own.preference, "stability": own.stability},
    }


def _empty_reasons(m: MergedPlan, slot: TeamSlot) -> list[Message]:
    """How many could sit there, how many of them sit elsewhere."""
    able = [p for p in m.scenario.people if any(m.base_post(p, desk) is not None for desk in slot.desks)]
    seated = sum(bool(m.desks_of_person.get(person.id)) for person in able)
    found = [Message("empty.desks", {"count": len(able), "seated": seated})]
    for level, need in level_demands(m, slot):
        found.append(
            Message("empty.levels", {"category": slot.key, "level": level, "count": need, "seats": slot.seats})
        )
    return found


# --- figures ---------------------------------------------------------------------------------------------------------


def _headline(before: Scenario, m: MergedPlan, measures: Measures) -> Document:
    running = [team for team in before.task_forces if team.state is TaskForceState.RUNNING]
    incumbents = sorted(person.id for person in before.people if person.current is not None)
    overall = [item.requirement for item in measures.quotas if item.requirement.scope == "all"]
    seats = {
        "before": sum(post.seats for team in running for post in before.posts_of[team.id]),
        "after": sum(team.seats for team in m.teams),
    }
    applications = sum(team.state is TaskForceState.APPLIED for team in before.task_forces)
    return {
        "before": {
            "task_forces": len(running),
            "people": len(incumbents),
            "seats": seats["before"],
            "seats_filled": sum(person.current is not None for person in before.people),
            "composition": composition(before, incumbents, overall),
        },
        "after": {
            "task_forces": len(m.teams),
            "people": len(m.desks_of_person),
            "seats": seats["after"],
            "seats_filled": len(m.assignment),
            "composition": composition(before, sorted(m.desks_of_person), overall),
        },
        "applications": len(before.applications),
        "applied": applications,
    }


def _wished(m: MergedPlan) -> Iterator[tuple[Person, list[Post]]]:
    """Everybody with a seat and the base posts."""
    for person, desks in m.seated():
        yield person, [m.base_post(person, desk) or desk.posts[0] for desk in desks]


def _right_sizing(m: MergedPlan, before: Scenario, triage: Triage | None) -> list[Document]:
    """Each task force of last year that goes on: seats today against seats at its own workload; never a merger's saving.

    `given_back`: seats of the work that clarifying hands to others, apart as well.
    """
    whole = m.structure if triage is None else Structure(triage.every)
    rows = []
    for part in m.structure.works.parts:
        if before.task_force_by_id[part.id].state is TaskForceState.RUNNING:
            today = sum(post.seats for post in before.posts_of[part.id])
            by_workload = whole.alone(whole.part_by_id[part.id])
            rows.append(
                {
                    "task_force": part.id,
                    "today": today,
                    "by_workload": by_workload,
                    "saving": today - by_workload,
                    "given_back": by_workload - m.structure.alone(part),
                    "locked": whole.works.locked(part),
                    "estimated": part.id not in whole.works.stated,
                }
            )
    return rows


def _bridge(before: Scenario, m: MergedPlan, rows: Sequence[Document], mergers: Sequence[Document]) -> Document:
    """From the seats before to those after: what ends, what is set up, right-sizing, work given back, savings of mergers."""
    running = [team.id for team in before.task_forces if team.state is TaskForceState.RUNNING]
    ended = [key for key in running if key not in m.structure.part_by_id]
    new = [part for part in m.structure.works.parts if part.id not in running]
    return {
        "before": sum(post.seats for key in running for post in before.posts_of[key]),
        "ended": sum(post.seats for key in ended for post in before.posts_of[key]),
        "set_up": sum(m.structure.alone(part) for part in new),
        "right_sizing": sum(row["saving"] for row in rows),
        "given_back": sum(row["given_back"] for row in rows),
        **{key: sum(item["saving"][key] for item in mergers) for key in ("duties", "shared_posts", "rounding")},
        "after": sum(team.seats for team in m.teams),
    }


def _categories(m: MergedPlan, before: Scenario) -> list[Document]:
    """By team and slot: seats of the parts today and at their workload, seats of the team, workload of the union."""
    running = {team.id for team in before.task_forces if team.state is TaskForceState.RUNNING}
    rows = []
    for team in m.teams:
        ids = tuple(part.id for part in team.parts)
        for slot in team.slots:
            is_category = slot.kind == "category"
            alone = [m.structure.team((part,)).slots for part in ids]
            rows.append(
                {
                    "task_force": team.id,
                    "post": slot.post,
                    "kind": slot.kind,
                    "key": slot.key,
                    "before": sum(desk.seats for desk in slot.desks if desk.part in running),
                    "alone": sum(
                        own.seats for slots in alone for own in slots if (own.kind, own.key) == (slot.kind, slot.key)
                    ),
                    "after": slot.seats,
                    "workload": m.structure.work(ids, slot.key) if is_category else None,
                }
            )
        rows += _abolished(m, before, team)
    return rows


def _abolished(m: MergedPlan, before: Scenario, team: Team) -> list[Document]:
    """Categories whose work was handed over: seats before, none after."""
    counts: dict[str, int] = {}
    for part in team.parts:
        left = {post.id for post in m.scenario.posts_of[part.id]}
        for post in before.posts_of[part.id]:
            if post.id not in left:
                counts[str(post.category)] = counts.get(str(post.category), 0) + post.seats
    return [
        {"task_force": team.id, "post": f"{team.id}/{key}", "kind": "category", "key": key, "before": number, "alone": 0,
         "after": 0, "workload": 0}
        for key, number in sorted(counts.items())
    ]  # fmt: skip


def _merger(structure: Structure, team: Team) -> Document:
    ids = [part.id for part in team.parts]
    saving = structure.saving(team)
    alone = sum(structure.alone(part) for part in team.parts)
    return {
        "task_force": team.id,
        "parts": ids,
        "seats_alone": alone,
        "seats": team.seats,
        "saving": {"duties": saving.duties, "shared_posts": saving.shared_posts, "rounding": saving.rounding},
        "evidence": [pair_evidence(structure, a, b) for n, a in enumerate(ids) for b in ids[n + 1 :]],
    }


def _common(structure: Structure, partition: Partition, others: Sequence[Partition]) -> Document:
    """What all alternatives share, and of each its seats, task forces and the groups in which it differs."""
    mine = set(partition)
    return {
        "groups": [list(group) for group in partition if all(group in other for other in others)] if others else [],
        "alternatives": [
            {
                "seats": sum(structure.team(group).seats for group in other),
                "task_forces": len(other),
                "only_here": [list(group) for group in other if group not in mine],
                "only_in_plan": [list(group) for group in partition if group not in other],
            }
            for other in others
        ],
    }


def _key_tasks(before: Scenario, m: MergedPlan, rehomed: Sequence[Document]) -> list[Document]:
    """Every open key task: teams that have a duty of it, units that do, or nobody."""
    uncovered = set(m.structure.works.uncovered)
    classes = m.structure.works.duty_class
    rows = []
    for task in before.key_tasks:
        if task.state.value != "open":
            continue
        own = {classes[duty.id] for duty in before.duties if duty.key_task == task.id}
        teams = [
            team.id
            for team in m.teams
            if any(classes[d] in own for part in team.parts for d in m.scenario.duties_of_task_force[part.id])
        ]
        back = {row["to"]["id"] for row in rehomed if row["to"]["kind"] == "unit" and classes[row["duty"]] in own}
        units = sorted(back or _owners(before, {duty.id for duty in before.duties if classes[duty.id] in own}))
        state = "team" if teams else "nobody" if task.id in uncovered else "unit"
        rows.append({"id": task.id, "name": task.name, "state": state, "task_forces": teams, "units": units})
    return rows


def _owners(before: Scenario, duties: set[str]) -> set[str]:
    """The units that answer for some duties: owner units, and those with one in their remit."""
    owners = {duty.owner_unit for duty in before.duties if duty.id in duties and duty.owner_unit is not None}
    return owners | {unit.id for unit in before.units if duties.intersection(unit.remit)}


def _relaxed(m: MergedPlan) -> list[Document]:
    rows = []
    for person, desks in m.seated():
        for desk in desks:
            post = m.base_post(person, desk)
            pin = m.bars.lifting_pin(person, post) if post is not None else None
            if post is None or pin is None:
                continue
            decided = {
                "person": person.id,
                "post": m.slot_of_desk[desk.id].post,
                "approval": pin.approval,
                "by": pin.by,
                "on": pin.on,
                "why": pin.why,
            }
            lifted = m.bars.lifted(person, post)
            rows += [{"rule": bar.rule, **decided, **bar.message.as_json()} for bar in lifted]
    return rows


def _further_warnings(m: MergedPlan, measures: Measures) -> list[Document]:
    """Seats nobody wished for, empty scopes, parts alone above `max_size`, and heads pinned so that parts cannot merge."""
    rows: list[Document] = []

    def warn(rule: str, subject: tuple[str, str], message: Message) -> None:
        rows.append({"rule": rule, "amount": 1, "subject": list(subject), **message.as_json()})

    for person, desks in m.seated():
        for desk in desks:
            post = m.base_post(person, desk) or desk.posts[0]
            wished = {part.id for part in m.team_of_part[desk.part].parts}.intersection(person.preferences)
            if person.accepts_other is False and person.preferences and not wished and wish_points(person, post) == 0:
                warn("R30", ("person", person.id), Message("warn.not_wished", {"post": m.slot_of_desk[desk.id].post}))
    for item in measures.quotas:
        if item.state == "empty":
            message = Message("warn.empty_scope", {"name": item.requirement.name, "scope": item.requirement.scope})
            warn("quota", ("scope", item.requirement.key), message)
    limit = m.scenario.policy.merge.max_size
    for team in m.teams:
        if len(team.parts) == 1 and team.seats > limit:
            warn("merge", ("task_force", team.id), Message("warn.max_size", {"value": team.seats, "limit": limit}))
    for one, other in _pinned_heads(m):
        warn("pin", ("task_force", one), Message("warn.pinned_heads", {"task_force": one, "other": other}))
    return rows


def _pinned_heads(m: MergedPlan) -> list[tuple[str, str]]:
    """Linked parts for both of which a person is pinned to the only head's seat: they cannot merge."""
    heads = {
        part
        for part, desks in m.structure.desks.items()
        for desk in desks
        if desk.kind == "role" and desk.key == Role.HEAD.value and desk.seats == 1
        if any(pin.must and any(pin.post == post.id for post in desk.posts) for pin in m.scenario.pins)
    }
    ids = sorted(heads)
    return [(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :] if m.structure.works.linked(a, b)]


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
    from zbopt.scenario.vocabulary import Disposition

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
