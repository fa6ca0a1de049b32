"""The use cases: check, assign, merge, restructure, frontier, overlap, audit, why, why-not. Brings the rooms together; prints nothing."""

from zbopt.planning.answers import Answer, Finished, open_plan, why, why_not_there
from zbopt.planning.assigning import assign, check
from zbopt.planning.frontiers import frontier
from zbopt.planning.merging import hints, merge, restructure
from zbopt.planning.overlaps import overlap, suggest
from zbopt.planning.results import Result, manifest

__all__ = [
    "Answer",
    "Finished",
    "Result",
    "assign",
    "check",
    "frontier",
    "hints",
    "manifest",
    "merge",
    "open_plan",
    "overlap",
    "restructure",
    "suggest",
    "why",
    "why_not_there",
]
