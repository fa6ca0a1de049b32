"""Overlap of task forces, its kinds, and duties that may be the same in other words."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from zbopt import planning
from zbopt.meaning.overlap import (
    DUPLICATION,
    FRAGMENTATION,
    OVERLAP,
    grams,
    kind_of_pair,
    overlap_document,
    read_synonyms,
    similarity,
    suggestions,
)
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.workload import Workloads

BASE: dict[str, Any] = {
    "format": 1,
    "name": "x",
    "as_of": "2019-06",
    "categories": [{"id": "plan", "name": "规划"}, {"id": "write", "name": "文字"}],
    "units": [{"id": "U1", "name": "发改局"}, {"id": "U2", "name": "住建局"}],
    "leaders": [{"id": "L1", "name": "分管领导甲"}],
    "key_tasks": [{"id": "K1", "name": "路网"}],
    "duties": [
        {"id": "D1", "name": "重大项目谋划", "key_task": "K1"},
        {"id": "D2", "name": "重大项目策划"},
        {"id": "D3", "name": "招商引资", "key_task": "K1"},
        {"id": "D4", "name": "数据报送"},
    ],
    "task_forces": [
        {"id": "A", "name": "甲", "kind": "project", "lead_unit": "U1", "supervisor": "L1",
         "workload": {"D1": {"plan": 0.6, "write": 0.2}, "D4": {"write": 0.2}}},
        {"id": "B", "name": "乙", "kind": "project", "lead_unit": "U2", "member_units": ["U1"], "supervisor": "L1",
         "workload": {"D1": {"plan": 0.3}, "D2": {"plan": 0.9}}},
        {"id": "C", "name": "丙", "kind": "special", "workload": {"D3": {"plan": 1}}},
        {"id": "E", "name": "丁", "kind": "special", "workload": {"D4": {"write": 0.5}}},
    ],
}  # fmt: skip


def scenario(**duties: dict[str, Any]) -> Scenario:
    raw = copy.deepcopy(BASE)
    for duty in raw["duties"]:
        duty |= duties.get(duty["id"], {})
    return parse(raw).scenario


def test_overlap_counts_what_both_do_over_the_smaller() -> None:
    found = Workloads(scenario()).overlap("B", "A")
    assert (found.one, found.other) == ("A", "B")
    assert (found.common, found.smaller, found.union) == (30, 100, 190)
    assert (found.per_10000, found.jaccard_per_10000) == (3000, 1579)
    assert found.reaches(3000)
    assert not found.reaches(3001)


def test_nothing_in_common_reaches_only_zero() -> None:
    found = Workloads(scenario()).overlap("B", "C")
    assert found.common == 0
    assert found.reaches(0)
    assert not found.reaches(1)


def test_the_kinds_of_gao() -> None:
    works = Workloads(scenario())
    assert kind_of_pair(works, "A", "B") == OVERLAP
    assert kind_of_pair(works, "A", "E") == DUPLICATION
    assert kind_of_pair(works, "A", "C") == FRAGMENTATION
    assert kind_of_pair(works, "B", "E") is None


def test_evidence_of_a_pair() -> None:
    pairs = {tuple(row["parts"]): row for row in overlap_document(scenario())["pairs"]}
    assert ("B", "E") not in pairs
    row = pairs["A", "B"]
    assert row["duties"] == [{"duty": "D1", "workload": [80, 30], "divided": False}]
    assert (row["units"], row["supervisor"], row["key_tasks"]) == (["U1"], "L1", ["K1"])


def test_a_confirmed_duty_counts_and_an_open_suggestion_does_not() -> None:
    open_one = Workloads(scenario()).overlap("A", "B")
    confirmed = Workloads(scenario(D2={"same_as": "D1"})).overlap("A", "B")
    assert (open_one.common, confirmed.common) == (30, 80)


@pytest.mark.parametrize("settled", [{"same_as": "D1"}, {"different_from": "D1"}])
def test_a_settled_pair_is_not_suggested_again(settled: dict[str, Any]) -> None:
    found = [(item.one, item.other) for item in suggestions(scenario(), {}, 3000)]
    assert ("D1", "D2") in found
    assert ("D1", "D2") not in [(item.one, item.other) for item in suggestions(scenario(D2=settled), {}, 3000)]


def test_synonyms_make_words_alike() -> None:
    words = read_synonyms("# 注\n谋划=策划 筹划\n")
    assert words == {"策划": "谋划", "筹划": "谋划"}
    assert similarity(grams("重大项目谋划", words), grams("重大项目策划", words)) == 10_000
    plain = similarity(grams("重大项目谋划", {}), grams("重大项目策划", {}))
    assert 4000 < plain < 10_000
    assert similarity(grams("", {}), grams("招商", {})) == 0


def test_the_report_says_what_confirming_would_change(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    import json

    raw = copy.deepcopy(BASE)
    raw["policy"] = {"merge": {"min_overlap": "50%"}}
    (folder / "scenario.yaml").write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    (folder / "synonyms.txt").write_text("谋划=策划", encoding="utf-8")
    _, rows = planning.suggest(folder, synonyms=folder / "synonyms.txt")
    assert rows[0]["duties"] == ["D1", "D2"]
    assert rows[0]["similarity"] == 10_000
    change = rows[0]["change"]
    assert change["seats"][1] < change["seats"][0]
    assert ["A", "B"] in [group[:2] for group in change["groups"]]
