"""How many cases notice each thing of docs/merging.md that was once read otherwise.

    python -m tests.brute.features [seeds]

A case notices one when its answer (verdicts, homes, work, stage values of the merger) changes while that alone is read
as it once was. Counts are of tests/brute/triage_cases.py, then of merge_cases.py as far as merging alone can notice.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from tests.brute import merge_cases, triage_cases
from tests.brute.merge_oracle import STAYING, WISHES, solve, solve_as
from tests.brute.triage_oracle import CHAINS, DIVIDED, PARTIAL, REAPPLY, Answer, triage, triage_as
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.work import Divided

LABELS = {
    DIVIDED: "divided duties",
    PARTIAL: "clarifying in part",
    CHAINS: "hand-over chains of three or more",
    REAPPLY: "reapply settings",
    WISHES: "wishes across parts",
    STAYING: "staying by slot",
}
LEAST = 20
"""Fewer cases than this would let a wrong reading pass."""


def stages(scenario: Scenario, old: str = "") -> Any:
    """The stage values of the best merger, None where nobody can be staffed."""
    answer = solve_as(scenario, [old]) if old else solve(scenario)
    return answer and answer.values


def seen(answer: Answer, old: str = "") -> tuple[Any, ...]:
    """What a planner would see of an answer."""
    return answer.verdicts, answer.homes, answer.work, stages(answer.merged, old)


def noticed(scenario: Scenario) -> list[str]:
    """What a case to restructure notices."""
    answer = triage(scenario)
    new = seen(answer)
    found = []
    for name in (DIVIDED, PARTIAL, CHAINS, REAPPLY):
        other = triage_as(scenario, [name])
        if (other.verdicts, other.homes, other.work) != new[:3] or (name == DIVIDED and seen(other) != new):
            found.append(name)  # of the others the merger sees nothing but verdicts and work
    return found + [name for name in (WISHES, STAYING) if stages(answer.merged, name) != new[3]]


def noticed_by_merging(scenario: Scenario) -> list[str]:
    """What a case to merge notices."""
    new = stages(scenario)
    plain = scenario.replaced(duties=tuple(duty.model_copy(update={"divided": Divided()}) for duty in scenario.duties))
    found = [DIVIDED] if stages(plain) != new else []
    return found + [name for name in (WISHES, STAYING) if stages(scenario, name) != new]


def counts(number: int) -> dict[str, dict[str, int]]:
    """For both kinds of cases in how many of the first seeds each thing is noticed."""
    found = {"restructure": dict.fromkeys(LABELS, 0), "merge": dict.fromkeys((DIVIDED, WISHES, STAYING), 0)}
    for seed in range(number):
        for name in noticed(parse(triage_cases.case(seed)).scenario):
            found["restructure"][name] += 1
        for name in noticed_by_merging(parse(merge_cases.case(seed)).scenario):
            found["merge"][name] += 1
    return found


def main() -> int:
    """Print the counts; 1 where one is too small."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    start = time.monotonic()
    found = counts(number)
    for kind, rows in found.items():
        for name, count in rows.items():
            print(f"{kind:12} {LABELS[name]:36} {count:4} of {number}")
    print(f"{time.monotonic() - start:.0f} s")
    return int(number >= 300 and min(min(rows.values()) for rows in found.values()) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
