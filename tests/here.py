"""Where the checkout is, and the command line without a new process: what a planner would see, in a fraction of the time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from zbopt import cli

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def zbopt_here(*arguments: str) -> Done:
    """Run a command in this process; a crash is raised, not swallowed."""
    before, sys.argv = sys.argv, ["zbopt", *arguments]
    try:
        done = CliRunner().invoke(cli.zbopt, list(arguments), prog_name="zbopt", catch_exceptions=False)
    finally:
        sys.argv = before
    return Done(done.exit_code, done.stdout, done.stderr)
