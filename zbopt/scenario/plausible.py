"""What is well formed and cannot be so: ages nobody has, events after the day the data is of, one human twice.

Which ages are possible is a setting (`policy.plausible`). Errors are what would make a plan wrong; what is only odd is warned of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zbopt.diagnostics import Diagnostic, error, warning
from zbopt.scenario.months import Month, months_between
from zbopt.scenario.policy import Policy
from zbopt.scenario.source import Marks, Path_

Rows = dict[str, list[tuple[Any, Path_]]]

PAST = ("recruited", "township_since", "last_return")
"""Months of a person that lie in the past."""

AT_WORK = 14
"""Years of age before which nobody was recruited, drafted or sent back."""

TERM_MONTHS = 24
"""How far the term may begin from the month the data is of."""

HORIZON_MONTHS = 12 * 10
"""How far ahead the end of a probation may lie."""


def check(
    rows: Rows, as_of: Month, policy: Policy, marks: Marks, numbered: frozenset[str] = frozenset(),
    begins: Month | None = None,
) -> Iterator[Diagnostic]:  # fmt: skip
    """Every fault. `numbered`: people with an identity number, who are who they are. `begins`: the term's first month."""
    for person, path in rows["people"]:
        yield from _age(person, path, as_of, policy, marks)
        yield from _events(person, path, as_of, marks)
    yield from _twice(rows, marks, numbered)
    for team, path in rows["task_forces"]:
        yield from _task_force(team, path, max(as_of, begins or as_of), marks)
    if begins is not None and abs(months_between(as_of, begins)) > TERM_MONTHS:
        yield warning("Z166", marks.of(("term",)), (), "term", value=str(begins), as_of=str(as_of))


def _task_force(team: Any, path: Path_, latest: Month, marks: Marks) -> Iterator[Diagnostic]:
    """Set up or reviewed after the term begins, or to end before it was set up."""
    who = (team.id, team.name)
    for key in ("started", "last_review"):
        day = getattr(team, key)
        if day is not None and day[:7] > str(latest):
            yield warning("Z161", marks.of((*path, key)), who, key, value=day, as_of=str(latest))
    end = team.planned_end
    if end is not None and (end < (team.started or "") or int(end[:4]) < latest.year - 10):
        yield warning("Z165", marks.of((*path, "planned_end")), who, "planned_end", value=end)


def _who(person: Any) -> tuple[str, str]:
    return person.id, person.name


def _age(person: Any, path: Path_, as_of: Month, policy: Policy, marks: Marks) -> Iterator[Diagnostic]:
    if person.birth is None:
        return
    years = months_between(person.birth, as_of) // 12
    low, high = policy.plausible.youngest, policy.plausible.oldest
    if not low <= years <= high:
        args = {"value": str(person.birth), "age": years, "low": low, "high": high}
        yield error("Z160", marks.of((*path, "birth")), _who(person), "birth", **args)  # type: ignore[arg-type]


def _events(person: Any, path: Path_, as_of: Month, marks: Marks) -> Iterator[Diagnostic]:
    """Events after `as_of`, and before the person could work."""
    events: list[tuple[str, Month | None]] = [(key, getattr(person, key)) for key in PAST]
    events.append(("current.since", person.current.since if person.current is not None else None))
    for key, month in events:
        if month is None:
            continue
        mark = marks.of((*path, *key.split(".")))
        if month > as_of:
            yield warning("Z161", mark, _who(person), key, value=str(month), as_of=str(as_of))
        elif person.birth is not None and months_between(person.birth, month) < 12 * AT_WORK:
            yield warning("Z162", mark, _who(person), key, value=str(month), birth=str(person.birth))
    if person.birth is not None and person.assessments and min(person.assessments) < person.birth.year + AT_WORK:
        mark, value = marks.of((*path, "assessments")), str(min(person.assessments))
        yield warning("Z162", mark, _who(person), "assessments", value=value, birth=str(person.birth))
    late = [year for year in person.assessments if year > as_of.year]
    if late:
        mark = marks.of((*path, "assessments"))
        yield warning("Z161", mark, _who(person), "assessments", value=str(max(late)), as_of=str(as_of))
    for key in ("probation_end", "lead_probation_end"):
        month = getattr(person, key)
        if month is not None and months_between(as_of, month) > HORIZON_MONTHS:
            yield warning("Z163", marks.of((*path, key)), _who(person), key, value=str(month))
        elif month is not None and person.birth is not None and months_between(person.birth, month) < 12 * AT_WORK:
            yield warning("Z162", marks.of((*path, key)), _who(person), key, value=str(month), birth=str(person.birth))
    if person.sanction_end is not None and abs(months_between(as_of, person.sanction_end)) > HORIZON_MONTHS * 5:
        yield error("Z167", marks.of((*path, "sanction_end")), _who(person), "sanction_end")


def _twice(rows: Rows, marks: Marks, numbered: frozenset[str]) -> Iterator[Diagnostic]:
    """The same name, unit and month of birth under two ids, where no identity numbers tell two humans apart."""
    seen: dict[tuple[str, str, Month], tuple[Any, Path_]] = {}
    for person, path in rows["people"]:
        if person.birth is None:
            continue
        key = ("".join(person.name.split()), person.unit, person.birth)
        other = seen.setdefault(key, (person, path))[0]
        if other is person or other.id == person.id or {other.id, person.id} <= numbered:
            continue
        first = str(marks.of(seen[key][1]) or "")
        yield error("Z164", marks.of(path), _who(person), "", other=other.id, first=first)


__all__ = ["check"]
