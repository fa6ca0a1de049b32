"""merge, restructure and overlap as a planner types them: exit codes, what is written, both languages, 80 columns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from python_calamine import CalamineWorkbook

from tests.whole.test_privacy import CARD, SECRETS


def zbopt(folder: Path, *words: str, lang: str = "zh") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zbopt", *words, "--lang", lang],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    shutil.copytree("tests/cases/restructure", tmp_path / "case")
    shutil.copytree("scenarios/three-task-forces", tmp_path / "three")
    return tmp_path


def wide(line: str) -> int:
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in line)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_restructure_writes_a_run_folder_that_audits(place: Path, lang: str) -> None:
    words = ("restructure", "case", "--decisions", "case/decisions.yaml", "--alternatives", "2", "--out", "run")
    done = zbopt(place, *words, lang=lang)
    assert done.returncode == 0, done.stderr
    assert max(wide(line) for line in done.stdout.splitlines()) <= 80
    assert {"plan.json", "plan.xlsx", "manifest.json", "audit.json"} <= {
        path.name for path in (place / "run").iterdir()
    }
    manifest = json.loads((place / "run/manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "restructure"
    assert "decisions.yaml" in manifest["inputs"]
    assert zbopt(place, "audit", "run", lang=lang).returncode == 0
    plan = json.loads((place / "run/plan.json").read_text(encoding="utf-8"))
    plan["actions"]["people"][0]["action"] = "new"
    (place / "run/plan.json").write_text(json.dumps(plan), encoding="utf-8")
    bad = zbopt(place, "audit", "run", lang=lang)
    assert bad.returncode == 5
    assert "actions.people[0].action" in bad.stdout


def test_the_workbook_has_every_table(place: Path) -> None:
    zbopt(place, "restructure", "case", "--alternatives", "1", "--out", "run")
    book = CalamineWorkbook.from_path(str(place / "run/plan.xlsx"))
    wanted = {
        "整合前后", "席位变化构成", "分类处置", "职责移交去向", "合并与节约席位", "按量定席（不计入合并）", "分类别席位", "重叠依据", "两两比较",
        "备选整合方案", "重点任务", "专班动作", "人员动作", "席位动作", "单位动作",
    }  # fmt: skip
    assert wanted <= set(book.sheet_names)
    people = book.get_sheet_by_name("人员动作").to_python()
    plan = json.loads((place / "run/plan.json").read_text(encoding="utf-8"))
    assert len(people) == 1 + len(plan["actions"]["people"])


def test_merge_and_overlap(place: Path) -> None:
    done = zbopt(place, "merge", "three", "--format", "json")
    plan = json.loads(done.stdout)
    assert plan["kind"] == "merge"
    assert plan["triage"] == plan["decisions"] == []
    found = zbopt(place, "overlap", "three")
    assert "55.0%" in found.stdout
    assert max(wide(line) for line in found.stdout.splitlines()) <= 80
    rows = json.loads(zbopt(place, "overlap", "three", "--format", "json").stdout)
    assert [row["parts"] for row in rows["pairs"]] == [["T01", "T02"], ["T01", "T03"], ["T02", "T03"]]
    assert zbopt(place, "overlap", "three", "--suggest", "--threshold", "99").stdout.strip() == "没有足够相似的职责。"


def test_an_answer_for_seats_is_refused_for_a_merged_plan(place: Path) -> None:
    zbopt(place, "merge", "three", "--out", "run")
    done = zbopt(place, "why", "P01", "--plan", "run")
    assert done.returncode == 2
    assert "Z512" in done.stderr


def test_a_merger_that_cannot_be_exits_with_3(place: Path) -> None:
    file = place / "three/scenario.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "linkage: complete}", "linkage: complete, max_size: 3, require: [{task_forces: [T01, T03]}]}"
    )
    file.write_text(text.replace("max_size: 15, ", ""), encoding="utf-8")
    done = zbopt(place, "merge", "three")
    assert done.returncode == 3, done.stderr
    assert "无解" in done.stdout or "不可" in done.stdout


def test_bad_decisions_exit_with_2_and_name_the_line(place: Path) -> None:
    (place / "d.yaml").write_text(
        "decisions:\n  - {task_force: T99, decision: keep, by: x, why: y}\n", encoding="utf-8"
    )
    done = zbopt(place, "restructure", "case", "--decisions", "d.yaml")
    assert done.returncode == 2
    assert "Z340 d.yaml:2" in done.stderr
    assert zbopt(place, "restructure", "case", "--decisions", "none.yaml").returncode == 2


def test_the_frontier_is_written_and_resumed(place: Path) -> None:
    first = zbopt(place, "restructure", "case", "--frontier", "--out", "front")
    assert first.returncode == 0, first.stderr
    found = json.loads((place / "front/frontier.json").read_text(encoding="utf-8"))
    assert found["status"] == "proved"
    rows = [(row["persons"], row["moves"]) for row in found["rows"]]
    assert rows == sorted(rows, reverse=True)
    assert [moves for _, moves in rows] == sorted(moves for _, moves in rows)
    again = zbopt(place, "restructure", "case", "--frontier", "--out", "front", "--format", "json")
    assert json.loads(again.stdout)["resumed"] == len(rows)
    text = (place / "case/scenario.yaml").read_text(encoding="utf-8")
    (place / "case/scenario.yaml").write_text(text.replace("score: 60", "score: 61"), encoding="utf-8")
    changed = zbopt(place, "restructure", "case", "--frontier", "--out", "front", "--format", "json")
    assert json.loads(changed.stdout)["resumed"] == 0


PLANTED = f"""
format: 1
name: 保密合并
as_of: 2019-06
categories: [{{id: plan, name: 规划}}]
units: [{{id: U1, name: 单位甲, level: 县直}}]
leaders: [{{id: L9, name: 领导玖}}]
duties: [{{id: D1, name: 村庄规划}}, {{id: D2, name: 环境整治}}]
task_forces:
  - {{id: T1, name: 专班甲, kind: project, supervisor: L9, workload: {{D1: {{plan: 1.5}}}}, posts: [{{id: T1-h, role: head}},
      {{id: T1-m, category: plan, seats: 2, sensitive: 人事, night_or_field: 是}}]}}
  - {{id: T2, name: 专班乙, kind: project, supervisor: L9, workload: {{D1: {{plan: 1.2}}, D2: {{plan: 0.6}}}}, posts: [{{id: T2-h, role: head}},
      {{id: T2-m, category: plan, seats: 2}}]}}
