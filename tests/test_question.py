"""Is there a plan? Answers of the reduced model where a row holds many people."""

from __future__ import annotations

import pytest

from zbopt.engine.question import ask
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
