"""Minimal conflicts: which elements no plan meets together. From a model without objective, shrunk by deletion, each step re-solved.

Deletion in chunks of half, a quarter, ... one. At the end what is left is asked once more, and with each of its elements left out:
that is the proof of "minimal".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from zbopt.engine.question import Finding
from zbopt.explaining.elements import Element, Question
from zbopt.progress import Control

Asking = Callable[[Question, Control, int], Finding]


@dataclass(frozen=True)
class Conflict:
    """Elements that no plan meets together; `minimal` where a plan was found without each of them."""

    elements: tuple[Element, ...]
    minimal: bool


@dataclass
class Asker:
    """Asks one question with some elements left out, each only once."""

    question: Question
    control: Control
    workers: int
    how: Asking
    confirm: Callable[[Question, Finding], None]
    """Audits a plan that shows that one exists."""

    _known: dict[frozenset[Element], Finding] = field(default_factory=dict)

    @property
    def num_asked(self) -> int:
        """How many times a model was asked."""
        return len(self._known)

    def without(self, gone: Collection[Element]) -> Finding:
        """The answer with these elements left out."""
        key = frozenset(gone)
        if key not in self._known:
            found = self.how(self.question.without(key), self.control, self.workers)
            if found.outcome == "unknown":
                return found
            self._known[key] = found
        self.control.emit("conflict", "search", len(self._known))
        return self._known[key]

    def confirmed(self, kept: Collection[Element]) -> str:
        """The outcome with only these elements left; a plan that shows it is audited."""
        gone = set(self.question.elements) - set(kept)
        found = self.without(gone)
        self.confirm(self.question.without(gone), found)
        return found.outcome

    def keeping(self, kept: Collection[Element]) -> Finding:
        """The answer with only these elements left."""
        return self.without(set(self.question.elements) - set(kept))


LATE = frozenset({Element("rule", ("R01",)), Element("rule", ("R29",))})
"""Left out last: without them everybody may sit in every task force, and models are large while much else is in them."""


def shrink(asker: Asker, kept: Sequence[Element]) -> Conflict:
    """A conflict among elements that are known to be impossible together, asked again at the end, with each left out in turn."""
    late = [element for element in kept if element in LATE]
    first = _shrunk(asker, [element for element in kept if element not in LATE], late)
    last = _shrunk(asker, late, first)
    left = [*first, *last]
    while True:
        outcomes = {item: asker.confirmed([other for other in left if other != item]) for item in left}
        needless = next((item for item in left if outcomes[item] == "impossible"), None)
        if needless is None:
            break
        left.remove(needless)  # a pin left out takes its approval with it, so that less is not always easier
    sure = asker.keeping(left).outcome == "impossible" and all(item == "possible" for item in outcomes.values())
    return Conflict(tuple(sorted(left)), sure)


def _shrunk(asker: Asker, left: list[Element], beside: list[Element]) -> list[Element]:
    """What of `left` stays beside the others after one pass of deletion for each size of chunk."""
    size = max(1, len(left) // 2)
    while left:
        place = 0
        while place < len(left):
            rest = left[:place] + left[place + size :]
            if asker.keeping([*rest, *beside]).outcome == "impossible":
                left = rest
            else:
                place += size
        if size == 1:
            break
        size = max(1, min(size // 2, len(left) // 2))
    return left


def conflicts(asker: Asker, most: int = 5) -> tuple[Conflict, ...]:
    """Conflicts without anything in common, until what is left has a plan; none where a plan exists or time ran out."""
    found: list[Conflict] = []
    while len(found) < most:
        gone = {element for conflict in found for element in conflict.elements}
        kept = [element for element in asker.question.elements if element not in gone]
        if not kept or asker.keeping(kept).outcome != "impossible":
            break
        found.append(shrink(asker, kept))
        if not found[-1].elements:
            break  # impossible by what is no element: nothing to leave out
    return tuple(found)


__all__ = ["Asker", "Asking", "Conflict", "conflicts", "shrink"]
