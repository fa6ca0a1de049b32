"""From the errors of a row's fields to codes of the catalogue, and what of a faulty row can still be read."""

from __future__ import annotations

from functools import cache
from typing import Any

from zbopt.diagnostics import Argument
from zbopt.scenario.models import NESTED_LISTS, ROW_MODELS
from zbopt.scenario.policy import Model
from zbopt.scenario.rulebook import RULES
from zbopt.scenario.source import Path_
from zbopt.scenario.texts import nearest


def readable_part(stated: dict[str, Any], errors: list[Any], path: Path_) -> dict[str, Any]:
    """A row without its faults, so that its references can be checked; it never reaches a scenario.

    A faulty quota gives way to one that asks for nothing (the places of the others stay), a faulty id to the row's place.
    """
    part = dict(stated)
    for item in errors:
        location = item["loc"]
        if not location:
            continue
        key = location[0]
        if key == "quotas" and len(location) > 1 and isinstance(part.get("quotas"), list):
            quotas = list(part["quotas"])
            quotas[location[1]] = {"name": f"?{location[1]}", "of": "specialist", "min": "0"}
            part["quotas"] = quotas
        elif key == "id":
            part["id"] = "-".join(str(step) for step in path)
        else:
            part.pop(key, None)
    return part


def parts_of(item: Any) -> list[Any]:
    """The faults inside one error: the rules report theirs together."""
    if item["type"] != "rules":
        return [item]
    return [
        {"type": code, "loc": (*item["loc"], *place), "ctx": args, "input": None}
        for place, code, args in item["ctx"]["faults"]
    ]


def code_of(model: type[Model], item: Any, location: Path_) -> tuple[str, dict[str, Argument]]:
    """The catalogue's code and arguments of a fault that pydantic found."""
    kind, context = item["type"], dict(item.get("ctx") or {})
    if kind.startswith("Z"):
        return kind, context
    if kind == "missing":
        return "Z101", {"key": str(location[-1])}
    if kind == "extra_forbidden":
        known = _keys_at(model, location[:-1])
        key = str(location[-1])
        return "Z102", {"key": key, "nearest": nearest(key, known), "known": ", ".join(known)}
    if kind in ("model_type", "model_attributes_type", "dict_type", "dict_attributes_type"):
        return "Z116", {"value": str(item.get("input"))[:60]}
    if kind in ("tuple_type", "list_type"):
        return "Z117", {}
    return "Z119", {"problem": str(item.get("msg"))[:120]}


def _keys_at(model: type[Model], location: Path_) -> list[str]:
    """The keys allowed at a place inside a model."""
    here: Any = model
    for step in location:
        if isinstance(step, int):
            continue
        fields = {info.alias or name: info for name, info in here.model_fields.items()}
        if step not in fields:
            return []
        here = _model_in(fields[step].annotation)
        if here is None:
            return []
    keys = [info.alias or name for name, info in here.model_fields.items()]
    return keys + [name for name in NESTED_LISTS if here is ROW_MODELS["task_forces"]]


def _model_in(annotation: Any) -> Any:
    """The model a field holds, inside tuples and options; None where it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def column_keys(model: type[Model]) -> list[str]:
    """The columns a table of these rows may have; nested keys with a dot."""
    keys: list[str] = []
    for name, info in model.model_fields.items():
        inner = _model_in(info.annotation)
        is_list = "tuple" in str(info.annotation)
        keys.append(info.alias or name)
        if inner is not None and not is_list:
            keys += [f"{name}.{key}" for key in column_keys(inner)]
    return keys


OPEN_MAPS = frozenset({"categories", "needs", "wants", "assessments", "rules"})
"""Fields whose keys are ids, years or rules."""


@cache
def field_names() -> frozenset[str]:
    """Every key that a model or a rule of the format has."""
    found = {"mode", *(name for rule in RULES.values() for name in rule.settings)}
    models = list(Model.__subclasses__())
    while models:
        model = models.pop()
        models += model.__subclasses__()
        found |= {name for key, info in model.model_fields.items() for name in (key, info.alias or key)}
    return frozenset(found)
