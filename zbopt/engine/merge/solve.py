"""`merge` from scenario to solution: candidate teams, set partitioning, staffing at desks, tie-break.

The least headcount is proved by set partitioning alone. Where a partition of that headcount can be staffed without empty
seats, its values are those of the first stages (they cannot be better), and only the teams of such partitions are left to
choose from while quotas, moves and merit decide. Where it cannot, every stage is solved over all candidate teams.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from zbopt.engine.assign import MAX_PAIRS, TooLarge
from zbopt.engine.backend import Relaxation, search
from zbopt.engine.linear import Floats, Ints, LinearModel
from zbopt.engine.merge import quotas, terms
from zbopt.engine.merge.by_partition import ByPartition
from zbopt.engine.merge.candidates import MAX_TEAMS, Candidates, TooManyTeams, candidates
from zbopt.engine.merge.desks import DeskContext, DeskData
from zbopt.engine.merge.generating import priced_candidates
from zbopt.engine.merge.model import Merging
from zbopt.engine.merge.partition import Headcount, Partitions, differ
from zbopt.engine.merge.start import start_point
from zbopt.engine.stages import EPS, Impossible, last_without_tolerance, nearest, of_plan
from zbopt.engine.start import pairs_of_plan
from zbopt.engine.tiebreak import choose_teams, tie_break
from zbopt.progress import Control
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage
from zbopt.scenario.words import StageName
from zbopt.scenario.workload import Workloads
from zbopt.solution import Assignment, Partition, Solution, StageLog, StageResult, Status, assignment_of

FIRST_STAGES = ("unfilled", "seats", "persons", "task_forces")
"""The stages whose least values the partition alone may give."""

TIGHT_SECONDS = 1
"""Time, beyond the limit if need be, for the columns that follow from a plan."""

MAX_LEVELS = 6
"""Headcounts tried one after the other with every seat filled, before all stages are solved over all teams."""


def merge_stages(scenario: Scenario) -> tuple[Stage, ...]:
    """Every stage in the order of `docs/merging.md`, with the policy's tolerances; `moves` only if the policy names it."""
    stated = {stage.name: stage for stage in scenario.policy.stages}
    stages = [
        stated.get(name, Stage(name=name))
        for name in StageName
        if name not in (StageName.UNCOVERED, StageName.MOVES) or (name is StageName.MOVES and name in stated)
    ]
    return tuple(last_without_tolerance(stages))


@dataclass(frozen=True)
class Built:
    """A merging model with what its columns mean."""

    merging: Merging
    model: LinearModel

    @property
    def context(self) -> DeskContext:
        """The context it was made from."""
        return self.merging.context

    @property
    def num_chosen(self) -> int:
        """Columns x and y: what is chosen, the first of the model."""
        return len(self.context.x) + len(self.merging.y)


def build(
    found: Candidates, teams: Ints, names: Sequence[str], without: frozenset[str] = frozenset(),
    total_seats: int | None = None, excluded: Sequence[Partition] = (),
) -> Built:  # fmt: skip
    """The model on some candidate teams; raises `TooLarge`. `without` leaves rules, row families or terms out; only tests do that."""
    number = len(found.works.scenario.people) * len(found.works.scenario.posts)
    if number > MAX_PAIRS:
        raise TooLarge(number)
    most = np.zeros(len(found.desks), np.int64)
    scratch = Merging(DeskContext(DeskData(found.works.scenario, found.desks, ())), found, teams)
    for slots in scratch.slots:
        for slot in slots:
            places = list(slot.desks)
            most[places] = np.maximum(most[places], slot.seats)
    data = DeskData(found.works.scenario, found.desks, tuple(most.tolist()))
    context = DeskContext(data, without, total_seats=total_seats)
    m = Merging(context, found, teams)
    _ = context.x, m.y, m.empty, m.flow, m.joined
    for name, rows in terms.ROWS.items():
        if name not in without:
            rows(m)
    if "quota" not in without:
        quotas.quotas(m)
    for name, term in terms.TERMS.items():
        if name not in without and not (name == "moves" and "moves" not in names):
            term(m)
    differ(found, teams, m.y, m.builder, excluded)
    return Built(m, m.builder.build(names))


