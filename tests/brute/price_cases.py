"""Tiny random scenarios with a plan, many ties, and rules that bind by one: a step of a bound changes the answer.

`price_case(seed)` makes one. They are drawn from the foci of `cases.py`, over people cut from few patterns; the
draws were chosen so that every kind of change has a price in some of them. The persons are invented.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from time import perf_counter

from tests.brute.cases import CHECKED_ON_MOVE, FOCUS, Draft, Row
from tests.brute.oracle import solve
from tests.brute.price_oracle import prices
from zbopt.diagnostics import DiagnosticsError
from zbopt.scenario.load import parse

MOST_SEATS = 5
CHOSEN = """
14 34 47 75 28 27 0 7 69 35 43 13 29 77 64 9 5 67 43 58 54 9 64 5 57 0 24 10 6 61 77 11 46 44 72 70
73 10 31 74 0 38 31 18 5 64 77 25 79 57 38 43 9 43 27 45 13 75 56 0
""".split()
"""The draw of each seed from which on the first is taken that has a plan (`python -m tests.brute.price_cases choose`)."""


class Tiny(Draft):
    """A draft of 4-6 people of few patterns, 2-5 seats, 1-3 task forces, 2-3 units."""

    def __init__(self, rng: random.Random) -> None:
        """Draw the tables without any mark of a rule."""
        self.rng = rng
        self.light = False
        self.as_of = rng.choice(("2019-06", "2020-01"))
        self.categories = ["planning", "writing"]
        self.leaders = [{"id": "L1", "name": "副县长甲"}]
        self.units = [self.unit(i) for i in range(rng.randint(2, 3))]
        forces, staffed = rng.choice(((1, 1), (2, 2), (2, 2), (2, 1), (3, 2), (3, 3)))
        self.forces = [self.force(i, i < staffed) for i in range(forces)]
        for row in self.forces[staffed:]:
            row["state"] = rng.choice(("finished", "ended"))
        self.posts = [self.post(i, forces) for i in range(max(forces, rng.randint(1, 3)))]
        for row in self.posts:
            row["role"] = rng.choice(("head", "member", "member"))
        self.people = [self.person(i) for i in range(rng.randint(4, 6))]
        patterns = [self.person(0) for _ in range(2)]
        for row in self.people:
            kept = {"id": row["id"], "name": row["name"], "unit": row["unit"]}
            pattern = rng.choice(patterns)
            row.clear()
            row.update(pattern | {"categories": dict(pattern["categories"])} | kept)
        self.policy: Row = {"rules": {}}
        self.extra: Row = {"duties": [], "applications": [], "pins": []}
        self.shrink()

    def post(self, i: int, forces: int) -> Row:
        """Draw a post that asks for little, so that people are alike."""
        row = super().post(i, forces)
        row.pop("needs", None)
        if self.chance(0.7):
            row["category"] = self.rng.choice(self.categories)
        if self.chance(0.5):
            row.pop("wants", None)
        return row

    def person(self, i: int) -> Row:
        """Draw a person without what bars most often."""
        row = super().person(i)
        if self.chance(0.7):
            row.pop("preferences", None)
        if self.chance(0.6):
            row.pop("current", None)
        row.pop("capacity", None)
        return row | {"categories": {name: self.rng.randint(2, 3) for name in self.categories}}

    def shrink(self) -> None:
        """Take seats away until no more than five are left, add one where there is one."""
        while sum(post["seats"] for post in self.posts) > MOST_SEATS:
            self.rng.choice([post for post in self.posts if post["seats"] > 1])["seats"] -= 1
        staffed = self.running()
        if sum(post["seats"] for post in staffed) < 2:
            staffed[0]["seats"] += 1
            if sum(post["seats"] for post in self.posts) > MOST_SEATS:
                max(self.posts, key=lambda post: (post not in staffed, post["seats"]))["seats"] -= 1

    def own(self, *modes: str) -> str:
        """Choose a mode, mostly one that has a price."""
        return self.rng.choice(modes or ("hard", "target"))


def quota_row(d: Tiny, name: str, persons: int) -> Row:
    """Draw a quota: counts, or shares that are one per cent from asking for one of so many persons more or less."""
    ofs = ("birth_year >= 1985", "gender == female", "unit == U1", "not stepped_down")
    of = d.rng.choice(("specialist", "not specialist", d.rng.choice(ofs)))
    better = d.rng.choice((2, 3, 5))
    for person in d.people:
        person["specialist"] = d.chance(0.5)
        person["categories"] = dict.fromkeys(d.categories, better if person["specialist"] else 3)
    low, high = d.rng.choice(((1, 2), (2, 3), (1, 1), (2, 2), (0, 1), (0, 2), (0, 0)))
    if persons:
        part, more = 100 * min(low, persons), 100 * min(high, persons)
        low, high = min(100, part // persons + d.rng.randint(0, 1)), max(0, -(-more // persons) - d.rng.randint(0, 1))
        low, high = f"{min(low, high)}%", f"{max(low, high)}%"
    row: Row = {"name": name, "of": of, "mode": d.own()}
    ends = d.rng.choice((("min",), ("max",), ("min", "max"), ("min", "max")))
    return row | {key: value for key, value in (("min", low), ("max", high)) if key in ends}


def policy_quota(d: Tiny, share: bool) -> None:
    """A quota of the policy, at times of two scopes under one name."""
    seats = sum(post["seats"] for post in d.running())
    row = quota_row(d, "结构一" if share else "人数一", share * min(seats, len(d.people)))
    if d.chance(0.3):
        del row["mode"]
    force = d.forces[0]
    scopes = d.rng.choice((["all"], ["all"], ["each"], [force["id"]], [{"kind": force["kind"]}], ["all", "each"]))
    d.policy["quotas"] = d.policy.get("quotas", []) + [row | {"in": scope} for scope in scopes]
    if d.chance(0.2):
        d.policy["quotas"].append({"name": f"只看{row['name']}", "of": "specialist", "min": 2, "mode": "warn"})


def team_quota(d: Tiny, share: bool) -> None:
    """A quota of a task force; it has two seats at least."""
    post = d.rng.choice(d.running())
    force = next(row for row in d.forces if row["id"] == post["task_force"])
    post["seats"] += 1
    d.shrink()
    seats = sum(row["seats"] for row in d.posts if row["task_force"] == force["id"])
    row = quota_row(d, "结构甲" if share else "人数甲", share * seats)
    force["quotas"] = [*force.get("quotas", []), row]


def sizes(d: Tiny) -> None:
    """Sizes that bind: the task force's own, or the setting."""
    d.policy["rules"]["R37"] = {"mode": d.own(), "min": d.rng.randint(0, 2), "max": d.rng.randint(2, 3)}
    for force in d.some(d.forces, 0.5):
        force["size"] = d.rng.choice(({"min": 1}, {"max": 2}, {"min": 0, "max": 1}, {"min": 2, "max": 2}, {"min": 2}))


