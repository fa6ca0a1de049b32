"""The content of workbooks: claims of size, entities, errors, formulas, merged and hidden cells, other ways to write the same."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable

from tests.fuzz.base import BOOK, HEADERS, SHEET_FILE, SHEETS, Base, cell_text
from tests.fuzz.container import (
    LINKS,
    STRINGS,
    STYLES,
    WORKBOOK,
    cell_name,
    cell_pattern,
    edited,
    packed,
    sheet_member,
    unpacked,
)  # fmt: skip
from tests.fuzz.damage import ROWS, SAME, TOLD, Damage, mutator
from tests.fuzz.damage_text import PERSONAL

ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#GETTING_DATA", "", "7", "x")


def _edited(base: Base, name: str, change: Callable[[str], str], must: str, note: str = "", place: str = "") -> Damage:
    return Damage({**base.files, SHEET_FILE: edited(base, name, change)}, SHEET_FILE, must, note, place)


def _people(base: Base, change: Callable[[str], str], must: str, note: str = "", place: str = "") -> Damage:
    return _edited(base, sheet_member(base, "people"), change, must, note, place)


def _some(rng: random.Random, base: Base) -> tuple[int, str, str]:
    """A person, a column and the cell."""
    place, key = rng.randrange(len(base.tables["people"])), rng.choice(PERSONAL)
    return place, key, cell_name(base, "people", place, key)


def _replaced(cell: str, new: str) -> Callable[[str], str]:
    return lambda text: cell_pattern(cell).sub(lambda _: new, text, count=1)


# --- cells -------------------------------------------------------------------------------------------------------------


@mutator("book", BOOK)
def error_cell(rng: random.Random, base: Base) -> Damage:
    """A formula that failed: its cell is no blank."""
    place, key, cell = _some(rng, base)
    if rng.random() < 0.2:
        key = rng.choice(("id", "name", "unit"))
        cell = cell_name(base, "people", place, key)
    value = rng.choice(ERRORS)
    formula = rng.choice(("", "<f>VLOOKUP(A2,X:Y,2,0)</f>"))
    return _people(
        base, _replaced(cell, f'<c r="{cell}" t="e">{formula}<v>{value}</v></c>'), TOLD, f"{value} {key}", f"!{cell}"
    )


@mutator("book", BOOK)
def error_elsewhere(rng: random.Random, base: Base) -> Damage:
    """The same in the tables of units and posts, and in a header."""
    name = rng.choice(("units", "posts", "people"))
    place = -1 if name == "people" else rng.randrange(len(base.tables[name]))
    cell = cell_name(base, name, place, rng.choice(list(HEADERS[name])))
    new = f'<c r="{cell}" t="e"><v>{rng.choice(ERRORS[:6])}</v></c>'
    return _edited(base, sheet_member(base, name), _replaced(cell, new), TOLD, cell, f"!{cell}")


@mutator("book", BOOK)
def formula_without_value(rng: random.Random, base: Base) -> Damage:
    """As programs write formulas that no spreadsheet has computed yet."""
    _, key, cell = _some(rng, base)
    new = rng.choice(
        ('<c r="{0}"><f>B2</f></c>', '<c r="{0}"><f>B2</f><v></v></c>', '<c r="{0}"><f>B2</f><v/></c>',
         '<c r="{0}"><f t="shared" ref="A1:B9" si="0">B2</f></c>',
         '<c r="{0}"><f t="shared" si="0"/></c>', '<c r="{0}"><f/></c>')
    )  # fmt: skip
    return _people(base, _replaced(cell, new.format(cell)), TOLD, f"{key} {new[12:]}", f"!{cell}")


@mutator("book", BOOK)
def odd_cell(rng: random.Random, base: Base) -> Damage:
    """Types, references and numbers that do not fit: something stands there, so it is no blank."""
    place, key, cell = _some(rng, base)
    if key == "specialist":  # a number may well be a no
        key, cell = "status", cell_name(base, "people", place, "status")
    new = rng.choice(
        ('<c r="{0}" t="s"><v>99999</v></c>', '<c r="{0}" t="s"><v>-1</v></c>', '<c r="{0}" t="s"><v>x</v></c>',
         '<c r="{0}" t="x"><v>7</v></c>', '<c r="{0}" t="b"><v>7</v></c>', '<c r="{0}" t="d"><v>x</v></c>', '<c r="{0}" t="d"><v>1985-03-01</v></c>',
         '<c r="{0}"><v>x</v></c>', '<c r="{0}"><v>NaN</v></c>', '<c r="{0}"><v>1e999</v></c>', '<c r="{0}" s="1"><v>1e300</v></c>',
         '<c r="{0}" s="1"><v>-1</v></c>', '<c r="{0}" s="1"><v>2958466</v></c>', '<c r="{0}" s="999"><v>3</v></c>', '<c r="{0}"><v>1 2</v></c>',
         '<c r="{0}" t="str"><v>调查</v></c>', '<c r="{0}" t="inlineStr"><is><t>调查</t></is></c>')
    )  # fmt: skip
    damage = _people(base, _replaced(cell, new.format(cell)), ROWS, f"{key} {new[12:]}")
    person = str(base.tables["people"][place]["id"])
    return dataclasses.replace(damage, filled=((person, key),), row=("people", person))


@mutator("book", BOOK)
def odd_reference(rng: random.Random, base: Base) -> Damage:
    """A cell with a place that does not fit, or none at all."""
    _, key, cell = _some(rng, base)
    other = rng.choice(
        (
            "",
            "A0",
            "a2",
            "XFD1048576",
            "ZZZZ9",
            "A99999999999",
            "2",
            "A",
            "$A$2",
            "AAAAAAAAAAAA1",
            "A-1",
            cell_name(base, "people", 0, "name"),
        )
    )
    new, must = (f'<c r="{other}"', TOLD) if other else ("<c", SAME)  # without a place a cell follows the one before
    return _people(base, lambda text: text.replace(f'<c r="{cell}"', new, 1), must, f"{key} {cell} -> {other}")


@mutator("book", BOOK)
def odd_text(rng: random.Random, base: Base) -> Damage:
    """Texts that XML or the format of workbooks do not allow, or that they write in a way of their own."""
    person = rng.choice(base.tables["people"])
    name = str(person["name"])
    new = rng.choice(
        ("_xD800_", "&#xD800;", "&#0;", "&#x1F;", "&#x202E;", "_x000D_", "_x0000_", "\ud800", "&amp;#x41;", "&nbsp;", "&#99999999999;", "]]>", "<b>",
         "<r><t>{0}</t></r>", "\x00", "\x1f", "<!-- x -->", "<![CDATA[{0}]]>", "<?x y?>", " {0} ", "&#10;", "_x000A_", "x" * 40_000)
    ).format(name)  # fmt: skip
    text = f"<t>{name[:1]}{new}{name[1:]}</t>"
    damage = _edited(base, STRINGS, lambda strings: strings.replace(f"<t>{name}</t>", text), ROWS, repr(new[:30]))
    return dataclasses.replace(damage, row=("people", str(person["id"])))


@mutator("book", BOOK)
def xml_bytes(rng: random.Random, base: Base) -> Damage:
    """A member with flipped, lost or foreign bytes, and a checksum that fits."""
    members = unpacked(base.files[SHEET_FILE])
    name = rng.choice(
        (
            sheet_member(base, "people"),
            sheet_member(base, "people"),
            STRINGS,
            WORKBOOK,
            LINKS,
            STYLES,
            sheet_member(base, "posts"),
        )
    )
    data = bytearray(members[name])
    place = rng.randrange(60, len(data))
    what = rng.choice(("flip", "lose", "add"))
    if what == "flip":
        data[place] ^= 1 << rng.randrange(7)
    elif what == "lose":
        del data[place : place + rng.choice((1, 1, 6, 60))]
    else:
        data[place:place] = rng.choice(
            (b"<", b">", b"&", b'"', b"/", b"\0", b"\xff", b"<row>", b"</row>", b"<c>", b"</sheetData>", b"<!--")
        )
    members[name] = bytes(data)
    return Damage({**base.files, SHEET_FILE: packed(members)}, SHEET_FILE, ROWS, f"{what} at {place} of {name}")


# --- size and entities -------------------------------------------------------------------------------------------------


@mutator("book", BOOK)
def claimed_size(rng: random.Random, base: Base) -> Damage:
    """The sheet claims another size than it has: only its cells count."""
    size = rng.choice(
        ("A1:XFD1048576", "A1", "A1:A1", "A1:B3", "XFD1048576", "A0:B0", "x", "", "A1:ZZZ99999999999", "B9:A1", "A1:R2")
    )
    return _people(
        base, lambda text: re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{size}"/>', text), SAME, size
    )


@mutator("book", BOOK)
def far_blank(rng: random.Random, base: Base) -> Damage:
    """A cell with a format and no content, far from everything."""
    cell = rng.choice(("XFD1048576", "ZZ200000", "A1048576", "XFD2", "AAA5000", "R60000", "ZZ999999999"))
    row = re.sub("[A-Z]", "", cell)
    content = rng.choice(("/>", "></c>", "><v></v></c>", ' t="s"></c>', ' t="inlineStr"><is><t> </t></is></c>'))
    add = f'<row r="{row}"><c r="{cell}" s="1"{content}</row></sheetData>'
    return _people(base, lambda text: text.replace("</sheetData>", add), SAME, f"{cell} {content}")


@mutator("book", BOOK)
def far_content(rng: random.Random, base: Base) -> Damage:
    """Something typed by chance far from the table: told, since it is not read."""
    cell = rng.choice(("XFD1048576", "ZZ200000", "A1048576", "XFD2", "AAA500", "R60000", "A5000"))
    row = re.sub("[A-Z]", "", cell)
    add = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>合计</t></is></c></row></sheetData>'
    return _people(base, lambda text: text.replace("</sheetData>", add), TOLD, cell)


@mutator("book", BOOK)
def entities(rng: random.Random, base: Base) -> Damage:
    """Entities of one's own, growing, or of files."""
    name = str(rng.choice(base.tables["people"])["name"])
    growing = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype, use = rng.choice(
        (("<!DOCTYPE x>", name), ('<!DOCTYPE x [<!ENTITY e "x">]>', "&e;"), (f'<!DOCTYPE x [<!ENTITY e0 "x">{growing}]>', "&e9;"),
         ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"), ('<!DOCTYPE x [<!ENTITY e "&e;">]>', "&e;"), ("", "&e;"),
         ('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">', name), (f'<!DOCTYPE x [<!ENTITY e "{"x" * 100_000}">]>', "&e;" * 1000))
    )  # fmt: skip

    def change(text: str) -> str:
        head, mark, rest = text.partition("?>")
        return f"{head}{mark}{doctype}{rest}".replace(f"<t>{name}</t>", f"<t>{use}</t>", 1)

    return _edited(base, STRINGS, change, SAME, f"{doctype[:40]} {use[:10]}")


