"""Quotas where teams are free: over all, over each team, over the team of a part, over teams of a kind.

The persons with an attribute at any desk of a part flow to its team like the seats do; see `docs/merging.md`, Quotas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

import numpy as np

from zbopt.engine.context import Presence
from zbopt.engine.linear import Bools, Ints, Role
from zbopt.engine.merge.model import INF, Entries, Merging
from zbopt.engine.rules import quota
from zbopt.scenario.facts import Requirement
from zbopt.scenario.fields import Share
from zbopt.scenario.policy import Quota, TeamQuota
from zbopt.scenario.words import Mode


@dataclass(frozen=True, slots=True)
class _Bound:
    """A quota on one team at a time: places of the teams it binds, and for each the column group its slack is in."""

    key: str
    quota: TeamQuota
    places: tuple[int, ...]
    anchors: tuple[int, ...]


def quotas(m: Merging) -> None:
    """Every quota of policy and parts that is not off or a warning."""
    scenario = m.context.data.scenario
    every = tuple(range(len(m.found.works.parts)))
    bound: list[_Bound] = []
    for number, item in enumerate(scenario.policy.quotas):
        if item.mode in (Mode.OFF, Mode.WARN):
            continue
        key = f"{item.name}#{number}"
        if item.scope.kind == "all":
            _wide(m, key, item, every)
        elif item.scope.kind == "kind":
            _by_kind(m, key, item)
        elif item.scope.kind == "each":
            anchors = tuple(m.found.teams[team][0] for team in m.teams)
            bound.append(_Bound(key, item, tuple(range(len(m.teams))), anchors))
        elif item.scope.value in m.context.data.team_index:
            bound.append(_of_part(m, key, item, m.context.data.team_index[item.scope.value]))
    for part, team in enumerate(m.found.works.parts):
        bound += [
            _of_part(m, f"{own.name}@{team.id}#{number}", own, part)
            for number, own in enumerate(team.quotas)
            if own.mode not in (Mode.OFF, Mode.WARN)
        ]
    _on_teams(m, bound)


def _of_part(m: Merging, key: str, item: TeamQuota, part: int) -> _Bound:
    places = tuple(int(place) for place in m.teams_of_part[part])
    return _Bound(key, item, places, (0,) * len(places))


def _requirement(key: str, item: TeamQuota, parts: tuple[int, ...]) -> Requirement:
    names = tuple(str(part) for part in parts)
    return Requirement(item.name, item.of, "all", names, item.min, item.max, item.mode, key)


def _wide(m: Merging, key: str, item: TeamQuota, parts: tuple[int, ...]) -> None:
    """A scope that does not depend on the partition: the rows of `assign`."""
    if parts:
        holds = m.context.data.holds(item.of)
        quota(m.context, _requirement(key, item, parts), parts, m.context.presence(parts), holds)


def _by_kind(m: Merging, key: str, item: Quota) -> None:
    """Teams of a kind: static where every team of a part has one kind; else seat_ci in the scope needs w_ci and such a team."""
    kinds = [m.found.works.parts[m.found.leading_part(int(team))].kind.value for team in m.teams]
    inside = [place for place, kind in enumerate(kinds) if kind == item.scope.value]
    chosen = set(inside)
    always = tuple(p for p, teams in enumerate(m.teams_of_part) if len(teams) and chosen.issuperset(teams.tolist()))
    mixed = [p for p, teams in enumerate(m.teams_of_part) if p not in always and not chosen.isdisjoint(teams.tolist())]
    if not mixed:
        _wide(m, key, item, always)
        return
    present = _in_scope(m, key, always, mixed, chosen)
    parts = tuple(sorted((*always, *mixed)))
    quota(m.context, _requirement(key, item, parts), parts, present, m.context.data.holds(item.of), False)


def _in_scope(m: Merging, key: str, always: tuple[int, ...], mixed: list[int], chosen: set[int]) -> Presence:
    """Columns that count each person of the scope once: in_ci = w_ci and a chosen team; here_c = any of them."""
    context = m.context
    people_here: dict[int, list[int]] = {}
    fixed = np.flatnonzero(np.isin(context.team, always))
    for pair in fixed:
        people_here.setdefault(int(context.person[pair]), []).append(int(context.x[pair]))
    wanted = [(person, part) for part in mixed for person in sorted(set(context.person[context.team == part].tolist()))]
    labels = [(key, context.data.people[person].id, m.name(part)) for person, part in wanted]
    columns = m.builder.columns("in_scope", labels, 0, 1, True)
    entries: Entries = []
    lower: list[float] = []
    names: list[tuple[str, ...]] = []
    for column, label, (person, part) in zip(columns, labels, wanted, strict=True):
        seat = [int(context.x[pair]) for pair in m.at(person, part)]
        teams = [int(m.y[place]) for place in m.teams_of_part[part] if int(place) in chosen]
        for kind, parts, bound in (("seat", seat, 0.0), ("team", teams, 0.0)):
            entries += [(len(names), item, 1.0) for item in parts] + [(len(names), int(column), -1.0)]
            lower.append(bound)
            names.append((*label, kind))
        entries += [(len(names), item, -1.0) for item in (*seat, *teams)] + [(len(names), int(column), 1.0)]
        lower.append(-1.0)
        names.append((*label, "both"))
        people_here.setdefault(person, []).append(int(column))
    m.rows("in_scope", names, entries, np.array(lower), INF)
    return _once_each(m, key, people_here)


def _once_each(m: Merging, key: str, people_here: Mapping[int, list[int]]) -> Presence:
    several = m.context.several
    plain = [(column, person) for person, columns in people_here.items() if not several[person] for column in columns]
    double = sorted(person for person in people_here if several[person])
    labels = [(m.context.data.people[person].id, key) for person in double]
    here = m.builder.columns("h", labels, 0, 1, True, Role.INDICATOR)
    entries: Entries = []
    above: Entries = []
    names: list[tuple[str, ...]] = []
    for column, person in zip(here, double, strict=True):
        for part in people_here[person]:
            entries += [(len(names), int(column), 1.0), (len(names), part, -1.0)]
            names.append((m.context.data.people[person].id, key, str(part)))
        row = double.index(person)
        above += [(row, part, 1.0) for part in people_here[person]] + [(row, int(column), -1.0)]
    m.rows("present_if_seated", names, entries, 0, INF, Role.INDICATOR)
    m.rows("seated_if_present", labels, above, 0, INF)
    columns = np.array([*(column for column, _ in plain), *here], np.int64)
    people = np.array([*(person for _, person in plain), *double], np.int64)
    return Presence(columns, people)


# --- one team at a time ----------------------------------------------------------------------------------------------


def _on_teams(m: Merging, bound: list[_Bound]) -> None:
    needed: dict[str, set[int]] = {}
    holds: dict[str, Bools] = {}
    for item in bound:
        text = item.quota.of.text
        needed.setdefault(text, set()).update(item.places)
        holds.setdefault(text, m.context.data.holds(item.quota.of))
    with_attribute = {text: _attribute(m, text, holds[text], sorted(places)) for text, places in needed.items()}
    for item in bound:
        _rows_of(m, item, with_attribute[item.quota.of.text])


def _attribute(m: Merging, text: str, holds: Bools, places: list[int]) -> dict[int, list[int]]:
    """Columns A_iaG of the persons with an attribute at desks of i in team G; sum_G A = sum x (+ elsewhere).

    A_iaG <= sum of flow of i's desks to G; elsewhere <= most (1 - sum of y over the teams asked about).
    """
    keys = [(part, place) for place in places for part in m.found.teams[m.teams[place]]]
    labels = [(text, m.name(part), m.found.id(int(m.teams[place]))) for part, place in keys]
    most = [float(_seats_of(m, part, place)) for part, place in keys]
    columns = m.builder.columns("with", labels, 0, np.array(most), True)
    found: dict[int, list[int]] = {}
    inside: Entries = []
    by_part: dict[int, list[tuple[int, int]]] = {}
    for row, ((part, place), column) in enumerate(zip(keys, columns, strict=True)):
        found.setdefault(place, []).append(int(column))
        by_part.setdefault(part, []).append((place, int(column)))
        inside.append((row, int(column), 1.0))
        inside += [(row, m.flow[desk, place], -1.0) for desk in m.found.desks_of_part[part]]
    m.rows("with_in_team", labels, inside, -INF, 0)
    _balance(m, text, holds, by_part)
    return found


def _balance(m: Merging, text: str, holds: Bools, by_part: Mapping[int, list[tuple[int, int]]]) -> None:
    parts = sorted(by_part)
    entries: Entries = []
    able = holds[m.context.person] if len(m.context.person) else np.zeros(0, bool)
    outside: list[tuple[int, int]] = []
    for row, part in enumerate(parts):
        entries += [(row, column, -1.0) for _, column in by_part[part]]
        pairs = np.flatnonzero((m.context.team == part) & able)
        entries += [(row, int(m.context.x[pair]), 1.0) for pair in pairs]
        if len(by_part[part]) < len(m.teams_of_part[part]):
            outside.append((row, part))
    most = [float(max(_seats_of(m, part, int(place)) for place in m.teams_of_part[part])) for _, part in outside]
    labels = [(text, m.name(part)) for _, part in outside]
    elsewhere = m.builder.columns("elsewhere", labels, 0, np.array(most), True)
    entries += [(row, int(column), -1.0) for (row, _), column in zip(outside, elsewhere, strict=True)]
    m.rows("with_at_part", [(text, m.name(part)) for part in parts], entries, 0, 0)
    bounds: Entries = []
    for number, ((_, part), column) in enumerate(zip(outside, elsewhere, strict=True)):
        bounds.append((number, int(column), 1.0))
        bounds += [(number, int(m.y[place]), most[number]) for place, _ in by_part[part]]
    m.rows("elsewhere", labels, bounds, -INF, np.array(most))


def _seats_of(m: Merging, part: int, place: int) -> int:
    own = set(m.found.desks_of_part[part])
    return sum(slot.seats for slot in m.slots[place] if own.intersection(slot.desks))


def _rows_of(m: Merging, item: _Bound, attribute: Mapping[int, list[int]]) -> None:
    """The rows of one quota on each of its teams, with slack for each anchor."""
    anchors = sorted(set(item.anchors))
    row_of = {anchor: number for number, anchor in enumerate(anchors)}
    most = len(m.context.data.people) + 1000
    labels = [(item.key, str(anchor)) for anchor in anchors]
    for sign, bound, kind in ((1, item.quota.min, "short"), (-1, item.quota.max, "over")):
        if bound is None:
            continue
        slack: Ints | None = None
        if item.quota.mode is Mode.TARGET:
            slack = m.builder.columns(f"{kind}_team", labels, 0, most, True, Role.SLACK)
            m.builder.cost("quotas", slack, 1)
        for place, anchor in zip(item.places, item.anchors, strict=True):
            own = None if slack is None else int(slack[row_of[anchor]])
            _one(m, item.key, place, bound, sign, attribute[place], own)


def _one(
    m: Merging, key: str, place: int, bound: Share | int, sign: int, members: list[int], slack: int | None
) -> None:
    """sign = 1: at least `bound` of the team's persons have the attribute; sign = -1: at most.

    Share s: 10000 A - s n >= 0 (<= 0) with n = seats y - empty, and the cut on the side that s leaves. Count: A >= bound * occupied
    with n <= seats * occupied, or A <= bound y.
    """
    y, seats = int(m.y[place]), int(m.found.seats[m.teams[place]])
    empty = [int(column) for column in m.empty[place]]
    label = [(key, m.found.id(int(m.teams[place])))]
    paid = [] if slack is None else [(0, slack, 1.0)]
    if isinstance(bound, Share):
        scale = gcd(bound.per_10000, 10_000) or 10_000
        unit, share = 10_000 // scale, bound.per_10000 // scale
        entries: Entries = [(0, column, float(sign * unit)) for column in members]
        entries += [(0, y, -float(sign * share * seats)), *((0, column, float(sign * share)) for column in empty)]
        entries += [(0, column, value * unit) for _, column, value in paid]
        m.rows("team_quota", label, entries, 0, INF)
        if sign == 1:
            left = (10_000 - bound.per_10000) * seats // 10_000
            cut: Entries = [(0, y, float(left - seats)), *((0, column, 1.0) for column in (*empty, *members)), *paid]
        else:
            cut = [(0, y, float(bound.per_10000 * seats // 10_000)), *((0, column, -1.0) for column in members), *paid]
        m.rows("team_quota_cut", label, cut, 0, INF)
        return
    entries = [(0, column, float(sign)) for column in members] + paid
    if sign == -1:
        m.rows("team_quota", label, [*entries, (0, y, float(bound))], 0, INF)
        return
    occupied = int(m.builder.columns("occupied", label, 0, 1, True, Role.INDICATOR)[0])
    taken: Entries = [(0, occupied, float(seats)), (0, y, -float(seats)), *((0, column, 1.0) for column in empty)]
    m.rows("occupied_if_seated", label, taken, 0, INF, Role.INDICATOR)
    m.rows("team_quota", label, [*entries, (0, occupied, -float(bound))], 0, INF)


__all__ = ["quotas"]
