"""Tables: CSV files and workbook sheets as rows of text, with English keys or Chinese headers as columns.

No cell is dropped unsaid: lines above the header, columns that are not used, rows cut short, line breaks that may have swallowed
rows, error values, merged and hidden cells are errors or are told once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, note, warning
from zbopt.scenario.cells import (
    MAX_CELL_SIGNS,
    MAX_COLUMNS,
    Flaw,
    Merged,
    Place,
    Sheet,
    TooMuch,
    column_name,
    is_error,
)
from zbopt.scenario.headers import HEADERS, LONG_TEXTS, UNUSED_HEADERS
from zbopt.scenario.ods import Ods
from zbopt.scenario.source import Marks, read_bytes
from zbopt.scenario.texts import nearest, normal
from zbopt.scenario.xls import Xls
from zbopt.scenario.xlsx import Bomb, Damaged, Xlsx

MAX_TITLE_LINES = 20
"""Lines above the header that are looked through for it."""

WIDEST = 16_384
"""Delimiters of a line of a CSV file: as many as a spreadsheet has columns."""

MAX_SHOWN = 5
"""Rows or cells named in a message about many."""


@dataclass(repr=False)
class Grid:
    """Cells of a table as text, with what is needed to name a cell and to tell what the text hides."""

    shown: str
    rows: Sequence[Sequence[str]]
    lines: Sequence[int] = ()
    is_sheet: bool = False
    flaws: Mapping[Place, Flaw] = field(default_factory=dict)
    delimiter: str = ""
    sheet: Sheet | None = None
    columns: dict[int, str] = field(default_factory=dict)
    """The key of each column that is read, known once the header is."""

    def mark(self, row: int, column: int | None = None) -> Mark:
        """The place of a row or cell, counted as the planner's program counts."""
        line = self.lines[row] if self.lines else 1 + row
        if self.is_sheet:
            return Mark(self.shown, line, f"{column_name(column or 0)}{line}")
        return Mark(self.shown, line)

    def mark_of(self, row: int, key: str = "") -> Mark:
        """The place of a field of a row, also where its cell is blank; without a key, or with one of no column, of the row."""
        places = {name: column for column, name in self.columns.items()}
        return self.mark(row, places.get(key, min(self.columns, default=0)))


# --- CSV -------------------------------------------------------------------------------------------------------------


@cache
def _all_headers() -> frozenset[str]:
    """Every header of any list: keys and Chinese ones."""
    return frozenset(word for titles in HEADERS.values() for pair in titles.items() for word in pair)


# --- workbooks -------------------------------------------------------------------------------------------------------


class Workbook:
    """A workbook opened for reading, told by its bytes, never by its name; Z021 where it cannot be read."""

    def __init__(self, data: bytes, shown: str) -> None:
        self.shown = shown
        self._book = self._read(lambda: _book(data))
        self.sheets = self._book.sheets

    def grid(self, sheet: str) -> Grid:
        """The cells of a sheet as text."""
        found: Sheet = self._read(lambda: self._book.sheet(sheet), sheet)
        return Grid(f"{self.shown}#{sheet}", found.rows, is_sheet=True, flaws=found.flaws, sheet=found)

    def _read(self, work: Callable[[], Any], sheet: str = "") -> Any:
        mark = Mark(f"{self.shown}#{sheet}" if sheet else self.shown)
        try:
            return work()
        except Damaged:
            raise DiagnosticsError([error("Z021", mark)]) from None
        except Bomb:
            raise DiagnosticsError([error("Z008", mark)]) from None
        except TooMuch as problem:
            raise DiagnosticsError([error("Z023", mark, limit=problem.limit, what=problem.what)]) from None


def _book(data: bytes) -> Xlsx | Ods | Xls:
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Xls(data)
    if data[:2] != b"PK":
        raise Damaged
    return Ods(data) if b"content.xml" in data and b"opendocument" in data[:200] else Xlsx(data)


def open_workbook(path: Path, shown: str) -> Workbook:
    """A workbook of xlsx, xlsm, xls or ods; Z021 where it cannot be read."""
    return Workbook(read_bytes(path, shown), shown)


# --- headers ---------------------------------------------------------------------------------------------------------


def header_key(text: str) -> str:
    """A header without blanks and line breaks, full width made plain, a trailing * or note in brackets dropped."""
    plain = re.sub(r"\s+", "", normal(text)).strip("*")
    return plain if "." in plain else re.sub(r"\([^)]*\)$", "", plain)


def known_columns(list_name: str, keys: Sequence[str]) -> dict[str, str]:
    """Every header a table of this list may have, with the key it stands for."""
    return {**{key: key for key in keys}, **HEADERS[list_name]}


