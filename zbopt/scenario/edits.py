"""Edits: one language for every change of a scenario, used by what-if, repairs and prices. Meaning: `docs/explaining.md`.

`units.U07.lend_max=6` sets a field, `-people.P017` drops a row, `+pins.P017@T03-head!approval` adds a pin. Values are read as a
planner types them, by the parser of the field. Every edit that cannot be done is told, none hides another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from zbopt.diagnostics import Argument, Diagnostic, DiagnosticsError, Message
from zbopt.scenario import references
from zbopt.scenario.cascade import without_person, without_places, without_task_force
from zbopt.scenario.fields import nearest
from zbopt.scenario.models import ROW_MODELS, Pin, Scenario
from zbopt.scenario.policy import Group, Model, Policy, Quota, RulePolicy, Stage, TeamQuota, changed_rule, scope_text
from zbopt.scenario.rulebook import RULES
from zbopt.scenario.source import Marks
from zbopt.scenario.vocabulary import CONFIDENTIAL_FIELDS

Action = Literal["set", "drop", "add"]


@dataclass(frozen=True, slots=True)
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

    @property
    def shown(self) -> str:
        """As it may be shown: without the value of a confidential field."""
        secret = self.action == "set" and not CONFIDENTIAL_FIELDS.isdisjoint(self.path[2:])
        return f"{'.'.join(self.path)}=***" if secret else self.text


NAMED = (Quota, TeamQuota, Stage, Group)
"""Entries of lists inside a row or the policy that an edit finds by name."""


class _Refused(Exception):
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
        return Diagnostic(Message(self.code, args), "error", None, (text,))


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
    raise _Refused("Z521", value=first, nearest=nearest(first, names))


def _resolved(text: str, scenario: Scenario) -> tuple[str, ...]:
    """The path of a dotted text, names of rows turned into their ids."""
    lists = [*ROW_MODELS, "policy", "name", "as_of", "term"]
    try:
        name, rest = _head(text, lists)
    except _Refused as problem:  # with its dot: a bare list name is a word that messages translate
        near = str(problem.args_of["nearest"])
        raise _Refused("Z521", value=str(problem.args_of["value"]), nearest=f"{near}." if near else "") from None
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
        shown, rest = _head(text, RULES)
        return (shown, *_inner(rest, value[shown]))
    return (text,)


def parse_edits(texts: Iterable[str], scenario: Scenario) -> tuple[Edit, ...]:
    """The edits of these texts; raises `DiagnosticsError` with everything that names nothing or has no form."""
    found: list[Edit] = []
    faults: list[Diagnostic] = []
    for text in texts:
        try:
            found.append(_parsed(text.strip(), scenario))
        except _Refused as problem:
            faults.append(problem.told(text))
    if faults:
        raise DiagnosticsError(faults)
    return tuple(found)


def _parsed(text: str, scenario: Scenario) -> Edit:
    if text.startswith("-"):
        path = _resolved(text[1:].strip(), scenario)
        if not _droppable(path):
            raise _Refused("Z523", value=".".join(path))
        return Edit("drop", path)
    if text.startswith("+"):
        name, _, rest = text[1:].partition(".")
        if name != "pins" or "@" not in rest:
            raise _Refused("Z526")
        place, mark, further = rest.partition("!")
        return _pin_edit(place.strip(), mark + further, scenario)
    left, mark, value = text.partition("=")
    if not mark:
        raise _Refused("Z520")
    if left.rstrip().endswith(("<", ">", "!")):
        raise _Refused("Z520")
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
        raise _Refused("Z521", value=who, nearest=nearest(who, known))
    teams = [team.id for team in scenario.task_forces if team.name == place]
    known = [*scenario.post_by_id, *scenario.task_force_by_id]
    if place not in known and len(teams) != 1:
        names = [*known, *(team.name for team in scenario.task_forces)]
        raise _Refused("Z521", value=place, nearest=nearest(place, names))
    mark = value.removeprefix("!").strip()
    if value and not mark:
        raise _Refused("Z526")
    sign = "" if not value else "!not" if mark.lower() == "not" else f"!{mark}"
    return Edit("add", ("pins", f"{person}@{place if place in known else teams[0]}"), sign)


# --- applying --------------------------------------------------------------------------------------------------------


def applied(scenario: Scenario, edits: Sequence[Edit], checked: bool = True) -> Scenario:
    """The scenario after the edits, in their order; raises `DiagnosticsError` with everything that cannot be done.

    `checked` False leaves the references alone: where the caller knows that no edit touches one.
    """
    faults: list[Diagnostic] = []
    for edit in edits:
        try:
            scenario = _one(scenario, edit)
        except _Refused as problem:
            faults.append(problem.told(edit.shown, hidden=edit.shown != edit.text))
    if not faults and checked:
        faults += dangling(scenario)
    if faults:
        raise DiagnosticsError(faults)
    return scenario


def dangling(scenario: Scenario) -> list[Diagnostic]:
    """Faults between the rows of a scenario that did not come from files."""
    rows: Any = {
        name: [(row, (name, place)) for place, row in enumerate(getattr(scenario, name))] for name in ROW_MODELS
    }
    known = {name: {row_key(row) for row, _ in items if hasattr(row, "id")} for name, items in rows.items()}
    found = references.check(rows, known, scenario.policy, Marks())
    return [item for item in found if item.severity == "error"]


def _one(scenario: Scenario, edit: Edit) -> Scenario:
    name = edit.path[0]
    if edit.action == "add":
        return _with_pin(scenario, edit)
    if edit.action == "drop" and name in ROW_MODELS and len(edit.path) == 2:
        return _without_row(scenario, name, edit.path[1])
    if name == "policy":
        policy = _changed(scenario.policy, edit.path[1:], edit)
        quotas = tuple(sorted(policy.quotas, key=lambda quota: (quota.name, str(quota.scope))))
        return scenario.replaced(policy=policy.model_copy(update={"quotas": quotas}))
    if name in ROW_MODELS:
        if len(edit.path) < 3:
            raise _Refused("Z527", value=".".join(edit.path))
        if edit.path[2] == "id":
            raise _Refused("Z523", value="id")
        return scenario.replaced(
            **{
                name: tuple(
                    _changed(row, edit.path[2:], edit) if row_key(row) == edit.path[1] else row
                    for row in getattr(scenario, name)
                )
            }
        )
    if len(edit.path) == 1:
        return scenario.replaced(**{name: _parse_field(Scenario, name, edit.value)})
    if getattr(scenario, name) is None:
        raise _Refused("Z527", value=".".join(edit.path))
    return scenario.replaced(**{name: _changed(getattr(scenario, name), edit.path[1:], edit)})


def _changed(model: Any, path: tuple[str, ...], edit: Edit) -> Any:
    """A model with the value at a path set, or the row at it dropped."""
    if not path:
        raise _Refused("Z527", value=".".join(edit.path))
    fields = {info.alias or name: name for name, info in type(model).model_fields.items()}
    if path[0] not in fields:
        raise _Refused("Z521", value=path[0], nearest=nearest(path[0], fields))
    name, rest = fields[path[0]], path[1:]
    value = getattr(model, name)
    if name == "rules" and isinstance(model, Policy):
        return model.model_copy(update={"rules": _changed_rules(value, rest, edit)})
    rows = isinstance(value, tuple) and bool(value) and isinstance(value[0], NAMED)
    if rows and rest:
        new = _changed_rows(value, rest, edit)
    elif not rest:
        if rows or edit.action == "drop":
            raise _Refused("Z527", value=".".join(edit.path))
        new = _parse_field(type(model), name, edit.value)
    elif isinstance(value, Model):
        new = _changed(value, rest, edit)
    elif isinstance(value, Mapping):
        kept = {str(key): str(item) for key, item in value.items() if str(key) != rest[0]}
        new = _parse_field(type(model), name, {**kept, rest[0]: edit.value} if edit.value else kept)
    else:
        inner = _model_of(type(model), name)
        if value is not None or inner is None or len(rest) != 1:
            raise _Refused("Z527", value=".".join(edit.path))
        new = _read(lambda: inner.model_validate({rest[0]: edit.value}), edit.value)
    return _consistent(model.model_copy(update={name: new}))


def _changed_rows(rows: tuple[Any, ...], path: tuple[str, ...], edit: Edit) -> tuple[Any, ...]:
    if not any(path[0] in names_of(row) for row in rows):
        known = [name for row in rows for name in names_of(row)]
        raise _Refused("Z521", value=path[0], nearest=nearest(path[0], known))
    if edit.action == "drop":
        left = tuple(row for row in rows if path[0] not in names_of(row))
        if not left and isinstance(rows[0], Stage):
            raise _Refused("Z523", value="policy.stages")  # without any stage there is nothing to be best at
        return left
    return tuple(_changed(row, path[1:], edit) if path[0] in names_of(row) else row for row in rows)


def _changed_rules(rules: Mapping[str, RulePolicy], path: tuple[str, ...], edit: Edit) -> Mapping[str, RulePolicy]:
    if not path or edit.action == "drop":
        raise _Refused("Z527", value=".".join(edit.path))
    rule = _read(lambda: changed_rule(path[0], rules[path[0]], path[1] if len(path) > 1 else "mode", edit.value))
    return MappingProxyType({**rules, path[0]: rule})


def _read(parse: Callable[[], Any], typed: str | None = None) -> Any:
    """What a parser makes of a value; its refusal in the words of the catalogue."""
    try:
        return parse()
    except PydanticCustomError as problem:
        raise _Refused(problem.type, **dict(problem.context or {})) from None
    except ValidationError as problem:
        item = problem.errors(include_url=False)[0]
        kind = str(item["type"])
        if kind.startswith("Z"):
            raise _Refused(kind, **dict(item.get("ctx") or {})) from None
        raise _Refused("Z528", value=str(item.get("input"))[:60] if typed is None else typed) from None


@cache
def _adapter(model: type[Model], name: str) -> TypeAdapter[Any]:
    info = model.model_fields[name]
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(kind)


def _parse_field(model: type[Model], name: str, value: Any) -> Any:
    """A field's value as its model reads it; blank takes it back to its default."""
    info = model.model_fields[name]
    if value == "":
        if info.is_required():
            raise _Refused("Z101", key=name)
        return info.get_default(call_default_factory=True)
    return _read(lambda: _adapter(model, name).validate_python(value))


