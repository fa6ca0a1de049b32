"""The use cases: check, assign, merge, restructure, frontier, overlap, audit, why, why-not. Brings the rooms together; prints nothing."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Argument, Diagnostic, DiagnosticsError, Message, error, ordered, warning
from zbopt.plan import runfolder
from zbopt.plan.audit import AuditError, AuditFault, audit_document, audit_solution
from zbopt.plan.document import Document, assignment_in, document
from zbopt.plan.measure import Plan
from zbopt.plan.reasons import barred_by, compare_points, why_not
from zbopt.plan.result import Solution
from zbopt.progress import Control, Event
from zbopt.scenario.decisions import Override
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
    kind: str = "assign"
    inputs: tuple[Path, ...] = ()
    interrupted: bool = False
    overrides: tuple[Override, ...] | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario solved."""
        return self.loaded.scenario

    @property
    def shown(self) -> Scenario:
        """The scenario reports read names from: the teams of a merger among its task forces."""
        from zbopt.plan.merge_document import scenario_to_show

        return scenario_to_show(self.loaded.scenario, self.document)

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


def merge(
    source: str | Path | Loaded,
    *,
    alternatives: int = 0,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Callable[[Event], None] | None = None,
    on_control: Callable[[Control], None] | None = None,
) -> Result:
    """Merge the task forces that `assign` would staff, and staff what comes out; settings as in `assign`.

    `alternatives`: how many next-best partitions to find as well, each different in two groups or more from the plan and
    from those before it. Raises `DiagnosticsError` where the case is unfit for merging, `AuditError` for a defect of zbopt.
    """
    loaded = source if isinstance(source, Loaded) else load(source)
    run = _MergeRun(loaded, None, (), alternatives, time_limit_seconds, seed, workers, listener, on_control)
    return run.result()


def restructure(
    source: str | Path | Loaded,
    *,
    decisions: str | Path | None = None,
    alternatives: int = 0,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Callable[[Event], None] | None = None,
    on_control: Callable[[Control], None] | None = None,
) -> Result:
    """Triage, then merge and staff what remains, with the action lists; settings as in `merge`.

    `decisions`: a planner's file that overrides triage (`scenario/decisions.py`).
    """
    from zbopt.scenario.decisions import load_decisions

    loaded = source if isinstance(source, Loaded) else load(source)
    overrides = () if decisions is None else load_decisions(decisions, loaded.scenario)
    files = () if decisions is None else (Path(decisions),)
    run = _MergeRun(loaded, overrides, files, alternatives, time_limit_seconds, seed, workers, listener, on_control)
    return run.result()


@dataclass(frozen=True)
class _MergeRun:
    """A merge or restructure from scenario to audited result."""

    loaded: Loaded
    overrides: tuple[Override, ...] | None
    files: tuple[Path, ...]
    alternatives: int
    time_limit_seconds: int | None
    seed: int | None
    workers: int | None
    listener: Callable[[Event], None] | None
    on_control: Callable[[Control], None] | None

    def result(self) -> Result:
        """Solve, write down, audit."""
        from zbopt.plan.merge_document import Unreconciled, merge_document

        scenario = unfit_checked(self.loaded, self.overrides)
        policy = self.loaded.scenario.policy.solver
        seed = policy.seed if self.seed is None else self.seed
        control = Control(self.time_limit_seconds or policy.time_limit_seconds, self.listener)
        if self.on_control is not None:
            self.on_control(control)
        solution, others, search = self._solved(scenario, control, seed, self.workers or policy.workers)
        try:
            plan = merge_document(self.loaded.scenario, solution, seed, self.overrides, others, search)
        except Unreconciled as problem:
            message = Message("audit.unreconciled", {"value": problem.equations})
            raise AuditError((AuditFault("document", ("path", "actions"), message, "actions"),)) from None
        faults = (*audit_solution(scenario, solution), *audit_document(plan, self.loaded.scenario))
        if faults:
            raise AuditError(faults)
        return Result(
            self.loaded, solution, plan, faults, None, plan["kind"], self.files, control.stop_requested, self.overrides
        )

    def _solved(
        self, scenario: Scenario, control: Control, seed: int, workers: int
    ) -> tuple[Solution, list[Solution], str]:
        """The plan, its alternatives, and how the search for them ended. One that is not proved is not the next best: left out."""
        from zbopt.engine.candidates import TooManyTeams
        from zbopt.engine.merge import solve

        others: list[Solution] = []
        search = "found" if self.alternatives else "not_asked"
        try:
            solution = solve(scenario, control, seed, workers)
            while solution.assignment is not None and len(others) < self.alternatives:
                control.emit("alternatives", "search", len(others))
                excluded = [item.partition or () for item in (solution, *others)]
                other = solve(scenario, control, seed, workers, excluded=excluded)
                if other.status != "proved":
                    search = "none_left" if other.status == "infeasible" else "stopped"
                    break
                others.append(other)
        except TooManyTeams as problem:
            raise DiagnosticsError([error("Z402", value=str(problem))]) from None
        return solution, others, search


