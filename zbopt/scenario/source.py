"""From files to plain nested values with a mark for each: YAML and the tables it names, every scalar as text.

Nothing is typed here. Refused: repeated keys, unreadable text, YAML that grows by aliases, files over the stated size, paths
that leave the scenario folder.
"""

from __future__ import annotations

import re
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, warning

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_YAML_BYTES = 256 * 1024
"""Larger lists belong in tables: YAML of this size takes some seconds to read."""

MAX_NODES = 200_000
MAX_DEPTH = 40

Path_ = tuple[str | int, ...]


class Table(Protocol):
    """What can tell where a row of a table, or a field of it, stands."""

    def mark_of(self, row: int, key: str = "") -> Mark:
        """The place of a field (a dotted key) of a row."""


@dataclass(slots=True, repr=False)
class Marks:
    """Where each value was read: `nodes` for paths in YAML, `rows` for table rows by (list, index) with their row number."""

    nodes: dict[Path_, Mark] = field(default_factory=dict)
    rows: dict[Path_, tuple[Table, int]] = field(default_factory=dict)

    def of(self, path: Path_) -> Mark | None:
        """The mark of a value, or of the nearest thing that holds it."""
        row = self.rows.get(path[:2])
        if row is not None:
            keys = [str(step) for step in path[2:]]
            return row[0].mark_of(row[1], ".".join(keys))
        while path:
            mark = self.nodes.get(path)
            if mark is not None:
                return mark
            path = path[:-1]
        return self.nodes.get(())


def decode(data: bytes, file: str) -> tuple[str, list[Diagnostic]]:
    """Text of a file in UTF-8 (with or without mark), UTF-16 (with mark) or GB18030; Z003 where it is none of them.

    A file most of whose lines are UTF-8 is one with broken bytes, even where GB18030 could make characters of them.
    """
    data = data.removesuffix(b"\x1a")  # the end of a file under DOS
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise DiagnosticsError([error("Z003", Mark(file, 1))])  # UTF-32
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError as problem:
            line = data[: problem.start].count(b"\n") + 1
            raise DiagnosticsError([error("Z003", Mark(file, line))]) from None
    data = data.removeprefix(b"\xef\xbb\xbf")  # before decoding: the place of a fault counts from here
    try:
        text, found = data.decode("utf-8"), list[Diagnostic]()
    except UnicodeDecodeError as problem:
        text = _gb18030(data, file, problem)
        found = [warning("Z004", Mark(file))]
    if "\x00" in text:
        raise DiagnosticsError([error("Z003", Mark(file, text[: text.index("\x00")].count("\n") + 1))])
    if "\ufffd" in text:
        line = text[: text.index("\ufffd")].count("\n") + 1
        found.append(warning("Z005", Mark(file, line)))
    return text, found


def _gb18030(data: bytes, file: str, problem: UnicodeDecodeError) -> str:
    """The text in GB18030; Z003 with the line to look at."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    readable = [line for line in lines if _is_utf8(line)]
    # a line of GB18030 is hardly ever UTF-8 by chance once it has two characters of three bytes
    mixed = any(len(_THREE_BYTES.findall(line)) > 1 for line in readable)
    mostly_utf8 = 2 * len(readable) > len(lines)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as other:
        start = problem.start if mostly_utf8 else other.start
        raise DiagnosticsError([error("Z003", Mark(file, data[:start].count(b"\n") + 1))]) from None
    if mostly_utf8 or mixed:
        raise DiagnosticsError([error("Z003", Mark(file, data[: problem.start].count(b"\n") + 1))])
    return text


_THREE_BYTES = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
"""A Chinese character in UTF-8."""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def read_bytes(path: Path, shown: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file; Z001 where it cannot be read, Z002 where it is larger than the limit, Z007 where it is no file."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise DiagnosticsError([error("Z007", Mark(shown))])
        if found.st_size > limit:
            raise DiagnosticsError([error("Z002", Mark(shown), size=found.st_size // 1024, limit=limit // 1024)])
        with open(path, "rb") as file:
            return file.read(limit)
    except (OSError, ValueError, RuntimeError):
        raise DiagnosticsError([error("Z001", Mark(shown))]) from None


def inside(folder: Path, name: str, mark: Mark | None) -> Path:
    """The path of a file named in a scenario; Z006 where it leaves the scenario's folder (links included)."""
    try:
        root = folder.resolve()
    except (OSError, RuntimeError):
        raise DiagnosticsError([error("Z001", mark)]) from None
    unsafe = Path(name).is_absolute() or re.match(r"[A-Za-z]:|[\\/]", name) or "\x00" in name
    try:
        target = (root / name.replace("\\", "/")).resolve() if not unsafe else root.parent
    except (OSError, RuntimeError):  # a ring of links, a name too long
        raise DiagnosticsError([error("Z001", Mark(name))]) from None
    if unsafe or (root != target and root not in target.parents):
        raise DiagnosticsError([error("Z006", mark, value=name.replace("\x00", "?"))])
    return target


