"""Exact reference for `merge` on tiny cases: every admissible partition, and for each the best staffing.

Written from docs/merging.md, docs/meaning.md and the scenario format alone; the rules on one person and one post, the
scores and the expressions are those of the older oracle of `assign`. A partition is staffed by a dynamic programme
over the people (kin together): what the rules count is the state, so two ways to the same counts can be compared by
their costs alone. Nothing is a float. `solve` and `frontier` are the things to call; `solve_as` reads a part of the page as it
once was, to see whether cases notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, combinations, product
from math import floor
from typing import Any

from tests.brute.oracle import (
    CHECKED_ON_MOVE,
    HALF,
    MANY,
    SEAT_WEIGHT,
    WISH_POINTS,
    World,
    branches,
    covers,
    faults,
    fit,
    holds,
    read,
    same_post,
    unit_cap,
)
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario, plain

Row = dict[str, Any]
State = int  # all counters of a partition in one number, the weight of the filled seats on top
Cost = int  # persons, target costs, moves and merit in one number that compares as they do in turn
Limit = int | None  # the most `unfilled` that is still of interest

WISHES, STAYING = "wishes", "staying"
"""What `solve_as` can read as it once was: wishes count at the own part alone, who stays does so at the own desk alone."""

LOCKED_PARTS_HAVE_CATEGORY_DESKS = False  # read so: a locked part has the desks of its posts and no others

BASE = 1 << 40  # more than any sum of merit
BITS = 6  # of a counter: five and one that tells an excess
FULL = (1 << BITS - 1) - 1
NO_ROW = (0, MANY)


@dataclass(frozen=True)
class Answer:
    """The best value of each stage in turn, and one partition that reaches them."""

    values: dict[str, int]
    partition: tuple[str, ...]
    merged: bool


@dataclass(frozen=True)
class Desk:
    """A place people are put at: of a category, of a shared role, or an own post."""

    part: str
    slot: str  # what it shares with the desks of other parts
    posts: tuple[Row, ...]  # never empty: a plain post stands where there are none
    load: int
    category: str = ""  # of a category desk
    asked: int = 0  # the level a category desk asks in its category

    @property
    def head(self) -> bool:
        """Whether who sits here leads."""
        return bool(self.posts[0]["role"] == "head")


@dataclass(frozen=True)
class Seat:
    """What a person at a desk is worth, before it is known in which team."""

    desk: Desk
    paid: frozenset[str]  # target rules the base post breaks
    fit: int  # of the base post
    own: bool  # an incumbent's own desk


@dataclass(frozen=True)
class Place:
    """A person at a desk of a team."""

    seat: Seat
    team: Team
    cost: int
    points: int
    stability: int
    stays: bool  # the same work: the slot holds an own desk
    supervised: bool  # R16: at a sensitive desk under a supervisor who is kin
    low: tuple[tuple[str, int], ...]  # the levels asked in the slot that the person does not bring


@dataclass(eq=False)
class Slot:
    """Seats that the desks of a team share."""

    name: str
    seats: int
    weight: int
    must_fill: bool
    posts: tuple[Row, ...]  # those of all its desks
    levels: dict[int, int] = field(default_factory=dict)  # level asked: how many have it when the slot is full


@dataclass(eq=False)
class Team:
    """A set of parts that may be one."""

    parts: tuple[str, ...]
    kind: str
    supervisor: str | None
    slots: dict[str, Slot]
    size: tuple[int, int]
    places: dict[str, list[Place]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The ids of its parts, joined."""
        return "+".join(self.parts)

    @property
    def seats(self) -> int:
        """All its seats."""
        return sum(slot.seats for slot in self.slots.values())


Choice = tuple[Place, ...]  # the seats of one person


def as_case(scenario: Scenario) -> Row:
    """The scenario as the mapping the older oracle reads."""
    case: Row = plain(scenario)
    for row in chain(case["people"], case["posts"]):
        for name in ("capacity", "load"):
            if name in row:
                row[name] = f"{row[name] // 100}.{row[name] % 100:02}"
    for force in case["task_forces"]:
        force["wants_people"] = [want["person"] or want["expression"] for want in force["wants_people"]]
    for rule in case["policy"]["rules"].values():
        for name in [name for name, value in rule.items() if value is None]:
            del rule[name]
    return case


