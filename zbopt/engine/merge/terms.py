"""Terms of a merger's stages, and the tables of its rows and terms. All coefficients are whole; every stage is minimised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from zbopt.engine import rules, terms
from zbopt.engine.linear import Ints
from zbopt.engine.merge.desks import DeskContext
from zbopt.engine.merge.model import INF, Entries, Granted, Merging, desks, partition, slots, twice
from zbopt.engine.merge.rules import evasion, levels, r15, r16, r37
from zbopt.engine.scores import wanted, wish_value, wishes
from zbopt.scenario import facts


def headcount(m: Merging) -> None:
    """unfilled = weighted empty seats; seats and task_forces = sums over chosen teams; persons = presence anywhere."""
    for place in range(len(m.teams)):
        weights = [facts.PRIORITY_WEIGHTS[slot.priority] for slot in m.slots[place]]
        m.builder.cost("unfilled", m.empty[place], weights)
    m.builder.cost("seats", m.y, m.found.seats[m.teams])
    m.builder.cost("task_forces", m.y, 1)
    m.builder.cost("persons", m.context.presence(tuple(range(len(m.context.data.teams)))).columns, 1)


def moves(m: Merging) -> None:
    """As in `assign`, less those who do their own work at another desk: - kept, or moved_c >= x_cd - sum_same x - sum kept."""
    rows, people = terms.moves(m.context)
    kept = m.kept
    several = m.context.several[kept.person]
    m.builder.cost("moves", kept.columns[~several], -1)
    columns: dict[int, list[int]] = {}
    for column, person in zip(kept.columns[several].tolist(), kept.person[several].tolist(), strict=True):
        columns.setdefault(person, []).append(column)
    entries = [(row, column, 1.0) for row, person in zip(rows.tolist(), people.tolist(), strict=True)
               for column in columns.get(person, ())]  # fmt: skip
    if entries:
        table = np.array(entries)
        m.builder.more((table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]))


def preference(m: Merging) -> None:
    """merit += weight * preference. granted_cdv <= x_cd, <= sum of y_G with d's part and a part wished at v or more.

    What a wish brings in every partition (the own part, the own desk) is a cost of x; each value v above that adds what it is more than
    the value below, where a part wished at v or more is in the team.

    Where teams are fractional these columns say little (a person serves other teams in each half); `hull` makes them tight.
    """
    terms.preference(m.context)
    weight = m.context.scores.weights[1]
    if not weight or not len(m.context.x):
        return
    data = m.context.data
    wished = wishes(data)
    wants = {part: wanted(data, part) for part, team in enumerate(data.teams) if team.wants_people}
    granted: list[Granted] = []
    gains: list[int] = []
    for place, person in enumerate(data.people):
        ranks = {wish: wish_value(rank) for rank, wish in reversed(list(enumerate(person.preferences)))}
        for pair in m.pairs_of(place).tolist() if ranks else ():
            desk = int(m.context.post[pair])
            part, here = data.desks[desk].part, int(wished[place, desk])
            other = None if part not in wants else int(wants[part][place])
            points = _brought(m, desk, ranks)
            below = here
            for value in sorted({number for number in points.values() if number > here}):
                gains.append(value - below if other is None else (value + other + 1) // 2 - (below + other + 1) // 2)
                below = value
                joined = frozenset(part for part, number in points.items() if number >= value)
                granted.append(Granted(place, desk, pair, value, joined))
    labels = [(data.people[item.person].id, m.desk_names[item.desk], str(item.value)) for item in granted]
    columns = m.builder.columns("granted", labels, 0, 1, True)
    _bounded(m, granted, labels, columns)
    m.builder.cost("merit", columns, -weight * np.array(gains, np.int64))


def _brought(m: Merging, desk: int, ranks: Mapping[str, int]) -> dict[int, int]:
    """What each part that may join a desk's part would bring a person there: the points of the best wish for it or its post."""
    found = {}
    slot = m.context.data.desks[desk].slot
    for other in m.may_join[m.context.data.desks[desk].part]:
        places = (m.name(other), *m.posts_in_slot.get((other, slot), ()))
        points = max((ranks[key] for key in places if key in ranks), default=0)
        if points:
            found[other] = points
    return found


def _bounded(m: Merging, items: Sequence[Granted], labels: Sequence[tuple[str, ...]], columns: Ints) -> None:
    """Rows that let something hold of a seat only where the person sits and one of some parts is in the team."""
    entries: Entries = []
    for number, (item, column) in enumerate(zip(items, columns.tolist(), strict=True)):
        part = m.context.data.desks[item.desk].part
        entries += [(2 * number, int(m.context.x[item.pair]), 1.0), (2 * number, column, -1.0)]
        entries += [(2 * number + 1, int(m.y[place]), 1.0) for place in m.teams_with(part, item.joined)]
        entries.append((2 * number + 1, column, -1.0))
    m.rows("granted", [(*label, side) for label in labels for side in ("seat", "team")], entries, 0, INF)


