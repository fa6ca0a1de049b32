"""The expressions of quotas and of `wants_people`: parsed by hand, never evaluated as Python.

    expression := term ("or" term)*        term := factor ("and" factor)*
    factor := "not" factor | "(" expression ")" | FIELD [OPERATOR VALUE | "in" "[" VALUE ("," VALUE)* "]"]

Meaning and fields: `docs/meaning.md`. A comparison with a missing value is false; which people a missing value concerned is
told by `Reading.missing`, for the coverage of the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from zbopt.scenario import words
from zbopt.scenario.months import Month, months_between, parse_month
from zbopt.scenario.texts import fail, nearest, normal
from zbopt.scenario.words import Word

if TYPE_CHECKING:
    from zbopt.scenario.models import Scenario
    from zbopt.scenario.people import Person

WORD_FIELDS: dict[str, type[Word]] = {
    "gender": words.Gender,
    "political": words.Political,
    "level": words.PersonLevel,
    "staffing": words.Staffing,
    "recruit": words.Recruit,
    "unit.level": words.UnitLevel,
    "unit.kind": words.UnitKind,
}
TEXT_FIELDS = frozenset(
    "id name ethnic native_place growth_place education major tech_title unit title grade unit.id unit.name".split()
)
BOOL_FIELDS = frozenset("leading_team specialist stepped_down pool".split())
NUMBER_FIELDS = frozenset("birth_year age capacity band unit.on_duty unit.approved".split())
MONTH_FIELDS = frozenset("birth recruited township_since last_return".split())
FIELDS = frozenset(WORD_FIELDS) | TEXT_FIELDS | BOOL_FIELDS | NUMBER_FIELDS | MONTH_FIELDS

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<op>==|!=|<=|>=|<|>)|(?P<mark>[()\[\],])|(?P<bare>[^\s()\[\],<>=!\"']+))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value, or against a list of them (`in`)."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    part: Node


@dataclass(frozen=True, slots=True)
class Join:
    """`and` or `or` of the parts."""

    op: str
    parts: tuple[Node, ...]


Node = Compare | Not | Join


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression with the text it came from."""

    text: str
    root: Node

    def fields(self) -> tuple[str, ...]:
        """The fields it reads, sorted."""
        return tuple(sorted(_fields(self.root)))

    def holds(self, person: Person, scenario: Scenario) -> bool:
        """Whether it is true of the person."""
        return _holds(self.root, person, scenario)

    def missing(self, person: Person, scenario: Scenario) -> bool:
        """Whether a field it reads is missing for the person."""
        return any(field_value(name, person, scenario) is None for name in _fields(self.root))


def _fields(node: Node) -> set[str]:
    if isinstance(node, Compare):
        return {node.field}
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return set().union(*(_fields(part) for part in parts))


def _holds(node: Node, person: Person, scenario: Scenario) -> bool:
    if isinstance(node, Not):
        return not _holds(node.part, person, scenario)
    if isinstance(node, Join):
        results = (_holds(part, person, scenario) for part in node.parts)
        return all(results) if node.op == "and" else any(results)
    value = field_value(node.field, person, scenario)
    if value is None:
        return False
    if node.op == "in":
        return value in node.value
    return _COMPARE[node.op](value, node.value)


def field_value(name: str, person: Person, scenario: Scenario) -> Any:
    """The value of a field for a person; None where it is missing. Loads in hundredths, levels 0 where absent."""
    head, _, tail = name.partition(".")
    if head == "category" and tail:
        return person.categories.get(tail, 0)
    if head == "unit" and tail:
        return getattr(scenario.unit_by_id[person.unit], tail)
    if name == "birth_year":
        return None if person.birth is None else person.birth.year
    if name == "age":
        return None if person.birth is None else months_between(person.birth, scenario.as_of) // 12
    return getattr(person, name)


