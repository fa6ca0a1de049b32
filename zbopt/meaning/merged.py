"""Every figure of a merged plan, recomputed in plain Python from scenario, partition and seats alone.

Checks on several seats are those of `measure`, asked of the teams; what rests on desks (bars, points, levels) is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.bars import CLASS_MESSAGE, Bar, Bars, bar_key, once
from zbopt.meaning.measure import (
    SEAT_CHECKS,
    Measures,
    Plan,
    Violation,
    quota_violations,
    read_quota,
)
from zbopt.meaning.scores import Points, fit, preference, weights
from zbopt.meaning.teams import PlanDesk, Structure, Team, TeamSlot, ceiling
from zbopt.scenario import facts
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import Incumbents, Mode, Role
from zbopt.scenario.work import Post
from zbopt.solution import Assignment, Partition


class MergedPlan:
    """Who sits at which desk, in which team."""

    def __init__(self, scenario: Scenario, partition: Partition, assignment: Assignment) -> None:
        self.scenario = scenario
        self.partition = partition
        self.structure = Structure(scenario)
        self.teams = tuple(self.structure.team(ids) for ids in partition)
        self.team_of_part = {part.id: team for team in self.teams for part in team.parts}
        self.slot_of_desk = {desk.id: slot for team in self.teams for slot in team.slots for desk in slot.desks}
        self.assignment = assignment
        self._base_posts: dict[tuple[str, str], Post | None] = {}
        self.desks_of_person: dict[str, list[PlanDesk]] = {}
        self.people_of_slot: dict[str, list[str]] = {slot.post: [] for team in self.teams for slot in team.slots}
        for person, desk_id in assignment:
            desk = self.structure.desk_by_id[desk_id]
            self.desks_of_person.setdefault(person, []).append(desk)
            self.people_of_slot[self.slot_of_desk[desk_id].post].append(person)

    @cached_property
    def bars(self) -> Bars:
        """Bars on the posts of desks, the plain ones included."""
        return Bars(self.structure.with_plain_posts)

    @cached_property
    def plan(self) -> Plan:
        """The teams laid out as task forces."""
        seats = tuple(sorted((person, self.slot_of_desk[desk].post) for person, desk in self.assignment))
        return Plan(self.structure.merged(self.partition), seats)

    def seated(self) -> Iterator[tuple[Person, list[PlanDesk]]]:
        """Everybody with a seat, in id order, and the desks."""
        for key in sorted(self.desks_of_person):
            yield self.scenario.person_by_id[key], self.desks_of_person[key]

    def mode(self, rule: str) -> Mode:
        """The mode of a rule."""
        return self.scenario.policy.mode(rule)

    # --- one person at one desk --------------------------------------------------------------------------------------

    def hard(self, person: Person, desk: PlanDesk, post: Post) -> tuple[Message, ...]:
        """Why the person may not take the desk through one of its posts; R16 is asked of the team."""
        rules = once(bar.message for bar in self.hard_bars(person, post))
        banned = [
            Message("bar.pin", {"place": pin.place, "by": pin.by or "", "on": pin.on or ""})
            for pin in self.scenario.pins
            if not pin.must
            and pin.person == person.id
            and facts.pin_binds(pin, self.scenario)
            and any(facts.pin_covers(pin, other) for other in desk.posts)
        ]
        structural = tuple(item for item in self.bars.structural(person, post) if item.code != "bar.pin")
        return (*structural, *banned, *rules)

    def hard_bars(self, person: Person, post: Post) -> tuple[Bar, ...]:
        """The hard rules the pair breaks, R16 left out."""
        return tuple(bar for bar in self.bars.of(person, post) if bar.mode is Mode.HARD and bar.rule != "R16")

    def paid(self, person: Person, post: Post) -> tuple[str, ...]:
        """The target rules a person breaks on a post."""
        return tuple(bar.rule for bar in self.bars.of(person, post) if bar.mode is Mode.TARGET and bar.rule != "R16")

    def base_post(self, person: Person, desk: PlanDesk) -> Post | None:
        """The post through which a person takes a desk: fewest target rules broken, most fit, lowest id."""
        key = (person.id, desk.id)
        if key not in self._base_posts:
            self._base_posts[key] = self._base_post(person, desk)
        return self._base_posts[key]

    def _base_post(self, person: Person, desk: PlanDesk) -> Post | None:
        base = self.structure.with_plain_posts
        open_posts = [post for post in desk.posts if not self.hard(person, desk, post)]

        def order(post: Post) -> tuple[int, int, str]:
            return len(self.paid(person, post)), -fit(person, post, base), post.id

        return min(open_posts, key=order, default=None)

    def same_post(self, person: Person, desk: PlanDesk) -> bool:
        """Whether a desk is an incumbent's own."""
        current = person.current
        if current is None or current.task_force != desk.part:
            return False
        return current.post is None or any(post.id == current.post for post in desk.posts)

    def stays(self, person: Person, desk: PlanDesk) -> bool:
        """Whether a desk is in a slot that holds one of an incumbent's own: the same work, whatever the seat is called."""
        return any(self.same_post(person, other) for other in self.slot_of_desk[desk.id].desks)

    def places(self, desk: PlanDesk) -> frozenset[str]:
        """What a wish for a seat at a desk may name: the parts of its team, the posts of its slot."""
        parts = (part.id for part in self.team_of_part[desk.part].parts)
        posts = (post.id for other in self.slot_of_desk[desk.id].desks for post in other.posts)
        return frozenset((*parts, *posts))

    def stability(self, person: Person, desk: PlanDesk) -> int:
        """100 for the same work, 70 where the team holds the own part or a follower of it, 0 elsewhere; 50 without a place."""
        current = person.current
        if current is None:
            return 50
        if self.stays(person, desk):
            return 100
        team = self.team_of_part[desk.part]
        near = any(part.id == current.task_force or current.task_force in part.succeeds for part in team.parts)
        return 70 if near else 0

    def points(self, person: Person, desk: PlanDesk) -> Points:
        """Points of a seat; the first post's where the person is barred from all."""
        post = self.base_post(person, desk) or desk.posts[0]
        base = self.structure.with_plain_posts
        wished = preference(person, self.places(desk), self.structure.part_by_id[desk.part], base)
        return Points(fit(person, post, base), wished, self.stability(person, desk))

    def kind_of_move(self, person: Person) -> str:
        """stay, adjust, transfer, new, return, or none."""
        desks = self.desks_of_person.get(person.id, [])
        if not desks:
            return "return" if person.current is not None else "none"
        if person.current is None:
            return "new"
        best = max(self.stability(person, desk) for desk in desks)
        return {100: "stay", 70: "adjust"}.get(best, "transfer")


