"""Why a case is impossible, or leaves seats empty and quotas short, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zbopt.diagnostics import Diagnostic, DiagnosticsError, error
from zbopt.explaining.case import Case
from zbopt.explaining.conflicts import Asker, Conflict, conflicts
from zbopt.explaining.elements import Question
from zbopt.explaining.repairs import Repair, Repairer
from zbopt.explaining.shortfalls import Shortfall, shortfalls
from zbopt.explaining.wording import edit_message, element_message, element_place, supply_rows
from zbopt.plan.document import Document
from zbopt.planning.fitness import checked
from zbopt.planning.merging import merge_hints, unfit_checked
from zbopt.planning.notebook import Framed, head, stages_json
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario.decisions import Override, load_decisions
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import Loaded, load
from zbopt.solution import Solution

COUNTED = ("Z301", "Z302", "Z303", "Z304", "Z307", "Z308")
"""Warnings of `check` about demand that supply does not meet."""

MAX_SHORTFALLS = 8
"""Empty posts and short quotas that are looked into; the others are told by name."""


@dataclass(frozen=True, repr=False)
class Explanation(Framed):
    """What stands against a plan or part of it: `document` is everything in plain JSON values, `repairs` the edits by number."""

    loaded: Loaded
    document: Document
    counting: tuple[Diagnostic, ...]
    repairs: tuple[Repair, ...]
    solution: Solution | None

    @property
    def status(self) -> str:
        """infeasible, proved, feasible or stopped."""
        return str(self.document["status"])


def case_of(
    loaded: Loaded, kind: str = "assign", overrides: Sequence[Override] = (), seed: int | None = None,
    workers: int | None = None,
) -> Case:  # fmt: skip
    """The case of a scenario; raises `DiagnosticsError` where it is unfit for merging."""
    policy = loaded.scenario.policy.solver
    checked(loaded, merging=kind != "assign")
    if kind != "assign":
        unfit_checked(loaded, None if kind == "merge" else tuple(overrides))
    seed = policy.seed if seed is None else seed
    return Case(loaded.scenario, kind, tuple(overrides), workers or policy.workers, seed)


def opened(
    source: str | Path | Loaded, kind: str = "assign", decisions: str | Path | None = None, seed: int | None = None,
    workers: int | None = None,
) -> tuple[Loaded, Case]:  # fmt: skip
    """A scenario and its case; raises `DiagnosticsError`."""
    loaded = source if isinstance(source, Loaded) else load(source)
    if decisions is not None and kind != "restructure":
        raise DiagnosticsError([error("Z530")])
    overrides = () if decisions is None else load_decisions(decisions, loaded.scenario)
    checked(loaded, merging=kind != "assign", decided=bool(overrides))
    return loaded, case_of(loaded, kind, overrides, seed, workers)


def controlled(
    loaded: Loaded, time_limit_seconds: int | None, listener: Listener,
    on_control: OnControl, factor: int = 1,
) -> Control:  # fmt: skip
    """The control of a run; without a limit of its own, the policy's times `factor`."""
    limit = time_limit_seconds or factor * loaded.scenario.policy.solver.time_limit_seconds
    control = Control(limit, listener)
    if on_control is not None:
        on_control(control)
    return control


