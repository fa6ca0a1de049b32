"""YAML: indentation, brackets, anchors, depth, repeated and unknown keys, other types at any key."""

from __future__ import annotations

import random
import re
from typing import Any

from tests.fuzz.base import CSV, INLINE, MAIN, SHIP, Base, document, document_text, yaml_row
from tests.fuzz.damage import CRASH, ROWS, TOLD, Damage, mutator
from tests.fuzz.damage_text import PERSONAL, holding

FORMS = (INLINE, CSV, SHIP)
Place = tuple[str | int, ...]


def _text(base: Base, text: str, must: str = ROWS, note: str = "") -> Damage:
    return Damage(base.with_text(MAIN, text), MAIN, must, note)


def _lines(base: Base) -> list[str]:
    return base.text(MAIN).rstrip("\n").split("\n")


def _change(rng: random.Random, base: Base) -> tuple[list[str], int]:
    """The lines, and one of them that is neither blank nor a comment."""
    lines = _lines(base)
    return lines, rng.choice([n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")])


# --- text --------------------------------------------------------------------------------------------------------------


@mutator("yaml", *FORMS)
def indentation(rng: random.Random, base: Base) -> Damage:
    lines, place = _change(rng, base)
    for number in range(place, min(len(lines), place + rng.choice((1, 1, 4)))):
        line = lines[number]
        lines[number] = (
            " " * rng.randint(1, 4) + line if rng.random() < 0.5 else line[min(len(line) - len(line.lstrip()), 2) :]
        )
    return _text(base, "\n".join(lines) + "\n", note=f"line {place + 1}")


@mutator("yaml", *FORMS)
def tabs(rng: random.Random, base: Base) -> Damage:
    lines, place = _change(rng, base)
    line = lines[place]
    lines[place] = rng.choice(
        (
            line.replace("  ", "\t"),
            "\t" + line,
            line + "\t",
            line.replace(": ", ":\t"),
            line.replace(" ", "\t"),
            line.replace(", ", ",\t"),
        )
    )
    return _text(base, "\n".join(lines) + "\n", note=f"line {place + 1}")


@mutator("yaml", *FORMS)
def brackets(rng: random.Random, base: Base) -> Damage:
    text = base.text(MAIN)
    places = [place for place, sign in enumerate(text) if sign in "[]{},:"]
    for place in sorted(rng.sample(places, rng.choice((1, 1, 2))), reverse=True):
        new = rng.choice(("", "", "[", "{", "]", "}", "，", "：", ",,", "::", "[{", "}]"))
        text = text[:place] + new + text[place + 1 :]
    return _text(base, text)


@mutator("yaml", *FORMS)
def signs(rng: random.Random, base: Base) -> Damage:
    text = base.text(MAIN)
    place = rng.randrange(len(text))
    sign = rng.choice(
        (
            "&a ",
            "*a ",
            "!x ",
            "!!python/object/apply:os.system ",
            "| ",
            "> ",
            "? ",
            "- ",
            "'",
            '"',
            "%",
            "@",
            "`",
            "“",
            "<<: ",
            "\\",
        )
    )
    return _text(base, text[:place] + sign + text[place:], note=f"{sign} at {place}")


@mutator("yaml", *FORMS)
def documents(rng: random.Random, base: Base) -> Damage:
    lines = _lines(base)
    mark = rng.choice(
        ("---", "...", "--- {}", "%YAML 1.2\n---", "%YAML 9.9\n---", "%TAG ! x\n---", "--- |", "--- &a", "...\n# x")
    )
    lines.insert(rng.choice((0, 0, rng.randrange(len(lines)), len(lines))), mark)
    return _text(base, "\n".join(lines) + "\n", note=mark)


@mutator("yaml", INLINE)
def anchors(rng: random.Random, base: Base) -> Damage:
    """Anchors and aliases: as planners use them, growing, and in a ring."""
    text = base.text(MAIN)
    first = yaml_row(base.tables["people"][0])
    body = first.removeprefix("  - ")
    growing = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))
    maps = "\n".join(f"b{n}: &b{n} {{{', '.join(f'k{k}: *b{n - 1}' for k in range(9))}}}" for n in range(1, 9))
    new = rng.choice(
        (
            text.replace(first, f"  - &p {body}\n  - *p"),
            text.replace(first, f"  - &p {body}\n  - {{<<: *p, id: P199, name: 甲某}}"),
            text.replace(first, f"  - &p {body}\n  - {{<<: [*p, *p], id: P199}}"),
            text.replace("people:\n", "people: &people\n") + "leaders: *people\n",
            text.replace("people:\n", "people: *people\nold: &people\n"),
            f"a0: &a0 [x, x]\n{growing}\n{text}",
            f"b0: &b0 {{x: x}}\n{maps}\n{text}",
            text + "x: &x [*x]\n",
            text.replace(first, f"  - &p {body[:-1]}, kin: [*p]}}"),
            text + "".join(f"z{n}: &z{n} x\n" for n in range(20_000)),
            text + "y: [" + "&q x, " * 30_000 + "*q]\n",
        )
    )
    return _text(base, new)


