"""Files written whole or not at all, and folders that change from one state to the next in one step.

A new folder is made beside its place under a temporary name and renamed. In a folder that stands already only files of the
same names are replaced: the new ones are staged inside it (`.zbopt-new-<process>`), synced, marked complete, and then moved
into place one by one. Killed before the mark, the next look removes the stage; killed after it, the next look finishes the
moves (`settle`). Nothing else in the folder is touched.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

PROBE = ".zbopt-probe-"
STAGE = ".zbopt-new-"
COMPLETE = ".complete"
_OF_FILES = re.compile(rf"{re.escape(PROBE)}(?=\d+$)|\..+\.zbopt-(?=\d+-[0-9a-f]{{8}}$)")
_STAGE = re.compile(rf"{re.escape(STAGE)}\d+")
A_DAY = 24 * 3600.0
PROBE_BYTES = 64 * 1024
"""Written and synced before a long run, so that a full disk is told beforehand."""


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a folder, in one step; raises `OSError` and leaves everything as it was where it cannot."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clean_beside(folder)
    if folder.exists():
        settle(folder)
        for other in _stages(folder):  # a complete one that nobody moves would be read in place of what comes now
            if (other / COMPLETE).exists():
                _moved(other)
        _free_of_folders(folder, files)
        stage = folder / f"{STAGE}{os.getpid()}"
        _filled(stage, files, COMPLETE)
        _moved(stage)
        return
    made = folder.parent / f"{_beside(folder)}{os.getpid()}"
    _filled(made, files)
    try:
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    _sync_folder(folder.parent)


def _free_of_folders(folder: Path, files: Mapping[str, bytes]) -> None:
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))


def settle(folder: Path) -> None:
    """Finish or undo what a killed run left in a folder of ours; where that cannot be written, `located` finds the new files.

    Never called for a folder of somebody else's: who owns it is the caller's to know.
    """
    with contextlib.suppress(OSError):
        _clean_files(folder)
    for stage in _stages(folder):
        if _in_use(stage, STAGE):
            continue  # its run is about to finish it
        if (stage / COMPLETE).exists():
            with contextlib.suppress(OSError):
                _moved(stage)
        else:
            shutil.rmtree(stage, ignore_errors=True)


def located(folder: Path, name: str) -> Path:
    """Where a file of a folder stands: in a complete stage that was not yet moved into place, else in the folder itself."""
    for stage in _stages(folder):
        if (stage / COMPLETE).exists() and (stage / name).exists():
            return stage / name
    return folder / name


def write_file(path: Path, data: bytes) -> None:
    """Write one file, whole or not at all; raises `OSError` where it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.parent / f"{_beside(path)}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        _put(made, data)
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def probe(target: Path) -> None:
    """Raise `OSError` where a folder or file of that name could not be written; leaves nothing behind.

    Parents that do not exist are made and removed again, so that their names are tried too.
    """
    made: list[Path] = []
    try:
        for parent in reversed(list(_missing(target.parent))):
            parent.mkdir()
            made.append(parent)
        place = target if target.is_dir() else target.parent
        _name_tried(target)
        _clean_files(place)
        trial = place / f"{PROBE}{os.getpid()}"
        try:
            _put(trial, b"\0" * PROBE_BYTES)
        finally:
            _removed(trial)
    finally:
        for parent in reversed(made):
            parent.rmdir()


def _removed(file: Path) -> None:
    """Remove a file, also when the interruption comes just then."""
    try:
        file.unlink(missing_ok=True)
    except KeyboardInterrupt:
        file.unlink(missing_ok=True)
        raise


def _name_tried(target: Path) -> None:
    """Raise `OSError` for a name that the file system does not take."""
    if os.fsencode(target.name).decode("utf-8", "replace") != target.name:
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ))
    if not target.exists():
        target.mkdir()
        target.rmdir()


def _missing(folder: Path) -> Iterator[Path]:
    while not folder.exists():
        yield folder
        folder = folder.parent


def _filled(folder: Path, files: Mapping[str, bytes], mark: str = "") -> None:
    """A new folder with these files, synced, and last of all its mark."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        for name, data in files.items():
            _put(folder / name, data)
        _sync_folder(folder)
        if mark:
            _put(folder / mark, b"")
            _sync_folder(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _moved(stage: Path) -> None:
    """Move the files of a complete stage into its folder; may be repeated after it was cut short."""
    for file in sorted(stage.iterdir()):
        if file.name != COMPLETE:
            with contextlib.suppress(FileNotFoundError):  # another process finishes the same stage
                os.replace(file, stage.parent / file.name)
    _sync_folder(stage.parent)
    (stage / COMPLETE).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        stage.rmdir()


def holds_leftovers_alone(folder: Path, names: Collection[str]) -> bool:
    """Whether there is nothing in a folder but what a killed run of ours was about to write: files of these names."""
    entries = list(folder.iterdir())
    return bool(entries) and all(
        (_OF_FILES.match(item.name) is not None and item.is_file())
        or (_STAGE.fullmatch(item.name) is not None and item.is_dir() and _holds_alone(item, names))
        for item in entries
    )


def _holds_alone(folder: Path, names: Collection[str]) -> bool:
    return all(item.name in (*names, COMPLETE) and item.is_file() for item in folder.iterdir())


def _stages(folder: Path) -> list[Path]:
    try:
        return sorted(item for item in folder.iterdir() if _STAGE.fullmatch(item.name) and item.is_dir())
    except OSError:
        return []


def _clean_beside(folder: Path) -> None:
    """Remove folders that killed runs were making beside this one: of files alone, as ours are."""
    begins = _beside(folder)
    for item in folder.parent.iterdir():
        ours = item.name.startswith(begins) and item.is_dir() and not item.is_symlink()
        if ours and not _in_use(item, begins) and all(inside.is_file() for inside in item.iterdir()):
            shutil.rmtree(item, ignore_errors=True)


def _clean_files(folder: Path) -> None:
    """Remove what killed runs left of writing files here, or of trying to."""
    for item in folder.iterdir():
        begins = _OF_FILES.match(item.name)
        if begins is not None and item.is_file() and not _in_use(item, begins[0]):
            item.unlink(missing_ok=True)


def _beside(place: Path) -> str:
    """How the names of what is made beside a place begin; the number of the process that makes it follows."""
    return f".{_short(place.name)}.zbopt-"


def _short(name: str) -> str:
    """A name with room for what is put before and behind it (255 bytes is the most)."""
    return os.fsencode(name)[:200].decode("utf-8", "ignore")


def _in_use(made: Path, begins: str) -> bool:
    """Whether the process that made a folder still runs and is not this one; also where the name is none that we give."""
    process = made.name.removeprefix(begins).partition("-")[0]
    if not process.isdecimal():
        return True
    if int(process) == os.getpid():
        return False
    if os.name == "nt":  # asking would end the process there
        return time.time() - made.stat().st_mtime < A_DAY
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _put(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Names are on disk only when their folder is synced; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


__all__ = ["holds_leftovers_alone", "located", "probe", "settle", "write_file", "write_folder"]
