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
from zbopt.scenario.words import OTHER_CONDITIONS, Gender, Mode, UnitKind

HARD, TARGET, WARN, OFF = Mode.HARD, Mode.TARGET, Mode.WARN, Mode.OFF
ALL_MODES = (HARD, TARGET, WARN, OFF)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or list that tunes a rule: how it is read and its default (None: not set).

    `loosens`: the step of a whole number that bars less, 0 where a price list does not move it; `low`, `high`: its range.
    """

    parse: Callable[[Any], Any]
    default: Any
    loosens: int = 0
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue and its facts; whoever needs one asks here.

    `on_pair`: a single person on a single post can break it. `personal`: not asked of incumbents who stay on their post
    (`scenario.md`, Incumbents). `confidential`: told as one class with the others of its kind, never by number.
    `override`: a pin with an approval number lifts it. `on_seats`: a bound on the seats of one person, so one element of a
    conflict. `defines`: says which task forces there are or what merit is, so that without it another case would be solved.
    """

    id: str
    default: Mode = HARD
    modes: tuple[Mode, ...] = ALL_MODES
    settings: Mapping[str, Setting] = field(default_factory=dict)
    on_pair: bool = False
    personal: bool = False
    confidential: bool = False
    override: bool = False
    on_seats: bool = False
    defines: bool = False


def _whole(default: int | None, low: int = 0, high: int = 1200, loosens: int = 0) -> Setting:
    return Setting(parse_whole(low, high), default, loosens, low, high)


def _pair(
    number: int, default: Mode = HARD, *, personal: bool = True, confidential: bool = False, override: bool = False,
    **settings: Setting,
) -> Rule:  # fmt: skip
    return Rule(
        f"R{number:02d}", default, ALL_MODES, settings, on_pair=True, personal=personal, confidential=confidential,
        override=override,
    )  # fmt: skip


def _seats(
    number: int, default: Mode = HARD, *, confidential: bool = False, on_seats: bool = False, **settings: Setting
) -> Rule:
    return Rule(f"R{number:02d}", default, ALL_MODES, settings, confidential=confidential, on_seats=on_seats)


def _case(number: int, default: Mode, modes: tuple[Mode, ...], *, defines: bool = True, **settings: Setting) -> Rule:
    return Rule(f"R{number:02d}", default, modes, settings, defines=defines)


_SPECIALIST_TITLES = ("教师", "医师", "护师", "农艺师", "兽医师", "水利", "环境")

_RULES = (
    _seats(1, on_seats=True),
    _pair(2, WARN, personal=False, months=_whole(6), total_months=_whole(12, loosens=1)),
    _pair(3, WARN, months=_whole(24, loosens=-1)),
    _pair(4, override=True),
    _pair(5, override=True, years=_whole(5, high=60, loosens=-1)),
    _pair(6, override=True, years=_whole(3, high=60, loosens=-1), selected_years=_whole(2, high=60, loosens=-1)),
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
    _seats(13, township=_whole(5), county_share=Setting(parse_share, Share(1000))),
    _seats(14, OFF, min=_whole(None)),
    _seats(15, confidential=True),
    _pair(16, personal=False, confidential=True),
    _pair(17, confidential=True),
    _pair(18, WARN, personal=False, place=Setting(parse_text, None)),
    _pair(19, confidential=True),
    _pair(20, confidential=True),
    _pair(21),
    _pair(22, confidential=True),
    _pair(23, confidential=True),
    _pair(24),
    _pair(
        25,
        WARN,
        months=_whole(12, loosens=-1),
        ages=Setting(
            parse_map(parse_word(Gender), parse_whole(40, 80)),
            MappingProxyType({Gender.FEMALE: 55, Gender.MALE: 60}),
        ),
    ),
    _pair(26, probationary=Setting(parse_bool, True)),
    _pair(27, default_level=_whole(2, low=1, high=5, loosens=-1)),
    _pair(28),
    _seats(29, on_seats=True),
    _pair(30, personal=False),
    _case(31, WARN, (WARN, OFF), defines=False, max=_whole(3)),
    _case(32, HARD, (HARD, WARN, OFF)),
    _case(33, WARN, (WARN, OFF), share=Setting(parse_share, Share(8000))),
    _case(34, WARN, (WARN, OFF)),
    _case(35, HARD, (HARD, OFF)),
    _case(36, WARN, (WARN, OFF), months=_whole(3)),
    _seats(37, TARGET, min=_whole(3), max=_whole(15)),
    _case(38, TARGET, (TARGET, OFF)),
    _case(39, WARN, (WARN, OFF), share=Setting(parse_share, Share(2000)), approved=Setting(parse_share, Share(2500))),
    _case(40, WARN, (WARN, OFF), share=Setting(parse_share, Share(1000)), score=_whole(60, high=100)),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _RULES})
"""Every rule of the catalogue by id."""

PAIR_RULES: tuple[str, ...] = tuple(rule.id for rule in _RULES if rule.on_pair)
"""Rules that a single person on a single post can break (R16: with the supervisor of the task force)."""

SEAT_RULES: tuple[str, ...] = tuple(rule.id for rule in _RULES if rule.on_seats)
"""Rules that bound the seats of one person, whichever they are."""

CONFIDENTIAL_RULES: frozenset[str] = frozenset(rule.id for rule in _RULES if rule.confidential)
"""Rules that rest on confidential fields; in everything that leaves they are one class (`OTHER_CONDITIONS`), without number, field,
value or the other person."""


def shown_rule(rule: str) -> str:
    """A rule as it may be shown: confidential ones as their class."""
    return OTHER_CONDITIONS if rule in CONFIDENTIAL_RULES else rule
