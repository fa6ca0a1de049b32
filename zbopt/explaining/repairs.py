"""Repairs: the cheapest edits after which a plan exists, each solved again before it is told. Meaning: `docs/explaining.md`.

By hitting sets: every conflict must lose an element, so the cheapest set of actions with one for each known conflict is tried;
where no plan exists yet, what is left holds another conflict. The first that works is a repair, and no part of it would do.
Bounds then move by bisection, as little as is needed while the rest of the repair is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from zbopt.diagnostics import DiagnosticsError
from zbopt.engine.question import fewest_lifted
from zbopt.explaining.actions import BOUNDS, PRICES, Action, actions_for, cheapest, taken_away
from zbopt.explaining.bounds import nearest_value, opened_bound, quotas_named
from zbopt.explaining.case import Case
from zbopt.explaining.conflicts import Asker, Conflict, shrink
from zbopt.explaining.elements import Question, least_of
from zbopt.meaning.measure import Plan, lending_cap, read_quota, team_size
from zbopt.meaning.merged import MergedPlan
from zbopt.progress import Control
from zbopt.scenario import facts
from zbopt.scenario.edits import Edit
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Mode
from zbopt.solution import Solution

MAX_QUESTIONS = 45
"""Questions after which the search ends if it has found a repair: a count, not a clock, so that the list is the same on every run."""

SIDE_BY_SIDE = 2
"""Repairs that are solved again at the same time; the solvers work outside the interpreter's lock."""

PENDING = "待批"
"""The approval number of an approval that is still to be asked for."""


@dataclass(frozen=True)
class Repair:
    """Edits after which a plan exists, their price, and the solution of the edited scenario that shows it."""

    edits: tuple[Edit, ...]
    price: int
    solution: Solution

    @property
    def order(self) -> tuple[object, ...]:
        """Price, stages of the plan it leads to, text."""
        values = tuple(-item.value if item.name == "merit" else item.value for item in self.solution.stages)
        return (self.price, values, tuple(edit.text for edit in self.edits))


