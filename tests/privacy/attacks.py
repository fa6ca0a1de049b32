"""Guessing attacks: what somebody who has the outputs, and the roster but for one column, can find out by trying values.

Hashes: every value of the column is tried for every person; a hash that leaves must be right for all of the guesses or for none.
What-ifs: refused, with the same answer in a world where the guess is right and in one where it is wrong. Prices, conflicts and
repairs: one row, one element, no rule by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.privacy import scan
from tests.privacy.commands import LANGUAGES, Done, Place, looked_at, run, shown
from tests.privacy.planted import (
    COLUMNS,
    GUESSED,
    RULES,
    Case,
    assign_case,
    files,
    guess_case,
    identity,
    impossible_case,
    merge_case,
)
from tests.privacy.scan import Hit, Scope
from zbopt.planning import resuming

HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16,128}(?![0-9A-Za-z])")
GRID = "format: 1\nrows:\n  - policy.rules.R05.years=4\n"
DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")

# --- hashes ----------------------------------------------------------------------------------------------------------


def tokens(done: Done) -> set[str]:
    """Every run of 16 or more hexadecimal digits in what a command left, names of files included."""
    texts = [done.stdout, done.stderr, *done.files, *(data.decode("utf-8", "replace") for data in done.files.values())]
    found = {token for text in texts for token in HEX.findall(scan.plain(text))}
    return {token for token in found if not token.isdigit()}


def digests(made: Mapping[str, bytes]) -> set[str]:
    """What an outsider can compute from the files of a guess."""
    parts = [*made.values(), b"".join(made[name] for name in sorted(made))]
    return {hashlib.new(name, data).hexdigest() for data in parts for name in DIGESTS}


@contextmanager
def another_user(place: Place) -> Iterator[None]:
    """As if on the machine of somebody else."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(place.root / "somebody")
    resuming._secret.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("XDG_STATE_HOME")
        os.environ.update({} if before is None else {"XDG_STATE_HOME": before})
        resuming._secret.cache_clear()


def left(place: Place, made: Mapping[str, bytes]) -> dict[str, Done]:
    """What the commands that write hashes leave for these files."""
    folder = place.put("guessed", {**made, "grid.yaml": GRID.encode()})
    grid = (
        "what-if",
        str(folder),
        "--grid",
        str(folder / "grid.yaml"),
        "--processes",
        "1",
        "--out",
        "grid",
        "--format",
        "json",
    )
    return {
        "assign": run(place, "assign", str(folder), "--out", "run", "--format", "json"),
        "what-if --grid": run(place, *grid),
    }


VALUES: Mapping[str, tuple[str, ...]] = {
    "status": ("驻村", "挂职", "借出", "病假", "调查", "退休"),
    "health": ("健康", "良好", "一般", "较差"),
    "restricted_duty": ("是",),
    "sanction_end": tuple(f"2023-{n:02d}" for n in range(9, 13)),
    "conflicts": ("D71", "D72", "D77", "T1"),
    "kin": ("P02:表舅公", "L9:表舅公", "P02:堂兄"),
    "id_card": tuple(identity("19710211", n) for n in range(201, 209, 2)),
}
"""What is tried for each column; what is planted (`GUESSED`) is among it."""
PEOPLE = tuple(f"P{n:02d}" for n in range(1, 7))


def candidates(column: str, people: Iterable[str] = PEOPLE) -> list[tuple[str, Case]]:
    """Every guess of one column with everything else known: blank for all, or one of the values for one of the people."""
    truth = guess_case(**GUESSED)
    if column == "id_card":
        return [(f"P01 {value}", truth.person("P01", id_card=value)) for value in VALUES[column]]
    blank = truth
    for key in PEOPLE:
        blank = blank.person(key, **{column: ""})
    tried = [
        (f"{key} {column}={value}", blank.person(key, **{column: value}))
        for key in people
        for value in VALUES[column]
        if not value.startswith(key)
    ]
    return [("nobody", blank), *tried]


def _truth(column: str) -> Case:
    truth = guess_case(**GUESSED)
    return truth.person("P01", id_card=VALUES["id_card"][1]) if column == "id_card" else truth


def _seats(done: Done) -> str:
    plans = [data for name, data in done.files.items() if name.endswith("plan.json")]
    return json.dumps([json.loads(plan)["seats"] for plan in plans], sort_keys=True)


