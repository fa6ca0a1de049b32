"""Rules of a merger that depend on who is in a team with whom. Inequalities stand in the docstrings; meaning: `docs/merging.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from zbopt.engine.linear import Ints, Role
from zbopt.engine.merge.desks import CATEGORY
from zbopt.engine.merge.model import INF, Entries, Merging, seat_sum
from zbopt.scenario import facts
from zbopt.scenario.words import Incumbents, Mode

MAX_KIN_TEAMS = 1_000
"""Teams above which kin are bounded part by part: rows of teams are as many as kin times teams."""


def evasion(m: Merging) -> None:
    """No bar is evaded: w_ci + T_ij <= 1 (+ evade_ci, paid) where c is barred from part j (R17, R30, a pin against it)."""
    data, scenario = m.context.data, m.context.data.scenario
    parts = m.found.works.parts
    matters = [scenario.matters_of_task_force[part.id] for part in parts]
    for rule, of in (("R17", "conflicts"), ("R30", "refuses")):
        mode = m.context.mode(rule)
        if mode not in (Mode.HARD, Mode.TARGET):
            continue
        hits: dict[int, list[int]] = {}
        for place, person in enumerate(data.people):
            named = set(getattr(person, of))
            if named:
                against = matters if rule == "R17" else [frozenset({part.id}) for part in parts]
                hits[place] = [part for part, matter in enumerate(against) if named & matter]
        if hits:
            _barred_from(m, rule, hits, mode is Mode.TARGET)
    if "pin" not in m.context.without:
        banned: dict[int, list[int]] = {}
        for pin in data.pins:
            if not pin.must and pin.task_force in data.team_index:
                banned.setdefault(data.person_index[pin.person], []).append(data.team_index[pin.task_force or ""])
        _barred_from(m, "pin", banned, False)


def _barred_from(m: Merging, rule: str, hits: dict[int, list[int]], paid: bool) -> None:
    where = None
    if paid:
        where = ~m.context.breaks(rule)[m.context.person, m.context.post]
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    slack: dict[tuple[int, int], list[int]] = {}
    for person, barred in sorted(hits.items()):
        for one in m.parts_of(person, where):
            for other in barred:
                column = m.together(one, other) if one != other else None
                if column is None:
                    continue
                slack.setdefault((person, one), []).append(len(labels))
                entries += [*seat_sum(len(labels), m, m.at(person, one, where)), (len(labels), column, 1.0)]
                labels.append((m.context.data.people[person].id, m.name(one), m.name(other)))
    added = m.rows(f"evade_{rule}", labels, entries, -INF, 1, Role.PACKING)
    if paid:
        _pay(m, f"over_evade_{rule}", added, slack)


def _pay(m: Merging, kind: str, added: Ints, slack: Mapping[tuple[int, int], list[int]]) -> None:
    """One 0/1 slack column for each (person, part), entered with -1 in its rows."""
    if not slack:
        return
    labels = [(m.context.data.people[person].id, m.name(part)) for person, part in slack]
    columns = m.builder.columns(kind, labels, 0, 1, True, Role.SLACK)
    for column, places in zip(columns, slack.values(), strict=True):
        m.builder.more((added[places], np.full(len(places), column), -1))
    m.builder.cost("quotas", columns, 1)


def r15(m: Merging) -> None:
    """Kin c, c' in one team: w_c(G) + w_c'(G) + y_G <= 2 (+ together_cc', one for the pair, paid), w_c(G) the seats of c at G's desks.

    Where one of them could hold two seats, or teams are very many: w_ci + w_c'j + T_ij <= 2 for i != j, w_ci + w_c'i <= 1. Rows of whole teams are much
    tighter: the people of a slot may be named at any of its desks, and a half at each of two desks keeps the rows of both.
    """
    mode = m.context.mode("R15")
    kin = facts.kin_pairs(m.context.data.scenario)
    if mode not in (Mode.HARD, Mode.TARGET) or not kin:
        return
    index = m.context.data.person_index
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    bounds: list[float] = []
    slack: list[tuple[int, int]] = []
    for number, (a, b) in enumerate(kin):
        split = bool(m.context.several[[index[a], index[b]]].any()) or len(m.teams) > MAX_KIN_TEAMS
        for label, pairs, column in (
            _kin_by_part(m, index[a], index[b]) if split else _kin_by_team(m, index[a], index[b])
        ):
            row = len(labels)
            entries += seat_sum(row, m, pairs)
            entries += [] if column is None else [(row, column, 1.0)]
            bounds.append(1 if column is None else 2)
            slack.append((row, number))
            labels.append((a, b, *label))
    if not labels:
        return
    added = m.rows("R15", labels, entries, -INF, np.array(bounds), Role.PACKING)
    if mode is Mode.TARGET:
        together = m.builder.columns("together_R15", list(kin), 0, 1, True, Role.SLACK)
        row, pair = np.array(slack, np.int64).T
        m.builder.more((added[row], together[pair], -1))
        m.builder.cost("quotas", together, 1)


def _kin_by_part(m: Merging, a: int, b: int) -> Iterator[tuple[tuple[str, ...], Ints, int | None]]:
    """Label, pairs and column T (None: one part) of two parts that kin may be in."""
    for one in m.parts_of(a):
        for other in m.parts_of(b):
            column = None if one == other else m.together(one, other)
            if one == other or column is not None:
                yield (m.name(one), m.name(other)), np.r_[m.at(a, one), m.at(b, other)], column


def _kin_by_team(m: Merging, a: int, b: int) -> Iterator[tuple[tuple[str, ...], Ints, int | None]]:
    """Label, pairs and column y of the teams in which both kin may be."""
    at_a, at_b = ({part: m.at(person, part) for part in m.parts_of(person)} for person in (a, b))
    for place, team in enumerate(m.teams):
        members = m.found.teams[team]
        first, second = ([at[part] for part in members if part in at] for at in (at_a, at_b))
        if first and second:
            yield (m.found.id(int(team)),), np.concatenate([*first, *second]), int(m.y[place])


def r16(m: Merging) -> None:
    """c at a sensitive desk of i: x + sum of y with a supervisor who is kin <= 1; x + x_c',head,j + T_ij <= 2 (+ under_ci, paid)."""
    mode = m.context.mode("R16")
    if mode not in (Mode.HARD, Mode.TARGET):
        return
    data = m.context.data
    sensitive = data.sensitive[m.context.post] if len(m.context.post) else np.zeros(0, bool)
    heads = data.heads[m.context.post] if len(m.context.post) else np.zeros(0, bool)
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    bounds: list[float] = []
    slack: dict[tuple[int, int], list[int]] = {}

    def add(person: int, part: int, more: Entries, bound: float, label: str) -> None:
        row = len(labels)
        entries.extend(seat_sum(row, m, m.at(person, part, sensitive)))
        entries.extend((row, column, value) for _, column, value in more)
        bounds.append(bound)
        slack.setdefault((person, part), []).append(row)
        labels.append((data.people[person].id, m.name(part), label))

    supervisors = [m.found.works.parts[m.found.leading_part(int(team))].supervisor for team in m.teams]
    for key, leaders in sorted(facts.kin_leaders(data.scenario).items()):
        person = data.person_index[key]
        for part in m.parts_of(person, sensitive):
            under = [place for place in m.teams_of_part[part] if supervisors[place] in leaders]
            if under:
                add(person, part, [(0, int(m.y[place]), 1.0) for place in under], 1, "supervisor")
    kin = facts.kin_pairs(data.scenario)
    for a, b in [*kin, *((b, a) for a, b in kin)]:
        person, head = data.person_index[a], data.person_index[b]
        for part in m.parts_of(person, sensitive):
            for other in m.parts_of(head, heads):
                column = None if part == other else m.together(part, other)
                if part == other or column is not None:
                    more = seat_sum(0, m, m.at(head, other, heads))
                    more += [] if column is None else [(0, column, 1.0)]
                    add(person, part, more, 1 if column is None else 2, b)
    if not labels:
        return
    added = m.rows("R16", labels, entries, -INF, np.array(bounds), Role.PACKING)
    if mode is Mode.TARGET:
        _pay(m, "under_R16", added, slack)


def asked_level(m: Merging, desk: int, category: str) -> int:
    """The lowest level that the posts of a category desk ask in its category."""
    posts = m.context.data.desks[desk].posts
    needs = [m.context.data.needs(post) for post in posts]
    return min(dict(branch).get(category, 0) for need in needs for branch in need.branches())


def levels(m: Merging) -> None:
    """For every level l above the lowest asked in a slot: able + empty >= ceil(W of the parts that ask l or more) y_G.

    able_dlG persons of level l (or exempt at their same post of a part that asks it) at desk d, in team G:
    sum_G able_dlG <= sum x of those, able_dlG <= flow_dG.
    """
    if not m.context.is_hard("R27"):
        return
    able: dict[tuple[int, int], list[tuple[int, int]]] = {}
    demands: list[tuple[int, int, int, int, tuple[int, ...]]] = []
    for place in range(len(m.teams)):
        for slot, empty in zip(m.slots[place], m.empty[place], strict=True):
            if slot.kind != CATEGORY or len(slot.desks) < 2:
                continue
            asked = {desk: asked_level(m, desk, slot.key) for desk in slot.desks}
            for level in sorted(set(asked.values()))[1:]:
                parts = tuple(m.context.data.desks[desk].part for desk in slot.desks if asked[desk] >= level)
                work = m.found.workload(parts, slot.key)
                need = -(-work // m.context.data.desks[slot.desks[0]].load)
                demands.append((place, level, need, int(empty), slot.desks))
                for desk in slot.desks:
                    able.setdefault((desk, level), []).append((place, slot.seats))
    columns = _able(m, able)
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    for place, level, need, empty, places in demands:
        row = len(labels)
        entries += [(row, columns[desk, level, place], 1.0) for desk in places]
        entries += [(row, empty, 1.0), (row, int(m.y[place]), -float(need))]
        key = m.context.data.desks[places[0]].slot[1]
        labels.append((m.found.id(int(m.teams[place])), key, str(level)))
    m.rows("levels", labels, entries, 0, INF)


def _able(m: Merging, wanted: Mapping[tuple[int, int], list[tuple[int, int]]]) -> dict[tuple[int, int, int], int]:
    """Columns able_dlG with the rows that bound them."""
    keys = [(desk, level, place, seats) for (desk, level), teams in wanted.items() for place, seats in teams]
    labels = [(m.desk_names[d], str(level), m.found.id(int(m.teams[g]))) for d, level, g, _ in keys]
    columns = m.builder.columns("able", labels, 0, np.array([key[3] for key in keys], float), True)
    found = {(d, level, g): int(column) for (d, level, g, _), column in zip(keys, columns, strict=True)}
    bounded: Entries = []
    for row, (desk, _, place, _) in enumerate(keys):
        bounded += [(row, int(columns[row]), 1.0), (row, m.flow[desk, place], -1.0)]
    m.rows("able_in_team", labels, bounded, -INF, 0)
    entries: Entries = []
    desk_labels: list[tuple[str, ...]] = []
    exempt = m.context.data.scenario.policy.incumbents is Incumbents.EXEMPT
    for (desk, level), teams in wanted.items():
        row = len(desk_labels)
        category = m.context.data.desks[desk].slot[1]
        pairs = np.flatnonzero(m.context.post == desk)
        people = m.context.person[pairs]
        good = m.context.data.levels[category][people] >= level
        if exempt and asked_level(m, desk, category) >= level:
            good |= m.context.data.same_post[people, desk]
        entries += [(row, found[desk, level, place], 1.0) for place, _ in teams]
        entries += [(row, int(m.context.x[pair]), -1.0) for pair in pairs[good]]
        desk_labels.append((m.desk_names[desk], str(level)))
    m.rows("able_at_desk", desk_labels, entries, -INF, 0)
    return found


def team_bounds(m: Merging, place: int) -> tuple[int, int]:
    """Fewest and most persons of a team (R37)."""
    policy = m.context.data.scenario.policy
    low, high = (policy.setting("R37", name) for name in ("min", "max"))
    parts = m.found.teams[m.teams[place]]
    if len(parts) > 1:
        return low, policy.merge.max_size
    size = m.found.works.parts[parts[0]].size
    return (low if size.min is None else size.min), (high if size.max is None else size.max)


def r37(m: Merging) -> None:
    """Persons of a team: low y_G <= seats y_G - sum empty (+ short - over, paid) <= high y_G."""
    mode = m.context.mode("R37")
    if mode not in (Mode.HARD, Mode.TARGET):
        return
    low_rows: Entries = []
    high_rows: Entries = []
    labels: list[tuple[str, ...]] = []
    for place, team in enumerate(m.teams):
        low, high = team_bounds(m, place)
        row, seats = len(labels), int(m.found.seats[team])
        gone = [(row, int(column), -1.0) for column in m.empty[place]]
        low_rows += [(row, int(m.y[place]), float(seats - low)), *gone]
        high_rows += [(row, int(m.y[place]), float(seats - high)), *gone]
        labels.append((m.found.id(int(team)),))
    lower = m.rows("R37_min", labels, low_rows, 0, INF)
    upper = m.rows("R37_max", labels, high_rows, -INF, 0)
    if mode is Mode.TARGET:
        anchors = [m.found.teams[team][0] for team in m.teams]
        slack = [(m.name(part),) for part in range(len(m.found.works.parts))]
        people = len(m.context.data.people)
        short = m.builder.columns("short_R37", slack, 0, people + 1000, True, Role.SLACK)
        over = m.builder.columns("over_R37", slack, 0, people + 1000, True, Role.SLACK)
        m.builder.more((lower, short[anchors], 1))
        m.builder.more((upper, over[anchors], -1))
        m.builder.cost("quotas", np.r_[short, over], 1)