people:
  - {{id: P1, name: 甲一, unit: U1, categories: plan:3, id_card: "{CARD}", birth: 1985-03, gender: 男, kin: [{{person: P2, relation: 表舅公}}],
     current: {{task_force: T1, post: T1-h}}}}
  - {{id: P2, name: 甲二, unit: U1, categories: plan:3, sanction_end: 2031-07, current: {{task_force: T1, post: T1-m}}}}
  - {{id: P3, name: 甲三, unit: U1, categories: plan:3, health: 较差, current: {{task_force: T2, post: T2-h}}}}
  - {{id: P4, name: 甲四, unit: U1, categories: plan:3, status: 调查, current: {{task_force: T2, post: T2-m}}}}
  - {{id: P5, name: 甲五, unit: U1, categories: plan:3, restricted_duty: 是, conflicts: [T2], kin: [{{leader: L9, relation: 连襟姐夫}}],
     current: {{task_force: T1, post: T1-m}}}}
  - {{id: P6, name: 甲六, unit: U1, categories: plan:3, status: 病假}}
policy: {{rules: {{R37: off, R16: target}}}}
"""
NAMES_OF_TASK_FORCES_AND_LEADERS = ("D77", "L9 ")
"""Confidential where somebody has an interest in them; a merged plan names the duties and supervisors of every task force."""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_confidential_in_a_merged_plan(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(PLANTED, encoding="utf-8")
    done = zbopt(tmp_path, "restructure", "s", "--out", "run", "--progress", "json", lang=lang)
    assert done.returncode == 0, done.stderr
    text = done.stdout + done.stderr
    for name in ("plan.json", "audit.json"):
        text += (tmp_path / "run" / name).read_text(encoding="utf-8")
    book = CalamineWorkbook.from_path(str(tmp_path / "run/plan.xlsx"))
    text += "".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    assert "T1+T2" in text
    secrets = set(SECRETS) - set(NAMES_OF_TASK_FORCES_AND_LEADERS)
    assert [secret for secret in sorted(secrets) if secret in text] == []


def test_a_frontier_that_was_changed_is_not_trusted(place: Path) -> None:
    words = ("restructure", "case", "--frontier", "--out", "front", "--format", "json")
    whole = json.loads(zbopt(place, *words).stdout)
    file = place / "front/frontier.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"moves": ', '"moves": 1'), encoding="utf-8")
    again = json.loads(zbopt(place, *words).stdout)
    assert again["ignored"]
    assert again["resumed"] == 0
    assert again["rows"] == whole["rows"]


def test_a_frontier_does_not_replace_a_plan_nor_a_plan_a_frontier(place: Path) -> None:
    assert zbopt(place, "restructure", "case", "--out", "run").returncode == 0
    done = zbopt(place, "restructure", "case", "--frontier", "--out", "run")
    assert done.returncode == 2
    assert "Z551" in done.stderr
    assert (place / "run/plan.json").is_file()
    assert zbopt(place, "restructure", "case", "--frontier", "--out", "front").returncode == 0
    assert zbopt(place, "restructure", "case", "--out", "front").returncode == 2


def test_options_that_do_not_go_with_a_frontier_are_refused(place: Path) -> None:
    for more in (("--alternatives", "2"), ("--max-moves", "5"), ("--seed", "3"), ("--format", "csv")):
        done = zbopt(place, "restructure", "case", "--frontier", *more)
        assert done.returncode == 2
        assert "Z513" in done.stderr


def test_an_edited_plan_never_crashes_the_audit(place: Path) -> None:
    """Keys taken away and values of another type are faults with a path."""
    from zbopt.plan.audit import audit_document
    from zbopt.scenario.load import load

    zbopt(place, "restructure", "case", "--decisions", "case/decisions.yaml", "--alternatives", "1", "--out", "run")
    text = (place / "run/plan.json").read_text(encoding="utf-8")
    scenario = load(place / "case").scenario
    free = {"seed", "versions", "alternatives_search", "max_moves"}

    def spoiled(value: object, path: tuple[object, ...]) -> list[tuple[object, ...]]:
        places = [path]
        if isinstance(value, dict):
            places += [deeper for key, item in value.items() for deeper in spoiled(item, (*path, key))]
        elif isinstance(value, list):
            places += [deeper for number, item in enumerate(value[:2]) for deeper in spoiled(item, (*path, number))]
        return places

    paths = [path for path in spoiled(json.loads(text), ()) if path and path[0] not in free][::3]
    assert len(paths) > 200
    for path in paths:
        for change in ("away", "other"):
            plan = json.loads(text)
            here = plan
            for step in path[:-1]:
                here = here[step]
            if change == "away":
                del here[path[-1]]
            else:
                here[path[-1]] = 5 if not isinstance(here[path[-1]], int) else ["x"]
            assert audit_document(plan, scenario), (path, change)


def test_a_budget_of_moves_is_shown_and_kept(place: Path) -> None:
    done = zbopt(place, "restructure", "case", "--max-moves", "5", "--out", "run")
    assert done.returncode == 0, done.stderr
    plan = json.loads((place / "run/plan.json").read_text(encoding="utf-8"))
    assert sum(plan["moves"][kind] for kind in ("adjust", "transfer", "new")) <= 5
    assert "上限：5 人" in done.stdout
