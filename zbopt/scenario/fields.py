"""Typed values of the format, each read from the text a planner typed.

Every parser raises `PydanticCustomError` whose type is a code of the catalogue (`Z1..`) and whose context holds the
arguments of its sentence. Loads are whole hundredths of full time, shares whole numbers per 10,000.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, WithJsonSchema

from zbopt.diagnostics import masked
from zbopt.scenario.months import Month, parse_day, parse_month
from zbopt.scenario.texts import as_text, fail, nearest, normal, unseen_dropped
from zbopt.scenario.words import BOOLEANS, Word

W = TypeVar("W", bound=Word)


# --- months and dates ------------------------------------------------------------------------------------------------


# --- numbers ---------------------------------------------------------------------------------------------------------


_WHOLE = re.compile(r"[+-]?\d{1,9}(?:\.0+)?")
_DIGITS = frozenset("0123456789")


def parse_whole(low: int, high: int) -> Callable[[Any], int]:
    """A parser of whole numbers between both ends, ends included."""

    def parse(value: Any) -> int:
        if type(value) is str and value in _DIGITS and low <= int(value) <= high:  # as most cells are
            return int(value)
        text = normal(as_text(value))
        if not _WHOLE.fullmatch(text):
            raise fail("Z107", value=text, low=low, high=high)
        number = int(text.split(".")[0])
        if not low <= number <= high:
            raise fail("Z107", value=text, low=low, high=high)
        return number

    return parse


def parse_hundredths(high: int) -> Callable[[Any], int]:
    """A parser of loads: `0.5` becomes 50 hundredths; at most two decimals, at most `high` hundredths."""

    def parse(value: Any) -> int:
        """Hundredths of what was typed."""
        text = normal(as_text(value))
        try:
            number = Decimal(text) * 100
        except ArithmeticError:
            raise fail("Z108", value=text, high=f"{high / 100:g}") from None
        if not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= high:
            raise fail("Z108", value=text, high=f"{high / 100:g}")
        return int(number)

    return parse


@dataclass(frozen=True, slots=True)
class Share:
    """A share in whole numbers per 10,000: 55 % is 5500."""

    per_10000: int

    def __str__(self) -> str:
        return f"{Decimal(self.per_10000) / 100:f}%"


def parse_share(value: Any) -> Share:
    """`55%` or `12.5%`; a bare number is refused, because 0.5 could be meant as half or as half a percent (Z137)."""
    if isinstance(value, Share):
        return value
    text = normal(as_text(value))
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*%", text)
    if match is None or Decimal(match[1]) > 100:
        raise fail("Z137", value=text)
    return Share(int(Decimal(match[1]) * 100))


def parse_bound(value: Any) -> Share | int:
    """The bound of a quota: a share `55%` or a count `3`; `0.55` is refused with the question which it is."""
    if isinstance(value, (Share, int)):
        return value
    text = normal(as_text(value))
    if text.endswith("%"):
        return parse_share(text)
    if re.fullmatch(r"\d{1,6}(?:\.0+)?", text):
        return int(text.split(".")[0])
    raise fail("Z109", value=text)


def parse_bool(value: Any) -> bool:
    """是 否 true false 1 0 (yes, no)."""
    text = normal(as_text(value))
    known = BOOLEANS.get(text.lower())
    if known is None:
        raise fail("Z111", value=text)
    return known


# --- words, ids, lists, maps -----------------------------------------------------------------------------------------

_ID = re.compile(r"[0-9A-Za-z\-_.\u3007\u3400-\u9fff\U00020000-\U0003ffff]{1,64}")


def parse_id(value: Any) -> str:
    """1-64 letters, digits, CJK, `-`, `_`, `.`; never `+` or `/`."""
    text = normal(as_text(value))
    if masked(text) != text:
        raise fail("Z129")
    if not _ID.fullmatch(text):
        raise fail("Z128" if re.search(r"[，,]", text) else "Z112", value=text[:80])
    return text


MAX_NAME, MAX_TEXT, MAX_LONG_TEXT = 100, 1_000, 10_000
"""Characters of a name, of a field, of free text."""


def _read_text(value: Any, most: int, breaks: str) -> str:
    """Text without outer blanks and unseen signs; Z113 where it is empty, Z125 too long, Z126 with a control sign.

    `breaks`: what becomes of line breaks and tabs: kept, made blanks, or refused (Z127).
    """
    text = unseen_dropped(as_text(value)).replace("\u00a0", " ").replace("\r\n", "\n").strip()
    if not text:
        raise fail("Z113")
    if len(text) > most:
        raise fail("Z125", value=text[:20], count=len(text), limit=most)
    if breaks == "refused" and "\n" in text:
        raise fail("Z127", value=text.split("\n")[0][:20])
    if masked(text) != text:
        raise fail("Z129")
    if text.isprintable():
        return text
    plain = text if breaks == "kept" else re.sub(r"[\n\r\t]+", " ", text)
    for sign in plain:
        if unicodedata.category(sign) in ("Cc", "Cs") and not (breaks == "kept" and sign in "\n\t"):
            raise fail("Z126", value=f"U+{ord(sign):04X}")
    return plain


def parse_text(value: Any) -> str:
    """Text of one line; a break inside a cell of a spreadsheet becomes a blank."""
    return _read_text(value, MAX_TEXT, "blank")


def parse_name(value: Any) -> str:
    """A name: at most 100 characters on one line."""
    return _read_text(value, MAX_NAME, "refused")


def parse_long_text(value: Any) -> str:
    """Free text, in which lines may break."""
    return _read_text(value, MAX_LONG_TEXT, "kept")


def parse_word(kind: type[W]) -> Callable[[Any], W]:
    """A parser of an enumerated value, written in English or Chinese."""
    spellings = kind.spellings()
    lower = {text.lower(): member for text, member in spellings.items()}

    def parse(value: Any) -> W:
        if type(value) is str and value in spellings:  # as most cells are
            return spellings[value]
        text = normal(as_text(value))
        member = lower.get(text.lower())
        if member is None:
            known = ", ".join(f"{item.value}/{item.zh}" for item in kind)
            raise fail("Z104", value=text, known=known, nearest=nearest(text, spellings))
        return member

    return parse


_BETWEEN = re.compile(r"[；;、]")
_BETWEEN_BRACKETS = re.compile(r"[；;、,]")


def split_list(value: Any) -> list[Any]:
    """The entries of a list, of a cell `T01；T02` (；;、), or of a text `[T01, T02]` as YAML writes lists."""
    if isinstance(value, (list, tuple)):
        entries = list(value)
    else:
        text = as_text(value).strip()
        inner = re.fullmatch(r"\[(.*)\]", text)
        parts = _BETWEEN_BRACKETS.split(inner[1]) if inner else _BETWEEN.split(text)
        entries = [part.strip() for part in parts if part.strip()]
    for entry in entries:
        if isinstance(entry, str) and "，" in entry:
            raise fail("Z128", value=entry[:80])  # one entry or two: nobody can tell
    return entries


def parse_list(parse: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A parser of lists; an entry named twice is an error (Z115)."""

    def parse_entries(value: Any) -> tuple[Any, ...]:
        entries = tuple(parse(entry) for entry in split_list(value))
        seen = set()
        for entry in entries:
            if entry in seen:
                raise fail("Z115", value=str(entry))
            seen.add(entry)
        return entries

    return parse_entries


