"""One plan among equals, the same on every run: rounds of random sums over what was chosen, then a certificate.

Round r minimises the sum of blake2b(seed, r, person, post) mod 2^16 over the chosen pairs; the result becomes a row. The
certificate minimises the chosen pairs that are kept (less new ones): if all must stay, the plan is unique. As a program
with an objective it is proved 3 to 25 times faster than the bare question for a second plan (0.3-0.7 s against 1-17 s, 300 people).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np

from zbopt.engine.backend import search
from zbopt.engine.linear import Block, Floats, Ints, LinearModel
from zbopt.progress import Control

MAX_ROUNDS = 4
MAX_PARTITIONS = 30
"""Partitions of equal value looked at before the choice is called not certified."""

MAX_FACE = 60_000
"""Pairs on the optimal face above which no certificate is tried."""


def hash_weights(seed: int, round_number: int, labels: list[tuple[str, ...]]) -> Floats:
    """blake2b(seed, round, ids) mod 2^16 for each label; the same on every machine."""
    found = np.empty(len(labels))
    for place, label in enumerate(labels):
        text = "\x1f".join((str(seed), str(round_number), *label)).encode()
        found[place] = int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % 65_536
    return found


def tie_break(
    model: LinearModel, point: Floats, columns: Ints, control: Control, seed: int, workers: int
) -> tuple[Floats, bool]:
    """The plan that the seed picks on the optimal face, and whether it is certified to be the only one in these columns.

    `columns` are what is chosen: pairs, or in merging teams. `model` holds every stage at its value and has the columns
    dropped that no optimal plan uses.
    """
    face = np.flatnonzero(model.upper > 0)
    open_columns = columns[model.upper[columns] > 0]
    if len(open_columns) > MAX_FACE:
        return point, False
    if bool(np.all(model.lower[open_columns] > 0)):
        return point, True  # nothing is left to choose
    labels = [label for block in model.column_blocks for label in block.labels]
    named = [labels[column] for column in open_columns]
    for round_number in range(1, MAX_ROUNDS + 1):
        if control.out_of_time():
            return point, False
        objective = np.zeros(model.num_columns)
        objective[open_columns] = hash_weights(seed, round_number, named)
        found = search(model, objective, control, "tie-break", face, point, workers)
        if found.outcome != "optimal" or found.x is None:
            return point, False
        point = found.x
        model = model.with_row(objective, float(np.rint(objective @ point)))
        if control.out_of_time():
            return point, False
        if _unique(model, point, open_columns, face, control, workers):
            return point, True
    return point, False


def choose_teams(
    model: LinearModel, known: Sequence[Floats], complete: bool, teams: Ints, control: Control, seed: int, workers: int
) -> tuple[Floats, bool]:
    """The partition that the seed picks among those of optimal plans, and whether all of them were seen.

    `known`: a plan of each partition known, one at least; `complete`: there are no others. Those that may be missing
    are found one by one: no partition seen before, merit as objective (its relaxation guides; a random sum does not:
    8 s against 109 s at 60 task forces). The smallest sum of blake2b(seed, 1, team) mod 2^16 wins, then the names.
    """
    names = {int(column): label[0] for block in model.column_blocks for column, label in _labelled(block)}
    found = list(known)
    if complete:
        return _smallest(found, teams, names, seed), True
    for seen in found[:-1]:
        model = _without(model, teams[seen[teams] > 0.5])
    face = np.flatnonzero(model.upper > 0)
    merit = model.objectives["merit"]
    while len(found) < MAX_PARTITIONS:
        if control.out_of_time():
            break
        model = _without(model, teams[found[-1][teams] > 0.5])
        other = search(model, merit, control, "tie-break", face, None, workers, -1)
        if other.outcome == "infeasible":
            return _smallest(found, teams, names, seed), True
        if other.x is None:
            break
        found.append(other.x)
    return _smallest(found, teams, names, seed), False


def _without(model: LinearModel, chosen: Ints) -> LinearModel:
    """The model without one partition."""
    row = np.zeros(model.num_columns)
    row[chosen] = 1
    return model.with_row(row, len(chosen) - 1)


def _smallest(points: list[Floats], teams: Ints, names: dict[int, str], seed: int) -> Floats:
    def order(point: Floats) -> tuple[float, tuple[str, ...]]:
        ids = tuple(sorted(names[int(column)] for column in teams[point[teams] > 0.5]))
        return float(hash_weights(seed, 1, [(key,) for key in ids]).sum()), ids

    return min(points, key=order)


def _labelled(block: Block) -> Iterator[tuple[int, tuple[str, ...]]]:
    if block.kind == "y":
        yield from enumerate(block.labels, block.first)


def _unique(model: LinearModel, point: Floats, pairs: Ints, face: Ints, control: Control, workers: int) -> bool:
    """Whether no other plan keeps all rows: min of chosen pairs kept less new pairs taken equals the number chosen."""
    chosen = point[pairs] > 0.5
    kept = np.zeros(model.num_columns)
    kept[pairs] = np.where(chosen, 1.0, -1.0)
    number = int(chosen.sum())
    return search(model, kept, control, "certificate", face, point, workers, stop_below=number).bound >= number
