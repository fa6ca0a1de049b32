"""Hard minima that cannot hold together, by counting alone: what each asks for is held by other people than what the others ask for.

Four minima of three persons each, of four kinds nobody shares, need twelve seats; a scope with ten stays empty, and an empty
scope satisfies every quota. A reader must be told, or an empty plan that is proved best looks like an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zbopt.diagnostics import Argument
from zbopt.scenario import facts
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Mode


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Requirements of one scope: their names, the persons they need together, how many can sit there.

    Of shares both are per hundred persons there.
    """

    scope: str
    names: tuple[str, ...]
    needed: int
    seats: int
    is_share: bool = False

    def args(self) -> dict[str, Argument]:
        """The arguments of its sentence."""
        kind = {"share": "yes", "persons": ""} if self.is_share else {"share": "", "persons": "yes"}
        return {"names": self.names, "value": self.needed, "seats": self.seats, **kind}


def exclusive_minima(scenario: Scenario) -> Iterator[Exclusive]:
    """Scopes whose hard minima only an empty scope satisfies, as counting alone shows.

    Counts of different people that add up to more than the seats, shares of different people to more than all, or a minimum
    above what maxima for the same people leave.
    """
    asked: dict[tuple[str, tuple[str, ...]], list[facts.Requirement]] = {}
    hard = [item for item in facts.requirements(scenario) if item.mode is Mode.HARD and item.task_forces]
    for item in hard:
        if item.min is not None:
            asked.setdefault((item.scope, item.task_forces), []).append(item)
    for (scope, teams), items in sorted(asked.items()):
        seats = sum(post.seats for team in teams for post in scenario.posts_of[team])
        counts = _disjoint([item for item in items if not isinstance(item.min, Share)], scenario)
        yield from _beyond(scope, counts, seats)
        shares = _disjoint([item for item in items if isinstance(item.min, Share)], scenario)
        yield from _beyond(scope, shares, 100)
        for item in items:
            yield from _capped(item, hard, scenario)


def _beyond(scope: str, chosen: list[facts.Requirement], limit: int) -> Iterator[Exclusive]:
    needed = sum(_amount(item) for item in chosen)
    if len(chosen) > 1 and needed > limit * (100 if isinstance(chosen[0].min, Share) else 1):
        is_share = isinstance(chosen[0].min, Share)
        yield Exclusive(
            scope, tuple(item.name for item in chosen), -(-needed // 100) if is_share else needed, limit, is_share
        )


def _amount(item: facts.Requirement) -> int:
    """The minimum: persons, or parts of ten thousand."""
    return item.min.per_10000 if isinstance(item.min, Share) else int(item.min or 0)


def _capped(item: facts.Requirement, hard: list[facts.Requirement], scenario: Scenario) -> Iterator[Exclusive]:
    """A count above what the maxima of its task forces for the same people allow together."""
    if isinstance(item.min, Share):
        return
    caps = {team: sum(post.seats for post in scenario.posts_of[team]) for team in item.task_forces}
    names = set()
    for other in hard:
        alike = other.of.text == item.of.text and len(other.task_forces) == 1 and other.task_forces[0] in caps
        if (
            alike
            and other.max is not None
            and not isinstance(other.max, Share)
            and other.max < caps[other.task_forces[0]]
        ):
            caps[other.task_forces[0]] = other.max
            names.add(other.name)
    if names and _amount(item) > sum(caps.values()):
        yield Exclusive(item.scope, (item.name, *sorted(names - {item.name})), _amount(item), sum(caps.values()))


def _disjoint(items: list[facts.Requirement], scenario: Scenario) -> list[facts.Requirement]:
    """Minima held by people of whom none holds two; the largest first."""
    chosen: list[facts.Requirement] = []
    taken: set[str] = set()
    for item in sorted(items, key=lambda item: (-_amount(item), item.name)):
        people = {person.id for person in scenario.people if item.of.holds(person, scenario)}
        if not people & taken:
            chosen.append(item)
            taken |= people
    return sorted(chosen, key=lambda item: item.name)


__all__ = ["Exclusive", "exclusive_minima"]
