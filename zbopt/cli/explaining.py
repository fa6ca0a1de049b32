"""The commands that explain: why, why-not, what-would-it-take, repair, prices, alternatives, what-if, compare."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import IMPOSSIBLE, INTERRUPTED, NO_PLAN, Command, lang_option, option
from zbopt.cli.guard import fail, guarded, opened_plan, report
from zbopt.cli.progress import listener, stoppable
from zbopt.diagnostics import Mark, error
from zbopt.report.language import Language

KINDS = ["assign", "merge", "restructure"]


def _running(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options of everything that solves."""
    for decorate in (
        lang_option,
        option(
            "--progress", type=click.Choice(["auto", "plain", "json", "none"]), default="auto", help="help.progress"
        ),
        option("--workers", type=click.IntRange(1, 256), help="help.workers"),
        option("--time-limit", type=click.IntRange(1, 604_800), help="help.time_limit"),
    ):
        function = decorate(function)
    return function


def _of_scenario(function: Callable[..., Any]) -> Callable[..., Any]:
    """Scenario, use case, seed."""
    for decorate in (
        option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed"),
        option("--decisions", type=click.Path(path_type=Path), help="help.decisions"),
        option("--kind", type=click.Choice(KINDS), default="assign", help="help.kind"),
        click.argument("scenario", type=click.Path(path_type=Path)),
    ):
        function = decorate(function)
    return function


def _format(*styles: str) -> Any:
    return option("--format", "style", type=click.Choice(list(styles)), default="text", help="help.format")


def _written(path: Path, data: bytes, language: Language) -> None:
    """A file, whole or not at all."""
    from zbopt.plan import runfolder

    try:
        runfolder.write_file(path, data)
    except OSError as problem:
        fail(language, error("Z508", value=str(path), problem=problem.strerror or ""))
    click.echo(language.text("ui.written", path=str(path)), err=True)


def _loaded(scenario: Path, language: Language) -> Any:
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    return loaded


def _as_json(document: Any) -> None:
    from zbopt.plan.document import to_text

    click.echo(to_text(document), nl=False)


# --- why -------------------------------------------------------------------------------------------------------------


def _of_plan(function: Callable[..., Any]) -> Callable[..., Any]:
    """The plan an answer is of."""
    for decorate in (
        _running,
        _format("text", "json"),
        option("--scenario", type=click.Path(path_type=Path), help="help.scenario"),
        option("--plan", type=click.Path(path_type=Path), help="help.plan"),
    ):
        function = decorate(function)
    return function


def _answered(
    ask: str, arguments: tuple[Any, ...], plan: Path | None, scenario: Path | None, style: str,
    settings: dict[str, Any], language: Language,
) -> None:  # fmt: skip
    """Open the plan, ask, show the answer."""
    from zbopt import planning

    finished = opened_plan(plan, scenario, language)
    if finished.faults:  # an explanation of another scenario's plan would mislead
        fail(language, error("Z511", count=len(finished.faults)))
    with stoppable(language) as on_control:
        asked = planning.Asked.of(
            finished, settings["time_limit"], listener(settings["progress"]), on_control, settings["workers"]
        )
        answer = getattr(planning, ask)(asked, *arguments)
    if style == "json":
        _as_json(
            {
                "format": 1,
                "kind": "answer",
                "messages": [item.as_json() for item in answer.messages],
                "rows": [dict(row) for row in answer.rows],
                "forced": answer.forced,
            }
        )
    else:
        click.echo(_answer(answer, finished.scenario, language))


def _answer(answer: Any, scenario: Any, language: Language) -> str:
    from zbopt.report.explaining import Telling
    from zbopt.report.terminal import table, wrapped

    lines = [wrapped(language.message(item)) for item in answer.messages]
    if answer.rows:
        keys = ("post", "person", "name", "fit", "preference", "stability", "merit", "seated")
        rows = [
            [("*" if row[key] else "") if key == "seated" else str(row[key]) for key in keys]
            for row in answer.rows[:30]
        ]
        lines.append(table([language.text(f"col.{key}") for key in keys], rows, frozenset({3, 4, 5, 6})))
    if len(answer.rows) > 30:
        lines.append(language.text("ui.more", count=len(answer.rows) - 30))
    if answer.forced is not None:
        lines.append(Telling(scenario, language).forced(answer.forced))
    return "\n".join(line for line in lines if line)


