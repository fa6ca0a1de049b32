"""Rows and terms of merging: which teams are chosen (y), how counts flow from desks to teams (flow, empty), and every rule
that depends on who is in a team with whom. Inequalities stand in the docstrings; meaning: `docs/merging.md`.

People are put at desks of parts, so the number of x does not grow with the number of teams; only counts flow. Each part
is in one chosen team, so the flows are forced and a plan of persons always follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from zbopt.engine import rules, terms
from zbopt.engine.candidates import Candidates, Slot
from zbopt.engine.desks import CATEGORY, DeskContext
from zbopt.engine.linear import Bools, Floats, Ints, ModelBuilder
from zbopt.scenario import facts
from zbopt.scenario.vocabulary import Incumbents, Mode

INF = np.inf
Entries = list[tuple[int, int, float]]


@dataclass
class Merging:
    """A merging model in the making, on some of the candidate teams."""

    context: DeskContext
    found: Candidates
    teams: Ints
    _kin_pairs: dict[int, Ints] = field(default_factory=dict)

    @property
    def builder(self) -> ModelBuilder:
        """Where columns and rows go."""
        return self.context.builder

    @cached_property
    def y(self) -> Ints:
        """Columns of the teams, in the order of `teams`; made right after x."""
        return self.builder.columns("y", [(self.found.id(team),) for team in self.teams], 0, 1, True)

    @cached_property
    def slots(self) -> tuple[tuple[Slot, ...], ...]:
        """The slots of each team."""
        return tuple(self.found.slots(team) for team in self.teams)

    @cached_property
    def teams_of_part(self) -> tuple[Ints, ...]:
        """Places (in `teams`) of the teams that hold each part."""
        lists: list[list[int]] = [[] for _ in self.found.works.parts]
        for place, team in enumerate(self.teams):
            for part in self.found.teams[team]:
                lists[part].append(place)
        return tuple(np.array(item, np.int64) for item in lists)

    @cached_property
    def empty(self) -> tuple[Ints, ...]:
        """Columns of the empty seats of each team's slots."""
        labels, most = [], []
        for place, team in enumerate(self.teams):
            for slot in self.slots[place]:
                labels.append((self.found.id(team), slot.key))
                must = slot.must_fill and "must_fill" not in self.context.without
                most.append(0 if must else slot.seats)
        columns = self.builder.columns("empty", labels, 0, np.array(most, float), True)
        bounds = np.cumsum([len(slots) for slots in self.slots])[:-1]
        return tuple(np.split(columns, bounds)) if len(self.slots) else ()

    @cached_property
    def flow(self) -> Mapping[tuple[int, int], int]:
        """Columns of the persons that flow from a desk to a team's slot, by (desk, place of the team)."""
        keys = [
            (desk, place, slot.seats)
            for place in range(len(self.teams))
            for slot in self.slots[place]
            for desk in slot.desks
        ]
        names = self.desk_names
        labels = [(names[desk], self.found.id(int(self.teams[place]))) for desk, place, _ in keys]
        columns = self.builder.columns("flow", labels, 0, np.array([key[2] for key in keys], float), True)
        return {(desk, place): int(column) for (desk, place, _), column in zip(keys, columns, strict=True)}

    @cached_property
    def desk_names(self) -> tuple[str, ...]:
        """Ids of the desks."""
        return tuple(post.id for post in self.context.data.posts)

    @cached_property
    def joined(self) -> Mapping[tuple[int, int], int]:
        """Columns T_ij = sum of y over the teams that hold parts i < j; only for pairs some team holds."""
        holders: dict[tuple[int, int], list[int]] = {}
        for place, team in enumerate(self.teams):
            members = self.found.teams[team]
            for number, one in enumerate(members):
                for other in members[number + 1 :]:
                    holders.setdefault((one, other), []).append(place)
        keys = sorted(holders)
        ids = [part.id for part in self.found.works.parts]
        labels = [(ids[one], ids[other]) for one, other in keys]
        columns = self.builder.columns("joined", labels, 0, 1, True)
        entries: Entries = []
        for row, key in enumerate(keys):
            entries += [(row, int(self.y[place]), 1.0) for place in holders[key]]
            entries.append((row, int(columns[row]), -1.0))
        self.rows("joined", labels, entries, 0, 0)
        return {key: int(column) for key, column in zip(keys, columns, strict=True)}

    def together(self, one: int, other: int) -> int | None:
        """The column T of two different parts, None where no team holds both."""
        return self.joined.get((min(one, other), max(one, other)))

    def rows(
        self, kind: str, labels: list[tuple[str, ...]], entries: Entries, lower: float | Floats, upper: float | Floats
    ) -> Ints:
        """Append rows from a list of (row, column, coefficient)."""
        table = np.array(entries, float).reshape(-1, 3)
        return self.builder.rows(
            kind, labels, (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]), lower, upper
        )

    def pairs_of(self, person: int) -> Ints:
        """The pairs of a person."""
        if person not in self._kin_pairs:
            low, high = np.searchsorted(self.context.person, [person, person + 1])
            self._kin_pairs[person] = np.arange(low, high)
        return self._kin_pairs[person]

    def at(self, person: int, part: int, where: Bools | None = None) -> Ints:
        """The pairs of a person at desks of a part; `where` restricts the pairs."""
        pairs = self.pairs_of(person)
        inside = self.context.team[pairs] == part
        if where is not None:
            inside = inside & where[pairs]
        found: Ints = pairs[inside]
        return found

    def parts_of(self, person: int, where: Bools | None = None) -> list[int]:
        """The parts at whose desks a person may sit."""
        pairs = self.pairs_of(person)
        if where is not None:
            pairs = pairs[where[pairs]]
        return sorted(set(self.context.team[pairs].tolist()))

    def name(self, part: int) -> str:
        """Id of a part."""
        return self.found.works.parts[part].id


