"""Why a seat is empty, why a person sits where they sit, and why not elsewhere: bars by rule, then what stands in the way.

Confidential rules appear as one class. Re-solving explanations (chains of moves, prices) are not made here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from zbopt.diagnostics import Message
from zbopt.meaning.bars import CLASS_MESSAGE, once
from zbopt.meaning.measure import Plan, at_least, at_most, lending_cap, team_size
from zbopt.meaning.scores import Points, points, weights
from zbopt.scenario import facts
from zbopt.scenario.people import Person
from zbopt.scenario.words import OTHER_CONDITIONS, Mode, Role, masked_count
from zbopt.scenario.work import Post


def bar_counts(counts: Counter[str]) -> list[Message]:
    """The counts as messages, the rule that bars most first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Message("empty.barred", {"rule": rule, "count": told(rule, count)}) for rule, count in ordered]


def told(rule: str, count: int) -> int | str:
    """A count as it may leave."""
    return masked_count(count) if rule == OTHER_CONDITIONS else count


def obstacles(plan: Plan, person: Person, post: Post) -> tuple[Message, ...]:
    """What one more person on a post would break as the plan stands (only rules in mode hard)."""
    found = [*_own_seats(plan, person, post), *_company(plan, person, post), *_limits(plan, person, post)]
    return once(found)


def _own_seats(plan: Plan, person: Person, post: Post) -> Iterable[Message]:
    seats = plan.posts_of_person.get(person.id, [])
    for other in seats:
        if other.task_force == post.task_force:
            yield Message("obstacle.same_team", {"post": other.id})
            return
    load = sum(other.load for other in seats)
    full = [other.task_force for other in seats if other.load >= facts.FULL_TIME]
    if full and post.load >= facts.FULL_TIME and plan.mode("R01") is Mode.HARD:
        yield Message("obstacle.R01", {"rule": "R01", "task_force": full[0]})
    elif load + post.load > person.capacity and plan.mode("R29") is Mode.HARD:
        args = {"rule": "R29", "value": f"{(load + post.load) / 100:g}", "limit": f"{person.capacity / 100:g}"}
        yield Message("obstacle.R29", args)


def _company(plan: Plan, person: Person, post: Post) -> Iterable[Message]:
    """Kin in the task force (R15), a kin head over or a kin sensitive seat under (R16)."""
    kin = plan.kin[person.id]
    if plan.mode("R15") is Mode.HARD and kin & plan.people_of_team[post.task_force]:
        yield CLASS_MESSAGE
    if plan.mode("R16") is Mode.HARD and post.sensitive is not None:
        heads = {
            seated
            for other in plan.scenario.posts_of[post.task_force]
            if other.role is Role.HEAD
            for seated in plan.people_of_post[other.id]
        }
        if kin & heads:
            yield CLASS_MESSAGE


def _limits(plan: Plan, person: Person, post: Post) -> Iterable[Message]:
    unit = plan.scenario.unit_by_id[person.unit]
    cap = lending_cap(unit, plan.scenario)
    lent = plan.people_of_unit[unit.id]
    if plan.mode("R13") is Mode.HARD and cap is not None and len(lent | {person.id}) > cap:
        yield Message("obstacle.R13", {"rule": "R13", "unit": unit.name, "limit": cap})
    team = plan.people_of_team[post.task_force]
    if plan.mode("R37") is Mode.HARD and len(team) + 1 > team_size(post.task_force, plan.scenario)[1]:
        yield Message("obstacle.R37", {"rule": "R37", "limit": team_size(post.task_force, plan.scenario)[1]})
    for asked in plan.requirements:
        if asked.mode is Mode.HARD and post.task_force in asked.task_forces and _breaks(plan, asked, person):
            yield Message("obstacle.quota", {"name": asked.name, "scope": asked.scope})


def _breaks(plan: Plan, asked: facts.Requirement, person: Person) -> bool:
    """Whether a hard quota would be broken with the person in its scope."""
    scope = set().union(*(plan.people_of_team[key] for key in asked.task_forces)) | {person.id}
    count = sum(asked.of.holds(plan.scenario.person_by_id[key], plan.scenario) for key in scope)
    low = asked.min is not None and count < at_least(asked.min, len(scope))
    high = asked.max is not None and count > at_most(asked.max, len(scope))
    return low or high


def empty_seat_reasons(plan: Plan, post: Post) -> list[Message]:
    """Why a post has an empty seat: how many each rule bars, and what stands in the way of those nothing bars."""
    counts, eligible = plan.bars.barred(post)
    here = set(plan.people_of_post[post.id])
    blocked: Counter[tuple[str, str]] = Counter()
    free = hidden = 0
    for person in eligible:
        if person.id in here:
            continue
        hindered = [*plan.bars.hard(person, post), *obstacles(plan, person, post)]
        open_ones = [item for item in hindered if item.code != CLASS_MESSAGE.code]
        if open_ones:
            first = open_ones[0]
            blocked[first.code, str(first.args.get("rule", first.args.get("name", "")))] += 1
        elif hindered:
            hidden += 1
        else:
            free += 1
    counts.pop(OTHER_CONDITIONS, None)
    messages = [Message("empty.eligible", {"count": len(eligible), "seats": post.seats})]
    for (code, name), count in sorted(blocked.items()):
        messages.append(Message("empty." + code.split(".")[1], {"name": name, "count": count}))
    if hidden:  # told together with those whom nothing hinders: neither number follows from the other
        messages.append(Message("empty.confidential", {"count": hidden + free}))
    elif free:
        messages.append(Message("empty.stage", {"count": free}))
    return messages + bar_counts(counts)


def compare_points(plan: Plan, person: Person, post: Post) -> tuple[Points, int]:
    """The points of a person on a post and the merit they add (stability counted once, as if it were the only seat)."""
    own = points(person, post, plan.scenario)
    weight = weights(plan.scenario)
    total = weight.fit * own.fit + weight.preference * own.preference + weight.stability * own.stability
    return own, total


def why_not(plan: Plan, person: Person, post: Post) -> tuple[Message, ...]:
    """Why a person does not sit on a post: hard bars first, then what stands in the way as the plan stands."""
    bars = plan.bars.hard(person, post)
    if post.task_force not in plan.people_of_team:
        return (Message("whynot.not_staffed", {"task_force": post.task_force}), *bars)
    if bars:
        return bars
    hindered = obstacles(plan, person, post)
    if len(plan.people_of_post[post.id]) >= post.seats:
        hindered = (*hindered, Message("obstacle.full", {"post": post.id, "seats": post.seats}))
    return hindered
