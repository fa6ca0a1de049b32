"""Seeded error paths: damaged confidential cells, shifted columns, numbers in wrong places, bad settings, damaged plans, guesses.

`attempt(seed, ...)` makes one: files, command lines, what is looked for. A value that strays into another column cannot be known to be
confidential, so after a shift only identity numbers count; what was typed into a confidential cell must not come back at all.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.privacy.commands import LANGUAGES, Done, Place, looked_at, run, shown
from tests.privacy.matrix import DECISIONS
from tests.privacy.planted import (
    COLUMNS,
    FORMS,
    HEADERS,
    RULES,
    Case,
    assign_case,
    changed_case,
    csv_bytes,
    files,
    identity,
    merge_case,
)
from tests.privacy.scan import Hit, Scope

NUMBERS = frozenset({"identity number", "temporary file"})


@dataclass(frozen=True)
class Attempt:
    """One error path: its files, the command lines (`{folder}` is where the files are), what is looked for, whether it must be refused."""

    what: str
    files: Mapping[str, bytes]
    lines: tuple[tuple[str, ...], ...]
    scope: Scope
    refused: bool = False
    then: tuple[tuple[str, ...], ...] = field(default=())


CHECK = (("check", "{folder}"),)
STAFF = (("assign", "{folder}", "--out", "run", "--format", "text"), ("repair", "{folder}", "--format", "json"))
"""Run where the damage was accepted."""
VALUES_ONLY = frozenset(
    {
        "identity number",
        "relation",
        "sanction month",
        "status or health",
        "confidential cell",
        "interest",
        "temporary file",
    }
)
"""What is looked for there: the rest is looked for in `matrix`, in files without damage."""


def _scope(case: Case, junk: tuple[str, ...] = (), numbers: tuple[str, ...] = (), **more: Any) -> Scope:
    secrets = case.secrets
    secrets = replace(secrets, junk=junk, numbers=(*secrets.numbers, *numbers))
    return Scope(secrets, fields_may_show=True, **more)


# --- cells -----------------------------------------------------------------------------------------------------------

JUNK: Mapping[str, tuple[str, ...]] = {
    "status": ("调察壬", "停职壬癸", "病甲假", "inwestigation", "调查中壬", "sickk", "在岗壬癸"),
    "health": ("肺病甲期", "很差壬", "poorly壬", "较差壬癸", "癌症壬"),
    "sanction_end": ("2023-99", "2023年冬壬", "撤职至2023-11", "二〇二三年十一月", "2023-11-31", "4523壬1", "2023/11/壬"),
    "restricted_duty": ("或许壬", "夜盲壬癸", "半是半否", "YY壬"),
    "kin": (
        "P9癸:表舅公", "P02：：连襟姐夫", "表舅公壬", "L9癸:义姊婿", "P05:表舅公", "P02:表舅公；P02:义姊婿", "P02:表舅公:连襟姐夫", ":义姊婿", "P2癸",
    ),
    "conflicts": ("D78壬", "T9癸；D77", "D7癸", "T1；T1癸", "D77/D71癸"),
}  # fmt: skip
"""What a planner may type by mistake; none of it may come back."""

TAME = frozenset({"P02:表舅公；P02:义姊婿"})
"""Typed values whose parts are planted already."""


def _bad_number(random_: random.Random, good: str) -> Any:
    ways: tuple[Callable[[], Any], ...] = (
        lambda: good[:-1] + str((int(good[-1], 36) + 3) % 10),
        lambda: good[:-1],
        lambda: good + "7",
        lambda: f"{good[:6]} {good[6:14]} {good[14:]}",
        lambda: "".join(chr(ord(mark) + 0xFEE0) if mark.isdigit() else mark for mark in good),
        lambda: good.replace("0", "O"),
        lambda: f"{good}.0",
        lambda: f"{good[0]}.{good[1:8]}E+17",
        lambda: f"{good[:6]}-{good[6:14]}-{good[14:]}",
        lambda: good[:15] + "000",
        lambda: float(good[:17] + "0"),
        lambda: f"'{good[:-1]}9",
        lambda: good[:6] + "19851399" + good[14:] if len(good) == 18 else good[:6] + "851399" + good[12:],
        lambda: identity("19500707", random_.randrange(100, 999)),
    )
    return random_.choice(ways)()


def _cell(random_: random.Random, case: Case) -> Attempt:
    """A damaged value in a confidential column."""
    form = random_.choice(FORMS)
    column = random_.choice(COLUMNS)
    row = random_.choice(case.tables["people"])
    if column == "id_card":
        value = _bad_number(random_, row["id_card"])
        text = str(int(value)) if isinstance(value, float) else str(value)
        digits = "".join(mark for mark in text if mark.isalnum())
        scope = _scope(case, (text,) if len(text) > 12 else (), (digits,) if len(digits) >= 15 else ())
    else:
        value = random_.choice(JUNK[column])
        scope = _scope(case, () if value in TAME else (value,))
    damaged = case.person(row["id"], **{column: str(value)})
    grid: Any = damaged.grid()
    if isinstance(value, float) and form == "xlsx":
        grid[1 + case.tables["people"].index(row)][list(HEADERS["people"]).index(column)] = value
    what = f"cell {row['id']} {column}={value!r} in {form}"
    return Attempt(what, files(damaged, form, grid if form != "yaml" else None), CHECK, scope, then=STAFF)


def _error_cell(random_: random.Random, case: Case) -> Attempt:
    """A formula, an error value or a number of the wrong kind in a confidential cell of a workbook."""
    grid: Any = case.grid()
    column = random_.choice(COLUMNS)
    place = list(HEADERS["people"]).index(column)
    row = random_.randrange(1, len(grid))
    value = random_.choice(
        (("=NA()", "#N/A"), ("=1/0", "#DIV/0!"), ('="较差"', "较差"), ("=A1", ""), 45231.0, 0.1, 1e17)
    )
    grid[row][place] = value
    return Attempt(
        f"cell {column} of row {row + 1} is {value!r} in xlsx",
        files(case, "xlsx", grid),
        CHECK,
        _scope(case),
        then=STAFF,
    )


# --- shifts, headers, numbers elsewhere ------------------------------------------------------------------------------


def _shift(random_: random.Random, case: Case) -> Attempt:
    """Cells of some rows moved to the left or right: identity numbers and all."""
    form = random_.choice(("csv", "xlsx"))
    grid = case.grid()
    rows = range(1, len(grid)) if random_.random() < 0.5 else [random_.randrange(1, len(grid))]
    left = random_.random() < 0.3
    column, steps = (
        (random_.randrange(2), random_.choice((1, 2))) if left else (random_.randrange(3), random_.randrange(1, 24))
    )
    for row in rows:
        rest = grid[row][column:]
        grid[row][column:] = [*rest[steps:], *rest[:steps]] if left else [*[""] * steps, *rest]
        if random_.random() < 0.5:
            del grid[row][len(grid[0]) :]
    side = "left" if left else "right"
    what = f"rows {[row + 1 for row in rows][:3]} shifted {steps} to the {side} from column {column + 1} in {form}"
    scope = replace(_scope(case), only=NUMBERS)
    return Attempt(what, files(case, form, grid), CHECK, scope, then=STAFF)


def _header(random_: random.Random, case: Case) -> Attempt:
    """Header cells lost, exchanged, repeated; or no header at all."""
    form = random_.choice(("csv", "xlsx"))
    grid = case.grid()
    keys = list(HEADERS["people"])
    way = random_.choice(("none", "swap", "twice", "blank", "misspelt", "title", "number"))
    one, other = (
        keys.index("id_card"),
        random_.choice([n for n, key in enumerate(keys) if key not in COLUMNS and key != "id"]),
    )
    if way == "none":
        grid = grid[1:]
    elif way == "swap":
        grid[0][one], grid[0][other] = grid[0][other], grid[0][one]
    elif way == "twice":
        grid[0][other] = grid[0][one]
    elif way == "blank":
        grid[0][random_.choice((one, other))] = ""
    elif way == "misspelt":
        grid[0][one] = random_.choice(("身份号", "身份證號碼", "证件号", "ID card no"))
    elif way == "title":
        grid.insert(0, [f"人员名册 {case.secrets.numbers[0]}"])
    else:
        grid[0][other] = case.secrets.numbers[1]
    scope = replace(_scope(case), only=NUMBERS)
    return Attempt(f"header: {way} ({keys[other]}) in {form}", files(case, form, grid), CHECK, scope, then=STAFF)


def _elsewhere(random_: random.Random, case: Case) -> Attempt:
    """An identity number in a cell of any list."""
    form = random_.choice(FORMS)
    name = random_.choice(("people", "people", "people", *case.tables))
    row = random_.randrange(len(case.tables[name]))
    column = random_.choice([key for key in HEADERS[name] if key != "id_card"])
    number = random_.choice(case.secrets.numbers)
    value = random_.choice((number, f"身份证{number}", f"{number}；T1", f"T1:{number}"))
    rows = [({**item, column: value} if n == row else item) for n, item in enumerate(case.tables[name])]
    if name == "people" and random_.random() < 0.5:
        rows[row] = {key: cell for key, cell in rows[row].items() if key != "id_card"}
    damaged = replace(case, tables={**case.tables, name: rows})
    what = f"{name} row {row + 1} {column}={value!r} in {form}"
    return Attempt(what, files(damaged, form), CHECK, replace(_scope(case), only=NUMBERS), then=STAFF)


# --- policy, YAML, bytes ---------------------------------------------------------------------------------------------


def _setting(random_: random.Random, case: Case) -> Attempt:
    """A setting of a confidential rule that cannot be."""
    rule = random_.choice(RULES)
    bad: Any = random_.choice(
        (
            {"mode": "hrad"}, {"years": "5"}, "sometimes", {"mode": "hard", "limit": "x"}, {"mode": "目标目标"}, ["hard"],
            {"mode": {"hard": "1"}}, "2022-13", {"mode": "hard", "months": "-3"},
        )
    )  # fmt: skip
    policy: dict[str, Any] = {**case.policy, "rules": {**case.policy["rules"], rule: bad}}
    way = random_.random()
    if way < 0.2:
        policy["rules"] = {**case.policy["rules"], f"{rule}a": "hard"}
    elif way < 0.4:
        subject = random_.choice(
            ("status == 调查", 'health == "较差"', "sanction_end > 2023-01", "kin", "restricted_duty")
        )
        policy = {**case.policy, "quotas": [{"name": "某项", "of": subject, "in": "all", "min": "1"}]}
    what = f"policy {rule}={bad!r}" if way >= 0.4 else f"policy {policy.get('quotas') if way >= 0.2 else rule + 'a'}"
    scope = _scope(case, own_setting=True)
    typed = ("status == 调查", "较差") if 0.2 <= way < 0.4 else ()
    damaged = replace(case, policy=policy)
    return Attempt(what, files(damaged, "yaml"), CHECK, replace(scope, typed=typed), then=STAFF)


def _yaml_line(random_: random.Random, key: str, value: str, number: str) -> str:
    return random_.choice(
        (
            f"{key}: *{value}", f"{key}: !{value} x", f"{key}: &{value}", f'{key}: "{value}', f"{key}: '{value}", f"\t{key}: {value}",
            f'{key}: "\\q{value}"', f"{key}: {value}: x", f"{key}: {{{value}", f"{key}: [{value}", f"{key}: @{value}", f"{key}: `{value}",
            f"{key}: %{value}", f"{key}: {value}\n    {key}: {value}", f"{number}: x", f"? {number}", f"{key}：{value}", f"{key}: |{value}",
            f"<<: *{value}", f"{key}: [{value}, [{value}]]", f"{key}: {{a: {value}}}", f"{key}: [{{person: {value}, relation: {value}, x: {value}}}]",
            f"{key}: {{person: {value}}}", f"{key}: !!int {value}", f"{key}x: {value}", f"{key}: {value}]", f"{number}", f"{key} {value}",
            f"{key}: “{value}”", f"{key}: {value}\x07", f"{key}: - {value}",
        )
    )  # fmt: skip


def _yaml(random_: random.Random, case: Case) -> Attempt:
    """A line with a confidential value that is no YAML, or another kind of it."""
    lines = files(case, "yaml")["scenario.yaml"].decode().splitlines()
    starts = [n for n, line in enumerate(lines) if line.strip().partition(":")[0] in COLUMNS and line.startswith("  ")]
    place = random_.choice(starts)
    key, _, value = lines[place].strip().partition(": ")
    value = value.strip("'\"")
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    lines[place] = indent + _yaml_line(random_, key, value, case.secrets.numbers[2])
    what = f"line {place + 1} of the scenario: {lines[place].strip()!r}"
    known = "健康 良好 一般 在岗 是 否"
    junk = (value,) if value not in known.split() and len(value) > 2 else ()
    if "x:" in lines[place] and not lines[place].strip().startswith((key, "?")):
        junk = ()  # an unknown key is named, and a bare number with it: that counts as an identity number
    text = "\n".join(lines) + "\n"
    return Attempt(what, {"scenario.yaml": text.encode()}, CHECK, _scope(case, junk), then=STAFF)


def _bytes(random_: random.Random, case: Case) -> Attempt:
    """Broken bytes, stray quotes, cut rows, other encodings in the table of people."""
    data = bytearray(csv_bytes(case.grid()))
    where = data.find(random_.choice(case.secrets.numbers).encode())
    way = random_.choice(("byte", "cut", "quote", "nul", "utf-16", "gbk", "newline", "cr", "semicolon", "sep"))
    if way == "byte":
        data[where + 3 : where + 4] = b"\xff"
    elif way == "cut":
        del data[where + random_.randrange(1, 60) :]
    elif way == "quote":
        data[where + 20 : where + 20] = b'"'
    elif way == "nul":
        data[where + 8 : where + 8] = b"\x00"
    elif way == "newline":
        data[where + 9 : where + 9] = b"\n"
    elif way == "cr":
        data = bytearray(bytes(data).replace(b"\r\n", b"\r"))
    elif way == "semicolon":
        data[where - 1 : where] = b";"
    elif way == "sep":
        data[3:3] = b"sep=;\r\n"
    else:
        data = bytearray(bytes(data).decode("utf-8-sig").encode("utf-16" if way == "utf-16" else "gb18030"))
    made = {**files(case, "csv"), "people.csv": bytes(data)}
    return Attempt(f"people.csv: {way} near byte {where}", made, CHECK, replace(_scope(case), only=NUMBERS), then=STAFF)


# --- plans, guesses, arguments ---------------------------------------------------------------------------------------


def _altered_plan(random_: random.Random, plan: dict[str, Any], numbers: tuple[str, ...]) -> str:
    """A plan with one thing altered; what it was."""
    filled = [seat for seat in plan["seats"] if seat["person"]]
    seat = random_.choice(filled)
    way = random_.choice(
        ("barred", "kin", "number", "name", "person", "types", "lost", "status", "warning", "stage", "hash")
    )
    if way == "barred":
        seat["person"] = random_.choice(("P06", "P07", "P08", "P05", "P04", "P09", "P03"))
    elif way == "kin":
        for other, key in zip(filled, ("P01", "P02", "P12", "P14"), strict=False):
            other["person"] = key
    elif way in ("number", "name"):
        seat["person" if way == "number" else "name"] = random_.choice(numbers)
    elif way == "person":
        seat["person"] = "P9癸"
    elif way == "types":
        plan[random_.choice(("seats", "stages", "scenario", "warnings"))] = random_.choice(("x", 3, None, [], {"a": 1}))
    elif way == "lost":
        del plan[random_.choice(list(plan))]
    elif way == "status":
        plan["status"] = random_.choice(("infeasible", "stopped", "x", 1))
    elif way == "warning":
        plan["warnings"] = [
            *plan["warnings"][1:],
            {"rule": "R19", "amount": 1, "subject": ["person", "P05"], "code": "bar.confidential", "args": {}},
        ]
    elif way == "stage":
        plan["stages"][-1]["value"] = random_.choice((-1, "x", None, 10**9))
    else:
        plan["scenario"]["sha256"] = "0" * 64
    return way


PLAN_QUESTIONS = (
    (("audit", "{folder}/run"), ()), (("why", "P05", "--plan", "{folder}/run"), ("P05",)), (("why", "T1-head", "--plan", "{folder}/run"), ()),
    (("why-not", "P05", "T1-head", "--plan", "{folder}/run"), ("P05",)), (("compare", "{folder}/run", "{folder}"), ()),
    (("what-would-it-take", "P06", "T1-head", "--plan", "{folder}/run"), ("P06",)),
)  # fmt: skip


def finished(place: Place, case: Case) -> dict[str, bytes]:
    """The files of a scenario with a run folder of it."""
    made = files(case, "csv")
    folder = place.put("finished", made)
    done = run(place, "assign", str(folder), "--out", "run")
    return {**made, **done.files}


def _plan(random_: random.Random, case: Case, made: Mapping[str, bytes]) -> Attempt:
    """A plan that was altered, broken off, or is of a roster that has changed."""
    found = dict(made)
    manifest = json.loads(found["run/manifest.json"])
    manifest["scenario"]["path"] = "../scenario.yaml"
    words, asked = random_.choice(PLAN_QUESTIONS)
    way = random_.random()
    if way < 0.15:
        found["run/plan.json"] = found["run/plan.json"][: random_.randrange(len(found["run/plan.json"]))]
        what = "plan.json broken off"
    elif way < 0.35:
        found |= {name: data for name, data in files(changed_case(), "csv").items() if name == "people.csv"}
        words, asked = PLAN_QUESTIONS[0] if way < 0.25 else (words, asked)
        what = "the roster has changed since"
    else:
        plan = json.loads(found["run/plan.json"])
        what = f"plan.json altered: {_altered_plan(random_, plan, case.secrets.numbers)}"
        found["run/plan.json"] = json.dumps(plan, ensure_ascii=False).encode()
    if random_.random() < 0.15:
        manifest["scenario"] = random_.choice((None, [], {"path": 3}, {"path": case.secrets.numbers[0]}))
        what += ", manifest altered"
    found["run/manifest.json"] = json.dumps(manifest).encode()
    scope = replace(
        _scope(case), fields_may_show=False, asked=frozenset(asked), secrets=replace(case.secrets, totals=())
    )
    lines = (words, *(((*words, "--scenario", "{folder}"),) if words[0] in ("audit", "why") else ()))
    return Attempt(what, found, lines, scope)


VALUES: Mapping[str, tuple[str, ...]] = {
    "status": ("调查", "病假", "investigation", "在岗", "退休", "停职壬"), "health": ("较差", "poor", "良好", "肺病壬"),
    "sanction_end": ("2023-11", "2024-01", "", "2023-99"), "restricted_duty": ("是", "否", "或许壬"),
    "kin": ("P02:表舅公", "L9:连襟姐夫", "", "P9癸:义姊婿"), "conflicts": ("D77", "T1", "", "D78壬"),
    "id_card": (identity("19850307", 211), "3308991985030721", ""),
}  # fmt: skip
TYPED_BY_ALL = frozenset({"", "是", "否", "在岗", "退休", "良好", "T1", "D77"})


def guesses(random_: random.Random, case: Case) -> tuple[str, str, str]:
    """An edit of a confidential field or rule, the person and the value it names."""
    if random_.random() < 0.3:
        rule = random_.choice(RULES)
        way = random_.choice(
            (
                "policy.rules.{0}=off",
                "policy.rules.{0}.mode=off",
                "policy.rules.{0}.mode=warn",
                "-policy.rules.{0}",
                "policy.rules.{0}=",
            )
        )
        return way.format(rule), "", ""
    row = random_.choice(case.tables["people"])
    column = random_.choice(COLUMNS)
    value = random_.choice((*VALUES[column], row.get(column, "")))
    return f"people.{random_.choice((row['id'], row['name']))}.{column}={value}", row["id"], value


def _guess(random_: random.Random, case: Case) -> Attempt:
    """A what-if that guesses: to be refused before anything is solved, without the value."""
    edit, who, value = guesses(random_, case)
    other = random_.choice(("", "policy.rules.R05.years=4", "people.P11.title=科员"))
    made = files(case, "csv")
    if random_.random() < 0.35:
        listed = "".join(f"  - {json.dumps(item, ensure_ascii=False)}\n" for item in (edit, other) if item)
        made["grid.yaml"] = f"format: 1\nrows:\n{listed}".encode()
        line: tuple[str, ...] = (
            "what-if",
            "{folder}",
            "--grid",
            "{folder}/grid.yaml",
            "--out",
            "grid",
            "--processes",
            "1",
            "--progress",
            "json",
        )
    elif edit.startswith("-"):
        line = ("what-if", "{folder}", "--drop", edit[1:], "--progress", "json")
    else:
        line = (
            "what-if",
            "{folder}",
            *(part for item in (edit, other) if item for part in ("--set", item)),
            "--progress",
            "json",
        )
    number = (value,) if len(value) >= 15 and value.isalnum() else ()
    scope = _scope(case, () if value in TYPED_BY_ALL else (value,), number, asked=frozenset({who}), own_setting=True)
    return Attempt(f"guess {edit!r} in {line[2]}", made, (line,), scope, True)


def _argument(random_: random.Random, case: Case, made: Mapping[str, bytes]) -> Attempt:
    """An identity number typed where something else belongs on the command line."""
    number = random_.choice(case.secrets.numbers)
    plan = ("--plan", "{folder}/run")
    line = random_.choice(
        (
            ("why", number, *plan), ("why-not", number, "T1-head", *plan), ("why-not", "P05", number, *plan), ("why-not", number, *plan),
            ("what-would-it-take", "P05", f"T{number}", *plan), ("what-if", "{folder}", "--set", f"people.{number}.title=x"),
            ("what-if", "{folder}", "--set", f"people.P05.title={number}", "--format", "json"), ("what-if", "{folder}", "--drop-person", number),
            ("what-if", "{folder}", "--set", f"people.P05.name={number}"),
            ("what-if", "{folder}", "--pin", f"{number}@T1-head"), ("what-if", "{folder}", "--pin", f"P05@{number}"),
            ("what-if", "{folder}", "--pin", f"P10@T1-head!{number}"), ("what-if", "{folder}", "--drop-pin", f"{number}@T1"),
            ("what-if", "{folder}", "--set", number), ("alternatives", "{folder}", "--tolerance", number), ("explain-code", number),
            ("assign", "{folder}", "--seed", number), ("check", "{folder}", "--lang", number), ("assign", "{folder}", f"--{number}"),
            ("why", f"{number}+T1", *plan), ("what-if", "{folder}", "--kind", number, "--set", "policy.rules.R05.years=4"), (number,),
        )
    )  # fmt: skip
    found = {**made, "run/manifest.json": made["run/manifest.json"]}
    return Attempt(f"argument {number}", found, (line,), replace(_scope(case), only=NUMBERS, asked=frozenset({"P05"})))


def _further_file(random_: random.Random, case: Case) -> Attempt:
    """An identity number or a damaged row in a file of decisions, of a grid, of synonyms, or in a base."""
    number = case.secrets.numbers[random_.randrange(3)]
    made = files(merge_case(), "yaml")
    way = random_.choice(("decisions", "grid", "synonyms", "base", "tables"))
    line: tuple[str, ...]
    if way == "decisions":
        text = DECISIONS.replace(
            random_.choice(("T03", "保留", "领导小组", "2022-07-20", "继续", "task_force")), number
        )
        line = ("restructure", "{folder}", "--decisions", "{folder}/more.yaml", "--time-limit", "10")
    elif way == "grid":
        text = random_.choice(
            (
                f"format: {number}\nrows: [x]\n",
                f"{number}: 1\n",
                f"rows:\n  - {{label: {number}, edit: [x]}}\n",
                f"rows: ['{number}']\n",
            )
        )
        line = ("what-if", "{folder}", "--grid", "{folder}/more.yaml", "--kind", "merge", "--out", "grid")
    elif way == "synonyms":
        text, line = f"{number}: [a\n{number}", ("overlap", "{folder}", "--synonyms", "{folder}/more.yaml")
    elif way == "base":
        text, line = f"format: 1\nbase: {number}\n", ("check", "{folder}/more.yaml")
    else:
        text, line = (
            f"format: 1\nname: x\nas_of: 2022-08\npeople: '{number}.csv'\ntables: '{number}.xlsx#{number}'\n",
            ("check", "{folder}/more.yaml"),
        )
    case = replace(merge_case(), name=case.name)
    scope = replace(_scope(case), only=NUMBERS, secrets=replace(case.secrets, numbers=(*case.secrets.numbers, number)))
    return Attempt(f"{way} with {number}", {**made, "more.yaml": text.encode()}, (line,), scope)


KINDS: tuple[str, ...] = (
    "cell", "cell", "cell", "shift", "shift", "elsewhere", "elsewhere", "header", "setting", "yaml", "bytes", "plan", "guess", "guess",
    "argument", "error cell", "further file",
)  # fmt: skip


def attempt(seed: int, made: Mapping[str, bytes], case: Case | None = None) -> Attempt:
    """The error path of a seed; `made` are the files of a finished plan (`finished`)."""
    random_ = random.Random(seed)
    case = case or assign_case()
    makers: Mapping[str, Callable[[], Attempt]] = {
        "cell": lambda: _cell(random_, case),
        "shift": lambda: _shift(random_, case),
        "elsewhere": lambda: _elsewhere(random_, case),
        "header": lambda: _header(random_, case),
        "setting": lambda: _setting(random_, case),
        "yaml": lambda: _yaml(random_, case),
        "bytes": lambda: _bytes(random_, case),
        "plan": lambda: _plan(random_, case, made),
        "guess": lambda: _guess(random_, case),
        "argument": lambda: _argument(random_, case, made),
        "error cell": lambda: _error_cell(random_, case),
        "further file": lambda: _further_file(random_, case),
    }
    return makers[KINDS[seed % len(KINDS)]]()


@dataclass(frozen=True)
class Outcome:
    """A command line of an error path, how it ended, and its hits."""

    line: str
    done: Done
    hits: list[Hit]


def tried(
    place: Place, seed: int, made: Mapping[str, bytes], languages: tuple[str, ...] = LANGUAGES
) -> Iterator[Outcome]:
    """Run the command lines of one error path, and those that staff where the damage was accepted."""
    case = assign_case()
    one = attempt(seed, made, case)
    folder = place.put("damaged", one.files)
    lines, accepted = list(one.lines), 0
    for number, pattern in enumerate([*lines, *one.then]):
        if number >= len(lines) and accepted != 0:
            break
        for language in languages if number < len(lines) else languages[seed % len(languages) :][:1]:
            words = tuple(part.format(folder=folder) if "{folder}" in part else part for part in pattern)
            words += () if "--lang" in words else ("--lang", language)
            again = f"seed {seed}: {one.what}: {shown(words, place)}"
            scope = one.scope if number < len(lines) else replace(one.scope, only=one.scope.only or VALUES_ONLY)
            done, hits = looked_at(place, scope, *words, again=again)
            yield Outcome(again, done, [*hits, *_refusal(one, done, again)])
        accepted = done.code


def _refusal(one: Attempt, done: Done, again: str) -> list[Hit]:
    """Guesses must be refused with exit 2, before anything is solved and nothing written."""
    if not one.refused:
        return []
    if done.code != 2:
        return [Hit("what-if", "guess", "exit code", f"not refused: exit {done.code}", again)]
    if '"stage"' in done.stderr or done.files:
        return [Hit("what-if", "guess", "stderr", "refused only after a solve, or with files written", again)]
    return []


def shown_attempt(place: Place, seed: int, folder: Path) -> Iterator[str]:
    """One error path as text, its input files kept in a folder."""
    made = finished(place, assign_case())
    one = attempt(seed, made, assign_case())
    for name, data in one.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for outcome in tried(place, seed, made):
        yield f"$ {outcome.line}\nexit {outcome.done.code}\n{outcome.done.stdout}{outcome.done.stderr}{outcome.done.crash}"
        yield from (f"  HIT {hit.kind} in {hit.where}: {hit.excerpt}" for hit in outcome.hits)


__all__ = ["KINDS", "Attempt", "Outcome", "attempt", "finished", "guesses", "shown_attempt", "tried"]