@click.command(cls=Command, help="help.why")
@click.argument("what", metavar="PERSON|POST|T03+T09")
@_of_plan
@guarded
def why(what: str, plan: Path | None, scenario: Path | None, style: str, language: Language, **settings: Any) -> None:
    """Why a person sits there, who could take a post, why task forces are merged."""
    _answered("explain_why", (what,), plan, scenario, style, settings, language)


@click.command(cls=Command, help="help.why-not")
@click.argument("what", metavar="PERSON|T03+T12|95")
@click.argument("post", required=False)
@_of_plan
@guarded
def why_not(
    what: str,
    post: str | None,
    plan: Path | None,
    scenario: Path | None,
    style: str,
    language: Language,
    **settings: Any,
) -> None:
    """Why a person does not sit on a post, task forces are not merged, the headcount is not lower."""
    if post is None and "+" not in what and not what.isdecimal():
        fail(language, error("Z505"))
    _answered("explain_why_not", (what, post), plan, scenario, style, settings, language)


@click.command(cls=Command, help="help.what-would-it-take")
@click.argument("person")
@click.argument("post")
@_of_plan
@guarded
def what_would_it_take(
    person: str, post: str, plan: Path | None, scenario: Path | None, style: str, language: Language, **settings: Any
) -> None:
    """What puts a person on a post, and what it costs."""
    _answered("what_would_it_take", (person, post), plan, scenario, style, settings, language)


# --- repair ----------------------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.repair")
@_of_scenario
@option("--apply", "number", type=click.IntRange(1, 99), help="help.apply")
@_format("text", "json")
@_running
@guarded
def repair(
    scenario: Path, kind: str, decisions: Path | None, seed: int | None, number: int | None, style: str,
    language: Language, time_limit: int | None, workers: int | None, progress: str,
) -> None:  # fmt: skip
    """Why no plan exists, or what a plan lacks, and what would mend it."""
    from zbopt import planning
    from zbopt.report.explaining import Telling

    loaded = _loaded(scenario, language)
    with stoppable(language) as on_control:
        found = planning.explain(
            loaded, kind=kind, decisions=decisions, time_limit_seconds=time_limit, seed=seed, workers=workers,
            listener=listener(progress), on_control=on_control,
        )  # fmt: skip
    if style == "json":
        _as_json(found.document)
    else:
        counting = [language.diagnostic(item) for item in found.counting]
        click.echo(Telling(loaded.scenario, language).explanation(found.document, counting))
    if number is not None:
        _apply(loaded, found, number, language)
    elif style == "text" and found.repairs:
        click.echo(language.text("repair.apply"))
    if found.status == "infeasible":
        sys.exit(IMPOSSIBLE)
    if found.status == "stopped":
        sys.exit(INTERRUPTED if found.solution is not None and found.solution.assignment else NO_PLAN)


def _apply(loaded: Any, found: Any, number: int, language: Language) -> None:
    """Write the repaired scenario beside the old one."""
    from zbopt.scenario.writing import written

    if number > len(found.repairs):
        fail(language, error("Z540", value=number, count=len(found.repairs)))
    files = written(loaded, found.repairs[number - 1].edits, f"repair-{number}")
    folder = loaded.path.parent
    standing = [name for name in files if (folder / name).exists()]
    if standing:
        fail(language, *(error("Z542", Mark(str(folder / name)), value=name) for name in standing))
    for name, data in reversed(files.items()):  # the scenario last: it names the others
        _written(folder / name, data, language)


