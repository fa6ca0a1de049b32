"""What every command shares: diagnostics on stderr, and a planner's mistakes turned into messages and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from zbopt.cli import AUDIT_FAULTS, BAD_INPUT, INTERRUPTED
from zbopt.diagnostics import Diagnostic, DiagnosticsError, error
from zbopt.report.language import Language


def report(diagnostics: Iterable[Diagnostic], language: Language) -> None:
    """Diagnostics on stderr, a line each."""
    for item in diagnostics:
        click.echo(language.diagnostic(item), err=True)


def fail(language: Language, *diagnostics: Diagnostic) -> NoReturn:
    """Tell them and exit as for bad input."""
    report(diagnostics, language)
    sys.exit(BAD_INPUT)


def opened_plan(plan: Path | None, scenario: Path | None, language: Language) -> Any:
    """A finished plan, the newest of `runs/` where none is named."""
    from zbopt import planning
    from zbopt.plan import runfolder

    chosen = plan or runfolder.newest()
    if chosen is None:
        fail(language, error("Z506"))
    return planning.open_plan(chosen, scenario)


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
            fail(language, *problem.diagnostics)
        except AuditError as problem:
            click.echo(language.text("ui.defect"), err=True)
            for fault in problem.faults:
                click.echo(f"  {fault.rule} {' '.join(fault.subject)}: {language.message(fault.message)}", err=True)
            sys.exit(AUDIT_FAULTS)
        except KeyboardInterrupt:
            click.echo(language.text("ui.aborted"), err=True)
            sys.exit(INTERRUPTED)

    return run


__all__ = ["fail", "guarded", "opened_plan", "report"]
