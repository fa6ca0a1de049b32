"""Loading: files -> marked rows -> typed rows -> cross references -> `Scenario`. Every fault is collected, none hides another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zbopt.diagnostics import Argument, Diagnostic, DiagnosticsError, Mark, Message, error, has_errors, ordered, warning
from zbopt.scenario import plausible, references
from zbopt.scenario.headers import SHEETS
from zbopt.scenario.idcard import mismatches, same_human
from zbopt.scenario.models import ROW_MODELS, Kin, Pin, Scenario, TaskForce, Workload
from zbopt.scenario.policy import Model, Policy
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, RULES
from zbopt.scenario.source import Marks, Path_, inside, read_yaml
from zbopt.scenario.tables import Workbook, grid_rows, open_workbook, read_csv
from zbopt.scenario.texts import nearest, normal
from zbopt.scenario.words import CONFIDENTIAL_FIELDS

TOP_KEYS = ("format", "name", "as_of", "term", "base", "tables", "policy", *ROW_MODELS)
NESTED_LISTS = ("posts", "workload")
MAX_BASES = 5
MAX_FAULTY_ROWS = 1000
"""Rows with faults after which the rest of a list is not looked at: then it is likely no such list at all."""


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


@dataclass(slots=True, repr=False)
class _Row:
    """A raw row and where its values stand in the marks."""

    raw: dict[str, Any]
    path: Path_


class Reader:
    """One loading: gathers rows and faults over the scenario file, its bases and its tables."""

    def __init__(self, path: Path) -> None:
        try:
            self.path = path / "scenario.yaml" if path.is_dir() else path
        except (OSError, ValueError):
            raise DiagnosticsError([error("Z001", Mark(str(path)[:200]))]) from None
        self.folder = self.path.parent
        self.marks = Marks()
        self.found: list[Diagnostic] = []
        self.files: list[Path] = []
        self.books: dict[str, Workbook | DiagnosticsError] = {}
        self.rows: dict[str, list[_Row]] = {name: [] for name in ROW_MODELS}
        self.stated: set[str] = set()
        self.digests: dict[str, list[Any]] = {}

    # --- files -------------------------------------------------------------------------------------------------------

    def document(self, path: Path, shown: str, depth: int = 0) -> dict[str, Any]:
        """The mapping of a scenario file, laid over its base where it names one."""
        marks = Marks()
        raw, found = read_yaml(path, shown, marks)
        self.files.append(path)
        self.found += found
        self.digests.setdefault(path.name, []).append(_public(raw))
        base = raw.pop("base", None)
        if base is None:
            self.marks.nodes.update(marks.nodes)
            return raw
        if not isinstance(base, str) or depth >= MAX_BASES:
            raise DiagnosticsError([*self.found, error("Z017", marks.of(("base",)), value=str(base))])
        below = self.document(inside(self.folder, base, marks.of(("base",))), base, depth + 1)
        self.marks.nodes[()] = marks.nodes[()]
        return self.overlay(below, raw, marks, ())

    def overlay(self, below: dict[str, Any], above: dict[str, Any], marks: Marks, path: Path_) -> dict[str, Any]:
        """Maps merge, everything else replaces; marks follow the value that counts."""
        merged = dict(below)
        for key, value in above.items():
            here = (*path, key)
            if isinstance(value, dict) and isinstance(merged.get(key), dict):
                merged[key] = self.overlay(merged[key], value, marks, here)
                continue
            for old in [node for node in self.marks.nodes if node[: len(here)] == here]:
                del self.marks.nodes[old]
            self.marks.nodes.update({node: mark for node, mark in marks.nodes.items() if node[: len(here)] == here})
            merged[key] = value
        return merged

    def book(self, name: str, mark: Mark | None) -> Workbook:
        """The workbook of that name, opened once."""
        if name not in self.books:
            try:
                path = inside(self.folder, name, mark)
                self.books[name] = open_workbook(path, name)
                self.files.append(path)
            except DiagnosticsError as problem:  # told once, however many lists ask for it
                self.books[name] = DiagnosticsError(())
                raise problem from None
        book = self.books[name]
        if isinstance(book, DiagnosticsError):
            raise book
        return book

    # --- rows --------------------------------------------------------------------------------------------------------

    def gather(self, raw: dict[str, Any]) -> None:
        """The rows of every list: inline, from its own file or sheet, or from the common workbook."""
        tables = raw.get("tables")
        for name in ROW_MODELS:
            try:
                if name in raw and raw[name] is not None:
                    self.list_rows(name, raw[name])
                elif isinstance(tables, str):
                    self.common_sheet(name, tables)
            except DiagnosticsError as problem:
                self.found += problem.diagnostics
        if tables is not None and not isinstance(tables, str):
            self.found.append(error("Z110", self.marks.of(("tables",)), field="tables"))
        elif isinstance(tables, str):
            self.unknown_sheets(tables)
        self.flatten()

    def common_sheet(self, name: str, tables: str) -> None:
        """The rows of a list from its sheet of the common workbook."""
        book = self.book(tables, self.marks.of(("tables",)))
        found = [sheet for sheet in (SHEETS[name], name) if sheet in book.sheets]
        if len(found) > 1:
            self.found.append(error("Z043", Mark(tables), sheets=tuple(found)))
        elif found:
            self.table(name, f"{tables}#{found[0]}")

    def unknown_sheets(self, tables: str) -> None:
        """A sheet that is no list is told: its rows are not read."""
        try:
            book = self.book(tables, self.marks.of(("tables",)))
        except DiagnosticsError:
            return  # told where the lists were read
        known = {*SHEETS, *SHEETS.values()}
        for sheet in book.sheets:
            if sheet not in known and not normal(sheet).startswith(("说明", "readme", "README")):
                self.found.append(
                    warning("Z027", Mark(f"{tables}#{sheet}"), value=sheet, nearest=nearest(sheet, known))
                )

    def list_rows(self, name: str, value: Any) -> None:
        """The rows of a list from where it is stated."""
        if isinstance(value, str):
            self.table(name, value)
            return
        if not isinstance(value, list):
            self.found.append(error("Z117", self.marks.of((name,)), field=name))
            return
        self.stated.add(name)
        for place, raw in enumerate(value):
            path: Path_ = (name, place)
            if isinstance(raw, dict):
                self.rows[name].append(_Row(raw, path))
            else:
                self.found.append(error("Z018", self.marks.of(path), field=name))

    def table(self, name: str, value: str) -> None:
        """The rows of a list from a file or sheet."""
        mark = self.marks.of((name,)) or self.marks.of(("tables",))
        file, _, sheet = value.partition("#")
        keys = column_keys(ROW_MODELS[name])
        if file.lower().endswith((".csv", ".txt", ".tsv")):
            path = inside(self.folder, file, mark)
            grid, found = read_csv(path, file)
            self.files.append(path)
            self.found += found
        else:
            book = self.book(file, mark)
            sheet = sheet or (SHEETS[name] if SHEETS[name] in book.sheets else name)
            if sheet not in book.sheets:
                self.found.append(error("Z028", mark, value=sheet, known=", ".join(book.sheets), field=name))
                return
            grid = book.grid(sheet)
        self.stated.add(name)
        rows, found = grid_rows(grid, name, keys, self.marks, len(self.rows[name]))
        self.found += found
        self.digests.setdefault(file, []).append([name, [_public_row(name, row) for row in rows]])
        self.rows[name] += [_Row(raw, (name, place)) for place, raw in enumerate(rows, len(self.rows[name]))]

    def flatten(self) -> None:
        """Posts and workloads written inside a task force become rows of their own lists."""
        for row in self.rows["task_forces"]:
            owner = row.raw.get("id")
            if not isinstance(owner, str) or not owner:
                row.raw = {key: value for key, value in row.raw.items() if key not in NESTED_LISTS}
                continue  # the missing id is told; its posts cannot be placed
            for post_place, post in enumerate(self.nested(row, "posts", list)):
                path = (*row.path, "posts", post_place)
                if isinstance(post, dict):
                    self.rows["posts"].append(_Row({"task_force": owner, **post}, path))
                else:
                    self.found.append(error("Z018", self.marks.of(path), field="posts"))
            for duty, needs in self.nested(row, "workload", dict).items():
                path = (*row.path, "workload", duty)
                if not isinstance(needs, dict):
                    self.found.append(error("Z116", self.marks.of(path), (str(owner),), "workload", value=str(needs)))
                    continue
                for category, fte in needs.items():
                    raw = {"task_force": owner, "duty": duty, "category": category, "fte": fte}
                    self.rows["workload"].append(_Row(raw, (*path, category)))

    def nested(self, row: _Row, key: str, kind: type) -> Any:
        """A list or map written inside a row, taken out of it."""
        value = row.raw.get(key)
        if value is not None and not isinstance(value, kind):
            code = "Z117" if kind is list else "Z116"
            self.found.append(
                error(code, self.marks.of((*row.path, key)), _subject(row.raw), key, value=str(value)[:60])
            )
            value = None
        row.raw = {name: item for name, item in row.raw.items() if name != key}
        return kind() if value is None else value

    # --- typing ------------------------------------------------------------------------------------------------------

    def typed(self) -> dict[str, list[tuple[Model, Path_]]]:
        """Every row as its model, the faulty ones left out and told."""
        good: dict[str, list[tuple[Model, Path_]]] = {name: [] for name in ROW_MODELS}
        for name, model in ROW_MODELS.items():
            faulty = 0
            for row in self.rows[name]:
                before = len(self.found)
                made = self.model(model, row.raw, row.path)
                if made is not None:
                    good[name].append((made, row.path))
                faulty += len(self.found) > before
                if faulty > MAX_FAULTY_ROWS:
                    self.found.append(error("Z042", self.marks.of(row.path), of=name, limit=MAX_FAULTY_ROWS))
                    break
        for row in self.rows["people"]:
            self.id_card(row)
        self.one_human()
        return good

    def one_human(self) -> None:
        """The same identity number under two ids is told without its digits."""
        seen: dict[str, _Row] = {}
        for row in self.rows["people"]:
            raw = row.raw.get("id_card")
            number = same_human(raw) if isinstance(raw, (str, int)) else ""
            if number in seen:
                other = seen[number]
                mark = self.marks.of((*row.path, "id_card"))
                args = {"other": " ".join(_subject(other.raw)), "first": str(self.marks.of(other.path) or "")}
                self.found.append(error("Z154", mark, _subject(row.raw), "id_card", **args))
            elif number:
                seen[number] = row

    def id_card(self, row: _Row) -> None:
        """Tell where birth or gender differ from the identity number; the number itself is dropped."""
        from zbopt.scenario.models import Person

        if not isinstance(row.raw.get("id_card"), str) or not row.raw["id_card"]:
            return
        bare = {key: row.raw[key] for key in ("birth", "gender") if row.raw.get(key)}
        try:
            person = Person.model_validate({"id": "x", "name": "x", "unit": "x", **bare})
        except ValidationError:
            return  # the fields themselves are told
        for name in mismatches(row.raw["id_card"], person.birth, person.gender):
            mark = self.marks.of((*row.path, "id_card"))
            self.found.append(warning("Z153", mark, _subject(row.raw), "id_card", other=name))

    def model(self, model: type[Model], raw: Any, path: Path_) -> Any:
        """The typed row. A faulty one is told; what is readable of it comes back, so that its references are checked too."""
        stated = _without_blanks(raw)
        try:
            return model.model_validate(stated)
        except ValidationError as problem:
            errors = problem.errors(include_url=False)
        for item in errors:
            self.found += [self.diagnostic(model, part, raw, path) for part in _parts(item)]
        try:
            return model.model_validate(_readable_part(stated, errors, path))
        except (ValidationError, AttributeError):
            return None

    def diagnostic(self, model: type[Model], item: Any, raw: Any, path: Path_) -> Diagnostic:
        """A fault found by the models, with its place and without the value of a confidential field."""
        location = tuple(item["loc"])
        code, args = _code(model, item, location)
        if location and location[0] in CONFIDENTIAL_FIELDS:
            args = {key: "" if key == "nearest" else "***" if key == "value" else value for key, value in args.items()}
        shown = ".".join(_named(raw, path, location))
        if any(str(step) in CONFIDENTIAL_RULES for step in location):
            shown = "policy.rules"  # the line says where; which of them is nobody else's business
        mark = self.marks.of((*path, *location))
        subject = _subject(raw) if path and path[0] != "policy" else ()
        return Diagnostic(Message(code, args), "error", mark, subject, shown, str(path[0]) if path else "")


def _readable_part(stated: dict[str, Any], errors: list[Any], path: Path_) -> dict[str, Any]:
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


def _parts(item: Any) -> list[Any]:
    """The faults inside one error: the rules report theirs together."""
    if item["type"] != "rules":
        return [item]
    return [
        {"type": code, "loc": (*item["loc"], *place), "ctx": args, "input": None}
        for place, code, args in item["ctx"]["faults"]
    ]


def _code(model: type[Model], item: Any, location: Path_) -> tuple[str, dict[str, Argument]]:
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


def _without_blanks(raw: Any, is_open: bool = False) -> Any:
    """Known keys without a value dropped, so that their defaults apply; an unknown one stays and is told.

    `is_open`: a map whose keys are ids or the like.
    """
    if isinstance(raw, dict):
        return {
            key: "" if value is None else _without_blanks(value, key in OPEN_MAPS)
            for key, value in raw.items()
            if (value is not None and value != "") or not (is_open or key in _field_names())
        }
    if isinstance(raw, list):
        return [_without_blanks(value) for value in raw]
    return raw


OPEN_MAPS = frozenset({"categories", "needs", "wants", "assessments", "rules"})
"""Fields whose keys are ids, years or rules."""


@cache
def _field_names() -> frozenset[str]:
    """Every key that a model or a rule of the format has."""
    found = {"mode", *(name for rule in RULES.values() for name in rule.settings)}
    models = list(Model.__subclasses__())
    while models:
        model = models.pop()
        models += model.__subclasses__()
        found |= {name for key, info in model.model_fields.items() for name in (key, info.alias or key)}
    return frozenset(found)


def _subject(raw: Any) -> tuple[str, ...]:
    """Id and name of a raw row, as typed."""
    if not isinstance(raw, dict):
        return ()
    keys = (
        ("id", "name")
        if "id" in raw
        else ("person", "post", "task_force")
        if "person" in raw
        else ("task_force", "duty")
    )
    return tuple(str(raw[key]) for key in keys if isinstance(raw.get(key), (str, int)))


def _named(raw: Any, path: Path_, location: Path_) -> list[str]:
    """The field's name, with names instead of list positions."""
    parts: list[str] = ["policy"] if path[:1] == ("policy",) else []
    here = raw
    for step in location:
        here = _step(here, step)
        if isinstance(step, int) and parts:
            name = here.get("name") or here.get("id") if isinstance(here, dict) else here
            parts[-1] += f"[{name if isinstance(name, str) else step + 1}]"
        else:
            parts.append(str(step))
    return parts


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


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


def _public(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario file says, less what is confidential of its people and policy."""
    shown = dict(raw)
    people, policy = raw.get("people"), raw.get("policy")
    if isinstance(people, list):
        shown["people"] = [_public_row("people", row) for row in people]
    if isinstance(policy, dict) and isinstance(policy.get("rules"), dict):
        rules = {key: value for key, value in policy["rules"].items() if key not in CONFIDENTIAL_RULES}
        shown["policy"] = {**policy, "rules": rules}
    return shown


def _public_row(name: str, row: Any) -> Any:
    if name != "people" or not isinstance(row, dict):
        return row
    return {key: value for key, value in row.items() if key not in CONFIDENTIAL_FIELDS}


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


def _raw_ids(rows: Iterable[_Row]) -> set[str]:
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


__all__ = ["Loaded", "Reader", "load", "parse"]