def caps(d: Tiny) -> None:
    """Units at their caps: stated, of a township, by share of those on duty."""
    for person in d.some(d.people, 0.6):
        person["unit"] = "U1"
    ways: tuple[Row, ...] = ({"lend_max": 1}, {"lend_max": 2}, {"lend_max": 0}, {"level": "township"})
    for unit in d.units:
        unit.update(d.rng.choice((*ways, {"level": "county", "on_duty": d.rng.choice((14, 15, 24))})))
    d.policy["rules"] |= {"R04": "off", "R13": {"mode": d.own(), "township": d.rng.randint(1, 2)}}


def leasts(d: Tiny) -> None:
    """Units at their leasts, with weaker people."""
    rule = {"mode": d.own()} | ({"min": d.rng.randint(0, 1)} if d.chance(0.4) else {})
    d.policy["rules"]["R14"] = rule
    for unit in d.some(d.units, 0.6):
        unit["lend_min"] = d.rng.randint(0, 2)
        for person in d.people:
            if person["unit"] == unit["id"]:
                person["categories"] = {"planning": 2, "writing": 2}


def place_of(d: Tiny) -> Row:
    """Draw a staffed post or its task force, as a pin names it."""
    post = d.rng.choice(d.running())
    return d.rng.choice(({"post": post["id"]}, {"task_force": post["task_force"]}))


def banned(d: Tiny) -> None:
    """People kept from where they would be best; a pin that is over."""
    for person in d.some(d.people, 0.4):
        place = place_of(d)
        d.extra["pins"].append({"person": person["id"], **place, "must": False})
        person |= {"categories": dict.fromkeys(d.categories, 5), "preferences": list(place.values())}
        person.pop("pool", None)
    if d.chance(0.3):
        d.extra["pins"][-1]["until"] = d.soon()


def pinned(d: Tiny) -> None:
    """A person bound to a place where others would be better."""
    person, place = d.rng.choice(d.people), place_of(d)
    d.extra["pins"].append({"person": person["id"], **place})
    person["categories"] = dict.fromkeys(d.categories, 2)
    person.pop("pool", None)
    if d.chance(0.4):
        d.extra["pins"][-1]["approval"] = "〔2019〕5号"
        d.rng.choice(d.units)["level"] = "township"


def filled(d: Tiny) -> None:
    """A post that must be filled, often at the price of a better one."""
    for post in d.some(d.running(), 0.4):
        post |= {"must_fill": True, "priority": 3, "seats": min(post["seats"], 2)}
    for post in d.posts:
        if not post.get("must_fill"):
            post |= {"priority": 1, "seats": post["seats"] + 1}
    for person in d.some(d.people, 0.4):
        person["pool"] = False
    d.shrink()


