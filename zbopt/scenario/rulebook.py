"""The catalogue of the 40 rules: modes allowed, default mode, settings. Source: `rules.md`; none of it is "the law".

What a rule means is in `docs/meaning.md`; its rows are in `engine/rules.py`, its plain loop in `meaning/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from zbopt.scenario.fields import (
    Share,
    parse_bool,
    parse_list,
    parse_map,
    parse_share,
    parse_text,
    parse_whole,
    parse_word,
)
from zbopt.scenario.vocabulary import CONFIDENTIAL_RULES, Gender, Mode, UnitKind

HARD, TARGET, WARN, OFF = Mode.HARD, Mode.TARGET, Mode.WARN, Mode.OFF
ALL_MODES = (HARD, TARGET, WARN, OFF)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or list that tunes a rule: how it is read and its default (None: not set)."""

    parse: Callable[[Any], Any]
    default: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue.

    `personal` rules are not asked of incumbents who stay on their post (`scenario.md`, Incumbents);
    `override`: a pin with an approval number lifts it; `on_seats`: a fault of several seats together, not of one pair.
    """

    id: str
    default: Mode = HARD
    modes: tuple[Mode, ...] = ALL_MODES
    settings: Mapping[str, Setting] = field(default_factory=dict)
    personal: bool = False
    override: bool = False
    on_pair: bool = False

    @property
    def confidential(self) -> bool:
        """Told as one class with the others of its kind, never by number."""
        return self.id in CONFIDENTIAL_RULES


def _whole(default: int | None, low: int = 0, high: int = 1200) -> Setting:
    return Setting(parse_whole(low, high), default)


def _pair(number: int, default: Mode = HARD, override: bool = False, **settings: Setting) -> Rule:
    personal = 3 <= number <= 12 or number == 17 or 19 <= number <= 28
    return Rule(f"R{number:02d}", default, ALL_MODES, settings, personal, override, on_pair=True)


def _later(number: int, default: Mode, modes: tuple[Mode, ...], **settings: Setting) -> Rule:
    return Rule(f"R{number:02d}", default, modes, settings)


_SPECIALIST_TITLES = ("教师", "医师", "护师", "农艺师", "兽医师", "水利", "环境")

_RULES = (
    _later(1, HARD, ALL_MODES),
    _pair(2, WARN, months=_whole(6), total_months=_whole(12)),
    _pair(3, WARN, months=_whole(24)),
    _pair(4, override=True),
    _pair(5, override=True, years=_whole(5, high=60)),
    _pair(6, override=True, years=_whole(3, high=60), selected_years=_whole(2, high=60)),
    _pair(7),
    _pair(8),
    _pair(9),
    _pair(10),
    _pair(
        11,
        WARN,
        kinds=Setting(parse_list(parse_word(UnitKind)), (UnitKind.SCHOOL, UnitKind.HOSPITAL)),
        titles=Setting(parse_list(parse_text), _SPECIALIST_TITLES),
    ),
    _pair(12),
    _later(13, HARD, ALL_MODES, township=_whole(5), county_share=Setting(parse_share, Share(1000))),
    _later(14, OFF, ALL_MODES, min=_whole(None)),
    _later(15, HARD, ALL_MODES),
    _pair(16),
    _pair(17),
    _pair(18, WARN, place=Setting(parse_text, None)),
    _pair(19),
    _pair(20),
    _pair(21),
    _pair(22),
    _pair(23),
    _pair(24),
    _pair(
        25,
        WARN,
        months=_whole(12),
        ages=Setting(
            parse_map(parse_word(Gender), parse_whole(40, 80)),
            MappingProxyType({Gender.FEMALE: 55, Gender.MALE: 60}),
        ),
    ),
    _pair(26, probationary=Setting(parse_bool, True)),
    _pair(27, default_level=_whole(2, low=1, high=5)),
    _pair(28),
    _later(29, HARD, ALL_MODES),
    _pair(30),
    _later(31, WARN, (WARN, OFF), max=_whole(3)),
    _later(32, HARD, (HARD, WARN, OFF)),
    _later(33, WARN, (WARN, OFF), share=Setting(parse_share, Share(8000))),
    _later(34, WARN, (WARN, OFF)),
    _later(35, HARD, (HARD, OFF)),
    _later(36, WARN, (WARN, OFF), months=_whole(3)),
    _later(37, TARGET, ALL_MODES, min=_whole(3), max=_whole(15)),
    _later(38, TARGET, (TARGET, OFF)),
    _later(39, WARN, (WARN, OFF), share=Setting(parse_share, Share(2000)), approved=Setting(parse_share, Share(2500))),
    _later(40, WARN, (WARN, OFF), share=Setting(parse_share, Share(1000)), score=_whole(60, high=100)),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _RULES})
"""Every rule of the catalogue by id."""

PAIR_RULES: tuple[str, ...] = tuple(rule.id for rule in _RULES if rule.on_pair)
"""Rules that a single person on a single post can break (R16: with the supervisor of the task force)."""
