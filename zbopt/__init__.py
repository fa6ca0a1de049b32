"""zbopt: proved, audited, explained staffing of temporary task forces.

import zbopt
result = zbopt.assign("scenarios/tiny")
result.status, result.document["stages"]
"""

from typing import TYPE_CHECKING, Any

from zbopt.version import __version__

if TYPE_CHECKING:
    from zbopt.planning import assign as assign
    from zbopt.planning import check as check
    from zbopt.planning import merge as merge
    from zbopt.planning import restructure as restructure
    from zbopt.scenario.load import load as load

__all__ = ["__version__", "assign", "check", "load", "merge", "restructure"]


def __getattr__(name: str) -> Any:
    """Import on first use: `zbopt --help` pays for neither solver nor models."""
    if name in ("assign", "check", "merge", "restructure"):
        from zbopt import planning

        return getattr(planning, name)
    if name == "load":
        from zbopt.scenario.load import load

        return load
    raise AttributeError(name)