def grid_rows(
    grid: Grid, list_name: str, keys: Sequence[str], marks: Marks, offset: int = 0
) -> tuple[list[dict[str, Any]], list[Diagnostic]]:
    """Rows as nested mappings; their places are kept in `marks` under (list, index + offset).

    Blank rows are passed over. Unknown and repeated headers, cells beyond the header, error values, rows cut short: errors.
    """
    found = _of_sheet(grid)
    known = known_columns(list_name, keys)
    header, told = _header_row(grid, known)
    found += told
    if header is None:
        return [], found
    grid.columns, told = _columns(grid, header, known)
    found += told
    table = _Rows(grid, header, list_name, found)
    rows: list[dict[str, Any]] = []
    for place in range(header + 1, len(grid.rows)):
        row = table.row(place)
        if row is not None:
            marks.rows[list_name, offset + len(rows)] = (grid, place)
            rows.append(row)
    return rows, found


def header_row(grid: Grid, list_name: str, keys: Sequence[str]) -> int:
    """The row with the headers of a table that was read without a fault; its columns are known then."""
    known = known_columns(list_name, keys)
    place, _ = _header_row(grid, known)
    assert place is not None
    grid.columns, _ = _columns(grid, place, known)
    return place


def _of_sheet(grid: Grid) -> list[Diagnostic]:
    """What a reader of the sheet would not see, or see only once: told once each."""
    sheet = grid.sheet
    if sheet is None:
        return []
    found = []
    if sheet.is_hidden:
        found.append(warning("Z032", Mark(grid.shown)))
    if sheet.hidden_rows:
        number = len(sheet.hidden_rows)
        shown = _listed([str(row + 1) for row in sheet.hidden_rows])
        found.append(warning("Z033", Mark(grid.shown), count=number, rows=shown))
    if sheet.hidden_columns:
        held = [
            column
            for column in sheet.hidden_columns
            if any(row[column : column + 1] not in ([], [""]) for row in grid.rows)
        ]
        if held:
            found.append(warning("Z034", Mark(grid.shown), columns=_listed([column_name(column) for column in held])))
    down = [item for item in sheet.merged if item.last[0] > item.first[0]]
    if down:
        cells = [_cell(item.first) for item in down]
        found.append(warning("Z035", Mark(grid.shown), count=len(down), cells=_listed(cells)))
    return found


def _cell(place: Place) -> str:
    return f"{column_name(place[1])}{place[0] + 1}"


def _listed(items: Sequence[str]) -> tuple[str, ...]:
    return (*items[:MAX_SHOWN], *(["..."] if len(items) > MAX_SHOWN else []))


def _header_row(grid: Grid, known: Mapping[str, str]) -> tuple[int | None, list[Diagnostic]]:
    """The row with the headers: the first with content if any of it is known, else the first below with two that are.

    Lines above it are titles, told once. Z022 for an empty table, Z036 where no header is found.
    """
    filled = [place for place, row in enumerate(grid.rows) if any(cell.strip() for cell in row)][: MAX_TITLE_LINES + 1]
    if not filled:
        return None, [warning("Z022", Mark(grid.shown))]

    def num_known(place: int) -> int:
        return sum(header_key(cell) in known for cell in grid.rows[place])

    def is_header(place: int) -> bool:
        cells = sum(bool(cell.strip()) for cell in grid.rows[place])
        return num_known(place) >= 2 and 2 * num_known(place) >= cells

    first = num_known(filled[0])
    below = next((place for place in filled[1:] if is_header(place)), None)
    if first > 1 or (first and (below is None or num_known(below) <= first)):
        return filled[0], []  # one word alone may be part of a title
    if below is not None:
        titles = tuple(str(grid.mark(place)) for place in filled if place < below)
        return below, [note("Z037", grid.mark(filled[0]), places=_listed(titles), line=grid.mark(below).line or 0)]
    best = max(filled, key=lambda place: (_likeness(grid.rows[place], known), -place))
    seems = grid.mark(best).line or 0 if _likeness(grid.rows[best], known) else 0
    shown = ", ".join(list(_titles(known))[:MAX_SHOWN])
    return None, [error("Z036", grid.mark(filled[0]), known=shown, line=seems or "")]


def _titles(known: Mapping[str, str]) -> list[str]:
    """Chinese headers of a list, the first of which name it best."""
    return [title for title, key in known.items() if title != key]


def _likeness(row: Sequence[str], known: Mapping[str, str]) -> int:
    return sum(bool(cell.strip()) and bool(nearest(header_key(cell), known)) for cell in row[:MAX_COLUMNS])


def _columns(grid: Grid, header_row: int, known: Mapping[str, str]) -> tuple[dict[int, str], list[Diagnostic]]:
    columns: dict[int, str] = {}
    found: list[Diagnostic] = []
    unused = []
    for place, text in enumerate(grid.rows[header_row]):
        title = header_key(text)
        mark = grid.mark(header_row, place)
        if (header_row, place) in grid.flaws or is_error(text):
            found.append(error("Z030", mark))
            columns[place] = ""
            continue
        if not title:
            continue
        key = known.get(title)
        if key is None and title.lower() in UNUSED_HEADERS:
            unused.append(title)
            columns[place] = ""
        elif key is None:
            found.append(error("Z024", mark, key=title[:60], nearest=nearest(title, known)))
            columns[place] = ""
        elif any(
            key == other or key.startswith(f"{other}.") or other.startswith(f"{key}.") for other in columns.values()
        ):
            found.append(error("Z025", mark, key=title))
        else:
            columns[place] = key
    if unused:
        found.append(note("Z038", grid.mark(header_row), key=tuple(unused)))
    return columns, found


