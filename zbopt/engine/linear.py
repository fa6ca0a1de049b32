"""The solver-neutral sparse model: columns, rows in compressed form, whole-number objectives, and a name for everything.

Columns and rows are added in blocks; a block keeps its kind and label arrays, so that a name costs nothing until asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Role(Enum):
    """What a block is to those who make points without a solver."""

    PLAIN = "plain"
    PACKING = "packing"
    """Rows that only bound persons from above: whoever keeps them may be added."""
    SLACK = "slack"
    """Columns that a rule in mode target pays for, raised until their rows hold."""
    INDICATOR = "indicator"
    """Columns of 0 or 1 that must be 1 where one of their rows breaks at 0, and these rows."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive columns or rows of one kind; `labels` holds one tuple of ids for each."""

    kind: str
    first: int
    labels: Sequence[tuple[str, ...]]
    role: Role = Role.PLAIN

    @property
    def places(self) -> Ints:
        """The indices of its columns or rows."""
        return np.arange(self.first, self.first + len(self.labels))

    def name(self, index: int) -> str:
        """Such as `x[P017,T03-head]`."""
        return f"{self.kind}[{','.join(self.labels[index - self.first])}]"


@dataclass(frozen=True)
class LinearModel:
    """min or max of whole-number objectives over row_lower <= A x <= row_upper, lower <= x <= upper.

    Shapes: n columns, m rows; `matrix` m x n in CSR. `objectives` are coefficient vectors (n) to be minimised.
    """

    lower: Floats
    upper: Floats
    integer: Bools
    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    objectives: Mapping[str, Floats]
    column_blocks: tuple[Block, ...]
    row_blocks: tuple[Block, ...]

    @property
    def num_columns(self) -> int:
        """Number of columns."""
        return len(self.lower)

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    def columns_as(self, role: Role) -> Ints:
        """The columns of a role."""
        return _places(block for block in self.column_blocks if block.role is role)

    def rows_as(self, role: Role) -> Ints:
        """The rows of a role."""
        return _places(block for block in self.row_blocks if block.role is role)

    def columns_of(self, kind: str) -> Ints:
        """The columns of a kind."""
        return _places(block for block in self.column_blocks if block.kind == kind)

    def rows_of(self, kind: str) -> Ints:
        """The rows of a kind."""
        return _places(block for block in self.row_blocks if block.kind == kind)

    def column_name(self, index: int) -> str:
        """The name of a column."""
        return _name(self.column_blocks, index)

    def row_name(self, index: int) -> str:
        """The name of a row."""
        return _name(self.row_blocks, index)

    def violated(self, x: Floats, tolerance: float = 1e-6) -> Ints:
        """The rows that a point breaks."""
        value = self.matrix @ x
        bad: Ints = np.flatnonzero((value < self.row_lower - tolerance) | (value > self.row_upper + tolerance))
        return bad

    def keeps(self, x: Floats, tolerance: float = 1e-6) -> bool:
        """Whether a point keeps every row and every column's bounds."""
        inside = bool(np.all(x >= self.lower - tolerance) and np.all(x <= self.upper + tolerance))
        return inside and not len(self.violated(x, tolerance))

    def with_row(self, columns: Floats, upper: float) -> LinearModel:
        """The model with one more row: columns . x <= upper (an earlier stage held at its value)."""
        row = sparse.csr_matrix(columns.reshape(1, -1))
        return LinearModel(
            self.lower,
            self.upper,
            self.integer,
            sparse.vstack([self.matrix, row], format="csr"),
            np.append(self.row_lower, -np.inf),
            np.append(self.row_upper, upper),
            self.objectives,
            self.column_blocks,
            (*self.row_blocks, Block("held", self.num_rows, [(str(self.num_rows),)])),
        )

    def with_upper(self, upper: Floats) -> LinearModel:
        """The model with other upper bounds of its columns."""
        return LinearModel(
            self.lower,
            upper,
            self.integer,
            self.matrix,
            self.row_lower,
            self.row_upper,
            self.objectives,
            self.column_blocks,
            self.row_blocks,
        )


def _places(blocks: Iterable[Block]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *(block.places for block in blocks)])


