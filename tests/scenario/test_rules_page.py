"""`docs/rules.md` says of every rule what the rulebook says."""

from __future__ import annotations

import re
from typing import Any

from tests.here import ROOT
from zbopt.scenario.rulebook import RULES

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if (cells := [cell.strip() for cell in line.split("|")[1:-1]]) and re.fullmatch(r"R\d\d", cells[0])
}


def shown(value: Any) -> str:
    """A default as the page writes it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "是" if value else "否"
    if hasattr(value, "items"):
        return ", ".join(f"{key.zh} {number}" for key, number in value.items())
    if isinstance(value, (tuple, list)):
        return " ".join(getattr(item, "zh", str(item)) for item in value)
    return str(value)


def test_every_rule_stands_there_once_and_none_is_invented() -> None:
    assert tuple(ROWS) == tuple(RULES)
    assert len(re.findall(r"^\| R\d\d", PAGE, re.MULTILINE)) == len(RULES)


def test_modes_settings_and_marks_are_those_of_the_rulebook() -> None:
    for key, rule in RULES.items():
        _, _, _, modes, settings, _, marks, _ = ROWS[key]
        assert modes == " ".join(f"**{mode}**" if mode is rule.default else str(mode) for mode in rule.modes), key
        expected = "; ".join(f"`{name}` {shown(setting.default)}" for name, setting in rule.settings.items())
        assert settings == expected, key
        assert marks == "A" * rule.override + "C" * rule.confidential + "P" * rule.personal, key


def test_the_confidential_ones_are_named() -> None:
    named = re.search(r"^(R15, .*) rest on kin", PAGE, re.MULTILINE)
    assert named is not None
    assert re.findall(r"R\d\d", named[1]) == [key for key, rule in RULES.items() if rule.confidential]
