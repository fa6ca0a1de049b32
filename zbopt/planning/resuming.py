"""What finished rows are of: a digest that only this user's machine can make.

Rows may be used again only where nothing has changed, confidential fields included; and a plain hash over those would let anybody who
holds the rest of a roster find them by trying. So the digest is keyed with a secret that stays with the user.
"""

from __future__ import annotations

import contextlib
import os
import sys
from functools import cache
from pathlib import Path

from zbopt.scenario.models import Scenario

KEY_BYTES = 32


def token(scenario: Scenario) -> str:
    """A name for the whole scenario, confidential fields included; on another machine it is another one."""
    return scenario.keyed_digest(_secret())


@cache
def _secret() -> bytes:
    """The user's secret, made once; one for this process alone where it cannot be kept: then no row is used again."""
    place = _folder() / "resume.key"
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as file:
                file.write(os.urandom(KEY_BYTES))
        found = place.read_bytes()
        if len(found) == KEY_BYTES:
            return found
    return os.urandom(KEY_BYTES)


def _folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "zbopt"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "zbopt"


__all__ = ["token"]
