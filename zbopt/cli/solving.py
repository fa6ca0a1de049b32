"""The commands that solve: assign, merge, restructure; their run folders and what they show."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import BAD_INPUT, IMPOSSIBLE, NO_PLAN, Command, option
from zbopt.cli import INTERRUPTED as INTERRUPTED_CODE
from zbopt.cli.echo import put, say
from zbopt.cli.guard import WRITTEN, fail, guarded
from zbopt.cli.options import loaded_scenario, replace_option, running
from zbopt.cli.outputs import Output
from zbopt.cli.progress import listener, remaining, stoppable
from zbopt.diagnostics import error
from zbopt.progress import INTERRUPTED
from zbopt.report.language import Language

STYLES = ["text", "json", "csv", "markdown"]


def _solving(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command that solves has."""
    for decorate in (
        running,
        option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed"),
        option("--format", "style", type=click.Choice(STYLES), default="text", help="help.format"),
        replace_option,
        option("--out", type=click.Path(path_type=Path), help="help.out"),
        click.argument("scenario", type=click.Path(path_type=Path)),
    ):
        function = decorate(function)
    return function


def _merging(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that merge and restructure have besides."""
    for decorate in (
        option("--max-moves", type=click.IntRange(0, 1_000_000), help="help.max_moves"),
        option("--alternatives", type=click.IntRange(0, 20), default=0, help="help.alternatives"),
    ):
        function = decorate(function)
    return function


@click.command(cls=Command, help="help.assign")
@option("--cross-check", is_flag=True, help="help.cross_check")
@_solving
@guarded
def assign(scenario: Path, out: Path | None, replace: bool, cross_check: bool, language: Language, **run: Any) -> None:
    """Staff the task forces of a scenario."""
    from zbopt import planning

    loaded = loaded_scenario(scenario, language)
    output = Output.folder(out, loaded, "assign", replace, language)
    with stoppable(language, run["time_limit"], run["memory_limit"]) as stopper:
        result = planning.assign(
            loaded,
            time_limit_seconds=run["time_limit"],
            seed=run["seed"],
            workers=run["workers"],
            cross_check=cross_check,
            listener=listener(run["progress"]),
            on_control=stopper,
        )
        _put(result, output, run["workers"])
        _show(result, run["style"], language)
    _finish(result, output, run, language)


def _show(result: Any, style: str, language: Language) -> None:
    """The outcome; a stop signal does not cut it short."""
    shown = _shown(result, style, language)
    put(shown) if style in ("json", "csv") else say(shown, nl=False)


def _finish(result: Any, output: Output, run: dict[str, Any], language: Language) -> None:
    """Exit with the code of the outcome."""
    if output.failed:
        sys.exit(BAD_INPUT)
    if result.status == "infeasible":
        if run["style"] == "text":
            _explained(result, run, language)
        sys.exit(IMPOSSIBLE)
    stopped = result.document.get("alternatives_search") == "stopped"
    if result.document["ended"] == INTERRUPTED or (result.interrupted and stopped):
        sys.exit(INTERRUPTED_CODE)
    if result.solution.assignment is None:
        sys.exit(NO_PLAN)


def _explained(result: Any, run: dict[str, Any], language: Language) -> None:
    """The conflict and the repairs of an impossible case, within what is left of a stated limit, else within another solve's."""
    from zbopt import planning
    from zbopt.planning.conflicts import case_of
    from zbopt.progress import Control
    from zbopt.report.explaining import Telling

    case = case_of(result.loaded, result.kind, result.overrides or (), result.document["seed"], run["workers"])
    left = remaining(run["time_limit"])
    control = Control(result.scenario.policy.solver.time_limit_seconds if left is None else left)
    with stoppable(language, None, run["memory_limit"]) as stopper:
        stopper.held.append(control)
        found = planning.explain_case(result.loaded, case, control)
    telling = Telling(result.scenario, language)
    counting = [language.diagnostic(item) for item in found.counting]
    told = telling.explanation(found.document, counting).splitlines()
    say("\n".join(told[2:]))  # name and outcome stand above already
    if found.repairs:
        say(language.text("repair.how"))


def _put(result: Any, output: Output, workers: int | None) -> None:
    """Write the run folder; stop signals come too late for it and are only noted."""
    from zbopt import planning
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_bytes
    from zbopt.report.workbook import workbook

    files = {
        runfolder.PLAN: to_bytes(result.document),
        runfolder.WORKBOOK: workbook(result.document, result.shown, output.language),
        runfolder.AUDIT: to_bytes({"format": 1, "faults": [fault.as_json() for fault in result.audit]}),
    }
    manifest = to_bytes(planning.manifest(result, workers, files))
    output.put_plan({**files, runfolder.MANIFEST: manifest}, result.document)


def _shown(result: Any, style: str, language: Language) -> str:
    from zbopt.plan.document import to_text
    from zbopt.report import tables, terminal

    plan, scenario = result.document, result.shown
    if style == "json":
        return to_text(plan)
    if style == "csv":
        return tables.as_csv(plan, scenario, language)
    if style == "markdown":
        return tables.as_markdown(plan, scenario, language)
    if result.kind != "assign":
        from zbopt.report.merging import merge_summary

        return merge_summary(plan, scenario, language) + "\n"
    compared = None if result.crosscheck is None else list(result.crosscheck)
    return terminal.summary(plan, scenario, language, compared) + "\n"


@click.command(cls=Command, help="help.merge")
@_merging
@_solving
@guarded
def merge(scenario: Path, language: Language, **settings: Any) -> None:
    """Merge task forces and staff them."""
    _merged("merge", scenario, language, settings)


@click.command(cls=Command, help="help.restructure")
@option("--decisions", type=click.Path(path_type=Path), help="help.decisions")
@option("--frontier", is_flag=True, help="help.frontier")
@_merging
@_solving
@guarded
def restructure(scenario: Path, decisions: Path | None, frontier: bool, language: Language, **settings: Any) -> None:
    """From last year's tables to the proposal."""
    if frontier:
        given = (settings["alternatives"] or None, settings["seed"], settings["max_moves"])
        if any(item is not None for item in given) or settings["style"] not in ("text", "json"):
            fail(language, error("Z513"))
        _frontier(scenario, decisions, language, settings)
        return
    _merged("restructure", scenario, language, settings, decisions=decisions)


def _merged(use_case: str, scenario: Path, language: Language, run: dict[str, Any], **more: Any) -> None:
    from zbopt import planning

    loaded = loaded_scenario(scenario, language, use_case)
    output = Output.folder(run["out"], loaded, use_case, run["replace"], language)
    with stoppable(language, run["time_limit"], run["memory_limit"]) as stopper:
        result = getattr(planning, use_case)(
            loaded,
            alternatives=run["alternatives"],
            max_moves=run["max_moves"],
            time_limit_seconds=run["time_limit"],
            seed=run["seed"],
            workers=run["workers"],
            listener=listener(run["progress"]),
            on_control=stopper,
            **more,
        )
        _put(result, output, run["workers"])
        _show(result, run["style"], language)
    _finish(result, output, run, language)


def _frontier(scenario: Path, decisions: Path | None, language: Language, run: dict[str, Any]) -> None:
    from zbopt import planning
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_bytes, to_text
    from zbopt.plan.writing import write_folder
    from zbopt.report.merging import frontier_text

    loaded = loaded_scenario(scenario, language, "restructure")
    output = Output.folder(run["out"], loaded, "frontier", run["replace"], language)

    def write(folder: Path, found: dict[str, Any]) -> None:
        manifest = {"format": 1, "kind": "frontier", "scenario": found["scenario"], "versions": found["versions"]}
        manifest["resume"] = planning.token(loaded.scenario)
        files = {runfolder.FRONTIER: to_bytes(found), runfolder.MANIFEST: to_bytes(manifest)}
        write_folder(folder, files)

    def keep(found: dict[str, Any]) -> None:
        """Each row is on disk before the next is looked for; where the disk is full now, the end tells so."""
        with contextlib.suppress(OSError):
            write(output.path, found)
            WRITTEN[:] = [str(output.path)]

    with stoppable(language, run["time_limit"], run["memory_limit"]) as stopper:
        found = planning.frontier(
            loaded,
            decisions=decisions,
            earlier=output.path,
            replace=run["replace"],
            time_limit_seconds=run["time_limit"],
            workers=run["workers"],
            listener=listener(run["progress"]),
            on_control=stopper,
            on_folder=output.moved,
            on_rows=keep,
        )
        output.put(output.path, lambda folder: write(folder, found))
        text = to_text(found) if run["style"] == "json" else frontier_text(found, loaded.scenario, language)
        put(text) if run["style"] == "json" else say(text, nl=False)
    if output.failed:
        sys.exit(BAD_INPUT)
    if found["status"] == "infeasible":
        sys.exit(IMPOSSIBLE)
    if stopper.interrupted and found["status"] == "stopped":
        sys.exit(INTERRUPTED_CODE)
    if found["status"] == "stopped" and not found["rows"]:
        sys.exit(NO_PLAN)


__all__ = ["assign", "merge", "restructure"]
