"""Identity numbers are checked and dropped at once: never stored, shown or logged.

Source of the check digit: GB 11643-1999 (weights 2^(17-i) mod 11).
"""

from __future__ import annotations

import re
from typing import Any

from zbopt.scenario.months import Month
from zbopt.scenario.texts import as_text, fail, normal
from zbopt.scenario.words import Gender

_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_CHECK = "10X98765432"


def check_id_card(value: Any) -> None:
    """Check form and check digit of an identity number and forget it; raises Z150-Z152 without its digits."""
    if value is None:
        return
    text = normal(as_text(value)).upper()
    if re.search(r"[.E+]", text):  # a number: a spreadsheet keeps 15 digits of it
        raise fail("Z150")
    old = re.fullmatch(r"\d{15}", text)
    if not old and not re.fullmatch(r"\d{17}[\dX]", text):
        raise fail("Z151")
    day = text[8:12] if old else text[10:14]
    if not ("01" <= day[:2] <= "12" and "01" <= day[2:] <= "31"):
        raise fail("Z150" if text.endswith("000") else "Z151")
    if old:
        return
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    if _CHECK[total % 11] != text[17]:
        raise fail("Z150" if text.endswith("000") else "Z152")


def same_human(raw: Any) -> str:
    """What two numbers of one human share, old or new: the 17 digits before the check digit; empty for no number."""
    text = normal(as_text(raw)).upper()
    if re.fullmatch(r"\d{15}", text):
        return f"{text[:6]}19{text[6:]}"
    return text[:17] if re.fullmatch(r"\d{17}[\dX]", text) else ""


def mismatches(raw: Any, birth: Month | None, gender: Gender | None) -> list[str]:
    """Which fields of the row (birth, gender) the number contradicts. The row's own value counts."""
    text = normal(as_text(raw)).upper()
    if re.fullmatch(r"\d{15}", text):
        text = f"{text[:6]}19{text[6:]}0"
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return []
    found = []
    if birth is not None and (int(text[6:10]), int(text[10:12])) != (birth.year, birth.month):
        found.append("birth")
    if gender is not None and (int(text[16]) % 2 == 1) != (gender is Gender.MALE):
        found.append("gender")
    return found
