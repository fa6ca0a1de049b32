"""Triage: which task forces of last year end before anything is merged, which are set up, and who gets their duties.

By policy, in this order, the first that fits counts: dissolve, not renewed, clear out, eliminate, clarify. A planner's decision
overrides it. Triage comes before the proof of headcount, so nothing is saved there by giving work back. Meaning: `docs/merging.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from zbopt.diagnostics import Message
from zbopt.plan.scores import half_up
from zbopt.scenario.decisions import Override
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Application, Scenario, TaskForce, Workload
from zbopt.scenario.vocabulary import DecisionValue, Disposition, KeyTaskState, Mode, TaskForceState
from zbopt.scenario.workload import Workloads

ENDS = (Disposition.DISSOLVE, Disposition.NOT_RENEWED, Disposition.CLEAR_OUT, Disposition.ELIMINATE)
AGAINST = (DecisionValue.REFUSE, DecisionValue.RETURN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of a task force: the policy's proposal with its evidence, the decision, what it hands over."""

    task_force: str
    proposal: Disposition
    decision: Disposition
    evidence: tuple[Message, ...]
    override: Override | None
    ends: bool
    handed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehomed:
    """A duty of what ends or is clarified: its workload there, and the task force, unit or nobody who has it now."""

    duty: str
    source: str
    fte: int
    estimated: bool
    kind: str
    target: str | None


