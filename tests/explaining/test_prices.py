"""Prices and alternatives of random tiny cases equal a brute force written from the texts alone; what is not solved twice is as exact."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.brute import price_oracle as brute
from tests.brute.price_cases import price_case
from tests.engine.test_brute_force import readable
from zbopt.engine.alternatives import alternatives
from zbopt.engine.assign import solve
from zbopt.explaining.case import Case
from zbopt.explaining.prices import PriceList
from zbopt.progress import Control

SEEDS = range(60)
KINDS = (
    "drop:R",
    "drop:quota",
    "drop:pin",
    "drop:ban",
    "drop:must_fill",
    "quota:",
    "cap:",
    "least:",
    "size:",
    "R05:",
    "age:",
)


def prices_of(case: dict) -> dict[str, dict[str, int] | None] | None:
    scenario = readable(case)
    if scenario is None:
        return None
    made = Case(scenario)
    base = made.solve(Control(60))
    found = PriceList(made, Control(120), base)
    return {price.change.id: None if price.deltas is None else dict(price.deltas) for price in found.prices()}


def one_bound(case: dict, change: str) -> bool:
    """Whether the quotas of the name a change moves all state the same bound: others are moved by no single edit."""
    parts = change.split(":")
    if parts[0] == "drop" or parts[1] != "quota":
        return True
    team, _, name = parts[2].rpartition("/")
    holders = [case["policy"]] if not team else [item for item in case["task_forces"] if item["id"] == team]
    rows = [row for holder in holders for row in holder.get("quotas") or [] if row["name"] == name]
    return len({row.get(parts[3]) for row in rows}) == 1


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_prices_equal_brute_force(start: int) -> None:
    compared = 0
    for seed in range(start, start + 10):
        case = price_case(seed)
        found = prices_of(case)
        if found is None:
            continue
        assert found == {key: value for key, value in brute.prices(case).items() if one_bound(case, key)}, seed
        compared += 1
    assert compared >= 9


def test_every_kind_has_prices_that_are_not_zero() -> None:
    moved: Counter[str] = Counter()
    for seed in SEEDS:
        for name, delta in brute.prices(price_case(seed)).items():
            if delta is None or any(delta.values()):
                moved.update(kind for kind in KINDS if name.startswith(kind) or name.partition(":")[2].startswith(kind))
    assert all(moved[kind] >= 3 for kind in KINDS), moved


@pytest.mark.parametrize("seed", SEEDS)
def test_alternatives_equal_brute_force(seed: int) -> None:
    case = price_case(seed)
    scenario = readable(case)
    assert scenario is not None
    solution = solve(scenario, Control(60), 1, 1)
    for tolerance, difference in ((0, 1), (40, 2), (400, 3)):
        admitted = brute.admitted(case, tolerance)
        known = dict(admitted)
        found = alternatives(scenario, solution, Control(60), 1, 1, 3, tolerance, difference)
        chosen = [(frozenset(solution.assignment or ()), 0)]
        for plan, value in found.plans:
            assert value == brute.next_best(admitted, chosen, difference) == known[frozenset(plan)]
            chosen.append((frozenset(plan), value))
        if found.ended == "none_left":
            assert brute.next_best(admitted, chosen, difference) is None
        assert found.fixed is not None
        assert set(found.fixed) == brute.fixed(admitted)
