"""The tables of a merged plan: headline, triage, mergers with their saving, workload by category, action lists, alternatives.

Each table is made once and shown by the terminal and the workbook alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zbopt.report.language import Language, share
from zbopt.report.merge_sheets import Cell, MergeTables, fte, pair_sheet
from zbopt.report.terminal import (
    UNFILLED,
    all_empty,
    notes,
    quota_rows,
    stage_rows,
    status_text,
    table,
    team_tables,
    unfilled_rows,
    wrapped,
)
from zbopt.scenario.models import Scenario


def merge_summary(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> str:
    """Everything a planner sees first of a merged plan, as text."""
    say = language.text
    tables = MergeTables(plan, scenario, language)
    parts = [f"{scenario.name}  {scenario.as_of}", f"{say('ui.status')}: {status_text(plan, language)}"]
    if not plan["headline"]:
        return "\n".join(parts)
    if plan["seats"] and not any(seat["person"] is not None for seat in plan["seats"]):
        parts[1:1] = [wrapped(item) for item in all_empty(plan, scenario, language)]
    parts += [say("ui.unique") if plan["repeatable"] else say("ui.not_unique"), *_least(plan, language), ""]
    parts += [
        tables.headline().text(),
        "",
        tables.bridge().text(),
        "",
        say("ui.moves", **plan["moves"]),
        *([] if plan["max_moves"] is None else [say("ui.max_moves", limit=plan["max_moves"])]),
        say("ui.wishes", **plan["wishes"]),
        "",
    ]
    titles = [say(f"ui.{key}") for key in ("stage", "value", "bound", "gap", "plan_value", "status")]
    parts += [table(titles, stage_rows(plan, language), frozenset({1, 2, 3, 4})), ""]
    if plan["kind"] == "restructure":
        parts += [tables.triage(False).text(), "", tables.rehomed().text(), ""]
        parts += [tables.taken_over().text(), ""] if plan["taken_over"] else []
    mergers = tables.mergers().text() if plan["mergers"] else f"{say('ui.mergers')}: {say('ui.none')}"
    parts += [*_open_tasks(plan, language), mergers, ""]
    parts += [tables.counted().text(), ""] if tables.counted().rows else []
    parts += [*_blocked(plan, language), tables.right_sizing(False).text(), ""]
    others = tables.alternatives()
    if others is not None:
        common = ", ".join("+".join(group) for group in plan["common"]["groups"]) or say("ui.none")
        parts += [others.text(), wrapped(f"{say('ui.common')}: {common}"), ""]
    if plan["alternatives_search"] in ("none_left", "stopped"):
        parts += [say(f"ui.alternatives.{plan['alternatives_search']}", count=len(plan["alternatives"])), ""]
    if plan["quotas"]:
        titles = [say(f"ui.{key}") for key in ("quota", "scope", "share", "asked", "state")]
        parts += [table(titles, quota_rows(plan, scenario, language)), ""]
    parts += [*notes(plan, scenario, language), ""]
    if plan["suggestions"]:
        parts += [wrapped(say("ui.open_suggestions", count=len(plan["suggestions"]))), ""]
    if plan["undecided"]:
        parts += [wrapped(say("ui.undecided", count=len(plan["undecided"]))), ""]
    if any(seat["person"] is None for seat in plan["seats"]):
        titles = [say(f"col.{key}") for key in UNFILLED]
        parts += [say("ui.unfilled"), table(titles, unfilled_rows(plan, scenario, language)), ""]
    return "\n".join([*parts, *team_tables(plan, scenario, language)])


def _least(plan: Mapping[str, Any], language: Language) -> list[str]:
    """What partitions alone allow, and whether people hold the plan above it."""
    alone = plan["headcount_alone"]
    if alone is None:
        return []
    after = plan["headline"]["after"]
    filled = after["seats_filled"] == after["seats"]
    same = after["seats"] == alone["seats"]
    code = "ui.above_least" if not same else "ui.least" if filled else "ui.least_unfilled"
    if code == "ui.above_least" and plan["status"] != "proved":
        code = "ui.least_alone"
    return [wrapped(language.text(code, seats=alone["seats"], task_forces=alone["task_forces"], after=after["seats"]))]


MOST_ASKED = 10
"""Lines of one kind that a terminal shows of what is asked or blocked."""


def _blocked(plan: Mapping[str, Any], language: Language) -> list[str]:
    """Pairs that overlap enough and may not merge, with what keeps them apart."""
    lines = [
        wrapped(f"- {' + '.join(pair['parts'])} ({share(pair['overlap'], 10_000)}): {language.plain(item)}")
        for pair in plan["overlaps"]
        for item in pair["blocked"]
    ]
    if not lines:
        return []
    more = [language.text("ui.more", count=len(lines) - MOST_ASKED)] if len(lines) > MOST_ASKED else []
    return [language.text("ui.blocked"), *lines[:MOST_ASKED], *more, ""]


def _asked(found: Mapping[str, Any], language: Language) -> list[str]:
    """The largest duplications of which nobody said whether the duty is divided."""
    lines = [
        wrapped(
            "- "
            + language.text(
                "ui.asked_divided", duty=f"{row['duty']} {row['name']}", once=fte(row["once"]),
                value=tuple(f"{key} {fte(value)}" for key, value in row["workload"].items()),
                sum=fte(row["sum"]),
            )
        )
        for row in found["undecided"]
    ]  # fmt: skip
    if not lines:
        return []
    more = [language.text("ui.more", count=len(lines) - MOST_ASKED)] if len(lines) > MOST_ASKED else []
    return ["", wrapped(language.text("ui.ask_divided")), *lines[:MOST_ASKED], *more]


def _open_tasks(plan: Mapping[str, Any], language: Language) -> list[str]:
    """Open key tasks by who answers for them; one that nobody does is named as an error."""
    states = [row["state"] for row in plan["key_tasks"]]
    counts = {key: states.count(key) for key in ("team", "unit", "nobody")}
    lines = [language.text("ui.coverage_of_tasks", count=len(states), **counts)]
    lines += [
        language.text("ui.uncovered_task", task=f"{row['id']} {row['name']}")
        for row in plan["key_tasks"]
        if row["state"] == "nobody"
    ]
    return [*lines, ""]


def overlap_text(found: Mapping[str, Any], scenario: Scenario, language: Language, pairs: int = 40) -> str:
    """Matrix of overlaps of those that have any, and the pairs with their evidence."""
    lines = [
        f"{scenario.name}  {scenario.as_of}",
        language.text("ui.overlap_head", share=share(found["min_overlap"], 10_000)),
    ]
    value = {tuple(row["parts"]): row["overlap"] for row in found["pairs"] if row["common"]}
    ids = sorted({key for pair in value for key in pair})
    width = 12
    for start in range(0, len(ids), width):
        columns = ids[start : start + width]
        rows = []
        for one in ids:
            cells = ["·" if one == two else _whole(value.get((min(one, two), max(one, two)), 0)) for two in columns]
            if any(cell not in ("", "·") for cell in cells):
                rows.append([one, *cells])
        lines += ["", table([language.text("ui.percent"), *columns], rows, frozenset(range(1, len(columns) + 1)))]
    sheet = pair_sheet(language.text("ui.pairs"), found["pairs"][:pairs], scenario, language)
    lines += ["", sheet.text()]
    if len(found["pairs"]) > pairs:
        lines.append(language.text("ui.more", count=len(found["pairs"]) - pairs))
    return "\n".join([*lines, *_asked(found, language)])


def _whole(per_10000: int) -> str:
    return str((per_10000 + 50) // 100) if per_10000 else ""


def frontier_text(found: Mapping[str, Any], scenario: Scenario, language: Language) -> str:
    """The rows of a frontier: persons, moves, and how many more moves each step costs."""
    lines = [f"{scenario.name}  {scenario.as_of}"]
    if found["status"] == "infeasible":
        return "\n".join([*lines, language.text("ui.infeasible")]) + "\n"
    lines.append(language.text("ui.frontier"))
    if found["ignored"]:
        lines.append(language.text("ui.frontier_ignored"))
    if found["resumed"]:
        lines.append(language.text("ui.frontier_resumed", count=found["resumed"]))
    rows: list[tuple[Cell, ...]] = []
    for place, row in enumerate(found["rows"]):
        more = "" if place == 0 else f"+{row['moves'] - found['rows'][place - 1]['moves']}"
        rows.append((row["persons"], row["moves"], more))
    header = tuple(language.text(f"col.{key}") for key in ("persons", "moves", "change"))
    lines.append(table(header, [[str(cell) for cell in row] for row in rows], frozenset({0, 1, 2})))
    if found["status"] != "proved":
        lines.append(language.text("ui.frontier_open"))
    return "\n".join(lines) + "\n"


__all__ = ["frontier_text", "merge_summary", "overlap_text"]
