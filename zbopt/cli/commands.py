"""The commands. Each parses, calls `planning`, reports, exits."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from zbopt import cli
from zbopt.cli import AUDIT_FAULTS, BAD_INPUT, IMPOSSIBLE, INTERRUPTED, NO_PLAN, Command, lang_option, option
from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error
from zbopt.report.language import Language, catalogue


def _report(diagnostics: Iterable[Diagnostic], language: Language) -> None:
    for item in diagnostics:
        click.echo(language.diagnostic(item), err=True)


def _fail(language: Language, *diagnostics: Diagnostic) -> NoReturn:
    _report(diagnostics, language)
    sys.exit(BAD_INPUT)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns a planner's mistakes into messages and exit codes; a defect of zbopt names itself as such."""

    @wraps(function)
    def run(*args: Any, lang: str, **settings: Any) -> Any:
        """The command, guarded."""
        from zbopt.plan.audit import AuditError

        language = Language(lang)
        try:
            return function(*args, language=language, **settings)
        except DiagnosticsError as problem:
            _fail(language, *problem.diagnostics)
        except AuditError as problem:
            click.echo(language.text("ui.defect"), err=True)
            for fault in problem.faults:
                click.echo(f"  {fault.rule} {' '.join(fault.subject)}: {language.message(fault.message)}", err=True)
            sys.exit(AUDIT_FAULTS)
        except KeyboardInterrupt:
            click.echo(language.text("ui.aborted"), err=True)
            sys.exit(INTERRUPTED)

    return run


@click.command(cls=Command, help="help.assign")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("--out", type=click.Path(path_type=Path), help="help.out")
@option("--format", "style", type=click.Choice(["text", "json", "csv", "markdown"]), default="text", help="help.format")
@option("--time-limit", type=click.IntRange(1, 604_800), help="help.time_limit")
@option("--workers", type=click.IntRange(1, 256), help="help.workers")
@option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed")
@option("--cross-check", is_flag=True, help="help.cross_check")
@option("--progress", type=click.Choice(["auto", "plain", "json", "none"]), default="auto", help="help.progress")
@lang_option
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
    _report(loaded.diagnostics, language)
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
    _finish(result, scenario, out, style, workers, language)


def _finish(result: Any, scenario: Path, out: Path | None, style: str, workers: int | None, language: Language) -> None:
    """Write the run folder, show the outcome, exit with its code."""
    from zbopt import planning

    _write(result, out, workers, language)
    click.echo(_shown(result, style, language), nl=False)
    if result.status == "infeasible":
        if style == "text":
            _report(planning.hints(result, scenario), language)
        sys.exit(IMPOSSIBLE)
    if result.solution.assignment is None:
        sys.exit(NO_PLAN)
    if result.status == "stopped" or (result.interrupted and result.document.get("alternatives_search") == "stopped"):
        sys.exit(INTERRUPTED)


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
        _fail(language, error("Z507", value=str(folder)))


def _write_folder(folder: Path, files: dict[str, bytes], language: Language) -> None:
    """A folder of outputs, or the reason why it cannot be written and exit 2."""
    from zbopt.plan import runfolder

    try:
        runfolder.write(folder, files)
    except runfolder.NotARunFolder:
        _fail(language, error("Z507", value=str(folder)))
    except OSError as problem:
        _fail(language, error("Z508", value=str(folder), problem=problem.strerror or ""))


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


