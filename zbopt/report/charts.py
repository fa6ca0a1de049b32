"""Charts of documents, as altair chart objects: shown by Jupyter as they are, changed and saved by who holds them.

Text is drawn by the viewer, so Chinese needs no font here. Colours differ in lightness too: prints in grey stay readable. The table
behind a chart is its `data`. Needs the extra `charts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zbopt.diagnostics import DiagnosticsError, error
from zbopt.plan.frames import frames
from zbopt.report.language import Language, default_language
from zbopt.report.listing import Lists
from zbopt.scenario.models import Scenario

if TYPE_CHECKING:
    import altair as alt

DARK, LIGHT, GAIN, LOSS = "#1f4e79", "#9dc3e6", "#2e7d32", "#c62828"


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise DiagnosticsError([error("Z546")]) from None
    return altair


def _language(language: str | None) -> Language:
    return Language(language or default_language())


def quotas(plan: Mapping[str, Any], language: str | None = None) -> alt.LayerChart:
    """Each quota of a plan: the share of persons it counts, and the bounds asked for as ticks."""
    alt, spoken = _altair(), _language(language)
    say = spoken.text
    rows = []
    for row in plan["quotas"]:
        if row["out_of"]:
            low, high = (_share(row[end], row["out_of"]) for end in ("min", "max"))
            label = f"{row['name']} ({_scope(row['scope'], plan, spoken)})"
            rows.append(
                {
                    "quota": label,
                    "share": row["count"] / row["out_of"],
                    "min": low,
                    "max": high,
                    "state": say(f"chart.{row['state']}"),
                }
            )
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("quota:N", title=None, sort=None, axis=alt.Axis(labelLimit=260))
    )
    bars = base.mark_bar(height=12).encode(
        x=alt.X("share:Q", title=say("col.share"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color(
            "state:N", title=None,
            scale=alt.Scale(domain=[say("chart.met"), say("chart.short"), say("chart.over")], range=[LIGHT, LOSS, DARK]),
        ),
    )  # fmt: skip
    ticks = [
        base.mark_tick(color="black", thickness=2, height=18).encode(x=alt.X(f"{end}:Q")) for end in ("min", "max")
    ]
    return (bars + ticks[0] + ticks[1]).properties(title=say("ui.quotas"), width=420)


def _scope(scope: str, plan: Mapping[str, Any], spoken: Language) -> str:
    """A scope in words: all, a kind, or a task force's name."""
    if scope == "all":
        return spoken.text("ui.all")
    if scope.startswith("kind:"):
        return spoken.word(scope[5:])
    return next((str(team["name"]) for team in plan["task_forces"] if team["id"] == scope), scope)


def _share(bound: str | int | None, out_of: int) -> float | None:
    if bound is None:
        return None
    return float(bound.rstrip("%")) / 100 if isinstance(bound, str) else bound / out_of


def prices(
    document: Mapping[str, Any], scenario: Scenario, stage: str = "merit", most: int = 25, language: str | None = None
) -> alt.Chart:
    """The price list in one stage: the changes that gain or cost most, from the largest gain to the largest cost."""
    alt, spoken = _altair(), _language(language)
    telling = Lists(scenario, spoken)
    rows = [
        {
            "change": telling.change(row),
            "delta": row["stages"][stage],
            "gain": (row["stages"][stage] > 0) == (stage == "merit"),
        }
        for row in document["prices"]
        if row["stages"] is not None and row["stages"].get(stage)
    ]
    rows = sorted(rows, key=lambda row: -abs(row["delta"]))[:most]
    rows = sorted(rows, key=lambda row: -row["delta"])
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("delta:Q", title=spoken.text(f"ui.stage.{stage}")),
            y=alt.Y("change:N", title=None, sort=None, axis=alt.Axis(labelLimit=360)),
            color=alt.condition("datum.gain", alt.value(GAIN), alt.value(LOSS)),
        )
        .properties(title=spoken.text("chart.prices"), width=360)
    )


def sweep(
    document: Mapping[str, Any],
    factor: str,
    value: str = "merit",
    colour: str | None = None,
    language: str | None = None,
) -> alt.Chart:
    """A grid along one factor: a stage or figure of each row, in the order of the file; `colour` is a second factor."""
    alt, spoken = _altair(), _language(language)
    rows = [
        {
            "setting": row["labels"][factor],
            "value": {**row["figures"], **row["stages"]}[value],
            "colour": row["labels"].get(colour or "", ""),
        }
        for row in document["rows"]
        if value in row["stages"] or value in row["figures"]
    ]
    order = list(dict.fromkeys(row["setting"] for row in rows))
    title = (
        spoken.text(f"ui.stage.{value}")
        if any(value in row["stages"] for row in document["rows"])
        else spoken.text(f"figure.{value}")
    )
    encoding = {} if colour is None else {"color": alt.Color("colour:N", title=colour)}
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True, color=DARK)
        .encode(
            x=alt.X("setting:N", title=factor, sort=order, axis=alt.Axis(labelAngle=-30)),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            **encoding,
        )
        .properties(width=420, height=240)
    )


def frontier(document: Mapping[str, Any], language: str | None = None) -> alt.Chart:
    """People after the restructuring against people who move: each point is beaten by none in both."""
    alt, say = _altair(), _language(language).text
    rows = [{"moves": row["moves"], "persons": row["persons"]} for row in document["rows"]]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=80), color=DARK, interpolate="step-after")
        .encode(
            x=alt.X("moves:Q", title=say("figure.moves"), scale=alt.Scale(zero=False)),
            y=alt.Y("persons:Q", title=say("figure.people"), scale=alt.Scale(zero=False)),
        )
        .properties(title=say("chart.frontier"), width=420, height=260)
    )


def bridge(plan: Mapping[str, Any], language: str | None = None) -> alt.LayerChart:
    """Seats before to seats after of a restructured plan, as a waterfall."""
    alt, say = _altair(), _language(language).text
    rows, level = [], 0
    for step, number in plan["bridge"].items():
        total = step in ("before", "after")
        if not number and not total:
            continue
        change = number if total or step == "set_up" else -number
        start, end = (0, change) if total else (level, level + change)
        level = end
        rows.append(
            {
                "step": say(f"col.{step}" if total else f"ui.bridge.{step}"),
                "start": start,
                "end": end,
                "change": f"{change}" if total else f"{change:+d}",
                "top": max(start, end),
                "total": total,
            }
        )
    order = [row["step"] for row in rows]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("step:N", title=None, sort=order, axis=alt.Axis(labelAngle=-30))
    )
    bars = base.mark_bar().encode(
        y=alt.Y("start:Q", title=say("ui.stage.seats")),
        y2="end:Q",
        color=alt.condition("datum.total", alt.value(DARK), alt.value(LIGHT)),
    )
    text = base.mark_text(dy=-8).encode(y=alt.Y("top:Q"), text="change:N")
    return (bars + text).properties(title=say("ui.bridge"), width=480, height=280)


def moves(plan: Mapping[str, Any], language: str | None = None) -> alt.Chart:
    """How many people stay, adjust, transfer, are new or return."""
    alt, spoken = _altair(), _language(language)
    rows = [{"kind": spoken.word(kind), "people": number} for kind, number in plan["moves"].items()]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color=DARK)
        .encode(
            x=alt.X("people:Q", title=spoken.text("figure.people")),
            y=alt.Y("kind:N", title=None, sort=[row["kind"] for row in rows]),
        )
        .properties(width=360)
    )


__all__ = ["bridge", "frames", "frontier", "moves", "prices", "quotas", "sweep"]
