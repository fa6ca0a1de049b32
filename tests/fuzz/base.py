"""Small valid scenarios with planted rows, in every form a planner may hand over. All persons are invented."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

Value = str | list[str] | dict[str, str]
Row = dict[str, Value]
Files = dict[str, bytes]

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = ("tiny", "three-task-forces", "part-time", "over-constrained", "infeasible")
NUMBERS = 6
"""Different scenarios of each form."""

INLINE, CSV, GB, BOOK, SHIP = "inline", "csv", "gb18030", "workbook", "shipped"
TEXTS = (INLINE, CSV, GB)
MAIN, SHEET_FILE = "scenario.yaml", "tables.xlsx"

HEADERS = {
    "people": {
        "id": "编号", "name": "姓名", "gender": "性别", "birth": "出生年月", "ethnic": "民族", "political": "政治面貌",
        "education": "学历", "unit": "单位", "title": "现任职务", "staffing": "编制类型", "categories": "类别",
        "specialist": "专业型", "status": "状态", "recruit": "进入方式", "health": "健康状况", "preferences": "意愿",
        "unit_opinion": "单位意见", "band": "考绩档次",
    },
    "units": {
        "id": "编号", "name": "名称", "level": "层级", "kind": "类型", "approved": "编制数", "on_duty": "实有人数",
        "lend_max": "抽调上限",
    },
    "posts": {
        "id": "编号", "task_force": "专班", "name": "名称", "role": "角色", "category": "类别", "seats": "席位",
        "needs": "要求", "priority": "优先级",
    },
    "leaders": {"id": "编号", "name": "姓名", "title": "职务"},
    "categories": {"id": "编号", "name": "名称"},
    "task_forces": {"id": "编号", "name": "名称", "kind": "类型", "lead_unit": "牵头单位", "supervisor": "分管县领导"},
}  # fmt: skip
"""The columns of each list with their Chinese headers; every cell of a base is filled."""

SHEETS = {
    "people": "人员", "units": "单位", "posts": "岗位", "leaders": "领导", "categories": "类别", "task_forces": "专班",
}  # fmt: skip

HEAD = """format: 1
name: 试验县三专班
as_of: 2019-06
term: {from: 2019-07, to: 2020-06}
"""
TAIL = """policy:
  rules: {R05: {mode: hard, years: 5}, R37: {min: 1}}
  quotas:
    - {name: 85后, of: birth_year >= 1985, in: all, min: 20%, mode: target}
  stages: [unfilled, {name: quotas, tolerance: 0}, {name: merit, tolerance: 0}]
  merit: {fit: 5, preference: 3, stability: 2}
