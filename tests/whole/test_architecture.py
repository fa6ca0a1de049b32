"""The picture of the house shows the imports there are."""

from __future__ import annotations

import ast
import re

from tests.here import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "zbopt"
ROOMS = ("cli", "report", "planning", "explaining", "engine/merge", "engine", "plan", "meaning", "solution", "scenario", "diagnostics",
         "progress", "signals")  # fmt: skip
"""From the top down; `version` and the entry points are no rooms."""


def room(module: str) -> str:
    path = module.removeprefix("zbopt").strip(".").replace(".", "/")
    return next((name for name in ROOMS if path == name or path.startswith(f"{name}/")), "")


def drawn() -> set[tuple[str, str]]:
    block = re.search(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    return set(re.findall(r"^ +(\S+) --> (\S+)$", block[1], re.MULTILINE))


def imported() -> set[tuple[str, str]]:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        own = room(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("zbopt"):
                names = [f"{node.module}.{item.name}" for item in node.names]
            elif isinstance(node, ast.Import):
                names = [item.name for item in node.names if item.name.startswith("zbopt.")]
            found |= {(own, room(name)) for name in names}
    return {(one, other) for one, other in found if one and other and one != other}


def reached(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair of rooms with a way from one to the other."""
    ways = set(arrows)
    while True:
        more = {(one, end) for one, middle in ways for start, end in ways if middle == start} | ways
        if more == ways:
            return ways
        ways = more


def test_every_import_is_a_way_in_the_picture() -> None:
    assert imported() <= reached(drawn())


def test_every_arrow_is_an_import() -> None:
    assert drawn() <= imported()


def test_no_arrow_follows_from_others_and_none_runs_back() -> None:
    arrows = drawn()
    for arrow in arrows:
        assert arrow not in reached(arrows - {arrow}), arrow
    assert not any(one == other for one, other in reached(arrows))


def test_every_room_has_its_paragraph() -> None:
    paragraphs = {
        name for names in re.findall(r"^\*\*([a-z/, ]+)\*\*", PAGE, re.MULTILINE) for name in names.split(", ")
    }
    assert paragraphs == set(ROOMS)
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders <= set(ROOMS)


def test_files_that_the_page_names_are_there() -> None:
    names = re.findall(r"`([a-z_]+)`", PAGE)
    modules = {path.stem for path in PACKAGE.rglob("*.py")} | set(ROOMS)
    assert len(names) > 40
    assert {name for name in names if name not in modules} == set()
