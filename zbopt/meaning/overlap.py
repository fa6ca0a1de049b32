"""Overlap of task forces: pairs with evidence, and duties that may be the same in other words.

Fragmentation, overlap and duplication are told apart after GAO-15-49SP: the same key task in different hands; some duties in
common; one doing nothing that the other does not do as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from zbopt.meaning.blocks import of_pair
from zbopt.meaning.scores import half_up
from zbopt.meaning.teams import Structure
from zbopt.scenario.models import Scenario
from zbopt.scenario.work import Duty
from zbopt.scenario.workload import Workloads

FRAGMENTATION, OVERLAP, DUPLICATION = "fragmentation", "overlap", "duplication"
DEFAULT_THRESHOLD = 5000
"""Similarity per 10,000 from which two duties are proposed to be the same."""


def kind_of_pair(works: Workloads, one: str, other: str) -> str | None:
    """duplication: all duties of one are the other's too, and not all of these are divided; overlap: some are; fragmentation: only a
    key task in common; None."""
    mine, theirs = (_classes(works, key) for key in (one, other))
    if mine & theirs:
        whole = (mine <= theirs or theirs <= mine) and not mine & theirs <= works.scenario.divided
        return DUPLICATION if whole else OVERLAP
    return FRAGMENTATION if _tasks(works, one) & _tasks(works, other) else None


def _classes(works: Workloads, part: str) -> set[str]:
    return {works.duty_class[duty] for duty in works.scenario.duties_of_task_force[part]}


def _tasks(works: Workloads, part: str) -> set[str]:
    duties = works.scenario.duties_of_task_force[part]
    return {duty.key_task for duty in works.scenario.duties if duty.id in duties and duty.key_task is not None}


def pair_evidence(structure: Structure, one: str, other: str) -> dict[str, Any]:
    """What two task forces have in common: duties with both workloads, units, supervisor, key tasks."""
    works = structure.works
    overlap = works.overlap(one, other)
    teams = works.scenario.task_force_by_id
    units = [{team.lead_unit, *team.member_units} - {None} for team in (teams[one], teams[other])]
    blocked = of_pair(structure, overlap.one, overlap.other)
    supervisors = {teams[one].supervisor, teams[other].supervisor}
    return {
        "parts": [overlap.one, overlap.other],
        "overlap": overlap.per_10000,
        "jaccard": overlap.jaccard_per_10000,
        "common": overlap.common,
        "linked": works.linked(one, other),
        "may_merge": works.linked(one, other) and not blocked,
        "blocked": [item.as_json() for item in blocked] if works.linked(one, other) else [],
        "kind": kind_of_pair(works, one, other),
        "duties": [
            {
                "duty": key,
                "workload": [works.by_duty[overlap.one][key], works.by_duty[overlap.other][key]],
                "divided": key in works.scenario.divided,
            }
            for key in overlap.duties
        ],
        "units": sorted(units[0] & units[1], key=str),
        "supervisor": supervisors.pop() if len(supervisors) == 1 else None,
        "key_tasks": sorted(_tasks(works, one) & _tasks(works, other)),
        "estimated": [key for key in (overlap.one, overlap.other) if key not in works.stated],
    }


def overlap_pairs(structure: Structure) -> list[dict[str, Any]]:
    """Every pair of parts that has anything in common, largest overlap first."""
    works = structure.works
    pairs = [pair_evidence(structure, *key) for key in works.overlaps if kind_of_pair(works, *key) is not None]
    return sorted(pairs, key=lambda row: (-row["overlap"], row["parts"]))


def overlap_document(scenario: Scenario) -> dict[str, Any]:
    """Every pair of parts that has anything in common, largest overlap first."""
    structure = Structure(scenario)
    works = structure.works
    return {
        "format": 1,
        "kind": "overlap",
        "scenario": {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": scenario.sha256},
        "min_overlap": scenario.policy.merge.min_overlap.per_10000,
        "task_forces": [{"id": part.id, "name": part.name, "workload": works.total[part.id]} for part in works.parts],
        "pairs": overlap_pairs(structure),
        "undecided": undecided(structure),
    }


def undecided(structure: Structure) -> list[dict[str, Any]]:
    """Duties that several do and of which nobody said whether they are divided: the same work, or each a part? Most in common first.

    `once`: hundredths together if it is the same work; `sum`: if it is divided.
    """
    works, scenario = structure.works, structure.scenario
    names = {duty.id: duty.name for duty in scenario.duties}
    answered = {works.duty_class[duty.id] for duty in scenario.duties if duty.divided.value is not None}
    doers: dict[str, dict[str, int]] = {}
    for part, duties in works.by_duty.items():
        for same, fte in duties.items():
            doers.setdefault(same, {})[part] = fte
    rows: list[dict[str, Any]] = []
    for same, own in doers.items():
        if len(own) < 2 or same in answered:
            continue
        most: dict[str, int] = {}
        for part in own:
            for (duty, category), fte in works.of[part].items():
                if duty == same:
                    most[category] = max(most.get(category, 0), fte)
        once, added = sum(most.values()), sum(own.values())
        if once < added:  # else they work in different categories, and the answer changes nothing
            rows.append({"duty": same, "name": names[same], "workload": own, "once": once, "sum": added})
    return sorted(rows, key=lambda row: (row["once"] - row["sum"], row["duty"]))


# --- duties in other words -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two duties that may be the same: only a planner's `same_as` makes them so."""

    one: str
    other: str
    similarity: int


