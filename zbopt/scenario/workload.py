"""What the parts of a merger have to do, and how far they overlap: readings that engine, audit and reports share.

Workloads are whole hundredths of full time. Meaning: `docs/merging.md`, What is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from zbopt.diagnostics import Diagnostic, Mark, error, warning
from zbopt.scenario import facts
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import KeyTaskState, Mode, Role
from zbopt.scenario.work import Post, TaskForce

MIN_LOAD = 100
"""Load of a desk without posts: full time."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two task forces side by side. `common`: the sum over shared duties of the smaller workload, hundredths."""

    one: str
    other: str
    common: int
    smaller: int
    union: int
    duties: tuple[str, ...]

    def reaches(self, per_10000: int) -> bool:
        """Whether something is in common and common / smaller is at least the share, in whole numbers; all reach 0 %."""
        return per_10000 == 0 or (self.common > 0 and 10_000 * self.common >= per_10000 * self.smaller)

    @property
    def per_10000(self) -> int:
        """common / smaller per 10,000, rounded half up; 0 where the smaller has no workload."""
        return (20_000 * self.common + self.smaller) // (2 * self.smaller) if self.smaller else 0

    @property
    def jaccard_per_10000(self) -> int:
        """common / union per 10,000, rounded half up."""
        return (20_000 * self.common + self.union) // (2 * self.union) if self.union else 0


def largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole parts of a total by weight that sum to it; remainders go to the largest, ties to the lower key."""
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    shares = {key: total * weight // whole for key, weight in weights.items()}
    rest = total - sum(shares.values())
    order = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in order[:rest]:
        shares[key] += 1
    return shares


@dataclass(frozen=True)
class Workloads:
    """The workload of the parts of a scenario, with duties confirmed to be the same taken as one."""

    scenario: Scenario

    @cached_property
    def parts(self) -> tuple[TaskForce, ...]:
        """The task forces that may be merged, by id."""
        return facts.staffed_task_forces(self.scenario)

    @property
    def duty_class(self) -> Mapping[str, str]:
        """For each duty the lowest id among those confirmed to be the same."""
        return self.scenario.duty_class

    @cached_property
    def stated(self) -> frozenset[str]:
        """Task forces with workload of their own; that of the others is estimated (推算)."""
        return frozenset(row.task_force for row in self.scenario.workload)

    def rows(self, task_force: TaskForce) -> Iterator[tuple[str, str, int]]:
        """Duty, category and hundredths, as stated or estimated from today's seats."""
        if task_force.id in self.stated:
            yield from self._stated_rows[task_force.id]
            return
        weights: dict[str, int] = {}
        for key in task_force.duties:  # duties confirmed to be the same take one share, at the larger weight
            same = self.duty_class[key]
            weights[same] = max(weights.get(same, 0), self._weight[key])
        totals: dict[str, int] = {}
        for post in self.scenario.posts_of[task_force.id]:
            if post.category is not None:
                totals[post.category] = totals.get(post.category, 0) + post.seats * post.load
        for category, total in sorted(totals.items()):
            for duty, fte in sorted(largest_remainder(total, weights).items()):
                if fte:
                    yield duty, category, fte

    @cached_property
    def _weight(self) -> Mapping[str, int]:
        return {duty.id: duty.weight for duty in self.scenario.duties}

    @cached_property
    def _stated_rows(self) -> Mapping[str, tuple[tuple[str, str, int], ...]]:
        found: dict[str, list[tuple[str, str, int]]] = {}
        for row in self.scenario.workload:
            found.setdefault(row.task_force, []).append((row.duty, row.category, row.fte))
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def of(self) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """w(i,d,k) by part: (duty class, category) to hundredths, zeros left out; of one class the largest counts."""
        found: dict[str, dict[tuple[str, str], int]] = {}
        for part in self.parts:
            own: dict[tuple[str, str], int] = {}
            for duty, category, fte in self.rows(part):
                key = (self.duty_class[duty], category)
                own[key] = max(own.get(key, 0), fte)
            found[part.id] = {key: own[key] for key in sorted(own) if own[key]}
        return found

    @cached_property
    def by_duty(self) -> Mapping[str, Mapping[str, int]]:
        """w(i,d): by part, duty class to hundredths over all categories."""
        found: dict[str, dict[str, int]] = {}
        for part, rows in self.of.items():
            own: dict[str, int] = {}
            for (duty, _), fte in rows.items():
                own[duty] = own.get(duty, 0) + fte
            found[part] = own
        return found

    @cached_property
    def total(self) -> Mapping[str, int]:
        """W(i): by part, hundredths."""
        return {part: sum(rows.values()) for part, rows in self.of.items()}

    def together(self, duty: str, works: Iterable[int]) -> int:
        """Hundredths of several for one duty in one category: the largest, since they do the same work; of a divided duty the sum."""
        return sum(works) if duty in self.scenario.divided else max(works, default=0)

    def categories(self, part: str) -> tuple[str, ...]:
        """The categories a part has workload in, sorted."""
        return tuple(sorted({category for _, category in self.of[part]}))

    def overlap(self, one: str, other: str) -> Overlap:
        """The overlap of two parts."""
        one, other = sorted((one, other))
        mine, theirs = self.by_duty[one], self.by_duty[other]
        shared = tuple(sorted(mine.keys() & theirs.keys()))
        common = sum(min(mine[duty], theirs[duty]) for duty in shared)
        union = self.total[one] + self.total[other] - common
        return Overlap(one, other, common, min(self.total[one], self.total[other]), union, shared)

    @cached_property
    def overlaps(self) -> Mapping[tuple[str, str], Overlap]:
        """The overlap of every two parts, by their ids in order."""
        ids = [part.id for part in self.parts]
        return {(one, two): self.overlap(one, two) for place, one in enumerate(ids) for two in ids[place + 1 :]}

    @cached_property
    def required(self) -> tuple[frozenset[str], ...]:
        """Sets of two or more parts that must be in one team, entries that share a part joined."""
        ids = {part.id for part in self.parts}
        joined: list[set[str]] = []
        for group in self.scenario.policy.merge.require:
            new = ids.intersection(group.task_forces)
            if len(new) < 2:
                continue
            for old in [item for item in joined if item & new]:
                new |= old
                joined.remove(old)
            joined.append(new)
        return tuple(sorted((frozenset(item) for item in joined), key=sorted))

    @cached_property
    def forbidden(self) -> frozenset[tuple[str, str]]:
        """Pairs of parts that an entry of `forbid` keeps apart, ids in order."""
        pairs = set()
        for group in self.scenario.policy.merge.forbid:
            members = sorted(set(group.task_forces))
            pairs |= {(one, two) for place, one in enumerate(members) for two in members[place + 1 :]}
        return frozenset(pairs)

    def linked(self, one: str, other: str) -> bool:
        """Whether two parts overlap enough to merge, or are named together in an entry of `require`."""
        one, other = sorted((one, other))
        if any({one, other} <= set(group.task_forces) for group in self.scenario.policy.merge.require):
            return True
        return self.overlaps[one, other].reaches(self.scenario.policy.merge.min_overlap.per_10000)

    def locked(self, part: TaskForce) -> bool:
        """Whether a part is never merged (R35)."""
        return part.locked and self.scenario.policy.mode("R35") is not Mode.OFF

    @cached_property
    def posts(self) -> Mapping[str, tuple[Post, ...]]:
        """The posts of each part, in order of id."""
        return {part.id: self.scenario.posts_of[part.id] for part in self.parts}

    @cached_property
    def uncovered(self) -> tuple[str, ...]:
        """Open key tasks that neither a part nor a unit answers for, by id."""
        done = {self.duty_class[d] for part in self.parts for d in self.scenario.duties_of_task_force[part.id]}
        done |= {self.duty_class[duty] for unit in self.scenario.units for duty in unit.remit}
        done |= {self.duty_class[duty.id] for duty in self.scenario.duties if duty.owner_unit is not None}
        covered = {duty.key_task for duty in self.scenario.duties if self.duty_class[duty.id] in done}
        return tuple(
            task.id for task in self.scenario.key_tasks if task.state is KeyTaskState.OPEN and task.id not in covered
        )


