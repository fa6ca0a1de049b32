"""What keeps task forces apart that overlap, with the figure, and the way out where there is one. Meaning: `docs/merging.md`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.teams import Structure, ceiling
from zbopt.scenario.words import Linkage


def of_pair(structure: Structure, one: str, other: str) -> tuple[Message, ...]:
    """Why two linked parts may not be a team by themselves; empty where they may."""
    ids = (one, other)
    found = [*_apart(structure, one, other), *_too_many(structure, ids)]
    if not any(item.code in LOADS for item in found):  # whose seats depend on the load that both would have
        found += _too_large(structure, ids)
    for group in structure.works.required:
        if group & set(ids) and not group <= set(ids):
            further = tuple(sorted(group - set(ids)))
            found.append(Message("Z360", {**_named(one, other), "value": further}))
    return tuple(found)


LOADS = ("Z355", "Z356")
"""Codes of different loads in one slot."""


def of_group(structure: Structure, ids: tuple[str, ...]) -> tuple[Message, ...]:
    """Why parts may not be one team, whatever joins them; empty where they may."""
    found = [message for pair in combinations(sorted(ids), 2) for message in _apart(structure, *pair)]
    merge = structure.scenario.policy.merge
    if merge.linkage is Linkage.COMPLETE:
        found += [
            Message("Z359", {**_named(one, other), "value": _percent(structure, one, other), "limit": str(merge.min_overlap)})
            for one, other in combinations(sorted(ids), 2)
            if not structure.works.linked(one, other)
        ]  # fmt: skip
    found += _too_many(structure, ids)
    return (*found, *(() if any(item.code in LOADS for item in found) else _too_large(structure, ids)))


def _too_many(structure: Structure, ids: tuple[str, ...]) -> Iterator[Message]:
    limit = structure.scenario.policy.merge.max_members
    if len(ids) > limit:
        yield Message("Z358", {"value": len(ids), "limit": limit})


def _named(one: str, other: str) -> dict[str, Argument]:
    return {"one": one, "other": other}


def _percent(structure: Structure, one: str, other: str) -> str:
    tenths = (structure.works.overlap(one, other).per_10000 + 5) // 10
    return f"{tenths // 10}.{tenths % 10}%"


def _apart(structure: Structure, one: str, other: str) -> Iterator[Message]:
    """What holds of the two whoever else is in the team."""
    works, merge = structure.works, structure.scenario.policy.merge
    parts = structure.part_by_id
    locked = tuple(key for key in (one, other) if works.locked(parts[key]))
    if locked:
        yield Message("Z351", {"value": locked})
    for group in merge.forbid:
        if {one, other} <= set(group.task_forces):
            yield Message(
                "Z352",
                {**_named(one, other), "by": group.by or "", "on": group.on or "", "why": group.why or ""},
            )
    if merge.same_kind and parts[one].kind is not parts[other].kind:
        kinds = {"kind": parts[one].kind.value, "other_kind": parts[other].kind.value}
        yield Message("Z353", {**_named(one, other), **kinds})
    leaders = parts[one].supervisor, parts[other].supervisor
    if merge.same_supervisor and (leaders[0] != leaders[1] or leaders[0] is None):
        who = {"supervisor": leaders[0] or "", "other_supervisor": leaders[1] or ""}
        yield Message("Z354", {**_named(one, other), **who})
    if not locked:
        yield from _loads(structure, one, other)


def _loads(structure: Structure, one: str, other: str) -> Iterator[Message]:
    """Different loads in one slot: either's would free the merger if both had it, where the seats it needs fit."""
    team = structure.team((one, other))
    for slot in team.slots:
        loads = sorted({desk.load for desk in slot.desks}, reverse=True)
        if len(loads) < 2:
            continue
        limit = structure.scenario.policy.merge.max_size
        work = structure.work((one, other), slot.key) if slot.kind == "category" else None
        seats = {load: slot.seats if work is None else ceiling(work, load) for load in loads}
        fitting = [load for load in loads if team.seats - slot.seats + seats[load] <= limit]
        mine, theirs = (next(desk.load for desk in slot.desks if desk.part == part) for part in (one, other))
        args: dict[str, Argument] = {
            **_named(one, other),
            "category": slot.key,
            "load": f"{mine / 100:g}",
            "other_load": f"{theirs / 100:g}",
            "freed": tuple(f"{load / 100:g} ({seats[load]})" for load in fitting),
            "limit": limit,
        }
        yield Message("Z356" if slot.kind == "role" else "Z355", args)


def _too_large(structure: Structure, ids: tuple[str, ...]) -> Iterator[Message]:
    seats, limit = structure.team(ids).seats, structure.scenario.policy.merge.max_size
    if len(ids) > 1 and seats > limit:
        yield Message("Z357", {"value": tuple(sorted(ids)), "seats": seats, "limit": limit})


__all__ = ["of_group", "of_pair"]
