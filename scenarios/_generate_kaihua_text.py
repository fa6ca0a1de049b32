"""The files of the Kaihua folder that are not tables: two scenario files and the README."""

SCENARIO = """\
# 98 posts in 14 task forces, to be staffed from a pool of about 300. All persons are invented (README.md).
format: 1
name: 开化县 2019 年工作专班
as_of: 2019-06
term: {from: 2019-07, to: 2020-06}
categories: categories.csv
leaders: leaders.csv
units: units.csv
key_tasks: key_tasks.csv
duties: duties.csv
people: people.csv
task_forces: task_forces.csv
workload: workload.csv
posts: posts.csv
applications: applications.csv
pins: pins.csv
policy:
  rules:
    R02: {mode: warn, months: 24, total_months: 36}
    R03: {mode: warn, months: 24}
    R05: {mode: hard, years: 5}
    R13: {mode: hard, township: 5, county_share: 10%}
    R37: {mode: target, min: 5, max: 15}
  quotas:
    # The published figures: 58, 62 and 16 of 98.
    - {name: 85后, of: birth_year >= 1985, in: all, min: 58, mode: target}
    - {name: 专业型, of: specialist, in: all, min: 62, mode: target}
    - {name: 退出现职, of: stepped_down, in: all, min: 16, max: 16, mode: target}
    # Invented, so that every team is balanced in itself.
    - {name: 各专班专业型, of: specialist, in: each, min: 40%, mode: target}
    - {name: 各专班85后, of: birth_year >= 1985, in: each, min: 30%, mode: target}
    - {name: 项目专班专业型, of: specialist, in: {kind: project}, min: 64%, mode: target}
    - {name: 招商骨干, of: category.招商 >= 4, in: T05, min: 3, mode: target}
  stages: [unfilled, {name: quotas, tolerance: 0}, {name: merit, tolerance: 0}]
  merit: {fit: 5, preference: 3, stability: 2}
  merge: {min_overlap: 15%, max_members: 4, max_size: 15, linkage: complete}
  solver: {time_limit_seconds: 60, seed: 1, workers: 1}
"""

RESTRUCTURE = """\
# The same county before the clean-up: 29 task forces of 2018 with 137 people on 137 posts, and 32 applications
# (26 to go on, 6 to set up new ones) on which the leading group has not decided yet.
format: 1
base: scenario.yaml
name: 开化县 2018 年底工作专班整合
as_of: 2019-06
task_forces: task_forces_2018.csv
workload: workload_2018.csv
posts: posts_2018.csv
applications: applications_2018.csv
policy:
  rules:
    R37: {mode: target, min: 3, max: 15}
    R40: {mode: warn, share: 10%, score: 60}
  quotas:
    - {name: 85后, of: birth_year >= 1985, in: all, min: 59%, mode: target}
    - {name: 专业型, of: specialist, in: all, min: 63%, mode: target}
    - {name: 退出现职, of: stepped_down, in: all, max: 17%, mode: target}
  triage: {reapply: all}  # every task force of 2018 had to apply again, as published
"""

README = """\
# Kaihua 2019

Two scenario files over shared tables, made by `python scenarios/generate.py --kaihua scenarios/kaihua-2019` and not
edited by hand.

- `scenario.yaml`: the 14 task forces of 2019 with 98 posts, to be staffed (`zbopt assign`).
- `restructure.yaml`: the 29 task forces of 2018 with 137 people, to be kept, merged or ended (`zbopt restructure`).

**No person in these tables exists.** Names, months of birth, skills, wishes, kin, health, sanctions and everything else
about people were drawn at random. Leaders and townships are invented too; county organs bear the usual names.

## What was published

| fact | figure | where it shows here |
|---|---|---|
| task forces before and after | 29 and 14 | `task_forces_2018.csv`, `task_forces.csv` |
| people before and after | 137 and 98 | seats of `posts_2018.csv`, of the running ones in `posts.csv` |
| kinds of the 14 | 9 project, 5 special | `task_forces.csv` |
| of the 98: born 1985 or later, specialists, stepped down from a leading post | 58, 62, 16 | the first three quotas |
| set-up applications, old and new | 32 | `applications.csv` |
| merged for overlapping functions (rural revitalisation, Big Garden and two more) | 4 | T01-T04 |
| eliminated as bottom performers | 3 | T21-T23 |
| clarified for unclear boundaries | 2 | T24, T25 |
| dissolved as finished | 4 | T26-T29 |
| key works and key tasks; task forces formed for them | 8 and 15; 6 | `key_tasks.csv`; N01-N06 |
| team sizes named: writing and planning, planning and design, investment promotion | 5, 9, 10 | T06, T07, T05 |
| pool categories named: urban construction, economic management, project planning | 3 of 10 | `categories.csv` |
| people of 2018 who stayed, transferred, returned home; new ones | 39, 27, 71; 32 | not prescribed: a plan may differ |
| open selection; people of band 1 promoted | 3 of 27; 12 | not represented |

The published figures do not fully reconcile: the removals named do not lead from 29 to 14. Here nine more (T12-T20) go
into four new ones (N01-N04), so that they do.

## What is invented

Everything else: which task forces there are besides the ones named, their duties and workloads, scores, posts and what
the posts ask for, units and how many they may lend, the seven other pool categories, the 32 applications in detail, the
pins, the quotas for each team, for project teams and for T05, and all persons.

The case is hard on purpose. Planners and lawyers are barely enough, and some of them would fit better elsewhere. The
best matched are often born before 1985, no specialists, married to each other, from townships or from units that may
lend no more. All 98 posts can be filled with every quota met, but not by taking the best for each post in turn.

## 说明

本场景按公开报道的开化县 2019 年工作专班整合数字编制：专班由 29 个减为 14 个，人数由 137 人减为 98 人，
其中 85 后 58 人、专业型 62 人、退出现职 16 人，申报 32 个，合并 4 个、淘汰 3 个、理清 2 个、撤销 4 个。
其余内容（职责、工作量、岗位要求、单位抽调上限、申报细节等）均为虚构。
**表中所有人员均为虚构，与任何真实人员无关。**
`scenario.yaml` 用于 98 个席位的人岗匹配，`restructure.yaml` 用于 29 个专班的整合。
"""
