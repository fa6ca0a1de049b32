"""Price lists, alternatives, comparisons and grids as text and tables: made from their documents alone."""

from __future__ import annotations

from zbopt.report.explaining import MAX_PEOPLE, Document, Telling
from zbopt.report.language import share
from zbopt.report.merge_sheets import Sheet
from zbopt.report.terminal import wrapped
from zbopt.scenario.models import takes_words
from zbopt.scenario.words import OTHER_CONDITIONS


class Lists(Telling):
    """Lists and comparisons of one scenario in one language."""

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
        if row["id"] == f"drop:{OTHER_CONDITIONS}":
            return self.say("price.drop_class")
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
        lines += [wrapped(self.base(document)), ""]
        lines.append(sheet.text() if sheet.rows else self.say("price.nothing_yet" if missing else "price.nothing"))
        if not every and zero:
            lines.append(wrapped(self.say("price.zero", count=zero)))
        if missing:
            lines.append(self.say("price.missing", count=missing))
        lines.append(wrapped(self.say("price.reading")))
        return "\n".join(lines)

    def base(self, document: Document) -> str:
        """The stages of the plan everything is measured against, with those that are not proved best."""
        open_ones = tuple(f"ui.stage.{row['name']}" for row in document["stages"] if row["status"] != "proved")
        stages = self.stages(document["stages"])
        return f"{stages}; {self.say('price.base_open', stages=open_ones)}" if open_ones else stages

    # --- alternatives ------------------------------------------------------------------------------------------------

    def alternatives(self, document: Document) -> str:
        """The plans, and who is placed the same in all of them."""
        head = f"{document['scenario']['name']}  {document['scenario']['as_of']}"
        if document["status"] == "infeasible":
            return "\n".join([head, self.say("price.no_plan")])
        lines = [head, wrapped(self.base(document))]
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
                self.language.field(row["field"], row["list"] or "scenario"),
                self._input(row, "before"),
                self._input(row, "after"),
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
        verdicts = tuple(
            (row["task_force"], self.language.word(row["before"]), self.language.word(row["after"]))
            for row in item["verdicts"]
        )
        if verdicts:
            titles = self.titles("task_force", "before", "after")
            found.append(Sheet(self.say("compare.verdicts", label=label), titles, verdicts))
        if mergers:
            found.append(Sheet(self.say("compare.mergers", label=label), self.titles("change", "task_forces"), mergers))
        return found

    def _list(self, name: str) -> str:
        from zbopt.scenario.headers import SHEETS

        return SHEETS.get(name, name) if self.language.name == "zh" else name

    def _input(self, row: Document, side: str) -> str:
        """A value of an input: a word where the field takes words, else as the planner typed it."""
        value = str(row[side])
        if not row["field"] and value == "row":
            return self.say("compare.row")
        is_word = row["field"] == "mode" or takes_words(row["list"], row["field"])
        return self.language.word(value) if is_word else value

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


__all__ = ["Lists"]