@mutator("book", BOOK, weight=0.3)
def deep_xml(rng: random.Random, base: Base) -> Damage:
    count = rng.choice((1000, 100_000, 1_000_000))
    closing = "</a>" * count if rng.random() < 0.5 else ""
    return _people(
        base, lambda text: text.replace("</sheetData>", f"{'<a>' * count}{closing}</sheetData>"), SAME, f"{count}"
    )


# --- rows and sheets ---------------------------------------------------------------------------------------------------


@mutator("book", BOOK)
def merged_cells(rng: random.Random, base: Base) -> Damage:
    """One value over several rows: every covered row has it, or the planner is told."""
    count = len(base.tables["people"])
    first = rng.randrange(count - 1)
    last = rng.randrange(first + 1, min(count, first + 5))
    key = rng.choice(("status", "status", *PERSONAL, "unit"))
    cells = [cell_name(base, "people", place, key) for place in range(first, last + 1)]

    def change(text: str) -> str:
        for cell in cells[1:]:
            text = cell_pattern(cell).sub(f'<c r="{cell}"/>', text, count=1)
        return text.replace(
            "</sheetData>", f'</sheetData><mergeCells count="1"><mergeCell ref="{cells[0]}:{cells[-1]}"/></mergeCells>'
        )

    ids = [str(row["id"]) for row in base.tables["people"]]
    alike = tuple((ids[place], key, ids[first]) for place in range(first + 1, last + 1))
    value = cell_text(base.tables["people"][first][key])
    return dataclasses.replace(_people(base, change, ROWS, f"{cells[0]}:{cells[-1]} {value}"), alike=alike)


