"""An invented case of any size: units, task forces, posts, duties and workloads, all drawn from one seed."""

import random
from dataclasses import dataclass, field

from _generate_format import Row, join
from _generate_workload import workload_rows

CATEGORY_NAMES = ["规划", "谋划", "城建", "经济", "招商", "工程", "文字", "法务", "农旅", "群众"]
NUM_STATES = 10  # every tenth task force is new: applied for, with all three decisions taken


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    people: int
    seed: int
    seats: int
    task_forces: int
    units: int
    overlap: float
    cluster: int
    scarcity: float
    wishes: float
    kin: float
    part_time: float
    team_quotas: int


@dataclass
class CasePost:
    """A post with what it asks for."""

    post_id: str
    task_force: str
    role: str
    category: str
    seats: int
    needs: list[dict[str, int]]
    wants: dict[str, int]
    load: int  # hundredths
    priority: int

    def row(self) -> Row:
        """The row of the posts table."""
        branches = [join(f"{category}:{level}" for category, level in branch.items()) for branch in self.needs]
        return {
            "id": self.post_id,
            "task_force": self.task_force,
            "role": self.role,
            "category": self.category,
            "seats": str(self.seats),
            "needs": " 或 ".join(branches),
            "wants": join(f"{category}:{level}" for category, level in self.wants.items()),
            "load": f"{self.load / 100:g}",
            "priority": str(self.priority),
            "shared": "是" if self.role == "组长" else "否",
        }


@dataclass
class CaseUnit:
    """A unit; `lends` is how many of its people the hidden plan seats."""

    unit_id: str
    township: bool
    crowded: bool
    lends: int = 0


