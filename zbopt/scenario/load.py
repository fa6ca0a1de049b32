"""Loading: files -> marked rows -> typed rows -> cross references -> `Scenario`. Every fault is collected, none hides another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, has_errors, ordered
from zbopt.scenario import plausible, references
from zbopt.scenario.models import ROW_MODELS, Pin, Scenario
from zbopt.scenario.people import Kin
from zbopt.scenario.policy import Policy
from zbopt.scenario.reading import Reader, Row
from zbopt.scenario.source import Marks, Path_
from zbopt.scenario.texts import nearest, normal
from zbopt.scenario.work import TaskForce, Workload

TOP_KEYS = ("format", "name", "as_of", "term", "base", "tables", "policy", *ROW_MODELS)


@dataclass(frozen=True, slots=True, repr=False)
class Loaded:
    """A scenario with the places its parts were read from, the warnings found and the files read."""

    scenario: Scenario
    path: Path
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...]
    digests: Mapping[str, str]
    """A hash of what each file says, without confidential columns and identity numbers."""

    _marks: Marks = field(repr=False)
    _paths: Mapping[tuple[str, str], Path_] = field(repr=False)
    _all_paths: Mapping[tuple[str, str], tuple[Path_, ...]] = field(repr=False, default_factory=dict)

    def __repr__(self) -> str:
        return f"Loaded({self.path.name!r}, {self.scenario!r})"

    def mark(self, list_name: str, key: str, *fields: str | int) -> Mark | None:
        """Where a row (by list and id; `policy` for the policy) or one of its fields was read."""
        path = ("policy",) if list_name == "policy" else self._paths.get((list_name, key))
        return None if path is None else self._marks.of((*path, *fields))

    def row_path(self, list_name: str, key: str) -> Path_ | None:
        """Where a row stands in the files: (list, place), or the path inside the scenario file."""
        return self._paths.get((list_name, key))

    def row_paths(self, list_name: str, key: str) -> tuple[Path_, ...]:
        """The same of every row of that key (a must and a must-not pin of one person and place)."""
        return self._all_paths.get((list_name, key), ())


def load(path: str | Path) -> Loaded:
    """Load a scenario file, or the `scenario.yaml` of a folder.

    Raises `DiagnosticsError` with every fault found where there is any error; warnings are in the result.
    """
    reader = Reader(Path(path))
    if not reader.path.exists():
        raise DiagnosticsError([error("Z001", Mark(str(reader.path)[:200]))])
    return _finish(reader, reader.document(reader.path, reader.path.name))


def parse(raw: Mapping[str, Any], folder: str | Path = ".") -> Loaded:
    """Build a scenario from a mapping of the format (lists inline, or files of `folder`); errors as in `load`."""
    reader = Reader(Path(folder) / "scenario.yaml")
    return _finish(reader, _as_typed_text(dict(raw)))


def _as_typed_text(value: Any) -> Any:
    """Plain Python values as a planner would type them."""
    if isinstance(value, Mapping):
        return {str(key): _as_typed_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_typed_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _finish(reader: Reader, raw: dict[str, Any]) -> Loaded:
    _top_level(reader, raw)
    reader.gather(raw)
    good = reader.typed()
    head = {key: raw[key] for key in ("name", "as_of", "term") if raw.get(key) is not None}
    policy = reader.model(Policy, raw.get("policy") or {}, ("policy",))
    frame = _frame(reader, head)
    known = {name: _raw_ids(rows) for name, rows in reader.rows.items()}
    reader.found += references.check(good, known, policy, reader.marks)
    if frame is not None and policy is not None:
        begins = None if frame.term is None else frame.term.start
        reader.found += plausible.check(good, frame.as_of, policy, reader.marks, numbered(reader), begins)
    reader.found = _without_echoes(reader.found)
    if has_errors(reader.found) or frame is None or policy is None:
        raise DiagnosticsError(reader.found)
    lists = {name: _sorted(name, [item for item, _ in rows]) for name, rows in good.items()}
    lists["people"] = _kin_resolved(lists["people"], known["leaders"])
    quota_paths: dict[tuple[str, str], Path_] = {
        ("quotas", quota.name): ("policy", "quotas", place) for place, quota in enumerate(policy.quotas)
    }
    for team, path in good["task_forces"]:
        assert isinstance(team, TaskForce)
        quota_paths |= {("quotas", f"{team.id}/{q.name}"): (*path, "quotas", n) for n, q in enumerate(team.quotas)}
    policy = policy.model_copy(update={"quotas": tuple(sorted(policy.quotas, key=lambda q: (q.name, str(q.scope))))})
    scenario = frame.model_copy(update={**lists, "policy": policy})
    every: dict[tuple[str, str], tuple[Path_, ...]] = {}
    for name, rows in good.items():
        for item, path in rows:
            key = name, _key(item)
            every[key] = (*every.get(key, ()), path)
    paths = {key: found[-1] for key, found in every.items()} | quota_paths
    found = ordered(reader.found)
    return Loaded(scenario, reader.path, found, tuple(reader.files), _hashed(reader), reader.marks, paths, every)


def _hashed(reader: Reader) -> dict[str, str]:
    return {
        name: hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        for name, parts in sorted(reader.digests.items())
    }


def _without_echoes(found: list[Diagnostic]) -> list[Diagnostic]:
    """A cell whose fault was told is not missing as well."""
    flawed = {str(item.mark) for item in found if item.code in ("Z030", "Z031", "Z040") and item.mark is not None}
    return [item for item in found if item.code != "Z101" or str(item.mark) not in flawed]


def numbered(reader: Reader) -> frozenset[str]:
    """The people whose identity number is stated: two of them are two humans."""
    return frozenset(str(row.raw.get("id")) for row in reader.rows["people"] if row.raw.get("id_card"))


def _frame(reader: Reader, head: dict[str, Any]) -> Scenario | None:
    """The scenario's own scalar keys, checked as a model of their own."""
    frame: Scenario | None = reader.model(Scenario, head, ())
    return frame


