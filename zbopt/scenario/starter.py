"""The scenario `zbopt init` writes: three task forces and nine invented people, commented, solving as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from zbopt.scenario import words
from zbopt.scenario.headers import HEADERS, SHEETS

Table = tuple[Sequence[str], Sequence[Sequence[str]]]

_TABLES: dict[str, Table] = {
    "people": (
        "id name unit birth gender political categories specialist stepped_down current.task_force current.post preferences".split(),
        (
            (
                "P01",
                "甲一",
                "U01",
                "1986-03",
                "male",
                "party_member",
                "planning:4；writing:3",
                "true",
                "false",
                "T01",
                "T01-head",
                "T01",
            ),
            (
                "P02",
                "甲二",
                "U01",
                "1990-07",
                "female",
                "party_member",
                "planning:3",
                "true",
                "false",
                "T01",
                "T01-plan",
                "T01；T02",
            ),
            ("P03", "甲三", "U02", "1979-11", "male", "party_member", "planning:4", "false", "false", "", "", "T02"),
            ("P04", "甲四", "U02", "1988-01", "female", "masses", "planning:3；writing:4", "true", "false", "", "", ""),
            (
                "P05",
                "甲五",
                "U03",
                "1964-05",
                "male",
                "party_member",
                "writing:5；planning:3",
                "false",
                "true",
                "T03",
                "T03-adviser",
                "T03",
            ),
            ("P06", "甲六", "U03", "1992-09", "female", "league", "writing:4", "true", "false", "", "", "T03；T01"),
            (
                "P07",
                "甲七",
                "U01",
                "1983-02",
                "male",
                "party_member",
                "writing:4；planning:2",
                "false",
                "false",
                "T03",
                "T03-head",
                "",
            ),
            ("P08", "甲八", "U02", "1991-12", "male", "party_member", "planning:3", "true", "false", "", "", "T02"),
            (
                "P09",
                "甲九",
                "U03",
                "1987-06",
                "female",
                "masses",
                "planning:3；writing:3",
                "true",
                "false",
                "",
                "",
                "T01",
            ),
        ),
    ),
    "units": (
        "id name level on_duty lend_max".split(),
        (
            ("U01", "县发展改革局", "county", "40", "3"),
            ("U02", "县住房建设局", "county", "35", "3"),
            ("U03", "县委办公室", "county", "30", "3"),
        ),
    ),
    "leaders": (("id", "name"), (("L1", "副县长甲"), ("L2", "副县长乙"))),
    "categories": (("id", "name"), (("planning", "项目谋划"), ("writing", "文字综合"))),
    "task_forces": (
        "id name kind lead_unit supervisor size.min size.max".split(),
        (
            ("T01", "乡村振兴专班", "project", "U01", "L1", "2", "4"),
            ("T02", "城市更新专班", "project", "U02", "L1", "2", "4"),
            ("T03", "综合文稿专班", "special", "U03", "L2", "2", "4"),
        ),
    ),
    "posts": (
        "id task_force role category seats needs wants priority".split(),
        (
            ("T01-head", "T01", "head", "", "1", "planning:3", "writing:3", "1"),
            ("T01-plan", "T01", "member", "planning", "2", "planning:3", "", "2"),
            ("T02-head", "T02", "head", "", "1", "planning:4", "", "1"),
            ("T02-plan", "T02", "member", "planning", "1", "planning:3", "", "2"),
            ("T03-head", "T03", "head", "", "1", "writing:4", "", "1"),
            ("T03-write", "T03", "member", "writing", "1", "writing:4", "", "2"),
            ("T03-adviser", "T03", "adviser", "writing", "1", "writing:4", "", "3"),
        ),
    ),
}

_YAML = {
    "en": """# A zbopt scenario. Check it: zbopt check .   Staff it: zbopt assign .
format: 1
name: {name}
as_of: 2019-06                        # ages and service years are counted at this month
term: {{from: 2019-07, to: 2020-06}}    # the period the plan is for
{tables}
policy:
  rules:
    R13: {{mode: hard, township: 5}}    # people a unit may lend; lend_max of the unit wins
    R37: {{mode: target, min: 2, max: 4}}  # team size
  quotas:                             # a share 40% or a count 3; mode hard or target
    - {{name: {young}, of: birth_year >= 1985, in: all, min: 50%, mode: target}}
    - {{name: {specialist}, of: specialist, in: each, min: 33%, mode: target}}
  merit: {{fit: 5, preference: 3, stability: 2}}
  solver: {{time_limit_seconds: 60, seed: 1}}
