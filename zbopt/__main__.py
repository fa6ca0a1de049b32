"""`zbopt` and `python -m zbopt`: stop signals are taken in hand before anything else is imported."""

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    from zbopt.progress import Command, process_began
    from zbopt.signals import Received, install

    try:
        install()
        Command.began = process_began()
        from zbopt.cli import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("zbopt: interrupted / 已中止\n")
        sys.exit(130)
    except Exception:
        if not Received.stop:
            raise
        sys.stderr.write("zbopt: interrupted / 已中止\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
