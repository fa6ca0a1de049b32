"""A run that is stopped keeps its best plan, says so, and never calls it proved."""

from __future__ import annotations

from zbopt import planning
from zbopt.planning import assign
from zbopt.progress import Control, Event


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
