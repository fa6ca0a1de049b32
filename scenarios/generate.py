"""Write scenario folders: the shipped Kaihua case, or an invented case of any size.

    python scenarios/generate.py --kaihua scenarios/kaihua-2019
    python scenarios/generate.py --people 3000 --seed 7 --out /tmp/case

The same arguments give the same bytes. In an invented case a plan is planted that fills every seat and meets every
quota, so no case is short by bad luck; `--scarcity` says how few others could take its place.
"""

import argparse
import sys
from pathlib import Path

from _generate_case import Options
from _generate_case_files import write_case
from _generate_kaihua import write_kaihua


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description="Write a scenario folder.")
    made.add_argument("--kaihua", type=Path, metavar="DIR", help="write the Kaihua folder here")
    made.add_argument("--people", type=int, help="number of people of an invented case")
    made.add_argument("--seed", type=int, help="seed (1; of the Kaihua folder: that of the shipped one)")
    made.add_argument("--out", type=Path, metavar="DIR", help="write the invented case here")
    made.add_argument("--seats", type=int, help="seats of all posts (people / 2)")
    made.add_argument("--task-forces", type=int, help="task forces (seats / 7)")
    made.add_argument("--units", type=int, help="home units (people / 12, at least 12)")
    made.add_argument("--overlap", type=share, default=0.4, help="share of neighbours that do a duty twice")
    made.add_argument(
        "--cluster", type=int, default=0, help="task forces that share duties with each other (0: chains)"
    )
    made.add_argument("--scarcity", type=share, default=0.5, help="how few others could fill in")
    made.add_argument("--wishes", type=share, default=0.5, help="share of people who state wishes")
    made.add_argument("--kin", type=float, default=1.0, help="pairs of kin per 100 people")
    made.add_argument("--part-time", type=share, default=0.0, help="share of category posts at half time")
    made.add_argument("--team-quotas", type=int, choices=(1, 2), default=1, help="quotas for each team")
    return made


def options_of(arguments: argparse.Namespace) -> Options:
    """The sizes, with defaults where none were given."""
    people = arguments.people
    seats = arguments.seats or people // 2
    task_forces = arguments.task_forces or max(2, seats // 7)
    if seats > people * 8 // 10 or task_forces < 2 or not 3 * task_forces <= seats <= 15 * task_forces:
        raise ValueError("needs at least 2 task forces, 3 to 15 seats each, and seats for at most 80 % of the people")
    if arguments.cluster < 0 or arguments.cluster == 1:
        raise ValueError("a cluster has at least 2 task forces")
    if arguments.units is not None and arguments.units < 3:
        raise ValueError("needs at least 3 units")
    return Options(
        people=people,
        seed=1 if arguments.seed is None else arguments.seed,
        seats=seats,
        task_forces=task_forces,
        units=arguments.units or max(12, people // 12),
        overlap=arguments.overlap,
        cluster=arguments.cluster,
        scarcity=arguments.scarcity,
        wishes=arguments.wishes,
        kin=arguments.kin,
        part_time=arguments.part_time,
        team_quotas=arguments.team_quotas,
    )


def main() -> int:
    """Run the command line."""
    arguments = parser().parse_args()
    if arguments.kaihua is not None:
        write_kaihua(arguments.kaihua, arguments.seed)
        return 0
    if arguments.people is None or arguments.out is None:
        parser().error("give --kaihua DIR, or --people N and --out DIR")
    try:
        write_case(options_of(arguments), arguments.out)
    except ValueError as problem:
        parser().error(str(problem))
    return 0


if __name__ == "__main__":
    sys.exit(main())
