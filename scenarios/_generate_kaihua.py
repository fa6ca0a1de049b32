"""The shipped Kaihua folder, byte for byte."""

import random
from pathlib import Path

from _generate_format import Row, write_table, write_text
from _generate_kaihua_people import Story
from _generate_kaihua_tables import application_rows, plain_tables, post_rows, task_force_rows, workload
from _generate_kaihua_text import README, RESTRUCTURE, SCENARIO
from _generate_kaihua_traps import add_traps
from _generate_people import number_people, person_row

SEED = 84
WORKLOAD_SEED = 5


MAX_ATTEMPTS = 50


def _story(seed: int) -> Story:
    """People who can fill the seats. A seed whose draw paints itself into a corner is drawn again, from seed and attempt."""
    for attempt in range(MAX_ATTEMPTS):
        rng = random.Random(seed if attempt == 0 else f"{seed}/{attempt}")
        story = Story(rng)
        try:
            story.plant()
            add_traps(story)
            number_people(story.cast.people, rng)
            pin_rows(story)  # a draw may leave nobody for one of the decisions
        except (AssertionError, IndexError):
            continue
        return story
    raise ValueError(f"no people were found for seed {seed}; take another")


def write_kaihua(folder: Path, seed: int | None = None) -> None:
    """Write all files of the folder; with a seed of one's own, other people and other workloads for the same task forces."""
    folder.mkdir(parents=True, exist_ok=True)
    story = _story(SEED if seed is None else seed)
    workload_seed = WORKLOAD_SEED if seed is None else seed
    for table, rows in plain_tables().items():
        write_table(folder, table, rows)
    write_table(folder, "people", [person_row(person) for person in story.cast.people])
    write_table(folder, "pins", pin_rows(story))
    for year, suffix in ((2019, ""), (2018, "_2018")):
        write_table(folder, "task_forces", task_force_rows(year), f"task_forces{suffix}.csv")
        write_table(folder, "posts", post_rows(year), f"posts{suffix}.csv")
        write_table(folder, "workload", workload(year, random.Random(workload_seed)), f"workload{suffix}.csv")
        write_table(folder, "applications", application_rows(year), f"applications{suffix}.csv", "decisions")
    write_text(folder / "scenario.yaml", SCENARIO)
    write_text(folder / "restructure.yaml", RESTRUCTURE)
    write_text(folder / "README.md", README)


def pin_rows(story: Story) -> list[Row]:
    """Four decisions: one with approval, one who stays, one who must not go somewhere, one that has run out."""
    pinned = story.pinned
    assert pinned is not None
    stays = [p for p in story.cast.people if p.planted == "T05" and p.current_task_force == "T05"]
    away = [p for p in story.cast.people if p.preferences[:1] == ["T09"] and not p.planted]
    old = [p for p in story.cast.people if p.preferences[:1] == ["N03"] and not p.planted]
    by = "县专班工作领导小组"
    return [
        {
            "person": pinned.person_id,
            "post": "T07-规划",
            "must": "是",
            "approval": "〔2019〕5号",
            "by": by,
            "on": "2019-05-12",
            "why": "乡镇规划人才，县级项目急需",
            "until": "2020-06",
        },
        {
            "person": stays[0].person_id,
            "task_force": "T05",
            "must": "是",
            "by": by,
            "on": "2019-05-20",
            "why": "在谈项目不宜换人",
        },
        {
            "person": away[0].person_id,
            "task_force": "T09",
            "must": "否",
            "by": by,
            "on": "2019-05-20",
            "why": "原单位承担同一事项的监督",
        },
        {
            "person": old[0].person_id,
            "task_force": "N03",
            "must": "是",
            "by": by,
            "on": "2018-07-02",
            "why": "上一年度安排",
            "until": "2019-06",
        },
    ]
