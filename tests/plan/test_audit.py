"""The audit names every rule that the engine leaves out, and every leaf of a plan that was altered."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.brute.cases import random_case
from zbopt.diagnostics import DiagnosticsError
from zbopt.engine.assign import solve
from zbopt.engine.eligibility import PAIR_MASKS
from zbopt.engine.rules import ROWS
from zbopt.meaning.measure import SEAT_CHECKS
from zbopt.meaning.pair_rules import PAIR_CHECKS
from zbopt.plan.audit import audit_document, audit_solution
from zbopt.plan.document import document
from zbopt.progress import Control
from zbopt.scenario.load import load, parse
from zbopt.scenario.rulebook import PAIR_RULES

HARD_RULES = sorted({*PAIR_MASKS, *(name for name in ROWS if name.startswith("R"))})

ROW_FAMILIES = [
    ("quota", "quota", "quota"),
    ("pin", "pin", "pin"),
    ("must_fill", "must_fill", "must_fill"),
    ("twice", "R01", "twice"),
]
TERM_STAGES = [
    ("fit", "merit"),
    ("preference", "merit"),
    ("stability", "merit"),
    ("unfilled", "unfilled"),
    ("targets", "quotas"),
    ("moves", "moves"),
]


def test_every_rule_stands_twice() -> None:
    assert set(PAIR_MASKS) == set(PAIR_CHECKS) == set(PAIR_RULES)
    assert {name for name in ROWS if name.startswith("R")} <= set(SEAT_CHECKS)


def cases(focus: str, rule: str) -> Iterator[Any]:
    for seed in range(400):
        case = random_case(random.Random(f"audit{seed}{focus}"), focus)
        if rule:
            own = case["policy"].setdefault("rules", {}).get(rule, {})
            case["policy"]["rules"][rule] = {**(own if isinstance(own, dict) else {}), "mode": "hard"}
        try:
            yield parse(case).scenario
        except DiagnosticsError:
            continue


@pytest.mark.parametrize("rule", HARD_RULES)
def test_the_audit_names_a_rule_the_engine_left_out(rule: str) -> None:
    for scenario in cases(rule, rule):
        solution = solve(scenario, Control(60), seed=1, workers=1, without=frozenset({rule}))
        faults = audit_solution(scenario, solution)
        if faults and {fault.rule for fault in faults} == {rule}:
            kinds = {fault.subject[0] for fault in faults}
            assert kinds <= {"person", "unit", "task_force"}
            if rule in ("R15", "R16"):
                assert kinds == {"task_force"}
            return
    pytest.fail(f"no case in which the audit names {rule} and nothing else")


@pytest.mark.parametrize(("left_out", "focus", "named"), ROW_FAMILIES)
def test_the_audit_names_what_else_was_left_out(left_out: str, focus: str, named: str) -> None:
    for scenario in cases(focus, ""):
        solution = solve(scenario, Control(60), seed=1, workers=1, without=frozenset({left_out}))
        if named in {fault.rule for fault in audit_solution(scenario, solution)}:
            return
    pytest.fail(f"never named {named}")


@pytest.mark.parametrize(("term", "stage"), TERM_STAGES)
def test_the_audit_notices_a_term_left_out(term: str, stage: str) -> None:
    focus = {"moves": "moves", "targets": "R19"}.get(term, "wants")
    for scenario in cases(focus, ""):
        solution = solve(scenario, Control(60), seed=1, workers=1, without=frozenset({term}))
        faults = audit_solution(scenario, solution)
        if {fault.rule for fault in faults} == {stage}:
            return
    pytest.fail(f"no case in which leaving out {term} was noticed at {stage} alone")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path


def altered(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "altered" if value is None else f"{value}x"


def with_altered_leaf(plan: dict[str, Any], path: tuple[Any, ...]) -> tuple[dict[str, Any], str]:
    """A copy of a plan with one leaf altered, and the leaf's place as the audit writes it."""
    other = copy.deepcopy(plan)
    here: Any = other
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = altered(here[path[-1]])
    return other, "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


def test_every_altered_leaf_is_found() -> None:
    scenario = load("scenarios/part-time").scenario
    plan = document(scenario, solve(scenario, Control(60), seed=1, workers=1), 1)
    assert audit_document(plan, scenario) == ()
    free = {"seed", "kind", "versions"}
    for path in leaves(plan):
        if path[0] in free or path == ("status",) or path == ("repeatable",):
            continue
        other, shown = with_altered_leaf(plan, path)
        places = [fault.path for fault in audit_document(other, scenario) if fault.path]
        assert any(shown.startswith(place) for place in places), (shown, places)


def test_a_disagreement_comes_back_whole_from_another_process() -> None:
    import pickle

    from zbopt.diagnostics import Message
    from zbopt.plan.audit import AuditError, AuditFault

    fault = AuditFault("R01", ("person", "P1"), Message("fault.R01", {"rule": "R01", "value": ("T1", "T2")}))
    assert pickle.loads(pickle.dumps(AuditError((fault,)))).faults == (fault,)


def test_an_alternative_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's alternatives are looked at by the audit: another value, too little difference, a broken rule."""
    from zbopt import planning
    from zbopt.engine import alternatives as engine
    from zbopt.plan.audit import AuditError

    best = planning.assign("scenarios/part-time").solution
    for plan, value in ((best.assignment, best.stages[-1].value), ((), 0), (best.assignment[:1], 7)):
        monkeypatch.setattr(engine, "alternatives", lambda *_, p=plan, v=value: engine.Others(((p, v),), "found", ()))
        with pytest.raises(AuditError):
            planning.alternatives("scenarios/part-time", tolerance=5, difference=2)
