"""Edits: one language for every change of a scenario, used by what-if, repairs and prices. Meaning: `docs/explaining.md`.

`units.U07.lend_max=6` sets a field, `-people.P017` drops a row, `+pins.P017@T03-head!approval` adds a pin. Values are read as a
planner types them, by the parser of the field. Every edit that cannot be done is told, none hides another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zbopt.diagnostics import Argument, Diagnostic, DiagnosticsError, Message
from zbopt.scenario.models import ROW_MODELS, Pin, Scenario
from zbopt.scenario.policy import Group, Model, Quota, RulePolicy, Stage, TeamQuota, scope_text
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, RULES
from zbopt.scenario.texts import nearest
from zbopt.scenario.words import CONFIDENTIAL_FIELDS, OTHER_CONDITIONS

Action = Literal["set", "drop", "add"]


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """One change: `path` as resolved against a scenario, `value` as typed."""

    action: Action
    path: tuple[str, ...]
    value: str = ""

    @property
    def text(self) -> str:
        """As a planner types it."""
        where = ".".join(self.path)
        if self.action == "set":
            return f"{where}={self.value}"
        return f"-{where}" if self.action == "drop" else f"+{where}{self.value}"

    def __repr__(self) -> str:
        return f"Edit({self.shown!r})"

    @property
    def shown(self) -> str:
        """As it may be shown: without the value of a confidential field."""
        secret = self.action == "set" and not CONFIDENTIAL_FIELDS.isdisjoint(self.path[2:])
        return f"{'.'.join(self.path)}=***" if secret else self.text


NAMED = (Quota, TeamQuota, Stage, Group)
"""Entries of lists inside a row or the policy that an edit finds by name."""


class Refused(Exception):
    """Why an edit cannot be done: code and arguments of the catalogue."""

    def __init__(self, code: str, **args: Argument) -> None:
        self.code, self.args_of = code, args
        super().__init__(code)

    def told(self, text: str, hidden: bool = False) -> Diagnostic:
        """The fault, with the edit it is of; `hidden` leaves the value out."""
        args = {
            key: "***" if hidden and key in ("value", "nearest", "known") else item
            for key, item in self.args_of.items()
        }
        return Diagnostic(Message(self.code, args), "error", None, (text,) if text else ())


# --- names -----------------------------------------------------------------------------------------------------------


def row_key(row: Any) -> str:
    """What a row is called in an edit: its id, name, place of a pin, or the task forces of a group."""
    if isinstance(row, Pin):
        return f"{row.person}@{row.place}"
    if isinstance(row, Group):
        return "+".join(sorted(row.task_forces))
    for name in ("id", "name"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return f"{row.task_force}/{row.duty}/{row.category}"


def names_of(row: Any) -> tuple[str, ...]:
    """What an edit may call an entry: a quota of the policy by its name (all of that name) or by name and scope (one of them)."""
    if isinstance(row, Quota):
        return row.name, f"{row.name}@{scope_text(row.scope)}"
    return (row_key(row),)


def _head(text: str, known: Iterable[str]) -> tuple[str, str]:
    """The longest known name that the text begins with, and the rest behind the dot."""
    names = tuple(known)
    options = sorted({name for name in names if text == name or text.startswith(f"{name}.")}, key=len)
    if options:
        return options[-1], text[len(options[-1]) + 1 :]
    first, _, _ = text.partition(".")
    raise Refused("Z521", value=first, nearest=nearest(first, names))


def _resolved(text: str, scenario: Scenario) -> tuple[str, ...]:
    """The path of a dotted text, names of rows turned into their ids."""
    lists = [*ROW_MODELS, "policy", "name", "as_of", "term"]
    try:
        name, rest = _head(text, lists)
    except Refused as problem:  # with its dot: a bare list name is a word that messages translate
        near = str(problem.args_of["nearest"])
        raise Refused("Z521", value=str(problem.args_of["value"]), nearest=f"{near}." if near else "") from None
    if name in ROW_MODELS and rest:
        rows = getattr(scenario, name)
        keys = {row_key(row): row_key(row) for row in rows}
        by_name: dict[str, list[str]] = {}
        for row in rows:
            by_name.setdefault(str(getattr(row, "name", "") or ""), []).append(row_key(row))
        keys = {label: ids[0] for label, ids in by_name.items() if len(ids) == 1 and label} | keys
        shown, rest = _head(rest, keys)
        here = next(row for row in rows if row_key(row) == keys[shown])
        return (name, keys[shown], *_inner(rest, here))
    if name == "policy" and rest:
        return (name, *_inner(rest, scenario.policy))
    return (name, *_inner(rest, scenario)) if not rest else (name, *_inner(rest, getattr(scenario, name)))


def _inner(text: str, value: Any) -> tuple[str, ...]:
    """The path inside a row or the policy."""
    if not text:
        return ()
    if isinstance(value, RulePolicy):
        return (text,)
    if isinstance(value, Model):
        fields = {info.alias or name: name for name, info in type(value).model_fields.items()}
        shown, rest = _head(text, fields)
        return (shown, *_inner(rest, getattr(value, fields[shown])))
    if isinstance(value, tuple) and (not value or isinstance(value[0], NAMED)):
        shown, rest = _head(text, {name for item in value for name in names_of(item)})
        return (shown, *_inner(rest, next(item for item in value if shown in names_of(item))))
    if isinstance(value, Mapping) and all(isinstance(item, RulePolicy) for item in value.values()) and value:
        shown, rest = _head(text, {*(set(RULES) - CONFIDENTIAL_RULES), OTHER_CONDITIONS})
        return (shown, *((rest,) if rest else ()))
    return (text,)


ASKING = frozenset({"night_or_field", "sensitive"})
"""Fields of posts that a single confidential rule reads and nothing else; like the month, through which periods end."""


def guesses(text: str) -> bool:
    """Whether an edit as typed asks about a confidential field of somebody, or a single confidential rule.

    Its answer would tell what is confidential, whatever the answer is; so nothing of it is looked up.
    """
    words = re.split(r"[.=\s]+", text.strip().lstrip("+-"))
    if words[0] == "as_of" or (words[0] == "posts" and not ASKING.isdisjoint(words[1:])):
        return True
    if words[:2] == ["policy", "rules"]:
        return any(word.upper() in CONFIDENTIAL_RULES for word in words[2:3])
    return words[0] == "people" and not CONFIDENTIAL_FIELDS.isdisjoint(words[1:])


def parse_edits(texts: Iterable[str], scenario: Scenario) -> tuple[Edit, ...]:
    """The edits of these texts; raises `DiagnosticsError` with everything that names nothing or has no form."""
    found: list[Edit] = []
    faults: list[Diagnostic] = []
    for text in texts:
        try:
            found.append(_parsed(text.strip(), scenario))
        except Refused as problem:
            faults.append(problem.told(text))
    if faults:
        raise DiagnosticsError(faults)
    return tuple(found)


def _parsed(text: str, scenario: Scenario) -> Edit:
    if text.startswith("-"):
        path = _resolved(text[1:].strip(), scenario)
        if not _droppable(path):
            raise Refused("Z523", value=".".join(path))
        return Edit("drop", path)
    if text.startswith("+"):
        name, _, rest = text[1:].partition(".")
        if name != "pins" or "@" not in rest:
            raise Refused("Z526")
        place, mark, further = rest.partition("!")
        return _pin_edit(place.strip(), mark + further, scenario)
    left, mark, value = text.partition("=")
    if not mark:
        raise Refused("Z520")
    if left.rstrip().endswith(("<", ">", "!")):
        raise Refused("Z520")
    return Edit("set", _resolved(left.strip(), scenario), value.strip())


def _droppable(path: tuple[str, ...]) -> bool:
    inside = path[0] == "policy" and (
        (path[1:2] == ("quotas",) and len(path) == 3)
        or (path[1:2] == ("merge",) and path[2:3] in (("forbid",), ("require",)) and len(path) == 4)
        or (path[1:2] == ("stages",) and len(path) == 3)
    )
    team_quota = path[0] == "task_forces" and path[2:3] == ("quotas",) and len(path) == 4
    return inside or team_quota or (path[0] in ROW_MODELS and len(path) == 2)


def _pin_edit(text: str, value: str, scenario: Scenario) -> Edit:
    who, _, place = text.partition("@")
    named = [person.id for person in scenario.people if person.name == who]
    person = who if who in scenario.person_by_id else named[0] if len(named) == 1 else None
    if person is None:
        known = [*scenario.person_by_id, *(item.name for item in scenario.people)]
        raise Refused("Z521", value=who, nearest=nearest(who, known))
    teams = [team.id for team in scenario.task_forces if team.name == place]
    known = [*scenario.post_by_id, *scenario.task_force_by_id]
    if place not in known and len(teams) != 1:
        names = [*known, *(team.name for team in scenario.task_forces)]
        raise Refused("Z521", value=place, nearest=nearest(place, names))
    mark = value.removeprefix("!").strip()
    if value and not mark:
        raise Refused("Z526")
    sign = "" if not value else "!not" if mark.lower() == "not" else f"!{mark}"
    return Edit("add", ("pins", f"{person}@{place if place in known else teams[0]}"), sign)


__all__ = ["NAMED", "Edit", "Refused", "names_of", "parse_edits", "row_key"]
