"""Why, why not, and what it would take: hard bars first, then the forced re-solve with what every stage loses and who moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Argument, DiagnosticsError, Message, error
from zbopt.engine.question import Goal
from zbopt.explaining.case import Case
from zbopt.explaining.conflicts import Asker, conflicts
from zbopt.explaining.elements import Question
from zbopt.explaining.forced import Forced, Move, grouped, lifting, place_person
from zbopt.explaining.headcount import allowing, least_headcount
from zbopt.explaining.repairs import Repairer
from zbopt.meaning.bars import Bars
from zbopt.meaning.teams import Structure
from zbopt.plan.document import Document
from zbopt.plan.merge_document import overrides_in
from zbopt.planning.answers import Answer, Finished, confirmed, find, open_plan, why_not_there, why_there
from zbopt.planning.conflicts import case_of, conflict_json, controlled, edits_json, repair_json
from zbopt.planning.results import Result
from zbopt.progress import Control, Listener, OnControl
from zbopt.scenario import facts
from zbopt.scenario.people import Person
from zbopt.scenario.texts import nearest
from zbopt.scenario.work import Post


@dataclass(frozen=True, repr=False)
class Asked:
    """A finished plan, its case, and the control of the solves an answer needs."""

    finished: Finished
    case: Case
    control: Control

    @classmethod
    def of(
        cls, finished: Finished, time_limit_seconds: int | None = None, listener: Listener = None,
        on_control: OnControl = None, workers: int | None = None,
    ) -> Asked:  # fmt: skip
        """Open the case of a plan; raises `DiagnosticsError` for a run without one."""
        if not finished.document["seats"]:
            raise DiagnosticsError([error("Z547")])
        overrides = overrides_in(finished.document) if finished.kind == "restructure" else None
        case = case_of(finished.loaded, finished.kind, overrides or (), finished.document["seed"], workers)
        return cls(finished, case, controlled(finished.loaded, time_limit_seconds, listener, on_control))


def asked_of(source: str | Path | Result, **settings: Any) -> Asked:
    """The plan an answer is of: a result, or a run folder (or plan.json) whose plan the audit still confirms."""
    if isinstance(source, Result):
        return Asked.of(Finished(source.document, source.loaded, source.audit), **settings)
    return Asked.of(confirmed(open_plan(source), source), **settings)


def why(source: str | Path | Result, what: str, **settings: Any) -> Answer:
    """Why a person sits there, who could take a post, why task forces are merged (`T03+T09`); of a plan or a run folder."""
    return answer_why(asked_of(source, **settings), what)


def why_not(source: str | Path | Result, what: str, where: str | None = None, **settings: Any) -> Answer:
    """Why a person does not sit on a post, task forces are not merged (`T03+T12`), the headcount is not lower (`95`)."""
    return answer_why_not(asked_of(source, **settings), what, where)


def what_would_it_take(source: str | Path | Result, person: str, post: str, **settings: Any) -> Answer:
    """What would put a person on a post, and what it costs."""
    return answer_take(asked_of(source, **settings), person, post)


def answer_why(asked: Asked, what: str) -> Answer:
    """Why a person sits there, who could take a post, or (with `+`) why task forces are merged."""
    if "+" not in what:
        return why_there(asked.finished, what)
    parts = _parts(asked, what)
    merger = next((row for row in asked.finished.document["mergers"] if set(parts) <= set(row["parts"])), None)
    if merger is None:
        return Answer((Message("why.not_merged", {"value": tuple(parts)}),))
    saving = merger["saving"]
    args: dict[str, Argument] = {
        "value": tuple(merger["parts"]),
        "alone": merger["seats_alone"],
        "seats": merger["seats"],
        **{key: int(saving[key]) for key in ("duties", "shared_posts", "rounding")},
    }
    forced = grouped(asked.case, asked.finished.values, asked.finished.assignment, parts, False, asked.control)
    messages = [
        Message("why.merged", args),
        *_evidence(merger["evidence"]),
        Message("why.apart", {"value": tuple(parts)}),
    ]
    return Answer((*messages, *_outcome(forced)), (), _forced_json(asked, forced))


def _evidence(rows: Sequence[Mapping[str, Any]]) -> list[Message]:
    return [
        Message(
            "why.evidence",
            {
                "value": tuple(row["parts"]),
                "overlap": f"{row['overlap'] / 100:g}%",
                "duties": tuple(item["duty"] for item in row["duties"]),
                "units": tuple(row["units"]),
            },
        )
        for row in rows
    ]


def answer_why_not(asked: Asked, what: str, where: str | None = None) -> Answer:
    """Why a person does not sit there, task forces are not merged, or the headcount is not lower; with the forced re-solve."""
    if where is None and what.isdecimal():
        return _why_not_headcount(asked, int(what))
    if where is None:
        return _why_not_merged(asked, _parts(asked, what))
    person, post = find(asked.finished, what), find(asked.finished, where)
    if not isinstance(person, Person) or not isinstance(post, Post):
        raise DiagnosticsError([error("Z505")])
    if asked.finished.kind == "assign":
        told = why_not_there(asked.finished, what, where)
        unstaffed = any(message.code in ("whynot.sits", "whynot.not_staffed") for message in told.messages)
        if unstaffed or _bar_messages(asked, person, post):
            return told
    else:
        bars = _bar_messages(asked, person, post)
        told = Answer((Message("whynot.head", {"name": person.name, "post": post.id}), *bars))
        if bars:
            return told
    return _forced_answer(asked, told, person, post)


def answer_take(asked: Asked, what: str, where: str) -> Answer:
    """What puts a person on a post: approvals or what else would lift the bars, and the forced re-solve with its repairs."""
    person, post = find(asked.finished, what), find(asked.finished, where)
    if not isinstance(person, Person) or not isinstance(post, Post):
        raise DiagnosticsError([error("Z505")])
    head = Message("take.head", {"name": person.name, "post": post.id})
    if asked.finished.kind == "assign":
        if (person.id, post.id) in asked.finished.assignment:
            return Answer((Message("whynot.sits", {"name": person.name, "post": post.id}),))
        if post not in facts.staffed_posts(asked.case.solved):
            return Answer((head, Message("whynot.not_staffed", {"task_force": post.task_force})))
    bars = _bar_messages(asked, person, post)
    if bars and lifting(asked.case, person, post) is None:
        return Answer((head, *bars, Message("take.barred")))
    told = Answer((head, *bars, *([Message("take.lifted")] if bars else [])))
    return _forced_answer(asked, told, person, post)


def _forced_answer(asked: Asked, told: Answer, person: Person, post: Post) -> Answer:
    forced = place_person(asked.case, asked.finished.values, asked.finished.assignment, person, post, asked.control)
    asked = replace(asked, case=asked.case.edited(forced.edits))
    return Answer((*told.messages, *_outcome(forced)), told.rows, _forced_json(asked, forced))


def _bar_messages(asked: Asked, person: Person, post: Post) -> tuple[Message, ...]:
    return Bars(asked.case.solved).hard(person, post)


def _outcome(forced: Forced) -> tuple[Message, ...]:
    """How the forced solve ended."""
    if forced.status == "infeasible":
        return (Message("forced.infeasible"),)
    if not forced.after:
        return (Message("forced.stopped"),)
    code = "forced.proved" if forced.status == "proved" else "forced.feasible"
    return (Message(code, {"count": len(forced.moves)}),)


def _forced_json(asked: Asked, forced: Forced) -> Document:
    """The forced solve in plain values: stages before and after, moves, conflicts, repairs."""
    return {
        "status": forced.status,
        "edits": edits_json(forced.edits, asked.finished.loaded),
        "stages": [
            {"name": name, "before": value, "after": forced.after[name], "delta": forced.after[name] - value}
            for name, value in forced.before.items()
            if name in forced.after
        ],
        "moves": [_move_json(asked, move) for move in forced.moves],
        "shortest": {
            "stages": [{"name": name, "after": value} for name, value in forced.shortest_after.items()],
            "moves": [_move_json(asked, move) for move in forced.shortest],
        },
        "conflicts": [conflict_json(item, asked.finished.loaded, asked.case) for item in forced.conflicts],
        "repairs": [repair_json(item, number, asked.finished.loaded) for number, item in enumerate(forced.repairs, 1)],
    }


def _move_json(asked: Asked, move: Move) -> Document:
    return {
        "person": move.person,
        "name": asked.finished.scenario.person_by_id[move.person].name,
        "before": list(move.before),
        "after": list(move.after),
    }


# --- mergers ---------------------------------------------------------------------------------------------------------


def _parts(asked: Asked, what: str) -> list[str]:
    """The task forces that a text with `+` names; raises `DiagnosticsError` for unknown ones."""
    if asked.finished.kind == "assign":
        raise DiagnosticsError([error("Z531", value=what)])
    known = [team.id for team in asked.case.solved.task_forces]
    parts = [part.strip() for part in what.split("+")]
    wrong = [part for part in parts if part not in known]
    if wrong or len(set(parts)) < 2:
        value = wrong[0] if wrong else what
        raise DiagnosticsError([error("Z532", value=value, nearest=nearest(value, known))])
    return sorted(set(parts))


def _why_not_merged(asked: Asked, parts: list[str]) -> Answer:
    teams = asked.finished.document["task_forces"]
    if any(set(parts) <= set(team["parts"]) for team in teams):
        return Answer((Message("whynot.merged", {"value": tuple(parts)}),))
    structure = Structure(asked.case.solved)
    missing = [key for key in parts if key not in structure.part_by_id]
    if missing:
        return Answer((Message("whynot.no_part", {"value": tuple(missing)}),))
    rest = [(key,) for key in structure.part_by_id if key not in parts]
    faults = [message for _, message in structure.partition_faults(tuple(sorted([tuple(parts), *rest])))]
    head = Message("whynot.not_merged", {"value": tuple(parts)})
    own = [message for message in faults if "+".join(parts) == message.args.get("task_force")]
    messages = (head, *own)
    forced = grouped(asked.case, asked.finished.values, asked.finished.assignment, parts, True, asked.control)
    if own and forced.status == "infeasible":
        return Answer(messages)
    further = (Message("whynot.required"),) if own else ()
    return Answer((*messages, *further, *_outcome(forced)), (), _forced_json(asked, forced))


def _why_not_headcount(asked: Asked, most: int) -> Answer:
    if asked.finished.kind == "assign":
        raise DiagnosticsError([error("Z531", value=str(most))])
    seats = asked.finished.values["seats"]
    if most >= seats:
        return Answer((Message("headcount.has", {"seats": seats, "value": most}),))
    least = least_headcount(asked.case.solved, asked.control)
    if least is None:
        return Answer((Message("forced.stopped"),))
    proof = Message("headcount.least", {"seats": least.seats, "task_forces": least.task_forces})
    if most < least.seats:
        found = [
            {"seats": after, "edits": edits_json(edits, asked.finished.loaded)}
            for edits, after in allowing(asked.case, most, asked.control)
        ]
        code = "headcount.policy" if found else "headcount.no_policy"
        document = _forced_json(asked, Forced("infeasible", {}, {}))
        return Answer((proof, Message(code, {"value": most})), (), {**document, "allowing": found})
    question = Question(asked.case.solved, Goal(max_seats=most), True)
    conflict = conflicts(Asker(question, asked.control, asked.case.workers, asked.case.ask, asked.case.confirm), 1)
    repairs = Repairer(asked.case, question, asked.control).repairs(conflict) if conflict else ()
    forced = Forced("infeasible", {}, {}, (), conflict, repairs)
    message = Message("headcount.people" if conflict else "forced.stopped", {"value": most})
    return Answer((proof, message), (), _forced_json(asked, forced))


__all__ = ["Asked", "answer_take", "answer_why", "answer_why_not", "what_would_it_take", "why", "why_not"]
