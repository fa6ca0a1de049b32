"""The forced re-solve: put somebody on a post, take a merger apart or force one, and see what each stage loses and who moves.

Nothing is estimated: the edited scenario is solved again, or its conflict and repairs are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from zbopt.explaining.case import Case
from zbopt.explaining.conflicts import Asker, Conflict, conflicts
from zbopt.explaining.elements import Element, Question
from zbopt.explaining.repairs import PENDING, Repair, Repairer
from zbopt.meaning.bars import Bars
from zbopt.meaning.measure import measure
from zbopt.plan.audit import confirm
from zbopt.progress import Control
from zbopt.scenario import facts
from zbopt.scenario.edits import Edit, row_key
from zbopt.scenario.people import Person
from zbopt.scenario.policy import Group
from zbopt.scenario.rulebook import RULES
from zbopt.scenario.words import Mode
from zbopt.scenario.work import Post
from zbopt.solution import Assignment, Solution


@dataclass(frozen=True)
class Move:
    """A person who is placed otherwise: posts (desks) before and after, empty where none."""

    person: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Forced:
    """What it takes: stage values before and after, who moves (in the order of the chain), or why it cannot be."""

    status: str
    before: Mapping[str, int]
    after: Mapping[str, int]
    moves: tuple[Move, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    edits: tuple[Edit, ...] = ()
    solution: Solution | None = None
    shortest: tuple[Move, ...] = ()
    """Fewest moves that do it with the stages before merit at their best, and then most merit; of an assignment."""

    shortest_after: Mapping[str, int] = field(default_factory=dict)


def values_of(solution: Solution) -> dict[str, int]:
    """Stage values by name."""
    return {str(stage.name): stage.value for stage in solution.stages}


def place_person(
    case: Case, before: Mapping[str, int], assignment: Assignment, person: Person, post: Post, control: Control
) -> Forced:
    """The solve with a must pin for the pair, and with what lifts its bars (`lifting`)."""
    edits = lifting(case, person, post) or (Edit("add", ("pins", f"{person.id}@{post.id}")),)
    after = case.edited(edits)
    solution = after.solve(control, start=assignment, near=assignment)
    if solution.assignment is None and solution.status == "infeasible":
        fixed = frozenset({Element("pin", (f"{person.id}@{post.id}",))})
        question = Question(after.solved, merging=case.merging, fixed=fixed)
        found = conflicts(Asker(question, control, case.workers, after.ask, after.confirm))
        repairs = Repairer(after, question, control).repairs(found)
        return Forced("infeasible", before, {}, (), found, repairs, edits)
    if solution.assignment is None:
        return Forced("stopped", before, {}, edits=edits)
    moves = chain(assignment, solution.assignment, (person.id,))
    forced = Forced(solution.status, before, values_of(solution), moves, edits=edits, solution=solution)
    return forced if case.merging else _with_shortest(after, forced, assignment, person.id, control)


def lifting(case: Case, person: Person, post: Post) -> tuple[Edit, ...] | None:
    """The edits that put a person on a post in spite of bars: admission, pins dropped, an approval; None where a bar has no lift."""
    bars = Bars(case.solved)
    hard = [bar for bar in bars.of(person, post) if bar.mode is Mode.HARD]
    structural = {message.code for message in bars.structural(person, post)}
    if structural - {"bar.pool", "bar.pin"} or not all(RULES[bar.rule].override for bar in hard):
        return None
    edits = [Edit("set", ("people", person.id, "pool"), "true")] if "bar.pool" in structural else []
    against = {
        row_key(pin)
        for pin in case.solved.pins
        if pin.person == person.id
        and not pin.must
        and facts.pin_binds(pin, case.solved)
        and facts.pin_covers(pin, post)
    }
    edits += [Edit("drop", ("pins", key)) for key in sorted(against)]
    return (*edits, Edit("add", ("pins", f"{person.id}@{post.id}"), f"!{PENDING}" if hard else ""))


def _with_shortest(after: Case, found: Forced, assignment: Assignment, person: str, control: Control) -> Forced:
    """The same with the shortest chain: merit gives way to as few moves as will do."""
    from zbopt.engine.assign import nearest_to

    if found.solution is None or found.solution.status != "proved":
        return found
    short = nearest_to(after.solved, found.solution, assignment, control, after.workers)
    measures = measure(after.solved, short)
    confirm(measures, _before_merit(after, found.solution))
    return replace(
        found,
        shortest=chain(assignment, short, (person,)),
        shortest_after={name: measures.values[name] for name in found.before if name in measures.values},
    )


def _before_merit(after: Case, solution: Solution) -> dict[str, tuple[int, int]]:
    """Least and most that each stage before merit may come to in a shortest chain: its value and the policy's tolerance."""
    allowance = {str(stage.name): stage.allowance for stage in after.solved.policy.stages}
    values = values_of(solution)
    return {name: (value, value + allowance[name](value)) for name, value in values.items() if name != "merit"}


def grouped(
    case: Case,
    before: Mapping[str, int],
    assignment: Assignment,
    parts: Sequence[str],
    together: bool,
    control: Control,
) -> Forced:
    """The solve with a group of task forces forbidden or required."""
    policy = case.scenario.policy
    name = "require" if together else "forbid"
    group = Group(task_forces=tuple(sorted(parts)))
    merge = policy.merge.model_copy(update={name: (*getattr(policy.merge, name), group)})
    scenario = case.scenario.replaced(policy=policy.model_copy(update={"merge": merge}))
    after = replace(case, scenario=scenario)
    solution = after.solve(control, near=assignment)
    if solution.assignment is None:
        return Forced(solution.status, before, {})
    moves = chain(assignment, solution.assignment, ())
    return Forced(solution.status, before, values_of(solution), moves, solution=solution)


def chain(before: Assignment, after: Assignment, first: Sequence[str]) -> tuple[Move, ...]:
    """Who is placed otherwise, beginning with `first` and going on to whoever left the place just taken; the rest by id."""
    old, new = _places(before), _places(after)
    changed = {key for key in {*old, *new} if set(old.get(key, ())) != set(new.get(key, ()))}
    order: list[str] = []
    queue = [key for key in first if key in changed]
    while changed:
        if not queue:
            queue = [min(changed)]
        key = queue.pop(0)
        if key not in changed:
            continue
        changed.discard(key)
        order.append(key)
        taken = set(new.get(key, ())) - set(old.get(key, ()))
        queue += sorted(other for other in changed if taken & (set(old.get(other, ())) - set(new.get(other, ()))))
    return tuple(Move(key, old.get(key, ()), new.get(key, ())) for key in order)


def _places(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for person, place in assignment:
        found[person] = (*found.get(person, ()), place)
    return found


__all__ = ["Forced", "Move", "chain", "grouped", "place_person", "values_of"]
