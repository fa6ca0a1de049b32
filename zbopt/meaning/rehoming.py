"""What becomes of the duties that triage takes from somebody: who has them now, how receivers grow, and that nothing vanishes.

In hundredths: work of the running task forces + work of those set up = work of the parts + done once instead of twice + given back
to units + finished + with nobody. Meaning: `docs/merging.md`, New homes, Work follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from zbopt.meaning.teams import Structure
from zbopt.meaning.triage import Triage
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Disposition, TaskForceState
from zbopt.scenario.work import TaskForce, Workload
from zbopt.scenario.workload import Workloads

Work = Mapping[str, int]
"""Hundredths by category."""

TASK_FORCE, UNIT, FINISHED, NOBODY = "task_force", "unit", "finished", "nobody"
"""Who has a duty now."""


@dataclass(frozen=True, slots=True)
class Rehomed:
    """A duty taken from a task force: `duty` the lowest id it had it under, `same` its class; its workload there; who has it now."""

    duty: str
    same: str
    source: str
    work: Work
    estimated: bool
    kind: str
    target: str | None
    locked: tuple[str, ...] = ()
    """Task forces that still have the duty, but are locked and do not do as much of it."""

    @property
    def fte(self) -> int:
        """Hundredths over all categories."""
        return sum(self.work.values())


@dataclass(frozen=True, slots=True)
class Conserved:
    """Where the work is after triage, in hundredths; both sides are equal."""

    before: int
    set_up: int
    kept: int
    once: int
    given_back: int
    finished: int
    nobody: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing vanished and nothing came from nowhere."""
        after = self.kept + self.once + self.given_back + self.finished + self.nobody
        return self.before + self.set_up == after


