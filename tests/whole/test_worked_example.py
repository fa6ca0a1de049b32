"""Every figure of docs/worked-example.md follows from the scenario it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from zbopt import planning
from zbopt.meaning.teams import Structure, ceiling
from zbopt.report.language import share
from zbopt.scenario.load import Loaded, load
from zbopt.scenario.models import Scenario

TEXT = " ".join(Path("docs/worked-example.md").read_text(encoding="utf-8").split())
FOLDER = "scenarios/three-task-forces"


@pytest.fixture(scope="module")
def structure() -> Structure:
    return Structure(load(FOLDER).scenario)


def said(text: str) -> None:
    text = " ".join(text.split())
    assert text in TEXT, text


def fte(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


def test_workloads(structure: Structure) -> None:
    works = structure.works
    parts = ("T01", "T02", "T03")
    for duty in structure.scenario.duties:
        categories = {category for part in parts for own, category in works.of[part] if own == duty.id}
        for category in categories:
            cells = [works.of[part].get((duty.id, category), 0) for part in parts]
            said(f"| {duty.id} {duty.name} | {category} | " + " | ".join(fte(c) if c else "" for c in cells).strip())
    said("| together | | " + " | ".join(fte(works.total[part]) for part in parts))


def test_overlaps(structure: Structure) -> None:
    for one, other, enough in (("T01", "T02", True), ("T01", "T03", False), ("T02", "T03", False)):
        found = structure.works.overlap(one, other)
        mine, theirs = structure.works.by_duty[one], structure.works.by_duty[other]
        terms = [fte(min(mine[duty], theirs[duty])) for duty in found.duties]
        top = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
        verdict = "enough" if enough else "too little"
        said(f"{one} and {other}: {top} / {fte(found.smaller)} = {share(found.per_10000, 10_000)}, {verdict}")
        assert structure.works.linked(one, other) is enough


def test_seats_and_savings(structure: Structure) -> None:
    one, other, both = (structure.team(ids) for ids in (("T01",), ("T02",), ("T01", "T02")))
    said(f"| seats | {one.seats} | {other.seats} | | | {both.seats} |")
    for slot in both.slots:
        if slot.kind != "category":
            continue
        works = [structure.work((part,), slot.key) for part in ("T01", "T02")]
        cells = [f"{fte(work)}: {ceiling(work, 100)}" if work else "" for work in works]
        union = structure.work(("T01", "T02"), slot.key)
        row = f"| {slot.key} | {cells[0]} | {cells[1]} | {fte(sum(works))}: {ceiling(sum(works), 100)} |".replace(
            "|  |", "| |"
        )
        said(row)
        shown = f"max({fte(works[0])}, {fte(works[1])}) = {fte(union)}" if all(works) else fte(union)
        said(f"{row} {shown} | {slot.seats} |")
    saving = structure.saving(both)
    said(
        f"Apart they need {one.seats + other.seats} seats, together {both.seats}. The {saving.total} saved seats split exactly"
    )
    said(f"- duties done twice, {saving.duties}:")
    said(f"- rounding, {saving.rounding}:")
    said(f"- shared posts, {saving.shared_posts}:")
    assert (saving.duties, saving.rounding, saving.shared_posts) == (1, 1, 1)


def test_the_plan_and_what_the_third_would_bring(structure: Structure) -> None:
    plan = planning.merge(FOLDER).document
    assert [team["parts"] for team in plan["task_forces"]] == [["T01", "T02"], ["T03"]]
    seats = [team["seats"] for team in plan["task_forces"]]
    said(f"T01+T02 with {seats[0]} seats and T03 alone with {seats[1]}")
    bridge = plan["bridge"]
    said(
        f"{bridge['before']} seats today - {bridge['right_sizing']} right-sizing - {bridge['duties']} duties done twice - "
        f"{bridge['rounding']} rounding - {bridge['shared_posts']} shared posts = {bridge['after']} seats."
    )
    three = structure.team(("T01", "T02", "T03")).seats
    said(f"all three together would need {three} seats, two fewer than the plan's {bridge['after']}.")
    assert bridge["after"] - three == 2
    assert planning.merge(_without_threshold()).document["headline"]["after"]["seats"] == three


def _without_threshold() -> Loaded:
    loaded = load(FOLDER)
    policy = loaded.scenario.policy
    from dataclasses import replace

    merge = policy.merge.model_copy(update={"min_overlap": type(policy.merge.min_overlap)(0)})
    scenario: Scenario = loaded.scenario.replaced(policy=policy.model_copy(update={"merge": merge}))
    return replace(loaded, scenario=scenario)
