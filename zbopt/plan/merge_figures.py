"""The figures of a merged plan as JSON values: headline, right-sizing, bridge, seats by category, mergers, key tasks."""

from __future__ import annotations

from collections.abc import Sequence

from zbopt.meaning.measure import Measures
from zbopt.meaning.merged import MergedPlan
from zbopt.meaning.overlap import pair_evidence
from zbopt.meaning.rehoming import TASK_FORCE, Rehoming
from zbopt.meaning.teams import Structure, Team
from zbopt.plan.document import Document, composition
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import KeyTaskState, TaskForceState
from zbopt.solution import Partition


def headline(before: Scenario, m: MergedPlan, measures: Measures) -> Document:
    """Before and after: task forces, people, seats, composition by the quotas over all; applications."""
    running = [team for team in before.task_forces if team.state is TaskForceState.RUNNING]
    ids = {team.id for team in running}
    drafted = [person for person in before.people if person.current is not None]
    incumbents = sorted(p.id for p in drafted if p.current is not None and p.current.task_force in ids)
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
            "seats_filled": len(incumbents),
            "still_drafted": len(drafted) - len(incumbents),
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


def right_sizing(m: MergedPlan, before: Scenario, rehoming: Rehoming | None) -> list[Document]:
    """Each task force of last year that goes on: seats today against seats at its own workload; never a merger's saving.

    `given_back`: seats of the work that clarifying hands to others; `taken_over`: of work it got from others; apart as well.
    """
    whole = m.structure if rehoming is None else Structure(rehoming.triage.every)
    less = m.structure if rehoming is None else rehoming.structure_before_growth
    rows = []
    for part in m.structure.works.parts:
        if before.task_force_by_id[part.id].state is TaskForceState.RUNNING:
            today = sum(post.seats for post in before.posts_of[part.id])
            by_workload = whole.alone(whole.part_by_id[part.id])
            left = less.alone(less.part_by_id[part.id])
            rows.append(
                {
                    "task_force": part.id,
                    "today": today,
                    "by_workload": by_workload,
                    "saving": today - by_workload,
                    "given_back": by_workload - left,
                    "taken_over": m.structure.alone(part) - left,
                    "locked": whole.works.locked(part),
                    "estimated": part.id not in whole.works.stated,
                }
            )
    return rows


def bridge(
    before: Scenario, m: MergedPlan, rehoming: Rehoming | None, rows: Sequence[Document], mergers: Sequence[Document]
) -> Document:
    """From the seats before to those after: what ends, what is set up, right-sizing, work given back and taken over, savings."""
    running = [team.id for team in before.task_forces if team.state is TaskForceState.RUNNING]
    ended = [key for key in running if key not in m.structure.part_by_id]
    new = [part for part in m.structure.works.parts if part.id not in running]
    less = m.structure if rehoming is None else rehoming.structure_before_growth
    set_up = sum(less.alone(less.part_by_id[part.id]) for part in new)
    return {
        "before": sum(post.seats for key in running for post in before.posts_of[key]),
        "ended": sum(post.seats for key in ended for post in before.posts_of[key]),
        "set_up": set_up,
        "right_sizing": sum(row["saving"] for row in rows),
        "given_back": sum(row["given_back"] for row in rows),
        "taken_over": sum(row["taken_over"] for row in rows) + sum(m.structure.alone(part) for part in new) - set_up,
        **{key: sum(item["saving"][key] for item in mergers) for key in ("duties", "shared_posts", "rounding")},
        "after": sum(team.seats for team in m.teams),
    }


def taken_over(m: MergedPlan, rehoming: Rehoming | None) -> list[Document]:
    """What each receiver takes over: the seats it adds, and by duty and category from whom, its own work and what it comes to.

    Hundredths; categories in which nothing is added are left out.
    """
    if rehoming is None:
        return []
    names = {duty.id: duty.name for duty in rehoming.scenario.duties}
    less = rehoming.structure_before_growth
    found = []
    for part, duties in sorted(rehoming.taken_over.items()):
        rows = []
        for same, work in sorted(duties.items()):
            duty = rehoming.duty_of(part, same)
            givers = [row for row in rehoming.rows if (row.kind, row.target, row.same) == (TASK_FORCE, part, same)]
            for category, fte in sorted(work.items()):
                own = rehoming.works.of[part].get((same, category), 0)
                given = {row.source: row.work[category] for row in givers if row.work.get(category)}
                if fte > own:
                    row = {"duty": duty, "name": names[duty], "category": category, "own": own, "given": given}
                    rows.append({**row, "counted": _counted(m.structure, same), "together": fte})
        seats = m.structure.alone(m.structure.part_by_id[part]) - less.alone(less.part_by_id[part])
        found.append({"task_force": part, "seats": seats, "duties": rows})
    return found