"""

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "明华芳伟敏静丽强磊军洋艳勇杰娟涛超秀霞平刚桂英玉萍红"


@dataclass(frozen=True, eq=False)
class Base:
    """A valid scenario: its files, and the rows they were made of (a shipped one has none). Each is made once."""

    form: str
    number: int
    files: Files
    tables: dict[str, list[Row]]

    @property
    def people_file(self) -> str:
        """The file that holds the people."""
        return {CSV: "people.csv", GB: "people.csv", BOOK: SHEET_FILE}.get(self.form, MAIN)

    @property
    def encoding(self) -> str:
        """The encoding of the tables."""
        return "gb18030" if self.form == GB else "utf-8-sig" if self.bom else "utf-8"

    @property
    def bom(self) -> bool:
        """Whether the tables begin with a mark, as spreadsheets write them."""
        return self.form == CSV and self.number % 3 == 1

    @property
    def newline(self) -> str:
        """The line end of the tables."""
        return "\r\n" if self.form in (CSV, GB) and self.number % 2 else "\n"

    def text(self, name: str) -> str:
        """The text of one of the files, with plain line ends."""
        data = self.files[name]
        text = data.decode("utf-8-sig" if name == MAIN else self.encoding)
        return text.replace("\r\n", "\n")

    def encoded(self, name: str, text: str) -> bytes:
        """A text as this base stores it."""
        if name == MAIN:
            return text.encode("utf-8", errors="surrogatepass")
        data = text.replace("\n", self.newline)
        return data.encode(self.encoding, errors="surrogatepass" if self.form == CSV else "replace")

    def with_text(self, name: str, text: str) -> Files:
        """The files with one of them replaced by a text."""
        return {**self.files, name: self.encoded(name, text)}


# --- rows --------------------------------------------------------------------------------------------------------------


def _people(rng: random.Random, count: int) -> list[Row]:
    """People with every column filled, and a status of each kind among them."""
    columns = list(HEADERS["people"])[1:]
    rng.shuffle(columns)
    rows = []
    for place in range(count):
        person: Row = {
            "id": f"P{101 + place}",
            "name": SURNAMES[place] + rng.choice(GIVEN) + rng.choice(GIVEN),
            "gender": rng.choice(["男", "女"]),
            "birth": f"{1970 + place}-{1 + rng.randrange(9):02d}",
            "ethnic": rng.choice(["汉族", "畲族"]),
            "political": rng.choice(["中共党员", "群众"]),
            "education": rng.choice(["本科", "研究生"]),
            "unit": f"U{11 + place % 3}",
            "title": rng.choice(["科员", "科室负责人", "副主任科员"]),
            "staffing": rng.choice(["行政", "事业"]),
            "categories": {"planning": str(rng.randint(1, 5)), "writing": str(rng.randint(1, 5))},
            "specialist": "是",
            "status": {1: "调查", 2: "病假", 3: "驻村"}.get(place, "在岗"),
            "recruit": rng.choice(["招录", "选调生"]),
            "health": rng.choice(["健康", "良好", "较差"]),
            "preferences": rng.choice([["T1"], ["T2", "T1"]]),
            "unit_opinion": "同意",
            "band": str(rng.randint(1, 4)),
        }
        rows.append({key: person[key] for key in ("id", *columns)})
    return rows


def _posts(rng: random.Random) -> list[Row]:
    rows: list[Row] = []
    for team in ("T1", "T2"):
        for place, role in enumerate(["组长", "成员", "成员"][: rng.randint(2, 3)]):
            category = rng.choice(["planning", "writing"])
            rows.append(
                {
                    "id": f"{team}-{place + 1}", "task_force": team, "name": f"{role}{place + 1}岗", "role": role,
                    "category": category, "seats": "1", "needs": {category: "1"}, "priority": str(rng.randint(1, 3)),
                }
            )  # fmt: skip
    return rows


def _tables(rng: random.Random) -> dict[str, list[Row]]:
    return {
        "categories": [{"id": "planning", "name": "项目谋划"}, {"id": "writing", "name": "文字综合"}],
        "leaders": [{"id": "L1", "name": "县领导甲", "title": "副县长"}, {"id": "L2", "name": "县领导乙", "title": "常委"}],
        "units": [
            {
                "id": f"U{11 + place}", "name": name, "level": "县直", "kind": "政府", "approved": "40", "on_duty": "38",
                "lend_max": "9",
            }
            for place, name in enumerate(("发展和改革局", "财政局", "水利局"))
        ],
        "task_forces": [
            {"id": "T1", "name": "谋划专班", "kind": "项目攻坚", "lead_unit": "U11", "supervisor": "L1"},
            {"id": "T2", "name": "文稿专班", "kind": "重大专项", "lead_unit": "U12", "supervisor": "L2"},
        ],
        "posts": _posts(rng),
        "people": _people(rng, rng.randint(8, 15)),
    }  # fmt: skip


# --- writing -----------------------------------------------------------------------------------------------------------


def cell_text(value: Value) -> str:
    """A value as it stands in a cell."""
    if isinstance(value, list):
        return "；".join(value)
    return "；".join(f"{key}:{item}" for key, item in value.items()) if isinstance(value, dict) else value


def plain_scalar(text: str) -> str:
    """A scalar as a planner types it in YAML; quoted where it must be."""
    return text if re.fullmatch(r"[\w.\-]+", text) else json.dumps(text, ensure_ascii=False)


def yaml_value(value: Value) -> str:
    """A value in flow style."""
    if isinstance(value, list):
        return f"[{', '.join(plain_scalar(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {plain_scalar(item)}" for key, item in value.items()) + "}"
    return plain_scalar(value)


def yaml_row(row: Row) -> str:
    """A row as a line."""
    return "  - {" + ", ".join(f"{key}: {yaml_value(value)}" for key, value in row.items()) + "}"


def yaml_text(tables: dict[str, list[Row]], elsewhere: dict[str, str]) -> str:
    """The scenario file, with the lists of `elsewhere` named as files."""
    lines = [f"{name}: {place}\n" for name, place in elsewhere.items()]
    for name, rows in tables.items():
        if name not in elsewhere:
            lines.append(f"{name}:\n" + "".join(f"{yaml_row(row)}\n" for row in rows))
    return HEAD + "".join(lines) + TAIL


def csv_text(name: str, rows: list[Row], delimiter: str = ",") -> str:
    """A table with its Chinese headers."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow([HEADERS[name][key] for key in rows[0]])
    writer.writerows([cell_text(value) for value in row.values()] for row in rows)
    return out.getvalue()


