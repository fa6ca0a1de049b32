"""The objectives of the stages, term by term. All coefficients are whole; every stage is minimised (merit with its sign turned)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from zbopt.engine.context import Context
from zbopt.engine.linear import Ints, Role
from zbopt.scenario import facts


def empty_seats(context: Context) -> None:
    """unfilled = sum_p weight_p u_p with 9, 3, 1 by priority."""
    weights = [facts.PRIORITY_WEIGHTS[post.priority] for post in context.data.posts]
    context.builder.cost("unfilled", context.u, weights)


def broken_targets(context: Context) -> None:
    """quotas += the number of target rules a pair breaks."""
    cost = context.eligibility.cost[context.person, context.post]
    context.builder.cost("quotas", context.x, cost)


def moves(context: Context) -> tuple[Ints, Ints]:
    """moves = persons who sit, but on no same post: x itself, or for several seats moved_c >= x_cp - sum_same x.

    Returns these rows with the person of each.
    """
    stays = context.data.same_post[context.person, context.post] if len(context.post) else np.zeros(0, bool)
    several = context.several[context.person]
    context.builder.cost("moves", context.x[~several], np.where(stays[~several], 0, 1))
    pairs = np.flatnonzero(several & ~stays)
    if not len(pairs):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    people, inverse = np.unique(context.person[pairs], return_inverse=True)
    moved = context.builder.columns("moved", [(context.data.people[c].id,) for c in people], 0, 1, True, Role.INDICATOR)
    same = [np.flatnonzero(several & stays & (context.person == c)) for c in people]
    row = [np.full(len(same[place]), number) for number, place in enumerate(inverse)]
    own = [context.x[same[place]] for place in inverse]
    number = np.arange(len(pairs))
    entries = (
        np.concatenate([number, number, *row]),
        np.concatenate([moved[inverse], context.x[pairs], *own]),
        np.concatenate([np.ones(len(pairs)), -np.ones(len(pairs)), *(np.ones(len(part)) for part in own)]),
    )
    labels = context.pair_labels(pairs)
    rows = context.builder.rows("moved_if_elsewhere", labels, entries, 0, np.inf, Role.INDICATOR)
    context.builder.cost("moves", moved, 1)
    return rows, context.person[pairs]


def fit(context: Context) -> None:
    """merit += weight * fit of each seat."""
    points = context.scores.fit[context.person, context.post]
    context.builder.cost("merit", context.x, -context.scores.weights[0] * points)


def preference(context: Context) -> None:
    """merit += weight * preference of each seat."""
    points = context.scores.preference[context.person, context.post]
    context.builder.cost("merit", context.x, -context.scores.weights[1] * points)


def stability(context: Context) -> None:
    """merit += weight * best stability of each person: best_cl <= sum of x with that level, sum_l best_cl <= 1."""
    weight = context.scores.weights[2]
    points = context.scores.stability[context.person, context.post]
    several = context.several[context.person]
    context.builder.cost("merit", context.x[~several], -weight * points[~several])
    pairs = np.flatnonzero(several & (points > 0))
    if not len(pairs) or not weight:
        return
    key = context.person[pairs] * 101 + points[pairs]
    keys, inverse = np.unique(key, return_inverse=True)
    people, level = np.divmod(keys, 101)
    labels = [(context.data.people[c].id, str(points_of)) for c, points_of in zip(people, level, strict=True)]
    best = context.builder.columns("best", labels, 0, 1, True)
    ones = np.ones(len(pairs))
    entries = (np.r_[inverse, np.arange(len(keys))], np.r_[context.x[pairs], best], np.r_[ones, -np.ones(len(keys))])
    context.builder.rows("best_if_seated", labels, entries, 0, np.inf)
    owners, row = np.unique(people, return_inverse=True)
    context.builder.rows("one_best", [(context.data.people[c].id,) for c in owners], (row, best, 1), -np.inf, 1)
    context.builder.cost("merit", best, -weight * level)


TERMS: Mapping[str, Callable[[Context], object]] = {
    "unfilled": empty_seats,
    "targets": broken_targets,
    "moves": moves,
    "fit": fit,
    "preference": preference,
    "stability": stability,
}
"""Every term; a test leaves each out in turn and expects the audit to notice."""
