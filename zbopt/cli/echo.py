"""How text reaches a console or a pipe: sentences without control signs, machine formats as UTF-8 whatever the console says."""

from __future__ import annotations

import codecs
import re
import sys

import click

from zbopt.diagnostics import masked

_HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control signs, escape sequences' first byte, direction marks, invisible signs, halves of a character."""


def visible(text: str) -> str:
    """The text with what a terminal would act on, or not show, written out: U+001B; line breaks stay."""
    text = masked(text)
    return _HARMFUL.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def say(text: str, err: bool = False, nl: bool = True) -> None:
    """Sentences and tables, on stdout or stderr."""
    click.echo(visible(text), err=err, nl=nl)


def put(text: str) -> None:
    """JSON or CSV on stdout."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def _shown(problem: UnicodeError) -> tuple[str, int]:
    """Characters that a console has no sign for, written out."""
    assert isinstance(problem, UnicodeEncodeError)
    return "".join(f"<U+{ord(sign):04X}>" for sign in problem.object[problem.start : problem.end]), problem.end


def prepare() -> None:
    """Characters the console cannot show are written out, never a crash and never a silent question mark."""
    codecs.register_error("zbopt-visible", _shown)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="zbopt-visible")


__all__ = ["prepare", "put", "say", "visible"]
