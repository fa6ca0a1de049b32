"""Readings of a scenario that every room shares: who is staffed, who is an incumbent, which pins bind, who is kin.

Only words of the format are resolved here; what a rule makes of them stands twice, in the engine and in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zbopt.scenario.expression import Expression
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Pin, Scenario
from zbopt.scenario.months import Month, months_between
from zbopt.scenario.people import Person
from zbopt.scenario.words import Incumbents, Mode, Role, TaskForceState
from zbopt.scenario.work import Post, TaskForce

PRIORITY_WEIGHTS: Mapping[int, int] = {1: 9, 2: 3, 3: 1}
"""Weight of an empty seat by the priority of its post (stage `unfilled`)."""

FULL_TIME = 100
"""Hundredths of full time."""

LEADING_ROLES = (Role.HEAD, Role.DEPUTY)


def age(person: Person, scenario: Scenario) -> int | None:
    """Full years at `as_of`; None where the birth is not stated."""
    return None if person.birth is None else months_between(person.birth, scenario.as_of) // 12


def approved(task_force: TaskForce, scenario: Scenario) -> bool:
    """Whether an application that would set the task force up has all three decisions (R32)."""
    return any(item.task_force == task_force.id and item.decisions.all_agreed() for item in scenario.applications)


def staffed_task_forces(scenario: Scenario) -> tuple[TaskForce, ...]:
    """The task forces `assign` staffs, by id: running, or applied with the decisions R32 asks for."""
    strict = scenario.policy.mode("R32") is Mode.HARD
    return tuple(
        item
        for item in scenario.task_forces
        if item.state is TaskForceState.RUNNING
        or (item.state is TaskForceState.APPLIED and (not strict or approved(item, scenario)))
    )


def staffed_posts(scenario: Scenario) -> tuple[Post, ...]:
    """The posts of the staffed task forces, by id."""
    ids = {item.id for item in staffed_task_forces(scenario)}
    return tuple(post for post in scenario.posts if post.task_force in ids)


def same_post(person: Person, post: Post) -> bool:
    """Whether the post is the one an incumbent sits on (any post of the task force where none is stated)."""
    current = person.current
    if current is None or current.task_force != post.task_force:
        return False
    return current.post is None or current.post == post.id


def exempt(person: Person, post: Post, scenario: Scenario) -> bool:
    """Whether the personal rules are not asked: an incumbent who stays, unless `policy.incumbents: check`."""
    return scenario.policy.incumbents is Incumbents.EXEMPT and same_post(person, post)


def pin_binds(pin: Pin, scenario: Scenario) -> bool:
    """Whether a pin still binds: no `until`, or one after `as_of`."""
    return pin.until is None or pin.until > scenario.as_of


def pin_covers(pin: Pin, post: Post) -> bool:
    """Whether a pin names the post or its task force."""
    return post.id == pin.post if pin.post is not None else post.task_force == pin.task_force


def horizon(scenario: Scenario, months: int) -> Month:
    """The end of the term, or so many months after `as_of` without one (R25)."""
    return scenario.term.to if scenario.term is not None else scenario.as_of.plus(months)


def kin_pairs(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Pairs of kin among the people, each once in id order, stated by either of them."""
    pairs = {
        (min(person.id, kin.person), max(person.id, kin.person))
        for person in scenario.people
        for kin in person.kin
        if kin.person is not None
    }
    return tuple(sorted(pairs))


def kin_leaders(scenario: Scenario) -> Mapping[str, frozenset[str]]:
    """The leaders each person is kin of."""
    found = {
        person.id: frozenset(kin.leader for kin in person.kin if kin.leader is not None) for person in scenario.people
    }
    return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A quota in one scope: `of` among the persons of these task forces, between min and max. `key` is unique."""

    name: str
    of: Expression
    scope: str
    task_forces: tuple[str, ...]
    min: Share | int | None
    max: Share | int | None
    mode: Mode
    key: str = ""


def requirements(scenario: Scenario) -> tuple[Requirement, ...]:
    """Every quota of the policy and of the staffed task forces, one per scope, in order of name and scope; off ones left out.

    One in a task force that is not staffed, or in a kind without any, has no task forces: nobody is in its scope.
    """
    staffed = staffed_task_forces(scenario)
    every = tuple(item.id for item in staffed)
    found: list[Requirement] = []
    for quota in scenario.policy.quotas:
        bounds = (quota.min, quota.max, quota.mode)
        if quota.scope.kind == "all":
            found.append(Requirement(quota.name, quota.of, "all", every, *bounds))
        elif quota.scope.kind == "kind":
            members = tuple(item.id for item in staffed if item.kind.value == quota.scope.value)
            found.append(Requirement(quota.name, quota.of, f"kind:{quota.scope.value}", members, *bounds))
        else:
            chosen = every if quota.scope.kind == "each" else (quota.scope.value,)
            found += [Requirement(quota.name, quota.of, key, (key,) if key in every else (), *bounds) for key in chosen]
    for item in staffed:
        found += [Requirement(q.name, q.of, item.id, (item.id,), q.min, q.max, q.mode) for q in item.quotas]
    binding = sorted(
        (item for item in found if item.mode is not Mode.OFF),
        key=lambda item: (item.name, item.scope, item.of.text, str(item.min), str(item.max), item.mode),
    )
    return tuple(replace(item, key=f"{item.name}@{item.scope}#{place}") for place, item in enumerate(binding))
