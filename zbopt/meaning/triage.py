"""Triage: which task forces of last year end before anything is merged, which are set up, and whose duty is whose.

By policy, in this order, the first that fits counts: dissolve, not renewed, clear out, eliminate, clarify. A planner's decision
overrides it. Triage comes before the proof of headcount, so nothing is saved there by giving work back. Meaning: `docs/merging.md`;
what becomes of the duties is in `rehoming`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.scores import half_up
from zbopt.scenario.decisions import Override
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import DecisionValue, Disposition, KeyTaskState, Mode, TaskForceState
from zbopt.scenario.work import Application, TaskForce
from zbopt.scenario.workload import Workloads

ENDS = (Disposition.DISSOLVE, Disposition.NOT_RENEWED, Disposition.CLEAR_OUT, Disposition.ELIMINATE)
AGAINST = (DecisionValue.REFUSE, DecisionValue.RETURN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of a task force: the policy's proposal with its evidence, the decision, what it hands over.

    `handed`: the unit or task force that each duty counts as, by the lowest id under which this one has it.
    """

    task_force: str
    proposal: Disposition
    decision: Disposition
    evidence: tuple[Message, ...]
    override: Override | None
    ends: bool
    handed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Triage:
    """The verdicts on a scenario."""

    scenario: Scenario
    overrides: tuple[Override, ...] = ()

    @cached_property
    def every(self) -> Scenario:
        """The scenario with every running or applied task force as a part, for workloads and overlaps."""
        teams = tuple(
            team.model_copy(update={"state": TaskForceState.RUNNING}) if team.state is TaskForceState.APPLIED else team
            for team in self.scenario.task_forces
        )
        return self.scenario.replaced(task_forces=teams)

    @cached_property
    def works(self) -> Workloads:
        """Workloads of all of them."""
        return Workloads(self.every)

    @cached_property
    def running(self) -> tuple[TaskForce, ...]:
        """The task forces of last year."""
        return tuple(team for team in self.scenario.task_forces if team.state is TaskForceState.RUNNING)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One for each running or applied task force, by id."""
        found = [*self._applied.values(), *(self._judged(team) for team in self.running)]
        return tuple(sorted(found, key=lambda item: item.task_force))

    @cached_property
    def verdict_of(self) -> Mapping[str, Verdict]:
        """Verdicts by task force."""
        return {item.task_force: item for item in self.verdicts}

    @cached_property
    def _override_of(self) -> Mapping[str, Override]:
        return {item.task_force: item for item in self.overrides}

    @cached_property
    def _applied(self) -> Mapping[str, Verdict]:
        """The verdicts on applications to set one up."""
        applied = (team for team in self.scenario.task_forces if team.state is TaskForceState.APPLIED)
        return {team.id: self._set_up(team) for team in applied}

    @cached_property
    def stays(self) -> frozenset[str]:
        """Who has duties to hold: running ones that none of the first four verdicts ends, and applied ones that are set up."""
        found = {key for key, verdict in self._applied.items() if not verdict.ends}
        for team in self.running:
            override = self._override_of.get(team.id)
            ends = override.decision in ENDS if override is not None else self._proposal(team) in ENDS
            if not ends:
                found.add(team.id)
        return frozenset(found)

    def is_locked(self, team: TaskForce) -> bool:
        """Whether a task force is kept whatever fits (R35)."""
        return self.works.locked(team)

    # --- verdicts ----------------------------------------------------------------------------------------------------

    def _judged(self, team: TaskForce) -> Verdict:
        proposal = self._proposal(team)
        fitting = list(self._ending(team))
        owners = self.owners(team)
        clarify = self._clarified(team, owners)
        if clarify is not None:
            fitting.append((Disposition.CLARIFY, clarify))
        if proposal is None:
            proposal = Disposition.CLARIFY if clarify is not None else Disposition.KEEP
        override = self._override_of.get(team.id)
        decision = override.decision if override is not None else proposal
        evidence = [message for _, message in fitting]
        if decision is Disposition.CLARIFY and clarify is None and owners:
            evidence.append(self._handing(team, owners))
        if self.is_locked(team):
            evidence.insert(0, Message("triage.locked", {"why": team.lock_reason or ""}))
        elif not evidence:
            evidence.append(Message("triage.keep"))
        done = self._done_in_part(team) if decision is not Disposition.DISSOLVE else None
        evidence += [] if done is None else [done]
        if decision is not Disposition.CLARIFY:
            return Verdict(team.id, proposal, decision, tuple(evidence), override, decision in ENDS)
        own = self.duties(team)
        handed = {own[same]: owner for same, owner in owners.items()}
        ends = owners.keys() == own.keys() and bool(own)
        return Verdict(team.id, proposal, decision, tuple(evidence), override, ends, dict(sorted(handed.items())))

    def _proposal(self, team: TaskForce) -> Disposition | None:
        """What the lock or the first four verdicts say; None where nothing of them fits."""
        if self.is_locked(team):
            return Disposition.KEEP
        return next((step for step, _ in self._ending(team)), None)

    def _ending(self, team: TaskForce) -> tuple[tuple[Disposition, Message], ...]:
        """Those of the four verdicts that end a task force which fit, in their order, with the evidence."""
        steps = (
            (Disposition.DISSOLVE, self._done(team)),
            (Disposition.NOT_RENEWED, self._not_renewed(team)),
            (Disposition.CLEAR_OUT, self._own_job(team)),
            (Disposition.ELIMINATE, self._bottom(team)),
        )
        return tuple((step, message) for step, message in steps if message is not None)

    def duties(self, team: TaskForce) -> dict[str, str]:
        """The duties a task force lists or has workload for: duty class, and the lowest id under which it has it."""
        found: dict[str, str] = {}
        for duty in sorted(self.scenario.duties_of_task_force[team.id]):
            found.setdefault(self.scenario.duty_class[duty], duty)
        return found

    # --- dissolve ----------------------------------------------------------------------------------------------------

    @cached_property
    def key_tasks_of(self) -> Mapping[str, tuple[str, ...]]:
        """The key tasks of each duty class, by id."""
        found: dict[str, set[str]] = {}
        for duty in self.scenario.duties:
            if duty.key_task is not None:
                found.setdefault(self.scenario.duty_class[duty.id], set()).add(duty.key_task)
        return {same: tuple(sorted(tasks)) for same, tasks in found.items()}

    def key_tasks(self, team: TaskForce) -> tuple[str, ...]:
        """The key tasks of a task force's duties, by id."""
        return tuple(sorted({task for same in self.duties(team) for task in self.key_tasks_of.get(same, ())}))

    def is_done(self, same: str) -> bool:
        """Whether a duty has key tasks, and all of them are done."""
        tasks = self.key_tasks_of.get(same, ())
        return bool(tasks) and not any(task in self._open_tasks for task in tasks)

    @cached_property
    def _open_tasks(self) -> frozenset[str]:
        return frozenset(task.id for task in self.scenario.key_tasks if task.state is KeyTaskState.OPEN)

    def _finished(self, team: TaskForce) -> tuple[int, int] | None:
        """Workload on key tasks, and the whole, where there are key tasks and all are done."""
        tasks = self.key_tasks(team)
        if not tasks or not self._open_tasks.isdisjoint(tasks):
            return None
        own = self.works.by_duty[team.id]
        return sum(fte for same, fte in own.items() if same in self.key_tasks_of), self.works.total[team.id]

    def _done(self, team: TaskForce) -> Message | None:
        found = self._finished(team)
        if found is None or not self._is_enough_done(*found):
            return None
        share = _percent(*found) if found[1] else ""
        return Message("triage.dissolve", {"value": self._named_tasks(team), "share": share})

    def _done_in_part(self, team: TaskForce) -> Message | None:
        """All key tasks done, but most of the work is other work: told, it ends nothing."""
        found = self._finished(team)
        if found is None or self._is_enough_done(*found):
            return None
        limit = self.scenario.policy.triage.dissolve_share
        args: dict[str, Argument] = {"value": self._named_tasks(team), "share": _percent(*found), "limit": str(limit)}
        return Message("triage.done_part", args)

    def _is_enough_done(self, done: int, whole: int) -> bool:
        return 10_000 * done >= self.scenario.policy.triage.dissolve_share.per_10000 * whole

    def _named_tasks(self, team: TaskForce) -> tuple[str, ...]:
        names = {task.id: task.name for task in self.scenario.key_tasks}
        return tuple(f"{key} {names[key]}" for key in self.key_tasks(team))

    # --- not renewed, clear out, eliminate ---------------------------------------------------------------------------

    def _not_renewed(self, team: TaskForce) -> Message | None:
        """Every application to go on refused or sent back; or none made, where the policy says that one must be."""
        own = [item for item in self.scenario.applications if item.renews == team.id]
        if not own:
            return Message("triage.not_renewed") if self.scenario.policy.triage.must_apply(team.id) else None
        against = [item for item in own if self._against(item) is not None]
        if len(against) < len(own):
            return None
        return Message("triage.renewal_refused", {"value": tuple(item.id for item in against)})

    @staticmethod
    def _against(item: Application) -> str | None:
        """The first step that refuses or sends back an application."""
        for name in ("unit", "leader", "group"):
            if getattr(item.decisions, name).decision in AGAINST:
                return name
        return None

    @cached_property
    def remits(self) -> Mapping[str, tuple[str, ...]]:
        """The units with a duty class in their remit, by id."""
        found: dict[str, list[str]] = {}
        for unit in self.scenario.units:
            for same in sorted({self.scenario.duty_class[duty] for duty in unit.remit}):
                found.setdefault(same, []).append(unit.id)
        return {same: tuple(sorted(units)) for same, units in found.items()}

    @cached_property
    def owner_of(self) -> Mapping[str, str]:
        """The owner of each duty class: the `owner_unit` of its lowest duty that states one."""
        found: dict[str, str] = {}
        for duty in sorted(self.scenario.duties, key=lambda item: item.id):
            if duty.owner_unit is not None:
                found.setdefault(self.scenario.duty_class[duty.id], duty.owner_unit)
        return found

    def _own_job(self, team: TaskForce) -> Message | None:
        """R33: at least the share of the workload lies inside the remit of one unit."""
        if self.scenario.policy.mode("R33") is Mode.OFF:
            return None
        share: Share = self.scenario.policy.setting("R33", "share")
        total = self.works.total[team.id]
        inside: dict[str, int] = {}
        for same, fte in self.works.by_duty[team.id].items():
            for unit in self.remits.get(same, ()):
                inside[unit] = inside.get(unit, 0) + fte
        for unit in sorted(inside, key=lambda key: (-inside[key], key))[:1]:
            if total and 10_000 * inside[unit] >= share.per_10000 * total:
                name = self.scenario.unit_by_id[unit].name
                return Message(
                    "triage.clear_out", {"unit": name, "share": _percent(inside[unit], total), "limit": str(share)}
                )
        return None

    def _bottom(self, team: TaskForce) -> Message | None:
        """R40: a score below the threshold, or among the lowest of a share of all scored (ties that do not all fit stay)."""
        if team.score is None or self.scenario.policy.mode("R40") is Mode.OFF:
            return None
        limit: int = self.scenario.policy.setting("R40", "score")
        share: Share = self.scenario.policy.setting("R40", "share")
        scores = [other.score for other in self.running if other.score is not None]
        places = half_up(len(scores) * share.per_10000, 10_000)
        rank = sum(score <= team.score for score in scores)
        if team.score < limit:
            return Message("triage.score", {"value": team.score, "limit": limit, "rank": rank, "out_of": len(scores)})
        if rank <= places:
            return Message("triage.bottom", {"value": team.score, "rank": rank, "out_of": len(scores), "limit": places})
        return None

    # --- clarify -----------------------------------------------------------------------------------------------------

    def owners(self, team: TaskForce) -> dict[str, str]:
        """The duties of a task force that count as another's, by class: the unit, or the task force that holds them."""
        found = {same: self._owner(same, team) for same in self.duties(team)}
        return {same: owner for same, owner in found.items() if owner is not None}

    def _owner(self, same: str, team: TaskForce) -> str | None:
        """The unit with the duty in its remit (its owner first), or the first holder that may never share a team with this one."""
        units = self.remits.get(same, ())
        if units:
            owner = self.owner_of.get(same)
            return owner if owner in units else units[0]
        teams = self.scenario.task_force_by_id
        work = self.works.by_duty
        doers = {key for key in self.stays if same in self.duties(teams[key])} | {team.id}
        holders: list[str] = []
        for key in sorted(doers, key=lambda one: (-work[one].get(same, 0), one)):
            apart = (one for one in holders if not self.is_locked(teams[one]) and self._never_together(one, key))
            holder = next(apart, None)
            if key == team.id:
                return holder
            if holder is None:
                holders.append(key)
        return None

    def _never_together(self, one: str, other: str) -> bool:
        teams = self.scenario.task_force_by_id
        pair = (min(one, other), max(one, other))
        merge = self.scenario.policy.merge
        return (
            self.works.locked(teams[one])
            or self.works.locked(teams[other])
            or pair in self.works.forbidden
            or (merge.same_kind and teams[one].kind is not teams[other].kind)
        )

    def _clarified(self, team: TaskForce, owners: Mapping[str, str]) -> Message | None:
        """Duties that count as another's hold at least the share (R33) of the workload."""
        if self.scenario.policy.mode("R33") is Mode.OFF:
            return None
        share: Share = self.scenario.policy.setting("R33", "share")
        common = sum(self.works.by_duty[team.id].get(same, 0) for same in owners)
        enough = common > 0 and 10_000 * common >= share.per_10000 * self.works.total[team.id]
        return self._handing(team, owners) if enough else None

    def _handing(self, team: TaskForce, owners: Mapping[str, str]) -> Message:
        """Which duties go where, and their share of the work."""
        own, work = self.duties(team), self.works.by_duty[team.id]
        shown = sorted((own[same], owner) for same, owner in owners.items())
        common = sum(work.get(same, 0) for same in owners)
        args: dict[str, Argument] = {
            "value": tuple(self._handed(duty, owner) for duty, owner in shown),
            "share": _percent(common, self.works.total[team.id]),
        }
        return Message("triage.clarify", args)

    def _handed(self, duty: str, owner: str) -> str:
        """`D90 食品整治→市场监管局`."""
        name = next(item.name for item in self.scenario.duties if item.id == duty)
        to_unit = self.scenario.duty_class[duty] in self.remits  # a unit and a task force may have the same id
        taker = (self.scenario.unit_by_id if to_unit else self.scenario.task_force_by_id)[owner]
        return f"{duty} {name}→{taker.name}"

    # --- set up ------------------------------------------------------------------------------------------------------

    def _set_up(self, team: TaskForce) -> Verdict:
        """An application: unit and leader agree, the group has not refused; it is what this plan proposes to the group."""
        own = [item for item in self.scenario.applications if item.task_force == team.id]
        strict = self.scenario.policy.mode("R32") is Mode.HARD
        refused = [item for item in own if self._against(item) is not None]
        agreed = [
            item
            for item in own
            if item not in refused
            and (
                not strict
                or all(getattr(item.decisions, s).decision is DecisionValue.AGREE for s in ("unit", "leader"))
            )
        ]
        if agreed or (not strict and not refused):
            proposal, evidence = Disposition.SET_UP, Message("triage.set_up", {"value": tuple(i.id for i in agreed)})
        elif refused:
            steps = tuple(sorted({str(self._against(item)) for item in refused}))
            args = {"value": tuple(item.id for item in refused), "steps": steps}
            proposal, evidence = Disposition.REFUSE, Message("triage.refused", args)
        else:
            proposal, evidence = Disposition.REFUSE, Message("triage.not_agreed", {"value": tuple(i.id for i in own)})
        override = self._override_of.get(team.id)
        decision = override.decision if override is not None else proposal
        return Verdict(team.id, proposal, decision, (evidence,), override, decision is Disposition.REFUSE)


def _percent(part: int, whole: int) -> str:
    tenths = half_up(1000 * part, whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


__all__ = ["ENDS", "Override", "Triage", "Verdict"]
