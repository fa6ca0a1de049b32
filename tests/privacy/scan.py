"""What counts as a leak, and the looking for it: in text, JSON, CSV, workbooks, and any other file by its bytes.

Kinds of hits (`KINDS`). Text is looked at as a reader would: full-width marks made plain, escapes undone, lines that were broken at
the width of the terminal joined. What stands beside a person is looked for in one logical line, one row, or one JSON object.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.privacy.planted import REGION, RULES, Secrets

KINDS = {
    "identity number": "a planted identity number, eight digits of one, or any run of 15 or 18 digits",
    "relation": "a planted relation of kin",
    "sanction month": "a planted month of a sanction, in any spelling",
    "status or health": "a planted value of status or health",
    "confidential cell": "what was typed into a confidential cell or edit",
    "interest": "a person beside the task force or duty they have an interest in",
    "other person": "both of two kin beside the class or a confidential rule",
    "rule number": "a confidential rule by its number",
    "rule number (own setting)": "the number of a confidential rule in an error about a setting of that very rule, or about an edit that names it",
    "rule in words": "words that tell which confidential rule it is",
    "field name": "the name of a confidential column, but for an error about that cell or column",
    "class beside a name": "the class beside a person nobody asked about",
    "exact count": "a count of the class below three",
    "total": "a total from which a masked count follows",
    "place": "the line of a confidential rule's setting, or the cell of a confidential column",
    "temporary file": "confidential data in a file outside the outputs, while a command runs or after it",
    "hash": "a hash that is right for some guesses and wrong for others",
    "guess": "an answer to a guess: not refused, solved first, or another one for a right guess than for a wrong one",
    "worlds": "outputs that differ by which confidential rule it is",
}

_NUMBER = r"(?:15|16|17|19|20|22|23)"
_RULE = re.compile(rf"(?<![A-Za-z0-9!])R{_NUMBER}(?![0-9A-Za-z])")
_RUN = re.compile(r"(?<![0-9A-Za-z.])(?:\d{15}|\d{17}[\dXx])(?![0-9A-Za-z])")
_CLASS = re.compile(r"其他资格条件|other conditions|\w\.confidential", re.I)
_FIELDS = re.compile(
    r"(?<![A-Za-z])(?:sanction_end|restricted_duty|id_card|kin|health)(?![A-Za-z])|身份证号?|亲属|回避事项|影响期|健康状况|不宜夜班"
)
_TELLING = re.compile(
    r"\b(?:kinship|relatives?|sanction(?:ed|s)?|under investigation|conflict of interest)\b|处分|亲属关系|受调查|利益冲突",
    re.I,
)
_STATUS_FIELD = re.compile(r"\.status\b|field=status|^people\b.*\bstatus\b|状态")
_STATUS = (
    ("on_duty", "village", "temporary_post", "lent", "sick", "investigation", "retired"),
    ("在岗", "驻村", "挂职", "借出", "病假", "调查", "退休"),
    ("healthy", "good", "fair", "poor"),
    ("健康", "良好", "一般", "较差"),
)
"""The words of status and health: a message may list all of them, as what can be typed."""

_FEWER = r"fewer than 3|少于\s*3"
_COUNTS = (
    re.compile(r"(?:其他资格条件|other conditions)[\s:：(（]{0,3}([12])(?![0-9.])(?!\s*%)", re.I),
    re.compile(
        r"(?<![\d.+\-])([12])\s?(?:people|persons?|人|名)[^.;；。，,\n0-9]{0,24}(?:其他资格条件|other conditions)", re.I
    ),
    re.compile(r"(?<![\d.+\-])([12]) (?:of them|barred)[^.;\n0-9]{0,24}other conditions", re.I),
    re.compile(r"其中\s?([12])\s?人[^。；\n0-9]{0,8}其他资格条件"),
)


def is_class(text: str) -> bool:
    """Whether a text speaks of the class."""
    return _CLASS.search(text) is not None


@dataclass(frozen=True)
class Hit:
    """One leak: by which command, of which kind, where, with an excerpt and how to see it again."""

    command: str
    kind: str
    where: str
    excerpt: str
    again: str = ""


@dataclass(frozen=True)
class Scope:
    """What is looked for in an output. `asked`: people the question names. `only`: kinds looked for (all where empty)."""

    secrets: Secrets
    asked: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    fields_may_show: bool = False
    own_setting: bool = False
    counted: bool = True
    typed: tuple[str, ...] = field(default=())

    def wants(self, kind: str) -> bool:
        """Whether the kind is looked for."""
        return not self.only or kind in self.only


Found = Iterator[tuple[str, str]]
"""Kinds and excerpts."""


# --- text as a reader sees it ----------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Escapes of JSON, HTML and XML undone, full-width characters made plain."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return unicodedata.normalize("NFKC", html.unescape(text))


_BEGINS = re.compile(r"""\s*(?:[-*|"{]|[A-Z]\d)""")
"""How a line begins that is no rest of the one before: a mark, or the id of a person, rule or task force."""


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line)


