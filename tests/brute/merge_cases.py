"""Tiny random scenarios for `merge`, as plain mappings with the keys of the scenario format.

`case(seed)` makes one. Task forces share duties so that they may merge; every rule and field that docs/merging.md gives a
meaning of its own is drawn often enough to matter. The persons are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Row = dict[str, Any]

CATEGORIES = (("planning", "项目谋划"), ("writing", "文字综合"), ("engineering", "工程设计"))
SIZES = {2: (3, 7), 3: (5, 9), 4: (6, 10), 5: (8, 11), 6: (9, 12), 7: (9, 12)}  # task forces: people
QUOTAS = (
    "birth_year >= 1985",
    "specialist",
    "stepped_down",
    "gender == female",
    "age <= 35",
    "not specialist and gender == male",
    "political in [party_member, probationary]",
    "category.planning >= 3",
    "unit == U1",
    "unit.kind in [government, party]",
    "band <= 2",
    "(specialist or age < 40) and not stepped_down",
)


class Draft:
    """A scenario in the making."""

    def __init__(self, seed: int) -> None:
        """Draw the tables, then the features, then the policy."""
        self.rng = random.Random(seed)
        rng = self.rng
        self.seed = seed
        self.as_of = "2020-01"
        self.trade = trade = seed % 6 == 5  # cases in which persons trade with moves: else they are rare
        count = rng.choice((2, 3, 3, 4) if trade else (2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7))
        self.papers = ("律师", "注册规划师", "造价师")[: 2 if count < 5 else 3]  # they keep the desks of a person few
        self.asks_paper = 0.2 if count < 5 else 0.45
        self.categories = [name for name, _ in CATEGORIES[: 2 if trade else rng.randint(2, 3)]]
        self.part_time = {
            name: rng.choice(("0.5", "0.5", "0.4", "0.3", "0.6"))
            for name in self.categories
            if self.chance(0.22 if count < 6 else 0.08)
        }
        self.leaders = [{"id": f"L{i + 1}", "name": f"副县长{i + 1}"} for i in range(2)]
        self.duties: list[Row] = [
            {"id": f"D{i + 1:02}", "name": f"职责{i + 1}", "weight": rng.randint(1, 5)}
            for i in range(rng.randint(2, 2 + count // 2))
        ]
        self.units = [self.unit(i) for i in range(rng.randint(2, 3))]
        self.forces = [self.force(i) for i in range(count)]
        self.posts: list[Row] = []
        self.workload: list[Row] = []
        self.same_as()
        for force in self.forces:
            self.work(force)
            self.staff(force)
        self.people = [self.person(i) for i in range(rng.randint(7, 9) if trade else rng.randint(*SIZES[count]))]
        self.pins: list[Row] = []
        self.applications: list[Row] = []
        self.key_tasks: list[Row] = []
        self.rules: Row = {}
        self.merge: Row = {}
        self.policy: Row = {}
        for feature, share in TRADE if trade else FEATURES:
            if self.chance(share):
                feature(self)

    # --- small helpers -----------------------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """Decide a yes or no."""
        return self.rng.random() < share

    def month(self, shift: int) -> str:
        """The month so many months after `as_of`."""
        total = 12 * 2020 + shift
        return f"{total // 12}-{total % 12 + 1:02}"

    def some(self, rows: list[Row], share: float) -> list[Row]:
        """Some of the rows, at least one."""
        return [row for row in rows if self.chance(share)] or [self.rng.choice(rows)]

    def mode(self, rule: str, *modes: str, **settings: Any) -> None:
        """State a rule in one of the modes."""
        self.rules[rule] = {"mode": self.rng.choice(modes or ("hard", "hard", "target", "target", "off")), **settings}

    def posts_of(self, force: Row) -> list[Row]:
        """The posts of a task force."""
        return [post for post in self.posts if post["task_force"] == force["id"]]

    # --- the tables --------------------------------------------------------------------------------------------------

    def unit(self, i: int) -> Row:
        """Draw a unit."""
        row: Row = {"id": f"U{i + 1}", "name": f"单位{i + 1}", "level": "county"}
        row["kind"] = self.rng.choice(("party", "government", "institution"))
        return row

    def force(self, i: int) -> Row:
        """Draw a task force."""
        row: Row = {"id": f"T{i + 1:02}", "name": f"专班{i + 1}", "state": "running"}
        row["kind"] = self.rng.choice(("project", "special"))
        if self.chance(0.8):
            row["supervisor"] = self.rng.choice(self.leaders)["id"]
        return row

    def same_as(self) -> None:
        """At times two or three duties are one."""
        if self.chance(0.35):
            chain = self.rng.sample(self.duties, min(len(self.duties), self.rng.randint(2, 3)))
            for one, other in pairwise(chain):
                holder, named = self.rng.sample((one, other), 2)
                holder.setdefault("same_as", []).append(named["id"])

    def kinds(self, duties: list[str]) -> int:
        """How many of the duties are different ones."""
        same = {frozenset((row["id"], other)) for row in self.duties for other in row.get("same_as", ())}
        groups: list[set[str]] = []
        for duty in duties:
            near = [group for group in groups if any(frozenset((duty, other)) in same for other in group)]
            groups = [group for group in groups if group not in near] + [{duty}.union(*near)]
        return len(groups)

    def work(self, force: Row) -> None:
        """Duties of a task force, with workload stated or left to be estimated from its posts."""
        rng = self.rng
        ids = [duty["id"] for duty in self.duties]
        mine = rng.sample(ids, min(len(ids), rng.choice((1, 2, 2, 3))))
        force["categories"] = rng.sample(self.categories, 1 if self.trade else rng.choice((1, 1, 2)))
        if not self.trade and self.chance(0.03):
            force |= {"categories": [], "estimated": False}  # no workload at all: posts without a category only
            return
        force["estimated"] = self.chance(0.12) and self.kinds(mine) == len(mine)
        if force["estimated"] or self.chance(0.2):
            force["duties"] = mine if force["estimated"] else rng.sample(ids, 1)
        if force["estimated"]:
            return
        for category in force["categories"]:
            for duty in rng.sample(mine, rng.randint(1, len(mine))):
                top = 4 if category in self.part_time else 9
                fte = rng.choice((0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1.1)[:top])
                self.workload.append({"task_force": force["id"], "duty": duty, "category": category, "fte": fte})

    def staff(self, force: Row) -> None:
        """Posts of a task force: of its categories, shared ones, own ones."""
        rng, place, categories = self.rng, force["id"], force.pop("categories")
        for category in categories:
            self.category_posts(force, category)
        force.pop("estimated")
        if not categories or self.chance(0.4 if self.trade else 0.6):
            post: Row = {"id": f"{place}-head", "task_force": place, "role": "head"}
            if self.chance(0.6):
                either = {"any_of": [{self.category(): 3}, {self.category(): 4}]}
                post["needs"] = rng.choice(({self.category(): 3}, either))
            if self.chance(0.15):
                post["load"] = "0.5"
            self.posts.append(post | self.asks())
        if self.trade and self.posts_of(force):
            return
        if self.chance(0.15):
            role = rng.choice(("deputy", "adviser", "adviser"))
            load = rng.choice(("0.3", "1.0", "0.3"))
            for n in range(rng.choice((1, 1, 2))):
                post = {"id": f"{place}-{role}{n + 1}", "task_force": place, "role": role, "shared": True}
                post |= {"load": load, "seats": rng.choice((1, 1, 2)), "needs": {self.category(): rng.randint(2, 4)}}
                self.posts.append(post | self.asks())
        if self.chance(0.15):
            post = {"id": f"{place}-own", "task_force": place, "role": rng.choice(("deputy", "member", "adviser"))}
            post["needs"] = {self.category(): rng.randint(2, 4)}
            if self.chance(0.4):
                post["load"] = "0.3"
            self.posts.append(post | self.asks())

    def category_posts(self, force: Row, category: str) -> None:
        """Posts of a category; without any a plain desk stands for it, but an estimate needs some."""
        rng, place = self.rng, force["id"]
        number = rng.choice((0, 1, 1, 1, 1, 2)) or int(force["estimated"])
        load = self.part_time.get(category)
        if load and self.chance(0.15):
            load = None
        for n in range(number):
            post: Row = {"id": f"{place}-{category[0]}{n + 1}", "task_force": place, "category": category}
            post["seats"] = 1 if self.chance(0.8) else 2
            if self.chance(0.6):
                post["needs"] = self.needs(category)
            if load:
                post["load"] = load
            self.posts.append(post | self.asks())

    def category(self) -> str:
        """Pick a category."""
        return self.rng.choice(self.categories)

    def needs(self, category: str) -> Row:
        """Draw what a category post asks: a level, now and then in branches or in another category."""
        rng = self.rng
        level = {category: rng.choice((1, 2, 3, 3, 4, 4))}
        if self.chance(0.2):
            return {"any_of": [level, {self.category(): rng.randint(2, 4)}]}
        return {self.category(): rng.randint(1, 4)} if self.chance(0.1) else level

    def asks(self) -> Row:
        """Draw what else a post states."""
        row: Row = {"priority": self.rng.choice((1, 2, 2, 2, 3))}
        if self.chance(self.asks_paper):
            row["licences"] = [self.rng.choice(self.papers)]
        if self.chance(0.3):
            row["wants"] = {self.category(): self.rng.randint(2, 5)}
        return row

    def person(self, i: int) -> Row:
        """Draw a person; most are good at one category and so can sit at few desks."""
        rng = self.rng
        row: Row = {"id": f"P{i + 1:02}", "name": f"干部{i + 1}", "unit": rng.choice(self.units)["id"]}
        row |= {"gender": rng.choice(("male", "female")), "birth": self.month(-12 * rng.randint(28, 50))}
        strong = rng.sample(self.categories, rng.choice((1, 1, 2)))
        row["categories"] = {name: rng.choice((2, 3, 3, 4, 4, 5)) for name in strong}
        if self.chance(0.8):
            row["licences"] = [rng.choice(self.papers)]
        options: Row = {
            "specialist": True,
            "stepped_down": True,
            "band": rng.randint(1, 4),
            "political": rng.choice(("party_member", "probationary", "masses")),
            "preferences": self.places(2),
        }
        for (key, value), share in zip(options.items(), (0.4, 0.1, 0.5, 0.7, 0.35), strict=True):
            if self.chance(share):
                row[key] = value
        if self.chance(0.3):
            row["current"] = self.desk()
        if self.part_time and self.chance(0.3):
            row["capacity"] = rng.choice(("0.5", "0.6", "0.8"))
        return row

    def desk(self) -> Row:
        """Draw where an incumbent sits today; the post may be blank."""
        force = self.rng.choice(self.forces)
        row: Row = {"task_force": force["id"], "since": self.month(-self.rng.randint(1, 18))}
        posts = self.posts_of(force)
        return row | ({"post": self.rng.choice(posts)["id"]} if posts and self.chance(0.6) else {})

    def places(self, most: int) -> list[str]:
        """Draw a few different task forces or posts."""
        ids = [row["id"] for row in (*self.forces, *self.forces, *self.posts)]
        return sorted({self.rng.choice(ids) for _ in range(self.rng.randint(1, most))})

    def elsewhere(self, person: Row, places: list[str]) -> list[str]:
        """Leave out where the person sits today, mostly: those who may stay are then torn by a merger."""
        home = person.get("current", {}).get("task_force")
        return [place for place in places if place != home or self.chance(0.3)]

    # --- features ----------------------------------------------------------------------------------------------------

    def refusals(self) -> None:
        """People who refuse a task force or a post; merging must not evade that."""
        for person in self.some(self.people, 0.45):
            person["refuses"] = self.elsewhere(person, self.places(2))
            wishes = [place for place in person.pop("preferences", ()) if place not in person["refuses"]]
            person.update({"preferences": wishes} if wishes else {})
        if self.chance(0.5):
            self.mode("R30", "target", "target", "hard", "off")

    def conflicts(self) -> None:
        """People with an interest in a task force or a duty."""
        ids = [row["id"] for row in (*self.forces, *self.forces, *self.duties)]
        for person in self.some(self.people, 0.35):
            places = sorted({self.rng.choice(ids) for _ in range(self.rng.randint(1, 2))})
            person["conflicts"] = self.elsewhere(person, places)
        if self.chance(0.5):
            self.mode("R17", "target", "target", "off", "warn")

    def kin(self) -> None:
        """Kin among the people, and of leaders; sensitive posts."""
        for _ in range(self.rng.randint(1, 2)):
            one, other = self.rng.sample(self.people, 2)
            stated = [(who["id"], tie.get("person")) for who in (one, other) for tie in who.get("kin", ())]
            if not stated or not {(one["id"], other["id"]), (other["id"], one["id"])} & set(stated):
                one.setdefault("kin", []).append({"person": other["id"], "relation": "配偶"})
        if self.chance(0.6):
            self.mode("R15", "hard", "target", "target", "off")

    def sensitive(self) -> None:
        """Sensitive posts, and kin of supervisors and heads."""
        for post in self.some(self.posts, 0.5):
            post["sensitive"] = self.rng.choice(("personnel", "audit", "finance"))
        for person in self.some(self.people, 0.35):
            person.setdefault("kin", []).append({"leader": self.rng.choice(self.leaders)["id"], "relation": "兄弟"})
        if len(self.people) > 3 and self.chance(0.6):
            one, other = self.rng.sample(self.people, 2)
            if not any(tie.get("person") for tie in (*one.get("kin", ()), *other.get("kin", ()))):
                one.setdefault("kin", []).append({"person": other["id"], "relation": "父子"})
                self.rules.setdefault("R15", "off")
        if self.chance(0.6):
            self.mode("R16", "target", "target", "target", "off")

    def locked(self) -> None:
        """A task force that may not merge, or one whose lock is lifted by the policy."""
        for force in self.rng.sample(self.forces, 1 if len(self.forces) < 5 else 2):
            force |= {"locked": True, "lock_reason": "上级要求"}
        if self.chance(0.25):
            self.rules["R35"] = "off"

    def forbid(self) -> None:
        """Task forces kept apart."""
        for _ in range(self.rng.randint(1, 2)):
            chosen = self.rng.sample(self.forces, min(len(self.forces), self.rng.choice((2, 2, 3))))
            self.merge.setdefault("forbid", []).append({"task_forces": [row["id"] for row in chosen]})

    def require(self) -> None:
        """Task forces put together, of one kind and one supervisor where the policy asks for that."""
        free = [row for row in self.forces if not row.get("locked")]
        if len(free) < 2:
            return
        chosen = self.rng.sample(free, min(len(free), self.rng.choice((2, 2, 2, 3))))
        ids = [row["id"] for row in chosen]
        apart = [entry for entry in self.merge.get("forbid", ()) if len(set(entry["task_forces"]) & set(ids)) > 1]
        if apart:
            return
        for row in chosen:
            row["kind"] = chosen[0]["kind"]
            if "supervisor" in chosen[0]:
                row["supervisor"] = chosen[0]["supervisor"]
        for row in chosen:  # one load in every slot, else they could not be one
            for post in self.posts_of(row):
                post.pop("load", None)
        self.merge.setdefault("require", []).append({"task_forces": ids})

    def township(self) -> None:
        """Township staff, some with an approved pin."""
        for unit in self.some(self.units, 0.3):
            unit["level"] = "township"
        if self.chance(0.5):
            self.mode("R04", "target", "off")
        else:
            self.pin(True, "〔2019〕5号")

    def caps(self) -> None:
        """Units that may lend few."""
        for unit in self.some(self.units, 0.7):
            unit.update(
                self.rng.choice(({"lend_max": self.rng.randint(1, 3)}, {"on_duty": self.rng.choice((9, 15, 25))}))
            )
        bars = ("hard", "hard") if len(self.people) < 9 else ()
        self.mode("R13", *bars, "target", "target", "off", county_share="10%")

    def floors(self) -> None:
        """Units that must lend some."""
        for unit in self.some(self.units, 0.5):
            unit["lend_min"] = self.rng.randint(1, 4)
        self.mode("R14", "target", "target", "target", "hard")

    def personal(self) -> None:
        """A few rules on one person and one post, in any mode."""
        rng = self.rng
        for post in self.some(self.posts, 0.4):
            post |= rng.choice(({"age_max": 40}, {"party": True}, {"night_or_field": True}))
        for person in self.some(self.people, 0.5):
            person |= rng.choice(
                (
                    {"leading_team": True},
                    {"stepped_down": True},
                    {"restricted_duty": True},
                    {"lead_probation_end": self.month(6)},
                    {"last_return": self.month(-10)},
                )
            )
        for rule in rng.sample(("R02", "R03", "R08", "R09", "R23", "R24", "R26", "R28"), 3):
            self.mode(rule, "target", "target", "target", "off", "warn")

    def skills(self) -> None:
        """R27 in a mode of its own, or another default level."""
        if len(self.forces) < 5 and self.chance(0.6):
            self.mode("R27", "target", "target", "warn", "off")
        else:
            self.rules["R27"] = {"default_level": self.rng.randint(1, 4)}

    def loads(self) -> None:
        """R01 and R29 in modes of their own; few people, as they may then sit in many places."""
        if len(self.forces) > 4:
            return
        del self.people[6:]
        if self.chance(0.6):
            self.mode("R01", "target", "target", "off")
            self.mode("R29", "target", "off", "off")
        else:
            self.mode("R29", "target", "target", "off")

    def must_fill(self) -> None:
        """A post whose slot may not stay empty."""
        post = self.rng.choice(self.posts)
        post["must_fill"] = True
        if self.chance(0.5):
            post.pop("needs", None)

    def sizes(self) -> None:
        """Sizes of single task forces."""
        for force in self.some(self.forces, 0.4):
            force["size"] = self.rng.choice(({"min": 2}, {"max": 1}, {"min": 1, "max": 3}, {"max": 2}, {"min": 4}))

    def quotas(self) -> None:
        """Quotas of all scopes, of shares and of counts."""
        ids = [row["id"] for row in self.forces]
        for i in range(self.rng.randint(1, 3)):
            row: Row = {"name": f"结构{i + 1}", "of": self.rng.choice(QUOTAS)}
            low, high = self.rng.choice(("40%", "55%", "67%", 1, 2)), self.rng.choice(("17%", "33%", "50%", 0, 1))
            row.update(self.rng.choice(({"min": low}, {"min": low}, {"max": high})))
            row["mode"] = self.rng.choice(("target", "target", "target", "hard"))
            if len(self.people) > 8 or not isinstance(row.get("min", ""), str):
                row["mode"] = "target"
            if self.chance(0.35):
                self.rng.choice(self.forces).setdefault("quotas", []).append(row)
                continue
            row["in"] = self.rng.choice(("all", "all", "each", self.rng.choice(ids), {"kind": "project"}))
            self.policy.setdefault("quotas", []).append(row)

    def pin(self, must: bool, approval: str = "") -> None:
        """Pin a person to a post or its task force, or bar the pair; a pin that must hold is made possible."""
        person = self.rng.choice(self.people)
        near = [post for post in self.posts if must or post.get("category") in person["categories"]]
        post = self.rng.choice(near or self.posts)
        if any(row["person"] == person["id"] for row in self.pins):
            return
        place = {"post": post["id"]} if self.chance(0.6) else {"task_force": post["task_force"]}
        row: Row = {"person": person["id"], **place, "must": must, "by": "领导小组", "why": "工作需要"}
        if approval:
            row["approval"] = approval
        if self.chance(0.1):
            row["until"] = self.month(self.rng.choice((0, 6)))
        if must:
            gone = ("refuses", "conflicts", "capacity", "leading_team", "stepped_down", "lead_probation_end", "pool")
            for key in gone:
                person.pop(key, None)
            person["categories"] = dict.fromkeys(self.categories, self.rng.randint(4, 5))
            person["licences"] = list(self.papers)
        self.pins.append(row)

    def must_pin(self) -> None:
        """A person who must sit somewhere."""
        for _ in range(self.rng.choice((1, 1, 2))):
            self.pin(True)

    def ban(self) -> None:
        """People who must never sit somewhere, most of them where they would fit."""
        for _ in range(self.rng.randint(2, 5)):
            self.pin(False)

    def incumbents(self) -> None:
        """Most people sit somewhere today, and the stage `moves` counts."""
        for person in self.some(self.people, 0.6):
            person["current"] = self.desk()
        for force in self.some(self.forces, 0.2):
            others = [row["id"] for row in self.forces if row is not force]
            force["succeeds"] = [self.rng.choice(others)]
        if self.chance(0.2):
            self.policy["incumbents"] = "check"

    def torn(self) -> None:
        """Incumbents of two task forces with a duty in common who would not sit in both: a merger costs moves."""
        rng = self.rng
        pairs = [
            (one["task_force"], other["task_force"])
            for one in self.workload
            for other in self.workload
            if one["duty"] == other["duty"] and one["task_force"] < other["task_force"]
        ]
        if not pairs:
            return
        pair = rng.choice(pairs)
        people = rng.sample(self.people, len(self.people))
        for person in people[len(people) * 2 // 3 :]:
            person.pop("current", None)
        for n, person in enumerate(people[: len(people) * 2 // 3]):
            home, other = pair if n % 2 else pair[::-1]
            person["current"] = {"task_force": home}
            place = rng.choice(("conflicts", "refuses", "conflicts"))
            person[place] = sorted({other, *person.get(place, ())} - {home})
            if "preferences" in person:
                person["preferences"] = [home]
        if self.chance(0.7):
            self.rules["R17"] = self.rules["R30"] = "hard"
        if len(self.forces) < 5 and self.chance(0.8):
            self.able()
        if self.chance(0.5):
            self.policy["stages"] = ["unfilled", "quotas", "moves", "merit"]

    def divided(self) -> None:
        """Duties of which task forces do halves, or confirmed not to be so, or nobody said."""
        for duty in self.some(self.duties, 0.5):
            duty["divided"] = self.rng.choice((True, True, True, False, {"value": True, "by": "领导小组"}))

    def partners(self) -> list[tuple[Row, Row]]:
        """Every two task forces with a duty in common, in either order."""
        same = [{one["id"], other} for one in self.duties for other in one.get("same_as", ())]
        near = {row["id"]: {row["id"]}.union(*(pair for pair in same if row["id"] in pair)) for row in self.duties}
        does: dict[str, set[str]] = {force["id"]: set(force.get("duties", ())) for force in self.forces}
        for row in self.workload:
            does[row["task_force"]].add(row["duty"])
        reach = {place: set().union(*(near[duty] for duty in duties)) for place, duties in does.items()}
        return [
            (one, other)
            for one in self.forces
            for other in self.forces
            if one is not other and reach[one["id"]] & does[other["id"]]
        ]

    def wishes(self) -> None:
        """People who wish for a place that may join where they can sit: a task force, or a post of the slot."""
        pairs = self.partners()
        for person in self.some(self.people, 0.5) if pairs else ():
            home, other = self.rng.choice(pairs)
            places = [post["id"] for post in self.posts_of(other)] + [other["id"]]
            wishes = [self.rng.choice(places)]
            if self.chance(0.4):
                wishes.insert(self.rng.randint(0, 1), self.rng.choice((*self.posts_of(home), home))["id"])
            if self.chance(0.3):
                wishes += self.places(1)
            gone = person.get("refuses", ())
            wishes = [place for place in dict.fromkeys(wishes) if place not in gone]
            person.update({"preferences": wishes} if wishes else {})

    def rooted(self) -> None:
        """Incumbents on a post of a category that another task force has work in too: the slot merges around them."""
        pairs = [pair for pair in self.partners() if pair[0]["state"] == "running"]
        for person in self.some(self.people, 0.7) if pairs else ():
            home, other = self.rng.choice(pairs)
            theirs = {row["category"] for row in self.workload if row["task_force"] == other["id"]}
            posts = [
                post for post in self.posts_of(home) if post.get("category") in theirs or post.get("role") == "head"
            ]
            row: Row = {"task_force": home["id"], "since": self.month(-self.rng.randint(1, 18))}
            if posts and self.chance(0.85):
                post = self.rng.choice(posts)
                row["post"] = post["id"]
                if post.get("category"):
                    person["categories"].setdefault(post["category"], self.rng.randint(2, 4))
            person["current"] = row
            if len(self.forces) < 5 and self.chance(0.4):
                person["licences"] = list(self.papers)

    def able(self) -> None:
        """Everybody can do most things, so that few seats stay empty and persons trade with moves."""
        for person in self.people:
            person["categories"] = {name: self.rng.randint(3, 5) for name in self.categories}
            person["licences"] = list(self.papers)

    def halves(self) -> None:
        """Incumbents who have time for one part-time post, and newcomers who have time for several."""
        desks = [post for post in self.posts if post.get("load") in self.part_time.values()] if self.part_time else []
        if not desks or len(self.forces) > 4:
            return
        for n, person in enumerate(self.people):
            person.pop("capacity", None)
            if n % 2:
                post = self.rng.choice(desks)
                person["current"] = {"task_force": post["task_force"], "post": post["id"]}
                person["capacity"] = post["load"]
            else:
                person.pop("current", None)
        self.able()

    def outsiders(self) -> None:
        """People who are known but not to be newly drafted."""
        for person in self.some(self.people, 0.2):
            person["pool"] = False

    def moves(self) -> None:
        """The policy names the stage."""
        self.policy["stages"] = ["unfilled", "quotas", "moves", "merit"]

    def other_states(self) -> None:
        """One task force is over and another followed it, or is applied for."""
        last = self.forces[-1]
        if len(self.forces) < 3 or self.merge.get("require"):
            return
        if self.chance(0.5):
            last["state"] = "finished"
            self.rng.choice(self.forces[:-1])["succeeds"] = [last["id"]]
            gone = {last["id"], *(post["id"] for post in self.posts_of(last))}
            self.pins = [row for row in self.pins if not gone & {row.get("post"), row.get("task_force")}]
            for person in self.some(self.people, 0.3):
                person["current"] = {"task_force": last["id"]}
            return
        last["state"] = "applied"
        agreed = {step: {"decision": "agree"} for step in ("unit", "leader", "group")}
        row = {"id": "A1", "name": "申报一", "unit": "U1", "task_force": last["id"], "decisions": agreed}
        self.applications.append(row)

    def goals(self) -> None:
        """Key tasks, some of them nobody's."""
        for i in range(self.rng.randint(1, 3)):
            self.key_tasks.append(
                {"id": f"K{i + 1}", "name": f"重点{i + 1}", "state": self.rng.choice(("open", "done", "open"))}
            )
            duties = self.rng.sample(self.duties, self.rng.randint(0, 1))
            if self.chance(0.5):
                duties.append({"id": f"E{i + 1:02}", "name": f"新职责{i + 1}"})
                self.duties.append(duties[-1])
                if self.chance(0.4):
                    duties[-1]["owner_unit"] = "U1"
                elif self.chance(0.3):
                    self.units[0].setdefault("remit", []).append(duties[-1]["id"])
                elif self.chance(0.3):
                    duties[-1]["same_as"] = [self.duties[0]["id"]]
            for duty in duties:
                duty["key_task"] = f"K{i + 1}"

    def wants(self) -> None:
        """Task forces that rank persons."""
        for force in self.some(self.forces, 0.5):
            entries = [self.rng.choice(self.people)["id"], *self.rng.sample(QUOTAS, 2)]
            force["wants_people"] = self.rng.sample(entries, self.rng.randint(1, 3))

    def weights(self) -> None:
        """Other weights of merit; preference or stability left out."""
        rng = self.rng
        self.policy["merit"] = {
            "fit": rng.randint(1, 5),
            "preference": rng.randint(0, 5),
            "stability": rng.randint(0, 5),
        }
        if self.chance(0.3):
            self.rules["R38"] = "off"

    # --- the whole ---------------------------------------------------------------------------------------------------

    def linkage(self) -> None:
        """What may merge."""
        rng = self.rng
        self.merge["min_overlap"] = rng.choice(("5%", "10%", "15%", "30%", "50%"))
        self.merge["linkage"] = rng.choice(("complete", "complete", "connected"))
        together = self.merge.get("require")  # such groups stay possible, mostly
        least = max((len(entry["task_forces"]) for entry in together or ()), default=2)
        self.merge["max_members"] = max(least, rng.choice((2, 2, 3, 3, 4, 5)))
        self.merge["max_size"] = rng.choice((6, 8, 15, 15) if together else (3, 4, 5, 6, 8, 15, 15))
        if self.chance(0.15):
            self.merge["same_kind"] = True
        if self.chance(0.03 if together else 0.12):
            self.merge["same_supervisor"] = True

    def finish(self) -> Row:
        """Put the tables together."""
        self.linkage()
        if "R37" not in self.rules:
            hard = {"mode": "hard", "min": 0, "max": self.rng.randint(4, 6)}
            soft = {"mode": "target", "min": self.rng.randint(0, 3), "max": self.rng.randint(3, 5)}
            self.rules["R37"] = self.rng.choice(("off", soft, soft, soft, soft, hard if len(self.forces) < 5 else soft))
        case: Row = {"format": 1, "name": f"合并 {self.seed}", "as_of": self.as_of}
        if self.chance(0.3):
            case["term"] = {"from": self.month(1), "to": self.month(12)}
        case["categories"] = [{"id": key, "name": label} for key, label in CATEGORIES if key in self.categories]
        case |= {"leaders": self.leaders, "units": self.units, "people": self.people, "duties": self.duties}
        case |= {"task_forces": self.forces, "posts": self.posts}
        extra = {"workload": self.workload, "pins": self.pins, "applications": self.applications}
        extra["key_tasks"] = self.key_tasks
        case |= {key: rows for key, rows in extra.items() if rows}
        case["policy"] = self.policy | {"rules": self.rules, "merge": self.merge}
        return case


