"""zbopt: proved, audited, explained staffing of temporary task forces.

import zbopt
result = zbopt.assign("scenarios/tiny")
result.status, result.frames["seats"]
"""

from typing import TYPE_CHECKING, Any

from zbopt.diagnostics import Diagnostic, DiagnosticsError
from zbopt.version import __version__


def _sentence(item: Diagnostic) -> str:
    """What an exception says in a notebook, in the language of its environment."""
    from zbopt.report.language import Language, default_language

    return Language(default_language()).diagnostic(item)


DiagnosticsError.speak = staticmethod(_sentence)

if TYPE_CHECKING:
    from zbopt.planning import alternatives as alternatives
    from zbopt.planning import assign as assign
    from zbopt.planning import check as check
    from zbopt.planning import compare as compare
    from zbopt.planning import explain as explain
    from zbopt.planning import frontier as frontier
    from zbopt.planning import grid as grid
    from zbopt.planning import merge as merge
    from zbopt.planning import open_plan as open_plan
    from zbopt.planning import overlap as overlap
    from zbopt.planning import prices as prices
    from zbopt.planning import restructure as restructure
    from zbopt.planning import what_if as what_if
    from zbopt.planning import what_would_it_take as what_would_it_take
    from zbopt.planning import why as why
    from zbopt.planning import why_not as why_not
    from zbopt.report import charts as charts
    from zbopt.scenario.load import load as load

__all__ = [
    "__version__",
    "alternatives",
    "assign",
    "charts",
    "check",
    "compare",
    "explain",
    "frontier",
    "grid",
    "load",
    "merge",
    "open_plan",
    "overlap",
    "prices",
    "restructure",
    "what_if",
    "what_would_it_take",
    "why",
    "why_not",
]


def __getattr__(name: str) -> Any:
    """Import on first use: `zbopt --help` pays for neither solver nor models."""
    if name == "load":
        from zbopt.scenario.load import load

        return load
    if name == "charts":
        from zbopt.report import charts

        return charts
    if name in __all__:
        from zbopt import planning

        return getattr(planning, name)
    raise AttributeError(name)
