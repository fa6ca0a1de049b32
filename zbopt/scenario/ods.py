"""ods: one pass over `content.xml`. Repeats of blanks cost nothing; covered cells, hidden rows and errors are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zbopt.scenario.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Flaw,
    Merged,
    Place,
    Sheet,
    TooMuch,
    cell_text,
    filled_down,
    is_error,
    laid_out,
)
from zbopt.scenario.xlsx import Damaged, check_archive, member, parsed


@dataclass
class _Table:
    """A sheet in the making."""

    name: str
    is_hidden: bool
    cells: dict[Place, str] = field(default_factory=dict)
    flaws: dict[Place, Flaw] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    row: int = -1
    rows: int = 1
    column: int = 0
    columns: int = 0

    def put(self, text: str, flaw: Flaw | None, repeated: int) -> None:
        """A cell, as often as it is repeated; blanks only move on."""
        if text or flaw is not None:
            if self.row + self.rows > MAX_ROWS:
                raise TooMuch("rows", MAX_ROWS)
            if self.column + repeated > MAX_COLUMNS:
                raise TooMuch("columns", MAX_COLUMNS)
            if len(self.cells) + repeated * self.rows > MAX_CELLS:
                raise TooMuch("cells", MAX_CELLS)
            for row in range(self.row, self.row + self.rows):
                for column in range(self.column, self.column + repeated):
                    self.cells[row, column] = text
                    if flaw is not None:
                        self.flaws[row, column] = flaw
        self.column += repeated


class _Reader:
    """Handlers of the pass."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._groups: list[bool] = []  # whether each group of rows around is folded away
        self._inside = 0  # depth of notes and the like, whose text is not the cell's

    def started(self, tag: str, raw: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(" ")[2]
        attributes = {key.rpartition(" ")[2]: value for key, value in raw.items()}
        if name == "style":
            self._style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self.hidden_styles.add(self._style)
        elif name == "table":
            self.tables.append(_Table(attributes.get("name", ""), attributes.get("style-name") in self.hidden_styles))
        elif self.tables:
            self._in_table(name, attributes, raw)

    def _in_table(self, name: str, attributes: dict[str, str], raw: dict[str, str]) -> None:
        if name == "table-row-group":
            self._groups.append(attributes.get("display") == "false")
        elif name == "table-row":
            self._row(attributes)
        elif name == "table-column":
            self._column(attributes)
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._text = _of_cell(raw), []
        elif name == "annotation":
            self._inside += 1
        elif name == "p" and self._text:
            self._text.append("\n")
        elif name in ("line-break", "tab", "s") and self._cell is not None:
            blanks = " " * min(int(attributes.get("c", "1")), 100)
            self._text.append({"line-break": "\n", "tab": "\t"}.get(name, blanks))

    def _row(self, attributes: dict[str, str]) -> None:
        table = self.tables[-1]
        table.row += table.rows if table.row >= 0 else 1
        table.rows = _repeats(attributes, "number-rows-repeated")
        table.column = 0
        if attributes.get("visibility") in ("collapse", "filter") or any(self._groups):
            table.hidden_rows += range(table.row, min(table.row + table.rows, MAX_ROWS))

    def _column(self, attributes: dict[str, str]) -> None:
        table = self.tables[-1]
        number = _repeats(attributes, "number-columns-repeated")
        if attributes.get("visibility") in ("collapse", "filter"):
            table.hidden_columns += range(table.columns, min(table.columns + number, MAX_COLUMNS))
        table.columns += number

    def text(self, data: str) -> None:
        """Characters."""
        if self._cell is not None and not self._inside:
            self._text.append(data)

    def ended(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(" ")[2]
        if name == "annotation":
            self._inside -= 1
        elif name == "table-row-group" and self._groups:
            self._groups.pop()
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._put(self._cell, "".join(self._text).strip("\n"))
            self._cell = None

    def _put(self, cell: dict[str, str], shown: str) -> None:
        table = self.tables[-1]
        down, across = int(cell.get("number-rows-spanned", "1")), int(cell.get("number-columns-spanned", "1"))
        if down > 1 or across > 1:
            last = (table.row + down - 1, table.column + across - 1)
            table.merged.append(Merged((table.row, table.column), last))
        text = _value(cell, shown)
        flaw: Flaw | None = None
        if is_error(shown) or is_error(text) or "error" in (cell.get("value-type"), cell.get("calc-type")):
            flaw = "error"
        elif "formula" in cell and not shown and not any(name in cell for name in VALUES):
            flaw = "formula"
        table.put(text, flaw, _repeats(cell, "number-columns-repeated"))


VALUES = ("value", "string-value", "date-value", "boolean-value", "time-value")
"""Attributes in which a cell may state its value."""


def _of_cell(raw: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a cell; LibreOffice gives it a second kind (`calc-type`), which knows errors."""
    found = {key.rpartition(" ")[2]: value for key, value in raw.items() if not key.endswith("calcext:1.0 value-type")}
    kinds = [value for key, value in raw.items() if key.endswith("calcext:1.0 value-type")]
    return {**found, "calc-type": kinds[0] if kinds else ""}


def _repeats(attributes: Mapping[str, str], name: str) -> int:
    """How often a row, column or cell stands there; raises `Damaged` for never."""
    number = int(attributes.get(name, "1"))
    if number < 1:
        raise Damaged
    return number


def _value(cell: Mapping[str, str], shown: str) -> str:
    """What a planner would type: the value where the file states one of a kind, else the text."""
    kind: Any = cell.get("value-type")
    if kind in ("float", "currency"):
        number = float(cell.get("value", "nan"))
        return cell_text(number) if math.isfinite(number) else shown or "#####"
    if kind == "date":
        return cell.get("date-value", shown)[:10]
    if kind == "boolean":
        return cell.get("boolean-value", shown)
    return shown or cell.get("string-value", "")


class Ods:
    """A workbook in memory. Raises `Damaged`, `Bomb`, `TooMuch`."""

    def __init__(self, data: bytes) -> None:
        reader = _Reader()
        parsed(member(check_archive(data), "content.xml"), reader.started, reader.ended, reader.text)
        self._tables = {table.name: table for table in reader.tables}
        if len(self._tables) < len(reader.tables):  # one of a name would hide the other
            raise Damaged

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets, in their order."""
        return list(self._tables)

    def sheet(self, name: str) -> Sheet:
        """The cells of a sheet."""
        table = self._tables[name]
        rows = filled_down(laid_out(table.cells), table.merged)
        hidden = [row for row in table.hidden_rows if row < len(rows) and any(cell.strip() for cell in rows[row])]
        return Sheet(
            name, rows, table.flaws, tuple(table.merged), tuple(hidden), tuple(table.hidden_columns), table.is_hidden
        )


__all__ = ["Ods"]
