"""A merging model in the making: which teams are chosen (y), and how counts flow from desks to teams (flow, empty).

Inequalities stand in the docstrings; rules are in `rules` and `quotas`, terms in `terms`; meaning: `docs/merging.md`.

People are put at desks of parts, so the number of x does not grow with the number of teams; only counts flow. Each part
is in one chosen team, so the flows are forced and a plan of persons always follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from zbopt.engine.linear import Bools, Floats, Ints, ModelBuilder, Role
from zbopt.engine.merge.candidates import Candidates, Slot
from zbopt.engine.merge.desks import DeskContext

INF = np.inf
Entries = list[tuple[int, int, float]]


@dataclass(frozen=True)
class Kept:
    """Columns with the person of each."""

    columns: Ints
    person: Ints


@dataclass(frozen=True, slots=True)
class Granted:
    """A wish of a person at a desk, worth `value`, that is granted where one of the parts `joined` is in the team."""

    person: int
    desk: int
    pair: int
    value: int
    joined: frozenset[int]


@dataclass
class Merging:
    """A merging model in the making, on some of the candidate teams."""

    context: DeskContext
    found: Candidates
    teams: Ints
    _kin_pairs: dict[int, Ints] = field(default_factory=dict)
    _teams_with: dict[tuple[int, frozenset[int]], tuple[int, ...]] = field(default_factory=dict)

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

    @cached_property
    def may_join(self) -> tuple[tuple[int, ...], ...]:
        """The parts that some team holds together with each part."""
        lists: list[list[int]] = [[] for _ in self.found.works.parts]
        for one, other in self.joined:
            lists[one].append(other)
            lists[other].append(one)
        return tuple(tuple(sorted(item)) for item in lists)

    def teams_with(self, part: int, others: frozenset[int]) -> tuple[int, ...]:
        """Places of the teams that hold a part and one of some others."""
        if (part, others) not in self._teams_with:
            holding = (
                place
                for place in self.teams_of_part[part].tolist()
                if others.intersection(self.found.teams[self.teams[place]])
            )
            self._teams_with[part, others] = tuple(holding)
        return self._teams_with[part, others]

    @cached_property
    def posts_in_slot(self) -> Mapping[tuple[int, tuple[str, str]], tuple[str, ...]]:
        """The ids of the posts that each part has in a slot."""
        return {(desk.part, desk.slot): tuple(post.id for post in desk.posts) for desk in self.context.data.desks}

    @cached_property
    def kept(self) -> Kept:
        """Columns of incumbents who do their own work at another desk of its slot: kept_cj <= sum of x there, kept_cj <= T_ij.

        j is the other desk's part, i the own one; nobody holds two seats in j.
        """
        data, context = self.context.data, self.context
        own_slots = {
            int(person): {data.desks[desk].slot for desk in np.flatnonzero(data.same_post[person])}
            for person in np.flatnonzero(data.same_post.any(axis=1))
        }
        pairs: dict[tuple[int, int], list[int]] = {}
        for person, slots in own_slots.items():
            current = data.people[person].current
            assert current is not None
            part = data.team_index[current.task_force]
            for pair in self.pairs_of(person).tolist():
                desk = data.desks[int(context.post[pair])]
                if desk.part != part and desk.slot in slots and self.together(part, desk.part) is not None:
                    pairs.setdefault((person, desk.part), []).append(pair)
        keys = sorted(pairs)
        labels = [(data.people[person].id, self.name(part)) for person, part in keys]
        columns = self.builder.columns("kept", labels, 0, 1, True)
        entries: Entries = []
        for number, ((person, part), column) in enumerate(zip(keys, columns.tolist(), strict=True)):
            current = data.people[person].current
            assert current is not None
            joined = self.together(data.team_index[current.task_force], part)
            assert joined is not None
            entries += [(2 * number, int(context.x[pair]), 1.0) for pair in pairs[person, part]]
            entries += [(2 * number, column, -1.0), (2 * number + 1, joined, 1.0), (2 * number + 1, column, -1.0)]
        self.rows("kept", [(*label, kind) for label in labels for kind in ("seat", "team")], entries, 0, INF)
        return Kept(columns, np.array([person for person, _ in keys], np.int64))

    def together(self, one: int, other: int) -> int | None:
        """The column T of two different parts, None where no team holds both."""
        return self.joined.get((min(one, other), max(one, other)))

    def rows(
        self,
        kind: str,
        labels: Sequence[tuple[str, ...]],
        entries: Entries,
        lower: float | Floats,
        upper: float | Floats,
        role: Role = Role.PLAIN,
    ) -> Ints:
        """Append rows from a list of (row, column, coefficient)."""
        table = np.array(entries, float).reshape(-1, 3)
        return self.builder.rows(
            kind, labels, (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]), lower, upper, role
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
    entries: Entries = [(desk, column, -1.0) for (desk, _), column in m.flow.items()]
    added = m.rows("desk", [(name,) for name in m.desk_names], entries, 0, 0)
    if len(m.context.x):
        m.builder.more((added[m.context.post], m.context.x, 1))


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
                    entries += [*seat_sum(len(labels), m, pairs), (len(labels), column, 1.0)]
                    labels.append((m.context.data.people[person].id, m.name(one), m.name(other)))
    m.rows("twice", labels, entries, -INF, 2, Role.PACKING)


def seat_sum(row: int, m: Merging, pairs: Iterable[int]) -> Entries:
    """Entries of a row that adds up the seats of some pairs."""
    return [(row, int(m.context.x[pair]), 1.0) for pair in pairs]
