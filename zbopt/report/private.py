"""What the confidential rules rest on, by name and field: for the screen of `check --private` and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from zbopt.scenario.load import Loaded
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import Health, Mode, Status


def private_rows(loaded: Loaded) -> list[dict[str, str]]:
    """Rule, person, place in the files, field and value of everything a confidential rule that is on may find."""
    rows: list[dict[str, str]] = []
    for person in loaded.scenario.people:
        for rule, field, value in _entries(person, loaded):
            if rule in CONFIDENTIAL_RULES and loaded.scenario.policy.mode(rule) is not Mode.OFF:
                place = str(loaded.mark("people", person.id, field) or "")
                row = {"rule": rule, "person": person.id, "name": person.name, "place": place}
                rows.append({**row, "field": field, "value": value})
    return rows


def _entries(person: Person, loaded: Loaded) -> Iterator[tuple[str, str, str]]:
    for kin in person.kin:
        other = f"{kin.person or kin.leader}{f' ({kin.relation})' if kin.relation else ''}"
        yield from ((rule, "kin", other) for rule in (("R15", "R16") if kin.person is not None else ("R16",)))
    if person.conflicts:
        yield "R17", "conflicts", ", ".join(person.conflicts)
    if person.sanction_end is not None and person.sanction_end > loaded.scenario.as_of:
        yield "R19", "sanction_end", str(person.sanction_end)
    if person.status is Status.INVESTIGATION:
        yield "R20", "status", person.status.zh
    if person.health is Health.POOR:
        yield "R22", "health", person.health.zh
    if person.status is Status.SICK:
        yield "R22", "status", person.status.zh
    if person.restricted_duty:
        yield "R23", "restricted_duty", "是"


__all__ = ["private_rows"]
