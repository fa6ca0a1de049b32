"""Action lists of a restructuring: one row a person, a seat, a task force, a unit. They reconcile with the headline, or it fails.

people before + still drafted = stay + adjust + transfer + return; people after = stay + adjust + transfer + new; seats before = keep + redefine +
abolish; seats after = keep + redefine + create; task forces before = those kept, merged or clarified + those ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from zbopt.diagnostics import Argument, Message
from zbopt.meaning.bars import bar_key
from zbopt.meaning.measure import Measures
from zbopt.meaning.merged import MergedPlan
from zbopt.meaning.rehoming import UNIT, Rehoming
from zbopt.meaning.teams import PlanDesk, Team, TeamSlot
from zbopt.scenario.models import Scenario
from zbopt.scenario.people import Person
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.scenario.words import OTHER_CONDITIONS, Disposition, Mode, TaskForceState
from zbopt.scenario.work import Post

Rows = list[dict[str, Any]]

SAVINGS = ("ended", "right_sizing", "given_back", "duties", "shared_posts", "rounding")
"""What takes seats away between before and after."""

ADDED = ("before", "set_up", "taken_over")
"""What they are taken from: the seats before, of those set up, and for work taken over."""


class Actions:
    """The lists of one plan against the scenario before it (`rehoming` is None for `merge`, which ends nothing)."""

    def __init__(self, before: Scenario, m: MergedPlan, measures: Measures, rehoming: Rehoming | None) -> None:
        self.before, self.m, self.measures, self.rehoming = before, m, measures, rehoming
        self.running = [team for team in before.task_forces if team.state is TaskForceState.RUNNING]
        self.effective = str(before.term.start if before.term is not None else before.as_of)
        self.desk_of_post = {post.id: desk for desk in m.structure.desk_by_id.values() for post in desk.posts}

    def lists(self) -> dict[str, Rows]:
        """All four."""
        return {
            "people": list(self.people()),
            "seats": list(self.seats()),
            "task_forces": list(self.task_forces()),
            "units": list(self.units()),
        }

    # --- people ------------------------------------------------------------------------------------------------------

    def people(self) -> Iterator[dict[str, Any]]:
        """Every incumbent and everybody with a seat, by id."""
        for person in self.before.people:
            kind = self.measures.kinds[person.id]
            if kind == "none":
                continue
            desks = self.m.desks_of_person.get(person.id, [])
            own = self._own_desk(person)
            reason = self._reason(person, kind, own)
            yield {
                "person": person.id,
                "name": person.name,
                "unit": person.unit,
                "action": kind,
                "withdraw": person.current is not None and self._is_over(person.current.task_force),
                "from": None
                if person.current is None
                else {"task_force": person.current.task_force, "post": person.current.post},
                "to": [self._place(desk) for desk in desks],
                "effective": self.effective,
                "reason": reason.as_json(),
                "rules": self._rules(person, kind, desks, own),
                "hand_over": None if kind in ("stay", "new") else self._hand_over(person, own),
            }

    def _is_over(self, task_force: str) -> bool:
        """Whether a task force ends (撤 marks its people), or had ended before."""
        return task_force not in self.m.team_of_part

    def _place(self, desk: PlanDesk) -> dict[str, str]:
        return {
            "task_force": self.m.team_of_part[desk.part].id,
            "post": self.m.slot_of_desk[desk.id].post,
            "desk": desk.part,
        }

    @cached_property
    def _leavers(self) -> dict[str, list[str]]:
        """By slot, the incumbents of its desks who do not sit in it, in order of id: their work is spread over those who do."""
        found: dict[str, list[str]] = {}
        for person in self.before.people:
            own = self._own_desk(person)
            if own is not None:
                post = self.m.slot_of_desk[own.id].post
                if person.id not in self.m.people_of_slot[post]:
                    found.setdefault(post, []).append(person.id)
        return found

    def _own_desk(self, person: Person) -> PlanDesk | None:
        """The desk an incumbent sat at, where it still is one."""
        current = person.current
        if current is None or current.post is None:
            return None
        return self.desk_of_post.get(current.post)

    def _reason(self, person: Person, kind: str, own: PlanDesk | None) -> Message:
        current = person.current
        if current is None:
            return Message("action.new")
        over = self._is_over(current.task_force)
        args: dict[str, Argument] = {"task_force": current.task_force}
        if kind == "stay":
            home = self.m.team_of_part.get(current.task_force)
            if home is not None and len(home.parts) > 1:
                return Message("action.stay.merged", {**args, "team": home.id})
            return Message("action.stay", args)
        if kind == "adjust":
            team = self.m.team_of_part.get(current.task_force)
            merged = team is not None and len(team.parts) > 1
            return Message(
                "action.adjust.successor" if over else "action.adjust.merged" if merged else "action.adjust", args
            )
        abolished = own is None and current.post is not None
        if kind == "transfer":
            code = ".ended" if over else ".abolished" if abolished else ""
            return Message(f"action.transfer{code}", args)
        if over:
            return Message("action.return.ended", args)
        if own is None:
            return Message("action.return.abolished" if abolished else "action.return.unplaced", args)
        if self._bars(person, own):
            return Message("action.return.barred", {**args, "value": tuple(self._bars(person, own))})
        slot = self.m.slot_of_desk[own.id]
        running = {team.id for team in self.running}
        today = sum(desk.seats for desk in slot.desks if desk.part in running)
        if slot.seats < today:
            return Message("action.return.fewer", {**args, "post": slot.post, "before": today, "after": slot.seats})
        return Message("action.return.others", {**args, "post": slot.post})

    def _bars(self, person: Person, desk: PlanDesk) -> list[str]:
        """Rules in mode hard that keep a person from a desk."""
        if self.m.base_post(person, desk) is not None:
            return []
        messages = self.m.hard(person, desk, desk.posts[0])
        return sorted({bar_key(item) for item in messages} - {OTHER_CONDITIONS})

    def _rules(self, person: Person, kind: str, desks: list[PlanDesk], own: PlanDesk | None) -> list[str]:
        """Rules that bear on the row: of a seat those it strains or an approval lifts, of a return those that bar the old desk."""
        if kind == "return":
            return self._bars(person, own) if own is not None else []
        found = set()
        for desk in desks:
            post = self.m.base_post(person, desk)
            if post is not None:
                found |= {
                    bar.rule for bar in self.m.bars.of(person, post) if bar.mode is not Mode.OFF
                } - CONFIDENTIAL_RULES
                found |= {bar.rule for bar in self.m.bars.lifted(person, post)}
        return sorted(found)

    def _hand_over(self, person: Person, own: PlanDesk | None) -> dict[str, str] | None:
        """Who takes over: somebody else in the seats the old desk went to; of an ended task force the new home of its
        largest duty; else nobody."""
        if own is not None:
            post = self.m.slot_of_desk[own.id].post
            holders = sorted(self.m.people_of_slot[post])
            if person.id in holders:
                return None  # the same seats under another desk: nothing changes hands
            if holders:
                return {"kind": "person", "id": holders[self._leavers[post].index(person.id) % len(holders)]}
        current = person.current
        if current is None or self.rehoming is None:
            return None
        gone = own is None and (current.post is not None or current.task_force not in self.m.team_of_part)
        homes = [
            row for row in self.rehoming.rows if gone and row.source == current.task_force and row.target is not None
        ]
        if not homes:
            return self._to_team(person, current.task_force)
        best = min(homes, key=lambda row: (-row.fte, row.duty))
        target = str(best.target)
        return self._to_team(person, target) if best.kind == "task_force" else {"kind": best.kind, "id": target}

    def _to_team(self, person: Person, task_force: str) -> dict[str, str] | None:
        """The team that a task force is part of now; nobody where it is over, or where the person sits in it."""
        team = self.m.team_of_part.get(task_force)
        here = {self.m.team_of_part[desk.part].id for desk in self.m.desks_of_person.get(person.id, [])}
        return None if team is None or team.id in here else {"kind": "task_force", "id": team.id}

    # --- seats -------------------------------------------------------------------------------------------------------

    def seats(self) -> Iterator[dict[str, Any]]:
        """Every seat before and after; seats of a slot are matched in order, the rest abolished or created."""
        told: set[str] = set()
        running = {team.id for team in self.running}
        for team in self.m.teams:
            for slot in team.slots:
                posts = [post for desk in slot.desks if desk.stated and desk.part in running for post in desk.posts]
                told |= {post.id for post in posts}
                yield from self._matched(team, slot, posts)
        for earlier in self.running:
            for post in self.before.posts_of[earlier.id]:
                if post.id not in told:
                    yield from (_seat("abolish", (post, number), None) for number in range(1, post.seats + 1))

    def _matched(self, team: Team, slot: TeamSlot, posts: list[Post]) -> Iterator[dict[str, Any]]:
        before = [(post, number) for post in posts for number in range(1, post.seats + 1)]
        action = "keep" if len(team.parts) == 1 else "redefine"
        for place in range(max(len(before), slot.seats)):
            old = before[place] if place < len(before) else None
            new = (team.id, slot.post, place + 1) if place < slot.seats else None
            yield _seat("abolish" if new is None else "create" if old is None else action, old, new)

    # --- task forces and units ---------------------------------------------------------------------------------------

    def task_forces(self) -> Iterator[dict[str, Any]]:
        """Every running or applied task force that the plan decides on, by id."""
        for team in self.before.task_forces:
            verdict = None if self.rehoming is None else self.rehoming.triage.verdict_of.get(team.id)
            home = self.m.team_of_part.get(team.id)
            if verdict is None and home is None:
                continue
            decision = verdict.decision if verdict is not None else Disposition.KEEP
            if team.state is TaskForceState.APPLIED and decision is Disposition.KEEP:
                decision = Disposition.SET_UP
            if home is not None and len(home.parts) > 1 and decision in (Disposition.KEEP, Disposition.CLARIFY):
                decision = Disposition.MERGE  # what was clarified before is named by the evidence
            evidence = verdict.evidence if verdict is not None else ()
            if home is not None and len(home.parts) > 1:
                evidence = (*(m for m in evidence if m.code != "triage.keep"), self._merged_with(team.id, home))
            yield {
                "id": team.id,
                "name": team.name,
                "before": team.state is TaskForceState.RUNNING,
                "action": decision.value,
                "into": home.id if home is not None else None,
                "proposal": verdict.proposal.value if verdict is not None else None,
                "evidence": [item.as_json() for item in evidence],
                "override": verdict.override.as_json()
                if verdict is not None and verdict.override is not None
                else None,
            }

    def _merged_with(self, part: str, team: Team) -> Message:
        """The overlap of a part with each of the others of its team."""
        works = self.m.structure.works
        pairs = [works.overlap(part, other.id) for other in team.parts if other.id != part]
        others = [other.id for other in team.parts if other.id != part]
        shown = [f"{other} {(pair.per_10000 + 50) // 100}%" for other, pair in zip(others, pairs, strict=True)]
        return Message("triage.merged", {"value": tuple(shown)})

    def units(self) -> Iterator[dict[str, Any]]:
        """Every unit that lends, gets people back or gets work back, by id."""
        after = self.m.plan.people_of_unit
        work = {} if self.rehoming is None else self.rehoming.by_unit
        running = {team.id for team in self.running}
        for unit in self.before.units:
            away = [p for p in self.before.people if p.unit == unit.id and p.current is not None]
            lent = sum(p.current is not None and p.current.task_force in running for p in away)
            back = [p.id for p in away if self.measures.kinds[p.id] == "return"]
            new = [key for key in sorted(after[unit.id]) if self.measures.kinds[key] == "new"]
            own = work.get(unit.id, {})
            if away or after[unit.id] or own:
                yield {
                    "id": unit.id,
                    "name": unit.name,
                    "lent_before": lent,
                    "still_drafted": len(away) - lent,
                    "lent_after": len(after[unit.id]),
                    "gets_back": back,
                    "lends_new": new,
                    "work_back": sum(sum(categories.values()) for categories in own.values()),
                    "duties_back": self._duties_back(unit.id),
                }

    def _duties_back(self, unit: str) -> list[str]:
        """The duties a unit gets back, each told once, by the lowest id under which somebody had it."""
        found: dict[str, str] = {}
        for row in sorted(self.rehoming.rows, key=lambda row: row.duty) if self.rehoming is not None else ():
            if (row.kind, row.target) == (UNIT, unit):
                found.setdefault(row.same, row.duty)
        return sorted(found.values())


def _seat(action: str, old: tuple[Post, int] | None, new: tuple[str, str, int] | None) -> dict[str, Any]:
    return {
        "action": action,
        "from": None if old is None else {"task_force": old[0].task_force, "post": old[0].id, "seat": old[1]},
        "to": None if new is None else {"task_force": new[0], "post": new[1], "seat": new[2]},
    }


def unreconciled(
    headline: Mapping[str, Any], actions: Mapping[str, Rows], bridge: Mapping[str, int]
) -> tuple[str, ...]:
    """The equations of the action lists that do not hold; empty where all do."""
    people = Counter(row["action"] for row in actions["people"])
    seats = Counter(row["action"] for row in actions["seats"])
    before, after = headline["before"], headline["after"]
    moved = people["stay"] + people["adjust"] + people["transfer"]
    kept = seats["keep"] + seats["redefine"]
    teams = {row["into"] for row in actions["task_forces"] if row["into"] is not None}
    units = actions["units"]
    checks = {
        "people.before": moved + people["return"] == before["people"] + before["still_drafted"],
        "people.after": moved + people["new"] == after["people"],
        "people.once": len({row["person"] for row in actions["people"]}) == len(actions["people"]),
        "seats.before": kept + seats["abolish"] == before["seats"],
        "seats.after": kept + seats["create"] == after["seats"],
        "task_forces.before": sum(row["before"] for row in actions["task_forces"]) == before["task_forces"],
        "task_forces.after": len(teams) == after["task_forces"],
        "units.before": sum(row["lent_before"] for row in units) == before["people"],
        "units.still_drafted": sum(row["still_drafted"] for row in units) == before["still_drafted"],
        "units.after": sum(row["lent_after"] for row in units) == after["people"],
        "bridge.before": bridge["before"] == before["seats"],
        "bridge.after": bridge["after"] == after["seats"],
        "bridge": sum(bridge[key] for key in ADDED) - sum(bridge[key] for key in SAVINGS) == bridge["after"],
        "units.back": sum(len(row["gets_back"]) for row in units) == people["return"],
    }
    return tuple(name for name, holds in checks.items() if not holds)


__all__ = ["Actions", "unreconciled"]
