"""The scenario: frozen models of every list of the format. Fields, headers and meaning: `scenario.md`.

Units: loads, capacities and full-time equivalents are whole hundredths (full time = 100), months are `Month`.
Lists are sorted by id when the scenario is built, so that row order never reaches a result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import Field, PlainValidator, model_validator

from zbopt.scenario import words
from zbopt.scenario.expression import Expression, parse_expression
from zbopt.scenario.fields import (
    Count,
    Day,
    Flag,
    Hundredths,
    Id,
    Ids,
    Level,
    Levels,
    Load,
    LongText,
    MonthField,
    Name,
    Needs,
    NeedsField,
    Seats,
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
from zbopt.scenario.policy import Model, Policy, TeamQuota
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.texts import as_text, fail
from zbopt.scenario.words import CONFIDENTIAL_FIELDS

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
TaskForceKind = Annotated[
    words.TaskForceKind, *typed(parse_word(words.TaskForceKind), word_schema(words.TaskForceKind))
]
State = Annotated[words.TaskForceState, *typed(parse_word(words.TaskForceState), word_schema(words.TaskForceState))]
KeyTaskKind = Annotated[words.KeyTaskKind, *typed(parse_word(words.KeyTaskKind), word_schema(words.KeyTaskKind))]
KeyTaskState = Annotated[words.KeyTaskState, *typed(parse_word(words.KeyTaskState), word_schema(words.KeyTaskState))]
Role = Annotated[words.Role, *typed(parse_word(words.Role), word_schema(words.Role))]
Sensitive = Annotated[words.Sensitive, *typed(parse_word(words.Sensitive), word_schema(words.Sensitive))]
Decided = Annotated[words.DecisionValue, *typed(parse_word(words.DecisionValue), word_schema(words.DecisionValue))]
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


class KeyTask(Model):
    """A key work or key task (重点任务)."""

    id: Id
    name: Name
    kind: KeyTaskKind | None = None
    priority: Annotated[int, *typed(parse_whole(1, 9), {"type": ["integer", "string"]})] | None = None
    state: KeyTaskState = words.KeyTaskState.OPEN
    due: Day | None = None
    lead_unit: Id | None = None


class Confirmed(Model):
    """A duty confirmed to be the same as, or different from, another one; by whom and when."""

    duty: Id
    by: Text | None = None
    on: Day | None = None


def _parse_confirmed(value: Any) -> tuple[Confirmed, ...]:
    raw = [value] if isinstance(value, Mapping) else split_list(value)
    entries = []
    for item in raw:
        if isinstance(item, Confirmed):
            entries.append(item)
        elif isinstance(item, Mapping):
            entries.append(Confirmed.model_validate(item))
        else:
            entries.append(Confirmed(duty=parse_id(item)))
    return tuple(entries)


ConfirmedList = Annotated[tuple[Confirmed, ...], *typed(_parse_confirmed, {"type": ["string", "array", "object"]})]


class Divided(Model):
    """Whether task forces do halves of a duty (分工), not the same work twice; by whom confirmed and when. Blank: nobody said."""

    value: Flag | None = None
    by: Text | None = None
    on: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _answer_alone(cls, value: Any) -> Any:
        return value if isinstance(value, (Mapping, Divided)) else {"value": value}

    @model_validator(mode="after")
    def _answered(self) -> Divided:
        if self.value is None and (self.by is not None or self.on is not None):
            raise fail("Z138")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """The answer alone, or with who gave it and when."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [schema["properties"]["value"], schema]}


class Duty(Model):
    """A duty (职责) of one or several task forces."""

    id: Id
    name: Name
    text: LongText | None = None
    tags: Texts = ()
    owner_unit: Id | None = None
    key_task: Id | None = None
    weight: Level = 3
    same_as: ConfirmedList = ()
    different_from: ConfirmedList = ()
    divided: Divided = Divided()


class Size(Model):
    """Fewest and most persons of a team (R37)."""

    min: Count | None = None
    max: Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Size:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise fail("Z134", name="size", low=self.min, high=self.max)
        return self


class Want(Model):
    """An entry of `wants_people`: a person's id, or an expression."""

    person: Id | None = None
    expression: Expression | None = None


def _parse_wants(value: Any) -> tuple[Want, ...]:
    """A bare id names a person; anything else is an expression (bare booleans are expressions)."""
    wants = []
    for raw in split_list(value):
        if isinstance(raw, Want):
            wants.append(raw)
            continue
        text = parse_text(raw)
        is_word = not any(mark in text for mark in "<>=!()[] ")
        if is_word and text not in ("specialist", "stepped_down", "leading_team", "pool"):
            wants.append(Want(person=parse_id(text)))
        else:
            wants.append(Want(expression=parse_expression(text)))
    return tuple(wants)