# --- teams and flows -------------------------------------------------------------------------------------------------


def partition(m: Merging) -> None:
    """Each part in exactly one team: sum over G with i of y_G = 1."""
    entries = [(part, int(m.y[place]), 1.0) for part, places in enumerate(m.teams_of_part) for place in places]
    m.rows("partition", [(part.id,) for part in m.found.works.parts], entries, 1, 1)


def desks(m: Merging) -> None:
    """Persons at a desk flow to the team its part is in: sum_c x_cd - sum_G flow_dG = 0."""
    entries: Entries = [(int(m.context.post[pair]), int(m.context.x[pair]), 1.0) for pair in range(len(m.context.x))]
    entries += [(desk, column, -1.0) for (desk, _), column in m.flow.items()]
    m.rows("desk", [(name,) for name in m.desk_names], entries, 0, 0)


def slots(m: Merging) -> None:
    """Seats of a slot are filled or empty: sum over its desks of flow_dG + empty = seats y_G."""
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    for place, team in enumerate(m.teams):
        for slot, empty in zip(m.slots[place], m.empty[place], strict=True):
            row = len(labels)
            entries += [(row, m.flow[desk, place], 1.0) for desk in slot.desks]
            entries += [(row, int(empty), 1.0), (row, int(m.y[place]), -float(slot.seats))]
            labels.append((m.found.id(int(team)), slot.key))
    m.rows("slots", labels, entries, 0, 0)


def twice(m: Merging) -> None:
    """One seat of a person in a team: w_ci + w_cj + T_ij <= 2 for those who could hold two seats."""
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    for person in np.flatnonzero(m.context.several):
        parts = m.parts_of(int(person))
        for number, one in enumerate(parts):
            for other in parts[number + 1 :]:
                column = m.together(one, other)
                if column is not None:
                    pairs = np.r_[m.at(int(person), one), m.at(int(person), other)]
                    entries += _sum(len(labels), m, pairs) + [(len(labels), column, 1.0)]
                    labels.append((m.context.data.people[person].id, m.name(one), m.name(other)))
    m.rows("twice", labels, entries, -INF, 2)


def _sum(row: int, m: Merging, pairs: Iterable[int]) -> Entries:
    return [(row, int(m.context.x[pair]), 1.0) for pair in pairs]


# --- rules -----------------------------------------------------------------------------------------------------------


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
                entries += _sum(len(labels), m, m.at(person, one, where)) + [(len(labels), column, 1.0)]
                labels.append((m.context.data.people[person].id, m.name(one), m.name(other)))
    added = m.rows(f"evade_{rule}", labels, entries, -INF, 1)
    if paid:
        _pay(m, f"over_evade_{rule}", added, slack)


def _pay(m: Merging, kind: str, added: Ints, slack: Mapping[tuple[int, int], list[int]]) -> None:
    """One 0/1 slack column for each (person, part), entered with -1 in its rows."""
    if not slack:
        return
    labels = [(m.context.data.people[person].id, m.name(part)) for person, part in slack]
    columns = m.builder.columns(kind, labels, 0, 1, True)
    for column, places in zip(columns, slack.values(), strict=True):
        m.builder.more((added[places], np.full(len(places), column), -1))
    m.builder.cost("quotas", columns, 1)


