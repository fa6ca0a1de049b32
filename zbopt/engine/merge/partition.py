"""Set partitioning: the least headcount of any partition, whoever fills it, and which teams such partitions can use.

Parts that no team joins decide apart, so it is solved component by component: small ones exactly by dynamic programming over
sets of parts (which tells for every team the least headcount with it), large ones by relaxation and exact search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zbopt.engine.linear import Ints, LinearModel, ModelBuilder
from zbopt.engine.merge.candidates import Candidates
from zbopt.engine.stages import Descent, Impossible
from zbopt.progress import Control
from zbopt.scenario.policy import Stage
from zbopt.scenario.words import StageName
from zbopt.solution import Partition

MAX_PARTS = 12
"""Parts of a component up to which all sets of them are looked at (4,096)."""

SEAT = 100_000
"""A seat against a task force in the costs of the dynamic programme: more than any number of task forces."""

NEVER = 10**15


@dataclass(frozen=True)
class Headcount:
    """Least seats, then task forces, one partition that has them; teams that partitions of least seats (and of both) may use."""

    seats: int
    task_forces: int
    partition: Ints
    least_seats: Ints
    least_both: Ints


@dataclass(frozen=True)
class _Part:
    """What is known of a component: least seats and task forces, a partition, and for each team the least cost with it.

    `with_team` is seats * SEAT + task forces where exact, a lower bound else.
    """

    seats: int
    task_forces: int
    partition: list[int]
    teams: Ints
    with_team: Ints


def differ(found: Candidates, teams: Ints, y: Ints, builder: ModelBuilder, excluded: Sequence[Partition]) -> None:
    """At least two groups of each excluded partition are not chosen."""
    place = {found.id(int(team)): number for number, team in enumerate(teams)}
    for number, partition in enumerate(excluded):
        here = [place["+".join(group)] for group in partition if "+".join(group) in place]
        columns = y[np.array(here, np.int64)]
        builder.rows("differ", [(str(number),)], (np.zeros(len(here), int), columns, 1), -np.inf, len(partition) - 2)


@dataclass
class Partitions:
    """The partitions over some candidate teams, less those excluded."""

    found: Candidates
    control: Control
    workers: int
    excluded: Sequence[Partition] = ()

    def least(self, from_seats: int = 0) -> Headcount | None:
        """The least headcount of at least `from_seats` seats; None where there is none. Raises `TimeoutError` where stopped."""
        parts = self.components
        if any(part is None for part in parts):
            return None
        known = [part for part in parts if part is not None]
        if not known:  # no task force is left
            nothing = np.zeros(0, np.int64)
            return Headcount(0, 0, nothing, nothing, nothing) if from_seats == 0 and not self.excluded else None
        seats = sum(part.seats for part in known)
        if not self.excluded and from_seats <= seats:
            cheap = np.concatenate([part.teams[part.with_team // SEAT <= part.seats] for part in known])
            both = [part.teams[part.with_team <= part.seats * SEAT + part.task_forces] for part in known]
            chosen = np.array(sorted(team for part in known for team in part.partition), np.int64)
            return Headcount(
                seats, sum(part.task_forces for part in known), chosen, np.sort(cheap), np.sort(np.concatenate(both))
            )
        return self._searched(from_seats, seats, known)

    def _searched(self, from_seats: int, base: int, known: list[_Part]) -> Headcount | None:
        """All components together, where rows join them; teams that cost a component too much are left out."""
        number = len(self.found.teams)
        model = self._model(np.arange(number), from_seats, self.excluded)
        found = self._descend(model, number)
        if found is None:
            return None
        seats, task_forces, chosen, cheap, both = found
        extra = np.zeros(number, np.int64)
        for part in known:
            extra[part.teams] = part.with_team // SEAT - part.seats
        fits = np.flatnonzero(extra <= seats - base)
        return Headcount(seats, task_forces, chosen, np.intersect1d(cheap, fits), np.intersect1d(both, fits))

    def _model(self, teams: Ints, from_seats: int, excluded: Sequence[Partition]) -> LinearModel:
        """Each part in one team; seats and task forces as objectives."""
        builder = ModelBuilder()
        y = builder.columns("y", [(str(team),) for team in teams], 0, 1, True)
        members = [(part, place) for place, team in enumerate(teams) for part in self.found.teams[team]]
        table = np.array(members, np.int64).reshape(-1, 2)
        parts, row = np.unique(table[:, 0], return_inverse=True)
        labels = [(self.found.works.parts[part].id,) for part in parts]
        builder.rows("partition", labels, (row, y[table[:, 1]], 1), 1, 1)
        if len(parts) < len(self.found.works.parts) and len(teams) == len(self.found.teams):
            builder.rows(
                "partition", [("none",)], (np.zeros(0, int), np.zeros(0, int), 1), 1, 1
            )  # a part without any team
        differ(self.found, teams, y, builder, excluded)
        seats = self.found.seats[teams]
        builder.rows("from", [("seats",)], (np.zeros(len(teams), int), y, seats), from_seats, np.inf)
        builder.cost("seats", y, seats)
        builder.cost("task_forces", y, 1)
        return builder.build(("seats", "task_forces"))

    def _descend(self, model: LinearModel, number: int) -> tuple[int, int, Ints, Ints, Ints] | None:
        """Seats, then task forces: both values, the teams chosen, and those left after each."""
        descent = Descent(model, self.control, self.workers, number, max(1, len(self.found.works.parts)), None)
        try:
            descent.run([Stage(name=StageName.SEATS)])
            cheap = np.flatnonzero(descent.model.upper > 0)
            if descent.point is not None:
                descent.run([Stage(name=StageName.TASK_FORCES)])
        except Impossible:
            return None
        proved = len(descent.results) == 2 and all(item.status == "proved" for item in descent.results)
        if descent.point is None or not proved:
            raise TimeoutError
        both = np.flatnonzero(descent.model.upper > 0)
        seats, task_forces = (item.value for item in descent.results)
        return seats, task_forces, np.flatnonzero(descent.point > 0.5), cheap, both

    # --- components --------------------------------------------------------------------------------------------------

    @cached_property
    def components(self) -> list[_Part | None]:
        """Every component; None for one that has no partition."""
        owner = list(range(len(self.found.works.parts)))

        def find(part: int) -> int:
            while owner[part] != part:
                owner[part] = owner[owner[part]]
                part = owner[part]
            return part

        for team in self.found.teams:
            for other in team[1:]:
                owner[find(other)] = find(team[0])
        parts: dict[int, list[int]] = {}
        for part in range(len(owner)):
            parts.setdefault(find(part), []).append(part)
        teams: dict[int, list[int]] = {key: [] for key in parts}
        for place, team in enumerate(self.found.teams):
            teams[find(team[0])].append(place)
        return [self._component(own, np.array(teams[key], np.int64)) for key, own in parts.items()]

    def _component(self, parts: list[int], teams: Ints) -> _Part | None:
        if len(parts) <= MAX_PARTS:
            return self._by_sets(parts, teams)
        model = self._model(teams, 0, ())
        found = self._descend(model, len(teams))
        if found is None:
            return None
        seats, task_forces, chosen, cheap, both = found
        with_team = np.full(len(teams), (seats + 1) * SEAT, np.int64)
        with_team[cheap] = seats * SEAT + task_forces + 1
        with_team[both] = seats * SEAT + task_forces
        return _Part(seats, task_forces, teams[chosen].tolist(), teams, with_team)

    def _by_sets(self, parts: list[int], teams: Ints) -> _Part | None:
        """best[set] = min over teams with the set's lowest part of cost + best[rest]; the least with a team is its cost and
        the best of all other parts."""
        bit = {part: 1 << place for place, part in enumerate(parts)}
        masks = np.array([sum(bit[part] for part in self.found.teams[team]) for team in teams], np.int64)
        costs = self.found.seats[teams] * SEAT + 1
        full = (1 << len(parts)) - 1
        best = np.full(full + 1, NEVER, np.int64)
        choice = np.full(full + 1, -1, np.int64)
        best[0] = 0
        by_low = {1 << place: np.flatnonzero((masks & -masks) == 1 << place) for place in range(len(parts))}
        for chosen in range(1, full + 1):
            own = by_low[chosen & -chosen]
            own = own[(masks[own] & ~chosen) == 0]
            if len(own):
                values = best[chosen ^ masks[own]] + costs[own]
                least = int(np.argmin(values))
                best[chosen], choice[chosen] = values[least], own[least]
        if best[full] >= NEVER:
            return None
        seats, task_forces = divmod(int(best[full]), SEAT)
        partition, rest = [], full
        while rest:
            partition.append(int(teams[choice[rest]]))
            rest ^= int(masks[choice[rest]])
        return _Part(seats, task_forces, partition, teams, costs + best[full ^ masks])


__all__ = ["Headcount", "Partitions", "differ"]