def solve(
    scenario: Scenario, control: Control, seed: int, workers: int, without: frozenset[str] = frozenset(),
    excluded: Sequence[Partition] = (), max_teams: int = MAX_TEAMS, max_moves: int | None = None, certify: bool = True,
    near: Assignment = (),
) -> Solution:  # fmt: skip
    """Merge and staff: every stage with value and bound, the plan certified unique where that is possible.

    `max_moves`: most persons who may adjust, transfer or be new. `excluded`: partitions from which the answer must differ
    in two groups or more. Above `max_teams` candidate teams only those near the least headcount are generated; raises
    `TooManyTeams` where that does not do, `TooLarge` as `assign` does. `certify` and `near` as in `assign`.
    """
    run = _Run(scenario, control, seed, workers, without, tuple(excluded), max_teams, max_moves, certify, near)
    return run.solution()


class _Run:
    """One solve, with its log."""

    def __init__(
        self, scenario: Scenario, control: Control, seed: int, workers: int, without: frozenset[str],
        excluded: tuple[Partition, ...], max_teams: int, max_moves: int | None, certify: bool,
        near: Assignment,
    ) -> None:  # fmt: skip
        self.certify, self.near = certify, near
        self.scenario, self.control, self.seed, self.workers = scenario, control, seed, workers
        self.without, self.excluded, self.max_teams, self.max_moves = without, excluded, max_teams, max_moves
        self.stages = merge_stages(scenario)
        self.log: list[StageLog] = []
        self.counts: dict[str, int] = {}
        self.works = Workloads(scenario)

    def solution(self) -> Solution:
        """The whole descent."""
        begun = time.perf_counter()
        self.control.emit("teams", "build")
        try:
            found = self._candidates()
        except TimeoutError:
            return Solution("stopped", None, (), False, (), self.counts)
        self.log.append(StageLog("teams", time.perf_counter() - begun, len(found.teams), len(found.desks)))
        self.counts["teams"] = len(found.teams)
        begun = time.perf_counter()
        try:
            partitions = Partitions(found, self.control, self.workers, self.excluded)
            least = partitions.least()
        except TimeoutError:
            return Solution("stopped", None, (), False, tuple(self.log), self.counts)
        if found.up_to is not None and (least is None or least.seats > found.up_to):
            raise TooManyTeams(self.max_teams)  # what is not listed might do better
        if least is None:
            return Solution("infeasible", None, (), False, tuple(self.log), self.counts)
        self.log.append(StageLog("headcount", time.perf_counter() - begun, len(found.teams), len(least.least_both)))
        alone = (least.seats, least.task_forces)
        outcome = self._staffed(found, partitions, least) or self._over_all_teams(found)
        if outcome is not None and outcome.status == "stopped" and outcome.assignment is None:
            outcome = self._started(found, least) or outcome
        if outcome is None:
            return replace(Solution("infeasible", None, (), False, tuple(self.log), self.counts), headcount_alone=alone)
        return replace(outcome, headcount_alone=alone, stages=tuple(_at_least(item, least) for item in outcome.stages))

    def _candidates(self) -> Candidates:
        try:
            return candidates(self.works, self.max_teams, self.control)
        except TooManyTeams:
            return priced_candidates(self.works, self.control, self.workers)

    def _staffed(self, found: Candidates, partitions: Partitions, least: Headcount) -> Solution | None:
        """The lowest headcount at which every seat can be filled, tried level by level; None where no level was found.

        With no seat empty, `unfilled` is at the value that nothing beats, so the first headcount that works is the best.
        """
        if any(stage.name in FIRST_STAGES and stage.allowance(1_000_000) for stage in self.stages):
            return None
        for _ in range(MAX_LEVELS):
            for task_forces in (least.task_forces, None):
                outcome = self._at_headcount(found, least, task_forces)
                if outcome is not None:
                    return outcome
            self.log.append(StageLog("headcount", 0.0, least.seats, least.task_forces, "cannot be staffed"))
            try:
                higher = partitions.least(least.seats + 1)
            except TimeoutError:
                return None
            if higher is None or (found.up_to is not None and higher.seats > found.up_to):
                return None
            least = higher
        return None

    def _at_headcount(self, found: Candidates, least: Headcount, task_forces: int | None) -> Solution | None:
        """Staff partitions of this headcount (and number of task forces) with no seat empty; None where that is impossible."""
        built = self._build(found, least.least_seats if task_forces is None else least.least_both, least.seats)
        several = bool(built.context.several.any())
        if several and task_forces is not None:
            return None  # persons are counted before task forces
        if not several and len(np.unique(built.context.person)) < least.seats:
            return None
        settled = {"unfilled": 0, "seats": least.seats}
        settled |= {} if several else {"persons": least.seats}
        settled |= {} if task_forces is None else {"task_forces": task_forces}
        descent = self._descent(built, _held(built, settled))
        try:
            descent.run([stage for stage in self.stages if stage.name not in settled])
        except Impossible:
            return None
        if descent.point is None:
            return Solution("stopped", None, (), False, (*self.log, *descent.log), self.counts)
        first = [StageResult(name, value, value, value, "proved") for name, value in settled.items()]
        return self._finish(built, descent, first)

    def _over_all_teams(self, found: Candidates) -> Solution | None:
        """Every stage over every candidate team; raises `TooManyTeams` where they are not all listed."""
        if found.up_to is not None:
            raise TooManyTeams(self.max_teams)
        built = self._build(found, np.arange(len(found.teams)), None)
        descent = self._descent(built, built.model)
        try:
            descent.run(list(self.stages))
        except Impossible:
            return None
        if descent.point is None:
            return Solution("stopped", None, (), False, (*self.log, *descent.log), self.counts)
        return self._finish(built, descent, [])

    def _started(self, found: Candidates, least: Headcount) -> Solution | None:
        """A plan without proof for a run that was stopped before it had one."""
        alone = np.array([place for place, team in enumerate(found.teams) if len(team) == 1], np.int64)
        for partition in (least.partition, alone):
            if len({part for team in partition for part in found.teams[team]}) < len(self.works.parts):
                continue  # a part that must be merged has no team alone
            built = self._build(found, partition, None)
            point = start_point(built.merging, built.model, np.arange(len(partition)))
            if point is not None:
                descent = self._descent(built, built.model)
                descent.point, descent.stopped = _tight(built, point), True
                descent.run(list(self.stages))
                return self._finish(built, descent, [])
        return None

    def _build(self, found: Candidates, teams: Ints, total_seats: int | None) -> Built:
        begun = time.perf_counter()
        names = [str(stage.name) for stage in self.stages]
        if self.max_moves is not None and "moves" not in names:
            names.append("moves")
        built = build(found, teams, names, self.without, total_seats, self.excluded)
        if self.max_moves is not None:
            built = replace(built, model=built.model.with_row(built.model.objectives["moves"], self.max_moves))
        self.log.append(StageLog("model", time.perf_counter() - begun, built.model.num_columns, built.model.num_rows))
        self.counts |= {
            "pairs": len(built.context.x),
            "teams_in_model": len(teams),
            "columns": built.model.num_columns,
            "rows": built.model.num_rows,
            "entries": int(built.model.matrix.nnz),
        }
        return built

    def _descent(self, built: Built, model: LinearModel) -> ByPartition:
        seats = int(built.context.data.seats.sum())
        return ByPartition(model, self.control, self.workers, built.num_chosen, seats, None, merging=built.merging)

    def _finish(self, built: Built, descent: ByPartition, first: list[StageResult]) -> Solution:
        unique = False
        assert descent.point is not None
        if self.near and not descent.out_of_time():
            pairs = built.context.x
            nearest(descent, pairs, pairs[pairs_of_plan(built.context, self.near)])
        elif self.certify and not descent.out_of_time():
            unique = self._tie_break(built, descent)
        plan = self._settled(built, descent)
        own = [of_plan(item, _signed(built.model, str(item.name), plan)) for item in descent.results]
        by_name = {str(item.name): item for item in [*first, *own]}
        uncovered = len(self.works.uncovered)
        stages = (
            StageResult("uncovered", uncovered, uncovered, uncovered, "proved"),
            *(by_name[stage.name] for stage in self.stages if stage.name in by_name),
        )
        proved = len(stages) == len(self.stages) + 1 and all(stage.status == "proved" for stage in stages)
        status: Status = "proved" if proved else "stopped" if self.control.stop_requested else "feasible"
        return Solution(
            status, assignment_of(seated(built, plan)), stages, unique and proved, (*self.log, *descent.log),
            self.counts, chosen_partition(built, plan),
        )  # fmt: skip

    def _tie_break(self, built: Built, descent: ByPartition) -> bool:
        """The partition first, then who sits where in it: with the teams fixed the relaxation is tight again."""
        assert descent.point is not None
        begun = time.perf_counter()
        model, teams = descent.model, built.merging.y
        equals = descent.equals or [descent.point]
        descent.point, unique = choose_teams(
            model, equals, descent.all_equals, teams, self.control, self.seed, self.workers
        )
        point = descent.point
        if not self.control.out_of_time():
            model = _with_teams(model, teams, point)
            relaxed = descent.relaxation("merit", model)
            if relaxed.outcome == "optimal":
                value = descent.value("merit", point) + self.stages[-1].allowance(descent.value("merit", point))
                model = model.with_upper(_dropped(model, relaxed, value, built.context.x))
            descent.point, seated = tie_break(model, point, built.context.x, self.control, self.seed, self.workers)
            unique = unique and seated
        face = int(np.sum(model.upper[: built.num_chosen] > 0))
        descent.log.append(StageLog("tie-break", time.perf_counter() - begun, face, face))
        return unique

    def _settled(self, built: Built, descent: ByPartition) -> Floats:
        """The plan's point; a tolerance, or a search cut short, leaves slack loose in it."""
        assert descent.point is not None
        loose = any(stage.allowance(1_000_000) for stage in self.stages)
        if not loose and all(item.status == "proved" for item in descent.results):
            return descent.point
        return _tight(built, descent.point)


