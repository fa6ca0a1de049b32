"""Documents as DataFrames, for notebooks: a dictionary of tables for each kind. pandas is imported here, on first use, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Rows = Iterable[Mapping[str, Any]]


def _frame(rows: Rows, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table with its columns even where it has no row."""
    import pandas as pd

    listed = [dict(row) for row in rows]
    return pd.DataFrame(listed, columns=list(columns) or None) if listed or columns else pd.DataFrame(listed)


def frames(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables of a document by name; raises `KeyError` for a kind that has none."""
    return _MAKERS[document["kind"]](document)


def _plan(plan: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """seats (a row per seat, points spread out), quotas, stages, task_forces, units; action lists and mergers of a merger."""
    seats = [
        {
            **{key: value for key, value in seat.items() if key not in ("points", "reasons")},
            **{key: seat.get("points", {}).get(key) for key in ("fit", "preference", "stability")},
        }
        for seat in plan["seats"]
    ]
    found = {
        "seats": _frame(seats),
        "stages": _frame(plan["stages"]),
        "task_forces": _frame(plan["task_forces"]),
        "quotas": _frame(plan.get("quotas", ())),
        "units": _frame(plan.get("units", ())),
        "warnings": _frame(
            {"rule": row["rule"], "subject": row["subject"][1], "code": row["code"]} for row in plan["warnings"]
        ),
    }
    if plan["kind"] != "assign" and plan["seats"]:
        found |= {
            "people": _frame(plan["actions"]["people"]),
            "mergers": _frame(
                {
                    "task_force": row["task_force"],
                    "parts": row["parts"],
                    "seats_alone": row["seats_alone"],
                    "seats": row["seats"],
                    **row["saving"],
                }
                for row in plan["mergers"]
            ),
            "triage": _frame(plan.get("triage", ())),
        }
    return found


def _explanation(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """conflicts (a row per element), repairs (a row per edit)."""
    holders = [("", document), *((" ".join(row["subject"]), row) for row in document.get("shortfalls", ()))]
    conflicts = [
        {
            "of": name,
            "conflict": number,
            "minimal": item["minimal"],
            "element": element["id"],
            "place": element["place"],
        }
        for name, holder in holders
        for number, item in enumerate(holder.get("conflicts", ()), 1)
        for element in item["elements"]
    ]
    repairs = [
        {"of": name, "repair": item["number"], "price": item["price"], "edit": edit["edit"], **_stages(item["stages"])}
        for name, holder in holders
        for item in holder.get("repairs", ())
        for edit in item["edits"]
    ]
    return {
        "conflicts": _frame(conflicts, ("of", "conflict", "minimal", "element", "place")),
        "repairs": _frame(repairs) if repairs else _frame((), ("of", "repair", "price", "edit")),
    }


def _stages(rows: Rows) -> dict[str, Any]:
    return {row["name"]: row["value"] for row in rows}


def _prices(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """prices: a row per change, its stages and figures (new less old) as columns."""
    rows = [
        {
            "change": row["id"],
            "outcome": row["outcome"],
            "exact": row["exact"],
            **(row["stages"] or {}),
            **row["figures"],
        }
        for row in document["prices"]
    ]
    return {"prices": _frame(rows)}


def _alternatives(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """plans (a row per alternative), people (a row per person, a column per plan)."""
    people = [
        {
            "person": row["person"],
            "name": row["name"],
            "mark": row["mark"],
            **{("plan" if n == 0 else f"alternative {n}"): ", ".join(posts) for n, posts in enumerate(row["posts"])},
        }
        for row in document["people"]
    ]
    plans = [{"value": row["value"], "different": row["different"], **row["stages"]} for row in document["plans"]]
    return {"plans": _frame(plans), "people": _frame(people)}


def _comparison(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """figures (a column per side), inputs, people."""
    import pandas as pd

    figures = pd.DataFrame({side["label"]: side["figures"] for side in document["sides"]})
    inputs = [{"side": item["label"], **row} for item in document["against_first"] for row in item["inputs"]]
    people = [
        {"side": item["label"], **{key: row[key] for key in ("person", "name", "before", "after")}}
        for item in document["against_first"]
        for row in item["people"]
    ]
    return {
        "figures": figures,
        "inputs": _frame(inputs, ("side", "list", "key", "field", "before", "after")),
        "people": _frame(people, ("side", "person", "name", "before", "after")),
    }


def _grid(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """rows: a row per combination, its labels, status, stages and figures as columns."""
    return {
        "rows": _frame(
            {**row["labels"], "status": row["status"], "exact": row["exact"], **row["stages"], **row["figures"]}
            for row in document["rows"]
        )
    }


def _frontier(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """rows: a row per point of the frontier."""
    return {"rows": _frame(document["rows"])}


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, pd.DataFrame]]] = {
    "assign": _plan,
    "merge": _plan,
    "restructure": _plan,
    "explanation": _explanation,
    "prices": _prices,
    "alternatives": _alternatives,
    "comparison": _comparison,
    "what_if": _comparison,
    "grid": _grid,
    "frontier": _frontier,
}

__all__ = ["frames"]
