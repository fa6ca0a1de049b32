"""Checks the reference for triage on cases small enough to argue by hand, and on what holds of every case.

    python -m tests.brute.check_triage [seeds]

Every case by hand says why its answer is what it is, with the sentence of docs/merging.md it stands on.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.brute.merge_oracle import Merger, solve
from tests.brute.triage_cases import case, overrides
from tests.brute.triage_oracle import Answer, triage
from zbopt.scenario.decisions import Override
from zbopt.scenario.load import parse
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import Disposition

Row = dict[str, Any]


def scenario(forces: Row, duties: Row | None = None, rules: Row | None = None, **more: Any) -> Scenario:
    """A scenario of task forces by id: their `workload` by duty (hundredths, all of category a) and other fields.

    Rules that would speak unasked are off; units U1 to U3, key tasks K1 (open) and K2 (done) are there.
    """
    names = {duty for row in forces.values() for duty in (*row.get("workload", ()), *row.get("duties", ()))}
    names |= set(duties or ())
    units = more.pop("remits", {})
    rows, work = [], []
    for key, row in forces.items():
        rows.append({"id": key, "name": key, "kind": "project"} | {k: v for k, v in row.items() if k != "workload"})
        for duty, fte in row.get("workload", {}).items():
            amounts = fte if isinstance(fte, dict) else {"a": fte}
            work += [{"task_force": key, "duty": duty, "category": k, "fte": n / 100} for k, n in amounts.items()]
    policy = {"rules": {"R33": "off", "R40": "off", "R37": "off"} | (rules or {})} | more.pop("policy", {})
    stated: Row = {
        "format": 1,
        "name": "手算",
        "as_of": "2020-01",
        "categories": [{"id": name, "name": name} for name in "ab"],
        "units": [{"id": f"U{n}", "name": f"U{n}", "remit": units.get(f"U{n}", [])} for n in (1, 2, 3)],
        "key_tasks": [{"id": "K1", "name": "K1"}, {"id": "K2", "name": "K2", "state": "done"}],
        "duties": [{"id": name, "name": name} | (duties or {}).get(name, {}) for name in sorted(names)],
        "task_forces": rows,
        "workload": work,
        "policy": policy,
    }
    return parse(stated | more).scenario


def decision(task_force: str, word: str) -> Override:
    """A row of the decisions file."""
    return Override(task_force, Disposition(word), "甲", "乙")


def verdicts(answer: Answer) -> dict[str, str]:
    """The decisions alone."""
    return {key: verdict[1] for key, verdict in answer.verdicts.items()}


def dissolving() -> None:
    """Done key tasks that hold just enough of the work; the rest of the work finds a home."""
    force = {"T1": {"workload": {"D1": 80, "D2": 20}}, "T2": {"workload": {"D2": 5}}}
    answer = triage(scenario(force, {"D1": {"key_task": "K2"}}))
    assert answer.verdicts == {"T1": ("dissolve", "dissolve", True), "T2": ("keep", "keep", False)}
    assert answer.homes == [("T1", "D1", "finished", ""), ("T1", "D2", "task_force", "T2")]
    assert answer.work == {"T2": {("D2", "a"): 20}}, "the largest of its own 0.05 and the giver's 0.20"
    assert answer.totals == {
        "before": 105, "set_up": 0, "kept": 20, "once": 5, "given_back": 0, "finished": 80, "nobody": 0
    }  # fmt: skip
    less = {"T1": {"workload": {"D1": 79, "D2": 21}}}
    assert verdicts(triage(scenario(less, {"D1": {"key_task": "K2"}}))) == {"T1": "keep"}, "79 % is less than 80 %"
    also_open = {"D1": {"key_task": "K2"}, "D2": {"key_task": "K1"}}
    assert verdicts(triage(scenario(force, also_open)))["T1"] == "keep", "not all its key tasks are done"
    forced = triage(scenario(force, also_open), [decision("T1", "dissolve")])
    assert forced.verdicts["T1"] == ("keep", "dissolve", True)
    assert forced.homes[0] == ("T1", "D1", "finished", ""), "the duty's own key tasks are all done"
    same = {"D1": {"same_as": ["D9"]}, "D9": {"key_task": "K2"}}
    assert verdicts(triage(scenario(force, same)))["T1"] == "dissolve", "the key tasks of those that are one"


def renewing() -> None:
    """Silence ends nothing unless it must apply again; one agreed application is enough."""
    forces = {name: {"workload": {f"D{name[1]}": 50}} for name in ("T1", "T2", "T3", "T4")}

    def said(name: str, target: str, **steps: str) -> Row:
        decisions = {step: {"decision": word} for step, word in steps.items()}
        return {"id": name, "name": name, "unit": "U1", "renews": target, "decisions": decisions}

    applications = [said("A1", "T1", group="return"), said("A2", "T2", unit="refuse"), said("A3", "T2", unit="agree")]
    given: Row = {"applications": applications}
    assert verdicts(triage(scenario(forces, **given))) == {
        "T1": "not_renewed", "T2": "keep", "T3": "keep", "T4": "keep"
    }  # fmt: skip
    policy: Row = {"triage": {"reapply": ["T3"]}}
    assert verdicts(triage(scenario(forces, policy=policy, **given)))["T3"] == "not_renewed"
    policy = {"triage": {"reapply": "all"}}
    answer = triage(scenario(forces, policy=policy, **given))
    assert [key for key, verdict in verdicts(answer).items() if verdict == "keep"] == ["T2"]


def ranking() -> None:
    """Ties that do not all fit stay; those without a score are not counted."""
    forces = {f"T{n}": {"score": score, "workload": {f"D{n}": 10}} for n, score in enumerate((40, 60, 60), 1)}
    forces["T4"] = {"workload": {"D4": 10}}
    answer = triage(scenario(forces, rules={"R40": {"share": "50%", "score": 0}}))
    assert [key for key, verdict in verdicts(answer).items() if verdict == "eliminate"] == ["T1"], (
        "1.5 is 2; 60 is 2 and 3"
    )
    answer = triage(scenario(forces, rules={"R40": {"share": "84%", "score": 0}}))  # 2.52: three
    assert sorted(verdicts(answer).values()) == ["eliminate"] * 3 + ["keep"]
    answer = triage(scenario(forces, rules={"R40": {"share": "0%", "score": 60}}))
    assert verdicts(answer)["T2"] == "keep", "60 is not below 60"
    forces["T1"] |= {"locked": True}
    answer = triage(scenario(forces, rules={"R40": {"share": "0%", "score": 60}}))
    assert answer.verdicts["T1"] == ("keep", "keep", False), "a locked one is kept whatever fits"
    assert answer.fits["T1"] == ["eliminate"]


def clearing() -> None:
    """Enough work in the remit of one unit clears out; of several units together it is clarified."""
    forces = {"T1": {"workload": {"D1": 50, "D2": 50}}}
    rules = {"R33": {"share": "80%"}}
    answer = triage(scenario(forces, {"D1": {"owner_unit": "U3"}}, rules, remits={"U1": ["D1"], "U2": ["D2"]}))
    assert answer.verdicts["T1"] == ("clarify", "clarify", True), "no duty is left"
    assert answer.handed == {"T1": {"D1": "U1", "D2": "U2"}}, "the owner has it not in its remit"
    answer = triage(scenario(forces, {"D1": {"owner_unit": "U3"}}, rules, remits={"U1": ["D1", "D2"], "U3": ["D1"]}))
    assert answer.verdicts["T1"][1] == "clear_out"
    assert answer.fits == {"T1": ["clear_out", "clarify"]}
    assert answer.homes == [("T1", "D1", "unit", "U3"), ("T1", "D2", "unit", "U1")], "nothing was given by clarifying"
    assert answer.totals["given_back"] == 100


CHAIN: Row = {
    "T1": {"workload": {"D1": 90}},
    "T2": {"workload": {"D1": 60, "D2": {"b": 40}}},
    "T3": {"workload": {"D1": 50}},
}
APART: Row = {"merge": {"forbid": [{"task_forces": ["T1", "T2", "T3"]}]}}


def chains() -> None:
    """Three that may never share a team: all hand the duty to the one that does most of it, nothing twice."""
    rules = {"R33": {"share": "60%"}}
    posts = [
        {"id": "T2-a", "task_force": "T2", "category": "a"},
        {"id": "T2-b", "task_force": "T2", "category": "b"},
    ]
    answer = triage(scenario(CHAIN, rules=rules, policy=APART, posts=posts))
    assert answer.handed == {"T2": {"D1": "T1"}, "T3": {"D1": "T1"}}
    assert answer.verdicts["T2"] == ("clarify", "clarify", False), "it goes on with D2"
    assert answer.verdicts["T3"] == ("clarify", "clarify", True)
    assert answer.work == {"T1": {("D1", "a"): 90}, "T2": {("D2", "b"): 40}}
    assert [post.id for post in answer.merged.posts] == ["T2-b"], "no work is left in category a"
    assert answer.totals["once"] == 110
    halves = triage(scenario(CHAIN, {"D1": {"divided": True}}, rules, policy=APART))
    assert halves.work["T1"] == {("D1", "a"): 200}, "of a divided duty the sum"
    assert halves.totals["once"] == 0
    locked = CHAIN | {"T1": CHAIN["T1"] | {"locked": True}}
    answer = triage(scenario(locked, rules=rules, policy=APART))
    assert answer.handed == {"T3": {"D1": "T2"}}, "a locked holder takes nothing; the next one does"
    pairs = {"merge": {"forbid": [{"task_forces": ["T1", "T2"]}, {"task_forces": ["T2", "T3"]}]}}
    answer = triage(scenario(CHAIN, rules=rules, policy=pairs))
    assert answer.handed == {"T2": {"D1": "T1"}}, "T2 is no holder, and T3 may merge with T1"
    answer = triage(scenario(CHAIN, rules=rules, policy=APART), [decision("T1", "eliminate")])
    assert answer.handed == {"T3": {"D1": "T2"}}, "T1 does not stay"
    assert answer.homes == [("T1", "D1", "task_force", "T2"), ("T3", "D1", "task_force", "T2")]
    assert answer.work["T2"] == {("D1", "a"): 90, ("D2", "b"): 40}, "largest of 0.60, 0.50 and 0.90"


def new_homes() -> None:
    """Who takes the duties of one that ends: a task force, a unit, nobody."""
    forces: Row = {"T1": {"workload": {"D1": 30, "D2": 10, "D3": 10}}, "T2": {"workload": {"D1": 20}, "locked": True}}
    over = [decision("T1", "eliminate")]
    answer = triage(scenario(forces, {"D2": {"owner_unit": "U2"}}), over)
    assert answer.homes == [("T1", "D1", "nobody", ""), ("T1", "D2", "unit", "U2"), ("T1", "D3", "nobody", "")]
    assert answer.totals["nobody"] == 40, "the locked one does less than D1 asks, and has no other duty"
    forces["T2"]["workload"] = {"D1": 30}
    answer = triage(scenario(forces), over)
    assert answer.homes[0] == ("T1", "D1", "task_force", "T2")
    assert answer.work == {"T2": {("D1", "a"): 30}}
    answer = triage(scenario(forces, {"D1": {"divided": True}}), over)
    assert answer.homes[0] == ("T1", "D1", "nobody", ""), "a half nobody else does"
    forces = {"T1": {"workload": {"D1": 30}}, "T2": {"workload": {"D1": 20, "D4": 5}}}
    rules = {"R33": {"share": "50%"}}
    remits = {"U2": ["D1"]}
    both = [decision("T1", "eliminate"), decision("T2", "clarify")]
    answer = triage(scenario(forces, {"D1": {"owner_unit": "U1"}}, rules, remits=remits), both)
    assert answer.homes == [("T1", "D1", "unit", "U2"), ("T2", "D1", "unit", "U2")], (
        "given by clarifying, not the owner"
    )
    assert answer.totals["given_back"] == 30, "counts once"
    answer = triage(
        scenario(forces, {"D1": {"owner_unit": "U1"}}, rules, remits=remits), [both[0], decision("T2", "keep")]
    )
    assert answer.homes == [("T1", "D1", "task_force", "T2")], "T2 still has it"
    answer = triage(scenario({"T1": forces["T1"]}, {"D1": {"owner_unit": "U1"}}, remits=remits), over)
    assert answer.homes == [("T1", "D1", "unit", "U1")], "to its owner, before the remits"


def setting_up() -> None:
    """Unit and leader agree and nobody refused; what is set up counts as another that has the duty."""
    forces = {"N1": {"state": "applied", "workload": {"D1": 40}}, "T1": {"workload": {"D1": 30}}}

    def with_steps(rules: Row | None = None, **steps: str) -> Answer:
        decisions = {step: {"decision": word} for step, word in steps.items()}
        row = {"id": "A1", "name": "A1", "unit": "U1", "task_force": "N1", "decisions": decisions}
        return triage(scenario(forces, rules=rules, applications=[row]), [decision("T1", "eliminate")])

    answer = with_steps(unit="agree", leader="agree")
    assert answer.verdicts["N1"] == ("set_up", "set_up", False)
    assert answer.homes == [("T1", "D1", "task_force", "N1")]
    assert answer.totals["before"] + answer.totals["set_up"] == 70 == answer.totals["kept"] + answer.totals["once"]
    assert with_steps(unit="agree").verdicts["N1"][0] == "refuse"
    assert with_steps(unit="agree", leader="agree", group="refuse").verdicts["N1"][0] == "refuse"
    assert with_steps({"R32": "warn"}, unit="agree").verdicts["N1"][0] == "set_up"


def estimating() -> None:
    """Without rows today's seats are shared over the duties; what is left of them is stated."""
    posts = [{"id": "T1-a", "task_force": "T1", "category": "a", "seats": 2}]
    forces = {"T1": {"duties": ["D1", "D2"]}}
    duties = {"D1": {"weight": 2}, "D2": {"weight": 1}}
    rules = {"R33": {"share": "50%"}}
    answer = triage(scenario(forces, duties, rules, policy={}, remits={"U1": ["D2"]}, posts=posts))
    assert answer.work == {"T1": {("D1", "a"): 133, ("D2", "a"): 67}}
    assert not answer.merged.workload, "nothing changed"
    answer = triage(scenario(forces, duties, rules, remits={"U1": ["D2"]}, posts=posts), [decision("T1", "clarify")])
    assert answer.work == {"T1": {("D1", "a"): 133}}
    assert [(row.duty, row.category, row.fte) for row in answer.merged.workload] == [("D1", "a", 133)]
    assert [force.duties for force in answer.merged.task_forces] == [("D1",)]