def stability(m: Merging) -> None:
    """merit += weight * best stability. near_ci <= w_ci, near_ci <= sum of y_G with i and c's own part or a follower of it.

    What a desk earns in every partition (same post, own part, successor) is a cost of x; near earns the 70 a team brings, kept (the
    own work at another desk) what is left to 100.
    """
    weight = m.context.scores.weights[2]
    if not weight:
        return
    static = m.context.scores.stability[m.context.person, m.context.post] if len(m.context.post) else np.zeros(0, int)
    several = m.context.several[m.context.person]
    m.builder.cost("merit", m.context.x[~several], -weight * static[~several])
    near, owners = _near(m, static)
    single = ~m.context.several[owners] if len(owners) else np.zeros(0, bool)
    m.builder.cost("merit", near[single], -weight * 70)
    kept = m.kept
    alone = ~m.context.several[kept.person]
    m.builder.cost("merit", kept.columns[alone], -weight * 30)
    _best(m, static, near[~single], owners[~single], weight)


def _near(m: Merging, static: Ints) -> tuple[Ints, Ints]:
    """Columns near_ci with the person of each."""
    data = m.context.data
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    owners: list[int] = []
    wanted: list[tuple[int, int, Ints, list[int]]] = []
    for person in np.flatnonzero(data.incumbent):
        place = int(person)
        current = data.people[place].current
        assert current is not None
        own = {
            part
            for part, team in enumerate(m.found.works.parts)
            if team.id == current.task_force or current.task_force in team.succeeds
        }
        if not own:
            continue
        elsewhere = static == 0
        for part in m.parts_of(place, elsewhere):
            places = [team for team in m.teams_of_part[part] if own & set(m.found.teams[m.teams[team]])]
            if places:
                wanted.append((place, part, m.at(place, part, elsewhere), places))
    names = [(data.people[place].id, m.name(part)) for place, part, _, _ in wanted]
    columns = m.builder.columns("near", names, 0, 1, True)
    for column, (place, part, pairs, places) in zip(columns, wanted, strict=True):
        owners.append(place)
        row = len(labels)
        entries += [(row, int(m.context.x[pair]), 1.0) for pair in pairs]
        entries += [(row + 1, int(m.y[team]), 1.0) for team in places]
        entries += [(row, int(column), -1.0), (row + 1, int(column), -1.0)]
        labels += [(data.people[place].id, m.name(part), kind) for kind in ("seat", "team")]
    m.rows("near", labels, entries, 0, INF)
    return columns, np.array(owners, np.int64)


def _best(m: Merging, static: Ints, near: Ints, owners: Ints, weight: int) -> None:
    """Of a person with several seats the best counts: best_cl <= seats with l points, sum_l best_cl <= 1."""
    data = m.context.data
    several = m.context.several[m.context.person]
    pairs = np.flatnonzero(several & (static > 0))
    sources: dict[tuple[int, int], list[int]] = {}
    for pair in pairs:
        sources.setdefault((int(m.context.person[pair]), int(static[pair])), []).append(int(m.context.x[pair]))
    for column, person in zip(near, owners, strict=True):
        sources.setdefault((int(person), 70), []).append(int(column))
    for column, person in zip(m.kept.columns.tolist(), m.kept.person.tolist(), strict=True):
        if m.context.several[person]:
            sources.setdefault((person, 100), []).append(column)
    keys = sorted(sources)
    labels = [(data.people[person].id, str(points)) for person, points in keys]
    best = m.builder.columns("best", labels, 0, 1, True)
    entries: Entries = []
    for row, key in enumerate(keys):
        entries += [(row, column, 1.0) for column in sources[key]] + [(row, int(best[row]), -1.0)]
    m.rows("best_if_seated", labels, entries, 0, INF)
    people = sorted({person for person, _ in keys})
    place = {person: number for number, person in enumerate(people)}
    single: Entries = [(place[person], int(best[row]), 1.0) for row, (person, _) in enumerate(keys)]
    m.rows("one_best", [(data.people[person].id,) for person in people], single, -INF, 1)
    m.builder.cost("merit", best, [-weight * points for _, points in keys])


def _on_context(function: Callable[[DeskContext], object]) -> Callable[[Merging], None]:
    def on_context(m: Merging) -> None:
        function(m.context)

    return on_context


ROWS: Mapping[str, Callable[[Merging], None]] = {
    "partition": partition,
    "desks": desks,
    "slots": slots,
    "once": _on_context(rules.once),
    "twice": twice,
    "evasion": evasion,
    "R01": _on_context(rules.r01),
    "R13": _on_context(rules.r13),
    "R14": _on_context(rules.r14),
    "R15": r15,
    "R16": r16,
    "R27": levels,
    "R29": _on_context(rules.r29),
    "R37": r37,
    "pin": _on_context(rules.pins),
}
"""Every family of rows but the quotas (`quotas`)."""

TERMS: Mapping[str, Callable[[Merging], None]] = {
    "headcount": headcount,
    "targets": _on_context(terms.broken_targets),
    "moves": moves,
    "fit": _on_context(terms.fit),
    "preference": preference,
    "stability": stability,
}
"""Every term."""