def _top_level(reader: Reader, raw: dict[str, Any]) -> None:
    for key in raw:
        if key not in TOP_KEYS:
            near = nearest(key, TOP_KEYS)
            reader.found.append(
                error("Z102", reader.marks.of((key,)), (), "", key=key, nearest=near, known=", ".join(TOP_KEYS))
            )
    if raw.get("format") not in (None, "1"):
        reader.found.append(error("Z019", reader.marks.of(("format",)), value=str(raw["format"])))
    if raw.get("policy") is not None and not isinstance(raw["policy"], dict):
        reader.found.append(error("Z116", reader.marks.of(("policy",)), field="policy", value=str(raw["policy"])[:60]))
        raw["policy"] = None


def _raw_ids(rows: Iterable[Row]) -> set[str]:
    return {normal(str(row.raw["id"])) for row in rows if isinstance(row.raw.get("id"), (str, int))}


def _key(item: Any) -> str:
    if isinstance(item, Workload):
        return f"{item.task_force}/{item.duty}/{item.category}"
    return f"{item.person}@{item.place}" if isinstance(item, Pin) else str(item.id)


def _sorted(name: str, items: list[Any]) -> tuple[Any, ...]:
    if name == "pins":
        return tuple(sorted(items, key=lambda pin: (pin.person, pin.place, pin.must)))
    return tuple(sorted(items, key=_key))


def _kin_resolved(people: tuple[Any, ...], leaders: set[str]) -> tuple[Any, ...]:
    """In a cell a relative is a bare id; where a leader has that id, the leader is meant."""
    resolved = []
    for person in people:
        kin = tuple(
            Kin(leader=item.person, relation=item.relation) if item.person in leaders else item for item in person.kin
        )
        resolved.append(person.model_copy(update={"kin": kin}) if kin != person.kin else person)
    return tuple(resolved)


__all__ = ["Loaded", "load", "parse"]