@dataclass(frozen=True)
class Triage:
    """The verdicts on a scenario, and what follows from them."""

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
        by_override = {item.task_force: item for item in self.overrides}
        found: dict[str, Verdict] = {}
        for team in self.scenario.task_forces:
            if team.state is TaskForceState.APPLIED:
                found[team.id] = self._set_up(team, by_override.get(team.id))
        late: list[tuple[TaskForce, Disposition | None, tuple[Message, ...]]] = []
        for team in self.running:
            proposal, evidence = self._ended(team)
            override = by_override.get(team.id)
            decision = override.decision if override is not None else proposal
            if proposal is None or decision is Disposition.CLARIFY:
                late.append((team, proposal, evidence))
            else:
                assert decision is not None
                found[team.id] = Verdict(team.id, proposal, decision, evidence, override, decision in ENDS)
        waiting = {team.id for team, _, _ in late if not self._ordered_to_end(by_override.get(team.id))}
        for team, proposal, evidence in late:
            stays = waiting - found.keys() | {key for key, verdict in found.items() if not verdict.ends}
            found[team.id] = self._clarified(team, proposal, evidence, by_override.get(team.id), stays - {team.id})
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def verdict_of(self) -> Mapping[str, Verdict]:
        """Verdicts by task force."""
        return {item.task_force: item for item in self.verdicts}

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _ended(self, team: TaskForce) -> tuple[Disposition | None, tuple[Message, ...]]:
        """The first of the four steps that ends a task force, with the evidence of every one that fits."""
        steps = (
            (Disposition.DISSOLVE, self._done(team)),
            (Disposition.NOT_RENEWED, self._not_renewed(team)),
            (Disposition.CLEAR_OUT, self._own_job(team)),
            (Disposition.ELIMINATE, self._bottom(team)),
        )
        fitting = [(step, message) for step, message in steps if message is not None]
        evidence = tuple(message for _, message in fitting)
        if team.locked and self.scenario.policy.mode("R35") is not Mode.OFF:
            return Disposition.KEEP, (Message("triage.locked", {"why": team.lock_reason or ""}), *evidence)
        return (fitting[0][0] if fitting else None), evidence

    def key_tasks(self, team: TaskForce) -> tuple[str, ...]:
        """The key tasks of a task force's duties, by id."""
        duties = self.scenario.duties_of_task_force[team.id]
        return tuple(sorted({d.key_task for d in self.scenario.duties if d.id in duties and d.key_task is not None}))

    def _done(self, team: TaskForce) -> Message | None:
        state = {task.id: task.state for task in self.scenario.key_tasks}
        tasks = self.key_tasks(team)
        if not tasks or any(state[key] is KeyTaskState.OPEN for key in tasks):
            return None
        names = {task.id: task.name for task in self.scenario.key_tasks}
        return Message("triage.dissolve", {"value": tuple(f"{key} {names[key]}" for key in tasks)})

    def _not_renewed(self, team: TaskForce) -> Message | None:
        """No application to go on, where task forces had to apply; or every one refused or sent back."""
        if all(item.renews is None for item in self.scenario.applications):
            return None
        own = [item for item in self.scenario.applications if item.renews == team.id]
        if not own:
            return Message("triage.not_renewed")
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

    def _remits(self, duty: str) -> list[str]:
        return [unit.id for unit in self.scenario.units if duty in unit.remit]

    def _own_job(self, team: TaskForce) -> Message | None:
        """R33: at least the share of the workload lies inside the remit of one unit."""
        if self.scenario.policy.mode("R33") is Mode.OFF:
            return None
        share: Share = self.scenario.policy.setting("R33", "share")
        total = sum(fte for _, _, fte in self.works.rows(team))
        inside: dict[str, int] = {}
        for duty, _, fte in self.works.rows(team):
            for unit in self._remits(duty):
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

    @staticmethod
    def _ordered_to_end(override: Override | None) -> bool:
        return override is not None and override.decision in ENDS

    def _clarified(
        self, team: TaskForce, earlier: Disposition | None, evidence: tuple[Message, ...], override: Override | None,
        stays: set[str],
    ) -> Verdict:  # fmt: skip
        """Clarify where enough of the workload is also somebody else's job: each common duty goes to one owner."""
        owners = self._owners(team, stays)
        total = sum(fte for _, _, fte in self.works.rows(team))
        common = sum(fte for duty, _, fte in self.works.rows(team) if duty in owners)
        share: Share = self.scenario.policy.setting("R33", "share")
        enough = self.scenario.policy.mode("R33") is not Mode.OFF and common > 0
        enough = enough and 10_000 * common >= share.per_10000 * total
        proposal = earlier or (Disposition.CLARIFY if enough else Disposition.KEEP)
        if owners and (enough or override is not None):
            shown = tuple(self._handed(duty, owner) for duty, owner in sorted(owners.items()))
            evidence = (*evidence, Message("triage.clarify", {"value": shown, "share": _percent(common, total)}))
        decision = override.decision if override is not None else proposal
        if decision is not Disposition.CLARIFY:
            told = evidence or (Message("triage.keep"),)
            return Verdict(team.id, proposal, decision, told, override, decision in ENDS)
        rest = self.scenario.duties_of_task_force[team.id] - owners.keys()
        return Verdict(team.id, proposal, decision, evidence, override, not rest, dict(sorted(owners.items())))

    def _handed(self, duty: str, owner: str) -> str:
        """`D90 食品整治→市场监管局`."""
        name = next(item.name for item in self.scenario.duties if item.id == duty)
        units, teams = self.scenario.unit_by_id, self.scenario.task_force_by_id
        return f"{duty} {name}→{units[owner].name if owner in units else teams[owner].name}"

    def _owners(self, team: TaskForce, stays: set[str]) -> dict[str, str]:
        """Of each duty that is also somebody else's: the owner. A unit with the duty in its remit (its `owner_unit` first), or a
        task force that stays, has the duty and may not merge with this one."""
        owners: dict[str, str] = {}
        owner_unit = {duty.id: duty.owner_unit for duty in self.scenario.duties}
        apart = [key for key in sorted(stays) if self._never_together(team.id, key)]
        for duty in sorted(self.scenario.duties_of_task_force[team.id]):
            units = self._remits(duty)
            if units:
                owners[duty] = str(owner_unit[duty]) if owner_unit[duty] in units else units[0]
                continue
            holders = [key for key in apart if duty in self.scenario.duties_of_task_force[key]]
            if holders:
                owners[duty] = holders[0]
        return owners

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

    def _set_up(self, team: TaskForce, override: Override | None) -> Verdict:
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
        decision = override.decision if override is not None else proposal
        return Verdict(team.id, proposal, decision, (evidence,), override, decision is Disposition.REFUSE)

    # --- what follows ------------------------------------------------------------------------------------------------

    @cached_property
    def after(self) -> Scenario:
        """The scenario that is merged: ended ones ended, set-up ones running, clarified ones without what they hand over."""
        teams, workload = [], list(self.scenario.workload)
        posts = list(self.scenario.posts)
        for team in self.scenario.task_forces:
            verdict = self.verdict_of.get(team.id)
            if verdict is None:
                teams.append(team)
                continue
            state = TaskForceState.ENDED if verdict.ends else TaskForceState.RUNNING
            changed: dict[str, object] = {"state": state}
            if verdict.handed and not verdict.ends:
                changed["duties"] = tuple(duty for duty in team.duties if duty not in verdict.handed)
                rest = [row for row in self.works.rows(team) if row[0] not in verdict.handed]
                workload = [row for row in workload if row.task_force != team.id]
                workload += [
                    Workload.model_construct(task_force=team.id, duty=d, category=k, fte=v) for d, k, v in rest
                ]
                busy = {category for _, category, _ in rest}
                posts = [p for p in posts if p.task_force != team.id or p.category is None or p.category in busy]
            teams.append(team.model_copy(update=changed))
        key = sorted(workload, key=lambda row: (row.task_force, row.duty, row.category))
        return self.scenario.replaced(task_forces=tuple(teams), workload=tuple(key), posts=tuple(posts))

    @cached_property
    def rehomed(self) -> tuple[Rehomed, ...]:
        """Every duty of what ends, and every duty a clarified one hands over, by source and duty."""
        return tuple(self._rehome())

    def _rehome(self) -> Iterator[Rehomed]:
        for verdict in self.verdicts:
            team = self.scenario.task_force_by_id[verdict.task_force]
            if team.state is TaskForceState.APPLIED or not (verdict.ends or verdict.handed):
                continue
            fte: dict[str, int] = dict.fromkeys(sorted(self.scenario.duties_of_task_force[team.id]), 0)
            for duty, _, value in self.works.rows(team):
                fte[duty] = fte.get(duty, 0) + value
            estimated = team.id not in self.works.stated
            for duty, value in fte.items():
                if duty in verdict.handed:
                    owner = verdict.handed[duty]
                    kind = "unit" if owner in self.scenario.unit_by_id else "task_force"
                    yield Rehomed(duty, team.id, value, estimated, kind, owner)
                elif verdict.ends:
                    yield self._new_home(duty, team.id, value, estimated)

    @cached_property
    def _stays(self) -> Workloads:
        return Workloads(self.after)

    def _new_home(self, duty: str, source: str, fte: int, estimated: bool) -> Rehomed:
        """A task force that stays and has the duty (most workload, then lowest id); else the owner unit; else nobody."""
        stays = self._stays
        same = stays.duty_class[duty]
        holders = {
            part.id: stays.by_duty[part.id].get(same, 0)
            for part in stays.parts
            if same in {stays.duty_class[own] for own in self.after.duties_of_task_force[part.id]}
        }
        if holders:
            return Rehomed(duty, source, fte, estimated, "task_force", min(holders, key=lambda k: (-holders[k], k)))
        owner = next(item.owner_unit for item in self.scenario.duties if item.id == duty)
        unit = owner or next(iter(self._remits(duty)), None)
        return Rehomed(duty, source, fte, estimated, "unit" if unit is not None else "nobody", unit)


def _percent(part: int, whole: int) -> str:
    tenths = half_up(1000 * part, whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


__all__ = ["ENDS", "Override", "Rehomed", "Triage", "Verdict"]
