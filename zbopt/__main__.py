"""`zbopt` and `python -m zbopt`: stop signals are taken in hand before anything else is imported."""

import gc
import sys

SELDOM = 200_000, 20, 100
"""Thresholds of the search for reference cycles: what a scenario is read into lives to the end, and looking through it again and
again takes a tenth of the time of a large case."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    from zbopt.progress import Command, process_began
    from zbopt.signals import Received, install

    gc.set_threshold(*SELDOM)
    try:
        install()
        Command.began = process_began()
        from zbopt.cli import main as run

        run(arguments)
    except KeyboardInterrupt:
        _interrupted()
    except Exception:
        if not Received.stop:
            raise
        _interrupted()


def _interrupted() -> None:
    """Stopped before a command could begin: nothing was written."""
    from zbopt.signals import leave

    sys.stderr.write("aborted; nothing was written / 已中止；未写入任何文件\n")
    leave(130)


if __name__ == "__main__":
    main()
