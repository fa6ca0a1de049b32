"""Workbooks as containers: members gone, cut, garbled, grown; claims that do not hold. What is read must be what was written."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile

from tests.fuzz.base import BOOK, SHEET_FILE, Base
from tests.fuzz.container import LINKS, SHEET, STRINGS, STYLES, WORKBOOK, packed, sheet_member, unpacked
from tests.fuzz.damage import SAME, Damage, mutator


def _container(base: Base, data: bytes, note: str = "", must: str = SAME) -> Damage:
    return Damage({**base.files, SHEET_FILE: data}, SHEET_FILE, must, note)


def _member(rng: random.Random, base: Base) -> tuple[dict[str, bytes], str]:
    """The members, and one of them; those that hold content more often."""
    members = unpacked(base.files[SHEET_FILE])
    core = (sheet_member(base, "people"), STRINGS, STYLES, WORKBOOK, LINKS, "[Content_Types].xml", "_rels/.rels")
    return members, rng.choice(core if rng.random() < 0.7 else sorted(members))


@mutator("zip", BOOK)
def member_gone(rng: random.Random, base: Base) -> Damage:
    members, name = _member(rng, base)
    del members[name]
    if rng.random() < 0.2:
        del members[rng.choice(sorted(members))]
    return _container(base, packed(members), name)


@mutator("zip", BOOK)
def member_cut(rng: random.Random, base: Base) -> Damage:
    """A member that ends early, with a checksum that fits."""
    members, name = _member(rng, base)
    members[name] = members[name][: rng.randrange(len(members[name]))]
    return _container(base, packed(members), f"{name} {len(members[name])}")


@mutator("zip", BOOK)
def member_garbage(rng: random.Random, base: Base) -> Damage:
    members, name = _member(rng, base)
    members[name] = rng.choice(
        (b"", b"\0" * 500, rng.randbytes(500), b"<a/>", b"<?xml version='1.0'?>", b"PK\x03\x04", b"\xff\xfe<\0a\0")
    )
    return _container(base, packed(members), f"{name} {members[name][:8]!r}")


@mutator("zip", BOOK)
def member_renamed(rng: random.Random, base: Base) -> Damage:
    members, name = _member(rng, base)
    other = rng.choice((name.upper(), name.replace("/", "\\"), f"/{name}", f"../{name}", f"{name}.bak", name.lower()))
    renamed = {other if key == name else key: data for key, data in members.items()}
    return _container(base, packed(renamed), f"{name} -> {other}")


@mutator("zip", BOOK)
def bits_of_content(rng: random.Random, base: Base) -> Damage:
    """Bits flipped in the packed content: the checksum no longer fits."""
    data = bytearray(base.files[SHEET_FILE])
    stored = rng.random() < 0.5
    if stored:
        data = bytearray(packed(unpacked(bytes(data)), zipfile.ZIP_STORED))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as book:
        item = rng.choice(book.infolist())
        if rng.random() < 0.6:
            item = book.getinfo(sheet_member(base, "people"))
    start = item.header_offset + 30 + len(item.filename.encode())
    for _ in range(rng.choice((1, 1, 4))):
        data[start + rng.randrange(item.compress_size)] ^= 1 << rng.randrange(8)
    return _container(base, bytes(data), f"{item.filename}, stored {stored}")


@mutator("zip", BOOK)
def digits_of_content(rng: random.Random, base: Base) -> Damage:
    """A digit of a stored sheet changed without its checksum: a value that nobody wrote."""
    members = unpacked(base.files[SHEET_FILE])
    name = rng.choice((sheet_member(base, "people"), STRINGS))
    data = bytearray(packed(members, zipfile.ZIP_STORED))
    start = data.index(members[name])
    digits = [place for place, sign in enumerate(members[name]) if chr(sign).isdigit() and place > 400]
    place = rng.choice(digits)
    data[start + place] = ord("0") + (data[start + place] - ord("0") + rng.randint(1, 9)) % 10
    return _container(base, bytes(data), f"{name} at {place}")


@mutator("zip", BOOK)
def fields_of_directory(rng: random.Random, base: Base) -> Damage:
    """Sizes, offsets, methods and flags of the directory replaced."""
    data = bytearray(base.files[SHEET_FILE])
    entry, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    for _ in range(rng.randrange(12)):
        following = data.find(b"PK\x01\x02", entry + 4)
        entry = following if following > 0 else entry
    spots = {
        "flags": (8, 2),
        "method": (10, 2),
        "crc": (16, 4),
        "packed": (20, 4),
        "size": (24, 4),
        "name": (28, 2),
        "offset": (42, 4),
    }
    name = rng.choice(sorted(spots))
    offset, width = spots[name]
    place = entry + offset
    if rng.random() < 0.3:
        name, place, width = rng.choice(
            (("entries", end + 10, 2), ("length", end + 12, 4), ("start", end + 16, 4), ("remark", end + 20, 2))
        )
    value = rng.choice((0, 1, 8, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, rng.randrange(1 << 32))) % (1 << (8 * width))
    data[place : place + width] = struct.pack("<I", value)[:width]
    return _container(base, bytes(data), f"{name} = {value}")


@mutator("zip", BOOK)
def cut_container(rng: random.Random, base: Base) -> Damage:
    """As a copy that broke off, or with something before or behind."""
    data = base.files[SHEET_FILE]
    choice = rng.randrange(3)
    size = rng.choice((1, 22, 60, 500, 4000))
    new = (data[:-size], rng.randbytes(size) + data, data + rng.randbytes(size))[choice]
    return _container(base, new, f"{('cut', 'before', 'behind')[choice]} {size}")


@mutator("zip", BOOK, weight=0.3)
def bomb(rng: random.Random, base: Base) -> Damage:
    """A member of a few hundred megabytes that packs to nothing."""
    members = unpacked(base.files[SHEET_FILE])
    megabytes = rng.choice((30, 300, 1200))
    name = rng.choice((sheet_member(base, "people"), STRINGS, STYLES, WORKBOOK, "xl/media/image1.png"))
    chunk = rng.choice((b" ", b"<a/>", b"<row/>", b"<si><t>x</t></si>", b"x", b"\0"))
    chunk = chunk * (1_000_000 // len(chunk))
    members.pop(name, None)
    return _container(
        base, packed(members, stream={name: (chunk, megabytes)}), f"{megabytes} MB of {chunk[:6]!r} as {name}"
    )


@mutator("zip", BOOK, weight=0.3)
def grown_sheet(rng: random.Random, base: Base) -> Damage:
    """The sheet of people with very many blank rows, cells or blanks behind its content."""
    members = unpacked(base.files[SHEET_FILE])
    name = sheet_member(base, "people")
    text = members[name].decode()
    count = rng.choice((20_000, 300_000, 1_000_000))
    what = rng.choice(("rows", "cells", "blanks", "wide"))
    body = {
        "rows": lambda: "".join(f'<row r="{n}"/>' for n in range(1000, 1000 + count)),
        "cells": lambda: "".join(
            f'<row r="{n}"><c r="A{n}" s="1"/><c r="R{n}"/></row>' for n in range(1000, 1000 + count)
        ),
        "blanks": lambda: " " * (count * 100),
        "wide": lambda: f'<row r="1000">{"<c/>" * count}</row>',
    }[what]()
    members[name] = text.replace("</sheetData>", f"{body}</sheetData>").encode()
    return _container(base, packed(members), f"{count} {what}")


@mutator("zip", BOOK)
def odd_members(rng: random.Random, base: Base) -> Damage:
    """Members twice, very many of them, or with names that leave the folder: the workbook itself is sound."""
    members = unpacked(base.files[SHEET_FILE])
    choice = rng.choice(("twice", "many", "outside", "drawing"))
    if choice == "many":
        members |= {f"xl/x{n}.xml": b"" for n in range(20_000)}
    elif choice == "outside":
        members |= {"../../x.xml": b"x", "/etc/x": b"x", "C:\\x": b"x", "a" * 60_000: b"x"}
    elif choice == "drawing":
        members |= {
            SHEET.format(99): members[SHEET.format(1)],
            "xl/vbaProject.bin": rng.randbytes(500),
            "xl/drawings/drawing1.xml": b"<a",
        }
    data = packed(members)
    if choice == "twice":
        out = io.BytesIO(data)
        with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as book:
            warnings.simplefilter("ignore")
            book.writestr("docProps/app.xml", members["docProps/app.xml"])
        data = out.getvalue()
    return _container(base, data, choice)
