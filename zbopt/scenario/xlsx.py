"""xlsx and xlsm: values from calamine, and one pass over each sheet's XML for what calamine does not tell.

calamine gives '' for an error cell and for a formula without a value, knows no hidden rows, and asks for memory for the whole
rectangle a sheet claims. The pass runs first: it names the flaws, and where blanks stretch the rectangle the sheet is given to
calamine without them.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

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
    column_name,
    filled_down,
    is_error,
    place_of,
)

MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
"""Bytes a workbook may unpack to, and how many times its size once it is larger than some."""

WASTED_CELLS = 4_000_000
"""Cells of a claimed rectangle above which blanks are cut out before calamine sees the sheet."""


MAX_SEEN = 2_000_000
"""Cells of a sheet, blank ones among them, that are looked at."""


class Damaged(Exception):
    """The file is no readable workbook."""


class Bomb(Exception):
    """The file would unpack to far more than a workbook needs."""


def check_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, its members' sizes within bounds; raises `Damaged` or `Bomb`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        total = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise Damaged from None
    if total > MAX_UNPACKED or (total > RATIO_FROM and total > MAX_RATIO * len(data)):
        raise Bomb
    for name in archive.namelist():
        member(archive, name)  # to the end, so that its checksum is compared: calamine does not
    return archive


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a member, never more than it claims to have; raises `Damaged`."""
    try:
        with archive.open(name) as file:
            return file.read(archive.getinfo(name).file_size + 1)
    except (KeyError, OSError, RuntimeError, ValueError, NotImplementedError, zipfile.BadZipFile, EOFError):
        raise Damaged from None
    except Exception as problem:  # zlib.error and what a damaged stream makes of the decompressor
        raise Damaged from problem


def parsed(data: bytes, started: Any, ended: Any = None, text: Any = None) -> None:
    """Run an XML document through handlers; a DOCTYPE or entity is refused, as no office program writes one."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = started
    if ended is not None:
        parser.EndElementHandler = ended
    if text is not None:
        parser.CharacterDataHandler = text
        parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise Damaged

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        raise Damaged from None


@dataclass
class _Scan:
    """What a pass over a sheet's XML finds."""

    flaws: dict[Place, Flaw] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filled: int = 0
    seen: int = 0
    last: Place = (-1, -1)
    claimed: Place = (-1, -1)
    row: int = -1
    column: int = -1
    _rows: int = 0
    _is_hollow: bool = False
    _kind: str = ""
    _has_formula: bool = False
    _has_value: bool = False
    _inside: bool = False

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name in ("v", "t"):
            self._inside = True
            self._has_value = self._has_value or self._kind == "str"  # a formula whose result is an empty text
            self._is_hollow = self._kind == "s" and name == "v"  # until the number of the text comes
        elif name == "row":
            row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            if row < self.row or (row == self.row and self._rows):
                raise Damaged
            self.row, self.column, self._rows = row, -1, self._rows + 1
            if attributes.get("hidden") in ("1", "true") or _is_zero(attributes.get("ht")):
                self.hidden_rows.add(self.row)
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self.merged.append(Merged(place_of(first), place_of(last or first)))
        elif name == "col" and (attributes.get("hidden") in ("1", "true") or _is_zero(attributes.get("width"))):
            low, high = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(max(0, low - 1), min(high, MAX_COLUMNS)))

    def _cell(self, attributes: dict[str, str]) -> None:
        before = self.row, self.column
        if "r" in attributes:
            self.row, self.column = place_of(attributes["r"])
        else:
            self.column += 1
        if (self.row, self.column) <= before:  # one of the two would be lost
            raise Damaged
        self._kind, self._has_formula, self._has_value = attributes.get("t", ""), False, False
        self._is_hollow = False
        self.seen += 1
        if self.seen > MAX_SEEN:
            raise TooMuch("cells", MAX_SEEN)
        self.claimed = max(self.claimed[0], self.row), max(self.claimed[1], self.column)

    def text(self, data: str) -> None:
        """Characters: a value of blanks alone is none."""
        if self._inside and not data.isspace():
            self._has_value, self._is_hollow = True, False

    def ended(self, tag: str) -> None:
        """An element ends: a cell is known by then."""
        self._inside = False
        if tag.rpartition(" ")[2] != "c":
            return
        place = (self.row, self.column)
        if self._kind == "e" or self._is_hollow:
            self.flaws[place] = "error"
        elif self._has_formula and not self._has_value:
            self.flaws[place] = "formula"
        elif not self._has_value:
            return
        self.filled += 1
        self.last = max(self.last[0], self.row), max(self.last[1], self.column)
        if self.filled > MAX_CELLS:
            raise TooMuch("cells", MAX_CELLS)


def _is_zero(size: str | None) -> bool:
    """Whether a height or width is stated and none."""
    return size is not None and float(size) == 0


