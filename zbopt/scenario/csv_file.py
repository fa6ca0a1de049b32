"""CSV files as grids: encodings, separators, quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error
from zbopt.scenario.cells import (
    MAX_CELL_SIGNS,
    MAX_COLUMNS,
    MAX_ROWS,
)
from zbopt.scenario.source import decode, read_bytes
from zbopt.scenario.tables import MAX_TITLE_LINES, WIDEST, Grid, _all_headers, header_key


def read_csv(path: Path, shown: str) -> tuple[Grid, list[Diagnostic]]:
    """A CSV file in UTF-8 (with or without mark), UTF-16 (with mark) or GB18030.

    Comma, semicolon or tab: as a first line `sep=;` says, else what stands in the first line most often.
    """
    text, found = decode(read_bytes(path, shown), shown)
    stated = re.match(r"sep=(.)\r?\n", text)
    start = 1
    if stated is not None:
        text, start = text[stated.end() :], 2
    lines = text.split("\n")
    delimiter = stated[1] if stated is not None else _delimiter(lines[:MAX_TITLE_LINES])
    wide = next((place for place, line in enumerate(lines) if line.count(delimiter) > WIDEST), None)
    if wide is not None:
        raise DiagnosticsError([error("Z023", Mark(shown, start + wide), limit=MAX_COLUMNS, what="columns")])
    rows: list[list[str]] = []
    places: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    first = start
    try:
        for row in reader:
            rows.append(row)
            places.append(start)
            start = first + reader.line_num
            _bounded(rows, shown)
    except csv.Error as problem:
        raise DiagnosticsError([*found, error("Z020", Mark(shown, start), problem=str(problem))]) from None
    return Grid(shown, rows, places, delimiter=delimiter), found


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that parts one of the first lines into most known headers, else the one the fullest line has most of."""

    def headers(sign: str) -> int:
        return max(
            (sum(header_key(cell.strip('"')) in _all_headers() for cell in line.split(sign)) for line in lines),
            default=0,
        )

    return max((",", "\t", ";"), key=lambda sign: (headers(sign), max((line.count(sign) for line in lines), default=0)))


def _bounded(rows: list[list[str]], shown: str) -> None:
    last = rows[-1]
    if len(rows) > MAX_ROWS:
        raise DiagnosticsError([error("Z023", Mark(shown), limit=MAX_ROWS, what="rows")])
    if len(last) > MAX_COLUMNS:
        if any(cell.strip() for cell in last[MAX_COLUMNS:]):
            raise DiagnosticsError([error("Z023", Mark(shown, len(rows)), limit=MAX_COLUMNS, what="columns")])
        del rows[-1][MAX_COLUMNS:]
    if any(len(cell) > MAX_CELL_SIGNS for cell in last):
        raise DiagnosticsError([error("Z029", Mark(shown, len(rows)), limit=MAX_CELL_SIGNS)])
