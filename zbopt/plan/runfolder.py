"""The run folder: every output of a run, written under a temporary name and renamed, so that none is ever half there."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PLAN, MANIFEST, AUDIT, WORKBOOK = "plan.json", "manifest.json", "audit.json", "plan.xlsx"
FRONTIER = "frontier.json"


class NotARunFolder(Exception):
    """The output folder exists and was not written by zbopt: it is left alone."""


def default_folder(name: str, as_of: str) -> Path:
    """`runs/<scenario>-<as_of>`, with characters that file systems refuse replaced."""
    safe = re.sub(r"[^\w.\-\u4e00-\u9fff]+", "-", name).strip("-.") or "run"
    return Path("runs") / f"{safe}-{as_of}"


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files as one folder. Raises `NotARunFolder` where something else stands there, `OSError` where it cannot.

    A folder of plans is not replaced by a frontier, nor a frontier by a plan.
    """
    check(folder, FRONTIER in files)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, data in files.items():
            (made / name).write_bytes(data)
        os.chmod(made, 0o755)  # noqa: S103 - a folder others may read; mkdtemp makes it private
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / "old")
            made.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def write_file(path: Path, data: bytes) -> None:
    """Write one file, whole or not at all; raises `OSError` where it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def check(folder: Path, frontier: bool = False) -> None:
    """Raises `NotARunFolder` where something else stands there; asked before a long run, and again when it is written."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / MANIFEST).is_file() or (folder / FRONTIER).is_file() != frontier:
        raise NotARunFolder(str(folder))


def plan_path(path: Path) -> Path:
    """plan.json of a run folder, or the file itself."""
    return path / PLAN if path.is_dir() else path


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; raises `OSError` or `ValueError`."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def newest(root: Path = Path("runs")) -> Path | None:
    """The run folder written last below a folder."""
    found = [item.parent for item in root.glob(f"*/{MANIFEST}")] if root.is_dir() else []
    return max(found, key=lambda item: (item / MANIFEST).stat().st_mtime_ns, default=None)
