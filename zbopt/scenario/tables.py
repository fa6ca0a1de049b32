"""Tables: CSV files and workbook sheets as rows of text, with English keys or Chinese headers as columns."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, warning
from zbopt.scenario.fields import nearest, normal
from zbopt.scenario.source import Marks, decode, read_bytes
from zbopt.scenario.vocabulary import HEADERS

MAX_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a table as text, with what is needed to name a cell."""

    shown: str
    rows: Sequence[Sequence[str]]
    first_line: int = 1
    lines: Sequence[int] = ()
    is_sheet: bool = False

    def mark(self, row: int, column: int | None = None) -> Mark:
        """The place of a row or cell, counted as the planner's program counts."""
        line = self.lines[row] if self.lines else self.first_line + row
        if self.is_sheet:
            return Mark(self.shown, line, f"{column_name(column or 0)}{line}")
        return Mark(self.shown, line)


def column_name(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def read_csv(path: Path, shown: str) -> tuple[Grid, list[Diagnostic]]:
    """A CSV file in UTF-8 (with or without mark) or GB18030; comma, semicolon or tab, told from its first line."""
    text, found = decode(read_bytes(path, shown), shown)
    first = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise DiagnosticsError([error("Z023", Mark(shown), limit=MAX_ROWS)])
    except csv.Error as problem:
        raise DiagnosticsError([*found, error("Z020", Mark(shown, start), problem=str(problem))]) from None
    return Grid(shown, rows, lines=lines), found


class Workbook:
    """A workbook opened for reading; the file stays closed between reads."""

    def __init__(self, data: bytes, shown: str) -> None:
        import python_calamine

        self.shown = shown
        try:
            self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            self.sheets = list(self._book.sheet_names)
        except Exception:
            raise DiagnosticsError([error("Z021", Mark(shown))]) from None

    def grid(self, sheet: str) -> Grid:
        """The cells of a sheet as text, from its first used row."""
        page = self._book.get_sheet_by_name(sheet)
        start = page.start
        offset = 0 if start is None else start[0]
        cells = page.to_python(skip_empty_area=True)
        left = 0 if start is None else start[1]
        rows = [[""] * left + [cell_text(cell) for cell in row] for row in cells]
        return Grid(f"{self.shown}#{sheet}", rows, first_line=offset + 1, is_sheet=True)


def open_workbook(path: Path, shown: str) -> Workbook:
    """A workbook of xlsx, xlsm, xls or ods; Z021 where it cannot be read."""
    return Workbook(read_bytes(path, shown), shown)


def cell_text(value: Any) -> str:
    """A workbook cell as a planner would type it: whole numbers without a point, dates as months or days."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return str(value)


def header_key(text: str) -> str:
    """A header without blanks and line breaks, full width made plain, a trailing * or note in brackets dropped."""
    plain = re.sub(r"\s+", "", normal(text)).rstrip("*")
    return plain if "." in plain else re.sub(r"\([^)]*\)$", "", plain)


def known_columns(list_name: str, keys: Sequence[str]) -> dict[str, str]:
    """Every header a table of this list may have, with the key it stands for."""
    return {**{key: key for key in keys}, **HEADERS[list_name]}


def grid_rows(
    grid: Grid, list_name: str, keys: Sequence[str], marks: Marks, offset: int = 0
) -> tuple[list[dict[str, Any]], list[Diagnostic]]:
    """Rows as nested mappings; marks of every row and cell under (list, index + offset, key).

    Blank rows are passed over. Unknown and repeated headers, cells beyond the header: errors.
    """
    header_row = next((place for place, row in enumerate(grid.rows) if any(cell.strip() for cell in row)), None)
    if header_row is None:
        return [], [warning("Z022", Mark(grid.shown))]
    columns, found = _columns(grid, header_row, known_columns(list_name, keys))
    rows: list[dict[str, Any]] = []
    for place in range(header_row + 1, len(grid.rows)):
        cells = grid.rows[place]
        if not any(cell.strip() for cell in cells):
            continue
        index = offset + len(rows)
        rows.append(_row(grid, place, columns, (list_name, index), marks, found))
    return rows, found


def _columns(grid: Grid, header_row: int, known: dict[str, str]) -> tuple[dict[int, str], list[Diagnostic]]:
    columns: dict[int, str] = {}
    found: list[Diagnostic] = []
    for place, text in enumerate(grid.rows[header_row]):
        title = header_key(text)
        if not title:
            continue
        key = known.get(title)
        mark = grid.mark(header_row, place)
        if key is None:
            found.append(error("Z024", mark, key=title, nearest=nearest(title, known)))
        elif any(
            key == other or key.startswith(f"{other}.") or other.startswith(f"{key}.") for other in columns.values()
        ):
            found.append(error("Z025", mark, key=title))
        else:
            columns[place] = key
    return columns, found


def _row(
    grid: Grid, place: int, columns: dict[int, str], path: tuple[str, int], marks: Marks, found: list[Diagnostic]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    marks.nodes[path] = grid.mark(place, min(columns, default=0))
    for column, text in enumerate(grid.rows[place]):
        if not text.strip():
            continue
        if column not in columns:
            found.extend(_stray(grid, place, column))
            continue
        keys = tuple(columns[column].split("."))
        target = row
        for key in keys[:-1]:
            target = target.setdefault(key, {})
        target[keys[-1]] = text.strip()
        if grid.is_sheet:
            marks.nodes[(*path, *keys)] = grid.mark(place, column)
    return row


def _stray(grid: Grid, place: int, column: int) -> list[Diagnostic]:
    """A value under no header: told, because a dropped cell would be a silent loss."""
    header = next(row for row in grid.rows if any(cell.strip() for cell in row))
    if column < len(header) and header[column].strip():
        return []  # the header itself is unknown and has been told
    return [error("Z026", grid.mark(place, column), column=column_name(column))]
