"""What the audit of a finished run can tell beyond the plan itself: its files, the claims that rest on a solver, a second solve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zbopt.diagnostics import DiagnosticsError, Message, error
from zbopt.plan import runfolder
from zbopt.plan.audit import AuditFault
from zbopt.plan.document import Document
from zbopt.plan.merge_document import overrides_in
from zbopt.plan.writing import located
from zbopt.planning.answers import Finished
from zbopt.planning.assigning import assign
from zbopt.planning.merging import MergeRun
from zbopt.planning.results import policy_shown
from zbopt.progress import Listener, OnControl
from zbopt.scenario.models import plain


def file_faults(finished: Finished, path: Path) -> Iterator[AuditFault]:
    """Files of a run folder that are not those its manifest was written with, and what in the manifest is not of the plan.

    A plan file is looked at with its folder; one that was taken out of it has no manifest to be compared with.
    """
    folder = path if path.is_dir() else path.parent
    if not finished.is_well_formed:
        return
    if folder != path and not (path.name == runfolder.PLAN and (folder / runfolder.MANIFEST).exists()):
        return
    try:
        manifest = runfolder.read_json(located(folder, runfolder.MANIFEST))
    except (OSError, ValueError):
        yield _fault("audit.no_manifest", runfolder.MANIFEST, {"path": runfolder.MANIFEST})
        return
    yield from (_leaf(f"{runfolder.MANIFEST}: {key}") for key in _manifest_faults(finished, manifest))
    outputs = manifest.get("outputs")
    if not isinstance(outputs, Mapping):
        return
    for name in OUTPUTS:
        file = located(folder, name)
        if not file.is_file():
            yield _fault("audit.file_missing", name, {"path": name})
        elif hashlib.sha256(file.read_bytes()).hexdigest() != outputs.get(name):
            yield _fault("audit.file_changed", name, {"path": name})


OUTPUTS = (runfolder.AUDIT, runfolder.PLAN, runfolder.WORKBOOK)
"""The files of a run besides its manifest."""

MANIFEST_KEYS = (
    "format", "kind", "scenario", "inputs", "outputs", "policy", "solver", "versions", "counts", "stages", "cross_check",
    "machine",
)  # fmt: skip


def _manifest_faults(finished: Finished, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Keys of the manifest that say something else than the plan and the scenario do."""
    plan, loaded = finished.document, finished.loaded
    yield from sorted(set(manifest) ^ set(MANIFEST_KEYS))
    scenario, inputs = manifest.get("scenario"), manifest.get("inputs")
    solver = {**plain(loaded.scenario.policy.solver), "seed": plan.get("seed")}
    expected = {
        "format": 1,
        "kind": plan["kind"],
        "policy": policy_shown(loaded.scenario.policy),
        "scenario": {**plan["scenario"], "path": scenario.get("path") if isinstance(scenario, Mapping) else None},
    }
    for key, value in expected.items():
        if manifest.get(key) != json.loads(json.dumps(value)):
            yield key
    stated = manifest.get("solver")
    if not isinstance(stated, Mapping) or {**stated, "workers": 0} != {**solver, "workers": 0}:
        yield "solver"
    versions, own_versions = manifest.get("versions"), plan.get("versions")
    if (
        not isinstance(versions, Mapping)
        or not isinstance(own_versions, Mapping)
        or versions.get("zbopt") != own_versions.get("zbopt")
    ):
        yield "versions"
    decisions = plan["kind"] == "restructure"
    if not isinstance(inputs, Mapping) or not (set(inputs) >= set(loaded.digests) if decisions else True):
        yield "inputs"
    else:
        own = {name: digest for name, digest in inputs.items() if name in loaded.digests or not decisions}
        yield from (f"inputs.{name}" for name in sorted(set(own) ^ set(loaded.digests)))
        yield from (f"inputs.{name}" for name, digest in loaded.digests.items() if own.get(name, digest) != digest)
    outputs = manifest.get("outputs")
    if not isinstance(outputs, Mapping) or set(outputs) != set(OUTPUTS):
        yield "outputs"


