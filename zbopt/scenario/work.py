"""Rows about work: key tasks, duties, task forces, workload, posts, applications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

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
    Name,
    Needs,
    NeedsField,
    Seats,
    Text,
    Texts,
    parse_id,
    parse_text,
    parse_whole,
    parse_word,
    split_list,
    typed,
    word_schema,
)
from zbopt.scenario.people import StaffingList
from zbopt.scenario.policy import Model, TeamQuota
from zbopt.scenario.texts import fail

TaskForceKind = Annotated[
    words.TaskForceKind, *typed(parse_word(words.TaskForceKind), word_schema(words.TaskForceKind))
]


State = Annotated[words.TaskForceState, *typed(parse_word(words.TaskForceState), word_schema(words.TaskForceState))]


KeyTaskKind = Annotated[words.KeyTaskKind, *typed(parse_word(words.KeyTaskKind), word_schema(words.KeyTaskKind))]


KeyTaskState = Annotated[words.KeyTaskState, *typed(parse_word(words.KeyTaskState), word_schema(words.KeyTaskState))]


Role = Annotated[words.Role, *typed(parse_word(words.Role), word_schema(words.Role))]


Sensitive = Annotated[words.Sensitive, *typed(parse_word(words.Sensitive), word_schema(words.Sensitive))]


Decided = Annotated[words.DecisionValue, *typed(parse_word(words.DecisionValue), word_schema(words.DecisionValue))]


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
