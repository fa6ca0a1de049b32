"""The shape of `plan.json`: the keys and types that the audit reads. A document that was edited by hand may lack any of them.

Everything else in it is compared leaf by leaf and needs no shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr, ValidationError

from zbopt.scenario.words import Disposition


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Stage(_Shape):
    name: StrictStr
    value: StrictInt
    bound: StrictInt
    gap: StrictInt
    plan_value: StrictInt
    status: StrictStr


class _Seat(_Shape):
    task_force: StrictStr
    post: StrictStr
    person: StrictStr | None


class _MergedSeat(_Seat):
    desk: StrictStr | None


class _Plan(_Shape):
    format: StrictInt
    kind: StrictStr
    scenario: dict[str, Any]
    status: StrictStr
    ended: StrictStr
    repeatable: StrictBool
    stages: list[_Stage]
    seats: list[_Seat]


class _Team(_Shape):
    id: StrictStr
    parts: list[StrictStr]


class _Decision(_Shape):
    task_force: StrictStr
    decision: Disposition
    by: StrictStr
    why: StrictStr
    on: StrictStr | None


class _AlternativeStage(_Shape):
    name: StrictStr
    value: StrictInt
    status: StrictStr


class _Alternative(_Shape):
    partition: list[list[StrictStr]]
    status: StrictStr
    stages: list[_AlternativeStage]


class _Headcount(_Shape):
    seats: StrictInt
    task_forces: StrictInt


class _MergedPlan(_Plan):
    seats: list[_MergedSeat]  # type: ignore[assignment]
    task_forces: list[_Team]
    decisions: list[_Decision]
    alternatives: list[_Alternative]
    headcount_alone: _Headcount | None
    max_moves: StrictInt | None


def shape_faults(plan: Mapping[str, Any]) -> Iterator[str]:
    """The paths of what is missing or of another type than a plan has; none where the audit can read it."""
    model = _Plan if plan.get("kind") == "assign" else _MergedPlan
    try:
        model.model_validate(plan)
    except ValidationError as problem:
        for item in problem.errors(include_url=False):
            yield place(item["loc"])
    for number, seat in enumerate(plan.get("seats") or () if model is _MergedPlan else ()):
        if isinstance(seat, Mapping) and seat.get("person") is not None and seat.get("desk") is None:
            yield f"seats[{number}].desk"


def place(path: tuple[str | int, ...]) -> str:
    """`seats[3].person`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


__all__ = ["place", "shape_faults"]
