"""The commands. Each parses, calls `planning`, reports, exits."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from zbopt import cli
from zbopt.cli import AUDIT_FAULTS, BAD_INPUT, INTERRUPTED, Command, lang_option, option
from zbopt.cli.echo import put, say
from zbopt.cli.explaining import repair, what_would_it_take, why, why_not
from zbopt.cli.guard import fail, guarded, opened_plan, report
from zbopt.cli.listing import alternatives, compare, prices, what_if
from zbopt.cli.options import running
from zbopt.cli.progress import listener, stoppable
from zbopt.cli.solving import assign, merge, restructure
from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error
from zbopt.report.language import Language, catalogue


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
    from zbopt.report.merge_sheets import suggestion_sheet
    from zbopt.report.merging import overlap_text
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    if suggest or synonyms is not None or threshold is not None:
        limit = None if threshold is None else threshold * 100
        _, rows = planning.suggest(loaded, synonyms=synonyms, threshold=limit)
        if style == "json":
            put(to_text({"format": 1, "kind": "suggestions", "rows": rows}))
        elif rows:
            say(suggestion_sheet(rows, loaded.scenario, language).text())
        else:
            say(language.text("ui.no_suggestions"))
        return
    _, found = planning.overlap(loaded)
    if style == "json":
        put(to_text(found))
    else:
        say(overlap_text(found, loaded.scenario, language))


@click.command(cls=Command, help="help.check")
@click.argument("path", type=click.Path(path_type=Path))
@option("--all", "every", is_flag=True, help="help.all_diagnostics")
@option("--private", is_flag=True, help="help.private")
@lang_option
@guarded
def check(path: Path, every: bool, private: bool, language: Language) -> None:
    """Report every fault of a scenario."""
    from zbopt import planning
    from zbopt.scenario import facts

    try:
        loaded, found = planning.check(path)
    except DiagnosticsError as problem:
        report(problem.diagnostics, language, every)
        _counts(problem.diagnostics, language)
        sys.exit(BAD_INPUT)
    report(found, language, every)
    if private:
        _private(loaded, language)
        return
    scenario = loaded.scenario
    seats = sum(post.seats for post in facts.staffed_posts(scenario))
    teams = len(facts.staffed_task_forces(scenario))
    if found:
        _counts(found, language)
    say(language.text("ui.checked" if found else "ui.ok", people=len(scenario.people), seats=seats, task_forces=teams))


def _private(loaded: Any, language: Language) -> None:
    """What the confidential rules rest on, on the screen of the planner who owns the roster."""
    from zbopt.report.private import private_rows

    rows = private_rows(loaded)
    say(language.text("private.head", count=len(rows)) if rows else language.text("private.none"))
    for row in rows:
        say("  " + language.text("private.row", **{**row, "field": language.field(row["field"], "people")}))


def _counts(found: Iterable[Diagnostic], language: Language) -> None:
    kinds = [item.severity for item in found]
    say(language.text("ui.counts", errors=kinds.count("error"), warnings=kinds.count("warning")), err=True)


@click.command(cls=Command, help="help.schema")
@lang_option
@guarded
def schema(language: Language) -> None:
    """Print the JSON Schema."""
    from zbopt.plan.document import to_text
    from zbopt.scenario.schema import scenario_schema

    put(to_text(scenario_schema()))


@click.command(cls=Command, help="help.init")
@click.argument("directory", type=click.Path(path_type=Path))
@option("--workbook", is_flag=True, help="help.workbook")
@lang_option
@guarded
def init(directory: Path, workbook: bool, language: Language) -> None:
    """Write a small scenario to start from."""
    from zbopt.plan.runfolder import is_free, not_written
    from zbopt.plan.writing import probe, write_folder
    from zbopt.scenario.starter import starter_files

    try:
        if not is_free(directory):
            fail(language, error("Z510", Mark(str(directory)), value=str(directory)))
        probe(directory)
        write_folder(directory, starter_files(language.name, workbook))
    except (OSError, ValueError) as problem:
        fail(language, not_written(directory, problem))
    say(language.text("ui.created", path=str(directory)))


@click.command(cls=Command, help="help.audit")
@click.argument("plan", type=click.Path(path_type=Path))
@option("--scenario", type=click.Path(path_type=Path), help="help.scenario")
@option("--re-solve", "again", is_flag=True, help="help.re_solve")
@running
@guarded
def audit(plan: Path, scenario: Path | None, again: bool, language: Language, **run: Any) -> None:
    """Check a finished plan."""
    from zbopt import planning

    finished = opened_plan(plan, scenario, language)
    faults = [*finished.faults, *planning.file_faults(finished, plan)]
    early = bool(faults)
    if again and not early:
        with stoppable(language, run["time_limit"], run["memory_limit"]) as stopper:
            try:
                faults += planning.re_solve(
                    finished, time_limit_seconds=run["time_limit"], workers=run["workers"],
                    listener=listener(run["progress"]), on_control=stopper,
                )  # fmt: skip
            except DiagnosticsError:
                if stopper.interrupted:
                    say(language.text("audit.interrupted"), err=True)
                    sys.exit(INTERRUPTED)
                raise
    _audited(faults, finished, language)
    if not finished.is_well_formed:
        sys.exit(AUDIT_FAULTS)
    say(language.text("audit.unchecked" if not again else "audit.not_solved" if early else "audit.solved_again"))
    for claim in planning.unchecked_claims(finished.document) if not (again and faults and not early) else ():
        say(f"  {language.message(claim)}")
    if faults:
        sys.exit(AUDIT_FAULTS)


def _audited(faults: list[Any], finished: Any, language: Language) -> None:
    """What was checked, and every fault with its place."""
    from zbopt.report.terminal import wrapped
    from zbopt.scenario.rulebook import shown_rule

    say(language.text("audit.bad", count=len(faults)) if faults else language.text("audit.good"))
    if finished.is_well_formed and finished.document["scenario"].get("sha256") != finished.scenario.sha256:
        say(wrapped(language.text("audit.other_scenario")))
    for fault in faults:
        of_stage = fault.shown_subject[0] == "stage"
        who = "" if of_stage or not fault.shown_subject[1] else fault.shown_subject[1]
        rule = " ".join(part for part in (language.word(shown_rule(fault.rule)), who, fault.path) if part)
        say(f"  {fault.path if fault.rule == 'document' or of_stage else rule}: {language.message(fault.message)}")
    empty = finished.document["status"] == "infeasible"
    say(wrapped(language.text("audit.checked_no_plan" if empty else "audit.checked")))


@click.command(cls=Command, help="help.explain-code")
@click.argument("code")
@lang_option
@guarded
def explain_code(code: str, language: Language) -> None:
    """Explain a message code."""
    from zbopt.scenario.texts import nearest

    codes = [key for key in catalogue() if key.startswith("Z")]
    if code.upper() not in codes:
        fail(language, error("Z509", value=code, nearest=nearest(code.upper(), codes)))
    template = re.sub(r"\{\?\w+\}|\{/\w+\}", "", catalogue()[code.upper()][language.name])
    shown = re.sub(r"{(\w+)(?::\w+)?}", r"<\1>", template)
    say(f"{code.upper()}: {shown}")


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
    "what-would-it-take": what_would_it_take,
    "repair": repair,
    "prices": prices,
    "alternatives": alternatives,
    "what-if": what_if,
    "compare": compare,
    "explain-code": explain_code,
}
"""Every command by the name a planner types."""

__all__ = ["COMMANDS", "cli"]
