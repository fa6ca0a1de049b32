"""The points of every pair as arrays (n x m): fit, preference, stability. Source: `scenario.md`, Scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zbopt.engine.data import Data
from zbopt.engine.linear import Ints
from zbopt.scenario.words import Mode

_WISH = (100, 70, 40, 20)


@dataclass(frozen=True)
class Scores:
    """Whole points 0-100 (n x m) and the weights that count."""

    fit: Ints
    preference: Ints
    stability: Ints
    weights: tuple[int, int, int]


def fit(data: Data) -> Ints:
    """Best branch of 100 * sum w min(1, level / goal) / sum w, half up, in sixtieths (60 is divisible by every goal)."""
    # the other way round while it is written post by post
    points = np.zeros((len(data.posts), len(data.people)), np.int64)
    alike: dict[object, int] = {}
    for place, post in enumerate(data.posts):
        asked = (data.needs(post), tuple(post.wants.items()))
        if asked in alike:
            points[place] = points[alike[asked]]
            continue
        alike[asked] = place
        for branch in data.needs(post).branches():
            terms = [(category, 2, min(level + 1, 5)) for category, level in branch]
            terms += [(category, 1, level) for category, level in post.wants.items()]
            total = 60 * sum(weight for _, weight, _ in terms)
            if total == 0:
                points[place] = 100
                continue
            earned = np.zeros(len(data.people), np.int64)
            for category, weight, goal in terms:
                earned += weight * np.minimum(60, data.levels[category] * (60 // goal))
            points[place] = np.maximum(points[place], (200 * earned + total) // (2 * total))
    return np.ascontiguousarray(points.T)


def wish_value(rank: int) -> int:
    """Points of a wish by its place in the list, from 0."""
    return _WISH[min(rank, 3)]


def wishes(data: Data) -> Ints:
    """The person's side (n x m): by the first wish that names the post or its task force; 50 for silence, 0 otherwise."""
    points = np.full((len(data.people), len(data.posts)), 50, np.int64)
    for place, person in enumerate(data.people):
        if not person.preferences:
            continue
        points[place] = 0
        for rank in range(len(person.preferences) - 1, -1, -1):
            columns = data.named(person.preferences[rank])
            if columns is not None:
                points[place, columns] = wish_value(rank)
    return points


def preference(data: Data) -> Ints:
    """Both sides (n x m): the mean, half up, where a task force says whom it wants."""
    points = wishes(data)
    for number, team in enumerate(data.teams):
        if team.wants_people:
            columns = np.flatnonzero(data.post_team == number)
            points[:, columns] = (points[:, columns] + wanted(data, number)[:, None] + 1) // 2
    return points


def wanted(data: Data, number: int) -> Ints:
    """Points a task force gives each person (n)."""
    points = np.zeros(len(data.people), np.int64)
    wants = data.teams[number].wants_people
    for rank in range(len(wants) - 1, -1, -1):
        want, value = wants[rank], _WISH[min(rank, 3)]
        if want.expression is not None:
            points[data.holds(want.expression)] = value
        elif want.person is not None:
            points[data.person_index[want.person]] = value
    return points


def stability(data: Data) -> Ints:
    """100 at the same post, 70 in the same or a succeeding task force, 0 elsewhere; 50 for people without a place (n x m)."""
    points = np.full((len(data.people), len(data.posts)), 50, np.int64)
    points[data.incumbent] = 0
    followers = {team.id: np.zeros(len(data.posts), bool) for team in data.scenario.task_forces}
    for number, team in enumerate(data.teams):
        for earlier in (team.id, *team.succeeds):
            followers[earlier] |= data.post_team == number
    for place in np.flatnonzero(data.incumbent):
        current = data.people[place].current
        if current is not None:
            points[place, followers[current.task_force]] = 70
    points[data.same_post] = 100
    return points


def weights(data: Data) -> tuple[int, int, int]:
    """Merit weights of fit, preference and stability; 0 for terms of rules that are off."""
    policy = data.scenario.policy
    merit = policy.merit
    wished = 0 if policy.mode("R30") is Mode.OFF else merit.preference
    stays = 0 if policy.mode("R38") is Mode.OFF else merit.stability
    return merit.fit, wished, stays


def scores(data: Data) -> Scores:
    """Points of every pair."""
    return Scores(fit(data), preference(data), stability(data), weights(data))
