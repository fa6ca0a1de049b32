"""The exact frontier of persons against moves, and its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.plan import runfolder
from zbopt.plan.writing import located
from zbopt.planning.fitness import checked
from zbopt.planning.merging import unfit_checked
from zbopt.planning.resuming import token
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.load import Loaded, load
from zbopt.version import __version__

if TYPE_CHECKING:
    from zbopt.engine.merge.frontier import Frontier


def frontier(
    source: str | Path | Loaded,
    *,
    decisions: str | Path | None = None,
    earlier: str | Path | None = None,
    replace: bool = False,
    time_limit_seconds: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
    on_folder: Callable[[Path], None] | None = None,
    on_rows: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """The exact frontier of persons against moves after triage, most persons first.

    `on_rows` receives the document so far after every row, so that a run that is killed can be resumed too.
    `earlier`: a folder with the frontier of an unfinished run; its rows are kept where scenario and decisions are the same,
    which its manifest shows (`resume`: the `resuming.token` of the scenario).
    Where they are not, it is left alone unless `replace`: `on_folder` is told which free folder to use instead.
    """
    from zbopt.engine.assign import TooLarge
    from zbopt.engine.merge.candidates import TooManyTeams
    from zbopt.engine.merge.frontier import frontier as walk
    from zbopt.scenario.decisions import load_decisions

    loaded = source if isinstance(source, Loaded) else load(source)
    overrides = () if decisions is None else load_decisions(decisions, loaded.scenario)
    checked(loaded, merging=True, decided=bool(overrides))
    scenario = unfit_checked(loaded, overrides)
    policy = loaded.scenario.policy.solver
    control = Control(time_limit_seconds or policy.time_limit_seconds, listener)
    if on_control is not None:
        on_control(control)
    head = {
        "format": 1,
        "kind": "frontier",
        "scenario": {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": loaded.scenario.sha256},
        "decisions": [item.as_json() for item in overrides],
    }
    rows, unfilled, ignored = _earlier_rows(head, earlier, token(loaded.scenario))
    if ignored and not replace and earlier is not None and on_folder is not None:
        on_folder(runfolder.unused(Path(earlier)))

    def tell(found: Frontier) -> None:
        if on_rows is not None:
            on_rows(_document(head, found, len(rows), ignored))

    try:
        found = walk(scenario, control, workers or policy.workers, rows, unfilled, tell)
        return _document(head, found, len(rows), ignored)
    except TooManyTeams as problem:
        raise DiagnosticsError([error("Z402", value=str(problem))]) from None
    except TooLarge as problem:
        raise DiagnosticsError([error("Z401", value=problem.num_pairs)]) from None


def _document(head: Mapping[str, Any], found: Frontier, resumed: int, ignored: bool) -> dict[str, Any]:
    """The frontier so far. `resumed`: how many rows are of an earlier run; `ignored`: whether one was there that could not be used."""
    shown = [{"persons": persons, "moves": moves} for persons, moves in found.rows]
    body = {**head, "status": found.status, "unfilled": found.unfilled, "rows": shown}
    further = {"versions": {"zbopt": __version__}, "resumed": resumed, "ignored": ignored, "digest": _digest(body)}
    return {**body, **further}


def _digest(body: Mapping[str, Any]) -> str:
    """Tells a frontier that was edited or cut short from one that was written by a run."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _earlier_rows(
    head: Mapping[str, Any], folder: str | Path | None, resume: str
) -> tuple[list[tuple[int, int]], int | None, bool]:
    """Rows of an earlier run on the very same scenario and decisions, and whether such a file is there but cannot be used.

    `resume`: what the manifest must say the rows are of (`resuming.token`).
    """
    file = None if folder is None else located(Path(folder), runfolder.FRONTIER)
    if file is None or not file.is_file():
        return [], None, False
    try:
        old = runfolder.read_json(file)
        body = {key: old[key] for key in (*head, "status", "unfilled", "rows")}
        if any(old[key] != value for key, value in head.items()) or old["digest"] != _digest(body):
            return [], None, True
        if runfolder.manifest_of(file).get("resume") != resume:
            return [], None, True
        if old["unfilled"] is None:
            return [], None, False
        return [(int(row["persons"]), int(row["moves"])) for row in old["rows"]], int(old["unfilled"]), False
    except (OSError, ValueError, KeyError, TypeError):
        return [], None, True


__all__ = ["frontier"]