def read_yaml(path: Path, shown: str, marks: Marks) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The mapping of a YAML file, scalars as text, with the mark of every value; raises where it cannot be read."""
    text, found = decode(read_bytes(path, shown, MAX_YAML_BYTES), shown)
    found += [*_too_deep(text, shown), *_full_width_marks(text, shown)]
    if any(item.severity == "error" for item in found):
        raise DiagnosticsError(found)
    yaml = YAML(typ="rt", pure=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor used twice is legal, and would be told thousands of times
            node = yaml.compose(text)
    except MarkedYAMLError as problem:
        begun = re.search(
            r"quoted scalar|simple key", str(problem.context or "")
        )  # there the fault is, not where it shows
        place = problem.context_mark if begun else problem.problem_mark or problem.context_mark
        line = place.line + 1 if place is not None else None
        said = re.sub(r"'(?!<)[^']*'", "'...'", str(problem.problem or ""))  # it quotes the file, whatever stands there
        raise DiagnosticsError([*found, _yaml_error(said, text, shown, line)]) from None
    except (YAMLError, ValueError, KeyError, RecursionError) as problem:
        raise DiagnosticsError([*found, error("Z010", Mark(shown), problem=type(problem).__name__)]) from None
    if not isinstance(node, MappingNode):
        raise DiagnosticsError([*found, error("Z011", Mark(shown, 1))])
    walker = _Walker(shown, marks)
    value = walker.walk(node, ())
    return value, [*found, *walker.found]


def _yaml_error(problem: str, text: str, shown: str, line: int | None) -> Diagnostic:
    lines = text.splitlines()
    excerpt = lines[line - 1] if line is not None and line <= len(lines) else ""
    if "\t" in excerpt:
        return error("Z012", Mark(shown, line))
    if "，" in excerpt and re.search(r"[\[{]", excerpt):
        return error("Z013", Mark(shown, line), sign="，", use=", ")
    if re.search(r":\s*(\"[^\"]*\"|'[^']*')\s*[^\s#,\]}]", excerpt):
        return error("Z009", Mark(shown, line))
    return error("Z010", Mark(shown, line), problem=problem[:120])


def _too_deep(text: str, shown: str) -> list[Diagnostic]:
    """Brackets nested deeper than any scenario: told before a parser that recurses sees them."""
    depth, line = 0, 1
    for sign in re.findall(r"[\[{\]}\n]", text):
        if sign == "\n":
            line += 1
        elif sign in "[{":
            depth += 1
            if depth > MAX_DEPTH * 5:
                return [error("Z014", Mark(shown, line), limit=MAX_NODES)]
        else:
            depth = max(0, depth - 1)
    if text.count(",") + line > MAX_ENTRIES:
        return [error("Z014", Mark(shown), limit=MAX_ENTRIES)]
    return []


MAX_ENTRIES = 40_000
"""Lines and commas of a YAML file: what a parser would need many seconds for is told before."""


_WIDE = re.compile(r"^(\s*(?:- )?[A-Za-z_][\w.]*)：")
_WIDE_INSIDE = re.compile(r"^[^\"'#]*\{(?:[^\"'{}#]*,)?\s*[A-Za-z_][\w.]*：")


def _full_width_marks(text: str, shown: str) -> list[Diagnostic]:
    """Full-width ： after a key changes what YAML reads: an error with the fix. Elsewhere every sign is plain text."""
    found = []
    block: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if block is not None and (indent > block or not line.strip()):
            continue  # inside a block of text every mark is plain text
        block = indent if re.search(r":\s*[|>][+-]?\d?\s*(#.*)?$", line) else None
        if not line.lstrip().startswith("#") and (_WIDE.match(line) or _WIDE_INSIDE.search(line)):
            found.append(error("Z013", Mark(shown, number), sign="：", use=": "))
    return found


_HALF = re.compile("[\ud800-\udfff]")
"""Halves of a character, which no file can hold and an escape can name."""


class _Walker:
    """Turns YAML nodes into plain values; counts them so that aliases cannot make them grow without end."""

    def __init__(self, shown: str, marks: Marks) -> None:
        self.shown = shown
        self.marks = marks
        self.found: list[Diagnostic] = []
        self.count = 0

    def mark(self, node: Node) -> Mark:
        return Mark(self.shown, node.start_mark.line + 1)

    def walk(self, node: Node, path: Path_) -> Any:
        """The plain value of a node, marked; refuses what grows too large or too deep."""
        self.count += 1
        if self.count > MAX_NODES or len(path) > MAX_DEPTH:
            raise DiagnosticsError([*self.found, error("Z014", self.mark(node), limit=MAX_NODES)])
        self.marks.nodes[path] = self.mark(node)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.walk(child, (*path, place)) for place, child in enumerate(node.value)]
        return self.scalar(node) if isinstance(node, ScalarNode) else None

    def scalar(self, node: ScalarNode) -> str | None:
        """The text of a value, None for a blank one; told where an anchor or a tag took its place."""
        if node.style in (None, "") and not node.value and (node.anchor or str(node.tag or "").startswith("!")):
            self.found.append(error("Z044", self.mark(node)))
        if node.style in (None, "") and node.value in ("", "~", "null", "Null", "NULL"):
            return None
        half = _HALF.search(str(node.value))
        if half is not None:
            self.found.append(error("Z126", self.mark(node), value=f"U+{ord(half[0]):04X}"))
            return None
        return str(node.value)

    def mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        """A map with keys of plain text, each once."""
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or _HALF.search(str(key)):
                self.found.append(error("Z015", self.mark(key_node)))
                continue
            if key in result:
                first = self.marks.nodes[(*path, key)].line or 0
                self.found.append(error("Z016", self.mark(key_node), key=str(key), first=first))
                continue
            result[key] = self.walk(value_node, (*path, key))
            self.marks.nodes[(*path, key)] = self.mark(key_node)
        return result
