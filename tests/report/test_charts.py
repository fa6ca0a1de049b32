"""The table behind each chart; Chinese labels; what is said where the extra is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import zbopt
from tests.here import ROOT
from zbopt.diagnostics import DiagnosticsError

SCENARIOS = ROOT / "scenarios"


def rows(chart: object) -> list[dict]:
    return chart.to_dict()["data"]["values"]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def merged() -> dict:
    return zbopt.restructure(SCENARIOS / "three-task-forces").document


def test_quotas_show_share_and_bounds() -> None:
    plan = zbopt.assign(SCENARIOS / "over-constrained").document
    (row,) = [row for row in rows(zbopt.charts.quotas(plan, "zh")) if "专业型" in row["quota"]]
    assert (row["share"], row["min"], row["max"], row["state"]) == (1.0, 0.7, None, "达到")
    assert "村庄规划专班" in row["quota"]


def test_the_bridge_adds_up(merged: dict) -> None:
    steps = rows(zbopt.charts.bridge(merged, "zh"))
    assert steps[0]["end"] == merged["bridge"]["before"]
    assert [step["start"] for step in steps[1:-1]] == [step["end"] for step in steps[:-2]]
    assert steps[-2]["end"] == steps[-1]["end"] == merged["bridge"]["after"]


def test_moves_prices_sweep_and_frontier(merged: dict, tmp_path: Path) -> None:
    assert {row["kind"]: row["people"] for row in rows(zbopt.charts.moves(merged, "en"))} == merged["moves"]
    listed = zbopt.prices(SCENARIOS / "over-constrained", processes=1)
    deltas = [row["delta"] for row in rows(zbopt.charts.prices(listed.document, listed.loaded.scenario, language="zh"))]
    assert deltas == sorted(deltas, reverse=True)
    assert deltas[0] == max(row["stages"]["merit"] for row in listed.document["prices"])
    (tmp_path / "g.yaml").write_text("factors:\n  fit: [policy.merit.fit=1, policy.merit.fit=2]\n", encoding="utf-8")
    grid = zbopt.grid(SCENARIOS / "tiny", tmp_path / "g.yaml", out=tmp_path / "o", processes=1).document
    assert [row["value"] for row in rows(zbopt.charts.sweep(grid, "fit"))] == [
        row["stages"]["merit"] for row in grid["rows"]
    ]
    frontier = zbopt.frontier(SCENARIOS / "three-task-forces")
    assert rows(zbopt.charts.frontier(frontier)) == [
        {"moves": row["moves"], "persons": row["persons"]} for row in frontier["rows"]
    ]


def test_without_the_extra_it_says_how_to_get_it(merged: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(DiagnosticsError) as problem:
        zbopt.charts.moves(merged)
    assert [item.code for item in problem.value.diagnostics] == ["Z546"]
