"""Scenarios made in code, with confidential data that cannot be mistaken: identity numbers, kin, interests, sanctions, health.

Everybody is invented; the region of the identity numbers does not exist. A case is kept as tables of text (what stands in a
cell) and written as YAML, as CSV or as a workbook. Names of cases, folders and rows never contain what is planted: a hit is a leak.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import xlsxwriter
from ruamel.yaml import YAML

Row = dict[str, str]
Tables = dict[str, list[Row]]
Grid = list[list[str]]

FORMS = ("yaml", "csv", "xlsx")
RULES = ("R15", "R16", "R17", "R19", "R20", "R22", "R23")
"""The confidential rules."""
COLUMNS = ("id_card", "status", "sanction_end", "health", "restricted_duty", "kin", "conflicts")
"""The confidential columns."""
REGION = "330899"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

SHEETS = {
    "people": "人员", "units": "单位", "leaders": "领导", "categories": "类别", "key_tasks": "重点任务", "duties": "职责",
    "task_forces": "专班", "workload": "工作量", "posts": "岗位", "pins": "指定",
}  # fmt: skip
HEADERS = {
    "people": {
        "id": "编号", "name": "姓名", "id_card": "身份证号", "birth": "出生年月", "gender": "性别", "ethnic": "民族",
        "native_place": "籍贯", "political": "政治面貌", "major": "专业", "unit": "单位", "title": "现任职务", "staffing": "编制类型",
        "categories": "类别", "specialist": "专业型", "stepped_down": "退出现职", "status": "状态", "recruit": "进入方式",
        "sanction_end": "影响期至", "health": "健康状况", "restricted_duty": "不宜夜班野外", "capacity": "可投入",
        "current.task_force": "所在专班", "current.post": "所在岗位", "last_return": "返回时间", "preferences": "意愿",
        "unit_opinion": "单位意见", "kin": "亲属", "conflicts": "回避事项",
    },
    "units": {"id": "编号", "name": "名称", "level": "层级", "on_duty": "实有人数", "lend_max": "抽调上限"},
    "leaders": {"id": "编号", "name": "姓名"},
    "categories": {"id": "编号", "name": "名称"},
    "key_tasks": {"id": "编号", "name": "名称", "state": "状态"},
    "duties": {"id": "编号", "name": "名称", "owner_unit": "责任单位", "key_task": "重点任务"},
    "task_forces": {
        "id": "编号", "name": "名称", "kind": "类型", "lead_unit": "牵头单位", "supervisor": "分管县领导", "score": "绩效",
        "duties": "职责", "size.min": "最少人数",
    },
    "workload": {"task_force": "专班", "duty": "职责", "category": "类别", "fte": "工作量"},
    "posts": {
        "id": "编号", "task_force": "专班", "role": "角色", "category": "类别", "seats": "席位", "needs": "要求",
        "priority": "优先级", "shared": "共用", "must_fill": "必须配齐", "night_or_field": "夜班野外", "sensitive": "敏感职能",
    },
    "pins": {
        "person": "人员", "post": "岗位", "task_force": "专班", "must": "指定", "approval": "批准文号", "by": "决定人",
        "on": "日期", "why": "理由",
    },
}  # fmt: skip
"""The columns of each table, in this order, with the headers a planner's table has."""


def identity(birth: str, sequence: int) -> str:
    """An identity number of 18 digits with its check digit; an odd sequence is a man's."""
    body = f"{REGION}{birth}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def old_identity(birth: str, sequence: int) -> str:
    """An identity number of the old form, of 15 digits."""
    return f"{REGION}{birth[2:]}{sequence:03d}"


@dataclass(frozen=True)
class Secrets:
    """What must not be found. `words` are status and health; `interests` of a person; `totals` give a masked count away."""

    numbers: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    junk: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    kin: tuple[tuple[str, str], ...] = ()
    interests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    totals: tuple[int, ...] = ()


WORDS = {"调查": "investigation", "病假": "sick", "较差": "poor"}
"""The values of status and health that bar, with the English word zbopt keeps them as."""