def logical(text: str) -> list[str]:
    """Lines, with those that were broken at the width of the terminal (the rest set in further) joined again."""
    lines: list[str] = []
    indent, width = 0, 0
    for line in text.splitlines():
        here = len(line) - len(line.lstrip())
        broken = width >= 56 and here > indent and not _BEGINS.match(line)
        if lines and line.strip() and broken:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
            indent = here
        width = _width(line)
    return lines


def squeezed(text: str) -> str:
    """Without blanks and line breaks."""
    return re.sub(r"\s+", "", text)


def excerpt(text: str, place: int, around: int = 50) -> str:
    """What stands around a place, on one line."""
    return " ".join(text[max(0, place - around) : place + around].split())


# --- what is planted -------------------------------------------------------------------------------------------------


@cache
def _eights(numbers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        number[n : n + 8] for number in numbers for n in range(len(number) - 7) if number[n : n + 8].isdigit()
    )


def _numbers(text: str, tight: str, secrets: Secrets) -> Found:
    """Whole numbers, eight digits of one, and runs that have the form of one."""
    for number in secrets.numbers:
        if number.lower() in tight.lower():
            yield "identity number", excerpt(tight, tight.lower().index(number.lower()))
            return
    known = _eights(secrets.numbers)
    for run in re.finditer(r"\d{8,}", text):
        if any(run[0][n : n + 8] in known for n in range(len(run[0]) - 7)):
            yield "identity number", excerpt(text, run.start())
            return
    for match in _RUN.finditer(text):
        yield "identity number", excerpt(text, match.start())
        return


def _month_pattern(month: str) -> re.Pattern[str]:
    year, number = month.split("-")
    short = str(int(number))
    return re.compile(rf"(?<![0-9A-Za-z]){year}(?:[-./年]\s?|, ?(?:month=)?)?(?:{number}|(?<=\D){short})(?![0-9])")


def _values(text: str, tight: str, secrets: Secrets) -> Found:
    """Relations, months, junk typed into confidential cells."""
    for word in secrets.relations:
        if squeezed(word) in tight:
            yield "relation", excerpt(tight, tight.index(squeezed(word)))
    for month in secrets.months:
        match = _month_pattern(month).search(text)
        if match:
            yield "sanction month", excerpt(text, match.start())
    for word in secrets.junk:
        if squeezed(plain(word)) in tight:
            yield "confidential cell", excerpt(tight, tight.index(squeezed(plain(word))))


def _without_lists(line: str) -> str:
    """A line without the words of status or health, where it lists all of them."""
    for words in _STATUS:
        if all(word in line for word in words):
            for word in words:
                line = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", "", line)
    return line


def _words(line: str, secrets: Secrets) -> Found:
    """Values of status and health."""
    bare = _without_lists(line)
    for word in secrets.words:
        pattern = rf"(?<![A-Za-z]){word}(?![A-Za-z])" if word.isascii() else word
        match = re.search(pattern, bare if word.isascii() else squeezed(bare), re.I)
        if match:
            yield "status or health", excerpt(match.string, match.start())


# --- rules, fields, the class ----------------------------------------------------------------------------------------


@cache
def _rule_words() -> tuple[str, ...]:
    """How the catalogue of zbopt calls the confidential rules, where that tells one from another."""
    try:
        from zbopt.report.language import catalogue
    except ImportError:
        return ()
    titles = [entry for rule in RULES for entry in dict(catalogue().get(f"rule.{rule}", {})).values()]
    return tuple(sorted({title for title in titles if titles.count(title) == 1}))


def _named(line: str, scope: Scope) -> list[str]:
    """The people a line names, but for those the question was about."""
    people = scope.secrets.people
    return [
        key
        for key, name in people.items()
        if key not in scope.asked
        and (name in line or re.search(rf"(?<![A-Za-z0-9]){re.escape(key)}(?![A-Za-z0-9])", line))
    ]


