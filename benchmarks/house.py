"""Figures of the house: sizes, long functions, many parameters, untyped documents.

    python benchmarks/house.py >> benchmarks/house.md

Counted from the syntax trees of `zbopt/`. A function's parameters are those a caller may give (self and cls are none);
an untyped use is a name `Document` or a `dict[str, Any]` in an annotation or an expression; a subscript is one by a text.
"""

from __future__ import annotations

import ast
import datetime
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "zbopt"
LONG, MANY = 50, 5
HEADER = (
    "| date | commit | files | lines | median | largest | over 400 | functions over 50 lines | over 5 parameters (worst) "
    "| untyped uses (outside plan/) | text subscripts (outside plan/) | `fmt: skip` |"
)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Parameters that a caller may give."""
    given = function.args
    names = [item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def untyped(tree: ast.Module) -> int:
    """Uses of `Document` and `dict[str, Any]`."""
    names = sum(isinstance(node, ast.Name) and node.id == "Document" for node in ast.walk(tree))
    texts = (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Subscript))
    return names + sum(text in ("dict[str, Any]", "Mapping[str, Any]") for text in texts)


def subscripts(tree: ast.Module) -> int:
    """Subscripts by a text."""
    return sum(
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        for node in ast.walk(tree)
    )


def row() -> str:
    """One row of the table."""
    sources = {file: file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py"))}
    trees = {file: ast.parse(text) for file, text in sources.items()}
    lines = {file: text.count("\n") for file, text in sources.items()}
    found = [function for tree in trees.values() for function in functions(tree)]
    long = sum((function.end_lineno or 0) - function.lineno + 1 > LONG for function in found)
    counts = [parameters(function) for function in found]
    outside = {file for file in sources if file.relative_to(ROOT).parts[0] != "plan"}
    sums = [
        f"{sum(count(tree) for tree in trees.values())} ({sum(count(trees[file]) for file in outside)})"
        for count in (untyped, subscripts)
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    largest = max(lines, key=lambda file: lines[file])
    cells = [
        str(datetime.date.today()), commit, str(len(lines)), str(sum(lines.values())), str(int(statistics.median(lines.values()))),
        f"{lines[largest]} ({largest.relative_to(ROOT)})", str(sum(number > 400 for number in lines.values())),
        str(long), f"{sum(count > MANY for count in counts)} ({max(counts)})", *sums,
        str(sum(text.count("fmt: skip") for text in sources.values())),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(row())