""",
    "zh": """# 专班方案。检查：zbopt check .    求解：zbopt assign .
format: 1
name: {name}
as_of: 2019-06                        # 年龄、工作年限按此月计算
term: {{from: 2019-07, to: 2020-06}}    # 方案适用期
{tables}
policy:
  rules:
    R13: {{mode: hard, township: 5}}    # 单位抽调上限；单位表的抽调上限优先
    R37: {{mode: target, min: 2, max: 4}}  # 专班人数
  quotas:                             # 比例 40% 或人数 3；mode 为 hard（刚性）或 target（目标）
    - {{name: {young}, of: birth_year >= 1985, in: all, min: 50%, mode: target}}
    - {{name: {specialist}, of: specialist, in: each, min: 33%, mode: target}}
  merit: {{fit: 5, preference: 3, stability: 2}}   # 匹配、意愿、稳定的权重
  solver: {{time_limit_seconds: 60, seed: 1}}
""",
}

_CHOICES: dict[tuple[str, str], type[words.Word]] = {
    ("people", "gender"): words.Gender,
    ("people", "political"): words.Political,
    ("units", "level"): words.UnitLevel,
    ("task_forces", "kind"): words.TaskForceKind,
    ("posts", "role"): words.Role,
}
_FLAGS = frozenset({"specialist", "stepped_down"})
_CATEGORIES = {"planning": "谋划", "writing": "文字"}


def _localised(name: str, table: Table, language: str) -> Table:
    """Headers and values in the language of the run."""
    keys, rows = table
    if language == "en":
        return table
    headers = {key: header for header, key in HEADERS[name].items()}
    return [headers[key] for key in keys], [
        [_cell(name, key, value) for key, value in zip(keys, row, strict=True)] for row in rows
    ]


def _cell(name: str, key: str, value: str) -> str:
    if key in _FLAGS:
        return "是" if value == "true" else "否"
    if (name, key) in _CHOICES:
        return _CHOICES[name, key](value).zh
    for english, chinese in _CATEGORIES.items():
        if key in ("categories", "needs", "wants", "category") or (name == "categories" and key == "id"):
            value = value.replace(english, chinese)
    return value


def starter_files(language: str, workbook: bool) -> dict[str, bytes]:
    """File name to content; `language` is `en` or `zh`."""
    tables = {name: _localised(name, table, language) for name, table in _TABLES.items()}
    named = {"en": ("Pilot county 2019", "born 1985 or later", "specialists"), "zh": ("试点县 2019", "85后", "专业型")}
    name, young, specialist = named[language]
    if workbook:
        listed = "tables: tables.xlsx"
        files = {"tables.xlsx": _workbook(tables, language)}
    else:
        listed = "\n".join(f"{key}: {key}.csv" for key in tables)
        files = {f"{key}.csv": _csv(table) for key, table in tables.items()}
    text = _YAML[language].format(name=name, tables=listed, young=young, specialist=specialist)
    return {"scenario.yaml": text.encode(), **files}


def _csv(table: Table) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([table[0], *table[1]])
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(tables: dict[str, Table], language: str) -> bytes:
    """One sheet a list, drop-down lists for enumerated values, a note on each of their headers; all cells text."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    for name, (headers, rows) in tables.items():
        page = book.add_worksheet(SHEETS[name] if language == "zh" else name)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        keys = _TABLES[name][0]
        for place, (key, header) in enumerate(zip(keys, headers, strict=True)):
            page.write_string(0, place, header, head)
            page.set_column(place, place, 14, text)
            options = _options(name, key, language)
            if options:
                page.data_validation(
                    1, place, 500, place, {"validate": "list", "source": options, "error_type": "warning"}
                )
                page.write_comment(0, place, " / ".join(options))
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                page.write_string(number, place, value, text)
    book.close()
    return buffer.getvalue()


def _options(name: str, key: str, language: str) -> list[str]:
    if key in _FLAGS:
        return ["是", "否"] if language == "zh" else ["true", "false"]
    kind = _CHOICES.get((name, key))
    return [] if kind is None else [item.zh if language == "zh" else item.value for item in kind]
