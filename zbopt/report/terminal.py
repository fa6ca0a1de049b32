"""The terminal summary: status and proof, stages, composition, warnings, then the table by task force. 80 columns, double width kept."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from zbopt.report.language import Language, share
from zbopt.scenario import facts
from zbopt.scenario.headers import HEADERS
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import OTHER_CONDITIONS, Mode

WIDTH = 80
UNFILLED = ("task_force", "post", "priority", "empty", "reasons")
"""Columns of the table of empty seats."""

_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), width: int = WIDTH
) -> str:
    """A table in plain characters that a GBK console shows too; cells are folded, never cut."""
    if rows and (plain := _unfolded([columns, *rows], right, width)):
        return plain
    grid = Table(box=_PLAIN, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, title in enumerate(columns):
        grid.add_column(title, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=width, color_system=None, markup=False, highlight=False, emoji=False, legacy_windows=False
    )
    console.print(grid)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _unfolded(lines: Sequence[Sequence[str]], right: frozenset[int], width: int) -> str:
    """The same table where every cell fits its column on one line (a hundred times faster); an empty text where not."""
    if any("\n" in cell or "\t" in cell or cell != cell.strip() for line in lines for cell in line):
        return ""
    sizes = [[cell_len(cell) for cell in line] for line in lines]
    wide = [max(column) for column in zip(*sizes, strict=True)]
    if not all(wide) or sum(wide) + 2 * (len(wide) - 1) > width:
        return ""
    shown = [
        "  ".join(
            " " * (wide[n] - size[n]) + cell if n in right else cell + " " * (wide[n] - size[n])
            for n, cell in enumerate(line)
        ).rstrip()
        for line, size in zip(lines, sizes, strict=True)
    ]
    return "\n".join([shown[0], "-" * (sum(wide) + 2 * (len(wide) - 1)), *shown[1:]])


def wrapped(text: str, width: int = WIDTH) -> str:
    """Text broken at the width of the terminal, wide characters counted twice."""
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=width, color_system=None, markup=False, highlight=False, emoji=False, legacy_windows=False
    )
    console.print(text)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def hanging(text: str, indent: int, width: int = WIDTH) -> str:
    """Text broken at the width of the terminal, set in by so many blanks, the lines after the first by two more."""
    lines = wrapped(text, width - indent - 2).split("\n")
    first, rest = " " * indent, " " * (indent + 2)
    return "\n".join((first if n == 0 else rest) + line.strip() for n, line in enumerate(lines))


def field_name(field: str, language: Language) -> str:
    """A field as the planner's tables call it: the Chinese header, or the English key."""
    if language.name == "en":
        return field
    list_name, key = ("units", field[5:]) if field.startswith("unit.") else ("people", field)
    header = {known: title for title, known in HEADERS[list_name].items()}.get(key, field)
    return f"单位{header}" if list_name == "units" else header


def status_text(plan: Mapping[str, Any], language: Language) -> str:
    """The outcome as a sentence, with what cut the run short."""
    code = "ui." + plan["status"]
    if plan["status"] == "stopped" and not plan["seats"]:
        code = "ui.noplan"
    return language.text(code, reason=language.text(f"ui.ended.{plan['ended']}"))


