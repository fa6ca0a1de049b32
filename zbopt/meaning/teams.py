"""Merged teams in plain Python: slots and seats of a partition, whether the policy allows it, and what a merger saves.

The second writing of the arithmetic of `engine/merge/candidates.py`; no solver, no numpy. Meaning: `docs/merging.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zbopt.diagnostics import Message
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Scope
from zbopt.scenario.words import Linkage, Role, TaskForceState
from zbopt.scenario.work import Post, Size, TaskForce
from zbopt.scenario.workload import MIN_LOAD, Workloads, is_shared, plain_post
from zbopt.solution import Partition


def ceiling(work: int, load: int) -> int:
    """Seats of a load that do a workload, both in hundredths."""
    return -(-work // load)


@dataclass(frozen=True, slots=True)
class PlanDesk:
    """A desk of a part: id, part, its posts (a plain one where the part has workload but no post)."""

    id: str
    part: str
    kind: str
    key: str
    posts: tuple[Post, ...]
    load: int
    stated: bool

    @property
    def seats(self) -> int:
        """Today's seats."""
        return sum(post.seats for post in self.posts) if self.stated else 0


@dataclass(frozen=True, slots=True)
class TeamSlot:
    """Seats of a team: a category, a shared role, or an own post; `post` is its id in a plan."""

    post: str
    kind: str
    key: str
    desks: tuple[PlanDesk, ...]
    seats: int
    load: int
    priority: int
    must_fill: bool

    @property
    def role(self) -> Role:
        """The role of its posts."""
        return next((post.role for desk in self.desks for post in desk.posts), Role.MEMBER)


