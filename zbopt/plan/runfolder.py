"""Folders of results: what is in one, whose it is, and where a new result may go.

A folder is ours by its content: its manifest names a kind of result and a scenario, and the result it names is there. A folder
of anything else is never written into; one of ours is written over by a result of the same kind, scenario name and month,
and never by less than what is there (`may_replace`).
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError, error
from zbopt.plan.writing import holds_leftovers_alone, located, probe, settle

PLAN, MANIFEST, AUDIT, WORKBOOK = "plan.json", "manifest.json", "audit.json", "plan.xlsx"
FRONTIER, GRID, ROWS = "frontier.json", "grid.json", "rows"
PLAN_KINDS = ("assign", "merge", "restructure")
RESULTS: Mapping[str, str] = {**dict.fromkeys(PLAN_KINDS, PLAN), "frontier": FRONTIER, "grid": ROWS}
"""What a folder of each kind holds besides its manifest."""

NAMES = (PLAN, MANIFEST, AUDIT, WORKBOOK, FRONTIER, GRID, "grid.csv", "scenario.yaml", "tables.xlsx")
"""Files that are written into a new folder."""

FILE_ENDINGS = (".json", ".csv", ".xlsx")
MOST_NUMBERED = 10_000
MAX_JSON_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """What a result is of: results that differ in it never replace each other unasked."""

    kind: str
    name: str
    as_of: str


def default_folder(identity: Identity, stem: str = "scenario") -> Path:
    """`runs/<scenario>-<as_of>`, with the kind unless it is `assign`, and the file's name unless it is `scenario`.

    Characters that file systems refuse are replaced; a name too long for them is cut.
    """
    parts = [identity.name, stem if stem != "scenario" else "", identity.kind if identity.kind != "assign" else ""]
    joined = "-".join(part for part in parts if part)
    safe = re.sub(r"[^\w.\-\u4e00-\u9fff]+", "-", joined).strip("-.") or "run"
    return Path("runs") / f"{safe.encode()[:180].decode('utf-8', 'ignore')}-{identity.as_of}"


def owner(folder: Path) -> Identity | None:
    """Whose result a folder holds; None where it is no folder of ours. In one of ours what a killed run left is finished."""
    found = _owner(folder)
    if found is not None:
        settle(folder)
    return found


def _owner(folder: Path) -> Identity | None:
    try:
        manifest = read_json(located(folder, MANIFEST))
        kind, scenario = manifest["kind"], manifest["scenario"]
        identity = Identity(str(kind), str(scenario["name"]), str(scenario["as_of"]))
        if manifest["format"] != 1 or "zbopt" not in manifest["versions"] or kind not in RESULTS:
            return None
        if kind == "grid":
            return identity if (folder / ROWS).is_dir() else None
        return identity if read_json(located(folder, RESULTS[kind]))["kind"] == kind else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def is_free(folder: Path) -> bool:
    """Whether nothing stands at a place: no such folder, or an empty one; raises `OSError` where that cannot be seen.

    What a killed run was about to write into an empty folder is no more than that.
    """
    if folder.is_dir() and holds_leftovers_alone(folder, NAMES) and _owner(folder) is None:
        settle(folder)
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def chosen_folder(out: Path | None, default: Path, identity: Identity, replace: bool = False) -> Path:
    """Where a result may go, tried by writing; raises `DiagnosticsError` where it may not or cannot.

    A folder that was asked for is taken or refused (Z507 not ours, Z551 of something else, Z508 cannot be written). The
    default one gives way to `-2`, `-3`, ... where something else stands.
    """
    place = default if out is None else out
    try:
        if out is None:
            places = (numbered(default, number) for number in range(1, MOST_NUMBERED))
            place = next(item for item in places if is_free(item) or _is_own(item, identity, replace))
        if not is_free(place) and (found := owner(place)) != identity and not (replace and found is not None):
            if found is None:
                raise DiagnosticsError([error("Z507", value=str(place))])
            of = {"kind": found.kind, "name": found.name, "as_of": found.as_of}
            raise DiagnosticsError([error("Z551", None, (), "", value=str(place), **of)])
        probe(place)
    except (OSError, ValueError) as problem:
        raise DiagnosticsError([not_written(place, problem)]) from None
    return place


def chosen_file(out: Path, identity: Identity, replace: bool = False) -> Path:
    """A file that may be written, tried by writing beside it; raises `DiagnosticsError` where it may not or cannot.

    One that exists is written over only where it is ours and of the same thing (Z555); whose a CSV file is cannot be told.
    """
    if out.suffix.lower() not in FILE_ENDINGS or is_folder(out):
        raise DiagnosticsError([error("Z543", value=str(out))])
    try:
        if out.exists() and not replace:
            found = stamp_of(out)
            if found is None or found[0] != identity:
                raise DiagnosticsError([error("Z555", value=str(out))])
        probe(out)
    except (OSError, ValueError) as problem:
        raise DiagnosticsError([not_written(out, problem)]) from None
    return out


def stamp(document: Mapping[str, Any]) -> str:
    """What is kept in a workbook's properties so that it can be told whose it is."""
    identity, status = _stamp(document)
    return json.dumps(["zbopt", identity.kind, identity.name, identity.as_of, status], ensure_ascii=False)


