"""Solves in several processes or on a cluster: a scenario is sent as its files, each task as its edits.

A process that loses its parent ends by itself. A worker that dies takes nothing with it: its task is given to another.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.explaining.case import Case
from zbopt.explaining.prices import Outcome, outcome_of
from zbopt.plan.result import Assignment, Solution
from zbopt.progress import Control
from zbopt.scenario.decisions import Override
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import Loaded, load


@dataclass(frozen=True)
class Shipment:
    """A scenario as its files, so that another process can read it again."""

    name: str
    files: tuple[tuple[str, bytes], ...]
    kind: str
    overrides: tuple[Override, ...]
    workers: int
    seed: int

    @property
    def digest(self) -> str:
        """A name for what is in it."""
        text = repr((self.name, self.files, self.kind, self.overrides, self.workers, self.seed))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Task:
    """A row to solve: its name, edits, most seconds, and a plan to begin with."""

    key: str
    edits: tuple[Edit, ...]
    seconds: int
    start: Assignment = ()


def shipment(loaded: Loaded, case: Case) -> Shipment | None:
    """The scenario as files; None where it was made in memory and has none, or was changed since it was read."""
    folder = loaded.path.parent
    try:
        files = tuple((str(path.resolve().relative_to(folder.resolve())), path.read_bytes()) for path in loaded.files)
    except (OSError, ValueError):
        return None
    if not files or loaded.scenario is not case.scenario or load(loaded.path).scenario.sha256 != case.scenario.sha256:
        return None
    return Shipment(loaded.path.name, files, case.kind, case.overrides, case.workers, case.seed)


_held: dict[str, Case] = {}


def _unpacked(sent: Shipment) -> Case:
    """The case of a shipment, read once in each process."""
    key = sent.digest
    if key not in _held:
        with tempfile.TemporaryDirectory() as folder:
            for name, data in sent.files:
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            scenario = load(Path(folder) / sent.name).scenario
        _held.clear()
        _held[key] = Case(scenario, sent.kind, sent.overrides, sent.workers, sent.seed)
    return _held[key]


def solve_task(sent: Shipment, task: Task) -> Outcome:
    """Solve one row in this process."""
    return solved(_unpacked(sent), task)


def solved(case: Case, task: Task, control: Control | None = None) -> Outcome:
    """Solve one row: status, stage values, figures. A row whose edits cannot be done has status `refused`."""
    own = Control(task.seconds)
    if control is not None:
        own.part_of(control)
    try:
        after = case.edited(task.edits)
        return outcome_of(after, after.solve(own, start=task.start))
    except DiagnosticsError as problem:
        codes = ", ".join(sorted({item.code for item in problem.diagnostics}))
        return Outcome("refused", {}, {}, False, codes)


def _end_with_parent(parent: int) -> None:
    """End this process when its parent is gone: nobody would read what it finds."""

    def watch() -> None:
        """Look now and then."""
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _no_script() -> Iterator[None]:
    """While processes start, the script that runs is out of sight: they need nothing of it, and would run it again.

    Ctrl-C is held back meanwhile, and so in the processes that start: it is the parent's to handle.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    held = hasattr(signal, "pthread_sigmask")
    if held:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        sys.modules["__main__"] = script
        if held:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _pool(processes: int, sent: Shipment) -> Iterator[Callable[[Task], Future[Outcome]]]:
    """Processes that solve tasks of a shipment; a function that hands one a task."""
    context, parent = get_context("spawn"), (os.getpid(),)
    with ProcessPoolExecutor(processes, context, initializer=_end_with_parent, initargs=parent) as pool:

        def submit(task: Task) -> Future[Outcome]:
            """Hand over a task."""
            with _no_script():
                return pool.submit(solve_task, sent, task)

        yield submit


@cache
def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def num_processes(asked: int | None) -> int:
    """How many processes: as asked, else one for each processor."""
    return asked or _processors()


Found = Iterator[tuple[Task, Outcome]]


def in_processes(sent: Shipment, tasks: Sequence[Task], processes: int, control: Control) -> Found:
    """The outcomes as they come. What was begun when a stop is asked for is waited for."""
    with _pool(processes, sent) as submit:
        yield from _collected(submit, tasks, 2 * processes, control)


def _collected(submit: Callable[[Task], Future[Outcome]], tasks: Sequence[Task], ahead: int, control: Control) -> Found:
    left = list(tasks)[::-1]
    running: dict[Future[Outcome], Task] = {}
    while left or running:
        while left and len(running) < ahead and not control.out_of_time():
            task = left.pop()
            running[submit(task)] = task
        if not running:
            return
        done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                yield running.pop(future), future.result()
            except BrokenProcessPool:
                raise DiagnosticsError([error("Z548")]) from None


def on_cluster(sent: Shipment, tasks: Sequence[Task], address: str, control: Control) -> Found:
    """The outcomes as they come from a Dask cluster; a task whose worker died is done again by another."""
    from distributed import Client, as_completed

    try:
        connected = Client(address, timeout=10, set_as_default=False)
    except ValueError:
        raise DiagnosticsError([error("Z539", value=address)]) from None
    with connected as client:
        scattered = client.scatter(sent, broadcast=True, hash=False)
        futures = {
            client.submit(
                solve_task, scattered, task, key=f"zbopt-{sent.digest[:12]}-{task.key}", pure=True, retries=3
            ): task
            for task in tasks
        }
        for future in as_completed(list(futures), loop=client.loop):
            yield futures[future], future.result()
            if control.out_of_time():
                client.cancel(list(futures))
                return


Elsewhere = Callable[[Sequence[tuple[Edit, ...]]], Mapping[tuple[Edit, ...], Outcome]]


@contextmanager
def solved_elsewhere(
    loaded: Loaded, case: Case, base: Solution, processes: int | None, control: Control
) -> Iterator[Elsewhere | None]:
    """A function that solves many edits side by side, beginning from a plan; None where one process does everything."""
    number = num_processes(processes)
    sent = shipment(loaded, case) if number > 1 else None
    if sent is None:
        yield None
        return
    seconds = loaded.scenario.policy.solver.time_limit_seconds
    with _pool(number, sent) as submit:

        def solve_all(many: Sequence[tuple[Edit, ...]]) -> Mapping[tuple[Edit, ...], Outcome]:
            """The outcome of each; what was not reached in time is missing."""
            tasks = [Task(str(place), edits, seconds, base.assignment or ()) for place, edits in enumerate(many)]
            rows = _collected(submit, tasks, 2 * number, control)
            found = {}
            for task, outcome in rows:
                found[task.edits] = outcome
                control.emit("prices", "search", len(found))
            return found

        yield solve_all


__all__ = [
    "Elsewhere",
    "Shipment",
    "Task",
    "in_processes",
    "num_processes",
    "on_cluster",
    "shipment",
    "solve_task",
    "solved",
    "solved_elsewhere",
]
