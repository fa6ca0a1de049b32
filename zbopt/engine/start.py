"""A first plan, fast and without a solver, so that there is something to show and to keep from the beginning.

Greedy: pins first, then posts that must be filled, then the posts with fewest candidates, each seat to the person with most
merit who still fits the rows that only bound persons from above. What it breaks all the same (a hard share, say) is mended
by taking people off again; at worst every seat but the pinned ones stays empty, which breaks nothing unless a hard minimum,
a post that must be filled or a pin stands against it.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from zbopt.engine.context import Context
from zbopt.engine.linear import Bools, Floats, Ints, LinearModel, Role
from zbopt.solution import Assignment

MAX_THINNINGS = 60
"""Rounds of taking people off broken rows before all but the pinned ones go."""


def start_plan(context: Context, model: LinearModel) -> Floats | None:
    """A point that keeps every row, or None where greedy finds none. Costs one pass over the pairs."""
    linked = _Linked(context, model)
    chosen = _greedy(context, model, linked)
    for _ in range(MAX_THINNINGS):
        point = complete(context, model, chosen)
        if model.keeps(point):
            return point
        fewer = _thinned(context, model, linked, chosen, point)
        if len(fewer) == len(chosen):
            break
        chosen = fewer
    point = complete(context, model, chosen[forced(context)[chosen]])
    return point if model.keeps(point) else None


def pairs_of_plan(context: Context, assignment: Assignment) -> Ints:
    """The pairs of this model that a plan known from elsewhere uses; those it has no column for are left out."""
    people, posts = context.data.person_index, context.data.post_index
    wanted = [
        people[person] * len(posts) + posts[post] for person, post in assignment if person in people and post in posts
    ]
    found: Ints = np.flatnonzero(np.isin(context.person * len(posts) + context.post, sorted(wanted)))
    return found


def given_plan(context: Context, model: LinearModel, assignment: Assignment) -> Floats | None:
    """The point of a plan known from elsewhere, None where it does not keep every row of this model."""
    chosen = pairs_of_plan(context, assignment)
    if len(chosen) < len(assignment):
        return None
    point = complete(context, model, chosen)
    return point if model.keeps(point) else None


def forced(context: Context) -> np.ndarray:
    """The pairs that a must pin names."""
    forced = np.zeros(len(context.x), bool)
    for pin in context.data.pins:
        if pin.must:
            places = context.data.places(pin)
            forced |= (context.person == context.data.person_index[pin.person]) & places[context.post]
    return forced


# --- greedy ----------------------------------------------------------------------------------------------------------


class _Linked:
    """The indicator columns that a chosen pair switches on: presence (h) of its person, occupation of its scope."""

    def __init__(self, context: Context, model: LinearModel) -> None:
        rows = model.rows_as(Role.INDICATOR)
        part = model.matrix[rows]
        indicators = np.zeros(model.num_columns, bool)
        indicators[model.columns_as(Role.INDICATOR)] = True
        on = part.multiply(indicators.reshape(1, -1)).tocsr()
        pairs = part[:, context.x].tocsc() if len(context.x) else sparse.csc_matrix((part.shape[0], 0))
        self.on = (abs(on).T @ abs(pairs)).astype(bool).tocsc()  # columns x pairs

    def columns(self, pair: int) -> Ints:
        """The indicator columns of a pair."""
        found: Ints = self.on.indices[self.on.indptr[pair] : self.on.indptr[pair + 1]]
        return found


def _greedy(context: Context, model: LinearModel, linked: _Linked) -> Ints:
    """Pairs taken one by one while every row that only bounds from above holds, a person's presence counted once."""
    data, number = context.data, len(context.x)
    merit = model.objectives["merit"][context.x] if number else np.zeros(0)
    cost = context.eligibility.cost[context.person, context.post]
    supply = np.bincount(context.post, minlength=len(data.posts))
    may_wait = np.array([not post.must_fill for post in data.posts], bool)
    order = np.lexsort((context.x, merit, cost, supply[context.post], may_wait[context.post], ~forced(context)))
    room: list[float] = _room(
        model
    ).tolist()  # plain numbers: a column has a handful of rows, an array for each costs more
    matrix = model.matrix.tocsc()
    on: set[int] = set()
    left = data.seats.tolist()
    post_of, full = context.post.tolist(), _Full(context)
    taken: list[int] = []
    for pair in order.tolist():
        if left[post_of[pair]] == 0 or full.has(pair):
            continue
        switched = [int(column) for column in linked.columns(pair) if int(column) not in on]
        entries: list[tuple[int, float]] = []
        for column in (pair, *switched):
            span = slice(matrix.indptr[column], matrix.indptr[column + 1])
            entries += zip(matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True)
        if any(amount > room[row] + 1e-9 for row, amount in entries):
            continue
        for row, amount in entries:
            room[row] -= amount
        on.update(switched)
        left[post_of[pair]] -= 1
        full.take(pair)
        taken.append(pair)
    return np.array(sorted(taken), np.int64)