class TaskForce(Model):
    """A task force (专班)."""

    id: Id
    name: Name
    kind: TaskForceKind
    lead_unit: Id | None = None
    member_units: Ids = ()
    supervisor: Id | None = None
    state: State = words.TaskForceState.RUNNING
    score: Annotated[int, *typed(parse_whole(0, 100), {"type": ["integer", "string"]})] | None = None
    locked: Flag = False
    lock_reason: LongText | None = None
    basis: LongText | None = None
    started: Day | None = None
    planned_end: Day | None = None
    last_review: Day | None = None
    end_condition: LongText | None = None
    size: Size = Size()
    duties: Ids = ()
    succeeds: Ids = ()
    wants_people: Annotated[tuple[Want, ...], *typed(_parse_wants, {"type": ["string", "array"]})] = ()
    quotas: tuple[TeamQuota, ...] = ()


class Workload(Model):
    """Full-time equivalents (hundredths) a duty needs of a category in a task force."""

    task_force: Id
    duty: Id
    category: Id
    fte: Hundredths


class Post(Model):
    """A post (岗位) of a task force, with one or more equal seats."""

    id: Id
    task_force: Id
    name: Name | None = None
    role: Role = words.Role.MEMBER
    category: Id | None = None
    seats: Seats = 1
    needs: NeedsField = Needs()
    wants: Levels = Field(default_factory=dict)
    load: Load = 100
    priority: Annotated[int, *typed(parse_whole(1, 3), {"enum": [1, 2, 3, "1", "2", "3"]})] = 2
    shared: Flag = False
    must_fill: Flag = False
    age_min: Annotated[int, *typed(parse_whole(0, 120), {"type": ["integer", "string"]})] | None = None
    age_max: Annotated[int, *typed(parse_whole(0, 120), {"type": ["integer", "string"]})] | None = None
    party: Flag = False
    staffing: StaffingList = ()
    licences: Texts = ()
    night_or_field: Flag = False
    sensitive: Sensitive | None = None

    @model_validator(mode="after")
    def _ages_in_order(self) -> Post:
        if self.age_min is not None and self.age_max is not None and self.age_min > self.age_max:
            raise fail("Z134", name="age", low=self.age_min, high=self.age_max)
        if self.load == 0:
            raise fail("Z108", value="0", high="5")
        return self


class Decision(Model):
    """A decision on an application: agree, refuse, return, or still open."""

    decision: Decided | None = None
    by: Text | None = None
    on: Day | None = None
    note: LongText | None = None


class Decisions(Model):
    """The three steps of the joint review: unit, supervising leader, leading group (R32)."""

    unit: Decision = Decision()
    leader: Decision = Decision()
    group: Decision = Decision()

    def all_agreed(self) -> bool:
        """Whether all three say agree."""
        return all(step.decision is words.DecisionValue.AGREE for step in (self.unit, self.leader, self.group))


class Application(Model):
    """An application (申报) to renew a task force or to set one up."""

    id: Id
    name: Name
    unit: Id
    renews: Id | None = None
    task_force: Id | None = None
    reason: LongText | None = None
    requested_size: Count | None = None
    decisions: Decisions = Decisions()

    @model_validator(mode="after")
    def _one_target(self) -> Application:
        if (self.renews is None) == (self.task_force is None):
            raise fail("Z135", name=self.name)
        return self


class Pin(Model):
    """A manual decision (指定): this person there, or never there."""

    person: Id
    post: Id | None = None
    task_force: Id | None = None
    must: Flag = True
    approval: Text | None = None
    by: Text | None = None
    on: Day | None = None
    why: LongText | None = None
    until: MonthField | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Pin:
        if (self.post is None) == (self.task_force is None):
            raise fail("Z136", person=self.person)
        return self

    @property
    def place(self) -> str:
        """The post or the task force it names."""
        return self.post or self.task_force or ""


class Term(Model):
    """The period the plan is for."""

    start: MonthField = Field(alias="from")
    to: MonthField

    @model_validator(mode="after")
    def _in_order(self) -> Term:
        if self.to < self.start:
            raise fail("Z134", name="term", low=str(self.start), high=str(self.to))
        return self


ROW_MODELS: dict[str, type[Model]] = {
    "people": Person,
    "units": Unit,
    "leaders": Leader,
    "categories": Category,
    "key_tasks": KeyTask,
    "duties": Duty,
    "task_forces": TaskForce,
    "workload": Workload,
    "posts": Post,
    "applications": Application,
    "pins": Pin,
}
"""The model of a row of each list."""


UNORDERED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "people": ("licences", "refuses"),
    "units": ("short_names", "remit"),
    "duties": ("tags",),
    "task_forces": ("member_units", "duties", "succeeds"),
    "posts": ("staffing", "licences"),
})  # fmt: skip
"""Lists whose order says nothing, so that it does not change the scenario's identity; wishes and wanted people have one."""