def ceil_at(work: int, load: int) -> int:
    """The smallest whole number of seats of this load that does the work."""
    return -(-work // load)


class Merger:
    """A case as far as merging needs it."""

    def __init__(self, scenario: Scenario, old: Iterable[str] = ()) -> None:
        """Read parts, duties, workloads, desks; `old` is what is read as it once was."""
        self.scenario, self.policy, self.old = scenario, scenario.policy, frozenset(old)
        self.world = World(as_case(scenario))
        self.mode = self.world.mode
        self.parts = sorted(self.world.staffed)
        self.people = [row["id"] for row in self.world.people]
        assert len(self.people) <= FULL
        self.person = {row["id"]: row for row in self.world.people}
        self.same = same_duties(scenario)
        self.divided = divided_duties(scenario, self.same)
        for part, duties in self.world.duties.items():  # R17: a duty and those that are the same
            kinds = {self.same[duty] for duty in duties}
            self.world.duties[part] = {duty for duty, kind in self.same.items() if kind in kinds}
        lifted = self.policy.mode("R35").value == "off"
        self.locked = {part for part in self.parts if scenario.task_force_by_id[part].locked and not lifted}
        self.work = {part: self.workload(part) for part in self.parts}
        self.total = {part: sum(self.work[part].values()) for part in self.parts}
        self.desks = {part: self.desks_of(part) for part in self.parts}
        self.seats = {who: self.seats_of(who) for who in self.people}
        bit_of = {bit: who for who, bit in self.world.bits.items()}
        self.kin = {
            (who, other)
            for pair in self.world.kin
            for who, other in [tuple(name for bit, name in bit_of.items() if bit & pair)]
        }
        self.kin |= {(other, who) for who, other in self.kin}
        self.leader_kin = {(bit_of[bit], leader) for bit, leader in self.world.leader_kin}
        self.chosen: dict[tuple[str, ...], list[tuple[Choice, int, int, int]]] = {}

    # --- what is merged ----------------------------------------------------------------------------------------------

    def workload(self, part: str) -> dict[tuple[str, str], int]:
        """The workload by duty and category; estimated where no row is stated."""
        rows = [row for row in self.scenario.workload if row.task_force == part]
        stated = [(row.duty, row.category, row.fte) for row in rows] if rows else self.estimated(part)
        found: dict[tuple[str, str], int] = {}
        for duty, category, work in stated:
            key = (self.same[duty], category)
            found[key] = max(found.get(key, 0), work)
        return {key: work for key, work in found.items() if work}

    def estimated(self, part: str) -> Iterator[tuple[str, str, int]]:
        """Seats x load of each category, shared over the duties by weight, largest remainder; the same duties take one share."""
        stated = {duty.id: duty.weight for duty in self.scenario.duties}
        weight: dict[str, int] = {}
        for duty in self.scenario.task_force_by_id[part].duties:
            weight[self.same[duty]] = max(weight.get(self.same[duty], 0), stated[duty])
        duties = sorted(weight)
        today: dict[str, int] = defaultdict(int)
        for post in self.scenario.posts_of[part]:
            if post.category:
                today[post.category] += post.seats * post.load
        whole = sum(weight[duty] for duty in duties)
        for category, work in today.items() if duties else ():
            share = {duty: work * weight[duty] // whole for duty in duties}
            by_rest = sorted(duties, key=lambda duty: (-(work * weight[duty] % whole), duty))
            for duty in by_rest[: work - sum(share.values())]:
                share[duty] += 1
            yield from ((duty, category, share[duty]) for duty in duties)

    def union(self, parts: Iterable[str], category: str) -> int:
        """The workload of a category when what several do is done once, and halves of a duty are put together."""
        works: dict[str, list[int]] = defaultdict(list)
        for part in parts:
            for (duty, kind), work in self.work[part].items():
                if kind == category:
                    works[duty].append(work)
        return sum(sum(each) if duty in self.divided else max(each) for duty, each in works.items())

    def linked(self, one: str, other: str) -> bool:
        """Whether two parts overlap enough, or are required together."""
        if any({one, other} <= set(entry.task_forces) for entry in self.policy.merge.require):
            return True
        by_duty = []
        for part in (one, other):
            sums: dict[str, int] = defaultdict(int)
            for (duty, _), work in self.work[part].items():
                sums[duty] += work
            by_duty.append(sums)
        shared = sum(min(work, by_duty[1].get(duty, 0)) for duty, work in by_duty[0].items())
        least = self.policy.merge.min_overlap.per_10000
        if least == 0:
            return True
        return shared > 0 and 10_000 * shared >= least * min(self.total[one], self.total[other])

    # --- desks -------------------------------------------------------------------------------------------------------

    def desks_of(self, part: str) -> list[Desk]:
        """The desks of a part; which of its posts each stands for."""
        groups: dict[str, list[Row]] = defaultdict(list)
        categories = sorted({category for _, category in self.work[part]})
        locked = part in self.locked
        if not locked or LOCKED_PARTS_HAVE_CATEGORY_DESKS:
            for category in categories:
                groups[f"category {category}"] = []
        for post in self.world.posts:
            if post["task_force"] != part:
                continue
            name = f"own {post['id']}"
            if not locked and post.get("category"):
                name = f"category {post['category']}"
                assert post["category"] in categories, "posts of a category without workload"
                assert post["role"] != "head", "head with a category"
                assert not post["shared"], "shared with a category"
            elif not locked and (post["shared"] or post["role"] == "head"):
                name = f"role {post['role']}"
            groups[name].append(post)
        return [self.desk(part, name, posts) for name, posts in groups.items()]

    def desk(self, part: str, name: str, posts: list[Row]) -> Desk:
        """One desk; a plain post stands where there are none."""
        kind, category = name.split(" ", 1)
        if kind != "category":
            category = ""
        asked = int(self.world.setting("R27", "default_level"))
        if posts and category:
            asked = min(self.asks(post, category) for post in posts)
        if not posts:
            posts = read([{"id": f"{part}/{category}", "task_force": part, "category": category}])
        loads = {int(post["load"] * 100) for post in posts}
        assert len(loads) == 1, "different loads at one desk"
        return Desk(part, name, tuple(posts), loads.pop(), category, asked)

    def asks(self, post: Row, category: str) -> int:
        """The level a post asks in a category: the lowest among its branches."""
        return min(
            max((int(least) for name, least in way if name == category), default=0)
            for way in branches(self.world, post)
        )

    # --- people at desks ---------------------------------------------------------------------------------------------

    def seats_of(self, who: str) -> list[Seat]:
        """The desks a person may take, in no team yet."""
        person = self.person[who]
        if not person["pool"] and not person["current"].get("task_force"):
            return []
        found = []
        for desk in chain.from_iterable(self.desks[part] for part in self.parts):
            if any(not pin["must"] and covers(pin, person, post) for pin in self.world.pins for post in desk.posts):
                continue
            ways = []
            for post in desk.posts:
                hard, target = self.broken(person, post)
                if not hard:
                    ways.append((len(target), -fit(self.world, person, post), post["id"], target))
            if ways:
                _, rated, _, target = min(ways, key=lambda way: way[:3])
                own = any(same_post(person, post) for post in desk.posts)
                found.append(Seat(desk, frozenset(target), -rated, own))
        return found

    def broken(self, person: Row, post: Row) -> tuple[set[str], set[str]]:
        """The hard and the target rules the pair breaks, R16 aside, after exemptions and approvals."""
        approved = any(pin["must"] and pin.get("approval") and covers(pin, person, post) for pin in self.world.pins)
        exempt = self.exempts and same_post(person, post)
        passed = {"R16"} | ({"R04", "R05", "R06"} if approved else set()) | (CHECKED_ON_MOVE if exempt else set())
        found = faults(self.world, person, post) - passed
        return {rule for rule in found if self.mode[rule] == "hard"}, {
            rule for rule in found if self.mode[rule] == "target"
        }

    @property
    def exempts(self) -> bool:
        """Whether incumbents who stay are exempt from the personal rules."""
        return self.policy.incumbents.value == "exempt"

    @property
    def counts_moves(self) -> bool:
        """Whether the policy names the stage `moves`."""
        return any(stage.name.value == "moves" for stage in self.policy.stages)

    def preference(self, person: Row, desk: Desk, team: Team) -> int:
        """What the wishes of both sides are worth at a desk of a team: wishes reach all of the team, or of the slot."""
        parts, posts = set(team.parts), team.slots[desk.slot].posts
        if WISHES in self.old:
            parts, posts = {desk.part}, desk.posts
        reached = parts | {post["id"] for post in posts}
        wish = ranked([place in reached for place in person["preferences"]]) if person["preferences"] else 50
        wanted = self.world.forces[desk.part]["wants_people"]
        if wanted:
            known = self.world.bits
            theirs = [entry == person["id"] if entry in known else holds(self.world, entry, person) for entry in wanted]
            wish = floor((wish + ranked(theirs)) * HALF + HALF)
        return wish

    def points(self, person: Row, seat: Seat, team: Team) -> int:
        """Weighted fit and preference; R30 off takes preference out."""
        merit = self.policy.merit
        wish = 0 if self.mode["R30"] == "off" else merit.preference * self.preference(person, seat.desk, team)
        return merit.fit * seat.fit + wish

    def place(self, who: str, seat: Seat, team: Team) -> Place | None:
        """A person at a desk of a team; None where a bar of another part, or the supervisor, forbids it."""
        person, desk = self.person[who], seat.desk
        cost = len(seat.paid)
        others = [part for part in team.parts if part != desk.part]
        if any(
            not pin["must"] and pin["person"] == who and not pin.get("post") and pin.get("task_force") in others
            for pin in self.world.pins
        ):
            return None
        meant = {
            "R17": any({part, *self.world.duties[part]} & set(person["conflicts"]) for part in others),
            "R30": any(part in person["refuses"] for part in others),
        }
        for rule, broken in meant.items():
            if broken and self.mode[rule] == "hard":
                return None
            cost += broken and self.mode[rule] == "target" and rule not in seat.paid
        sensitive = any(post["sensitive"] for post in desk.posts)
        supervised = sensitive and (who, team.supervisor) in self.leader_kin
        if supervised and self.mode["R16"] == "hard":
            return None
        slot = team.slots[desk.slot]
        low = tuple(
            (desk.slot, level)
            for level in slot.levels
            if person["categories"][desk.category] < level and not (seat.own and self.exempts and desk.asked >= level)
        )
        home = person["current"].get("task_force")
        near = home in team.parts or any(home in self.world.forces[part]["succeeds"] for part in team.parts)
        stays = seat.own if STAYING in self.old else any(same_post(person, post) for post in slot.posts)
        stability = (100 if stays else 70 if near else 0) if home else 50
        return Place(seat, team, cost, self.points(person, seat, team), stability, stays, supervised, low)

    # --- teams -------------------------------------------------------------------------------------------------------

    @cached_property
    def teams(self) -> list[Team]:
        """Every set of parts that may be a team."""
        found = []
        for size in range(1, len(self.parts) + 1):
            for parts in combinations(self.parts, size):
                if (size == 1 or self.may_merge(parts)) and self.complete(parts):
                    team = self.team(parts)
                    if size == 1 or team.seats <= self.policy.merge.max_size:
                        self.fill(team)
                        found.append(team)
        return found

    def complete(self, parts: tuple[str, ...]) -> bool:
        """Whether every required group is whole here or not here at all."""
        for entry in self.policy.merge.require:
            group = set(entry.task_forces) & set(self.parts)
            if len(group) > 1 and group & set(parts) and not group <= set(parts):
                return False
        return True

    def may_merge(self, parts: tuple[str, ...]) -> bool:
        """Whether two or more parts may be one, their seats aside."""
        merge, forces = self.policy.merge, self.scenario.task_force_by_id
        if len(parts) > merge.max_members or self.locked & set(parts):
            return False
        if any(len(set(entry.task_forces) & set(parts)) > 1 for entry in merge.forbid):
            return False
        if merge.same_kind and len({forces[part].kind for part in parts}) > 1:
            return False
        supervisors = {forces[part].supervisor for part in parts}
        if merge.same_supervisor and (len(supervisors) > 1 or None in supervisors):
            return False
        loads: dict[str, set[int]] = defaultdict(set)
        for desk in chain.from_iterable(self.desks[part] for part in parts):
            loads[desk.slot].add(desk.load)
        if any(len(values) > 1 for values in loads.values()):
            return False
        if merge.linkage.value == "complete":
            return all(self.linked(one, other) for one, other in combinations(parts, 2))
        reached, ahead = {parts[0]}, [parts[0]]
        while ahead:
            here = ahead.pop()
            near = [part for part in parts if part not in reached and self.linked(here, part)]
            reached.update(near)
            ahead += near
        return len(reached) == len(parts)

    def team(self, parts: tuple[str, ...]) -> Team:
        """The slots of a team and what else is its own."""
        first = min(parts, key=lambda part: (-self.total[part], part))
        desks: dict[str, list[Desk]] = defaultdict(list)
        for desk in chain.from_iterable(self.desks[part] for part in parts):
            desks[desk.slot].append(desk)
        slots = {name: self.slot(name, group) for name, group in desks.items()}
        settings, own = self.world.settings["R37"], self.scenario.task_force_by_id[first].size
        low, high = int(settings["min"]), int(settings["max"])
        if len(parts) > 1:
            high = self.policy.merge.max_size
        else:
            low, high = (low if own.min is None else own.min), (high if own.max is None else own.max)
        lead = self.scenario.task_force_by_id[first]
        return Team(parts, lead.kind.value, lead.supervisor, slots, (low, high))

    def slot(self, name: str, desks: list[Desk]) -> Slot:
        """Seats, weight and levels of one slot."""
        posts = [post for desk in desks for post in desk.posts]
        weight, must = SEAT_WEIGHT[min(post["priority"] for post in posts)], any(post["must_fill"] for post in posts)
        category, load = desks[0].category, desks[0].load
        if not category:
            seats = max(sum(post["seats"] for post in desk.posts) for desk in desks)
            return Slot(name, seats, weight, must, tuple(posts))
        seats = ceil_at(self.union([desk.part for desk in desks], category), load)
        levels: dict[int, int] = {}
        if self.mode["R27"] == "hard":
            asked = sorted({desk.asked for desk in desks})
            for level in asked[1:]:
                parts = [desk.part for desk in desks if desk.asked >= level]
                levels[level] = ceil_at(self.union(parts, category), load)
        return Slot(name, seats, weight, must, tuple(posts), levels)

    def fill(self, team: Team) -> None:
        """The places of the team each person may take."""
        for who in self.people:
            places = [self.place(who, seat, team) for seat in self.seats[who] if seat.desk.part in team.parts]
            if kept := [place for place in places if place]:
                team.places[who] = kept

    def partitions(self) -> Iterator[tuple[Team, ...]]:
        """Every way to put each part into exactly one team."""
        by_first: dict[str, list[Team]] = defaultdict(list)
        for team in self.teams:
            by_first[team.parts[0]].append(team)

        def split(left: tuple[str, ...]) -> Iterator[tuple[Team, ...]]:
            if not left:
                yield ()
                return
            for team in by_first[left[0]]:
                if set(team.parts) <= set(left):
                    for rest in split(tuple(part for part in left if part not in team.parts)):
                        yield (team, *rest)

        return split(tuple(self.parts))

    # --- one person in a partition -----------------------------------------------------------------------------------

    def choices(self, who: str, partition: tuple[Team, ...]) -> list[tuple[Choice, int, int, int]]:
        """Every set of seats a person may hold, with its target costs, whether it is a move, and its merit."""
        teams = [team for team in partition if who in team.places]
        key = (who, *(team.id for team in teams))
        if key not in self.chosen:
            ways = product(*([None, *team.places[who]] for team in teams))
            rated = [self.choice(who, tuple(place for place in way if place)) for way in ways]
            self.chosen[key] = [choice for choice in rated if choice]
        return self.chosen[key]

    def choice(self, who: str, held: Choice) -> tuple[Choice, int, int, int] | None:
        """The costs of the seats of one person; None where pins, R01 or R29 forbid them."""
        for pin in self.world.pins:
            if pin["must"] and pin["person"] == who:
                desks = [place.seat.desk for place in held]
                if not any(covers(pin, self.person[who], post) for desk in desks for post in desk.posts):
                    return None
        loads = [place.seat.desk.load for place in held]
        over = {
            "R01": max(0, sum(load >= 100 for load in loads) - 1),
            "R29": int(sum(loads) > self.scenario.person_by_id[who].capacity),
        }
        if any(number and self.mode[rule] == "hard" for rule, number in over.items()):
            return None
        cost = sum(place.cost for place in held)
        cost += sum(number for rule, number in over.items() if self.mode[rule] == "target")
        merit = sum(place.points for place in held)
        if held and self.mode["R38"] != "off":
            merit += self.policy.merit.stability * max(place.stability for place in held)
        return held, cost, int(bool(held) and not any(place.stays for place in held)), merit

    @cached_property
    def families(self) -> list[list[str]]:
        """The people, kin together; kin outside are left apart where neither rule on kin costs anything."""
        left, found = list(self.people), []
        bind = {self.mode["R15"], self.mode["R16"]} & {"hard", "target"}
        while left:
            group = [left.pop(0)]
            for who in group:
                near = [other for other in left if bind and (who, other) in self.kin]
                group += near
                left = [other for other in left if other not in near]
            found.append(group)
        return found

    def ties(self, family: list[str], ways: tuple[Choice, ...], targets: bool) -> int | None:
        """R15 and R16 among kin: the target costs, None where a hard rule is broken."""
        cost = 0
        teams = [{place.team.id: place for place in way} for way in ways]
        for one, other in combinations(range(len(family)), 2):
            if (family[one], family[other]) in self.kin and teams[one].keys() & teams[other].keys():
                if self.mode["R15"] == "hard":
                    return None
                cost += self.mode["R15"] == "target"
        for one, held in enumerate(teams):
            for team, place in held.items():
                led = place.supervised
                if not led and any(post["sensitive"] for post in place.seat.desk.posts):
                    led = any(
                        (family[one], family[other]) in self.kin and team in seats and seats[team].seat.desk.head
                        for other, seats in enumerate(teams)
                    )
                if led and self.mode["R16"] == "hard":
                    return None
                cost += led and self.mode["R16"] == "target"
        return cost if targets else 0

    # --- stage values that hang on the parts alone -----------------------------------------------------------------------

    def uncovered(self) -> int:
        """Open key tasks of which no duty is done by anybody."""
        kinds = {self.same[duty] for part in self.parts for duty in self.scenario.duties_of_task_force[part]}
        kinds |= {self.same[duty] for unit in self.scenario.units for duty in unit.remit}
        kinds |= {self.same[duty.id] for duty in self.scenario.duties if duty.owner_unit}
        done = {duty.key_task for duty in self.scenario.duties if self.same[duty.id] in kinds}
        return sum(task.state.value == "open" and task.id not in done for task in self.scenario.key_tasks)

    def pins_hold(self) -> bool:
        """Whether every pin that must hold names a place that is staffed."""
        posts = {post["id"] for post in self.world.posts}
        must = [pin for pin in self.world.pins if pin["must"]]
        return all(pin["post"] in posts if pin.get("post") else pin["task_force"] in self.parts for pin in must)


def same_duties(scenario: Scenario) -> dict[str, str]:
    """Each duty with the lowest id of those it is the same as, chains followed."""
    near: dict[str, set[str]] = {duty.id: set() for duty in scenario.duties}
    for duty in scenario.duties:
        for entry in duty.same_as:
            near[duty.id].add(entry.duty)
            near[entry.duty].add(duty.id)
    found: dict[str, str] = {}
    for first in sorted(near):
        ahead = [first]
        while ahead:
            here = ahead.pop()
            if here not in found:
                found[here] = first
                ahead += near[here]
    return found


def divided_duties(scenario: Scenario, same: dict[str, str]) -> frozenset[str]:
    """Of the duties that are one, by their lowest id, those of which task forces do halves: one of them says so."""
    return frozenset(same[duty.id] for duty in scenario.duties if duty.divided.value)


def ranked(matches: list[bool]) -> int:
    """The points of the first entry of a ranking that matches."""
    return WISH_POINTS[min(3, matches.index(True))] if True in matches else 0


# --- the staffing of one partition -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bounds:
    """A rule on a count: its mode, which counter, the counter of the whole scope, least and most by the latter."""

    hard: bool
    counter: int
    whole: int | None
    table: tuple[tuple[int, int], ...]


class Staffing:
    """The counters of a partition, and the dynamic programme over the people."""

    def __init__(self, merger: Merger, partition: tuple[Team, ...], targets: bool) -> None:
        """Lay the counters out; without `targets` the rules that only cost are left out."""
        self.m, self.partition, self.targets = merger, partition, targets
        self.index: dict[Any, int] = {}
        self.start: list[int] = []
        self.rows: list[Bounds] = []
        self.slots = [(team, slot) for team in partition for slot in team.slots.values()]
        self.masks: dict[Any, tuple[frozenset[str], frozenset[str]]] = {}  # counter: the persons, the teams it counts
        for team, slot in self.slots:
            self.counter(("slot", team.id, slot.name), slot.seats)
            for level, least in slot.levels.items():
                self.counter(("low", team.id, slot.name, level), slot.seats - least)
        self.rest = sum(slot.seats * slot.weight for _, slot in self.slots)
        self.count_rules()

    def counter(self, key: Any, most: int = FULL) -> int:
        """The place of a counter; one that may not go above `most` tells an excess by its highest bit."""
        if key not in self.index:
            self.index[key] = len(self.start)
            self.start.append(FULL - min(most, FULL))
        return self.index[key]

    def persons(self, people: Iterable[str], teams: Iterable[Team], most: int = FULL) -> int:
        """The counter of those of the people who sit in one of the teams."""
        who, where = frozenset(people), frozenset(team.id for team in teams)
        key = ("persons", who, where, most)
        self.masks[key] = (who, where)
        return self.counter(key, most)

    def count_rules(self) -> None:
        """R13, R14, R37, must_fill and the quotas."""
        m, everybody = self.m, self.m.people
        for unit in m.world.units.values():
            mine = [who for who in everybody if m.person[who]["unit"] == unit["id"]]
            cap, least = unit_cap(m.world, unit), m.world.settings["R14"].get("min", 0)
            least = int(least if unit["lend_min"] is None else unit["lend_min"])
            if cap < len(mine):
                if m.mode["R13"] == "hard":
                    self.persons(mine, self.partition, cap)
                else:
                    self.row(m.mode["R13"], mine, self.partition, (0, cap))
            self.row(m.mode["R14"], mine, self.partition, (least, MANY))
        for team in self.partition:
            self.row(m.mode["R37"], everybody, [team], team.size)
        for team, slot in self.slots:
            if slot.must_fill:
                self.rows.append(
                    Bounds(True, self.index["slot", team.id, slot.name], None, ((min(slot.seats, MANY), MANY),))
                )
        for quota in m.policy.quotas:
            for teams in self.scopes(quota.scope):
                self.quota(quota, teams)
        for team in self.partition:
            for part in team.parts:
                for own in m.scenario.task_force_by_id[part].quotas:
                    self.quota(own, [team])

    def scopes(self, scope: Any) -> list[list[Team]]:
        """The sets of teams a quota of the policy is counted over."""
        if scope.kind == "all":
            return [list(self.partition)]
        if scope.kind == "kind":
            return [[team for team in self.partition if team.kind == scope.value]]
        return [[team] for team in self.partition if scope.kind == "each" or scope.value in team.parts]

    def row(self, mode: str, people: Iterable[str], teams: Iterable[Team], bounds: tuple[int, int]) -> None:
        """A rule on a count that does not hang on the size of its scope."""
        if bounds != NO_ROW and (mode == "hard" or (mode == "target" and self.targets)):
            self.rows.append(Bounds(mode == "hard", self.persons(people, teams), None, (bounds,)))

    def hopeless(self) -> bool:
        """Whether a hard count asks for more than there could ever be; found early as it is cheap to see."""
        most = dict.fromkeys(self.masks, 0)
        for key, (people, teams) in self.masks.items():
            seats = sum(team.seats for team in self.partition if team.id in teams)
            able = {who for team in self.partition if team.id in teams for who in team.places} & people
            most[key] = min(seats, len(able))
        reach = {self.index[key]: number for key, number in most.items()}
        for row in self.rows:
            low, high = row.table[0]
            if row.hard and row.whole is None and (low > high or low > reach.get(row.counter, MANY)):
                return True
        return self.left_empty(sum(value << BITS * place for place, value in enumerate(self.start)), 0) >= MANY

    def quota(self, quota: Any, teams: list[Team]) -> None:
        """A quota over some teams."""
        if quota.mode.value not in ("hard", "target") or (quota.mode.value == "target" and not self.targets):
            return
        table = [NO_ROW]
        for size in range(1, len(self.m.people) + 1):
            low = 0 if quota.min is None else quota.min
            high = MANY if quota.max is None else quota.max
            if isinstance(low, Share):
                low = -(-low.per_10000 * size // 10_000)
            if isinstance(high, Share):
                high = high.per_10000 * size // 10_000
            table.append((low, high))
        members = [who for who in self.m.people if holds(self.m.world, quota.of.text, self.m.person[who])]
        counters = self.persons(members, teams), self.persons(self.m.people, teams)
        self.rows.append(Bounds(quota.mode.value == "hard", *counters, tuple(table)))

    def steps(self) -> list[dict[State, set[tuple[int, int, int, int]]]]:
        """For each family the ways to seat it: what they add to the counters, and what they cost.

        A cost is persons, target costs, moves, merit.
        """
        shift = [BITS * place for place in range(len(self.start))]
        top = BITS * len(self.start)
        counted = [(shift[self.index[key]], *mask) for key, mask in self.masks.items()]
        found = []
        for family in self.m.families:
            ways: list[list[tuple[Choice, int, int, int, int]]] = []
            for who in family:
                mine = []
                for held, cost, moved, merit in self.m.choices(who, self.partition):
                    added = 0
                    where = {place.team.id for place in held}
                    for place in held:
                        slot = place.team.slots[place.seat.desk.slot]
                        added += (1 << shift[self.index["slot", place.team.id, slot.name]]) + (slot.weight << top)
                        for name, level in place.low:
                            added += 1 << shift[self.index["low", place.team.id, name, level]]
                    for at, people, teams in counted:
                        if who in people and not where.isdisjoint(teams):
                            added += 1 << at
                    mine.append((held, added, cost if self.targets else 0, moved, merit))
                ways.append(mine)
            step: dict[State, set[tuple[int, int, int, int]]] = defaultdict(set)
            for way in product(*ways):
                ties = self.m.ties(family, tuple(part[0] for part in way), self.targets)
                if ties is None:
                    continue
                added = sum(part[1] for part in way)
                persons = sum(bool(part[0]) for part in way)
                cost = ties + sum(part[2] for part in way)
                step[added].add((persons, cost, sum(part[3] for part in way), sum(part[4] for part in way)))
            found.append(step)
        return found

    @cached_property
    def ready(self) -> tuple[list[dict[State, set[tuple[int, int, int, int]]]], list[int], list[list[int]]]:
        """The steps; after each, the most weight the later ones can fill in all, and how many seats in each slot."""
        steps = sorted(self.steps(), key=len, reverse=True)
        top = BITS * len(self.start)
        best, per_slot = [0], [[0] * len(self.slots)]
        places = [BITS * self.index["slot", team.id, slot.name] for team, slot in self.slots]
        for step in reversed(steps):
            best.append(best[-1] + max((added >> top for added in step), default=0))
            most = [max((added >> at & (1 << BITS) - 1 for added in step), default=0) for at in places]
            per_slot.append([one + other for one, other in zip(per_slot[-1], most, strict=True)])
        return steps, best[::-1], per_slot[::-1]

    def least_unfilled(self) -> int:
        """A lower bound of `unfilled`: seats matched to people, each to no more than they can hold at once."""
        room = {}
        for who in self.m.people:
            room[who] = max((len(choice[0]) for choice in self.m.choices(who, self.partition)), default=0)
        near = []
        for team, slot in sorted(self.slots, key=lambda pair: -pair[1].weight):
            able = [who for who, places in team.places.items() if any(p.seat.desk.slot == slot.name for p in places)]
            near += [(slot.weight, able)] * min(slot.seats, len(able))
        held: dict[str, list[int]] = {who: [] for who in self.m.people}

        def seat(place: int, seen: set[str]) -> bool:
            for who in near[place][1]:
                if who in seen or not room[who]:
                    continue
                seen.add(who)
                if len(held[who]) < room[who]:
                    held[who].append(place)
                    return True
                for other in held[who]:
                    if seat(other, seen):
                        held[who].remove(other)
                        held[who].append(place)
                        return True
            return False

        return self.rest - sum(weight for place, (weight, _) in enumerate(near) if seat(place, set()))

    def states(self, limit: Limit) -> dict[State, Cost]:
        """Run the programme: every final state whose `unfilled` is within the limit, with its least cost."""
        steps, best, _ = self.ready
        top = BITS * len(self.start)
        guard = sum(1 << BITS * place + BITS - 1 for place in range(len(self.start)))
        first = sum(value << BITS * place for place, value in enumerate(self.start))
        needed = 0 if limit is None else self.rest - limit
        found: dict[State, Cost] = {first: 0}
        for number, step in enumerate(steps, 1):
            staged = self.m.counts_moves
            moves = [(added, min(packed(cost, staged) for cost in costs)) for added, costs in step.items()]
            left = best[number]
            after: dict[State, Cost] = {}
            for state, cost in found.items():
                for added, more in moves:
                    new = state + added
                    if new & guard or (new >> top) + left < needed:
                        continue
                    total = cost + more
                    old = after.get(new)
                    if old is None:  # a state beyond the limit is remembered as such
                        after[new] = total if self.left_empty(new, number) <= self.rest - needed else -1
                    elif total < old:
                        after[new] = total
            found = {state: cost for state, cost in after.items() if cost != -1}
            if not found:
                break
        return found

    def left_empty(self, state: State, number: int) -> int:
        """The weight of the seats that stay empty whatever the families after the first `number` do."""
        empty = 0
        for (at, weight), most in zip(self.gauge, self.ready[2][number], strict=True):
            lack = FULL - (state >> at & FULL) - most
            if lack > 0:
                empty += lack * weight
        return empty

    @cached_property
    def gauge(self) -> list[tuple[int, int]]:
        """Where the counter of each slot stands, and what an empty seat weighs: too much where none may be."""
        return [
            (BITS * self.index["slot", team.id, slot.name], MANY if slot.must_fill else slot.weight)
            for team, slot in self.slots
        ]

    def terminal(self, state: State) -> int | None:
        """The target costs of the counts, None where a hard one is broken."""
        cost = 0
        for row in self.rows:
            count = (state >> BITS * row.counter & FULL) - self.start[row.counter]
            whole = 0 if row.whole is None else (state >> BITS * row.whole & FULL) - self.start[row.whole]
            low, high = row.table[whole]
            wrong = max(0, low - count) + max(0, count - high)
            if wrong and row.hard:
                return None
            cost += wrong
        return cost

    def unfilled(self, state: State) -> int:
        """The weight of the empty seats."""
        return self.rest - (state >> BITS * len(self.start))

    def finals(self, limit: Limit) -> Iterator[tuple[State, Cost]]:
        """The final states within the limit that break no hard rule, with all their costs."""
        for state, cost in self.states(limit).items():
            more = self.terminal(state)
            if more is not None:
                yield state, cost + more * BASE**2

    def rungs(self, cap: Limit) -> Iterator[Limit]:
        """Limits of `unfilled` to try in turn: a low one prunes well, and what it finds is final."""
        least = self.least_unfilled()
        ends = [least + more for more in (0, 1, 3, 6, 9, 15, 27)]
        last = self.rest if cap is None else min(cap, self.rest)
        yield from (end for end in ends if end < last)
        if least <= last:
            yield last

    def best(self, cap: Limit) -> tuple[int, ...] | None:
        """Unfilled, persons, target costs, moves and merit (negated): the least in turn; None where there is none."""
        for limit in () if self.hopeless() else self.rungs(cap):
            found = min(((self.unfilled(state), cost) for state, cost in self.finals(limit)), default=None)
            if found:
                unfilled, cost = found
                persons, costs, moved, merit = unpacked(cost)
                return (unfilled, persons, costs, moved, -merit)
        return None

    def pairs(self, limit: int, known: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """Persons and moves of the plans within the limit that are not beaten, here or by those known."""
        steps, best, _ = self.ready
        top = BITS * len(self.start)
        guard = sum(1 << BITS * place + BITS - 1 for place in range(len(self.start)))
        first = sum(value << BITS * place for place, value in enumerate(self.start))
        needed = self.rest - limit
        found: dict[State, set[tuple[int, int]]] = {} if self.hopeless() else {first: {(0, 0)}}
        for number, step in enumerate(steps, 1):
            after: dict[State, set[tuple[int, int]]] = defaultdict(set)
            for state, pairs in found.items():
                for added, costs in step.items():
                    new = state + added
                    if not new & guard and (new >> top) + best[number] >= needed:
                        after[new] |= {(a + c[0], b + c[2]) for a, b in pairs for c in costs}
            found = {}
            for state, pairs in after.items():
                kept = beaten_by_none(pairs, known)
                if kept and self.left_empty(state, number) <= limit:
                    found[state] = kept
        return set().union(*(pairs for state, pairs in found.items() if self.terminal(state) is not None))


def beaten_by_none(pairs: set[tuple[int, int]], known: Iterable[tuple[int, int]] = ()) -> set[tuple[int, int]]:
    """The pairs that no other one, nor a known one, beats or equals in both."""
    kept = set(pairs)
    for one in pairs:
        if any(a <= one[0] and b <= one[1] for a, b in known) or any(
            other != one and other[0] <= one[0] and other[1] <= one[1] for other in pairs
        ):
            kept.discard(one)
    return kept


def packed(cost: tuple[int, int, int, int], moves: bool = True) -> Cost:
    """Persons, target costs, moves, merit as one number that compares as they do in turn."""
    persons, costs, moved, merit = cost
    return ((persons * BASE + costs) * BASE + (moved if moves else 0)) * BASE - merit


def unpacked(cost: Cost) -> tuple[int, int, int, int]:
    """What `packed` put together."""
    merit = -cost % BASE
    rest, moved = divmod((cost + merit) // BASE, BASE)
    persons, costs = divmod(rest, BASE)
    return persons, costs, moved, merit


# --- over all partitions ---------------------------------------------------------------------------------------------

_last: list[tuple[Scenario, Merger]] = []


def merger_of(scenario: Scenario) -> Merger:
    """The case as far as merging needs it; the last one is kept."""
    if not _last or _last[0][0] is not scenario:
        _last[:] = [(scenario, Merger(scenario))]
    return _last[0][1]


def solve(scenario: Scenario) -> Answer | None:
    """The best value of each stage in turn over all partitions and plans; None where there is no plan."""
    return best_of(merger_of(scenario))


def solve_as(scenario: Scenario, old: Iterable[str]) -> Answer | None:
    """The same with some of the page read as it once was (WISHES, STAYING)."""
    return best_of(Merger(scenario, old))


def best_of(m: Merger) -> Answer | None:
    """The best value of each stage in turn; None where there is no plan."""
    if not m.pins_hold():
        return None
    ways = []
    for partition in m.partitions():
        staffing = Staffing(m, partition, targets=True)
        ways.append((staffing.least_unfilled(), sum(t.seats for t in partition), len(partition), staffing))
    ways.sort(key=lambda way: (*way[:3], [team.id for team in way[3].partition]))
    best: tuple[int, ...] | None = None
    chosen: tuple[Team, ...] = ()
    for least, seats, teams, staffing in ways:
        cap = None
        if best:
            if (least, seats) > best[:2]:
                break  # so are all later ones
            cap = best[0] if seats <= best[1] else best[0] - 1
        found = staffing.best(cap)
        if found:
            unfilled, persons, *rest = found
            value = (unfilled, seats, persons, teams, *rest)
            if best is None or value < best:
                best, chosen = value, staffing.partition
    if best is None:
        return None
    names = ("unfilled", "seats", "persons", "task_forces", "quotas", "moves", "merit")
    values = {"uncovered": m.uncovered()} | dict(zip(names, best, strict=True))
    values["merit"] = -values["merit"]
    if not m.counts_moves:
        del values["moves"]
    return Answer(values, tuple(sorted(team.id for team in chosen)), len(chosen) < len(m.parts))


def frontier(scenario: Scenario) -> list[tuple[int, int]]:
    """Persons and moves: the pairs no other beats, target costs left out of account."""
    answer, m = solve(scenario), merger_of(scenario)
    if answer is None:
        return []
    limit = answer.values["unfilled"]
    found: set[tuple[int, int]] = set()
    for partition in m.partitions():
        staffing = Staffing(m, partition, targets=False)
        if staffing.least_unfilled() <= limit:
            found = beaten_by_none(found | staffing.pairs(limit, found))
    return sorted(found)


def staffing_changes_partition(scenario: Scenario, answer: Answer) -> bool:
    """Whether the partition best by seats and teams alone is not enough to reach the optimum."""
    m, values = merger_of(scenario), answer.values
    goal = (values["seats"], values["task_forces"])
    ways = [(sum(team.seats for team in partition), len(partition), partition) for partition in m.partitions()]
    if min(way[:2] for way in ways) != goal:
        return True
    optimum = [values[name] for name in ("unfilled", "persons", "quotas")]
    optimum += [values.get("moves", 0), -values["merit"]]
    for seats, teams, partition in ways:
        if (seats, teams) == goal:
            found = Staffing(m, partition, targets=True).best(values["unfilled"])
            if found is None or list(found) != optimum:
                return True
    return False