def split_map(value: Any) -> list[tuple[str, Any]]:
    """The pairs of a map, or of a cell `规划:4；文字:3` (full-width colons are read too)."""
    if isinstance(value, Mapping):
        return list(value.items())
    pairs = []
    for part in split_list(value):
        key, mark, rest = str(part).replace("：", ":").partition(":")
        if not mark:
            raise fail("Z116", value=str(part))
        pairs.append((key.strip(), rest.strip()))
    return pairs


def parse_map(parse_key: Callable[[Any], Any], parse_value: Callable[[Any], Any]) -> Callable[[Any], dict[Any, Any]]:
    """A parser of maps, keys in sorted order; a repeated key is an error (Z115)."""

    def parse(value: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for raw_key, raw_value in split_map(value):
            key = parse_key(raw_key)
            if key in found:
                raise fail("Z115", value=str(key))
            found[key] = parse_value(raw_value)
        return dict(sorted(found.items()))

    return parse


parse_level = parse_whole(1, 5)
parse_levels = parse_map(parse_id, parse_level)


@dataclass(frozen=True, slots=True)
class Needs:
    """Levels asked for: all of `every`, and one of the branches of `any_of` (none: no branch is asked for)."""

    every: tuple[tuple[str, int], ...] = ()
    any_of: tuple[tuple[tuple[str, int], ...], ...] = ()

    def branches(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """Every way to meet the needs, `every` included in each; one empty branch where nothing is asked."""
        return tuple(self.every + branch for branch in self.any_of) if self.any_of else (self.every,)

    def categories(self) -> tuple[str, ...]:
        """The categories named anywhere, sorted."""
        return tuple(sorted({category for branch in self.branches() for category, _ in branch}))

    def as_json(self) -> dict[str, Any]:
        """As written in a scenario."""
        plain: dict[str, Any] = dict(self.every)
        if self.any_of:
            plain["any_of"] = [dict(branch) for branch in self.any_of]
        return plain


def parse_needs(value: Any) -> Needs:
    """A map of category to level with an optional `any_of`; in a cell the branches are separated by 或."""
    if isinstance(value, Needs):
        return value
    if isinstance(value, Mapping):
        rest = {key: item for key, item in value.items() if key != "any_of"}
        branches = value.get("any_of", ())
        if not isinstance(branches, (list, tuple)):
            raise fail("Z117")
        if "any_of" in value and not branches:
            raise fail("Z140")  # one of none: impossible, or nothing asked? Nobody can tell
        every = parse_levels(rest)
    else:
        parts = [part.strip() for part in as_text(value).split("或")]
        every, branches = (parse_levels(parts[0]), ()) if len(parts) == 1 else ({}, tuple(parts))
    any_of = tuple(tuple(parse_levels(branch).items()) for branch in branches)
    return Needs(tuple(every.items()), any_of)


# --- the annotated types ---------------------------------------------------------------------------------------------


def typed(parse: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[Any, ...]:
    """The annotations of a type: how it is read, and what an editor may expect."""
    return PlainValidator(parse), WithJsonSchema(schema)


def word_schema(kind: type[Word]) -> dict[str, Any]:
    """Both spellings of every value, for editors."""
    return {"enum": sorted(kind.spellings())}


SCALAR = {"type": ["string", "number"]}
TEXT_OR_LIST = {"type": ["string", "array", "number"]}
TEXT_OR_MAP = {"type": ["string", "object"]}

Text = Annotated[str, *typed(parse_text, {"type": ["string", "number"]})]
Name = Annotated[str, *typed(parse_name, {"type": ["string", "number"], "maxLength": MAX_NAME})]
LongText = Annotated[str, *typed(parse_long_text, {"type": ["string", "number"]})]
Id = Annotated[str, *typed(parse_id, {"type": ["string", "number"], "description": "1-64 letters, digits, CJK, - _ ."})]
Ids = Annotated[tuple[str, ...], *typed(parse_list(parse_id), TEXT_OR_LIST)]
Texts = Annotated[tuple[str, ...], *typed(parse_list(parse_text), TEXT_OR_LIST)]
MonthField = Annotated[
    Month, *typed(parse_month, {"type": ["string", "number"], "description": "2019-06, 2019.06, 201906, 2019年6月"})
]
Day = Annotated[str, *typed(parse_day, {"type": ["string", "number"], "description": "2019-05-12 or 2019-05"})]
Flag = Annotated[bool, *typed(parse_bool, {"enum": [*sorted(BOOLEANS), True, False, 0, 1]})]
Hundredths = Annotated[int, *typed(parse_hundredths(99900), {**SCALAR, "description": "1.0 is full time"})]
Load = Annotated[int, *typed(parse_hundredths(500), {**SCALAR, "description": "1.0 is full time"})]
Count = Annotated[int, *typed(parse_whole(0, 1_000_000), SCALAR)]
Seats = Annotated[int, *typed(parse_whole(1, 999), SCALAR)]
Level = Annotated[int, *typed(parse_level, {"enum": [1, 2, 3, 4, 5, "1", "2", "3", "4", "5"]})]
Levels = Annotated[dict[str, int], *typed(parse_levels, TEXT_OR_MAP)]
NeedsField = Annotated[Needs, *typed(parse_needs, TEXT_OR_MAP)]
ShareField = Annotated[Share, *typed(parse_share, {"type": "string", "pattern": "%$"})]
Bound = Annotated[
    Share | int,
    *typed(parse_bound, {"type": ["string", "integer"], "description": "a share 55% or a count 3"}),
]