@dataclass
class Case:
    """Everything but the people."""

    options: Options
    rng: random.Random
    categories: list[str] = field(default_factory=list)
    units: list[CaseUnit] = field(default_factory=list)
    task_forces: list[Row] = field(default_factory=list)
    posts: list[CasePost] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    workload: list[Row] = field(default_factory=list)

    @property
    def scarce(self) -> list[str]:
        """The categories of which there are barely enough people."""
        return self.categories[: len(self.categories) // 5]

    @property
    def county_units(self) -> list[CaseUnit]:
        """The units that may lend."""
        return [unit for unit in self.units if not unit.township]


def make_case(options: Options) -> Case:
    """Draw units, task forces with posts, duties and workloads."""
    case = Case(options, random.Random(options.seed))
    case.categories = [_category(i) for i in range(max(10, options.task_forces // 10))]
    for i in range(1, options.units + 1):
        case.units.append(CaseUnit(f"U{i:04d}", township=i % 6 == 0, crowded=i % 4 == 1))
    sizes = _sizes(options, case.rng)
    for number, size in enumerate(sizes, 1):
        task_force = f"T{number:04d}"
        posts = _posts(case, task_force, size)
        case.posts += posts
        case.task_forces.append(_task_force(case, task_force, number))
    _duties(case)
    return case


def _category(i: int) -> str:
    return CATEGORY_NAMES[i] if i < len(CATEGORY_NAMES) else f"类{i + 1}"


def _sizes(options: Options, rng: random.Random) -> list[int]:
    """Team sizes of at least three that sum to the seats asked for."""
    sizes = [3] * options.task_forces
    for _ in range(options.seats - 3 * options.task_forces):
        smaller, larger = sorted(rng.sample(range(options.task_forces), 2), key=lambda i: (sizes[i], i))
        sizes[smaller if sizes[larger] >= 14 or rng.random() < 0.5 else larger] += 1
    return sizes


def _posts(case: Case, task_force: str, size: int) -> list[CasePost]:
    """A head, some advisers and deputies, and category posts of one to three seats."""
    rng = case.rng
    profile = rng.sample(_pool(case, task_force), min(len(case.categories), rng.randint(3, 5)))
    head = [{profile[0]: 4}, {profile[1]: 4}]
    posts = [CasePost(f"{task_force}-组长", task_force, "组长", "", 1, head, {}, 100, 1)]
    left = size - 1
    for role, least in (("副组长", 8), ("顾问", 6)):
        if size >= least and rng.random() < 0.5:
            needs = [{profile[0]: 3}, {profile[2]: 3}]
            posts.append(CasePost(f"{task_force}-{role}", task_force, role, "", 1, needs, {}, 100, 3))
            left -= 1
    seats = dict.fromkeys(profile, 0)
    for i in range(left):
        seats[profile[i] if i < len(profile) else rng.choice(profile)] += 1
    for category, number in seats.items():
        if number:
            wants = {rng.choice([c for c in profile if c != category]): rng.randint(2, 3)} if rng.random() < 0.5 else {}
            load = 50 if rng.random() < case.options.part_time else 100
            needs = [{category: rng.choice([2, 3, 3])}]
            post_id, priority = f"{task_force}-{category}", rng.choice([1, 2, 2, 3])
            posts.append(CasePost(post_id, task_force, "成员", category, number, needs, wants, load, priority))
    return posts


def _pool(case: Case, task_force: str) -> list[str]:
    """The categories a task force may need: all, or the six of its cluster."""
    if not case.options.cluster:
        return case.categories
    first = (int(task_force[1:]) - 1) // case.options.cluster * 3
    return [case.categories[(first + i) % len(case.categories)] for i in range(6)]


def _task_force(case: Case, task_force: str, number: int) -> Row:
    rng = case.rng
    lead, member = rng.sample([unit.unit_id for unit in case.county_units], 2)
    is_new = number % NUM_STATES == 0
    return {
        "id": task_force,
        "name": f"专班{number}",
        "kind": "重大专项" if number % 3 == 0 else "项目攻坚",
        "lead_unit": lead,
        "member_units": member,
        "supervisor": f"L{number % num_leaders(case.options) + 1}",
        "state": "申请" if is_new else "运行",
        "score": "" if is_new else str(rng.randint(50, 98)),
        "basis": f"县专班〔2019〕{number}号",
        "started": "2019-07" if is_new else f"2018-{rng.randint(1, 12):02d}",
        "planned_end": "2020-06",
        "last_review": "" if is_new else "2019-04",
        "end_condition": "所列重点任务完成",
    }


def num_leaders(options: Options) -> int:
    """So many that nobody supervises more than three task forces or so."""
    return max(3, options.task_forces // 3)


def num_key_tasks(options: Options) -> int:
    """One key task for two task forces."""
    return max(2, options.task_forces // 2)


def _duties(case: Case) -> None:
    """Own duties for each task force, and duties done twice by neighbours in chains of four (R33, merging)."""
    rng, options = case.rng, case.options
    demands: dict[str, dict[str, int]] = {row["id"]: {} for row in case.task_forces}
    for post in case.posts:
        if post.category:
            work = post.seats * post.load - rng.choice([20, 30, 40, 50, 60]) * post.load // 100
            demands[post.task_force][post.category] = max(5, work // 5 * 5)
    shares: dict[str, dict[str, int]] = {task_force: {} for task_force in demands}
    tags: dict[str, list[str]] = {}
    ids = list(demands)
    for i, task_force in enumerate(ids):
        for _ in range(rng.randint(2, 3)):
            shares[task_force][_add_duty(case, tags, list(demands[task_force]))] = rng.randint(1, 3)
        if options.cluster:
            continue
        if i % 4 and rng.random() < options.overlap:
            before = ids[i - 1]
            common = [category for category in demands[before] if category in demands[task_force]]
            if common:
                duty = _add_duty(case, tags, common)
                shares[before][duty], shares[task_force][duty] = rng.randint(2, 5), rng.randint(2, 5)
    for first in range(0, len(ids), options.cluster) if options.cluster else ():
        _shared_duties(case, ids[first : first + options.cluster], demands, shares, tags)
    for row in case.task_forces:
        task_force = row["id"]
        case.workload += workload_rows(task_force, shares[task_force], tags, demands[task_force])
        row["duties"] = join(shares[task_force])


def _shared_duties(
    case: Case,
    ids: list[str],
    demands: dict[str, dict[str, int]],
    shares: dict[str, dict[str, int]],
    tags: dict[str, list[str]],
) -> None:
    """Duties that pairs of a cluster do twice, each pair with the chance `overlap`."""
    for place, one in enumerate(ids):
        for other in ids[place + 1 :]:
            common = [category for category in demands[one] if category in demands[other]]
            if common and case.rng.random() < case.options.overlap:
                duty = _add_duty(case, tags, common)
                shares[one][duty], shares[other][duty] = case.rng.randint(2, 5), case.rng.randint(2, 5)


def _add_duty(case: Case, tags: dict[str, list[str]], categories: list[str]) -> str:
    duty = f"D{len(case.duties) + 1:05d}"
    tags[duty] = categories
    case.duties.append(
        {
            "id": duty,
            "name": f"职责{len(case.duties) + 1}",
            "tags": join(categories),
            "owner_unit": case.rng.choice(case.county_units).unit_id,
            "key_task": f"K{case.rng.randint(1, num_key_tasks(case.options)):04d}",
            "weight": str(case.rng.randint(1, 5)),
        }
    )
    return duty