@mutator("yaml", *FORMS, weight=0.3)
def deep(rng: random.Random, base: Base) -> Damage:
    """Nesting far beyond any scenario, closed or not: refused, and soon."""
    size = rng.choice((60, 900, 3000, 30_000, 100_000))
    opening, closing = rng.choice(
        (
            ("[", "]"),
            ("{a: ", "}"),
            ("[{a: ", "}]"),
            ("[，", "]"),
            ("[,", "]"),
            ("- ", ""),
            ("? ", ""),
            ("!x [", "]"),
            ("&a [", "]"),
            ('{"a":', "}"),
        )
    )
    nest = opening * size + (closing * size if rng.random() < 0.5 else "")
    text = base.text(MAIN)
    new = rng.choice(
        (
            nest,
            f"{text}deep: {nest}\n",
            f"{text}deep:\n  {nest}\n",
            re.sub(r"(?m)^name: .*$", lambda _: f"name: {nest}", text),
        )
    )
    return _text(base, new, TOLD, f"{size} x {opening}")


@mutator("yaml", *FORMS)
def deep_blocks(rng: random.Random, base: Base) -> Damage:
    size = rng.choice((60, 1000, 3000))
    key = rng.choice(("a:", "-", "? a"))
    return _text(
        base,
        base.text(MAIN) + "deep:\n" + "".join(f"{' ' * (n + 1)}{key}\n" for n in range(size)),
        TOLD,
        f"{size} {key}",
    )


@mutator("yaml", *FORMS, weight=0.3)
def long_scalar(rng: random.Random, base: Base) -> Damage:
    size = rng.choice((70_000, 1_000_000, 7_000_000))
    text = rng.choice(("x", "长", "'", '"', " x", "1", "- ", "#", "\n", " ", "\t", "\\", "%", "@"))
    body = (text * size)[:size]
    line = rng.choice((f"name: {body}", f'name: "{body}"', f"{body}: x", f"# {body}", body, f"name: |\n  {body}"))
    return _text(base, re.sub(r"(?m)^name: .*$", lambda _: line, base.text(MAIN)), CRASH, f"{size} x {text!r}")


@mutator("yaml", INLINE, weight=0.3)
def many_people(rng: random.Random, base: Base) -> Damage:
    """A file made by a program: read or refused, within the time."""
    count = rng.choice((3000, 20_000, 120_000))
    row = rng.choice(("{{id: Q{0}, name: 某人, unit: U11}}", "{{}}", "x", "[]", "{{id: Q, name: 某, unit: U99}}"))
    lines = "".join("  - " + row.format(n) + "\n" for n in range(count))
    return _text(base, base.text(MAIN).replace("people:\n", f"people:\n{lines}"), ROWS, f"{count} x {row}")


@mutator("yaml", INLINE)
def repeated_key(rng: random.Random, base: Base) -> Damage:
    """A key that is there twice is an error wherever it is."""
    row = rng.choice(base.tables[rng.choice(("people", "units", "posts"))])
    line = yaml_row(row)
    key = rng.choice(list(row))
    again = rng.choice((key, f'"{key}"', f"'{key}'", f"{key} "))
    text = base.text(MAIN)
    new = rng.choice(
        (
            text.replace(line, f"{line[:-1]}, {again}: x}}"),
            text.replace(line, line.replace("{", f"{{{again}: 某, ", 1)),
            text + "people: []\n",
            text + "people:\n  - {id: P198, name: 甲某, unit: U11}\n",
            text + "policy: {}\n",
            "posts: []\n" + text,
        )
    )
    return _text(base, new, TOLD, again)


@mutator("yaml", INLINE)
def emptied(rng: random.Random, base: Base) -> Damage:
    """The list of people or posts empty, misspelt or elsewhere: an error, not an empty plan."""
    key = rng.choice(("people", "posts"))
    doc = document(base)
    rows = doc.pop(key)
    value: Any = rng.choice(([], None, "", {}, "None", "[]", [None], [[]], [{}], "people.csv", "tables.xlsx", "#"))
    name = rng.choice(
        (key, key, "", key.upper(), f"{key} ", key[:-1], {"people": "人员", "posts": "岗位"}[key], f"{key}s")
    )
    if name:
        doc[name] = value if name == key else rows
    return _text(base, document_text(doc), TOLD, f"{key} -> {name}: {str(doc.get(name))[:20]}")


# --- structure ---------------------------------------------------------------------------------------------------------


def places(value: Any, here: Place = ()) -> list[Place]:
    """Every place inside a document."""
    if isinstance(value, dict):
        inner = [place for key, item in value.items() for place in places(item, (*here, key))]
    elif isinstance(value, list):
        inner = [place for number, item in enumerate(value) for place in places(item, (*here, number))]
    else:
        inner = []
    return [here, *inner]


def at(doc: Any, place: Place) -> Any:
    """What stands at a place."""
    for step in place:
        doc = doc[step]
    return doc


def put(doc: Any, place: Place, value: Any) -> Any:
    """The document with another value at a place."""
    if not place:
        return value
    at(doc, place[:-1])[place[-1]] = value
    return doc


