"""Every figure of a plan, recomputed in plain Python from the scenario and the assignment alone.

This is the second writing of all rules and terms: no solver, no numpy, no code of the engine. `measure` finds what a plan
breaks (rules in mode hard), what it pays (mode target), what is only listed (mode warn), and the values of all stages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.bars import CLASS_MESSAGE, Bars
from zbopt.meaning.scores import Points, Weights, half_up, points, stability, weights
from zbopt.scenario import facts, words
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person, Unit
from zbopt.scenario.words import Mode
from zbopt.scenario.work import Post
from zbopt.solution import Assignment


@dataclass(frozen=True, slots=True, repr=False)
class Violation:
    """A rule broken, by how much, and by whom. `subject` is its kind (person, unit, task_force, scope, post) and its id."""

    rule: str
    mode: Mode
    amount: int
    subject: tuple[str, str]
    message: Message


@dataclass(frozen=True, slots=True, repr=False)
class QuotaReading:
    """A quota against the plan: `count` of `out_of` persons in its scope, persons short and over."""

    requirement: facts.Requirement
    count: int
    out_of: int
    short: int
    over: int
    unknown: int

    @property
    def state(self) -> str:
        """met, short, over, or empty where nobody is in the scope."""
        if self.out_of == 0:
            return "empty"
        return "short" if self.short else "over" if self.over else "met"


@dataclass(frozen=True, slots=True, repr=False)
class Measures:
    """All figures of a plan."""

    violations: tuple[Violation, ...]
    quotas: tuple[QuotaReading, ...]
    empty: Mapping[str, int]
    points: Mapping[tuple[str, str], Points]
    kinds: Mapping[str, str]
    values: Mapping[str, int]

    def in_mode(self, mode: Mode) -> tuple[Violation, ...]:
        """The violations of rules in one mode."""
        return tuple(item for item in self.violations if item.mode is mode)

    @property
    def faults(self) -> tuple[Violation, ...]:
        """What no plan may have: rules in mode hard and the structure of a plan."""
        return self.in_mode(Mode.HARD)


class Plan:
    """A plan laid out for reading: who sits where, by person, post, task force and unit."""

    def __init__(self, scenario: Scenario, assignment: Assignment, bars: Bars | None = None) -> None:
        self.scenario = scenario
        self.bars = Bars(scenario) if bars is None else bars
        self.staffed = facts.staffed_task_forces(scenario)
        self.requirements = facts.requirements(scenario)
        self.posts = facts.staffed_posts(scenario)
        self.posts_of_person: dict[str, list[Post]] = defaultdict(list)
        self.people_of_post: dict[str, list[str]] = {post.id: [] for post in self.posts}
        self.people_of_team: dict[str, set[str]] = {item.id: set() for item in self.staffed}
        self.people_of_unit: dict[str, set[str]] = {unit.id: set() for unit in scenario.units}
        self.kin: dict[str, set[str]] = defaultdict(set)
        for one, other in facts.kin_pairs(scenario):
            self.kin[one].add(other)
            self.kin[other].add(one)
        for person_id, post_id in assignment:
            post = scenario.post_by_id[post_id]
            self.posts_of_person[person_id].append(post)
            self.people_of_post.setdefault(post_id, []).append(person_id)
            self.people_of_team.setdefault(post.task_force, set()).add(person_id)
            self.people_of_unit[scenario.person_by_id[person_id].unit].add(person_id)

    def seated(self) -> Iterator[tuple[Person, list[Post]]]:
        """Everybody with a seat, in id order, and the posts."""
        for person_id in sorted(self.posts_of_person):
            yield self.scenario.person_by_id[person_id], self.posts_of_person[person_id]

    def mode(self, rule: str) -> Mode:
        """The mode of a rule."""
        return self.scenario.policy.mode(rule)


def _structure(plan: Plan) -> Iterator[Violation]:
    """What holds without any rule: seats of a post, one seat of a person in a task force, staffed places, pool, pins against."""
    staffed = {item.id for item in plan.posts}
    for post_id, people in sorted(plan.people_of_post.items()):
        post = plan.scenario.post_by_id[post_id]
        if len(people) > post.seats or post.task_force not in plan.people_of_team:
            yield Violation("seats", Mode.HARD, 1, ("post", post_id), Message("fault.seats", {"post": post_id}))
        if post_id not in staffed:
            yield Violation("staffed", Mode.HARD, 1, ("post", post_id), Message("fault.staffed", {"post": post_id}))
    for person, posts in plan.seated():
        for post in posts:
            for message in plan.bars.structural(person, post):
                if message.code != "bar.R29":  # the sum of loads tells it
                    yield Violation(message.code[4:], Mode.HARD, 1, ("person", person.id), message)
        teams = [post.task_force for post in posts]
        for team in sorted(set(teams)):
            if teams.count(team) > 1:
                message = Message("fault.twice", {"task_force": team})
                yield Violation("twice", Mode.HARD, 1, ("person", person.id), message)


def _must(plan: Plan) -> Iterator[Violation]:
    """Posts that must be filled, and pins that put a person somewhere."""
    for post in plan.posts:
        missing = post.seats - len(plan.people_of_post[post.id])
        if post.must_fill and missing > 0:
            yield Violation(
                "must_fill", Mode.HARD, missing, ("post", post.id), Message("fault.must_fill", {"post": post.id})
            )
    for pin in plan.scenario.pins:
        if pin.must and facts.pin_binds(pin, plan.scenario):
            there = any(facts.pin_covers(pin, post) for post in plan.posts_of_person.get(pin.person, ()))
            if not there:
                message = Message("fault.pin", {"place": pin.place})
                yield Violation("pin", Mode.HARD, 1, ("person", pin.person), message)


def _pair_rules(plan: Plan) -> Iterator[Violation]:
    """Rules on one person and post; R16 is told with the heads, by task force."""
    for person, posts in plan.seated():
        for post in posts:
            broken = plan.bars.of(person, post)
            binding = (bar for bar in broken if bar.mode is not Mode.WARN)
            for bar in (*binding, *plan.bars.warnings(person, post, broken)):
                if bar.rule != "R16":
                    yield Violation(bar.rule, bar.mode, 1, ("person", person.id), bar.message)


def _r01(plan: Plan) -> Iterator[Violation]:
    for person, posts in plan.seated():
        teams = {post.task_force for post in posts if post.load >= facts.FULL_TIME}
        if len(teams) > 1:
            message = Message("fault.R01", {"rule": "R01", "value": tuple(sorted(teams))})
            yield Violation("R01", plan.mode("R01"), len(teams) - 1, ("person", person.id), message)


def _r29(plan: Plan) -> Iterator[Violation]:
    for person, posts in plan.seated():
        load = sum(post.load for post in posts)
        if load > person.capacity:
            args = {"rule": "R29", "value": f"{load / 100:g}", "limit": f"{person.capacity / 100:g}"}
            yield Violation("R29", plan.mode("R29"), 1, ("person", person.id), Message("fault.R29", args))


def lending_cap(unit: Unit, scenario: Scenario) -> int | None:
    """Most persons of a unit on seats (R13); None where no cap applies."""
    if unit.lend_max is not None:
        return unit.lend_max
    if unit.level is words.UnitLevel.TOWNSHIP:
        township: int = scenario.policy.setting("R13", "township")
        return township
    if unit.level is words.UnitLevel.COUNTY and unit.on_duty is not None:
        share: Share = scenario.policy.setting("R13", "county_share")
        return max(1, half_up(unit.on_duty * share.per_10000, 10_000))
    return None


def _r13(plan: Plan) -> Iterator[Violation]:
    for unit in plan.scenario.units:
        cap = lending_cap(unit, plan.scenario)
        lent = len(plan.people_of_unit[unit.id])
        if cap is not None and lent > cap:
            message = Message("fault.R13", {"rule": "R13", "unit": unit.name, "value": lent, "limit": cap})
            yield Violation("R13", plan.mode("R13"), lent - cap, ("unit", unit.id), message)


def _r14(plan: Plan) -> Iterator[Violation]:
    general: int | None = plan.scenario.policy.setting("R14", "min")
    for unit in plan.scenario.units:
        least = unit.lend_min if unit.lend_min is not None else general
        lent = len(plan.people_of_unit[unit.id])
        if least is not None and lent < least:
            message = Message("fault.R14", {"rule": "R14", "unit": unit.name, "value": lent, "limit": least})
            yield Violation("R14", plan.mode("R14"), least - lent, ("unit", unit.id), message)


def _r15(plan: Plan) -> Iterator[Violation]:
    for one, other in facts.kin_pairs(plan.scenario):
        shared = sorted(team for team, people in plan.people_of_team.items() if one in people and other in people)
        if shared:
            yield Violation("R15", plan.mode("R15"), 1, ("task_force", shared[0]), CLASS_MESSAGE)


def _r16(plan: Plan) -> Iterator[Violation]:
    leaders = facts.kin_leaders(plan.scenario)
    for team in plan.staffed:
        posts = plan.scenario.posts_of[team.id]
        heads = {p for post in posts if post.role is words.Role.HEAD for p in plan.people_of_post[post.id]}
        seats = sorted({p for post in posts if post.sensitive is not None for p in plan.people_of_post[post.id]})
        for person in seats:
            if plan.kin[person] & heads or team.supervisor in leaders.get(person, ()):
                yield Violation("R16", plan.mode("R16"), 1, ("task_force", team.id), CLASS_MESSAGE)


def _r31(plan: Plan) -> Iterator[Violation]:
    limit: int = plan.scenario.policy.setting("R31", "max")
    for leader in plan.scenario.leaders:
        number = sum(item.supervisor == leader.id for item in plan.staffed)
        if number > limit:
            message = Message("fault.R31", {"rule": "R31", "name": leader.name, "value": number, "limit": limit})
            yield Violation("R31", plan.mode("R31"), number - limit, ("leader", leader.id), message)
    for person, posts in plan.seated():
        number = len({post.task_force for post in posts if post.role is words.Role.HEAD})
        if number > limit:
            message = Message("fault.R31", {"rule": "R31", "name": person.name, "value": number, "limit": limit})
            yield Violation("R31", plan.mode("R31"), number - limit, ("person", person.id), message)


def _r32(plan: Plan) -> Iterator[Violation]:
    for team in plan.staffed:
        if team.state is words.TaskForceState.APPLIED and not facts.approved(team, plan.scenario):
            message = Message("fault.R32", {"rule": "R32", "name": team.name})
            yield Violation("R32", plan.mode("R32"), 1, ("task_force", team.id), message)


def team_size(team_id: str, scenario: Scenario) -> tuple[int, int]:
    """Fewest and most persons of a task force: its own size, each end alone, wins over the setting of R37."""
    size = scenario.task_force_by_id[team_id].size
    low: int = scenario.policy.setting("R37", "min") if size.min is None else size.min
    high: int = scenario.policy.setting("R37", "max") if size.max is None else size.max
    return low, high


def _r37(plan: Plan) -> Iterator[Violation]:
    for team in plan.staffed:
        low, high = team_size(team.id, plan.scenario)
        number = len(plan.people_of_team[team.id])
        amount = max(low - number, 0) + max(number - high, 0)  # both where a size contradicts the setting
        if amount:
            args: dict[str, Argument] = {"rule": "R37", "name": team.name, "value": number, "low": low, "high": high}
            yield Violation("R37", plan.mode("R37"), amount, ("task_force", team.id), Message("fault.R37", args))


SEAT_CHECKS: Mapping[str, Callable[[Plan], Iterator[Violation]]] = {
    "R01": _r01,
    "R13": _r13,
    "R14": _r14,
    "R15": _r15,
    "R16": _r16,
    "R29": _r29,
    "R31": _r31,
    "R32": _r32,
    "R37": _r37,
}
"""The check of every rule on several seats that bears on assigning."""


def at_least(bound: Share | int, out_of: int) -> int:
    """Fewest persons that satisfy a lower bound: a share of the scope rounded up, or the count."""
    return -(-bound.per_10000 * out_of // 10_000) if isinstance(bound, Share) else bound


def at_most(bound: Share | int, out_of: int) -> int:
    """Most persons that satisfy an upper bound: a share of the scope rounded down, or the count."""
    return bound.per_10000 * out_of // 10_000 if isinstance(bound, Share) else bound


def read_quota(requirement: facts.Requirement, plan: Plan) -> QuotaReading:
    """A quota against the plan; persons count once per scope, a scope without any is met."""
    scope = sorted(set().union(*(plan.people_of_team[key] for key in requirement.task_forces)))
    people = [plan.scenario.person_by_id[key] for key in scope]
    count = sum(requirement.of.holds(person, plan.scenario) for person in people)
    unknown = sum(requirement.of.missing(person, plan.scenario) for person in people)
    total = len(people)
    short = max(0, at_least(requirement.min, total) - count) if requirement.min is not None and total else 0
    over = max(0, count - at_most(requirement.max, total)) if requirement.max is not None and total else 0
    return QuotaReading(requirement, count, total, short, over, unknown)


def quota_violations(readings: tuple[QuotaReading, ...]) -> Iterator[Violation]:
    """The quotas that are short or over."""
    for item in readings:
        if item.short or item.over:
            asked = item.requirement
            args: dict[str, Argument] = {
                "name": asked.name,
                "scope": asked.scope,
                "count": item.count,
                "out_of": item.out_of,
                "short": item.short,
                "over": item.over,
            }
            message = Message("fault.quota.short" if item.short else "fault.quota.over", args)
            yield Violation("quota", asked.mode, item.short + item.over, ("scope", asked.key), message)


def kind_of_move(person: Person, posts: list[Post], scenario: Scenario) -> str:
    """stay, adjust, transfer, new or return; the best of several seats decides."""
    if not posts:
        return "return" if person.current is not None else "none"
    if person.current is None:
        return "new"
    best = max(stability(person, post, scenario) for post in posts)
    return {100: "stay", 70: "adjust"}.get(best, "transfer")


def _merit(plan: Plan, seat_points: Mapping[tuple[str, str], Points], weight: Weights) -> int:
    total = 0
    for person, posts in plan.seated():
        own = [seat_points[person.id, post.id] for post in posts]
        total += sum(weight.fit * item.fit + weight.preference * item.preference for item in own)
        total += weight.stability * max(item.stability for item in own)
    return total


def measure(scenario: Scenario, assignment: Assignment) -> Measures:
    """Every figure of an assignment. Its ids must exist; who sits where is judged, not trusted."""
    return measures_of(Plan(scenario, assignment))


def measures_of(plan: Plan) -> Measures:
    """Every figure of a plan laid out."""
    scenario = plan.scenario
    quotas = tuple(read_quota(item, plan) for item in plan.requirements)
    found = [*_structure(plan), *_must(plan), *_pair_rules(plan), *quota_violations(quotas)]
    for rule, check in SEAT_CHECKS.items():
        if plan.mode(rule) is not Mode.OFF:
            found += check(plan)
    seat_points = {
        (person.id, post.id): points(person, post, scenario) for person, posts in plan.seated() for post in posts
    }
    empty = {post.id: max(0, post.seats - len(plan.people_of_post[post.id])) for post in plan.posts}
    kinds = {
        person.id: kind_of_move(person, plan.posts_of_person.get(person.id, []), scenario) for person in scenario.people
    }
    values = {
        "unfilled": sum(facts.PRIORITY_WEIGHTS[post.priority] * empty[post.id] for post in plan.posts),
        "quotas": sum(item.amount for item in found if item.mode is Mode.TARGET),
        "moves": sum(kind in ("adjust", "transfer", "new") for kind in kinds.values()),
        "merit": _merit(plan, seat_points, weights(scenario)),
    }
    ordered = sorted(
        found, key=lambda item: (item.rule, item.subject, item.message.code, str(sorted(item.message.args.items())))
    )
    return Measures(tuple(ordered), quotas, empty, seat_points, kinds, values)
