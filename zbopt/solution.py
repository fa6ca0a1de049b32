"""What a solve hands over: the assignment, the value and proof of each stage. Frozen; knows neither engine nor report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["proved", "feasible", "infeasible", "stopped"]
"""proved: every stage is proved best; feasible: a plan with a gap; infeasible: proved impossible; stopped: ended early,
with or without a plan."""

StageStatus = Literal["proved", "feasible", "stopped", "not_reached"]

Assignment = tuple[tuple[str, str], ...]
"""Sorted pairs (person id, post id); each pair is one seat."""


def assignment_of(pairs: Iterable[tuple[str, str]]) -> Assignment:
    """Pairs in canonical order."""
    return tuple(sorted(pairs))


@dataclass(frozen=True, slots=True)
class StageResult:
    """The best value found for a stage, the bound proved for it, and the plan's own value (within the tolerance)."""

    name: str
    value: int
    bound: int
    plan_value: int
    status: StageStatus

    @property
    def gap(self) -> int:
        """|bound - value| in the units of the stage."""
        return abs(self.bound - self.value)


@dataclass(frozen=True, slots=True)
class StageLog:
    """What a stage took: for the manifest, never for the plan."""

    name: str
    seconds: float
    columns: int
    core_columns: int
    note: str = ""


Partition = tuple[tuple[str, ...], ...]
"""Teams as sorted ids of their parts, sorted."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The outcome of a solve. `unique`: proved to be the only plan with these values under this seed."""

    status: Status
    assignment: Assignment | None
    stages: tuple[StageResult, ...]
    unique: bool
    log: tuple[StageLog, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    partition: Partition | None = None
    """Of a merger; its assignment names desks (`T03/planning`, `T03/head`, an own post's id) in place of posts."""
    headcount_alone: tuple[int, int] | None = None
    """Of a merger: least seats and then task forces of any partition, whoever fills them."""
