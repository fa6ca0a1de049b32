"""Tiny random scenarios for `restructure`, as plain mappings with the keys of the scenario format.

`case(seed)` makes one, `overrides(seed)` the rows of a decisions file for it (most have none). What is drawn of persons,
posts and rules is that of merge_cases; what triage reads is drawn here: remits and owners, key tasks, scores, applications,
and duties that several task forces do that may never be one. The persons are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.brute.merge_cases import CATEGORIES, Draft, Row
from zbopt.scenario.decisions import ON_APPLIED, ON_RUNNING, Override

SIZES = {4: (6, 9), 5: (7, 10), 6: (8, 11), 7: (8, 12)}  # task forces: people
AGREED: Row = {"decision": "agree"}
OPEN: Row = {}
STEPS = ("unit", "leader", "group")


class Restructure(Draft):
    """A scenario to restructure in the making."""

    def __init__(self, seed: int) -> None:
        """Draw the tables, what triage reads, then the features, then the policy."""
        self.rng = rng = random.Random(10_000 + seed)
        self.seed, self.as_of, self.trade = seed, "2020-01", False
        count = rng.choice((4, 4, 5, 5, 5, 6, 6, 7))
        self.papers, self.asks_paper = ("律师", "注册规划师", "造价师"), 0.35
        self.categories = [name for name, _ in CATEGORIES[: rng.choice((2, 2, 3))]]
        self.part_time = {name: rng.choice(("0.5", "0.4")) for name in self.categories if self.chance(0.08)}
        self.leaders = [{"id": f"L{i + 1}", "name": f"副县长{i + 1}"} for i in range(2)]
        self.duties: list[Row] = [
            {"id": f"D{i + 1:02}", "name": f"职责{i + 1}", "weight": rng.randint(1, 5)}
            for i in range(rng.randint(3, 2 + count // 2 + 1))
        ]
        self.units = [self.unit(i) for i in range(rng.randint(2, 4))]
        self.forces = [self.force(i) for i in range(count)]
        self.states()
        self.posts: list[Row] = []
        self.workload: list[Row] = []
        self.same_as()
        self.hot = rng.choice(self.duties)["id"] if self.chance(0.85) else ""
        self.rival = self.chance(0.55)  # those that do the same may never be one; else they merge well
        for force in self.forces:
            self.work(force)
            self.staff(force)
        if self.chance(0.7):  # heads of one load, so that those of different task forces may be one
            for post in self.posts:
                if post.get("role") == "head":
                    post.pop("load", None)
        self.people = [self.person(i) for i in range(rng.randint(*SIZES[count]))]
        self.pins: list[Row] = []
        self.applications: list[Row] = []
        self.key_tasks: list[Row] = []
        self.rules: Row = {}
        self.merge: Row = {}
        self.policy: Row = {}
        for feature in (self.remits, self.goals, self.scored, self.renewals, self.set_ups, self.rivals):
            feature()
        for extra, share in FEATURES:
            if self.chance(share):
                extra(self)

    # --- the tables --------------------------------------------------------------------------------------------------

    def states(self) -> None:
        """Some are applied for, one is over; the rest run."""
        rng = self.rng
        free = rng.sample(self.forces, len(self.forces))
        for _ in range(rng.choice((0, 1, 1, 2) if len(free) > 4 else (0, 0, 1))):
            free.pop()["state"] = "applied"
        if self.chance(0.25):
            over = free.pop()
            over["state"] = rng.choice(("finished", "ended"))
            if self.chance(0.6):
                rng.choice(free)["succeeds"] = [over["id"]]
        if self.chance(0.3):
            rng.choice(free).update({"locked": True, "lock_reason": "上级要求"})

    def of_state(self, *states: str) -> list[Row]:
        """The task forces in one of the states."""
        return [force for force in self.forces if force["state"] in states]

    def work(self, force: Row) -> None:
        """Duties of a task force, with workload stated or left to be estimated; many share one of them."""
        rng, ids = self.rng, [duty["id"] for duty in self.duties]
        mine = rng.sample(ids, min(len(ids), rng.choice((1, 2, 2, 3))))
        hot = bool(self.hot) and self.chance(0.7)
        if hot:
            mine = [self.hot, *(duty for duty in mine if duty != self.hot)][:3]
        force["categories"] = rng.sample(self.categories, rng.choice((1, 1, 2)))
        force["estimated"] = self.chance(0.22)
        if force["estimated"] or self.chance(0.25):
            force["duties"] = mine if force["estimated"] else rng.sample(ids, 1)
        if force["estimated"]:
            return
        split = hot and len(mine) > 1 and len(force["categories"]) > 1 and self.chance(0.6)
        for place, category in enumerate(force["categories"]):
            chosen = rng.sample(mine, rng.randint(1, len(mine)))
            if split:  # whoever takes the hot duty over takes all the work of a category, and its posts go
                chosen = mine[1:] if place else [self.hot]
            elif hot and self.hot not in chosen and self.chance(0.6):
                chosen.append(self.hot)
            for duty in chosen:
                top = 4 if category in self.part_time else 9
                fte = rng.choice((0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1.1)[:top])
                self.workload.append({"task_force": force["id"], "duty": duty, "category": category, "fte": fte})

    def desk(self) -> Row:
        """Draw where somebody sits today: in what runs, or ran."""
        force = self.rng.choice(self.of_state("running", "finished", "ended"))
        row: Row = {"task_force": force["id"], "since": self.month(-self.rng.randint(1, 18))}
        posts = self.posts_of(force)
        return row | ({"post": self.rng.choice(posts)["id"]} if posts and self.chance(0.6) else {})

    # --- what triage reads -------------------------------------------------------------------------------------------

    def remits(self) -> None:
        """Duties that are a unit's own job, and duties that have an owner; R33."""
        rng, ids = self.rng, [duty["id"] for duty in self.duties]
        for duty in self.some(self.duties, 0.35):
            duty["owner_unit"] = rng.choice(self.units)["id"]
        if self.chance(0.45):
            for unit in self.some(self.units, 0.4):
                chosen = [
                    duty for duty in rng.sample(ids, rng.choice((1, 1, 2))) if duty != self.hot or self.chance(0.1)
                ]
                unit.update({"remit": chosen} if chosen else {})
        if self.chance(0.07):
            self.rules["R33"] = "off"
        elif self.chance(0.85):
            self.rules["R33"] = {"share": rng.choice(("20%", "30%", "40%", "50%", "60%"))}

    def goals(self) -> None:
        """Key tasks, open and done, of some duties; the share that must be done."""
        rng = self.rng
        for i in range(rng.randint(1, 3)):
            state = rng.choice(("open", "open", "done"))
            self.key_tasks.append({"id": f"K{i + 1}", "name": f"重点{i + 1}", "state": state})
        for duty in self.some(self.duties, 0.3):
            duty["key_task"] = rng.choice(self.key_tasks)["id"]
        if self.chance(0.6):
            share = rng.choice(("30%", "50%", "60%", "100%"))
            self.policy.setdefault("triage", {})["dissolve_share"] = share

    def scored(self) -> None:
        """Scores, some equal; R40."""
        rng = self.rng
        grades = rng.sample(range(45, 96, 5), 5)
        for force in self.of_state("running"):
            if self.chance(0.65):
                force["score"] = rng.choice(grades)
        if self.chance(0.15):
            self.rules["R40"] = "off"
        else:
            share, score = rng.choice(("10%", "10%", "20%", "30%", "40%")), rng.choice((0, 46, 51, 51))
            self.rules["R40"] = {"share": share, "score": score}

    def decisions(self, refusing: float) -> Row:
        """Draw the steps of an application; some are open, and now and then one says no."""
        found: Row = {step: dict(AGREED if self.chance(0.9) else OPEN) for step in STEPS}
        if self.chance(refusing):
            found[self.rng.choice(STEPS)] = {"decision": self.rng.choice(("refuse", "return"))}
        return {step: decision for step, decision in found.items() if decision}

    def apply(self, refusing: float, **row: str) -> None:
        """Add an application."""
        name = f"A{len(self.applications) + 1}"
        unit = self.rng.choice(self.units)["id"]
        self.applications.append({"id": name, "name": name, "unit": unit, "decisions": self.decisions(refusing), **row})

    def renewals(self) -> None:
        """Applications to renew, and who must apply again."""
        rng, running = self.rng, self.of_state("running")
        if self.chance(0.75):
            for force in running:
                for _ in range(rng.choice((0, 1, 1, 1, 2))):
                    self.apply(0.1, renews=force["id"])
        if self.chance(0.65):
            named = sorted(force["id"] for force in self.some(running, 0.4))
            self.policy.setdefault("triage", {})["reapply"] = rng.choice(("none", "none", "none", "all", named, named))

    def set_ups(self) -> None:
        """Applications to set one up; R32."""
        for force in self.of_state("applied"):
            for _ in range(self.rng.choice((1, 1, 1, 1, 2))):
                self.apply(0.2, task_force=force["id"])
        if self.chance(0.15):
            self.rules["R32"] = self.rng.choice(("warn", "off"))

    def rivals(self) -> None:
        """Task forces that do the same and may never be one."""
        rng = self.rng
        does = {row["task_force"] for row in self.workload if row["duty"] == self.hot}
        alike = sorted(does | {force["id"] for force in self.forces if self.hot in force.get("duties", ())})
        if len(alike) > 2 and self.rival:
            self.merge.setdefault("forbid", []).append({"task_forces": alike})
            if self.chance(0.3) and len(alike) > 3:  # most of them, not all
                self.merge["forbid"][-1]["task_forces"] = sorted(rng.sample(alike, len(alike) - 1))
        elif self.chance(0.2):
            self.forbid()
        self.apart_by_kind = self.chance(0.25 if self.rival else 0.05)

    def linkage(self) -> None:
        """What may merge; at times of one kind alone."""
        super().linkage()
        self.merge["same_kind"] = self.apart_by_kind
        self.merge["max_size"] = self.rng.choice((5, 6, 8, 15, 15))
        self.merge["same_supervisor"] = self.chance(0.06)
        if not self.rival:
            self.merge["min_overlap"] = self.rng.choice(("0%", "5%", "10%", "15%", "25%"))
            self.merge["max_members"] = self.rng.choice((2, 3, 4) if len(self.forces) < 6 else (2, 2, 3))


