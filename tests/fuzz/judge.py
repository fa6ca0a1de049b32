"""What is wrong with an outcome. A judge that cries wolf is of no use, so it asks for no more than what is beyond doubt."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fuzz.base import BOOK, CSV, GB, MAIN, SHEET_FILE, SHIP, Base, Files
from tests.fuzz.child import MEGABYTES, PATIENCE, SECONDS, Lists, Outcome
from tests.fuzz.container import planted_rows
from tests.fuzz.damage import PLAN, ROWS, SAME, TOLD, Damage

CODES = {
    "check": {0, 2},
    "assign": {0, 2, 3, 4},  # 5 is a defect found by the audit: of a fresh plan there is none
    "audit": {0, 2, 5},
    "why": {0, 2, 3, 4, 5},
}
"""The exit codes a command may have here."""

MOST_OUTPUT = 200_000
"""Characters: what is said stays readable, whatever was damaged."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NATIVE = re.compile(r"panicked at|memory allocation of|terminate called|Segmentation fault|core dumped")
SUPPLY = re.compile(r"\bZ3\d\d\b")
"""Codes of what a scenario lacks. A word about seats that nobody can take is no word about the people who were lost."""
BLANKS: tuple[Any, ...] = (None, "", False, "on_duty")


@dataclass(frozen=True)
class Failure:
    """What is wrong: `title` says of what kind, `detail` where."""

    title: str
    detail: str = ""


# --- the end of the command --------------------------------------------------------------------------------------------


def ended(outcome: Outcome, damage: Damage) -> Iterator[Failure]:
    """Faults of how a command ended and of what it printed."""
    shown = outcome.stdout + outcome.stderr
    if outcome.hung:
        yield Failure("hangs", f"waits for something, or works for over {PATIENCE} s")
        return
    if outcome.signal == signal.SIGXCPU:
        yield Failure(f"over {SECONDS} s", "ended")
        return
    if outcome.signal:
        yield Failure(f"ended by signal {outcome.signal}", _last(outcome.stderr))
        return
    if outcome.code is None:
        yield Failure("ended without a word", _last(outcome.stderr))
        return
    if outcome.crash:
        yield Failure(f"traceback: {_kind(outcome.crash)}", _last(outcome.crash))
    elif "Traceback (most recent call last)" in shown:
        yield Failure("traceback shown", _last(outcome.stderr))
    elif outcome.code not in CODES[outcome.arguments[0]]:
        yield Failure(f"exit {outcome.code} of {outcome.arguments[0]}", _last(outcome.stderr))
    if NATIVE.search(outcome.stderr):
        yield Failure("words of a native library", outcome.stderr[:200])
    if outcome.seconds > SECONDS:
        yield Failure(f"over {SECONDS} s", f"{outcome.seconds:.1f} s")
    if outcome.megabytes > MEGABYTES:
        yield Failure("over 1 GB", f"{outcome.megabytes:.0f} MB")
    if outcome.code == 2 and not outcome.stderr.strip():
        yield Failure("refused without a word")
    yield from printed(shown, damage)


def printed(shown: str, damage: Damage) -> Iterator[Failure]:
    """Faults of what a command printed."""
    if len(shown) > MOST_OUTPUT:
        yield Failure("flood of messages", f"{len(shown)} characters, {shown.count(chr(10))} lines")
    found = CONTROLS.search(shown)
    if found:
        yield Failure("raw control character", repr(shown[max(0, found.start() - 40) : found.end() + 10]))
    if damage.secret and damage.secret in shown:
        line = next(line for line in shown.splitlines() if damage.secret in line)
        yield Failure("identity number shown", line[:160])


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def _kind(crash: str) -> str:
    """The exception and the function of zbopt it came from."""
    frames = re.findall(r'File ".*?(zbopt[/\\][\w/\\]+\.py)", line \d+, in (\w+)', crash)
    name = _last(crash).split(":")[0].split(".")[-1][:60]
    return f"{name} in {frames[-1][0]}:{frames[-1][1]}" if frames else name


# --- what was read -----------------------------------------------------------------------------------------------------


def kept(base: Base, damage: Damage, outcome: Outcome, before: Outcome) -> Iterator[Failure]:
    """Rows and values that were lost without a word. `before` is the outcome of the base itself."""
    place = damage.place
    if outcome.code == 2:
        if place and not re.search(re.escape(place) + r"(?!\d)", outcome.stderr):
            yield Failure("the place is not named", f"{place}: {(outcome.stderr.splitlines() or [''])[0][:160]}")
        return
    if outcome.code != 0 or outcome.read is None:
        return
    lines = set(outcome.stderr.splitlines()) - set(before.stderr.splitlines())
    words = set(outcome.told) - set(before.told) | {line for line in lines if not SUPPLY.search(line)}
    if any(damage.touched in item for item in words):
        if place and not any(re.search(re.escape(place) + r"(?!\d)", item) for item in words):
            yield Failure("the place is not named", f"{place}: {sorted(words)[:3]}")
        return
    if damage.must == TOLD:
        yield Failure("accepted without a word", _differences(before.read or {}, outcome.read))
        return
    if damage.must == SAME and before.read != outcome.read:
        yield Failure("read differently without a word", _differences(before.read or {}, outcome.read))
        return
    if damage.row[0]:
        spared = {
            name: {key: row for key, row in rows.items() if (name, key) != damage.row}
            for name, rows in (before.read or {}).items()
        }
        if any(outcome.read[name].get(key) != row for name, rows in spared.items() for key, row in rows.items()):
            yield Failure("untouched rows read differently without a word", _differences(spared, outcome.read))
    elif damage.must == ROWS:
        yield from _rows(base, damage, outcome.read, before.read or {})
    yield from _cells(damage, outcome.read, before.read or {})


