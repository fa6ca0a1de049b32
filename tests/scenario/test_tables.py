"""Tables as planners have them: read where it can be told what is meant, and what was done is said once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.here import ROOT
from tests.old_formats import cell, flawed_ods, flawed_xls, line, ods, table, typed_xls
from tests.scenario.test_bad_inputs import HEAD, flawed_book, write
from zbopt.diagnostics import DiagnosticsError
from zbopt.scenario.cells import Merged, TooMuch, filled_down
from zbopt.scenario.idcard import check_id_card
from zbopt.scenario.load import Loaded, load, parse
from zbopt.scenario.tables import Workbook
from zbopt.scenario.texts import nearest
from zbopt.scenario.words import Status

FAULTS = ROOT.parent / "shared" / "faults"


def people_of(folder: Path, text: str, encoding: str = "utf-8") -> Loaded:
    """A scenario whose people are this CSV text."""
    write(folder, HEAD + "people: people.csv\n", people__csv=text.encode(encoding))
    return load(folder)


def codes(loaded: Loaded) -> list[str]:
    return [item.code for item in loaded.diagnostics]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, sign: str, tmp_path: Path) -> None:
    text = "编号,姓名,单位,状态\nP1,甲一,U1,调查\nP2,䶮二,U1,\n".replace(",", sign)
    people = people_of(tmp_path, text, encoding).scenario.people
    assert [(item.name, item.status) for item in people] == [("甲一", Status.INVESTIGATION), ("䶮二", Status.ON_DUTY)]


def test_titles_numbers_and_remarks_are_passed_over_and_said_once(tmp_path: Path) -> None:
    text = "2019年花名册,,,,\n填表：办公室,,,,\n序号,编号,姓名,单位,备注\n1,P1,甲一,U1,借调\n2,P2,乙二,U1,\n"
    loaded = people_of(tmp_path, text)
    assert [item.id for item in loaded.scenario.people] == ["P1", "P2"]
    assert codes(loaded) == ["Z037", "Z038"]
    assert str(loaded.mark("people", "P2")) == "people.csv:5"


def test_unseen_signs_are_no_part_of_ids_and_words(tmp_path: Path) -> None:
    text = "\u200b编号,姓名\u2060,单位,性别,退出现职\nP\u200b1,甲\u200b一,\u202aU1\u202c,\ufeff男,√\n"
    (person,) = people_of(tmp_path, text).scenario.people
    assert (person.id, person.name, person.unit, person.gender, person.stepped_down) == (
        "P1",
        "甲一",
        "U1",
        "male",
        True,
    )


def test_merged_cells_give_their_value_to_every_row(tmp_path: Path) -> None:
    flawed_book(tmp_path / "t.xlsx")
    grid = Workbook((tmp_path / "t.xlsx").read_bytes(), "t.xlsx").grid("人员")
    assert [row[3] for row in grid.rows[4:7]] == ["U1", "U1", "U1"]


def test_rows_that_hold_nothing_but_a_merged_value_stay_blank(tmp_path: Path) -> None:
    """Lines kept free for names to come: they are no people."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        page = book.add_worksheet("人员")
        page.write_row(0, 0, ["编号", "单位"])
        page.write_row(1, 0, ["P1"])
        page.write_row(4, 0, ["P2", "U2"])
        page.merge_range("B2:B4", "U1")
    assert rows_of(tmp_path / "t.xlsx") == [["编号", "单位"], ["P1", "U1"], ["", ""], ["", ""], ["P2", "U2"]]


def test_blocks_that_overlap_without_end_are_refused(tmp_path: Path) -> None:
    rows = [["x"] for _ in range(50_000)]
    with pytest.raises(TooMuch):
        filled_down(rows, [Merged((0, 0), (49_999, 0))] * 100)


