"""What lies in an output folder: whole or not, what it is worth, what was left behind, whether a person is named."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.here import zbopt_here

RUN_FILES = ("manifest.json", "plan.json", "audit.json")
ENCODINGS = ("utf-8", "gb18030", "utf-16-le")


def digests(path: Path) -> dict[str, str]:
    """Every file below a folder (or the file itself) with the hash of its bytes."""
    files = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
    return {str(item.relative_to(path)): hashlib.sha256(item.read_bytes()).hexdigest() for item in files}


def json_of(path: Path, faults: list[str]) -> dict[str, Any]:
    """A JSON object; a fault where it is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        faults.append(f"{path.name}: {type(problem).__name__}")
        return {}
    if not isinstance(value, dict):
        faults.append(f"{path.name}: no object")
        return {}
    return value


# --- whole or not ----------------------------------------------------------------------------------------------------


def faults_of_plan(out: Path, scenario: Path) -> list[str]:
    """A run folder: every file there and readable, and nothing the audit finds."""
    faults: list[str] = []
    for name in RUN_FILES:
        json_of(out / name, faults)
    try:
        with zipfile.ZipFile(out / "plan.xlsx") as book:
            if book.testzip() is not None:
                faults.append("plan.xlsx: damaged")
    except (OSError, zipfile.BadZipFile) as problem:
        faults.append(f"plan.xlsx: {type(problem).__name__}")
    if not faults:
        done = zbopt_here("audit", str(out), "--scenario", str(scenario), "--lang", "en")
        if done.returncode:
            faults.append(f"audit {done.returncode}: {(done.stdout + done.stderr).strip()[:300]}")
    return faults


def faults_of_frontier(out: Path, scenario: Path) -> list[str]:
    """A frontier: its rows are numbers, its manifest is there."""
    faults: list[str] = []
    found = json_of(out / "frontier.json", faults)
    json_of(out / "manifest.json", faults)
    rows = found.get("rows", [])
    if not all(isinstance(row.get(key), int) for row in rows for key in ("persons", "moves")):
        faults.append("frontier.json: a row is half there")
    return faults


def faults_of_grid(out: Path, scenario: Path) -> list[str]:
    """A grid: every row that is there is whole; the table too, where it is there already."""
    faults: list[str] = []
    for path in (out / "rows").glob("*.json"):
        row = json_of(path, faults)
        if row and not {"format", "key", "status", "stages", "figures"} <= set(row):
            faults.append(f"{path.name}: half a row")
    if (out / "grid.json").exists():
        json_of(out / "grid.json", faults)
    return faults


def faults_of_prices(out: Path, scenario: Path) -> list[str]:
    """A price list."""
    faults: list[str] = []
    found = json_of(out, faults)
    if found and "prices" not in found:
        faults.append(f"{out.name}: half a price list")
    return faults


WHOLE = {"plan": faults_of_plan, "frontier": faults_of_frontier, "grid": faults_of_grid, "prices": faults_of_prices}
"""By the kind of a result: what is wrong with it."""


# --- how much it is worth --------------------------------------------------------------------------------------------


def worth(out: Path, kind: str) -> int:
    """What may not become less: a plan proved, a plan, none; rows; prices."""
    name = {"plan": "plan.json", "frontier": "frontier.json"}.get(kind)
    if kind == "grid":
        return len(list((out / "rows").glob("*.json")))
    found = json_of(out if name is None else out / name, [])
    if not found:
        return 0
    if kind == "prices":
        return len(found.get("prices", [])) + 1
    if kind == "frontier":
        return 2 * len(found.get("rows", [])) + (found.get("status") == "proved")
    seated = any(row.get("person") for row in found.get("seats", []))
    return (1 + seated + (found.get("status") == "proved")) if found.get("seats") else 0


def content(out: Path, kind: str) -> Any:
    """What a finished run must come to, however often it was stopped before."""
    if kind == "plan":
        found = json_of(out / "plan.json", [])
        return {key: found.get(key) for key in ("status", "stages", "repeatable", "seats", "task_forces")}
    if kind == "frontier":
        found = json_of(out / "frontier.json", [])
        return [found.get(key) for key in ("status", "unfilled", "rows")]
    if kind == "grid":
        found = json_of(out / "grid.json", [])
        return [found.get(key) for key in ("status", "rows")]
    return json_of(out, []).get("prices")


def agrees(out: Path, kind: str, wanted: Any, finished: bool) -> bool:
    """Whether a result is the one wanted; a plan stopped at the tie-break (not `finished`) may be another as good."""
    found = content(out, kind)
    if kind == "plan" and not finished and not found["repeatable"]:
        return bool(found["status"] == wanted["status"] and found["stages"] == wanted["stages"])
    return bool(found == wanted)


# --- what was left behind --------------------------------------------------------------------------------------------


def leftovers(folder: Path) -> list[str]:
    """Hidden files and folders below a folder: what is written under a temporary name. Of a folder the folder alone."""
    found = [path.relative_to(folder) for path in folder.rglob(".*")]
    return sorted(str(path) for path in found if not any(part.startswith(".") for part in path.parts[:-1]))


def hidden_copy(folder: Path, old: Mapping[str, str]) -> bool:
    """Whether an old result lies whole under some hidden name."""
    for name in leftovers(folder):
        for path in (folder / name, *(folder / name).rglob("*")):
            if path.exists() and (path.is_dir() or len(old) == 1) and digests(path) == old:
                return True
    return False


def personal(folder: Path, names: Iterable[str]) -> list[str]:
    """Files below a folder that hold the name of a person, also inside an archive."""
    wanted = [name.encode(code) for name in names for code in ENCODINGS]
    found = []
    for path in (item for item in folder.rglob("*") if item.is_file()):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if any(name in data for name in wanted) or any(name in _inflated(data) for name in wanted):
            found.append(str(path.relative_to(folder)))
    return found


def _inflated(data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return b""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    except zipfile.BadZipFile:
        return b""
