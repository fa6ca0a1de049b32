"""The rows of a grid file: every combination of its factors, and the rows it states.

    format: 1
    factors:
      share: [policy.quotas.85后.min=55%, policy.quotas.85后.min=60%]
      pool:
        - {label: as it is}
        - {label: without two, edits: [-people.P017, -people.P018]}
    rows:
      - {label: both, edits: [...]}

`factors` are combined, `rows` stand for themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error
from zbopt.scenario.edits import Edit
from zbopt.scenario.source import Marks, read_yaml
from zbopt.scenario.texts import nearest

MAX_ROWS = 20_000
KEYS = ("format", "factors", "rows")


@dataclass(frozen=True)
class Row:
    """A row to solve: a label for each factor, and the edits."""

    labels: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    edits: tuple[Edit, ...] = ()


def read_grid(path: str | Path) -> list[Row]:
    """The rows of a grid file; raises `DiagnosticsError` with every fault of its form."""
    file = Path(path)
    marks = Marks()
    raw, found = read_yaml(file, file.name or str(file), marks)
    faults = [item for item in found if item.severity == "error"]
    faults += [
        error("Z102", marks.of((key,)), (), "", key=key, nearest=nearest(key, KEYS), known=", ".join(KEYS))
        for key in raw
        if key not in KEYS
    ]
    if raw.get("format") not in (None, "1"):
        faults.append(error("Z019", marks.of(("format",)), value=str(raw["format"])))
    factors = raw.get("factors") or {}
    stated = raw.get("rows") or []
    if not isinstance(factors, dict) or not isinstance(stated, list) or not (factors or stated):
        raise DiagnosticsError([*faults, error("Z535", Mark(file.name, 1))])
    columns: list[list[Row]] = []
    for name, values in factors.items():
        if not isinstance(values, list) or not values:
            faults.append(error("Z535", marks.of(("factors", name)), (name,)))
            continue
        rows = [_setting(name, value, marks.of(("factors", name, place)), faults) for place, value in enumerate(values)]
        columns.append(_shortened(name, [row for row in rows if row is not None]))
    own = [_setting("row", value, marks.of(("rows", place)), faults) for place, value in enumerate(stated)]
    if faults:
        raise DiagnosticsError(faults)
    number = len(own) + (prod(len(column) for column in columns) if columns else 0)
    if number > MAX_ROWS:
        raise DiagnosticsError([error("Z536", Mark(file.name), value=number, limit=MAX_ROWS)])
    combined = [_joined(parts) for parts in itertools.product(*columns)] if columns else []
    return [*combined, *(row for row in own if row is not None)]


def _shortened(name: str, rows: list[Row]) -> list[Row]:
    """The settings of a factor by their values alone, where all of them set the same field and none has a label of its own."""
    fields = {row.texts[0].partition("=")[0] for row in rows if row.texts and row.labels[0][1] == row.texts[0]}
    if len(fields) != 1 or not all(len(row.texts) == 1 and row.labels[0][1] == row.texts[0] for row in rows):
        return rows
    return [Row(((name, row.texts[0].partition("=")[2] or row.texts[0]),), row.texts) for row in rows]


def _setting(name: str, value: Any, mark: Mark | None, faults: list[Diagnostic]) -> Row | None:
    if isinstance(value, str) and value:
        return Row(((name, value),), (value,))
    edits = value.get("edits") if isinstance(value, dict) else None
    texts = [edits] if isinstance(edits, str) else (edits or [])
    good = isinstance(value, dict) and set(value) <= {"label", "edits"} and isinstance(texts, list)
    good = good and isinstance(value.get("label") or "", str)
    if not good or not all(isinstance(text, str) and text for text in texts) or not (texts or value.get("label")):
        faults.append(error("Z535", mark, (name,)))
        return None
    return Row(((name, str(value.get("label") or "; ".join(texts))),), tuple(texts))


def _joined(parts: Sequence[Row]) -> Row:
    return Row(
        tuple(label for part in parts for label in part.labels), tuple(text for part in parts for text in part.texts)
    )


__all__ = ["Row", "read_grid"]
