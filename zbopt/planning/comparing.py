"""Plans and scenarios side by side, and one what-if against what it is a change of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.plan import runfolder
from zbopt.plan.compare import Side, comparison
from zbopt.plan.document import Document
from zbopt.plan.merge_document import scenario_to_show
from zbopt.planning.answers import confirmed, open_plan
from zbopt.planning.assigning import assign
from zbopt.planning.conflicts import edits_json
from zbopt.planning.merging import merge, restructure
from zbopt.planning.notebook import Framed
from zbopt.planning.results import Result
from zbopt.progress import Listener, OnControl
from zbopt.scenario.editing import edited
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario


@dataclass(frozen=True, repr=False)
class Comparison(Framed):
    """A comparison: the document, and the scenarios of its sides for names."""

    document: Document
    scenarios: tuple[Scenario, ...]
    results: tuple[Result, ...] = ()

    @property
    def status(self) -> str:
        """The status of the last side."""
        return str(self.document["sides"][-1]["status"])


def solve_as(
    loaded: Loaded, kind: str, decisions: str | Path | None = None, time_limit_seconds: int | None = None,
    seed: int | None = None, workers: int | None = None, listener: Listener = None, on_control: OnControl = None,
) -> Result:  # fmt: skip
    """`assign`, `merge` or `restructure` by name; raises `DiagnosticsError` for decisions without triage."""
    if decisions is not None and kind != "restructure":
        raise DiagnosticsError([error("Z530")])
    use_cases: dict[str, Callable[..., Result]] = {"assign": assign, "merge": merge, "restructure": restructure}
    more = {"decisions": decisions} if kind == "restructure" else {}
    return use_cases[kind](
        loaded, time_limit_seconds=time_limit_seconds, seed=seed, workers=workers, listener=listener,
        on_control=on_control, **more,
    )  # fmt: skip


def compare(
    *sources: str | Path | Loaded | Result,
    kind: str = "assign",
    time_limit_seconds: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Comparison:
    """Two or more plans (run folders, plan.json, results) or scenarios, each against the first; scenarios are solved as `kind`."""
    if len(sources) < 2:
        raise DiagnosticsError([error("Z534")])
    sides = [_side(source, kind, time_limit_seconds, listener, on_control) for source in sources]
    return Comparison(comparison(_labelled([side for side, _ in sides])), tuple(shown for _, shown in sides))


def _labelled(sides: Sequence[Side]) -> list[Side]:
    """Labels that differ: the same name twice gets a number."""
    labels = [side.label for side in sides]
    return [
        replace(side, label=f"{side.label} ({labels[: n + 1].count(side.label)})")
        if labels.count(side.label) > 1
        else side
        for n, side in enumerate(sides)
    ]


def _side(
    source: str | Path | Loaded | Result, kind: str, limit: int | None, listener: Listener, on_control: OnControl
) -> tuple[Side, Scenario]:
    """A side with the scenario that has the names of its teams: a plan as it is, a scenario solved."""
    if isinstance(source, (str, Path)) and _is_plan(Path(source)):
        finished = confirmed(open_plan(source), source)
        shown = scenario_to_show(finished.scenario, finished.document)
        return Side(Path(source).name, finished.scenario, finished.document), shown
    label = Path(source).name if isinstance(source, (str, Path)) else source.scenario.name
    if not isinstance(source, Result):
        loaded = source if isinstance(source, Loaded) else load(source)
        source = solve_as(loaded, kind, None, limit, None, None, listener, on_control)
    return Side(label, source.scenario, source.document), source.shown


def _is_plan(path: Path) -> bool:
    """Whether a path is a result: a plan, or a folder of ours that has none (a grid, a frontier), which is told as such."""
    if path.suffix == ".json" or not runfolder.is_folder(path):
        return path.suffix == ".json"
    has_manifest = (path / runfolder.MANIFEST).is_file() and not (path / "scenario.yaml").is_file()
    return has_manifest or (path / runfolder.PLAN).is_file()


def scenario_of(source: str | Path) -> Scenario:
    """The scenario of a plan or scenario file; raises `DiagnosticsError`."""
    path = Path(source)
    return open_plan(path).scenario if _is_plan(path) else load(path).scenario


def with_edits(loaded: Loaded, texts: Sequence[str]) -> tuple[Loaded, tuple[Edit, ...]]:
    """A loaded scenario after edits as typed; raises `DiagnosticsError` with everything that cannot be done."""
    scenario, edits = edited(loaded.scenario, texts, strict=True)
    return replace(loaded, scenario=scenario), edits


def what_if(
    source: str | Path | Loaded,
    edits: Sequence[str],
    *,
    kind: str = "assign",
    decisions: str | Path | None = None,
    time_limit_seconds: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    listener: Listener = None,
    on_control: OnControl = None,
) -> Comparison:
    """The scenario as it is against the scenario after some edits, both solved: `policy.quotas.85后.min=60%`, `-people.P017`."""
    loaded = source if isinstance(source, Loaded) else load(source)
    after, done = with_edits(loaded, edits)
    settings = (time_limit_seconds, seed, workers, listener, on_control)
    results = (solve_as(loaded, kind, decisions, *settings), solve_as(after, kind, decisions, *settings))
    sides = [
        Side("before", results[0].scenario, results[0].document),
        Side("after", results[1].scenario, results[1].document),
    ]
    document = {**comparison(sides), "kind": "what_if", "edits": edits_json(done, loaded)}
    return Comparison(document, (results[0].shown, results[1].shown), results)


__all__ = ["Comparison", "compare", "scenario_of", "solve_as", "what_if", "with_edits"]