class Xlsx:
    """A workbook in memory. Raises `Damaged`, `Bomb`; its sheets raise `TooMuch` as well."""

    def __init__(self, data: bytes) -> None:
        self.archive = check_archive(data)
        self.data = data
        self.paths: dict[str, str] = {}
        self.hidden: set[str] = set()
        self._listed()

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets, in their order."""
        return list(self.paths)

    def _listed(self) -> None:
        """The sheets with the member each stands in, as the workbook and its relations say."""
        targets: dict[str, str] = {}
        rows: list[tuple[str, str, str]] = []

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if tag.rpartition(" ")[2] == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            if tag.rpartition(" ")[2] == "sheet":
                link = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
                rows.append((attributes.get("name", ""), link, attributes.get("state", "visible")))

        names = {name.replace("\\", "/"): name for name in self.archive.namelist()}
        for path, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
            parsed(member(self.archive, names.get(path, path)), handler)
        for name, link, state in rows:
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if name in self.paths:  # one of a name would hide the other
                raise Damaged
            self.paths[name] = names.get(path, path)
            if state != "visible":
                self.hidden.add(name)

    def sheet(self, name: str) -> Sheet:
        """The cells of a sheet."""
        xml = member(self.archive, self.paths[name])
        scan = _Scan()
        try:
            parsed(xml, scan.started, scan.ended, scan.text)
        except (ValueError, KeyError):
            raise Damaged from None
        if scan.last[1] >= MAX_COLUMNS:
            raise TooMuch("columns", MAX_COLUMNS)
        if scan.last[0] >= MAX_ROWS:
            raise TooMuch("rows", MAX_ROWS)
        height, width = scan.claimed[0] + 1, scan.claimed[1] + 1
        data = self.data
        if height * width > WASTED_CELLS or "error" in scan.flaws.values():
            plain = _Plain(scan.flaws)
            parsed(xml, plain.started, plain.ended, plain.text)
            data = self._with(name, plain.xml())
        rows = filled_down(_values(data, name, scan.last[0]), scan.merged)
        flaws = {place: flaw for place, flaw in scan.flaws.items() if not _text(rows, place)}
        flaws |= dict.fromkeys(_error_texts(rows), "error")
        filled = [
            row for row in sorted(scan.hidden_rows) if row < len(rows) and any(cell.strip() for cell in rows[row])
        ]
        return Sheet(
            name,
            rows,
            flaws,
            tuple(scan.merged),
            tuple(filled),
            tuple(sorted(scan.hidden_columns)),
            name in self.hidden,
        )

    def _with(self, name: str, xml: bytes) -> bytes:
        """The workbook with another XML of a sheet."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made:
            for item in self.archive.infolist():
                inside = xml if item.filename == self.paths[name] else member(self.archive, item.filename)
                made.writestr(item.filename.replace("\\", "/"), inside)
        return buffer.getvalue()


class _Plain:
    """Makes a sheet again that has its filled cells and nothing else: no error, no blank, no claim of a size.

    calamine fails on errors it does not know, and asks for memory for every blank it is told of.
    """

    def __init__(self, flaws: Mapping[Place, Flaw]) -> None:
        self.flaws = flaws
        self.parts: list[str] = []
        self._row, self._place = -1, (-1, -1)
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._inside = self._is_reading_aid = False

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(" ")[2]
        if name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._place = self._row, -1
            self.parts.append(f'</row><row r="{self._row + 1}">')
        elif name == "c":
            at = place_of(attributes["r"]) if "r" in attributes else (self._place[0], self._place[1] + 1)
            self._place, self._cell, self._text = at, attributes, []
        elif name == "rPh":  # how a name is pronounced is no part of it
            self._is_reading_aid = True
        elif name in ("v", "t"):
            self._inside = not self._is_reading_aid

    def text(self, data: str) -> None:
        """Characters."""
        if self._inside:
            self._text.append(data)

    def ended(self, tag: str) -> None:
        """An element ends."""
        self._inside = False
        if tag.rpartition(" ")[2] == "rPh":
            self._is_reading_aid = False
        text = "".join(self._text)
        if tag.rpartition(" ")[2] != "c" or not text.strip() or self._place in self.flaws:
            return
        kind, style = self._cell.get("t", "n"), self._cell.get("s", "0")
        value = (
            f"<is><t xml:space='preserve'>{escape(text)}</t></is>" if kind == "inlineStr" else f"<v>{escape(text)}</v>"
        )
        name = f"{column_name(self._place[1])}{self._place[0] + 1}"
        self.parts.append(f'<c r="{name}" s="{escape(style)}" t="{escape(kind)}">{value}</c>')

    def xml(self) -> bytes:
        """The sheet."""
        rows = "".join(self.parts).removeprefix("</row>") + ("</row>" if self.parts else "")
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def _values(data: bytes, name: str, last: int) -> list[list[str]]:
    """Text of every cell from A1 to the last row that holds something."""
    import python_calamine

    try:
        page = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
        top, left = page.start or (0, 0)
        cells = page.to_python(skip_empty_area=True)
    except BaseException as problem:  # a panic of the library is no Exception
        if isinstance(problem, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise Damaged from None
    rows: list[list[str]] = [[] for _ in range(top)]
    rows += [[""] * left + [cell_text(cell) for cell in row] for row in cells]
    return rows[: last + 1]


def _text(rows: list[list[str]], place: Place) -> str:
    row, column = place
    return rows[row][column].strip() if row < len(rows) and column < len(rows[row]) else ""


def _error_texts(rows: list[list[str]]) -> Iterator[Place]:
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text[:1] == "#" and is_error(text):
                yield number, column


__all__ = ["Bomb", "Damaged", "Xlsx", "check_archive", "member", "parsed"]
