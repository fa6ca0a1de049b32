"""Trouble ahead, found without solving: quotas above the seats, posts with too few people, posts that compete, barred pins.

Part of the use case `check`; eligible people come from the engine's masks, the reasons in words from the plan's bars.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from zbopt.diagnostics import Diagnostic, Mark, warning
from zbopt.engine.data import Data
from zbopt.engine.eligibility import eligibility
from zbopt.meaning.bars import Bars, bar_key
from zbopt.meaning.exclusive import exclusive_minima
from zbopt.meaning.reasons import told
from zbopt.scenario import facts
from zbopt.scenario.fields import Share
from zbopt.scenario.load import Loaded
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import OTHER_CONDITIONS, Mode
from zbopt.scenario.work import Post


def supply(loaded: Loaded, must: bool = False) -> Iterator[Diagnostic]:
    """Every warning about supply and demand, with the place in the planner's files.

    `must` leaves out what a plan can live with: posts that may stay empty, quotas that are only paid for.
    """
    data = Data(loaded.scenario)
    if not data.teams:
        return
    yield from _empty_task_forces(loaded, data)
    if not data.posts:
        return
    allowed = eligibility(data).allowed
    asked = np.array([post.must_fill or not must for post in data.posts], bool)
    # what the confidential class keeps off is in no count: its number would follow from the others
    openly = eligibility(data, CONFIDENTIAL_RULES).allowed
    yield from _quotas(loaded, data, openly, must)
    yield from _exclusive(loaded)
    yield from _scarce(loaded, data, allowed, asked)
    yield from _competing(loaded, data, openly, asked)
    yield from _pins(loaded, data, allowed)


def _empty_task_forces(loaded: Loaded, data: Data) -> Iterator[Diagnostic]:
    for team in data.teams:
        if not loaded.scenario.posts_of[team.id]:
            yield warning("Z306", loaded.mark("task_forces", team.id), (team.id, team.name))


def _exclusive(loaded: Loaded) -> Iterator[Diagnostic]:
    """Hard minima of one scope that together need more seats than it has."""
    for item in exclusive_minima(loaded.scenario):
        mark = loaded.mark("quotas", f"{item.scope}/{item.names[0]}") or loaded.mark("quotas", item.names[0])
        yield warning("Z309", mark, (), "", **item.args(), scope=item.scope)


def _quotas(loaded: Loaded, data: Data, openly: np.ndarray, must: bool) -> Iterator[Diagnostic]:
    """Minima above the seats of their scope, or above the people who could sit there."""
    for item in facts.requirements(loaded.scenario):
        if (
            item.min is None
            or isinstance(item.min, Share)
            or not item.task_forces
            or (must and item.mode is not Mode.HARD)
        ):
            continue
        posts = np.isin(data.post_team, [data.team_index[key] for key in item.task_forces])
        seats = int(data.seats[posts].sum())
        mark = loaded.mark("quotas", f"{item.scope}/{item.name}") or loaded.mark("quotas", item.name)
        if item.min > seats:
            yield warning("Z301", mark, (item.name,), "min", value=item.min, seats=seats, scope=item.scope)
            continue
        able = int((data.holds(item.of) & openly[:, posts].any(axis=1)).sum())
        if able < item.min:
            yield warning("Z307", mark, (item.name,), "min", value=item.min, count=able, scope=item.scope)


def _scarce(loaded: Loaded, data: Data, allowed: np.ndarray, asked: np.ndarray) -> Iterator[Diagnostic]:
    """Posts with fewer people than seats, with the number each rule bars."""
    bars = Bars(loaded.scenario)
    for place in np.flatnonzero(asked & (allowed.sum(axis=0) < data.seats)):
        post = data.posts[place]
        counts: Counter[str] = Counter()
        number = 0
        for person in data.people:
            found = {bar_key(item) for item in bars.hard(person, post)}
            alone = found == {OTHER_CONDITIONS}  # whom only the confidential class bars counts among the eligible
            number += alone or not found
            counts.update(found if alone else found - {OTHER_CONDITIONS})
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        shown = tuple(f"{rule} {told(rule, count)}" for rule, count in ordered)
        yield warning("Z302", _mark(loaded, post), _who(post), count=number, seats=post.seats, reasons=shown)


def _competing(loaded: Loaded, data: Data, openly: np.ndarray, asked: np.ndarray) -> Iterator[Diagnostic]:
    """A smallest-found group of posts that together have fewer candidates than seats (Hall), from a minimum cut."""
    if any(post.load < facts.FULL_TIME for post in data.posts) or any(person.capacity > 100 for person in data.people):
        return  # with part-time seats a person may serve twice; the solve decides
    short = np.flatnonzero(asked & (openly.sum(axis=0) >= data.seats))
    group = _deficient(openly[:, short], data.seats[short])
    if len(group) < 2:
        return
    posts = [data.posts[short[place]] for place in group]
    people = int(openly[:, short[group]].any(axis=1).sum())
    seats = sum(post.seats for post in posts)
    yield warning(
        "Z303", _mark(loaded, posts[0]), (), posts=tuple(post.id for post in posts), seats=seats, count=people
    )


def _deficient(allowed: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """Posts reachable from an unfilled seat by alternating paths of a maximum flow; empty where all seats can be filled."""
    from scipy import sparse
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    people, posts = allowed.shape
    person, post = np.nonzero(allowed)
    source, sink = people + posts, people + posts + 1
    row = np.r_[np.full(posts, source), people + post, np.arange(people)]
    column = np.r_[people + np.arange(posts), person, np.full(people, sink)]
    capacity = np.r_[seats, np.ones(len(person)), np.ones(people)].astype(np.int32)
    graph = sparse.csr_matrix((capacity, (row, column)), shape=(sink + 1, sink + 1), dtype=np.int32)
    flow = maximum_flow(graph, source, sink)
    if flow.flow_value == int(seats.sum()):
        return np.zeros(0, np.int64)
    residual = graph - flow.flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, return_predecessors=False)
    inside = reached[(reached >= people) & (reached < people + posts)] - people
    return np.sort(inside)


def _pins(loaded: Loaded, data: Data, allowed: np.ndarray) -> Iterator[Diagnostic]:
    """Pins that are over, barred, or clash."""
    musts: Counter[str] = Counter()
    for pin in loaded.scenario.pins:
        mark = loaded.mark("pins", f"{pin.person}@{pin.place}")
        who = (pin.person, pin.place)
        if not facts.pin_binds(pin, loaded.scenario):
            yield warning("Z305", mark, who, "until", value=str(pin.until))
        elif pin.must and not (allowed[data.person_index[pin.person]] & data.places(pin)).any():
            yield warning("Z304", mark, who)
        elif pin.must and pin.post is not None:
            musts[pin.post] += 1
            if musts[pin.post] > loaded.scenario.post_by_id[pin.post].seats:
                yield warning("Z308", mark, who, value=pin.post)


def _mark(loaded: Loaded, post: Post) -> Mark | None:
    return loaded.mark("posts", post.id)


def _who(post: Post) -> tuple[str, ...]:
    return (post.id, post.name) if post.name else (post.id,)
