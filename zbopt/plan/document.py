"""`plan.json`: the one result every other output is made from. Plain JSON values, the same bytes for the same plan.

Everything but the solver's claims (status, stages, repeatable) follows from scenario and assignment, so the audit can make
it again and compare every leaf.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from zbopt.diagnostics import Message
from zbopt.meaning.bars import Bars
from zbopt.meaning.exclusive import exclusive_minima
from zbopt.meaning.measure import Measures, Plan, QuotaReading, Violation, lending_cap, measures_of
from zbopt.meaning.reasons import empty_seat_reasons
from zbopt.meaning.scores import wish_points
from zbopt.progress import INTERRUPTED, MEMORY_LIMIT, TIME_LIMIT
from zbopt.scenario.facts import Requirement
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import OTHER_CONDITIONS, Mode, Role, TaskForceState, masked_count
from zbopt.scenario.work import Post
from zbopt.solution import Assignment, Solution
from zbopt.version import __version__

FORMAT = 1
_ROLE_ORDER = {role: place for place, role in enumerate(Role)}

Document = dict[str, Any]


def document(
    scenario: Scenario, solution: Solution, seed: int, cut_by: str = TIME_LIMIT, bars: Bars | None = None
) -> Document:
    """The plan as JSON values. `solution.assignment` may be None: then only the claims are in it.

    `cut_by`: what ended the run, if it ended before it was done. `bars`: those of the scenario, where they are kept.
    """
    plan = None if solution.assignment is None else Plan(scenario, solution.assignment, bars)
    return {**claims(scenario, solution, seed, cut_by), **derived(plan)}


def _is_cut(solution: Solution, cut_by: str) -> bool:
    """Whether the run ended before it was done: before every stage was proved, or by a stop in the choice between equals."""
    if solution.status == "proved":
        return cut_by != TIME_LIMIT and not solution.unique
    return solution.status != "infeasible"


FINISHED = "finished"
ENDINGS = (FINISHED, INTERRUPTED, MEMORY_LIMIT, TIME_LIMIT)
"""How a run ended: proved or impossible, or what cut it short."""


def claims(scenario: Scenario, solution: Solution, seed: int, cut_by: str, kind: str = "assign") -> Document:
    """What the solver says: status and stages, what they were said of, and how the run ended."""
    return {
        "format": FORMAT,
        "kind": kind,
        "scenario": {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": scenario.sha256},
        "versions": {"zbopt": __version__, "plan": FORMAT},
        "seed": seed,
        "status": solution.status,
        "ended": cut_by if _is_cut(solution, cut_by) else FINISHED,
        "repeatable": solution.unique,
        "stages": [
            {
                "name": str(stage.name),
                "value": stage.value,
                "bound": stage.bound,
                "gap": stage.gap,
                "status": stage.status,
                "plan_value": stage.plan_value,
            }
            for stage in solution.stages
        ],
    }


def derived(plan: Plan | None, measured: Measures | None = None) -> Document:
    """Everything that follows from a plan, or from having none; `measured`: its figures, where they are known already."""
    if plan is None:
        return {
            "task_forces": [],
            "seats": [],
            "headline": {},
            "mergers": [],
            "actions": {},
            "relaxed": [],
            "warnings": [],
        }
    measures = measures_of(plan) if measured is None else measured
    return {
        "task_forces": [_task_force(plan, item.id) for item in plan.staffed],
        "seats": _seats(plan, measures),
        "headline": _headline(plan, measures),
        "quotas": [quota_json(item) for item in measures.quotas],
        "moves": {kind: sum(k == kind for k in measures.kinds.values()) for kind in KINDS},
        "wishes": wishes((person, [places_of(post) for post in posts]) for person, posts in plan.seated()),
        "units": unit_rows(plan),
        "coverage": coverage(plan.scenario),
        "mergers": [],
        "actions": {"people": [], "seats": [], "task_forces": [], "units": []},
        "paid": violation_rows(measures.in_mode(Mode.TARGET)),
        "relaxed": _relaxed(plan),
        "warnings": violation_rows(measures.in_mode(Mode.WARN)) + _further_warnings(plan, measures),
    }


KINDS = ("stay", "adjust", "transfer", "new", "return")


def _task_force(plan: Plan, team_id: str) -> Document:
    team = plan.scenario.task_force_by_id[team_id]
    return {
        "id": team.id,
        "name": team.name,
        "kind": team.kind.value,
        "parts": [team.id],
        "disposition": "set_up" if team.state is TaskForceState.APPLIED else "keep",
        "supervisor": team.supervisor,
        "lead_unit": team.lead_unit,
        "people": len(plan.people_of_team[team.id]),
        "seats": sum(post.seats for post in plan.scenario.posts_of[team.id]),
    }


def _seats(plan: Plan, measures: Measures) -> list[Document]:
    order = sorted(plan.posts, key=lambda post: (post.task_force, _ROLE_ORDER[post.role], post.priority, post.id))
    rows: list[Document] = []
    for post in order:
        people = sorted(plan.people_of_post[post.id])
        for number, person_id in enumerate(people, 1):
            rows.append(_filled(plan, measures, post, number, plan.scenario.person_by_id[person_id]))
        if len(people) < post.seats:
            reasons = [item.as_json() for item in empty_seat_reasons(plan, post)]
            rows += [_seat(post, number, None, reasons) for number in range(len(people) + 1, post.seats + 1)]
    return rows


def _seat(post: Post, number: int, person: Person | None, reasons: list[Document]) -> Document:
    return {
        "task_force": post.task_force,
        "post": post.id,
        "seat": number,
        "person": person.id if person is not None else None,
        "name": person.name if person is not None else None,
        "unit": person.unit if person is not None else None,
        "desk": post.task_force,
        "role": post.role.value,
        "category": post.category,
        "priority": post.priority,
        "load": post.load,
        "reasons": reasons,
    }


def _filled(plan: Plan, measures: Measures, post: Post, number: int, person: Person) -> Document:
    own = measures.points[person.id, post.id]
    marks = [bar.message.as_json() for bar in plan.bars.lifted(person, post)]
    return {
        **_seat(post, number, person, marks),
        "move": measures.kinds[person.id],
        "points": {"fit": own.fit, "preference": own.preference, "stability": own.stability},
    }


def bound_json(bound: Share | int | None) -> str | int | None:
    """A bound as a planner writes it."""
    return str(bound) if isinstance(bound, Share) else bound


def quota_json(item: QuotaReading) -> Document:
    """A quota with its reading."""
    asked = item.requirement
    return {
        "name": asked.name,
        "scope": asked.scope,
        "of": asked.of.text,
        "min": bound_json(asked.min),
        "max": bound_json(asked.max),
        "mode": asked.mode.value,
        "count": item.count,
        "out_of": item.out_of,
        "short": item.short,
        "over": item.over,
        "unknown": item.unknown,
        "state": item.state,
    }


def _headline(plan: Plan, measures: Measures) -> Document:
    scenario = plan.scenario
    before = {person.id for person in scenario.people if person.current is not None}
    teams = {person.current.task_force for person in scenario.people if person.current is not None}
    after = set(plan.posts_of_person)
    overall = [item.requirement for item in measures.quotas if item.requirement.scope == "all"]

    def side(people: set[str], number: int, seats: int | None) -> Document:
        rows = composition(scenario, sorted(people), overall)
        sat = {} if seats is None else {"seats_filled": len_seats, "seats": seats}
        return {"task_forces": number, "people": len(people), **sat, "composition": rows}

    len_seats = sum(len(posts) for posts in plan.posts_of_person.values())
    return {
        "before": side(before, len(teams), None),
        "after": side(after, len(plan.staffed), sum(post.seats for post in plan.posts)),
    }


def composition(scenario: Scenario, people: Sequence[str], asked: Sequence[Requirement]) -> list[Document]:
    """How many of some people each overall quota counts."""
    members = [scenario.person_by_id[key] for key in people]
    return [
        {
            "of": item.name,
            "count": sum(item.of.holds(person, scenario) for person in members),
            "out_of": len(members),
        }
        for item in asked
    ]


def places_of(post: Post) -> tuple[str, str]:
    """What a wish for a seat of a post may name."""
    return post.id, post.task_force


def wishes(seated: Iterable[tuple[Person, Sequence[Container[str]]]]) -> Document:
    """How many of those seated who stated wishes got the first, second, third, a later one, or none.

    `seated`: each person with the places that each seat stands for (post and task force).
    """
    found = {"stated": 0, "first": 0, "second": 0, "third": 0, "later": 0, "none": 0, "silent": 0}
    names = {100: "first", 70: "second", 40: "third", 20: "later", 0: "none"}
    for person, seats in seated:
        if not person.preferences:
            found["silent"] += 1
            continue
        found["stated"] += 1
        found[names[max(wish_points(person, places) for places in seats)]] += 1
    return found


def unit_rows(plan: Plan) -> list[Document]:
    """Home units that lend: persons on seats against the cap of R13."""
    rows = []
    for unit in plan.scenario.units:
        people = sorted(plan.people_of_unit[unit.id])
        if people:
            cap = lending_cap(unit, plan.scenario) if plan.mode("R13") is not Mode.OFF else None
            rows.append({"id": unit.id, "name": unit.name, "lent": len(people), "cap": cap, "people": people})
    return rows


_COVERED = ("birth", "gender", "political", "staffing", "categories", "assessments", "preferences", "unit_opinion")


def coverage(scenario: Scenario) -> list[Document]:
    """For how many people a field that rules and quotas read is stated; confidential fields are left out."""
    people = scenario.people
    rows: list[Document] = [
        {"field": name, "known": sum(bool(getattr(person, name)) for person in people), "out_of": len(people)}
        for name in _COVERED
    ]
    units = scenario.units
    for name in ("level", "on_duty"):
        known = sum(getattr(unit, name) is not None for unit in units)
        rows.append({"field": f"unit.{name}", "known": known, "out_of": len(units)})
    return rows


def violation_rows(items: Iterable[Violation]) -> list[Document]:
    """Broken rules as kept in plan.json; those of the confidential class as one row without anybody's name."""
    rows: list[Document] = []
    hidden = 0
    for item in items:
        if item.rule in CONFIDENTIAL_RULES:
            hidden += 1
        else:
            subject = list(item.subject)
            rows.append({"rule": item.rule, "amount": item.amount, "subject": subject, **item.message.as_json()})
    if hidden:
        count = masked_count(hidden)
        message = Message("warn.confidential", {"count": count})
        rows.append({"rule": OTHER_CONDITIONS, "amount": count, "subject": ["", ""], **message.as_json()})
    return rows