def r15(m: Merging) -> None:
    """Kin c, c': w_ci + w_c'j + T_ij <= 2 for i != j, w_ci + w_c'i <= 1 (+ together_cc', one for the pair, paid)."""
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
        for one in m.parts_of(index[a]):
            for other in m.parts_of(index[b]):
                column = None if one == other else m.together(one, other)
                if one != other and column is None:
                    continue
                row = len(labels)
                entries += _sum(row, m, np.r_[m.at(index[a], one), m.at(index[b], other)])
                entries += [] if column is None else [(row, column, 1.0)]
                bounds.append(1 if column is None else 2)
                slack.append((row, number))
                labels.append((a, b, m.name(one), m.name(other)))
    if not labels:
        return
    added = m.rows("R15", labels, entries, -INF, np.array(bounds))
    if mode is Mode.TARGET:
        together = m.builder.columns("together_R15", list(kin), 0, 1, True)
        row, pair = np.array(slack, np.int64).T
        m.builder.more((added[row], together[pair], -1))
        m.builder.cost("quotas", together, 1)


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
        entries.extend(_sum(row, m, m.at(person, part, sensitive)))
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
                    more = _sum(0, m, m.at(head, other, heads))
                    more += [] if column is None else [(0, column, 1.0)]
                    add(person, part, more, 1 if column is None else 2, b)
    if not labels:
        return
    added = m.rows("R16", labels, entries, -INF, np.array(bounds))
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
        short = m.builder.columns("short_R37", slack, 0, people + 1000, True)
        over = m.builder.columns("over_R37", slack, 0, people + 1000, True)
        m.builder.more((lower, short[anchors], 1))
        m.builder.more((upper, over[anchors], -1))
        m.builder.cost("quotas", np.r_[short, over], 1)


# --- terms -----------------------------------------------------------------------------------------------------------


def headcount(m: Merging) -> None:
    """unfilled = weighted empty seats; seats and task_forces = sums over chosen teams; persons = presence anywhere."""
    for place in range(len(m.teams)):
        weights = [facts.PRIORITY_WEIGHTS[slot.priority] for slot in m.slots[place]]
        m.builder.cost("unfilled", m.empty[place], weights)
    m.builder.cost("seats", m.y, m.found.seats[m.teams])
    m.builder.cost("task_forces", m.y, 1)
    m.builder.cost("persons", m.context.presence(tuple(range(len(m.context.data.teams)))).columns, 1)


def stability(m: Merging) -> None:
    """merit += weight * best stability. near_ci <= w_ci, near_ci <= sum of y_G with i and c's own part or a follower of it.

    What a desk earns in every partition (same post, own part, successor) is a cost of x; near earns the 70 a team brings.
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
    _best(m, static, near[~single], owners[~single], weight)


def _near(m: Merging, static: Ints) -> tuple[Ints, Ints]:
    """Columns near_ci with the person of each."""
    data = m.context.data
    entries: Entries = []
    labels: list[tuple[str, ...]] = []
    owners: list[int] = []
    wanted: list[tuple[int, int, Ints, list[int]]] = []
    for person in np.flatnonzero(data.incumbent):
        current = data.people[person].current
        assert current is not None
        own = {
            part
            for part, team in enumerate(m.found.works.parts)
            if team.id == current.task_force or current.task_force in team.succeeds
        }
        if not own:
            continue
        elsewhere = static == 0
        for part in m.parts_of(int(person), elsewhere):
            places = [place for place in m.teams_of_part[part] if own & set(m.found.teams[m.teams[place]])]
            if places:
                wanted.append((int(person), part, m.at(int(person), part, elsewhere), places))
    names = [(data.people[person].id, m.name(part)) for person, part, _, _ in wanted]
    columns = m.builder.columns("near", names, 0, 1, True)
    for column, (person, part, pairs, places) in zip(columns, wanted, strict=True):
        owners.append(person)
        row = len(labels)
        entries += [(row, int(m.context.x[pair]), 1.0) for pair in pairs]
        entries += [(row + 1, int(m.y[place]), 1.0) for place in places]
        entries += [(row, int(column), -1.0), (row + 1, int(column), -1.0)]
        labels += [(data.people[person].id, m.name(part), "seat"), (data.people[person].id, m.name(part), "team")]
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


def _on_context(function: Callable[[DeskContext], None]) -> Callable[[Merging], None]:
    return lambda m: function(m.context)


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
"""Every family of rows but the quotas (`team_quotas`)."""

TERMS: Mapping[str, Callable[[Merging], None]] = {
    "headcount": headcount,
    "targets": _on_context(terms.broken_targets),
    "moves": _on_context(terms.moves),
    "fit": _on_context(terms.fit),
    "preference": _on_context(terms.preference),
    "stability": stability,
}
"""Every term."""
