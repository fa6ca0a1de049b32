"""Elements and edits as messages: what a conflict names and what a repair does, in the planner's own names and numbers.

Confidential rules appear as one class, without a place in the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zbopt.diagnostics import Argument, Message
from zbopt.explaining.elements import Element, least_of
from zbopt.meaning.bars import Bars
from zbopt.meaning.measure import lending_cap, team_size
from zbopt.meaning.reasons import told
from zbopt.scenario import facts
from zbopt.scenario.edits import Edit, names_of, row_key
from zbopt.scenario.fields import Share
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import Pin, Scenario
from zbopt.scenario.rulebook import shown_rule
from zbopt.scenario.words import OTHER_CONDITIONS, Mode
from zbopt.scenario.work import Post


def element_message(element: Element, scenario: Scenario) -> Message:
    """An element as a sentence without a verb of blame: `T1-head must be filled (1 seat)`."""
    key = element.keys[0] if element.keys else ""
    if element.confidential:
        return Message("element.confidential")
    if element.kind == "rule":
        return Message("element.rule", {"rule": key, "title": f"rule.{key}"})
    if element.kind in ("cap", "least"):
        unit = scenario.unit_by_id[key]
        number = lending_cap(unit, scenario) if element.kind == "cap" else least_of(unit, scenario)
        return Message(f"element.{element.kind}", {"unit": key, "name": unit.name, "value": number or 0})
    if element.kind in ("size_min", "size_max"):
        team = scenario.task_force_by_id[key]
        size = team_size(key, scenario)[element.kind == "size_max"]
        return Message(f"element.{element.kind}", {"task_force": key, "name": team.name, "value": size})
    if element.kind == "quota":
        return _quota_message(element, scenario)
    if element.kind in ("pin", "ban"):
        pin = next(item for item in scenario.pins if row_key(item) == key and item.must == (element.kind == "pin"))
        return Message(f"element.{element.kind}", _pin_args(pin, scenario))
    if element.kind in ("must_fill", "filled"):
        post = scenario.post_by_id[key]
        return Message(f"element.{element.kind}", {"post": key, "name": post.name or "", "seats": post.seats})
    return Message(f"element.{element.kind}", {"value": key})


def _pin_args(pin: Pin, scenario: Scenario) -> dict[str, Argument]:
    person = scenario.person_by_id[pin.person]
    return {"person": person.id, "name": person.name, "place": pin.place, "by": pin.by or "", "on": pin.on or ""}


def _quota_message(element: Element, scenario: Scenario) -> Message:
    name, scope = element.keys
    asked = [item for item in facts.requirements(scenario) if (item.name, item.scope) == (name, scope)]
    bounds = [
        f"{sign} {bound}" for item in asked for sign, bound in ((">=", item.min), ("<=", item.max)) if bound is not None
    ]
    return Message("element.quota", {"name": name, "scope": f"scope:{scope}", "bounds": tuple(dict.fromkeys(bounds))})


def element_place(element: Element, loaded: Loaded) -> str:
    """File and line (or cell) of an element; blank for confidential rules and for what no file states."""
    if element.confidential or element.kind in ("paid", "pool"):
        return ""
    key = element.keys[0] if element.keys else ""
    if element.kind == "rule":
        mark = loaded.mark("policy", "policy", "rules", key)
    elif element.kind in ("cap", "least"):
        mark = loaded.mark("units", key, "lend_max" if element.kind == "cap" else "lend_min")
    elif element.kind in ("size_min", "size_max"):
        mark = loaded.mark("task_forces", key, "size", element.kind[-3:])
    elif element.kind == "quota":
        own = loaded.mark("quotas", f"{element.keys[1]}/{key}")
        mark = own or loaded.mark("quotas", key)
    elif element.kind in ("pin", "ban"):
        mark = loaded.mark("pins", key)
    elif element.kind == "require":
        mark = loaded.mark("policy", "policy", "merge", "require")
    else:
        mark = loaded.mark("posts", key, "must_fill")
    return "" if mark is None else str(mark)


def supply_rows(elements: Sequence[Element], scenario: Scenario) -> list[dict[str, Any]]:
    """For each post that a conflict wants filled: seats, people whom none of its rules bars, and whom each of them bars."""
    rules = [item.id for item in elements if item.kind == "rule" or item.confidential]
    posts = [item.keys[0] for item in elements if item.kind in ("must_fill", "filled")]
    bars, rows = Bars(scenario), []
    pool = any(item.kind == "pool" for item in elements)
    for post in (scenario.post_by_id[key] for key in posts):
        able, counts = _supply(post, scenario, bars, set(rules), pool)
        barred = {rule: told(rule, count) for rule, count in counts.items()}
        rows.append({"post": post.id, "seats": post.seats, "people": able, "barred": barred})
    return rows


def _supply(post: Post, scenario: Scenario, bars: Bars, rules: set[str], pool: bool) -> tuple[int, dict[str, int]]:
    counts: dict[str, int] = {}
    able = 0
    for person in scenario.people:
        hit = {shown_rule(bar.rule) for bar in bars.of(person, post) if bar.mode is Mode.HARD} & rules
        if "R29" in rules and post.load > person.capacity:
            hit.add("R29")
        if pool and not person.pool and person.current is None:
            hit.add("pool")
        # whom the confidential class alone bars counts among the others, or the number would follow from theirs
        able += hit <= {OTHER_CONDITIONS}
        for rule in hit if len(hit) == 1 else hit - {OTHER_CONDITIONS}:
            counts[rule] = counts.get(rule, 0) + 1
    return able, dict(sorted(counts.items()))


def edit_message(edit: Edit, scenario: Scenario) -> Message:
    """An edit in a planner's words, with the old value beside the new one."""
    path = edit.path
    if edit.action == "add":
        person, _, place = path[1].partition("@")
        code = {"": "edit.pin", "!not": "edit.ban"}.get(edit.value, "edit.approve")
        name = scenario.person_by_id[person].name if person in scenario.person_by_id else ""
        return Message(code, {"person": person, "name": name, "place": place})
    if edit.action == "drop" and path[0] == "pins":
        pin = next((item for item in scenario.pins if row_key(item) == path[1]), None)
        code = "edit.drop_pin" if sum(row_key(item) == path[1] for item in scenario.pins) < 2 else "edit.drop_pins"
        return Message(code, _pin_args(pin, scenario)) if pin is not None else _plain(edit)
    if edit.action == "drop" and path[0] == "people" and path[1] in scenario.person_by_id:
        return Message("edit.drop_person", {"person": path[1], "name": scenario.person_by_id[path[1]].name})
    if edit.action == "drop":
        return Message("edit.drop", {"value": edit.shown[1:]})
    if edit.action == "set" and len(path) >= 3:
        known = _known_edit(edit, scenario)
        if known is not None:
            return known
    return _plain(edit)


