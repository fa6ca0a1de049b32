"""Checks the infeasible cases of tests/cases/infeasible, and the second solver against the brute force.

    python -m tests.brute.check_infeasible [seeds]

Of each case: the format accepts it; no plan exists; one exists with the broken elements left out; none exists while a
single break is left; and the conflicts of different breaks have no element in common. Seeds is the number of random
cases of each focus that are compared with the brute force (0: none).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.brute.cases import FOCI, Row, random_case
from tests.brute.oracle import solve
from tests.brute.second import elements, possible, shrink, without
from zbopt.scenario.load import load

FOLDER = Path(__file__).parents[1] / "cases" / "infeasible"
MOST_SETS = 200
"""Ways to mend a case that are looked at before its conflicts count as too many to list."""


def read_yaml(path: Path) -> Any:
    """A YAML file with every value as the text it is."""
    return YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8"))


def mends(case: Row, known: list[list[str]]) -> Iterator[frozenset[str]]:
    """Sets of elements that free the case when left out, the smallest first; conflicts met are added to `known`."""
    everything, queue, seen = set(elements(case)), [frozenset[str]()], set[frozenset[str]]()
    while queue:
        gone = queue.pop(0)
        conflict = next((found for found in known if gone.isdisjoint(found)), None)
        if conflict is None:
            if possible(case, everything - gone):
                yield gone
                continue
            conflict = shrink(case, everything - gone)
            known.append(conflict)
        for more in (gone | {name} for name in conflict):
            if more not in seen:
                seen.add(more)
                queue.append(more)


def conflicts(case: Row) -> tuple[list[list[str]], bool]:
    """Every minimal conflict of a case, and whether that is all: those that meet each way to mend it."""
    known: list[list[str]] = []
    while True:
        minimal: list[frozenset[str]] = []
        for number, mend in enumerate(mends(case, known)):
            if number == MOST_SETS:
                return known, False
            minimal += [] if any(other <= mend for other in minimal) else [mend]
        sets = crossing(minimal)
        fresh = [found for found in sets if found not in map(set, known)]
        if not fresh:
            return known, True
        known += [sorted(found) for found in fresh]


def crossing(families: list[frozenset[str]]) -> list[set[str]]:
    """The minimal sets that meet every one of these."""
    sets = [frozenset[str]()]
    for family in families:
        grown = {one if one & family else one | {name} for one in sets for name in ([""] if one & family else family)}
        sets = [one for one in grown if not any(other < one for other in grown)]
    return [set(one) for one in sets]


def faults_of(case: Row, breaks: list[list[str]]) -> Iterator[str]:
    """What is wrong with a case and its breaks."""
    everything = set(elements(case))
    broken = {name for ids in breaks for name in ids}
    if broken - everything:
        yield f"no such elements: {sorted(broken - everything)}"
        return
    if possible(case):
        yield "a plan exists"
    if not possible(case, everything - broken):
        yield "no plan exists even without what was broken"
    for ids in breaks if len(breaks) > 1 else ():
        if possible(case, everything - (broken - set(ids))):
            yield f"{ids} alone does not stand against a plan"


def apart(breaks: list[list[str]], found: list[list[str]]) -> Iterator[str]:
    """Where the conflicts of different breaks are not apart."""
    owner: dict[str, int] = {}
    for conflict in found:
        named = [i for i, ids in enumerate(breaks) if set(ids) & set(conflict)]
        if len(named) != 1:
            yield f"{conflict} names {len(named)} breaks"
            continue
        for name in conflict:
            if owner.setdefault(name, named[0]) != named[0]:
                yield f"{name} stands in conflicts of two breaks"
    if {*range(len(breaks))} - {*owner.values()}:
        yield "a break without a conflict"


def check(folder: Path) -> list[str]:
    """Every fault of one case."""
    case, expected = read_yaml(folder / "scenario.yaml"), read_yaml(folder / "expected.yaml")
    load(folder)
    faults = list(faults_of(case, expected["broken"]))
    faults += [] if len(expected["broken"]) == len(expected["repairable"]) else ["not parallel"]
    found, whole = conflicts(case)
    faults += apart(expected["broken"], found)
    print(f"{folder.name}: {len(case['people'])} people, {len(elements(case))} elements, breaks {expected['broken']}")
    for conflict in found:
        print(f"    {' + '.join(conflict)}")
    print("" if whole else "    ... and more\n", end="")
    print("".join(f"    FAULT: {fault}\n" for fault in faults), end="")
    return faults


def harden(rng: random.Random, case: Row) -> Row:
    """Make a random case more likely to be impossible: targets hard, posts that must be filled."""
    policy = case["policy"]
    for rule, stated in policy.get("rules", {}).items():
        if isinstance(stated, dict) and rule != "R32" and rng.random() < 0.5:
            policy["rules"][rule] = stated | {"mode": "hard"}
    nested = [post for force in case["task_forces"] for post in force.get("posts") or []]
    for post in nested + case.get("posts", []):
        if rng.random() < 0.3:
            post["must_fill"] = True
    for quota in policy.get("quotas", []) + [q for force in case["task_forces"] for q in force.get("quotas") or []]:
        if rng.random() < 0.7:
            quota["mode"] = "hard"
    return case


def against_brute(seeds: int) -> tuple[int, int, list[str]]:
    """Compare with the brute force: random cases as they are, made harder, and with random elements left out."""
    compared, impossible, faults = 0, 0, []
    for focus in FOCI:
        for seed in range(seeds):
            rng = random.Random(f"{seed}{focus}")
            plain = random_case(rng, focus)
            for case in (plain, harden(rng, random_case(rng, focus))):
                ids = elements(case)
                for gone in (set(), {name for name in ids if rng.random() < 0.25}):
                    expected = solve(without(case, gone))["status"] != "infeasible"
                    if possible(case, set(ids) - gone) != expected:
                        faults.append(f"{focus} {seed} without {sorted(gone)}: brute force says {expected}")
                    compared, impossible = compared + 1, impossible + (not expected)
                if not possible(case, set()):
                    faults.append(f"{focus} {seed}: no plan without any element")
    return compared, impossible, faults


def main() -> int:
    """Check everything; 1 where anything is wrong."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    faults = [f"{folder.name}: {fault}" for folder in sorted(FOLDER.glob("[0-9]*")) for fault in check(folder)]
    if seeds:
        compared, impossible, differ = against_brute(seeds)
        print(f"brute force: {compared} cases compared, {impossible} of them impossible, {len(differ)} differ")
        faults += differ
    print("\n".join(faults) or "no fault")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
