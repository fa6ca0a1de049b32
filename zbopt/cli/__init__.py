"""The command line: thin click commands that parse, call `planning`, report, and set the exit code.

Nothing heavy is imported before a command runs: `zbopt --help` pays for click and the catalogue alone.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import Any, NoReturn

import click

from zbopt.progress import SOLVER_THREAD
from zbopt.report.language import LANGUAGES, Language, default_language
from zbopt.signals import Received, ignore, leave
from zbopt.version import __version__

OK, CRASH, BAD_INPUT, IMPOSSIBLE, NO_PLAN, AUDIT_FAULTS, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""Exit codes of the design; 1 is only for a crash."""


def language_of(arguments: list[str]) -> str:
    """The language asked for on the command line, else the environment's; help is shown before options are parsed."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            name = argument.partition("=")[2]
        elif argument == "--lang" and place + 1 < len(arguments):
            name = arguments[place + 1]
        else:
            continue
        if name in LANGUAGES:
            return name
    return default_language()


class _Formatter(click.HelpFormatter):
    """Help with its headings in the language of the run."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line."""
        super().write_usage(prog, args, prefix or Language(language_of(sys.argv[1:])).text("ui.usage") + " ")

    def section(self, name: str) -> Any:
        """A section under a heading."""
        code = {"Options": "ui.options", "Commands": "ui.commands"}.get(name)
        return super().section(name if code is None else Language(language_of(sys.argv[1:])).text(code))


class _Context(click.Context):
    """A context whose help speaks."""

    formatter_class = _Formatter


class _Spoken:
    """A command whose help is looked up in the catalogue when it is shown."""

    def _speak(self, context: click.Context) -> Language:
        return Language(language_of(context.find_root().meta.get("arguments", sys.argv[1:])))

    def format_help_text(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        command: Any = self
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._speak(context).text(command.help))

    def get_short_help_str(self, limit: int = 200) -> str:
        command: Any = self
        return Language(language_of(sys.argv[1:])).text(command.help)


class _Option(click.Option):
    """An option whose help is a code of the catalogue."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None:
            return None
        code = "help.help" if "--help" in self.opts else self.help or ""
        return record[0], Language(language_of(sys.argv[1:])).text(code)


class _HelpMixin:
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help with its text from the catalogue."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        return (
            None
            if option is None
            else _Option(
                option.opts, is_flag=True, is_eager=True, expose_value=False, help="help.help", callback=option.callback
            )
        )


class Command(_Spoken, _HelpMixin, click.Command):
    """A click command that speaks the language of the run."""

    context_class = _Context


class Group(_Spoken, _HelpMixin, click.Group):
    """The group of all commands; modules are imported when their command is asked for."""

    context_class = _Context
    names = (
        "assign",
        "overlap",
        "merge",
        "restructure",
        "check",
        "init",
        "schema",
        "audit",
        "why",
        "why-not",
        "what-would-it-take",
        "repair",
        "prices",
        "alternatives",
        "what-if",
        "compare",
        "explain-code",
    )

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; a usage error is told like everything else: without control signs and identity numbers."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]
        from zbopt.cli.echo import say

        try:
            code = super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]
        except click.ClickException as problem:
            say(_usage_error(problem), err=True)
            sys.exit(problem.exit_code)
        sys.exit(code if isinstance(code, int) else OK)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a planner needs them."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the commands when one is asked for."""
        if cmd_name not in self.names:
            return None
        from zbopt.cli import commands

        found: click.Command = commands.COMMANDS[cmd_name]
        return found


def option(*names: str, **settings: Any) -> Any:
    """`click.option` with help from the catalogue."""
    return click.option(*names, cls=_Option, **settings)


def lang_option(function: Any) -> Any:
    """The --lang option every command has."""
    return option("--lang", type=click.Choice(LANGUAGES), default=lambda: language_of(sys.argv[1:]), help="help.lang")(
        function
    )


@click.group(cls=Group, help="help.main", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zbopt", cls=_Option, help="help.version")
@lang_option
def zbopt(lang: str) -> None:
    """All commands."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point: runs a command and leaves with its exit code."""
    from zbopt.cli.echo import prepare, say

    prepare()
    try:
        code = zbopt.main(args=arguments, prog_name="zbopt", standalone_mode=False)
    except click.ClickException as problem:
        say(_usage_error(problem), err=True)
        code = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        say(Language(language_of(sys.argv[1:])).text("ui.aborted"), err=True)
        code = INTERRUPTED
    except BrokenPipeError:  # whoever read the output has gone; nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except SystemExit as left:
        code = left.code
    _leave(code if isinstance(code, int) else OK)


def _usage_error(problem: click.ClickException) -> str:
    buffer = io.StringIO()
    problem.show(file=buffer)
    return buffer.getvalue().rstrip("\n")


def _leave(code: int) -> NoReturn:
    """Exit; at once after an interruption, or where a solver that was told to stop is still at work in its thread."""
    ignore()
    if (
        Received.stop
        or Received.asked
        or any(item.name == SOLVER_THREAD and item.is_alive() for item in threading.enumerate())
    ):
        leave(code)
    sys.exit(code)
