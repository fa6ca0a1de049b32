"""What a repair may do: each action takes some elements away, at a price. Meaning and prices: `docs/explaining.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zbopt.explaining.elements import Element
from zbopt.scenario import facts
from zbopt.scenario.models import Scenario
from zbopt.scenario.rulebook import RULES

PRICES = {
    "quota": 1,
    "cap": 1,
    "least": 1,
    "size_min": 1,
    "size_max": 1,
    "pin": 3,
    "ban": 3,
    "approve": 2,
    "admit": 2,
    "require": 3,
}
"""Price of a unit of each action: a person, a pin, an approval. A seat that may stay empty: 1 and its weight."""

BOUNDS = ("quota", "cap", "least", "size_min", "size_max")
"""Actions that move a bound, as little as is needed."""


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """Something a repair may do: its kind, what it is done to, its least price."""

    kind: str
    keys: tuple[str, ...]
    price: int


def actions_for(element: Element, scenario: Scenario) -> tuple[Action, ...]:
    """The actions that take an element away; none for rules that no approval lifts and for what is part of the question."""
    if element.kind == "rule":
        lifted = RULES[element.keys[0]].override
        return (Action("approve", (), PRICES["approve"]),) if lifted else ()
    if element.kind == "pool":
        return (Action("admit", (), PRICES["admit"]),)
    if element.kind == "quota":
        return (Action("quota", element.keys[:1], 1),)
    if element.kind == "must_fill":
        weight = facts.PRIORITY_WEIGHTS[scenario.post_by_id[element.keys[0]].priority]
        return (Action("must_fill", element.keys, 1 + weight),)
    if element.kind in PRICES:
        return (Action(element.kind, element.keys, PRICES[element.kind]),)
    return ()


def taken_away(actions: Sequence[Action], elements: Sequence[Element], scenario: Scenario) -> frozenset[Element]:
    """The elements that some actions take away together."""
    chosen = set(actions)
    return frozenset(item for item in elements if chosen.intersection(actions_for(item, scenario)))


def cheapest(
    hit: Sequence[frozenset[Action]], refused: Sequence[frozenset[Action]], most_looked_at: int = 200_000
) -> frozenset[Action] | None:
    """The cheapest set of actions with one of every set in `hit` that holds none of `refused`; by best first search."""
    from heapq import heappop, heappush

    queue: list[tuple[int, int, tuple[Action, ...]]] = [(0, 0, ())]
    seen: set[frozenset[Action]] = set()
    for _ in range(most_looked_at):
        if not queue:
            return None
        price, number, chosen = heappop(queue)
        own = frozenset(chosen)
        if own in seen or any(bad <= own for bad in refused):
            continue
        seen.add(own)
        missing = next((group for group in hit if not group & own), None)
        if missing is None:
            return own
        for action in sorted(missing):
            heappush(queue, (price + action.price, number + 1, tuple(sorted({*own, action}))))
    return None


__all__ = ["BOUNDS", "PRICES", "Action", "actions_for", "cheapest", "taken_away"]
