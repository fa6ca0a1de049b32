"""A scenario with what is done to it: assigned, merged, or restructured after triage. Asks and solves in one way for all three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from zbopt.diagnostics import DiagnosticsError, Message, error
from zbopt.engine.question import Finding, ask
from zbopt.explaining.elements import Question, hard_only
from zbopt.meaning.measure import Measures, Plan, measure
from zbopt.meaning.merged import MergedPlan, measure_merged
from zbopt.plan.audit import AuditError, AuditFault, audit_solution, confirm
from zbopt.plan.merge_document import scenario_to_merge
from zbopt.progress import Control
from zbopt.scenario.decisions import Override
from zbopt.scenario.editing import applied
from zbopt.scenario.edits import Edit
from zbopt.scenario.models import Scenario
from zbopt.solution import Assignment, Solution

KINDS = ("assign", "merge", "restructure")


@dataclass(frozen=True, repr=False)
class Case:
    """A scenario as the planner wrote it, and the use case (`KINDS`) it is for."""

    scenario: Scenario
    kind: str = "assign"
    overrides: tuple[Override, ...] = ()
    workers: int = 1
    seed: int = 1

    def __repr__(self) -> str:
        return f"Case({self.kind}, {self.scenario!r})"

    @property
    def merging(self) -> bool:
        """Whether task forces are merged."""
        return self.kind != "assign"

    @cached_property
    def solved(self) -> Scenario:
        """What is solved: the scenario, or what triage leaves of it."""
        return scenario_to_merge(self.scenario, self.overrides)[0] if self.kind == "restructure" else self.scenario

    def edited(self, edits: Sequence[Edit], checked: bool = True) -> Case:
        """The case after some edits; raises `DiagnosticsError` where one cannot be done."""
        return replace(self, scenario=applied(self.scenario, edits, checked))

    def ask(self, question: Question, control: Control, workers: int) -> Finding:
        """Whether a plan exists."""
        scenario = question.scenario if question.goal.pays else hard_only(question.scenario)
        if not self.merging:
            return ask(scenario, control, workers, question.goal)
        from zbopt.engine.merge.question import ask_merge

        return ask_merge(scenario, control, workers, question.goal)

    def confirm(self, question: Question, found: Finding) -> None:
        """Audit the plan that shows that one exists; raises `AuditError`. Claims of minimality rest on such plans."""
        if found.assignment is None:
            return
        if found.partition is not None:
            confirm(measure_merged(MergedPlan(question.scenario, found.partition, found.assignment)))
            return
        measures = measure(question.scenario, found.assignment)
        confirm(measures)
        for post, number in question.goal.filled.items():
            if question.scenario.post_by_id[post].seats - measures.empty[post] < number:
                message = Message("fault.must_fill", {"post": post})
                raise AuditError((AuditFault("filled", ("post", post), message),))

    def solve(self, control: Control, start: Assignment = (), certify: bool = False, near: Assignment = ()) -> Solution:
        """Solve and audit, by default without certificate; `near`: a merger as near to that plan as the values allow.

        Raises `AuditError` for a defect of zbopt, `DiagnosticsError` where the case is too large or unfit.
        """
        from zbopt.engine.assign import TooLarge
        from zbopt.engine.merge.candidates import TooManyTeams

        try:
            if self.merging:
                from zbopt.engine.merge import solve as merge

                solution = merge.solve(self.solved, control, self.seed, self.workers, certify=certify, near=near)
            else:
                from zbopt.engine import assign

                solution = assign.solve(self.solved, control, self.seed, self.workers, start=start, certify=certify)
        except TooManyTeams as problem:
            raise DiagnosticsError([error("Z402", value=str(problem))]) from None
        except TooLarge as problem:
            raise DiagnosticsError([error("Z401", value=problem.num_pairs)]) from None
        faults = audit_solution(self.solved, solution)
        if faults:
            raise AuditError(faults)
        return solution

    def plan(self, solution: Solution) -> Plan | MergedPlan:
        """The plan of a solution, laid out for reading."""
        assert solution.assignment is not None
        if solution.partition is not None:
            return MergedPlan(self.solved, solution.partition, solution.assignment)
        return Plan(self.solved, solution.assignment)

    def measures(self, solution: Solution) -> Measures:
        """Every figure of a solution's plan."""
        assert solution.assignment is not None
        plan = self.plan(solution)
        return measure_merged(plan) if isinstance(plan, MergedPlan) else measure(self.solved, solution.assignment)


__all__ = ["KINDS", "Case"]
