"""The tables of the Kaihua scenario that hold no people."""

import random
from dataclasses import dataclass

import _generate_kaihua_data as data
from _generate_format import Row, join, parse_text_table
from _generate_workload import workload_rows

KINDS = {"项": "项目攻坚", "专": "重大专项"}
SLACKS = [20, 30, 35, 40, 45, 50, 55, 60, 65, 70]  # hundredths by which a post's work falls short of its seats


@dataclass(frozen=True)
class Post:
    """A line of the post table with the seats of both years."""

    task_force: str
    suffix: str
    role: str
    category: str
    seats_2018: int
    seats_2019: int
    needs: str
    wants: str
    priority: str
    more: str

    @property
    def post_id(self) -> str:
        """The id of the post."""
        return f"{self.task_force}-{self.suffix}"

    @property
    def branches(self) -> list[dict[str, int]]:
        """The needs, as maps of which one must hold."""
        return [parse_levels(branch) for branch in self.needs.split(" 或 ")]

    def row(self, seats: int) -> Row:
        """The row of the posts table."""
        row = {
            "id": self.post_id,
            "task_force": self.task_force,
            "role": self.role,
            "category": self.category,
            "seats": str(seats),
            "needs": self.needs,
            "wants": self.wants,
            "load": "1.0",
            "priority": self.priority,
            "shared": "是" if self.role == "组长" else "否",
            "must_fill": "否",
        }
        for item in filter(None, self.more.split(",")):
            key, _, value = item.partition("=")
            row[key] = value or "是"
        return row


def parse_levels(cell: str) -> dict[str, int]:
    """Read `规划:3；文字:2`."""
    pairs = (item.split(":") for item in cell.split("；") if item)
    return {category: int(level) for category, level in pairs}


def posts() -> list[Post]:
    """All posts of both years."""
    keys = [
        "task_force",
        "suffix",
        "role",
        "category",
        "seats_2018",
        "seats_2019",
        "needs",
        "wants",
        "priority",
        "more",
    ]
    rows = parse_text_table(data.POSTS, keys)
    return [
        Post(
            row["task_force"],
            row["suffix"],
            row["role"],
            row["category"],
            int(row["seats_2018"]),
            int(row["seats_2019"]),
            row["needs"],
            row["wants"],
            row["priority"],
            row["more"],
        )
        for row in rows
    ]


def post_rows(year: int) -> list[Row]:
    """The posts of one scenario file; those of ended task forces stay listed because people sat on them."""
    rows = []
    for post in posts():
        later = year == 2019 and post.task_force in data.RUNNING_2019
        seats = post.seats_2019 if later or post.task_force.startswith("N") else post.seats_2018
        if seats:
            rows.append(post.row(seats))
    return rows


def task_force_lines() -> list[Row]:
    """The raw lines of the task-force table."""
    keys = ["id", "name", "kind", "lead_unit", "member_units", "supervisor", "score", "started", "duties", "new_name"]
    return parse_text_table(data.TASK_FORCES, keys)


def duty_shares(cell: str) -> dict[str, int]:
    """Read `D01*3 D02*2`."""
    pairs = (item.split("*") for item in cell.split())
    return {duty: int(share) for duty, share in pairs}


def task_force_rows(year: int) -> list[Row]:
    """The task forces as they stand before (2018) or after (2019) the clean-up."""
    rows = []
    for line in task_force_lines():
        task_force, is_new = line["id"], line["id"].startswith("N")
        goes_on = year == 2019 and task_force in data.RUNNING_2019
        cell = data.DUTIES_2019.get(task_force, line["duties"]) if year == 2019 else line["duties"]
        rows.append(
            {
                "id": task_force,
                "name": line["new_name"] if year == 2019 and line["new_name"] else line["name"],
                "kind": KINDS[line["kind"]],
                "lead_unit": line["lead_unit"],
                "member_units": line["member_units"],
                "supervisor": line["supervisor"],
                "state": _state(task_force, year),
                "score": line["score"],
                "locked": "否",
                "basis": f"县专班〔{line['started'][:4]}〕{int(task_force[1:]) + 40 * is_new}号",
                "started": line["started"],
                "planned_end": "2020-06" if is_new or goes_on else "2019-06",
                "last_review": "" if is_new else ("2018-12" if task_force in ("T22", "T29") else "2019-04"),
                "end_condition": "所列重点任务完成",
                "size.min": "5" if task_force == "T06" and year == 2019 else "",
                "duties": join(duty_shares(cell)),
                "succeeds": join(data.FOLLOWERS.get(task_force, [])) if year == 2019 else "",
                "wants_people": {"T05": "band <= 1；category.招商 >= 4", "T07": "specialist"}.get(task_force, ""),
            }
        )
    return rows