@dataclass(frozen=True)
class Case:
    """A scenario: head, tables of text, policy."""

    name: str
    tables: Tables
    policy: Mapping[str, Any] = field(default_factory=dict)
    totals: tuple[int, ...] = ()
    as_of: str = "2022-08"
    term: tuple[str, str] = ("2022-09", "2023-08")

    @property
    def secrets(self) -> Secrets:
        """What is planted in this case, read from its own tables."""
        people = self.tables["people"]
        kin = [(row["id"], *entry.split(":")) for row in people for entry in row.get("kin", "").split("；") if entry]
        stated = {row.get("status", "") for row in people} | {row.get("health", "") for row in people}
        planted = sorted(word for word in stated if word in WORDS)
        return Secrets(
            numbers=tuple(row["id_card"] for row in people if row.get("id_card")),
            relations=tuple(sorted({entry[2] for entry in kin})),
            months=tuple(sorted({row["sanction_end"] for row in people if row.get("sanction_end")})),
            words=(*planted, *(WORDS[word] for word in planted)),
            people={row["id"]: row["name"] for row in people},
            kin=tuple((entry[0], entry[1]) for entry in kin),
            interests={row["id"]: tuple(row["conflicts"].split("；")) for row in people if row.get("conflicts")},
            totals=self.totals,
        )

    def person(self, key: str, **values: str) -> Case:
        """The case with cells of one person set (blank takes them away)."""
        rows = [({**row, **values} if row["id"] == key else row) for row in self.tables["people"]]
        return replace(self, tables={**self.tables, "people": rows})

    def grid(self, name: str = "people", chinese: bool = True) -> Grid:
        """A table with its header, as cells of text."""
        columns = HEADERS[name]
        head = list(columns.values()) if chinese else list(columns)
        return [head, *([row.get(key, "") for key in columns] for row in self.tables[name])]

    def mapping(self) -> dict[str, Any]:
        """The scenario as one nested mapping, lists inline."""
        lists = {name: [_nested(row) for row in rows] for name, rows in self.tables.items() if rows}
        return {**self._head(), **lists, "policy": dict(self.policy)}

    def _head(self) -> dict[str, Any]:
        term = {"from": self.term[0], "to": self.term[1]}
        return {"format": "1", "name": self.name, "as_of": self.as_of, "term": term}


