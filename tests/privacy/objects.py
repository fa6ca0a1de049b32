"""What the Python API shows of itself: `repr`, `str`, notebook views, frames, charts, text of exceptions."""

from __future__ import annotations

import dataclasses
import json
import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import zbopt
from tests.privacy import scan
from tests.privacy.commands import Place, _inside, content, listening
from tests.privacy.planted import Case, assign_case, files, impossible_case, merge_case
from tests.privacy.scan import Hit, Scope

VIEWS = (
    "_repr_html_",
    "_repr_markdown_",
    "_repr_json_",
    "_repr_latex_",
    "_repr_svg_",
    "_repr_mimebundle_",
    "_repr_pretty_",
)
LEAVES = ("Person", "Kin")
"""Objects whose own text must be closed; what they hold is theirs to give when asked for by name."""
ABOUT_NOBODY = ("Policy", "RulePolicy")
"""A planner's own settings: shown by themselves they tell nothing of anybody."""


_PART = re.compile(r"(?=\b(?:Diagnostic|AuditFault|Person|Violation|Bar|Kin)\()|(?=\{'(?:person|task_force)')")
"""Where another part of a text begins: what stands in it is beside nobody who stands before it."""


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text an object makes of itself in a console, a log line or a notebook."""
    if isinstance(value, (dict, list)) and not any(
        _ours(item) for item in (value.values() if isinstance(value, dict) else value)
    ):
        try:
            yield "json", json.dumps(value, ensure_ascii=False, indent=1)  # a document: looked at row by row
            return
        except (TypeError, ValueError):
            pass
    yield "repr", _PART.sub("\n", repr(value))
    yield "str", _PART.sub("\n", str(value))
    for name in VIEWS:
        view = getattr(type(value), name, None)
        if view is None or name == "_repr_pretty_":
            continue
        try:
            yield name, str(view(value))
        except Exception as problem:  # a view that fails tells no more than its error
            yield name, str(problem)
    yield from _notebook(value)


def _notebook(value: Any) -> Iterator[tuple[str, str]]:
    """What a notebook would store for it as the last line of a cell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from IPython.core.formatters import DisplayFormatter

            formatter: Any = DisplayFormatter()
            shown, _ = formatter.format(value)
    except ImportError:
        return
    yield "notebook", _PART.sub("\n", "\n".join(str(part) for part in shown.values()))


