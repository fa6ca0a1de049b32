"""What a use case hands over, and the manifest of a run."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zbopt.plan.audit import AuditFault
from zbopt.plan.document import Document
from zbopt.planning.notebook import Framed
from zbopt.scenario.decisions import Override
from zbopt.scenario.load import Loaded
from zbopt.scenario.models import Scenario, plain
from zbopt.scenario.policy import Policy
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES
from zbopt.solution import Solution
from zbopt.version import __version__


@dataclass(frozen=True, repr=False)
class Result(Framed):
    """An audited outcome: the scenario, the solution, the plan document, and what came out of a cross-check."""

    loaded: Loaded
    solution: Solution
    document: Document
    audit: tuple[AuditFault, ...]
    crosscheck: Mapping[str, int] | None = None
    kind: str = "assign"
    inputs: tuple[Path, ...] = ()
    interrupted: bool = False
    overrides: tuple[Override, ...] | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario solved."""
        return self.loaded.scenario

    @property
    def shown(self) -> Scenario:
        """The scenario reports read names from: the teams of a merger among its task forces."""
        from zbopt.plan.merge_document import scenario_to_show

        return scenario_to_show(self.loaded.scenario, self.document)

    @property
    def status(self) -> str:
        """proved, feasible, infeasible or stopped."""
        return self.solution.status


def manifest(
    result: Result, workers: int | None, outputs: Mapping[str, bytes] = MappingProxyType({})
) -> dict[str, Any]:
    """What the run was made of and took: for replay, never part of the plan. `outputs`: the other files of the folder."""
    from importlib.metadata import version

    loaded = result.loaded
    return {
        "format": 1,
        "kind": result.kind,
        "scenario": {**result.document["scenario"], "path": str(loaded.path.resolve())},
        "inputs": {
            **loaded.digests,
            **{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in result.inputs},
        },
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(outputs.items())},
        "policy": policy_shown(loaded.scenario.policy),
        "solver": {
            **plain(loaded.scenario.policy.solver),
            "seed": result.document["seed"],
            "workers": workers or loaded.scenario.policy.solver.workers,
        },
        "versions": {
            "zbopt": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("ortools", "highspy", "numpy", "scipy", "pydantic")},
        },
        "counts": dict(result.solution.counts),
        "stages": [
            {
                "name": str(item.name),
                "seconds": round(item.seconds, 3),
                "columns": item.columns,
                "left": item.core_columns,
                "note": item.note,
            }
            for item in result.solution.log
        ],
        "cross_check": dict(result.crosscheck) if result.crosscheck is not None else None,
        "machine": {"cpus": os.cpu_count(), "system": platform.system()},
    }


def policy_shown(policy: Policy) -> dict[str, Any]:
    """The policy without the confidential rules: their settings have no place in what leaves."""
    shown: dict[str, Any] = plain(policy)
    shown["rules"] = {key: value for key, value in shown["rules"].items() if key not in CONFIDENTIAL_RULES}
    return shown


__all__ = ["Result", "manifest"]
