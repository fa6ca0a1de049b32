"""The rules that one person on one post can break, each as a plain check of a pair: the second writing. Meaning: `docs/meaning.md`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zbopt.diagnostics import Argument
from zbopt.scenario import facts, words
from zbopt.scenario.fields import Needs
from zbopt.scenario.models import Scenario
from zbopt.scenario.months import Month, months_between
from zbopt.scenario.people import Person, Unit
from zbopt.scenario.words import Mode, Role, Status
from zbopt.scenario.work import Post, TaskForce

Args = Mapping[str, Argument]


@dataclass(frozen=True, slots=True)
class Pair:
    """A person looked at for a post, with everything a rule may read."""

    person: Person
    post: Post
    task_force: TaskForce
    unit: Unit
    scenario: Scenario

    def setting(self, rule: str, name: str) -> int:
        """A whole-number setting of a rule."""
        value: int = self.scenario.policy.setting(rule, name)
        return value

    def months_since(self, start: Month) -> int:
        """Whole months from start to `as_of`."""
        return months_between(start, self.scenario.as_of)

    @property
    def leads(self) -> bool:
        """Whether the post is head or deputy."""
        return self.post.role in facts.LEADING_ROLES


def _r02(pair: Pair) -> Args | None:
    current = pair.person.current
    if current is None or current.since is None:
        return None
    end = pair.scenario.term.to if pair.scenario.term is not None else pair.scenario.as_of
    length = months_between(current.since, end)
    warn = pair.scenario.policy.mode("R02") is Mode.WARN
    limit = pair.setting("R02", "months" if warn else "total_months")
    return {"since": str(current.since), "value": length, "limit": limit} if length > limit else None


def _r03(pair: Pair) -> Args | None:
    back = pair.person.last_return
    limit = pair.setting("R03", "months")
    if back is None or pair.months_since(back) >= limit:
        return None
    return {"since": str(back), "value": pair.months_since(back), "limit": limit}


def _r04(pair: Pair) -> Args | None:
    return {"unit": pair.unit.name} if pair.unit.level is words.UnitLevel.TOWNSHIP else None


def _r05(pair: Pair) -> Args | None:
    since = pair.person.township_since
    limit = 12 * pair.setting("R05", "years")
    if since is None or pair.months_since(since) >= limit:
        return None
    return {"since": str(since), "value": pair.months_since(since), "limit": limit}


def _r06(pair: Pair) -> Args | None:
    names = {words.Recruit.EXAM: "years", words.Recruit.SELECTED: "selected_years"}
    name = names.get(pair.person.recruit) if pair.person.recruit is not None else None
    since = pair.person.recruited
    if name is None or since is None or pair.months_since(since) >= 12 * pair.setting("R06", name):
        return None
    return {"since": str(since), "value": pair.months_since(since), "limit": 12 * pair.setting("R06", name)}


def _until(end: Month | None, pair: Pair) -> Args | None:
    return {"until": str(end)} if end is not None and end > pair.scenario.as_of else None


def _r07(pair: Pair) -> Args | None:
    return _until(pair.person.probation_end, pair)


def _r08(pair: Pair) -> Args | None:
    return _until(pair.person.lead_probation_end, pair)


def _r09(pair: Pair) -> Args | None:
    return {"title": pair.person.title or ""} if pair.person.leading_team and pair.post.role is Role.MEMBER else None


def _r10(pair: Pair) -> Args | None:
    status = pair.person.status
    if status is Status.LENT and pair.person.current is not None:
        return None
    away = (Status.VILLAGE, Status.TEMPORARY_POST, Status.LENT, Status.RETIRED)
    return {"status": status.value} if status in away else None


def _r11(pair: Pair) -> Args | None:
    kinds = pair.scenario.policy.setting("R11", "kinds")
    if pair.unit.kind is not None and pair.unit.kind in kinds:
        return {"value": pair.unit.name}
    title = pair.person.tech_title or ""
    return {"value": title} if any(part in title for part in pair.scenario.policy.setting("R11", "titles")) else None


def _r12(pair: Pair) -> Args | None:
    if pair.post.staffing and pair.person.staffing not in pair.post.staffing:
        value = pair.person.staffing.value if pair.person.staffing is not None else ""
        return {"field": "staffing", "value": value, "asked": tuple(item.value for item in pair.post.staffing)}
    lacking = tuple(sorted(set(pair.post.licences) - set(pair.person.licences)))
    return {"field": "licences", "value": "", "asked": lacking} if lacking else None


def _r16(pair: Pair) -> Args | None:
    if pair.post.sensitive is None or pair.task_force.supervisor is None:
        return None
    return {} if any(kin.leader == pair.task_force.supervisor for kin in pair.person.kin) else None


def _r17(pair: Pair) -> Args | None:
    matters = pair.scenario.matters_of_task_force[pair.task_force.id]
    return {} if matters.intersection(pair.person.conflicts) else None


def _r18(pair: Pair) -> Args | None:
    place = pair.scenario.policy.setting("R18", "place")
    grown = pair.person.growth_place
    if pair.post.role is not Role.HEAD or place is None or grown is None or place not in grown:
        return None
    return {"value": grown}


def _r19(pair: Pair) -> Args | None:
    return {} if pair.leads and _until(pair.person.sanction_end, pair) is not None else None


def _r20(pair: Pair) -> Args | None:
    return {} if pair.person.status is Status.INVESTIGATION else None


def _r21(pair: Pair) -> Args | None:
    grades = pair.person.assessments
    if not grades:
        return None
    year = max(grades)
    grade = grades[year]
    bad = grade is words.Grade.INCOMPETENT or (pair.leads and grade is words.Grade.BASIC)
    return {"year": year, "grade": grade.value} if bad else None


def _r22(pair: Pair) -> Args | None:
    return {} if pair.person.health is words.Health.POOR or pair.person.status is Status.SICK else None


def _r23(pair: Pair) -> Args | None:
    return {} if pair.person.restricted_duty and pair.post.night_or_field else None


def _r24(pair: Pair) -> Args | None:
    low, high = pair.post.age_min, pair.post.age_max
    if low is None and high is None:
        return None
    years = facts.age(pair.person, pair.scenario)
    if years is not None and (low is None or years >= low) and (high is None or years <= high):
        return None
    asked = f"{low if low is not None else ''}-{high if high is not None else ''}"
    return {"value": "" if years is None else years, "asked": asked}


def _r25(pair: Pair) -> Args | None:
    person = pair.person
    if person.birth is None or person.gender is None:
        return None
    ages: Mapping[words.Gender, int] = pair.scenario.policy.setting("R25", "ages")
    if person.gender not in ages:
        return None
    leaves = person.birth.plus(12 * ages[person.gender])
    return {"value": str(leaves)} if leaves <= facts.horizon(pair.scenario, pair.setting("R25", "months")) else None


def _r26(pair: Pair) -> Args | None:
    if not pair.post.party:
        return None
    fine = [words.Political.PARTY_MEMBER]
    if pair.scenario.policy.setting("R26", "probationary"):
        fine.append(words.Political.PROBATIONARY)
    value = pair.person.political
    return None if value in fine else {"value": "" if value is None else value.value}


def needs_of(post: Post, scenario: Scenario) -> Needs:
    """What a post asks for: its needs, or its category at `default_level` where it states none (R27)."""
    if post.needs != Needs() or post.category is None:
        return post.needs
    return Needs(((post.category, scenario.policy.setting("R27", "default_level")),))


def _r27(pair: Pair) -> Args | None:
    have = pair.person.categories
    short: list[str] = []
    for branch in needs_of(pair.post, pair.scenario).branches():
        lacking = [
            f"{category}:{have.get(category, 0)}<{level}" for category, level in branch if have.get(category, 0) < level
        ]
        if not lacking:
            return None
        short.append(" ".join(lacking))
    return {"value": tuple(short[:1]), "others": tuple(short[1:])}


def _r28(pair: Pair) -> Args | None:
    return {"role": pair.post.role.value} if pair.person.stepped_down and pair.leads else None


def _r30(pair: Pair) -> Args | None:
    named = {pair.post.id, pair.task_force.id}.intersection(pair.person.refuses)
    return {"value": tuple(sorted(named))} if named else None


PAIR_CHECKS: Mapping[str, Callable[[Pair], Args | None]] = {
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
"""The check of every rule of `rulebook.PAIR_RULES`."""
