"""Things that are no files in the place of files, and names that no planner typed."""

from __future__ import annotations

import random

from tests.fuzz.base import BOOK, CSV, GB, INLINE, MAIN, SHEET_FILE, Base
from tests.fuzz.damage import CRASH, DEVICE, FIFO, FOLDER, LOOP, SAME, TOLD, Damage, mutator, some_file

ALL = (INLINE, CSV, GB, BOOK)


@mutator("files", *ALL)
def no_file(rng: random.Random, base: Base) -> Damage:
    """A pipe, a folder, a ring of links or a device where a file is named: refused, never waited for."""
    name = some_file(rng, base)
    what = rng.choice((FIFO, FIFO, FOLDER, LOOP, DEVICE))
    files = {key: data for key, data in base.files.items() if key != name}
    return Damage(files, name, TOLD, f"{what} {name}", specials={name: what})


@mutator("files", *ALL)
def gone(rng: random.Random, base: Base) -> Damage:
    name = some_file(rng, base)
    return Damage({key: data for key, data in base.files.items() if key != name}, name, TOLD, name)


@mutator("files", *ALL)
def renamed(rng: random.Random, base: Base) -> Damage:
    """The name differs by what no eye sees; where the file system does not care either, all is read."""
    name = rng.choice(sorted(base.files))
    other = rng.choice(
        (
            name.upper(),
            f"{name} ",
            f" {name}",
            name.replace(".", "．"),
            f"{name}.bak",
            f"~${name}",
            f"{name}\u200b",
            f"._{name}",
        )
    )
    files = {other if key == name else key: data for key, data in base.files.items()}
    return Damage(files, name, SAME, f"{name} -> {other!r}")


@mutator("files", *ALL)
def beside(rng: random.Random, base: Base) -> Damage:
    """Files that programs leave beside others change nothing."""
    name = rng.choice(
        (
            f"~${SHEET_FILE}",
            ".DS_Store",
            "._people.csv",
            "scenario.yaml~",
            "people.csv.bak",
            "Thumbs.db",
            ".~lock.tables.xlsx#",
        )
    )
    return Damage({**base.files, name: rng.randbytes(165)}, name, SAME, name)


@mutator("files", *ALL)
def odd_folder(rng: random.Random, base: Base) -> Damage:
    """The folder has a name with undecodable bytes, line breaks or marks."""
    folder = rng.choice(
        (
            b"\xff\xfe",
            "试点县 2019".encode(),
            "试点县".encode("gb18030"),
            b"a\nb",
            b"\x1b[2J",
            b"x" * 250,
            b"{0}",
            b"[red]x",
            b"-",
            b"%s",
        )
    )
    return Damage(base.files, MAIN, SAME, repr(folder), folder=folder)


@mutator("files", CSV, BOOK)
def wrong_kind(rng: random.Random, base: Base) -> Damage:
    """A file of one kind under the name of another."""
    name = base.people_file
    page = "<html><table><tr><td>编号</td></tr><tr><td>P101</td></tr></table></html>"
    data = rng.choice(
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(4000), page.encode(), page.encode("utf-16"), b"PK\x03\x04" + rng.randbytes(500),
            b"PK\x05\x06" + b"\0" * 18, b"{}", base.files[MAIN], b"\x1f\x8b\x08" + rng.randbytes(500), b"<?xml version='1.0'?><a/>",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40_000,
        )
    )  # fmt: skip
    return Damage({**base.files, name: data}, name, TOLD, f"{data[:12]!r}")


@mutator("files", BOOK)
def other_ending(rng: random.Random, base: Base) -> Damage:
    """A workbook under another ending: the content decides, or it is refused."""
    other = (
        f"tables{rng.choice(('.xls', '.xlsm', '.xlsb', '.ods', '.csv', '.txt', '', '.XLSX', '.zip', '.et', '.yaml'))}"
    )
    text = base.text(MAIN).replace(SHEET_FILE, other)
    return Damage({MAIN: text.encode(), other: base.files[SHEET_FILE]}, other or MAIN, SAME, other)


@mutator("files", INLINE, CSV)
def command_path(rng: random.Random, base: Base) -> Damage:
    """Paths given on the command line that lead to no scenario."""
    path = rng.choice(
        (
            "",
            ".",
            "..",
            "/",
            "x" * 300,
            "a/" * 3000,
            "/dev/null",
            "/dev/zero",
            "\udcff",
            "x\ny",
            "scenario.yaml/x",
            "people.csv",
            "~",
            "-",
            "\x1b[2J",
        )
    )
    return Damage(base.files, MAIN, CRASH, repr(path[:40]), commands=(("check", path),))