def _ours(value: Any) -> bool:
    module = type(value).__module__
    return (
        module.startswith("zbopt")
        and type(value).__name__ not in ABOUT_NOBODY
        and not isinstance(value, (Enum, type))
        and not callable(value)
    )


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds, by the names a user would type."""
    if isinstance(value, BaseException):
        names = [name for name in vars(value) if not name.startswith("_")]
    elif dataclasses.is_dataclass(value):
        names = [item.name for item in dataclasses.fields(value)]
    else:
        names = list(getattr(type(value), "model_fields", ()) or getattr(value, "__dict__", ()))
    named = [*names, *(key for key, item in vars(type(value)).items() if isinstance(item, property))]
    for name in (name for name in named if not name.startswith("_")):
        try:
            yield name, getattr(value, name)
        except Exception:  # a property that cannot be had is not shown
            continue


def reached(value: Any, path: str, depth: int = 4, seen: set[int] | None = None) -> Iterator[tuple[str, Any]]:
    """An object of zbopt, and those it holds; of a list or map the whole and its first two entries."""
    seen = set() if seen is None else seen
    if depth < 0 or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Mapping) and not _ours(value):
        yield path, value
        for key in list(value)[:2]:
            yield from reached(value[key], f"{path}[{key!r}]", depth - 1, seen) if _ours(value[key]) else ()
    elif isinstance(value, (tuple, list, set, frozenset)) and any(_ours(item) for item in value):
        yield path, value
        for number, item in enumerate(list(value)[:2]):
            yield from reached(item, f"{path}[{number}]", depth - 1, seen)
    elif _ours(value):
        yield path, value
        if type(value).__name__ in LEAVES:
            return
        for name, part in _parts(value):
            if _ours(part) or isinstance(part, (Mapping, tuple, list)):
                yield from reached(part, f"{path}.{name}", depth - 1, seen)


def _kin_of(scenario: Any) -> Any:
    return next(person.kin for person in scenario.people if person.kin)


Made = Mapping[str, Callable[[], Any]]


def results(folder: Path, changed: Path, here: Path) -> Made:
    """Everything `zbopt` returns for a scenario that is assigned."""
    plan = zbopt.assign(folder)
    return {
        "load": lambda: zbopt.load(folder),
        "load, a person": lambda: zbopt.load(folder).scenario.people[0],
        "load, kin": lambda: _kin_of(zbopt.load(folder).scenario),
        "check": lambda: zbopt.check(folder),
        "assign": lambda: plan,
        "explain": lambda: zbopt.explain(folder),
        "prices": lambda: zbopt.prices(folder, processes=1),
        "alternatives": lambda: zbopt.alternatives(folder, count=1),
        "what_if": lambda: zbopt.what_if(folder, ["policy.rules.R05.years=4"]),
        "compare": lambda: zbopt.compare(folder, changed),
        "why": lambda: zbopt.why(plan, "T1-head"),
        "why_not": lambda: zbopt.why_not(plan, "P05", "T1-head"),
        "what_would_it_take": lambda: zbopt.what_would_it_take(plan, "P10", "T1-head"),
        "open_plan": lambda: zbopt.open_plan(_run(here, folder), changed),
        "grid": lambda: zbopt.grid(folder, _grid(here), out=here / "grid", processes=1),
    }


def _run(here: Path, folder: Path) -> Path:
    """A run folder of a plan of the scenario."""
    from tests.here import zbopt_here

    zbopt_here("assign", str(folder), "--out", str(here / "run"))
    return here / "run"


def _grid(here: Path) -> Path:
    path = here / "grid.yaml"
    path.write_text("format: 1\nrows: [policy.rules.R05.years=4]\n", encoding="utf-8")
    return path


def merged(folder: Path) -> Made:
    """The same for a scenario that is merged."""
    return {
        "merge": lambda: zbopt.merge(folder, alternatives=1),
        "restructure": lambda: zbopt.restructure(folder),
        "overlap": lambda: zbopt.overlap(folder),
        "frontier": lambda: zbopt.frontier(folder),
        "explain": lambda: zbopt.explain(folder, kind="merge"),
    }


CHARTS: Mapping[str, Callable[[Any], Any]] = {
    "quotas": lambda result: zbopt.charts.quotas(result.document, "zh"),
    "bridge": lambda result: zbopt.charts.bridge(result.document, "zh"),
    "moves": lambda result: zbopt.charts.moves(result.document, "zh"),
}


def _charted(name: str, result: Any) -> Iterator[tuple[str, str]]:
    if name not in ("assign", "merge", "restructure"):
        return
    for chart, make in CHARTS.items():
        try:
            yield f"charts.{chart}", make(result).to_json()
        except (KeyError, ValueError):  # a plan without what the chart shows
            continue


def _framed(result: Any) -> Iterator[tuple[str, str]]:
    for name, frame in getattr(result, "frames", {}).items():
        yield f"frames[{name!r}]", f"{frame.to_csv()}\n{frame.to_html()}"


def shown_by(name: str, result: Any) -> Iterator[tuple[str, str]]:
    """Every text that a result gives of itself, by how a user gets it."""
    for path, value in reached(result, name):
        for view, text in texts(value):
            yield f"{view}({path})", text
    yield from _charted(name, result)
    yield from _framed(result)


def hits_of(where: Iterator[tuple[str, str]], command: str, scope: Scope) -> list[Hit]:
    """The hits in some texts, each kind once for each object (in the first of its views that has it)."""
    found: list[Hit] = []
    kinds: set[tuple[str, str]] = set()
    for view, text in where:
        of = view.partition("(")[2] or view
        for kind, shown in scan.wanted(scan.in_bytes(text.encode("utf-8", "replace"), "", scope), scope):
            if (kind, of) not in kinds:
                kinds.add((kind, of))
                found.append(Hit("Python API", kind, view, shown, f"{command}: {view}"))
    return found


def _bad_scenarios(place: Place, case: Case) -> Iterator[tuple[str, Path]]:
    number = case.secrets.numbers[0]
    bad = {
        "health": case.person("P07", health="肺病甲期"),
        "kin": case.person("P01", kin="P9癸:表舅公"),
        "number": case.person("P02", id_card=number[:-1] + ("1" if number[-1] != "1" else "2")),
        "birth": case.person("P03", birth=number),
        "unit": case.person("P04", unit=number),
    }
    for name, damaged in bad.items():
        yield name, place.put(f"bad-{name}", files(damaged, "csv"))


def raised(place: Place, case: Case) -> Iterator[tuple[str, str]]:
    """The text of exceptions: message, repr, what they carry, and the traceback a user would see."""
    for name, folder in _bad_scenarios(place, case):
        try:
            zbopt.load(folder)
        except Exception as problem:
            for path, value in reached(problem, f"load, bad {name}"):
                for view, text in texts(value):
                    yield f"{view}({path})", text
            yield f"{type(problem).__name__} (bad {name})", str(problem)
            yield f"traceback (bad {name})", "".join(traceback.format_exception(problem))


def object_hits(place: Place, names: frozenset[str] = frozenset()) -> Iterator[tuple[str, list[Hit]]]:
    """Everything the API returns or raises. `names`: only these."""
    case, merge, barred = assign_case(), merge_case(), impossible_case()
    folder, changed = (
        place.put("api", files(case, "csv")),
        place.put("api2", files(case.person("P01", status="病假"), "csv")),
    )
    other = place.put("api3", files(merge, "csv"))
    base = place.fresh()
    with _inside(base), listening() as lines:
        for of, made in (
            (case, results(folder, changed, base / "here")), (merge, merged(other)),
            (barred, {"explain, impossible": lambda: zbopt.explain(place.put("api4", files(barred, "csv")))}),
        ):  # fmt: skip
            scope = Scope(of.secrets, counted=False)
            for name, make in made.items():
                if names and name not in names:
                    continue
                asked = {"why_not": "P05", "what_would_it_take": "P10"}.get(name)
                scope_of = replace(scope, asked=frozenset({asked} if asked else ()))
                yield f"zbopt.{name}", hits_of(shown_by(name, make()), f"zbopt.{name}", scope_of)
        if not names or "exceptions" in names:
            secrets = replace(case.secrets, junk=("肺病甲期", "P9癸"))
            scope = Scope(secrets, fields_may_show=True)
            yield "exceptions", hits_of(raised(place, case), "zbopt.load (exceptions)", scope)
    scope = Scope(case.secrets)
    yield "logs", hits_of(iter([("log", "\n".join(lines))]), "zbopt (logs)", scope)
    left = {**content(base / "tmp"), **content(base / "home")}
    yield (
        "left",
        hits_of(
            ((name, data.decode("utf-8", "replace")) for name, data in left.items()), "zbopt (left in TMPDIR)", scope
        ),
    )
    place.forget(base)
