"""The audit of merged plans names every rule the engine leaves out, and gives the path of every derived leaf that was altered."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.brute import merge_cases
from tests.plan.test_audit import leaves, with_altered_leaf
from zbopt import planning
from zbopt.diagnostics import DiagnosticsError
from zbopt.engine.eligibility import PAIR_MASKS
from zbopt.engine.merge.solve import solve
from zbopt.engine.merge.terms import ROWS, TERMS
from zbopt.plan import actions
from zbopt.plan.audit import audit_document, audit_solution
from zbopt.plan.merge_document import Unreconciled, derived_merge, merge_document
from zbopt.progress import Control
from zbopt.scenario.load import load, parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.policy import Stage
from zbopt.scenario.words import StageName

FAMILIES = [("quota", "quota"), ("pin", "pin"), ("must_fill", "must_fill"), ("twice", "twice"), ("evasion", "R17")]
STAGE_OF_TERM = [
    ("headcount", "unfilled"),
    ("targets", "quotas"),
    ("moves", "moves"),
    ("fit", "merit"),
    ("preference", "merit"),
    ("stability", "merit"),
]


def cases(rule: str = "", count: int = 400) -> Iterator[Scenario]:
    for seed in range(count):
        case = merge_cases.case(seed)
        if rule:
            rules = case["policy"].setdefault("rules", {})
            own = rules.get(rule, {})
            rules[rule] = {**(own if isinstance(own, dict) else {}), "mode": "hard"}
        try:
            yield parse(case).scenario
        except DiagnosticsError:
            continue


def left_out(scenario: Scenario, name: str) -> set[str]:
    solution = solve(scenario, Control(60), seed=1, workers=1, without=frozenset({name}))
    return {fault.rule for fault in audit_solution(scenario, solution)}


RULES = ["R12", "R27", "R28", "R30", *(name for name in ROWS if name.startswith("R") and name != "R27")]


@pytest.mark.parametrize("rule", RULES)
def test_the_audit_names_a_rule_the_engine_left_out(rule: str) -> None:
    assert rule in ROWS or rule in PAIR_MASKS
    assert any(left_out(scenario, rule) == {rule} for scenario in cases(rule))


@pytest.mark.parametrize(("name", "named"), FAMILIES)
def test_the_audit_names_what_else_was_left_out(name: str, named: str) -> None:
    assert any(named in left_out(scenario, name) for scenario in cases(named if named.startswith("R") else ""))


@pytest.mark.parametrize(("term", "stage"), STAGE_OF_TERM)
def test_the_audit_notices_a_term_left_out(term: str, stage: str) -> None:
    assert {name for name, _ in STAGE_OF_TERM} == set(TERMS)
    assert any(stage in left_out(scenario, term) for scenario in cases())


def test_a_partition_the_policy_forbids_is_named() -> None:
    """Every condition on teams of `docs/merging.md`, broken by hand."""
    from zbopt.meaning.teams import Structure

    base: dict[str, Any] = {
        "format": 1, "name": "x", "as_of": "2019-06", "categories": [{"id": "plan", "name": "规划"}], "units": [{"id": "U1", "name": "u"}],
        "leaders": [{"id": "L1", "name": "l"}],
        "duties": [{"id": f"D{n}", "name": f"d{n}"} for n in (1, 2, 3)],
        "task_forces": [
            {"id": key, "name": key, "kind": kind, "supervisor": "L1", "workload": {"D1": {"plan": "0.5"}, own: {"plan": "0.5"}}}
            for key, kind, own in (("A", "project", "D2"), ("B", "project", "D3"), ("C", "special", "D3"))
        ],
    }  # fmt: skip
    together = (("A", "B"), ("C",))

    def named(**merge: Any) -> set[str]:
        changed = copy.deepcopy(base)
        team = changed["task_forces"]
        for key, value in merge.pop("a", {}).items():
            team[0][key] = value
        changed["policy"] = {"merge": {"min_overlap": "10%", **merge}}
        faults = Structure(parse(changed).scenario).partition_faults(together)
        return {code for _, message in faults for code in message.args.get("value", ())}

    assert named() == set()
    assert "linkage" in named(min_overlap="80%")
    assert "max_size" in named(max_size=1)
    assert "max_members" in named(max_members=1)
    assert "forbid" in named(forbid=[{"task_forces": ["B", "A"]}])
    assert "locked" in named(a={"locked": True})
    assert "same_kind" in named(same_kind=True, a={"kind": "special"})
    assert "same_supervisor" in named(same_supervisor=True, a={"supervisor": None})
    assert named(require=[{"task_forces": ["A", "B", "C"]}]) == {"A", "B", "C"}
    half = {"posts": [{"id": "A-p", "category": "plan", "load": "0.5"}]}
    assert "load" in named(a=half)
    assert {code for code, _ in Structure(parse(base).scenario).partition_faults((("A",), ("B",)))} == {"partition"}


def test_every_altered_leaf_is_found() -> None:
    """One leaf at a time, in plans with triage, decisions, mergers, alternatives and part-time people."""
    result = planning.restructure(
        "tests/cases/restructure", decisions="tests/cases/restructure/decisions.yaml", alternatives=1
    )
    plan = json.loads(json.dumps(result.document))
    assert result.status == "proved"
    assert all(plan[key] for key in ("mergers", "triage", "rehomed", "alternatives", "decisions"))
    claims = {"seed", "kind", "versions", "status", "repeatable", "decisions", "alternatives_search", "max_moves"}
    for path in leaves(plan):
        if path[0] in claims or (path[0] == "alternatives" and path[2] in ("status", "stages")):
            continue
        other, shown = with_altered_leaf(plan, path)
        places = [fault.path for fault in audit_document(other, result.scenario) if fault.path]
        assert any(shown.startswith(place) for place in places), (shown, places)


def test_the_last_stage_may_give_nothing_up() -> None:
    """A tolerance of the last stage buys nothing, so a plan below its value is a fault even within it."""
    from dataclasses import replace

    loaded = load("scenarios/three-task-forces")
    loose = loaded.scenario.policy.model_copy(update={"stages": (Stage(name=StageName.MERIT, tolerance=500),)})
    scenario = loaded.scenario.replaced(policy=loose)
    solution = solve(scenario, Control(60), 1, 1)
    assert audit_solution(scenario, solution) == ()
    better = replace(solution.stages[-1], value=solution.stages[-1].value + 100, bound=solution.stages[-1].bound + 100)
    claimed = replace(solution, stages=(*solution.stages[:-1], better))
    assert {fault.rule for fault in audit_solution(scenario, claimed)} == {"merit"}


def test_action_lists_that_do_not_add_up_fail_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load("tests/cases/restructure").scenario
    solution = planning.restructure("tests/cases/restructure").solution
    whole = actions.Actions.people
    monkeypatch.setattr(actions.Actions, "people", lambda self: list(whole(self))[1:])
    with pytest.raises(Unreconciled) as problem:
        derived_merge(scenario, (), solution.partition, solution.assignment or ())
    assert {"people.before", "people.after"} & set(problem.value.equations)
    with pytest.raises(Unreconciled):
        merge_document(scenario, solution, 1, ())
