"""The changes a price list tries: each rule, quota, pin and pair dropped alone, each bound moved by one. Ids: `docs/explaining.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zbopt.explaining.case import Case
from zbopt.explaining.elements import least_of
from zbopt.meaning.measure import lending_cap, team_size
from zbopt.scenario import facts
from zbopt.scenario.edits import Edit, row_key
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import TeamQuota
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, RULES
from zbopt.scenario.words import OTHER_CONDITIONS, Mode

BINDING = (Mode.HARD, Mode.TARGET)


@dataclass(frozen=True)
class Change:
    """A change of a price list: its id, the edits, and whether it allows more (every plan of before stays one)."""

    id: str
    edits: tuple[Edit, ...]
    loosens: bool

    @property
    def group(self) -> str:
        """What it can be tried together with: the id without its name."""
        return ":".join(self.id.split(":")[:2])


def changes(case: Case) -> tuple[Change, ...]:
    """Every change, in order of id within its kind."""
    scenario, solved = case.scenario, case.solved
    found = [*_rules(scenario), *_quotas(scenario, solved), *_pins(scenario), *_posts(solved)]
    found += [*_units(scenario), *_sizes(scenario, solved), *_settings(scenario)]
    return tuple(dict.fromkeys([*found, *(_merging(scenario, solved) if case.merging else [])]))


def _rules(scenario: Scenario) -> Iterator[Change]:
    if any(scenario.policy.mode(rule) in BINDING for rule in CONFIDENTIAL_RULES):
        edit = Edit("set", ("policy", "rules", OTHER_CONDITIONS, "mode"), "warn")
        yield Change(f"drop:{OTHER_CONDITIONS}", (edit,), True)
    for rule in RULES.values():
        if not rule.confidential and not rule.defines and scenario.policy.mode(rule.id) in BINDING:
            yield Change(f"drop:{rule.id}", (Edit("set", ("policy", "rules", rule.id, "mode"), "warn"),), True)


def _quotas(scenario: Scenario, solved: Scenario) -> Iterator[Change]:
    entries: list[tuple[str, tuple[str, ...], list[TeamQuota]]] = []
    for name in dict.fromkeys(quota.name for quota in scenario.policy.quotas):
        same: list[TeamQuota] = [quota for quota in scenario.policy.quotas if quota.name == name]
        entries.append((name, ("policy", "quotas", name), same))
    staffed = {team.id for team in facts.staffed_task_forces(solved)}
    for team in scenario.task_forces:
        if team.id in staffed:
            for name in dict.fromkeys(quota.name for quota in team.quotas):
                own = [quota for quota in team.quotas if quota.name == name]
                entries.append((f"{team.id}/{name}", ("task_forces", team.id, "quotas", name), own))
    for name, path, same in entries:
        if not any(quota.mode in BINDING for quota in same):
            continue
        yield Change(f"drop:quota:{name}", (Edit("drop", path),), True)
        for end in ("min", "max"):
            yield from _bound(name, path, end, same)


def _bound(name: str, path: tuple[str, ...], end: str, same: list[TeamQuota]) -> Iterator[Change]:
    """A bound moved in every quota of the name; only where all of them state the same one."""
    bounds = {getattr(quota, end) for quota in same}
    if len(bounds) != 1 or None in bounds:
        return
    bound: Share | int = bounds.pop()
    others = [getattr(quota, "max" if end == "min" else "min") for quota in same]
    for step in (-1, 1):
        sign = 1 if end == "min" else -1
        if isinstance(bound, Share):
            moved = Share(bound.per_10000 + 100 * step)
            fits, text = 0 <= moved.per_10000 <= 10_000, str(moved)
            crossed = any(isinstance(o, Share) and (moved.per_10000 - o.per_10000) * sign > 0 for o in others)
        else:
            fits, text = bound + step >= 0, str(bound + step)
            crossed = any(isinstance(o, int) and (bound + step - o) * sign > 0 for o in others)
        if fits and not crossed:
            loosens = (step < 0) == (end == "min")
            yield Change(_id(loosens, f"quota:{name}:{end}"), (Edit("set", (*path, end), text),), loosens)


def _id(loosens: bool, rest: str) -> str:
    return f"{'loosen' if loosens else 'tighten'}:{rest}"


def _pins(scenario: Scenario) -> Iterator[Change]:
    for pin in scenario.pins:
        if facts.pin_binds(pin, scenario):
            key = row_key(pin)
            loosens = pin.approval is None  # with the pin goes its approval, and the rules it lifts come back
            yield Change(f"drop:{'pin' if pin.must else 'ban'}:{key}", (Edit("drop", ("pins", key)),), loosens)


def _posts(solved: Scenario) -> Iterator[Change]:
    for post in facts.staffed_posts(solved):
        path = ("posts", post.id)
        if post.must_fill:
            yield Change(f"drop:must_fill:{post.id}", (Edit("set", (*path, "must_fill"), "false"),), True)
        if solved.policy.mode("R24") not in BINDING:
            continue
        low, high = post.age_min, post.age_max
        for end, age in (("min", low), ("max", high)):
            for step in (-1, 1):
                if age is None or not 0 <= age + step <= 120:
                    continue
                crossed = low is not None and high is not None and low == high and (step > 0) == (end == "min")
                if not crossed:
                    loosens = (step < 0) == (end == "min")
                    edit = Edit("set", (*path, f"age_{end}"), str(age + step))
                    yield Change(_id(loosens, f"age:{post.id}:{end}"), (edit,), loosens)


def _units(scenario: Scenario) -> Iterator[Change]:
    for unit in scenario.units:
        path = ("units", unit.id)
        cap = lending_cap(unit, scenario) if scenario.policy.mode("R13") in BINDING else None
        least = least_of(unit, scenario) if scenario.policy.mode("R14") in BINDING else None
        stated = unit.lend_min is not None or scenario.policy.setting("R14", "min") is not None
        for step in (-1, 1):
            if cap is not None and cap + step >= 0:
                edit = Edit("set", (*path, "lend_max"), str(cap + step))
                yield Change(_id(step > 0, f"cap:{unit.id}"), (edit,), step > 0)
            if least is not None and stated and least + step >= 0:
                edit = Edit("set", (*path, "lend_min"), str(least + step))
                yield Change(_id(step < 0, f"least:{unit.id}"), (edit,), step < 0)


def _sizes(scenario: Scenario, solved: Scenario) -> Iterator[Change]:
    if scenario.policy.mode("R37") not in BINDING:
        return
    known = {team.id for team in scenario.task_forces}
    for team in facts.staffed_task_forces(solved):
        if team.id not in known:
            continue
        low, high = team_size(team.id, solved)
        for end, size in (("min", low), ("max", high)):
            for step in (-1, 1):
                crossed = low == high and (step > 0) == (end == "min")
                if size + step >= 0 and not crossed:
                    loosens = (step < 0) == (end == "min")
                    edit = Edit("set", ("task_forces", team.id, "size", end), str(size + step))
                    yield Change(_id(loosens, f"size:{team.id}:{end}"), (edit,), loosens)


def _settings(scenario: Scenario) -> Iterator[Change]:
    for rule in RULES.values():
        if scenario.policy.mode(rule.id) not in BINDING:
            continue
        for name, setting in rule.settings.items():
            if not setting.loosens:
                continue
            value = scenario.policy.setting(rule.id, name)
            for step in (-1, 1):
                if setting.low <= value + step <= setting.high:
                    edit = Edit("set", ("policy", "rules", rule.id, name), str(value + step))
                    loosens = step == setting.loosens
                    yield Change(_id(loosens, f"{rule.id}:{name}"), (edit,), loosens)


def _merging(scenario: Scenario, solved: Scenario) -> Iterator[Change]:
    merge: Any = scenario.policy.merge
    if scenario.policy.mode("R35") is Mode.HARD:
        for team in facts.staffed_task_forces(solved):
            if team.locked and team.id in scenario.task_force_by_id:
                yield Change(f"drop:lock:{team.id}", (Edit("set", ("task_forces", team.id, "locked"), "false"),), True)
    for name in ("forbid", "require"):
        for group in getattr(merge, name):
            key = row_key(group)
            yield Change(f"drop:{name}:{key}", (Edit("drop", ("policy", "merge", name, key)),), True)
    overlap = merge.min_overlap.per_10000
    for step in (-1, 1):
        moved = Share(overlap + 100 * step)
        if 0 <= moved.per_10000 <= 10_000:
            edit = Edit("set", ("policy", "merge", "min_overlap"), str(moved))
            yield Change(_id(step < 0, "merge:min_overlap"), (edit,), step < 0)
        for field in ("max_members", "max_size"):
            value = getattr(merge, field) + step
            if value >= 1:
                edit = Edit("set", ("policy", "merge", field), str(value))
                yield Change(_id(step > 0, f"merge:{field}"), (edit,), step > 0)


__all__ = ["Change", "changes"]
