"""From files to typed rows: documents overlaid, tables joined, every fault with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, Message, error, warning
from zbopt.scenario.csv_file import read_csv
from zbopt.scenario.headers import SHEETS
from zbopt.scenario.idcard import mismatches, same_human
from zbopt.scenario.models import NESTED_LISTS, ROW_MODELS
from zbopt.scenario.policy import Model
from zbopt.scenario.row_errors import OPEN_MAPS, code_of, column_keys, field_names, parts_of, readable_part
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.source import Marks, Path_, inside, read_yaml
from zbopt.scenario.tables import Workbook, grid_rows, open_workbook
from zbopt.scenario.texts import nearest, normal
from zbopt.scenario.words import CONFIDENTIAL_FIELDS

MAX_BASES = 5
"""Scenarios below one another."""

MAX_FAULTY_ROWS = 1000
"""Rows with faults after which the rest of a list is not looked at: then it is likely no such list at all."""


@dataclass(slots=True, repr=False)
class Row:
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
        self.rows: dict[str, list[Row]] = {name: [] for name in ROW_MODELS}
        self.stated: set[str] = set()
        self.digests: dict[str, list[Any]] = {}

    # --- files -------------------------------------------------------------------------------------------------------

    def document(self, path: Path, shown: str, depth: int = 0) -> dict[str, Any]:
        """The mapping of a scenario file, laid over its base where it names one."""
        marks = Marks()
        raw, found = read_yaml(path, shown, marks)
        self.files.append(path)
        self.found += found
        self.digests.setdefault(path.name, []).append(public_part(raw))
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
                self.rows[name].append(Row(raw, path))
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
        self.digests.setdefault(file, []).append([name, [public_row(name, row) for row in rows]])
        self.rows[name] += [Row(raw, (name, place)) for place, raw in enumerate(rows, len(self.rows[name]))]

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
                    self.rows["posts"].append(Row({"task_force": owner, **post}, path))
                else:
                    self.found.append(error("Z018", self.marks.of(path), field="posts"))
            for duty, needs in self.nested(row, "workload", dict).items():
                path = (*row.path, "workload", duty)
                if not isinstance(needs, dict):
                    self.found.append(error("Z116", self.marks.of(path), (str(owner),), "workload", value=str(needs)))
                    continue
                for category, fte in needs.items():
                    raw = {"task_force": owner, "duty": duty, "category": category, "fte": fte}
                    self.rows["workload"].append(Row(raw, (*path, category)))

    def nested(self, row: Row, key: str, kind: type) -> Any:
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
        seen: dict[str, Row] = {}
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

    def id_card(self, row: Row) -> None:
        """Tell where birth or gender differ from the identity number; the number itself is dropped."""
        from zbopt.scenario.people import Person

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
            self.found += [self.diagnostic(model, part, raw, path) for part in parts_of(item)]
        try:
            return model.model_validate(readable_part(stated, errors, path))
        except (ValidationError, AttributeError):
            return None

    def diagnostic(self, model: type[Model], item: Any, raw: Any, path: Path_) -> Diagnostic:
        """A fault found by the models, with its place and without the value of a confidential field."""
        location = tuple(item["loc"])
        code, args = code_of(model, item, location)
        if location and location[0] in CONFIDENTIAL_FIELDS:
            args = {key: "" if key == "nearest" else "***" if key == "value" else value for key, value in args.items()}
        shown = ".".join(_named(raw, path, location))
        if any(str(step) in CONFIDENTIAL_RULES for step in location):
            shown = "policy.rules"  # the line says where; which of them is nobody else's business
        mark = self.marks.of((*path, *location))
        subject = _subject(raw) if path and path[0] != "policy" else ()
        return Diagnostic(Message(code, args), "error", mark, subject, shown, str(path[0]) if path else "")


def _without_blanks(raw: Any, is_open: bool = False) -> Any:
    """Known keys without a value dropped, so that their defaults apply; an unknown one stays and is told.

    `is_open`: a map whose keys are ids or the like.
    """
    if isinstance(raw, dict):
        return {
            key: "" if value is None else _without_blanks(value, key in OPEN_MAPS)
            for key, value in raw.items()
            if (value is not None and value != "") or not (is_open or key in field_names())
        }
    if isinstance(raw, list):
        return [_without_blanks(value) for value in raw]
    return raw


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


def public_part(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario file says, less what is confidential of its people and policy."""
    shown = dict(raw)
    people, policy = raw.get("people"), raw.get("policy")
    if isinstance(people, list):
        shown["people"] = [public_row("people", row) for row in people]
    if isinstance(policy, dict) and isinstance(policy.get("rules"), dict):
        rules = {key: value for key, value in policy["rules"].items() if key not in CONFIDENTIAL_RULES}
        shown["policy"] = {**policy, "rules": rules}
    return shown


def public_row(name: str, row: Any) -> Any:
    """A row less what is confidential of a person."""
    if name != "people" or not isinstance(row, dict):
        return row
    return {key: value for key, value in row.items() if key not in CONFIDENTIAL_FIELDS}
