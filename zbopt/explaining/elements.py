"""What can stand against a plan: rules, caps, sizes, quotas in a scope, pins, posts that must be filled. Meaning: `docs/explaining.md`.

A question leaves some of them out (`Question.without`) and asks again. Every element can be left out, and without all of them the
empty plan is one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from zbopt.engine.question import NOTHING, Goal
from zbopt.meaning.measure import lending_cap, team_size
from zbopt.scenario import facts
from zbopt.scenario.edits import row_key
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Quota, RulePolicy, Scope
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, PAIR_RULES, SEAT_RULES
from zbopt.scenario.words import OTHER_CONDITIONS, Mode

OPEN = 10**6
"""A bound that binds nobody."""


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """One thing that can stand against a plan: its kind, and the rule, rows or names it is about."""

    kind: str
    keys: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """As in `docs/explaining.md`."""
        if self.kind in ("rule", OTHER_CONDITIONS):
            return self.keys[0] if self.keys else OTHER_CONDITIONS
        if self.kind == "quota":
            return f"quota:{self.keys[0]}@{self.keys[1]}"
        head = {"cap": "R13", "least": "R14", "size_min": "R37.min", "size_max": "R37.max"}.get(self.kind, self.kind)
        return ":".join((head, *self.keys))

    @property
    def confidential(self) -> bool:
        """The class of all confidential rules together."""
        return self.kind == OTHER_CONDITIONS


def elements(scenario: Scenario, merging: bool = False) -> tuple[Element, ...]:
    """Every element of a scenario, those first that a conflict should rather do without."""
    policy = scenario.policy
    hard = {rule for rule, item in policy.rules.items() if item.mode is Mode.HARD}
    found = [Element("rule", (rule,)) for rule in PAIR_RULES if rule in hard and rule not in CONFIDENTIAL_RULES]
    if any(not person.pool and person.current is None for person in scenario.people):
        found.append(Element("pool"))
    if "R37" in hard:
        for team in facts.staffed_task_forces(scenario):
            low, _ = team_size(team.id, scenario)
            found += [Element("size_max", (team.id,)), *([Element("size_min", (team.id,))] if low else [])]
    if "R13" in hard:
        found += [Element("cap", (unit.id,)) for unit in scenario.units if lending_cap(unit, scenario) is not None]
    if "R14" in hard:
        found += [Element("least", (unit.id,)) for unit in scenario.units if least_of(unit, scenario)]
    keys = [(item.name, item.scope) for item in facts.requirements(scenario) if item.mode is Mode.HARD]
    found += [Element("quota", key) for key in dict.fromkeys(keys)]
    for pin in scenario.pins:
        if facts.pin_binds(pin, scenario):
            found.append(Element("pin" if pin.must else "ban", (row_key(pin),)))
    found += [Element("must_fill", (post.id,)) for post in facts.staffed_posts(scenario) if post.must_fill]
    if hard & CONFIDENTIAL_RULES:
        found.append(Element(OTHER_CONDITIONS))
    # last: without the rules on a person's seats everybody may sit twice, and the models are large
    found += [Element("rule", (rule,)) for rule in SEAT_RULES if rule in hard]
    if merging:
        found += [Element("require", (row_key(group),)) for group in policy.merge.require]
    return tuple(dict.fromkeys(found))


def least_of(unit: Any, scenario: Scenario) -> int:
    """Fewest persons a unit must send (R14), 0 where none is asked."""
    return int(unit.lend_min if unit.lend_min is not None else scenario.policy.setting("R14", "min") or 0)


def without(scenario: Scenario, gone: Collection[Element]) -> Scenario:
    """The scenario with some elements left out."""
    keys: dict[str, set[tuple[str, ...]]] = {}
    for element in gone:
        keys.setdefault(element.kind, set()).add(element.keys)
    if not keys:
        return scenario
    lists: dict[str, Any] = {}
    first = {kind: {key[0] for key in values if key} for kind, values in keys.items()}
    if first.keys() & {"cap", "least"}:
        lists["units"] = tuple(
            unit.model_copy(
                update={
                    **({"lend_max": OPEN} if unit.id in first.get("cap", ()) else {}),
                    **({"lend_min": 0} if unit.id in first.get("least", ()) else {}),
                }
            )
            for unit in scenario.units
        )
    if "pool" in keys:
        lists["people"] = tuple(person.model_copy(update={"pool": True}) for person in scenario.people)
    if first.keys() & {"pin", "ban"}:
        lists["pins"] = tuple(
            pin for pin in scenario.pins if row_key(pin) not in first.get("pin" if pin.must else "ban", ())
        )
    if "must_fill" in first:
        lists["posts"] = tuple(
            post.model_copy(update={"must_fill": False}) if post.id in first["must_fill"] else post
            for post in scenario.posts
        )
    teams = _task_forces(scenario, first, keys.get("quota", set()))
    if teams is not None:
        lists["task_forces"] = teams
    lists["policy"] = _policy(scenario, first, keys.get("quota", set()), OTHER_CONDITIONS in keys)
    return scenario.replaced(**lists)


def _task_forces(
    scenario: Scenario, first: Mapping[str, set[str]], quotas: set[tuple[str, ...]]
) -> tuple[Any, ...] | None:
    if not (first.keys() & {"size_min", "size_max"} or quotas):
        return None
    teams = []
    for team in scenario.task_forces:
        size = team.size
        if team.id in first.get("size_min", ()):
            size = size.model_copy(update={"min": 0})
        if team.id in first.get("size_max", ()):
            size = size.model_copy(update={"max": OPEN})
        kept = tuple(q for q in team.quotas if q.mode is not Mode.HARD or (q.name, team.id) not in quotas)
        teams.append(team.model_copy(update={"size": size, "quotas": kept}))
    return tuple(teams)


def _policy(scenario: Scenario, first: Mapping[str, set[str]], quotas: set[tuple[str, ...]], others: bool) -> Any:
    policy = scenario.policy
    update: dict[str, Any] = {}
    if "rule" in first or others:
        gone = {*first.get("rule", ()), *(CONFIDENTIAL_RULES if others else ())}
        off = {rule: RulePolicy(Mode.OFF, policy.rules[rule].settings) for rule in gone}
        if "R30" in off:  # its refusals only: the wishes are no bar
            off["R30"] = RulePolicy(Mode.WARN, policy.rules["R30"].settings)
        update["rules"] = MappingProxyType({**policy.rules, **off})
    if quotas:
        update["quotas"] = tuple(part for quota in policy.quotas for part in _quota_without(quota, scenario, quotas))
    if "require" in first:
        kept = tuple(group for group in policy.merge.require if row_key(group) not in first["require"])
        update["merge"] = policy.merge.model_copy(update={"require": kept})
    return policy.model_copy(update=update) if update else policy


def _quota_without(quota: Quota, scenario: Scenario, gone: set[tuple[str, ...]]) -> list[Quota]:
    """A quota less some of its scopes; one of every task force falls apart into the scopes that stay."""
    if quota.mode is not Mode.HARD:
        return [quota]
    if quota.scope.kind != "each":
        scope = {"all": "all", "kind": f"kind:{quota.scope.value}"}.get(quota.scope.kind, quota.scope.value)
        return [] if (quota.name, scope) in gone else [quota]
    staffed = [team.id for team in facts.staffed_task_forces(scenario)]
    if not any((quota.name, key) in gone for key in staffed):
        return [quota]
    return [
        quota.model_copy(update={"scope": Scope("task_force", key)}) for key in staffed if (quota.name, key) not in gone
    ]


def hard_only(scenario: Scenario) -> Scenario:
    """The scenario without what is only paid for: it never stands against a plan, and its slack makes models large."""
    policy = scenario.policy
    rules = {
        key: RulePolicy(Mode.WARN, rule.settings) if rule.mode is Mode.TARGET and key != "R38" else rule
        for key, rule in policy.rules.items()
    }
    teams = tuple(
        team.model_copy(update={"quotas": tuple(quota for quota in team.quotas if quota.mode is Mode.HARD)})
        for team in scenario.task_forces
    )
    quotas = tuple(quota for quota in policy.quotas if quota.mode is Mode.HARD)
    changed = policy.model_copy(update={"rules": MappingProxyType(rules), "quotas": quotas})
    return scenario.replaced(policy=changed, task_forces=teams)


@dataclass(frozen=True)
class Question:
    """Whether a plan exists for a scenario (that reaches a goal), with what stands against it.

    `fixed` elements are part of the question itself: never left out, never in a conflict (the pin of a what-would-it-take).
    """

    scenario: Scenario
    goal: Goal = NOTHING
    merging: bool = False
    fixed: frozenset[Element] = field(default_factory=frozenset)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Everything that may be in a conflict."""
        own = [item for item in elements(self.scenario, self.merging) if item not in self.fixed]
        own += [
            Element("filled", (post,))
            for post in sorted(self.goal.filled)
            if Element("filled", (post,)) not in self.fixed
        ]
        return (*own, *([Element("paid")] if self.goal.paid is not None else []))

    def without(self, gone: Collection[Element]) -> Question:
        """The question with some elements left out."""
        seats = {key: number for key, number in self.goal.filled.items() if Element("filled", (key,)) not in gone}
        paid = None if Element("paid") in gone else self.goal.paid
        goal = replace(self.goal, filled=seats, paid=paid)
        return Question(without(self.scenario, gone), goal, self.merging, self.fixed)


__all__ = ["OPEN", "Element", "Question", "elements", "least_of", "without"]
