"""Planted kin, sanctions, health and identity numbers are found in no output and no log."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.here import zbopt_here
from zbopt.explaining.supply import supply
from zbopt.scenario.load import parse

CARD = "110101198503070013"

SCENARIO = f"""
format: 1
name: 保密
as_of: 2019-06
units: [{{id: U1, name: 单位甲, level: 县直}}]
leaders: [{{id: L9, name: 领导玖}}]
duties: [{{id: D77, name: 密事职责}}]
task_forces:
  - {{id: T1, name: 专班甲, kind: project, supervisor: L9, size: {{min: 0}}, posts: [{{id: T1-h, role: head}},
      {{id: T1-m, seats: 2, sensitive: 人事, night_or_field: 是}}, {{id: T1-x, seats: 9}}]}}
people:
  - {{id: P1, name: 甲一, unit: U1, id_card: "{CARD}", birth: 1985-03, gender: 男, kin: [{{person: P2, relation: 表舅公}}]}}
  - {{id: P2, name: 甲二, unit: U1, sanction_end: 2031-07}}
  - {{id: P3, name: 甲三, unit: U1, health: 较差}}
  - {{id: P4, name: 甲四, unit: U1, status: 调查}}
  - {{id: P5, name: 甲五, unit: U1, restricted_duty: 是, conflicts: [D77], kin: [{{leader: L9, relation: 连襟姐夫}}]}}
  - {{id: P6, name: 甲六, unit: U1, status: 病假}}
"""
SECRETS = (
    CARD,
    CARD[6:14],
    "表舅公",
    "连襟姐夫",
    "2031-07",
    "较差",
    "poor",
    "investigation",
    "调查",
    "病假",
    "sick",
    "D77",
    "sanction",
    "restricted",
    "L9 ",
)


def run(*arguments: str) -> str:
    done = zbopt_here(*arguments)
    assert done.returncode in (0, 2, 3), done.stderr
    return done.stdout + done.stderr


def test_nothing_confidential_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    out = tmp_path / "out"
    shown = []
    for lang in ("en", "zh"):
        shown += [
            run("check", str(folder), "--lang", lang),
            run("assign", str(folder), "--out", str(out), "--lang", lang, "--progress", "json"),
        ]
        shown += [run("why", person, "--plan", str(out), "--lang", lang) for person in ("P1", "P2", "P3", "P5", "T1-m")]
        shown += [
            run("why-not", person, post, "--plan", str(out), "--lang", lang)
            for person in ("P2", "P3", "P4", "P5", "P6")
            for post in ("T1-h", "T1-m", "T1-x")
        ]
        shown += [run("audit", str(out), "--lang", lang)]
        shown += [path.read_text(encoding="utf-8") for path in out.glob("*.json")]
        with zipfile.ZipFile(out / "plan.xlsx") as book:
            shown += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    for text in shown:
        for secret in SECRETS:
            assert secret not in text, (secret, text[:300])


def test_explanations_keep_it_too(tmp_path: Path) -> None:
    """Impossible because of who is kin, ill, sanctioned or under investigation: rules by number, no field, no relation."""
    folder = tmp_path / "s"
    folder.mkdir()
    hard = SCENARIO.replace("{id: T1-h, role: head}", "{id: T1-h, role: head, must_fill: 是}").replace(
        "seats: 2, sensitive", "seats: 2, must_fill: 是, sensitive"
    )
    (folder / "scenario.yaml").write_text(hard, encoding="utf-8")
    (tmp_path / "soft").mkdir()
    (tmp_path / "soft" / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    soft, out = str(tmp_path / "soft"), str(tmp_path / "out")
    run("assign", soft, "--out", out)
    edits = ("--set", "people.P3.health=良好", "--set", "people.P4.status=在岗", "--drop-person", "P1")
    shown = []
    for lang in ("en", "zh"):
        for style in ("text", "json"):
            shown += [
                run("repair", str(folder), "--lang", lang, "--format", style),
                run("repair", soft, "--lang", lang, "--format", style),
                run("prices", soft, "--all", "--processes", "1", "--lang", lang, "--format", style),
                run("alternatives", soft, "--lang", lang, "--format", style),
                run("what-if", soft, *edits, "--lang", lang, "--format", style),
                run("compare", out, soft, "--lang", lang, "--format", style),
                run("what-would-it-take", "P5", "T1-m", "--plan", out, "--lang", lang, "--format", style),
                run("why-not", "P6", "T1-x", "--plan", out, "--lang", lang, "--format", style),
            ]
        shown.append(run("assign", str(folder), "--out", str(tmp_path / "none"), "--lang", lang))
    assert any("element.confidential" in text for text in shown)
    for text in shown:
        for secret in SECRETS:
            assert secret not in text.replace("people.P3.health=***", "").replace("people.P4.status=***", ""), (
                secret,
                text[:400],
            )


def test_faults_in_confidential_fields_do_not_show_their_values(tmp_path: Path) -> None:
    bad = (
        SCENARIO.replace("health: 较差", "health: 肺病甲")
        .replace(CARD, "110101198503070011")
        .replace("2031-07", "2031-77")
        .replace("[D77]", "[D78秘]")
    )
    (tmp_path / "scenario.yaml").write_text(bad, encoding="utf-8")
    for lang in ("en", "zh"):
        text = run("check", str(tmp_path), "--lang", lang)
        assert "Z152" in text
        for secret in ("肺病甲", "110101", "2031", "D78"):
            assert secret not in text


def test_no_count_tells_how_many_the_class_keeps_off() -> None:
    """Of three people one is kept off by the class alone: what asks for three of them is short of nobody who could be counted."""
    raw = {
        "name": "数", "as_of": "2019-06", "units": [{"id": "U1", "name": "局"}],
        "people": [{"id": f"P{n}", "name": f"人{n}", "unit": "U1", **({"status": "调查"} if n == 1 else {})} for n in (1, 2, 3)],
        "task_forces": [
            {"id": "T1", "name": "专班", "kind": "special", "posts": [{"id": "a", "seats": 2}, {"id": "b"}]},
        ],
        "policy": {"quotas": [{"name": "全体", "of": "not specialist", "in": "all", "min": 3, "mode": "target"}]},
    }  # fmt: skip
    loaded = parse(raw)
    assert [item.code for item in supply(loaded)] == []
    seated = parse({**raw, "people": raw["people"][:2]})  # type: ignore[index]
    counts = {item.code: item.message.args["count"] for item in supply(seated)}
    assert counts == {"Z302": 2, "Z303": 2, "Z307": 2}
