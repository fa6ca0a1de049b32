"""Which person may take which post: each rule on a pair as a numpy mask of what breaks it (n x m, or broadcast to it).

The engine's writing of these rules; the plain-Python one is `meaning/bars.py`. Meaning: `docs/meaning.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zbopt.engine.data import NEVER, Data
from zbopt.engine.linear import Bools, Ints
from zbopt.scenario import facts, words
from zbopt.scenario.fields import Needs
from zbopt.scenario.months import Month
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import RULES
from zbopt.scenario.words import Incumbents, Mode, Role, Status

Mask = Callable[[Data], Bools]


def _people(data: Data, test: Callable[[Person], bool]) -> Bools:
    """A column mask over people (n x 1)."""
    return np.array([test(person) for person in data.people], bool).reshape(-1, 1)


def _recent(data: Data, starts: list[Month | None], limit: int | Ints) -> Bools:
    """Whether fewer than `limit` months lie between a stated start and `as_of` (n x 1)."""
    months = data.scenario.as_of.index - data.month(starts, NEVER)
    return (months < limit).reshape(-1, 1)


def _running(data: Data, ends: list[Month | None]) -> Bools:
    """Whether a stated period ends after `as_of` (n x 1)."""
    return (data.month(ends, NEVER) > data.scenario.as_of.index).reshape(-1, 1)


def _r02(data: Data) -> Bools:
    policy = data.scenario.policy
    limit = policy.setting("R02", "months" if policy.mode("R02") is Mode.WARN else "total_months")
    end = data.scenario.term.to if data.scenario.term is not None else data.scenario.as_of
    since = data.month([p.current.since if p.current is not None else None for p in data.people], end.index)
    return (end.index - since > limit).reshape(-1, 1)


def _r03(data: Data) -> Bools:
    return _recent(data, [p.last_return for p in data.people], data.scenario.policy.setting("R03", "months"))


def _r04(data: Data) -> Bools:
    units = data.scenario.unit_by_id
    return _people(data, lambda person: units[person.unit].level is words.UnitLevel.TOWNSHIP)


def _r05(data: Data) -> Bools:
    return _recent(data, [p.township_since for p in data.people], 12 * data.scenario.policy.setting("R05", "years"))


def _r06(data: Data) -> Bools:
    setting = data.scenario.policy.setting
    limits = {
        words.Recruit.EXAM: 12 * setting("R06", "years"),
        words.Recruit.SELECTED: 12 * setting("R06", "selected_years"),
    }
    limit = np.array([limits.get(p.recruit, NEVER) if p.recruit is not None else NEVER for p in data.people], np.int64)
    return _recent(data, [p.recruited for p in data.people], limit) & (limit > NEVER).reshape(-1, 1)


def _r07(data: Data) -> Bools:
    return _running(data, [p.probation_end for p in data.people])


def _r08(data: Data) -> Bools:
    return _running(data, [p.lead_probation_end for p in data.people])


def _r09(data: Data) -> Bools:
    member = np.array([post.role is Role.MEMBER for post in data.posts], bool)
    return _people(data, lambda person: person.leading_team) & member


def _r10(data: Data) -> Bools:
    away = (Status.VILLAGE, Status.TEMPORARY_POST, Status.RETIRED)
    return _people(
        data, lambda person: person.status in away or (person.status is Status.LENT and person.current is None)
    )


def _r11(data: Data) -> Bools:
    kinds, titles = (data.scenario.policy.setting("R11", name) for name in ("kinds", "titles"))
    units = data.scenario.unit_by_id

    def specialist(person: Person) -> bool:
        return units[person.unit].kind in kinds or any(part in (person.tech_title or "") for part in titles)

    return _people(data, specialist)


def _r12(data: Data) -> Bools:
    breaks = np.zeros((len(data.people), len(data.posts)), bool)
    for place, post in enumerate(data.posts):
        if post.staffing:
            breaks[:, place] |= _people(data, lambda p, allowed=post.staffing: p.staffing not in allowed)[:, 0]  # type: ignore[misc]
        if post.licences:
            asked = set(post.licences)
            breaks[:, place] |= _people(data, lambda p, asked=asked: not asked <= set(p.licences))[:, 0]  # type: ignore[misc]
    return breaks


def _r16(data: Data) -> Bools:
    """Only the supervisor's side; the head's side is a row of `rules.py`."""
    breaks = np.zeros((len(data.people), len(data.posts)), bool)
    supervisor = [data.teams[team].supervisor for team in data.post_team]
    for person, leaders in facts.kin_leaders(data.scenario).items():
        breaks[data.person_index[person]] = data.sensitive & np.array([item in leaders for item in supervisor], bool)
    return breaks


def _r17(data: Data) -> Bools:
    breaks = np.zeros((len(data.people), len(data.posts)), bool)
    matters = [data.scenario.matters_of_task_force[team.id] for team in data.teams]
    for place, person in enumerate(data.people):
        if person.conflicts:
            hit = np.array([bool(matter.intersection(person.conflicts)) for matter in matters], bool)
            breaks[place] = hit[data.post_team]
    return breaks


def _r18(data: Data) -> Bools:
    home = data.scenario.policy.setting("R18", "place")
    if home is None:
        return np.zeros((1, 1), bool)
    return _people(data, lambda person: person.growth_place is not None and home in person.growth_place) & data.heads


def _r19(data: Data) -> Bools:
    return _running(data, [p.sanction_end for p in data.people]) & data.leads


def _r20(data: Data) -> Bools:
    return _people(data, lambda person: person.status is Status.INVESTIGATION)


def _r21(data: Data) -> Bools:
    last = [person.assessments[max(person.assessments)] if person.assessments else None for person in data.people]
    bad = np.array([grade is words.Grade.INCOMPETENT for grade in last], bool).reshape(-1, 1)
    basic = np.array([grade is words.Grade.BASIC for grade in last], bool).reshape(-1, 1)
    return bad | (basic & data.leads)


def _r22(data: Data) -> Bools:
    return _people(data, lambda person: person.health is words.Health.POOR or person.status is Status.SICK)


def _r23(data: Data) -> Bools:
    flagged = np.array([post.night_or_field for post in data.posts], bool)
    return _people(data, lambda person: person.restricted_duty) & flagged


def _r24(data: Data) -> Bools:
    birth = data.month([person.birth for person in data.people], NEVER)
    age = np.where(birth == NEVER, -1, (data.scenario.as_of.index - birth) // 12)
    low = np.array([-(10**6) if post.age_min is None else post.age_min for post in data.posts])
    high = np.array([10**6 if post.age_max is None else post.age_max for post in data.posts])
    asked = np.array([post.age_min is not None or post.age_max is not None for post in data.posts], bool)
    known = (birth != NEVER).reshape(-1, 1)
    return asked & (~known | (age.reshape(-1, 1) < low) | (age.reshape(-1, 1) > high))


def _r25(data: Data) -> Bools:
    ages = data.scenario.policy.setting("R25", "ages")
    end = facts.horizon(data.scenario, data.scenario.policy.setting("R25", "months"))

    def retires(person: Person) -> bool:
        if person.birth is None or person.gender is None or person.gender not in ages:
            return False
        return bool(person.birth.index + 12 * ages[person.gender] <= end.index)

    return _people(data, retires)


def _r26(data: Data) -> Bools:
    accepted = {words.Political.PARTY_MEMBER}
    if data.scenario.policy.setting("R26", "probationary"):
        accepted.add(words.Political.PROBATIONARY)
    asked = np.array([post.party for post in data.posts], bool)
    return _people(data, lambda person: person.political not in accepted) & asked


def _r27(data: Data) -> Bools:
    breaks = np.zeros((len(data.people), len(data.posts)), bool)
    alike: dict[Needs, int] = {}
    for place, post in enumerate(data.posts):
        needs = data.needs(post)
        if needs in alike:
            breaks[:, place] = breaks[:, alike[needs]]
            continue
        alike[needs] = place
        met = np.zeros(len(data.people), bool)
        for branch in needs.branches():
            here = np.ones(len(data.people), bool)
            for category, level in branch:
                here &= data.levels[category] >= level
            met |= here
        breaks[:, place] = ~met
    return breaks


def _r28(data: Data) -> Bools:
    return _people(data, lambda person: person.stepped_down) & data.leads


def _r30(data: Data) -> Bools:
    breaks = np.zeros((len(data.people), len(data.posts)), bool)
    for place, person in enumerate(data.people):
        for named in person.refuses:
            if named in data.post_index:
                breaks[place, data.post_index[named]] = True
            elif named in data.team_index:
                breaks[place, data.post_team == data.team_index[named]] = True
    return breaks


PAIR_MASKS: Mapping[str, Mask] = {
    "R02": _r02,
    "R03": _r03,
    "R04": _r04,
    "R05": _r05,
    "R06": _r06,
    "R07": _r07,
    "R08": _r08,
    "R09": _r09,
    "R10": _r10,
    "R11": _r11,
    "R12": _r12,
    "R16": _r16,
    "R17": _r17,
    "R18": _r18,
    "R19": _r19,
    "R20": _r20,
    "R21": _r21,
    "R22": _r22,
    "R23": _r23,
    "R24": _r24,
    "R25": _r25,
    "R26": _r26,
    "R27": _r27,
    "R28": _r28,
    "R30": _r30,
}
"""The mask of every rule of `rulebook.PAIR_RULES`."""


@dataclass(frozen=True)
class Eligibility:
    """Outcome of the pair rules: `allowed` and the target costs of each pair (n x m); `supervised` marks R16 by supervisor."""

    allowed: Bools
    cost: Ints
    supervised: Bools


def eligibility(data: Data, without: frozenset[str] = frozenset()) -> Eligibility:
    """Apply every pair rule in its mode. `without` leaves rules (or `pool`, `pin`) out: the tests drop each in turn."""
    shape = (len(data.people), len(data.posts))
    policy = data.scenario.policy
    barred = np.zeros(shape, bool)
    cost = np.zeros(shape, np.int64)
    supervised = np.zeros(shape, bool)
    stays = data.same_post if policy.incumbents is Incumbents.EXEMPT else np.zeros(shape, bool)
    lifted = _lifted(data)
    for rule_id, mask in PAIR_MASKS.items():
        mode = policy.mode(rule_id)
        if mode not in (Mode.HARD, Mode.TARGET) or rule_id in without:
            continue
        breaks = np.broadcast_to(mask(data), shape)
        if RULES[rule_id].personal:
            breaks = breaks & ~stays
        if RULES[rule_id].override:
            breaks = breaks & ~lifted
        if rule_id == "R16":
            supervised = breaks
        if mode is Mode.HARD:
            barred |= breaks
        else:
            cost += breaks
    barred |= _structural(data, without)
    return Eligibility(~barred, cost, supervised)


def _structural(data: Data, without: frozenset[str]) -> Bools:
    """The pool, pins against a place, and posts whose load alone exceeds the person's capacity."""
    barred = np.zeros((len(data.people), len(data.posts)), bool)
    if "pool" not in without:
        barred |= _people(data, lambda person: not person.pool and person.current is None)
    if "pin" not in without:
        for pin in data.pins:
            if not pin.must:
                barred[data.person_index[pin.person]] |= data.places(pin)
    if data.scenario.policy.mode("R29") is Mode.HARD and "R29" not in without:
        barred |= data.load[None, :] > data.capacity[:, None]
    return barred


def _lifted(data: Data) -> Bools:
    """The pairs a pin with an approval number covers."""
    covered = np.zeros((len(data.people), len(data.posts)), bool)
    for pin in data.pins:
        if pin.must and pin.approval is not None:
            covered[data.person_index[pin.person]] |= data.places(pin)
    return covered
