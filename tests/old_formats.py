"""Small .ods and .xls workbooks with what planners' workbooks have: errors, merged, hidden and computed cells."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">
<office:automatic-styles><style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/>
</style:style></office:automatic-styles>
<office:body><office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, tables: str) -> None:
    """A workbook of these `table:table` elements."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr("content.xml", ODS % tables)


def table(*rows: str, name: str = "人员", more: str = "", columns: str = "") -> str:
    """A table of rows as `line` makes them."""
    return f'<table:table table:name="{name}" {more}>{columns}{"".join(rows)}</table:table>'


def line(*cells: str, more: str = "") -> str:
    """A row of cells as `cell` makes them, or of their texts."""
    return f"<table:table-row {more}>{''.join(c if c.startswith('<') else cell(c) for c in cells)}</table:table-row>"


def cell(text: str = "", more: str = "", kind: str = "table-cell") -> str:
    """A cell that shows a text."""
    inside = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:{kind} {more}>{inside}</table:{kind}>"


COVERED = cell(kind="covered-table-cell")


def flawed_ods(path: Path) -> None:
    """The flaws of `flawed_xls`, and a formula nobody computed."""
    hidden = 'table:visibility="collapse"'
    ods(
        path,
        table(
            line("花名册"),
            line("", more='table:number-rows-repeated="1"'),
            line("序号", "编号", "姓名", "单位", "状态"),
            line("1", "P1", "甲一", "U1", "在岗"),
            line("2", "P2", "乙二", cell("U1", 'table:number-rows-spanned="3"'), error("#N/A")),
            line("3", "P3", "丙三", COVERED, error("#REF!"), more=hidden),
            line("4", "P4", "丁四", COVERED, cell(more='table:formula="of:=[.A1]"')),
            line(cell(more='table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048569"'),
            columns=f"<table:table-column {hidden}/>",
        )
        + table(name="领导", more='table:style-name="hid"'),
    )


def error(shown: str) -> str:
    """A formula that failed."""
    more = 'table:formula="of:=NA()" office:value-type="string" office:string-value=""'
    return cell(shown, more)


def flawed_xls(path: Path) -> None:
    """A roster of 1997: error cells, merged and hidden cells, a hidden sheet."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("人员")
    rows = [["花名册"], [], ["序号", "编号", "姓名", "单位", "状态"], [1, "P1", "甲一", "U1", "在岗"]]
    rows += [[n, f"P{n}", name] for n, name in enumerate(("乙二", "丙三", "丁四"), 2)]
    for number, values in enumerate(rows):
        for column, value in enumerate(values):
            page.write(number, column, value)
    page.row(4).set_cell_error(4, 0x2A)  # #N/A
    page.row(5).set_cell_error(4, 0x17)  # #REF!
    page.write_merge(4, 6, 3, 3, "U1")
    page.row(5).hidden = True
    page.col(0).hidden = True
    book.add_sheet("领导").visibility = 1
    data = io.BytesIO()
    book.save(data)
    path.write_bytes(data.getvalue())


def typed_xls(path: Path, *values: object) -> None:
    """A row of values as Excel keeps them; a date with the format of a date."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("人员")
    for column, value in enumerate(values):
        if isinstance(value, date):
            page.write(0, column, value, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        else:
            page.write(0, column, value)
    book.save(str(path))
