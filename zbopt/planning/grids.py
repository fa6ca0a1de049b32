"""Many what-ifs at once: the rows of a grid file (`gridfile`), side by side, on disk row by row, resumable.

A row is named by what it is of (scenario, use case, zbopt, settings, edits): a file of
anything else is not used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, error
from zbopt.explaining.case import Case
from zbopt.explaining.prices import Outcome
from zbopt.plan.document import Document, to_bytes
from zbopt.plan.runfolder import GRID, MANIFEST, ROWS, Identity, chosen_folder, not_written, read_json
from zbopt.plan.writing import settle, write_file
from zbopt.planning.conflicts import edits_json, opened
from zbopt.planning.gridfile import Row, read_grid
from zbopt.planning.notebook import Framed, head
from zbopt.planning.parallel import Task, in_processes, num_processes, on_cluster, shipment, solved
from zbopt.planning.resuming import token
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.editing import edited
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import Loaded
from zbopt.version import __version__


@dataclass(frozen=True, repr=False)
class Grid(Framed):
    """A solved grid: `document` holds the rows in the order of the file; `computed` counts those solved now, the rest was on disk.

    `unwritten`: why rows solved now are in `document` alone and not in the folder.
    """

    loaded: Loaded
    document: Document
    computed: int
    unwritten: Diagnostic | None = None

    @property
    def status(self) -> str:
        """proved where every row has its answer, else stopped."""
        return str(self.document["status"])


# --- solving ---------------------------------------------------------------------------------------------------------


def grid(
    source: str | Path | Loaded,
    path: str | Path,
    *,
    out: str | Path,
    kind: str = "assign",
    decisions: str | Path | None = None,
    seed: int | None = None,
    workers: int | None = None,
    processes: int | None = None,
    scheduler: str | None = None,
    time_limit_seconds: int | None = None,
    replace: bool = False,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Grid:
    """Solve every row of a grid file; finished rows in the folder `out` are read, not solved again.

    `time_limit_seconds` is for one row. `scheduler`: the address of a Dask cluster. `replace`: `out` may hold a result of
    something else. A disk that becomes full on the way ends nothing: what could not be written is in the result, which says
    so (`unwritten`). Raises `DiagnosticsError` with every row that cannot be done.
    """
    loaded, case = opened(source, kind, decisions, seed, workers)
    rows = _with_edits(read_grid(path), loaded)
    seconds = time_limit_seconds or loaded.scenario.policy.solver.time_limit_seconds
    control = Control(None, listener)
    if on_control is not None:
        on_control(control)
    folder = _prepared(Path(out), loaded, replace)
    keys = [_key(case, row, seconds) for row in rows]
    known = {key: outcome for key in keys if (outcome := _read(folder, key)) is not None}
    wanted = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
    tasks = [Task(key, row.edits, seconds) for key, row in wanted.items()]
    computed, unwritten = 0, None
    for task, outcome in _solved(loaded, case, tasks, processes, scheduler, control):
        if outcome.status == "stopped":
            continue  # cut short: not an answer
        if outcome.status == "refused":  # told, and asked again by the next run
            known[task.key] = outcome
            continue
        row = {"format": 1, "key": task.key, **asdict(outcome)}
        unwritten = _kept(folder / ROWS / f"{task.key}.json", row) or unwritten
        known[task.key] = outcome
        computed += 1
        control.emit("grid", "rows", len(known), len(rows))
    document = _document(loaded, case, rows, keys, known)
    if replace or not _says_more(folder, document):
        unwritten = _kept(folder / GRID, document) or unwritten
    return Grid(loaded, document, computed, unwritten)


def _kept(path: Path, document: Mapping[str, Any]) -> Diagnostic | None:
    """Write a file; the reason where that fails."""
    try:
        write_file(path, to_bytes(document))
    except (OSError, ValueError) as problem:
        return not_written(path, problem)
    return None


def _with_edits(rows: Sequence[Row], loaded: Loaded) -> list[Row]:
    """The rows with their edits read against the scenario; every fault of every row at once, each told once."""
    found, faults = [], list[Diagnostic]()
    for row in rows:
        try:
            _, edits = edited(loaded.scenario, row.texts)
            found.append(Row(_harmless(row, edits), row.texts, edits))
        except DiagnosticsError as problem:
            faults += [item for item in problem.diagnostics if item not in faults]
    if faults:
        raise DiagnosticsError(faults)
    return found


def _harmless(row: Row, edits: Sequence[Edit]) -> tuple[tuple[str, str], ...]:
    """The labels of a row without the value of a confidential field."""
    hidden = {text: edit.shown for text, edit in zip(row.texts, edits, strict=True) if edit.shown != edit.text}
    hidden |= {text.partition("=")[2]: "***" for text in hidden}
    return tuple((name, hidden.get(label, label)) for name, label in row.labels)


def _solved(
    loaded: Loaded, case: Case, tasks: Sequence[Task], processes: int | None, scheduler: str | None, control: Control
) -> Iterator[tuple[Task, Outcome]]:
    if not tasks:
        return
    if scheduler is not None:
        try:
            yield from on_cluster(shipment(case), tasks, scheduler, control)
        except ImportError:
            raise DiagnosticsError([error("Z538")]) from None
        except (OSError, TimeoutError):
            raise DiagnosticsError([error("Z539", value=scheduler)]) from None
        return
    number = min(num_processes(processes), len(tasks))
    if number > 1:
        yield from in_processes(shipment(case), tasks, number, control)
        return
    for task in tasks:
        if control.out_of_time():
            return
        yield task, solved(case, task, control)


def _key(case: Case, row: Row, seconds: int) -> str:
    """A name for what a row is of."""
    overrides = [repr(item) for item in case.overrides]
    text = json.dumps(
        [
            __version__,
            case.kind,
            token(case.scenario),
            case.seed,
            case.workers,
            seconds,
            overrides,
            [edit.text for edit in row.edits],
        ],
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:20]


# --- on disk ---------------------------------------------------------------------------------------------------------


def _prepared(folder: Path, loaded: Loaded, replace: bool) -> Path:
    """The folder with its manifest, so that it is known to be ours before the first row is there."""
    identity = Identity("grid", loaded.scenario.name, str(loaded.scenario.as_of))
    chosen_folder(folder, folder, identity, replace)
    manifest = {
        "format": 1,
        "kind": "grid",
        "scenario": {"name": identity.name, "as_of": identity.as_of},
        "versions": {"zbopt": __version__},
    }
    try:
        (folder / ROWS).mkdir(parents=True, exist_ok=True)
        settle(folder / ROWS)  # a folder of ours by now
        write_file(folder / MANIFEST, to_bytes(manifest))
    except (OSError, ValueError) as problem:
        raise DiagnosticsError([not_written(folder, problem)]) from None
    return folder


def _says_more(folder: Path, document: Document) -> bool:
    """Whether the grid on disk has more rows solved than one that was stopped."""
    try:
        old = read_json(folder / GRID)
        return document["status"] == "stopped" and _num_solved(old) > _num_solved(document)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _num_solved(document: Mapping[str, Any]) -> int:
    return sum(row["status"] is not None for row in document["rows"])


def _read(folder: Path, key: str) -> Outcome | None:
    """A row on disk; None where there is none, or what stands there is not one."""
    try:
        raw = json.loads((folder / ROWS / f"{key}.json").read_text(encoding="utf-8"))
        if raw["format"] != 1 or raw["key"] != key:
            return None
        return Outcome(raw["status"], raw["stages"], raw["figures"], raw["exact"], raw["note"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _document(
    loaded: Loaded, case: Case, rows: Sequence[Row], keys: Sequence[str], known: Mapping[str, Outcome]
) -> Document:
    listed = []
    for row, key in zip(rows, keys, strict=True):
        outcome = known.get(key)
        listed.append(
            {
                "labels": dict(row.labels),
                "edits": edits_json(row.edits, loaded),
                "status": None if outcome is None else outcome.status,
                "exact": outcome is not None and outcome.exact,
                "stages": {} if outcome is None else dict(outcome.stages),
                "figures": {} if outcome is None else dict(outcome.figures),
            }
        )
    complete = "feasible" if len(known) >= len(set(keys)) else "stopped"
    status = "proved" if all(row["exact"] for row in listed) else complete
    return head("grid", case.kind, loaded.scenario, status, seed=case.seed, rows=listed)


__all__ = ["GRID", "Grid", "grid"]
