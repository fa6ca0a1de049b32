"""What every reader of a table gives: cells as text, and what the text alone would hide.

A cell that shows an error, or a formula nobody computed, would read as blank, and a blank passes every rule; so such cells are
named, and so are merged and hidden ones. Sizes are bounded by the cells that hold something, never by what a file claims.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_CELLS = 3_000_000
MAX_CELL_SIGNS = 32_767
"""Rows, columns and cells with content that a table may have, and characters of a cell."""

Flaw = Literal["error", "formula"]
"""Why a cell has no value although something stands there: an error value, a formula without its result."""

Place = tuple[int, int]
"""Row and column, from 0."""

ERROR_TEXTS = frozenset(
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA #FIELD! #BLOCKED! #CONNECT!".split()
)


_ERROR = re.compile(r"#{3,}|#[^\s#]{1,12}[?!]|(?:ERR|错误|錯誤)[:：]\d{3}")
_FIRST_SIGNS = frozenset("#Ee错錯")
"""What such a text begins with."""


class TooMuch(Exception):
    """A table is larger than is read; carries what there is too much of (`rows`, `columns`, `cells`) and the limit."""

    def __init__(self, what: str, limit: int) -> None:
        self.what, self.limit = what, limit
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Merged:
    """A block of merged cells: first and last row and column, from 0, both included."""

    first: Place
    last: Place


@dataclass(frozen=True, repr=False)
class Sheet:
    """The cells of a sheet as text from A1 on, rows as long as they need to be."""

    name: str
    rows: Sequence[Sequence[str]]
    flaws: Mapping[Place, Flaw] = field(default_factory=dict)
    merged: tuple[Merged, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    is_hidden: bool = False


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows for an error, in whatever language, or for a number too wide for its column."""
    plain = text.strip()
    if plain[:1] not in _FIRST_SIGNS:  # asked of every cell
        return False
    plain = plain.upper()
    return plain in ERROR_TEXTS or bool(_ERROR.fullmatch(plain))


def cell_text(value: Any) -> str:
    """A workbook cell as a planner would type it: whole numbers without a point, 15 significant digits, dates as days."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # beyond 15 digits a spreadsheet has lost what was typed; the exponent tells so
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return str(value)


def column_name(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def place_of(reference: str) -> Place:
    """C18 -> (17, 2); raises `ValueError` for anything else."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def laid_out(cells: Mapping[Place, str]) -> list[list[str]]:
    """Rows of text from cells with content; raises `TooMuch`."""
    if len(cells) > MAX_CELLS:
        raise TooMuch("cells", MAX_CELLS)
    last = max((row for row, _ in cells), default=-1)
    if max((column for _, column in cells), default=-1) >= MAX_COLUMNS:
        raise TooMuch("columns", MAX_COLUMNS)
    if last >= MAX_ROWS:
        raise TooMuch("rows", MAX_ROWS)
    rows: list[list[str]] = [[] for _ in range(last + 1)]
    for (row, column), text in sorted(cells.items()):
        line = rows[row]
        line.extend([""] * (column - len(line)))
        line.append(text)
    return rows


def filled_down(rows: list[list[str]], merged: Iterable[Merged]) -> list[list[str]]:
    """The value of a merged block in every row it covers, in its first column: that is what a reader of the sheet sees.

    Rows that hold nothing else stay blank. Raises `TooMuch` where blocks overlap without end.
    """
    filled = [any(cell.strip() for cell in row) for row in rows]
    left_over = MAX_CELLS
    for block in merged:
        (top, left), (bottom, _) = block.first, block.last
        text = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if not text.strip() or left >= MAX_COLUMNS:
            continue
        bottom = min(bottom, len(rows) - 1)
        left_over -= bottom - top
        if left_over < 0:
            raise TooMuch("cells", MAX_CELLS)
        for row in range(top + 1, bottom + 1):
            if filled[row]:
                line = rows[row]
                line.extend([""] * (left + 1 - len(line)))
                line[left] = text  # also over what lies unseen beneath the block
    return rows


__all__ = [
    "MAX_CELLS",
    "MAX_CELL_SIGNS",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Flaw",
    "Merged",
    "Place",
    "Sheet",
    "TooMuch",
    "cell_text",
    "column_name",
    "filled_down",
    "is_error",
    "laid_out",
    "place_of",
]