def _state(task_force: str, year: int) -> str:
    if year == 2018:
        return "申请" if task_force.startswith("N") else "运行"
    if task_force in data.APPLIED_2019:
        return "申请"
    return "运行" if task_force in data.RUNNING_2019 else "已撤"


def workload(year: int, rng: random.Random) -> list[Row]:
    """Full-time equivalents, such that each category needs its seats (three posts of 2018 have one to spare)."""
    tags = {row["id"]: row["tags"].split("；") for row in _duty_lines()}
    rows: list[Row] = []
    for line in task_force_lines():
        task_force = line["id"]
        after = year == 2019 or task_force.startswith("N")
        if year == 2019 and task_force not in data.RUNNING_2019:
            continue
        demand = {}
        for post in posts():
            if post.task_force == task_force and post.category:
                seats = post.seats_2019 if after else post.seats_2018
                idle = 0 if after else data.IDLE.get((task_force, post.suffix), 0)
                if seats:
                    demand[post.category] = 100 * seats - (idle or rng.choice(SLACKS))
        cell = data.DUTIES_2019.get(task_force, line["duties"]) if after else line["duties"]
        rows += workload_rows(task_force, duty_shares(cell), tags, demand)
    return rows


def _duty_lines() -> list[Row]:
    return parse_text_table(data.DUTIES, ["id", "name", "tags", "owner_unit", "key_task", "weight"])


def unit_lines() -> list[Row]:
    """The raw lines of the unit table."""
    keys = ["id", "name", "short_names", "level", "kind", "approved", "on_duty", "lend_max", "supervisor", "knows"]
    return parse_text_table(data.UNITS, keys)


def plain_tables() -> dict[str, list[Row]]:
    """Units, leaders, categories, key tasks and duties: the same for both files."""
    units = []
    for line in unit_lines():
        unit = {key: value for key, value in line.items() if key != "knows"}
        units.append(unit | {"remit": data.REMITS.get(line["id"], "")})
    key_tasks = parse_text_table(data.KEY_TASKS, ["id", "name", "kind", "priority", "due", "lead_unit"])
    for row in key_tasks:
        row["state"] = "已完成" if row["id"] in data.KEY_TASKS_DONE else "进行中"
    return {
        "units": units,
        "leaders": parse_text_table(data.LEADERS, ["id", "name", "title"]),
        "categories": parse_text_table(data.CATEGORIES, ["id", "name"]),
        "key_tasks": key_tasks,
        "duties": _duty_lines(),
    }


def application_rows(year: int) -> list[Row]:
    """All had to apply again: 26 of the 29 did, and six new ones; in 2018 the leading group has not decided."""
    merged = {part for parts in data.FOLLOWERS.values() for part in parts}
    sizes: dict[str, int] = {}
    for post in posts():
        sizes[post.task_force] = sizes.get(post.task_force, 0) + (post.seats_2019 or post.seats_2018)
    rows: list[Row] = []
    for line in task_force_lines():
        task_force, is_new = line["id"], line["id"].startswith("N")
        if task_force in data.NOT_RENEWED:
            continue
        group = "同意" if task_force in data.RUNNING_2019 else "退回" if task_force in merged else "不同意"
        rows.append(
            {
                "id": f"A{len(rows) + 1:02d}",
                "name": ("新设" if is_new else "续办") + line["name"],
                "unit": line["lead_unit"],
                "renews": "" if is_new else task_force,
                "task_force": task_force if is_new else "",
                "reason": "围绕新一年重点任务新设" if is_new else "任务尚未完成，申请续办",
                "requested_size": str(sizes[task_force] + (1 if int(task_force[1:]) % 3 == 0 else 0)),
                "decisions.unit.decision": "同意",
                "decisions.leader.decision": "不同意" if task_force == "T26" else "同意",
                "decisions.group.decision": group if year == 2019 else "",
            }
        )
    return rows