def _counted(structure: Structure, duty: str) -> str:
    """How the work of several for one duty is counted."""
    return "added_up" if duty in structure.scenario.divided else "once"


def categories(m: MergedPlan, before: Scenario) -> list[Document]:
    """By team and slot: seats of the parts today and at their workload, seats of the team, workload of the union."""
    running = {team.id for team in before.task_forces if team.state is TaskForceState.RUNNING}
    rows = []
    for team in m.teams:
        ids = tuple(part.id for part in team.parts)
        alone = [m.structure.team((part,)).slots for part in ids]
        abolished = _abolished(m, before, team)
        for slot in team.slots:
            is_category = slot.kind == "category"
            rows.append(
                {
                    "task_force": team.id,
                    "post": slot.post,
                    "kind": slot.kind,
                    "key": slot.key,
                    "before": sum(desk.seats for desk in slot.desks if desk.part in running)
                    + (abolished.pop(slot.key, 0) if is_category else 0),
                    "alone": sum(
                        own.seats for slots in alone for own in slots if (own.kind, own.key) == (slot.kind, slot.key)
                    ),
                    "after": slot.seats,
                    "workload": m.structure.work(ids, slot.key) if is_category else None,
                }
            )
        rows += [
            {"task_force": team.id, "post": f"{team.id}/{key}", "kind": "category", "key": key, "before": number, "alone": 0,
             "after": 0, "workload": 0}
            for key, number in sorted(abolished.items())
        ]  # fmt: skip
    return rows


def _abolished(m: MergedPlan, before: Scenario, team: Team) -> dict[str, int]:
    """Seats of categories of a part whose work was handed over, by category."""
    counts: dict[str, int] = {}
    for part in team.parts:
        left = {post.id for post in m.scenario.posts_of[part.id]}
        for post in before.posts_of[part.id]:
            if post.id not in left:
                counts[str(post.category)] = counts.get(str(post.category), 0) + post.seats
    return counts


def merger(structure: Structure, team: Team) -> Document:
    """A merger: seats of its parts alone and together, the saving split, the evidence of each pair."""
    ids = [part.id for part in team.parts]
    saving = structure.saving(team)
    alone = sum(structure.alone(part) for part in team.parts)
    return {
        "task_force": team.id,
        "parts": ids,
        "seats_alone": alone,
        "seats": team.seats,
        "saving": {"duties": saving.duties, "shared_posts": saving.shared_posts, "rounding": saving.rounding},
        "duties": _shared_duties(structure, ids),
        "evidence": [pair_evidence(structure, a, b) for n, a in enumerate(ids) for b in ids[n + 1 :]],
    }


def _shared_duties(structure: Structure, ids: Sequence[str]) -> list[Document]:
    """Duties and categories in which several parts of a merger work: counted once, or added up where divided; hundredths."""
    works = structure.works
    names = {duty.id: duty.name for duty in structure.scenario.duties}
    rows = []
    for same, category in sorted({key for part in ids for key in works.of[part]}):
        own = {part: works.of[part][same, category] for part in ids if (same, category) in works.of[part]}
        if len(own) > 1:
            row = {"duty": same, "name": names[same], "category": category, "workload": own}
            whole = works.together(same, own.values())
            rows.append({**row, "counted": _counted(structure, same), "together": whole})
    return rows


def common(structure: Structure, partition: Partition, others: Sequence[Partition]) -> Document:
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


def key_tasks(before: Scenario, m: MergedPlan, rehomed: Sequence[Document]) -> list[Document]:
    """Every open key task: teams that have a duty of it, units that do, or nobody."""
    uncovered = set(m.structure.works.uncovered)
    classes = m.structure.works.duty_class
    rows = []
    for task in before.key_tasks:
        if task.state is not KeyTaskState.OPEN:
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
