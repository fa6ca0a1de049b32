"""The invented people of the Kaihua scenario.

First a plan is planted: somebody for every seat of 2019, so that all seats can be filled with every quota met. Then
come the people who make it hard to find (`_generate_kaihua_traps.py`): better matched, but too old or no specialists,
from units that may lend no more, from townships, married to each other, or barred by one of the rules.
"""

import random
from dataclasses import dataclass

import _generate_kaihua_data as data
from _generate_kaihua_tables import Post, posts, unit_lines
from _generate_people import Cast, Person

SENIOR_MEMBERS = {"T01-群众", "T08-群众", "T09-群众", "T10-农旅", "N02-群众", "N06-经济"}
SPECIALIST_RANK = ["规划", "工程", "城建", "法务", "农旅", "谋划", "经济", "招商", "", "文字", "群众"]
NUM_SPECIALISTS = 62
NUM_YOUNG = 58
SCARCE = ("规划", "法务")
SECOND = {
    "规划": ["谋划", "城建", "工程"], "谋划": ["经济", "文字"], "城建": ["工程", "群众"], "经济": ["谋划", "招商"],
    "招商": ["经济", "文字"], "工程": ["城建", "农旅"], "文字": ["谋划", "招商"], "法务": ["经济", "群众"],
    "农旅": ["群众", "招商", "文字"], "群众": ["农旅", "文字"],
}  # fmt: skip
VERSATILE = ["文字", "农旅", "经济", "招商", "谋划"]


@dataclass
class Seat:
    """A seat with the kind of person planted on it."""

    post: Post
    age: str = "young"
    specialist: bool = False


@dataclass
class Desk:
    """A seat of 2018, to be held by exactly one person."""

    post: Post
    taken: bool = False