def _nested(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in row.items():
        if not value:
            continue
        first, dot, rest = key.partition(".")
        if dot:
            found.setdefault(first, {})[rest] = value
        else:
            found[key] = value
    return found


# --- files -----------------------------------------------------------------------------------------------------------


def yaml_text(value: Mapping[str, Any]) -> str:
    """YAML in block style, a line for every value."""
    yaml = YAML()
    yaml.width = 4096
    yaml.allow_unicode = True
    buffer = io.StringIO()
    yaml.dump(dict(value), buffer)
    return buffer.getvalue()


def csv_bytes(grid: Sequence[Sequence[str]]) -> bytes:
    """A table as a planner's program saves it."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(grid)
    return buffer.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of text cells; a cell that is a number, or a formula with its value, stays one."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2022, 8, 1)})
    for name, grid in sheets.items():
        page = book.add_worksheet(name)
        for place, row in enumerate(grid):
            for column, cell in enumerate(row):
                if isinstance(cell, tuple):
                    page.write_formula(place, column, cell[0], None, cell[1])
                elif isinstance(cell, str):
                    page.write_string(place, column, cell)
                else:
                    page.write_number(place, column, cell)
    book.close()
    return buffer.getvalue()


def files(
    case: Case, form: str, people: Sequence[Sequence[Any]] | None = None, chinese: bool = True
) -> dict[str, bytes]:
    """The files of a case in a form; `people` replaces the table of people (CSV and workbook)."""
    if form == "yaml":
        return {"scenario.yaml": yaml_text(case.mapping()).encode()}
    grids: dict[str, Sequence[Sequence[Any]]] = {
        name: case.grid(name, chinese) for name, rows in case.tables.items() if rows
    }
    if people is not None:
        grids["people"] = people
    head = {**case._head(), "policy": dict(case.policy)}
    if form == "csv":
        named = {name: f"{name}.csv" for name in grids}
        tables = {f"{name}.csv": csv_bytes(grid) for name, grid in grids.items()}
        return {"scenario.yaml": yaml_text({**head, **named}).encode(), **tables}
    book = xlsx_bytes({SHEETS[name]: grid for name, grid in grids.items()})
    return {"scenario.yaml": yaml_text({**head, "tables": "tables.xlsx"}).encode(), "tables.xlsx": book}


def write(case: Case, folder: Path, form: str = "yaml", people: Sequence[Sequence[Any]] | None = None) -> Path:
    """Write a case into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files(case, form, people).items():
        (folder / name).write_bytes(data)
    return folder


def telling_places(case: Case, form: str) -> tuple[str, ...]:
    """Places that would tell a rule or a field by themselves: the line of a rule's setting, the cell of a confidential column."""
    lines = files(case, form)["scenario.yaml"].decode().splitlines()
    keys = (*RULES, *COLUMNS)
    found = [
        f"scenario.yaml:{n}" for n, line in enumerate(lines, 1) if line.strip().lstrip("- ").partition(":")[0] in keys
    ]
    if form != "xlsx":
        return tuple(found)
    letters = [chr(65 + n) if n < 26 else "A" + chr(39 + n) for n in range(len(HEADERS["people"]))]
    secret = [letters[n] for n, key in enumerate(HEADERS["people"]) if key in COLUMNS]
    rows = range(2, len(case.tables["people"]) + 2)
    return (*found, *(f"{SHEETS['people']}!{letter}{row}" for letter in secret for row in rows))


# --- the parts cases are made of -------------------------------------------------------------------------------------

NAMES = (
    "钟离甲", "钟离乙", "端木丙", "端木丁", "澹台戊", "澹台己", "公冶庚", "公冶辛", "宗政壬", "宗政癸", "濮阳子", "濮阳丑",
    "太叔寅", "太叔卯", "轩辕辰", "轩辕巳",
)  # fmt: skip


def person(number: int, name: str = "", **values: str) -> Row:
    """A person with a birth, a gender and an identity number that fit together."""
    birth = f"19{70 + number % 25}{number % 12 + 1:02d}{10 + number % 18:02d}"
    card = old_identity(birth, 100 + number) if number % 5 == 4 else identity(birth, 200 + number)
    gender = "男" if number % 2 else "女"
    row = {
        "id": f"P{number:02d}", "name": name or NAMES[number - 1], "id_card": card, "birth": f"{birth[:4]}-{birth[4:6]}",
        "gender": gender, "political": "中共党员" if number % 3 else "群众", "unit": f"U{number % 3 + 1}", "staffing": "行政",
    }  # fmt: skip
    return {**row, **values}


def units(cap: str = "") -> list[Row]:
    """Three county units and a township."""
    names = ("县发展和改革局", "县水利局", "县文旅局")
    county = [
        {"id": f"U{n}", "name": name, "level": "县直", "on_duty": "90", "lend_max": cap}
        for n, name in enumerate(names, 1)
    ]
    return [*county, {"id": "U4", "name": "桃溪镇", "level": "乡镇", "on_duty": "40", "lend_max": cap}]


LEADERS = [{"id": "L1", "name": "分管领导青"}, {"id": "L9", "name": "分管领导玄"}]
DUTIES = [
    {"id": "D71", "name": "河道清淤", "owner_unit": "U2"},
    {"id": "D72", "name": "人才引进", "owner_unit": "U1"},
    {"id": "D77", "name": "砂石处置", "owner_unit": "U2"},
]
RELATIONS = ("表舅公", "连襟姐夫", "义姊婿")
MONTHS = ("2023-11", "2024-01")


def rules(mode: str = "hard", **more: Any) -> dict[str, Any]:
    """Every confidential rule stated on a line of its own, in one mode."""
    return {**{rule: {"mode": mode} for rule in RULES}, **more}


def post(key: str, role: str = "成员", **values: str) -> Row:
    """A post of the task force its id begins with."""
    return {"id": key, "task_force": key.split("-")[0], "role": role, **values}


def team(key: str, name: str, **values: str) -> Row:
    """A task force of any size."""
    return {"id": key, "name": name, "kind": "项目攻坚", "lead_unit": "U1", "size.min": "0", **values}


# --- the cases -------------------------------------------------------------------------------------------------------


def assign_case(mode: str = "hard") -> Case:
    """Sixteen people, two task forces, seats left empty; every confidential rule bars or warns somebody."""
    people = [
        person(1, kin="P02:表舅公", preferences="T1"),
        person(2),
        person(3, kin="L9:连襟姐夫"),
        person(4, conflicts="D77", unit_opinion="不同意"),
        person(5, sanction_end="2023-11", preferences="T1-head"),
        person(6, status="调查"),
        person(7, health="较差"),
        person(8, status="病假"),
        person(9, restricted_duty="是", preferences="T1-night"),
        person(10, health="良好", **{"current.task_force": "T2", "current.post": "T2-mem"}),
        person(11),
        person(12, sanction_end="2024-01", kin="P14:义姊婿"),
        person(13, unit="U4"),
        person(14, stepped_down="是"),
        person(15, last_return="2021-06"),
        person(16),
    ]
    posts = [
        post("T1-head", "组长", priority="1"),
        post("T1-night", seats="2", night_or_field="是"),
        post("T1-money", sensitive="财务"),
        post("T1-many", seats="8"),
        post("T2-head", "组长", priority="1"),
        post("T2-mem", seats="2"),
    ]
    pins = [
        {
            "person": "P13",
            "post": "T2-mem",
            "must": "是",
            "approval": "〔2022〕7号",
            "by": "领导小组",
            "on": "2022-07-12",
            "why": "急需",
        }
    ]
    tables: Tables = {
        "people": people,
        "units": units("5"),
        "leaders": LEADERS,
        "duties": DUTIES,
        "task_forces": [
            team("T1", "河道整治专班", supervisor="L9", duties="D71；D77"),
            team("T2", "招才引智专班", supervisor="L1", duties="D72"),
        ],
        "posts": posts,
        "pins": pins,
    }
    quotas = [{"name": "党员", "of": 'political == "中共党员"', "in": "all", "min": "50%", "mode": "target"}]
    return Case("保密甲例", tables, {"rules": rules(mode), "quotas": quotas})


def changed_case() -> Case:
    """The same roster after some weeks: other people are under investigation, ill, sanctioned, kin."""
    case = assign_case().person("P06", status="").person("P10", status="调查").person("P05", sanction_end="")
    case = case.person("P11", health="较差").person("P16", status="病假").person("P15", conflicts="T1；T2")
    return case.person("P02", sanction_end="2023-11").person("P09", restricted_duty="", kin="P11:表舅公")


def pinned_case() -> Case:
    """A pin that cannot hold because of a confidential rule."""
    case = assign_case()
    pin = {"person": "P06", "post": "T2-head", "must": "是", "by": "领导小组", "on": "2022-07-12", "why": "急需"}
    return replace(case, name="保密乙例", tables={**case.tables, "pins": [*case.tables["pins"], pin]})


PINNED = frozenset({"P06"})


def merge_case() -> Case:
    """Three task forces of which two may merge; kin, interests, a sanction and an investigation among those who sit there."""
    desks = (
        ("农旅:4", "T01", "T01-组长"), ("规划:3", "T01", "T01-规划"), ("文字:2", "T01", "T01-文字"), ("农旅:3", "T01", "T01-农旅"),
        ("群众:4", "T02", "T02-组长"), ("规划:2", "T02", "T02-规划"), ("文字:3", "T02", "T02-文字"), ("群众:3", "T02", "T02-群众"),
        ("群众:3", "T02", "T02-群众"), ("招商:4", "T03", "T03-组长"), ("招商:3", "T03", "T03-招商"), ("招商:3", "T03", "T03-招商"),
        ("文字:3", "T03", "T03-文字"), ("文字:2", "T03", "T03-文字"),
    )  # fmt: skip
    planted = {
        2: {"conflicts": "D04"}, 3: {"kin": "P07:表舅公"}, 4: {"health": "较差"}, 5: {"sanction_end": "2023-11"},
        6: {"status": "调查"}, 9: {"restricted_duty": "是"}, 10: {"kin": "L9:连襟姐夫"}, 14: {"status": "病假"},
    }  # fmt: skip
    people = [
        person(n, categories=skill, **{"current.task_force": home, "current.post": place}, **planted.get(n, {}))
        for n, (skill, home, place) in enumerate(desks, 1)
    ]
    people += [person(15, categories="群众:4；文字:3"), person(16, categories="农旅:3；规划:3")]
    heads = [
        post(f"{key}-组长", "组长", shared="是", needs=f"{skill}:3", priority="1")
        for key, skill in (("T01", "农旅"), ("T02", "群众"), ("T03", "招商"))
    ]
    members = [
        post(f"{key}-{skill}", category=skill, seats=seats)
        for key, skill, seats in (
            ("T01", "规划", "1"), ("T01", "文字", "1"), ("T01", "农旅", "1"), ("T02", "规划", "1"), ("T02", "文字", "1"),
            ("T02", "群众", "2"), ("T03", "招商", "2"), ("T03", "文字", "2"),
        )
    ]  # fmt: skip
    loads = (
        ("T01", "D01", "规划", "0.9"), ("T01", "D02", "文字", "0.5"), ("T01", "D03", "农旅", "0.6"), ("T02", "D01", "规划", "0.7"),
        ("T02", "D02", "文字", "0.4"), ("T02", "D04", "群众", "1.2"), ("T03", "D02", "文字", "0.1"), ("T03", "D05", "招商", "1.8"),
        ("T03", "D06", "文字", "0.4"),
    )  # fmt: skip
    duties = ("村庄规划编制", "综合材料", "乡村产业培育", "人居环境整治", "重点客商对接", "招商合同")
    tables: Tables = {
        "people": people,
        "units": units(),
        "leaders": LEADERS,
        "categories": [{"id": key, "name": f"{key}类"} for key in ("规划", "文字", "农旅", "群众", "招商")],
        "duties": [{"id": f"D{n:02d}", "name": name, "owner_unit": "U1"} for n, name in enumerate(duties, 1)],
        "task_forces": [
            team("T01", "乡村振兴专班", supervisor="L1", score="81"),
            team("T02", "人居环境专班", supervisor="L1", score="78"),
            team("T03", "招商专班", supervisor="L9", score="70"),
        ],
        "workload": [dict(zip(("task_force", "duty", "category", "fte"), row, strict=True)) for row in loads],
        "posts": [*heads, *members],
    }
    policy = {
        "rules": rules(R37={"mode": "target", "min": "3", "max": "15"}),
        "merge": {"min_overlap": "15%"},
        "incumbents": "check",
    }
    return Case("保密丙例", tables, policy)


def _lone(people: list[Row], posts: list[Row]) -> Case:
    tables: Tables = {
        "people": people,
        "units": units(),
        "leaders": LEADERS,
        "duties": DUTIES,
        "task_forces": [team("T1", "河道整治专班", supervisor="L9", duties="D71；D77")],
        "posts": posts,
    }
    return Case("保密丁例", tables, {"rules": rules()})


BARRING: Mapping[str, Mapping[str, str]] = {
    "supervisor": {"kin": "L9:连襟姐夫"},
    "interest": {"conflicts": "D77"},
    "sanction": {"sanction_end": "2023-11"},
    "investigation": {"status": "调查"},
    "ill": {"status": "病假"},
    "health": {"health": "较差"},
    "restricted": {"restricted_duty": "是"},
}
"""What bars a person from a post that is head, sensitive and at night, under leader L9 with duty D77: one way for each rule but kin in a team."""


def impossible_case(why: str = "all") -> Case:
    """A post that must be filled and nobody who may: for every confidential rule at once, for one of them, or for two who are kin."""
    seat = {"must_fill": "是", "night_or_field": "是", "sensitive": "财务"}
    if why == "pair":
        people = [person(1, kin="P02:表舅公"), person(2)]
        return _lone(people, [post("T1-head", "组长", must_fill="是"), post("T1-deputy", "副组长", must_fill="是")])
    if why == "all":
        people = [person(n, **values) for n, values in enumerate(BARRING.values(), 1)]
        return _lone(people, [post("T1-head", "组长", **seat)])
    return _lone([person(1, **BARRING[why])], [post("T1-head", "组长", **seat)])


PEOPLE_COUNTED = 37


def count_case(number: int) -> Case:
    """37 people, five seats of a unit that lends three; confidential rules bar exactly so many from the post, each by another rule."""
    ways = [values for key, values in BARRING.items() if key in ("interest", "investigation", "ill", "health")]
    extra = [ways[n % len(ways)] if n < number else {} for n in range(PEOPLE_COUNTED)]
    people = [person(n, f"百里{n:02d}", unit="U1", **values) for n, values in enumerate(extra, 1)]
    tables: Tables = {
        "people": people,
        "units": units("3"),
        "leaders": LEADERS,
        "duties": DUTIES,
        "task_forces": [team("T1", "河道整治专班", supervisor="L9", duties="D71；D77")],
        "posts": [post("T1-mem", seats="5")],
    }
    totals = (PEOPLE_COUNTED - number,) if 0 < number < 3 else ()
    return Case("保密戊例", tables, {"rules": rules()}, totals)


def world(why: str) -> Case:
    """One person barred from every post in one of seven ways: whatever the way, every output must be the same."""
    barred = {key: "T1；T2" if key == "conflicts" else value for key, value in BARRING[why].items()}
    people = [person(n, categories="规划:3") for n in range(1, 7)]
    people[3] = {**people[3], "categories": "规划:5", **barred}
    seat = {"night_or_field": "是", "sensitive": "财务", "needs": "规划:3"}
    tables: Tables = {
        "people": people,
        "units": units("4"),
        "leaders": LEADERS,
        "categories": [{"id": "规划", "name": "规划类"}],
        "duties": DUTIES,
        "task_forces": [
            team("T1", "河道整治专班", supervisor="L9", duties="D71；D77"),
            team("T2", "招才引智专班", supervisor="L9", duties="D72"),
        ],
        "posts": [
            post("T1-head", "组长", **seat), post("T1-deputy", "副组长", seats="3", **seat), post("T2-head", "组长", **seat),
            post("T2-deputy", "副组长", seats="2", **seat),
        ],
    }  # fmt: skip
    return Case("保密己例", tables, {"rules": rules()})


def guess_case(**planted: Mapping[str, str]) -> Case:
    """Six people whom no post can use (their skills are short) and four who hold every seat: what is confidential of the six changes no plan."""
    people = [person(n, **dict(planted.get(f"P{n:02d}", {}))) for n in range(1, 7)]
    people += [person(n, categories="规划:4", unit="U1") for n in range(7, 11)]
    tables: Tables = {
        "people": people,
        "units": units(),
        "leaders": LEADERS,
        "categories": [{"id": "规划", "name": "规划类"}],
        "duties": DUTIES,
        "task_forces": [team("T1", "河道整治专班", supervisor="L9", duties="D71")],
        "posts": [post("T1-plan", seats="4", needs="规划:3")],
    }
    quotas = [{"name": "党员", "of": 'political == "中共党员"', "in": "all", "min": "1", "mode": "target"}]
    return Case("保密庚例", tables, {"rules": rules(), "quotas": quotas})


GUESSED: Mapping[str, Mapping[str, str]] = {
    "P01": {"kin": "P02:表舅公"}, "P03": {"status": "调查"}, "P04": {"health": "较差"}, "P05": {"sanction_end": "2023-11"},
    "P06": {"restricted_duty": "是", "conflicts": "D77"},
}  # fmt: skip
"""What is confidential of the six."""

CASES: Mapping[str, Callable[[], Case]] = {
    "hard": assign_case,
    "target": lambda: assign_case("target"),
    "warn": lambda: assign_case("warn"),
    "pinned": pinned_case,
    "merging": merge_case,
    "impossible": impossible_case,
    **{f"one{n}": (lambda why=why: impossible_case(why)) for n, why in enumerate(("pair", *BARRING))},  # type: ignore[misc]
    **{f"count{n}": (lambda n=n: count_case(n)) for n in (1, 2, 3, 4)},  # type: ignore[misc]
}
"""Every case by a name that tells nothing."""