class _Full:
    """People who can hold one seat at most and have it: most pairs are passed over by this alone."""

    def __init__(self, context: Context) -> None:
        self.person = context.person.tolist()
        self.single = (~context.several).tolist()
        self.seated = [False] * len(self.single)

    def has(self, pair: int) -> bool:
        """Whether the person of a pair can take no more."""
        return self.seated[self.person[pair]]

    def take(self, pair: int) -> None:
        """Seat the person of a pair."""
        self.seated[self.person[pair]] = self.single[self.person[pair]]


def _room(model: LinearModel) -> Floats:
    """What may be added to each row; endless where a row is no plain upper bound: another column can pay for it."""
    least = np.asarray(model.matrix.min(axis=1).todense()).ravel() if model.num_columns else np.zeros(model.num_rows)
    plain = (least >= 0) & np.isinf(model.row_lower)
    return np.where(plain, model.row_upper, np.inf)


# --- mending ---------------------------------------------------------------------------------------------------------


def _thinned(context: Context, model: LinearModel, linked: _Linked, chosen: Ints, point: Floats) -> Ints:
    """The chosen pairs less those that mend the broken rows: the ones with least merit, pinned ones last.

    In a row that nobody's leaving alone mends (a count that a scope must reach once it is occupied) all of the scope go.
    """
    merit = model.objectives["merit"][context.x]
    order = chosen[np.lexsort((chosen, -merit[chosen], forced(context)[chosen]))]
    rank = np.empty(len(chosen), np.int64)
    rank[np.searchsorted(chosen, order)] = np.arange(len(chosen))
    rows = model.violated(point)
    part, value = model.matrix[rows], (model.matrix @ point)[rows]
    # what each pair adds by its own column and by the indicators it switches on
    effect = (part[:, context.x[chosen]] + part @ linked.on[:, chosen]).tocsr()
    stays = np.ones(len(chosen), bool)
    for number, row in enumerate(rows):
        over = value[number] > model.row_upper[row]
        excess = value[number] - model.row_upper[row] if over else model.row_lower[row] - value[number]
        span = slice(effect.indptr[number], effect.indptr[number + 1])
        places, amount = effect.indices[span], effect.data[span] * (1 if over else -1)
        places, amount = places[amount > 0], amount[amount > 0]
        inside = np.argsort(rank[places])
        needed = np.searchsorted(np.cumsum(amount[inside]), excess - 1e-9) + 1
        stays[places[inside[:needed]]] = False
    return chosen[stays]


# --- the columns that follow -----------------------------------------------------------------------------------------


def complete(context: Context, model: LinearModel, chosen: Ints) -> Floats:
    """The point of some pairs with every other column at the value that is forced or costs least."""
    point = np.zeros(model.num_columns)
    point[context.x[chosen]] = 1
    filled = np.bincount(context.post[chosen], minlength=len(context.data.posts))
    point[context.u] = context.data.seats - filled
    indicators = dict.fromkeys(block.kind for block in model.column_blocks if block.role is Role.INDICATOR)
    for kind in indicators:  # in the order in which they were made: a later one may follow from earlier ones
        _raise(model, point, model.columns_of(kind), model.rows_as(Role.INDICATOR))
    _best(model, point)
    _pay(model, point)
    return point


def _raise(model: LinearModel, point: Floats, columns: Ints, rows: Ints) -> None:
    """Set indicator columns to 1 where a row of theirs breaks at 0."""
    if not len(columns) or not len(rows):
        return
    part = model.matrix[rows]
    value = part @ point
    broken = (value < model.row_lower[rows] - 1e-6) | (value > model.row_upper[rows] + 1e-6)
    needed = np.unique(part[np.flatnonzero(broken)].indices)
    point[np.intersect1d(columns, needed)] = 1


def _best(model: LinearModel, point: Floats) -> None:
    """Of the levels that somebody's seats reach the highest counts; a person's levels stand in rising order."""
    rows, columns = model.rows_of("best_if_seated"), model.columns_of("best")
    if not len(columns):
        return
    labels = [label for block in model.column_blocks if block.kind == "best" for label in block.labels]
    reached: Bools = model.matrix[rows] @ point >= 1 - 1e-6
    highest = {labels[place][0]: place for place in np.flatnonzero(reached)}
    point[columns[sorted(highest.values())]] = 1


def _pay(model: LinearModel, point: Floats) -> None:
    """Raise slack columns until their rows hold; no row has two of them."""
    columns = model.columns_as(Role.SLACK)
    if not len(columns):
        return
    part = model.matrix[:, columns].tocoo()
    value = model.matrix @ point
    missing = np.maximum(model.row_lower - value, 0)[part.row]
    extra = np.maximum(value - model.row_upper, 0)[part.row]
    need = np.zeros(len(columns))
    np.maximum.at(need, part.col, np.where(part.data > 0, missing, extra) / np.abs(part.data))
    point[columns] = np.minimum(model.upper[columns], np.ceil(need - 1e-9))