def frontier(
    source: str | Path | Loaded,
    *,
    decisions: str | Path | None = None,
    earlier: str | Path | None = None,
    time_limit_seconds: int | None = None,
    workers: int | None = None,
    listener: Callable[[Event], None] | None = None,
    on_control: Callable[[Control], None] | None = None,
) -> dict[str, Any]:
    """The exact frontier of persons against moves after triage, most persons first.

    `earlier`: a folder with the frontier of an unfinished run; its rows are kept where scenario and decisions are the same.
    """
    from zbopt.engine.candidates import TooManyTeams
    from zbopt.engine.frontier import frontier as walk
    from zbopt.scenario.decisions import load_decisions

    loaded = source if isinstance(source, Loaded) else load(source)
    overrides = () if decisions is None else load_decisions(decisions, loaded.scenario)
    scenario = unfit_checked(loaded, overrides)
    policy = loaded.scenario.policy.solver
    control = Control(time_limit_seconds or policy.time_limit_seconds, listener)
    if on_control is not None:
        on_control(control)
    head = {
        "format": 1,
        "kind": "frontier",
        "scenario": {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": loaded.scenario.sha256},
        "decisions": [item.as_json() for item in overrides],
    }
    rows, unfilled, ignored = _earlier_rows(head, earlier)
    try:
        found = walk(scenario, control, workers or policy.workers, rows, unfilled)
    except TooManyTeams as problem:
        raise DiagnosticsError([error("Z402", value=str(problem))]) from None
    shown = [{"persons": persons, "moves": moves} for persons, moves in found.rows]
    body = {**head, "status": found.status, "unfilled": found.unfilled, "rows": shown}
    return {**body, "resumed": len(rows), "ignored": ignored, "digest": _digest(body)}


def _digest(body: Mapping[str, Any]) -> str:
    """Tells a frontier that was edited or cut short from one that was written by a run."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _earlier_rows(head: Mapping[str, Any], folder: str | Path | None) -> tuple[list[tuple[int, int]], int | None, bool]:
    """Rows of an earlier run on the very same scenario and decisions, and whether such a file is there but cannot be used."""
    file = None if folder is None else Path(folder) / runfolder.FRONTIER
    if file is None or not file.is_file():
        return [], None, False
    try:
        old = runfolder.read_json(file)
        body = {key: old[key] for key in (*head, "status", "unfilled", "rows")}
        if any(old[key] != value for key, value in head.items()) or old["digest"] != _digest(body):
            return [], None, True
        if old["unfilled"] is None:
            return [], None, False
        return [(int(row["persons"]), int(row["moves"])) for row in old["rows"]], int(old["unfilled"]), False
    except (OSError, ValueError, KeyError, TypeError):
        return [], None, True


def unfit_checked(loaded: Loaded, overrides: tuple[Override, ...] | None) -> Scenario:
    """The scenario that is merged, after triage where there is one; raises `DiagnosticsError` where it is unfit for merging."""
    from zbopt.plan.merge_document import scenario_to_merge
    from zbopt.scenario.workload import check_mergeable

    scenario, triage = scenario_to_merge(loaded.scenario, overrides)
    whole = loaded.scenario if triage is None else triage.every
    found = [item for item in check_mergeable(loaded, whole) if item.severity == "error"]
    if triage is not None:
        without = [
            v.task_force for v in triage.verdicts if v.override is not None and v.decision == "clarify" and not v.handed
        ]
        found += [error("Z343", None, (key,), "decision") for key in without]
    if found:
        raise DiagnosticsError(found)
    return scenario


def hints(result: Result, path: str | Path) -> tuple[Diagnostic, ...]:
    """Warnings that may say why a case is impossible."""
    if result.kind == "assign":
        return tuple(item for item in check(path)[1] if item.code.startswith("Z3"))
    return merge_hints(result.loaded, unfit_checked(result.loaded, result.overrides))


def merge_hints(loaded: Loaded, scenario: Scenario) -> tuple[Diagnostic, ...]:
    """What may make a merger impossible: pins on what is not there, and pins and seats that must be filled without anybody eligible."""
    from zbopt.plan.merged import MergedPlan
    from zbopt.scenario import facts

    alone = tuple((team.id,) for team in facts.staffed_task_forces(scenario))
    m = MergedPlan(scenario, alone, ())
    found: list[Diagnostic] = []
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
            rules = {str(x.args.get("rule", x.code)) for desk in desks for x in m.hard(person, desk, desk.posts[0])}
            found.append(warning("Z345", mark, subject, value=pin.place, rules=tuple(sorted(rules))))
    for team in m.teams:
        for slot in team.slots:
            able = [p for p in scenario.people if any(m.base_post(p, desk) is not None for desk in slot.desks)]
            if slot.must_fill and len(able) < slot.seats:
                mark = loaded.mark("posts", slot.desks[0].posts[0].id)
                found.append(warning("Z346", mark, (slot.post,), count=len(able), seats=slot.seats))
    return ordered(found)


def triaged_all(scenario: Scenario, overrides: tuple[Override, ...] | None) -> Scenario:
    """What must be fit for merging: the scenario itself, or all that triage judges."""
    from zbopt.plan.triage import Triage

    return scenario if overrides is None else Triage(scenario, overrides).every


def overlap(source: str | Path | Loaded) -> tuple[Loaded, Document]:
    """Pairs of task forces with their overlap and its evidence; applied ones included."""
    from zbopt.plan.overlap import overlap_document

    loaded = source if isinstance(source, Loaded) else load(source)
    return loaded, overlap_document(triaged_all(loaded.scenario, ()))


def suggest(
    source: str | Path | Loaded, *, synonyms: str | Path | None = None, threshold: int | None = None, effects: int = 10
) -> tuple[Loaded, list[dict[str, Any]]]:
    """Duties that may be the same in other words, most alike first, and for the first `effects` of them what would change.

    `change`: least seats and task forces as it stands and with this one pair confirmed, and the groups that would be new.
    """
    from zbopt.diagnostics import Mark
    from zbopt.plan.overlap import DEFAULT_THRESHOLD, confirmed, read_synonyms, suggestions
    from zbopt.scenario.source import decode, read_bytes

    loaded = source if isinstance(source, Loaded) else load(source)
    words = {}
    if synonyms is not None:
        text, found = decode(read_bytes(Path(synonyms), Path(synonyms).name), Path(synonyms).name)
        if any(item.severity == "error" for item in found):
            raise DiagnosticsError([*found, error("Z003", Mark(str(synonyms)))])
        words = read_synonyms(text)
    scenario = triaged_all(loaded.scenario, ())
    pairs = suggestions(scenario, words, DEFAULT_THRESHOLD if threshold is None else threshold)
    merged = unfit_checked(loaded, ())
    before = _headcount(merged) if pairs else None
    rows = []
    for place, item in enumerate(pairs):
        after = _headcount(confirmed(merged, [item])) if place < effects else None
        change = None
        if before is not None and after is not None:
            change = {
                "seats": [before[0], after[0]],
                "task_forces": [before[1], after[1]],
                "groups": [list(group) for group in after[2] if group not in before[2]]
                if after[:2] != before[:2]
                else [],
            }
        rows.append({"duties": [item.one, item.other], "similarity": item.similarity, "change": change})
    return loaded, rows


def _headcount(scenario: Scenario) -> tuple[int, int, tuple[tuple[str, ...], ...]] | None:
    """Least seats, then task forces, and one partition that has them; None where there is none."""
    from zbopt.engine.candidates import TooManyTeams, candidates
    from zbopt.engine.partition import Partitions
    from zbopt.scenario.workload import Workloads

    try:
        found = candidates(Workloads(scenario))
        least = Partitions(found, Control(60), 1).least()
    except (TooManyTeams, TimeoutError):
        return None
    if least is None:
        return None
    parts = found.works.parts
    groups = tuple(sorted(tuple(parts[part].id for part in found.teams[team]) for team in least.partition))
    return least.seats, least.task_forces, groups


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
        "kind": result.kind,
        "scenario": {"path": str(loaded.path.resolve()), "sha256": loaded.scenario.sha256},
        "inputs": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (*loaded.files, *result.inputs)
        },
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


KINDS = ("assign", "merge", "restructure")
"""The kinds of plans."""


@dataclass(frozen=True)
class Finished:
    """A plan read back, with its scenario and what the audit says of it."""

    document: Document
    scenario: Scenario
    faults: tuple[AuditFault, ...]

    @property
    def plan(self) -> Plan:
        """The plan laid out for reading; raises `DiagnosticsError` for a merged one, whose posts are computed."""
        if self.document["kind"] != "assign":
            raise DiagnosticsError([error("Z512", value=str(self.document["kind"]))])
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
    further = ("task_forces", "decisions", "alternatives", "headcount_alone")
    if kind[1] not in KINDS or (kind[1] != "assign" and any(key not in plan for key in further)):
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
