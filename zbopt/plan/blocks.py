"""What keeps task forces apart that overlap, with the figure, and the way out where there is one. Meaning: `docs/merging.md`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from zbopt.diagnostics import Argument, Message
from zbopt.plan.teams import Structure
from zbopt.scenario.vocabulary import Linkage


def of_pair(structure: Structure, one: str, other: str) -> tuple[Message, ...]:
    """Why two linked parts may not be a team by themselves; empty where they may."""
    return (*_apart(structure, one, other), *_too_large(structure, (one, other)))


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
    if len(ids) > merge.max_members:
        found.append(Message("Z358", {"value": len(ids), "limit": merge.max_members}))
    return (*found, *_too_large(structure, ids))


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
    """Different loads in one slot: either's would free the merger, if both had it."""
    theirs = {(desk.kind, desk.key): desk for desk in structure.desks[other]}
    for desk in structure.desks[one]:
        same = theirs.get((desk.kind, desk.key))
        if same is not None and same.load != desk.load:
            loads = {"load": f"{desk.load / 100:g}", "other_load": f"{same.load / 100:g}"}
            code = "Z356" if desk.kind == "role" else "Z355"
            yield Message(code, {**_named(one, other), "category": desk.key, **loads})


def _too_large(structure: Structure, ids: tuple[str, ...]) -> Iterator[Message]:
    seats, limit = structure.team(ids).seats, structure.scenario.policy.merge.max_size
    if len(ids) > 1 and seats > limit:
        yield Message("Z357", {"value": tuple(sorted(ids)), "seats": seats, "limit": limit})


__all__ = ["of_group", "of_pair"]
