"""Edits written into a planner's files: a copy of the scenario file with its comments, and of each table that changes.

Nothing that exists is changed: `scenario.repair-1.yaml` and `posts.repair-1.csv` stand beside the old files, and the new scenario names the
new tables. A scenario that rests on a `base` becomes the base of the new one. Identity numbers are not copied.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.scenario.csv_file import read_csv
from zbopt.scenario.edits import Edit
from zbopt.scenario.headers import HEADERS, SHEETS
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import ROW_MODELS
from zbopt.scenario.policy import parse_scope, scope_text
from zbopt.scenario.reading import Reader
from zbopt.scenario.row_errors import column_keys
from zbopt.scenario.source import decode, inside, read_bytes
from zbopt.scenario.tables import Grid, header_row, open_workbook


@dataclass
class _Table:
    """A table to be written again: its grid, header row, and the key of each column."""

    name: str
    rows: list[list[str]]
    header: int
    columns: dict[str, int] = field(default_factory=dict)

    def row(self, index: int) -> list[str]:
        """The cells of a row, counted as the loader does: blank ones are passed over."""
        filled = [row for row in self.rows[self.header + 1 :] if any(cell.strip() for cell in row)]
        return filled[index]

    def column(self, key: str) -> int:
        """The column of a key, added where there is none, with a header in the language of the others."""
        if key not in self.columns:
            chinese = any(ord(letter) > 0x2E80 for text in self.rows[self.header] for letter in text)
            titles = {known: title for title, known in HEADERS[self.name].items()}
            place = max((len(row) for row in self.rows), default=0)
            self.rows[self.header] += [""] * (place - len(self.rows[self.header]))
            self.rows[self.header].append(titles.get(key, key) if chinese else key)
            self.columns[key] = place
        return self.columns[key]

    def set(self, row: list[str], key: str, value: str) -> None:
        """Write a cell."""
        place = self.column(key)
        row += [""] * (place + 1 - len(row))
        row[place] = value

    def as_csv(self) -> bytes:
        """UTF-8 with a mark, so that spreadsheets show Chinese; identity numbers left out."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        hidden = self.columns.get("id_card")
        width = max((len(row) for row in self.rows), default=0)
        for place, short in enumerate(self.rows):
            row = [*short, *[""] * (width - len(short))]  # a row cut short would be refused
            cells = ["" if n == hidden and place > self.header else cell for n, cell in enumerate(row)]
            writer.writerow(cells)
        return buffer.getvalue().encode("utf-8-sig")