@mutator("book", BOOK)
def hidden_rows(rng: random.Random, base: Base) -> Damage:
    """Hidden or filtered rows are read, and that is said."""
    rows = sorted(rng.sample(range(2, len(base.tables["people"]) + 2), rng.choice((1, 3))))
    mark = rng.choice(('hidden="1"', 'hidden="true"', 'hidden="1" ht="0" customHeight="1"'))

    def change(text: str) -> str:
        for row in rows:
            text = text.replace(f'<row r="{row}"', f'<row r="{row}" {mark}')
        return text

    return _people(base, change, TOLD, f"rows {rows}")


@mutator("book", BOOK)
def hidden_sheet(rng: random.Random, base: Base) -> Damage:
    name = rng.choice(("people", "units", "posts"))
    state = rng.choice(("hidden", "veryHidden"))
    return _edited(
        base,
        WORKBOOK,
        lambda text: text.replace(f'name="{SHEETS[name]}"', f'name="{SHEETS[name]}" state="{state}"'),
        TOLD,
        f"{name} {state}",
    )


@mutator("book", BOOK)
def sheet_name(rng: random.Random, base: Base) -> Damage:
    """A sheet under a name that is not quite its own: its list is missing, and that is told."""
    name = rng.choice(("people", "people", "posts", "units"))
    old = SHEETS[name]
    new = rng.choice(
        (
            f"{old}表",
            f"{old} ",
            f" {old}",
            "Sheet1",
            f"{old}(2)",
            "说明",
            f"说明{old}",
            "",
            "x" * 300,
            "&amp;",
            f"{old}\u200b",
            old[:1],
            f"{old}#1",
            "readme",
        )
    )
    must = SAME if new.strip() == old or new == f"{old}\u200b" else TOLD
    return _edited(
        base, WORKBOOK, lambda text: text.replace(f'name="{old}"', f'name="{new}"'), must, f"{old} -> {new[:20]!r}"
    )


