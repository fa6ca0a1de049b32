"""`python -m zbopt`."""

from zbopt.cli import main

main()
