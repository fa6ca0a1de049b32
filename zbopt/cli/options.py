"""Options that the explaining commands share, and how they read a scenario and write a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import lang_option, option
from zbopt.cli.echo import put, say
from zbopt.cli.guard import WRITTEN, fail, report
from zbopt.report.language import Language

replace_option = option("--replace", is_flag=True, help="help.replace")
"""Take the place of a result of something else, or of a better one."""

KINDS = ["assign", "merge", "restructure"]


def running(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options of everything that solves."""
    for decorate in (
        lang_option,
        option(
            "--progress", type=click.Choice(["auto", "plain", "json", "none"]), default="auto", help="help.progress"
        ),
        option("--workers", type=click.IntRange(1, 256), help="help.workers"),
        option("--memory-limit", type=click.IntRange(64, 16_777_216), metavar="MB", help="help.memory_limit"),
        option("--time-limit", type=click.IntRange(1, 604_800), help="help.time_limit"),
    ):
        function = decorate(function)
    return function


def of_scenario(function: Callable[..., Any]) -> Callable[..., Any]:
    """Scenario, use case, seed."""
    for decorate in (
        option("--seed", type=click.IntRange(0, 2_147_483_647), help="help.seed"),
        option("--decisions", type=click.Path(path_type=Path), help="help.decisions"),
        option("--kind", type=click.Choice(KINDS), default="assign", help="help.kind"),
        click.argument("scenario", type=click.Path(path_type=Path)),
    ):
        function = decorate(function)
    return function


def style_option(*styles: str) -> Any:
    """--format with these values."""
    return option("--format", "style", type=click.Choice(list(styles)), default="text", help="help.format")


def written_file(path: Path, data: bytes, language: Language) -> None:
    """A file, whole or not at all."""
    from zbopt.plan.runfolder import not_written
    from zbopt.plan.writing import write_file

    try:
        write_file(path, data)
    except (OSError, ValueError) as problem:
        fail(language, not_written(path, problem))
    WRITTEN.append(str(path))
    say(language.text("ui.written", path=path), err=True)


def loaded_scenario(scenario: Path, language: Language, kind: str = "assign") -> Any:
    """The scenario, its warnings told; of `assign` also which stages of mergers are left out."""
    from zbopt import planning
    from zbopt.scenario.load import load

    loaded = load(scenario)
    report(loaded.diagnostics, language)
    if kind == "assign":
        report((item for item in planning.stages_left_out(loaded) if item.code != "Z533"), language)
    return loaded


def as_json(document: Any) -> None:
    """A document on stdout."""
    from zbopt.plan.document import to_text

    put(to_text(document))


__all__ = [
    "KINDS",
    "as_json",
    "loaded_scenario",
    "of_scenario",
    "replace_option",
    "running",
    "style_option",
    "written_file",
]