# --- prices, alternatives --------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.prices")
@_of_scenario
@option("--all", "every", is_flag=True, help="help.all_prices")
@option("--processes", type=click.IntRange(1, 256), help="help.processes")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@_format("text", "json", "csv")
@_running
@guarded
def prices(
    scenario: Path, kind: str, decisions: Path | None, seed: int | None, every: bool, processes: int | None,
    out: Path | None, style: str, language: Language, time_limit: int | None, workers: int | None, progress: str,
) -> None:  # fmt: skip
    """What each rule, quota, pin and bound costs."""
    from zbopt import planning
    from zbopt.report.explaining import Telling

    loaded = _loaded(scenario, language)
    with stoppable(language) as on_control:
        found = planning.prices(
            loaded, kind=kind, decisions=decisions, time_limit_seconds=time_limit, seed=seed, workers=workers,
            processes=processes, listener=listener(progress), on_control=on_control,
        )  # fmt: skip
    telling = Telling(loaded.scenario, language)
    _tabled(
        found.document,
        style,
        out,
        lambda: telling.prices(found.document, every),
        lambda: [telling.price_sheet(found.document, True)],
        language,
    )
    _exit(found)


def _tabled(
    document: Any, style: str, out: Path | None, text: Callable[[], str], sheets: Callable[[], Any], language: Language
) -> None:
    """Show as text, json or csv; and write a file by its ending (.xlsx, .json, .csv) where one is named."""
    from zbopt.plan.document import to_text
    from zbopt.report.tables import sheet_csv
    from zbopt.report.workbook import tables_workbook

    if style == "json":
        _as_json(document)
    elif style == "csv":
        click.echo(sheet_csv(sheets()[0]), nl=False)
    else:
        click.echo(text())
    if out is None:
        return
    if out.suffix == ".json":
        _written(out, to_text(document).encode(), language)
    elif out.suffix == ".csv":
        _written(out, sheet_csv(sheets()[0]).encode("utf-8-sig"), language)
    elif out.suffix == ".xlsx":
        _written(out, tables_workbook(document["kind"], sheets()), language)
    else:
        fail(language, error("Z543", value=str(out)))


def _exit(found: Any) -> None:
    """The exit code of a list: impossible, stopped, or fine."""
    if found.status == "infeasible":
        sys.exit(IMPOSSIBLE)
    if found.status == "stopped":
        sys.exit(INTERRUPTED)


@click.command(cls=Command, help="help.alternatives-list")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("-k", "--count", type=click.IntRange(1, 100), default=3, help="help.count")
@option("--tolerance", default="1%", help="help.tolerance")
@option("--min-difference", "difference", type=click.IntRange(1, 100_000), default=3, help="help.difference")
@option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@_format("text", "json", "csv")
@_running
@guarded
def alternatives(
    scenario: Path, count: int, tolerance: str, difference: int, seed: int | None, out: Path | None, style: str,
    language: Language, time_limit: int | None, workers: int | None, progress: str,
) -> None:  # fmt: skip
    """Other plans that lose little, and who is placed the same in all."""
    from pydantic_core import PydanticCustomError

    from zbopt import planning
    from zbopt.report.explaining import Telling
    from zbopt.scenario.fields import parse_bound

    loaded = _loaded(scenario, language)
    try:
        loss = parse_bound(tolerance)
    except PydanticCustomError:
        fail(language, error("Z109", field="--tolerance", value=tolerance))
    with stoppable(language) as on_control:
        found = planning.alternatives(
            loaded, count=count, tolerance=loss, difference=difference, time_limit_seconds=time_limit, seed=seed,
            workers=workers, listener=listener(progress), on_control=on_control,
        )  # fmt: skip
    telling = Telling(loaded.scenario, language)
    document = found.document
    _tabled(
        document, style, out, lambda: telling.alternatives(document),
        lambda: [telling.people_sheet(document, True), telling.plan_sheet(document)], language,
    )  # fmt: skip
    if found.status != "infeasible" and document["search"] == "stopped":
        sys.exit(INTERRUPTED)
    _exit(found)


