"""Messages as data: what is wrong, where, and with whom. Sentences are made by `zbopt.report.language`.

A diagnostic carries a code and arguments, never a sentence, so that the same fault reads the same in every
language and every output format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Severity = Literal["error", "warning", "note"]
Argument = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the planner's files: `people.csv:18`, `tables.xlsx#人员!C18`."""

    file: str
    line: int | None = None
    cell: str | None = None

    def __str__(self) -> str:
        if self.cell is not None:
            return f"{self.file}!{self.cell}"
        return self.file if self.line is None else f"{self.file}:{self.line}"


_NUMBER = re.compile(r"(?<!\d)\d(?:[ \u00a0\u3000|_-]?\d){14,}[Xx]?|\d\.\d{8,}[Ee]\+?\d+")
"""What may be an identity number: 15 digits and more, in groups or not, and what a spreadsheet makes of one (3.3082E+17)."""

_PIECE = re.compile(r"\d{9,}")
"""What may be a piece of one, where a row was torn."""


def masked(value: Any) -> Any:
    """A value with every identity number in it taken out."""
    if isinstance(value, str):
        return _NUMBER.sub("***", value) if len(value) >= 12 else value
    return tuple(masked(item) for item in value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Message:
    """A code of the catalogue and the arguments of its sentence."""

    code: str
    args: Mapping[str, Argument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whatever a message quotes, an identity number in it is never shown."""
        shown = {key: masked(value) for key, value in self.args.items()}
        if shown != self.args:
            object.__setattr__(self, "args", shown)

    def as_json(self) -> dict[str, object]:
        """The form it has in `plan.json` and in `--format json`."""
        args = {key: list(value) if isinstance(value, tuple) else value for key, value in sorted(self.args.items())}
        return {"code": self.code, "args": args}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message with severity, place, subject (id and name) and field; `of` is the list whose field it is."""

    message: Message
    severity: Severity = "error"
    mark: Mark | None = None
    subject: tuple[str, ...] = ()
    field: str = ""
    of: str = ""

    def __post_init__(self) -> None:
        """The same for whom and what it is about."""
        object.__setattr__(self, "subject", tuple(_PIECE.sub("***", masked(item)) for item in self.subject))
        object.__setattr__(self, "field", masked(self.field))

    @property
    def code(self) -> str:
        """The catalogue code, such as `Z104`."""
        return self.message.code


def error(
    code: str, mark: Mark | None = None, subject: tuple[str, ...] = (), field: str = "", **args: Argument
) -> Diagnostic:
    """An error: the scenario cannot be used."""
    return Diagnostic(Message(code, args), "error", mark, subject, field)


def warning(
    code: str, mark: Mark | None = None, subject: tuple[str, ...] = (), field: str = "", **args: Argument
) -> Diagnostic:
    """A warning: the scenario can be used, and the planner should know."""
    return Diagnostic(Message(code, args), "warning", mark, subject, field)


def note(code: str, mark: Mark | None = None, **args: Argument) -> Diagnostic:
    """Something that was done and should be known; nothing is wrong."""
    return Diagnostic(Message(code, args), "note", mark)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them forbids going on."""
    return any(item.severity == "error" for item in diagnostics)


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, then by file, line and code, so that the list is the same on every run."""

    def key(item: Diagnostic) -> tuple[object, ...]:
        """Severity, place, code, field, subject, arguments."""
        mark = item.mark or Mark("")
        return (
            ("error", "warning", "note").index(item.severity),
            mark.file,
            mark.line or 0,
            mark.cell or "",
            item.code,
            item.field,
            item.subject,
            str(sorted(item.message.args.items())),
        )

    return tuple(sorted(diagnostics, key=key))


class DiagnosticsError(Exception):
    """Raised where work cannot go on; carries every diagnostic found, not just the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = ordered(diagnostics)
        super().__init__("; ".join(f"{d.code} {d.mark or ''} {d.field}".rstrip() for d in self._errors()))

    speak: ClassVar[Callable[[Diagnostic], str] | None] = None
    """Makes a sentence of a diagnostic; set by the package, since this module knows no catalogue."""

    def _errors(self) -> list[Diagnostic]:
        return [item for item in self.diagnostics if item.severity == "error"]

    def __str__(self) -> str:
        """The sentences of the first faults, and how many more there are."""
        speak = type(self).speak
        if speak is None:
            return super().__str__()
        found = self._errors()
        lines = [speak(item) for item in found[:MAX_SPOKEN]]
        return "\n".join([*lines, *([f"... +{len(found) - MAX_SPOKEN}"] if len(found) > MAX_SPOKEN else [])])

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from its diagnostics: it must come back whole from another process."""
        return type(self), (self.diagnostics,)


MAX_SPOKEN = 10
"""Faults that an exception tells one by one."""
