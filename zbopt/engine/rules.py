"""The rules on several seats, each as rows appended in bulk. Inequalities stand in the docstrings; meaning: `docs/meaning.md`.

Slack of a rule in mode target is a whole column that the stage `quotas` pays for, in persons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import gcd

import numpy as np

from zbopt.engine.context import Context, Presence
from zbopt.engine.linear import Ints, Role
from zbopt.scenario import facts, words
from zbopt.scenario.fields import Share
from zbopt.scenario.words import Mode

INF = np.inf


def seats(context: Context) -> None:
    """For each post: sum_c x_cp + u_p = seats_p."""
    posts = context.data.posts
    number = len(posts)
    context.builder.rows(
        "seats",
        [(post.id,) for post in posts],
        (np.r_[context.post, np.arange(number)], np.r_[context.x, context.u], 1),
        context.data.seats,
        context.data.seats,
    )


def once(context: Context) -> None:
    """One seat of a person in a task force; where two task forces cannot both be had, one seat at all: sum x <= 1."""
    several = context.several[context.person]
    key = np.where(several, context.person * len(context.data.teams) + context.team, -1 - context.person)
    keys, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    wanted = counts > 1
    row = np.cumsum(wanted) - 1
    inside = wanted[inverse]
    people, teams = context.data.people, context.data.teams
    labels = []
    for value in keys[wanted].tolist():
        person, team = (-1 - value, -1) if value < 0 else divmod(value, len(teams))
        labels.append((people[person].id, teams[team].id if team >= 0 else "*"))
    context.builder.rows("once", labels, (row[inverse[inside]], context.x[inside], 1), -INF, 1, Role.PACKING)


def _by_person(context: Context, pairs: Ints, coefficient: Ints) -> tuple[Ints, Ints, tuple[Ints, Ints, Ints]]:
    """Rows by person over some pairs: people, pairs a person, entries."""
    people, inverse, counts = np.unique(context.person[pairs], return_inverse=True, return_counts=True)
    return people, counts, (inverse.astype(np.int64), context.x[pairs], coefficient)


def r01(context: Context) -> None:
    """Full-time posts of a person: sum x <= 1 (+ over, paid)."""
    mode = context.mode("R01")
    full = context.data.load[context.post] >= facts.FULL_TIME if len(context.post) else np.zeros(0, bool)
    pairs = np.flatnonzero(full & context.several[context.person])
    if mode not in (Mode.HARD, Mode.TARGET) or not len(pairs):
        return
    people, _, entries = _by_person(context, pairs, np.ones(len(pairs), np.int64))
    labels = [(context.data.people[c].id,) for c in people]
    rows = context.builder.rows("R01", labels, entries, -INF, 1, Role.PACKING)
    if mode is Mode.TARGET:
        over = context.builder.columns("over_R01", labels, 0, len(context.data.teams), True, Role.SLACK)
        context.builder.more((rows, over, -1))
        context.builder.cost("quotas", over, 1)


def r29(context: Context) -> None:
    """Loads of a person, in hundredths: sum_p load_p x_cp <= capacity_c (+ room * over with over in {0,1}, paid)."""
    mode = context.mode("R29")
    if mode not in (Mode.HARD, Mode.TARGET) or not len(context.post):
        return
    load = context.data.load[context.post]
    most = np.zeros((len(context.data.people), len(context.data.teams)), np.int64)
    np.maximum.at(most, (context.person, context.team), load)
    room = np.where(context.several, most.sum(axis=1), most.max(axis=1)) - context.data.capacity
    pairs = np.flatnonzero(room[context.person] > 0)
    if not len(pairs):
        return
    people, _, entries = _by_person(context, pairs, load[pairs])
    labels = [(context.data.people[c].id,) for c in people]
    rows = context.builder.rows("R29", labels, entries, -INF, context.data.capacity[people], Role.PACKING)
    if mode is Mode.TARGET:
        over = context.builder.columns("over_R29", labels, 0, 1, True, Role.SLACK)
        context.builder.more((rows, over, -room[people]))
        context.builder.cost("quotas", over, 1)


def _everywhere(context: Context) -> Presence:
    return context.presence(tuple(range(len(context.data.teams))))


def _by_unit(context: Context, bounded: list[int | None]) -> tuple[list[int], tuple[Ints, Ints, int], Ints]:
    """Rows over the persons of the units that have a bound: their places, entries, bounds."""
    units = [place for place, bound in enumerate(bounded) if bound is not None]
    row_of = np.full(len(bounded), -1)
    row_of[units] = np.arange(len(units))
    present = _everywhere(context)
    row = row_of[context.data.unit[present.people]] if len(present.people) else np.zeros(0, np.int64)
    inside = row >= 0
    bounds = np.array([bounded[place] for place in units], np.int64)
    return units, (row[inside], present.columns[inside], 1), bounds


def _caps(context: Context) -> list[int | None]:
    township = context.data.scenario.policy.setting("R13", "township")
    share = context.data.scenario.policy.setting("R13", "county_share")
    caps: list[int | None] = []
    for unit in context.data.scenario.units:
        cap = unit.lend_max
        if cap is None and unit.level is words.UnitLevel.TOWNSHIP:
            cap = township
        elif cap is None and unit.level is words.UnitLevel.COUNTY and unit.on_duty is not None:
            cap = max(1, (unit.on_duty * share.per_10000 + 5000) // 10_000)
        caps.append(cap)
    return caps


def r13(context: Context) -> None:
    """Persons of a unit on seats: sum h_c <= cap_u (+ over, paid)."""
    mode = context.mode("R13")
    if mode not in (Mode.HARD, Mode.TARGET):
        return
    units, entries, caps = _by_unit(context, _caps(context))
    labels = [(context.data.scenario.units[place].id,) for place in units]
    rows = context.builder.rows("R13", labels, entries, -INF, caps, Role.PACKING)
    if mode is Mode.TARGET:
        over = context.builder.columns("over_R13", labels, 0, len(context.data.people), True, Role.SLACK)
        context.builder.more((rows, over, -1))
        context.builder.cost("quotas", over, 1)


def r14(context: Context) -> None:
    """Persons of a unit on seats: sum h_c (+ short, paid) >= least_u."""
    mode = context.mode("R14")
    if mode not in (Mode.HARD, Mode.TARGET):
        return
    general = context.data.scenario.policy.setting("R14", "min")
    least = [unit.lend_min if unit.lend_min is not None else general for unit in context.data.scenario.units]
    units, entries, bounds = _by_unit(context, least)
    labels = [(context.data.scenario.units[place].id,) for place in units]
    rows = context.builder.rows("R14", labels, entries, bounds, INF)
    if mode is Mode.TARGET:
        short = context.builder.columns("short_R14", labels, 0, bounds.astype(float), True, Role.SLACK)
        context.builder.more((rows, short, 1))
        context.builder.cost("quotas", short, 1)


def _pairs_by_person(context: Context) -> dict[int, Ints]:
    """The pairs of each person who has kin."""
    bounds = np.searchsorted(context.person, np.arange(len(context.data.people) + 1))
    index = context.data.person_index
    people = {index[key] for pair in facts.kin_pairs(context.data.scenario) for key in pair}
    return {place: np.arange(bounds[place], bounds[place + 1]) for place in sorted(people)}


def r15(context: Context) -> None:
    """Kin c, c' in task force t: sum_p x_cp + sum_p x_c'p <= 1 (+ together_cc', one for the pair, paid)."""
    mode = context.mode("R15")
    kin = facts.kin_pairs(context.data.scenario)
    if mode not in (Mode.HARD, Mode.TARGET) or not kin:
        return
    pairs = _pairs_by_person(context)
    rows: list[tuple[str, ...]] = []
    entries: list[tuple[int, int]] = []
    slack: list[tuple[int, int]] = []
    for number, (one, other) in enumerate(kin):
        both = np.r_[pairs[context.data.person_index[one]], pairs[context.data.person_index[other]]]
        own, others = (set(context.team[pairs[context.data.person_index[key]]]) for key in (one, other))
        for team in sorted(own & others):
            entries += [(len(rows), context.x[pair]) for pair in both[context.team[both] == team]]
            slack.append((len(rows), number))
            rows.append((one, other, context.data.teams[team].id))
    if not rows:
        return
    added = context.builder.rows("R15", rows, _columns_of(entries), -INF, 1, Role.PACKING)
    if mode is Mode.TARGET:
        together = context.builder.columns("together_R15", list(kin), 0, 1, True, Role.SLACK)
        row, number_of = _columns_of(slack)[:2]
        context.builder.more((added[row], together[number_of], -1))
        context.builder.cost("quotas", together, 1)


def _columns_of(entries: list[tuple[int, int]]) -> tuple[Ints, Ints, int]:
    table = np.array(entries, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], 1


def r16(context: Context) -> None:
    """Sensitive seat of c under kin c' as head of t: sum x_c,sensitive + sum x_c',head <= 1 (+ under_ct, paid).

    Seats barred or paid for already because of the supervisor are left out: one fault a person and task force.
    """
    mode = context.mode("R16")
    kin = facts.kin_pairs(context.data.scenario)
    if mode not in (Mode.HARD, Mode.TARGET) or not kin:
        return
    pairs = _pairs_by_person(context)
    index = context.data.person_index
    rows: list[tuple[str, ...]] = []
    entries: list[tuple[int, int]] = []
    slack_of: dict[tuple[int, int], list[int]] = {}
    for one, other in [*kin, *((b, a) for a, b in kin)]:
        person, head = index[one], index[other]
        mine, theirs = pairs[person], pairs[head]
        mine = mine[context.data.sensitive[context.post[mine]]]
        mine = mine[~context.eligibility.supervised[person, context.post[mine]]]
        theirs = theirs[context.data.heads[context.post[theirs]]]
        for team in sorted(set(context.team[mine]) & set(context.team[theirs])):
            inside = np.r_[mine[context.team[mine] == team], theirs[context.team[theirs] == team]]
            entries += [(len(rows), context.x[pair]) for pair in inside]
            slack_of.setdefault((person, int(team)), []).append(len(rows))
            rows.append((one, other, context.data.teams[team].id))
    if not rows:
        return
    added = context.builder.rows("R16", rows, _columns_of(entries), -INF, 1, Role.PACKING)
    if mode is Mode.TARGET:
        labels = [(context.data.people[c].id, context.data.teams[t].id) for c, t in slack_of]
        under = context.builder.columns("under_R16", labels, 0, 1, True, Role.SLACK)
        for column, places in zip(under, slack_of.values(), strict=True):
            context.builder.more((added[places], np.full(len(places), column), -1))
        context.builder.cost("quotas", under, 1)


def r37(context: Context) -> None:
    """Persons of a task force: min_t <= sum x (+ short - over, paid) <= max_t."""
    mode = context.mode("R37")
    if mode not in (Mode.HARD, Mode.TARGET):
        return
    low, high = (context.data.scenario.policy.setting("R37", name) for name in ("min", "max"))
    least = np.array([low if team.size.min is None else team.size.min for team in context.data.teams])
    most = np.array([high if team.size.max is None else team.size.max for team in context.data.teams])
    labels = [(team.id,) for team in context.data.teams]
    lower = context.builder.rows("R37_min", labels, (context.team, context.x, 1), least, INF)
    upper = context.builder.rows("R37_max", labels, (context.team, context.x, 1), -INF, most)
    if mode is Mode.TARGET:
        short = context.builder.columns("short_R37", labels, 0, least, True, Role.SLACK)
        over = context.builder.columns("over_R37", labels, 0, len(context.data.people), True, Role.SLACK)
        context.builder.more((lower, short, 1))
        context.builder.more((upper, over, -1))
        context.builder.cost("quotas", np.r_[short, over], 1)


def pins(context: Context) -> None:
    """A pin that must hold: sum of x over the places it names >= 1."""
    for pin in context.data.pins:
        if pin.must:
            person = context.data.person_index[pin.person]
            places = context.data.places(pin)
            empty = np.zeros(0, np.int64)
            here = np.flatnonzero((context.person == person) & places[context.post]) if len(context.post) else empty
            context.builder.rows(
                "pin", [(pin.person, pin.place)], (np.zeros(len(here), int), context.x[here], 1), 1, INF
            )


def quotas(context: Context) -> None:
    """Every quota in every scope of its own; see `_share` and `_count`."""
    holds: dict[str, np.ndarray] = {}
    for item in facts.requirements(context.data.scenario):
        if item.mode is Mode.WARN or not item.task_forces:
            continue
        teams = tuple(context.data.team_index[key] for key in item.task_forces)
        text = item.of.text
        if text not in holds:
            holds[text] = context.data.holds(item.of)
        quota(context, item, teams, context.presence(teams), holds[text])


def quota(
    context: Context, item: facts.Requirement, teams: tuple[int, ...], present: Presence, holds: np.ndarray,
    in_every_plan: bool = True,
) -> None:  # fmt: skip
    """The rows of one quota over the persons of `present`; `holds` says of whom the expression is true (n).

    `teams` bound the persons by their seats; `in_every_plan` is False where the scope depends on the plan.
    """
    inside = holds[present.people] if len(present.people) else np.zeros(0, bool)
    if item.min is not None:
        _lower(context, item, teams, present, inside, in_every_plan)
    if item.max is not None:
        _upper(context, item, teams, present, inside)


def _paid(
    context: Context, item: facts.Requirement, kind: str, rows: Ints, sign: int, scale: int, most: int
) -> Ints | None:
    """The slack column of a target quota, entered in its rows with sign * scale; None for a hard one."""
    if item.mode is not Mode.TARGET:
        return None
    slack = context.builder.columns(kind, [(item.key,)], 0, most, True, Role.SLACK)
    context.builder.more((rows, np.repeat(slack, len(rows)), sign * scale))
    context.builder.cost("quotas", slack, 1)
    return slack


def _lower(
    context: Context, item: facts.Requirement, teams: tuple[int, ...], present: Presence, inside: np.ndarray,
    in_every_plan: bool,
) -> None:  # fmt: skip
    """Share s: 10000 A - s n + 10000 short >= 0, and the cut n - A - short <= floor((1 - s) seats).

    Count: A + short >= min * occupied, sum_c x_cp <= seats_p * occupied: a scope without anybody meets it.
    """
    number = len(present.columns)
    seats_here = context.num_seats(teams)
    if isinstance(item.min, Share):
        share = item.min.per_10000
        scale = gcd(share, 10_000) or 10_000
        unit = 10_000 // scale
        entries = (np.zeros(number, int), present.columns, np.where(inside, unit, 0) - share // scale)
        row = context.builder.rows("quota_min", [(item.key,)], entries, 0, INF)
        cut = context.builder.rows(
            "quota_min_cut",
            [(item.key,)],
            (np.zeros(int((~inside).sum()), int), present.columns[~inside], -1),
            -((10_000 - share) * seats_here // 10_000),
            INF,
        )
        slack = _paid(context, item, "short", row, 1, unit, -(-share * seats_here // 10_000))
        if slack is not None:
            context.builder.more((cut, slack, 1))
        return
    least = int(item.min or 0)
    occupied = context.builder.columns("occupied", [(item.key,)], 0, 1, True, Role.INDICATOR)
    if in_every_plan:
        _occupied_by_post(context, item, teams, occupied)
    else:
        columns = np.r_[present.columns, occupied]
        values = np.r_[np.ones(number), -max(1, min(number, seats_here))]
        zeros = np.zeros(len(columns), int)
        context.builder.rows("occupied_if_seated", [(item.key,)], (zeros, columns, values), -INF, 0, Role.INDICATOR)
    columns = np.r_[present.columns[inside], occupied]
    values = np.r_[np.ones(int(inside.sum())), -least]
    row = context.builder.rows("quota_min", [(item.key,)], (np.zeros(len(columns), int), columns, values), 0, INF)
    _paid(context, item, "short", row, 1, 1, least)


def _occupied_by_post(context: Context, item: facts.Requirement, teams: tuple[int, ...], occupied: Ints) -> None:
    """sum_c x_cp <= seats_p * occupied for each post of the scope."""
    posts = np.flatnonzero(np.isin(context.data.post_team, teams))
    pairs = context.pairs_of(teams)
    place = np.searchsorted(posts, context.post[pairs])
    context.builder.rows(
        "occupied_if_seated",
        [(item.key, context.data.posts[post].id) for post in posts],
        (
            np.r_[place, np.arange(len(posts))],
            np.r_[context.x[pairs], np.repeat(occupied, len(posts))],
            np.r_[np.ones(len(pairs)), -context.data.seats[posts]],
        ),
        -INF,
        0,
        Role.INDICATOR,
    )


def _upper(
    context: Context, item: facts.Requirement, teams: tuple[int, ...], present: Presence, inside: np.ndarray
) -> None:
    """Share s: 10000 A - s n - 10000 over <= 0, and the cut A - over <= floor(s seats). Count: A - over <= max."""
    number = len(present.columns)
    members = present.columns[inside]
    zeros = np.zeros(len(members), int)
    if isinstance(item.max, Share):
        share = item.max.per_10000
        scale = gcd(share, 10_000) or 10_000
        unit = 10_000 // scale
        entries = (np.zeros(number, int), present.columns, np.where(inside, unit, 0) - share // scale)
        row = context.builder.rows("quota_max", [(item.key,)], entries, -INF, 0)
        cap = share * context.num_seats(teams) // 10_000
        cut = context.builder.rows("quota_max_cut", [(item.key,)], (zeros, members, 1), -INF, cap)
        slack = _paid(context, item, "over", row, -1, unit, number)
        if slack is not None:
            context.builder.more((cut, slack, -1))
        return
    row = context.builder.rows("quota_max", [(item.key,)], (zeros, members, 1), -INF, int(item.max or 0))
    _paid(context, item, "over", row, -1, 1, number)


ROWS: Mapping[str, Callable[[Context], None]] = {
    "seats": seats,
    "twice": once,
    "R01": r01,
    "R13": r13,
    "R14": r14,
    "R15": r15,
    "R16": r16,
    "R29": r29,
    "R37": r37,
    "pin": pins,
    "quota": quotas,
}
"""Every family of rows; a test leaves each out in turn and expects the audit to name it."""
