"""Brute-force reference for prices and alternatives of `assign`: every change is solved anew, every plan is looked at.

Written from docs/explaining.md (Edits, Prices, Alternatives), docs/meaning.md and the scenario format alone, on top of
the brute force for `assign`. For tiny cases only: six people and five seats are about what it can take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from tests.brute.oracle import BLANK, MANY, Row, World, allowed, as_settings, read, search, solve, unit_cap, word

Seats = frozenset[tuple[str, str]]
Plan = tuple[Seats, int]
"""The pairs (person, post) of a plan, and its merit."""
Changes = Iterator[tuple[str, Row]]

PRICED = ("hard", "target")
DROPPED = [f"R{n:02}" for n in range(1, 31)] + ["R37"]
SECRET = ("R15", "R16", "R17", "R19", "R20", "R22", "R23")
"""Rules with one price together: a price of their own would tell whom they bar."""

WHOLE = (  # rule, setting, whether more of it bars more, the least and the most it may be
    ("R02", "total_months", False, 0, MANY),
    ("R03", "months", True, 0, MANY),
    ("R05", "years", True, 0, MANY),
    ("R06", "years", True, 0, MANY),
    ("R06", "selected_years", True, 0, MANY),
    ("R25", "months", True, 0, MANY),
    ("R27", "default_level", True, 1, 5),
)


def copied(value: Any) -> Any:
    """A copy in which nothing is shared, neither with the original nor within."""
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


def edited(case: Row, edit: Callable[[Row], Any]) -> Row:
    """The case after an edit; the case itself stays."""
    copy = copied(case)
    edit(copy)
    return copy


def force_of(case: Row, force: str) -> Row:
    """The row of a task force."""
    return next(row for row in case["task_forces"] if row["id"] == force)


def set_post(post: str, key: str, value: Any, case: Row) -> None:
    """Set a field of a post, wherever its row stands."""
    nested = [row for force in case["task_forces"] for row in force.get("posts") or []]
    next(row for row in nested + (case.get("posts") or []) if row["id"] == post)[key] = value


def set_rule(rule: str, key: str, value: Any, case: Row) -> None:
    """Set the mode or a setting of a rule; what else is stated of it stays."""
    policy = case["policy"] = case.get("policy") or {}
    rules = policy["rules"] = policy.get("rules") or {}
    rules[rule] = as_settings(rules.get(rule)) | {key: value}


def set_unit(unit: str, key: str, value: Any, case: Row) -> None:
    """Set a field of a unit."""
    next(row for row in case["units"] if row["id"] == unit)[key] = value


def set_size(force: str, end: str, value: int, case: Row) -> None:
    """Set one end of the size a task force states itself."""
    row = force_of(case, force)
    row["size"] = (row.get("size") or {}) | {end: value}


def both_ways(
    case: Row, name: str, rising: bool, value: int, write: Callable[[int, Row], None], least: int = 0, most: int = MANY
) -> Changes:
    """A number one up and one down, within its limits; `rising` where a larger number bars more."""
    for way, step in (("tighten", 1 if rising else -1), ("loosen", -1 if rising else 1)):
        if least <= value + step <= most:
            yield f"{way}:{name}", edited(case, partial(write, value + step))


def rule_changes(case: Row, world: World) -> Changes:
    """Rules at warn, and their whole-number settings."""
    if any(world.mode[rule] in PRICED for rule in SECRET):
        changed = case
        for rule in SECRET:
            if world.mode[rule] in PRICED:
                changed = edited(changed, partial(set_rule, rule, "mode", "warn"))
        yield "drop:other_conditions", changed
    for rule in DROPPED:
        if world.mode[rule] in PRICED and rule not in SECRET:
            yield f"drop:{rule}", edited(case, partial(set_rule, rule, "mode", "warn"))
    for rule, key, rising, least, most in WHOLE:
        if world.mode[rule] in PRICED:
            value, write = int(world.setting(rule, key)), partial(set_rule, rule, key)
            yield from both_ways(case, f"{rule}:{key}", rising, value, write, least, most)


def unit_changes(case: Row, world: World) -> Changes:
    """Caps and leasts of units."""
    for name, unit in world.units.items():
        cap = unit_cap(world, unit)
        if world.mode["R13"] in PRICED and cap != MANY:
            yield from both_ways(case, f"cap:{name}", False, cap, partial(set_unit, name, "lend_max"))
        least = world.settings["R14"].get("min") if unit["lend_min"] is None else unit["lend_min"]
        if world.mode["R14"] in PRICED and least is not None:
            yield from both_ways(case, f"least:{name}", True, int(least), partial(set_unit, name, "lend_min"))


def size_changes(case: Row, world: World) -> Changes:
    """Sizes of staffed task forces."""
    for force in world.staffed if world.mode["R37"] in PRICED else ():
        size = world.settings["R37"] | as_settings(world.forces[force]["size"])
        low, high = int(size["min"]), int(size["max"])
        yield from both_ways(case, f"size:{force}:min", True, low, partial(set_size, force, "min"), 0, high)
        yield from both_ways(case, f"size:{force}:max", False, high, partial(set_size, force, "max"), max(0, low))


def post_changes(case: Row, world: World) -> Changes:
    """Posts that must be filled, and age limits."""
    for post in world.posts:
        name = post["id"]
        if post["must_fill"]:
            yield f"drop:must_fill:{name}", edited(case, partial(set_post, name, "must_fill", False))
        low, high = (None if post[key] is None else int(post[key]) for key in ("age_min", "age_max"))
        if world.mode["R24"] not in PRICED:
            continue
        if low is not None:
            most = MANY if high is None else high
            yield from both_ways(case, f"age:{name}:min", True, low, partial(set_post, name, "age_min"), 0, most)
        if high is not None:
            yield from both_ways(case, f"age:{name}:max", False, high, partial(set_post, name, "age_max"), low or 0)


def pin_changes(case: Row, world: World) -> Changes:
    """Pins that bind; all rows of one person and place go together."""

    def key_of(pin: Row) -> tuple[str, str]:
        return pin["person"], pin.get("post") or pin.get("task_force")

    for pin in read(case.get("pins")):
        if pin["until"] is None or pin["until"] > world.as_of:
            left = [row for row in case["pins"] if key_of(row) != key_of(pin)]
            person, place = key_of(pin)
            yield f"drop:{'pin' if pin['must'] else 'ban'}:{person}@{place}", copied(case | {"pins": left})


def amount(bound: Any) -> Decimal:
    """The number of a bound, per cent or persons."""
    return Decimal(str(bound).rstrip("%"))


def is_share(bound: Any) -> bool:
    """True for a share, false for a count."""
    return str(bound).endswith("%")


def shifted(bound: Any, step: int) -> Any:
    """A bound one further: a count by 1, a share by one percentage point; a bound at its end stays there."""
    new = max(Decimal(0), amount(bound) + step)
    return f"{min(Decimal(100), new).normalize():f}%" if is_share(bound) else int(new)


def upside_down(quota: Row) -> bool:
    """True where a quota asks for at least more than it allows at most, both of one kind."""
    ends = [quota[end] for end in ("min", "max") if quota.get(end) not in BLANK]
    return len(ends) == 2 and is_share(ends[0]) == is_share(ends[1]) and amount(ends[0]) > amount(ends[1])


def quota_changes(case: Row, world: World) -> Changes:
    """Quotas of the policy and of task forces, all rows of one name together."""

    def rows_of(force: str | None, name: str | None, copy: Row) -> list[Row]:
        rows = ((copy.get("policy") or {}) if force is None else force_of(copy, force)).get("quotas") or []
        return [row for row in rows if name in (None, row["name"])]

    def drop(force: str | None, name: str, copy: Row) -> None:
        home = copy["policy"] if force is None else force_of(copy, force)
        home["quotas"] = [row for row in home["quotas"] if row["name"] != name]

    for force in (None, *world.forces):
        for name in dict.fromkeys(row["name"] for row in rows_of(force, None, case)):
            label = f"quota:{name}" if force is None else f"quota:{force}/{name}"
            live = [row for row in rows_of(force, name, case) if word(row.get("mode") or "target") in PRICED]
            if not live:
                continue
            yield f"drop:{label}", edited(case, partial(drop, force, name))
            for end, rising in (("min", 1), ("max", -1)):
                stated = {str(row.get(end) if row.get(end) is not None else "") for row in rows_of(force, name, case)}
                if len(stated) > 1 or stated == {""}:  # moved together only where all state the same bound
                    continue
                (bound,) = stated
                for way, step in (("tighten", rising), ("loosen", -rising)):
                    copy, new = copied(case), shifted(bound, step)
                    rows = rows_of(force, name, copy)
                    for row in rows:
                        row[end] = new
                    if amount(new) != amount(bound) and not any(map(upside_down, rows)):
                        yield f"{way}:{label}:{end}", copy


def changes(case: Row) -> dict[str, Row]:
    """Every change that has a price, by its id, with the case after it."""
    world, found = World(case), {}
    for kind in (rule_changes, quota_changes, pin_changes, post_changes, unit_changes, size_changes):
        for name, changed in kind(case, world):
            assert name not in found, name
            found[name] = changed
    return found


def price(base: Row, changed: Row) -> dict[str, int] | None:
    """What each stage gains or loses between two answers of `solve`; None where the second is impossible."""
    if changed["status"] != "proved":
        return None
    pairs = zip(base["stages"], changed["stages"], strict=True)
    return {name: after - before for (name, before), (_, after) in pairs}


def prices(case: Row) -> dict[str, dict[str, int] | None]:
    """The price of every change: per stage the best value after it less the one before, in the order of the stages."""
    base = solve(case)
    assert base["status"] == "proved", "a case without a plan has no prices"
    return {name: price(base, solve(changed)) for name, changed in changes(case).items()}


def admitted(case: Row, tolerance: int) -> list[Plan]:
    """Every plan an alternative may be, most merit first: the stages before the last at their best values plus their
    own tolerances, the last one within so many of its units."""
    world = World(case)
    stages = [
        stage if isinstance(stage, dict) else {"name": stage}
        for stage in world.policy.get("stages") or ["unfilled", "quotas", "merit"]
    ]
    limits = [(stage["name"], stage.get("tolerance")) for stage in stages[:-1]] + [(stages[-1]["name"], tolerance)]
    left = search(world, *limits[0])
    for name, more in limits:
        best = min((cost[name] for cost, _ in left), default=0)
        left = [(cost, plan) for cost, plan in left if cost[name] <= allowed(best, more)]
    found = []
    for cost, plan in left:
        held = zip(world.bits, plan, strict=True)
        seats = frozenset((person, world.posts[i]["id"]) for person, (posts, _) in held for i in posts)
        found.append((seats, -cost["merit"]))
    return sorted(found, key=lambda item: (-item[1], sorted(item[0])))


def distance(one: Plan, other: Plan) -> int:
    """The people who do not hold the same set of posts in both plans."""
    return len({person for person, _ in one[0] ^ other[0]})


def next_best(plans: list[Plan], chosen: list[Plan], difference: int) -> int | None:
    """The most merit of the admitted plans that differ in so many people from each chosen one; None without any."""
    rest = [plan for plan in plans if all(distance(plan, other) >= difference for other in chosen)]
    return max((merit for _, merit in rest), default=None)


def fixed(plans: list[Plan]) -> set[str]:
    """The people who hold the same posts, at least one, in all the plans."""
    if not plans:
        return set()
    seated = [{person: {seat for seat in seats if seat[0] == person} for person, _ in seats} for seats, _ in plans]
    return {person for person, posts in seated[0].items() if all(plan.get(person) == posts for plan in seated)}
