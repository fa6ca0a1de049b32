"""The tables of mergers as data: what a plan of merge or restructure, an overlap and its suggestions show row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zbopt.report.language import Language, share
from zbopt.report.terminal import (
    post_name,
    table,
)
from zbopt.scenario.models import Scenario

Cell = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table; `right`: columns of figures."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()

    def text(self, width: int = 80) -> str:
        """The table for a terminal."""
        cells = [[str(cell) for cell in row] for row in self.rows]
        return f"{self.title}\n{table(self.header, cells, self.right, width)}"


def fte(hundredths: int | None) -> str:
    """Full-time equivalents."""
    return "" if hundredths is None else f"{hundredths / 100:.2f}"


class MergeTables:
    """The tables of one plan. `scenario` is the one for display: teams, and the task forces there were."""

    def __init__(self, plan: Mapping[str, Any], scenario: Scenario, language: Language) -> None:
        self.plan, self.scenario, self.language = plan, scenario, language
        self.say = language.text

    def _titles(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.say(f"col.{key}") for key in keys)

    def _team(self, key: str | None) -> str:
        teams = self.scenario.task_force_by_id
        return "" if key is None else f"{key} {teams[key].name}" if key in teams and "+" not in key else key

    def _where(self, home: Mapping[str, Any] | None) -> str:
        """A person, unit or task force that takes something over."""
        if home is None or home["id"] is None:
            return ""
        lists: dict[str, Mapping[str, Any]] = {
            "person": self.scenario.person_by_id,
            "unit": self.scenario.unit_by_id,
            "task_force": self.scenario.task_force_by_id,
        }
        item = lists[home["kind"]].get(home["id"])
        return str(home["id"]) if item is None or "+" in home["id"] else f"{home['id']} {item.name}"

    def _evidence(self, rows: Sequence[Mapping[str, Any]]) -> str:
        return "; ".join(self.language.plain(row) for row in rows)

    def headline(self) -> Sheet:
        """Before and after in the style of the published report: task forces, people, seats, cut, composition."""
        before, after = self.plan["headline"]["before"], self.plan["headline"]["after"]
        rows: list[tuple[Cell, ...]] = []
        for key in ("task_forces", "people", "seats"):
            cut = before[key] - after[key]
            code = "ui.cut" if cut > 0 else "ui.grown"
            shown = self.say(code, count=abs(cut), share=share(abs(cut), before[key])) if cut else ""
            rows.append((self.say(f"ui.headline.{key}"), before[key], after[key], shown))
            if key == "people" and before["still_drafted"]:  # to task forces that ended earlier
                rows.append((self.say("ui.headline.still_drafted"), before["still_drafted"], "", ""))
        for old, new in zip(before["composition"], after["composition"], strict=True):
            cells = [
                self.say("ui.count_share", count=i["count"], out_of=i["out_of"], share=share(i["count"], i["out_of"]))
                for i in (old, new)
            ]
            rows.append((old["of"], *cells, ""))
        return Sheet(self.say("ui.headline"), self._titles("figure", "before", "after", "change"), tuple(rows))

    def triage(self, every: bool) -> Sheet:
        """What is proposed and decided for each task force, with the evidence; all, or those that do not simply go on."""
        rows = []
        for item in self.plan["triage"]:
            silent = [entry["code"] for entry in item["evidence"]] in ([], ["triage.keep"])
            if not every and item["decision"] == "keep" and item["override"] is None and silent:
                continue
            override = item["override"]
            note = "" if override is None else self.say("ui.override", by=override["by"], why=override["why"])
            rows.append(
                (
                    self._team(item["task_force"]),
                    self.language.word(item["proposal"]),
                    self.language.word(item["decision"]),
                    "; ".join(text for text in (self._evidence(item["evidence"]), note) if text),
                )
            )
        return Sheet(self.say("ui.triage"), self._titles("task_force", "proposal", "decision", "evidence"), tuple(rows))

    def rehomed(self) -> Sheet:
        """Duties of what ends, and who has them now."""
        rows = tuple(
            (
                f"{row['duty']} {row['name']}",
                self._team(row["from"]),
                fte(row["workload"]) + (self.say("ui.estimated") if row["estimated"] else ""),
                self.language.word(row["to"]["kind"]),
                self._where(row["to"]) + self._refused(row["locked"]),
            )
            for row in self.plan["rehomed"]
        )
        header = self._titles("duty", "from", "workload", "goes_to", "who")
        return Sheet(self.say("ui.rehomed"), header, rows, frozenset({2}))

    def _refused(self, locked: Sequence[str]) -> str:
        """Who has the duty as well and takes nothing of it."""
        return f" ({self.say('ui.refused_locked', value=tuple(locked))})" if locked else ""

    def work(self) -> Sheet:
        """Where the work of last year's task forces and of those set up is, in full-time equivalents."""
        work = self.plan["work"]
        rows = tuple((self.say(f"ui.work.{key}"), fte(value)) for key, value in work.items())
        return Sheet(self.say("ui.work"), self._titles("figure", "workload"), rows, frozenset({1}))

    def questions(self) -> Sheet:
        """Duties that several do and of which nobody said whether they are divided."""
        rows = tuple(
            (
                f"{row['duty']} {row['name']}",
                "; ".join(f"{key} {fte(value)}" for key, value in row["workload"].items()),
                fte(row["once"]),
                fte(row["sum"]),
            )
            for row in self.plan["undecided"]
        )
        return Sheet(self.say("ui.questions"), self._titles("duty", "workload", "once", "sum"), rows, frozenset({2, 3}))

    def taken_over(self) -> Sheet:
        """What each task force takes over: duty and category, its own work, what others give, what it comes to, seats added."""
        rows = tuple(
            (
                f"{self._team(item['task_force'])} ({item['seats']:+d})",
                f"{row['duty']} {row['name']}",
                self._category(row["category"]),
                fte(row["own"]),
                "; ".join(f"{key} {fte(value)}" for key, value in row["given"].items()),
                self.say(f"ui.counted.{row['counted']}"),
                fte(row["together"]),
            )
            for item in self.plan["taken_over"]
            for row in item["duties"]
        )
        header = self._titles("task_force", "duty", "category", "own", "given", "counted", "together")
        return Sheet(self.say("ui.taken_over"), header, rows, frozenset({3, 6}))

    def counted(self) -> Sheet:
        """Of every merger the duties its parts share: counted once or added up."""
        rows = tuple(
            (
                item["task_force"],
                f"{row['duty']} {row['name']}",
                self._category(row["category"]),
                "; ".join(f"{key} {fte(value)}" for key, value in row["workload"].items()),
                self.say(f"ui.counted.{row['counted']}"),
                fte(row["together"]),
            )
            for item in self.plan["mergers"]
            for row in item["duties"]
        )
        header = self._titles("team", "duty", "category", "workload", "counted", "together")
        return Sheet(self.say("ui.counted"), header, rows, frozenset({5}))

    def key_tasks(self) -> Sheet:
        """Open key tasks: who answers for each."""
        rows = tuple(
            (
                f"{row['id']} {row['name']}",
                self.say(f"ui.covered.{row['state']}"),
                ", ".join(row["task_forces"] or [self._where({"kind": "unit", "id": key}) for key in row["units"]]),
            )
            for row in self.plan["key_tasks"]
        )
        return Sheet(self.say("ui.key_tasks"), self._titles("key_task", "state", "who"), rows)

    def mergers(self) -> Sheet:
        """Each merger: seats of its parts alone, of the team, and the saving split in whole seats."""
        rows: list[tuple[Cell, ...]] = []
        for item in self.plan["mergers"]:
            saving = item["saving"]
            rows.append(
                (
                    item["task_force"],
                    item["seats_alone"],
                    item["seats"],
                    saving["duties"],
                    saving["shared_posts"],
                    saving["rounding"],
                    sum(saving.values()),
                )
            )
        total: tuple[Cell, ...] = (
            self.say("ui.total"),
            *(sum(int(row[place]) for row in rows) for place in range(1, 7)),
        )
        header = self._titles("team", "alone", "after", "saved_duties", "saved_shared", "saved_rounding", "saved")
        return Sheet(self.say("ui.mergers"), header, (*rows, total) if rows else (), frozenset(range(1, 7)))

    def evidence(self) -> Sheet:
        """Pairs inside the mergers: overlap, what they share."""
        return pair_sheet(
            self.say("ui.evidence"), [pair for item in self.plan["mergers"] for pair in item["evidence"]],
            self.scenario, self.language,
        )  # fmt: skip

    def overlaps(self) -> Sheet:
        """All pairs with anything in common: why two may merge, and why two may not."""
        return pair_sheet(self.say("ui.pairs"), self.plan["overlaps"], self.scenario, self.language)

    def right_sizing(self, every: bool) -> Sheet:
        """Seats today against seats at the workload, merged or not; never a merger's saving."""
        rows = [
            (
                self._team(row["task_force"]),
                row["today"],
                row["by_workload"],
                row["saving"],
                row["given_back"],
                row["taken_over"],
                self.say("ui.estimated").strip()
                if row["estimated"]
                else self.say("ui.locked")
                if row["locked"]
                else "",
            )
            for row in self.plan["right_sizing"]
        ]
        total = tuple(sum(int(row[place]) for row in rows) for place in (1, 2, 3, 4, 5))
        shown = [row for row in rows if every or row[3] or row[4] or row[5]]
        header = self._titles("task_force", "today", "by_workload", "saved", "given_back", "taken_over", "note")
        return Sheet(
            self.say("ui.right_sizing"), header, (*shown, (self.say("ui.total"), *total, "")), frozenset(range(1, 6))
        )

    def bridge(self) -> Sheet:
        """From the seats before to those after."""
        bridge = self.plan["bridge"]
        rows: list[tuple[Cell, ...]] = [(self.say("col.before"), bridge["before"])]
        for key in (
            "ended",
            "set_up",
            "right_sizing",
            "given_back",
            "taken_over",
            "duties",
            "shared_posts",
            "rounding",
        ):
            if bridge[key]:
                amount = bridge[key] if key in ("set_up", "taken_over") else -bridge[key]
                rows.append((self.say(f"ui.bridge.{key}"), f"{amount:+d}"))
        rows.append((self.say("col.after"), bridge["after"]))
        return Sheet(self.say("ui.bridge"), self._titles("figure", "seats"), tuple(rows), frozenset({1}))

    def categories(self) -> Sheet:
        """Before and after by team and category."""
        rows = tuple(
            (
                row["task_force"],
                self.language.word(row["key"]) if row["kind"] == "role" else self._category(row["key"]),
                row["before"],
                row["alone"],
                row["after"],
                fte(row["workload"]),
            )
            for row in self.plan["categories"]
        )
        header = self._titles("team", "category", "before", "alone", "after", "workload")
        return Sheet(self.say("ui.categories"), header, rows, frozenset({2, 3, 4, 5}))

    def _category(self, key: str) -> str:
        return next((item.name or key for item in self.scenario.categories if item.id == key), key)

    def alternatives(self) -> Sheet | None:
        """Next-best partitions: figures, and the groups that only they have."""
        if not self.plan["alternatives"]:
            return None
        rows = []
        for number, (item, own) in enumerate(
            zip(self.plan["alternatives"], self.plan["common"]["alternatives"], strict=True), 1
        ):
            values = {row["name"]: row["value"] for row in item["stages"]}
            new = ", ".join("+".join(group) for group in own["only_here"])
            figures = [
                values.get(key, "") for key in ("unfilled", "seats", "persons", "task_forces", "quotas", "merit")
            ]
            rows.append((number, *figures, self.say(f"ui.short.{item['status']}"), new))
        header = self._titles(
            "number", "unfilled", "seats", "persons", "teams", "quotas", "merit", "state", "only_here"
        )
        return Sheet(self.say("ui.alternatives"), header, tuple(rows), frozenset(range(7)))

    # --- actions -----------------------------------------------------------------------------------------------------

    def people(self) -> Sheet:
        """One row a person: action, from, to, when, why, hand-over."""
        rows = []
        for row in self.plan["actions"]["people"]:
            old = row["from"] or {"task_force": "", "post": ""}
            mark = self.say("ui.withdraw") if row["withdraw"] else ""
            rows.append(
                (
                    row["person"],
                    row["name"],
                    self.scenario.unit_by_id[row["unit"]].name,
                    self.language.word(row["action"]) + mark,
                    str(old["post"] or old["task_force"] or ""),
                    ", ".join(post_name(place["post"], self.scenario, self.language) for place in row["to"]),
                    row["effective"],
                    self.language.plain(row["reason"]),
                    ", ".join(row["rules"]),
                    self._where(row["hand_over"]),
                )
            )
        keys = ("person", "name", "unit", "move", "from", "to", "effective", "reason", "rule", "hand_over")
        return Sheet(self.say("ui.people_actions"), self._titles(*keys), tuple(rows))

    def seats(self) -> Sheet:
        """One row a seat before or after."""
        rows = []
        for row in self.plan["actions"]["seats"]:
            places = [row[side] or {"task_force": "", "post": "", "seat": ""} for side in ("from", "to")]
            cells = [
                (p["task_force"], post_name(p["post"], self.scenario, self.language), str(p["seat"])) for p in places
            ]
            rows.append((self.language.word(row["action"]), *cells[0], *cells[1]))
        keys = ("action", "from", "post", "seat", "to", "post", "seat")
        return Sheet(self.say("ui.seat_actions"), self._titles(*keys), tuple(rows))

    def task_forces(self) -> Sheet:
        """One row a task force."""
        rows = tuple(
            (
                row["id"],
                row["name"],
                self.language.word(row["action"]),
                row["into"] or "",
                self._evidence(row["evidence"]),
                ""
                if row["override"] is None
                else self.say("ui.override", **{k: row["override"][k] for k in ("by", "why")}),
            )
            for row in self.plan["actions"]["task_forces"]
        )
        keys = ("task_force", "title", "action", "into", "evidence", "note")
        return Sheet(self.say("ui.task_force_actions"), self._titles(*keys), rows)

    def units(self) -> Sheet:
        """One row a unit: lends, gets back people and work."""
        rows = tuple(
            (
                row["name"],
                row["lent_before"],
                row["still_drafted"],
                row["lent_after"],
                len(row["gets_back"]),
                len(row["lends_new"]),
                fte(row["work_back"]),
                ", ".join(row["duties_back"]),
            )
            for row in self.plan["actions"]["units"]
        )
        keys = ("unit", "before", "still_drafted", "after", "gets_back", "lends_new", "work_back", "duties")
        return Sheet(self.say("ui.unit_actions"), self._titles(*keys), rows, frozenset(range(1, 7)))

    def sheets(self) -> list[Sheet]:
        """Every table of the workbook beside those of `assign`, in the order a planner reads them."""
        found = [
            self.headline(),
            self.bridge(),
            self.mergers(),
            self.counted(),
            self.right_sizing(True),
            self.categories(),
            self.evidence(),
            self.overlaps(),
        ]
        if self.plan["kind"] == "restructure":
            found[2:2] = [self.triage(True), self.rehomed(), self.taken_over(), self.work()]
        if self.plan["undecided"]:
            found.append(self.questions())
        others = self.alternatives()
        found += [] if others is None else [others]
        return [*found, self.key_tasks(), self.task_forces(), self.people(), self.seats(), self.units()]


