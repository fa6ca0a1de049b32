"""Scenarios and plans side by side: what differs in the inputs, in the figures, and who is placed otherwise and why.

Confidential fields are not compared, and of confidential rules it is only said that they differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zbopt.diagnostics import Message
from zbopt.meaning.bars import Bars
from zbopt.plan.document import Document
from zbopt.scenario import facts
from zbopt.scenario.edits import row_key
from zbopt.scenario.models import ROW_MODELS, Scenario, plain
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import CONFIDENTIAL_FIELDS, OTHER_CONDITIONS


@dataclass(frozen=True)
class Side:
    """One thing compared: a label, the scenario, and its plan (None: only the inputs are compared)."""

    label: str
    scenario: Scenario
    plan: Document | None


# --- inputs ----------------------------------------------------------------------------------------------------------


def input_changes(one: Scenario, other: Scenario) -> Iterator[Document]:
    """What differs between two scenarios, by list, row and field."""
    for name in ("name", "as_of", "term"):
        yield from _fields("", "", {name: plain(getattr(one, name))}, {name: plain(getattr(other, name))})
    for name in ROW_MODELS:
        yield from _rows(name, _by_key(getattr(one, name)), _by_key(getattr(other, name)))
    yield from _hidden_changes(one, other)
    before, after = plain(one.policy), plain(other.policy)
    for key in before:
        if key == "rules":
            yield from _rows("policy.rules", _open_rules(before[key]), _open_rules(after[key]))
        elif key == "quotas":
            yield from _rows("policy.quotas", _named(before[key]), _named(after[key]))
        elif isinstance(before[key], Mapping):
            yield from _fields("policy", key, before[key], after[key])
        else:
            yield from _fields("policy", key, {key: before[key]}, {key: after[key]})


def _hidden_changes(one: Scenario, other: Scenario) -> Iterator[Document]:
    """That confidential rules differ. Of confidential fields not even that: it would tell whether a guess was right."""
    rules = one.policy.rules, other.policy.rules
    if any(rules[0][key] != rules[1][key] for key in CONFIDENTIAL_RULES):
        yield _change("policy.rules", OTHER_CONDITIONS, "", "***", "***")


def _open_rules(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rules.items() if key not in CONFIDENTIAL_RULES}


def _by_key(rows: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        key = row_key(row)
        found[key if key not in found else f"{key} ({'must' if row.must else 'not'})"] = plain(row)
    return found


def _named(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        scope = row["in"]
        text = f"{next(iter(scope))}:{next(iter(scope.values()))}" if isinstance(scope, Mapping) else scope
        found[f"{row['name']}@{text}"] = row
    return found


def _rows(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Document]:
    for key in sorted({*before, *after}):
        if key not in after:
            yield _change(name, key, "", "row", "")
        elif key not in before:
            yield _change(name, key, "", "", "row")
        else:
            yield from _fields(name, key, before[key], after[key])


def _fields(name: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Document]:
    for field in sorted({*before, *after}):
        old, new = before.get(field), after.get(field)
        if old != new and not (name == "people" and field in CONFIDENTIAL_FIELDS):
            yield _change(name, key, field, _text(old), _text(new))


def _change(name: str, key: str, field: str, before: str, after: str) -> Document:
    return {"list": name, "key": key, "field": field, "before": before, "after": after}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}:{_text(item)}" for key, item in value.items() if item is not None)
    return ", ".join(_text(item) for item in value) if isinstance(value, (list, tuple)) else str(value)


# --- figures ---------------------------------------------------------------------------------------------------------


def figures(plan: Document) -> dict[str, int]:
    """The headline figures of a plan: task forces, people, seats filled and empty, kinds of moves, stages."""
    if not plan["headline"]:
        return {}
    after = plan["headline"]["after"]
    filled = sum(seat["person"] is not None for seat in plan["seats"])
    moves = plan.get("moves", {})
    return {
        "task_forces": len(plan["task_forces"]),
        "people": after["people"],
        "filled": filled,
        "empty": len(plan["seats"]) - filled,
        **{kind: moves[kind] for kind in ("stay", "adjust", "transfer", "new", "return") if kind in moves},
        **{f"stage.{row['name']}": row["value"] for row in plan["stages"]},
    }


def composition(plan: Document) -> dict[str, tuple[int, int]]:
    """Count and number of people of each overall quota after the plan."""
    if not plan["headline"]:
        return {}
    return {row["of"]: (row["count"], row["out_of"]) for row in plan["headline"]["after"]["composition"]}


def groups(plan: Document) -> set[tuple[str, ...]]:
    """The mergers of a plan."""
    return {tuple(team["parts"]) for team in plan["task_forces"] if len(team["parts"]) > 1}


# --- people ----------------------------------------------------------------------------------------------------------


def places(plan: Document) -> dict[str, list[str]]:
    """Where each person sits: task force and post."""
    found: dict[str, list[str]] = {}
    for seat in plan["seats"]:
        if seat["person"] is not None:
            found.setdefault(seat["person"], []).append(seat["post"])
    return {key: sorted(value) for key, value in found.items()}


def people_changes(one: Side, other: Side) -> list[Document]:
    """Everybody who is placed otherwise, with the reasons that can be told from the inputs and the other plan."""
    if one.plan is None or other.plan is None or not one.plan["headline"] or not other.plan["headline"]:
        return []  # against no plan nobody is placed otherwise
    before, after = places(one.plan), places(other.plan)
    rows = []
    bars, newcomers = Bars(other.scenario), _newcomers(before, after)
    for key in sorted({*before, *after}):
        old, new = before.get(key, []), after.get(key, [])
        if old == new:
            continue
        person = other.scenario.person_by_id.get(key) or one.scenario.person_by_id[key]
        reasons = _reasons(key, old, new, other, bars, newcomers)
        rows.append(
            {
                "person": key,
                "name": person.name,
                "before": old,
                "after": new,
                "why": [item.as_json() for item in reasons],
            }
        )
    return rows


def _reasons(
    key: str, old: Sequence[str], new: Sequence[str], other: Side, bars: Bars, newcomers: Mapping[str, Sequence[str]]
) -> Iterator[Message]:
    person = other.scenario.person_by_id.get(key)
    if person is None:
        yield Message("moved.gone")
        return
    told = False
    standing = {seat["post"] for seat in other.plan["seats"]} if other.plan is not None else set()
    for pin in other.scenario.pins:
        if pin.person == key and pin.must and facts.pin_binds(pin, other.scenario) and new:
            yield Message("moved.pinned", {"place": pin.place})
            told = True
    for post_id in old:
        if post_id in new:
            continue
        post = other.scenario.post_by_id.get(post_id)
        took = newcomers.get(post_id, ())
        if post is None and post_id in standing:  # a seat of a merged task force
            if took:
                yield Message("moved.taken", {"post": post_id, "people": tuple(took)})
                told = True
            continue
        if post is None:
            yield Message("moved.no_post", {"post": post_id})
            told = True
            continue
        barred = bars.open_hard(person, post)  # the confidential class is never told of somebody unasked
        yield from barred
        told = told or bool(barred)
        if not barred and took:
            yield Message("moved.taken", {"post": post.id, "people": tuple(took)})
            told = True
    if not told:
        yield Message("moved.better")


def _newcomers(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who sits on each post after and did not before."""
    found: dict[str, list[str]] = {}
    for key in sorted(after):
        for post in after[key]:
            if post not in before.get(key, ()):
                found.setdefault(post, []).append(key)
    return found


