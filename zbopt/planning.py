"""The use cases: check, assign, audit, why, why-not. Brings the rooms together; prints nothing."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Argument, Diagnostic, DiagnosticsError, Message, error, ordered
from zbopt.plan import runfolder
from zbopt.plan.audit import AuditError, AuditFault, audit_document, audit_solution
from zbopt.plan.document import Document, assignment_in, document
from zbopt.plan.measure import Plan
from zbopt.plan.reasons import barred_by, compare_points, why_not
from zbopt.plan.result import Solution
from zbopt.progress import Control, Event
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Person, Post, Scenario, plain
from zbopt.version import __version__


@dataclass(frozen=True)
class Result:
    """An audited outcome: the scenario, the solution, the plan document, and what came out of a cross-check."""

    loaded: Loaded
    solution: Solution
    document: Document
    audit: tuple[AuditFault, ...]
    crosscheck: Mapping[str, int] | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario solved."""
        return self.loaded.scenario

    @property
    def status(self) -> str:
        """proved, feasible, infeasible or stopped."""
        return self.solution.status


def check(path: str | Path) -> tuple[Loaded, tuple[Diagnostic, ...]]:
    """Load a scenario and look for trouble ahead; raises `DiagnosticsError` where it cannot be used."""
    from zbopt.supply import supply

    loaded = load(path)
    return loaded, ordered([*loaded.diagnostics, *supply(loaded)])


def assign(
    source: str | Path | Loaded,
    *,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cross_check: bool = False,
    listener: Callable[[Event], None] | None = None,
    on_control: Callable[[Control], None] | None = None,
) -> Result:
    """Staff the task forces of a scenario. The plan is audited before it is returned; `AuditError` is a defect of zbopt.

    Settings not given are those of `policy.solver`. `on_control` receives the control, by which the run can be stopped.
    """
    from zbopt.engine.assign import TooLarge, solve

    loaded = source if isinstance(source, Loaded) else load(source)
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
    plan = document(loaded.scenario, solution, chosen_seed)
    faults = (*audit_solution(loaded.scenario, solution), *audit_document(plan, loaded.scenario))
    if faults:
        raise AuditError(faults)
    other = _cross_check(loaded.scenario, solution, control) if cross_check else None
    return Result(loaded, solution, plan, faults, other)


def _cross_check(scenario: Scenario, solution: Solution, control: Control) -> Mapping[str, int]:
    """A second opinion by a model of its own; a proved stage that differs is a defect and raises `AuditError`."""
    from zbopt.engine.crosscheck import stage_values
    from zbopt.plan.bars import Bars
    from zbopt.plan.scores import points

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


def manifest(result: Result, workers: int | None) -> dict[str, Any]:
    """What the run was made of and took: for replay, never part of the plan."""
    from importlib.metadata import version

    loaded = result.loaded
    return {
        "format": 1,
        "kind": "assign",
        "scenario": {"path": str(loaded.path.resolve()), "sha256": loaded.scenario.sha256},
        "inputs": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in loaded.files},
        "policy": plain(loaded.scenario.policy),
        "solver": {
            **plain(loaded.scenario.policy.solver),
            "seed": result.document["seed"],
            "workers": workers or loaded.scenario.policy.solver.workers,
        },
        "versions": {
            "zbopt": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("ortools", "highspy", "numpy", "scipy", "pydantic")},
        },
        "counts": dict(result.solution.counts),
        "stages": [
            {
                "name": str(item.name),
                "seconds": round(item.seconds, 3),
                "columns": item.columns,
                "left": item.core_columns,
                "note": item.note,
            }
            for item in result.solution.log
        ],
        "cross_check": dict(result.crosscheck) if result.crosscheck is not None else None,
        "machine": {"cpus": os.cpu_count(), "system": platform.system()},
    }


# --- finished plans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finished:
    """A plan read back, with its scenario and what the audit says of it."""

    document: Document
    scenario: Scenario
    faults: tuple[AuditFault, ...]

    @property
    def plan(self) -> Plan:
        """The plan laid out for reading."""
        return Plan(self.scenario, assignment_in(self.document))


