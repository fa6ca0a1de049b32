"""The commands that explain one thing: why, why-not, what-would-it-take, repair."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zbopt.cli import IMPOSSIBLE, INTERRUPTED, NO_PLAN, Command, option
from zbopt.cli.echo import say
from zbopt.cli.guard import fail, guarded, opened_plan
from zbopt.cli.options import as_json, loaded_scenario, of_scenario, running, style_option, written_file
from zbopt.cli.progress import listener, stoppable
from zbopt.diagnostics import Mark, error
from zbopt.report.language import Language

# --- why -------------------------------------------------------------------------------------------------------------


def _of_plan(function: Callable[..., Any]) -> Callable[..., Any]:
    """The plan an answer is of."""
    for decorate in (
        running,
        style_option("text", "json"),
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
    planning.confirmed(finished, plan or "")
    if ask == "why_there":  # read from the plan: no solver is loaded
        _show(planning.why_there(finished, *arguments), style, finished.scenario, language)
        return
    with stoppable(language, settings["time_limit"], settings["memory_limit"]) as on_control:
        asked = planning.Asked.of(
            finished, settings["time_limit"], listener(settings["progress"]), on_control, settings["workers"]
        )
        answer = getattr(planning, ask)(asked, *arguments)
        interrupted = on_control.interrupted
        _show(answer, style, finished.scenario, language)
    if interrupted:
        sys.exit(INTERRUPTED)
    if any(message.code == "forced.stopped" for message in answer.messages):
        sys.exit(NO_PLAN)


def _show(answer: Any, style: str, scenario: Any, language: Language) -> None:
    """An answer as text or JSON."""
    if style == "json":
        as_json(
            {
                "format": 1,
                "kind": "answer",
                "messages": [item.as_json() for item in answer.messages],
                "rows": [dict(row) for row in answer.rows],
                "forced": answer.forced,
            }
        )
    else:
        say(_answer(answer, scenario, language))


def _answer(answer: Any, scenario: Any, language: Language) -> str:
    from zbopt.report.explaining import Telling
    from zbopt.report.terminal import table, wrapped

    forced = [item for item in answer.messages if item.code.startswith(("forced.", "headcount."))]
    lines = [wrapped(language.message(item)) for item in answer.messages if item not in forced]
    if answer.rows:
        keys = ("post", "person", "name", "fit", "preference", "stability", "merit", "seated")
        rows = [
            [("*" if row[key] else "") if key == "seated" else str(row[key]) for key in keys]
            for row in answer.rows[:30]
        ]
        lines.append(table([language.text(f"col.{key}") for key in keys], rows, frozenset({3, 4, 5, 6})))
    if len(answer.rows) > 30:
        lines.append(language.text("ui.more", count=len(answer.rows) - 30))
    lines += [wrapped(language.message(item)) for item in forced]  # right above what they announce
    if answer.forced is not None:
        lines.append(Telling(scenario, language).forced(answer.forced))
    return "\n".join(line for line in lines if line)


@click.command(cls=Command, help="help.why")
@click.argument("what", metavar="PERSON|POST|T03+T09")
@_of_plan
@guarded
def why(what: str, plan: Path | None, scenario: Path | None, style: str, language: Language, **settings: Any) -> None:
    """Why a person sits there, who could take a post, why task forces are merged."""
    _answered("answer_why" if "+" in what else "why_there", (what,), plan, scenario, style, settings, language)


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
    _answered("answer_why_not", (what, post), plan, scenario, style, settings, language)


@click.command(cls=Command, help="help.what-would-it-take")
@click.argument("person")
@click.argument("post")
@_of_plan
@guarded
def what_would_it_take(
    person: str, post: str, plan: Path | None, scenario: Path | None, style: str, language: Language, **settings: Any
) -> None:
    """What puts a person on a post, and what it costs."""
    _answered("answer_take", (person, post), plan, scenario, style, settings, language)


# --- repair ----------------------------------------------------------------------------------------------------------


@click.command(cls=Command, help="help.repair")
@of_scenario
@option("--apply", "number", type=click.IntRange(1, 99), help="help.apply")
@style_option("text", "json")
@running
@guarded
def repair(
    scenario: Path, kind: str, decisions: Path | None, seed: int | None, number: int | None, style: str,
    language: Language, time_limit: int | None, memory_limit: int | None, workers: int | None,
    progress: str,
) -> None:  # fmt: skip
    """Why no plan exists, or what a plan lacks, and what would mend it."""
    from zbopt import planning
    from zbopt.report.explaining import Telling

    loaded = loaded_scenario(scenario, language, kind)
    with stoppable(language, time_limit, memory_limit) as on_control:
        found = planning.explain(
            loaded, kind=kind, decisions=decisions, time_limit_seconds=time_limit, seed=seed, workers=workers,
            listener=listener(progress), on_control=on_control,
        )  # fmt: skip
        interrupted = on_control.interrupted
        if style == "json":
            as_json(found.document)
        else:
            counting = [language.diagnostic(item) for item in found.counting]
            say(Telling(loaded.scenario, language).explanation(found.document, counting))
        if number is not None:
            _apply(loaded, found, number, language)
            return
    if style == "text" and found.repairs:
        say(language.text("repair.apply"))
    if found.status == "infeasible":
        sys.exit(IMPOSSIBLE)
    if interrupted:
        sys.exit(INTERRUPTED)
    if found.status == "stopped" and (found.solution is None or found.solution.assignment is None):
        sys.exit(NO_PLAN)


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
        written_file(folder / name, data, language)


__all__ = ["repair", "what_would_it_take", "why", "why_not"]