def workbook_bytes(tables: dict[str, list[Row]], dates: bool) -> bytes:
    """A workbook with a sheet for every list; births as dates where asked."""
    import datetime

    import xlsxwriter

    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_numbers": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, settings) as book:
        book.set_properties({"created": datetime.datetime(2019, 6, 1)})
        month = book.add_format({"num_format": "yyyy-mm"})
        for name, rows in tables.items():
            page = book.add_worksheet(SHEETS[name])
            page.write_row(0, 0, [HEADERS[name][key] for key in rows[0]])
            for place, row in enumerate(rows, 1):
                page.write_row(place, 0, [cell_text(value) for value in row.values()])
                text = row.get("birth")
                if dates and isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d", text):
                    year, number = map(int, text.split("-"))
                    column = list(row).index("birth")
                    page.write_datetime(place, column, datetime.datetime(year, number, 1), month)
    return out.getvalue()


def written(form: str, number: int, tables: dict[str, list[Row]]) -> Base:
    """The base of these rows in this form."""
    blank = Base(form, number, {}, tables)
    if form == INLINE:
        files = {MAIN: yaml_text(tables, {}).encode()}
    elif form == BOOK:
        files = {
            MAIN: (HEAD + f"tables: {SHEET_FILE}\n" + TAIL).encode(),
            SHEET_FILE: workbook_bytes(tables, number % 2 > 0),
        }
    else:
        lists = ("units", "posts", "people")
        files = {MAIN: yaml_text(tables, {name: f"{name}.csv" for name in lists}).encode()}
        files |= {f"{name}.csv": blank.encoded(f"{name}.csv", csv_text(name, tables[name])) for name in lists}
    return replace(blank, files=files)


@cache
def make(form: str, number: int) -> Base:
    """The scenario of that number in that form."""
    if form == SHIP:
        folder = SCENARIOS / SHIPPED[number % len(SHIPPED)]
        return Base(form, number, {MAIN: (folder / MAIN).read_bytes()}, {})
    return written(form, number, _tables(random.Random(f"base/{number}")))


def document(base: Base) -> dict[str, Any]:
    """The scenario file of an inline base as plain values."""
    return {
        "format": "1",
        "name": "试验县三专班",
        "as_of": "2019-06",
        **copy.deepcopy(base.tables),
        "policy": {
            "rules": {"R05": {"mode": "hard", "years": "5"}, "R37": {"min": "1"}},
            "quotas": [{"name": "85后", "of": "birth_year >= 1985", "in": "all", "min": "20%", "mode": "target"}],
            "stages": ["unfilled", {"name": "quotas", "tolerance": "0"}, {"name": "merit", "tolerance": "0"}],
            "merit": {"fit": "5", "preference": "3", "stability": "2"},
        },
    }


def document_text(doc: Any) -> str:
    """Plain values as YAML: every row a line in the style of JSON, which is YAML too."""

    def flow(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    if not isinstance(doc, dict):
        return flow(doc) + "\n"
    lines = []
    for key, value in doc.items():
        if isinstance(value, list) and value:
            lines.append(f"{flow(key)}:\n" + "".join(f"  - {flow(item)}\n" for item in value))
        else:
            lines.append(f"{flow(key)}: {flow(value)}\n")
    return "".join(lines)
