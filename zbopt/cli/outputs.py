"""Where the results of a command go: tried before a long run, never over what is not ours or is better, never lost at the end."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zbopt.cli.echo import say
from zbopt.cli.guard import WRITTEN, fail, report
from zbopt.diagnostics import DiagnosticsError, error, warning
from zbopt.plan import runfolder
from zbopt.plan.runfolder import Identity
from zbopt.plan.writing import write_file, write_folder
from zbopt.report.language import Language


@dataclass
class Output:
    """The place of one result. `failed`: it had to go elsewhere, which the exit code tells."""

    path: Path
    identity: Identity
    replace: bool
    language: Language
    failed: bool = False

    @classmethod
    def folder(
        cls, out: Path | None, loaded: Any, kind: str, replace: bool, language: Language, of: str = ""
    ) -> Output:
        """A run folder, the default one where none is named; exits 2 where it may not or cannot be written."""
        identity = Identity(kind, loaded.scenario.name, str(loaded.scenario.as_of))
        stem = "-".join(part for part in (loaded.path.stem, of) if part and part != "scenario") or "scenario"
        default = runfolder.default_folder(identity, stem)
        try:
            return cls(runfolder.chosen_folder(out, default, identity, replace), identity, replace, language)
        except DiagnosticsError as problem:
            fail(language, *problem.diagnostics)

    @classmethod
    def file(cls, out: Path | None, identity: Identity, replace: bool, language: Language) -> Output | None:
        """A single file, None where none is named; exits 2 where it may not or cannot be written."""
        if out is None:
            return None
        try:
            return cls(runfolder.chosen_file(out, identity, replace), identity, replace, language)
        except DiagnosticsError as problem:
            fail(language, *problem.diagnostics)

    def put_plan(self, files: Mapping[str, bytes], plan: Mapping[str, Any]) -> None:
        """The files of a plan, beside the folder where a better plan stands in it."""
        target = self.path
        if not (self.replace or runfolder.is_free(target)):
            edited = runfolder.edited_files(target)
            if edited:
                target = runfolder.unused(target)
                report([warning("Z558", value=str(self.path), other=str(target), names=edited)], self.language)
            elif not runfolder.may_replace(target, plan):
                target = runfolder.unused(target)
                report([warning("Z552", value=str(self.path), other=str(target))], self.language)
        self.put(target, lambda place: write_folder(place, files))

    def put_document(self, data: bytes, document: Mapping[str, Any]) -> None:
        """A single file, beside its place where a complete list stands and this one is cut short."""
        target = self.path
        if not self.replace and target.exists() and runfolder.is_cut_short(document) and runfolder.is_whole(target):
            target = runfolder.unused(target)
            report([warning("Z552", value=str(self.path), other=str(target))], self.language)
        self.put(target, lambda place: write_file(place, data))

    def put(self, target: Path, write: Callable[[Path], None]) -> None:
        """Write, or where that fails after all, write to a place of last resort and name it."""
        before = _state(target)
        try:
            write(target)
        except KeyboardInterrupt:  # a second signal: what stands there by now is told
            if _state(target) != before:
                WRITTEN.append(str(target))
            raise
        except (OSError, ValueError) as problem:
            report([runfolder.not_written(target, problem)], self.language)
            self.failed = True
            kept = self._elsewhere(target, write)
            if kept is None:
                return
            target = kept
        WRITTEN.append(str(target))
        say(self.language.text("ui.written", path=target), err=True)

    def moved(self, place: Path) -> None:
        """The result goes elsewhere, because what stands here is no earlier part of it."""
        report([warning("Z552", value=str(self.path), other=str(place))], self.language)
        self.path = place

    def _elsewhere(self, target: Path, write: Callable[[Path], None]) -> Path | None:
        """Write to a place of last resort; None where there is none: what is printed is all there is then."""
        for folder in (Path.cwd(), Path.home(), Path(tempfile.gettempdir())):
            place = folder / f"zbopt-{os.getpid()}" / target.name
            try:
                place.parent.mkdir(mode=0o700)
                write(place)
            except (OSError, ValueError):
                with contextlib.suppress(OSError):
                    place.parent.rmdir()
                continue
            report([warning("Z553", value=str(place))], self.language)
            return place
        report([error("Z554", value=str(target))], self.language)
        return None


def _state(target: Path) -> tuple[int, ...]:
    """What tells one result from another that took its place."""
    file = target / runfolder.MANIFEST if runfolder.is_folder(target) else target
    try:
        found = file.stat()
    except (OSError, ValueError):
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


__all__ = ["Output"]