def _known_edit(edit: Edit, scenario: Scenario) -> Message | None:
    path, value = edit.path, edit.value
    if not value:
        return None
    if path[0] == "units" and path[1] in scenario.unit_by_id and path[2] in ("lend_max", "lend_min"):
        unit = scenario.unit_by_id[path[1]]
        old = lending_cap(unit, scenario) if path[2] == "lend_max" else least_of(unit, scenario)
        return Message(
            f"edit.{path[2]}", {"unit": unit.id, "name": unit.name, "old": "" if old is None else old, "value": value}
        )
    if path[0] == "posts" and path[2] == "must_fill" and value == "false":
        post = scenario.post_by_id.get(path[1])
        return Message("edit.may_be_empty", {"post": path[1], "name": (post.name if post is not None else "") or ""})
    if path[0] == "people" and path[2] == "pool" and value == "true":
        person = scenario.person_by_id.get(path[1])
        return Message("edit.admit", {"person": path[1], "name": person.name if person is not None else ""})
    if (
        path[0] == "task_forces"
        and path[2:] in (("size", "min"), ("size", "max"))
        and path[1] in scenario.task_force_by_id
    ):
        low, high = team_size(path[1], scenario)
        args: dict[str, Argument] = {"task_force": path[1], "name": scenario.task_force_by_id[path[1]].name}
        return Message(f"edit.size_{path[3]}", {**args, "old": low if path[3] == "min" else high, "value": value})
    if path[:2] == ("policy", "quotas") and path[3:] in (("min",), ("max",)):
        old_bound = _bound_of([quota for quota in scenario.policy.quotas if path[2] in names_of(quota)], path[3])
        return Message(f"edit.quota_{path[3]}", {"name": path[2], "scope": "", "old": old_bound, "value": value})
    if path[0] == "task_forces" and path[2] == "quotas" and path[4:] in (("min",), ("max",)):
        team = scenario.task_force_by_id[path[1]]
        old_bound = _bound_of([q for q in team.quotas if q.name == path[3]], path[4])
        return Message(f"edit.quota_{path[4]}", {"name": path[3], "scope": team.name, "old": old_bound, "value": value})
    return None


def _bound_of(quotas: Sequence[Any], end: str) -> str:
    found: list[Share | int] = [getattr(quota, end) for quota in quotas if getattr(quota, end) is not None]
    return ", ".join(dict.fromkeys(str(item) for item in found))


def _plain(edit: Edit) -> Message:
    return Message("edit.plain", {"value": edit.shown})


__all__ = ["edit_message", "element_message", "element_place", "supply_rows"]
