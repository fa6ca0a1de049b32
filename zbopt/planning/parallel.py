"""Solves in several processes or on a cluster: a case is sent as it was parsed, in memory, each task as its edits.

Nothing of a scenario is written to a disk on the way. A process that loses its parent ends by itself. A worker that dies
takes nothing with it: its task is given to another.
"""

from __future__ import annotations

import contextlib
import copyreg
import ctypes
import hashlib
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from types import MappingProxyType, ModuleType
from typing import Any

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.explaining.case import Case
from zbopt.explaining.prices import Outcome, outcome_of
from zbopt.planning.fitness import lacks
from zbopt.progress import Control
from zbopt.scenario.edits import Edit
from zbopt.scenario.load import Loaded
from zbopt.signals import STOPS
from zbopt.solution import Assignment, Solution


def _frozen(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A read-only mapping made again in another process."""
    return MappingProxyType(mapping)


copyreg.pickle(MappingProxyType, lambda mapping: (_frozen, (dict(mapping),)))

MAX_TRIES = 3
"""Workers that may die over one task before it is given up: then it is likely the task that kills them."""


@dataclass(frozen=True, repr=False)
class Shipment:
    """A case ready to be sent: `digest` names what is in it, `data` is read by `_unpacked` alone."""

    digest: str
    data: bytes


@dataclass(frozen=True)
class Task:
    """A row to solve: its name, edits, most seconds, and a plan to begin with."""

    key: str
    edits: tuple[Edit, ...]
    seconds: int
    start: Assignment = ()


def shipment(case: Case) -> Shipment:
    """The case without what was computed from it so far."""
    bare = replace(case, scenario=case.scenario.replaced())
    data = pickle.dumps(bare, pickle.HIGHEST_PROTOCOL)
    return Shipment(hashlib.blake2b(data, digest_size=16, key=os.urandom(32)).hexdigest(), data)


_held: dict[str, Case] = {}


def _unpacked(sent: Shipment) -> Case:
    """The case of a shipment, read once in each process."""
    if sent.digest not in _held:
        case = pickle.loads(sent.data)  # noqa: S301 - made by this program a moment ago, for its own worker
        assert isinstance(case, Case)
        _held.clear()
        _held[sent.digest] = case
    return _held[sent.digest]


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
        missing = ", ".join(lacks(after.scenario, after.kind != "assign", bool(after.overrides)))
        if missing:
            return Outcome("refused", {}, {}, False, missing)
        return outcome_of(after, after.solve(own, start=task.start))
    except DiagnosticsError as problem:
        codes = ", ".join(sorted({item.code for item in problem.diagnostics}))
        return Outcome("refused", {}, {}, False, codes)


PR_SET_PDEATHSIG = 1
"""Of `prctl`: the signal to get when the parent ends."""


def _end_with_parent(parent: int) -> None:
    """End this process when its parent is gone: nobody would read what it finds."""

    def watch() -> None:
        """Look now and then."""
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    if sys.platform == "linux":  # at once, whatever the process is at
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for number in STOPS:  # a terminal sends them to every process; they are the parent's to handle
        if number != signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
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


class _Pool:
    """Processes that solve tasks of a shipment; made anew when one of them dies."""

    def __init__(self, processes: int, sent: Shipment) -> None:
        self.processes, self.sent = processes, sent
        self.pool: ProcessPoolExecutor | None = None

    def submit(self, task: Task) -> Future[Outcome]:
        """Hand over a task."""
        if self.pool is None:
            context, parent = get_context("spawn"), (os.getpid(),)
            self.pool = ProcessPoolExecutor(self.processes, context, initializer=_end_with_parent, initargs=parent)
        with _no_script():
            return self.pool.submit(solve_task, self.sent, task)

    def abandon(self) -> None:
        """End the processes at once; what they were doing is lost.

        Also where one of them died: a process that was just starting then is not ended by the executor itself, and waiting
        for it would take for ever.
        """
        if self.pool is not None:
            for process in list((getattr(self.pool, "_processes", None) or {}).values()):
                process.terminate()
            self.close()

    def close(self) -> None:
        """End the processes; what they were doing is waited for."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None


@contextmanager
def _pool(processes: int, sent: Shipment) -> Iterator[_Pool]:
    pool = _Pool(processes, sent)
    try:
        yield pool
    except BaseException:
        pool.abandon()
        raise
    pool.close()


@cache
def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def num_processes(asked: int | None) -> int:
    """How many processes: as asked, else one for each processor."""
    return asked or _processors()


Found = Iterator[tuple[Task, Outcome]]


def in_processes(sent: Shipment, tasks: Sequence[Task], processes: int, control: Control) -> Found:
    """The outcomes as they come. What was begun when a stop is asked for is waited for."""
    with _pool(processes, sent) as pool:
        yield from _collected(pool, tasks, 2 * processes, control)


def _collected(pool: _Pool, tasks: Sequence[Task], ahead: int, control: Control, wait_for_begun: bool = True) -> Found:
    """Raises `DiagnosticsError` (Z548) where workers die over and over. What was begun when time runs out is waited for or given up."""
    left = list(tasks)[::-1]
    running: dict[Future[Outcome], Task] = {}
    deaths = 0
    while left or running:
        while left and len(running) < ahead and not control.out_of_time():
            task = left.pop()
            try:
                running[pool.submit(task)] = task
            except BrokenProcessPool:
                left.append(task)
                break
        if control.out_of_time() and not (running and wait_for_begun):
            if running:
                pool.abandon()
            return
        done = wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done if running else set()
        broken = not running
        for future in done:
            task = running.pop(future)
            try:
                yield task, future.result()
                deaths = 0
            except BrokenProcessPool:
                broken = True
                left.append(task)
        if broken:  # one death breaks every future of its pool: all of them are given to another
            deaths += 1
            if deaths > MAX_TRIES:
                raise DiagnosticsError([error("Z548")])
            left += running.values()
            running.clear()
            pool.abandon()  # the next task starts another


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
    if number == 1:
        yield None
        return
    seconds = loaded.scenario.policy.solver.time_limit_seconds
    with _pool(number, shipment(case)) as pool:

        def solve_all(many: Sequence[tuple[Edit, ...]]) -> Mapping[tuple[Edit, ...], Outcome]:
            """The outcome of each; what was not reached in time is missing."""
            tasks = [Task(str(place), edits, seconds, base.assignment or ()) for place, edits in enumerate(many)]
            found = {}
            for task, outcome in _collected(pool, tasks, 2 * number, control, wait_for_begun=False):
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