@dataclass(frozen=True)
class Rehoming:
    """The duties that change hands by a triage, and the scenario that is merged."""

    triage: Triage

    @property
    def scenario(self) -> Scenario:
        """The scenario before."""
        return self.triage.scenario

    @property
    def works(self) -> Workloads:
        """Workloads before."""
        return self.triage.works

    # --- new homes ---------------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Rehomed, ...]:
        """Every duty handed over and every duty of what ends, by source and duty."""
        clarified = tuple(self._clarified())
        by_clarifying = {row.same: str(row.target) for row in clarified if row.kind == UNIT}
        found = (*clarified, *self._ended(by_clarifying))
        return tuple(sorted(found, key=lambda row: (row.source, row.duty)))

    def _clarified(self) -> Iterator[Rehomed]:
        for verdict in self.triage.verdicts:
            for duty, owner in verdict.handed.items():
                kind = UNIT if self.scenario.duty_class[duty] in self.triage.remits else TASK_FORCE
                yield self._row(verdict.task_force, duty, kind, owner)

    def _ended(self, by_clarifying: Mapping[str, str]) -> Iterator[Rehomed]:
        for verdict in self.triage.verdicts:
            team = self.scenario.task_force_by_id[verdict.task_force]
            if team.state is not TaskForceState.RUNNING or not verdict.ends:
                continue
            for same, duty in self.triage.duties(team).items():
                if duty in verdict.handed:
                    continue
                if verdict.decision is Disposition.DISSOLVE and self.triage.is_done(same):
                    yield self._row(team.id, duty, FINISHED, None)
                    continue
                taker = self._taker(same, team.id)
                units = self.triage.remits.get(same, ())
                unit = by_clarifying.get(same) or self.triage.owner_of.get(same) or next(iter(units), None)
                if taker is not None:
                    yield self._row(team.id, duty, TASK_FORCE, taker)
                else:
                    locked = tuple(part.id for part in self._parts if same in self._duties_left[part.id])
                    yield replace(self._row(team.id, duty, NOBODY if unit is None else UNIT, unit), locked=locked)

    def _row(self, source: str, duty: str, kind: str, target: str | None) -> Rehomed:
        same = self.scenario.duty_class[duty]
        return Rehomed(duty, same, source, self._work(source, same), source not in self.works.stated, kind, target)

    def _work(self, task_force: str, same: str) -> Work:
        """Workload of a task force for a duty before triage, by category."""
        return {category: fte for (duty, category), fte in self.works.of[task_force].items() if duty == same}

    def _taker(self, same: str, source: str) -> str | None:
        """The task force that still has a duty and stays: most workload for it, then the lowest id.

        A locked one takes only what it does as much of already, and no half of anything.
        """
        given = self._work(source, same)
        fitting = []
        for part in self._parts:
            if same not in self._duties_left[part.id]:
                continue
            own = self._work(part.id, same)
            enough = same not in self.scenario.divided and all(own.get(key, 0) >= fte for key, fte in given.items())
            if not self.works.locked(part) or enough:
                fitting.append((-sum(own.values()), part.id))
        return min(fitting, default=(0, None))[1]

    @cached_property
    def _parts(self) -> tuple[TaskForce, ...]:
        """Running or applied task forces that do not end."""
        teams = self.scenario.task_force_by_id
        return tuple(teams[item.task_force] for item in self.triage.verdicts if not item.ends)

    @cached_property
    def _duties_left(self) -> Mapping[str, Mapping[str, str]]:
        """The duties of each part after clarifying: class, and the lowest id it has it under."""
        handed = {item.task_force: item.handed for item in self.triage.verdicts}
        return {
            part.id: {same: duty for same, duty in self.triage.duties(part).items() if duty not in handed[part.id]}
            for part in self._parts
        }

    # --- work follows ------------------------------------------------------------------------------------------------

    @cached_property
    def taken_over(self) -> Mapping[str, Mapping[str, Work]]:
        """By part and duty class: the workload after what others hand over, where it is more than its own."""
        found: dict[str, dict[str, Work]] = {}
        for (kind, target, same), works in self._given.items():
            if kind == TASK_FORCE:
                own = self._work(str(target), same)
                whole = self.joined(same, [own, *works])
                if whole != own:
                    found.setdefault(str(target), {})[same] = whole
        return found

    @cached_property
    def _given(self) -> Mapping[tuple[str, str | None, str], list[Work]]:
        """The works that meet at each kind, target and duty class."""
        found: dict[tuple[str, str | None, str], list[Work]] = {}
        for row in self.rows:
            found.setdefault((row.kind, row.target, row.same), []).append(row.work)
        return found

    def joined(self, same: str, works: Iterable[Work]) -> Work:
        """The work of several for one duty: the largest in each category, of a divided duty the sum."""
        every = list(works)
        categories = {category: None for work in every for category in work}  # in order, without hash order
        return {key: self.works.together(same, (work.get(key, 0) for work in every)) for key in categories}

    @cached_property
    def after(self) -> Scenario:
        """The scenario that is merged: ended ones ended, set-up ones running, clarified ones without what they handed over,
        receivers grown."""
        return self._changed(grown=True)

    @cached_property
    def structure_before_growth(self) -> Structure:
        """Desks and seats of the parts without the work they take over."""
        return Structure(self.before_growth)

    def duty_of(self, part: str, same: str) -> str:
        """The lowest id under which a part that does not end has a duty."""
        return self._duties_left[part][same]

    @cached_property
    def before_growth(self) -> Scenario:
        """The same without the work that parts take over."""
        return self._changed(grown=False)

    def _changed(self, grown: bool) -> Scenario:
        teams, workload = [], list(self.scenario.workload)
        posts = list(self.scenario.posts)
        for team in self.scenario.task_forces:
            verdict = self.triage.verdict_of.get(team.id)
            if verdict is None:
                teams.append(team)
                continue
            changed: dict[str, object] = {"state": TaskForceState.ENDED if verdict.ends else TaskForceState.RUNNING}
            takes = self.taken_over.get(team.id, {}) if grown else {}
            if not verdict.ends and (verdict.handed or takes):
                left = self._duties_left[team.id]
                rows = list(self._rows_left(team, takes)) or self._nothing_left(team)
                changed["duties"] = tuple(duty for duty in team.duties if self.scenario.duty_class[duty] in left)
                workload = [row for row in workload if row.task_force != team.id]
                workload += [
                    Workload.model_construct(task_force=team.id, duty=d, category=k, fte=v) for d, k, v in rows
                ]
                busy = {category for _, category, fte in rows if fte}
                gone = {category for _, category, _ in self.works.rows(team)} - busy
                posts = [post for post in posts if post.task_force != team.id or post.category not in gone]
            teams.append(team.model_copy(update=changed))
        key = sorted(workload, key=lambda row: (row.task_force, row.duty, row.category))
        return self.scenario.replaced(task_forces=tuple(teams), workload=tuple(key), posts=tuple(posts))

    def _rows_left(self, team: TaskForce, takes: Mapping[str, Work]) -> Iterator[tuple[str, str, int]]:
        """Duty, category and hundredths of a part after clarifying, and grown by what it takes over."""
        left = self._duties_left[team.id]
        for duty, category, fte in self.works.rows(team):
            same = self.scenario.duty_class[duty]
            if same in left and same not in takes:
                yield duty, category, fte
        for same, work in takes.items():
            for category, fte in work.items():
                yield left[same], category, fte

    def _nothing_left(self, team: TaskForce) -> list[tuple[str, str, int]]:
        """A row of no work, so that none is estimated for a task force that only lists what it still has."""
        duty = min(self._duties_left[team.id].values(), default=None)
        return [] if duty is None else [(duty, category, 0) for _, category, _ in self.works.rows(team)][:1]

    # --- what it comes to --------------------------------------------------------------------------------------------

    @cached_property
    def by_unit(self) -> Mapping[str, Mapping[str, Work]]:
        """By unit and duty class the work it gets back, each duty once."""
        found: dict[str, dict[str, Work]] = {}
        for (kind, target, same), works in self._given.items():
            if kind == UNIT:
                found.setdefault(str(target), {})[same] = self.joined(same, works)
        return found

    def _once(self, kind: str) -> int:
        """Hundredths that are finished, or with nobody, each duty once."""
        met = ((same, works) for (own, _, same), works in self._given.items() if own == kind)
        return sum(sum(self.joined(same, works).values()) for same, works in met)

    @cached_property
    def conserved(self) -> Conserved:
        """Where all the work is; `once` is counted where work meets, not taken as what is left over."""
        after = Workloads(self.after)
        total = self.works.total
        running = sum(total[team.id] for team in self.triage.running)
        applied = sum(total[part.id] for part in self._parts if part.state is TaskForceState.APPLIED)
        back = sum(sum(work.values()) for duties in self.by_unit.values() for work in duties.values())
        return Conserved(
            running, applied, sum(after.total.values()), self._met(), back, self._once(FINISHED), self._once(NOBODY)
        )

    def _met(self) -> int:
        """Hundredths that two did and one does now: the given work, and the receiver's own, less what it comes to."""
        saved = 0
        for (kind, target, same), works in self._given.items():
            every = [self._work(str(target), same), *works] if kind == TASK_FORCE else works
            saved += sum(sum(work.values()) for work in every) - sum(self.joined(same, every).values())
        return saved


__all__ = ["Conserved", "Rehomed", "Rehoming"]
