"""Hard minima that cannot hold together, by counting alone: what each asks for is held by other people than what the others ask for.

Four minima of three persons each, of four kinds nobody shares, need twelve seats; a scope with ten stays empty, and an empty
scope satisfies every quota. A reader must be told, or an empty plan that is proved best looks like an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zbopt.scenario import facts
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.vocabulary import Mode


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Minima of one scope: their names, the persons they need together, the seats there are."""

    scope: str
    names: tuple[str, ...]
    needed: int
    seats: int


def exclusive_minima(scenario: Scenario) -> Iterator[Exclusive]:
    """Scopes whose hard minima of different people add up to more than their seats; counts only, shares depend on the plan."""
    asked: dict[tuple[str, tuple[str, ...]], list[facts.Requirement]] = {}
    for item in facts.requirements(scenario):
        if item.mode is Mode.HARD and item.min is not None and not isinstance(item.min, Share) and item.task_forces:
            asked.setdefault((item.scope, item.task_forces), []).append(item)
    for (scope, teams), items in sorted(asked.items()):
        if len(items) < 2:
            continue
        seats = sum(post.seats for team in teams for post in scenario.posts_of[team])
        chosen = _disjoint(items, scenario)
        needed = sum(int(str(item.min)) for item in chosen)
        if len(chosen) > 1 and needed > seats:
            yield Exclusive(scope, tuple(item.name for item in chosen), needed, seats)


def _disjoint(items: list[facts.Requirement], scenario: Scenario) -> list[facts.Requirement]:
    """Minima held by people of whom none holds two; the largest first."""
    chosen: list[facts.Requirement] = []
    taken: set[str] = set()
    for item in sorted(items, key=lambda item: (-int(str(item.min)), item.name)):
        people = {person.id for person in scenario.people if item.of.holds(person, scenario)}
        if not people & taken:
            chosen.append(item)
            taken |= people
    return sorted(chosen, key=lambda item: item.name)


__all__ = ["Exclusive", "exclusive_minima"]
