"""Bytes, lines and cells of text files, and cells of tables in every form."""

from __future__ import annotations

import dataclasses
import random

from tests.fuzz.base import (
    BOOK,
    CSV,
    GB,
    HEADERS,
    INLINE,
    MAIN,
    SHEET_FILE,
    SHIP,
    TEXTS,
    Base,
    Row,
    cell_text,
    csv_text,
    workbook_bytes,
    yaml_row,
    yaml_value,
)  # fmt: skip
from tests.fuzz.damage import ROWS, SAME, TOLD, Damage, cut, mutator, some_file

ALL = (*TEXTS, BOOK, SHIP)
TABLES = (INLINE, CSV, GB, BOOK)

# --- bytes -------------------------------------------------------------------------------------------------------------


def _bytes(base: Base, name: str, data: bytes, note: str = "", must: str = "") -> Damage:
    """A file with other bytes. A container holds checksums: whatever is read from it must be what it held."""
    must = must or (SAME if name.endswith(".xlsx") else ROWS)
    return Damage({**base.files, name: data}, name, must, note)


@mutator("bytes", *ALL)
def flipped_bits(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = bytearray(base.files[name])
    for _ in range(rng.choice((1, 1, 2, 5, 50))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return _bytes(base, name, bytes(data))


@mutator("bytes", *ALL)
def cut_out(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = base.files[name]
    start, end = cut(rng, len(data), rng.choice((1, 3, 40, 600)))
    return _bytes(base, name, data[:start] + data[end:], f"{start}-{end}")


@mutator("bytes", *ALL)
def cut_short(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = base.files[name]
    return _bytes(base, name, data[: rng.randrange(len(data))])


@mutator("bytes", *ALL)
def inserted(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = base.files[name]
    place = rng.randrange(len(data))
    return _bytes(base, name, data[:place] + rng.randbytes(rng.choice((1, 2, 8, 300))) + data[place:], str(place))


@mutator("bytes", *ALL)
def nul_bytes(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = base.files[name]
    start, end = cut(rng, len(data), rng.choice((1, 20, 512)))
    kept = data[end:] if rng.random() < 0.5 else data[start:]
    return _bytes(base, name, data[:start] + b"\0" * (end - start) + kept)


@mutator("bytes", *TEXTS)
def broken_byte(rng: random.Random, base: Base) -> Damage:
    """A byte that neither encoding knows: the message names its line."""
    name = some_file(rng, base)
    data = base.files[name]
    place = rng.randrange(len(data))
    damaged = data[:place] + b"\xff" + data[place:]
    if place < 2:  # might be taken for a byte-order mark
        return _bytes(base, name, damaged)
    line = data[:place].count(b"\n") + 1
    return dataclasses.replace(_bytes(base, name, damaged, must=TOLD), place=f"{name}:{line}")


@mutator("bytes", *TEXTS, SHIP)
def other_encoding(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    text = base.text(name)
    encoding = rng.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5", "shift_jis", "gb18030", "utf-7", "utf-8-sig")
    )
    data = text.encode(encoding, errors="replace")
    if rng.random() < 0.3:
        data = data[: -rng.randint(1, 9)]
    return _bytes(base, name, data, encoding)


@mutator("bytes", *TEXTS, SHIP)
def two_encodings(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    lines = base.text(name).split("\n")
    odd = set(rng.sample(range(len(lines)), rng.randint(1, len(lines))))
    one, other = base.encoding, "utf-8" if base.encoding == "gb18030" else "gb18030"
    return _bytes(base, name, b"\n".join(line.encode(other if n in odd else one) for n, line in enumerate(lines)))


@mutator("bytes", *TEXTS)
def encoded_twice(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    wrong = rng.choice(("latin-1", "cp1252"))
    text = base.text(name).encode().decode(wrong, errors="replace")
    return _bytes(base, name, text.encode("utf-8"), wrong)


@mutator("bytes", *ALL)
def something_else(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    data = rng.choice(
        (b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 4096, rng.randbytes(3000), b"%PDF-1.4\n" * 40)
    )
    return _bytes(base, name, data, f"{len(data)} bytes", TOLD if name == base.people_file else ROWS)


@mutator("bytes", *TEXTS, SHIP)
def marks_inside(rng: random.Random, base: Base) -> Damage:
    """Byte-order marks where files were joined."""
    name = some_file(rng, base)
    lines = base.text(name).split("\n")
    for _ in range(rng.choice((1, 3))):
        place = rng.randrange(len(lines))
        lines[place] = "\ufeff" + lines[place]
    return _bytes(base, name, base.encoded(name, "\n".join(lines)))


# --- lines -------------------------------------------------------------------------------------------------------------


def _lined(rng: random.Random, base: Base) -> tuple[str, list[str]]:
    name = some_file(rng, base)
    return name, base.text(name).rstrip("\n").split("\n")


def _joined(base: Base, name: str, lines: list[str], note: str = "", end: str = "\n") -> Damage:
    return Damage(base.with_text(name, "\n".join(lines) + end), name, note=note)


@mutator("lines", *TEXTS, SHIP)
def dropped(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    start, end = cut(rng, len(lines), rng.choice((1, 1, 3, 10)))
    return _joined(base, name, lines[:start] + lines[end:], f"{start + 1}-{end}")


@mutator("lines", *TEXTS, SHIP)
def doubled(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    place = rng.randrange(len(lines))
    target = place if rng.random() < 0.6 else rng.randrange(len(lines))
    return _joined(base, name, [*lines[:target], lines[place], *lines[target:]], f"{place + 1} at {target + 1}")


@mutator("lines", *TEXTS, SHIP)
def swapped(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return _joined(base, name, lines, f"{one + 1} {other + 1}")


@mutator("lines", *TEXTS, SHIP)
def shortened(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    place = rng.randrange(len(lines))
    lines[place] = lines[place][: rng.randrange(len(lines[place]) + 1)]
    return _joined(base, name, lines, str(place + 1))


@mutator("lines", *TEXTS, SHIP)
def joined(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    place = rng.randrange(len(lines))
    return _joined(base, name, [*lines[:place], "".join(lines[place : place + 2]), *lines[place + 2 :]], str(place + 1))


@mutator("lines", *TEXTS, SHIP)
def broken(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    place = rng.randrange(len(lines))
    at = rng.randrange(len(lines[place]) + 1)
    return _joined(
        base, name, [*lines[:place], lines[place][:at], lines[place][at:], *lines[place + 1 :]], str(place + 1)
    )


@mutator("lines", *TEXTS, SHIP)
def reversed_lines(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    start, end = cut(rng, len(lines), 12)
    return _joined(base, name, lines[:start] + lines[start:end][::-1] + lines[end:])


@mutator("lines", *TEXTS, SHIP)
def blank_lines(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    for _ in range(rng.choice((1, 5, 2000))):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(("", "   ", "\t")))
    return _joined(base, name, lines)


@mutator("lines", *TEXTS, SHIP)
def line_ends(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    end = rng.choice(("\r", "\r\r\n", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1e"))
    share = rng.choice((0.3, 1))
    text = "".join(line + (end if rng.random() < share else "\n") for line in lines)
    data = text.encode("utf-8" if name == MAIN else base.encoding)
    return Damage({**base.files, name: data}, name, note=repr(end))


@mutator("lines", *TEXTS, SHIP)
def foreign_line(rng: random.Random, base: Base) -> Damage:
    name, lines = _lined(rng, base)
    text = rng.choice(
        (
            "合计",
            "<<<<<<< HEAD",
            "=======",
            "---",
            "...",
            "# 备注",
            "\x1a",
            '"',
            "'",
            "，，，",
            "x" * 10_000,
            "\x1b[2J",
            "制表人：王某",
        )
    )
    lines.insert(rng.randrange(len(lines) + 1), text)
    return _joined(base, name, lines, text[:20])


# --- cells -------------------------------------------------------------------------------------------------------------

ERRORS = (
    "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "######", "Err:502", "nan", "NaN", "None",
    "NULL", "N/A", "<NA>", "-1.#IND", "？", "-", "/", "待定",
)  # fmt: skip
INVISIBLE = "\u200b\u200d\u200e\u2060\ufeff\u00ad\u202e\u2066\u2028\u2029\u3000\u00a0\U000e0041"
CONTROLS = (
    *map(chr, (*range(1, 9), 11, 12, *range(14, 32), 127, 0x85, 0x9B)),
    "\x1b[31m",
    "\x1b]0;x\x07",
    "\x9b2J",
    "\r",
    "\b\b\b",
)
NUMBERS = (
    "１９８５－０３", "1985.1", "4.5e1", "1,000", "٣", "²", "Ⅳ", "0x10", "1_0", "inf", "-0", "1e309", "9" * 30, "9" * 6000, "1e99999999",
    "三", "3.0000000000000004", "+3", "--3", "3 3", "1985-03-01 00:00:00", "0000-00", "9999-99", "31107",
)  # fmt: skip
PERSONAL = tuple(key for key in HEADERS["people"] if key not in ("id", "name", "unit"))


def _quoted(text: str) -> str:
    """A double-quoted scalar, with escapes where YAML allows no bare character."""
    signs = []
    for sign in text:
        code = ord(sign)
        if sign in '"\\':
            signs.append("\\" + sign)
        elif sign.isprintable() and not 0xD800 <= code < 0xE000:
            signs.append(sign)
        else:
            signs.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return f'"{"".join(signs)}"'


def holding(row: Row, key: str, value: str) -> tuple[tuple[str, str], ...]:
    """A personal cell that must not be read as blank: it holds something, and not what a blank stands for anyway."""
    sane = "".join(sign for sign in value if sign.isprintable() and not sign.isspace())
    default = {"status": "在岗", "specialist": "0"}.get(key)
    return ((str(row["id"]), key),) if key in PERSONAL and sane and (default is None or default not in sane) else ()


def _line(row: Row, key: str, shown: str, at: int | None = None) -> str:
    """A row of an inline list with one value written as it is given, at its place or at another."""
    parts = [f"{name}: {shown if name == key else yaml_value(item)}" for name, item in row.items()]
    if at is not None:
        part = parts.pop(list(row).index(key))
        parts.insert(at, part)
    return "  - {" + ", ".join(parts) + "}"


def _cell(base: Base, list_name: str, place: int, key: str, value: str, must: str = ROWS, secret: str = "") -> Damage:
    """One cell of a table set to a text, well quoted: the file is sound, its content is not."""
    rows: list[Row] = [dict(row) for row in base.tables[list_name]]
    old = yaml_row(rows[place])
    rows[place][key] = value
    touched = base.people_file if list_name == "people" or base.form == BOOK else f"{list_name}.csv"
    if base.form == BOOK:
        tables = {**base.tables, list_name: rows}
        files = {**base.files, SHEET_FILE: workbook_bytes(tables, base.number % 2 > 0)}
    elif base.form == INLINE:
        touched = MAIN
        files = base.with_text(MAIN, base.text(MAIN).replace(old, _line(rows[place], key, _quoted(value))))
    else:
        files = base.with_text(touched, csv_text(list_name, rows))
    filled = holding(rows[place], key, value) if list_name == "people" else ()
    note = f"{list_name}[{place}].{key} = {value[:40]!r}"
    row = (list_name, str(base.tables[list_name][place]["id"]))
    return Damage(files, touched, must, note, filled=filled, row=row, secret=secret)


def _some_cell(rng: random.Random, base: Base, personal: bool = False) -> tuple[str, int, str]:
    list_name = "people" if personal or rng.random() < 0.7 else rng.choice(("units", "posts"))
    place = rng.randrange(len(base.tables[list_name]))
    keys = PERSONAL if personal else tuple(HEADERS[list_name])
    return list_name, place, rng.choice(keys)


@mutator("cells", *TABLES)
def error_text(rng: random.Random, base: Base) -> Damage:
    return _cell(base, *_some_cell(rng, base, personal=True), rng.choice(ERRORS))


@mutator("cells", *TABLES)
def cell_cut_short(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base, personal=True)
    text = cell_text(base.tables[list_name][place][key])
    return _cell(base, list_name, place, key, text[: rng.randint(1, len(text))])


@mutator("cells", *TABLES)
def broken_name(rng: random.Random, base: Base) -> Damage:
    """A line break inside a name."""
    place = rng.randrange(len(base.tables["people"]))
    name = str(base.tables["people"][place]["name"])
    return _cell(base, "people", place, "name", name[:1] + rng.choice(("\n", "\r\n", "\n\n", "\n  ")) + name[1:], TOLD)


@mutator("cells", *TABLES)
def broken_cell(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    text = cell_text(base.tables[list_name][place][key])
    at = rng.randrange(len(text) + 1)
    return _cell(base, list_name, place, key, text[:at] + "\n" + text[at:])


@mutator("cells", *TABLES)
def long_value(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    sizes = (101, 5000, 32_767) if base.form == BOOK else (101, 5000, 131_071, 131_073, 2_000_000)
    size = rng.choice(sizes)
    text = rng.choice(("长", "x", "1", "T1；", "a:1；", "[", "'")) * size
    must = TOLD if key == "name" and list_name == "people" else ROWS
    return _cell(base, list_name, place, key, text[:size], must)


@mutator("cells", *TABLES)
def invisible(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    text = cell_text(base.tables[list_name][place][key])
    at = rng.randrange(len(text) + 1)
    sign = rng.choice(INVISIBLE) * rng.choice((1, 1, 3))
    return _cell(base, list_name, place, key, text[:at] + sign + text[at:])


@mutator("cells", *TABLES)
def controls(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    text = cell_text(base.tables[list_name][place][key])
    at = rng.randrange(len(text) + 1)
    return _cell(base, list_name, place, key, text[:at] + rng.choice(CONTROLS) + text[at:])


@mutator("cells", INLINE, CSV)
def lone_surrogate(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    text = cell_text(base.tables[list_name][place][key])
    return _cell(
        base, list_name, place, key, text + rng.choice(("\ud800", "\udcff", "\udfff\ud800", "\U0010ffff", "\ufffe"))
    )


@mutator("cells", *TABLES)
def odd_number(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    return _cell(base, list_name, place, key, rng.choice(NUMBERS))


@mutator("cells", *TABLES)
def identity_number(rng: random.Random, base: Base) -> Damage:
    """An identity number in a column where none belongs: refused or kept, but never repeated by a message."""
    list_name, place, key = _some_cell(rng, base)
    number = f"999999{rng.randint(1950, 1999)}0{rng.randint(1, 9)}1{rng.randint(0, 9)}{rng.randint(100, 999)}{rng.choice('0123456789X')}"
    if rng.random() < 0.4:
        number = number[:6] + number[8:17]
    shown = rng.choice((number, f" {number}", f"'{number}", f"证{number}"))
    if base.form == BOOK and rng.random() < 0.5:
        shown = number
    return _cell(base, list_name, place, key, shown, secret=number[:15])


@mutator("cells", *TABLES)
def markup(rng: random.Random, base: Base) -> Damage:
    list_name, place, key = _some_cell(rng, base)
    text = rng.choice(
        (
            "=1+1",
            "＝cmd|'/c calc'!A0",
            "+1",
            "@x",
            "{0}",
            "{value}",
            "%s",
            "[red]x[/red]",
            "[/]",
            "<b>",
            "a|b",
            "`x`",
            "$(id)",
            "\\",
            "\\n",
        )
    )
    return _cell(base, list_name, place, key, text)


@mutator("cells", CSV, GB)
def stray_mark(rng: random.Random, base: Base) -> Damage:
    """A quote or separator typed into a cell, as text programs leave it: the line itself is damaged."""
    name = rng.choice(("people.csv", "people.csv", "units.csv", "posts.csv"))
    lines = base.text(name).rstrip("\n").split("\n")
    place = rng.randrange(len(lines))
    cells = lines[place].split(",")
    column = rng.randrange(len(cells))
    text = cells[column]
    at = rng.randrange(len(text) + 1)
    cells[column] = text[:at] + rng.choice(('"', '""', ",", ";", "\t", "|", "'", "“", "，", "\\", '","')) + text[at:]
    lines[place] = ",".join(cells)
    return _joined(base, name, lines, f"line {place + 1}, column {column + 1}")


@mutator("cells", INLINE)
def unquoted(rng: random.Random, base: Base) -> Damage:
    """A value that YAML takes for something else. It is no comment, so it is no blank either."""
    place = rng.randrange(len(base.tables["people"]))
    row = base.tables["people"][place]
    key = rng.choice(("name", "status", "title", "health", "unit", "band", "education"))
    text = str(row[key])
    form = rng.choice(
        ("&{0}", "!{0}", "*{0}", "%{0}", "@{0}", "`{0}", "|{0}", ">{0}", "? {0}", "- {0}", "“{0}”", "{0}: {0}", "{0}, {0}", "{0}，{0}",
         "{{{0}", "[{0}", "{0}]", "{0}}}", '"{0}', "'{0}", '"{0}" {0}', "{0}：{0}", "!!str {0}", "!!int {0}", "!<x> {0}", "{0} #x", "<<")
    )  # fmt: skip
    at = rng.choice((None, rng.randint(1, len(row) - 1)))
    text = base.text(MAIN).replace(yaml_row(row), _line(row, key, form.format(text), at))
    filled = holding(row, key, form.format(text))
    note = f"people[{place}].{key}: {form}"
    return Damage(base.with_text(MAIN, text), MAIN, ROWS, note, filled=filled)
