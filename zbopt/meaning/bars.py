"""The rules on one person and one post, in plain Python: what breaks, and with which field and value.

The engine has its own numpy masks for the same rules; this is the second, independent writing, used by the audit and
by every explanation. Meaning: `docs/meaning.md`. A rule function returns None where the pair keeps the rule, else the
arguments of its sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zbopt.diagnostics import Message
from zbopt.meaning.pair_rules import PAIR_CHECKS, Args, Pair
from zbopt.scenario import facts, words
from zbopt.scenario.models import Pin, Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, RULES
from zbopt.scenario.words import Mode
from zbopt.scenario.work import Post

CLASS_MESSAGE = Message("bar.confidential")
"""All that is said of a confidential rule that somebody breaks."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rule that a pair breaks, in the mode the scenario gives it. `args` is empty for confidential rules."""

    rule: str
    mode: Mode
    person: str
    post: str
    args: Args

    @property
    def message(self) -> Message:
        """The sentence of the bar; confidential rules are told as their class and nothing else."""
        if self.rule in CONFIDENTIAL_RULES:
            return CLASS_MESSAGE
        if "by_unit" in self.args:
            return Message("bar.R30.unit", {"rule": self.rule})
        return Message(f"bar.{self.rule}", {"rule": self.rule, **self.args})


def once(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages with the confidential class told once, however many of its rules are broken."""
    found: list[Message] = []
    for item in messages:
        if item.code != CLASS_MESSAGE.code or item not in found:
            found.append(item)
    return tuple(found)


def bar_key(message: Message) -> str:
    """What a bar is counted under: its rule's id, `pool`, `pin`, or the confidential class."""
    if message.code == CLASS_MESSAGE.code:
        return words.OTHER_CONDITIONS
    return str(message.args.get("rule", message.code[4:]))


class Bars:
    """The bars of one scenario: rules that are off or lifted are left out."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        modes = ((rule_id, scenario.policy.mode(rule_id), check) for rule_id, check in PAIR_CHECKS.items())
        self._checks = [(rule_id, mode, check) for rule_id, mode, check in modes if mode is not Mode.OFF]
        self._checks_of_those_who_stay = [item for item in self._checks if not RULES[item[0]].personal]
        self._barred: dict[str, tuple[Counter[str], tuple[Person, ...]]] = {}
        self._pins: dict[str, list[Pin]] = {}
        for pin in scenario.pins:
            if facts.pin_binds(pin, scenario):
                self._pins.setdefault(pin.person, []).append(pin)

    def pair(self, person: Person, post: Post) -> Pair:
        """The pair with its task force and unit."""
        scenario = self.scenario
        return Pair(
            person, post, scenario.task_force_by_id[post.task_force], scenario.unit_by_id[person.unit], scenario
        )

    def lifting_pin(self, person: Person, post: Post) -> Pin | None:
        """The pin with an approval number that covers the pair."""
        for pin in self._pins.get(person.id, ()):
            if pin.must and pin.approval is not None and facts.pin_covers(pin, post):
                return pin
        return None

    def _broken(self, person: Person, post: Post) -> Iterator[Bar]:
        pair = self.pair(person, post)
        stays = facts.exempt(person, post, self.scenario)
        for rule_id, mode, check in self._checks_of_those_who_stay if stays else self._checks:
            args = check(pair)
            if args is not None:
                shown = {} if rule_id in CONFIDENTIAL_RULES else args
                yield Bar(rule_id, mode, person.id, post.id, shown)

    def of(self, person: Person, post: Post) -> tuple[Bar, ...]:
        """Every rule the pair breaks, those lifted by an approval left out."""
        lifted = self.lifting_pin(person, post) is not None
        return tuple(bar for bar in self._broken(person, post) if not (lifted and RULES[bar.rule].override))

    def lifted(self, person: Person, post: Post) -> tuple[Bar, ...]:
        """The rules an approval lifts for the pair (突破事项)."""
        if self.lifting_pin(person, post) is None:
            return ()
        return tuple(bar for bar in self._broken(person, post) if RULES[bar.rule].override)

    def structural(self, person: Person, post: Post) -> tuple[Message, ...]:
        """What bars the pair without being a rule with a mode: pool, a pin against it, a load above the capacity."""
        found = []
        if not person.pool and person.current is None:
            found.append(Message("bar.pool"))
        found += [
            Message("bar.pin", {"place": pin.place, "by": pin.by or "", "on": pin.on or ""})
            for pin in self._pins.get(person.id, ())
            if not pin.must and facts.pin_covers(pin, post)
        ]
        if post.load > person.capacity and self.scenario.policy.mode("R29") is Mode.HARD:
            args = {"rule": "R29", "value": f"{post.load / 100:g}", "limit": f"{person.capacity / 100:g}"}
            found.append(Message("bar.R29", args))
        return tuple(found)

    def open_hard(self, person: Person, post: Post) -> tuple[Message, ...]:
        """The reasons that are no confidential ones: what everybody may know."""
        return tuple(item for item in self.hard(person, post) if item.code != CLASS_MESSAGE.code)

    def hard(self, person: Person, post: Post) -> tuple[Message, ...]:
        """Every reason why the pair cannot be used; empty where it can."""
        rules = (bar.message for bar in self.of(person, post) if bar.mode is Mode.HARD)
        return self.structural(person, post) + once(rules)

    def barring(self, person: Person, post: Post) -> set[str]:
        """What `hard` tells, each as what it is counted under."""
        found = {bar_key(item) for item in self.structural(person, post)}
        for bar in self.of(person, post):
            if bar.mode is Mode.HARD:
                found.add(words.OTHER_CONDITIONS if bar.rule in CONFIDENTIAL_RULES else bar.rule)
        return found

    def barred(self, post: Post) -> tuple[Counter[str], tuple[Person, ...]]:
        """How many people each open rule bars from a post (a person counts under each), and the people none of them bars.

        The confidential class counts those whom it alone keeps off. They are among the people returned: if they were not,
        their number would follow from the others. Looked at once for each post: it takes everybody.
        """
        if post.id not in self._barred:
            counts: Counter[str] = Counter()
            eligible = []
            for person in self.scenario.people:
                found = self.barring(person, post)
                if found <= {words.OTHER_CONDITIONS}:
                    eligible.append(person)
                counts.update(found if found == {words.OTHER_CONDITIONS} else found - {words.OTHER_CONDITIONS})
            self._barred[post.id] = counts, tuple(eligible)
        counts, people = self._barred[post.id]
        return counts.copy(), people

    def warnings(self, person: Person, post: Post, broken: Iterable[Bar]) -> tuple[Bar, ...]:
        """What is only listed: rules in mode warn, R19 for members and advisers, R30 for a unit's objection.

        `broken`: what `of` says of the pair.
        """
        found = [bar for bar in broken if bar.mode is Mode.WARN]
        policy = self.scenario.policy
        stays = facts.exempt(person, post, self.scenario)
        sanctioned = person.sanction_end is not None and person.sanction_end > self.scenario.as_of
        if sanctioned and post.role not in facts.LEADING_ROLES and policy.mode("R19") is not Mode.OFF and not stays:
            found.append(Bar("R19", Mode.WARN, person.id, post.id, {}))
        if person.unit_opinion is words.Opinion.DISAGREE and policy.mode("R30") is not Mode.OFF:
            found.append(Bar("R30", Mode.WARN, person.id, post.id, {"by_unit": 1}))
        return tuple(found)
