"""Whether there is anything to do: people, posts, task forces to staff, stages to be good at. Told before any model is built."""

from __future__ import annotations

from collections.abc import Iterator

from zbopt.diagnostics import Diagnostic, DiagnosticsError, error, warning
from zbopt.scenario import facts
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import ASSIGN_STAGES, TaskForceState


def nothing_to_do(loaded: Loaded, merging: bool = False, decided: bool = False) -> Iterator[Diagnostic]:
    """Errors of a scenario in which nobody could be staffed: no people, no task force, no post."""
    for code in lacks(loaded.scenario, merging, decided):
        yield error(code, loaded.mark("policy", "policy"))


def lacks(scenario: Scenario, merging: bool = False, decided: bool = False) -> Iterator[str]:
    """The codes of what there is none of: people (Z310), task forces to staff (Z300), posts (Z311)."""
    if not scenario.people:
        yield "Z310"
    staffed = facts.staffed_task_forces(scenario)
    running = any(team.state is TaskForceState.RUNNING for team in scenario.task_forces)
    if not staffed and not (merging and (running or decided or _is_decided(scenario))):
        yield "Z300"
    elif not any(scenario.posts_of[team.id] for team in staffed) and not merging:
        yield "Z311"


def _is_decided(scenario: Scenario) -> bool:
    """Whether an application has a decision, by which triage may set a task force up."""
    return any(item.decisions.group.decision is not None for item in scenario.applications)


def stages_left_out(loaded: Loaded) -> Iterator[Diagnostic]:
    """Stages of mergers that `assign` leaves out (Z312), or that no other is left (Z533: then it has nothing to be good at)."""
    names = [str(stage.name) for stage in loaded.scenario.policy.stages]
    mark = loaded.mark("policy", "policy", "stages")
    further = tuple(name for name in names if name not in ASSIGN_STAGES)
    if len(further) == len(names):
        yield warning("Z533", mark)
    elif further:
        yield warning("Z312", mark, (), "", stages=tuple(f"ui.stage.{name}" for name in further))


def checked(loaded: Loaded, merging: bool = False, decided: bool = False) -> None:
    """Raise `DiagnosticsError` where there is nothing to do; `decided`: a planner's file of decisions may set something up."""
    found = list(nothing_to_do(loaded, merging, decided))
    if not merging and any(item.code == "Z533" for item in stages_left_out(loaded)):
        found.append(error("Z533", loaded.mark("policy", "policy", "stages")))
    if found:
        raise DiagnosticsError(found)


__all__ = ["checked", "nothing_to_do", "stages_left_out"]