def _leaf(path: str) -> AuditFault:
    return _fault("audit.leaf", path, {"path": path})


def _fault(code: str, path: str, args: Mapping[str, str]) -> AuditFault:
    return AuditFault("document", ("path", path), Message(code, dict(args)), path)


def unchecked_claims(plan: Document) -> list[Message]:
    """What the plan says that only a solver knows: proved stages, uniqueness, impossibility, least headcount."""
    if plan["status"] == "infeasible":
        return [Message("claim.impossible")]
    found = [Message("claim.best", {"stage": f"ui.stage.{row['name']}", "value": row["value"]}) for row in plan["stages"]
             if row["status"] == "proved"]  # fmt: skip
    found += [Message("claim.bound", {"stage": f"ui.stage.{row['name']}", "value": row["bound"]}) for row in plan["stages"]
              if row["status"] != "proved"]  # fmt: skip
    found += [Message("claim.unique")] if plan["repeatable"] else []
    found += [Message("claim.headcount")] if plan.get("headcount_alone") is not None else []
    found += [Message("claim.alternatives", {"count": len(plan["alternatives"])})] if plan.get("alternatives") else []
    return found


def re_solve(
    finished: Finished, *, time_limit_seconds: int | None = None, workers: int | None = None,
    listener: Listener = None, on_control: OnControl = None,
) -> tuple[AuditFault, ...]:  # fmt: skip
    """Solve again with the plan's own settings and compare every claim (`unchecked_claims`): faults where one does not hold.

    Raises `DiagnosticsError` (Z557) where time ran out.
    """
    plan = finished.document
    if finished.kind == "assign":
        again = assign(
            finished.loaded, time_limit_seconds=time_limit_seconds, seed=plan["seed"], workers=workers,
            listener=listener, on_control=on_control,
        ).document  # fmt: skip
    else:
        overrides = overrides_in(plan) if finished.kind == "restructure" else None
        run = MergeRun(
            finished.loaded, overrides, (), len(plan["alternatives"]), plan["max_moves"], time_limit_seconds,
            plan["seed"], workers, listener, on_control,
        )  # fmt: skip
        again = run.result().document
    if again["status"] not in ("proved", "infeasible") or (plan["repeatable"] and not again["repeatable"]):
        raise DiagnosticsError([error("Z557")])
    return tuple(_disagreements(plan, again))


def _disagreements(plan: Document, again: Document) -> Iterator[AuditFault]:
    """Where a plan claims what the second solve does not find."""

    def told(code: str, path: str, **args: str | int) -> AuditFault:
        return AuditFault("document", ("path", path), Message(code, args), path)

    if (plan["status"] == "infeasible") != (again["status"] == "infeasible"):
        yield told("resolve.status", "status", stated=f"state.{plan['status']}", found=f"state.{again['status']}")
        return
    best = {row["name"]: row["value"] for row in again["stages"]}
    for number, row in enumerate(plan["stages"]):
        name = f"ui.stage.{row['name']}"
        value, sign = best.get(row["name"]), -1 if row["name"] == "merit" else 1
        if value is None:
            continue
        if row["status"] == "proved" and row["value"] != value:
            yield told("resolve.value", f"stages[{number}].value", stage=name, stated=row["value"], found=value)
            return  # later stages are best under this one: they cannot be compared
        if sign * row["bound"] > sign * value:
            yield told("resolve.bound", f"stages[{number}].bound", stage=name, stated=row["bound"], found=value)
            return
        if row["status"] != "proved":
            return
    if plan["repeatable"] and plan["seats"] != again["seats"]:
        yield told("resolve.unique", "repeatable")
    for key in ("headcount_alone", "alternatives"):
        if plan.get(key) != again.get(key):
            yield told(f"resolve.{key}", key)


__all__ = ["file_faults", "re_solve", "unchecked_claims"]
