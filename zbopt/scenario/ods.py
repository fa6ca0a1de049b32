"""ods: one pass over `content.xml`. Repeats of blanks cost nothing; covered cells, hidden rows and errors are told."""

from __future__ import annotations

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
from zbopt.scenario.xlsx import check_archive, member, parsed


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
        elif not self.tables:
            return
        elif name == "table-row":
            self._row(attributes)
        elif name == "table-column":
            self._column(attributes)
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._text = attributes, []
        elif name == "annotation":
            self._inside += 1
        elif name == "p" and self._text:
            self._text.append("\n")
        elif name in ("line-break", "tab", "s") and self._cell is not None:
            self._text.append({"line-break": "\n", "tab": "\t"}.get(name, " "))

    def _row(self, attributes: dict[str, str]) -> None:
        table = self.tables[-1]
        table.row += table.rows if table.row >= 0 else 1
        table.rows = int(attributes.get("number-rows-repeated", "1"))
        table.column = 0
        if attributes.get("visibility") in ("collapse", "filter"):
            table.hidden_rows += range(table.row, min(table.row + table.rows, MAX_ROWS))

    def _column(self, attributes: dict[str, str]) -> None:
        table = self.tables[-1]
        number = int(attributes.get("number-columns-repeated", "1"))
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
        flaw: Flaw | None = "error" if is_error(shown) or is_error(text) or shown.startswith("Err:") else None
        if "formula" in cell and "value-type" not in cell and not shown:
            flaw = "formula"
        table.put(text, flaw, int(cell.get("number-columns-repeated", "1")))


def _value(cell: dict[str, str], shown: str) -> str:
    """What a planner would type: the value where the file states one of a kind, else the text."""
    kind: Any = cell.get("value-type")
    if kind in ("float", "percentage", "currency"):
        return shown if kind == "percentage" else cell_text(float(cell.get("value", "nan")))
    if kind == "date":
        return cell.get("date-value", shown)[:10]
    if kind == "boolean":
        return cell.get("boolean-value", shown)
    return shown


class Ods:
    """A workbook in memory. Raises `Damaged`, `Bomb`, `TooMuch`."""

    def __init__(self, data: bytes) -> None:
        reader = _Reader()
        parsed(member(check_archive(data), "content.xml"), reader.started, reader.ended, reader.text)
        self._tables = {table.name: table for table in reader.tables}

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
