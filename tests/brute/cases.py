"""Tiny random scenarios in which rules bind often, as plain nested dicts with the keys of the scenario format.

`random_case(rng, focus)` makes one; a focus puts one rule on, in a mode that makes sense, and marks people and posts
so that the rule is likely to change the answer. The persons are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]

CATEGORIES = (("planning", "项目谋划"), ("writing", "文字综合"), ("engineering", "工程设计"))
NAMES = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")
QUOTAS = (
    "birth_year >= 1985",
    "specialist",
    "stepped_down",
    "gender == female",
    "age <= 35",
    "not specialist and gender == male",
    "political in [party_member, probationary]",
    "category.planning >= 3",
    "unit == U1 or unit.level == township",
    "unit.kind in [government, party]",
    'education == "本科"',
    "recruited >= 2018-01",
    "band <= 2",
    "(specialist or age < 40) and not stepped_down",
    "unit.on_duty > 12 or band == 1",
    "level != section",
    "not (age > 40 or band >= 3)",
)
DEFAULT_HARD = {f"R{n:02}" for n in range(1, 31)} - {"R02", "R03", "R11", "R14", "R18", "R25"}


class Draft:
    """A scenario in the making: its tables, and the random choices the foci share."""

    def __init__(self, rng: random.Random, forces: int, people: int) -> None:
        """Draw the tables without any mark of a rule."""
        self.rng = rng
        self.light = False  # a background rule: few marks, any mode
        self.as_of = rng.choice(("2019-06", "2020-01", "2021-12"))
        self.categories = [name for name, _ in CATEGORIES[: rng.randint(2, 3)]]
        self.leaders = [{"id": f"L{i + 1}", "name": f"副县长{NAMES[i]}"} for i in range(rng.randint(1, 3))]
        self.units = [self.unit(i) for i in range(rng.randint(1, 4))]
        self.forces = [self.force(i, i < forces) for i in range(max(forces, rng.randint(1, 4)))]
        self.posts = [self.post(i, forces) for i in range(max(forces, rng.randint(1, 5)))]
        self.people = [self.person(i) for i in range(people)]
        self.policy: Row = {"rules": {}}
        self.extra: Row = {"duties": [], "applications": [], "pins": []}
        for force in self.forces:
            if force["state"] == "applied":
                self.extra["applications"].append(self.application(force))
        self.shrink()

    def chance(self, share: float) -> bool:
        """Decide a yes or no."""
        return self.rng.random() < share

    def month(self, shift: int) -> str:
        """Return the month so many months after `as_of`."""
        year, month = map(int, self.as_of.split("-"))
        total = 12 * year + month - 1 + shift
        return f"{total // 12}-{total % 12 + 1:02}"

    def near(self, limit: int) -> str:
        """Return a month in the past about so many months ago, often just at the limit."""
        return self.month(-max(0, self.rng.choice((limit, limit - 1, limit - 1, limit // 2, limit + 1))))

    def soon(self) -> str:
        """Return the end of a period that is over now, or still runs."""
        return self.month(self.rng.choice((0, 1, 1, 6, 12, -3)))

    def some(self, rows: list[Row], share: float = 0.6) -> list[Row]:
        """Pick some rows, at least one unless the rule is only in the background."""
        chosen = [row for row in rows if self.chance(0.15 if self.light else share)]
        return chosen or ([] if self.light or not rows else [self.rng.choice(rows)])

    def rule(self, name: str, *modes: str, **settings: Any) -> None:
        """State a rule in one of the modes; a background rule often keeps its default."""
        if self.light and self.chance(0.6):
            return
        mode = self.rng.choice(("hard", "target", "warn", "off") if self.light else modes or ("hard", "target"))
        if mode == "hard" and name in DEFAULT_HARD and not self.light and self.chance(0.4):
            if settings:
                self.policy["rules"][name] = settings
            return
        self.policy["rules"][name] = mode if mode == "off" else {"mode": mode, **settings}

    def unit(self, i: int) -> Row:
        """Draw a unit."""
        row: Row = {
            "id": f"U{i + 1}",
            "name": f"单位{i + 1}",
            "level": self.rng.choice(("county", "county", "dispatched")),
        }
        row["kind"] = self.rng.choice(("party", "government", "mass", "institution", "soe"))
        if self.chance(0.4):
            row["on_duty"] = self.rng.choice((14, 15, 24, 25, 40))
        return row

    def force(self, i: int, running: bool) -> Row:
        """Draw a task force; those beyond the first ones may be in any state."""
        state = "running" if running else self.rng.choice(("running", "running", "applied", "finished", "ended"))
        row: Row = {"id": f"T{i + 1:02}", "name": f"专班{i + 1}", "kind": self.rng.choice(("project", "special"))}
        row |= {"state": state, "posts": []}
        if self.chance(0.6):
            row["supervisor"] = self.rng.choice(self.leaders)["id"]
        if i and self.chance(0.3):
            row["succeeds"] = [f"T{self.rng.randint(1, i):02}"]
        return row

    def application(self, force: Row) -> Row:
        """Draw an application, often with all three decisions."""
        grades = ("agree",) * 4 if self.chance(0.6) else ("agree", "agree", "refuse", "return", "")
        decisions = {step: {"decision": self.rng.choice(grades)} for step in ("unit", "leader", "group")}
        unit = self.rng.choice(self.units)["id"]
        return {
            "id": f"A-{force['id']}",
            "name": force["name"],
            "unit": unit,
            "task_force": force["id"],
            "decisions": decisions,
        }

    def post(self, i: int, forces: int) -> Row:
        """Draw a post; the first ones go to the first task forces."""
        force = self.forces[i] if i < forces else self.rng.choice(self.forces)
        row: Row = {"id": f"{force['id']}-p{i + 1}", "task_force": force["id"], "seats": self.rng.choice((1, 1, 2, 3))}
        row["role"] = self.rng.choice(("head", "deputy", "member", "member", "member", "adviser"))
        row["priority"] = self.rng.randint(1, 3)
        if self.chance(0.5):
            row["category"] = self.rng.choice(self.categories)
        if self.chance(0.4):
            row["needs"] = self.needs(2)
        if self.chance(0.4):
            row["wants"] = {self.rng.choice(self.categories): self.rng.randint(2, 5)}
        if self.chance(0.2):
            row["load"] = self.rng.choice(("0.5", "0.3"))
        return row

    def needs(self, top: int) -> Row:
        """Draw needs up to a level, at times with branches."""

        def pick() -> Row:
            return {self.rng.choice(self.categories): self.rng.randint(1, top)}

        ways = {"any_of": [pick(), pick()]}
        return self.rng.choice((pick(), pick(), ways, ways | pick()))

    def person(self, i: int) -> Row:
        """Draw a person; the years of birth crowd around the usual limits."""
        row: Row = {"id": f"P{i + 1:03}", "name": NAMES[i], "unit": self.rng.choice(self.units)["id"]}
        row["gender"] = self.rng.choice(("male", "female"))
        row["birth"] = self.month(-12 * self.rng.choice((28, 33, 35, 36, 45, 50)) + self.rng.randint(-1, 1))
        row["categories"] = {name: self.rng.randint(1, 5) for name in self.categories if self.chance(0.8)}
        options: Row = {
            "specialist": True,
            "stepped_down": True,
            "band": self.rng.randint(1, 4),
            "education": self.rng.choice(("本科", "大专")),
            "political": self.rng.choice(("party_member", "probationary", "masses")),
            "level": self.rng.choice(("section", "town_deputy", "none")),
            "capacity": self.rng.choice(("0.5", "0.8")),
            "pool": False,
            "unit_opinion": "disagree",
            "preferences": self.places(2),
        }
        shares = (0.4, 0.15, 0.5, 0.5, 0.6, 0.5, 0.15, 0.06, 0.1, 0.4)
        row |= {key: value for (key, value), share in zip(options.items(), shares, strict=True) if self.chance(share)}
        if self.chance(0.3):
            row["current"] = self.desk()
        return row

    def desk(self) -> Row:
        """Draw where an incumbent sits today; the post may be blank."""
        post = self.rng.choice(self.posts)
        row = {"task_force": post["task_force"], "since": self.month(-self.rng.randint(1, 20))}
        return row | ({"post": post["id"]} if self.chance(0.7) else {})

    def places(self, most: int) -> list[str]:
        """Draw a few different task forces or posts."""
        ids = [row["id"] for row in (*self.forces, *self.posts)]
        return self.rng.sample(ids, min(len(ids), self.rng.randint(1, most)))

    def shrink(self) -> None:
        """Take seats away until no more than six are left."""
        while sum(post["seats"] for post in self.posts) > 6:
            self.rng.choice([post for post in self.posts if post["seats"] > 1])["seats"] -= 1

    def running(self) -> list[Row]:
        """Return the posts of running task forces."""
        states = {force["id"]: force["state"] for force in self.forces}
        return [post for post in self.posts if states[post["task_force"]] == "running"]

    def mark(self, share: float = 0.6, **values: Any) -> None:
        """Give some people a field; a function is called anew for each."""
        for person in self.some(self.people, share):
            person |= {key: value() if callable(value) else value for key, value in values.items()}

    def demand(self, share: float = 0.7, **values: Any) -> None:
        """Give some staffed posts a field."""
        for post in self.some(self.running(), share):
            post |= {key: value() if callable(value) else value for key, value in values.items()}

    def lead(self) -> None:
        """Turn most posts into leading ones, as the rules on leaders need them."""
        self.demand(0.8, role=lambda: self.rng.choice(("head", "head", "deputy")))

    def finish(self, name: str) -> Row:
        """Put the tables together; the posts stand in their task forces, or in a list of their own."""
        case: Row = {"format": 1, "name": name, "as_of": self.as_of}
        if self.chance(0.4):
            case["term"] = {"from": self.month(1), "to": self.month(12)}
        case["categories"] = [{"id": key, "name": label} for key, label in CATEGORIES if key in self.categories]
        case |= {"leaders": self.leaders, "units": self.units, "people": self.people, "task_forces": self.forces}
        nested = self.chance(0.5)
        for post in self.posts:
            if nested:
                home = next(force for force in self.forces if force["id"] == post["task_force"])
                home["posts"].append({key: value for key, value in post.items() if key != "task_force"})
        for force in self.forces:
            if not force["posts"]:
                del force["posts"]
        case |= {} if nested else {"posts": self.posts}
        case |= {key: rows for key, rows in self.extra.items() if rows} | {"policy": self.policy}
        return as_text(case) if self.chance(0.3) else case


def as_text(value: Any, key: str = "") -> Any:
    """Write numbers and booleans as the text a planner types; the format itself stays a number."""
    if isinstance(value, dict):
        return {name: as_text(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [as_text(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) and key != "format" else value


def r01(d: Draft) -> None:
    """Full-time posts in several task forces, few people, and no limit on the load."""
    d.demand(0.9, load="1.0")
    d.policy["rules"]["R29"] = "off"
    d.rule("R01")


def r02(d: Draft) -> None:
    """Incumbents who have been away for about the limit."""
    total = d.rng.choice((6, 12, 18))
    for person in d.some(d.people, 0.8):
        person["current"] = d.desk() | {"since": d.near(total + d.rng.choice((0, 1, 2)))}
        person.pop("pool", None)
    d.rule("R02", total_months=total)


def r03(d: Draft) -> None:
    """People back for about the gap."""
    gap = d.rng.choice((12, 24))
    d.mark(last_return=lambda: d.near(gap))
    d.rule("R03", months=gap)


def approve(d: Draft) -> None:
    """At times an approved pin that lifts the rule for one person and place."""
    if d.chance(0.25):
        pin(d, True)
        d.extra["pins"][-1]["approval"] = "〔2019〕5号"


def township(d: Draft) -> None:
    """Make some units townships."""
    for unit in d.some(d.units, 0.5):
        unit["level"] = "township"


def r04(d: Draft) -> None:
    """Township staff."""
    township(d)
    d.rule("R04")
    approve(d)


def r05(d: Draft) -> None:
    """People who came to a township about the limit ago."""
    years = d.rng.choice((3, 5))
    d.mark(township_since=lambda: d.near(12 * years))
    d.rule("R05", **({} if years == 5 and d.chance(0.5) else {"years": years}))
    approve(d)


def r06(d: Draft) -> None:
    """Recruits of both kinds about their limits ago."""
    d.mark(
        recruit=lambda: d.rng.choice(("exam", "selected", "exam", "other")),
        recruited=lambda: d.near(d.rng.choice((24, 36))),
    )
    d.rule("R06", **({"years": 3, "selected_years": 2} if d.chance(0.5) else {}))
    approve(d)


def r11(d: Draft) -> None:
    """Teachers and doctors, by unit or title."""
    for unit in d.some(d.units, 0.3):
        unit["kind"] = d.rng.choice(("school", "hospital"))
    d.mark(0.4, tech_title=lambda: d.rng.choice(("高级教师", "主治医师", "工程师", "水利工程师")))
    d.rule("R11")


def r12(d: Draft) -> None:
    """Staffing types and licences."""
    kinds = ("administrative", "civil_managed", "institution")
    d.mark(0.8, staffing=lambda: d.rng.choice(kinds))
    d.mark(0.5, licences=lambda: d.rng.choice((["注册规划师"], ["律师"], ["注册规划师", "律师"])))
    d.demand(0.6, staffing=lambda: d.rng.sample(kinds, d.rng.randint(1, 2)))
    d.demand(0.4, licences=lambda: [d.rng.choice(("注册规划师", "律师"))])
    d.rule("R12")


def r13(d: Draft) -> None:
    """Units that may lend few."""
    for person in d.some(d.people, 0.7):
        person["unit"] = "U1"
    for unit in d.some(d.units, 0.6):
        duty = {"level": "county", "on_duty": d.rng.choice((6, 14, 15))}
        unit.update(d.rng.choice(({"lend_max": d.rng.randint(0, 2)}, duty)))
    if d.chance(0.4) and not d.light:
        township(d)
        d.policy["rules"]["R04"] = "off"
    d.rule("R13", township=d.rng.randint(1, 2), county_share=d.rng.choice(("5%", "10%", "15%")))


def r14(d: Draft) -> None:
    """Units that must lend some, often their weakest people."""
    for unit in d.some(d.units, 0.6):
        unit["lend_min"] = d.rng.randint(1, 2)
        for person in d.people:
            if person["unit"] == unit["id"] and not d.light:
                person["categories"] = {name: d.rng.randint(1, 2) for name in d.categories}
    d.rule(
        "R14", *(("target", "target", "target", "hard") if not d.light else ()), **({"min": 1} if d.chance(0.3) else {})
    )


def kin(d: Draft, share: float) -> None:
    """Tie some pairs of people; one of the two states it."""
    pairs = [{"pair": (one, other)} for one in d.people for other in d.people if one["id"] < other["id"]]
    for row in d.some(pairs, share):
        holder, named = d.rng.sample(row["pair"], 2)
        stated = [(one["id"], tie.get("person")) for one in row["pair"] for tie in one.get("kin", [])]
        if (holder["id"], named["id"]) in stated or (named["id"], holder["id"]) in stated:
            continue
        holder["kin"] = [*holder.get("kin", []), {"person": named["id"], "relation": "配偶"}]


def r15(d: Draft) -> None:
    """Kin among the people."""
    kin(d, 0.5)
    d.rule("R15")


def r16(d: Draft) -> None:
    """Sensitive posts under a supervisor or head who is kin."""
    kin(d, 0.4)
    d.demand(0.7, sensitive=lambda: d.rng.choice(("organisation", "personnel", "discipline", "audit", "finance")))
    for force in d.some(d.forces, 0.9):
        force["supervisor"] = d.rng.choice(d.leaders)["id"]
    for person in d.some(d.people, 0.4):
        person["kin"] = [*person.get("kin", []), {"leader": d.rng.choice(d.leaders)["id"], "relation": "兄弟"}]
    d.policy["rules"].setdefault("R15", "off")
    d.rule("R16")


def r17(d: Draft) -> None:
    """Interests in a task force or one of its duties."""
    for i, force in enumerate(d.forces):
        duty = f"D{i + 1:02}"
        d.extra["duties"].append({"id": duty, "name": f"职责{i + 1}"})
        if d.chance(0.5):
            force["duties"] = [duty]
        else:
            force["workload"] = {duty: dict.fromkeys(d.categories, "0.5")}
    places = [row["id"] for row in (*d.forces, *d.extra["duties"])]
    d.mark(0.8, conflicts=lambda: d.rng.sample(places, d.rng.randint(1, 2)))
    d.rule("R17")


def r18(d: Draft) -> None:
    """Heads from the place of their youth."""
    d.demand(0.7, role="head")
    d.mark(growth_place=lambda: d.rng.choice(("浙江开化", "浙江常山", "开化")))
    d.rule("R18", place="开化")


def r19(d: Draft) -> None:
    """Sanctions that run or are over."""
    d.lead()
    d.mark(sanction_end=d.soon)
    d.rule("R19")


def r21(d: Draft) -> None:
    """Poor grades, last year or before."""
    d.lead()
    grades = ("incompetent", "basic", "basic", "competent", "ungraded")
    d.mark(0.9, assessments=lambda: {year: d.rng.choice(grades) for year in d.rng.sample(("2016", "2017", "2018"), 2)})
    d.rule("R21")


def r24(d: Draft) -> None:
    """Age limits at the ages people have."""
    d.demand(0.5, age_max=lambda: d.rng.choice((33, 35, 45)))
    d.demand(0.3, age_min=lambda: d.rng.choice((28, 33, 35)))
    if d.chance(0.2):
        d.rng.choice(d.people).pop("birth")
    d.rule("R24")


def r25(d: Draft) -> None:
    """People close to retirement."""
    for person in d.some(d.people, 0.8):
        years = 60 if person["gender"] == "male" else 55
        person["birth"] = d.month(-12 * years + d.rng.choice((-3, 0, 6, 11, 12, 12, 13)))
    d.rule("R25", **({"months": 12} if d.chance(0.5) else {"months": 6}))


def r26(d: Draft) -> None:
    """Posts for party members."""
    d.demand(0.7, party=True)
    d.rule("R26", **({"probationary": d.chance(0.5)} if d.chance(0.5) else {}))


def r27(d: Draft) -> None:
    """Posts that need more than most can do."""
    d.demand(0.7, needs=lambda: d.needs(5))
    d.rule("R27", **({"default_level": d.rng.randint(2, 4)} if d.chance(0.5) else {}))


def r29(d: Draft) -> None:
    """Part-time posts and small capacities."""
    d.demand(0.9, load=lambda: d.rng.choice(("0.5", "0.3", "0.6", "1.0")))
    d.mark(0.7, capacity=lambda: d.rng.choice(("0.5", "0.6", "0.8", "1.0")))
    d.rule("R29")


def r30(d: Draft) -> None:
    """Refusals."""
    d.mark(0.8, refuses=lambda: d.places(2))
    for person in d.people:
        wishes = [place for place in person.pop("preferences", []) if place not in person.get("refuses", [])]
        person.update({"preferences": wishes} if wishes else {})
    d.rule("R30")


def r37(d: Draft) -> None:
    """Teams that are short or over."""
    for force in d.some(d.forces, 0.5):
        force["size"] = d.rng.choice(({"min": 2}, {"max": 1}, {"min": 1, "max": 1}, {"max": 2}, {"min": 3}))
    if d.light and d.chance(0.7):
        return
    mode = "hard" if d.chance(0.25) else "target"
    d.policy["rules"]["R37"] = {"mode": mode, "min": d.rng.randint(0, 2), "max": d.rng.randint(2, 4)}


def r38(d: Draft) -> None:
    """Incumbents, and a high price of moving."""
    for person in d.some(d.people, 0.7):
        person["current"] = d.desk()
    d.policy["merit"] = {"fit": 1, "preference": d.rng.randint(0, 2), "stability": d.rng.randint(2, 6)}


def quota(d: Draft) -> None:
    """Quotas of all scopes and units, mostly targets."""
    own = [force["id"] for force in d.forces]
    for i in range(1 if d.light else d.rng.randint(1, 3)):
        row: Row = {"name": f"结构{i + 1}", "of": d.rng.choice(QUOTAS)}
        ends = {"min": d.rng.choice(("40%", "55%", "67%", 1, 2)), "max": d.rng.choice(("17%", "33%", "50%", 0, 1))}
        for end in d.rng.choice((("min",), ("min",), ("max",), ("min", "max"))):
            row[end] = ends[end]
        if d.chance(0.6):
            row["mode"] = d.rng.choice(("target", "target", "hard"))
        if d.chance(0.2):
            force = d.rng.choice(d.forces)
            force["quotas"] = [*force.get("quotas", []), row]
            continue
        scope = d.rng.choice(("all", "each", d.rng.choice(own), {"kind": d.rng.choice(("project", "special"))}, None))
        d.policy.setdefault("quotas", []).append(row | ({"in": scope} if scope else {}))


def pin(d: Draft, must: bool) -> None:
    """Pin a person to a staffed post or its task force, or ban the pair; a must pin is made possible."""
    post, person = d.rng.choice(d.running()), d.rng.choice(d.people)
    taken = [row for row in d.extra["pins"] if row["person"] == person["id"] or post["task_force"] in row.values()]
    must = must and not taken and not (d.light and d.chance(0.5))
    place = {"post": post["id"]} if d.chance(0.6) else {"task_force": post["task_force"]}
    row: Row = {"person": person["id"], **place, "by": "领导小组", "why": "工作需要"}
    if not must or d.chance(0.5):
        row["must"] = must
    if d.chance(0.25):
        row["until"] = d.soon()
    if must and d.chance(0.9):
        for key in ("status", "health", "refuses", "conflicts", "sanction_end", "probation_end", "lead_probation_end"):
            person.pop(key, None)
        person["categories"] = dict.fromkeys(d.categories, 5)
        person.pop("capacity", None)
        person.pop("pool", None)
    d.extra["pins"].append(row)


def pins(d: Draft) -> None:
    """Pins of all kinds."""
    for _ in range(1 if d.light else d.rng.randint(1, 3)):
        pin(d, d.chance(0.6))
        if d.chance(0.2):
            d.extra["pins"][-1]["approval"] = "〔2019〕7号"


def must_fill(d: Draft) -> None:
    """A post of low priority that must be filled, and fewer people than seats."""
    post = d.rng.choice(d.running())
    post |= {"must_fill": True, "priority": 3, "seats": 1, "load": "1.0"}
    post.pop("needs", None)
    post.pop("category", None)
    if not d.light:
        for other in d.posts:
            if other is not post:
                other |= {"priority": d.rng.randint(1, 2), "load": "1.0", "seats": other["seats"] + 1}
        d.shrink()


def wants(d: Draft) -> None:
    """Task forces that rank persons or expressions."""
    people = [row["id"] for row in d.people]
    for force in d.some(d.forces, 0.8):
        entries = [*d.rng.sample(people, min(len(people), 2)), *d.rng.sample(QUOTAS, 3)]
        force["wants_people"] = d.rng.sample(entries, d.rng.randint(1, 5))


def moves(d: Draft) -> None:
    """The stage that counts moves, with incumbents who might stay."""
    for person in d.some(d.people, 0.7):
        person["current"] = d.desk()
    order = d.rng.choice(
        (("unfilled", "moves", "merit"), ("unfilled", "quotas", "moves", "merit"), ("moves", "unfilled", "merit"))
    )
    d.policy["stages"] = list(order)


def marks(rule: str, share: float = 0.6, lead: bool = False, **values: Any) -> Callable[[Draft], None]:
    """A focus that only marks people; each value is drawn from a list."""

    def focus(d: Draft) -> None:
        if lead:
            d.lead()
        d.mark(share, **{key: lambda options=options: d.rng.choice(options) for key, options in values.items()})
        d.rule(rule)

    return focus


def ahead(rule: str, key: str) -> Callable[[Draft], None]:
    """A focus on a period that is over or still runs."""

    def focus(d: Draft) -> None:
        d.mark(**{key: d.soon})
        d.rule(rule)

    return focus


def r09(d: Draft) -> None:
    """Members of leading teams on ordinary posts."""
    d.demand(0.8, role="member")
    marks("R09", leading_team=[True])(d)


def r23(d: Draft) -> None:
    """Night and field duty."""
    d.demand(0.7, night_or_field=True)
    marks("R23", restricted_duty=[True])(d)


FOCUS: dict[str, Callable[[Draft], None]] = {
    "R01": r01,
    "R02": r02,
    "R03": r03,
    "R04": r04,
    "R05": r05,
    "R06": r06,
    "R07": ahead("R07", "probation_end"),
    "R08": ahead("R08", "lead_probation_end"),
    "R09": r09,
    "R10": marks("R10", status=["village", "temporary_post", "lent", "lent", "retired", "on_duty"]),
    "R11": r11,
    "R12": r12,
    "R13": r13,
    "R14": r14,
    "R15": r15,
    "R16": r16,
    "R17": r17,
    "R18": r18,
    "R19": r19,
    "R20": marks("R20", status=["investigation", "investigation", "on_duty"]),
    "R21": r21,
    "R22": marks("R22", health=["poor", "poor", "fair", "good"], status=["sick", "on_duty", "on_duty"]),
    "R23": r23,
    "R24": r24,
    "R25": r25,
    "R26": r26,
    "R27": r27,
    "R28": marks("R28", lead=True, stepped_down=[True]),
    "R29": r29,
    "R30": r30,
    "R37": r37,
    "R38": r38,
    "quota": quota,
    "pin": pins,
    "must_fill": must_fill,
    "wants": wants,
    "moves": moves,
}
FOCI: tuple[str, ...] = tuple(FOCUS)
FEW_PEOPLE = {"R01": (2, 3), "R29": (2, 4), "must_fill": (2, 3), "R14": (3, 6), "R15": (3, 6), "R16": (3, 6)}
CHECKED_ON_MOVE = {f"R{n:02}" for n in (*range(3, 13), 17, *range(19, 29))}
MANY_FORCES = {"R01", "R29", "moves", "R17"}


def random_case(rng: random.Random, focus: str | None = None) -> Row:
    """Make a tiny valid scenario; with a focus, that rule is on and likely to change the answer."""
    people = rng.randint(*FEW_PEOPLE.get(focus or "", (2, 6)))
    draft = Draft(rng, 2 if focus in MANY_FORCES else 1, people)
    draft.light = True
    for name in rng.sample(FOCI, rng.choice((0, 1, 2, 3))):
        if name != focus:
            FOCUS[name](draft)
    draft.policy["rules"].setdefault("R37", rng.choice(("off", "off", {"mode": "target", "min": 1, "max": 3})))
    draft.light = False
    if focus:
        draft.policy["rules"].pop(focus, None)
        FOCUS[focus](draft)
        if focus in CHECKED_ON_MOVE and rng.random() < 0.6:
            draft.policy["incumbents"] = "check"
    finish_policy(draft)
    return draft.finish(f"随机 {focus or '无重点'}")


def finish_policy(d: Draft) -> None:
    """Draw what no focus has set: the stages, their tolerances, the weights of merit, how incumbents are checked."""
    orders: tuple[list[Any], ...] = (
        [{"name": "unfilled", "tolerance": d.rng.choice((0, 1, 3, "20%"))}, "quotas", "merit"],
        ["unfilled", {"name": "quotas", "tolerance": d.rng.choice((1, "50%"))}, "merit"],
        ["unfilled", "quotas", {"name": "moves", "tolerance": d.rng.choice((0, 1, "50%"))}, "merit"],
        ["quotas", "unfilled", "merit"],
        ["unfilled", "quotas", {"name": "merit", "tolerance": "5%"}, "moves"],
    )
    if d.chance(0.35):
        d.policy.setdefault("stages", d.rng.choice(orders))
    if d.chance(0.3):
        d.policy.setdefault("merit", {"fit": d.rng.randint(1, 5), "preference": d.rng.randint(0, 5)})
    if d.chance(0.15):
        d.policy["incumbents"] = "check"
    if d.chance(0.1):
        d.policy["rules"].setdefault("R32", {"mode": "warn"})


def case_strategy() -> st.SearchStrategy[Row]:
    """Draw a case: a seed and a focus, or none."""
    seeds, foci = st.integers(0, 2**32 - 1), st.sampled_from((None, *FOCI))
    return st.builds(lambda seed, focus: random_case(random.Random(seed), focus), seeds, foci)
