"""The plan a run begins with: one exists wherever nothing stands against leaving seats empty, and it keeps every rule."""

from __future__ import annotations

import random

import pytest

from tests.brute.cases import FOCI, random_case
from zbopt.diagnostics import DiagnosticsError
from zbopt.engine.assign import assignment_at, build
from zbopt.engine.data import Data
from zbopt.engine.eligibility import eligibility
from zbopt.engine.start import start_plan
from zbopt.meaning.bars import Bars
from zbopt.meaning.measure import measure
from zbopt.scenario import facts
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.months import Month


def may_be_empty(scenario: Scenario) -> bool:
    """Whether the plan of nobody keeps every hard rule."""
    return not measure(scenario, ()).faults and not any(
        pin.must and facts.pin_binds(pin, scenario) for pin in scenario.pins
    )


@pytest.mark.parametrize("focus", [None, *FOCI])
def test_a_plan_exists_from_the_start(focus: str | None) -> None:
    looked_at = 0
    for seed in range(500, 512):
        try:
            scenario = parse(random_case(random.Random(f"{seed}{focus}"), focus)).scenario
        except DiagnosticsError:
            continue
        context, model = build(scenario)
        point = start_plan(context, model)
        if point is not None:
            assert not measure(scenario, assignment_at(context, point)).faults
        elif may_be_empty(scenario):
            raise AssertionError(f"no plan to begin with: seed {seed}")
        looked_at += 1
    assert looked_at > 6


def part_time(cap: int) -> dict:
    """Twelve half-time seats in three task forces, people of one unit that may lend `cap`; any of them may hold two."""
    posts = [
        {"id": f"T{team}-{post}", "task_force": f"T{team}", "seats": 2, "load": "0.5"}
        for team in "123"
        for post in "ab"
    ]
    return {
        "name": "半时",
        "as_of": "2019-06",
        "units": [{"id": "U1", "name": "县住建局", "lend_max": cap}],
        "people": [{"id": f"P{number}", "name": f"季{number}", "unit": "U1"} for number in range(8)],
        "task_forces": [{"id": f"T{team}", "name": f"专班{team}", "kind": "special"} for team in "123"],
        "posts": posts,
    }


def test_half_time_seats_under_a_cap_of_their_unit() -> None:
    """Three people may be lent, each can hold two half seats: six of twelve are filled before any search."""
    scenario = parse(part_time(3)).scenario
    context, model = build(scenario)
    point = start_plan(context, model)
    assert point is not None
    seated = assignment_at(context, point)
    assert len({person for person, _ in seated}) == 3
    assert len(seated) == 6


def test_a_hard_share_costs_as_few_seats_as_it_must() -> None:
    """Two women among six people, at least half of those seated must be women: four seats, not none."""
    case = part_time(8)
    case["people"] = [
        {"id": f"P{number}", "name": f"季{number}", "unit": "U1", "gender": "女" if number < 2 else "男"}
        for number in range(6)
    ]
    case["posts"] = [{"id": "T1-a", "task_force": "T1", "seats": 6}]
    case["policy"] = {"quotas": [{"name": "女干部", "of": "gender == female", "min": "50%", "mode": "hard"}]}
    scenario = parse(case).scenario
    context, model = build(scenario)
    point = start_plan(context, model)
    assert point is not None
    assert len(assignment_at(context, point)) == 4


def test_engine_and_audit_agree_on_every_age() -> None:
    """A birth after `as_of` is told when a file is read; where it is allowed, a post with an upper age only bars nobody young."""
    case = part_time(8)
    case["posts"] = [{"id": "T1-a", "task_force": "T1", "seats": 9, "age_max": 40}]
    case["people"] = [
        {"id": f"P{age}", "name": f"季{age}", "unit": "U1", "birth": f"{2019 - age}-06"} for age in (0, 16, 40, 41)
    ]
    scenario = parse({**case, "policy": {"plausible": {"youngest": 0}}}).scenario
    newborn = scenario.people[0].model_copy(update={"id": "P-3", "birth": Month(2022, 6)})
    scenario = scenario.replaced(people=(newborn, *scenario.people))
    data, bars = Data(scenario), Bars(scenario)
    allowed = eligibility(data).allowed
    for place, person in enumerate(data.people):
        assert bool(allowed[place, 0]) is not bool(bars.hard(person, data.posts[0])), person.id
    assert allowed[:, 0].sum() == 4
