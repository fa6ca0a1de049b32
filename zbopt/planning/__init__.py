"""The use cases: check, assign, merge, restructure, explain, prices, alternatives, compare, what-if, audit, why. Prints nothing."""

from zbopt.planning.answers import Answer, Finished, open_plan, why, why_not_there
from zbopt.planning.assigning import assign, check
from zbopt.planning.comparing import Comparison, compare, what_if
from zbopt.planning.explaining import Explanation, explain
from zbopt.planning.forcing import Asked, explain_why, explain_why_not, what_would_it_take
from zbopt.planning.frontiers import frontier
from zbopt.planning.grids import Grid, grid
from zbopt.planning.merging import merge, restructure
from zbopt.planning.overlaps import overlap, suggest
from zbopt.planning.pricing import Listed, alternatives, prices
from zbopt.planning.results import Result, manifest

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
    "assign",
    "check",
    "compare",
    "explain",
    "explain_why",
    "explain_why_not",
    "frontier",
    "grid",
    "manifest",
    "merge",
    "open_plan",
    "overlap",
    "prices",
    "restructure",
    "suggest",
    "what_if",
    "what_would_it_take",
    "why",
    "why_not_there",
]