def _model_of(model: type[Model], name: str) -> type[Model] | None:
    for part in (model.model_fields[name].annotation, *get_args(model.model_fields[name].annotation)):
        if isinstance(part, type) and issubclass(part, Model):
            return part
    return None


def _consistent(model: Any) -> Any:
    """The model, after the checks it makes of itself as a whole."""
    for decorator in type(model).__pydantic_decorators__.model_validators.values():
        if decorator.info.mode == "after":
            _read(lambda check=decorator.func: check(model))  # type: ignore[misc]
    return model


# --- rows ------------------------------------------------------------------------------------------------------------


def _with_pin(scenario: Scenario, edit: Edit) -> Scenario:
    person, _, place = edit.path[1].partition("@")
    raw: dict[str, str] = {"person": person, ("post" if place in scenario.post_by_id else "task_force"): place}
    mark = edit.value.removeprefix("!")
    if mark == "not":
        raw["must"] = "false"
    elif mark:
        raw["approval"] = mark
    pin = _read(lambda: Pin.model_validate(raw))
    pins = sorted((*scenario.pins, pin), key=lambda item: (item.person, item.place, item.must))
    return scenario.replaced(pins=tuple(pins))


def _without_row(scenario: Scenario, name: str, key: str) -> Scenario:
    """The scenario without a row, and without what only hung on it."""
    if not any(row_key(row) == key for row in getattr(scenario, name)):
        raise _Refused("Z521", value=key, nearest=nearest(key, [row_key(row) for row in getattr(scenario, name)]))
    lists: dict[str, Any] = {name: tuple(row for row in getattr(scenario, name) if row_key(row) != key)}
    if name == "people":
        lists |= without_person(scenario, key, lists["people"])
    elif name == "posts":
        lists |= without_places(scenario, {key})
    elif name == "task_forces":
        posts = {post.id for post in scenario.posts if post.task_force == key}
        lists |= without_task_force(scenario, key, posts, lists["task_forces"])
    return scenario.replaced(**lists)


def edited(scenario: Scenario, texts: Iterable[str], strict: bool = False) -> tuple[Scenario, tuple[Edit, ...]]:
    """The scenario after edits as typed, each read against what the ones before it left; `strict` refuses those that change nothing."""
    done: list[Edit] = []
    faults: list[Diagnostic] = []
    now = scenario
    for text in texts:
        try:
            (edit,) = parse_edits([text], now)
            after = applied(now, [edit], checked=False)
            if strict and edit.action == "set" and getattr(after, edit.path[0]) == getattr(now, edit.path[0]):
                faults.append(_Refused("Z549").told(edit.shown))
            now = after
            done.append(edit)
        except DiagnosticsError as problem:
            faults += problem.diagnostics
    faults = faults or dangling(now)
    if faults:
        raise DiagnosticsError(faults)
    return now, tuple(done)


__all__ = ["Edit", "applied", "dangling", "edited", "names_of", "parse_edits", "row_key"]