def _solving(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that merge and restructure share."""
    for decorate in (
        lang_option,
        option(
            "--progress", type=click.Choice(["auto", "plain", "json", "none"]), default="auto", help="help.progress"
        ),
        option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed"),
        option("--workers", type=click.IntRange(1, 256), help="help.workers"),
        option("--time-limit", type=click.IntRange(1, 604_800), help="help.time_limit"),
        option(
            "--format",
            "style",
            type=click.Choice(["text", "json", "csv", "markdown"]),
            default="text",
            help="help.format",
        ),
        option("--out", type=click.Path(path_type=Path), help="help.out"),
        option("--alternatives", type=click.IntRange(0, 20), default=0, help="help.alternatives"),
        option("--max-moves", type=click.IntRange(0, 1_000_000), help="help.max_moves"),
        click.argument("scenario", type=click.Path(path_type=Path)),
    ):
        function = decorate(function)
    return function


@click.command(cls=Command, help="help.merge")
@_solving
@guarded
def merge(scenario: Path, language: Language, **settings: Any) -> None:
    """Merge task forces and staff them."""
    _merged("merge", scenario, language, settings)


@click.command(cls=Command, help="help.restructure")
@option("--decisions", type=click.Path(path_type=Path), help="help.decisions")
@option("--frontier", is_flag=True, help="help.frontier")
@_solving
@guarded
def restructure(scenario: Path, decisions: Path | None, frontier: bool, language: Language, **settings: Any) -> None:
    """From last year's tables to the proposal."""
    if frontier:
        given = (settings["alternatives"] or None, settings["seed"], settings["max_moves"])
        if any(item is not None for item in given) or settings["style"] not in ("text", "json"):
            _fail(language, error("Z513"))
        _frontier(scenario, decisions, language, settings)
        return
    _merged("restructure", scenario, language, settings, decisions=decisions)


def _merged(use_case: str, scenario: Path, language: Language, settings: dict[str, Any], **more: Any) -> None:
    from zbopt import planning
    from zbopt.cli.progress import listener, stoppable
    from zbopt.scenario.load import load

    loaded = load(scenario)
    _report(loaded.diagnostics, language)
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
    _finish(result, scenario, settings["out"], settings["style"], settings["workers"], language)


def _frontier(scenario: Path, decisions: Path | None, language: Language, settings: dict[str, Any]) -> None:
    from zbopt import planning
    from zbopt.cli.progress import listener, stoppable
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_text
    from zbopt.report.merging import frontier_text
    from zbopt.scenario.load import load

    loaded = load(scenario)
    _report(loaded.diagnostics, language)
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


@click.command(cls=Command, help="help.overlap")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("--suggest", is_flag=True, help="help.suggest")
@option("--synonyms", type=click.Path(path_type=Path), help="help.synonyms")
@option("--threshold", type=click.IntRange(1, 100), help="help.threshold")
@option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="help.format")
@lang_option
@guarded
def overlap(
    scenario: Path, suggest: bool, synonyms: Path | None, threshold: int | None, style: str, language: Language
) -> None:
    """How far task forces overlap."""
    from zbopt import planning
    from zbopt.plan.document import to_text
    from zbopt.report.merging import overlap_text, suggestion_sheet
    from zbopt.scenario.load import load

    loaded = load(scenario)
    _report(loaded.diagnostics, language)
    if suggest or synonyms is not None or threshold is not None:
        limit = None if threshold is None else threshold * 100
        _, rows = planning.suggest(loaded, synonyms=synonyms, threshold=limit)
        if style == "json":
            click.echo(to_text({"format": 1, "kind": "suggestions", "rows": rows}), nl=False)
        elif rows:
            click.echo(suggestion_sheet(rows, loaded.scenario, language).text())
        else:
            click.echo(language.text("ui.no_suggestions"))
        return
    _, found = planning.overlap(loaded)
    click.echo(to_text(found) if style == "json" else overlap_text(found, loaded.scenario, language) + "\n", nl=False)


@click.command(cls=Command, help="help.check")
@click.argument("path", type=click.Path(path_type=Path))
@lang_option
@guarded
def check(path: Path, language: Language) -> None:
    """Report every fault of a scenario."""
    from zbopt import planning
    from zbopt.scenario import facts

    try:
        loaded, found = planning.check(path)
    except DiagnosticsError as problem:
        _report(problem.diagnostics, language)
        _counts(problem.diagnostics, language)
        sys.exit(BAD_INPUT)
    _report(found, language)
    scenario = loaded.scenario
    seats = sum(post.seats for post in facts.staffed_posts(scenario))
    teams = len(facts.staffed_task_forces(scenario))
    if found:
        _counts(found, language)
    click.echo(
        language.text("ui.checked" if found else "ui.ok", people=len(scenario.people), seats=seats, task_forces=teams)
    )


def _counts(found: Iterable[Diagnostic], language: Language) -> None:
    kinds = [item.severity for item in found]
    click.echo(language.text("ui.counts", errors=kinds.count("error"), warnings=kinds.count("warning")), err=True)


@click.command(cls=Command, help="help.schema")
@lang_option
@guarded
def schema(language: Language) -> None:
    """Print the JSON Schema."""
    from zbopt.plan.document import to_text
    from zbopt.scenario.schema import scenario_schema

    click.echo(to_text(scenario_schema()), nl=False)