def _with_teams(model: LinearModel, teams: Ints, point: Floats) -> LinearModel:
    """The model with the teams of a point fixed."""
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[teams] = upper[teams] = np.rint(point[teams])
    return replace(model, lower=lower, upper=upper)


def _dropped(model: LinearModel, relaxed: Relaxation, value: int, pairs: Ints) -> Floats:
    """Upper bounds without the pairs that no plan of this merit uses."""
    upper = model.upper.copy()
    gone = (relaxed.reduced[pairs] > value - relaxed.bound + EPS) & (model.lower[pairs] == 0)
    upper[pairs[gone]] = 0
    return upper


def _tight(built: Built, point: Floats) -> Floats:
    """The point with every other column at its best for the pairs and teams that are chosen."""
    chosen = np.arange(built.num_chosen)
    upper, lower = built.model.upper.copy(), built.model.lower.copy()
    upper[chosen] = lower[chosen] = np.rint(point[chosen])
    fixed = replace(built.model, lower=lower, upper=upper)
    for name in ("quotas", "merit"):
        result = search(fixed, fixed.objectives[name], Control(TIGHT_SECONDS), name, np.flatnonzero(upper > 0), point)
        point = point if result.x is None else result.x
        fixed = fixed.with_row(fixed.objectives[name], float(np.rint(fixed.objectives[name] @ point)))
    return point