def _rules(line: str, scope: Scope) -> Found:
    """Rules by number or in words, fields by name."""
    match = _RULE.search(line)
    if match:
        own = scope.own_setting and not _named(line, scope)
        yield "rule number (own setting)" if own else "rule number", excerpt(line, match.start())
    telling = _TELLING.search(line)
    if telling:
        yield "rule in words", excerpt(line, telling.start())
    for words in _rule_words():
        if words in line:
            yield "rule in words", excerpt(line, line.index(words))
    shown = None if scope.fields_may_show else _FIELDS.search(line)
    if shown:
        yield "field name", excerpt(line, shown.start())


def _beside(line: str, scope: Scope) -> Found:
    """What must not stand beside a person: the class, an interest, the other one of two kin, a status."""
    everybody = Scope(scope.secrets)
    named = _named(line, everybody)
    for person in named:
        for matter in scope.secrets.interests.get(person, ()):
            if len(matter) > 2 and re.search(rf"(?<![A-Za-z0-9]){matter}(?![A-Za-z0-9])", line):
                yield "interest", excerpt(line, line.index(matter))
    match = _CLASS.search(line) or _RULE.search(line)
    if match is None:
        if named and not scope.fields_may_show and _STATUS_FIELD.search(line):
            yield "field name", line.strip()[:100]
        return
    for one, other in scope.secrets.kin:
        if one in named and (other in named or re.search(rf"(?<![A-Za-z0-9]){other}(?![A-Za-z0-9])", line)):
            yield "other person", line.strip()[:100]
    if _CLASS.search(line) and _named(line, scope):
        yield "class beside a name", line.strip()[:100]


def _counts(line: str, scope: Scope) -> Found:
    """Counts of the class below three."""
    if not scope.counted or re.search(_FEWER, line):
        return
    for pattern in _COUNTS:
        match = pattern.search(line)
        if match and not re.search(r"eligible|符合条件的", match[0]):
            yield "exact count", excerpt(line, match.start())
            return


def _totals(text: str, scope: Scope) -> Found:
    """The number of those who are eligible, beside a masked count of those who are not, in a case where nothing else bars."""
    if not scope.secrets.totals or not (re.search(_FEWER, text) or _CLASS.search(text)):
        return
    for total in scope.secrets.totals:
        pattern = (
            rf"(?<![\d.]){total}\s?(?:people are|eligible|of|人符合|人)|(?:eligible|符合条件)\D{{0,6}}{total}(?!\d)"
        )
        match = re.search(pattern, text)
        if match:
            yield "total", excerpt(text, match.start())


def _places(text: str, scope: Scope) -> Found:
    for place in scope.places:
        match = re.search(rf"{re.escape(place)}(?!\d)", text)
        if match:
            yield "place", excerpt(text, match.start())
            return


def in_line(line: str, scope: Scope) -> Found:
    """Everything that is looked for line by line."""
    yield from _words(line, scope.secrets)
    yield from _rules(line, scope)
    yield from _beside(line, scope)
    yield from _counts(line, scope)


def in_text(text: str, scope: Scope, lines: Iterable[str] | None = None) -> Found:
    """Everything that is looked for in a text."""
    text = plain(text)
    for typed in scope.typed:  # what the command line says is no answer
        text = text.replace(plain(typed), "")
    tight = squeezed(text)
    yield from _numbers(text, tight, scope.secrets)
    yield from _values(text, tight, scope.secrets)
    yield from _totals(text, scope)
    yield from _places(text, scope)
    for line in logical(text) if lines is None else lines:
        yield from in_line(line, scope)


# --- structures ------------------------------------------------------------------------------------------------------


@cache
def _speakers() -> tuple[Any, ...]:
    try:
        from zbopt.report.language import Language
    except ImportError:
        return ()
    return Language("en"), Language("zh")


def rendered(entry: Mapping[str, Any]) -> list[str]:
    """The sentences of a message kept as code and arguments, in both languages."""
    found = []
    for speaker in _speakers():
        try:
            found.append(speaker.plain(entry))
        except Exception:  # another format of messages: its leaves are looked at all the same
            continue
    return found


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("code"), str) and isinstance(value.get("args"), dict)


