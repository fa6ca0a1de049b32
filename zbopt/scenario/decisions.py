"""A planner's decisions on task forces, which override triage: a YAML file (`decisions:` a list) or a CSV table.

Each names task force, decision, who (`by`), when (`on`) and why; without who and why it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, has_errors, ordered
from zbopt.scenario.csv_file import read_csv
from zbopt.scenario.fields import Day, Id, LongText, Text, parse_word, typed, word_schema
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Model
from zbopt.scenario.reading import Reader
from zbopt.scenario.source import read_yaml
from zbopt.scenario.tables import grid_rows
from zbopt.scenario.texts import nearest
from zbopt.scenario.words import Disposition, TaskForceState

ON_RUNNING = (
    Disposition.KEEP,
    Disposition.DISSOLVE,
    Disposition.NOT_RENEWED,
    Disposition.CLEAR_OUT,
    Disposition.ELIMINATE,
    Disposition.CLARIFY,
)
ON_APPLIED = (Disposition.SET_UP, Disposition.REFUSE)


@dataclass(frozen=True, slots=True)
class Override:
    """A planner's decision on a task force, with who and why."""

    task_force: str
    decision: Disposition
    by: str
    why: str
    on: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """As kept in plan.json."""
        return {
            "task_force": self.task_force,
            "decision": self.decision.value,
            "by": self.by,
            "why": self.why,
            "on": self.on,
        }


class DecisionRow(Model):
    """A row of the file."""

    task_force: Id
    decision: Annotated[Disposition, *typed(parse_word(Disposition), word_schema(Disposition))]
    by: Text
    why: LongText
    on: Day | None = None


def load_decisions(path: str | Path, scenario: Scenario) -> tuple[Override, ...]:
    """The decisions of a file, by task force. Raises `DiagnosticsError` with every fault."""
    file = Path(path)
    reader = Reader(file)
    raw = _rows(file, reader)
    rows: list[tuple[DecisionRow, Mark | None]] = []
    for place, item in enumerate(raw):
        where = ("decisions", place)
        if not isinstance(item, dict):
            reader.found.append(error("Z018", reader.marks.of(where), field="decisions"))
            continue
        made = reader.model(DecisionRow, item, where)
        if made is not None:
            rows.append((made, reader.marks.of(where)))
    reader.found += _references(rows, scenario)
    if has_errors(reader.found):
        raise DiagnosticsError(ordered(reader.found))
    overrides = [
        Override(row.task_force, row.decision, row.by, row.why, None if row.on is None else str(row.on))
        for row, _ in rows
    ]
    return tuple(sorted(overrides, key=lambda item: item.task_force))


def _rows(file: Path, reader: Reader) -> list[Any]:
    if file.suffix.lower() in (".csv", ".txt", ".tsv"):
        grid, found = read_csv(file, file.name)
        reader.found += found
        table, found = grid_rows(grid, "decisions", list(DecisionRow.model_fields), reader.marks)
        reader.found += found
        if not table:
            reader.found.append(error("Z347", Mark(file.name)))
        return list(table)
    raw, found = read_yaml(file, file.name, reader.marks)
    reader.found += found
    for key in raw:
        if key != "decisions":
            near = nearest(key, ("decisions",))
            reader.found.append(error("Z102", reader.marks.of((key,)), key=key, nearest=near, known="decisions"))
    rows = raw.get("decisions")
    if not isinstance(rows, list):
        reader.found.append(error("Z117", reader.marks.of(("decisions",)), (), "decisions"))
        return []
    return rows


def _references(rows: list[tuple[DecisionRow, Mark | None]], scenario: Scenario) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    seen: set[str] = set()
    for row, mark in rows:
        team = scenario.task_force_by_id.get(row.task_force)
        subject = (row.task_force,) if team is None else (team.id, team.name)
        if row.task_force in seen:
            found.append(error("Z342", mark, subject, "task_force"))
        seen.add(row.task_force)
        if team is None:
            near = nearest(row.task_force, scenario.task_force_by_id)
            found.append(error("Z340", mark, subject, "task_force", value=row.task_force, nearest=near))
            continue
        allowed = {TaskForceState.RUNNING: ON_RUNNING, TaskForceState.APPLIED: ON_APPLIED}.get(team.state, ())
        if row.decision not in allowed:
            known = ", ".join(f"{item.value} {item.zh}" for item in allowed)
            found.append(
                error("Z341", mark, subject, "decision", value=row.decision.zh, state=team.state.zh, known=known)
            )
    return found


__all__ = ["Override", "load_decisions"]
