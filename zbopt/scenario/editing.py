"""Edits applied to a scenario: values read by the parser of their field, rows dropped with what hangs on them, references checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from zbopt.diagnostics import Diagnostic, DiagnosticsError
from zbopt.scenario import references
from zbopt.scenario.cascade import without_person, without_places, without_task_force
from zbopt.scenario.edits import NAMED, Edit, Refused, guesses, names_of, parse_edits, row_key
from zbopt.scenario.models import ROW_MODELS, Pin, Scenario
from zbopt.scenario.policy import Model, Policy, RulePolicy, Stage, changed_rule
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.source import Marks
from zbopt.scenario.texts import nearest
from zbopt.scenario.words import OTHER_CONDITIONS, Mode


def applied(scenario: Scenario, edits: Sequence[Edit], checked: bool = True) -> Scenario:
    """The scenario after the edits, in their order; raises `DiagnosticsError` with everything that cannot be done.

    `checked` False leaves the references alone: where the caller knows that no edit touches one.
    """
    faults: list[Diagnostic] = []
    for edit in edits:
        try:
            scenario = _one(scenario, edit)
        except Refused as problem:
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
            raise Refused("Z527", value=".".join(edit.path))
        if edit.path[2] == "id":
            raise Refused("Z523", value="id")
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
        raise Refused("Z527", value=".".join(edit.path))
    return scenario.replaced(**{name: _changed(getattr(scenario, name), edit.path[1:], edit)})


def _changed(model: Any, path: tuple[str, ...], edit: Edit) -> Any:
    """A model with the value at a path set, or the row at it dropped."""
    if not path:
        raise Refused("Z527", value=".".join(edit.path))
    fields = {info.alias or name: name for name, info in type(model).model_fields.items()}
    if path[0] not in fields:
        raise Refused("Z521", value=path[0], nearest=nearest(path[0], fields))
    name, rest = fields[path[0]], path[1:]
    value = getattr(model, name)
    if name == "rules" and isinstance(model, Policy):
        return model.model_copy(update={"rules": _changed_rules(value, rest, edit)})
    rows = isinstance(value, tuple) and bool(value) and isinstance(value[0], NAMED)
    if rows and rest:
        new = _changed_rows(value, rest, edit)
    elif not rest:
        if rows or edit.action == "drop":
            raise Refused("Z527", value=".".join(edit.path))
        new = _parse_field(type(model), name, edit.value)
    elif isinstance(value, Model):
        new = _changed(value, rest, edit)
    elif isinstance(value, Mapping):
        kept = {str(key): str(item) for key, item in value.items() if str(key) != rest[0]}
        new = _parse_field(type(model), name, {**kept, rest[0]: edit.value} if edit.value else kept)
    else:
        inner = _model_of(type(model), name)
        if value is not None or inner is None or len(rest) != 1:
            raise Refused("Z527", value=".".join(edit.path))
        new = _read(lambda: inner.model_validate({rest[0]: edit.value}), edit.value)
    return _consistent(model.model_copy(update={name: new}))


def _changed_rows(rows: tuple[Any, ...], path: tuple[str, ...], edit: Edit) -> tuple[Any, ...]:
    if not any(path[0] in names_of(row) for row in rows):
        known = [name for row in rows for name in names_of(row)]
        raise Refused("Z521", value=path[0], nearest=nearest(path[0], known))
    if edit.action == "drop":
        left = tuple(row for row in rows if path[0] not in names_of(row))
        if not left and isinstance(rows[0], Stage):
            raise Refused("Z523", value="policy.stages")  # without any stage there is nothing to be best at
        return left
    return tuple(_changed(row, path[1:], edit) if path[0] in names_of(row) else row for row in rows)


def _changed_rules(rules: Mapping[str, RulePolicy], path: tuple[str, ...], edit: Edit) -> Mapping[str, RulePolicy]:
    if not path or edit.action == "drop":
        raise Refused("Z527", value=".".join(edit.path))
    setting = path[1] if len(path) > 1 else "mode"
    if path[0] == OTHER_CONDITIONS:  # the class as a whole: those of its rules that bind
        binding = [key for key in CONFIDENTIAL_RULES if rules[key].mode in (Mode.HARD, Mode.TARGET)]
        made = _read(lambda: {key: changed_rule(key, rules[key], setting, edit.value) for key in binding})
        return MappingProxyType({**rules, **made})
    rule = _read(lambda: changed_rule(path[0], rules[path[0]], setting, edit.value))
    return MappingProxyType({**rules, path[0]: rule})


def _read(parse: Callable[[], Any], typed: str | None = None) -> Any:
    """What a parser makes of a value; its refusal in the words of the catalogue."""
    try:
        return parse()
    except PydanticCustomError as problem:
        raise Refused(problem.type, **dict(problem.context or {})) from None
    except ValidationError as problem:
        item = problem.errors(include_url=False)[0]
        kind = str(item["type"])
        if kind.startswith("Z"):
            raise Refused(kind, **dict(item.get("ctx") or {})) from None
        raise Refused("Z528", value=str(item.get("input"))[:60] if typed is None else typed) from None


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
            raise Refused("Z101", key=name)
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
        raise Refused("Z521", value=key, nearest=nearest(key, [row_key(row) for row in getattr(scenario, name)]))
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
            if guesses(text):
                faults.append(Refused("Z556").told(""))
                continue
            (edit,) = parse_edits([text], now)
            after = applied(now, [edit], checked=False)
            if strict and edit.action == "set" and getattr(after, edit.path[0]) == getattr(now, edit.path[0]):
                faults.append(Refused("Z549").told(edit.shown))
            now = after
            done.append(edit)
        except DiagnosticsError as problem:
            faults += problem.diagnostics
    faults = faults or dangling(now)
    if faults:
        raise DiagnosticsError(faults)
    return now, tuple(done)


__all__ = ["applied", "dangling", "edited"]