def _rows(base: Base, damage: Damage, read: Lists, before: Lists) -> Iterator[Failure]:
    present = planted(base, damage.files, before)
    if present is None:
        if read != before:
            yield Failure("read differently without a word", _differences(before, read))
        return
    missing = sorted(key for key in present if not any(key in other for other in read["people"]))
    if missing:
        yield Failure("rows lost without a word", f"{len(missing)}: {', '.join(missing)[:80]}")
        return
    text = decoded(damage.files[damage.touched]) if damage.touched in damage.files else None
    if text is None or damage.touched == SHEET_FILE:
        return
    changed = [
        f"{name} {key}"
        for name, key in intact(base, damage.touched, text, before)
        if before[name][key] != read[name].get(key)
    ]
    if changed:
        yield Failure("untouched rows read differently without a word", ", ".join(changed)[:120])
    bad = odd_rows(base, damage.touched, text)
    if bad:
        yield Failure("rows of the wrong length accepted without a word", ", ".join(bad)[:120])


def _cells(damage: Damage, read: Lists, before: Lists) -> Iterator[Failure]:
    blank = [
        f"{key}.{name}"
        for key, name in damage.filled
        if key in read["people"] and _blank(read["people"][key].get(name))
    ]
    if blank:
        yield Failure("a filled cell read as blank without a word", ", ".join(blank))
    other = [
        f"{key}.{name}"
        for key, name, source in damage.alike
        if key in read["people"] and read["people"][key].get(name) != before["people"][source].get(name)
    ]
    if other:
        yield Failure("merged cells read as blank without a word", ", ".join(other))


def _blank(value: Any) -> bool:
    return value in BLANKS or value in ([], {})


def _differences(before: Lists, read: Lists) -> str:
    """What was read otherwise, in a few words."""
    found = []
    for name, rows in before.items():
        now = read.get(name, {})
        if len(now) != len(rows):
            found.append(f"{name}: {len(now)} of {len(rows)} rows")
        for key in rows.keys() & now.keys():
            fields = [field for field in rows[key] if rows[key][field] != now[key].get(field)]
            if fields:
                found.append(f"{name} {key}: {', '.join(fields)}")
    return "; ".join(found)[:200] or "all was read as before"


# --- an own look at the damaged files ----------------------------------------------------------------------------------


def decoded(data: bytes) -> str | None:
    """The text of a file in the encodings zbopt reads, with plain line ends; None where it has none."""
    codec = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in codec:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return None


def planted(base: Base, files: Files, before: Lists) -> frozenset[str] | None:
    """The ids of people whose rows still stand in the damaged file; None where that cannot be counted."""
    ids = frozenset(before["people"])
    data = files.get(base.people_file)
    if data is None:
        return frozenset()
    if base.form == BOOK:
        return planted_rows(data, ids)
    text = decoded(data)
    if text is None:
        return None
    if base.form in (CSV, GB):
        return frozenset(key for key in ids if re.search(rf'(?m)^\ufeff?"?{key}"?[,;\t|]', text))
    bare = re.sub(r"(?m)(^|\s)#.*$", "", text)
    return frozenset(
        key for key in ids if re.search(rf"""["']?id["']?\s*:\s*["']?{re.escape(key)}["']?\s*[,}}\n]""", bare)
    )


def intact(base: Base, name: str, text: str, before: Lists) -> Iterator[tuple[str, str]]:
    """List and id of every row whose line is the same as in the base, under the same header."""
    lines = set(text.split("\n"))
    old = base.text(name).split("\n")
    if name == MAIN:
        for line in old:
            match = re.match(r"\s*- \{id: ([^,}]+),.*\}$", line)
            found = next((key for key, rows in before.items() if match and match[1] in rows), None)
            if match and found and line in lines and f"{found}:" in lines:
                yield found, match[1]
        return
    list_name = name.partition(".")[0]
    if old[0] in lines:
        for line in old[1:]:
            key = line.split(",")[0]
            if line in lines and key in before.get(list_name, {}):
                yield list_name, key


def odd_rows(base: Base, name: str, text: str) -> list[str]:
    """Rows of a table of people, under its own header, with cells missing or with content beyond the header."""
    if name != "people.csv" or base.form == SHIP:
        return []
    header = base.text(name).split("\n")[0]
    if text.split("\n")[0] != header:
        return []
    width = header.count(",") + 1
    rows = list(csv.reader(io.StringIO(text)))
    ids = {str(row["id"]) for row in base.tables["people"]}
    return [
        f"{row[0]}: {len(row)} cells"
        for row in rows
        if row and row[0] in ids and (len(row) < width or any(row[width:]))
    ]


# --- plans -------------------------------------------------------------------------------------------------------------


def plan_called_good(damage: Damage, outcome: Outcome, run: Files) -> Iterator[Failure]:
    """A plan that is not the one written, and yet is called good."""
    if (
        damage.must == PLAN
        and outcome.code == 0
        and _document(damage.files[damage.touched]) != _document(run[damage.touched])
    ):
        yield Failure(f"{outcome.arguments[0]} accepts a plan that was altered", damage.note)


def _document(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
