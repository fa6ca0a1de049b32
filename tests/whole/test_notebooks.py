"""The notebooks run from top to bottom, hold no stored outputs, and fail where their scenario is disturbed."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.here import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SCENARIOS = ROOT / "scenarios"


def run(path: Path, scenarios: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    monkeypatch.setenv("ZBOPT_SCENARIOS", str(scenarios))
    monkeypatch.setenv("ZBOPT_OUT", str(out))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    book = nbformat.read(path, as_version=4)
    return NotebookClient(book, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01-first-assignment", "02-what-if", "03-annual-restructuring"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_outputs_are_stored(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    assert all("assert" in "".join(cell.source for cell in cells[n : n + 3]) for n in range(1, len(cells) - 2))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_charts(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = run(path, SCENARIOS, tmp_path, monkeypatch)
    shown = [
        data for cell in book.cells if cell.cell_type == "code" for item in cell.outputs if (data := item.get("data"))
    ]
    charts = [data for data in shown if any(kind.startswith("application/vnd.vegalite") for kind in data)]
    assert charts
    text = str(charts)
    assert any(ord(letter) > 0x4E00 for letter in text) or "\\u" in text  # Chinese labels travel with the chart


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_disturbed_scenario_makes_it_fail(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two persons more are asked for, fit weighs more, nothing overlaps enough to merge: the figures a notebook asserts cannot come out."""
    shutil.copytree(SCENARIOS, tmp_path / "scenarios", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = tmp_path / "scenarios" / "kaihua-2019" / "scenario.yaml"  # restructure.yaml rests on it
    text = file.read_text(encoding="utf-8")
    for old, new in (
        ("min: 58", "min: 60"),
        ("merit: {fit: 5", "merit: {fit: 6"),
        ("min_overlap: 15%", "min_overlap: 90%"),
    ):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CellExecutionError) as problem:
        run(path, tmp_path / "scenarios", tmp_path, monkeypatch)
    assert "AssertionError" in str(problem.value)
