"""Merge task forces, restructure, and why a merger may be impossible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Message, error, ordered, warning
from zbopt.meaning.bars import bar_key
from zbopt.plan.audit import AuditError, AuditFault, audit_document
from zbopt.planning.fitness import checked
from zbopt.planning.results import Result
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.decisions import Override
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.policy import NONE
from zbopt.scenario.words import OTHER_CONDITIONS, TaskForceState
from zbopt.solution import Solution

if TYPE_CHECKING:
    from zbopt.meaning.merged import MergedPlan
    from zbopt.meaning.teams import PlanDesk, Structure


def merge(
    source: str | Path | Loaded,
    *,
    alternatives: int = 0,
    max_moves: int | None = None,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Result:
    """Merge the task forces that `assign` would staff, and staff what comes out; settings as in `assign`.

    `max_moves`: a budget of persons who adjust, transfer or are new.
    `alternatives`: how many next-best partitions to find as well, each different in two groups or more from the plan and
    from those before it. Raises `DiagnosticsError` where the case is unfit for merging, `AuditError` for a defect of zbopt.
    """
    loaded = source if isinstance(source, Loaded) else load(source)
    run = MergeRun(loaded, None, (), alternatives, max_moves, time_limit_seconds, seed, workers, listener, on_control)
    return run.result()


def restructure(
    source: str | Path | Loaded,
    *,
    decisions: str | Path | None = None,
    alternatives: int = 0,
    max_moves: int | None = None,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Result:
    """Triage, then merge and staff what remains, with the action lists; settings as in `merge`.

    `decisions`: a planner's file that overrides triage (`scenario/decisions.py`).
    """
    from zbopt.scenario.decisions import load_decisions

    loaded = source if isinstance(source, Loaded) else load(source)
    overrides = () if decisions is None else load_decisions(decisions, loaded.scenario)
    files = () if decisions is None else (Path(decisions),)
    run = MergeRun(
        loaded, overrides, files, alternatives, max_moves, time_limit_seconds, seed, workers, listener, on_control
    )
    return run.result()


@dataclass(frozen=True)
class MergeRun:
    """A merge or restructure from scenario to audited result."""

    loaded: Loaded
    overrides: tuple[Override, ...] | None
    files: tuple[Path, ...]
    alternatives: int
    max_moves: int | None
    time_limit_seconds: int | None
    seed: int | None
    workers: int | None
    listener: Listener
    on_control: OnControl

    def result(self) -> Result:
        """Solve, write down, audit."""
        from zbopt.plan.merge_document import Unreconciled, merge_document

        checked(self.loaded, merging=True, decided=bool(self.overrides))
        scenario = unfit_checked(self.loaded, self.overrides)
        policy = self.loaded.scenario.policy.solver
        seed = policy.seed if self.seed is None else self.seed
        control = Control(self.time_limit_seconds or policy.time_limit_seconds, self.listener)
        if self.on_control is not None:
            self.on_control(control)
        solution, others, search = self._solved(scenario, control, seed, self.workers or policy.workers)
        try:
            plan = merge_document(
                self.loaded.scenario, solution, seed, self.overrides, others, search, self.max_moves, control.ended_by
            )
        except Unreconciled as problem:
            message = Message("audit.unreconciled", {"value": problem.equations})
            raise AuditError((AuditFault("document", ("path", "actions"), message, "actions"),)) from None
        faults = audit_document(plan, self.loaded.scenario)
        if faults:
            raise AuditError(faults, plan)
        return Result(
            self.loaded, solution, plan, faults, None, plan["kind"], self.files, control.stop_requested, self.overrides
        )

    def _solved(
        self, scenario: Scenario, control: Control, seed: int, workers: int
    ) -> tuple[Solution, list[Solution], str]:
        """The plan, its alternatives, and how the search for them ended. One that is not proved is not the next best: left out."""
        from zbopt.engine.merge.candidates import TooManyTeams
        from zbopt.engine.merge.solve import TooLarge, solve

        others: list[Solution] = []
        try:
            solution = solve(scenario, control, seed, workers, max_moves=self.max_moves)
        except TooManyTeams as problem:
            raise DiagnosticsError([error("Z402", value=str(problem))]) from None
        except TooLarge as problem:
            raise DiagnosticsError([error("Z401", value=problem.num_pairs)]) from None
        while solution.assignment is not None and len(others) < self.alternatives:
            control.emit("alternatives", "search", len(others))
            excluded = [item.partition or () for item in (solution, *others)]
            try:
                other = solve(scenario, control, seed, workers, excluded=excluded, max_moves=self.max_moves)
            except TooManyTeams:  # the plan stands; what comes after it is not listed
                return solution, others, "stopped"
            if other.status != "proved":
                return solution, others, "none_left" if other.status == "infeasible" else "stopped"
            others.append(other)
        return solution, others, "found" if self.alternatives else "not_asked"


def unfit_checked(loaded: Loaded, overrides: tuple[Override, ...] | None) -> Scenario:
    """The scenario that is merged, after triage where there is one; raises `DiagnosticsError` where it is unfit for merging."""
    from zbopt.plan.merge_document import scenario_to_merge
    from zbopt.scenario.workload import check_mergeable

    scenario, rehoming = scenario_to_merge(loaded.scenario, overrides)
    whole = loaded.scenario if rehoming is None else rehoming.triage.every
    found = [item for item in check_mergeable(loaded, whole) if item.severity == "error"]
    if rehoming is not None:
        without = [
            item.task_force
            for item in rehoming.triage.verdicts
            if item.override is not None and item.decision == "clarify" and not item.handed
        ]
        found += [error("Z343", None, (key,), "decision") for key in without]
    if found:
        raise DiagnosticsError(found)
    return scenario


def _unmet(loaded: Loaded, structure: Structure) -> Iterator[Diagnostic]:
    """Why parts that must be one team may not be one, whatever joins them."""
    from zbopt.meaning.blocks import of_group

    mark = loaded.mark("policy", "policy")
    for group in structure.works.required:
        for message in of_group(structure, tuple(sorted(group))):
            yield Diagnostic(message, "warning", mark, tuple(sorted(group)), "merge.require")


def overlap_notes(loaded: Loaded) -> Iterator[Diagnostic]:
    """Told by `check`: pairs that overlap enough and may not merge, with what keeps them apart; who did not apply again."""
    from zbopt.meaning.blocks import of_pair
    from zbopt.meaning.teams import Structure
    from zbopt.meaning.triage import Triage

    scenario = loaded.scenario
    structure = Structure(Triage(scenario).every)
    required = structure.works.required
    for one, other in structure.works.overlaps:
        told = any({one, other} <= group for group in required)  # by what must be merged
        if structure.works.linked(one, other) and not told:
            for message in of_pair(structure, one, other):
                yield Diagnostic(message, "note", loaded.mark("task_forces", one), (one, other), "")
    yield from _unmet(loaded, structure)
    renewed = {item.renews for item in scenario.applications} - {None}
    running = [team.id for team in scenario.task_forces if team.state is TaskForceState.RUNNING]
    silent = [key for key in running if key not in renewed]
    reapply = scenario.policy.triage.reapply
    if silent and (scenario.applications or reapply != NONE):
        shown = reapply if isinstance(reapply, str) else "; ".join(reapply)
        message = Message("Z348", {"count": len(silent), "of": len(running), "value": shown})
        yield Diagnostic(message, "note", loaded.mark("policy", "policy"), (), "triage.reapply")


def merge_hints(loaded: Loaded, scenario: Scenario) -> tuple[Diagnostic, ...]:
    """What may make a merger impossible: pins on what is not there, and pins and seats that must be filled without anybody eligible."""
    from zbopt.meaning.merged import MergedPlan
    from zbopt.scenario import facts

    alone = tuple((team.id,) for team in facts.staffed_task_forces(scenario))
    m = MergedPlan(scenario, alone, ())
    found: list[Diagnostic] = list(_unmet(loaded, m.structure))
    for pin in scenario.pins:
        if not pin.must or not facts.pin_binds(pin, scenario):
            continue
        mark = loaded.mark("pins", f"{pin.person}@{pin.place}")
        person = scenario.person_by_id[pin.person]
        subject = (person.id, person.name)
        desks = [
            desk for desk in m.structure.desk_by_id.values() if any(facts.pin_covers(pin, post) for post in desk.posts)
        ]
        if not desks:
            found.append(warning("Z344", mark, subject, value=pin.place))
        elif all(m.base_post(person, desk) is None for desk in desks):
            rules = {bar_key(x) for desk in desks for x in m.hard(person, desk, desk.posts[0])}
            found.append(warning("Z345", mark, subject, value=pin.place, rules=tuple(sorted(rules))))
    for team in m.teams:
        for slot in team.slots:
            able = [person for person in scenario.people if any(_is_open(m, person, desk) for desk in slot.desks)]
            if slot.must_fill and len(able) < slot.seats:
                mark = loaded.mark("posts", slot.desks[0].posts[0].id)
                found.append(warning("Z346", mark, (slot.post,), count=len(able), seats=slot.seats))
    return ordered(found)


def _is_open(plan: MergedPlan, person: Person, desk: PlanDesk) -> bool:
    """Whether nothing but the confidential class keeps a person off a desk: those it keeps off are in no count."""
    return any({bar_key(item) for item in plan.hard(person, desk, post)} <= {OTHER_CONDITIONS} for post in desk.posts)


__all__ = ["MergeRun", "merge", "merge_hints", "overlap_notes", "restructure", "unfit_checked"]
