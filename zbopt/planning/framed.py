"""What every result has in a notebook: its document as DataFrames, and a view that Jupyter shows by itself."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Framed:
    """A result with a `document`."""

    document: dict[str, Any]

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


__all__ = ["Framed"]