def _held(built: Built, settled: dict[str, int]) -> LinearModel:
    """The model with no seat empty and the settled stages at their values."""
    upper = built.model.upper.copy()
    for columns in built.merging.empty:
        upper[columns] = 0
    model = built.model.with_upper(upper)
    for name in ("seats", "task_forces"):
        if name in settled:
            model = model.with_row(model.objectives[name], settled[name])
    return model


def _signed(model: LinearModel, name: str, point: Floats) -> int:
    value = int(np.rint(model.objectives[name] @ point))
    return -value if name == "merit" else value


def seated(built: Built, point: Floats) -> list[tuple[str, str]]:
    """Who sits at which desk at a point."""
    context = built.context
    pairs = np.flatnonzero(point[: len(context.x)] > 0.5)
    names = built.merging.desk_names
    return [(context.data.people[context.person[pair]].id, names[context.post[pair]]) for pair in pairs]


def chosen_partition(built: Built, point: Floats) -> Partition:
    """The teams chosen at a point."""
    parts = built.merging.found.works.parts
    places = np.flatnonzero(point[built.merging.y] > 0.5)
    teams = (built.merging.found.teams[built.merging.teams[place]] for place in places)
    return tuple(sorted(tuple(parts[part].id for part in team) for team in teams))


def _at_least(stage: StageResult, least: Headcount) -> StageResult:
    """The stage with what partitions alone prove of the seats: no plan has fewer, whether or not the stage was reached."""
    if stage.name != "seats" or stage.status == "proved":
        return stage
    return replace(stage, bound=max(stage.bound, least.seats))


__all__ = ["TooLarge", "build", "chosen_partition", "merge_stages", "seated", "solve"]
