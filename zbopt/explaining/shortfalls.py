"""Seats that stay empty and quotas that stay short in a plan, each as a question: could it be one better, nothing else worse?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zbopt.engine.question import Goal
from zbopt.explaining.case import Case
from zbopt.explaining.elements import Element, Question
from zbopt.meaning.measure import Plan, measure
from zbopt.scenario.words import Mode
from zbopt.solution import Solution


@dataclass(frozen=True)
class Shortfall:
    """What a plan lacks: a seat of a post, or persons of a target quota; and the question whether it could be one better."""

    kind: str
    keys: tuple[str, ...]
    missing: int
    question: Question


def shortfalls(case: Case, solution: Solution) -> Iterator[Shortfall]:
    """Every post with an empty seat, then every quota that is short or over; of a merger its empty seats, then its quotas, as a whole."""
    if solution.assignment is None:
        return
    if case.merging:
        yield from _of_merger(case, solution)
        return
    measures = measure(case.solved, solution.assignment)
    plan = Plan(case.solved, solution.assignment)
    names = [str(stage.name) for stage in case.solved.policy.stages]
    order = {name: place for place, name in enumerate(names)}
    first = order.get("quotas", 99) < order.get("unfilled", 99)
    filled = {
        post.id: post.seats - measures.empty[post.id] for post in plan.posts if post.seats > measures.empty[post.id]
    }
    for post in sorted(plan.posts, key=lambda item: (item.priority, item.id)):
        if measures.empty[post.id]:
            wanted = {**filled, post.id: post.seats - measures.empty[post.id] + 1}
            goal = Goal(filled=wanted, paid=measures.values["quotas"] if first else None)
            question = Question(case.solved, goal, False, frozenset({Element("filled", (post.id,))}))
            yield Shortfall("seat", (post.id,), measures.empty[post.id], question)
    for item in measures.quotas:
        asked, lacks = item.requirement, item.short + item.over
        if asked.mode is Mode.TARGET and lacks:
            goal = Goal(
                filled={} if first else filled,
                better=(asked.name, asked.scope, lacks - 1),
                paid=measures.values["quotas"] - lacks,
            )
            yield Shortfall("quota", (asked.name, asked.scope), lacks, Question(case.solved, goal))


def _of_merger(case: Case, solution: Solution) -> Iterator[Shortfall]:
    """Which seats stay empty depends on the partition: the question is whether less stays empty (or short) in any."""
    values = {str(stage.name): stage.value for stage in solution.stages}
    if values.get("unfilled"):
        goal = Goal(stages={"unfilled": values["unfilled"] - 1})
        yield Shortfall("unfilled", (), values["unfilled"], Question(case.solved, goal, True))
    if values.get("quotas"):
        names: tuple[str, ...] = ("unfilled", "seats", "persons", "task_forces")
        before = {name: values[name] for name in names if name in values}
        goal = Goal(stages={**before, "quotas": values["quotas"] - 1})
        yield Shortfall("quotas", (), values["quotas"], Question(case.solved, goal, True))


__all__ = ["Shortfall", "shortfalls"]