def hash_hits(place: Place, column: str, form: str = "csv", people: Iterable[str] = PEOPLE) -> list[Hit]:
    """Try every value of a column against the hashes that leave."""
    made = files(_truth(column), form)
    found = left(place, made)
    leaving: dict[str, str] = {}
    for command, done in found.items():
        leaving |= {token: command for token in tokens(done) if token not in leaving}
    rows = candidates(column, people)
    matched: dict[str, list[str]] = {token: [] for token in leaving}
    for name, case in rows:
        own = files(case, form)
        with another_user(place):  # who guesses has the files and not the secret that rows are named with
            again = left(place, own)
        assert _seats(again["assign"]) == _seats(found["assign"]), (
            f"the guess {name} changes the plan: the case is unfit"
        )
        known = digests(own) | {token for done in again.values() for token in tokens(done)}
        for token in leaving:
            if any(item.startswith(token) for item in known):
                matched[token].append(name)
    line = f"python -m tests.privacy.run --only hashes ({column} in {form}, {len(rows)} guesses)"
    return [
        Hit(
            leaving[token],
            "hash",
            _where(found, token),
            f"{token[:12]}... fits {len(names)} of {len(rows)} guesses: {', '.join(names[:3])}",
            line,
        )
        for token, names in matched.items()
        if 0 < len(names) < len(rows)
    ]


def _where(found: Mapping[str, Done], token: str) -> str:
    """The place a hash left by."""
    for command, done in found.items():
        for name, data in done.files.items():
            if token in name:
                return f"{command}: name of {name}"
            for line in data.decode("utf-8", "replace").splitlines():
                if token in line:
                    return f"{command}: {name}: {line.strip().partition(':')[0][:40]}"
        if token in done.stdout:
            return f"{command}: stdout"
    return "stderr"


def audit_hits(place: Place, column: str, people: Iterable[str] = PEOPLE) -> list[Hit]:
    """Audit a plan against one guess after another: the answer must not tell the right one."""
    plan = place.put("truthplan", {})
    truth = place.put("guessed", files(_truth(column), "csv"))
    looked_at(place, Scope(_truth(column).secrets), "assign", str(truth), "--out", str(plan))
    answers: dict[object, list[str]] = {}
    for name, case in candidates(column, people):
        folder = place.put("guessed", files(case, "csv"))
        done = run(place, "audit", str(plan), "--scenario", str(folder), "--lang", "en")
        answers.setdefault(done.answer, []).append(name)
    if len(answers) < 2:
        return []
    differs = " | ".join(f"{answer[0]}: {', '.join(names[:2])} ({len(names)})" for answer, names in answers.items())  # type: ignore[index]
    return [
        Hit(
            "audit",
            "guess",
            "stdout",
            f"answers that differ by the guess: {differs}"[:200],
            f"zbopt audit plan --scenario GUESS ({column})",
        )
    ]


# --- what-ifs --------------------------------------------------------------------------------------------------------

CLEAN = guess_case()
"""The same people with nothing confidential about them."""


def _edits() -> Iterator[tuple[str, str]]:
    """Edits that guess, and who they name."""
    for person, values in GUESSED.items():
        for column, value in values.items():
            for typed in dict.fromkeys((value, VALUES[column][0], "", "壬癸")):
                yield f"people.{person}.{column}={typed}", person
    yield "people.钟离甲.kin=P02:表舅公", "P01"
    yield f"people.P01.id_card={VALUES['id_card'][1]}", "P01"
    for rule in RULES:
        for pattern in (
            "policy.rules.{}=off",
            "policy.rules.{}.mode=off",
            "policy.rules.{}.mode=warn",
            "-policy.rules.{}",
        ):
            yield pattern.format(rule), ""
    for of in ("status == 调查", "health == poor", "restricted_duty", "sanction_end >= 2023-01", "kin"):
        yield f"policy.quotas.党员.of={of}", ""
        yield f"task_forces.T1.wants_people={of}", ""


def _asked(place: Place, folder: str, edit: str, how: str, style: str) -> tuple[str, ...]:
    if how == "grid":
        return (
            "what-if",
            folder,
            "--grid",
            f"{folder}/grid.yaml",
            "--processes",
            "1",
            "--out",
            "grid",
            "--format",
            style,
            "--progress",
            "json",
        )
    both = ("--set", "policy.merit.fit=7") if how == "both" else ()
    option = ("--drop", edit[1:]) if edit.startswith("-") else ("--set", edit)
    return ("what-if", folder, *both, *option, "--format", style, "--progress", "json")


def edit_hits(place: Place, every: int = 1, languages: Iterable[str] = LANGUAGES) -> Iterator[tuple[str, list[Hit]]]:
    """Guesses by what-if and grid in two worlds: refused before solving, with the same answer. `every`: only each so many-th."""
    for number, (edit, who) in enumerate(list(_edits())[::every]):
        for language in languages:
            how, style = (("set", "text"), ("grid", "json"), ("both", "csv"))[number % 3]
            yield _two_worlds(place, edit, who, how, style, language)


