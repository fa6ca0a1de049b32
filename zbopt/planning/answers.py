"""Finished plans read back and audited; why somebody sits there, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Argument, DiagnosticsError, Mark, Message, error
from zbopt.meaning.measure import Plan
from zbopt.meaning.reasons import compare_points, why_not
from zbopt.plan import runfolder
from zbopt.plan.audit import AuditFault, audit_document
from zbopt.plan.document import Document, assignment_in
from zbopt.plan.merge_document import desks_in
from zbopt.plan.shape import shape_faults
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.work import Post
from zbopt.solution import Assignment

KINDS = ("assign", "merge", "restructure")
"""The kinds of plans."""


@dataclass(frozen=True, repr=False)
class Finished:
    """A plan read back, with its scenario and what the audit says of it."""

    document: Document
    loaded: Loaded
    faults: tuple[AuditFault, ...]

    def __repr__(self) -> str:
        return f"<Finished {self.kind} of {self.loaded!r}: {len(self.faults)} faults>"

    @property
    def is_well_formed(self) -> bool:
        """Whether the document has the form of a plan; of one that has not nothing can be said but that."""
        return not any(True for _ in shape_faults(self.document))

    @property
    def scenario(self) -> Scenario:
        """The scenario it is of."""
        return self.loaded.scenario

    @property
    def kind(self) -> str:
        """assign, merge or restructure."""
        return str(self.document["kind"])

    @property
    def plan(self) -> Plan:
        """The plan laid out for reading; raises `DiagnosticsError` for a merged one, whose posts are computed."""
        if self.kind != "assign":
            raise DiagnosticsError([error("Z512", value=self.kind)])
        return Plan(self.scenario, assignment_in(self.document))

    @property
    def assignment(self) -> Assignment:
        """Who sits where: posts, or desks of a merger."""
        return assignment_in(self.document) if self.kind == "assign" else desks_in(self.document)

    @property
    def values(self) -> dict[str, int]:
        """Stage values by name."""
        return {row["name"]: row["value"] for row in self.document["stages"]}


def open_plan(path: str | Path, scenario_path: str | Path | None = None) -> Finished:
    """Read a finished plan (a run folder or plan.json) and audit it; raises `DiagnosticsError` where it cannot be read."""
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
    if not isinstance(kind[1], str):
        raise DiagnosticsError([error("Z501", Mark(str(path)))])
    further = ("task_forces", "decisions", "alternatives", "headcount_alone", "max_moves")
    if kind[1] not in KINDS or (kind[1] != "assign" and any(key not in plan for key in further)):
        raise DiagnosticsError([error("Z501", Mark(str(path)))])
    if scenario_path is None:
        try:
            scenario_path = runfolder.manifest_of(file)["scenario"]["path"]
        except (OSError, ValueError, KeyError, TypeError):
            raise DiagnosticsError([error("Z502", Mark(str(path)))]) from None
    if not isinstance(scenario_path, (str, Path)):
        raise DiagnosticsError([error("Z502", Mark(str(path)))])
    loaded = load(scenario_path)
    return Finished(plan, loaded, audit_document(plan, loaded.scenario))


def confirmed(finished: Finished, path: str | Path) -> Finished:
    """The finished plan; raises `DiagnosticsError` where the audit finds faults: what is said of it would mislead."""
    if finished.faults:
        raise DiagnosticsError([error("Z511", Mark(str(path)), count=len(finished.faults))])
    return finished


@dataclass(frozen=True)
class Answer:
    """An answer to why or why-not: sentences, points side by side, and what a forced re-solve came to."""

    messages: tuple[Message, ...]
    rows: tuple[Mapping[str, Any], ...] = ()
    forced: Document | None = None


def find(finished: Finished, text: str) -> Person | Post:
    """The person or post of that id, or the person of that name; several of one name are told, none is taken."""
    from zbopt.scenario.texts import nearest

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


def why_there(finished: Finished, what: str) -> Answer:
    """Why a person sits where they sit (or nowhere), or who could take a post and what bars the others."""
    plan = finished.plan
    found = find(finished, what)
    if isinstance(found, Post):
        counts, eligible = plan.bars.barred(found)
        from zbopt.meaning.reasons import bar_counts

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
    who, where = find(finished, person), find(finished, post)
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


__all__ = ["Answer", "Finished", "confirmed", "find", "open_plan", "why_not_there", "why_there"]
