"""Explanations, prices, alternatives, comparisons and grids as text and tables: made from their documents alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zbopt.report.language import Language, share
from zbopt.report.merging import Sheet
from zbopt.report.terminal import WIDTH, hanging, scope_name, wrapped
from zbopt.scenario.models import Scenario

Document = Mapping[str, Any]
MAX_PEOPLE = 40
"""Rows of people shown on a terminal; files hold all."""


class Telling:
    """Sentences and tables of one scenario in one language."""

    def __init__(self, scenario: Scenario, language: Language, width: int = WIDTH) -> None:
        self.scenario, self.language, self.width = scenario, language, width
        self.say = language.text

    def _hanging(self, text: str, indent: int) -> str:
        return hanging(text, indent, self.width)

    def titles(self, *keys: str) -> tuple[str, ...]:
        """Column titles."""
        return tuple(self.say(f"col.{key}") for key in keys)

    def sentence(self, entry: Document) -> str:
        """A message read back from JSON; scopes and rules in words."""
        args = {key: self._word(value) for key, value in entry["args"].items()}
        return self.say(entry["code"], **args)

    def _word(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("scope:"):
            return scope_name(value[6:], self.scenario, self.language)
        if isinstance(value, str) and value.startswith("rule.R"):
            return self.say(value)
        return value

    # --- stages ------------------------------------------------------------------------------------------------------

    def stages(self, rows: Sequence[Document], key: str = "value") -> str:
        """`empty seats 0, merit 79365`."""
        return "; ".join(f"{self.say('ui.stage.' + row['name'])} {row[key]}" for row in rows)

    def delta(self, value: int | None) -> str:
        """A difference with its sign; blank for none."""
        return "" if value is None else "0" if value == 0 else f"{value:+d}"

    # --- conflicts and repairs ---------------------------------------------------------------------------------------

    def conflict(self, item: Document, number: int = 0) -> list[str]:
        """A conflict: its elements with their places, and who is left for the posts in it. Without number: of a seat or quota."""
        code = ("conflict.minimal" if number else "conflict.in_the_way") if item["minimal"] else "conflict.some"
        lines = [self._hanging(self.say(code, number=number, count=len(item["elements"])), 0)]
        for element in item["elements"]:
            place = f"  ({element['place']})" if element["place"] else ""
            lines.append(self._hanging(f"- {self.sentence(element)}{place}", 2))
        for row in item["supply"]:
            barred = tuple(f"{self.language.word(rule)} {count}" for rule, count in row["barred"].items())
            text = self.say(
                "conflict.supply", post=row["post"], seats=row["seats"], people=row["people"], barred=barred
            )
            lines.append(self._hanging(text, 4))
        return lines

    def repairs(self, rows: Sequence[Document], complete: bool) -> list[str]:
        """The repairs by price, each with the plan it leads to."""
        if not rows:
            return [self.say("repair.none_exist" if complete else "repair.none")]
        lines = [self.say("repair.head", count=len(rows))]
        for row in rows:
            price = self.say("repair.price", number=row["number"], price=row["price"])
            lines.append(self._hanging(f"{price} {self.joined(row['edits'])}", 2))
            code = "repair.result" if row["status"] == "proved" else "repair.result_gap"
            lines.append(self._hanging(self.say(code, stages=self.stages(row["stages"])), 5))
        lines.append(self.say("repair.all" if complete else "repair.more"))
        return lines

    def joined(self, edits: Iterable[Document]) -> str:
        """Edits in words, one after the other."""
        return self.say("word.and").join(self.sentence(item) for item in edits)

    def explanation(self, document: Document, counting: Sequence[str] = ()) -> str:
        """Everything that explains an impossible case, or what a plan lacks."""
        head = f"{document['scenario']['name']}  {document['scenario']['as_of']}"
        lines = [head, self.say("explain." + ("impossible" if document["status"] == "infeasible" else "possible"))]
        if document["status"] == "infeasible":
            lines += self._counting(counting)
            if not document["conflicts"]:
                lines.append(self.say("conflict.none"))
            for number, item in enumerate(document["conflicts"], 1):
                lines += ["", *self.conflict(item, number)]
            return "\n".join([*lines, "", *self.repairs(document["repairs"], document["all_repairs"])])
        lines.append(wrapped(self.stages(document["stages"])))
        if not document["shortfalls"]:
            lines.append(self.say("explain.nothing_lacks"))
        lines += self._counting(counting)
        for row in document["shortfalls"]:
            lines += ["", *self.shortfall(row)]
        return "\n".join(lines)

    def _counting(self, counting: Sequence[str]) -> list[str]:
        return ["", self.say("conflict.counting"), *(self._hanging(line, 2) for line in counting)] if counting else []

    def shortfall(self, row: Document) -> list[str]:
        """A seat that stays empty or a quota that stays short, its conflict and its repairs."""
        if row["kind"] == "seat":
            head = self.say("shortfall.seat", post=row["subject"][0], missing=row["missing"])
        elif row["kind"] in ("unfilled", "quotas"):
            head = self.say(f"shortfall.{row['kind']}", missing=row["missing"])
        else:
            scope = scope_name(row["subject"][1], self.scenario, self.language)
            head = self.say("shortfall.quota", name=row["subject"][0], scope=scope, missing=row["missing"])
        if not row["conflicts"]:
            return [head, self.say("shortfall.open")]
        lines = [head]
        for item in row["conflicts"]:
            lines += self.conflict(item)
        return [*lines, *self.repairs(row["repairs"], row["all_repairs"])]

    # --- forced solves -----------------------------------------------------------------------------------------------

    def forced(self, document: Document) -> str:
        """Stages before and after, the shortest chain, the moves of the best plan, or conflict and repairs."""
        lines: list[str] = []
        if document["stages"]:
            rows = tuple(
                (self.say("ui.stage." + row["name"]), row["before"], row["after"], self.delta(row["delta"]))
                for row in document["stages"]
            )
            sheet = Sheet(
                self.say("forced.stages"), self.titles("stage", "before", "after", "delta"), rows, frozenset({1, 2, 3})
            )
            lines.append(sheet.text())
        short = document.get("shortest") or {"moves": []}
        if short["moves"]:
            values = self.stages(short["stages"], "after")
            lines.append(wrapped(self.say("forced.shortest", count=len(short["moves"]), stages=values)))
            lines.append(self.moves(short["moves"]).text())
        elif document["moves"]:
            lines.append(self.moves(document["moves"]).text())
        for number, item in enumerate(document["conflicts"], 1):
            lines.append("\n".join(self.conflict(item, number)))
        if document["conflicts"]:
            lines.append("\n".join(self.repairs(document["repairs"], False)))
        lines += [
            self._hanging(self.say("headcount.allowing", edits=self.joined(row["edits"]), seats=row["seats"]), 2)
            for row in document.get("allowing", ())
        ]
        return "\n".join(lines)

    def moves(self, rows: Sequence[Document]) -> Sheet:
        """Who moves, in the order of the chain."""
        shown = [
            (row["person"], row["name"], self._places(row["before"]), self._places(row["after"]))
            for row in rows[:MAX_PEOPLE]
        ]
        more = (self.say("ui.more", count=len(rows) - MAX_PEOPLE),) if len(rows) > MAX_PEOPLE else ()
        title = self.say("forced.moves", count=len(rows))
        return Sheet(
            title, self.titles("person", "name", "before", "after"), (*shown, *((text, "", "", "") for text in more))
        )

    def _places(self, posts: Sequence[str]) -> str:
        return ", ".join(self.language.word(post) for post in posts) or self.say("forced.nowhere")

    # --- prices ------------------------------------------------------------------------------------------------------

    def price_sheet(self, document: Document, every: bool) -> Sheet:
        """The price list: all changes with all figures, or those that change a stage with the figures that differ anywhere."""
        rows = [row for row in document["prices"] if every or row["stages"] is None or any(row["stages"].values())]
        names = [row["name"] for row in document["stages"]]
        told = {"persons": "people", "task_forces": "task_forces"}  # stages of a merger that are figures as well
        figures = [key for key in document["figures"] if key not in {told.get(name) for name in names}]
        if not every:
            names = [name for name in names if any((row["stages"] or {}).get(name) for row in rows)]
            figures = [name for name in figures if any(row["figures"].get(name) for row in rows)]
        cells = []
        for row in rows:
            deltas = [self.delta((row["stages"] or {}).get(name)) for name in names]
            counts = [self.delta(row["figures"].get(name)) for name in figures]
            open_ = "" if row["exact"] else self.say("price.open")
            state = self.say("price.impossible") if row["stages"] is None else open_
            cells.append((self.change(row), *deltas, *counts, state))
        stages = [self.say("ui.stage." + name) for name in names]
        header = (
            self.say("col.change"),
            *stages,
            *(self.say("figure." + name) for name in figures),
            self.say("col.note"),
        )
        if not any(row[-1] for row in cells):
            header, cells = header[:-1], [row[:-1] for row in cells]
        right = frozenset(range(1, 1 + len(names) + len(figures)))
        return Sheet(self.say("price.title"), header, tuple(cells), right)

    def change(self, row: Document) -> str:
        """A change of a price list in words."""
        if row["id"].startswith("drop:R") and ":" not in row["id"][5:]:
            rule = row["id"][5:]
            return self.say("price.drop_rule", rule=rule, title=self.say(f"rule.{rule}"))
        if row["id"].startswith("drop:quota:"):
            return self.say("price.drop_quota", name=row["id"][11:])
        parts = row["id"].split(":")
        if parts[0] in ("tighten", "loosen") and parts[1][:1] == "R":
            edit = row["edits"][0]["edit"].rpartition("=")[2]
            return self.say(
                "price.setting", rule=parts[1], title=self.say(f"rule.{parts[1]}"), field=parts[2], value=edit
            )
        return self.joined(row["edits"])

    def prices(self, document: Document, every: bool) -> str:
        """The price list as text."""
        if not document["stages"]:
            return self.say("price.no_plan" if document["status"] == "infeasible" else "price.stopped")
        sheet = self.price_sheet(document, every)
        zero = sum(row["stages"] is not None and not any(row["stages"].values()) for row in document["prices"])
        missing = document["listed"] - len(document["prices"])
        lines = [f"{document['scenario']['name']}  {document['scenario']['as_of']}"]
        lines += [wrapped(self.stages(document["stages"])), ""]
        lines.append(sheet.text() if sheet.rows else self.say("price.nothing_yet" if missing else "price.nothing"))
        if not every and zero:
            lines.append(wrapped(self.say("price.zero", count=zero)))
        if missing:
            lines.append(self.say("price.missing", count=missing))
        lines.append(wrapped(self.say("price.reading")))
        return "\n".join(lines)

    # --- alternatives ------------------------------------------------------------------------------------------------

    def alternatives(self, document: Document) -> str:
        """The plans, and who is placed the same in all of them."""
        head = f"{document['scenario']['name']}  {document['scenario']['as_of']}"
        if document["status"] == "infeasible":
            return "\n".join([head, self.say("price.no_plan")])
        lines = [head, wrapped(self.stages(document["stages"]))]
        lines.append(self.say("alternative." + document["search"], count=len(document["plans"])))
        lines.append("")
        lines.append(self.plan_sheet(document).text())
        marks = [row["mark"] for row in document["people"]]
        seated = sum(bool(row["posts"][0]) for row in document["people"])
        if document["fixed"] is not None:
            code = "alternative.fixed" if marks.count("fixed") < seated else "alternative.all_fixed"
            lines.append(wrapped(self.say(code, count=marks.count("fixed"), people=seated)))
        else:
            lines.append(wrapped(self.say("alternative.fixed_unknown")))
        if document["plans"]:
            lines += ["", self.people_sheet(document, False).text()]
        return "\n".join(lines)

    def plan_sheet(self, document: Document) -> Sheet:
        """A row per alternative."""
        names = [row["name"] for row in document["stages"]]
        first = (self.say("alternative.best"), *(row["value"] for row in document["stages"]), "")
        rows = [
            (self.say("alternative.number", number=number), *(row["stages"][name] for name in names), row["different"])
            for number, row in enumerate(document["plans"], 1)
        ]
        header = (self.say("col.plan"), *(self.say("ui.stage." + name) for name in names), self.say("col.different"))
        return Sheet(self.say("alternative.plans"), header, (first, *rows), frozenset(range(1, len(names) + 2)))

    def people_sheet(self, document: Document, every: bool) -> Sheet:
        """Everybody whose place differs between the plans (or everybody), a column per plan."""
        rows = [
            (
                row["person"],
                row["name"],
                *(self._places(posts) for posts in row["posts"]),
                self.say("mark." + row["mark"]),
            )
            for row in document["people"]
            if every or any(posts != row["posts"][0] for posts in row["posts"])
        ]
        plans = [
            self.say("alternative.best"),
            *(self.say("alternative.number", number=n) for n in range(1, len(document["plans"]) + 1)),
        ]
        header = (*self.titles("person", "name"), *plans, self.say("col.mark"))
        return Sheet(self.say("alternative.people"), header, tuple(rows))

    # --- comparisons -------------------------------------------------------------------------------------------------

    def comparison_sheets(self, document: Document) -> list[Sheet]:
        """Figures side by side, composition, what differs in the inputs, who is placed otherwise, mergers."""
        sides = document["sides"]
        labels = tuple(self._label(side["label"]) for side in sides)
        keys = list(dict.fromkeys(key for side in sides for key in side["figures"]))
        rows: list[tuple[str | int, ...]] = [
            (
                self.say("ui.status"),
                *("" if side["status"] is None else self.say("state." + side["status"]) for side in sides),
            )
        ]
        for key in keys:
            name = self.say("ui.stage." + key[6:]) if key.startswith("stage.") else self.say("figure." + key)
            rows.append((name, *(side["figures"].get(key, "") for side in sides)))
        for of in dict.fromkeys(key for side in sides for key in side["composition"]):
            cells = []
            for side in sides:
                count, out_of = side["composition"].get(of, (None, None))
                cells.append(
                    ""
                    if count is None
                    else self.say("ui.count_share", count=count, out_of=out_of, share=share(count, out_of))
                )
            rows.append((of, *cells))
        right = frozenset(range(1, 1 + len(sides)))
        found = [Sheet(self.say("compare.figures"), (self.say("col.figure"), *labels), tuple(rows), right)]
        for item in document["against_first"]:
            found += self._against(item)
        return found

    def _label(self, label: str) -> str:
        return self.say(f"compare.{label}") if label in ("before", "after") else label

    def _against(self, item: Document) -> list[Sheet]:
        label = self._label(item["label"])
        inputs = tuple(
            (
                self._list(row["list"]),
                row["key"],
                self.language.field(row["field"]),
                self._row_word(row["before"]),
                self._row_word(row["after"]),
            )
            for row in item["inputs"]
        )
        people = tuple(
            (
                row["person"],
                row["name"],
                self._places(row["before"]),
                self._places(row["after"]),
                "; ".join(self.sentence(entry) for entry in row["why"]),
            )
            for row in item["people"]
        )
        mergers = tuple(
            (self.say("compare.gone" if gone else "compare.new"), "+".join(group))
            for gone, key in ((True, "mergers_gone"), (False, "mergers_new"))
            for group in item[key]
        )
        found = [
            Sheet(
                self.say("compare.inputs", label=label, count=len(inputs)),
                self.titles("list", "key", "field", "before", "after"),
                inputs,
            ),
            Sheet(
                self.say("compare.people", label=label, count=len(people)),
                self.titles("person", "name", "before", "after", "why"),
                people,
            ),
        ]
        if mergers:
            found.append(Sheet(self.say("compare.mergers", label=label), self.titles("change", "task_forces"), mergers))
        return found

    def _list(self, name: str) -> str:
        from zbopt.scenario.vocabulary import SHEETS

        return SHEETS.get(name, name) if self.language.name == "zh" else name

    def _row_word(self, value: str) -> str:
        return self.say("compare.row") if value == "row" else self.language.word(value)

    def comparison(self, document: Document) -> str:
        """A comparison as text; long lists of people are cut with their number told."""
        lines = []
        if document["kind"] == "what_if":
            lines += [wrapped(f"{self.say('compare.what_if')}: {self.joined(document['edits'])}"), ""]
        for sheet in self.comparison_sheets(document):
            cut = Sheet(sheet.title, sheet.header, sheet.rows[:MAX_PEOPLE], sheet.right)
            lines.append(cut.text() if sheet.rows else sheet.title)
            if len(sheet.rows) > MAX_PEOPLE:
                lines.append(self.say("ui.more", count=len(sheet.rows) - MAX_PEOPLE))
            lines.append("")
        return "\n".join(lines).rstrip()

    # --- grids -------------------------------------------------------------------------------------------------------

    def grid_sheet(self, document: Document, every: bool = True) -> Sheet:
        """A row per combination; of the figures all, or those that differ between rows."""
        rows = document["rows"]
        labels = list(dict.fromkeys(key for row in rows for key in row["labels"]))
        stages = list(dict.fromkeys(key for row in rows for key in row["stages"]))
        figures = list(dict.fromkeys(key for row in rows for key in row["figures"]))
        if not every:
            stages = [key for key in stages if len({row["stages"].get(key) for row in rows}) > 1]
            figures = [key for key in figures if len({row["figures"].get(key) for row in rows}) > 1]
        cells = tuple(
            (
                *(row["labels"].get(key, "") for key in labels),
                self.say("state." + (row["status"] or "missing")),
                *(row["stages"].get(key, "") for key in stages),
                *(row["figures"].get(key, "") for key in figures),
            )
            for row in rows
        )
        header = (
            *labels,
            self.say("ui.status"),
            *(self.say("ui.stage." + key) for key in stages),
            *(self.say("figure." + key) for key in figures),
        )
        first = len(labels) + 1
        right = frozenset(range(first, first + len(stages) + len(figures)))
        return Sheet(self.say("grid.title"), header, cells, right)

    def grid(self, document: Document) -> str:
        """A grid as text: what differs between rows as a table, what does not in one line."""
        rows = document["rows"]
        same = []
        for group, prefix in (("stages", "ui.stage."), ("figures", "figure.")):
            for key in dict.fromkeys(key for row in rows for key in row[group]):
                values = {row[group].get(key) for row in rows}
                if len(values) == 1:
                    same.append(f"{self.say(prefix + key)} {values.pop()}")
        lines = [self.grid_sheet(document, False).text()]
        if same and len(rows) > 1:
            lines.append(wrapped(self.say("grid.same", figures="; ".join(same))))
        return "\n".join(lines)


__all__ = ["Telling"]
