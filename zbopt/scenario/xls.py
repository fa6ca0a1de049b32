"""xls (Excel 97 to 2003), by xlrd with its formats: merged cells, hidden rows, dates by the file's own calendar."""

from __future__ import annotations

import io
from typing import Any

from zbopt.scenario.cells import (
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
from zbopt.scenario.xlsx import Damaged


class Xls:
    """A workbook in memory. Raises `Damaged`, also for one that needs a password; its sheets raise `TooMuch`."""

    def __init__(self, data: bytes) -> None:
        import xlrd

        try:
            self._book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        except Exception:  # a damaged file makes it fail in ways of its own
            raise Damaged from None

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets, in their order."""
        return list(self._book.sheet_names())

    def sheet(self, name: str) -> Sheet:
        """The cells of a sheet."""
        import xlrd

        page = self._book.sheet_by_name(name)
        cells: dict[Place, str] = {}
        flaws: dict[Place, Flaw] = {}
        for row in range(page.nrows):
            for column, cell in enumerate(page.row(row)):
                if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    continue
                if row >= MAX_ROWS or column >= MAX_COLUMNS:
                    what = "rows" if row >= MAX_ROWS else "columns"
                    raise TooMuch(what, MAX_ROWS if row >= MAX_ROWS else MAX_COLUMNS)
                text = self._text(cell)
                cells[row, column] = text
                if cell.ctype == xlrd.XL_CELL_ERROR or is_error(text):
                    flaws[row, column] = "error"
                elif cell.ctype == xlrd.XL_CELL_TEXT and not text:  # only a formula is text and empty
                    flaws[row, column] = "formula"
        merged = [Merged((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in page.merged_cells]
        rows = filled_down(laid_out(cells), merged)
        folded = [row for row, info in page.rowinfo_map.items() if info.hidden or info.height == 0]
        hidden = [row for row in folded if row < len(rows)]
        hidden = [row for row in sorted(hidden) if any(cell.strip() for cell in rows[row])]
        narrow = [column for column, info in page.colinfo_map.items() if info.hidden or info.width == 0]
        columns = [column for column in narrow if column < MAX_COLUMNS]
        return Sheet(name, rows, flaws, tuple(merged), tuple(hidden), tuple(sorted(columns)), page.visibility != 0)

    def _text(self, cell: Any) -> str:
        import xlrd

        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                return cell_text(xlrd.xldate_as_datetime(cell.value, self._book.datemode))
            except (ValueError, OverflowError):
                return "#####"
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return cell_text(bool(cell.value))
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return ""
        return cell_text(cell.value)


__all__ = ["Xls"]
