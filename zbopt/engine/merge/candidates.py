"""Candidate teams: every set of parts that the policy lets merge, with its seats.

Counted before they are built: enumeration stops at `MAX_TEAMS`. Seats never fall when a part is added (workloads are
maxima and sums over a growing set), so sets beyond `max_size` are left unexplored. Meaning: `docs/merging.md`, Which teams may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from zbopt.engine.linear import Bools, Ints
from zbopt.engine.merge.desks import CATEGORY, OWN, Desk, desks_of
from zbopt.progress import Control
from zbopt.scenario.words import Linkage
from zbopt.scenario.workload import Workloads

MAX_TEAMS = 300_000
"""Candidate teams above which a case is refused with advice."""

CHECK_EVERY = 2_000
"""Sets between two looks at the clock."""


class TooManyTeams(Exception):
    """The policy lets more teams be formed than are worth listing; its text is the limit."""


class _Enough(Exception):
    """As many candidates as were asked for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Seats of a team that the desks (indices) of its parts fill together."""

    kind: str
    key: str
    desks: tuple[int, ...]
    seats: int
    priority: int
    must_fill: bool


@dataclass
class _Growing:
    """A set of parts while it grows: workload of the union, shared seats, own seats."""

    union: dict[tuple[str, str], int] = field(default_factory=dict)
    work: dict[str, int] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)
    own: int = 0

    def plus(
        self, rows: dict[tuple[str, str], int], shared: dict[str, int], own: int, divided: frozenset[str]
    ) -> _Growing:
        """With one more part."""
        union, work, roles = dict(self.union), dict(self.work), dict(self.shared)
        for key, fte in rows.items():
            have = union.get(key, 0)
            if key[0] in divided:
                work[key[1]] = work.get(key[1], 0) + fte
            elif fte > have:
                union[key] = fte
                work[key[1]] = work.get(key[1], 0) + fte - have
        for role, seats in shared.items():
            roles[role] = max(roles.get(role, 0), seats)
        return _Growing(union, work, roles, self.own + own)


@dataclass(frozen=True)
class Candidates:
    """The candidate teams as tuples of part indices, in order of length, then indices, with the seats of each."""

    works: Workloads
    desks: tuple[Desk, ...]
    teams: tuple[tuple[int, ...], ...]
    seats: Ints
    up_to: int | None = None
    """Of a case with too many teams to list: every partition of up to so many seats is made of those here; None: all are."""

    @cached_property
    def desks_of_part(self) -> tuple[tuple[int, ...], ...]:
        """The desks of each part."""
        found: list[list[int]] = [[] for _ in self.works.parts]
        for place, desk in enumerate(self.desks):
            found[desk.part].append(place)
        return tuple(tuple(item) for item in found)

    def id(self, team: int) -> str:
        """Such as `T03+T09`."""
        return "+".join(self.works.parts[part].id for part in self.teams[team])

    def leading_part(self, team: int) -> int:
        """The part that gives kind, lead unit and supervisor: most workload, then lowest id."""
        parts = self.works.parts
        return min(self.teams[team], key=lambda part: (-self.works.total[parts[part].id], part))

    def workload(self, parts: tuple[int, ...], category: str) -> int:
        """W of the union of some parts in a category, hundredths: of a duty the largest, of a divided one the sum."""
        divided = self.works.scenario.divided
        most: dict[str, int] = {}
        for part in parts:
            for (duty, own), fte in self.works.of[self.works.parts[part].id].items():
                if own == category:
                    most[duty] = most.get(duty, 0) + fte if duty in divided else max(most.get(duty, 0), fte)
        return sum(most.values())

    def slots(self, team: int) -> tuple[Slot, ...]:
        """The slots of a team, in order of their first desk."""
        groups: dict[tuple[str, str], list[int]] = {}
        for part in self.teams[team]:
            for place in self.desks_of_part[part]:
                groups.setdefault(self.desks[place].slot, []).append(place)
        return tuple(self._slot(team, kind, key, tuple(places)) for (kind, key), places in groups.items())

    def _slot(self, team: int, kind: str, key: str, places: tuple[int, ...]) -> Slot:
        desks = [self.desks[place] for place in places]
        posts = [post for desk in desks for post in desk.posts]
        seats = max(desk.seats for desk in desks)
        if kind == CATEGORY:
            seats = -(-self.workload(self.teams[team], key) // desks[0].load)
        priority = min(post.priority for post in posts)
        return Slot(kind, key, places, seats, priority, any(post.must_fill for post in posts))


class Enumeration:
    """Depth-first growth of sets, each reached once.

    With `prices` of the parts only teams of reduced cost seats - sum of prices up to `most` are kept. Seats never fall when
    a part is added, so a set is left unexplored when even the dearest parts that may join cannot bring it below `most`.
    """

    def __init__(self, works: Workloads, desks: tuple[Desk, ...], limit: int, control: Control | None = None) -> None:
        self.works, self.limit, self.control, self.grown_sets = works, limit, control, 0
        self.policy = works.scenario.policy.merge
        self.divided = works.scenario.divided
        self.number = len(works.parts)
        self.rows = [dict(works.of[part.id]) for part in works.parts]
        self.locked = [works.locked(part) for part in works.parts]
        self.shared: list[dict[str, int]] = [{} for _ in works.parts]
        self.own = [0] * self.number
        self.loads: list[dict[tuple[str, str], int]] = [{} for _ in works.parts]
        self.category_load: list[dict[str, int]] = [{} for _ in works.parts]
        for desk in desks:
            if desk.slot[0] == OWN:
                self.own[desk.part] += desk.seats
                continue
            self.loads[desk.part][desk.slot] = desk.load
            if desk.slot[0] == CATEGORY:
                self.category_load[desk.part][desk.slot[1]] = desk.load
            else:
                self.shared[desk.part][desk.slot[1]] = desk.seats
        for part, locked in enumerate(self.locked):
            if locked:
                self.rows[part] = {}
        self.found: list[tuple[tuple[int, ...], int]] = []
        self.prices: list[float] | None = None
        self.enough: int | None = None
        self.root_end = 0
        self.most = 0.0
        index = {part.id: place for place, part in enumerate(works.parts)}
        self.required = [frozenset(index[key] for key in group) for group in works.required]

    def priced(
        self, prices: Sequence[float], most: float, enough: int | None = None
    ) -> list[tuple[tuple[int, ...], int]]:
        """Every candidate of reduced cost up to `most`, with its seats; of each lowest part the first `enough` where given.

        Raises `TooManyTeams` where there are more than the limit and no number is enough.
        """
        self.prices, self.most, self.found, self.enough = list(prices), most, [], enough
        return self.run()

    def _hopeless(self, team: tuple[int, ...], seats: int, later: list[int]) -> bool:
        """Whether no set that holds the team and some of `later` has a reduced cost up to `most`."""
        if self.prices is None:
            return False
        room = self.policy.max_members - len(team)
        gain = sorted((self.prices[part] for part in later if self.prices[part] > 0), reverse=True)[:room]
        return seats - sum(self.prices[part] for part in team) - sum(gain) > self.most

    @cached_property
    def may_share(self) -> Bools:
        """Whether two parts may be in one team at all, whatever their overlap."""
        parts, index = self.works.parts, {part.id: place for place, part in enumerate(self.works.parts)}
        free = ~np.array(self.locked, bool)
        allowed: Bools = np.outer(free, free)
        if self.policy.same_kind:
            kinds = np.array([part.kind.value for part in parts])
            allowed &= kinds[:, None] == kinds[None, :]
        if self.policy.same_supervisor:
            leaders = np.array([part.supervisor or "" for part in parts])
            allowed &= (leaders[:, None] == leaders[None, :]) & (leaders != "")[:, None]
        for first, second in self.works.forbidden:
            if first in index and second in index:
                allowed[index[first], index[second]] = allowed[index[second], index[first]] = False
        for one in range(self.number):
            for other in range(one):
                common = self.loads[one].keys() & self.loads[other].keys()
                if any(self.loads[one][slot] != self.loads[other][slot] for slot in common):
                    allowed[one, other] = allowed[other, one] = False
        np.fill_diagonal(allowed, False)
        return allowed

    @cached_property
    def linked(self) -> Bools:
        """Whether two parts may be in one team and overlap enough."""
        links = np.zeros((self.number, self.number), bool)
        least = self.policy.min_overlap.per_10000
        index = {part.id: place for place, part in enumerate(self.works.parts)}
        for (one, other), overlap in self.works.overlaps.items():
            links[index[one], index[other]] = overlap.reaches(least)
        for group in self.policy.require:
            members = [index[key] for key in group.task_forces if key in index]
            links[np.ix_(members, members)] = True
        links |= links.T
        found: Bools = links & self.may_share
        return found

    def seats(self, state: _Growing, team: tuple[int, ...]) -> int:
        """Seats of a set: categories rounded up, shared posts at their largest, own posts added up."""
        total = state.own + sum(state.shared.values())
        for category, work in state.work.items():
            load = next(self.category_load[part][category] for part in team if category in self.category_load[part])
            total += -(-work // load)
        return total

    def grown_from(self, part: int) -> _Growing:
        """A part alone."""
        return self.grown(_Growing(), part)

    def grown(self, state: _Growing, part: int) -> _Growing:
        """A set with one more part. Raises `TimeoutError` where the run must end."""
        self.grown_sets += 1
        if self.grown_sets % CHECK_EVERY == 0 and self.control is not None and self.control.out_of_time():
            raise TimeoutError
        return state.plus(self.rows[part], self.shared[part], self.own[part], self.divided)

    def run(self) -> list[tuple[tuple[int, ...], int]]:
        """Every candidate with its seats."""
        neighbours = [np.flatnonzero(row).tolist() for row in self.linked]
        for part in range(self.number):
            state = self.grown(_Growing(), part)
            self.root_end = len(self.found) + 1
            self.keep((part,), self.seats(state, (part,)))
            later = [other for other in neighbours[part] if other > part]
            self.root_end = len(self.found) + (self.enough or 0)
            with suppress(_Enough):
                if self.policy.linkage is Linkage.COMPLETE:
                    self._cliques((part,), later, state)
                else:
                    self._connected((part,), later, {part, *neighbours[part]}, part, state, neighbours)
        return self.found

    def keep(self, team: tuple[int, ...], seats: int) -> None:
        """Remember a candidate; raises `TooManyTeams` above the limit."""
        if not all(_whole(team, group) for group in self.required):
            return
        if self.prices is not None and seats - sum(self.prices[part] for part in team) > self.most:
            return
        self.found.append((tuple(sorted(team)), seats))
        if self.enough is not None and len(self.found) >= self.root_end:
            raise _Enough
        if len(self.found) > self.limit:
            raise TooManyTeams(self.limit)

    def _fits(self, state: _Growing, team: tuple[int, ...]) -> int | None:
        seats = self.seats(state, team)
        return seats if seats <= self.policy.max_size else None

    def _cliques(self, team: tuple[int, ...], later: list[int], state: _Growing) -> None:
        if len(team) == self.policy.max_members:
            return
        for place, part in enumerate(later):
            grown, bigger = self.grown(state, part), (*team, part)
            seats = self._fits(grown, bigger)
            if seats is not None:
                self.keep(bigger, seats)
                joining = [other for other in later[place + 1 :] if self.linked[part, other]]
                if not self._hopeless(bigger, seats, joining):
                    self._cliques(bigger, joining, grown)

    def _connected(
        self, team: tuple[int, ...], frontier: list[int], seen: set[int], root: int, state: _Growing,
        neighbours: list[list[int]],
    ) -> None:  # fmt: skip
        """Connected sets whose lowest part is the root: a part is added from the frontier, its new neighbours join it."""
        if len(team) == self.policy.max_members:
            return
        waiting = list(frontier)
        while waiting:
            part = waiting.pop(0)
            if not all(self.may_share[part, other] for other in team):
                continue
            grown, bigger = self.grown(state, part), (*team, part)
            seats = self._fits(grown, bigger)
            if seats is None:
                continue
            self.keep(bigger, seats)
            new = [other for other in neighbours[part] if other > root and other not in seen]
            if self._hopeless(bigger, seats, list(range(root + 1, self.number))):
                continue
            self._connected(bigger, waiting + new, seen | set(new), root, grown, neighbours)


def candidates(works: Workloads, limit: int = MAX_TEAMS, control: Control | None = None) -> Candidates:
    """Every team the policy allows. Raises `TooManyTeams`, and `TimeoutError` where the control says to end."""
    desks = desks_of(works)
    return listed(works, desks, Enumeration(works, desks, limit, control).run())


def listed(
    works: Workloads, desks: tuple[Desk, ...], found: list[tuple[tuple[int, ...], int]], up_to: int | None = None
) -> Candidates:
    """Candidates in their order."""
    kept = sorted(found, key=lambda item: (len(item[0]), item[0]))
    teams, seats = tuple(team for team, _ in kept), np.array([seats for _, seats in kept], np.int64)
    return Candidates(works, desks, teams, seats, up_to)


def _whole(team: tuple[int, ...], group: frozenset[int]) -> bool:
    """Whether a team has all or none of a required set."""
    return not group.intersection(team) or group <= set(team)