def _two_worlds(place: Place, edit: str, who: str, how: str, style: str, language: str) -> tuple[str, list[Hit]]:
    answers, hits, line = [], list[Hit](), ""
    grid = f"format: 1\nrows:\n  - {json.dumps(edit, ensure_ascii=False)}\n"
    for case in (guess_case(**GUESSED), CLEAN):
        folder = place.put("edited", {**files(case, "csv"), "grid.yaml": grid.encode()})
        words = (*_asked(place, str(folder), edit, how, style), "--lang", language)
        line = f"{shown(words, place)} ({edit})" if how == "grid" else shown(words, place)
        value = edit.partition("=")[2]
        junk = (value,) if value == "壬癸" else ()
        secrets = guess_case(**GUESSED).secrets
        typed = (value,) if not who and not edit.startswith(("policy.rules", "-")) else ()  # an expression about nobody
        scope = Scope(
            replace(secrets, junk=junk), frozenset({who}), fields_may_show=True, own_setting=True, typed=typed
        )
        done, found = looked_at(place, scope, *words, again=line)
        hits += [hit for hit in found if hit not in hits]
        answers.append(done)
    hits += _judged(answers, line)
    return line, hits


def _judged(answers: list[Done], line: str) -> Iterator[Hit]:
    """Refused, before anything was solved or written, and in both worlds alike."""
    codes = [done.code for done in answers]
    if codes != [2, 2]:
        yield Hit(
            "what-if", "guess", "exit code", f"not refused: exit {codes[0]} where right, {codes[1]} where wrong", line
        )
    elif any('"stage"' in done.stderr or done.files for done in answers):
        yield Hit("what-if", "guess", "stderr", "refused only after a solve, or with files written", line)
    if answers[0].answer != answers[1].answer:
        yield Hit(
            "what-if",
            "guess",
            "stdout and stderr",
            "another answer where the guess is right than where it is wrong",
            line,
        )


# --- prices, conflicts, repairs --------------------------------------------------------------------------------------


def _classed(row: Mapping[str, Any]) -> bool:
    """Whether a row of a document is about the class or a confidential rule."""
    texts = [
        json.dumps(row, ensure_ascii=False),
        *(text for part in (row, *row.get("edits", ())) for text in scan.rendered(part) if "code" in part),
    ]
    return any(
        re.search(rf"(?<![A-Za-z0-9])(?:{'|'.join(RULES)})(?![0-9])", text) or scan.is_class(text) for text in texts
    )


def _document(done: Done) -> dict[str, Any]:
    return dict(json.loads(done.stdout)) if done.stdout.lstrip().startswith("{") else {}


def price_hits(place: Place, most: int = 3) -> Iterator[tuple[str, list[Hit]]]:
    """A price list has one row for the class, whatever is switched off. `most`: lists looked at."""
    lists = ((assign_case, ()), (merge_case, ("--kind", "merge")), (lambda: assign_case("target"), ()))
    for make, more in lists[:most]:
        folder = place.put("priced", files(make(), "csv"))
        words = ("prices", str(folder), "--all", "--processes", "1", "--format", "json", *more)
        rows = [row for row in _document(run(place, *words)).get("prices", ()) if _classed(row)]
        line = shown(words, place)
        several = f"{len(rows)} rows: {', '.join(str(row.get('id')) for row in rows)}"
        yield line, [Hit("prices", "guess", "stdout", several, line)] if len(rows) > 1 else []


def conflict_hits(
    place: Place, whys: Iterable[str] = ("all", "pair", "investigation", "supervisor")
) -> Iterator[tuple[str, list[Hit]]]:
    """A conflict has one element for the class; no repair touches a confidential field or rule."""
    cases: list[tuple[str, Callable[[], Case]]] = [(why, lambda why=why: impossible_case(why)) for why in whys]  # type: ignore[misc]
    for _, make in (*cases, ("empty seats", assign_case)):
        folder = place.put("barred", files(make(), "csv"))
        words = ("repair", str(folder), "--format", "json")
        line, hits = shown(words, place), list[Hit]()
        document = _document(run(place, *words))
        for holder in (document, *document.get("shortfalls", ())):
            for conflict in holder.get("conflicts", ()):
                rows = [row for row in conflict["elements"] if _classed(row)]
                if len(rows) > 1:
                    hits.append(
                        Hit(
                            "repair",
                            "guess",
                            "stdout",
                            f"{len(rows)} elements: {', '.join(row['id'] for row in rows)}",
                            line,
                        )
                    )
            edits = [edit["edit"] for repair in holder.get("repairs", ()) for edit in repair["edits"]]
            hits += [
                Hit("repair", "guess", "stdout", f"a repair edits {edit}", line)
                for edit in edits
                if _confidential(edit)
            ]
        yield line, hits


def _confidential(edit: str) -> bool:
    return any(f".{column}" in edit for column in COLUMNS) or any(rule in edit for rule in RULES)


__all__ = ["audit_hits", "conflict_hits", "edit_hits", "hash_hits", "price_hits"]