# --- checks ----------------------------------------------------------------------------------------------------------


def _structure(m: MergedPlan) -> Iterator[Violation]:
    for team_id, message in m.structure.partition_faults(m.partition):
        yield Violation("partition", Mode.HARD, 1, ("task_force", team_id), message)
    for team in m.teams:
        for slot in team.slots:
            missing = slot.seats - len(m.people_of_slot[slot.post])
            if missing < 0:
                yield Violation(
                    "seats", Mode.HARD, -missing, ("post", slot.post), Message("fault.seats", {"post": slot.post})
                )
            if slot.must_fill and missing > 0:
                message = Message("fault.must_fill", {"post": slot.post})
                yield Violation("must_fill", Mode.HARD, missing, ("post", slot.post), message)
    for person, desks in m.seated():
        teams = [m.team_of_part[desk.part].id for desk in desks]
        for team_id in sorted(set(teams)):
            if teams.count(team_id) > 1:
                yield Violation(
                    "twice", Mode.HARD, 1, ("person", person.id), Message("fault.twice", {"task_force": team_id})
                )


def _pins(m: MergedPlan) -> Iterator[Violation]:
    for pin in m.scenario.pins:
        if not facts.pin_binds(pin, m.scenario):
            continue
        desks = m.desks_of_person.get(pin.person, ())
        there = any(facts.pin_covers(pin, post) for desk in desks for post in desk.posts)
        if pin.must and not there:
            yield Violation("pin", Mode.HARD, 1, ("person", pin.person), Message("fault.pin", {"place": pin.place}))
        if not pin.must and pin.task_force is not None:
            teams = {m.team_of_part[desk.part].id for desk in desks}
            team = m.team_of_part.get(pin.task_force)
            if team is not None and team.id in teams and not there:
                message = Message("bar.pin", {"place": pin.place, "by": pin.by or "", "on": pin.on or ""})
                yield Violation("pin", Mode.HARD, 1, ("person", pin.person), message)


