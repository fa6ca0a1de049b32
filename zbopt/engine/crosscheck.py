"""A second opinion: a CP-SAT model of its own, written pair by pair from the scenario, that shares nothing with `linear` and `rules`.

Who may sit where, what a pair pays and its points are handed in by the caller (the plain-Python writing of the rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ortools.sat.python import cp_model

from zbopt.progress import Control
from zbopt.scenario import facts, words
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.words import Mode
from zbopt.scenario.work import Post

PairTest = Callable[[Person, Post], bool]
PairCost = Callable[[Person, Post], int]
PairPoints = Callable[[Person, Post], Any]


class _Second:
    """The model in the making: `seat[c, p]` booleans and a list of costs for the stage `quotas`."""

    def __init__(self, scenario: Scenario, allowed: PairTest) -> None:
        self.scenario = scenario
        self.model = cp_model.CpModel()
        self.posts = facts.staffed_posts(scenario)
        self.teams = facts.staffed_task_forces(scenario)
        self.seat: dict[tuple[str, str], cp_model.IntVar] = {}
        self.costs: list[Any] = []
        for person in scenario.people:
            for post in self.posts:
                if allowed(person, post):
                    self.seat[person.id, post.id] = self.model.new_bool_var("")
        self.by_person: dict[str, list[Post]] = {person.id: [] for person in scenario.people}
        for person_id, post_id in self.seat:
            self.by_person[person_id].append(scenario.post_by_id[post_id])

    def mode(self, rule: str) -> Mode:
        return self.scenario.policy.mode(rule)

    def inside(self, person_id: str, teams: tuple[str, ...]) -> list[cp_model.IntVar]:
        return [self.seat[person_id, post.id] for post in self.by_person[person_id] if post.task_force in teams]

    def present(self, person_id: str, teams: tuple[str, ...]) -> Any:
        """1 where the person sits in one of these task forces."""
        seats = self.inside(person_id, teams)
        if len(seats) < 2:
            return seats[0] if seats else 0
        flag = self.model.new_bool_var("")
        self.model.add_max_equality(flag, seats)
        return flag

    def limit(self, rule: str, amount: Any, low: int | None, high: int | None, most: int) -> None:
        """low <= amount <= high, as the mode says: hard, or paid by person."""
        mode = self.mode(rule)
        for bound, sign in ((low, 1), (high, -1)):
            if bound is None or mode not in (Mode.HARD, Mode.TARGET):
                continue
            if mode is Mode.HARD:
                self.model.add(sign * (amount - bound) >= 0)
            else:
                slack = self.model.new_int_var(0, most, "")
                self.model.add(sign * (amount - bound) + slack >= 0)
                self.costs.append(slack)


def stage_values(
    scenario: Scenario, allowed: PairTest, cost: PairCost, points: PairPoints, control: Control
) -> dict[str, int]:
    """Best value of each stage that bears on assigning, in order; stages not proved in time are left out."""
    second = _Second(scenario, allowed)
    empty = _seats(second)
    _people(second)
    _units_and_sizes(second)
    _kin(second)
    for item in facts.requirements(scenario):
        _quota(second, item)
    people, posts = scenario.person_by_id, scenario.post_by_id
    paid = [cost(people[c], posts[p]) * variable for (c, p), variable in second.seat.items()]
    objectives = {
        "unfilled": sum(facts.PRIORITY_WEIGHTS[post.priority] * empty[post.id] for post in second.posts),
        "quotas": sum(second.costs) + sum(paid),
        "moves": _moves(second),
        "merit": -_merit(second, points),
    }
    values: dict[str, int] = {}
    for stage in scenario.policy.stages:
        if stage.name not in objectives:
            continue
        goal = objectives[stage.name]
        second.model.minimize(goal)
        solver = cp_model.CpSolver()
        solver.parameters.linearization_level = 2
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        left = control.seconds_left()
        if left is not None:
            solver.parameters.max_time_in_seconds = max(0.01, left)
        if solver.solve(second.model) != cp_model.OPTIMAL:
            break
        value = round(solver.objective_value)
        values[stage.name] = -value if stage.name == "merit" else value
        second.model.add(goal <= value + stage.allowance(value))
    return values


def _seats(second: _Second) -> dict[str, Any]:
    empty = {}
    for post in second.posts:
        variable = second.model.new_int_var(0, 0 if post.must_fill else post.seats, "")
        taken = [second.seat[c, p] for c, p in second.seat if p == post.id]
        second.model.add(sum(taken) + variable == post.seats)
        empty[post.id] = variable
    for pin in second.scenario.pins:
        if pin.must and facts.pin_binds(pin, second.scenario):
            places = [second.seat[pin.person, p.id] for p in second.by_person[pin.person] if facts.pin_covers(pin, p)]
            second.model.add(sum(places) >= 1)
    return empty


def _people(second: _Second) -> None:
    """One seat a task force, R01, R29."""
    for person in second.scenario.people:
        posts = second.by_person[person.id]
        for team in {post.task_force for post in posts}:
            second.model.add_at_most_one(second.inside(person.id, (team,)))
        full = [second.seat[person.id, post.id] for post in posts if post.load >= facts.FULL_TIME]
        second.limit("R01", sum(full), None, 1, len(full))
        load = sum(post.load * second.seat[person.id, post.id] for post in posts)
        if second.mode("R29") is Mode.HARD:
            second.model.add(load <= person.capacity)
        elif second.mode("R29") is Mode.TARGET and posts:
            over = second.model.new_bool_var("")
            second.model.add(load <= person.capacity).only_enforce_if(~over)
            second.costs.append(over)


def _units_and_sizes(second: _Second) -> None:
    """R13, R14, R37."""
    scenario, setting = second.scenario, second.scenario.policy.setting
    every = tuple(team.id for team in second.teams)
    for unit in scenario.units:
        people = [person.id for person in scenario.people if person.unit == unit.id]
        lent = sum(second.present(key, every) for key in people)
        cap = unit.lend_max
        if cap is None and unit.level is words.UnitLevel.TOWNSHIP:
            cap = setting("R13", "township")
        elif cap is None and unit.level is words.UnitLevel.COUNTY and unit.on_duty is not None:
            cap = max(1, (unit.on_duty * setting("R13", "county_share").per_10000 + 5000) // 10_000)
        second.limit("R13", lent, None, cap, len(people))
        least = unit.lend_min if unit.lend_min is not None else setting("R14", "min")
        second.limit("R14", lent, least, None, least or 0)
    for team in second.teams:
        number = sum(
            variable for (_, p), variable in second.seat.items() if scenario.post_by_id[p].task_force == team.id
        )
        low = setting("R37", "min") if team.size.min is None else team.size.min
        high = setting("R37", "max") if team.size.max is None else team.size.max
        second.limit("R37", number, low, high, max(low, len(scenario.people)))


def _kin(second: _Second) -> None:
    """R15 by pair, R16 by person and task force (heads and supervisor)."""
    pairs = facts.kin_pairs(second.scenario)
    for one, other in pairs:
        together = second.model.new_bool_var("")
        for team in second.teams:
            both = second.inside(one, (team.id,)) + second.inside(other, (team.id,))
            if second.mode("R15") is Mode.HARD:
                second.model.add(sum(both) <= 1)
            elif second.mode("R15") is Mode.TARGET:
                second.model.add(sum(both) <= 1 + together)
        second.costs.append(together)
    if second.mode("R16") not in (Mode.HARD, Mode.TARGET):
        return
    leaders = facts.kin_leaders(second.scenario)
    for person, team, kin in _kin_places(second, pairs):
        seats = [second.seat[person, p.id] for p in second.by_person[person] if p.task_force == team.id and p.sensitive]
        if not seats:
            continue
        under = second.model.new_bool_var("")
        if second.mode("R16") is Mode.HARD:
            second.model.add(under == 0)
        second.costs.append(under)
        if team.supervisor in leaders.get(person, ()):
            second.model.add(sum(seats) <= under)
        for relative in kin:
            heads = [
                second.seat[relative, p.id]
                for p in second.by_person[relative]
                if p.task_force == team.id and p.role is words.Role.HEAD
            ]
            second.model.add(sum(seats) + sum(heads) <= 1 + under)


def _kin_places(second: _Second, pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, Any, list[str]]]:
    for person in second.scenario.people:
        kin = [b if a == person.id else a for a, b in pairs if person.id in (a, b)]
        for team in second.teams:
            yield person.id, team, kin


def _quota(second: _Second, item: facts.Requirement) -> None:
    if item.mode is Mode.WARN:
        return
    scenario = second.scenario
    present = {person.id: second.present(person.id, item.task_forces) for person in scenario.people}
    total = sum(present.values())
    count = sum(present[person.id] for person in scenario.people if item.of.holds(person, scenario))
    for bound, sign, kind in ((item.min, 1, "min"), (item.max, -1, "max")):
        if bound is None:
            continue
        slack: Any = 0
        if item.mode is Mode.TARGET:
            slack = second.model.new_int_var(0, len(scenario.people) + 10**6 * (not isinstance(bound, Share)), "")
            second.costs.append(slack)
        if isinstance(bound, Share):
            second.model.add(sign * (10_000 * count - bound.per_10000 * total) + 10_000 * slack >= 0)
            continue
        row = second.model.add(sign * (count - bound) + slack >= 0)
        if kind == "min":
            anybody = second.model.new_bool_var("")
            second.model.add(total >= 1).only_enforce_if(anybody)
            second.model.add(total == 0).only_enforce_if(~anybody)
            row.only_enforce_if(anybody)


def _moves(second: _Second) -> Any:
    every = tuple(team.id for team in second.teams)
    moved = []
    for person in second.scenario.people:
        seats = second.present(person.id, every)
        same = [
            second.seat[person.id, post.id] for post in second.by_person[person.id] if facts.same_post(person, post)
        ]
        if isinstance(seats, int):
            continue
        flag = second.model.new_bool_var("")
        second.model.add(flag >= seats - sum(same))
        moved.append(flag)
    return sum(moved)


def _merit(second: _Second, points: PairPoints) -> Any:
    """Fit and preference by seat; stability once a person, the best of the seats taken."""
    policy = second.scenario.policy
    weights = policy.merit
    preference = 0 if policy.mode("R30") is Mode.OFF else weights.preference
    stability = 0 if policy.mode("R38") is Mode.OFF else weights.stability
    terms: list[Any] = []
    for person in second.scenario.people:
        chosen = []
        for post in second.by_person[person.id]:
            own = points(person, post)
            seat = second.seat[person.id, post.id]
            terms.append((weights.fit * own.fit + preference * own.preference) * seat)
            counts = second.model.new_bool_var("")
            second.model.add_implication(counts, seat)
            terms.append(stability * own.stability * counts)
            chosen.append(counts)
        if chosen:
            second.model.add_at_most_one(chosen)
    return sum(terms)
