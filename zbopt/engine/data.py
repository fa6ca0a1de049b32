"""The scenario as arrays: people, posts, units, categories, memberships. Built once for a solve.

Shapes: n people, m staffed posts, T staffed task forces; matrices are n x m unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zbopt.engine.linear import Bools, Ints
from zbopt.scenario import facts
from zbopt.scenario.expression import Expression
from zbopt.scenario.fields import Needs
from zbopt.scenario.models import Pin, Scenario
from zbopt.scenario.months import Month
from zbopt.scenario.people import Person
from zbopt.scenario.words import Role
from zbopt.scenario.work import Post, TaskForce

NEVER = -(10**9)
"""Month index where none is stated and a start is asked for."""


@dataclass(frozen=True)
class Data:
    """Index spaces and arrays of a scenario."""

    scenario: Scenario

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody, by id."""
        return self.scenario.people

    @cached_property
    def teams(self) -> tuple[TaskForce, ...]:
        """The staffed task forces, by id."""
        return facts.staffed_task_forces(self.scenario)

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts of the staffed task forces, by id."""
        return facts.staffed_posts(self.scenario)

    @cached_property
    def person_index(self) -> dict[str, int]:
        """Index of a person id."""
        return {item.id: place for place, item in enumerate(self.people)}

    @cached_property
    def team_index(self) -> dict[str, int]:
        """Index of a staffed task force's id."""
        return {item.id: place for place, item in enumerate(self.teams)}

    @cached_property
    def post_index(self) -> dict[str, int]:
        """Index of a staffed post's id."""
        return {item.id: place for place, item in enumerate(self.posts)}

    @cached_property
    def post_team(self) -> Ints:
        """Task force of each post (m)."""
        return np.array([self.team_index[post.task_force] for post in self.posts], np.int64)

    @cached_property
    def unit(self) -> Ints:
        """Unit of each person (n), as an index into the scenario's units."""
        place = {unit.id: number for number, unit in enumerate(self.scenario.units)}
        return np.array([place[person.unit] for person in self.people], np.int64)

    @cached_property
    def seats(self) -> Ints:
        """Seats of each post (m)."""
        return np.array([post.seats for post in self.posts], np.int64)

    @cached_property
    def load(self) -> Ints:
        """Load of a seat of each post (m), hundredths."""
        return np.array([post.load for post in self.posts], np.int64)

    @cached_property
    def capacity(self) -> Ints:
        """Capacity of each person (n), hundredths."""
        return np.array([person.capacity for person in self.people], np.int64)

    @cached_property
    def levels(self) -> dict[str, Ints]:
        """Level of each person (n) in each category, 0 where none."""
        names = [item.id for item in self.scenario.categories]
        found = {name: np.zeros(len(self.people), np.int64) for name in names}
        for place, person in enumerate(self.people):
            for name, level in person.categories.items():
                found[name][place] = level
        return found

    @cached_property
    def heads(self) -> Bools:
        """Whether a post is head (m)."""
        return np.array([post.role is Role.HEAD for post in self.posts], bool)

    @cached_property
    def leads(self) -> Bools:
        """Whether a post is head or deputy (m)."""
        return np.array([post.role in facts.LEADING_ROLES for post in self.posts], bool)

    @cached_property
    def sensitive(self) -> Bools:
        """Whether a post has a sensitive function (m)."""
        return np.array([post.sensitive is not None for post in self.posts], bool)

    @cached_property
    def incumbent(self) -> Bools:
        """Whether a person has a current place (n)."""
        return np.array([person.current is not None for person in self.people], bool)

    @cached_property
    def same_post(self) -> Bools:
        """Whether a post is an incumbent's own (n x m)."""
        matrix = np.zeros((len(self.people), len(self.posts)), bool)
        for place, person in enumerate(self.people):
            current = person.current
            if current is None:
                continue
            if current.post is not None:
                if current.post in self.post_index:
                    matrix[place, self.post_index[current.post]] = True
            elif current.task_force in self.team_index:
                matrix[place, self.post_team == self.team_index[current.task_force]] = True
        return matrix

    @cached_property
    def pins(self) -> tuple[Pin, ...]:
        """The pins that bind."""
        return tuple(pin for pin in self.scenario.pins if facts.pin_binds(pin, self.scenario))

    def places(self, pin: Pin) -> Bools:
        """The posts a pin names (m)."""
        if pin.post is not None:
            return np.array([post.id == pin.post for post in self.posts], bool)
        return np.array([post.task_force == pin.task_force for post in self.posts], bool)

    def named(self, place: str) -> Bools | None:
        """The posts that a wish or a refusal names (m): one, or those of a task force; None where there are none."""
        if place in self.post_index:
            return np.arange(len(self.posts)) == self.post_index[place]
        return self.post_team == self.team_index[place] if place in self.team_index else None

    def month(self, values: list[Month | None], missing: int) -> Ints:
        """Month indices, `missing` where none is stated."""
        return np.array([missing if value is None else value.index for value in values], np.int64)

    def holds(self, expression: Expression) -> Bools:
        """For whom an expression is true (n)."""
        return np.array([expression.holds(person, self.scenario) for person in self.people], bool)

    def needs(self, post: Post) -> Needs:
        """What a post asks for; its category at `default_level` where it states nothing."""
        if post.category is not None and not post.needs.every and not post.needs.any_of:
            return Needs(((post.category, self.scenario.policy.setting("R27", "default_level")),))
        return post.needs
