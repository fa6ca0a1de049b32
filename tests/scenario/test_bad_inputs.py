"""Bad inputs: every fault is told with its code and its place, none as a traceback, and none hides another.

`cases/bad/<name>/expected.txt` holds a line `CODE place` for every diagnostic that must be there; further errors are faults
of the test, further warnings are not. What is better not committed (other encodings, workbooks, large files) is made here.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.here import ROOT
from tests.old_formats import flawed_ods, flawed_xls

HERE = ROOT / "tests"
BAD = HERE / "cases" / "bad"
CASES = sorted(folder.name for folder in BAD.iterdir() if folder.is_dir())

Maker = Callable[[Path], list[str]]

# Codes that occur in the source and need not occur in a case.
EXCEPTIONS = {
    "Z119",  # the net for what no parser foresees; no case reaches it
}

HEAD = """name: 坏例
as_of: 2019-06
categories: [{id: planning, name: 项目谋划}]
units: [{id: U1, name: 发改局}]
task_forces:
  - {id: T1, name: 甲专班, kind: special, posts: [{id: T1-a}]}
"""
INLINE = HEAD + "people: [{id: P1, name: 甲一, unit: U1}]\n"


@cache
def diagnosed(path: Path) -> tuple[Any, ...]:
    from zbopt.diagnostics import DiagnosticsError
    from zbopt.planning import check

    try:
        return check(path)[1]
    except DiagnosticsError as problem:
        return problem.diagnostics


def compare(path: Path, expected: list[str]) -> None:
    from zbopt.report.language import Language

    found = diagnosed(path)
    for language in ("en", "zh"):
        for item in found:
            assert "{" not in Language(language).diagnostic(item)
    missing = Counter(expected) - Counter(f"{item.code} {item.mark}" for item in found)
    further = Counter(f"{item.code} {item.mark}" for item in found if item.severity == "error") - Counter(expected)
    assert not missing
    assert not further


# --- cases made at run time: each writes its files and gives the lines expected ----------------------------------------


def write(folder: Path, text: str, **files: bytes) -> None:
    (folder / "scenario.yaml").write_text(text, encoding="utf-8", newline="")
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)


def workbook(path: Path, sheets: dict[str, list[list[Any]]], skip: tuple[int, int] = (0, 0)) -> None:
    """A workbook; `skip` leaves so many rows and columns empty before each table."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                page.write_row(place + skip[0], skip[1], row)


def no_scenario(folder: Path) -> list[str]:
    return [f"Z001 {folder}/scenario.yaml"]


