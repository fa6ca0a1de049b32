"""The assignment table as CSV and Markdown for `--format`."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from zbopt.report.language import Language
from zbopt.report.terminal import seat_rows
from zbopt.scenario.models import Scenario

KEYS = ("task_force", "post", "role", "person", "name", "unit", "move", "fit", "preference")


def as_csv(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> str:
    """A row per filled seat. A cell that begins like a formula is preceded by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([language.text(f"col.{key}") for key in KEYS])
    for row in seat_rows(plan, scenario, language):
        writer.writerow([_harmless(cell) for cell in row])
    return buffer.getvalue()


def sheet_csv(sheet: Any) -> str:
    """A titled table (`Sheet`) as CSV; a cell that begins like a formula, but is no number, is preceded by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows([_harmless(str(cell)) for cell in row] for row in sheet.rows)
    return buffer.getvalue()


_FORMULA = re.compile("[\\s\ufeff\u200b-\u200f\u2060]*[=+\\-@\t\r＝＋－＠]")


def _harmless(cell: str) -> str:
    """The cell as text also for a spreadsheet that takes =, also full-width or behind unseen signs, for a formula."""
    number = cell[1:].isdecimal() and cell[:1] in ("+", "-")
    plain = unicodedata.normalize("NFKC", cell[:20])  # small and raised signs become = and + there
    return f"'{cell}" if _FORMULA.match(plain) and not number else cell


def as_markdown(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> str:
    """A row per filled seat."""
    lines = [[language.text(f"col.{key}") for key in KEYS], ["---"] * len(KEYS), *seat_rows(plan, scenario, language)]
    return "\n".join("| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines) + "\n"


def _escaped(cell: str) -> str:
    """A cell that breaks neither the table nor the page it is shown in."""
    plain = re.sub(r"([\\|`*_~\[\]!#])", r"\\\1", cell).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"\s*[\r\n]+\s*", "<br>", plain)
