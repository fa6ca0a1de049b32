"""The assignment table as CSV and Markdown for `--format`."""

from __future__ import annotations

import csv
import io
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
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in row])
    return buffer.getvalue()


def sheet_csv(sheet: Any) -> str:
    """A titled table (`Sheet`) as CSV; a cell that begins like a formula, but is no number, is preceded by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows([_harmless(str(cell)) for cell in row] for row in sheet.rows)
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    number = cell[1:].isdecimal() and cell[:1] in ("+", "-")
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") and not number else cell


def as_markdown(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> str:
    """A row per filled seat."""
    lines = [[language.text(f"col.{key}") for key in KEYS], ["---"] * len(KEYS), *seat_rows(plan, scenario, language)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