def folder_for_table(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n")
    (folder / "people.csv").mkdir()
    return ["Z007 people.csv"]


def large_yaml(folder: Path) -> list[str]:
    with (folder / "scenario.yaml").open("wb") as file:
        file.truncate(8 * 1024 * 1024 + 1)
    return ["Z002 scenario.yaml"]


def large_csv(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n")
    with (folder / "people.csv").open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    return ["Z002 people.csv"]


def neither_encoding(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n", people__csv=b"id,name,unit\nP1,\xff\xff,U1\n")
    return ["Z003 people.csv:2"]


def nul_byte(folder: Path) -> list[str]:
    write(folder, INLINE + "leaders: [{id: L1, name: '\x00'}]\n")
    return ["Z003 scenario.yaml:8"]


def gb18030(folder: Path) -> list[str]:
    text = "编号,姓名,单位,性别\nP1,甲一,U1,男\nP2,乙二,U2,南\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode("gb18030"))
    return ["Z004 people.csv", "Z104 people.csv:3", "Z203 people.csv:3"]


def gb18030_scenario(folder: Path) -> list[str]:
    (folder / "scenario.yaml").write_bytes((INLINE + "polcy: {}\n").encode("gb18030"))
    return ["Z004 scenario.yaml", "Z102 scenario.yaml:8"]


def lost_character(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n", people__csv="id,name,unit\nP1,甲一,U1\nP2,\ufffd二,U1\n".encode())
    return ["Z005 people.csv:3"]


def mark_and_crlf(folder: Path) -> list[str]:
    text = "\ufeffid,name,unit\r\nP1,甲一,U1\r\nP2,乙二,U3\r\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z203 people.csv:3"]


def growing_aliases(folder: Path) -> list[str]:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcde", "bcdef", strict=True)]
    write(folder, "\n".join(lines))
    return ["Z014 scenario.yaml:1"]


def six_bases(folder: Path) -> list[str]:
    write(folder, "base: b1.yaml\n")
    for depth in range(1, 8):
        (folder / f"b{depth}.yaml").write_text(f"# {depth}\nbase: b{depth + 1}.yaml\n", encoding="utf-8")
    return ["Z017 b5.yaml:2"]


def no_workbook(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.xlsx\n", people__xlsx=b"PK, but no workbook")
    return ["Z021 people.xlsx"]


def half_a_million_rows(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n", people__csv=b"id\n" + b"P\n" * 500_000)
    return ["Z023 people.csv"]


def sheet_columns(folder: Path) -> list[str]:
    write(folder, HEAD + "people: t.xlsx#人员\n")
    rows = [
        ["编号", "姓名", "单位", "性別", "name", "", "出生年月"],
        ["P1", "甲一", "U1", "男", "甲一", "备注", 2019.1],
        ["P2", "乙二", "U1", "", "", "", "1985-13"],
    ]
    workbook(folder / "t.xlsx", {"人员": rows})
    places = ("Z024", "D1"), ("Z025", "E1"), ("Z026", "F2"), ("Z106", "G2"), ("Z105", "G3")
    return [f"{code} t.xlsx#人员!{cell}" for code, cell in places]


def sheet_away_from_corner(folder: Path) -> list[str]:
    write(folder, HEAD + "people: t.xlsx\n")
    rows = [["编号", "姓名", "单位", "考绩档次"], ["P1", "甲一", "U7", 9], [], ["", "丙三", "U1", 2]]
    workbook(folder / "t.xlsx", {"人员": rows}, skip=(3, 2))
    return ["Z203 t.xlsx#人员!E5", "Z107 t.xlsx#人员!F5", "Z101 t.xlsx#人员!C7"]


def sheet_identity_numbers(folder: Path) -> list[str]:
    write(folder, HEAD + "people: t.xlsx\n")
    rows = [
        ["编号", "姓名", "单位", "身份证号"],
        ["P1", "甲一", "U1", 999999199003070012],
        ["P2", "乙二", "U1", "99999919900307"],
    ]
    workbook(folder / "t.xlsx", {"人员": rows})
    return ["Z150 t.xlsx#人员!D2", "Z151 t.xlsx#人员!D3"]


def sheet_missing(folder: Path) -> list[str]:
    write(folder, HEAD + "people: t.xlsx#人员表\n")
    workbook(folder / "t.xlsx", {"人员": [["编号"]]})
    return ["Z028 scenario.yaml:7"]


def sheets_of_tables(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.xlsx\n")
    people = [["编号", "姓名", "单位"], ["P1", "甲一", "U1"], ["P1", "乙二", "U1"]]
    pins = [["人员", "岗位", "必须"], ["P9", "T1-b", "也许"]]
    workbook(folder / "t.xlsx", {"人员": people, "领导": [], "指定项": pins, "说明": [["填表说明"]]})
    return ["Z201 t.xlsx#人员!A3", "Z022 t.xlsx#领导", "Z027 t.xlsx#指定项"]


def flawed_book(path: Path) -> None:
    """What a sheet shows and its text hides: errors, formulas nobody computed, hidden and merged cells."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("人员")
        rows = [["花名册"], [], ["序号", "编号", "姓名", "单位", "状态"], [1, "P1", "甲一", "U1", "在岗"]]
        rows += [[n, f"P{n}", name, "", ""] for n, name in enumerate(("乙二", "丙三", "丁四"), 2)]
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        page.write_formula("E5", "=NA()", None, "#N/A")
        page.write_string("E6", "#REF!")
        page.write_formula("E7", '="调"&"查"', None, "x")
        page.merge_range("D5:D7", "U1")
        page.set_row(5, None, None, {"hidden": True})
        page.set_column("A:A", None, None, {"hidden": True})
        book.add_worksheet("领导").hide()


def sheet_of_flaws(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.xlsx\n")
    flawed_book(folder / "t.xlsx")
    with_no_value = without_value((folder / "t.xlsx").read_bytes(), b"<v>x</v>")
    (folder / "t.xlsx").write_bytes(with_no_value)
    return [
        "Z030 t.xlsx#人员!E5",
        "Z030 t.xlsx#人员!E6",
        "Z031 t.xlsx#人员!E7",
        "Z032 t.xlsx#领导",
        "Z033 t.xlsx#人员",
        "Z034 t.xlsx#人员",
        "Z035 t.xlsx#人员",
        "Z037 t.xlsx#人员!A1",
        "Z038 t.xlsx#人员!A3",
        "Z022 t.xlsx#领导",
    ]


def merged_across(folder: Path) -> list[str]:
    """Somebody's status lies under the title: it would read as blank, which is 在岗."""
    import xlsxwriter

    write(folder, HEAD + "tables: t.xlsx\n")
    with xlsxwriter.Workbook(str(folder / "t.xlsx")) as book:
        page = book.add_worksheet("人员")
        page.merge_range("A1:E1", "花名册")
        for number, row in enumerate(
            [["编号", "姓名", "单位", "性别", "状态"], ["P1", "甲一", "U1"], ["P2", "乙二", "U1"]]
        ):
            page.write_row(1 + number, 0, row)
        page.merge_range("D3:E4", "男")
        page.merge_range("D7:E7", "")
    return ["Z045 t.xlsx#人员!D3", "Z045 t.xlsx#人员!D4"]


def ods_of_flaws(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.ods\n")
    flawed_ods(folder / "t.ods")
    return ["Z031 t.ods#人员!E7", *flaws_of("t.ods")]


def xls_of_flaws(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.xls\n")
    flawed_xls(folder / "t.xls")
    return flaws_of("t.xls")


def flaws_of(name: str) -> list[str]:
    return [
        f"Z030 {name}#人员!E5", f"Z030 {name}#人员!E6", f"Z032 {name}#领导", f"Z033 {name}#人员", f"Z034 {name}#人员",
        f"Z035 {name}#人员", f"Z037 {name}#人员!A1", f"Z038 {name}#人员!A3", f"Z022 {name}#领导",
    ]  # fmt: skip


def swallowed_in_remarks(folder: Path) -> list[str]:
    """A stray pair of quotation marks in a column nobody reads."""
    text = '编号,姓名,单位,状态,备注\nP1,甲一,U1,在岗,"见附件\nP2,乙二,U1,调查,"\nP3,丙三,U1,在岗,\n'
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z040 people.csv:2", "Z038 people.csv:1"]


def swallowed_in_text(folder: Path) -> list[str]:
    """The pair stands in the middle column of both rows; a text with a break and no row in it is taken."""
    text = 'id,name,text,owner_unit\nD1,规划,"村庄规划,U1\nD2,文稿,",U1\nD3,群众,"走访\n座谈",U1\n'
    write(folder, INLINE + "duties: duties.csv\n", duties__csv=text.encode())
    return ["Z040 duties.csv:2"]


def formula_of_old(folder: Path) -> list[str]:
    import xlwt

    write(folder, HEAD + "tables: t.xls\n")
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("人员")
    for number, row in enumerate([["编号", "姓名", "单位", "状态"], ["P1", "甲一", "U1"]]):
        for column, value in enumerate(row):
            page.write(number, column, value)
    page.write(1, 3, xlwt.Formula('"调"&"查"'))
    book.save(str(folder / "t.xls"))
    return ["Z031 t.xls#人员!D2"]


def rows_twice(folder: Path) -> list[str]:
    """Two rows of one number: a reader keeps one of them."""
    write(folder, HEAD + "tables: t.xlsx\n")
    people = [["编号", "姓名", "单位"], ["P1", "甲一", "U1"], ["P2", "乙二", "U1"]]
    workbook(folder / "t.xlsx", {"人员": people})
    twice = rewritten((folder / "t.xlsx").read_bytes(), lambda xml: re.sub(rb'<row r="3"', b'<row r="2"', xml))
    (folder / "t.xlsx").write_bytes(twice)
    return ["Z021 t.xlsx#人员"]


def unknown_keys_without_value(folder: Path) -> list[str]:
    """A misspelt key is told whether or not anything stands behind it."""
    text = INLINE.replace("unit: U1}]", "unit: U1, stauts: }]").replace("name: 发改局}", 'name: 发改局, "": ""}')
    policy = "policy: {rules: {R05: {yaers: }}, quotas: [{name: 男, of: gender == male, min: 1, x: null}]}\n"
    write(folder, text + policy)
    return ["Z102 scenario.yaml:4", "Z102 scenario.yaml:7", "Z102 scenario.yaml:8", "Z102 scenario.yaml:8"]


def anchors_for_values(folder: Path) -> list[str]:
    people = "people:\n  - id: P1\n    name: 甲一\n    unit: U1\n    health: &a1\n    title: !科员\n"
    write(folder, HEAD + people.replace("!科员", "!x"))
    return ["Z044 scenario.yaml:11", "Z044 scenario.yaml:12"]


def sheets_of_one_name(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.xlsx\n")
    people = [["编号", "姓名", "单位"], ["P1", "甲一", "U1"]]
    workbook(folder / "t.xlsx", {"人员": people, "单位": people})
    data = rewritten(
        (folder / "t.xlsx").read_bytes(), lambda xml: xml.replace("单位".encode(), "人员".encode()), "workbook.xml"
    )
    (folder / "t.xlsx").write_bytes(data)
    return ["Z021 t.xlsx"]


def reading_aid_beside_an_error(folder: Path) -> list[str]:
    """A sheet with an error is made again for the reader of values: names stay what they are."""
    write(folder, HEAD + "tables: t.xlsx\n")
    workbook(folder / "t.xlsx", {"人员": [["编号", "姓名", "单位"], ["P1", "#N/A", "U1"], ["P2", "乙二", "U1"]]})
    name = (
        '<c r="B3" t="inlineStr"><is><r><t>乙</t></r><r><t>二</t></r><rPh sb="0" eb="1"><t>'
        + "长" * 101
        + "</t></rPh></is></c>"
    )

    def change(xml: bytes) -> bytes:
        xml = re.sub(rb'<c r="B3"[^>]*><v>\d+</v></c>', name.encode(), xml)
        return re.sub(rb'<c r="B2"[^>]*><v>\d+</v></c>', b'<c r="B2" t="e"><v>#N/A</v></c>', xml)

    (folder / "t.xlsx").write_bytes(rewritten((folder / "t.xlsx").read_bytes(), change))
    return ["Z030 t.xlsx#人员!B2"]


def rewritten(data: bytes, change: Callable[[bytes], bytes], member: str = "sheet1.xml") -> bytes:
    """The workbook with a member changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            inside = old.read(item.filename)
            new.writestr(item.filename, change(inside) if item.filename.endswith(member) else inside)
    return made.getvalue()


def hints_without_end(folder: Path) -> list[str]:
    """Merged blocks, hidden columns and errors by the ten thousand: little work, whatever a file of a few kB claims."""
    write(folder, HEAD + "tables: t.xlsx\n")
    rows = [["编号", "姓名", "单位"], *(["P1", "甲一", "U1"] for _ in range(3))]
    workbook(folder / "t.xlsx", {"人员": rows})
    many = b"".join(b'<mergeCell ref="A4:A%d"/>' % number for number in range(90_000, 130_000))
    columns = b"<cols>%s</cols><sheetData>" % (b'<col min="1" max="300" hidden="1"/>' * 50_000)
    errors = b'<!--%s--><row r="9">%s</row></sheetData><mergeCells>' % (b"<c " * 30_000, b"")

    def change(xml: bytes) -> bytes:
        return xml.replace(b"<sheetData>", columns).replace(b"</sheetData>", errors + many + b"</mergeCells>")

    (folder / "t.xlsx").write_bytes(rewritten((folder / "t.xlsx").read_bytes(), change))
    return ["Z034 t.xlsx#人员", "Z035 t.xlsx#人员", "Z201 t.xlsx#人员!A3", "Z201 t.xlsx#人员!A4"]


def wide_line(folder: Path) -> list[str]:
    text = "id,name,unit\nP1,甲一,U1" + "," * 20_000 + "\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z023 people.csv:2"]


def two_encodings(folder: Path) -> list[str]:
    """Half of the rows pasted from another file: GB18030 would read the others as something else."""
    rows = [
        "P1,甲一组员,U1\n".encode(),
        "P2,乙二\n".encode(),
        "P3,丙三,U1\n".encode("gb18030"),
        "P4,丁四,U1\n".encode("gb18030"),
    ]
    write(folder, HEAD + "people: people.csv\n", people__csv=b"id,name,unit\n" + b"".join(rows))
    return ["Z003 people.csv:4"]


def lists_by_semicolon(folder: Path) -> list[str]:
    """More semicolons than commas: the headers tell which of them parts the columns."""
    text = "id,name,remit\nU1,县发展和改革局,D1;D2;D3;D4;D5\n"
    write(folder, INLINE.replace("units: [{id: U1, name: 发改局}]", "units: units.csv"), units__csv=text.encode())
    return ["Z207 scenario.yaml:1"]


def work_without_posts(folder: Path) -> list[str]:
    """Nothing to `assign`; a scenario of work alone is for mergers, and no fault."""
    work = "workload: [{task_force: T1, duty: D1, category: planning, fte: 1}]\nduties: [{id: D1, name: 谋划}]\n"
    write(folder, INLINE.replace(", posts: [{id: T1-a}]", "") + work)
    return ["Z306 scenario.yaml:6"]


def broken_after_mark(folder: Path) -> list[str]:
    """At the very beginning of a line, in a file that begins with a byte-order mark."""
    text = "\ufeffid,name,unit\nP1,甲一,U1\n".encode() + b"\xff2," + "乙二,U1\n".encode()
    write(folder, HEAD + "people: people.csv\n", people__csv=text)
    return ["Z003 people.csv:3"]


def utf_32(folder: Path) -> list[str]:
    write(folder, HEAD + "people: people.csv\n", people__csv="id,name,unit\nP1,甲一,U1\n".encode("utf-32"))
    return ["Z003 people.csv:1"]


def open_quotes(folder: Path) -> list[str]:
    """The fault is where the quotation mark stands, not at the end of the file."""
    (folder / "scenario.yaml").write_text('format: 1\nname: "小样\nas_of: 2019-06\npeople: []\n', encoding="utf-8")
    return ["Z010 scenario.yaml:2"]


def no_blank_after_colon(folder: Path) -> list[str]:
    (folder / "scenario.yaml").write_text("format: 1\nname:小样\nas_of: 2019-06\n", encoding="utf-8")
    return ["Z010 scenario.yaml:2"]


def wide_colon_inside(folder: Path) -> list[str]:
    write(folder, INLINE.replace("{id: T1-a}", "{id：T1-a}"))
    return ["Z013 scenario.yaml:6"]


def shares_beyond_all(folder: Path) -> list[str]:
    quotas = (
        "[{name: 男, of: gender == male, min: 60%, mode: hard}, {name: 女, of: gender == female, min: 60%, mode: hard}]"
    )
    write(folder, INLINE + f"policy: {{quotas: {quotas}}}\n")
    return ["Z309 scenario.yaml:8"]


def minimum_above_maximum(folder: Path) -> list[str]:
    quotas = "[{name: 甲, of: gender == male, min: 1, mode: hard}, {name: 乙, of: gender == male, in: each, max: 0, mode: hard}]"
    write(folder, INLINE + f"policy: {{quotas: {quotas}}}\n")
    return ["Z309 scenario.yaml:8", "Z307 scenario.yaml:8"]


def no_stage(folder: Path) -> list[str]:
    write(folder, INLINE + "policy: {stages: []}\n")
    return ["Z533 scenario.yaml:8"]


def further_implausible(folder: Path) -> list[str]:
    text = (
        "id,name,unit,birth,probation_end,assessments,sanction_end,id_card\n"
        "P1,张 三,U1,1985-03,1990-01,1995:称职,,\nP2,张三,U1,1985-03,,,,\nP3,丙三,U1,1985-04,,,2199-01,\n"
        "P4,丁四,U1,1985-05,,,,000000000000000\n"
    )
    write(
        folder,
        HEAD.replace("kind: special", "kind: special, planned_end: 1950-01").replace(
            "as_of: 2019-06", "as_of: 2019-06\nterm: {from: 2029-07, to: 2030-06}"
        )
        + "people: people.csv\n",
        people__csv=text.encode(),
    )
    return [
        "Z162 people.csv:2", "Z162 people.csv:2", "Z164 people.csv:3", "Z167 people.csv:4", "Z150 people.csv:5", "Z165 scenario.yaml:7", "Z166 scenario.yaml:3",
    ]  # fmt: skip


def damaged_older_books(folder: Path) -> list[str]:
    """Cut in half on the way."""
    write(folder, HEAD.replace("units: [{id: U1, name: 发改局}]", "units: u.xls") + "people: p.ods\n")
    flawed_ods(folder / "p.ods")
    flawed_xls(folder / "u.xls")
    for name in ("p.ods", "u.xls"):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
    return ["Z021 p.ods", "Z021 u.xls"]


def without_value(data: bytes, value: bytes) -> bytes:
    """The workbook as a program writes it that computes nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, old.read(item).replace(value, b"").replace(b' t="str"', b""))
    return made.getvalue()


def damaged_book(folder: Path) -> list[str]:
    """A workbook whose strings are gone: calamine ends in a panic, which is no Python error."""
    write(folder, HEAD + "people: t.xlsx\n")
    workbook(folder / "t.xlsx", {"人员": [["编号", "姓名", "单位"], ["P1", "甲一", "U1"]]})
    made = io.BytesIO()
    with zipfile.ZipFile(folder / "t.xlsx") as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            if "sharedStrings" not in item.filename:
                new.writestr(item, old.read(item))
    (folder / "t.xlsx").write_bytes(made.getvalue())
    return ["Z021 t.xlsx#人员"]


def swollen_book(folder: Path) -> list[str]:
    write(folder, HEAD + "people: t.xlsx\n")
    with zipfile.ZipFile(folder / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return ["Z008 t.xlsx"]


def no_header(folder: Path) -> list[str]:
    text = "2019年名册,,\n编码,姓名全称,所属单位\nP1,甲一,U1\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z036 people.csv:1"]


def rows_cut_short(folder: Path) -> list[str]:
    text = 'sep=;\n编号;姓名;单位;备注;状态\nP1;甲一;U1;;调查\nP2;乙二;U1\nP3;丙三;U1;"";在岗\n'
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z039 people.csv:4", "Z038 people.csv:2"]


def swallowed_rows(folder: Path) -> list[str]:
    text = 'id,name,unit,title\nP1,甲一,U1,"科员\nP2,乙二,U1,科员\nP3,丙三,U1,"\nP4,丁四,U1,科员\n'
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z040 people.csv:2"]


def many_faults(folder: Path) -> list[str]:
    rows = "".join(f"P{n},甲,U9,x\n" for n in range(1100))
    write(folder, HEAD + "people: people.csv\n", people__csv=("id,name,unit\n" + rows).encode())
    stray = [f"Z026 people.csv:{n}" for n in range(2, 1002)]
    return [*stray, "Z041 people.csv", *(f"Z203 people.csv:{n}" for n in range(2, 1102))]


def faulty_rows(folder: Path) -> list[str]:
    rows = "".join(f"P{n},甲,U1,十\n" for n in range(1100))
    write(folder, HEAD + "people: people.csv\n", people__csv=("id,name,unit,band\n" + rows).encode())
    return [*(f"Z107 people.csv:{n}" for n in range(2, 1003)), "Z042 people.csv:1002"]


def texts(folder: Path) -> list[str]:
    people = [
        {"id": "P1", "name": "长" * 101, "unit": "U1"},
        {"id": "P2", "name": "换\n行", "unit": "U1"},
        {"id": "P3", "name": "\x1b[31m红", "unit": "U1"},
    ]
    write(folder, HEAD + f"people: {json.dumps(people)}\n")
    return ["Z125 scenario.yaml:7", "Z126 scenario.yaml:7", "Z127 scenario.yaml:7"]


def endless_cell(folder: Path) -> list[str]:
    text = f"id,name,unit\nP1,甲一,{'长' * 40_000}\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z029 people.csv:2"]


def one_human_twice(folder: Path) -> list[str]:
    text = (
        "id,name,unit,birth,id_card\nP1,甲一,U1,1990-03,999999199003070012\nP2,甲一甲,U1,1990-03,999999900307001\n"
        "P3,乙二,U1,1985-03,\nP4,乙二,U1,1985-03,\n"
    )
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z154 people.csv:3", "Z164 people.csv:5"]


def impossible_dates(folder: Path) -> list[str]:
    text = (
        "id,name,unit,birth,recruited,last_return,probation_end\nP1,甲一,U1,2009-03,,,\nP2,乙二,U1,1907-03,,,\n"
        "P3,丙三,U1,1985-03,1990-01,2099-01,2050-01\n"
    )
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return [
        "Z160 people.csv:2", "Z160 people.csv:3", "Z162 people.csv:4", "Z161 people.csv:4", "Z163 people.csv:4",
    ]  # fmt: skip


def missing_sheet(folder: Path) -> list[str]:
    """Units are renamed away: one error for the list, not one for each who refers to it."""
    write(folder, HEAD.replace("units: [{id: U1, name: 发改局}]\n", "tables: t.xlsx\n"))
    people = [["编号", "姓名", "单位"], ["P1", "甲一", "U1"], ["P2", "乙二", "U1"]]
    workbook(folder / "t.xlsx", {"人员": people, "单位表": [["编号", "名称"], ["U1", "发改局"]]})
    return ["Z207 scenario.yaml:1", "Z027 t.xlsx#单位表"]


def text_after_quotes(folder: Path) -> list[str]:
    write(folder, INLINE.replace("name: 甲专班", 'name: "攻坚"专班'))
    return ["Z009 scenario.yaml:6"]


def shifted_columns(folder: Path) -> list[str]:
    text = "id,name,unit,title\nP1,甲一,U1,999999199003070012\n"
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode())
    return ["Z129 people.csv:2"]


def needs_of_none(folder: Path) -> list[str]:
    write(folder, INLINE.replace("{id: T1-a}", "{id: T1-a, needs: {any_of: []}}"))
    return ["Z140 scenario.yaml:6"]


def no_other_place_and_no_wish(folder: Path) -> list[str]:
    write(folder, INLINE.replace("unit: U1}]", "unit: U1, accepts_other: 否}]"))
    return ["Z212 scenario.yaml:7"]


def exclusive_minima(folder: Path) -> list[str]:
    quotas = (
        "[{name: 男, of: gender == male, min: 1, mode: hard}, {name: 女, of: gender == female, min: 1, mode: hard}]"
    )
    write(folder, INLINE + f"policy: {{quotas: {quotas}}}\n")
    return ["Z309 scenario.yaml:8", "Z307 scenario.yaml:8", "Z307 scenario.yaml:8"]


def one_list_two_sheets(folder: Path) -> list[str]:
    write(folder, HEAD + "tables: t.xlsx\n")
    people = [["编号", "姓名", "单位"], ["P1", "甲一", "U1"]]
    workbook(folder / "t.xlsx", {"人员": people, "people": people})
    return ["Z043 t.xlsx"]


MADE: tuple[Maker, ...] = (
    shifted_columns,
    needs_of_none,
    no_other_place_and_no_wish,
    exclusive_minima,
    one_list_two_sheets,
    sheet_of_flaws,
    ods_of_flaws,
    merged_across,
    swallowed_in_remarks,
    swallowed_in_text,
    formula_of_old,
    rows_twice,
    reading_aid_beside_an_error,
    sheets_of_one_name,
    unknown_keys_without_value,
    anchors_for_values,
    hints_without_end,
    wide_line,
    utf_32,
    broken_after_mark,
    two_encodings,
    lists_by_semicolon,
    work_without_posts,
    open_quotes,
    no_blank_after_colon,
    wide_colon_inside,
    shares_beyond_all,
    minimum_above_maximum,
    no_stage,
    further_implausible,
    xls_of_flaws,
    damaged_older_books,
    damaged_book,
    swollen_book,
    no_header,
    rows_cut_short,
    swallowed_rows,
    many_faults,
    faulty_rows,
    texts,
    endless_cell,
    one_human_twice,
    impossible_dates,
    missing_sheet,
    text_after_quotes,
    no_scenario,
    folder_for_table,
    large_yaml,
    large_csv,
    neither_encoding,
    nul_byte,
    gb18030,
    gb18030_scenario,
    lost_character,
    mark_and_crlf,
    growing_aliases,
    six_bases,
    no_workbook,
    half_a_million_rows,
    sheet_columns,
    sheet_away_from_corner,
    sheet_identity_numbers,
    sheet_missing,
    sheets_of_tables,
)


# --- the tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_folder(name: str) -> None:
    compare(BAD / name, (BAD / name / "expected.txt").read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Maker], tuple[Path, list[str]]]:
    """The folder of a case made at run time and the lines expected; each is made once."""

    @cache
    def written(make: Maker) -> tuple[Path, list[str]]:
        folder = tmp_path_factory.mktemp(make.__name__)
        return folder, make(folder)

    return written


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_made(make: Maker, made: Callable[[Maker], tuple[Path, list[str]]]) -> None:
    compare(*made(make))


def test_there_are_many() -> None:
    expected = [(BAD / name / "expected.txt").read_text(encoding="utf-8").split("\n")[:-1] for name in CASES]
    assert len(CASES) >= 50
    assert sum(len(lines) >= 3 for lines in expected) >= 10


def test_command_line() -> None:
    command = [sys.executable, "-m", "zbopt", "check", str(BAD / "csv-many-faults")]
    done = subprocess.run(command, capture_output=True, cwd=HERE.parent, check=False, timeout=60)
    told = (done.stdout + done.stderr).decode("utf-8")
    assert done.returncode == 2
    assert "Traceback" not in told
    assert "Z106 people.csv:2" in told


def test_every_code_occurs(made: Callable[[Maker], tuple[Path, list[str]]]) -> None:
    """Every code that loading or the look at the supply can raise occurs in a case."""
    import zbopt

    package = Path(zbopt.__file__).parent
    sources = [*(package / "scenario").glob("*.py"), package / "explaining" / "supply.py"]
    raised = {code for path in sources for code in re.findall(r'"(Z[0-3]\d\d)"', path.read_text(encoding="utf-8"))}
    seen = {item.code for name in CASES for item in diagnosed(BAD / name)}
    seen |= {item.code for make in MADE for item in diagnosed(made(make)[0])}
    merging = {
        code for code in raised if "Z320" <= code <= "Z349"
    }  # told by merge and restructure: tests/planning/test_restructure.py
    assert raised - seen - merging == EXCEPTIONS
