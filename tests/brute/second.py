"""A second solver that only asks whether a plan exists, for cases of some hundred people; elements can be left out.

Written from docs/explaining.md ("Elements"), docs/meaning.md and the scenario format, without the package. What a
person on a post breaks is the brute force's own reading (`oracle.broken`); the rows are written here anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import product
from math import lcm
from typing import Any

from ortools.sat.python import cp_model

from tests.brute.oracle import BLANK, MANY, Row, World, as_settings, broken, covers, holds, number, read, unit_cap, word

RULES = tuple(f"R{n:02}" for n in range(1, 31) if n not in (13, 14))
"""Each of these is one element when it is hard; R13, R14 and R37 are elements by unit and task force."""


def scopes(world: World, quota: Row, own: str | None = None) -> list[str]:
    """The scopes of a quota as elements name them: `all`, a task force, `kind:project`."""
    stated = own or quota.get("in") or "all"
    if isinstance(stated, dict):
        return ["kind:" + word(stated["kind"])]
    return list(world.staffed) if stated == "each" else [stated]


def hard_quotas(world: World) -> Iterator[tuple[Row, str]]:
    """Every hard quota in every scope it speaks of."""
    stated: list[tuple[Row, str | None]] = [(quota, None) for quota in world.policy.get("quotas") or []]
    stated += [(quota, force) for force in world.staffed for quota in world.forces[force]["quotas"]]
    for quota, own in stated:
        if word(quota.get("mode") or "target") == "hard":
            yield from ((quota, scope) for scope in scopes(world, quota, own))


def place_of(pin: Row) -> str:
    """The post or the task force a pin speaks of."""
    return pin.get("post") or pin["task_force"]


def pin_id(pin: Row) -> str:
    """The element a pin is."""
    return f"{'pin' if pin['must'] else 'ban'}:{pin['person']}@{place_of(pin)}"


def least_of(world: World, unit: Row) -> int | None:
    """The persons a unit has to lend, None where nothing is stated."""
    stated = world.settings["R14"].get("min") if unit["lend_min"] is None else unit["lend_min"]
    return None if stated in BLANK else int(stated)


def elements(case: Row) -> list[str]:
    """The ids of all that can stand against a plan of `assign`, in the order of the page."""
    world = World(case)
    hard = {rule for rule, mode in world.mode.items() if mode == "hard"}
    found = [rule for rule in RULES if rule in hard]
    if "R13" in hard:
        found += [f"R13:{name}" for name, unit in world.units.items() if unit_cap(world, unit) < MANY]
    if "R14" in hard:
        found += [f"R14:{name}" for name, unit in world.units.items() if least_of(world, unit) is not None]
    if "R37" in hard:
        found += [f"R37.{end}:{force}" for force in world.staffed for end in ("min", "max")]
    found += [f"quota:{quota['name']}@{scope}" for quota, scope in hard_quotas(world)]
    found += [pin_id(pin) for pin in world.pins]
    found += [f"must_fill:{post['id']}" for post in world.posts if post["must_fill"]]
    if any(not person["pool"] for person in world.people):
        found.append("pool")
    return list(dict.fromkeys(found))


def without(case: Row, ids: set[str]) -> Row:
    """The case with these elements left out, each as the page says; an approval goes with its pin."""
    unknown = ids - set(elements(case))
    assert not unknown, f"no such elements: {sorted(unknown)}"
    world, case = World(case), deepcopy(case)
    policy = case["policy"] = case.get("policy") or {}
    policy["rules"] = (policy.get("rules") or {}) | dict.fromkeys(sorted(ids & set(RULES)), "off")
    for unit in case.get("units") or []:
        unit |= {"lend_max": MANY} if f"R13:{unit['id']}" in ids else {}
        unit |= {"lend_min": 0} if f"R14:{unit['id']}" in ids else {}
    for force in case.get("task_forces") or []:
        open_ends = {end: far for end, far in (("min", 0), ("max", MANY)) if f"R37.{end}:{force['id']}" in ids}
        force |= {"size": as_settings(force.get("size") or {}) | open_ends} if open_ends else {}
        kept = [quota for quota in force.get("quotas") or [] if not left_out(quota, force["id"], ids)]
        force |= {"quotas": kept} if force.get("quotas") else {}
    if policy.get("quotas"):
        policy["quotas"] = [part for quota in policy["quotas"] for part in parts(world, quota, ids)]
    if case.get("pins"):
        case["pins"] = [
            row for row, pin in zip(case["pins"], read(case["pins"]), strict=True) if pin_id(pin) not in ids
        ]
    nested = [post for force in case.get("task_forces") or [] for post in force.get("posts") or []]
    for post in nested + (case.get("posts") or []):
        post |= {"must_fill": False} if f"must_fill:{post['id']}" in ids else {}
    for person in case.get("people") or []:
        person |= {"pool": True} if "pool" in ids else {}
    return case


def left_out(quota: Row, scope: str, ids: set[str]) -> bool:
    """True when a quota is hard and its element in this scope is one of these."""
    return word(quota.get("mode") or "target") == "hard" and f"quota:{quota['name']}@{scope}" in ids


def parts(world: World, quota: Row, ids: set[str]) -> list[Row]:
    """A quota of the policy, in those of its scopes that are not left out."""
    stated = scopes(world, quota)
    kept = [scope for scope in stated if not left_out(quota, scope, ids)]
    if kept == stated:
        return [quota]
    kinds = {scope: {"kind": scope.removeprefix("kind:")} for scope in kept if scope.startswith("kind:")}
    return [quota | {"in": kinds.get(scope, scope)} for scope in kept]


class Rows:
    """The plans of a world as rows of zeros and ones: a variable for each pair that may be used."""

    def __init__(self, world: World) -> None:
        self.world, self.model = world, cp_model.CpModel()
        self.post = {post["id"]: post for post in world.posts}
        self.seat: dict[str, dict[str, Any]] = {
            person["id"]: {
                name: self.model.new_bool_var(f"{person['id']}@{name}")
                for name, post in self.post.items()
                if self.may(person, post)
            }
            for person in world.people
        }
        self.somewhere: dict[tuple[str, str], Any] = {}
        for family in (self.seats, self.loads, self.pins, self.units, self.sizes, self.kin, self.quotas):
            family()

    def hard(self, rule: str) -> bool:
        return self.world.mode[rule] == "hard"

    def may(self, person: Row, post: Row) -> bool:
        """No bar of the person and the post alone: pool, bans, hard rules, a supervisor who is kin (R16)."""
        if not person["pool"] and not person["current"].get("task_force"):
            return False
        if any(not pin["must"] and covers(pin, person, post) for pin in self.world.pins):
            return False
        supervisor = self.world.forces[post["task_force"]].get("supervisor")
        led = (self.world.bits[person["id"]], supervisor) in self.world.leader_kin
        if self.hard("R16") and post["sensitive"] and led:
            return False
        return not broken(self.world, person, post, "hard")

    def scopes_of(self, post: Row) -> set[str]:
        """The scopes a seat of a post counts in."""
        force = post["task_force"]
        return {"all", force, "kind:" + self.world.forces[force]["kind"]}

    def held(self, person: str, test: Callable[[Row], Any] = bool) -> list[Any]:
        """The seats a person may take, of the posts that pass a test."""
        return [seat for name, seat in self.seat[person].items() if test(self.post[name])]

    def inside(self, person: str, scope: str) -> Any:
        """One where the person sits in a scope (`all`, a task force, `kind:project`), else zero."""
        if (person, scope) not in self.somewhere:
            held = self.held(person, lambda post: scope in self.scopes_of(post))
            one = self.model.new_bool_var(f"{person} in {scope}")
            self.model.add(one <= sum(held))
            for seat in held:
                self.model.add(one >= seat)
            self.somewhere[person, scope] = one
        return self.somewhere[person, scope]

    def persons(self, scope: str, test: Callable[[Row], Any] = bool) -> Any:
        """How many persons that pass a test sit in a scope."""
        return sum(self.inside(person["id"], scope) for person in self.world.people if test(person))

    def seats(self) -> None:
        """At most `seats` persons on a post, exactly as many where it must be filled; one seat a task force."""
        for name, post in self.post.items():
            taken = sum(seats[name] for seats in self.seat.values() if name in seats)
            self.model.add(taken <= post["seats"])
            if post["must_fill"]:
                self.model.add(taken >= post["seats"])
        for person, force in product(self.world.bits, self.world.staffed):
            self.model.add(sum(self.held(person, lambda post, force=force: post["task_force"] == force)) <= 1)

    def loads(self) -> None:
        """R01: one full-time seat; R29: all loads within the capacity."""
        for person in self.world.people:
            if self.hard("R01"):
                self.model.add(sum(self.held(person["id"], lambda post: post["load"] >= 1)) <= 1)
            if self.hard("R29"):
                pairs = [(self.post[name]["load"], seat) for name, seat in self.seat[person["id"]].items()]
                scale = lcm(person["capacity"].denominator, *(load.denominator for load, _ in pairs))
                total = sum(int(load * scale) * seat for load, seat in pairs)
                self.model.add(total <= int(person["capacity"] * scale))

    def pins(self) -> None:
        """Who must be somewhere is there."""
        for pin in self.world.pins:
            if pin["must"]:
                place = place_of(pin)
                held = self.held(pin["person"], lambda post, place=place: place in (post["id"], post["task_force"]))
                self.model.add(sum(held) >= 1)

    def units(self) -> None:
        """R13 and R14: the persons of a unit who sit anywhere."""
        for name, unit in self.world.units.items():
            lent = self.persons("all", lambda person, name=name: person["unit"] == name)
            if self.hard("R13"):
                self.model.add(lent <= unit_cap(self.world, unit))
            if self.hard("R14"):
                self.model.add(lent >= (least_of(self.world, unit) or 0))

    def sizes(self) -> None:
        """R37: the persons of a staffed task force."""
        for force in self.world.staffed if self.hard("R37") else ():
            size = self.world.settings["R37"] | as_settings(self.world.forces[force]["size"])
            self.model.add(self.persons(force) >= int(size["min"]))
            self.model.add(self.persons(force) <= int(size["max"]))

    def kin(self) -> None:
        """R15: kin in one task force; R16: one on a sensitive post, the other head of the same task force."""
        pairs = [[name for name, bit in self.world.bits.items() if bit & both] for both in sorted(self.world.kin)]
        for (one, other), force in product([pair for pair in pairs if len(pair) == 2], self.world.staffed):
            if self.hard("R15"):
                self.model.add(self.inside(one, force) + self.inside(other, force) <= 1)
            for low, high in ((one, other), (other, one)) if self.hard("R16") else ():
                desk = self.held(low, lambda post, force=force: post["task_force"] == force and post["sensitive"])
                lead = self.held(high, lambda post, force=force: post["task_force"] == force and post["role"] == "head")
                self.model.add(sum(desk) + sum(lead) <= 1)

    def quotas(self) -> None:
        """Hard quotas, each end alone; a scope without any person meets all of them."""
        for quota, scope in hard_quotas(self.world):
            everybody = self.persons(scope)
            those = self.persons(scope, lambda person, text=quota["of"]: holds(self.world, text, person))
            for end, sign in (("min", 1), ("max", -1)):
                value = quota.get(end)
                if value in BLANK:
                    continue
                if "%" in str(value):
                    share = number(value)
                    slack = sign * (share.denominator * those - share.numerator * everybody)
                    self.model.add(slack >= 0)
                    continue
                anyone = self.model.new_bool_var(f"{quota['name']} {end} in {scope}")
                self.model.add(everybody <= len(self.world.people) * anyone)
                self.model.add(sign * those >= sign * int(value)).only_enforce_if(anyone)


def possible(case: Row, kept: set[str] | None = None) -> bool:
    """Whether a plan exists, when of all elements only these hold (all of them unless told)."""
    rows = Rows(World(case if kept is None else without(case, set(elements(case)) - kept)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2  # counts over many like people are refuted by sums, not by trying
    status = solver.solve(rows.model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE), solver.status_name(status)
    return status != cp_model.INFEASIBLE


def shrink(case: Row, kept: set[str] | None = None) -> list[str]:
    """A minimal conflict among the elements kept, by leaving out each in turn; no plan may exist with all of them."""
    left = [name for name in elements(case) if kept is None or name in kept]
    for name in list(left):
        fewer = [other for other in left if other != name]
        if not possible(case, set(fewer)):
            left = fewer
    return left
