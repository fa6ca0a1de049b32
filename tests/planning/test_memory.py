"""A limit on memory: near it a run ends with its best plan, past it with a sentence; never by the system's killer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.here import zbopt_here
from zbopt.cli import NO_PLAN, memory
from zbopt.cli.memory import MB, Watch

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell what a process holds")


def watched(monkeypatch: pytest.MonkeyPatch, held: list[int], limit: int) -> tuple[int, list[int]]:
    """How often the run was told, and with what code it was ended, when memory grows in these steps."""
    told, codes = [], []
    left = list(held)

    def end(code: int) -> None:
        codes.append(code)
        left[:] = [0]  # a process that ended holds nothing

    monkeypatch.setattr(memory, "TICK_SECONDS", 0.001)
    monkeypatch.setattr(memory, "used", lambda: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr("os._exit", end)
    with Watch(limit, lambda: told.append(1), "zu viel", NO_PLAN):
        until = time.monotonic() + 5
        while len(left) > 1 and not codes and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02)
    return len(told), codes


def test_near_the_limit_the_run_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, [10, 50, 91, 95, 99, 100], 100) == (1, [])


def test_past_the_limit_the_process_ends_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert watched(monkeypatch, [10, 101, 102], 100)[1] == [NO_PLAN]
    assert capfd.readouterr().err == "zu viel\n"


def test_below_the_limit_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, [10, 90, 20], 100) == (0, [])


def test_near_the_limit_the_best_plan_is_kept_and_the_reason_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "TICK_SECONDS", 0.001)
    monkeypatch.setattr(memory, "used", lambda: 95 * MB)
    done = zbopt_here(
        "assign", "scenarios/kaihua-2019", "--out", str(tmp_path / "o"), "--memory-limit", "100", "--lang", "en"
    )
    assert done.returncode == 0
    plan = json.loads((tmp_path / "o" / "plan.json").read_bytes())
    assert (plan["ended"], plan["status"]) == ("memory_limit", "stopped")
    assert plan["headline"]["after"]["people"]
    assert "memory limit" in done.stdout


@on_linux
def test_a_limit_that_is_far_too_small_ends_in_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zbopt", "assign", "scenarios/kaihua-2019", "--out", str(tmp_path / "o")]
    done = subprocess.run([*command, "--memory-limit", "64", "--lang", "en"], capture_output=True, text=True)
    assert done.returncode == NO_PLAN
    assert done.stderr.strip().splitlines()[-1].startswith("the memory limit of 64 MB was reached")
    assert not (tmp_path / "o").exists()


@on_linux
def test_processes_of_a_grid_count() -> None:
    child = "held = bytearray(b'x') * 80_000_000; print(); input()"
    before = memory.used()
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        during = memory.used()
        process.communicate(b"\n")
    assert before is not None
    assert during is not None
    assert during - before > 60 * MB


@on_linux
def test_the_default_is_three_quarters_of_the_machine_or_the_container() -> None:
    limit = memory.default_limit()
    whole = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    assert limit is not None
    assert 0 < limit <= whole * 3 // 4