@dataclass
class Repairer:
    """The search for repairs of one case and question."""

    case: Case
    question: Question
    control: Control
    most: int = 4
    conflicts: list[Conflict] = field(default_factory=list)
    complete: bool = False
    """Whether the search ended because no further repair exists."""

    def repairs(self, known: Sequence[Conflict] = ()) -> tuple[Repair, ...]:
        """Up to `most` repairs, cheapest first."""
        self.conflicts = list(known)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:  # a repair is solved again while the next one is looked for
            verified = [pool.submit(self._verified, actions, edits) for actions, edits in self._found()]
            done = (item.result() for item in verified)
            return tuple(sorted((item for item in done if item is not None), key=lambda item: item.order))

    def _found(self) -> Iterator[tuple[list[Action], tuple[Edit, ...]]]:
        """The repairs, by the least price they can have, not yet solved again."""
        asker = Asker(self.question, self.control, self.case.workers, self.case.ask, self.case.confirm)
        refused: list[frozenset[Action]] = []
        found = 0
        while found < self.most and not self.control.out_of_time():
            if found and asker.num_asked > MAX_QUESTIONS:
                return
            hit = [frozenset(self._actions(conflict)) for conflict in self.conflicts]
            chosen = cheapest(hit, refused)
            if chosen is None:
                self.complete = True
                return
            gone = taken_away(sorted(chosen), self.question.elements, self.question.scenario)
            outcome = asker.without(gone).outcome
            if outcome == "unknown":
                return
            if outcome == "impossible":
                told = {item for conflict in self.conflicts for item in conflict.elements}
                left = [item for item in self.question.elements if item not in gone]
                self.conflicts.append(shrink(asker, sorted(left, key=lambda item: item in told)))
                continue
            refused.append(chosen)
            edits = self._edits(sorted(chosen))
            if edits is not None:
                found += 1
                yield sorted(chosen), edits

    def _actions(self, conflict: Conflict) -> Iterator[Action]:
        for element in conflict.elements:
            yield from actions_for(element, self.question.scenario)

    # --- from actions to edits ---------------------------------------------------------------------------------------

    def _verified(self, actions: list[Action], edits: tuple[Edit, ...]) -> Repair | None:
        """A repair, solved again; None where that failed (another field of the format forbids it, or time)."""
        try:
            after = self.case.edited(edits)
            shown = self.case.ask(self._after(edits), self.control, self.case.workers)
            if shown.outcome != "possible":
                return None  # time ran out: what is not verified is not told
            solution = after.solve(self.control, start=shown.assignment or ())
        except DiagnosticsError:
            return None
        if solution.assignment is None:
            return None
        return Repair(edits, self._price(actions, edits, after, solution), solution)

    def _edits(self, actions: list[Action]) -> tuple[Edit, ...] | None:
        """The edits, each bound moved as little as is needed; None where time ran out."""
        open_actions = sorted(actions, key=lambda item: (item.kind in BOUNDS, item))
        edits: list[Edit] = []
        for place, action in enumerate(open_actions):
            rest = open_actions[place + 1 :]
            more = self._of_people(action, edits, rest) if action.kind in ("approve", "admit") else self._plain(action)
            if more is None:
                more = self._bound(action, edits, rest)
            if more is None:
                return None
            edits += more
        return tuple(edits)

    def _plain(self, action: Action) -> list[Edit] | None:
        key = action.keys[0]
        if action.kind in ("pin", "ban"):
            return [Edit("drop", ("pins", key))]
        if action.kind == "must_fill":
            return [Edit("set", ("posts", key, "must_fill"), "false")]
        return [Edit("drop", ("policy", "merge", "require", key))] if action.kind == "require" else None

    def _possible(self, edits: Sequence[Edit], rest: Sequence[Action]) -> bool:
        """Whether a plan exists after these edits, with the elements of the rest of the repair taken away."""
        question = self._after(edits)
        gone = taken_away(rest, question.elements, question.scenario)
        return self.case.ask(question.without(gone), self.control, self.case.workers).outcome == "possible"

    def _after(self, edits: Sequence[Edit]) -> Question:
        return replace(self.question, scenario=self.case.edited(edits, checked=False).solved)

    def _of_people(self, action: Action, edits: Sequence[Edit], rest: Sequence[Action]) -> list[Edit] | None:
        """Approvals or admissions for as few people as will do."""
        question = self._after(edits)
        gone = taken_away(rest, question.elements, question.scenario)
        before = question.without(gone)
        lifted = before.without(taken_away([action], question.elements, question.scenario))
        if self.case.merging:
            found = self.case.ask(lifted, self.control, self.case.workers)
        else:
            found = fewest_lifted(before.scenario, lifted.scenario, self.control, self.case.workers, lifted.goal)
        if found.assignment is None:
            return None
        pairs = [
            (person, place)
            for person, place in found.assignment
            if self._needs(action, question.scenario, person, place)
        ]
        made = [self._for_person(action, person, place) for person, place in pairs]
        kept = list(dict.fromkeys(made))
        for edit in tuple(kept):
            fewer = [item for item in kept if item != edit]
            if self._possible([*edits, *fewer], rest):
                kept = fewer
        return kept

    def _needs(self, action: Action, scenario: Scenario, person: str, place: str) -> bool:
        """Whether a seat of the plan found needs the approval or admission."""
        who = scenario.person_by_id[person]
        if action.kind == "admit":
            return not who.pool and who.current is None
        from zbopt.meaning.bars import Bars
        from zbopt.scenario.rulebook import RULES

        posts = (
            [scenario.post_by_id[place]] if place in scenario.post_by_id else scenario.posts_of[place.partition("/")[0]]
        )
        bars = Bars(scenario)
        return all(
            any(bar.mode is Mode.HARD and RULES[bar.rule].override for bar in bars.of(who, post)) for post in posts
        )

    def _for_person(self, action: Action, person: str, place: str) -> Edit:
        if action.kind == "admit":
            return Edit("set", ("people", person, "pool"), "true")
        where = place if place in self.question.scenario.post_by_id else place.partition("/")[0]
        return Edit("add", ("pins", f"{person}@{where}"), f"!{PENDING}")

    # --- bounds ------------------------------------------------------------------------------------------------------

    def _bound(self, action: Action, edits: Sequence[Edit], rest: Sequence[Action]) -> list[Edit] | None:
        scenario = self.question.scenario
        if action.kind == "quota":
            return self._quota(action.keys[0], edits, rest)
        key = action.keys[0]

        def least(path: tuple[str, ...], start: int, end: int) -> list[Edit] | None:
            """The value nearest to `start` (left out) on the way to `end` at which a plan exists."""
            value = nearest_value(
                start, end, lambda number: self._possible([*edits, Edit("set", path, str(number))], rest)
            )
            return None if value is None else [Edit("set", path, str(value))]

        if action.kind == "cap":
            cap = lending_cap(scenario.unit_by_id[key], scenario) or 0
            people = sum(person.unit == key for person in scenario.people)
            return least(("units", key, "lend_max"), cap, max(people, cap + 1))
        if action.kind == "least":
            return least(("units", key, "lend_min"), least_of(scenario.unit_by_id[key], scenario), 0)
        low, high = team_size(key, scenario)
        if action.kind == "size_min":
            return least(("task_forces", key, "size", "min"), low, 0)
        return least(("task_forces", key, "size", "max"), high, max(len(scenario.people), high + 1))

    def _quota(self, name: str, edits: Sequence[Edit], rest: Sequence[Action]) -> list[Edit] | None:
        """The bounds of the quotas of a name: the ends that matter, each moved as little as is needed."""
        done = list(edits)
        named = quotas_named(self.case.scenario, name)
        ends = [
            (path, end, bound)
            for path, quota in named
            for end in ("min", "max")
            if (bound := getattr(quota, end)) is not None
        ]
        opened = {place: opened_bound(*ends[place]) for place in range(len(ends))}
        needed = list(opened)
        for place in tuple(needed):  # ends that can stay as they are
            others = [opened[item] for item in needed if item != place]
            if self._possible([*done, *others], rest):
                needed.remove(place)
        for number, place in enumerate(needed):
            path, end, bound = ends[place]
            later = [opened[item] for item in needed[number + 1 :]]
            moved = self._moved(path, end, bound, [*done, *later], rest)
            if moved is None:
                return None
            done.append(moved)
        return done[len(edits) :]

    def _moved(
        self, path: tuple[str, ...], end: str, bound: Share | int, edits: Sequence[Edit], rest: Sequence[Action]
    ) -> Edit | None:
        where = (*path, end)
        if isinstance(bound, Share):
            start = bound.per_10000 // 100 if end == "min" else -(-bound.per_10000 // 100)
            whole = bound.per_10000 % 100 == 0
            start += 0 if whole else (1 if end == "min" else -1)
            goal, shown = (0 if end == "min" else 100), "%"
        else:
            start, goal, shown = bound, 0 if end == "min" else max(len(self.question.scenario.people), bound + 1), ""
        value = nearest_value(
            start, goal, lambda number: self._possible([*edits, Edit("set", where, f"{number}{shown}")], rest)
        )
        return None if value is None else Edit("set", where, f"{value}{shown}")

    # --- price -------------------------------------------------------------------------------------------------------

    def _price(self, actions: Sequence[Action], edits: Sequence[Edit], after: Case, solution: Solution) -> int:
        """The price of a repair, with quotas by what its plan lacks of the old bounds."""
        scenario = self.question.scenario
        total = sum(action.price for action in actions if action.kind in ("pin", "ban", "must_fill", "require"))
        total += sum(PRICES["approve"] for edit in edits if edit.action == "add")
        for edit in edits:
            if edit.path[0] == "people":
                total += PRICES["admit"]
            elif edit.path[0] == "units":
                unit = scenario.unit_by_id[edit.path[1]]
                now = lending_cap(unit, scenario) if edit.path[2] == "lend_max" else least_of(unit, scenario)
                total += abs(int(edit.value) - (now or 0))
            elif edit.path[0] == "task_forces" and edit.path[2] == "size":
                low, high = team_size(edit.path[1], scenario)
                total += abs(int(edit.value) - (low if edit.path[3] == "min" else high))
        names = [action.keys[0] for action in actions if action.kind == "quota"]
        assert solution.assignment is not None
        if solution.partition is None:
            laid = Plan(after.solved, solution.assignment)
            asked = facts.requirements(scenario)
        else:  # a merger's scopes come from its teams: those of the plan, with the quotas as they were
            laid = MergedPlan(scenario, solution.partition, solution.assignment).plan
            asked = laid.requirements
        for name in names:
            old = [item for item in asked if item.name == name and item.mode is Mode.HARD]
            total += max(1, sum(reading.short + reading.over for reading in (read_quota(item, laid) for item in old)))
        return total


__all__ = ["PENDING", "Repair", "Repairer"]
