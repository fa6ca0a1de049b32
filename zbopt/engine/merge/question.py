"""Is there any merger, and can one of so many seats be staffed? The merging model without objective (`question.settle`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zbopt.engine.linear import LinearModel
from zbopt.engine.merge.candidates import TooManyTeams, candidates
from zbopt.engine.merge.solve import Built, build, chosen_partition, seated
from zbopt.engine.question import NOTHING, Finding, Goal, settle
from zbopt.progress import Control
from zbopt.scenario.models import Scenario
from zbopt.scenario.workload import Workloads
from zbopt.solution import assignment_of

_TERMS = frozenset({"moves", "fit", "preference", "stability"})


def ask_merge(scenario: Scenario, control: Control, workers: int = 1, goal: Goal = NOTHING) -> Finding:
    """Whether a merger exists: of teams that the policy allows, staffed as the hard rules ask; with `max_seats` no seat empty."""
    if control.out_of_time():
        return Finding("unknown")
    try:
        found = candidates(Workloads(scenario), control=control)
    except (TooManyTeams, TimeoutError):
        return Finding("unknown")
    teams = np.arange(len(found.teams))
    if goal.max_seats is not None:
        teams = teams[found.seats <= goal.max_seats]
    built = build(found, teams, ["seats", *(name for name in goal.stages if name != "seats")], _TERMS)
    outcome, point = settle(_with_goal(built, goal), control, workers)
    if point is None:
        return Finding(outcome)
    return Finding(outcome, assignment_of(seated(built, point)), chosen_partition(built, point))


def _with_goal(built: Built, goal: Goal) -> LinearModel:
    model = built.model
    for name, most in goal.stages.items():
        model = model.with_row(model.objectives[name], most)
    if goal.max_seats is None:
        return model
    upper = built.model.upper.copy()
    for columns in built.merging.empty:
        upper[columns] = 0
    return replace(model, upper=upper).with_row(model.objectives["seats"], goal.max_seats)


__all__ = ["ask_merge"]