def _leaves(value: Mapping[str, Any]) -> list[str]:
    """The scalars of an object, lists of scalars included; of a message its arguments and sentences as well."""
    found = []
    for key, item in value.items():
        if isinstance(item, list) and not any(isinstance(part, (dict, list)) for part in item):
            found.append(f"{key}=" + " ".join(str(part) for part in item))
        elif not isinstance(item, (dict, list)):
            found.append(f"{key}={item}")
    return [*found, *_leaves(value["args"]), *rendered(value)] if _is_message(value) else found


def records(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a JSON value as one line of text (with each message it holds in turn), and the object."""
    if isinstance(value, list):
        for item in value:
            yield from records(item)
    if not isinstance(value, dict):
        return
    own = _leaves(value)
    held = [
        part for item in value.values() for part in (item if isinstance(item, list) else [item]) if _is_message(part)
    ]
    if "format" in value or not held:  # a whole document: what stands in it is in no row with what stands at its head
        yield "  ".join(own), value
    else:
        for message in held:
            yield "  ".join((*own, *_leaves(message))), value
    for item in value.values():
        yield from records(item)


def _small_count(row: Mapping[str, Any], line: str) -> bool:
    """A row of the class with a count below three."""
    args = row.get("args")
    counted = {**row, **(args if isinstance(args, dict) else {})}
    return bool(_CLASS.search(line)) and any(
        counted.get(key) in (1, 2, "1", "2") for key in ("count", "amount", "people", "persons", "number_of_people")
    )


def in_json(value: Any, scope: Scope) -> Found:
    """Rows of JSON: what stands beside whom, counts, totals."""
    if scope.secrets.totals:
        sentences = [part for _, row in records(value) if _is_message(row) for part in (row["code"], *rendered(row))]
        yield from _totals(plain("\n".join(sentences)), scope)
    for line, row in records(value):
        line = plain(line)
        yield from _beside(line, scope)
        for sentence in rendered(row) if _is_message(row) else ():
            yield from _counts(plain(sentence), scope)
            yield from _rules(plain(sentence), scope)
        if scope.counted and _small_count(row, "  ".join(_leaves(row))):
            yield "exact count", line[:100]


def _parsed(text: str) -> Any:
    """The JSON value of a text, or of its lines; None where it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    values = []
    for line in text.splitlines():
        try:
            values.append(json.loads(line))
        except ValueError:
            continue
    return values or None


_REFERENCES = re.compile(r"\s(?:r|ref|sqref|spans|topLeftCell|activeCell|s|t)=\"[^\"]*\"")


def in_archive(data: bytes, scope: Scope) -> Found:
    """Every member of a workbook or archive, by its text; the rows of sheets as rows."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            raw = book.read(name)
            if raw.startswith(b"PK\x03\x04"):
                yield from in_archive(raw, scope)
                continue
            text = re.sub(r"<[^>]*>", "\n", _REFERENCES.sub("", raw.decode("utf-8", "replace")))
            yield from in_text(text + "\n" + name, scope)
    for line in _sheet_rows(data):
        yield from in_line(plain(line), scope)


def _sheet_rows(data: bytes) -> list[str]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            "  ".join(str(cell) for cell in row)
            for name in book.sheet_names
            for row in book.get_sheet_by_name(name).to_python()
        ]
    except Exception:  # an archive that is no workbook
        return []


def in_bytes(data: bytes, name: str, scope: Scope) -> Found:
    """A file or stream, by what it is."""
    if data.startswith(b"PK\x03\x04"):
        yield from in_archive(data, scope)
        return
    text = data.decode("utf-8-sig", "replace")
    if "\x00" in text and len(data) % 2 == 0:
        text += data.decode("utf-16-le", "replace")
    value = _parsed(text)
    rows = None
    if name.endswith(".csv"):
        rows = ["  ".join(row) for row in csv.reader(io.StringIO(plain(text)))]
    elif value is not None:
        rows = plain(json.dumps(value, ensure_ascii=False, indent=1)).splitlines()
    yield from in_text(text, scope, rows)
    if value is not None:
        yield from in_json(value, scope)


def wanted(found: Found, scope: Scope) -> list[tuple[str, str]]:
    """The kinds looked for, each excerpt once."""
    kept = []
    for item in found:
        if scope.wants(item[0]) and item not in kept:
            kept.append(item)
    return kept


__all__ = ["KINDS", "REGION", "Hit", "Scope", "in_bytes", "in_json", "in_text", "wanted"]