# --- what-if, compare ------------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.what-if")
@_of_scenario
@option("--set", "settings", multiple=True, help="help.set")
@option("--drop-person", "people", multiple=True, help="help.drop_person")
@option("--pin", "pins", multiple=True, help="help.pin")
@option("--drop-pin", "unpinned", multiple=True, help="help.drop_pin")
@option("--drop", "dropped", multiple=True, help="help.drop")
@option("--grid", type=click.Path(path_type=Path), help="help.grid")
@option("--out", type=click.Path(path_type=Path), help="help.out_what_if")
@option("--processes", type=click.IntRange(1, 256), help="help.processes")
@option("--scheduler", help="help.scheduler")
@_format("text", "json", "csv")
@_running
@guarded
def what_if(scenario: Path, language: Language, **given: Any) -> None:
    """The scenario after some edits against the scenario as it is, or a whole grid of edits."""
    edits = [
        *given["settings"],
        *(f"-people.{key}" for key in given["people"]),
        *(f"-pins.{key}" for key in given["unpinned"]),
        *(f"-{key}" for key in given["dropped"]),
        *(f"+pins.{key}" for key in given["pins"]),
    ]
    if (given["grid"] is None) == (not edits):
        fail(language, error("Z544"))
    if given["grid"] is None and (given["scheduler"] is not None or given["processes"] is not None):
        fail(language, error("Z545"))
    loaded = _loaded(scenario, language)
    if given["grid"] is not None:
        _grid(loaded, language, given)
        return
    from zbopt import planning

    with stoppable(language) as on_control:
        found = planning.what_if(
            loaded, edits, kind=given["kind"], decisions=given["decisions"], time_limit_seconds=given["time_limit"],
            seed=given["seed"], workers=given["workers"], listener=listener(given["progress"]), on_control=on_control,
        )  # fmt: skip
    _compared(found, given["style"], given["out"], language)
    if found.results[1].solution.assignment is None and found.status != "infeasible":
        sys.exit(NO_PLAN)


def _grid(loaded: Any, language: Language, given: dict[str, Any]) -> None:
    from zbopt import planning
    from zbopt.plan import runfolder
    from zbopt.report.explaining import Telling
    from zbopt.report.tables import sheet_csv

    name = f"{loaded.scenario.name}-grid"
    folder = given["out"] or runfolder.default_folder(name, str(loaded.scenario.as_of))
    with stoppable(language) as on_control:
        found = planning.grid(
            loaded, given["grid"], out=folder, kind=given["kind"], decisions=given["decisions"], seed=given["seed"],
            workers=given["workers"], processes=given["processes"], scheduler=given["scheduler"],
            time_limit_seconds=given["time_limit"], listener=listener(given["progress"]), on_control=on_control,
        )  # fmt: skip
    sheet = Telling(loaded.scenario, language).grid_sheet(found.document)
    _written(folder / "grid.csv", sheet_csv(sheet).encode("utf-8-sig"), language)
    rows = len(found.document["rows"])
    click.echo(language.text("grid.done", computed=found.computed, rows=rows), err=True)
    if given["style"] == "json":
        _as_json(found.document)
    else:
        told = Telling(loaded.scenario, language).grid(found.document)
        click.echo(sheet_csv(sheet) if given["style"] == "csv" else told, nl=given["style"] != "csv")
    if found.status == "stopped":
        sys.exit(INTERRUPTED)


@click.command(cls=Command, help="help.compare")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--kind", type=click.Choice(KINDS), default="assign", help="help.kind")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@_format("text", "json", "csv")
@_running
@guarded
def compare(
    sources: tuple[Path, ...], kind: str, out: Path | None, style: str, language: Language, time_limit: int | None,
    workers: int | None, progress: str,
) -> None:  # fmt: skip
    """Plans or scenarios side by side."""
    from zbopt import planning

    with stoppable(language) as on_control:
        found = planning.compare(
            *sources, kind=kind, time_limit_seconds=time_limit, listener=listener(progress), on_control=on_control
        )
    _compared(found, style, out, language)


def _compared(found: Any, style: str, out: Path | None, language: Language) -> None:
    from zbopt.report.explaining import Telling

    telling = Telling(found.scenarios[-1], language)
    document = found.document
    _tabled(
        document,
        style,
        out,
        lambda: telling.comparison(document),
        lambda: telling.comparison_sheets(document),
        language,
    )
    if any(side["status"] == "infeasible" for side in document["sides"]):
        sys.exit(IMPOSSIBLE)


__all__ = ["alternatives", "compare", "prices", "repair", "what_if", "what_would_it_take", "why", "why_not"]
