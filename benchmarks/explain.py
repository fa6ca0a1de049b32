"""Explanations on the Kaihua case: conflicts and repairs, the forced solve, the price list, alternatives. Run: python benchmarks/explain.py

The price list is compared with solving every change once (its naive form): solves made against changes listed, and seconds against
seconds of one base solve times the changes.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import zbopt
from zbopt.explaining.case import Case
from zbopt.explaining.conflicts import Asker, conflicts
from zbopt.explaining.elements import Question
from zbopt.explaining.prices import PriceList
from zbopt.progress import Control
from zbopt.scenario.editing import edited

KAIHUA = Path(__file__).parent.parent / "scenarios" / "kaihua-2019"
BROKEN = {
    "size": ["policy.rules.R37=hard", "task_forces.T05.size.min=12"],
    "quota": ["policy.quotas.退出现职.mode=hard", "policy.quotas.退出现职.max=40", "policy.quotas.退出现职.min=40"],
    "two quotas": [
        "policy.quotas.85后.mode=hard", "policy.quotas.85后.min=99%", "policy.quotas.专业型.mode=hard", "policy.quotas.专业型.min=95%",
    ],
    "cap and quota": [
        "policy.rules.R13.township=0", "policy.quotas.退出现职.mode=hard", "policy.quotas.退出现职.max=40",
        "policy.quotas.退出现职.min=40",
    ],
}  # fmt: skip


def main() -> None:
    """Print the table."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    loaded = zbopt.load(KAIHUA)
    print(f"{date.today()} {commit}\n")
    print("| what | seconds | |\n|---|---|---|")
    for name, edits in BROKEN.items():
        broken = replace(loaded, scenario=edited(loaded.scenario, edits)[0])
        begun = time.perf_counter()
        case = Case(broken.scenario)
        asker = Asker(Question(case.solved), Control(120), 1, case.ask, case.confirm)
        found = conflicts(asker)
        middle = time.perf_counter()
        whole = zbopt.explain(broken, time_limit_seconds=120)
        sizes = ", ".join(str(len(item.elements)) for item in found)
        print(
            f"| conflict: {name} | {middle - begun:.1f} | {len(asker.question.elements)} elements, {asker.num_asked} questions, conflict of {sizes} |"
        )
        print(f"| conflict and repairs: {name} | {time.perf_counter() - middle:.1f} | {len(whole.repairs)} repairs |")
    case = Case(loaded.scenario)
    begun = time.perf_counter()
    base = case.solve(Control(60))
    one = time.perf_counter() - begun
    prices = PriceList(case, Control(600), base)
    begun = time.perf_counter()
    prices.prices()
    spent = time.perf_counter() - begun
    print(
        f"| price list, one process | {spent:.1f} | {len(prices.listed)} changes, {prices.solves} solves, {spent / (one * len(prices.listed)):.2f} of naive |"
    )
    begun = time.perf_counter()
    zbopt.prices(loaded)
    print(f"| price list, all processors | {time.perf_counter() - begun:.1f} | |")
    plan = zbopt.assign(loaded)
    begun = time.perf_counter()
    zbopt.what_would_it_take(plan, "P024", "N01-谋划")
    print(f"| what-would-it-take | {time.perf_counter() - begun:.1f} | forced solve and shortest chain |")
    begun = time.perf_counter()
    found_others = zbopt.alternatives(loaded)
    print(
        f"| alternatives, 3, and who is fixed within 1 % | {time.perf_counter() - begun:.1f} | {len(found_others.document['plans'])} found |"
    )
    merged = KAIHUA / "restructure.yaml"
    begun = time.perf_counter()
    zbopt.prices(merged, kind="restructure", time_limit_seconds=600)
    print(f"| price list of restructure.yaml, all processors | {time.perf_counter() - begun:.1f} | |")


if __name__ == "__main__":
    main()