EMPTY: tuple[Any, ...] = (None, "", [], {}, [[]], {"": ""}, [None], " ")
OTHER = (
    "x", "0", "-1", "1e999", "true", "null", "2019-13", "x" * 5000, "9" * 400, ["x"], ["x"] * 200, {"x": "x"}, {"id": "P101"}, [{"x": "x"}],
    [["x"]], {"any_of": "x"}, {"any_of": [{"x": "x"}]}, {"x": {"x": {"x": "x"}}}, "\u202e", "a:b", "；；", "55%", "{0}", "()" * 300,
    "not " * 3000 + "x", "(" * 5000, "1 < " * 2000 + "1",
)  # fmt: skip


@mutator("yaml", INLINE)
def other_type(rng: random.Random, base: Base) -> Damage:
    """Another type at any key."""
    doc = document(base)
    place = rng.choice(places(doc))
    if rng.random() < 0.4:  # the policy is small and full of parsers
        place = rng.choice([item for item in places(doc) if item[:1] == ("policy",)])
    value = rng.choice(EMPTY if rng.random() < 0.3 else OTHER)
    is_cell = len(place) == 3 and place[0] == "people" and place[2] in PERSONAL and value not in EMPTY
    filled = holding(at(doc, place[:2]), str(place[2]), str(value)) if is_cell else ()
    text = document_text(put(doc, place, value))
    return Damage(base.with_text(MAIN, text), MAIN, ROWS, f"{place} = {str(value)[:40]}", filled=filled)


@mutator("yaml", INLINE)
def odd_policy(rng: random.Random, base: Base) -> Damage:
    """Values at keys of the policy that no base states."""
    doc = document(base)
    inner = rng.choice(
        (
            ("rules", f"R{rng.randint(1, 41):02d}"),
            ("rules",),
            ("quotas",),
            ("stages",),
            ("merit",),
            ("merge",),
            ("triage",),
            ("solver",),
            ("incumbents",),
        )
    )
    here = doc["policy"]
    for step in inner[:-1]:
        here = here[step]
    value = rng.choice((*EMPTY, *OTHER))
    if rng.random() < 0.5:
        value = {
            rng.choice(("mode", "years", "min", "time_limit_seconds", "forbid", "require", "name", "in", "of")): value
        }
    here[inner[-1]] = [value] if rng.random() < 0.3 else value
    return _text(base, document_text(doc), ROWS, f"{'.'.join(inner)} = {str(value)[:40]}")


@mutator("yaml", INLINE)
def unknown_key(rng: random.Random, base: Base) -> Damage:
    """A key nobody knows is an error wherever keys are fixed."""
    doc = document(base)
    closed = [(), ("policy",), ("policy", "rules", "R05"), ("policy", "quotas", 0), ("policy", "merit")]
    closed += [
        (name, number) for name in ("people", "units", "posts", "task_forces") for number in range(len(doc[name]))
    ]
    place = rng.choice(closed)
    key = rng.choice(
        (
            "x",
            "stauts",
            "状态",
            "Name",
            "id ",
            "",
            "ID",
            "{0}",
            "\u200bstatus",
            "name.zh",
            "current.x",
            "__class__",
            "x" * 5000,
            "0",
        )
    )
    at(doc, place)[key] = rng.choice(("x", "调查", None, [], {}))
    return _text(base, document_text(doc), TOLD, f"{place} {key[:20]!r}")


@mutator("yaml", INLINE)
def odd_key(rng: random.Random, base: Base) -> Damage:
    """Keys that are lists, maps, numbers, null."""
    lines, place = _change(rng, base)
    lines.insert(
        place,
        rng.choice(
            (
                "? [a, b]\n: x",
                "? {a: b}\n: x",
                "~: x",
                "1: x",
                "[a]: x",
                "{a: b}: x",
                ": x",
                "?",
                "!!x y: z",
                "*x : y",
                "&x : y",
            )
        ),
    )
    return _text(base, "\n".join(lines) + "\n", note=lines[place])


@mutator("yaml", INLINE)
def references(rng: random.Random, base: Base) -> Damage:
    """Names of files and tables that lead nowhere, outside, or in a ring."""
    doc = document(base)
    key = rng.choice(("people", "tables", "base", "units", "posts"))
    name = rng.choice(
        (
            ".", "..", "/", "scenario.yaml", "scenario.yaml#人员", "people.csv", "x.csv", "/etc/passwd", "../x.csv", "C:\\x.csv", "\\\\x\\y.csv",
            "x" * 300 + ".csv", "a/" * 2000 + "x.csv", "\udcff.csv", "\ud800.xlsx", "\0.csv", "x.csv\0", "#", "x.xlsx#", "#人员", "x.xlsx##",
            "people.csv#人员", "con.csv", "nul", "~", "~root/x.csv", "%s.csv", "{0}.csv", "file:///etc/passwd", "http://127.0.0.1/x.csv", "\n.csv",
        )
    )  # fmt: skip
    doc.pop(key, None)
    doc[key] = name
    return _text(
        base,
        document_text(doc).replace("\ud800", "\\ud800").replace("\udcff", "\\udcff"),
        TOLD,
        f"{key}: {name[:40]!r}",
    )
