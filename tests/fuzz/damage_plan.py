"""Finished runs: plan.json and manifest.json with other types, keys gone, cut short, deep, or no JSON at all."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.base import CSV, INLINE, MAIN, Base, Files
from tests.fuzz.child import run_of
from tests.fuzz.damage import CRASH, DEVICE, FIFO, FOLDER, LOOP, PLAN, Damage, mutator
from tests.fuzz.damage_yaml import at, places, put

FORMS = (INLINE, CSV)
DOCUMENT, MANIFEST = "run/plan.json", "run/manifest.json"
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 3, 10**30, 1.5, float("nan"), float("inf"), "", "x", "\ud800", "\x1b[2J", "x" * 5000, "{0}", [], [[]], ["x"], [None],
    {}, {"x": "x"}, {"code": "x"}, {"code": "Z101", "args": {}}, {"code": "Z101", "args": []}, [{}], [0], "T1", "P101", "proved",
)  # fmt: skip


def _commands(rng: random.Random, base: Base) -> tuple[tuple[str, ...], ...]:
    """Audit, or a question; with the scenario named, or found by the manifest."""
    named = ("--scenario", MAIN) if rng.random() < 0.5 else ()
    if rng.random() < 0.5:
        return (("audit", "run", *named),)
    row = rng.choice(base.tables[rng.choice(("people", "posts"))])
    return (("why", str(row["id"]), "--plan", "run", *named),)


def _damage(rng: random.Random, base: Base, name: str, data: bytes, note: str) -> Damage:
    files: Files = {**base.files, **run_of(base), name: data}
    return Damage(files, name, PLAN if name == DOCUMENT else CRASH, note, commands=_commands(rng, base))


def _chosen(rng: random.Random, base: Base) -> tuple[str, bytes]:
    name = rng.choice((DOCUMENT, MANIFEST))
    return name, run_of(base)[name]


def _written(doc: Any) -> bytes:
    """JSON as the run writes it; lone surrogates stay escapes."""
    text = json.dumps(doc, ensure_ascii=False, indent=1)
    return "".join(sign if not 0xD800 <= ord(sign) < 0xE000 else f"\\u{ord(sign):04x}" for sign in text).encode()


@mutator("plan", *FORMS)
def value(rng: random.Random, base: Base) -> Damage:
    """Another type or value at any place."""
    name, data = _chosen(rng, base)
    doc = json.loads(data)
    place = rng.choice(places(doc))
    if rng.random() < 0.5:  # the outer keys are few and matter most
        place = rng.choice([item for item in places(doc) if len(item) <= 2])
    if name == MANIFEST and rng.random() < 0.5:  # all that later commands read of it
        place = rng.choice(((), ("scenario",), ("scenario", "path")))
    new = rng.choice(VALUES)
    return _damage(rng, base, name, _written(put(doc, place, new)), f"{name} {place} = {str(new)[:20]!r}")


@mutator("plan", *FORMS)
def key_gone(rng: random.Random, base: Base) -> Damage:
    name, data = _chosen(rng, base)
    doc = json.loads(data)
    inside = [place for place in places(doc) if place]
    for place in rng.sample(inside, rng.choice((1, 1, 3)))[:1]:
        del at(doc, place[:-1])[place[-1]]
    return _damage(rng, base, name, _written(doc), f"{name} without {place}")


@mutator("plan", *FORMS)
def key_added(rng: random.Random, base: Base) -> Damage:
    name, data = _chosen(rng, base)
    doc = json.loads(data)
    place = rng.choice([item for item in places(doc) if isinstance(at(doc, item), (dict, list))])
    here, new = at(doc, place), rng.choice(VALUES)
    if isinstance(here, dict):
        here[rng.choice(("x", "", "id", "code", "\ud800", "__class__"))] = new
    else:
        here.append(rng.choice((new, here[0] if here else new)))
    return _damage(rng, base, name, _written(doc), f"{name} {place} + {str(new)[:20]!r}")


@mutator("plan", *FORMS)
def key_twice(rng: random.Random, base: Base) -> Damage:
    name, data = _chosen(rng, base)
    key = rng.choice(list(json.loads(data)))
    text = data.decode().replace("{", f'{{"{key}": {rng.choice(("null", "[]", "0"))},', 1)
    return _damage(rng, base, name, text.encode(), f"{name} {key}")


@mutator("plan", *FORMS)
def text_cut(rng: random.Random, base: Base) -> Damage:
    name, data = _chosen(rng, base)
    return _damage(rng, base, name, data[: rng.randrange(len(data))], name)


@mutator("plan", *FORMS)
def text_bytes(rng: random.Random, base: Base) -> Damage:
    name, data = _chosen(rng, base)
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3))):
        changed[rng.randrange(len(changed))] = rng.choice((0, 0xFF, ord('"'), ord("{"), ord("9"), rng.randrange(256)))
    return _damage(rng, base, name, bytes(changed), name)


@mutator("plan", *FORMS)
def odd_json(rng: random.Random, base: Base) -> Damage:
    """Depth, size, encodings, and JSON that is no object."""
    name, data = _chosen(rng, base)
    size = rng.choice((900, 100_000))
    new = rng.choice(
        (b"", b"null", b"[]", b"0", b'""', b"{}", b"NaN", b"[" * size, b"[" * size + b"]" * size, b'{"a":' * size, b"1" * 10_000, b"\xef\xbb\xbf" + data,
         data.decode().encode("utf-16"), data.decode().encode("gb18030"), data + data, data + b"\0", b"\0" * 1000, rng.randbytes(1000),
         data.replace(b'"format": 1', b'"format": ' + b"1" * 5000), data.replace(b'"format": 1', b'"format": 2'), data.replace(b" ", b" " * 3000))
    )  # fmt: skip
    return _damage(rng, base, name, new, f"{name} {new[:12]!r}")


@mutator("plan", *FORMS)
def no_file(rng: random.Random, base: Base) -> Damage:
    """A folder, a pipe, a ring of links or nothing in the place of a file of the run."""
    name = rng.choice((DOCUMENT, MANIFEST, "run/audit.json", "run/plan.xlsx"))
    what = rng.choice((FIFO, FOLDER, LOOP, DEVICE, ""))
    files = {key: data for key, data in {**base.files, **run_of(base)}.items() if key != name}
    specials = {name: what} if what else {}
    return Damage(files, name, CRASH, f"{what or 'no'} {name}", specials=specials, commands=_commands(rng, base))


@mutator("plan", *FORMS)
def other_scenario(rng: random.Random, base: Base) -> Damage:
    """The plan of a scenario that has since been damaged itself."""
    data = base.files[MAIN]
    place = rng.randrange(len(data))
    new = rng.choice(
        (
            data[:place],
            data[:place] + rng.randbytes(3) + data[place:],
            b"",
            data.replace(b"T1-1", b"T1-9"),
            data.replace(b"P101", b"P901"),
        )
    )
    files = {**base.files, **run_of(base), MAIN: new}
    return Damage(files, MAIN, CRASH, "", commands=_commands(rng, base))


@mutator("plan", *FORMS)
def other_question(rng: random.Random, base: Base) -> Damage:
    """A sound run asked about things that do not exist."""
    what = rng.choice(
        (
            "",
            "x",
            "T1+T9",
            "T1+T2",
            "+",
            "P101+P102",
            "\udcff",
            "\x1b[2J",
            "x" * 5000,
            "T9-1",
            "P999",
            "谁",
            "{0}",
            "999999198503070012",
        )
    )
    option = rng.choice(((), ("--format", "json")))
    files = {**base.files, **run_of(base)}
    return Damage(files, DOCUMENT, CRASH, repr(what[:20]), commands=(("why", what, "--plan", "run", *option),))
