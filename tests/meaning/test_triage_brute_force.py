"""Triage and what is merged after it, on 300 random cases, against a reference written from `docs/merging.md` alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.brute import check_triage, features, merge_oracle, triage_cases, triage_oracle
from zbopt.engine.merge.solve import solve
from zbopt.meaning.rehoming import Rehoming
from zbopt.meaning.triage import Triage
from zbopt.plan.audit import audit_document
from zbopt.plan.merge_document import merge_document
from zbopt.progress import Control
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.workload import Workloads

BLOCKS = [range(start, start + 25) for start in range(0, 300, 25)]
FITS = {
    "triage.dissolve": "dissolve",
    "triage.not_renewed": "not_renewed",
    "triage.renewal_refused": "not_renewed",
    "triage.clear_out": "clear_out",
    "triage.score": "eliminate",
    "triage.bottom": "eliminate",
    "triage.clarify": "clarify",
}
"""The verdict that each sentence of evidence stands for."""


def scenario_of(seed: int) -> Scenario:
    return parse(triage_cases.case(seed)).scenario


def seen(found: Rehoming) -> dict[str, Any]:
    """What the tool says, in the reference's words."""
    triage = found.triage
    running = {team.id for team in triage.running}
    whole = found.conserved
    after = Workloads(found.after)
    return {
        "verdicts": {
            v.task_force: (str(v.proposal), str(v.decision), v.ends and str(v.decision) != "refuse") for v in triage.verdicts
        },
        "handed": {v.task_force: dict(v.handed) for v in triage.verdicts if v.handed},
        "homes": sorted((row.source, row.duty, row.kind, row.target or "") for row in found.rows if row.source in running),
        "work": {part.id: dict(after.of[part.id]) for part in after.parts},
        "totals": {
            "before": whole.before, "set_up": whole.set_up, "kept": whole.kept, "once": whole.once,
            "given_back": whole.given_back, "finished": whole.finished, "nobody": whole.nobody,
        },
    }  # fmt: skip


def told(answer: triage_oracle.Answer) -> dict[str, Any]:
    """What the reference says."""
    return {
        "verdicts": answer.verdicts,
        "handed": {key: dict(handed) for key, handed in answer.handed.items() if handed},
        "homes": sorted(answer.homes),
        "work": {part: {key: fte for key, fte in work.items() if fte} for part, work in answer.work.items()},
        "totals": answer.totals,
    }


@pytest.mark.parametrize("check", check_triage.HAND, ids=lambda check: check.__name__)
def test_the_reference_by_hand(check: Callable[[], None]) -> None:
    """The reference itself on cases that a human can argue."""
    check()


@pytest.mark.slow
def test_the_cases_notice_every_part_of_the_meaning() -> None:
    """Some of the 300 cases; `python -m tests.brute.features` counts all of them."""
    found = features.counts(40)
    assert min(found["restructure"].values()) >= 1
    assert min(found["merge"].values()) >= 1


@pytest.mark.parametrize("decided", [False, True], ids=["proposed", "decided"])
@pytest.mark.parametrize("seeds", BLOCKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_triage_equals_the_reference(seeds: range, decided: bool) -> None:
    for seed in seeds:
        scenario = scenario_of(seed)
        overrides = triage_cases.overrides(seed) if decided else ()
        if decided and not overrides:
            continue  # the same as proposed
        found = Rehoming(Triage(scenario, overrides))
        answer = triage_oracle.triage(scenario, overrides)
        mine, theirs = seen(found), told(answer)
        for key, value in theirs.items():
            assert mine[key] == value, (seed, key)
        for verdict in found.triage.verdicts:
            if verdict.task_force in answer.fits and verdict.override is None:
                fitting = [FITS[item.code] for item in verdict.evidence if item.code in FITS]
                assert fitting == answer.fits[verdict.task_force], seed


@pytest.mark.parametrize("seeds", BLOCKS[::2], ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_every_stage_after_triage_equals_brute_force(seeds: range) -> None:
    """Half of the 300, for the time they take; all were compared once."""
    for seed in seeds:
        scenario = scenario_of(seed)
        merged = Rehoming(Triage(scenario)).after
        expected = merge_oracle.solve(triage_oracle.triage(scenario).merged)
        solution = solve(merged, Control(60), seed=1, workers=1)
        if expected is None:
            assert solution.status == "infeasible", seed
            continue
        assert (solution.status, solution.unique) == ("proved", True), seed
        assert {str(stage.name): stage.value for stage in solution.stages} == expected.values, seed
        assert audit_document(merge_document(scenario, solution, 1, ()), scenario) == (), seed
