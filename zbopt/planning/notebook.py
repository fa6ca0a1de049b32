"""What every result has in a notebook: its document as DataFrames, and a view that Jupyter shows by itself."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from zbopt.plan.document import Document
from zbopt.scenario.models import Scenario
from zbopt.solution import Solution
from zbopt.version import __version__

if TYPE_CHECKING:
    import pandas as pd


class Framed:
    """A result with a `document`."""

    document: dict[str, Any]

    def __repr__(self) -> str:
        """What it is of and how it ended: a cell of a notebook keeps what it shows, so nothing of the people is in it."""
        head = self.document.get("scenario") or self.document["sides"][-1]["scenario"]
        status = self.document.get("status") or self.document["sides"][-1]["status"]
        return f"<{type(self).__name__} {self.document['kind']} {head['name']!r} {head['as_of']}: {status}>"

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The document as DataFrames by name (`zbopt.plan.frames`)."""
        from zbopt.plan.frames import frames

        return frames(self.document)

    def _repr_html_(self) -> str:
        """The scenario, the status, and the first table that has rows."""
        head = self.document.get("scenario") or self.document["sides"][-1]["scenario"]
        status = self.document.get("status") or self.document["sides"][-1]["status"]
        shown = next((name for name in self._first if name in self.frames and len(self.frames[name])), None)
        table = "" if shown is None else self.frames[shown].head(20).to_html(index=shown == "figures")
        return f"<p><b>{escape(head['name'])}</b> {escape(head['as_of'])}: {escape(str(status))}</p>{table}"

    _first = ("figures", "prices", "plans", "repairs", "rows", "stages")


def head(kind: str, of: str, scenario: Scenario, status: str, **more: Any) -> Document:
    """How every document of an explanation begins: its kind, the use case it is of, the scenario, versions, status."""
    return {
        "format": 1,
        "kind": kind,
        "of": of,
        "scenario": {"name": scenario.name, "as_of": str(scenario.as_of), "sha256": scenario.sha256},
        "versions": {"zbopt": __version__},
        "status": status,
        **more,
    }


def stages_json(solution: Solution) -> list[Document]:
    """Name, value and status of each stage."""
    return [{"name": str(item.name), "value": item.value, "status": item.status} for item in solution.stages]


__all__ = ["Framed", "head", "stages_json"]