def one_duty() -> None:
    """Duties that are one: a remit, an owner, a workload of any of them is that of all."""
    forces = {"T1": {"workload": {"D5": 40, "D7": 60}}, "T2": {"workload": {"D3": 10}}}
    duties = {"D3": {"same_as": ["D5"], "owner_unit": "U3"}, "D7": {"same_as": ["D5"], "owner_unit": "U2"}}
    answer = triage(scenario(forces, duties), [decision("T1", "eliminate")])
    assert answer.homes == [("T1", "D5", "task_force", "T2")], "named as T1 names it, by its lowest id of the three"
    assert answer.work == {"T2": {("D3", "a"): 60}}, "the largest of 0.40 and 0.60 counts"
    rules = {"R33": {"share": "80%"}}
    answer = triage(scenario(forces, duties, rules, remits={"U2": ["D5"], "U3": ["D7"], "U1": ["D3"]}))
    assert verdicts(answer) == {"T1": "clear_out", "T2": "clear_out"}
    assert {home[3] for home in answer.homes} == {"U3"}, "the owner is that of the lowest id that states one"


def merging() -> None:
    """What of a merger is new: halves add up, wishes reach the team, who stays at any desk of the slot stays."""
    forces = {"T1": {"workload": {"D1": 60}}, "T2": {"workload": {"D1": 60}}}
    posts = [
        {"id": "T1-a", "task_force": "T1", "category": "a", "needs": {"b": 2}},
        {"id": "T2-a", "task_force": "T2", "category": "a", "needs": {"a": 2}, "wants": {"b": 1}},
    ]
    people: list[Row] = [
        {"id": "P1", "name": "P1", "unit": "U1", "categories": {"a": 3, "b": 1}},
        {"id": "P2", "name": "P2", "unit": "U1", "pool": False},
    ]
    policy = {"merge": {"min_overlap": "10%"}, "stages": ["unfilled", "moves", "merit"]}
    given: Row = {"policy": policy, "posts": posts}
    once = solve(scenario(forces, people=people, **given))
    assert once is not None
    assert (once.merged, once.values["seats"]) == (True, 1)
    halves = solve(scenario(forces, {"D1": {"divided": True}}, people=people, **given))
    assert halves is not None
    assert (halves.merged, halves.values["seats"]) == (True, 2), "1.20 need two seats, in one team as in two"
    assert halves.values["task_forces"] == 1
    # P1 fits T2's desk alone: full fit 100, a silent wish 50, stability of others 50
    assert once.values["merit"] == 5 * 100 + 3 * 50 + 2 * 50
    for place in ("T1", "T1-a"):  # both join P1's desk: its task force is in the team, its post in the slot
        wishing = solve(scenario(forces, people=[people[0] | {"preferences": [place]}, people[1]], **given))
        assert wishing is not None
        assert wishing.values["merit"] == 5 * 100 + 3 * 100 + 2 * 50
    here: Row = {"current": {"task_force": "T1", "post": "T1-a"}, "categories": {"a": 3, "b": 1}}
    staying = solve(scenario(forces, people=[people[0] | here, people[1]], **given))
    assert staying is not None
    assert staying.values["moves"] == 0, "the same work is staying"
    assert staying.values["merit"] == 5 * 100 + 3 * 50 + 2 * 100, "on T2's desk, where the fit is better"
    duties = {"D8": {"key_task": "K1"}, "D9": {"same_as": ["D8"], "owner_unit": "U1"}}
    assert Merger(scenario(forces, duties, people=people, **given)).uncovered() == 0, "an owner of those that are one"
    assert Merger(scenario(forces, {"D8": {"key_task": "K1"}}, people=people, **given)).uncovered() == 1


HAND = (
    dissolving, renewing, ranking, clearing, chains, new_homes, setting_up, estimating, one_duty, merging
)  # fmt: skip


def always(seed: int) -> None:
    """What holds of every case: work and duties are somewhere, and the merger sees just the parts."""
    made = parse(case(seed)).scenario
    for rows in ((), overrides(seed)):
        answer = triage(made, rows)
        sums = answer.totals
        assert sums["before"] + sums["set_up"] == sum(sums.values()) - sums["before"] - sums["set_up"]
        assert sums["once"] >= 0
        merger = Merger(answer.merged)
        assert merger.work == answer.work, "estimated or stated, the parts of the merger have the work of the answer"
        left = {key for key, verdict in answer.verdicts.items() if not verdict[2] and verdict[1] != "refuse"}
        assert left == set(answer.work)
        for source, duty, kind, target in answer.homes:
            classes = {merger.same[name] for name in answer.merged.duties_of_task_force.get(target, ())}
            assert kind != "task_force" or (target in left and merger.same[duty] in classes and target != source)


def main() -> int:
    """Run them all."""
    for check in HAND:
        check()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for seed in range(number):
        always(seed)
    print(f"{len(HAND)} groups by hand, {number} seeds: all hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
