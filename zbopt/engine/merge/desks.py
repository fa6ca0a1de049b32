"""Desks: the places of the parts of a merger at which people are put, as arrays like those of `assign`.

A desk looks to the rules like a post of its part, so that every row on persons (loads, lending, quotas over all) is the one
of `assign`; what depends on the partition is in `model`. Meaning: `docs/merging.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from zbopt.engine.context import Context
from zbopt.engine.data import Data
from zbopt.engine.eligibility import PAIR_MASKS, Eligibility, eligibility
from zbopt.engine.linear import Bools, Ints
from zbopt.engine.scores import Scores, fit, preference, stability, weights
from zbopt.scenario.models import Pin
from zbopt.scenario.rulebook import RULES
from zbopt.scenario.words import Incumbents, Mode, Role
from zbopt.scenario.work import Post
from zbopt.scenario.workload import MIN_LOAD, Workloads, is_shared, plain_post

CATEGORY, ROLE, OWN = "category", "role", "own"
Figure = TypeVar("Figure", np.int64, np.bool_)


@dataclass(frozen=True, slots=True)
class Desk:
    """A place in a part: `slot` says with which desks of other parts it shares seats (kind and key)."""

    part: int
    slot: tuple[str, str]
    posts: tuple[Post, ...]
    load: int

    @property
    def id(self) -> str:
        """`T03/planning`, `T03/head`, or the id of an own post."""
        return self.slot[1] if self.slot[0] == OWN else f"{self.posts[0].task_force}/{self.slot[1]}"

    @property
    def seats(self) -> int:
        """Today's seats of its posts."""
        return sum(post.seats for post in self.posts)


def desks_of(works: Workloads) -> tuple[Desk, ...]:
    """Every desk, in order of part, then own posts, shared roles, categories."""
    found: list[Desk] = []
    for number, part in enumerate(works.parts):
        posts = works.posts[part.id]
        if works.locked(part):
            found += [Desk(number, (OWN, post.id), (post,), post.load) for post in posts]
            continue
        own = [post for post in posts if post.category is None and not is_shared(post)]
        found += [Desk(number, (OWN, post.id), (post,), post.load) for post in own]
        for role in sorted({post.role.value for post in posts if is_shared(post)}):
            shared = tuple(post for post in posts if is_shared(post) and post.role.value == role)
            found.append(Desk(number, (ROLE, role), shared, shared[0].load))
        for category in works.categories(part.id):
            here = tuple(post for post in posts if post.category == category)
            here_or_plain = here or (plain_post(part.id, category),)
            found.append(Desk(number, (CATEGORY, category), here_or_plain, here[0].load if here else MIN_LOAD))
    return tuple(found)


@dataclass(frozen=True)
class DeskData(Data):
    """The arrays of `assign` with desks for posts; `seats` are the most a desk can have in any candidate team."""

    desks: tuple[Desk, ...] = ()
    most_seats: tuple[int, ...] = ()

    @cached_property
    def base(self) -> Data:
        """The same scenario with the posts themselves, the plain ones of desks without posts included."""
        known = set(self.scenario.post_by_id)
        plain = [post for desk in self.desks for post in desk.posts if post.id not in known]
        posts = tuple(sorted((*self.scenario.posts, *plain), key=lambda post: post.id))
        return Data(self.scenario.replaced(posts=posts))

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """One post for each desk: the first of its posts under the desk's id."""
        return tuple(
            desk.posts[0].model_copy(update={"id": desk.id, "load": desk.load, "must_fill": False})
            for desk in self.desks
        )

    @cached_property
    def seats(self) -> Ints:
        """The most seats of each desk in any candidate team (m)."""
        return np.array(self.most_seats, np.int64)

    @cached_property
    def post_team(self) -> Ints:
        """Part of each desk (m)."""
        return np.array([desk.part for desk in self.desks], np.int64)

    @cached_property
    def heads(self) -> Bools:
        """Whether a desk is a head's (m)."""
        return np.array([any(post.role is Role.HEAD for post in desk.posts) for desk in self.desks], bool)

    @cached_property
    def sensitive(self) -> Bools:
        """Whether a post of the desk has a sensitive function (m)."""
        return np.array([any(post.sensitive is not None for post in desk.posts) for desk in self.desks], bool)

    @cached_property
    def same_post(self) -> Bools:
        """Whether a desk is an incumbent's own (n x m)."""
        return self._any(self.base.same_post)

    def _any(self, by_post: Bools) -> Bools:
        """Whether something holds for a post of the desk (n x m), from the same for posts."""
        found = np.zeros((len(self.people), len(self.desks)), bool)
        for place, columns in enumerate(self.columns):
            found[:, place] = by_post[:, columns].any(axis=1)
        return found

    @cached_property
    def columns(self) -> tuple[Ints, ...]:
        """The posts of each desk as columns of `base`, in order of id."""
        index = self.base.post_index
        return tuple(np.array(sorted(index[post.id] for post in desk.posts), np.int64) for desk in self.desks)

    def named(self, place: str) -> Bools | None:
        """The desks that a wish names (m): that of a post, or those of a part."""
        if place in self.team_index:
            return self.post_team == self.team_index[place]
        here = np.array([any(post.id == place for post in desk.posts) for desk in self.desks], bool)
        return here if here.any() else None

    def places(self, pin: Pin) -> Bools:
        """The desks a pin names (m)."""
        if pin.post is not None:
            return np.array([any(post.id == pin.post for post in desk.posts) for desk in self.desks], bool)
        return np.array([self.teams[desk.part].id == pin.task_force for desk in self.desks], bool)


