"""Months and days as planners write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from zbopt.scenario.texts import as_text, fail, normal


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month. `index` counts months, so that differences are whole months."""

    year: int
    month: int

    @property
    def index(self) -> int:
        """12 year + month - 1."""
        return 12 * self.year + self.month - 1

    def plus(self, months: int) -> Month:
        """The month so many months later."""
        year, month = divmod(self.index + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_between(start: Month, end: Month) -> int:
    """Whole months from start to end; negative where start lies later."""
    return end.index - start.index


_EITHER = re.compile(r"\d{4}\.1")


_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|(\d{2})|年(\d{1,2})月)")


_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)")


def parse_month(value: Any) -> Month:
    """`2019-06`, `2019.06`, `201906` or `2019年6月`; `2019.1` is refused (January or October?).

    A full day counts as its month: spreadsheets turn a typed month into the first day of it.
    """
    if isinstance(value, Month):
        return value
    text = normal(as_text(value))
    if _DAY.fullmatch(text):
        day = parse_day(text)
        return Month(int(day[:4]), int(day[5:7]))
    if _EITHER.fullmatch(text):
        raise fail("Z106", value=text)
    match = _MONTH.fullmatch(text)
    if match is None:
        raise fail("Z105", value=text)
    year, month = int(match[1]), int(next(part for part in match.groups()[1:] if part))
    if not (1 <= month <= 12 and 1900 <= year <= 2199):
        raise fail("Z105", value=text)
    return Month(year, month)


def parse_day(value: Any) -> str:
    """A day (`2019-05-12` and its usual spellings) or a month, as ISO text."""
    import datetime

    text = normal(as_text(value))
    match = _DAY.fullmatch(text)
    if match is None:
        return str(parse_month(text))
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        raise fail("Z105", value=text) from None
