"""Column generation for cases with too many teams to list: only teams that partitions of least headcount, or a little more, can use.

The relaxation of set partitioning is solved over few teams; its duals price all others by a depth-first search that prunes
(`Enumeration.priced`), until none has a negative reduced cost. Then every partition of v seats uses only teams of reduced cost up
to v - bound, and those are listed.
"""

from __future__ import annotations

import numpy as np

from zbopt.engine.backend import relax
from zbopt.engine.linear import LinearModel, ModelBuilder
from zbopt.engine.merge.candidates import MAX_TEAMS, Candidates, Enumeration, TooManyTeams, listed
from zbopt.engine.merge.desks import desks_of
from zbopt.engine.merge.partition import Partitions
from zbopt.progress import Control
from zbopt.scenario.workload import Workloads

MORE_SEATS = 3
"""Seats above the least headcount up to which partitions are covered, for people who cannot fill the least."""

FOR_EACH = 300
"""Teams looked for with each part as their lowest in a round."""

ROUND_TEAMS = 3_000
"""Teams added in a round of pricing, the cheapest first."""

MAX_ROUNDS = 100
EPS = 1e-6


def priced_candidates(works: Workloads, control: Control, workers: int, limit: int = MAX_TEAMS) -> Candidates:
    """The teams that partitions of up to `MORE_SEATS` above the least headcount can use.

    Raises `TimeoutError` where the control says to end, `TooManyTeams` where even these are too many or
    where `require` leaves parts without a team of their own.
    """
    desks = desks_of(works)
    search = Enumeration(works, desks, limit, control)
    alone: dict[tuple[int, ...], int] = {
        (part,): search.seats(search.grown_from(part), (part,)) for part in range(search.number)
    }
    if search.required:
        raise TooManyTeams(limit)
    teams: dict[tuple[int, ...], int] = dict(alone)
    for _ in range(MAX_ROUNDS):
        relaxed = relax(_master(teams, search.number), _costs(teams), control, "teams")
        if relaxed.outcome != "optimal":  # each part alone is a partition, so it was stopped
            raise TimeoutError
        prices = [seats - float(relaxed.reduced[place]) for place, seats in enumerate(alone.values())]
        control.emit("teams", "pricing", len(teams), relaxed.bound)
        cheap = [item for item in search.priced(prices, -EPS, FOR_EACH) if item[0] not in teams]
        if not cheap:
            break
        cheap.sort(key=lambda item: (item[1] - sum(prices[part] for part in item[0]), item[0]))
        teams |= dict(cheap[:ROUND_TEAMS])
    else:
        raise TooManyTeams(limit)
    least = Partitions(listed(works, desks, list(teams.items())), control, workers).least()
    if least is None:
        raise TooManyTeams(limit)
    up_to = least.seats + MORE_SEATS
    return listed(works, desks, search.priced(prices, up_to - relaxed.bound + EPS), up_to)


def _costs(teams: dict[tuple[int, ...], int]) -> np.ndarray:
    return np.array(list(teams.values()), float)


def _master(teams: dict[tuple[int, ...], int], number: int) -> LinearModel:
    """Each part in one of these teams; the parts alone are the first columns."""
    builder = ModelBuilder()
    y = builder.columns("y", [(str(place),) for place in range(len(teams))], 0, 1, True)
    members = np.array([(part, place) for place, team in enumerate(teams) for part in team], np.int64)
    labels = [(str(part),) for part in range(number)]
    builder.rows("partition", labels, (members[:, 0], y[members[:, 1]], 1), 1, 1)
    return builder.build(())


__all__ = ["priced_candidates"]