@click.command(cls=Command, help="help.init")
@click.argument("directory", type=click.Path(path_type=Path))
@option("--workbook", is_flag=True, help="help.workbook")
@lang_option
@guarded
def init(directory: Path, workbook: bool, language: Language) -> None:
    """Write a small scenario to start from."""
    from zbopt.plan import runfolder
    from zbopt.report.starter import starter_files

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        _fail(language, error("Z510", Mark(str(directory)), value=str(directory)))
    try:
        runfolder.write(directory, starter_files(language, workbook))
    except OSError as problem:
        _fail(language, error("Z508", value=str(directory), problem=problem.strerror or ""))
    click.echo(language.text("ui.created", path=str(directory)))


def _opened(plan: Path | None, scenario: Path | None, language: Language) -> Any:
    from zbopt import planning
    from zbopt.plan import runfolder

    chosen = plan or runfolder.newest()
    if chosen is None:
        _fail(language, error("Z506"))
    return planning.open_plan(chosen, scenario)


@click.command(cls=Command, help="help.audit")
@click.argument("plan", type=click.Path(path_type=Path))
@option("--scenario", type=click.Path(path_type=Path), help="help.scenario")
@lang_option
@guarded
def audit(plan: Path, scenario: Path | None, language: Language) -> None:
    """Check a finished plan."""
    finished = _opened(plan, scenario, language)
    if not finished.faults:
        click.echo(language.text("audit.good"))
        return
    click.echo(language.text("audit.bad", count=len(finished.faults)))
    for fault in finished.faults:
        head = fault.path if fault.rule == "document" else " ".join((fault.rule, fault.subject[1], fault.path)).strip()
        click.echo(f"  {head}: {language.message(fault.message)}")
    sys.exit(AUDIT_FAULTS)


def _intact(finished: Any, language: Language) -> Any:
    """A plan that still follows from its scenario; explanations of another one would mislead."""
    if finished.faults:
        _fail(language, error("Z511", count=len(finished.faults)))
    return finished


def _answer(answer: Any, language: Language) -> str:
    from zbopt.report.terminal import table

    lines = [language.message(item) for item in answer.messages]
    if answer.rows:
        keys = ("post", "person", "name", "fit", "preference", "stability", "merit", "seated")
        rows = [
            [("*" if row[key] else "") if key == "seated" else str(row[key]) for key in keys]
            for row in answer.rows[:30]
        ]
        lines.append(table([language.text(f"col.{key}") for key in keys], rows, frozenset({3, 4, 5, 6})))
    if len(answer.rows) > 30:
        lines.append(language.text("ui.more", count=len(answer.rows) - 30))
    return "\n".join(lines)


@click.command(cls=Command, help="help.why")
@click.argument("what", metavar="PERSON|POST")
@option("--plan", type=click.Path(path_type=Path), help="help.plan")
@option("--scenario", type=click.Path(path_type=Path), help="help.scenario")
@lang_option
@guarded
def why(what: str, plan: Path | None, scenario: Path | None, language: Language) -> None:
    """Why a person sits there, or who could take a post."""
    from zbopt import planning

    click.echo(_answer(planning.why(_intact(_opened(plan, scenario, language), language), what), language))


@click.command(cls=Command, help="help.why-not")
@click.argument("person")
@click.argument("post")
@option("--plan", type=click.Path(path_type=Path), help="help.plan")
@option("--scenario", type=click.Path(path_type=Path), help="help.scenario")
@lang_option
@guarded
def why_not(person: str, post: str, plan: Path | None, scenario: Path | None, language: Language) -> None:
    """Why a person does not sit on a post."""
    from zbopt import planning

    click.echo(
        _answer(planning.why_not_there(_intact(_opened(plan, scenario, language), language), person, post), language)
    )


@click.command(cls=Command, help="help.explain-code")
@click.argument("code")
@lang_option
@guarded
def explain_code(code: str, language: Language) -> None:
    """Explain a message code."""
    from zbopt.scenario.fields import nearest

    codes = [key for key in catalogue() if key.startswith("Z")]
    if code.upper() not in codes:
        _fail(language, error("Z509", value=code, nearest=nearest(code.upper(), codes)))
    template = re.sub(r"\{\?\w+\}|\{/\w+\}", "", catalogue()[code.upper()][language.name])
    shown = re.sub(r"{(\w+)}", r"<\1>", template)
    click.echo(f"{code.upper()}: {shown}")


COMMANDS: dict[str, click.Command] = {
    "assign": assign,
    "overlap": overlap,
    "merge": merge,
    "restructure": restructure,
    "check": check,
    "init": init,
    "schema": schema,
    "audit": audit,
    "why": why,
    "why-not": why_not,
    "explain-code": explain_code,
}
"""Every command by the name a planner types."""

__all__ = ["COMMANDS", "cli"]