def _name(blocks: tuple[Block, ...], index: int) -> str:
    for block in blocks:
        if block.first <= index < block.first + len(block.labels):
            return block.name(index)
    raise IndexError(index)


@dataclass
class ModelBuilder:
    """Gathers blocks; `build` makes the frozen model."""

    _lower: list[Floats] = field(default_factory=list)
    _upper: list[Floats] = field(default_factory=list)
    _integer: list[Bools] = field(default_factory=list)
    _column_blocks: list[Block] = field(default_factory=list)
    _entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    _row_lower: list[Floats] = field(default_factory=list)
    _row_upper: list[Floats] = field(default_factory=list)
    _row_blocks: list[Block] = field(default_factory=list)
    _objectives: dict[str, list[tuple[Ints, Floats]]] = field(default_factory=dict)
    num_columns: int = 0
    num_rows: int = 0

    def columns(
        self,
        kind: str,
        labels: Sequence[tuple[str, ...]],
        lower: float | Floats,
        upper: float | Floats,
        integer: bool,
        role: Role = Role.PLAIN,
    ) -> Ints:
        """Append columns; returns their indices."""
        number = len(labels)
        self._lower.append(np.broadcast_to(np.asarray(lower, float), number).copy())
        self._upper.append(np.broadcast_to(np.asarray(upper, float), number).copy())
        self._integer.append(np.full(number, integer))
        self._column_blocks.append(Block(kind, self.num_columns, labels, role))
        first, self.num_columns = self.num_columns, self.num_columns + number
        return np.arange(first, self.num_columns)

    def rows(
        self,
        kind: str,
        labels: Sequence[tuple[str, ...]],
        entries: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
        lower: float | npt.ArrayLike,
        upper: float | npt.ArrayLike,
        role: Role = Role.PLAIN,
    ) -> Ints:
        """Append rows; `entries` are (row within the block, column, coefficient). Returns the row indices."""
        number = len(labels)
        row, column, value = (np.asarray(part) for part in entries)
        value = np.broadcast_to(value, row.shape)
        self._entries.append((row.astype(np.int64) + self.num_rows, column.astype(np.int64), value.astype(float)))
        self._row_lower.append(np.broadcast_to(np.asarray(lower, float), number).copy())
        self._row_upper.append(np.broadcast_to(np.asarray(upper, float), number).copy())
        self._row_blocks.append(Block(kind, self.num_rows, labels, role))
        first, self.num_rows = self.num_rows, self.num_rows + number
        return np.arange(first, self.num_rows)

    def more(self, entries: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]) -> None:
        """Further entries of rows that exist: (row, column, coefficient)."""
        row, column, value = (np.asarray(part) for part in entries)
        value = np.broadcast_to(value, row.shape)
        self._entries.append((row.astype(np.int64), column.astype(np.int64), value.astype(float)))

    def cost(self, stage: str, columns: npt.ArrayLike, coefficients: npt.ArrayLike) -> None:
        """Add coefficients to the objective of a stage (minimised)."""
        where = np.asarray(columns, np.int64)
        value = np.broadcast_to(np.asarray(coefficients, float), where.shape)
        self._objectives.setdefault(stage, []).append((where, value))

    def build(self, stages: Sequence[str]) -> LinearModel:
        """The frozen model with an objective for each of the stages."""
        shape = (self.num_rows, self.num_columns)
        parts = self._entries or [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
        row, column, value = (np.concatenate([part[place] for part in parts]) for place in range(3))
        matrix = sparse.csr_matrix((value, (row, column)), shape=shape)
        matrix.sum_duplicates()
        objectives = {}
        for stage in stages:
            objective = np.zeros(self.num_columns)
            for where, amount in self._objectives.get(stage, []):
                np.add.at(objective, where, amount)
            objectives[stage] = objective
        return LinearModel(
            _joined(self._lower),
            _joined(self._upper),
            np.concatenate(self._integer) if self._integer else np.zeros(0, bool),
            matrix,
            _joined(self._row_lower),
            _joined(self._row_upper),
            objectives,
            tuple(self._column_blocks),
            tuple(self._row_blocks),
        )


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)