# --- rows ------------------------------------------------------------------------------------------------------------


class _Rows:
    """Reads the rows below a header; `found` takes the faults, the first of each kind a table one by one, then a count."""

    def __init__(self, grid: Grid, header_row: int, list_name: str, found: list[Diagnostic]) -> None:
        self.grid, self.found = grid, found
        self.read = {column: key for column, key in grid.columns.items() if key}
        self.width = max(grid.columns, default=-1) + 1
        self.long = LONG_TEXTS.get(list_name, frozenset())
        self.told: Counter[str] = Counter()
        self.header = grid.rows[header_row]
        self.across = self._across(header_row)

    def _across(self, header_row: int) -> dict[int, Merged]:
        """Rows with a block merged over columns that are read: its value cannot be that of all of them."""
        blocks = () if self.grid.sheet is None else self.grid.sheet.merged
        rows = self.grid.rows
        found: dict[int, Merged] = {}
        for block in blocks:
            (top, left), (bottom, right) = block.first, block.last
            covers = any(left < column <= right for column in self.read)
            if not covers or top <= header_row or top >= len(rows) or not "".join(rows[top][left : left + 1]).strip():
                continue
            found |= dict.fromkeys(range(top, min(bottom, len(rows) - 1) + 1), block)
        return found

    def row(self, place: int) -> dict[str, Any] | None:
        """The mapping of a row; None for a blank one."""
        cells = self.grid.rows[place]
        flaws = self.grid.flaws
        flawed = [column for column in self.read if (place, column) in flaws] if flaws else []
        if not flawed and not any(cell.strip() for cell in cells):
            return None
        for column in flawed:
            code = "Z030" if self.grid.flaws[place, column] == "error" else "Z031"
            self.tell(code, place, column)
        if not self.grid.is_sheet and len(cells) < self.width:
            self.tell("Z039", place, None, count=len(cells), width=self.width)
        block = self.across.get(place)
        if block is not None:
            self.tell("Z045", place, block.first[1], cells=f"{_cell(block.first)}:{_cell(block.last)}")
        row: dict[str, Any] = {}
        for column, text in enumerate(cells):
            plain = text.strip()
            if not plain:
                continue
            key = self.grid.columns.get(column)
            if key is None:
                self.stray(place, column)
            elif not key and not self.grid.is_sheet and self.hides_rows(text):
                self.tell("Z040", place, column, count=text.count("\n"))
            elif key and (place, column) not in flaws and self.sound(place, column, key, text):
                _put(row, key, plain)
        return row

    def sound(self, place: int, column: int, key: str, text: str) -> bool:
        """Whether a cell's text can be what was meant: no error value, no line break that may hide rows, not endless."""
        if is_error(text):
            self.tell("Z030", place, column)
        elif len(text) > MAX_CELL_SIGNS:
            self.tell("Z029", place, column, limit=MAX_CELL_SIGNS)
        elif not self.grid.is_sheet and "\n" in text and (key not in self.long or self.hides_rows(text)):
            self.tell("Z040", place, column, count=text.count("\n"))
        else:
            return True
        return False

    def hides_rows(self, text: str) -> bool:
        """Whether a text may be the end of one row and the beginning of another between two stray quotation marks.

        What lies between the same column of two rows has as many delimiters as a row.
        """
        return "\n" in text and text.count(self.grid.delimiter) >= self.width - 1

    def stray(self, place: int, column: int) -> None:
        """A value under no header: told, because a dropped cell would be a silent loss."""
        if column >= len(self.header) or not self.header[column].strip():
            self.tell("Z026", place, column, letter=column_name(column))

    def tell(self, code: str, place: int, column: int | None, **args: Any) -> None:
        """A fault of a row; of very many of one kind the rest is only counted."""
        self.told[code] += 1
        if self.told[code] <= MAX_FAULTS:
            key = "" if column is None else self.grid.columns.get(column, "")
            self.found.append(error(code, self.grid.mark(place, column), (), key, **args))
        elif self.told[code] == MAX_FAULTS + 1:
            self.found.append(error("Z041", Mark(self.grid.shown), kind=code, limit=MAX_FAULTS))


MAX_FAULTS = 1000
"""Faults of one kind that are kept of a table."""


def _put(row: dict[str, Any], key: str, text: str) -> None:
    if "." not in key:
        row[key] = text
        return
    *above, last = key.split(".")
    target = row
    for step in above:
        target = target.setdefault(step, {})
    target[last] = text


__all__ = ["Grid", "Workbook", "grid_rows", "header_key", "known_columns", "open_workbook"]
