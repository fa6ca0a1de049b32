"""What the rules and terms append to: the columns x (a person on a post), u (empty seats), h (presence of part-time people)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from zbopt.engine.data import Data
from zbopt.engine.eligibility import Eligibility, eligibility
from zbopt.engine.linear import Bools, Ints, ModelBuilder, Role
from zbopt.engine.scores import Scores, scores
from zbopt.scenario.words import Mode


@dataclass(frozen=True)
class Presence:
    """Columns that count persons of a scope once: `columns` with the person of each."""

    columns: Ints
    people: Ints


@dataclass(frozen=True)
class _PairLabels(Sequence[tuple[str, ...]]):
    """Person and post of each pair, made when one is asked for: most models are built for a question and never name a column."""

    data: Data
    person: Ints
    post: Ints

    def __len__(self) -> int:
        return len(self.person)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        return self.data.people[self.person[place]].id, self.data.posts[self.post[place]].id


@dataclass
class Context:
    """One model in the making. Pairs are the eligible (person, post) in order of person, then post."""

    data: Data
    without: frozenset[str] = frozenset()
    builder: ModelBuilder = field(default_factory=ModelBuilder)
    _presence: dict[tuple[int, ...], Presence] = field(default_factory=dict)

    @cached_property
    def eligibility(self) -> Eligibility:
        """The outcome of the pair rules."""
        return eligibility(self.data, self.without)

    @cached_property
    def scores(self) -> Scores:
        """The points of every pair."""
        return scores(self.data)

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Person and post of each eligible pair."""
        person, post = np.nonzero(self.eligibility.allowed)
        return person.astype(np.int64), post.astype(np.int64)

    @property
    def person(self) -> Ints:
        """Person of each pair."""
        return self.pairs[0]

    @property
    def post(self) -> Ints:
        """Post of each pair."""
        return self.pairs[1]

    @cached_property
    def team(self) -> Ints:
        """Task force of each pair."""
        return self.data.post_team[self.post] if len(self.post) else self.post

    @cached_property
    def x(self) -> Ints:
        """Columns of the pairs; made first, so column = pair."""
        return self.builder.columns("x", _PairLabels(self.data, self.person, self.post), 0, 1, True)

    @cached_property
    def u(self) -> Ints:
        """Columns of the empty seats of each post; none may be empty where `must_fill`."""
        most = np.array(
            [0 if post.must_fill and "must_fill" not in self.without else post.seats for post in self.data.posts]
        )
        return self.builder.columns("u", [(post.id,) for post in self.data.posts], 0, most, True)

    def pair_labels(self, pairs: Ints) -> Sequence[tuple[str, ...]]:
        """Names of columns or rows that belong to pairs."""
        return _PairLabels(self.data, self.person[pairs], self.post[pairs])

    def mode(self, rule: str) -> Mode:
        """The mode of a rule, off where it is left out for a test."""
        return Mode.OFF if rule in self.without else self.data.scenario.policy.mode(rule)

    @cached_property
    def several(self) -> Bools:
        """Who can hold seats in two task forces (n): two loads fit, and not only full-time ones where R01 is hard."""
        number = len(self.data.people)
        lightest = np.full((number, len(self.data.teams)), 10**6, np.int64)
        np.minimum.at(lightest, (self.person, self.team), self.data.load[self.post] if len(self.post) else 0)
        if lightest.shape[1] < 2:
            return np.zeros(number, bool)
        two = np.partition(lightest, 1, axis=1)[:, :2]
        can: Bools = two[:, 1] < 10**6
        if self.mode("R29") is Mode.HARD:
            can &= two.sum(axis=1) <= self.data.capacity
        if self.mode("R01") is Mode.HARD:
            can &= two[:, 0] < 100
        return can

    def pairs_of(self, teams: tuple[int, ...]) -> Ints:
        """The pairs on posts of these task forces."""
        if len(teams) == len(self.data.teams):
            return np.arange(len(self.post))
        order, ends = self._by_team
        found = [order[ends[team] : ends[team + 1]] for team in teams]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)

    @cached_property
    def _by_team(self) -> tuple[Ints, Ints]:
        """The pairs in order of task force, and where each task force begins: scopes are many, pairs are millions."""
        order = np.argsort(self.team, kind="stable").astype(np.int64)
        return order, np.searchsorted(self.team[order], np.arange(len(self.data.teams) + 1))

    def num_seats(self, teams: tuple[int, ...]) -> int:
        """Seats of these task forces."""
        return int(self.data.seats[np.isin(self.data.post_team, teams)].sum())

    def presence(self, teams: tuple[int, ...]) -> Presence:
        """Columns that count each person once over these task forces; h columns are made where someone may hold two seats."""
        if teams not in self._presence:
            self._presence[teams] = self._make_presence(teams)
        return self._presence[teams]

    def _make_presence(self, teams: tuple[int, ...]) -> Presence:
        pairs = self.pairs_of(teams)
        if len(teams) < 2 or not self.several.any():
            return Presence(self.x[pairs], self.person[pairs])
        multi = self.several[self.person[pairs]]
        plain, double = pairs[~multi], pairs[multi]
        if not len(double):
            return Presence(self.x[pairs], self.person[pairs])
        people, inverse = np.unique(self.person[double], return_inverse=True)
        scope = "+".join(self.data.teams[team].id for team in teams)
        ids = [(self.data.people[c].id, scope) for c in people]
        h = self.builder.columns("h", ids, 0, 1, True, Role.INDICATOR)
        count = np.arange(len(double))
        labels = self.pair_labels(double)
        self.builder.rows(
            "present_if_seated",
            labels,
            (
                np.r_[count, count],
                np.r_[h[inverse], self.x[double]],
                np.r_[np.ones(len(double)), -np.ones(len(double))],
            ),
            0,
            np.inf,
            Role.INDICATOR,
        )
        self.builder.rows(
            "seated_if_present",
            ids,
            (
                np.r_[inverse, np.arange(len(people))],
                np.r_[self.x[double], h],
                np.r_[np.ones(len(double)), -np.ones(len(people))],
            ),
            0,
            np.inf,
        )
        return Presence(np.r_[self.x[plain], h], np.r_[self.person[plain], people])