@dataclass
class DeskContext(Context):
    """A model in the making whose pairs are (person, desk). `total_seats`: of all teams, where it is known."""

    data: DeskData = None  # type: ignore[assignment]
    total_seats: int | None = None

    @cached_property
    def by_post(self) -> Eligibility:
        """The pair rules on posts; R16 is asked of the team."""
        return eligibility(self.data.base, self.without | {"R16"})

    @cached_property
    def barred_pins(self) -> Bools:
        """Where a pin keeps a person away from a desk (n x m)."""
        barred = np.zeros((len(self.data.people), len(self.data.desks)), bool)
        if "pin" not in self.without:
            for pin in self.data.pins:
                if not pin.must:
                    barred[self.data.person_index[pin.person]] |= self.data.places(pin)
        return barred

    @cached_property
    def _fit(self) -> Ints:
        """Fit on every post of `base`."""
        return fit(self.data.base)

    @cached_property
    def base_post(self) -> Ints:
        """The post through which a person takes a desk (n x m), a column of `base`; any where the desk is barred.

        Fewest target rules broken, then most fit, then lowest id.
        """
        order = np.where(self.by_post.allowed, self.by_post.cost * 10**6 - self._fit, 10**12)
        chosen = np.zeros((len(self.data.people), len(self.data.desks)), np.int64)
        for place, columns in enumerate(self.data.columns):
            chosen[:, place] = columns[np.argmin(order[:, columns], axis=1)]
        return chosen

    def of_base(self, by_post: npt.NDArray[Figure]) -> npt.NDArray[Figure]:
        """A figure of each pair of person and desk (n x m), taken from the base post."""
        return np.take_along_axis(by_post, self.base_post, axis=1)

    @cached_property
    def eligibility(self) -> Eligibility:
        """Bars and target costs of each (person, desk)."""
        allowed = self.of_base(self.by_post.allowed) & ~self.barred_pins
        nothing = np.zeros_like(allowed)
        return Eligibility(allowed, self.of_base(self.by_post.cost), nothing)

    @cached_property
    def scores(self) -> Scores:
        """Fit of the base posts. Preference and stability: what holds in every partition; `terms` adds what a team brings."""
        return Scores(self.of_base(self._fit), preference(self.data), stability(self.data), weights(self.data))

    def breaks(self, rule: str) -> Bools:
        """Whether the base post of a pair breaks a rule, exemptions taken into account (n x m)."""
        base = self.data.base
        breaks = np.broadcast_to(PAIR_MASKS[rule](base), (len(base.people), len(base.posts)))
        if RULES[rule].personal and base.scenario.policy.incumbents is Incumbents.EXEMPT:
            breaks = breaks & ~base.same_post
        return self.of_base(breaks)

    def num_seats(self, teams: tuple[int, ...]) -> int:
        """The most seats these parts can have together."""
        if self.total_seats is not None and len(teams) == len(self.data.teams):
            return self.total_seats
        return super().num_seats(teams)

    def is_hard(self, rule: str) -> bool:
        """Whether a rule bars."""
        return self.mode(rule) is Mode.HARD