def comparison(sides: Sequence[Side]) -> Document:
    """All of it: each side, and each against the first."""
    first = sides[0]
    return {
        "format": 1,
        "kind": "comparison",
        "sides": [
            {
                "label": side.label,
                "scenario": {
                    "name": side.scenario.name,
                    "as_of": str(side.scenario.as_of),
                    "sha256": side.scenario.sha256,
                },
                "kind": None if side.plan is None else side.plan["kind"],
                "status": None if side.plan is None else side.plan["status"],
                "figures": {} if side.plan is None else figures(side.plan),
                "composition": {}
                if side.plan is None
                else {key: list(value) for key, value in composition(side.plan).items()},
                "mergers": [] if side.plan is None else sorted(map(list, groups(side.plan))),
            }
            for side in sides
        ],
        "against_first": [
            {
                "label": side.label,
                "inputs": list(input_changes(first.scenario, side.scenario)),
                "people": people_changes(first, side),
                "mergers_gone": _less(first, side),
                "mergers_new": _less(side, first),
                "verdicts": verdict_changes(first, side),
            }
            for side in sides[1:]
        ],
    }


def verdict_changes(one: Side, other: Side) -> list[Document]:
    """Task forces that are decided on otherwise; nothing is said where only one of the plans decides."""
    decided = [
        {row["task_force"]: row["decision"] for row in (side.plan or {}).get("triage", ())} for side in (one, other)
    ]
    return [
        {"task_force": key, "before": decided[0][key], "after": decided[1][key]}
        for key in sorted(decided[0].keys() & decided[1].keys())
        if decided[0][key] != decided[1][key]
    ]


def _less(one: Side, other: Side) -> list[list[str]]:
    if one.plan is None or other.plan is None:
        return []
    return sorted(map(list, groups(one.plan) - groups(other.plan)))


__all__ = ["Side", "comparison", "input_changes", "people_changes"]
