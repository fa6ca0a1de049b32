"""Every `$ zbopt ...` line of the README is run; what it prints stands in the README, line by line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

README = Path("README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.S)


def commands() -> list[tuple[str, list[str]]]:
    """Each command with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCKS:
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def test_the_readme_shows_what_is_printed(tmp_path: Path) -> None:
    shutil.copytree("scenarios", tmp_path / "scenarios")
    run = 0
    for command, shown in commands():
        words = shlex.split(command)
        assert words[0] == "zbopt", command
        done = subprocess.run(
            [sys.executable, "-m", "zbopt", *words[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "ZBOPT_LANG": "en"},
        )
        assert done.returncode in (0, 3), (command, done.stderr)
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        position = 0
        for line in shown:
            if line.strip() in ("", "..."):
                continue
            assert line.rstrip() in printed[position:], (command, line)
            position += printed[position:].index(line.rstrip()) + 1
        run += 1
    assert run >= 5


def test_make_targets_named_in_the_readme_exist() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (demo|test|\w+)`", README)):
        assert f"\n{target}:" in makefile
