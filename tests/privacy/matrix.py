"""Every command, in both languages and every format, on every case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.privacy.commands import LANGUAGES, Place, found_in, looked_at, run, shown, spawn, styles
from tests.privacy.planted import CASES, PINNED, Case, changed_case, files, impossible_case, telling_places, world
from tests.privacy.scan import Hit, Scope

GRID = """format: 1
factors:
  years:
    - policy.rules.R05.years=4
    - policy.rules.R05.years=5
  people:
    - {label: as it is}
    - {label: without one, edits: [-people.P11]}
rows:
  - {label: pinned, edits: ["+pins.P10@T1-head"]}
"""
MERGE_GRID = "format: 1\nrows:\n  - {label: less, edits: [policy.merge.min_overlap=10%]}\n"
DECISIONS = "decisions:\n  - {task_force: T03, decision: 保留, by: 领导小组, on: 2022-07-20, why: 继续}\n"


@dataclass(frozen=True)
class Asking:
    """A command line (without language and format) and the people it asks about."""

    words: tuple[str, ...]
    asked: tuple[str, ...] = ()
    formats: bool = True
    languages: tuple[str, ...] = LANGUAGES


@dataclass(frozen=True)
class Stand:
    """A case as it stands in the files: its folder, a changed roster of it, a finished plan."""

    case: Case
    folder: Path
    changed: Path
    plan: Path
    extra: Path


def _out(command: str, endings: Iterable[str]) -> list[tuple[str, ...]]:
    return [("--out", f"{command}.{ending}") for ending in endings]


def asked_of_plan(stand: Stand) -> Iterator[Asking]:
    """Questions about a finished plan of `assign`."""
    plan = ("--plan", str(stand.plan))
    people, posts = stand.case.tables["people"], [row["id"] for row in stand.case.tables["posts"]]
    for row in people[:10]:
        yield Asking(("why", row["id"], *plan), (row["id"],))
    for key in posts:
        yield Asking(("why", key, *plan))
    for number, row in enumerate(people[:10]):
        where = posts[number % len(posts)], "T1-money" if "T1-money" in posts else posts[0]
        for key in dict.fromkeys(where):
            yield Asking(("why-not", row["id"], key, *plan), (row["id"],), number % 2 == 0)
    for number, row in enumerate(people[:9]):
        key = posts[(number + 2) % len(posts)]
        yield Asking(("what-would-it-take", row["id"], key, *plan), (row["id"],), number % 3 == 0)
    yield Asking(("audit", str(stand.plan)))
    yield Asking(("audit", str(stand.plan), "--scenario", str(stand.changed)))
    yield Asking(("compare", str(stand.plan), str(stand.changed)))


def of_scenario(stand: Stand) -> Iterator[Asking]:
    """Commands that read a scenario and staff it."""
    folder = str(stand.folder)
    yield Asking(("check", folder))
    yield Asking(("assign", folder, "--out", "run"))
    yield Asking(("assign", folder, "--progress", "json", "--cross-check"), formats=False)
    yield Asking(("overlap", folder))
    yield Asking(("repair", folder))
    yield Asking(("prices", folder, "--all", "--processes", "1"))
    yield Asking(("prices", folder, "--processes", "1"), formats=False)
    for out in _out("prices", ("json", "csv", "xlsx")):
        yield Asking(("prices", folder, "--all", "--processes", "1", *out), formats=False, languages=("zh",))
    yield Asking(("alternatives", folder, "-k", "2", "--tolerance", "5%", "--min-difference", "2"))
    for out in _out("others", ("json", "csv", "xlsx")):
        yield Asking(("alternatives", folder, "-k", "2", *out), formats=False, languages=("zh",))
    yield from _what_ifs(stand)
    yield Asking(("compare", folder, str(stand.changed)))
    for out in _out("sides", ("json", "csv", "xlsx")):
        yield Asking(("compare", folder, str(stand.changed), *out), formats=False, languages=("zh",))


def _what_ifs(stand: Stand) -> Iterator[Asking]:
    """What-ifs that are allowed: none edits a confidential field or rule."""
    start = ("what-if", str(stand.folder))
    yield Asking((*start, "--set", "policy.rules.R05.years=4"))
    yield Asking((*start, "--drop-person", "P01"), ("P01",))
    yield Asking((*start, "--set", "policy.incumbents=check"), formats=False)
    if any(row["id"] == "T1-night" for row in stand.case.tables["posts"]):
        yield Asking((*start, "--pin", "P06@T2-mem"), ("P06",))
        yield Asking((*start, "--pin", "P01@T1-head", "--pin", "P02@T1-many"), ("P01", "P02"))
        yield Asking((*start, "--set", "posts.T1-head.must_fill=true", "--drop-person", "P11"), ("P11",), formats=False)
    for out in _out("what", ("json", "csv", "xlsx")):
        yield Asking((*start, "--set", "policy.merit.fit=7", *out), formats=False, languages=("zh",))
    yield Asking(
        (*start, "--grid", str(stand.extra / "grid.yaml"), "--processes", "1", "--out", "grid"), ("P11", "P10")
    )


def merging(stand: Stand) -> Iterator[Asking]:
    """Commands that merge."""
    folder, plan = str(stand.folder), ("--plan", str(stand.plan))
    decisions = ("--decisions", str(stand.extra / "decisions.yaml"))
    yield Asking(("check", folder))
    yield Asking(("merge", folder, "--alternatives", "2", "--out", "run"))
    yield Asking(("restructure", folder, *decisions, "--alternatives", "1", "--out", "run"))
    yield Asking(("restructure", folder, "--max-moves", "9"), formats=False)
    yield Asking(("restructure", folder, "--frontier", "--out", "frontier"), formats=False)
    yield Asking(("restructure", folder, "--frontier", "--format", "json"), formats=False)
    yield Asking(("overlap", folder))
    yield Asking(("overlap", folder, "--suggest"))
    yield Asking(("audit", str(stand.plan)))
    yield Asking(("audit", str(stand.plan), "--scenario", str(stand.changed)))
    for what in (("why", "T01+T02"), ("why-not", "T01+T03"), ("why-not", "7"), ("why-not", "T02+T03")):
        yield Asking((*what, *plan))
    for person in ("P02", "P05", "P06", "P07"):
        yield Asking(("why-not", person, "T02-文字", *plan), (person,), formats=False)
        yield Asking(("what-would-it-take", person, "T01-组长", *plan), (person,), formats=False)
    for kind in ("merge", "restructure"):
        yield Asking(("repair", folder, "--kind", kind))
        yield Asking(
            ("prices", folder, "--kind", kind, "--all", "--processes", "1", "--time-limit", "30"),
            formats=kind == "merge",
        )
        yield Asking(
            ("what-if", folder, "--kind", kind, "--set", "policy.merge.min_overlap=10%"), formats=kind == "merge"
        )
    yield Asking(
        ("what-if", folder, "--kind", "merge", "--grid", str(stand.extra / "grid.yaml"), "--out", "grid"), formats=False
    )
    yield Asking(("compare", str(stand.plan), str(stand.changed), "--kind", "merge"))


def impossible(stand: Stand) -> Iterator[Asking]:
    """Commands on a case that has no plan."""
    folder = str(stand.folder)
    people = tuple(row["id"] for row in stand.case.tables["people"]) if len(stand.case.tables["people"]) < 3 else ()
    yield Asking(("check", folder))
    yield Asking(("assign", folder, "--out", "run"))
    yield Asking(("repair", folder))
    yield Asking(("repair", folder, "--apply", "1"), formats=False)
    yield Asking(("prices", folder, "--all", "--processes", "1"), formats=False)
    yield Asking(("what-if", folder, "--set", "policy.rules.R05.years=4"))
    yield Asking(("what-if", folder, "--pin", "P01@T1-head!〔2022〕9号"), ("P01", *people))
    yield Asking(("alternatives", folder), formats=False)


def counting(stand: Stand) -> Iterator[Asking]:
    """Commands that count who is barred."""
    folder = str(stand.folder)
    yield Asking(("check", folder))
    yield Asking(("assign", folder, "--out", "run"))
    yield Asking(("repair", folder))
    yield Asking(("why", "T1-mem", "--plan", str(stand.plan)))
    yield Asking(("prices", folder, "--all", "--processes", "1"), formats=False)


def questions(name: str, stand: Stand) -> Iterator[Asking]:
    """The commands that fit a case."""
    if name == "merging":
        yield from merging(stand)
    elif name.startswith(("impossible", "one", "pinned")):
        yield from impossible(stand)
    elif name.startswith("count"):
        yield from counting(stand)
    else:
        yield from of_scenario(stand)
        yield from asked_of_plan(stand)


def stood(place: Place, case: Case, form: str, number: int, kind: str = "assign") -> Stand:
    """A case written down, and a plan of it (where it has one)."""
    folder = place.put(f"c{number}", files(case, form))
    other = (
        changed_case()
        if case.name.startswith("保密甲")
        else case.person("P01", status="调查").person("P02", health="较差")
    )
    changed = place.put(f"d{number}", files(other, form))
    extra = place.put(
        f"e{number}",
        {"grid.yaml": (MERGE_GRID if kind == "merge" else GRID).encode(), "decisions.yaml": DECISIONS.encode()},
    )
    plan = place.inputs / f"p{number}"
    looked_at(place, Scope(case.secrets), kind, str(folder), "--out", str(plan))
    return Stand(case, folder, changed, plan, extra)


def scope_of(case: Case, form: str, asked: Iterable[str] = (), **more: bool) -> Scope:
    """What is looked for in outputs about a case: its secrets and those of the changed roster."""
    own, other = case.secrets, changed_case().secrets
    both = own if case.name not in ("保密甲例", "保密乙例") else _joined(own, other)
    return Scope(both, frozenset(asked), places=telling_places(case, form), **more)  # type: ignore[arg-type]


def _joined(one: object, other: object) -> object:
    values = {
        key: {**getattr(one, key), **getattr(other, key)}
        if isinstance(getattr(one, key), dict)
        else tuple(dict.fromkeys((*getattr(one, key), *getattr(other, key))))
        for key in ("numbers", "relations", "months", "words", "people", "kin", "interests")
    }
    return type(one)(**values)


def lines_of(asking: Asking) -> Iterator[tuple[str, ...]]:
    """The command lines of a question: both languages, every format."""
    choices = styles(asking.words[0]) if asking.formats else ()
    for language in asking.languages:
        for style in choices or ("",):
            form = ("--format", style) if style else ()
            yield (*asking.words, *form, "--lang", language)


def case_hits(
    place: Place, name: str, form: str, number: int, limit: int | None = None
) -> Iterator[tuple[str, list[Hit]]]:
    """Every command on one case; its command line and hits. `limit`: only every so many-th."""
    case = CASES[name]()
    stand = stood(place, case, form, number, "merge" if name == "merging" else "assign")
    always = PINNED if name == "pinned" else frozenset[str]()
    lines = [(words, asking.asked) for asking in questions(name, stand) for words in lines_of(asking)]
    for words, asked in lines[:: limit or 1]:
        scope = scope_of(case, form, {*asked, *always}, counted=words[0] != "prices")
        _, hits = looked_at(place, scope, *words)
        yield shown(words, place), hits


def processes(place: Place) -> Iterator[tuple[str, list[Hit]]]:
    """Commands that solve side by side, watched; one of them killed; and a defect whose text holds personal data."""
    case = CASES["hard"]()
    stand = stood(place, case, "csv", 900)
    scope = Scope(
        case.secrets,
        only=frozenset({"identity number", "relation", "sanction month", "status or health", "temporary file"}),
    )
    folder, grid = str(stand.folder), str(stand.extra / "grid.yaml")
    for words in (
        ("prices", folder, "--processes", "2", "--format", "json"),
        ("what-if", folder, "--grid", grid, "--processes", "2", "--out", "grid"),
    ):
        yield shown(words, place), found_in(spawn(place, *words), words[0], scope, shown(words, place))
    words = ("what-if", folder, "--grid", grid, "--processes", "2", "--out", "grid")
    killed = spawn(place, *words, kill_when=lambda watcher: bool(watcher.seen))
    yield "kill -9", found_in(killed, "what-if", scope, f"kill -9: {shown(words, place)}")
    secret = case.secrets.numbers[0]
    script = (
        "import sys, zbopt.planning as p\n"
        f"def broken(*a, **k): raise RuntimeError('P01 {secret} 表舅公')\n"
        "p.assign = broken\nfrom zbopt.cli import main\nsys.argv[0] = 'zbopt'\nmain()\n"
    )
    done = spawn(place, "assign", folder, script=script)
    yield (
        "a defect",
        found_in(done, "assign", scope, f"zbopt assign with a defect that raises RuntimeError('P01 {secret} 表舅公')"),
    )


# --- one class -------------------------------------------------------------------------------------------------------

_PLACED = (
    ("check", "{folder}"), ("assign", "{folder}", "--format", "json"), ("assign", "{folder}"), ("repair", "{folder}"),
    ("repair", "{folder}", "--format", "json"), ("prices", "{folder}", "--all", "--processes", "1", "--format", "json"),
    ("what-if", "{folder}", "--pin", "P04@T1-head", "--format", "json"), ("alternatives", "{folder}", "--format", "json"),
    ("why", "T1-deputy", "--plan", "{plan}"), ("why", "P04", "--plan", "{plan}"), ("why-not", "P04", "T1-head", "--plan", "{plan}"),
    ("what-would-it-take", "P04", "T2-deputy", "--plan", "{plan}"), ("why", "T1-head", "--plan", "{plan}", "--format", "json"),
)  # fmt: skip
_BARRED = (
    ("check", "{folder}"), ("assign", "{folder}", "--format", "json"), ("assign", "{folder}"), ("repair", "{folder}"),
    ("repair", "{folder}", "--format", "json"), ("what-if", "{folder}", "--pin", "P01@T1-head", "--format", "json"),
)  # fmt: skip


def world_hits(
    place: Place, ways: Iterable[str], languages: Iterable[str] = LANGUAGES, quick: bool = False
) -> Iterator[tuple[str, list[Hit]]]:
    """One person barred in one way after another, with a plan and without one: every command must say the same."""
    for make, patterns in (
        (world, _PLACED[1::4] if quick else _PLACED),
        (impossible_case, _BARRED[::2] if quick else _BARRED),
    ):
        answers: dict[tuple[str, ...], dict[str, Answer]] = {}
        for way in ways:
            for words, answer in _answers(place, make(way), patterns, languages):
                answers.setdefault(words, {})[way] = answer
        for words, said in answers.items():
            line = shown(words, place)
            yield line, _differing(said, words[0], line)


Answer = tuple[int, str, str]


def _answers(
    place: Place, case: Case, patterns: Iterable[tuple[str, ...]], languages: Iterable[str]
) -> Iterator[tuple[tuple[str, ...], Answer]]:
    folder = place.put("world", files(case, "csv"))
    plan = place.put("worldplan", {})
    run(place, "assign", str(folder), "--out", str(plan))
    for pattern in patterns:
        for language in languages:
            words = (*(part.format(folder=folder, plan=plan) for part in pattern), "--lang", language)
            yield words, run(place, *words).answer


def _differing(said: Mapping[str, Answer], command: str, line: str) -> list[Hit]:
    groups: dict[Answer, list[str]] = {}
    for way, answer in said.items():
        groups.setdefault(answer, []).append(way)
    if len(groups) == 1:
        return []
    parts = " | ".join(" ".join(ways) for ways in groups.values())
    first = difference(*list(groups)[:2])
    return [Hit(command, "worlds", "stdout and stderr", f"{len(groups)} different answers: {parts}; {first}", line)]


def difference(one: Answer, other: Answer) -> str:
    """The first lines in which two answers differ."""
    left, right = (f"exit {answer[0]}\n{answer[1]}\n{answer[2]}".splitlines() for answer in (one, other))
    for mine, theirs in zip(left, right, strict=False):
        if mine != theirs:
            return f"{mine.strip()[:60]!r} / {theirs.strip()[:60]!r}"
    return "one is longer"
