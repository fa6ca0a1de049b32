"""Explanations, prices, alternatives, comparisons and grids as text and tables: made from their documents alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zbopt.report.language import Language
from zbopt.report.merge_sheets import Sheet
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
            barred = tuple(
                f"{self.language.word(rule)} {self.language.word(str(count))}" for rule, count in row["barred"].items()
            )
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
        impossible = document["status"] == "infeasible"
        if not impossible and not document["stages"]:
            return "\n".join([head, self.say("explain.unknown")])
        lines = [head, self.say("explain." + ("impossible" if impossible else "possible"))]
        if impossible:
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


__all__ = ["Telling"]