def pair_sheet(title: str, pairs: Sequence[Mapping[str, Any]], scenario: Scenario, language: Language) -> Sheet:
    """Pairs of task forces with overlap, kind and evidence."""
    names = {duty.id: duty.name for duty in scenario.duties}
    rows = []
    for pair in pairs:
        shared = [
            f"{row['duty']} {names[row['duty']]} ({fte(row['workload'][0])}/{fte(row['workload'][1])})"
            + (language.text("ui.divided") if row["divided"] else "")
            for row in pair["duties"]
        ]
        further = [
            f"{language.text(f'ui.shared.{key}')} {', '.join(pair[key])}" for key in ("units", "key_tasks") if pair[key]
        ]
        if pair["supervisor"] is not None:
            further.append(f"{language.text('ui.shared.supervisor')} {pair['supervisor']}")
        if pair["estimated"]:
            further.append(f"{', '.join(pair['estimated'])}{language.text('ui.estimated')}")
        further += [language.plain(item) for item in pair["blocked"]]
        rows.append(
            (
                " + ".join(pair["parts"]),
                share(pair["overlap"], 10_000),
                share(pair["jaccard"], 10_000),
                language.text(f"ui.pair.{pair['kind']}") if pair["kind"] else "",
                language.text("ui.yes" if pair["may_merge"] else "ui.no"),
                "; ".join([*shared, *further]),
            )
        )
    keys = ("pair", "overlap", "jaccard", "kind", "may_merge", "evidence")
    return Sheet(title, tuple(language.text(f"col.{key}") for key in keys), tuple(rows), frozenset({1, 2}))


def suggestion_sheet(rows: Sequence[Mapping[str, Any]], scenario: Scenario, language: Language) -> Sheet:
    """Duties that may be the same, and what would change if a planner confirmed each."""
    names = {duty.id: duty.name for duty in scenario.duties}
    shown = []
    for row in rows:
        change = row["change"]
        if change is None:
            effect = ""
        elif change["seats"][0] == change["seats"][1] and change["task_forces"][0] == change["task_forces"][1]:
            effect = language.text("ui.no_change")
        else:
            groups = ", ".join("+".join(group) for group in change["groups"])
            effect = language.text(
                "ui.change", before=change["seats"][0], after=change["seats"][1], old=change["task_forces"][0],
                new=change["task_forces"][1], groups=groups,
            )  # fmt: skip
        one, other = row["duties"]
        shown.append((f"{one} {names[one]}", f"{other} {names[other]}", share(row["similarity"], 10_000), effect))
    header = tuple(language.text(f"col.{key}") for key in ("duty", "other_duty", "similarity", "effect"))
    return Sheet(language.text("ui.suggestions"), header, tuple(shown), frozenset({2}))