class Units:
    """The units, what their people know, and how many each may still lend in the planted plan."""

    def __init__(self) -> None:
        self.knows: dict[str, list[str]] = {}
        self.room: dict[str, int] = {}
        self.townships: list[str] = []
        for line in unit_lines():
            unit, on_duty = line["id"], int(line["on_duty"])
            self.knows[unit] = line["knows"].split("；")
            if line["level"] == "乡镇":
                self.townships.append(unit)
            self.room[unit] = 5 if line["level"] == "乡镇" else int(line["lend_max"] or max(1, (on_duty + 5) // 10))

    def county(self, category: str) -> list[str]:
        """County units whose people know this category, the nearest first."""
        units = [unit for unit in self.knows if unit not in self.townships]
        known = [unit for unit in units if category in self.knows[unit]]
        return sorted(known, key=lambda unit: (self.knows[unit].index(category), unit))

    def lend(self, rng: random.Random, category: str) -> str:
        """A county unit that may still lend one of its people."""
        near = [unit for unit in self.county(category) if self.room[unit] > 0]
        far = [unit for unit in self.knows if unit not in (*self.townships, "U44", "U45") and self.room[unit] > 0]
        unit = rng.choice(near or far)
        self.room[unit] -= 1
        return unit


def seats_2019(rng: random.Random) -> list[Seat]:
    """All 98 seats, with age and specialism spread so that every quota is met with nobody to spare."""
    seats = [Seat(post) for post in posts() if post.task_force in data.RUNNING_2019 for _ in range(post.seats_2019)]
    left = set(SENIOR_MEMBERS)
    for seat in seats:
        if seat.post.role == "顾问" or seat.post.post_id in left:
            left.discard(seat.post.post_id)
            seat.age = "senior"
        elif seat.post.role == "组长":
            seat.age = "middle"
    young = [seat for seat in seats if seat.age == "young"]
    for seat in rng.sample([seat for seat in young if seat.post.task_force in ("T05", "T07", "T09", "N03")], 10):
        seat.age = "middle"
    _choose_specialists(seats)
    return seats


def _choose_specialists(seats: list[Seat]) -> None:
    """Each team its share (40 %; 64 % over all project teams), then the likeliest categories up to 62."""

    def rank(seat: Seat) -> tuple[int, bool]:
        return SPECIALIST_RANK.index(seat.post.category), seat.age == "senior"

    special = ("T01", "T05", "T06", "T10", "T11")
    for task_force in data.RUNNING_2019:
        team = sorted((seat for seat in seats if seat.post.task_force == task_force), key=rank)
        for seat in team[: -(-len(team) * (45 if task_force in special else 62) // 100)]:
            seat.specialist = True
    missing = NUM_SPECIALISTS - sum(seat.specialist for seat in seats)
    rest = [seat for seat in seats if not seat.specialist and seat.post.task_force not in special]
    for seat in sorted(rest, key=rank)[:missing]:
        seat.specialist = True


class Story:
    """Who sat where in 2018, who is planted for 2019, and everybody else in the pool."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.cast = Cast(rng)
        self.units = Units()
        self.pinned: Person | None = None
        self.desks = [Desk(post) for post in posts() for _ in range(post.seats_2018)]

    def add(self, unit: str, age: str, levels: dict[str, int], **fields: object) -> Person:
        """Add a person of an age group (young, middle, senior)."""
        birth = {"young": self.cast.young, "middle": self.cast.middle, "senior": self.cast.senior}[age]()
        township = unit in self.units.townships
        person = self.cast.add(unit, birth, levels, township=township, stepped_down=age == "senior", **fields)
        if township:
            person.bars["township_since"] = f"{self.rng.randint(2012, 2017)}-{self.rng.choice(['03', '08', '10'])}"
        return person

    def sit(self, person: Person, desk: Desk) -> None:
        """Make the person an incumbent of 2018."""
        desk.taken = True
        person.current_task_force, person.current_post = desk.post.task_force, desk.post.post_id
        person.since = f"2018-{self.rng.randint(6, 12):02d}" if self.rng.random() < 0.8 else "2017-10"
        person.bars["current.load"] = "1.0"

    def move_from_ended(self, person: Person) -> None:
        """Make the person an incumbent of a task force that ended, if a desk of that category is left."""
        ended = [desk.post.task_force for desk in self.desks if desk.post.task_force not in data.RUNNING_2019]
        for category in person.categories:
            desks = self.free(ended, category, "成员")
            if desks and not person.current_post:
                self.sit(person, self.rng.choice(desks))

    def free(self, task_forces: list[str], category: str, role: str) -> list[Desk]:
        """Desks of these task forces that nobody holds and that fit the category and the kind of role."""
        return [
            desk
            for desk in self.desks
            if not desk.taken
            and desk.post.task_force in task_forces
            and desk.post.category == category
            and (desk.post.role == "组长") == (role == "组长")
        ]

    def plant(self) -> None:
        """One person for each seat of 2019: about 24 stay, 15 adjust, 27 transfer, the rest is new."""
        seats = seats_2019(self.rng)
        order = list(range(len(seats)))
        self.rng.shuffle(order)
        wanted = {"stay": 24, "adjust": 15, "transfer": 27}
        for i in order:
            seat = seats[i]
            desk = self._desk_for(seat, wanted)
            self._plant_one(seat, desk)

    def _desk_for(self, seat: Seat, wanted: dict[str, int]) -> Desk | None:
        post = seat.post
        others = [desk.post.task_force for desk in self.desks if desk.post.task_force > "T11"]
        sources = {"stay": [post.task_force], "adjust": data.FOLLOWERS.get(post.task_force, []), "transfer": others}
        for kind, task_forces in sources.items():
            desks = self.free(task_forces, post.category, post.role) if seat.age != "senior" else []
            if seat.age == "senior" and kind == "transfer":
                desks = [desk for desk in self.desks if not desk.taken and desk.post.task_force in others]
                desks = [desk for desk in desks if desk.post.category in post.branches[0] or desk.post.role == "组长"]
            if desks and wanted[kind] > 0:
                wanted[kind] -= 1
                return desks[0] if kind == "stay" else self.rng.choice(desks)
        return None

    def _plant_one(self, seat: Seat, desk: Desk | None) -> None:
        rng, post = self.rng, seat.post
        levels = dict(rng.choice(post.branches))
        main = next(iter(levels))
        if rng.random() < (0.7 if desk else 0.2):
            levels[main] = min(5, levels[main] + 1)
        if main in SCARCE and post.role == "成员":
            levels |= dict.fromkeys(rng.sample(VERSATILE, 2), 5)
        elif rng.random() < 0.4:
            levels.setdefault(rng.choice(SECOND[main]), 3)
        pinned = post.post_id == "T07-规划" and desk is None and self.pinned is None
        unit = "U35" if pinned else self.units.lend(rng, main)
        person = self.add(unit, seat.age, levels, specialist=seat.specialist, planted=post.task_force)
        _fit_bars(person, post)
        if pinned:
            self.pinned = person
            person.bars["township_since"] = "2016-08"
        if desk:
            self.sit(person, desk)
        person.preferences = self._wishes(post.task_force, main, 0.9 if desk else 0.3)

    def _wishes(self, own: str, category: str, chance: float) -> list[str]:
        """Who states wishes mostly names the task force that fits best."""
        if self.rng.random() > chance:
            return []
        others = [post.task_force for post in posts() if post.category == category and post.task_force != own]
        others = [task_force for task_force in others if task_force in data.RUNNING_2019] or ["T01"]
        return list(dict.fromkeys([own, self.rng.choice(others)])) if self.rng.random() < 0.8 else [others[0]]


def _fit_bars(person: Person, post: Post) -> None:
    """Give a planted person what the post asks for besides skills."""
    more = dict(item.partition("=")[::2] for item in post.more.split(",") if item)
    if "staffing" in more:
        person.details["staffing"] = more["staffing"].split("；")[0]
    if "licences" in more:
        person.details["licences"] = more["licences"]
    if "party" in more:
        person.details["political"] = "中共党员"
