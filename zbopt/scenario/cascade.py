"""What goes with a row: the lists of a scenario that change when a person, post or task force is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zbopt.scenario.models import Scenario
from zbopt.scenario.work import TaskForce


def without_person(scenario: Scenario, key: str, people: Sequence[Any]) -> dict[str, Any]:
    """The lists that change with a person: kin, pins and wishes of task forces that name them."""
    return {
        "people": tuple(
            person.model_copy(update={"kin": tuple(kin for kin in person.kin if kin.person != key)})
            if any(kin.person == key for kin in person.kin)
            else person
            for person in people
        ),
        "pins": tuple(pin for pin in scenario.pins if pin.person != key),
        "task_forces": tuple(
            team.model_copy(update={"wants_people": tuple(want for want in team.wants_people if want.person != key)})
            for team in scenario.task_forces
        ),
    }


def without_places(scenario: Scenario, gone: set[str], teams: frozenset[str] = frozenset()) -> dict[str, Any]:
    """People and pins after some posts (and task forces) are gone."""

    def freed(person: Any) -> Any:
        """A person without wishes for what is gone, and without a current place in it."""
        update: dict[str, Any] = {
            field: tuple(item for item in getattr(person, field) if item not in gone | teams)
            for field in ("preferences", "refuses", "conflicts")
        }
        if person.current is not None and person.current.task_force in teams:
            update["current"] = None
        elif person.current is not None and person.current.post in gone:
            update["current"] = person.current.model_copy(update={"post": None})
        return person.model_copy(update=update)

    return {
        "people": tuple(freed(person) for person in scenario.people),
        "pins": tuple(pin for pin in scenario.pins if pin.post not in gone and pin.task_force not in teams),
    }


def without_task_force(scenario: Scenario, key: str, posts: set[str], left: Sequence[TaskForce]) -> dict[str, Any]:
    """The lists that change with a task force: everything it has, and everything that names it."""
    merge = scenario.policy.merge
    groups = {
        name: tuple(group for group in getattr(merge, name) if key not in group.task_forces)
        for name in ("forbid", "require")
    }
    policy = scenario.policy.model_copy(
        update={
            "merge": merge.model_copy(update=groups),
            "quotas": tuple(quota for quota in scenario.policy.quotas if quota.scope.value != key),
        }
    )
    return {
        **without_places(scenario, posts, frozenset({key})),
        "task_forces": tuple(
            team.model_copy(update={"succeeds": tuple(item for item in team.succeeds if item != key)}) for team in left
        ),
        "posts": tuple(post for post in scenario.posts if post.task_force != key),
        "workload": tuple(row for row in scenario.workload if row.task_force != key),
        "applications": tuple(item for item in scenario.applications if key not in (item.task_force, item.renews)),
        "policy": policy,
    }


__all__ = ["without_person", "without_places", "without_task_force"]
