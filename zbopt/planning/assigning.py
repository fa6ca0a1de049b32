"""Check a scenario, staff its task forces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Message, error, ordered, warning
from zbopt.meaning.bars import Bars
from zbopt.plan.audit import AuditError, AuditFault, audit_document
from zbopt.plan.document import document
from zbopt.planning.fitness import checked, nothing_to_do, stages_left_out
from zbopt.planning.results import Result
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario
from zbopt.solution import Solution


def check(path: str | Path) -> tuple[Loaded, tuple[Diagnostic, ...]]:
    """Load a scenario and look for trouble ahead; raises `DiagnosticsError` where it cannot be used."""
    from zbopt.explaining.supply import supply
    from zbopt.planning.merging import overlap_notes

    loaded = load(path)
    nothing = list(nothing_to_do(loaded, merging=bool(loaded.scenario.workload)))  # work without posts is for mergers
    if nothing:
        raise DiagnosticsError([*nothing, *loaded.diagnostics])
    found = [*loaded.diagnostics, *stages_left_out(loaded), *too_large(loaded), *supply(loaded)]
    found += overlap_notes(loaded)
    return loaded, ordered(found)


def too_large(loaded: Loaded) -> Iterator[Diagnostic]:
    """Told by `check`: that `assign` will refuse the case for its size."""
    from zbopt.engine.assign import MAX_PAIRS

    pairs = len(loaded.scenario.people) * len(loaded.scenario.posts)
    if pairs > MAX_PAIRS:
        yield warning("Z401", loaded.mark("policy", "policy"), value=pairs)


def assign(
    source: str | Path | Loaded,
    *,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cross_check: bool = False,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Result:
    """Staff the task forces of a scenario. The plan is audited before it is returned; `AuditError` is a defect of zbopt.

    Settings not given are those of `policy.solver`. `on_control` receives the control, by which the run can be stopped.
    """
    from zbopt.engine.assign import TooLarge, solve

    loaded = source if isinstance(source, Loaded) else load(source)
    checked(loaded)
    policy = loaded.scenario.policy.solver
    limit = time_limit_seconds or policy.time_limit_seconds
    chosen_seed = policy.seed if seed is None else seed
    control = Control(limit, listener)
    if on_control is not None:
        on_control(control)
    try:
        solution = solve(loaded.scenario, control, chosen_seed, workers or policy.workers)
    except TooLarge as problem:
        raise DiagnosticsError([error("Z401", value=problem.num_pairs)]) from None
    bars = Bars(loaded.scenario)
    plan = document(loaded.scenario, solution, chosen_seed, control.ended_by, bars)
    faults = audit_document(plan, loaded.scenario, bars)
    if faults:
        raise AuditError(faults, plan)
    other = _cross_check(loaded.scenario, solution, control) if cross_check else None
    return Result(loaded, solution, plan, faults, other)


def _cross_check(scenario: Scenario, solution: Solution, control: Control) -> Mapping[str, int]:
    """A second opinion by a model of its own; a proved stage that differs is a defect and raises `AuditError`."""
    from zbopt.engine.crosscheck import stage_values
    from zbopt.meaning.scores import points

    bars = Bars(scenario)
    values = stage_values(
        scenario,
        lambda person, post: not bars.hard(person, post),
        lambda person, post: sum(bar.mode == "target" and bar.rule != "R16" for bar in bars.of(person, post)),
        lambda person, post: points(person, post, scenario),
        control,
    )
    faults = tuple(
        AuditFault(stage.name, ("stage", stage.name), Message("audit.crosscheck", {"stage": stage.name}))
        for stage in solution.stages
        if stage.status == "proved" and values.get(stage.name, stage.value) != stage.value
    )
    if faults:
        raise AuditError(faults)
    return values


__all__ = ["assign", "check"]