def read_synonyms(text: str) -> dict[str, str]:
    """Lines of words that mean the same, separated by = or blanks; each becomes the first. `#` begins a remark."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = [word for word in line.split("#")[0].replace("=", " ").split() if word]
        found |= dict.fromkeys(words[1:], words[0]) if words else {}
    return found


def grams(text: str, synonyms: Mapping[str, str]) -> Counter[str]:
    """Character bigrams and, weighted alike, trigrams of a text, punctuation and blanks left out, synonyms replaced."""
    for word in sorted(synonyms, key=lambda item: (-len(item), item)):
        text = text.replace(word, synonyms[word])
    kept = "".join(mark for mark in text.lower() if mark.isalnum())
    padded = f"^{kept}$"
    return Counter(padded[i : i + n] for n in (2, 3) for i in range(len(padded) - n + 1))


def similarity(one: Counter[str], other: Counter[str]) -> int:
    """Cosine of two gram counts per 10,000."""
    dot = sum(count * other[gram] for gram, count in one.items())
    norm = sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))
    return int(10_000 * dot / norm + 0.5) if norm else 0


def suggestions(
    scenario: Scenario, synonyms: Mapping[str, str], threshold: int = DEFAULT_THRESHOLD
) -> tuple[Suggestion, ...]:
    """Pairs of duties of different parts that read alike and are neither confirmed the same nor different, most alike first.

    Names weigh twice, the text once where both state one.
    """
    works = Workloads(scenario)
    parts_of = {
        duty.id: {p.id for p in works.parts if duty.id in scenario.duties_of_task_force[p.id]}
        for duty in scenario.duties
    }
    silenced = {frozenset((duty.id, other.duty)) for duty in scenario.duties for other in duty.different_from}
    used = [duty for duty in scenario.duties if parts_of[duty.id]]
    names = {duty.id: grams(duty.name, synonyms) for duty in used}
    texts = {duty.id: grams(duty.text or "", synonyms) for duty in used}
    found = []
    for place, one in enumerate(used):
        for other in used[place + 1 :]:
            same = works.duty_class[one.id] == works.duty_class[other.id]
            if same or frozenset((one.id, other.id)) in silenced or parts_of[one.id] == parts_of[other.id]:
                continue
            value = _likeness(one, other, names, texts)
            if value >= threshold:
                found.append(Suggestion(one.id, other.id, value))
    return tuple(sorted(found, key=lambda item: (-item.similarity, item.one, item.other)))


def _likeness(one: Duty, other: Duty, names: Mapping[str, Counter[str]], texts: Mapping[str, Counter[str]]) -> int:
    value = similarity(names[one.id], names[other.id])
    if one.text and other.text:
        return half_up(2 * value + similarity(texts[one.id], texts[other.id]), 3)
    return value


def confirmed(scenario: Scenario, pairs: Sequence[Suggestion]) -> Scenario:
    """The scenario with suggestions taken as confirmed, to see what would change; never written anywhere."""
    from zbopt.scenario.work import Confirmed

    more = {item.one: [] for item in pairs}  # type: dict[str, list[Confirmed]]
    for item in pairs:
        more[item.one].append(Confirmed(duty=item.other))
    duties = tuple(
        duty.model_copy(update={"same_as": (*duty.same_as, *more[duty.id])}) if duty.id in more else duty
        for duty in scenario.duties
    )
    return scenario.replaced(duties=duties)


__all__ = [
    "DEFAULT_THRESHOLD",
    "Suggestion",
    "confirmed",
    "overlap_document",
    "pair_evidence",
    "read_synonyms",
    "suggestions",
]