def _relaxed(plan: Plan) -> list[Document]:
    """Rules that an approval lifts for a seat of this plan (突破事项)."""
    rows = []
    for person, posts in plan.seated():
        for post in posts:
            pin = plan.bars.lifting_pin(person, post)
            for bar in plan.bars.lifted(person, post):
                assert pin is not None
                rows.append(
                    {
                        "rule": bar.rule,
                        "person": person.id,
                        "post": post.id,
                        "approval": pin.approval,
                        "by": pin.by,
                        "on": pin.on,
                        "why": pin.why,
                        **bar.message.as_json(),
                    }
                )
    return rows


def _further_warnings(plan: Plan, measures: Measures) -> list[Document]:
    """Seats nobody wished for whose holder accepts no other, and quotas over a scope without anybody."""
    rows: list[Document] = []
    for person, posts in plan.seated():
        for post in posts:
            if person.accepts_other is False and person.preferences and not wish_points(person, places_of(post)):
                message = Message("warn.not_wished", {"post": post.id})
                rows.append({"rule": "R30", "amount": 1, "subject": ["person", person.id], **message.as_json()})
    for exclusive in exclusive_minima(plan.scenario):
        message = Message("warn.exclusive", {**exclusive.args(), "scope": f"scope:{exclusive.scope}"})
        rows.append({"rule": "quota", "amount": 1, "subject": ["scope", exclusive.scope], **message.as_json()})
    for item in measures.quotas:
        if item.state == "empty":
            message = Message("warn.empty_scope", {"name": item.requirement.name, "scope": item.requirement.scope})
            rows.append({"rule": "quota", "amount": 0, "subject": ["scope", item.requirement.key], **message.as_json()})
    return rows


def assignment_in(plan_document: Mapping[str, Any]) -> Assignment:
    """The (person, post) pairs of a plan document."""
    return tuple(
        sorted((seat["person"], seat["post"]) for seat in plan_document["seats"] if seat["person"] is not None)
    )


def to_text(value: Any) -> str:
    """JSON text with a fixed layout; ends with a line break."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_bytes(value: Any) -> bytes:
    """The same as UTF-8; a file name that is no text keeps its bytes as escapes that JSON reads back."""
    return to_text(value).encode("utf-8", "backslashreplace")


__all__ = ["Document", "assignment_in", "claims", "derived", "document", "to_bytes", "to_text"]