def open_plan(path: str | Path, scenario_path: str | Path | None = None) -> Finished:
    """Read a finished plan (a run folder or plan.json) and audit it; raises `DiagnosticsError` where it cannot be read."""
    from zbopt.diagnostics import Mark

    file = runfolder.plan_path(Path(path))
    try:
        plan = runfolder.read_json(file)
        kind = (
            plan["format"],
            plan["kind"],
            plan["status"],
            plan["stages"],
            plan["seats"],
            plan["scenario"],
            plan["repeatable"],
        )
    except (OSError, ValueError, KeyError):
        raise DiagnosticsError([error("Z501", Mark(str(path)))]) from None
    if kind[1] != "assign":
        raise DiagnosticsError([error("Z501", Mark(str(path)))])
    if scenario_path is None:
        try:
            scenario_path = runfolder.read_json(file.parent / runfolder.MANIFEST)["scenario"]["path"]
        except (OSError, ValueError, KeyError, TypeError):
            raise DiagnosticsError([error("Z502", Mark(str(path)))]) from None
    loaded = load(scenario_path)
    return Finished(plan, loaded.scenario, audit_document(plan, loaded.scenario))


@dataclass(frozen=True)
class Answer:
    """An answer to why or why-not: the person and post meant, and the sentences with the points side by side."""

    messages: tuple[Message, ...]
    rows: tuple[Mapping[str, Any], ...] = ()


def _find(finished: Finished, text: str) -> Person | Post:
    """The person or post of that id, or the person of that name; several of one name are told, none is taken."""
    from zbopt.scenario.fields import nearest

    scenario = finished.scenario
    if text in scenario.person_by_id:
        return scenario.person_by_id[text]
    if text in scenario.post_by_id:
        return scenario.post_by_id[text]
    named = [person for person in scenario.people if person.name == text]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(person.id for person in named)
        raise DiagnosticsError([error("Z504", value=text, known=ids)])
    known = [*scenario.person_by_id, *scenario.post_by_id, *(person.name for person in scenario.people)]
    raise DiagnosticsError([error("Z503", value=text, nearest=nearest(text, known))])


def _row(plan: Plan, person: Person, post: Post) -> dict[str, Any]:
    own, total = compare_points(plan, person, post)
    return {
        "person": person.id,
        "name": person.name,
        "post": post.id,
        "fit": own.fit,
        "preference": own.preference,
        "stability": own.stability,
        "merit": total,
        "seated": post.id in {item.id for item in plan.posts_of_person.get(person.id, ())},
    }


def why(finished: Finished, what: str) -> Answer:
    """Why a person sits where they sit (or nowhere), or who could take a post and what bars the others."""
    plan = finished.plan
    found = _find(finished, what)
    if isinstance(found, Post):
        counts, eligible = barred_by(plan, found)
        from zbopt.plan.reasons import bar_counts

        args: dict[str, Argument] = {"post": found.id, "count": len(eligible), "seats": found.seats}
        rows = sorted(
            (_row(plan, person, found) for person in eligible),
            key=lambda row: (not row["seated"], -row["merit"], row["person"]),
        )
        return Answer((Message("why.post", args), *bar_counts(counts)), tuple(rows))
    posts = plan.posts_of_person.get(found.id, [])
    open_posts = [post for post in plan.posts if not plan.bars.hard(found, post)]
    rows = sorted(
        (_row(plan, found, post) for post in open_posts),
        key=lambda row: (not row["seated"], -row["merit"], row["post"]),
    )
    head = "why.seated" if posts else "why.unseated"
    args = {"name": found.name, "posts": tuple(post.id for post in posts), "count": len(open_posts)}
    lifted = tuple(bar.message for post in posts for bar in plan.bars.lifted(found, post))
    return Answer((Message(head, args), *lifted), tuple(rows))


def why_not_there(finished: Finished, person: str, post: str) -> Answer:
    """Why a person does not sit on a post: bars by rule, or what stands in the way, and the points beside the holder's."""
    plan = finished.plan
    who, where = _find(finished, person), _find(finished, post)
    if not isinstance(who, Person) or not isinstance(where, Post):
        raise DiagnosticsError([error("Z505")])
    if where in plan.posts_of_person.get(who.id, []):
        return Answer((Message("whynot.sits", {"name": who.name, "post": where.id}),), (_row(plan, who, where),))
    messages = why_not(plan, who, where)
    holders = [finished.scenario.person_by_id[key] for key in plan.people_of_post.get(where.id, [])]
    own = plan.posts_of_person.get(who.id, [])
    rows = [
        _row(plan, who, where),
        *(_row(plan, item, where) for item in holders),
        *(_row(plan, who, item) for item in own),
    ]
    head = Message("whynot.head", {"name": who.name, "post": where.id})
    return Answer((head, *(messages or (Message("whynot.merit"),))), tuple(rows))