def _desk_rules(m: MergedPlan) -> Iterator[Violation]:
    """Bars on the base post, and those of the other parts of the team that nobody evades."""
    for person, desks in m.seated():
        for desk in desks:
            post = m.base_post(person, desk)
            if post is None:
                broken_rules = {bar.rule: bar.message for bar in m.hard_bars(person, desk.posts[0])}
                others = {bar_key(item): item for item in m.hard(person, desk, desk.posts[0])}
                others = {key: item for key, item in others.items() if item not in broken_rules.values()}
                for rule, message in {**others, **broken_rules}.items():
                    yield Violation(rule, Mode.HARD, 1, ("person", person.id), message)
                continue
            broken = m.bars.of(person, post)
            paid = (bar for bar in broken if bar.mode is Mode.TARGET)
            for bar in (*paid, *m.bars.warnings(person, post, broken)):
                if bar.rule != "R16":
                    yield Violation(bar.rule, bar.mode, 1, ("person", person.id), bar.message)
            yield from _evaded(m, person, desk, {bar.rule for bar in broken})


def _evaded(m: MergedPlan, person: Person, desk: PlanDesk, told: set[str]) -> Iterator[Violation]:
    others = [part for part in m.team_of_part[desk.part].parts if part.id != desk.part]
    matters = {key for part in others for key in m.scenario.matters_of_task_force[part.id]}
    hits = {"R17": matters.intersection(person.conflicts), "R30": {p.id for p in others}.intersection(person.refuses)}
    for rule, found in hits.items():
        mode = m.mode(rule)
        if found and mode is not Mode.OFF and (rule not in told or mode is Mode.HARD):
            args: dict[str, Argument] = {"rule": rule, "value": tuple(sorted(found))}
            message = CLASS_MESSAGE if rule in CONFIDENTIAL_RULES else Message(f"bar.{rule}", args)
            yield Violation(rule, mode, 1, ("person", person.id), message)


def _r16(m: MergedPlan) -> Iterator[Violation]:
    leaders = facts.kin_leaders(m.scenario)
    for team in m.teams:
        heads = {
            person
            for slot in team.slots
            if any(post.role is Role.HEAD for desk in slot.desks for post in desk.posts)
            for person in m.people_of_slot[slot.post]
        }
        for person, desks in m.seated():
            sensitive = any(
                m.team_of_part[desk.part] is team and any(post.sensitive is not None for post in desk.posts)
                for desk in desks
            )
            if sensitive and (m.plan.kin[person.id] & heads or team.lead.supervisor in leaders.get(person.id, ())):
                yield Violation("R16", m.mode("R16"), 1, ("task_force", team.id), CLASS_MESSAGE)


def asked_level(m: MergedPlan, desk: PlanDesk) -> int:
    """The lowest level a part's posts ask in the category of a desk."""
    found = []
    for post in desk.posts:
        if post.needs.every or post.needs.any_of:
            found += [dict(branch).get(desk.key, 0) for branch in post.needs.branches()]
        else:
            found.append(m.scenario.policy.setting("R27", "default_level"))
    return min(found)


