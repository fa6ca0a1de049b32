"""The least headcount of any partition, proved without people, and what of the merging policy would allow a lower one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zbopt.engine.merge.candidates import TooManyTeams, candidates
from zbopt.engine.merge.partition import Partitions
from zbopt.explaining.bounds import nearest_value
from zbopt.explaining.case import Case
from zbopt.explaining.changes import changes
from zbopt.progress import Control
from zbopt.scenario.edits import Edit
from zbopt.scenario.models import Scenario
from zbopt.scenario.workload import Workloads
from zbopt.solution import Partition

SECONDS_EACH = 10
"""Limit of one headcount; policies that let everything merge with everything take longer and are left out."""


@dataclass(frozen=True)
class LeastHeadcount:
    """Fewest seats, then task forces, and one partition that has them."""

    seats: int
    task_forces: int
    partition: Partition


def least_headcount(scenario: Scenario, control: Control | None = None) -> LeastHeadcount | None:
    """Of the scenario that is merged; None where no partition is allowed, or there are too many teams or too little time."""
    use = Control(60) if control is None else control
    try:
        found = candidates(Workloads(scenario), control=use)
        least = Partitions(found, use, 1).least()
    except (TooManyTeams, TimeoutError):
        return None
    if least is None:
        return None
    parts = found.works.parts
    groups = tuple(sorted(tuple(parts[part].id for part in found.teams[team]) for team in least.partition))
    return LeastHeadcount(least.seats, least.task_forces, groups)


def allowing(case: Case, most: int, control: Control) -> Iterator[tuple[tuple[Edit, ...], int]]:
    """Single changes of the merging policy with which a partition of at most so many seats exists, and its seats."""

    known: dict[tuple[Edit, ...], int | None] = {}

    def seats(edits: tuple[Edit, ...]) -> int | None:
        """Fewest seats after some edits; None where that took too long to tell."""
        if edits not in known:
            own = Control(SECONDS_EACH).part_of(control)
            found = least_headcount(case.edited(edits, checked=False).solved, own)
            known[edits] = None if found is None else found.seats
        return known[edits]

    for change in changes(case):
        if change.id.startswith(("drop:lock", "drop:forbid", "drop:require")):
            after = seats(change.edits)
            if after is not None and after <= most:
                yield change.edits, after
    merge, parts = case.scenario.policy.merge, len(case.solved.task_forces)
    bounds = (
        ("min_overlap", merge.min_overlap.per_10000 // 100, 1, "%"),
        ("max_members", merge.max_members, max(parts, merge.max_members + 1), ""),
        ("max_size", merge.max_size, merge.max_size + 30, ""),
    )
    for name, start, end, mark in bounds:
        if name == "min_overlap" and start <= end:
            continue  # nothing is left to loosen

        def edit(value: int, name: str = name, mark: str = mark) -> tuple[Edit, ...]:
            """The setting at a value."""
            return (Edit("set", ("policy", "merge", name), f"{value}{mark}"),)

        def works(value: int) -> bool:
            """Whether that is enough."""
            found = seats(edit(value))
            return found is not None and found <= most

        value = nearest_value(start, end, works)
        if value is not None:
            yield edit(value), seats(edit(value)) or 0


__all__ = ["LeastHeadcount", "allowing", "least_headcount"]
