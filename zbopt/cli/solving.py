"""The commands that solve: assign, merge, restructure; their run folders and what they show."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import IMPOSSIBLE, INTERRUPTED, NO_PLAN, Command, option
from zbopt.cli.guard import fail, guarded, report
from zbopt.cli.options import running
from zbopt.diagnostics import error
from zbopt.report.language import Language

STYLES = ["text", "json", "csv", "markdown"]


def _solving(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command that solves has."""
    for decorate in (
        running,
        option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed"),
        option("--format", "style", type=click.Choice(STYLES), default="text", help="help.format"),
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
def assign(
    scenario: Path,
    out: Path | None,
    style: str,
    time_limit: int | None,
    workers: int | None,
    seed: int | None,
    cross_check: bool,
    progress: str,
    language: Language,
) -> None:
    """Staff the task forces of a scenario."""
    from zbopt import planning
    from zbopt.cli.progress import listener, stoppable
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    _free(out, language)
    with stoppable(language) as on_control:
        result = planning.assign(
            loaded,
            time_limit_seconds=time_limit,
            seed=seed,
            workers=workers,
            cross_check=cross_check,
            listener=listener(progress),
            on_control=on_control,
        )
    _finish(result, out, style, workers, language)


def _finish(result: Any, out: Path | None, style: str, workers: int | None, language: Language) -> None:
    """Write the run folder, show the outcome, exit with its code."""
    _write(result, out, workers, language)
    click.echo(_shown(result, style, language), nl=False)
    if result.status == "infeasible":
        if style == "text":
            _explained(result, workers, language)
        sys.exit(IMPOSSIBLE)
    if result.solution.assignment is None:
        sys.exit(NO_PLAN)
    if result.status == "stopped" or (result.interrupted and result.document.get("alternatives_search") == "stopped"):
        sys.exit(INTERRUPTED)


def _explained(result: Any, workers: int | None, language: Language) -> None:
    """The conflict and the repairs of an impossible case, within the time of another solve."""
    from zbopt import planning
    from zbopt.cli.progress import stoppable
    from zbopt.planning.explaining import case_of
    from zbopt.progress import Control
    from zbopt.report.explaining import Telling

    case = case_of(result.loaded, result.kind, result.overrides or (), result.document["seed"], workers)
    control = Control(result.scenario.policy.solver.time_limit_seconds)
    with stoppable(language) as on_control:
        on_control(control)
        found = planning.explain_case(result.loaded, case, control)
    telling = Telling(result.scenario, language)
    counting = [language.diagnostic(item) for item in found.counting]
    told = telling.explanation(found.document, counting).splitlines()
    click.echo("\n".join(told[2:]))  # name and outcome stand above already
    if found.repairs:
        click.echo(language.text("repair.how"))


def _write(result: Any, out: Path | None, workers: int | None, language: Language) -> None:
    from zbopt import planning
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_text
    from zbopt.report.workbook import workbook

    folder = out or runfolder.default_folder(result.scenario.name, str(result.scenario.as_of))
    files = {
        runfolder.PLAN: to_text(result.document).encode(),
        runfolder.WORKBOOK: workbook(result.document, result.shown, language),
        runfolder.MANIFEST: to_text(planning.manifest(result, workers)).encode(),
        runfolder.AUDIT: to_text({"format": 1, "faults": [fault.as_json() for fault in result.audit]}).encode(),
    }
    _write_folder(folder, files, language)
    click.echo(language.text("ui.written", path=str(folder)), err=True)


def _free(folder: Path | None, language: Language, frontier: bool = False) -> None:
    """Exit 2 before a long run where its folder could not be written in the end."""
    from zbopt.plan import runfolder

    try:
        if folder is not None:
            runfolder.check(folder, frontier)
    except runfolder.NotARunFolder:
        fail(language, error("Z507", value=str(folder)))


def _write_folder(folder: Path, files: dict[str, bytes], language: Language) -> None:
    """A folder of outputs, or the reason why it cannot be written and exit 2."""
    from zbopt.plan import runfolder

    try:
        runfolder.write(folder, files)
    except runfolder.NotARunFolder:
        fail(language, error("Z507", value=str(folder)))
    except OSError as problem:
        fail(language, error("Z508", value=str(folder), problem=problem.strerror or ""))


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
    return terminal.summary(plan, scenario, language, result.crosscheck is not None) + "\n"


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


def _merged(use_case: str, scenario: Path, language: Language, settings: dict[str, Any], **more: Any) -> None:
    from zbopt import planning
    from zbopt.cli.progress import listener, stoppable
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    _free(settings["out"], language)
    with stoppable(language) as on_control:
        result = getattr(planning, use_case)(
            loaded,
            alternatives=settings["alternatives"],
            max_moves=settings["max_moves"],
            time_limit_seconds=settings["time_limit"],
            seed=settings["seed"],
            workers=settings["workers"],
            listener=listener(settings["progress"]),
            on_control=on_control,
            **more,
        )
    _finish(result, settings["out"], settings["style"], settings["workers"], language)


def _frontier(scenario: Path, decisions: Path | None, language: Language, settings: dict[str, Any]) -> None:
    from zbopt import planning
    from zbopt.cli.progress import listener, stoppable
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_text
    from zbopt.report.merging import frontier_text
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    name = runfolder.default_folder(f"{loaded.scenario.name}-frontier", str(loaded.scenario.as_of))
    folder = settings["out"] or name

    _free(folder, language, frontier=True)

    def write(found: dict[str, Any]) -> None:
        manifest = {"format": 1, "kind": "frontier", "scenario": found["scenario"]}
        files = {runfolder.FRONTIER: to_text(found).encode(), runfolder.MANIFEST: to_text(manifest).encode()}
        _write_folder(folder, files, language)

    with stoppable(language) as on_control:
        found = planning.frontier(
            loaded,
            decisions=decisions,
            earlier=folder,
            time_limit_seconds=settings["time_limit"],
            workers=settings["workers"],
            listener=listener(settings["progress"]),
            on_control=on_control,
            on_rows=write,
        )
    write(found)
    click.echo(language.text("ui.written", path=str(folder)), err=True)
    click.echo(
        to_text(found) if settings["style"] == "json" else frontier_text(found, loaded.scenario, language), nl=False
    )
    if found["status"] == "infeasible":
        sys.exit(IMPOSSIBLE)
    if found["status"] == "stopped":
        sys.exit(INTERRUPTED if found["rows"] else NO_PLAN)


__all__ = ["assign", "merge", "restructure"]
