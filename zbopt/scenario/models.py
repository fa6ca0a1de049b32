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
from typing import Any, get_args

from pydantic import Field, model_validator

from zbopt.scenario import words
from zbopt.scenario.expression import Expression
from zbopt.scenario.fields import (
    Day,
    Flag,
    Id,
    LongText,
    MonthField,
    Name,
    Text,
)
from zbopt.scenario.people import Category, Leader, Person, Unit
from zbopt.scenario.policy import Model, Policy
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.texts import fail
from zbopt.scenario.words import CONFIDENTIAL_FIELDS
from zbopt.scenario.work import Application, Duty, KeyTask, Post, TaskForce, Workload


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


NESTED_LISTS = ("posts", "workload")
"""Lists that may stand inside their task force."""

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
