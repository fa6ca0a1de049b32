"""The points of a filled seat in plain Python: fit, preference, stability (0-100 each). Source: `scenario.md`, Scores."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from zbopt.meaning.pair_rules import needs_of
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.words import Mode
from zbopt.scenario.work import Post, TaskForce

WISH_POINTS = (100, 70, 40)
LATER_WISH = 20
SILENCE = 50


@dataclass(frozen=True, slots=True)
class Points:
    """Whole points 0-100 of a person on a seat of a post."""

    fit: int
    preference: int
    stability: int


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded half up, both non-negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def fit(person: Person, post: Post, scenario: Scenario) -> int:
    """100 * sum w min(1, level/goal) / sum w over needs (w 2, goal one above) and wants (w 1), best branch."""
    best = 0
    for branch in needs_of(post, scenario).branches():
        items = [(category, 2, min(5, level + 1)) for category, level in branch]
        items += [(category, 1, level) for category, level in post.wants.items()]
        if not items:
            return 100
        earned = sum(weight * min(60, 60 * person.categories.get(name, 0) // goal) for name, weight, goal in items)
        best = max(best, half_up(100 * earned, 60 * sum(weight for _, weight, _ in items)))
    return best


def wish_points(person: Person, places: Container[str]) -> int:
    """The person's side: by the place of the first wish for one of the places (a seat's post and task force; in a merged team
    those of all its parts); 50 for silence, 0 otherwise."""
    if not person.preferences:
        return SILENCE
    for place, wish in enumerate(person.preferences):
        if wish in places:
            return WISH_POINTS[place] if place < len(WISH_POINTS) else LATER_WISH
    return 0


def want_points(person: Person, task_force: TaskForce, scenario: Scenario) -> int:
    """The task force's side: by the place of the first entry of `wants_people` that matches, 0 where none does."""
    for place, want in enumerate(task_force.wants_people):
        named = want.person == person.id
        if named or (want.expression is not None and want.expression.holds(person, scenario)):
            return WISH_POINTS[place] if place < len(WISH_POINTS) else LATER_WISH
    return 0


def preference(person: Person, places: Container[str], task_force: TaskForce, scenario: Scenario) -> int:
    """The person's side, or the mean of both sides, half up, where the task force states wishes."""
    own = wish_points(person, places)
    if not task_force.wants_people:
        return own
    return half_up(own + want_points(person, task_force, scenario), 2)


def stability(person: Person, post: Post, scenario: Scenario) -> int:
    """100 same post, 70 same or successor task force, 0 elsewhere for incumbents; 50 for others."""
    current = person.current
    if current is None:
        return 50
    if current.task_force == post.task_force and current.post in (None, post.id):
        return 100
    follows = current.task_force in scenario.task_force_by_id[post.task_force].succeeds
    return 70 if follows or current.task_force == post.task_force else 0


def points(person: Person, post: Post, scenario: Scenario) -> Points:
    """All three."""
    task_force = scenario.task_force_by_id[post.task_force]
    wished = preference(person, (post.id, post.task_force), task_force, scenario)
    return Points(fit(person, post, scenario), wished, stability(person, post, scenario))


@dataclass(frozen=True, slots=True)
class Weights:
    """Merit weights that count: R30 off takes preference out, R38 off takes stability out."""

    fit: int
    preference: int
    stability: int


def weights(scenario: Scenario) -> Weights:
    """The weights of the policy, with the terms of rules that are off at 0."""
    merit, policy = scenario.policy.merit, scenario.policy
    return Weights(
        merit.fit,
        0 if policy.mode("R30") is Mode.OFF else merit.preference,
        0 if policy.mode("R38") is Mode.OFF else merit.stability,
    )
