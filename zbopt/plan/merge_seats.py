"""The seats of a merged plan as JSON values, with what is lifted or only told: reasons, relaxed rules, warnings."""

from __future__ import annotations

from collections.abc import Iterator

from zbopt.diagnostics import Message
from zbopt.meaning.measure import Measures
from zbopt.meaning.merged import MergedPlan, level_demands
from zbopt.meaning.scores import wish_points
from zbopt.meaning.teams import Team, TeamSlot
from zbopt.plan.document import Document
from zbopt.scenario import facts
from zbopt.scenario.months import parse_month
from zbopt.scenario.people import Person
from zbopt.scenario.words import Mode, Role
from zbopt.scenario.work import TaskForce

_ROLES = [role.value for role in Role]


def seat_rows(m: MergedPlan, measures: Measures) -> list[Document]:
    """Every seat of every team, filled ones first, empty ones with their reasons."""
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


def relaxed_rows(m: MergedPlan) -> list[Document]:
    """Rules that an approval lifts for a seat of this plan (突破事项)."""
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


def further_warnings(m: MergedPlan, measures: Measures) -> list[Document]:
    """Seats nobody wished for, empty scopes, parts alone above `max_size`, and heads pinned so that parts cannot merge."""
    rows: list[Document] = []

    def warn(rule: str, subject: tuple[str, str], message: Message) -> None:
        rows.append({"rule": rule, "amount": 1, "subject": list(subject), **message.as_json()})

    for person, desks in m.seated():
        for desk in desks:
            if person.accepts_other is False and person.preferences and not wish_points(person, m.places(desk)):
                warn("R30", ("person", person.id), Message("warn.not_wished", {"post": m.slot_of_desk[desk.id].post}))
    for item in measures.quotas:
        if item.state == "empty":
            message = Message("warn.empty_scope", {"name": item.requirement.name, "scope": item.requirement.scope})
            warn("quota", ("scope", item.requirement.key), message)
    for rule, key, message in _team_warnings(m):
        warn(rule, ("task_force", key), message)
    for one, other in _pinned_heads(m):
        warn("pin", ("task_force", one), Message("warn.pinned_heads", {"task_force": one, "other": other}))
    return rows


def _team_warnings(m: MergedPlan) -> Iterator[tuple[str, str, Message]]:
    """Rule, task force and message: parts alone above `max_size`, and what R34 and R36 ask of every part."""
    limit = m.scenario.policy.merge.max_size
    for team in m.teams:
        if len(team.parts) == 1 and team.seats > limit:
            yield "merge", team.id, Message("warn.max_size", {"value": team.seats, "limit": limit})
        for part in team.parts:
            for rule, message in _upkeep(m, part):
                yield rule, part.id, message


def _upkeep(m: MergedPlan, part: TaskForce) -> Iterator[tuple[str, Message]]:
    """R34: no basis stated. R36: no end condition, or the last review longer ago than `months`."""
    policy = m.scenario.policy
    if policy.mode("R34") is Mode.WARN and part.basis is None:
        yield "R34", Message("warn.R34")
    if policy.mode("R36") is not Mode.WARN:
        return
    if part.end_condition is None:
        yield "R36", Message("warn.R36.end")
    months: int = policy.setting("R36", "months")
    if part.last_review is not None:
        since = m.scenario.as_of.index - parse_month(part.last_review[:7]).index
        if since > months:
            yield "R36", Message("warn.R36.review", {"value": part.last_review, "count": since, "limit": months})


def _pinned_heads(m: MergedPlan) -> list[tuple[str, str]]:
    """Linked parts for both of which a person is pinned to the only head's seat: they cannot merge."""
    heads = {
        part
        for part, desks in m.structure.desks.items()
        for desk in desks
        if desk.kind == "role" and desk.key == Role.HEAD.value and desk.seats == 1
        if any(
            pin.must and facts.pin_binds(pin, m.scenario) and any(pin.post == post.id for post in desk.posts)
            for pin in m.scenario.pins
        )
    }
    ids = sorted(heads)
    return [(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :] if m.structure.works.linked(a, b)]