# --- parsing ---------------------------------------------------------------------------------------------------------


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        position = 0
        source = (
            text.replace("，", ",").replace("“", '"').replace("”", '"').replace("（", "(").replace("）", ")").rstrip()
        )
        while position < len(source):
            match = _TOKEN.match(source, position)
            if match is None:
                raise fail("Z120", value=text, at=source[position : position + 10])
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()
        self.place = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.place += 1
        return token

    def wrong(self) -> Exception:
        return fail("Z120", value=self.text, at=self.peek()[1] or "end")

    def expect(self, mark: str) -> None:
        if self.take() != ("mark", mark):
            self.place -= 1
            raise self.wrong()

    def joined(self, op: str, part: Callable[[int], Node], depth: int) -> Node:
        parts = [part(depth)]
        while self.peek() == ("bare", op):
            self.take()
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else Join(op, tuple(parts))

    def expression(self, depth: int = 0) -> Node:
        if depth > 40:  # deeper than any planner writes; keeps the recursion bounded
            raise self.wrong()
        return self.joined("or", self.term, depth)

    def term(self, depth: int) -> Node:
        return self.joined("and", self.factor, depth)

    def factor(self, depth: int) -> Node:
        """`not` and a factor, an expression in brackets, or a comparison."""
        if self.peek() == ("bare", "not"):
            self.take()
            if depth > 40:
                raise self.wrong()
            return Not(self.factor(depth + 1))
        if self.peek() == ("mark", "("):
            self.take()
            inner = self.expression(depth + 1)
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Node:
        """A field with a sign and a value, with `in` and a list, or alone (a boolean that is true)."""
        kind, name = self.take()
        if kind != "bare":
            self.place -= 1
            raise self.wrong()
        self.check_field(name)
        if self.peek()[0] == "op":
            op = self.take()[1]
            value = self.value(name)
            if op not in ("==", "!=") and (name in WORD_FIELDS or name in TEXT_FIELDS or name in BOOL_FIELDS):
                raise fail("Z122", field=name, op=op)
            return Compare(name, op, value)
        if self.peek() == ("bare", "in"):
            return Compare(name, "in", self.values(name))
        if name not in BOOL_FIELDS:
            raise fail("Z123", field=name)
        return Compare(name, "==", True)

    def values(self, name: str) -> tuple[Any, ...]:
        """The list behind `in`: values of the field in square brackets."""
        self.take()
        self.expect("[")
        values = [self.value(name)]
        while self.peek() == ("mark", ","):
            self.take()
            values.append(self.value(name))
        self.expect("]")
        return tuple(values)

    def check_field(self, name: str) -> None:
        if name in words.CONFIDENTIAL_FIELDS:
            raise fail("Z121", field=name)
        if name not in FIELDS and not (name.startswith("category.") and len(name) > 9):
            raise fail("Z124", field=name, nearest=nearest(name, FIELDS))

    def value(self, name: str) -> Any:
        kind, token = self.take()
        if kind not in ("text", "bare"):
            self.place -= 1
            raise self.wrong()
        return _typed_value(name, normal(token[1:-1] if kind == "text" else token))


def _typed_value(name: str, text: str) -> Any:
    if name in WORD_FIELDS:
        spellings = WORD_FIELDS[name].spellings()
        if text not in spellings:
            raise fail("Z104", value=text, known=", ".join(spellings), nearest=nearest(text, spellings))
        return spellings[text]
    if name in BOOL_FIELDS:
        if text not in words.BOOLEANS:
            raise fail("Z111", value=text)
        return words.BOOLEANS[text]
    if name in MONTH_FIELDS:
        return parse_month(text)
    if name in NUMBER_FIELDS or name.startswith("category."):
        if not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", text):
            raise fail("Z107", value=text, low=0, high=999999)
        number = float(text)
        return round(number * 100) if name == "capacity" else number
    return text


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Parse an expression; raises `PydanticCustomError` with a code of the catalogue where it cannot be read."""
    if len(text) > 2000:
        raise fail("Z120", value=text[:40] + "...", at="")
    parser = _Parser(text)
    root = parser.expression()
    if parser.peek()[0] != "end":
        raise parser.wrong()
    return Expression(text, root)


__all__ = ["Expression", "Month", "field_value", "parse_expression"]
