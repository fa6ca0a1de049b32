"""`docs/glossary.md` lists every value of the format as the words do."""

from __future__ import annotations

import re

from tests.here import ROOT
from zbopt.scenario import words

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_enumeration_stands_there_with_its_values() -> None:
    kinds = {
        name: kind
        for name, kind in vars(words).items()
        if isinstance(kind, type) and issubclass(kind, words.Word) and kind is not words.Word
    }
    rows = dict(re.findall(r"^\| (\w+) \| (`.*) \|$", PAGE, re.MULTILINE))
    assert rows.keys() == kinds.keys()
    for name, kind in kinds.items():
        values = [" ".join((f"`{item.value}`", item.zh, *(f"({more})" for more in item.more))) for item in kind]
        assert rows[name] == ", ".join(values), name


def test_no_word_stands_twice() -> None:
    things = re.findall(r"^\| ([a-z][a-z ,]+) \| [^`|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert len(things) > 30
    assert len(things) == len(set(things))
