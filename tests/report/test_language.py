"""Every sentence stands in both languages with the same arguments, and every code used in the source is in the catalogue."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from tests.here import zbopt_here
from zbopt.diagnostics import masked
from zbopt.report.language import Language, catalogue, default_language, share
from zbopt.report.merge_sheets import Sheet
from zbopt.report.tables import sheet_csv


def arguments(template: str) -> set[str]:
    optional = set(re.findall(r"\{\?(\w+)\}", template))
    plain = re.sub(r"\{\?\w+\}|\{/\w+\}", "", template)
    return optional | {name for _, name, _, _ in string.Formatter().parse(plain) if name}


def test_both_languages_say_the_same() -> None:
    languages = {name: Language(name) for name in ("en", "zh")}
    faults = []
    for code, entry in catalogue().items():
        if set(entry) != set(languages) or not arguments(entry["zh"]) <= arguments(entry["en"]):
            faults.append(code)
            continue
        texts = [language.text(code, **dict.fromkeys(arguments(entry["en"]), "x")) for language in languages.values()]
        faults += [code for text in texts if not text or "{" in text]
    assert len(catalogue()) > 500
    assert faults == []


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


@pytest.mark.parametrize(
    "text",
    [
        "330824198503120012", "330824 19850312 0012", "330824-19850312-0012", "330824\u00a0198503120012", "33082419850312001X",
        "330824198503120012000", "330824850312001", "3.3082419850312E+17", "3.30824198503120e17", "id330824198503120012号",
    ],
)  # fmt: skip
def test_an_identity_number_is_masked_in_whatever_form(text: str) -> None:
    assert "***" in masked(text)
    assert "850312" not in masked(text)


@pytest.mark.parametrize("text", ["2019-06-01", "1.25", "201906 201907", "0.1, 0.2", "2150 10 30", "T01+T02"])
def test_other_numbers_are_shown(text: str) -> None:
    assert masked(text) == text


def test_words_are_words_only_in_fields_of_words() -> None:
    table = zbopt_here(
        "what-if", "scenarios/tiny", "--set", "people.P1.title=pool", "--set", "name=head", "--lang", "zh"
    ).stdout
    rows = [row.split() for row in table.splitlines()]
    assert any(row[-1:] == ["pool"] for row in rows)
    assert any("名称(name)" in row and row[-1] == "head" for row in rows)
    assert "未入库" not in table


def test_a_scope_is_a_word_unless_it_is_a_task_force() -> None:
    zh = Language("zh")
    told = [zh.text("Z307", value=2, count=0, scope=scope) for scope in ("all", "kind:project", "stay")]
    assert [text.split()[1] for text in told] == ["全部", zh.word("project"), "stay"]


def test_signs_that_become_a_formula_are_harmless() -> None:
    sheet = Sheet("t", ("a",), (("﹦1",), ("₌1",), ("⁼1+1",), ("﹢1+1",), ("+1",), ("甲",)), frozenset())
    assert sheet_csv(sheet).split() == ["a", "'﹦1", "'₌1", "'⁼1+1", "'﹢1+1", "+1", "甲"]