class Scenario(Model):
    """Everything a planner wrote, typed and sorted; nothing changes after it is made."""

    name: Name
    as_of: MonthField
    term: Term | None = None
    categories: tuple[Category, ...] = ()
    leaders: tuple[Leader, ...] = ()
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    key_tasks: tuple[KeyTask, ...] = ()
    duties: tuple[Duty, ...] = ()
    task_forces: tuple[TaskForce, ...] = ()
    workload: tuple[Workload, ...] = ()
    posts: tuple[Post, ...] = ()
    applications: tuple[Application, ...] = ()
    pins: tuple[Pin, ...] = ()
    policy: Policy = Field(default_factory=Policy)

    @cached_property
    def person_by_id(self) -> Mapping[str, Person]:
        """People by id."""
        return {item.id: item for item in self.people}

    @cached_property
    def unit_by_id(self) -> Mapping[str, Unit]:
        """Units by id."""
        return {item.id: item for item in self.units}

    @cached_property
    def task_force_by_id(self) -> Mapping[str, TaskForce]:
        """Task forces by id."""
        return {item.id: item for item in self.task_forces}

    @cached_property
    def post_by_id(self) -> Mapping[str, Post]:
        """Posts by id."""
        return {item.id: item for item in self.posts}

    @cached_property
    def posts_of(self) -> Mapping[str, tuple[Post, ...]]:
        """The posts of each task force, by its id."""
        found: dict[str, list[Post]] = {item.id: [] for item in self.task_forces}
        for post in self.posts:
            found[post.task_force].append(post)
        return {key: tuple(value) for key, value in found.items()}

    @cached_property
    def duties_of_task_force(self) -> Mapping[str, frozenset[str]]:
        """The duties of each task force: those with stated workload and those listed."""
        found = {item.id: set(item.duties) for item in self.task_forces}
        for row in self.workload:
            found[row.task_force].add(row.duty)
        return {key: frozenset(value) for key, value in found.items()}

    @cached_property
    def duty_class(self) -> Mapping[str, str]:
        """For each duty the lowest id among those confirmed to be the same (`same_as`, followed through chains)."""
        parent = {duty.id: duty.id for duty in self.duties}

        def find(key: str) -> str:
            while parent[key] != key:
                key = parent[key]
            return key

        for duty in self.duties:
            for other in duty.same_as:
                one, two = sorted((find(duty.id), find(other.duty)))
                parent[two] = one
        return {key: find(key) for key in parent}

    @cached_property
    def divided(self) -> frozenset[str]:
        """The duty classes that are divided: yes for one of the duties that are one makes all so."""
        return frozenset(self.duty_class[duty.id] for duty in self.duties if duty.divided.value)

    @cached_property
    def matters_of_task_force(self) -> Mapping[str, frozenset[str]]:
        """What an interest in a task force may name (R17): itself, its duties, and duties confirmed to be the same."""
        alike: dict[str, set[str]] = {}
        for duty, same in self.duty_class.items():
            alike.setdefault(same, set()).add(duty)
        return {
            team: frozenset({team}.union(*(alike[self.duty_class[duty]] for duty in duties)))
            for team, duties in self.duties_of_task_force.items()
        }

    def replaced(self, **lists: Any) -> Scenario:
        """A scenario with other lists or policy; lists in order of id. Nothing computed from the old ones is kept."""
        values = {name: lists.get(name, getattr(self, name)) for name in type(self).model_fields}
        return Scenario.model_construct(**values)

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical scenario: sorted, typed, without `policy.solver`, independent of files and row order.

        Confidential fields and the settings of confidential rules are no part of it: with the rest of a roster in hand,
        they could be found by trying.
        """
        shown = plain(self)
        for person in shown["people"]:
            for name in CONFIDENTIAL_FIELDS:
                person.pop(name, None)
        for rule in CONFIDENTIAL_RULES:
            shown["policy"]["rules"].pop(rule, None)
        return hashlib.sha256(_canonical(shown)).hexdigest()

    def keyed_digest(self, key: bytes) -> str:
        """The same over everything, confidential fields included; it may leave only because nobody else has the key."""
        return hashlib.blake2b(_canonical(plain(self)), key=key, digest_size=16).hexdigest()


def _canonical(shown: dict[str, Any]) -> bytes:
    """The bytes of a scenario's plain values, whatever the order of rows in lists that have none."""
    for name, fields in UNORDERED.items():
        for row in shown[name]:
            for field in fields:
                row[field] = sorted(row[field])
    return json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """Plain JSON values of anything in a scenario, every field stated; `policy.solver` and `policy.plausible` are left out."""
    if value is None or type(value) in (str, int, bool):  # most of them
        return value
    if isinstance(value, Model):
        own = value.__dict__
        return {shown: plain(own[name]) for shown, name in _stated_fields(type(value))}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (dict, Mapping)):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "as_json"):
        return plain(value.as_json())
    if isinstance(value, Expression):
        return value.text
    return str(value)


@cache
def _stated_fields(model: type[Model]) -> tuple[tuple[str, str], ...]:
    """The fields of a model that `plain` states, each with the name it has there."""
    left_out = ("solver", "plausible") if issubclass(model, Policy) else ()
    fields = model.model_fields.items()
    return tuple((info.alias or name, name) for name, info in fields if not info.exclude and name not in left_out)


@cache
def takes_words(name: str, field: str) -> bool:
    """Whether a field of a list has one of some words as its value."""
    info = ROW_MODELS[name].model_fields.get(field) if name in ROW_MODELS else None
    kinds: list[Any] = [] if info is None else [info.annotation]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, words.Word):
            return True
        kinds += get_args(kind)
    return False
