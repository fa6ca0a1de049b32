"""Texts as they are read: normal forms, unseen signs, the nearest known word, and how a parser fails."""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticCustomError


def fail(code: str, **args: str | int) -> PydanticCustomError:
    """The error a parser raises: a catalogue code with its arguments."""
    return PydanticCustomError(code, code, dict(args))


def nearest(text: str, known: Iterable[str]) -> str:
    """The known word nearest to what was typed, or an empty string."""
    lower, forwards, backwards = _indexed(frozenset(known))
    word = text.lower()[:MOST_COMPARED]
    options = list(lower)
    if len(options) > 4 * NEIGHBOURS:  # of very many those that begin or end alike: thousands of rows may ask
        place, other = bisect(forwards, word), bisect(backwards, word[::-1])
        options = forwards[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]
        options += [item[::-1] for item in backwards[max(0, other - NEIGHBOURS) : other + NEIGHBOURS]]
    found = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


NEIGHBOURS = 25


MOST_COMPARED = 100
"""Words on either side in the order of their letters that are compared, and letters of a word."""


@lru_cache(maxsize=16)
def _indexed(known: frozenset[str]) -> tuple[dict[str, str], list[str], list[str]]:
    """Words by their lower case, and those sorted from the front and from the back."""
    lower = {option.lower(): option for option in sorted(known, reverse=True)}
    return dict(reversed(lower.items())), sorted(lower), sorted(item[::-1] for item in lower)


def normal(text: str) -> str:
    """Full-width letters and digits made plain, outer blanks (also NBSP) dropped, and signs that nobody sees.

    Those are zero-width signs, direction marks, byte-order marks, soft hyphens (Unicode's format characters).
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", unseen_dropped(text))
    return plain.strip()


def unseen_dropped(text: str) -> str:
    """The text without format characters."""
    if text.isprintable():  # says so of most texts at once
        return text
    return "".join(sign for sign in text if sign.isascii() or unicodedata.category(sign) != "Cf")


def as_text(value: Any) -> str:
    """The text of a scalar; a list or map where one value belongs is an error (Z110)."""
    if type(value) is str:
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, dict)):
        raise fail("Z110")
    return str(value).strip()
