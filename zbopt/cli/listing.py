"""The commands that list and compare: prices, alternatives, what-if, compare."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import BAD_INPUT, IMPOSSIBLE, INTERRUPTED, NO_PLAN, Command, option
from zbopt.cli.echo import put, say
from zbopt.cli.guard import WRITTEN, fail, guarded
from zbopt.cli.options import (
    KINDS,
    as_json,
    loaded_scenario,
    of_scenario,
    replace_option,
    running,
    style_option,
)
from zbopt.cli.outputs import Output
from zbopt.cli.progress import listener, stoppable
from zbopt.diagnostics import error
from zbopt.report.language import Language

# --- prices, alternatives --------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.prices")
@of_scenario
@option("--all", "every", is_flag=True, help="help.all_prices")
@option("--processes", type=click.IntRange(1, 256), help="help.processes")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@replace_option
@style_option("text", "json", "csv")
@running
@guarded
def prices(
    scenario: Path, kind: str, decisions: Path | None, seed: int | None, every: bool, processes: int | None,
    out: Path | None, style: str, language: Language, time_limit: int | None, memory_limit: int | None,
    workers: int | None, progress: str, replace: bool,
) -> None:  # fmt: skip
    """What each rule, quota, pin and bound costs."""
    from zbopt import planning
    from zbopt.report.listing import Lists

    loaded = loaded_scenario(scenario, language, kind)
    output = _output(out, "prices", loaded.scenario, replace, language)
    with stoppable(language, time_limit, memory_limit) as on_control:
        found = planning.prices(
            loaded, kind=kind, decisions=decisions, time_limit_seconds=time_limit, seed=seed, workers=workers,
            processes=processes, listener=listener(progress), on_control=on_control,
        )  # fmt: skip
        telling = Lists(loaded.scenario, language)
        _tabled(
            found.document, style, output, lambda: telling.prices(found.document, every),
            lambda: [telling.price_sheet(found.document, True)],
        )  # fmt: skip
    _exit(found, output)


def _tabled(
    document: Any, style: str, output: Output | None, text: Callable[[], str], sheets: Callable[[], Any]
) -> None:
    """Show as text, json or csv; and write a file by its ending (.xlsx, .json, .csv) where one is named.

    Called while stops are still taken in hand: what was found must not be lost to a signal that comes while it is written.
    """
    from zbopt.plan.document import to_text
    from zbopt.plan.runfolder import stamp
    from zbopt.report.tables import sheet_csv
    from zbopt.report.workbook import tables_workbook

    if output is not None:
        ending = output.path.suffix.lower()
        if ending == ".json":
            data = to_text(document).encode("utf-8", "backslashreplace")
        elif ending == ".csv":
            data = sheet_csv(sheets()[0]).encode("utf-8-sig", "backslashreplace")
        else:
            data = tables_workbook(document["kind"], sheets(), stamp(document))
        output.put_document(data, document)
    if style == "json":
        as_json(document)
    elif style == "csv":
        put(sheet_csv(sheets()[0]))
    else:
        say(text())


def _output(out: Path | None, kind: str, scenario: Any, replace: bool, language: Language) -> Output | None:
    """The file to write, None where none is named; exits 2 before a long run where it may not or cannot be written."""
    from zbopt.plan.runfolder import Identity

    return Output.file(out, Identity(kind, scenario.name, str(scenario.as_of)), replace, language)


def _exit(found: Any, output: Output | None) -> None:
    """The exit code of a list: not written, impossible, interrupted, stopped without anything, or fine."""
    if output is not None and output.failed:
        sys.exit(BAD_INPUT)
    if found.status == "infeasible":
        sys.exit(IMPOSSIBLE)
    if found.interrupted:
        sys.exit(INTERRUPTED)
    if found.status == "stopped" and not (found.document.get("prices") or found.document.get("plans")):
        sys.exit(NO_PLAN)


@click.command(cls=Command, help="help.alternatives-list")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("-k", "--count", type=click.IntRange(1, 100), default=3, help="help.count")
@option("--tolerance", default="1%", help="help.tolerance")
@option("--min-difference", "difference", type=click.IntRange(1, 100_000), default=3, help="help.difference")
@option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@replace_option
@style_option("text", "json", "csv")
@running
@guarded
def alternatives(
    scenario: Path, count: int, tolerance: str, difference: int, seed: int | None, out: Path | None, style: str,
    language: Language, time_limit: int | None, memory_limit: int | None, workers: int | None, progress: str,
    replace: bool,
) -> None:  # fmt: skip
    """Other plans that lose little, and who is placed the same in all."""
    from pydantic_core import PydanticCustomError

    from zbopt import planning
    from zbopt.report.listing import Lists
    from zbopt.scenario.fields import parse_bound

    loaded = loaded_scenario(scenario, language)
    output = _output(out, "alternatives", loaded.scenario, replace, language)
    try:
        loss = parse_bound(tolerance)
    except PydanticCustomError:
        fail(language, error("Z109", field="--tolerance", value=tolerance))
    with stoppable(language, time_limit, memory_limit) as on_control:
        found = planning.alternatives(
            loaded, count=count, tolerance=loss, difference=difference, time_limit_seconds=time_limit, seed=seed,
            workers=workers, listener=listener(progress), on_control=on_control,
        )  # fmt: skip
        telling = Lists(loaded.scenario, language)
        document = found.document
        _tabled(
            document, style, output, lambda: telling.alternatives(document),
            lambda: [telling.people_sheet(document, True), telling.plan_sheet(document)],
        )  # fmt: skip
    _exit(found, output)


# --- what-if, compare ------------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.what-if")
@of_scenario
@option("--set", "settings", multiple=True, help="help.set")
@option("--drop-person", "people", multiple=True, help="help.drop_person")
@option("--pin", "pins", multiple=True, help="help.pin")
@option("--drop-pin", "unpinned", multiple=True, help="help.drop_pin")
@option("--drop", "dropped", multiple=True, help="help.drop")
@option("--grid", type=click.Path(path_type=Path), help="help.grid")
@option("--out", type=click.Path(path_type=Path), help="help.out_what_if")
@replace_option
@option("--processes", type=click.IntRange(1, 256), help="help.processes")
@option("--scheduler", help="help.scheduler")
@style_option("text", "json", "csv")
@running
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
    loaded = loaded_scenario(scenario, language, given["kind"])
    if given["grid"] is not None:
        _grid(loaded, language, given)
        return
    from zbopt import planning

    output = _output(given["out"], "what_if", loaded.scenario, given["replace"], language)
    with stoppable(language, given["time_limit"], given["memory_limit"]) as on_control:
        found = planning.what_if(
            loaded, edits, kind=given["kind"], decisions=given["decisions"], time_limit_seconds=given["time_limit"],
            seed=given["seed"], workers=given["workers"], listener=listener(given["progress"]), on_control=on_control,
        )  # fmt: skip
        interrupted = on_control.interrupted
        _compared(found, given["style"], output, language)
    if interrupted:
        sys.exit(INTERRUPTED)
    if found.results[1].solution.assignment is None and found.status != "infeasible":
        sys.exit(NO_PLAN)


def _grid(loaded: Any, language: Language, given: dict[str, Any]) -> None:
    from zbopt import planning
    from zbopt.report.listing import Lists
    from zbopt.report.tables import sheet_csv

    output = Output.folder(given["out"], loaded, "grid", given["replace"], language, given["grid"].stem)
    folder = output.path
    WRITTEN.append(str(folder))
    with stoppable(language, None, given["memory_limit"]) as on_control:
        found = planning.grid(
            loaded, given["grid"], out=folder, kind=given["kind"], decisions=given["decisions"], seed=given["seed"],
            workers=given["workers"], processes=given["processes"], scheduler=given["scheduler"],
            time_limit_seconds=given["time_limit"], replace=given["replace"], listener=listener(given["progress"]),
            on_control=on_control,
        )  # fmt: skip
        sheet = Lists(loaded.scenario, language).grid_sheet(found.document)
        table = sheet_csv(sheet).encode("utf-8-sig")
        output.put(folder, lambda place: _put_grid(place, folder, found, table))
        rows = len(found.document["rows"])
        say(language.text("grid.done", computed=found.computed, rows=rows), err=True)
        if given["style"] == "json":
            as_json(found.document)
        elif given["style"] == "csv":
            put(sheet_csv(sheet))
        else:
            say(Lists(loaded.scenario, language).grid(found.document))
    if output.failed:
        sys.exit(BAD_INPUT)
    if on_control.interrupted and found.status == "stopped":
        sys.exit(INTERRUPTED)
    if found.status == "stopped" and not any(row["status"] for row in found.document["rows"]):
        sys.exit(NO_PLAN)


def _put_grid(place: Path, folder: Path, found: Any, table: bytes) -> None:
    """The table beside the rows; all of it in another place where rows could not be written in their own."""
    from zbopt.plan.document import to_bytes
    from zbopt.plan.runfolder import GRID
    from zbopt.plan.writing import write_file, write_folder

    if place != folder:
        write_folder(place, {GRID: to_bytes(found.document), "grid.csv": table})
    elif found.unwritten is not None:
        raise OSError(str(found.unwritten.message.args["problem"]))
    else:
        write_file(folder / "grid.csv", table)


@click.command(cls=Command, help="help.compare")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--kind", type=click.Choice(KINDS), default="assign", help="help.kind")
@option("--out", type=click.Path(path_type=Path), help="help.out_file")
@replace_option
@style_option("text", "json", "csv")
@running
@guarded
def compare(
    sources: tuple[Path, ...], kind: str, out: Path | None, style: str, language: Language, time_limit: int | None,
    memory_limit: int | None, workers: int | None, progress: str, replace: bool,
) -> None:  # fmt: skip
    """Plans or scenarios side by side."""
    from zbopt import planning

    output = None if out is None else _output(out, "comparison", planning.scenario_of(sources[-1]), replace, language)
    with stoppable(language, time_limit, memory_limit) as on_control:
        found = planning.compare(
            *sources, kind=kind, time_limit_seconds=time_limit, listener=listener(progress), on_control=on_control
        )
        interrupted = on_control.interrupted
        _compared(found, style, output, language)
    if interrupted:
        sys.exit(INTERRUPTED)


def _compared(found: Any, style: str, output: Output | None, language: Language) -> None:
    from zbopt.report.listing import Lists

    telling = Lists(found.scenarios[-1], language)
    document = found.document
    _tabled(
        document,
        style,
        output,
        lambda: telling.comparison(document),
        lambda: telling.comparison_sheets(document),
    )
    if output is not None and output.failed:
        sys.exit(BAD_INPUT)
    if any(side["status"] == "infeasible" for side in document["sides"]):
        sys.exit(IMPOSSIBLE)


__all__ = ["alternatives", "compare", "prices", "what_if"]
