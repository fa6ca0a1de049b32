"""Overlap of task forces, and duties that may be the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zbopt.plan.document import Document
from zbopt.planning.merging import unfit_checked
from zbopt.progress import Control
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario


def overlap(source: str | Path | Loaded) -> tuple[Loaded, Document]:
    """Pairs of task forces with their overlap and its evidence; applied ones included."""
    from zbopt.plan.overlap import overlap_document
    from zbopt.plan.triage import Triage

    loaded = source if isinstance(source, Loaded) else load(source)
    return loaded, overlap_document(Triage(loaded.scenario).every)


def suggest(
    source: str | Path | Loaded, *, synonyms: str | Path | None = None, threshold: int | None = None, effects: int = 10
) -> tuple[Loaded, list[dict[str, Any]]]:
    """Duties that may be the same in other words, most alike first, and for the first `effects` of them what would change.

    `change`: least seats and task forces as it stands and with this one pair confirmed, and the groups that would be new.
    """
    from zbopt.plan.overlap import DEFAULT_THRESHOLD, confirmed, read_synonyms, suggestions
    from zbopt.plan.triage import Triage
    from zbopt.scenario.source import decode, read_bytes

    loaded = source if isinstance(source, Loaded) else load(source)
    words = {}
    if synonyms is not None:
        name = Path(synonyms).name
        words = read_synonyms(decode(read_bytes(Path(synonyms), name), name)[0])
    scenario = Triage(loaded.scenario).every
    pairs = suggestions(scenario, words, DEFAULT_THRESHOLD if threshold is None else threshold)
    merged = unfit_checked(loaded, ())
    before = _headcount(merged) if pairs else None
    rows = []
    for place, item in enumerate(pairs):
        after = _headcount(confirmed(merged, [item])) if place < effects else None
        change = None
        if before is not None and after is not None:
            change = {
                "seats": [before[0], after[0]],
                "task_forces": [before[1], after[1]],
                "groups": [list(group) for group in after[2] if group not in before[2]]
                if after[:2] != before[:2]
                else [],
            }
        rows.append({"duties": [item.one, item.other], "similarity": item.similarity, "change": change})
    return loaded, rows


def _headcount(scenario: Scenario) -> tuple[int, int, tuple[tuple[str, ...], ...]] | None:
    """Least seats, then task forces, and one partition that has them; None where there is none."""
    from zbopt.engine.candidates import TooManyTeams, candidates
    from zbopt.engine.partition import Partitions
    from zbopt.scenario.workload import Workloads

    try:
        found = candidates(Workloads(scenario))
        least = Partitions(found, Control(60), 1).least()
    except (TooManyTeams, TimeoutError):
        return None
    if least is None:
        return None
    parts = found.works.parts
    groups = tuple(sorted(tuple(parts[part].id for part in found.teams[team]) for team in least.partition))
    return least.seats, least.task_forces, groups


__all__ = ["overlap", "suggest"]
