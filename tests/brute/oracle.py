"""Brute-force reference for `assign`: every plan of a tiny case is tried, nothing is clever, nothing is a float.

Written from docs/meaning.md and the scenario format alone, without the package. `solve` is the one thing to call.
"""

from __future__ import annotations

import operator
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain, product
from math import ceil, floor
from typing import Any

Row = dict[str, Any]
Option = tuple[tuple[int, ...], dict[str, int]]  # the posts one person holds, and their part of each stage's cost

CHINESE = """男:male 女:female 县直:county 乡镇:township 上级派驻:dispatched 党委:party 政府:government 群团:mass
事业:institution 学校:school 医院:hospital 国企:soe 行政:administrative 参公:civil_managed 工勤:worker 编外:contract
县处级正职:county_chief 县处级副职:county_deputy 乡科级正职:town_chief 乡科级副职:town_deputy 股级:section 无:none
在岗:on_duty 驻村:village 挂职:temporary_post 借出:lent 病假:sick 调查:investigation 退休:retired 招录:exam
选调生:selected 较差:poor 中共党员:party_member 预备党员:probationary 中共预备党员:probationary 民主党派:democratic
无党派:nonparty 共青团员:league 群众:masses 同意:agree 不称职:incompetent 基本称职:basic
组长:head 副组长:deputy 成员:member 顾问:adviser 项目:project 专项:special 运行:running 申请:applied 是:true"""
WORDS = dict(pair.split(":") for pair in CHINESE.split())
MODES = {f"R{n:02}": "hard" for n in range(1, 33)} | {"R14": "off", "R37": "target", "R38": "merit"}
MODES |= dict.fromkeys(("R02", "R03", "R11", "R18", "R25", "R31"), "warn")
SETTINGS: dict[str, Row] = {rule: {} for rule in MODES} | {
    "R02": {"total_months": 12},
    "R03": {"months": 24},
    "R05": {"years": 5},
    "R06": {"years": 3, "selected_years": 2},
    "R11": {"kinds": ["school", "hospital"], "titles": ["教师", "医师", "护师", "农艺师", "兽医师", "水利", "环境"]},
    "R13": {"township": 5, "county_share": "10%"},
    "R25": {"months": 12, "ages": {"male": 60, "female": 55}},
    "R26": {"probationary": True},
    "R27": {"default_level": 2},
    "R37": {"min": 3, "max": 15},
}
CHECKED_ON_MOVE = {f"R{n:02}" for n in (*range(3, 13), 17, *range(19, 29))}
SIGNS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
SEAT_WEIGHT = {1: 9, 2: 3, 3: 1}
WISH_POINTS = (100, 70, 40, 20)
HALF = Fraction(1, 2)
BLANK = (None, "")
MANY = 10**6  # more than any count of persons or months
STAGES = ("unfilled", "quotas", "moves", "merit")


def word(value: Any) -> str:
    """An enumerated value by its English name."""
    return WORDS.get(str(value), str(value))


def flag(value: Any) -> bool:
    """A yes or no."""
    return word(value).lower() in ("true", "yes", "1")


def number(value: Any) -> Fraction:
    """An exact number; a share is the number it stands for."""
    text = str(value)
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def month(value: Any) -> int:
    """A month as a running number."""
    match = re.fullmatch(r"(\d{4})[-.年]?(\d\d?)月?", str(value))
    return 12 * int(match[1]) + int(match[2]) - 1


TYPES = {  # of all fields of people, units, task forces, posts and pins that the rules read; other fields are text
    month: "birth recruited township_since last_return probation_end lead_probation_end sanction_end until since",
    flag: "leading_team specialist stepped_down restricted_duty pool must_fill party night_or_field must",
    word: "gender political level staffing recruit health status kind state role sensitive mode",
    number: "band capacity load age_min age_max on_duty approved lend_max lend_min age birth_year",
    int: "seats priority",
    list: "licences preferences refuses conflicts kin duties succeeds wants_people quotas posts",
    dict: "current assessments categories size workload needs wants",
}
TYPE_OF = {name: kind for kind, text in TYPES.items() for name in text.split()}
DEFAULTS = {"pool": True, "must": True, "capacity": 1, "load": 1, "seats": 1, "priority": 2}
DEFAULTS |= {"state": "running", "role": "member"}
EMPTY = {flag: False, list: [], dict: {}}