def stamp_of(path: Path) -> tuple[Identity, str] | None:
    """What a file is of and its status; None where it is none of ours, or does not tell (CSV)."""
    try:
        if path.suffix.lower() == ".json":
            return _stamp(read_json(path))
        if not path.is_file():
            return None
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as properties:
            text = properties.read(100_000).decode("utf-8", "ignore")
        found = re.search(r"<dc:description>(.*?)</dc:description>", text, re.S)
        values = json.loads(html.unescape(found[1])) if found else []
        whose, kind, name, as_of, status = (str(item) for item in values)
        return (Identity(kind, name, as_of), status) if whose == "zbopt" else None
    except Exception:  # a damaged archive makes zipfile and zlib fail in ways of their own
        return None


def _stamp(document: Mapping[str, Any]) -> tuple[Identity, str]:
    """Kind, scenario and status of a document; raises `KeyError` or `TypeError` where it is none of ours."""
    last = document if "scenario" in document else document["sides"][-1]
    _ = document["versions"]["zbopt"] if "versions" in document else last["scenario"]["sha256"]
    scenario = last["scenario"]
    return Identity(str(document["kind"]), str(scenario["name"]), str(scenario["as_of"])), str(last["status"])


def is_cut_short(document: Mapping[str, Any]) -> bool:
    """Whether a list is that of a run that was stopped or had no plan."""
    return _stamp(document)[1] in ("stopped", "infeasible")


def is_whole(path: Path) -> bool:
    """Whether a file holds a list that is not cut short."""
    found = stamp_of(path)
    return found is None or found[1] not in ("stopped", "infeasible")


def not_written(path: Path, problem: OSError | ValueError) -> Diagnostic:
    """Z508: what cannot be written and why."""
    reason = problem.strerror if isinstance(problem, OSError) else str(problem)
    return error("Z508", value=str(path), problem=reason or str(problem))


def _is_own(folder: Path, identity: Identity, replace: bool) -> bool:
    found = owner(folder)
    return found == identity or (replace and found is not None)


def unused(path: Path) -> Path:
    """The first free one of `name-2`, `name-3`, ... of a folder or file."""
    places = (numbered(path, number) for number in range(2, MOST_NUMBERED))
    return next(item for item in places if not item.exists() or is_free(item))


def numbered(path: Path, number: int) -> Path:
    """`name`, `name-2`, `name-3`; the ending of a file stays last."""
    ending = path.suffix if path.suffix.lower() in FILE_ENDINGS else ""
    return path if number == 1 else path.with_name(f"{path.name.removesuffix(ending)}-{number}{ending}")


def may_replace(folder: Path, plan: Mapping[str, Any]) -> bool:
    """Whether a plan may stand in place of the one in a folder of the same identity.

    No plan, an empty one or one of a stopped run never replaces a plan. Of the very same scenario a proved plan replaces
    any; one without proof only another one without, of values that are no worse in the first stage that differs.
    """
    try:
        old = read_json(located(folder, PLAN))
        if not num_filled(old):
            return True
        if not num_filled(plan) or (plan["status"] == "stopped" and old["status"] != "stopped"):
            return False
        same = all(old.get(key) == plan.get(key) for key in ("max_moves", "decisions"))
        if plan["status"] == "proved" or not same or old["scenario"]["sha256"] != plan["scenario"]["sha256"]:
            return True
        return old["status"] != "proved" and _values(plan) <= _values(old)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True  # what cannot be read is no plan


def edited_files(folder: Path) -> tuple[str, ...]:
    """Files of a run that are not what was written: a planner's notes in the workbook, say, which nobody may write over."""
    try:
        outputs = read_json(located(folder, MANIFEST)).get("outputs", {})
        return tuple(
            name
            for name in NAMES
            if name in outputs
            and (file := located(folder, name)).is_file()
            and hashlib.sha256(file.read_bytes()).hexdigest() != outputs[name]
        )
    except (OSError, ValueError, TypeError):
        return ()


def _values(plan: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Own stage values as costs, in their order."""
    return [(row["name"], row["plan_value"] * (-1 if row["name"] == "merit" else 1)) for row in plan["stages"]]


def num_filled(plan: Mapping[str, Any]) -> int:
    """Seats with somebody on them."""
    return sum(seat["person"] is not None for seat in plan["seats"])


def plan_path(path: Path) -> Path:
    """plan.json of a run folder, or the file itself."""
    return located(path, PLAN) if is_folder(path) else path


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no file system takes is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def manifest_of(plan: Path) -> dict[str, Any]:
    """The manifest beside a plan file; raises `OSError` or `ValueError`."""
    return read_json(located(plan.parent, MANIFEST))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; raises `OSError`, or `ValueError` also for what is too large, too deep or no text."""
    if not path.is_file() or path.stat().st_size > MAX_JSON_BYTES:
        raise ValueError("no file of a size that is read")
    try:
        value = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; `ValueError` for a key that stands twice, of which every reader would take another."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def newest(root: Path = Path("runs")) -> Path | None:
    """The folder with a plan that was written last below a folder."""
    found = [item.parent for item in root.glob(f"*/{PLAN}")] if root.is_dir() else []
    return max(found, key=lambda item: (item / PLAN).stat().st_mtime_ns, default=None)