def plain_post(part: str, category: str) -> Post:
    """What a desk without posts stands for: a member of the category at `default_level`, full time."""
    post = Post(id="plain", task_force=part, category=category)
    return post.model_copy(update={"id": f"{part}/{category}"})


def is_shared(post: Post) -> bool:
    """Whether a post without a category counts once per role in a merged team: heads always, others if marked."""
    return post.category is None and (post.shared or post.role is Role.HEAD)


def check_mergeable(loaded: Loaded, scenario: Scenario) -> tuple[Diagnostic, ...]:
    """What makes a case unfit for merging (errors), and what a planner should know (warnings)."""
    works = Workloads(scenario)
    found: list[Diagnostic] = []
    for part in works.parts:
        if not works.locked(part):
            found += _unfit_posts(loaded, works, part)
    found += _contradictions(loaded, works)
    roles = {role.value for role in Role}
    found += [
        error("Z328", loaded.mark("categories", item.id), (item.id, item.name), "id", value=item.id)
        for item in scenario.categories
        if item.id in roles
    ]
    return tuple(found)


def _unfit_posts(loaded: Loaded, works: Workloads, part: TaskForce) -> Iterator[Diagnostic]:
    busy = set(works.categories(part.id))
    loads: dict[tuple[str, str], int] = {}
    for post in works.posts[part.id]:
        mark, subject = loaded.mark("posts", post.id), (post.id, part.name)
        if post.category is not None and (post.shared or post.role is Role.HEAD):
            yield error("Z321", mark, subject, "category", value=post.category)
        elif post.category is not None and post.category not in busy:
            yield error("Z320", mark, subject, "category", value=post.category, task_force=part.id)
        slot = ("category", post.category) if post.category is not None else ("role", post.role.value)
        if (post.category is not None or is_shared(post)) and loads.setdefault(slot, post.load) != post.load:
            yield error("Z322", mark, subject, "load", value=f"{post.load / 100:g}", other=f"{loads[slot] / 100:g}")
    if not busy and not works.posts[part.id]:
        yield warning("Z326", loaded.mark("task_forces", part.id), (part.id, part.name))


def _contradictions(loaded: Loaded, works: Workloads) -> Iterator[Diagnostic]:
    """Required groups that no team can hold, and duties confirmed to be both the same and different."""
    by_id = {part.id: part for part in works.parts}
    mark: Mark | None = loaded.mark("policy", "policy")
    limit = works.scenario.policy.merge.max_members
    for group in works.required:
        names = tuple(sorted(group))
        locked = [key for key in names if works.locked(by_id[key])]
        apart = [pair for pair in sorted(works.forbidden) if set(pair) <= group]
        if locked:
            yield error("Z323", mark, names, "merge.require", value=", ".join(locked))
        elif apart:
            yield error("Z324", mark, names, "merge.require", value="; ".join("+".join(pair) for pair in apart))
        elif len(names) > limit:
            yield error("Z325", mark, names, "merge.require", value=len(names), limit=limit)
    for duty in works.scenario.duties:
        for other in duty.different_from:
            if works.duty_class[duty.id] == works.duty_class[other.duty] and duty.id != other.duty:
                yield error(
                    "Z327", loaded.mark("duties", duty.id), (duty.id, duty.name), "different_from", value=other.duty
                )


__all__ = ["Overlap", "Workloads", "check_mergeable", "is_shared", "largest_remainder", "plain_post"]