def typed(name: str, value: Any) -> Any:
    """A value in the type of its field, or the default of that field where it is not stated."""
    kind = TYPE_OF.get(name, str)
    if isinstance(value, list) and kind is not list:  # the staffing types of a post
        return [word(part) for part in value]
    return DEFAULTS.get(name, EMPTY.get(kind)) if value in BLANK else kind(value)


def read(rows: list[Row] | None) -> list[Row]:
    """Rows with every field typed."""
    return [row | {name: typed(name, row.get(name)) for name in TYPE_OF} for row in rows or []]


class World:
    """The case as far as the rules need it; of the posts only those that are staffed."""

    def __init__(self, case: Row) -> None:
        """Read the tables."""
        self.policy = case.get("policy") or {}
        self.as_of = month(case["as_of"])
        self.term_to = typed("until", (case.get("term") or {}).get("to"))
        stated = {rule: as_settings(value) for rule, value in (self.policy.get("rules") or {}).items()}
        self.settings = {rule: {"mode": mode} | SETTINGS[rule] | stated.get(rule, {}) for rule, mode in MODES.items()}
        self.mode = {rule: word(settings["mode"]) for rule, settings in self.settings.items()}
        self.units = {row["id"]: row for row in read(case.get("units"))}
        self.people = read(case.get("people"))
        for person in self.people:
            levels = {name: int(value) for name, value in person["categories"].items() if value not in BLANK}
            person["categories"] = Counter(levels)
            if person["birth"] is not None:
                person |= {"birth_year": person["birth"] // 12, "age": (self.as_of - person["birth"]) // 12}
        self.forces = {row["id"]: row for row in read(case.get("task_forces"))}
        ready = {"running": set(self.forces), "applied": set(self.forces) if self.mode["R32"] != "hard" else set()}
        for row in case.get("applications") or []:
            decisions = row.get("decisions") or {}
            said = {word((decisions.get(step) or {}).get("decision")) for step in ("unit", "leader", "group")}
            if said == {"agree"}:
                ready["applied"].add(row.get("task_force"))
        self.staffed = [f for f, force in self.forces.items() if f in ready.get(force["state"], ())]
        posts = [post | {"task_force": f} for f, force in self.forces.items() for post in force["posts"]]
        self.posts = [post for post in read(posts + (case.get("posts") or [])) if post["task_force"] in self.staffed]
        self.duties = {f: {*force["duties"], *force["workload"]} for f, force in self.forces.items()}
        for row in case.get("workload") or []:
            self.duties[row["task_force"]].add(row["duty"])
        self.pins = [pin for pin in read(case.get("pins")) if pin["until"] is None or pin["until"] > self.as_of]
        kin = [(person["id"], row) for person in self.people for row in person["kin"]]
        self.bits = {person["id"]: 1 << i for i, person in enumerate(self.people)}
        self.kin = {self.bits[me] | self.bits[row["person"]] for me, row in kin if row.get("person")}
        self.leader_kin = {(self.bits[me], row["leader"]) for me, row in kin if row.get("leader")}

    def setting(self, rule: str, name: str) -> Fraction:
        """A number that is a setting of a rule."""
        return number(self.settings[rule][name])


def as_settings(stated: Any) -> Row:
    """What the policy states of a rule; a bare value is its mode."""
    row = stated if isinstance(stated, dict) else {"mode": "off" if stated is False else stated}
    return {key: value for key, value in row.items() if value not in BLANK}


def holds(world: World, text: str, person: Row) -> bool:
    """The value of an expression for one person; a comparison with a missing value is false."""
    tokens = re.findall(r"\"[^\"]*\"|'[^']*'|[=!<>]=|[<>()\[\],]|[^\s()\[\],<>=!\"']+", str(text))

    def take(*wanted: str) -> str | None:
        return tokens.pop(0) if tokens and tokens[0] in wanted else None

    def field(name: str) -> Any:
        table, _, key = name.partition(".")
        row = person["categories"] if table == "category" else world.units[person["unit"]] if key else person
        value = row.get(key or name, 0 if table == "category" else None)
        return None if value in BLANK else value

    def either() -> bool:
        values = [single()]
        while sign := take("and", "or"):
            right = single()
            values = [*values, right] if sign == "or" else [*values[:-1], values[-1] and right]
        return any(values)

    def single() -> bool:
        if take("not"):
            return not single()
        if take("("):
            value = either()
            tokens.remove(")")
            return value
        name = tokens.pop(0)
        kind = "age" if name.startswith("category.") else name.removeprefix("unit.")
        left, sign = field(name), take("in", *SIGNS)
        if sign is None:
            return left is True
        size = tokens.index("]") + 1 if sign == "in" else 1
        rights = [typed(kind, tokens.pop(0).strip("\"'")) for _ in range(size) if not take("[", ",", "]")]
        return left is not None and (left in rights if sign == "in" else SIGNS[sign](left, rights[0]))

    value = either()
    assert not tokens, f"not understood: {text}"
    return value


def names(places: list[str], post: Row) -> list[bool]:
    """Tell for each place whether it names the post or its task force."""
    return [place in (post["id"], post["task_force"]) for place in places]


def same_post(person: Row, post: Row) -> bool:
    """True where an incumbent would stay."""
    force, desk = person["current"].get("task_force"), person["current"].get("post")
    return bool(force) and (post["task_force"] == force if desk in BLANK else post["id"] == desk)


def branches(world: World, post: Row) -> list[list[tuple[str, int]]]:
    """The needs of a post: one list for each branch of `any_of`; one of them must be met whole."""
    needs = {name: value for name, value in post["needs"].items() if name != "any_of"}
    if not post["needs"] and post.get("category"):
        needs = {post["category"]: world.setting("R27", "default_level")}
    ways = post["needs"].get("any_of") or [{}]
    return [[(name, int(value)) for part in (needs, way) for name, value in part.items()] for way in ways]


def faults(world: World, person: Row, post: Row) -> set[str]:
    """The rules a person on a post breaks, whatever their modes and before any exemption."""
    now, setting, rules = world.as_of, world.setting, world.settings
    unit, current = world.units[person["unit"]], person["current"].get("task_force")
    since = typed("since", person["current"].get("since" if current else ""))
    leads = post["role"] in ("head", "deputy")
    years = [(int(year), word(grade)) for year, grade in person["assessments"].items() if grade not in BLANK]
    grade = max(years, default=(0, ""))[1]
    passed = {name: MANY if person[name] is None else now - person[name] for name in TYPES[month].split()}
    birth, age, status, level = person["birth"], person["age"], person["status"], person["categories"]
    ages, limits = rules["R25"]["ages"], (post["age_min"], post["age_max"])
    horizon = now + setting("R25", "months") if world.term_to is None else world.term_to
    stay = {"exam": "years", "selected": "selected_years"}.get(person["recruit"])
    kinds, title = map(word, rules["R11"]["kinds"]), str(person.get("tech_title") or "")
    party = {"party_member"} | ({"probationary"} if flag(rules["R26"]["probationary"]) else set())
    found = {
        "R02": since is not None and (world.term_to or now) - since > setting("R02", "total_months"),
        "R03": passed["last_return"] < setting("R03", "months"),
        "R04": unit["level"] == "township",
        "R05": passed["township_since"] < 12 * setting("R05", "years"),
        "R06": stay and passed["recruited"] < 12 * setting("R06", stay),
        "R07": passed["probation_end"] < 0,
        "R08": passed["lead_probation_end"] < 0,
        "R09": person["leading_team"] and post["role"] == "member",
        "R10": status in ("village", "temporary_post", "retired") or (status == "lent" and not current),
        "R11": unit["kind"] in kinds or any(part in title for part in rules["R11"]["titles"]),
        "R12": post["staffing"] and person["staffing"] not in post["staffing"],
        "R17": {post["task_force"], *world.duties[post["task_force"]]} & set(person["conflicts"]),
        "R18": post["role"] == "head" and (rules["R18"].get("place") or "?") in str(person.get("growth_place") or ""),
        "R19": leads and passed["sanction_end"] < 0,
        "R20": status == "investigation",
        "R21": grade == "incompetent" or (grade == "basic" and leads),
        "R22": person["health"] == "poor" or status == "sick",
        "R23": person["restricted_duty"] and post["night_or_field"],
        "R24": limits != (None, None) and (age is None or not (limits[0] or 0) <= age <= (limits[1] or MANY)),
        "R25": birth is not None and birth + 12 * number(ages.get(person["gender"], MANY)) <= horizon,
        "R26": post["party"] and person["political"] not in party,
        "R27": not any(all(level[name] >= least for name, least in way) for way in branches(world, post)),
        "R28": leads and person["stepped_down"],
        "R30": any(names(person["refuses"], post)),
    }
    found["R12"] = found["R12"] or set(post["licences"]) - set(person["licences"])
    return {rule for rule, broken in found.items() if broken}


def covers(pin: Row, person: Row, post: Row) -> bool:
    """True when a pin speaks of this person and this place."""
    return pin["person"] == person["id"] and any(names([pin.get("post") or pin.get("task_force")], post))


def broken(world: World, person: Row, post: Row, mode: str) -> set[str]:
    """The rules of a mode that a pair breaks, after exemptions and approvals."""
    approved = any(pin["must"] and pin.get("approval") and covers(pin, person, post) for pin in world.pins)
    stays = same_post(person, post) and world.policy.get("incumbents") != "check"
    passed = ({"R04", "R05", "R06"} if approved else set()) | (CHECKED_ON_MOVE if stays else set())
    return {rule for rule in faults(world, person, post) - passed if world.mode[rule] == mode}


def fit(world: World, person: Row, post: Row) -> int:
    """How well the person fits the post: the branch that scores best."""
    scores, level = [], person["categories"]
    for way in branches(world, post):
        goals = [(name, 2, min(5, least + 1)) for name, least in way]
        goals += [(name, 1, int(goal)) for name, goal in post["wants"].items()]
        reached = sum(weight * min(Fraction(1), Fraction(level[name], goal)) for name, weight, goal in goals)
        scores.append(floor(100 * reached / sum(weight for _, weight, _ in goals) + HALF) if goals else 100)
    return max(scores)


def scores(world: World, person: Row, post: Row) -> dict[str, int]:
    """Fit, the wishes of both sides, and what staying is worth."""
    team, home = world.forces[post["task_force"]], person["current"].get("task_force")

    def ranked(matches: list[bool]) -> int:
        return WISH_POINTS[min(3, matches.index(True))] if True in matches else 0

    wish = ranked(names(person["preferences"], post)) if person["preferences"] else 50
    if wanted := team["wants_people"]:
        theirs = [entry == person["id"] if entry in world.bits else holds(world, entry, person) for entry in wanted]
        wish = floor(Fraction(wish + ranked(theirs), 2) + HALF)
    stays = 100 if same_post(person, post) else 70 if team["id"] == home or home in team["succeeds"] else 0
    return {"fit": fit(world, person, post), "preference": wish, "stability": stays if home else 50}


def merit(world: World, person: Row, posts: list[Row]) -> int:
    """The merit of all the seats of one person; R30 off and R38 off take their terms out."""
    weight = {"fit": 5, "preference": 3, "stability": 2} | (world.policy.get("merit") or {})
    off = {"preference": world.mode["R30"] == "off", "stability": world.mode["R38"] == "off"}
    points = [{t: 0 if off.get(t) else int(weight[t]) * n for t, n in scores(world, person, p).items()} for p in posts]
    return sum(p["fit"] + p["preference"] for p in points) + max((p["stability"] for p in points), default=0)


def options(world: World, person: Row) -> list[Option]:
    """Every set of posts a person may hold: one seat in a task force, the hard rules and pins kept; fullest first."""
    banned = [post for post in world.posts if any(not pin["must"] and covers(pin, person, post) for pin in world.pins)]
    able = [i for i, post in enumerate(world.posts) if post not in banned and not broken(world, person, post, "hard")]
    able = able if person["pool"] or person["current"].get("task_force") else []
    price = {i: len(broken(world, person, world.posts[i], "target")) for i in able}
    must = [pin for pin in world.pins if pin["must"] and pin["person"] == person["id"]]
    found = []
    for chosen in product(*([None, *(i for i in able if world.posts[i]["task_force"] == f)] for f in world.staffed)):
        held = tuple(i for i in chosen if i is not None)
        posts = [world.posts[i] for i in held]
        loads = [post["load"] for post in posts]
        extra = {"R01": max(0, sum(n >= 1 for n in loads) - 1), "R29": int(sum(loads) > person["capacity"])}
        kept = all(any(covers(pin, person, post) for post in posts) for pin in must)
        if kept and not any(cost and world.mode[rule] == "hard" for rule, cost in extra.items()):
            value = {
                "unfilled": -sum(SEAT_WEIGHT[post["priority"]] for post in posts),
                "quotas": sum(price[i] for i in held) + sum(n for r, n in extra.items() if world.mode[r] == "target"),
                "moves": int(bool(held) and not any(same_post(person, post) for post in posts)),
                "merit": -merit(world, person, posts),
            }
            found.append((held, value))
    return sorted(found, key=lambda option: option[1]["unfilled"])


def unit_cap(world: World, unit: Row) -> int:
    """R13: how many persons a unit may lend."""
    if unit["lend_max"] is not None:
        return int(unit["lend_max"])
    if unit["level"] == "county" and unit["on_duty"] is not None:
        return max(1, floor(world.setting("R13", "county_share") * unit["on_duty"] + HALF))
    return int(world.setting("R13", "township")) if unit["level"] == "township" else MANY


def counts(world: World) -> Iterator[tuple[str, str, int, list[tuple[int, int]]]]:
    """R13, R14, R37, must_fill, quotas: mode, place, persons, and their least and most by the size of the place."""
    sizes = range(len(world.people) + 1)

    def mask_of(test: Callable[[Row], bool]) -> int:
        return sum(world.bits[person["id"]] for person in world.people if test(person))

    def bound(value: Any, persons: int, whole: Callable[[Fraction], int], default: int) -> int:
        if value in BLANK or persons == 0:  # an empty scope meets everything
            return default
        return whole(number(value) * persons) if "%" in str(value) else int(value)

    everybody = mask_of(bool)
    for unit in world.units.values():
        mine = mask_of(lambda person, unit=unit: person["unit"] == unit["id"])
        least = world.settings["R14"].get("min", 0) if unit["lend_min"] is None else unit["lend_min"]
        yield (world.mode["R13"], "*", mine, [(0, unit_cap(world, unit))] * len(sizes))
        yield (world.mode["R14"], "*", mine, [(int(least), MANY)] * len(sizes))
    for force in world.staffed:
        size = world.settings["R37"] | as_settings(world.forces[force]["size"])
        yield (world.mode["R37"], force, everybody, [(int(size["min"]), int(size["max"]))] * len(sizes))
    for post in world.posts:
        if post["must_fill"]:
            yield ("hard", "@" + post["id"], everybody, [(post["seats"], MANY)] * len(sizes))
    stated = [(quota, quota.get("in") or "all") for quota in world.policy.get("quotas") or []]
    stated += [(quota, force) for force in world.staffed for quota in world.forces[force]["quotas"]]
    for quota, scope in stated:
        members = mask_of(lambda person, text=quota["of"]: holds(world, text, person))
        bounds = [(bound(quota.get("min"), n, ceil, 0), bound(quota.get("max"), n, floor, MANY)) for n in sizes]
        place = "*" + word(scope["kind"]) if isinstance(scope, dict) else "*" if scope == "all" else scope
        for name in world.staffed if scope == "each" else [place]:
            yield (word(quota.get("mode") or "target"), name, members, bounds)


def kin_faults(world: World, seated: dict[str, int]) -> dict[str, int]:
    """R15: the pairs that share a task force; R16: the persons on sensitive posts under kin, by task force."""
    pairs = sum(any(seated[force] & pair == pair for force in world.staffed) for pair in world.kin)
    ties = 0
    for force in world.staffed:
        for one in (bit for bit in world.bits.values() if bit & seated[force + "*sensitive"]):
            led = (one, world.forces[force].get("supervisor")) in world.leader_kin
            ties += led or any(pair & one and pair & ~one & seated[force + "*head"] for pair in world.kin)
    return {"R15": pairs, "R16": ties}


def search(world: World, first: str, tolerance: Any) -> list[tuple[dict[str, int], list[Option]]]:
    """Every plan that the first stage still allows, with its costs by stage: depth first over the persons."""
    free, rules = [options(world, person) for person in world.people], list(counts(world))
    least = [min((value[first] for _, value in ways), default=0) for ways in free]  # no option: no plan
    seats = sum(SEAT_WEIGHT[post["priority"]] * post["seats"] for post in world.posts)
    spots = []  # the places a person on a post sits in
    for post in world.posts:
        force, marks = post["task_force"], ("", f"*{post['role']}", "*sensitive" if post["sensitive"] else "")
        spots.append(["*", f"*{world.forces[force]['kind']}", "@" + post["id"], *(force + mark for mark in marks)])
    found: list[tuple[dict[str, int], list[Option]]] = []
    limit: list[int] = []

    def keep(chosen: list[Option]) -> None:
        seated: dict[str, int] = defaultdict(int)
        for bit, (held, _) in zip(world.bits.values(), chosen, strict=True):
            for spot in chain.from_iterable(spots[i] for i in held):
                seated[spot] |= bit
        faults = [(world.mode[rule], number) for rule, number in kin_faults(world, seated).items()]
        for mode, place, members, bounds in rules:
            low, high = bounds[seated[place].bit_count()]
            count = (seated[place] & members).bit_count()
            faults.append((mode, max(0, low - count) + max(0, count - high)))
        if not any(number for mode, number in faults if mode == "hard"):
            cost = {name: sum(value[name] for _, value in chosen) for name in STAGES}
            cost["unfilled"] += seats
            cost["quotas"] += sum(number for mode, number in faults if mode == "target")
            limit[:] = [min([allowed(cost[first], tolerance), *limit])]
            found.append((cost, chosen))

    def place(chosen: list[Option]) -> None:
        bound = sum(value[first] for _, value in chosen) + sum(least[len(chosen) :])
        if limit and (max(0, bound + seats) if first == "unfilled" else bound) > limit[0]:
            return
        if len(chosen) == len(free):
            keep(chosen)
            return
        taken = Counter(chain.from_iterable(held for held, _ in chosen))
        full = {i for i, number in taken.items() if number == world.posts[i]["seats"]}
        for option in free[len(chosen)]:
            if full.isdisjoint(option[0]):
                place([*chosen, option])

    place([])
    return found


def allowed(cost: int, tolerance: Any) -> int:
    """The cost a later stage may go up to: a whole number more, or a share of the value more, rounded down."""
    text = str(tolerance or 0)
    return cost + (floor(number(text) * abs(cost)) if "%" in text else int(text))


def solve(case: Row) -> Row:
    """The best value of each stage in turn, and the plans that are optimal for all of them."""
    world = World(case)
    stages = world.policy.get("stages") or ["unfilled", "quotas", "merit"]
    stages = [stage if isinstance(stage, dict) else {"name": stage} for stage in stages]
    left, values = search(world, stages[0]["name"], stages[0].get("tolerance")), []
    if not left:
        return {"status": "infeasible", "stages": [], "num_optimal": 0, "plans": []}
    for stage, name in [(stage, stage["name"]) for stage in stages]:
        best = min(cost[name] for cost, _ in left)
        limit = best if stage is stages[-1] else allowed(best, stage.get("tolerance"))
        left = [(cost, plan) for cost, plan in left if cost[name] <= limit]
        values.append([name, -best if name == "merit" else best])
    held = [zip(world.bits, chosen, strict=True) for _, chosen in left]
    plans = sorted(sorted([who, world.posts[i]["id"]] for who, (posts, _) in rows for i in posts) for rows in held)
    return {"status": "proved", "stages": values, "num_optimal": len(plans), "plans": plans[:3]}