FEATURES: tuple[tuple[Callable[[Draft], None], float], ...] = (
    (Draft.loads, 0.18),
    (Draft.incumbents, 0.4),
    (Draft.outsiders, 0.1),
    (Draft.refusals, 0.45),
    (Draft.conflicts, 0.4),
    (Draft.torn, 0.25),
    (Draft.halves, 0.5),
    (Draft.kin, 0.35),
    (Draft.sensitive, 0.25),
    (Draft.personal, 0.25),
    (Draft.skills, 0.25),
    (Draft.caps, 0.25),
    (Draft.floors, 0.15),
    (Draft.locked, 0.2),
    (Draft.forbid, 0.25),
    (Draft.require, 0.2),
    (Draft.must_fill, 0.3),
    (Draft.sizes, 0.3),
    (Draft.quotas, 0.5),
    (Draft.ban, 0.4),
    (Draft.township, 0.2),
    (Draft.must_pin, 0.2),
    (Draft.moves, 0.5),
    (Draft.other_states, 0.15),
    (Draft.goals, 0.3),
    (Draft.wants, 0.25),
    (Draft.weights, 0.2),
    (Draft.divided, 0.5),
    (Draft.wishes, 0.4),
    (Draft.rooted, 0.4),
)
TRADE: tuple[tuple[Callable[[Draft], None], float], ...] = (
    (Draft.able, 1.0),
    (Draft.torn, 0.8),
    (Draft.halves, 0.6),
    (Draft.kin, 0.2),
    (Draft.skills, 0.15),
    (Draft.caps, 0.15),
    (Draft.quotas, 0.4),
    (Draft.ban, 0.2),
    (Draft.moves, 0.5),
    (Draft.weights, 0.3),
    (Draft.divided, 0.5),
    (Draft.wishes, 0.25),
)


def case(seed: int) -> Row:
    """Make a tiny valid scenario in which merging is possible and the rules bind."""
    return Draft(seed).finish()
