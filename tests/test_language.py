"""Every sentence stands in both languages with the same arguments, and every code used in the source is in the catalogue."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from zbopt.report.language import Language, catalogue, default_language, share


def arguments(template: str) -> set[str]:
    optional = set(re.findall(r"\{\?(\w+)\}", template))
    plain = re.sub(r"\{\?\w+\}|\{/\w+\}", "", template)
    return optional | {name for _, name, _, _ in string.Formatter().parse(plain) if name}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_say_the_same(code: str) -> None:
    entry = catalogue()[code]
    assert set(entry) == {"en", "zh"}
    assert arguments(entry["zh"]) <= arguments(entry["en"])
    for name in ("en", "zh"):
        text = Language(name).text(code, **dict.fromkeys(arguments(entry["en"]), "x"))
        assert text
        assert "{" not in text


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    used = set()
    for path in Path("zbopt").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"\"(Z\d{3})\"", text))
        used |= set(re.findall(r"Message\(\"([a-z][\w.-]+)\"", text))
        used |= set(re.findall(r"\b(?:text|say)\(\"([a-z]+\.[\w.-]+)\"", text))
        used |= set(re.findall(r"help=\"(help\.[\w-]+)\"", text))
    assert {code for code in used if not code.endswith(".")} <= set(catalogue())


def test_the_environment_chooses_the_language() -> None:
    assert default_language({"LANG": "zh_CN.GB18030"}) == "zh"
    assert default_language({"LANG": "de_DE.UTF-8"}) == "en"
    assert default_language({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}) == "zh"


@pytest.mark.parametrize(
    ("count", "out_of", "shown"),
    [(62, 98, "63.3%"), (58, 98, "59.2%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (0, 5, "0.0%"), (0, 0, "-")],
)
def test_shares_are_rounded_half_up(count: int, out_of: int, shown: str) -> None:
    assert share(count, out_of) == shown
