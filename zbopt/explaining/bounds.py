"""Bounds that a repair moves: which quotas have a name, what opens a bound, and the nearest value that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zbopt.scenario.edits import Edit, names_of
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Mode


def opened_bound(path: tuple[str, ...], end: str, bound: Share | int) -> Edit:
    """A bound that asks nothing."""
    share = isinstance(bound, Share)
    return Edit("set", (*path, end), ("0%" if share else "0") if end == "min" else ("100%" if share else "999999"))


def quotas_named(scenario: Scenario, name: str) -> list[tuple[tuple[str, ...], Any]]:
    """The hard quotas of a name with the path of an edit: of the policy (with the scope where several have it), and of task forces."""
    same = [quota for quota in scenario.policy.quotas if quota.name == name]
    found: list[tuple[tuple[str, ...], Any]] = [
        (("policy", "quotas", names_of(quota)[len(same) > 1]), quota) for quota in same if quota.mode is Mode.HARD
    ]
    found += [
        (("task_forces", team.id, "quotas", name), own)
        for team in scenario.task_forces
        for own in team.quotas
        if own.name == name and own.mode is Mode.HARD
    ]
    return found


def nearest_value(start: int, end: int, works: Callable[[int], bool]) -> int | None:
    """The value nearest to `start`, which does not work, on the way to `end`, by bisection; None where `end` fails too."""
    step = 1 if end > start else -1
    if start == end or not works(end):
        return None
    near, far = start, end
    while abs(far - near) > 1:
        middle = near + step * (abs(far - near) // 2)
        if works(middle):
            far = middle
        else:
            near = middle
    return far


__all__ = ["nearest_value", "opened_bound", "quotas_named"]
