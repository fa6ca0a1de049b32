"""Overlap of task forces, and duties that may be the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zbopt.plan.document import Document
from zbopt.planning.merging import unfit_checked
from zbopt.scenario.load import Loaded, load


def overlap(source: str | Path | Loaded) -> tuple[Loaded, Document]:
    """Pairs of task forces with their overlap and its evidence; applied ones included."""
    from zbopt.meaning.overlap import overlap_document
    from zbopt.meaning.triage import Triage

    loaded = source if isinstance(source, Loaded) else load(source)
    return loaded, overlap_document(Triage(loaded.scenario).every)


def suggest(
    source: str | Path | Loaded, *, synonyms: str | Path | None = None, threshold: int | None = None, effects: int = 10
) -> tuple[Loaded, list[dict[str, Any]]]:
    """Duties that may be the same in other words, most alike first, and for the first `effects` of them what would change.

    `change`: least seats and task forces as it stands and with this one pair confirmed, and the groups that would be new.
    """
    from zbopt.explaining.headcount import least_headcount
    from zbopt.meaning.overlap import DEFAULT_THRESHOLD, confirmed, read_synonyms, suggestions
    from zbopt.meaning.triage import Triage
    from zbopt.scenario.source import decode, read_bytes

    loaded = source if isinstance(source, Loaded) else load(source)
    words = {}
    if synonyms is not None:
        name = Path(synonyms).name
        words = read_synonyms(decode(read_bytes(Path(synonyms), name), name)[0])
    scenario = Triage(loaded.scenario).every
    pairs = suggestions(scenario, words, DEFAULT_THRESHOLD if threshold is None else threshold)
    merged = unfit_checked(loaded, ())
    before = least_headcount(merged) if pairs else None
    rows = []
    for place, item in enumerate(pairs):
        after = least_headcount(confirmed(merged, [item])) if place < effects else None
        change = None
        if before is not None and after is not None:
            change = {
                "seats": [before.seats, after.seats],
                "task_forces": [before.task_forces, after.task_forces],
                "groups": [list(group) for group in after.partition if group not in before.partition]
                if (after.seats, after.task_forces) != (before.seats, before.task_forces)
                else [],
            }
        rows.append({"duties": [item.one, item.other], "similarity": item.similarity, "change": change})
    return loaded, rows


__all__ = ["overlap", "suggest"]
