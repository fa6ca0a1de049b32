"""Is there a plan? Answers of the reduced model where a row holds many people."""

from __future__ import annotations

import random

import pytest

from tests.brute.second import possible
from zbopt.engine.question import ask
from zbopt.explaining.elements import Question, hard_only
from zbopt.meaning.measure import measure
from zbopt.progress import Control
from zbopt.scenario.load import parse


@pytest.mark.parametrize("number", [100, 127, 128, 150, 256, 300])
def test_help_through_a_row_with_many_people_is_found(number: int) -> None:
    """Nobody in T1 is a specialist, half of all must be: the specialists of T2 help only through that quota."""
    people = [{"id": f"P{n:03d}", "name": f"甲{n}", "unit": "U1", "categories": {"plan": 3}} for n in range(number)]
    people += [
        {"id": f"S{n:03d}", "name": f"乙{n}", "unit": "U1", "categories": {"text": 3}, "specialist": True}
        for n in range(number)
    ]
    case = {
        "name": "人多的行",
        "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}, {"id": "text", "name": "文字"}],
        "units": [{"id": "U1", "name": "县局"}],
        "people": people,
        "task_forces": [
            {
                "id": "T1",
                "name": "一",
                "kind": "project",
                "posts": [{"id": "T1-a", "category": "plan", "seats": number, "must_fill": True}],
            },
            {
                "id": "T2",
                "name": "二",
                "kind": "project",
                "posts": [{"id": "T2-a", "category": "text", "seats": number}],
            },
        ],
        "policy": {
            "rules": {"R37": "off"},
            "quotas": [{"name": "专业型", "of": "specialist", "in": "all", "min": "50%", "mode": "hard"}],
        },
    }
    assert ask(parse(case).scenario, Control(60)).outcome == "possible"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_large_cases_equal_another_solver(seed: int) -> None:
    """260 people and rows over all of them, with a third of the elements left out at random: the other model keeps every column."""
    rng = random.Random(seed)
    case = large(rng)
    scenario = parse(case).scenario
    question = Question(hard_only(scenario))
    for share in (0.0, 0.3, 0.6):
        gone = [element for element in question.elements if rng.random() < share]
        kept = {element.id for element in question.elements if element not in gone}
        found = ask(question.without(gone).scenario, Control(60))
        assert (found.outcome == "possible") == possible(case, kept), (share, sorted(kept))
        if found.assignment is not None:
            assert measure(question.without(gone).scenario, found.assignment).faults == ()


def large(rng: random.Random) -> dict:
    """Three task forces, posts of 20 to 60 seats some of which must be filled, hard shares and counts over all and each."""
    people = [
        {
            "id": f"P{n:03d}",
            "name": f"甲{n}",
            "unit": rng.choice(["U1", "U2", "U3"]),
            "categories": {rng.choice(["plan", "text"]): rng.randint(2, 4)},
            "birth": f"{rng.randint(1965, 1995)}-05",
            **({"specialist": True} if rng.random() < 0.4 else {}),
        }
        for n in range(260)
    ]
    teams = []
    for key in ("T1", "T2", "T3"):
        posts = [
            {
                "id": f"{key}-{kind}",
                "needs": {kind: rng.randint(2, 4)},
                "seats": rng.randint(20, 60),
                **({"must_fill": True} if rng.random() < 0.5 else {}),
            }
            for kind in ("plan", "text")
        ]
        teams.append({"id": key, "name": key, "kind": "project", "posts": posts})
    quotas = [
        {"name": "专业型", "of": "specialist", "in": "all", "min": f"{rng.randint(35, 60)}%", "mode": "hard"},
        {"name": "85后", "of": "birth_year >= 1985", "in": "each", "min": f"{rng.randint(25, 50)}%", "mode": "hard"},
        {"name": "老", "of": "birth_year < 1975", "in": "all", "max": rng.randint(5, 60), "mode": "hard"},
    ]
    return {
        "name": "大",
        "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}, {"id": "text", "name": "文字"}],
        "units": [
            {"id": "U1", "name": "县局", "level": "county", "on_duty": 900, "lend_max": rng.randint(20, 90)},
            {"id": "U2", "name": "二局", "level": "county", "on_duty": 900, "lend_max": rng.randint(20, 90)},
            {"id": "U3", "name": "三局", "level": "county", "on_duty": 900},
        ],
        "people": people,
        "task_forces": teams,
        "policy": {"rules": {"R37": {"mode": "hard", "min": 10, "max": 120}}, "quotas": quotas},
    }