@dataclass(frozen=True)
class Team:
    """A team of a partition."""

    parts: tuple[TaskForce, ...]
    lead: TaskForce
    slots: tuple[TeamSlot, ...]

    @property
    def id(self) -> str:
        """Such as `T03+T09`."""
        return "+".join(part.id for part in self.parts)

    @property
    def name(self) -> str:
        """The name of the part, or of all parts."""
        return "＋".join(part.name for part in self.parts)

    @property
    def seats(self) -> int:
        """All seats."""
        return sum(slot.seats for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a merger saves against its parts right-sized, in whole seats; none is negative."""

    duties: int
    shared_posts: int
    rounding: int

    @property
    def total(self) -> int:
        """All three."""
        return self.duties + self.shared_posts + self.rounding


class Structure:
    """The desks of every part, and teams made of them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.works = Workloads(scenario)
        self.part_by_id = {part.id: part for part in self.works.parts}
        self.desks = {part.id: tuple(self._desks(part)) for part in self.works.parts}

    @cached_property
    def desk_by_id(self) -> dict[str, PlanDesk]:
        """Desks by id."""
        return {desk.id: desk for desks in self.desks.values() for desk in desks}

    def _desks(self, part: TaskForce) -> Iterator[PlanDesk]:
        posts = self.works.posts[part.id]
        locked = self.works.locked(part)
        roles: dict[str, list[Post]] = {}
        for post in posts:
            if locked or (post.category is None and not is_shared(post)):
                yield PlanDesk(post.id, part.id, "own", post.id, (post,), post.load, True)
            elif post.category is None:
                roles.setdefault(post.role.value, []).append(post)
        for role in sorted(roles):
            yield PlanDesk(f"{part.id}/{role}", part.id, "role", role, tuple(roles[role]), roles[role][0].load, True)
        for category in () if locked else self.works.categories(part.id):
            here = tuple(post for post in posts if post.category == category)
            name = f"{part.id}/{category}"
            load = here[0].load if here else MIN_LOAD
            yield PlanDesk(
                name, part.id, "category", category, here or (plain_post(part.id, category),), load, bool(here)
            )

    @cached_property
    def with_plain_posts(self) -> Scenario:
        """The scenario with the posts that desks without posts stand for."""
        plain = [post for desk in self.desk_by_id.values() if not desk.stated for post in desk.posts]
        return self.scenario.replaced(posts=tuple(sorted((*self.scenario.posts, *plain), key=lambda post: post.id)))

    def work(self, parts: tuple[str, ...], category: str) -> int:
        """W of the union of some parts in a category: each duty once, at the most any of them needs; divided ones added up."""
        total = 0
        for duty in {duty for part in parts for duty, own in self.works.of[part] if own == category}:
            total += self.works.together(duty, (self.works.of[part].get((duty, category), 0) for part in parts))
        return total

    def team(self, ids: tuple[str, ...]) -> Team:
        """The team of some parts."""
        parts = tuple(self.part_by_id[key] for key in sorted(ids))
        lead = sorted(parts, key=lambda part: (-self.works.total[part.id], part.id))[0]
        grouped: dict[tuple[str, str], list[PlanDesk]] = {}
        for part in parts:
            for desk in self.desks[part.id]:
                grouped.setdefault((desk.kind, desk.key), []).append(desk)
        team_id = "+".join(part.id for part in parts)
        slots = tuple(self._slot(team_id, ids, kind, key, tuple(desks)) for (kind, key), desks in grouped.items())
        return Team(parts, lead, slots)

    def _slot(self, team: str, ids: tuple[str, ...], kind: str, key: str, desks: tuple[PlanDesk, ...]) -> TeamSlot:
        load = desks[0].load
        seats = ceiling(self.work(ids, key), load) if kind == "category" else max(desk.seats for desk in desks)
        posts = [post for desk in desks for post in desk.posts]
        return TeamSlot(
            key if kind == "own" else f"{team}/{key}",
            kind,
            key,
            desks,
            seats,
            load,
            min(post.priority for post in posts),
            any(post.must_fill for post in posts),
        )

    def saving(self, team: Team) -> Saving:
        """The three whole numbers of `docs/merging.md`."""
        ids = tuple(part.id for part in team.parts)
        duties = rounding = shared = 0
        for slot in team.slots:
            if slot.kind == "category":
                alone = [self.work((part,), slot.key) for part in ids]
                together = ceiling(sum(alone), slot.load)
                duties += together - slot.seats
                rounding += sum(ceiling(work, slot.load) for work in alone) - together
            elif slot.kind == "role":
                shared += sum(desk.seats for desk in slot.desks) - slot.seats
        return Saving(duties, shared, rounding)

    def today(self, part: TaskForce) -> int:
        """Seats of a part today; none where it is only being set up."""
        return sum(post.seats for post in self.works.posts[part.id])

    def alone(self, part: TaskForce) -> int:
        """Seats of a part on its own at its workload."""
        return self.team((part.id,)).seats

    # --- whether a partition may be ----------------------------------------------------------------------------------

    def partition_faults(self, partition: Partition) -> Iterator[tuple[str, Message]]:
        """The teams that the policy does not allow, and parts that are in none or several."""
        named = sorted(key for team in partition for key in team)
        if named != sorted(self.part_by_id):
            yield "partition", Message("fault.partition", {"value": tuple(named)})
            return
        merge = self.scenario.policy.merge
        for ids in partition:
            team = self.team(ids)
            for group in self.works.required:
                if group & set(ids) and not group <= set(ids):
                    yield team.id, Message("fault.require", {"task_force": team.id, "value": tuple(sorted(group))})
            if len(ids) == 1:
                continue
            wrong = [name for name, broken in self._broken(team) if broken]
            if team.seats > merge.max_size:
                wrong.append("max_size")
            if wrong:
                yield team.id, Message("fault.team", {"task_force": team.id, "value": tuple(wrong)})

    def _broken(self, team: Team) -> Iterator[tuple[str, bool]]:
        merge = self.scenario.policy.merge
        ids = [part.id for part in team.parts]
        pairs = [(one, two) for place, one in enumerate(ids) for two in ids[place + 1 :]]
        yield "max_members", len(ids) > merge.max_members
        yield "locked", any(self.works.locked(part) for part in team.parts)
        yield "forbid", any(pair in self.works.forbidden for pair in pairs)
        yield "same_kind", merge.same_kind and len({part.kind for part in team.parts}) > 1
        leaders = {part.supervisor for part in team.parts}
        yield "same_supervisor", merge.same_supervisor and (len(leaders) > 1 or None in leaders)
        yield "load", any(len({desk.load for desk in slot.desks}) > 1 for slot in team.slots)
        links = {pair for pair in pairs if self.works.linked(*pair)}
        if merge.linkage is Linkage.COMPLETE:
            yield "linkage", len(links) < len(pairs)
        else:
            reached = {ids[0]}
            while grown := {key for pair in links if reached & set(pair) for key in pair} - reached:
                reached |= grown
            yield "linkage", len(reached) < len(ids)

    # --- a partition as a scenario -----------------------------------------------------------------------------------

    def merged(self, partition: Partition) -> Scenario:
        """The teams as task forces with their computed posts, so that the checks on several seats are those of `assign`."""
        teams = [self.team(ids) for ids in partition]
        team_of = {part.id: team.id for team in teams for part in team.parts}
        quotas = tuple(
            quota.model_copy(update={"scope": Scope("task_force", team_of.get(quota.scope.value, quota.scope.value))})
            if quota.scope.kind == "task_force"
            else quota
            for quota in self.scenario.policy.quotas
        )
        return self.scenario.replaced(
            task_forces=tuple(sorted((self._as_task_force(team) for team in teams), key=lambda item: item.id)),
            posts=tuple(
                sorted((_as_post(team, slot) for team in teams for slot in team.slots), key=lambda post: post.id)
            ),
            pins=(),
            applications=(),
            workload=(),
            policy=self.scenario.policy.model_copy(update={"quotas": quotas}),
        )

    def _as_task_force(self, team: Team) -> TaskForce:
        if len(team.parts) == 1:
            return team.parts[0].model_copy(update={"state": TaskForceState.RUNNING})
        units = sorted({unit for part in team.parts for unit in (*part.member_units, part.lead_unit or "")} - {""})
        return team.lead.model_copy(
            update={
                "id": team.id,
                "name": team.name,
                "member_units": tuple(unit for unit in units if unit != team.lead.lead_unit),
                "size": Size(min=None, max=self.scenario.policy.merge.max_size),
                "quotas": tuple(quota for part in team.parts for quota in part.quotas),
                "duties": tuple(sorted({d for p in team.parts for d in self.scenario.duties_of_task_force[p.id]})),
                "succeeds": tuple(sorted({key for part in team.parts for key in (*part.succeeds, part.id)})),
                "locked": False,
                "state": TaskForceState.RUNNING,
            }
        )


def _as_post(team: Team, slot: TeamSlot) -> Post:
    first = slot.desks[0].posts[0]
    return first.model_copy(
        update={
            "id": slot.post,
            "task_force": team.id,
            "name": first.name if slot.kind == "own" else None,
            "role": slot.role,
            "seats": slot.seats,
            "load": slot.load,
            "priority": slot.priority,
            "must_fill": slot.must_fill,
            "sensitive": None,
        }
    )
