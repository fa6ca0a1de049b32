"""What every command shares: diagnostics on stderr, and what goes wrong turned into messages and exit codes."""

from __future__ import annotations

import platform
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from zbopt.cli import AUDIT_FAULTS, BAD_INPUT, CRASH, INTERRUPTED, NO_PLAN
from zbopt.cli.echo import say
from zbopt.diagnostics import Diagnostic, DiagnosticsError, error
from zbopt.report.language import Language
from zbopt.signals import Received
from zbopt.version import __version__

WRITTEN: list[str] = []
"""What this command has written so far: an interruption must not say that nothing was."""


FIRST = 3
"""Diagnostics of one kind and file that are shown one by one; of more there is a count."""


def report(diagnostics: Iterable[Diagnostic], language: Language, every: bool = False) -> None:
    """Diagnostics on stderr, a line each; of many of one kind in one file the first three and how many more there are."""
    shown: Counter[tuple[str, ...]] = Counter()
    kept: list[tuple[Diagnostic, tuple[str, ...]]] = []
    for item in diagnostics:
        kind: tuple[str, ...] = (item.severity, item.code, "" if item.mark is None else item.mark.file, item.field)
        shown[kind] += 1
        if every or shown[kind] <= FIRST:
            kept.append((item, kind))
    last = {kind: place for place, (_, kind) in enumerate(kept)}
    for place, (item, kind) in enumerate(kept):
        say(language.diagnostic(item), err=True)
        if last[kind] == place and not every and shown[kind] > FIRST:
            file = kind[2]
            say(language.text("ui.more_of", count=shown[kind] - FIRST, kind=kind[1], file=file), err=True)


def fail(language: Language, *diagnostics: Diagnostic) -> NoReturn:
    """Tell them and exit as for bad input."""
    report(diagnostics, language)
    sys.exit(BAD_INPUT)


def opened_plan(plan: Path | None, scenario: Path | None, language: Language) -> Any:
    """A finished plan, the newest of `runs/` where none is named: then it is said which one that is."""
    from zbopt import planning
    from zbopt.plan import runfolder

    chosen = plan or runfolder.newest()
    if chosen is None:
        fail(language, error("Z506"))
    finished = planning.open_plan(chosen, scenario)
    if plan is None:
        of = finished.document["scenario"]
        say(language.text("ui.reading", path=chosen, name=of["name"], as_of=of["as_of"]), err=True)
    return finished


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns a planner's mistakes into messages and exit codes; a defect of zbopt names itself as such."""

    @wraps(function)
    def run(*args: Any, lang: str, **settings: Any) -> Any:
        """The command, guarded."""
        language = Language(lang)
        WRITTEN.clear()
        try:
            return function(*args, language=language, **settings)
        except DiagnosticsError as problem:
            fail(language, *problem.diagnostics)
        except (click.ClickException, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            interrupted(language)
        except MemoryError:
            say(language.text("ui.memory", limit=""), err=True)
            sys.exit(NO_PLAN)
        except Exception as problem:
            if Received.stop and type(problem).__name__ != "AuditError":  # made by a library of the interruption
                interrupted(language)
            _defect(problem, language)

    return run


def interrupted(language: Language) -> NoReturn:
    """Say what an abort left: nothing, or what had been written before."""
    there = [path for path in WRITTEN if Path(path).exists()]
    say(language.text("ui.aborted_after", paths=there) if there else language.text("ui.aborted"), err=True)
    sys.exit(INTERRUPTED)


def _defect(problem: Exception, language: Language) -> NoReturn:
    """A defect of zbopt: a report without any value of the planner's files, and the plan set aside where there is one."""
    from zbopt.plan.audit import AuditError
    from zbopt.scenario.rulebook import shown_rule

    if isinstance(problem, AuditError):
        say(language.text("ui.defect"), err=True)
        for fault in problem.faults:
            who = " ".join((language.word(shown_rule(fault.rule)), *fault.shown_subject)).strip()
            say(f"  {who}: {language.message(fault.message)}", err=True)
        _set_aside(problem, language)
        sys.exit(AUDIT_FAULTS)
    say(language.text("ui.crash"), err=True)
    say(crash_text(problem), err=True)
    sys.exit(CRASH)


def crash_text(problem: BaseException) -> str:
    """Versions, the kind of the error and where it arose; its message and the values in it stay here."""
    lines = [f"zbopt {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"]
    frames = traceback.extract_tb(problem.__traceback__)
    lines += [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return "\n".join([*lines, f"  {type(problem).__name__}"])


def _short(path: str) -> str:
    """The file's path within its package: no folder of the user's."""
    parts = Path(path).parts
    places = [place for place, part in enumerate(parts) if part in ("zbopt", "site-packages")]
    return "/".join(parts[places[-1] :] if places else parts[-1:])


def _set_aside(problem: Any, language: Language) -> None:
    """A plan that the audit refuses is kept for the report, marked so that nobody takes it for a result."""
    from zbopt.plan import runfolder
    from zbopt.plan.document import to_bytes
    from zbopt.plan.writing import write_folder

    if problem.document is None:
        return
    marked = {"defect": True, **problem.document}
    faults = {"format": 1, "defect": True, "faults": [fault.as_json() for fault in problem.faults]}
    files = {"defect-plan.json": to_bytes(marked), runfolder.AUDIT: to_bytes(faults)}
    scenario = problem.document["scenario"]
    identity = runfolder.Identity("defect", str(scenario["name"]), str(scenario["as_of"]))
    folder = runfolder.default_folder(identity)
    try:
        folder = folder if runfolder.is_free(folder) else runfolder.unused(folder)
        write_folder(folder, files)
    except (OSError, ValueError) as failure:
        report([runfolder.not_written(folder, failure)], language)
        return
    say(language.text("ui.set_aside", path=folder), err=True)


__all__ = ["WRITTEN", "crash_text", "fail", "guarded", "interrupted", "opened_plan", "report"]