def ages(d: Tiny) -> None:
    """Age limits within a year of the ages people have."""
    for person in d.people:
        person["birth"] = d.month(-12 * d.rng.choice((34, 35, 36)) - d.rng.randint(0, 11))
    d.demand(0.7, age_max=lambda: d.rng.choice((35, 35, 36, 37)))
    d.demand(0.5, age_min=lambda: d.rng.choice((34, 35)))
    for post in d.posts:
        if post not in d.running():
            post["age_max"] = 36
    d.policy["rules"]["R24"] = d.own()


def stepwise(rule: str, field: str, *settings: str, unit: int = 12, first: int = 3) -> Callable[[Tiny], None]:
    """People a step before or after the limit of a rule that counts months since."""

    def focus(d: Tiny) -> None:
        values = {key: d.rng.randint(first, first + 2) for key in settings}
        for person in d.some(d.people, 0.7):
            limit = unit * d.rng.choice(list(values.values()))
            step = d.rng.choice((0, 0, -1, -1, -unit, -unit - 1, unit))
            person |= {field: d.month(-max(0, limit + step))}
            if rule == "R06":
                person["recruit"] = d.rng.choice(("exam", "selected"))
            person.pop("current", None)
        d.policy["rules"][rule] = {"mode": d.own(), **values}

    return focus


def away(d: Tiny) -> None:
    """R02: incumbents at the limit of the time away, with or without a term."""
    total = d.rng.randint(14, 20)
    for person in d.some(d.people, 0.7):
        person["current"] = d.desk() | {"since": d.month(d.rng.choice((0, 12)) - total - d.rng.choice((0, 1, 1, 2)))}
        person.pop("pool", None)
    d.policy["rules"]["R02"] = {"mode": d.own(), "total_months": total}


def retiring(d: Tiny) -> None:
    """R25: people who retire a month or two after the horizon, or before."""
    months = d.rng.randint(6, 12)
    for person in d.some(d.people, 0.8):
        years = 60 if person["gender"] == "male" else 55
        person["birth"] = d.month(-12 * years + months + d.rng.choice((0, 1, 1, 0, 2)))
        person.pop("current", None)
    d.policy["rules"]["R25"] = {"mode": d.own(), "months": months}


def levels(d: Tiny) -> None:
    """R27: posts that need their category at the default level."""
    for post in d.posts:
        post["category"] = d.rng.choice(d.categories)
    for person in d.people:
        person["categories"] = {name: d.rng.randint(1, 4) for name in d.categories}
    d.policy["rules"]["R27"] = {"mode": d.own(), "default_level": d.rng.randint(1, 5)}


DRAWN = {  # how a theme is drawn; the other rules as in `cases.py`
    "count": lambda d: policy_quota(d, False),
    "share": lambda d: policy_quota(d, True),
    "team count": lambda d: team_quota(d, False),
    "team share": lambda d: team_quota(d, True),
    "size": sizes,
    "cap": caps,
    "least": leasts,
    "ban": banned,
    "pin": pinned,
    "must_fill": filled,
    "R02": away,
    "R03": stepwise("R03", "last_return", "months", unit=1, first=12),
    "R05": stepwise("R05", "township_since", "years"),
    "R06": stepwise("R06", "recruited", "years", "selected_years"),
    "R24": ages,
    "R25": retiring,
    "R27": levels,
}
PLAIN = [rule for rule in FOCUS if re.fullmatch(r"R\d\d", rule) and rule not in DRAWN]
PLAIN = [rule for rule in PLAIN if rule not in ("R13", "R14", "R37", "R38")]


def draw(seed: int, number: int) -> Row:
    """One draw of a case, whether it has a plan or not."""
    rng = random.Random(f"{seed} {number}")
    themes = [*rng.sample(PLAIN, rng.choice((0, 1, 1, 2))), *rng.sample(list(DRAWN), rng.choice((1, 2, 3, 4)))]
    d = Tiny(rng)
    d.policy["rules"]["R37"] = rng.choice(("off", "off", {"mode": "target", "min": 1, "max": 3}))
    for theme in themes:
        DRAWN.get(theme, FOCUS.get(theme))(d)
    for rule, mode in (("R10", "warn"), ("R30", "target"), ("R27", "target")):
        if rng.random() < 0.15:
            d.policy["rules"].setdefault(rule, mode)
    stages = (
        ["unfilled", "quotas", "moves", "merit"],
        ["unfilled", "moves", "merit"],
        ["quotas", "unfilled", "merit"],
        [{"name": "unfilled", "tolerance": rng.choice((1, 3, "20%"))}, "quotas", "merit"],
        ["unfilled", {"name": "quotas", "tolerance": 1}, "merit"],
        ["unfilled", "quotas", {"name": "moves", "tolerance": rng.choice((1, "50%"))}, "merit"],
    )
    if rng.random() < 0.5:
        d.policy["stages"] = rng.choice(stages)
    merits = ({"fit": 1, "preference": 0, "stability": 0}, {"fit": 1, "preference": 1, "stability": 1}, {"fit": 5})
    d.policy["merit"] = rng.choice(merits)
    if rng.random() < 0.6:  # most people are worth the same on most posts
        d.policy["merit"] = merits[0]
        for post in d.some(d.posts, 0.7):
            post.pop("wants", None)
            post.pop("category", None)
    if set(themes) & CHECKED_ON_MOVE or rng.random() < 0.2:
        d.policy["incumbents"] = "check"
    return d.finish(f"价格 {'、'.join(themes)}")