@mutator("book", BOOK)
def sheet_twice(rng: random.Random, base: Base) -> Damage:
    """Two sheets for one list, under both its names or the same: the rows of one would go unread."""
    members = unpacked(base.files[SHEET_FILE])
    other = rng.choice(("people", "people", SHEETS["people"]))
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>P177</t></is></c></row>'
    head = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    members["xl/worksheets/sheet50.xml"] = f"{head}{row}</sheetData></worksheet>".encode()
    sheet = f'<sheet name="{other}" sheetId="50" r:id="rId950"/>'
    link = '<Relationship Id="rId950" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet50.xml"/>'
    before = rng.random() < 0.5
    text = members[WORKBOOK].decode()
    members[WORKBOOK] = (
        text.replace("<sheets>", f"<sheets>{sheet}") if before else text.replace("</sheets>", f"{sheet}</sheets>")
    ).encode()
    members[LINKS] = members[LINKS].replace(b"</Relationships>", f"{link}</Relationships>".encode())
    return Damage({**base.files, SHEET_FILE: packed(members)}, SHEET_FILE, TOLD, f"{other}, first {before}")


@mutator("book", BOOK)
def moved_table(rng: random.Random, base: Base) -> Damage:
    """The table further down, below blank rows or a title: found, or told."""
    down = rng.choice((1, 2, 7))
    title = rng.choice(("", "2019年人员花名册", "单位：县委组织部"))

    def change(text: str) -> str:
        def row(match: re.Match[str]) -> str:
            return f'{match[1]}{int(match[2]) + down}"'

        text = re.sub(r'(<row r=")(\d+)"', row, text)
        text = re.sub(r'(<c r="[A-Z]+)(\d+)"', row, text)
        add = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{title}</t></is></c></row>' if title else ""
        return text.replace("<sheetData>", f"<sheetData>{add}")

    return _people(base, change, SAME, f"{down} {title}")


@mutator("book", BOOK)
def written_otherwise(rng: random.Random, base: Base) -> Damage:
    """The same content as other programs write it."""
    members = unpacked(base.files[SHEET_FILE])
    name = sheet_member(base, "people")
    strings = re.findall(r"<si>(.*?)</si>", members[STRINGS].decode())
    text = members[name].decode()
    how = rng.choice(("inline", "prefix", "no places", "rich", "no dimension", "blanks", "utf-16", "str"))
    if how == "inline":
        text = re.sub(r't="s"><v>(\d+)</v>', lambda m: f't="inlineStr"><is>{strings[int(m[1])]}</is>', text)
    elif how == "str":
        plain = [re.sub("<[^>]*>", "", item) for item in strings]
        text = re.sub(r't="s"><v>(\d+)</v>', lambda m: f't="str"><v>{plain[int(m[1])]}</v>', text)
    elif how == "prefix":
        text = re.sub(r"<(/?)(?=\w)", r"<\1x:", text.partition("?>")[2]).replace("xmlns=", "xmlns:x=")
    elif how == "no places":
        text = re.sub(r'<(c|row) r="[A-Z0-9]+"', r"<\1", text)
    elif how == "rich":
        rich = re.sub(r"<si><t([^>]*)>(.)", r"<si><r><t>\2</t></r><r><rPr><b/></rPr><t\1>", members[STRINGS].decode())
        members[STRINGS] = re.sub(
            r"<t([^>]*)>([^<]*)</t></si>", r"<t\1>\2</t></r><rPh sb='0' eb='1'><t>ignored</t></rPh></si>", rich
        ).encode()
    elif how == "no dimension":
        text = re.sub("<dimension[^>]*>", "", text)
    elif how == "blanks":
        text = text.replace("><", ">\n  <")
    members[name] = text.encode("utf-16") if how == "utf-16" else text.encode()
    return Damage({**base.files, SHEET_FILE: packed(members)}, SHEET_FILE, SAME, how)