FEATURES: tuple[tuple[Callable[[Restructure], None], float], ...] = (
    (Restructure.incumbents, 0.4),
    (Restructure.outsiders, 0.1),
    (Restructure.refusals, 0.25),
    (Restructure.conflicts, 0.25),
    (Restructure.kin, 0.2),
    (Restructure.personal, 0.2),
    (Restructure.skills, 0.15),
    (Restructure.caps, 0.15),
    (Restructure.sizes, 0.2),
    (Restructure.quotas, 0.35),
    (Restructure.ban, 0.2),
    (Restructure.moves, 0.4),
    (Restructure.wants, 0.25),
    (Restructure.weights, 0.2),
    (Restructure.divided, 0.4),
    (Restructure.wishes, 0.6),
    (Restructure.rooted, 0.7),
)


def case(seed: int) -> Row:
    """Make a tiny valid scenario in which triage has something to say and merging goes on with the rest."""
    made = Restructure(seed).finish()
    made["name"] = f"重整 {seed}"
    return made


def overrides(seed: int) -> tuple[Override, ...]:
    """Decisions of a planner on some task forces of the case; two of three cases have none."""
    rng = random.Random(20_000 + seed)
    if rng.random() < 0.65:
        return ()
    able = [force for force in case(seed)["task_forces"] if force["state"] in ("running", "applied")]
    chosen = rng.sample(able, min(len(able), rng.choice((1, 1, 2))))
    return tuple(
        Override(
            force["id"], rng.choice(ON_RUNNING if force["state"] == "running" else ON_APPLIED), "领导小组", "工作需要"
        )
        for force in sorted(chosen, key=lambda force: force["id"])
    )
