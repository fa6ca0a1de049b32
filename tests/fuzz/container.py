"""Workbooks as containers: members taken out and put back with sound checksums, and the rows that stand in them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from xml.etree import ElementTree

from tests.fuzz.base import SHEET_FILE, SHEETS, Base

Members = dict[str, bytes]
STRINGS, STYLES, WORKBOOK, LINKS = (
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
)
SHEET = "xl/worksheets/sheet{}.xml"
MAIN_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK_SPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def unpacked(data: bytes) -> Members:
    """The members of a container, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def packed(
    members: Members, method: int = zipfile.ZIP_DEFLATED, stream: dict[str, tuple[bytes, int]] | None = None
) -> bytes:
    """A container of these members. `stream` holds members that are a chunk many times over, as a bomb has them."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method, compresslevel=1) as book:
        warnings.simplefilter("ignore")
        for name, data in members.items():
            book.writestr(zipfile.ZipInfo(name), data, method)
        for name, (chunk, times) in (stream or {}).items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with book.open(info, "w", force_zip64=True) as file:
                for _ in range(times):
                    file.write(chunk)
    return out.getvalue()


def edited(base: Base, name: str, change: Callable[[str], str]) -> bytes:
    """The workbook of a base with the text of one member changed."""
    members = unpacked(base.files[SHEET_FILE])
    members[name] = change(members[name].decode()).encode("utf-8", errors="surrogatepass")
    return packed(members)


def sheet_member(base: Base, name: str) -> str:
    """The member that holds the sheet of a list."""
    return SHEET.format(list(base.tables).index(name) + 1)


def cell_name(base: Base, name: str, place: int, key: str) -> str:
    """Where a value stands: C7."""
    return f"{chr(65 + list(base.tables[name][0]).index(key))}{place + 2}"


def cell_pattern(cell: str) -> re.Pattern[str]:
    """The element of a cell."""
    return re.compile(rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)')


# --- an own count of the rows, by the standard library alone -----------------------------------------------------------


def planted_rows(data: bytes, ids: frozenset[str]) -> frozenset[str] | None:
    """The ids of people that stand in the first column of the sheet of people; None where the workbook is not sound."""
    try:
        members = unpacked(data)
        sheet = _people_member(members)
        strings = _strings(members[STRINGS])
        page = ElementTree.fromstring(members[sheet])
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ElementTree.ParseError,
        OSError,
    ):
        return None
    except (KeyError, ValueError, IndexError, StopIteration):
        return None
    found = set()
    for row in page.iter(f"{MAIN_SPACE}row"):
        for cell in row.findall(f"{MAIN_SPACE}c"):
            if re.fullmatch(r"A\d+", cell.get("r", "")):
                found.add(_text(cell, strings))
    return frozenset(found & ids)


def _people_member(members: Members) -> str:
    sheets = ElementTree.fromstring(members[WORKBOOK]).iter(f"{MAIN_SPACE}sheet")
    link = next(sheet.get(f"{LINK_SPACE}id") for sheet in sheets if sheet.get("name") == SHEETS["people"])
    targets = {item.get("Id"): item.get("Target", "") for item in ElementTree.fromstring(members[LINKS])}
    return f"xl/{targets[link]}"


def _strings(data: bytes) -> list[str]:
    return ["".join(item.itertext()) for item in ElementTree.fromstring(data).findall(f"{MAIN_SPACE}si")]


def _text(cell: ElementTree.Element, strings: list[str]) -> str:
    value = cell.findtext(f"{MAIN_SPACE}v") or ""
    if cell.get("t") != "s":
        return value
    return strings[int(value)] if value.isdigit() and int(value) < len(strings) else ""
