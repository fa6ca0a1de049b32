"""A run that is stopped keeps its best plan, says so, and never calls it proved."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from zbopt import planning
from zbopt.engine import cpsat, stages
from zbopt.engine.assign import build
from zbopt.engine.backend import search
from zbopt.planning import assign
from zbopt.progress import Control, Event
from zbopt.scenario.load import parse


def test_stopped_at_once_the_start_plan_is_kept_and_audited() -> None:
    result = assign("scenarios/kaihua-2019", on_control=Control.request_stop)
    assert result.status == "stopped"
    assert result.solution.assignment
    assert result.audit == ()
    assert not result.document["repeatable"]
    assert {stage.status for stage in result.solution.stages} == {"not_reached"}


def test_a_listener_that_fails_does_not_end_the_run() -> None:
    def faulty(event: Event) -> None:
        raise RuntimeError(event.stage)

    assert assign("scenarios/tiny", listener=faulty).status == "proved"


def test_progress_names_stage_and_activity() -> None:
    seen: list[Event] = []
    assign("scenarios/kaihua-2019", listener=seen.append)
    assert {"model", "start", "merit"} <= {event.stage for event in seen}
    assert seen[-1].seconds >= seen[0].seconds


def test_a_stopped_merger_keeps_a_plan_that_audits() -> None:
    result = planning.restructure(
        "scenarios/kaihua-2019/restructure.yaml", on_control=lambda control: control.request_stop()
    )
    assert result.status == "stopped"
    assert result.solution.assignment
    assert result.document["headline"]["after"]["task_forces"] == 14
    states = {row["name"]: row["status"] for row in result.document["stages"]}
    assert states["uncovered"] == "proved"
    assert states["merit"] == "not_reached"
    assert not result.document["repeatable"]


def test_alternatives_that_were_stopped_say_so() -> None:
    held: list[Control] = []

    def stop(event: Event) -> None:
        if event.stage == "alternatives":
            held[0].request_stop()

    result = planning.merge(
        "scenarios/kaihua-2019/restructure.yaml", alternatives=3, listener=stop, on_control=held.append
    )
    assert result.status == "proved"
    assert result.interrupted
    assert result.document["alternatives_search"] == "stopped"


@pytest.mark.parametrize("stage", ["unfilled", "quotas", "merit"])
def test_stopped_inside_a_search_the_figures_are_those_of_the_plan(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search ends without a point of its own: it has no bound to tell either, and the plan before it stands."""
    real = stages.search

    def stopping(*args: Any, **more: Any) -> Any:
        if str(args[3]) == stage:
            args[2].request_stop()
        return real(*args, **more)

    monkeypatch.setattr(stages, "search", stopping)
    result = assign(parse(stopped_case()))
    assert result.solution.assignment is not None
    for row in result.solution.stages:
        assert row.status == "proved" or row.value == row.plan_value
        assert row.bound >= row.value if row.name == "merit" else row.bound <= row.value


def test_a_search_that_ended_before_it_began_has_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver without a point reports the bound 0, below which every merit (a negative sum) lies."""
    _, model = build(parse(stopped_case()).scenario)
    columns = np.arange(model.num_columns)
    best = search(model, model.objectives["merit"], Control(), "merit", columns)
    monkeypatch.setattr(cpsat, "_set_parameters", lambda solver, *_: solver.parameters.__setattr__(*AT_ONCE))
    found = search(model, model.objectives["merit"], Control(), "merit", columns)
    assert best.x is not None
    assert found.x is None
    assert found.bound <= model.objectives["merit"] @ best.x


AT_ONCE = ("max_deterministic_time", 0.0)


def stopped_case() -> dict[str, Any]:
    """Five people and four seats at two task forces; who likes which place best is not who fits best."""
    people = [
        {"id": f"P{n}", "name": f"季{n}", "unit": "U1", "categories": {"plan": str(n)}, "preferences": ["T1", "T2"]}
        for n in range(1, 6)
    ]
    posts = [
        {"id": f"T{n}-a", "task_force": f"T{n}", "seats": 2, "category": "plan", "needs": {"plan": 2}} for n in (1, 2)
    ]
    return {
        "name": "停", "as_of": "2019-06",
        "categories": [{"id": "plan", "name": "谋划"}],
        "units": [{"id": "U1", "name": "县住建局"}],
        "people": people,
        "task_forces": [{"id": f"T{n}", "name": f"专班{n}", "kind": "special"} for n in (1, 2)],
        "posts": posts,
        "policy": {"quotas": [{"name": "高手", "of": "category.plan >= 4", "in": "each", "min": "60%", "mode": "target"}]},
    }  # fmt: skip


def test_what_writing_needs_is_kept_back_from_the_limit() -> None:
    """Ten seconds to read a scenario: of a limit of 60 the solve gets what leaves time to audit and write, never less than two thirds."""
    control = Control(60)
    control.count_from(time.monotonic() - 10)
    left = control.seconds_left()
    assert left is not None
    assert 29.5 < left <= 30
    small = Control(60)
    small.count_from(time.monotonic() - 0.5)
    assert abs((small.seconds_left() or 0) - 59.5) < 0.2


def test_a_merger_that_is_stopped_knows_the_least_seats_already() -> None:
    """The least headcount is proved before anybody is seated: the stage says so, as the heading does."""
    result = planning.restructure("scenarios/kaihua-2019/restructure.yaml", on_control=Control.request_stop)
    (seats,) = (row for row in result.document["stages"] if row["name"] == "seats")
    alone = result.document["headcount_alone"]
    assert seats["bound"] == (alone["seats"] if alone else 0)
    held: list[Control] = []

    def stop(event: Event) -> None:
        if event.stage == "unfilled":
            held[0].request_stop()

    result = planning.restructure("scenarios/kaihua-2019/restructure.yaml", listener=stop, on_control=held.append)
    (seats,) = (row for row in result.document["stages"] if row["name"] == "seats")
    assert 0 < result.document["headcount_alone"]["seats"] == seats["bound"] <= 98


def test_stopped_in_the_choice_between_equals_the_run_was_not_finished() -> None:
    """Every stage is proved and the plan is one of several: which of them, the time it was stopped decides."""
    held: list[Control] = []

    def stop(event: Event) -> None:
        if (event.stage, event.activity) == ("merit", "done"):
            held[0].request_stop()

    whole = assign("scenarios/kaihua-2019")
    assert (whole.document["ended"], whole.document["repeatable"]) == ("finished", True)
    result = assign("scenarios/kaihua-2019", listener=stop, on_control=held.append)
    assert result.audit == ()
    assert not result.document["repeatable"]
    assert (result.status, result.document["ended"]) == ("proved", "interrupted")
