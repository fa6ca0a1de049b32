"""Rows about people and where they come from: persons, units, leaders, categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from zbopt.scenario import words
from zbopt.scenario.fields import (
    Count,
    Flag,
    Id,
    Ids,
    Levels,
    Load,
    MonthField,
    Name,
    Text,
    Texts,
    parse_id,
    parse_list,
    parse_map,
    parse_text,
    parse_whole,
    parse_word,
    split_list,
    split_map,
    typed,
    word_schema,
)
from zbopt.scenario.idcard import check_id_card
from zbopt.scenario.policy import Model
from zbopt.scenario.texts import as_text, fail

Gender = Annotated[words.Gender, *typed(parse_word(words.Gender), word_schema(words.Gender))]


Political = Annotated[words.Political, *typed(parse_word(words.Political), word_schema(words.Political))]


PersonLevel = Annotated[words.PersonLevel, *typed(parse_word(words.PersonLevel), word_schema(words.PersonLevel))]


Staffing = Annotated[words.Staffing, *typed(parse_word(words.Staffing), word_schema(words.Staffing))]


Status = Annotated[words.Status, *typed(parse_word(words.Status), word_schema(words.Status))]


Recruit = Annotated[words.Recruit, *typed(parse_word(words.Recruit), word_schema(words.Recruit))]


Health = Annotated[words.Health, *typed(parse_word(words.Health), word_schema(words.Health))]


Opinion = Annotated[words.Opinion, *typed(parse_word(words.Opinion), word_schema(words.Opinion))]


UnitLevel = Annotated[words.UnitLevel, *typed(parse_word(words.UnitLevel), word_schema(words.UnitLevel))]


UnitKind = Annotated[words.UnitKind, *typed(parse_word(words.UnitKind), word_schema(words.UnitKind))]


Grades = Annotated[
    dict[int, words.Grade],
    *typed(parse_map(parse_whole(1950, 2199), parse_word(words.Grade)), {"type": ["string", "object"]}),
]


StaffingList = Annotated[
    tuple[words.Staffing, ...], *typed(parse_list(parse_word(words.Staffing)), {"type": ["string", "array"]})
]


class Kin(Model):
    """A relative among the people or the leaders. Confidential."""

    person: Id | None = None
    leader: Id | None = None
    relation: Text | None = None


def _parse_kin(value: Any) -> tuple[Kin, ...]:
    """A list of `{person or leader, relation}`, or a cell `P012:夫妻；L3:兄弟`; a cell's leaders are told apart later."""
    entries: list[Kin] = []
    for raw in split_list(value) if not isinstance(value, Mapping) else [value]:
        if isinstance(raw, Kin):
            entries.append(raw)
            continue
        if not isinstance(raw, Mapping):
            pairs = split_map(raw) if ":" in str(raw) or "：" in str(raw) else [(as_text(raw), "")]
            if len(pairs) != 1:
                raise fail("Z118")
            key, relation = pairs[0]
            raw = {"person": key, **({"relation": relation} if relation else {})}
        if set(raw) - {"person", "leader", "relation"} or ("person" in raw) == ("leader" in raw):
            raise fail("Z118")
        entries.append(Kin(**{key: (parse_text if key == "relation" else parse_id)(item) for key, item in raw.items()}))
    return tuple(entries)


class Current(Model):
    """Where an incumbent sits today."""

    task_force: Id
    post: Id | None = None
    since: MonthField | None = None
    load: Load | None = None


class Person(Model):
    """A cadre (干部)."""

    id: Id
    name: Name
    id_card: Annotated[None, PlainValidator(check_id_card)] = Field(default=None, exclude=True)
    birth: MonthField | None = None
    gender: Gender | None = None
    ethnic: Text | None = None
    native_place: Text | None = None
    growth_place: Text | None = None
    political: Political | None = None
    education: Text | None = None
    major: Text | None = None
    tech_title: Text | None = None
    licences: Texts = ()
    unit: Id
    title: Text | None = None
    level: PersonLevel | None = None
    leading_team: Flag = False
    grade: Text | None = None
    staffing: Staffing | None = None
    categories: Levels = Field(default_factory=dict)
    specialist: Flag = False
    stepped_down: Flag = False
    status: Status = words.Status.ON_DUTY
    recruit: Recruit | None = None
    recruited: MonthField | None = None
    probation_end: MonthField | None = None
    lead_probation_end: MonthField | None = None
    township_since: MonthField | None = None
    sanction_end: MonthField | None = None
    health: Health | None = None
    restricted_duty: Flag = False
    capacity: Load = 100
    current: Current | None = None
    last_return: MonthField | None = None
    preferences: Ids = ()
    refuses: Ids = ()
    accepts_other: Flag | None = None
    unit_opinion: Opinion | None = None
    assessments: Grades = Field(default_factory=dict)
    band: Annotated[int, *typed(parse_whole(1, 4), {"enum": [1, 2, 3, 4, "1", "2", "3", "4"]})] | None = None
    kin: Annotated[tuple[Kin, ...], *typed(_parse_kin, {"type": ["string", "array"]})] = ()
    conflicts: Ids = ()
    pool: Flag = True


class Unit(Model):
    """A home unit (单位)."""

    id: Id
    name: Name
    short_names: Texts = ()
    level: UnitLevel | None = None
    kind: UnitKind | None = None
    approved: Count | None = None
    on_duty: Count | None = None
    lend_max: Count | None = None
    lend_min: Count | None = None
    supervisor: Id | None = None
    remit: Ids = ()


class Leader(Model):
    """A county leader who supervises (分管县领导)."""

    id: Id
    name: Name
    title: Text | None = None


class Category(Model):
    """A category of the talent pool (人才类别)."""

    id: Id
    name: Name
