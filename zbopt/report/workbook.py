"""plan.xlsx: summary, assignments, unfilled seats with reasons, composition, home units, warnings. Printable; text stays text."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from zbopt.report.language import Language, share
from zbopt.report.terminal import (
    UNFILLED,
    quota_rows,
    scope_name,
    seat_rows,
    stage_rows,
    status_text,
    subject_name,
    unfilled_rows,
)
from zbopt.scenario.models import Scenario

Rows = Sequence[Sequence[Any]]


def tables_workbook(title: str, sheets: Sequence[Any], stamp: str = "") -> bytes:
    """A workbook of titled tables (`Sheet`); sheet names are cut to what a spreadsheet allows and numbered where they repeat.

    `stamp`: what it is of, kept in its properties (`runfolder.stamp`).
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "title": title, "comments": stamp})
    names: list[str] = []
    for sheet in sheets:
        name = re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:28].strip() or "-"
        names.append(name)
        number = names.count(name)
        _sheet(book, name if number == 1 else f"{name} {number}", sheet.header, sheet.rows)
    book.close()
    return buffer.getvalue()


def workbook(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> bytes:
    """The workbook of a plan; the same bytes for the same plan and language."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "title": scenario.name})
    say = language.text
    _sheet(book, say("ui.summary"), [say("ui.status"), status_text(plan, language)], _summary_rows(plan, language))
    if plan["seats"]:
        keys = ("task_force", "post", "role", "person", "name", "unit", "move", "fit", "preference")
        _sheet(book, say("ui.assignments"), [say(f"col.{key}") for key in keys], _seat_rows(plan, scenario, language))
        titles = [say(f"col.{key}") for key in UNFILLED]
        _sheet(book, say("ui.unfilled"), titles, unfilled_rows(plan, scenario, language))
        titles = [
            say("ui.quota"),
            say("ui.scope"),
            *(say(f"col.{key}") for key in ("count", "out_of", "share")),
            say("ui.asked"),
            say("ui.state"),
        ]
        _sheet(book, say("ui.quotas"), titles, _composition(plan, scenario, language))
        titles = [say("col.unit"), say("col.lent"), say("col.cap"), say("col.name")]
        _sheet(book, say("ui.units"), titles, _unit_rows(plan, scenario))
        titles = [say("col.rule"), say("col.subject"), say("col.text")]
        _sheet(book, say("ui.warnings_sheet"), titles, _warning_rows(plan, scenario, language))
        if plan["kind"] != "assign":
            from zbopt.report.merge_sheets import MergeTables

            for sheet in MergeTables(plan, scenario, language).sheets():
                _sheet(book, sheet.title, sheet.header, sheet.rows)
    book.close()
    return buffer.getvalue()


def _summary_rows(plan: Mapping[str, Any], language: Language) -> Rows:
    say = language.text
    rows: list[list[Any]] = [["", say("ui.unique") if plan["repeatable"] else say("ui.not_unique")]]
    if plan["seats"]:
        after = plan["headline"]["after"]
        rows.append(
            [
                "",
                say(
                    "ui.seats",
                    filled=after["seats_filled"],
                    seats=after["seats"],
                    people=after["people"],
                    task_forces=after["task_forces"],
                ),
            ]
        )
        rows += [["", say("ui.moves", **plan["moves"])], ["", say("ui.wishes", **plan["wishes"])]]
    labels = [say(f"ui.{key}") for key in ("value", "bound", "gap", "plan_value")]
    for row in stage_rows(plan, language):
        figures = ", ".join(f"{label} {value}" for label, value in zip(labels, row[1:5], strict=True))
        rows.append([row[0], f"{figures}, {row[5]}"])
    for item in plan.get("relaxed", ()):
        text = say(
            "ui.relaxed_row", person=item["person"], post=item["post"], rule=item["rule"], approval=item["approval"]
        )
        rows.append([say("ui.relaxed"), text])
    return rows


def _seat_rows(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> Rows:
    """The table of the terminal with the points as numbers."""
    return [[*row[:7], *(int(cell) for cell in row[7:])] for row in seat_rows(plan, scenario, language)]


def _composition(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> Rows:
    shown = quota_rows(plan, scenario, language)
    return [
        [
            item["name"],
            scope_name(item["scope"], scenario, language),
            item["count"],
            item["out_of"],
            share(item["count"], item["out_of"]),
            row[3],
            row[4],
        ]
        for item, row in zip(plan["quotas"], shown, strict=True)
    ]


def _unit_rows(plan: Mapping[str, Any], scenario: Scenario) -> Rows:
    return [
        [
            item["name"],
            item["lent"],
            "" if item["cap"] is None else item["cap"],
            "、".join(scenario.person_by_id[key].name for key in item["people"]),
        ]
        for item in plan["units"]
    ]


def _warning_rows(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> Rows:
    return [
        [language.word(item["rule"]), subject_name(item["subject"], scenario), language.plain(item)]
        for item in (*plan["paid"], *plan["warnings"])
    ]


LINE_POINTS = 15
"""Height of a line; wrapped rows are given theirs, because not every program fits them when it opens a file."""


def _width(text: str) -> int:
    """Columns a text needs: two for a wide character."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _sheet(book: xlsxwriter.Workbook, title: str, header: Sequence[str], rows: Rows) -> None:
    """One printable sheet: repeated header, wrapped cells, landscape on one page's width."""
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    page = book.add_worksheet(title)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.set_footer("&P / &N")
    wide = []
    for place, text in enumerate(header):
        longest = max([_width(str(text)), *(_width(str(row[place])) for row in rows)])
        wide.append(min(60, max(8, longest + 2)))
        page.set_column(place, place, wide[-1])
        page.write_string(0, place, str(text), head)
    for number, row in enumerate(rows, 1):
        lines = max(-(-_width(str(value)) // (width - 2)) for value, width in zip(row, wide, strict=True))
        if lines > 1:
            page.set_row(number, LINE_POINTS * lines)
        for place, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(number, place, value, cell)
            else:
                page.write_string(number, place, str(value), cell)