@pytest.mark.parametrize(
    ("value", "text"), [(1 - 0.9, "0.1"), (0.1 + 0.2, "0.3"), (3.0, "3"), (201906, "201906"), (1e20, "1e+20")]
)
def test_numbers_are_read_as_the_sheet_shows_them(value: float, text: str, tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        book.add_worksheet("岗位").write_number(0, 0, value)
    assert Workbook((tmp_path / "t.xlsx").read_bytes(), "t").grid("岗位").rows == [[text]]


def test_blanks_far_away_cost_nothing(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        page = book.add_worksheet("人员")
        page.write_row(0, 0, ["编号", "姓名"])
        page.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    assert Workbook((tmp_path / "t.xlsx").read_bytes(), "t").grid("人员").rows == [["编号", "姓名"]]


def test_cells_far_away_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    for row, column in ((1_048_575, 0), (0, 16_383)):
        with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
            book.add_worksheet("人员").write_string(row, column, "x")
        with pytest.raises(DiagnosticsError) as problem:
            Workbook((tmp_path / "t.xlsx").read_bytes(), "t").grid("人员")
        assert [item.code for item in problem.value.diagnostics] == ["Z023"]


def inline(**more: Any) -> dict[str, Any]:
    return {
        "name": "表", "as_of": "2019-06", "units": [{"id": "U1", "name": "“最多跑一次”办公室，综合科"}],
        "task_forces": [{"id": "T1", "name": "甲", "kind": "special", "posts": [{"id": "T1-a"}]}],
        "people": [{"id": "P1", "name": "甲一", "unit": "U1", **more}],
    }  # fmt: skip


def test_legal_names_are_taken_as_they_are() -> None:
    assert parse(inline()).scenario.units[0].name == "“最多跑一次”办公室，综合科"


def test_a_right_identity_number_may_end_in_three_noughts() -> None:
    check_id_card("990004199003070000")
    with pytest.raises(DiagnosticsError) as problem:
        parse(inline(id_card="990005199003070000"))
    assert [item.code for item in problem.value.diagnostics] == ["Z150"]


def test_errors_of_one_list_hide_none_of_another(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "people: people.csv\nleaders: leaders.csv\n",
          people__csv=b"id,name,unit\nP1,x\n", leaders__csv=b"id,name\nL1,#N/A\n")  # fmt: skip
    with pytest.raises(DiagnosticsError) as problem:
        load(tmp_path)
    assert {item.code for item in problem.value.diagnostics} >= {"Z039", "Z030"}


# --- the collected faults --------------------------------------------------------------------------------------------

RIGHT = {
    "errcell": ({"Z030"}, True),
    "errcell_birth": ({"Z030"}, True),
    "formula_id": ({"Z031"}, True),
    "x_merged_optional": ({"Z035"}, False),
    "x_hidden": ({"Z032", "Z033", "Z034"}, False),
    "x_title": ({"Z037"}, False),
    "sep": (set(), False),
    "zwsp_id": (set(), False),
    "x_float": (set(), False),
    "badbyte_zh": ({"Z003"}, True),
    "mixed": ({"Z003"}, True),
    "big_z": (set(), False),
    "future2": ({"Z160", "Z161"}, True),
    "twice": ({"Z154"}, True),
    "gb18030ext": ({"Z004"}, False),
    "y_cnquote": (set(), False),
    "y_cncomma_flow": (set(), False),
    "y_cnquote_fix": ({"Z009"}, True),
}
"""What must be told of each folder, and whether it is refused."""


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the collected faults are not beside this checkout")
@pytest.mark.parametrize("name", RIGHT)
def test_collected_faults(name: str) -> None:
    expected, refused = RIGHT[name]
    try:
        found, stopped = load(FAULTS / name).diagnostics, False
    except DiagnosticsError as problem:
        found, stopped = problem.diagnostics, True
    assert stopped is refused
    assert expected <= {item.code for item in found}
    if name in ("badbyte_zh", "mixed", "y_cnquote_fix"):
        assert all(item.mark is not None and item.mark.line is not None for item in found)


# --- .ods and .xls ---------------------------------------------------------------------------------------------------


def rows_of(path: Path) -> list[list[str]]:
    return [list(row) for row in Workbook(path.read_bytes(), path.name).grid("人员").rows]


@pytest.mark.parametrize("make", [flawed_ods, flawed_xls])
def test_merged_cells_of_older_workbooks(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / f"t.{make.__name__[-3:]}")
    assert [row[3] for row in rows_of(tmp_path / f"t.{make.__name__[-3:]}")[4:7]] == ["U1", "U1", "U1"]


def test_ods_values_are_read_as_they_are_shown(tmp_path: Path) -> None:
    value = 'office:value-type="{}" office:{}="{}"'
    cells = [
        cell("0.1", value.format("float", "value", "0.09999999999999998")),
        cell("3", value.format("float", "value", "3")),
        cell("2019年6月", value.format("date", "date-value", "2019-06-01")),
        cell("是", value.format("boolean", "boolean-value", "true")),
        cell("60%", value.format("percentage", "value", "0.6")),
        "<table:table-cell><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲<text:s/>一</text:p>"
        "</table:table-cell>",
        cell("同", 'table:number-columns-repeated="2"'),
    ]
    ods(tmp_path / "t.ods", table(line(*cells)))
    assert rows_of(tmp_path / "t.ods") == [["0.1", "3", "2019-06-01", "true", "60%", "甲 一", "同", "同"]]


def test_xls_values_are_read_as_they_are_shown(tmp_path: Path) -> None:
    typed_xls(tmp_path / "t.xls", 1 - 0.9, 3.0, date(2019, 6, 1), True, "甲一", 201906)
    assert rows_of(tmp_path / "t.xls") == [["0.1", "3", "2019-06-01", "true", "甲一", "201906"]]


def test_repeated_cells_of_ods_are_bounded(tmp_path: Path) -> None:
    """A repeat is a claim of the file: with content it is counted before it is made."""
    full = cell("甲", 'table:number-columns-repeated="200"')
    ods(tmp_path / "t.ods", table(line(full, more='table:number-rows-repeated="90000"')))
    with pytest.raises(DiagnosticsError) as problem:
        rows_of(tmp_path / "t.ods")
    assert [item.code for item in problem.value.diagnostics] == ["Z023"]


CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


@pytest.mark.parametrize(
    ("more", "shown", "flaw"),
    [
        (f'{CALC} table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"', "", "error"),
        ('table:formula="of:=X()" office:value-type="string"', "错误:508", "error"),
        ('table:formula="of:=X()" office:value-type="float" office:value="0"', "#名称?", "error"),
        ('office:value-type="float" office:value="NaN"', "", "error"),
        ('office:value-type="float"', "", "error"),
        ('table:formula="of:=X()" office:value-type="string"', "", "formula"),
        ('table:formula="of:=X()" office:value-type="string" office:string-value=""', "", None),
    ],
)
def test_cells_of_ods_without_a_value_are_told(more: str, shown: str, flaw: str | None, tmp_path: Path) -> None:
    ods(tmp_path / "t.ods", table(line("甲", cell(shown, more))))
    grid = Workbook((tmp_path / "t.ods").read_bytes(), "t.ods").grid("人员")
    assert dict(grid.flaws) == ({} if flaw is None else {(0, 1): flaw})


def test_a_text_of_ods_may_stand_in_an_attribute(tmp_path: Path) -> None:
    ods(tmp_path / "t.ods", table(line("甲", cell("", 'office:value-type="string" office:string-value="调查"'))))
    assert rows_of(tmp_path / "t.ods") == [["甲", "调查"]]


@pytest.mark.parametrize("number", ["0", "-1"])
def test_rows_and_cells_of_ods_that_stand_there_never_are_damage(number: str, tmp_path: Path) -> None:
    for rows in (line("甲", more=f'table:number-rows-repeated="{number}"'),
                 line(cell("甲", f'table:number-columns-repeated="{number}"'))):  # fmt: skip
        ods(tmp_path / "t.ods", table(rows))
        with pytest.raises(DiagnosticsError) as problem:
            rows_of(tmp_path / "t.ods")
        assert [item.code for item in problem.value.diagnostics] == ["Z021"]


def test_folded_rows_of_ods_are_hidden_rows(tmp_path: Path) -> None:
    group = f'<table:table-row-group table:display="false">{line("乙")}</table:table-row-group>'
    ods(tmp_path / "t.ods", table(line("甲"), group, line("丙")))
    sheet = Workbook((tmp_path / "t.ods").read_bytes(), "t.ods").grid("人员").sheet
    assert sheet is not None
    assert sheet.hidden_rows == (1,)


def test_what_lies_beneath_a_merged_block_is_not_read(tmp_path: Path) -> None:
    """The sheet shows the block's value in both rows."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        page = book.add_worksheet("人员")
        page.write_column(0, 0, ["P1", "P2"])
        page.merge_range("B1:B2", "调查")
        page.write(1, 1, "在岗")
    assert rows_of(tmp_path / "t.xlsx") == [["P1", "调查"], ["P2", "调查"]]


def test_a_title_may_be_a_word_of_the_header(tmp_path: Path) -> None:
    loaded = people_of(tmp_path, "单位,县住建局,\n编号,姓名,单位\nP1,甲一,U1\n")
    assert [item.id for item in loaded.scenario.people] == ["P1"]
    assert codes(loaded) == ["Z037"]


def test_the_nearest_of_very_many_names_is_found() -> None:
    many = [f"U{number:05d}" for number in range(3_000)]
    assert nearest("X01234", many) == "U01234"
    assert nearest("u01234x", many) == "U01234"
    assert nearest("完全不同", many) == ""
