"""The use cases: check, assign, merge, restructure, explain, prices, alternatives, compare, what-if, audit, why. Prints nothing.

Each is imported on first use: `zbopt check` and `zbopt overlap` do not pay for the solver.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zbopt.planning.answers import Answer as Answer
    from zbopt.planning.answers import Finished as Finished
    from zbopt.planning.answers import confirmed as confirmed
    from zbopt.planning.answers import open_plan as open_plan
    from zbopt.planning.answers import why_not_there as why_not_there
    from zbopt.planning.answers import why_there as why_there
    from zbopt.planning.assigning import assign as assign
    from zbopt.planning.assigning import check as check
    from zbopt.planning.auditing import file_faults as file_faults
    from zbopt.planning.auditing import re_solve as re_solve
    from zbopt.planning.auditing import unchecked_claims as unchecked_claims
    from zbopt.planning.comparing import Comparison as Comparison
    from zbopt.planning.comparing import compare as compare
    from zbopt.planning.comparing import scenario_of as scenario_of
    from zbopt.planning.comparing import what_if as what_if
    from zbopt.planning.conflicts import Explanation as Explanation
    from zbopt.planning.conflicts import explain as explain
    from zbopt.planning.conflicts import explain_case as explain_case
    from zbopt.planning.fitness import stages_left_out as stages_left_out
    from zbopt.planning.forced import Asked as Asked
    from zbopt.planning.forced import answer_take as answer_take
    from zbopt.planning.forced import answer_why as answer_why
    from zbopt.planning.forced import answer_why_not as answer_why_not
    from zbopt.planning.forced import what_would_it_take as what_would_it_take
    from zbopt.planning.forced import why as why
    from zbopt.planning.forced import why_not as why_not
    from zbopt.planning.frontiers import frontier as frontier
    from zbopt.planning.grids import Grid as Grid
    from zbopt.planning.grids import grid as grid
    from zbopt.planning.merging import merge as merge
    from zbopt.planning.merging import restructure as restructure
    from zbopt.planning.overlaps import overlap as overlap
    from zbopt.planning.overlaps import suggest as suggest
    from zbopt.planning.pricing import Listed as Listed
    from zbopt.planning.pricing import alternatives as alternatives
    from zbopt.planning.pricing import prices as prices
    from zbopt.planning.results import Result as Result
    from zbopt.planning.results import manifest as manifest
    from zbopt.planning.resuming import token as token

_PLACES = {
    "answers": ("Answer", "Finished", "confirmed", "open_plan", "why_not_there", "why_there"),
    "assigning": ("assign", "check"),
    "auditing": ("file_faults", "re_solve", "unchecked_claims"),
    "comparing": ("Comparison", "compare", "scenario_of", "what_if"),
    "conflicts": ("Explanation", "explain", "explain_case"),
    "fitness": ("stages_left_out",),
    "forced": ("Asked", "answer_why", "answer_why_not", "answer_take", "what_would_it_take", "why", "why_not"),
    "frontiers": ("frontier",),
    "grids": ("Grid", "grid"),
    "merging": ("merge", "restructure"),
    "overlaps": ("overlap", "suggest"),
    "pricing": ("Listed", "alternatives", "prices"),
    "resuming": ("token",),
    "results": ("Result", "manifest"),
}

__all__ = [
    "Answer",
    "Asked",
    "Comparison",
    "Explanation",
    "Finished",
    "Grid",
    "Listed",
    "Result",
    "alternatives",
    "answer_take",
    "answer_why",
    "answer_why_not",
    "assign",
    "check",
    "compare",
    "confirmed",
    "explain",
    "explain_case",
    "file_faults",
    "frontier",
    "grid",
    "manifest",
    "merge",
    "open_plan",
    "overlap",
    "prices",
    "re_solve",
    "restructure",
    "scenario_of",
    "stages_left_out",
    "suggest",
    "token",
    "unchecked_claims",
    "what_if",
    "what_would_it_take",
    "why",
    "why_not",
    "why_not_there",
    "why_there",
]


def __getattr__(name: str) -> Any:
    for module, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"zbopt.planning.{module}"), name)
    raise AttributeError(name)
