"""From files to plain nested values with a mark for each: YAML and the tables it names, every scalar as text.

Nothing is typed here. Refused: repeated keys, unreadable text, YAML that grows by aliases, files over the stated size, paths
that leave the scenario folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from zbopt.diagnostics import Diagnostic, DiagnosticsError, Mark, error, warning

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_YAML_BYTES = 8 * 1024 * 1024
MAX_NODES = 500_000
MAX_DEPTH = 40

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Marks:
    """Where each value was read. `nodes` for YAML paths; `rows` for table rows (list, index) with cells by key."""

    nodes: dict[Path_, Mark] = field(default_factory=dict)

    def of(self, path: Path_) -> Mark | None:
        """The mark of a value, or of the nearest thing that holds it."""
        while path:
            mark = self.nodes.get(path)
            if mark is not None:
                return mark
            path = path[:-1]
        return self.nodes.get(())


def decode(data: bytes, file: str) -> tuple[str, list[Diagnostic]]:
    """Text of a file in UTF-8 (with or without mark), UTF-16 (with mark) or GB18030; Z003 where it is none of them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        found = [] if encoding == "utf-8-sig" else [warning("Z004", Mark(file))]
        if "\ufffd" in text:
            line = text[: text.index("\ufffd")].count("\n") + 1
            found.append(warning("Z005", Mark(file, line)))
        return text, found
    raise DiagnosticsError([error("Z003", Mark(file))])


def read_bytes(path: Path, shown: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file; Z001 where it cannot be read, Z002 where it is larger than the limit."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise DiagnosticsError([error("Z002", Mark(shown), size=size // 1024, limit=limit // 1024)])
        return path.read_bytes()
    except OSError:
        raise DiagnosticsError([error("Z001", Mark(shown))]) from None


def inside(folder: Path, name: str, mark: Mark | None) -> Path:
    """The path of a file named in a scenario; Z006 where it leaves the scenario's folder (links included)."""
    root = folder.resolve()
    unsafe = Path(name).is_absolute() or re.match(r"[A-Za-z]:|[\\/]", name) or "\x00" in name
    target = (root / name.replace("\\", "/")).resolve() if not unsafe else root.parent
    if unsafe or (root != target and root not in target.parents):
        raise DiagnosticsError([error("Z006", mark, value=name.replace("\x00", "?"))])
    return target


def read_yaml(path: Path, shown: str, marks: Marks) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The mapping of a YAML file, scalars as text, with the mark of every value; raises where it cannot be read."""
    text, found = decode(read_bytes(path, shown, MAX_YAML_BYTES), shown)
    found += _full_width_marks(text, shown)
    if any(item.severity == "error" for item in found):
        raise DiagnosticsError(found)
    yaml = YAML(typ="rt", pure=True)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as problem:
        place = problem.problem_mark or problem.context_mark
        line = place.line + 1 if place is not None else None
        raise DiagnosticsError([*found, _yaml_error(str(problem.problem or ""), text, shown, line)]) from None
    except (YAMLError, ValueError, RecursionError) as problem:
        raise DiagnosticsError(
            [*found, error("Z010", Mark(shown), problem=str(problem).splitlines()[0][:120])]
        ) from None
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
    return error("Z010", Mark(shown, line), problem=problem[:120])


_WIDE = re.compile(r"^(\s*(?:- )?[A-Za-z_][\w.]*)：")


def _full_width_marks(text: str, shown: str) -> list[Diagnostic]:
    """Full-width ： after a key and full-width commas between items in [ ] change what YAML reads: errors with the fix."""
    found = []
    block: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if block is not None and (indent > block or not line.strip()):
            continue  # inside a block of text every mark is plain text
        block = indent if re.search(r":\s*[|>][+-]?\d?\s*(#.*)?$", line) else None
        if line.lstrip().startswith("#"):
            continue
        bare = line.split(" #")[0]
        if _WIDE.match(bare):
            found.append(error("Z013", Mark(shown, number), sign="：", use=": "))
        flow = re.sub(r"\"[^\"]*\"|'[^']*'", "", bare)
        if re.search(r"[\[{][^\]}]*，[^\]}]*[\]}]", flow) and "：" not in flow.split("[")[0]:
            found.append(error("Z013", Mark(shown, number), sign="，", use=", "))
        if re.search(r":\s*[“”]", bare):
            found.append(error("Z013", Mark(shown, number), sign="“”", use='"'))
    return found


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
        if node.style in (None, "") and node.value in ("", "~", "null", "Null", "NULL"):
            return None
        return str(node.value)

    def mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        """A map with keys of plain text, each once."""
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None:
                self.found.append(error("Z015", self.mark(key_node)))
                continue
            if key in result:
                first = self.marks.nodes[(*path, key)].line or 0
                self.found.append(error("Z016", self.mark(key_node), key=str(key), first=first))
                continue
            result[key] = self.walk(value_node, (*path, key))
            self.marks.nodes[(*path, key)] = self.mark(key_node)
        return result