class _Writer:
    """The copy in the making."""

    def __init__(self, loaded: Loaded, label: str) -> None:
        self.loaded, self.label = loaded, label
        self.folder = loaded.path.parent
        self.tables: dict[str, _Table] = {}
        self.touched: list[str] = []
        text, _ = decode(read_bytes(loaded.path, loaded.path.name), loaded.path.name)
        self.yaml = YAML(typ="rt", pure=True)
        self.yaml.preserve_quotes = True
        self.yaml.width = 10_000
        self.yaml.indent(mapping=2, sequence=4, offset=2)
        own: Any = self.yaml.load(text)
        self.has_base = "base" in own
        # the merged mapping of a scenario with a base: what is changed of it goes into a file of its own
        self.document: Any = Reader(loaded.path).document(loaded.path, loaded.path.name) if self.has_base else own

    # --- edits -------------------------------------------------------------------------------------------------------

    def do(self, edit: Edit) -> None:
        """One edit of the copy."""
        name = edit.path[0]
        if edit.action == "add":
            self._add_pin(edit)
        elif name == "policy":
            self._touch("policy")
            self._policy(edit)
        elif name in ROW_MODELS and len(edit.path) == 2 and edit.action == "drop":
            self._drop_row(name, edit.path[1])
        elif name in ROW_MODELS:
            self._set_row(edit)
        else:
            self._touch(name)
            self._set(self.document, edit.path, edit.value)

    def _touch(self, key: str) -> None:
        if key not in self.touched:
            self.touched.append(key)

    def _set(self, holder: Any, path: Sequence[str], value: str) -> None:
        """Set a value inside maps, making those that are missing; blank takes it away."""
        for key in path[:-1]:
            if not isinstance(holder.get(key), Mapping):
                holder[key] = CommentedMap()
            holder = holder[key]
        if value == "":
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = _scalar(value)

    def _policy(self, edit: Edit) -> None:
        policy = self.document.get("policy")
        if not isinstance(policy, Mapping):
            policy = self.document["policy"] = CommentedMap()
        path = edit.path[1:]
        if path[0] == "rules":
            self._rule(policy, path[1], path[2] if len(path) > 2 else "mode", edit.value)
        elif path[0] in ("quotas", "stages"):
            self._named(policy[path[0]], path[1], path[2:], edit)
        elif path[0] == "merge" and path[1] in ("forbid", "require") and edit.action == "drop":
            groups = policy["merge"][path[1]]
            for place in reversed(range(len(groups))):
                if "+".join(sorted(_ids(groups[place]["task_forces"]))) == path[2]:
                    del groups[place]
        else:
            self._set(policy, path, edit.value)

    def _rule(self, policy: Any, rule: str, key: str, value: str) -> None:
        if not isinstance(policy.get("rules"), Mapping):
            policy["rules"] = CommentedMap()
        rules = policy["rules"]
        stated = rules.get(rule)
        if isinstance(stated, Mapping):
            self._set(stated, (key,), value)
        elif key == "mode":
            rules[rule] = _scalar(value)
        else:
            entry = CommentedMap({} if stated is None else {"mode": stated})
            entry[key] = _scalar(value)
            entry.fa.set_flow_style()
            rules[rule] = entry

    def _named(self, rows: Any, name: str, path: Sequence[str], edit: Edit) -> None:
        """Entries of a list that have this name: dropped, or set inside."""
        for place in reversed(range(len(rows))):
            entry = rows[place]
            if name not in _entry_names(entry):
                continue
            if edit.action == "drop":
                del rows[place]
            elif isinstance(entry, Mapping):
                self._set(entry, path, edit.value)
            else:
                new = CommentedMap({"name": entry})
                new.fa.set_flow_style()
                self._set(new, path, edit.value)
                rows[place] = new

    # --- rows --------------------------------------------------------------------------------------------------------

    def _places(self, name: str, key: str) -> tuple[str | int, ...]:
        path = self.loaded.row_path(name, key)
        if path is None:
            raise DiagnosticsError([error("Z521", value=key, nearest="")])
        return path

    def _set_row(self, edit: Edit) -> None:
        name, key = edit.path[:2]
        path = self._places(name, key)
        inner = edit.path[2:]
        if name == "task_forces" and inner[0] == "quotas":
            row = self._inline(path)
            self._touch(str(path[0]))
            self._named(row["quotas"], inner[1], inner[2:], edit)
        elif self._in_table(path):
            table = self._table(name)
            table.set(table.row(int(path[1])), ".".join(inner), edit.value)
        else:
            self._touch(str(path[0]))
            self._set(self._inline(path), inner, edit.value)

    def _inline(self, path: Sequence[str | int]) -> Any:
        holder = self.document
        for step in path:
            holder = holder[step]
        return holder

    def _in_table(self, path: Sequence[str | int]) -> bool:
        return len(path) == 2 and not isinstance(self.document.get(path[0]), list)

    def _drop_row(self, name: str, key: str) -> None:
        if name != "pins":
            raise DiagnosticsError([error("Z541", value=key)])
        for path in sorted(self.loaded.row_paths(name, key), reverse=True):
            if self._in_table(path):
                table = self._table(name)
                gone = table.row(int(path[1]))
                table.rows = [row for row in table.rows if row is not gone]
            else:
                self._touch(name)
                del self._inline(path[:-1])[path[-1]]

    def _add_pin(self, edit: Edit) -> None:
        person, _, place = edit.path[1].partition("@")
        where = "post" if place in self.loaded.scenario.post_by_id else "task_force"
        row = {"person": person, where: place}
        mark = edit.value.removeprefix("!")
        row |= {"must": "false"} if mark == "not" else {"approval": mark} if mark else {}
        if self._source("pins") is not None:
            table = self._table("pins")
            cells: list[str] = []
            table.rows.append(cells)
            for key in row:
                table.set(cells, key, str(row[key]))
            return
        self._touch("pins")
        entry = CommentedMap({key: _scalar(value) for key, value in row.items()})
        entry.fa.set_flow_style()
        if not isinstance(self.document.get("pins"), list):
            self.document["pins"] = []
        self.document["pins"].append(entry)

    # --- tables ------------------------------------------------------------------------------------------------------

    def _source(self, name: str) -> tuple[str, str] | None:
        """File and sheet of a list; None where it is inline or nowhere."""
        value = self.document.get(name)
        if isinstance(value, str):
            file, _, sheet = value.partition("#")
            return file, sheet
        tables = self.document.get("tables")
        if value is None and isinstance(tables, str):
            book = open_workbook(inside(self.folder, tables, None), tables)
            found = next((item for item in (SHEETS[name], name) if item in book.sheets), None)
            return None if found is None else (tables, found)
        return None

    def _table(self, name: str) -> _Table:
        if name not in self.tables:
            source = self._source(name)
            assert source is not None
            grid = self._grid(name, *source)
            header = header_row(grid, name, column_keys(ROW_MODELS[name]))
            columns = {key: n for n, key in grid.columns.items() if key}
            self.tables[name] = _Table(name, [list(row) for row in grid.rows], header, columns)
        return self.tables[name]

    def _grid(self, name: str, file: str, sheet: str) -> Grid:
        path = inside(self.folder, file, None)
        if file.lower().endswith((".csv", ".txt", ".tsv")):
            return read_csv(path, file)[0]
        book = open_workbook(path, file)
        return book.grid(sheet or (SHEETS[name] if SHEETS[name] in book.sheets else name))

    # --- files -------------------------------------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """Every file to write, the scenario first."""
        found: dict[str, bytes] = {}
        for name, table in self.tables.items():
            file = f"{name}.{self.label}.csv"
            found[file] = table.as_csv()
            self.document[name] = file
            self._touch(name)
        people = self.document.get("people")
        for row in people if isinstance(people, list) else ():
            if isinstance(row, Mapping):
                row.pop("id_card", None)  # type: ignore[attr-defined]
        document = self.document
        if self.has_base:
            document = CommentedMap({"base": self.loaded.path.name})
            for key in self.touched:
                document[key] = self.document[key]
        buffer = io.StringIO()
        self.yaml.dump(document, buffer)
        return {f"{self.loaded.path.stem}.{self.label}{self.loaded.path.suffix}": buffer.getvalue().encode(), **found}


def _ids(value: Any) -> list[str]:
    return (
        [str(item) for item in value] if isinstance(value, list) else [part.strip() for part in str(value).split(";")]
    )


def _entry_names(entry: Any) -> tuple[str, ...]:
    """What an edit may call an entry of a list of the file: its name, or name and scope of a quota."""
    if not isinstance(entry, Mapping):
        return (str(entry),)
    own = str(entry.get("name"))
    return own, f"{own}@{scope_text(parse_scope(entry.get('in', 'all')))}"


def _scalar(value: str) -> Any:
    """A value as a planner would type it: whole numbers and yes and no bare, everything else as text."""
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isdecimal() and (value == "0" or not value.startswith("0")) else value


def written(loaded: Loaded, edits: Sequence[Edit], label: str) -> dict[str, bytes]:
    """The files of the scenario after some edits, by name; raises `DiagnosticsError` for edits that cannot be written."""
    writer = _Writer(loaded, label)
    for edit in sorted(edits, key=lambda item: item.action == "drop"):  # rows keep their places until all is set
        writer.do(edit)
    return writer.files()


__all__ = ["written"]