def quota_rows(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[list[str]]:
    """Name, scope, `n 人，占比 x.x%`, what is asked, state."""
    rows = []
    for item in plan["quotas"]:
        shown = language.text(
            "ui.count_share", count=item["count"], out_of=item["out_of"], share=share(item["count"], item["out_of"])
        )
        asked = " ".join(f"{sign}{item[key]}" for key, sign in (("min", ">="), ("max", "<=")) if item[key] is not None)
        state = language.text("ui.state." + item["state"], short=item["short"], over=item["over"])
        rows.append([item["name"], scope_name(item["scope"], scenario, language), shown, asked, state])
    return rows


def scope_name(scope: str, scenario: Scenario, language: Language) -> str:
    """A scope in words: all, a kind, or a task force's name."""
    if scope == "all":
        return language.text("ui.all")
    if scope.startswith("kind:"):
        return language.word(scope[5:])
    return scenario.task_force_by_id[scope].name if scope in scenario.task_force_by_id else scope


def seat_rows(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[list[str]]:
    """A row per filled seat: task force, post, role, id, name, unit, move, points."""
    rows = []
    for seat in plan["seats"]:
        if seat["person"] is None:
            continue
        points = seat["points"]
        unit = scenario.unit_by_id[seat["unit"]]
        rows.append(
            [
                scenario.task_force_by_id[seat["task_force"]].name,
                post_name(seat["post"], scenario, language),
                language.word(seat["role"]),
                seat["person"],
                seat["name"],
                unit.short_names[0] if unit.short_names else unit.name,
                language.word(seat["move"]),
                str(points["fit"]),
                str(points["preference"]),
            ]
        )
    return rows


def post_name(post: str, scenario: Scenario, language: Language) -> str:
    """A post for display: of a computed one (`T03+T09/head`, `T03+T09/planning`) the role or category in words."""
    team, mark, key = post.rpartition("/")
    if not mark:
        return post
    named = next((item.name for item in scenario.categories if item.id == key), None)
    return f"{team}/{named}" if named is not None else language.word(post)


def unfilled_rows(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[list[str]]:
    """Empty seats with their reasons; those of one post are one row with their number."""
    rows: dict[tuple[str, ...], int] = {}
    for seat in plan["seats"]:
        if seat["person"] is None:
            reasons = "; ".join(language.plain(item) for item in seat["reasons"])
            team = scenario.task_force_by_id[seat["task_force"]].name
            key = (team, post_name(seat["post"], scenario, language), str(seat["priority"]), reasons)
            rows[key] = rows.get(key, 0) + 1
    return [[*key[:3], str(number), key[3]] for key, number in rows.items()]


def stage_rows(plan: Mapping[str, Any], language: Language) -> list[list[str]]:
    """A row per stage: value, bound, gap, the plan's own value, proved or not."""
    return [
        [
            language.text("ui.stage." + item["name"]),
            *(str(item[key]) for key in ("value", "bound", "gap", "plan_value")),
            language.text("ui.stage." + item["status"]),
        ]
        for item in plan["stages"]
    ]


def subject_name(subject: Sequence[str], scenario: Scenario) -> str:
    """Whom a warning is about, by id and name."""
    kind, key = subject
    lists: dict[str, Mapping[str, Any]] = {
        "person": scenario.person_by_id,
        "unit": scenario.unit_by_id,
        "task_force": scenario.task_force_by_id,
    }
    item = lists.get(kind, {}).get(key)
    return key if item is None else f"{key} {item.name}"


def summary(
    plan: Mapping[str, Any], scenario: Scenario, language: Language, cross_checked: Sequence[str] | None = None
) -> str:
    """Everything a planner sees first, as text. `cross_checked`: the stages a second model agreed on, None where none was asked."""
    say = language.text
    parts = [f"{scenario.name}  {scenario.as_of}", f"{say('ui.status')}: {status_text(plan, language)}"]
    if not plan["seats"]:
        return "\n".join(parts)
    if not any(seat["person"] is not None for seat in plan["seats"]):
        parts[1:1] = [wrapped(item) for item in all_empty(plan, scenario, language)]
    parts.append(say("ui.unique") if plan["repeatable"] else say("ui.not_unique"))
    if cross_checked is not None:
        names = tuple(say(f"ui.stage.{name}") for name in cross_checked)
        parts.append(say("ui.crosscheck", stages=names) if names else say("ui.crosscheck_none"))
    after = plan["headline"]["after"]
    parts.append(
        say(
            "ui.seats",
            filled=after["seats_filled"],
            seats=after["seats"],
            people=after["people"],
            task_forces=after["task_forces"],
        )
    )
    parts += [say("ui.moves", **plan["moves"]), say("ui.wishes", **plan["wishes"]), ""]
    parts.append(
        table(
            [say(f"ui.{key}") for key in ("stage", "value", "bound", "gap", "plan_value", "status")],
            stage_rows(plan, language),
            frozenset({1, 2, 3, 4}),
        )
    )
    if plan["quotas"]:
        titles = [say(f"ui.{key}") for key in ("quota", "scope", "share", "asked", "state")]
        parts += ["", table(titles, quota_rows(plan, scenario, language))]
    parts += ["", *notes(plan, scenario, language)]
    if any(seat["person"] is None for seat in plan["seats"]):
        titles = [say(f"col.{key}") for key in UNFILLED]
        parts += ["", say("ui.unfilled"), table(titles, unfilled_rows(plan, scenario, language))]
    parts += ["", *team_tables(plan, scenario, language)]
    return "\n".join(parts)


def all_empty(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[str]:
    """What a reader of a plan of nobody must know first: that it is one, and which requirements exclude each other."""
    lines = [language.text("ui.all_empty", seats=len(plan["seats"]))]
    for item in plan["warnings"]:
        if item["code"] == "warn.exclusive":
            args = {
                **item["args"],
                "scope": scope_name(item["args"]["scope"].removeprefix("scope:"), scenario, language),
            }
            lines.append(language.text(item["code"], **args))
    hard = {item.name for item in facts.requirements(scenario) if item.mode is Mode.HARD}
    if len(lines) == 1 and hard:
        lines.append(language.text("ui.hard_requirements", names=tuple(sorted(hard))))
    return lines


def notes(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[str]:
    """Coverage of the data, relaxed rules, what is paid, warnings."""
    say = language.text
    known = ", ".join(
        f"{field_name(item['field'], language)} {share(item['known'], item['out_of'])}" for item in plan["coverage"]
    )
    lines = [wrapped(f"{say('ui.coverage')}: {known}")]
    relaxed = [
        say(
            "ui.relaxed_row",
            person=f"{item['person']} {scenario.person_by_id[item['person']].name}",
            post=item["post"],
            rule=item["rule"],
            approval=item["approval"],
        )
        for item in plan["relaxed"]
    ]
    lines += [wrapped(f"{say('ui.relaxed')}: {'; '.join(relaxed) or say('ui.none')}")]
    if plan["paid"]:
        lines += [
            f"{say('ui.paid')}:",
            *(
                wrapped(
                    "  " + ": ".join(part for part in (subject_name(i["subject"], scenario), language.plain(i)) if part)
                )
                for i in plan["paid"][:20]
            ),
        ]
    open_ones = [item for item in plan["warnings"] if item["rule"] != OTHER_CONDITIONS]
    counts = Counter(item["rule"] for item in open_ones)
    rules = ", ".join(f"{language.word(rule)} {count}" for rule, count in sorted(counts.items())) or say("ui.none")
    lines.append(say("ui.warnings", count=len(open_ones), rules=rules))
    hidden = [item for item in plan["warnings"] if item["rule"] == OTHER_CONDITIONS]
    lines += [wrapped(f"  {language.plain(item)}") for item in hidden]
    shown = open_ones[:8]
    lines += [wrapped(f"  {subject_name(item['subject'], scenario)}: {language.plain(item)}") for item in shown]
    if len(open_ones) > len(shown):
        lines.append("  " + say("ui.more", count=len(open_ones) - len(shown)))
    return lines


def team_tables(plan: Mapping[str, Any], scenario: Scenario, language: Language) -> list[str]:
    """The seats of each task force."""
    titles = [
        language.text(f"col.{key}") for key in ("post", "role", "person", "name", "unit", "move", "fit", "preference")
    ]
    lines = []
    rows = seat_rows(plan, scenario, language)
    owners = [seat["task_force"] for seat in plan["seats"] if seat["person"] is not None]
    for team in plan["task_forces"]:
        own = [_short(row[1:], team["id"]) for row, owner in zip(rows, owners, strict=True) if owner == team["id"]]
        lines.append(wrapped(f"{team['id']} {team['name']}  {team['people']}/{team['seats']}"))
        lines += [table(titles, own, frozenset({6, 7})), ""]
    return lines


def _short(row: list[str], team: str) -> list[str]:
    """A row of a team's own table: computed posts without the team, whose name stands above."""
    return [row[0].removeprefix(f"{team}/"), *row[1:]]
