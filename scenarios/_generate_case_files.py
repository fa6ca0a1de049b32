"""Writing an invented case as a folder."""

from pathlib import Path

from _generate_case import Case, Options, make_case, num_key_tasks, num_leaders
from _generate_case_people import SPECIALIST_SHARE, YOUNG_SHARE, CaseCast
from _generate_format import Row, write_table, write_text
from _generate_people import Person, number_people, person_row

SCENARIO = """\
# {people} people, {seats} seats, {task_forces} task forces, seed {seed}. All invented, by scenarios/generate.py.
format: 1
name: 生成场景 {people} 人（种子 {seed}）
as_of: 2019-06
term: {{from: 2019-07, to: 2020-06}}
categories: categories.csv
leaders: leaders.csv
units: units.csv
key_tasks: key_tasks.csv
duties: duties.csv
people: people.csv
task_forces: task_forces.csv
workload: workload.csv
posts: posts.csv
{optional}policy:
  rules:
    R02: {{mode: warn, months: 24, total_months: 36}}
  quotas:
    - {{name: 专业型, of: specialist, in: each, min: {specialist}%, mode: target}}
{second}  stages: [unfilled, quotas, merit]
  merit: {{fit: 5, preference: 3, stability: 2}}
  merge: {{min_overlap: 15%, max_members: 4, max_size: 15, linkage: complete}}
  solver: {{time_limit_seconds: 60, seed: 1, workers: 1}}
"""
SECOND = "    - {{name: 85后, of: birth_year >= 1985, in: each, min: {young}%, mode: target}}\n"


def write_case(options: Options, folder: Path) -> None:
    """Draw a case and write its files."""
    case = make_case(options)
    cast = CaseCast(case)
    people = cast.fill()
    number_people(people, case.rng)
    folder.mkdir(parents=True, exist_ok=True)
    tables = plain_tables(case) | {"people": [person_row(person) for person in people], "pins": _pins(cast)}
    for table, rows in tables.items():
        if rows:
            write_table(folder, table, rows)
    optional = "".join(f"{table}: {table}.csv\n" for table in ("applications", "pins") if tables[table])
    text = SCENARIO.format(
        people=options.people,
        seats=options.seats,
        task_forces=options.task_forces,
        seed=options.seed,
        specialist=SPECIALIST_SHARE,
        optional=optional,
        second=SECOND.format(young=YOUNG_SHARE) if options.team_quotas == 2 else "",
    )
    write_text(folder / "scenario.yaml", text)


def plain_tables(case: Case) -> dict[str, list[Row]]:
    """All tables that hold no people."""
    options = case.options
    return {
        "categories": [{"id": category, "name": category} for category in case.categories],
        "leaders": [{"id": f"L{i}", "name": f"领导{i}", "title": "副县长"} for i in range(1, num_leaders(options) + 1)],
        "units": _units(case),
        "key_tasks": [_key_task(i) for i in range(1, num_key_tasks(options) + 1)],
        "duties": case.duties,
        "task_forces": case.task_forces,
        "workload": case.workload,
        "posts": [post.row() for post in case.posts],
        "applications": _applications(case),
    }


def _units(case: Case) -> list[Row]:
    """County units may lend as many as the hidden plan takes, the less scarce ones a few more."""
    rows = []
    for i, unit in enumerate(case.units, 1):
        spare = case.rng.randint(0, 2) if not unit.crowded and case.rng.random() > case.options.scarcity else 0
        rows.append(
            {
                "id": unit.unit_id,
                "name": f"{'乡镇' if unit.township else '县直单位'}{i}",
                "level": "乡镇" if unit.township else "县直",
                "kind": "政府",
                "on_duty": str(max(20, 10 * unit.lends)),
                "supervisor": f"L{i % num_leaders(case.options) + 1}",
                "lend_max": "" if unit.township else str(unit.lends + spare),
            }
        )
    return rows


def _key_task(i: int) -> Row:
    return {
        "id": f"K{i:04d}",
        "name": f"重点任务{i}",
        "kind": "重点工作" if i % 3 == 0 else "重点攻坚任务",
        "priority": str(1 + i % 3),
        "state": "进行中",
        "due": "2020-06",
    }


def _applications(case: Case) -> list[Row]:
    """Task forces in state 申请, approved in all three steps."""
    agreed = dict.fromkeys((f"decisions.{step}.decision" for step in ("unit", "leader", "group")), "同意")
    new = [row for row in case.task_forces if row["state"] == "申请"]
    sizes = {row["id"]: sum(post.seats for post in case.posts if post.task_force == row["id"]) for row in new}
    return [
        {
            "id": f"A{i:04d}",
            "name": f"新设{row['name']}",
            "unit": row["lead_unit"],
            "task_force": row["id"],
            "reason": "围绕重点任务新设",
            "requested_size": str(sizes[row["id"]]),
        }
        | agreed
        for i, row in enumerate(new, 1)
    ]


def _pins(cast: CaseCast) -> list[Row]:
    """One person in two hundred stays by decision."""
    stays: list[Person] = [p for p, post in cast.planted_seats if p.current_post == post.post_id]
    return [
        {
            "person": person.person_id,
            "task_force": person.current_task_force,
            "must": "是",
            "by": "领导小组",
            "on": "2019-05-20",
            "why": "工作延续",
        }
        for person in stays[: len(cast.cast.people) // 200]
    ]