def explain(
    source: str | Path | Loaded,
    *,
    kind: str = "assign",
    decisions: str | Path | None = None,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Explanation:
    """The conflicts and repairs of an impossible case, or those of every empty seat and short quota of its best plan.

    `kind`: assign, merge or restructure. Raises `DiagnosticsError`, and `AuditError` for a defect of zbopt.
    """
    loaded, case = opened(source, kind, decisions, seed, workers)
    return explain_case(loaded, case, controlled(loaded, time_limit_seconds, listener, on_control))


def explain_case(loaded: Loaded, case: Case, control: Control, solution: Solution | None = None) -> Explanation:
    """The same of a case that is open already; `solution` where it was solved before."""
    question = Question(case.solved, merging=case.merging)
    if solution is None or solution.assignment is None:
        asker = Asker(question, control, case.workers, case.ask, case.confirm)
        outcome = asker.without(()).outcome
        if outcome == "impossible":
            return _impossible(loaded, case, question, asker, control)
        solution = case.solve(control)
        if solution.assignment is None:  # time ran out before a plan was found or its impossibility explained
            nothing: Document = {"stages": [], "counting": [], "conflicts": [], "repairs": [], "all_repairs": False}
            document = head("explanation", case.kind, loaded.scenario, solution.status, **nothing, shortfalls=[])
            return Explanation(loaded, document, (), (), solution)
    rows, repairs = [], list[Repair]()  # a repair that mends two things has one number
    for place, item in enumerate(shortfalls(case, solution)):
        if place >= MAX_SHORTFALLS or control.out_of_time():
            rows.append(_shortfall(item))
            continue
        rows.append(_looked_into(loaded, case, item, control, repairs))
    counting = counted(loaded, case, False) if rows else ()
    document = head(
        "explanation", case.kind, loaded.scenario, solution.status, stages=stages_json(solution),
        counting=[_diagnostic(item) for item in counting], shortfalls=rows,
    )  # fmt: skip
    return Explanation(loaded, document, counting, tuple(repairs), solution)


def _impossible(loaded: Loaded, case: Case, question: Question, asker: Asker, control: Control) -> Explanation:
    counting = counted(loaded, case, True)
    found = conflicts(asker)
    repairer = Repairer(case, question, control)
    repairs = repairer.repairs(found)
    document = head(
        "explanation", case.kind, loaded.scenario, "infeasible",
        counting=[_diagnostic(item) for item in counting],
        conflicts=[conflict_json(item, loaded, case) for item in found],
        repairs=[repair_json(item, number, loaded) for number, item in enumerate(repairs, 1)],
        all_repairs=repairer.complete,
    )  # fmt: skip
    return Explanation(loaded, document, counting, repairs, None)


def counted(loaded: Loaded, case: Case, must: bool) -> tuple[Diagnostic, ...]:
    """What counting finds without a search: supply against demand; `must` only what makes a case impossible, not what leaves seats empty."""
    if case.merging:
        return merge_hints(loaded, case.solved) if must else ()
    from zbopt.explaining.supply import supply

    return tuple(item for item in supply(loaded, must) if item.code in COUNTED)


def _looked_into(loaded: Loaded, case: Case, item: Shortfall, control: Control, repairs: list[Repair]) -> Document:
    """A shortfall with its conflict and repairs (added to those known); without them where time ran out."""
    asker = Asker(item.question, control, case.workers, case.ask, case.confirm)
    found = conflicts(asker, 1)
    row = _shortfall(item)
    if not found:
        return row
    repairer = Repairer(case, item.question, control, 3)
    for repair in repairer.repairs(found):
        number = next((n for n, known in enumerate(repairs, 1) if known.edits == repair.edits), None)
        if number is None:
            repairs.append(repair)
            number = len(repairs)
        row["repairs"].append(repair_json(repair, number, loaded))
    row["conflicts"] = [conflict_json(conflict, loaded, case) for conflict in found]
    row["all_repairs"] = repairer.complete
    return row


def _shortfall(item: Shortfall) -> Document:
    return {
        "kind": item.kind,
        "subject": list(item.keys),
        "missing": item.missing,
        "conflicts": [],
        "repairs": [],
        "all_repairs": False,
    }


def _diagnostic(item: Diagnostic) -> Document:
    return {**item.message.as_json(), "place": str(item.mark or ""), "subject": list(item.subject)}


def conflict_json(conflict: Conflict, loaded: Loaded, case: Case) -> Document:
    """A conflict with its elements in words and the supply of the posts in it."""
    return {
        "minimal": conflict.minimal,
        "elements": [
            {"id": item.id, "place": element_place(item, loaded), **element_message(item, case.solved).as_json()}
            for item in conflict.elements
        ],
        "supply": [] if case.merging else supply_rows(conflict.elements, case.solved),
    }


def repair_json(repair: Repair, number: int, loaded: Loaded) -> Document:
    """A repair: its edits as typed and in words, its price, the stages of the plan it leads to."""
    return {
        "number": number,
        "price": repair.price,
        "edits": edits_json(repair.edits, loaded),
        "status": repair.solution.status,
        "stages": stages_json(repair.solution),
    }


def edits_json(edits: Sequence[Edit], loaded: Loaded) -> list[Document]:
    """Edits as typed and in words."""
    return [{"edit": edit.shown, **edit_message(edit, loaded.scenario).as_json()} for edit in edits]


__all__ = ["Explanation", "case_of", "controlled", "explain", "explain_case", "opened"]