def usable(case: Row) -> bool:
    """True where the format takes the case, and somebody has a seat in a plan."""
    try:
        parse(case)
    except DiagnosticsError:
        return False
    return any(solve(case)["plans"])


def price_case(seed: int) -> Row:
    """A case that the format takes, with a plan."""
    numbers = count(int(CHOSEN[seed]) if seed < len(CHOSEN) else 0)
    return next(case for case in (draw(seed, number) for number in numbers) if usable(case))


def kind_of(name: str) -> str:
    """The kind of a change: its id without names of people, places, units and quotas."""
    kind = re.sub(r"quota:(T\d\d/)?(人数|结构)[^:]*", lambda m: f"{'team' if m[1] else 'policy'}-{m[2]}", name)
    kind = kind.replace("人数", "count").replace("结构", "share")
    return re.sub(r"(pin|ban|must_fill|cap|least|size|age):[^:]*", r"\1", kind)


def outcomes(case: Row) -> Counter[tuple[str, str]]:
    """How many changes of each kind are listed, have a price, make the case impossible."""
    found: Counter[tuple[str, str]] = Counter()
    for name, value in prices(case).items():
        outcome = "impossible" if value is None else "priced" if any(value.values()) else "nothing"
        found.update([(kind_of(name), "listed"), (kind_of(name), outcome)])
    return found


def try_out(place: tuple[int, int]) -> Counter[tuple[str, str]]:
    """The outcomes of one draw; nothing where it cannot be used or takes too long."""
    case, start = draw(*place), perf_counter()
    if not usable(case):
        return Counter()
    found = outcomes(case)
    found["case", "ties"] += solve(case)["num_optimal"] > 1
    return found if perf_counter() - start < 0.6 else Counter()


def choose(seeds: int, draws: int) -> list[int]:
    """The draw of each seed, so that each kind of change often has a price: in turns, the one that adds most."""
    places = [(seed, number) for seed in range(seeds) for number in range(draws)]
    with ProcessPoolExecutor() as pool:
        found = dict(zip(places, pool.map(try_out, places, chunksize=20), strict=True))
    chosen = dict.fromkeys(range(seeds), 0)
    for seed in [*range(seeds)] * 4:
        others = Counter(pair for other, number in chosen.items() if other != seed for pair in +found[other, number])

        def gain(number: int, seed: int = seed, others: Counter = others) -> float:
            pairs = +found[seed, number]
            kinds = [others[pair] for pair in pairs if pair[1] in ("priced", "impossible")]
            return sum(1 if have < 3 else 0.3**have for have in kinds) + 0.1 * pairs["case", "ties"]

        chosen[seed] = max(range(draws), key=gain)
    return list(chosen.values())


def main(seeds: int = 60) -> None:
    """Print how many changes of each kind have a price, or make the case impossible."""
    total: Counter[tuple[str, str]] = Counter()
    cases: Counter[tuple[str, str]] = Counter()
    drawn, spent, ties = 0.0, [], 0
    for seed in range(seeds):
        start = perf_counter()
        case = price_case(seed)
        middle = perf_counter()
        found = outcomes(case)
        drawn += middle - start
        spent.append(perf_counter() - middle)
        ties += solve(case)["num_optimal"] > 1
        total += found
        cases.update(found.keys())
    print(f"{'change':32} listed  priced (in cases)  impossible (in cases)")
    for kind in sorted({kind for kind, _ in total}):
        numbers = [total[kind, "listed"], *(n[kind, way] for way in ("priced", "impossible") for n in (total, cases))]
        print("{:32} {:6} {:7} {:10} {:11} {:10}".format(kind, *numbers))
    each = f"drawn in {drawn / seeds:.2f} s, priced in {sum(spent) / seeds:.2f} s (at most {max(spent):.2f} s)"
    print(f"{seeds} cases, {ties} with ties; each {each}")


if __name__ == "__main__":
    if sys.argv[1:] == ["choose"]:
        print(*choose(60, 80))
    else:
        main()