def _levels(m: MergedPlan) -> Iterator[Violation]:
    for team in m.teams:
        for slot in team.slots:
            if slot.kind == "category" and len(slot.desks) > 1:
                yield from _levels_of(m, team, slot)


def _levels_of(m: MergedPlan, team: Team, slot: TeamSlot) -> Iterator[Violation]:
    asked = {desk.id: asked_level(m, desk) for desk in slot.desks}
    exempt = m.scenario.policy.incumbents is Incumbents.EXEMPT
    empty = slot.seats - len(m.people_of_slot[slot.post])
    for level, whole in level_demands(m, slot):
        need = whole - empty
        able = 0
        for key in m.people_of_slot[slot.post]:
            person = m.scenario.person_by_id[key]
            desk = next(item for item in m.desks_of_person[key] if item in slot.desks)
            stays = exempt and m.same_post(person, desk) and asked[desk.id] >= level
            able += person.categories.get(slot.key, 0) >= level or stays
        if able < need:
            args: dict[str, Argument] = {
                "post": slot.post,
                "category": slot.key,
                "level": level,
                "value": able,
                "limit": need,
            }
            yield Violation("R27", Mode.HARD, need - able, ("post", slot.post), Message("fault.levels", args))


def level_demands(m: MergedPlan, slot: TeamSlot) -> Iterator[tuple[int, int]]:
    """Levels above the lowest asked in a slot, with the persons of that level it needs when it is full."""
    asked = {desk.id: asked_level(m, desk) for desk in slot.desks} if slot.kind == "category" else {}
    for level in sorted(set(asked.values()))[1:] if m.mode("R27") is Mode.HARD else ():
        parts = tuple(desk.part for desk in slot.desks if asked[desk.id] >= level)
        yield level, ceiling(m.structure.work(parts, slot.key), slot.load)


def measure_merged(m: MergedPlan) -> Measures:
    """Every figure of a merged plan; posts in it are those of teams (`T03+T09/planning`)."""
    quotas = tuple(read_quota(item, m.plan) for item in m.plan.requirements)
    found = [*_structure(m), *_pins(m), *_desk_rules(m), *_levels(m), *quota_violations(quotas)]
    for rule, check in SEAT_CHECKS.items():
        if m.mode(rule) is not Mode.OFF:
            found += _r16(m) if rule == "R16" else check(m.plan)
    seat_points = {
        (person.id, m.slot_of_desk[desk.id].post): m.points(person, desk)
        for person, desks in m.seated()
        for desk in desks
    }
    slots = [slot for team in m.teams for slot in team.slots]
    empty = {slot.post: max(0, slot.seats - len(m.people_of_slot[slot.post])) for slot in slots}
    kinds = {person.id: m.kind_of_move(person) for person in m.scenario.people}
    values = {
        "uncovered": len(m.structure.works.uncovered),
        "unfilled": sum(facts.PRIORITY_WEIGHTS[slot.priority] * empty[slot.post] for slot in slots),
        "seats": sum(slot.seats for slot in slots),
        "persons": len(m.desks_of_person),
        "task_forces": len(m.teams),
        "quotas": sum(item.amount for item in found if item.mode is Mode.TARGET),
        "moves": sum(kind in ("adjust", "transfer", "new") for kind in kinds.values()),
        "merit": _merit(m, seat_points),
    }
    ordered = sorted(
        found, key=lambda item: (item.rule, item.subject, item.message.code, str(sorted(item.message.args.items())))
    )
    return Measures(tuple(ordered), quotas, empty, seat_points, kinds, values)


def _merit(m: MergedPlan, seat_points: dict[tuple[str, str], Points]) -> int:
    weight = weights(m.scenario)
    total = 0
    for person, desks in m.seated():
        own = [seat_points[person.id, m.slot_of_desk[desk.id].post] for desk in desks]
        total += sum(weight.fit * item.fit + weight.preference * item.preference for item in own)
        total += weight.stability * max(item.stability for item in own)
    return total


__all__ = ["MergedPlan", "level_demands", "measure_merged"]
