"""The one catalogue of sentences (`catalogue.toml`) and the language of a run."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zbopt.diagnostics import Diagnostic, Message

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by code and language."""
    return tomllib.loads(files("zbopt").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def default_language(environment: Mapping[str, str] | None = None) -> str:
    """zh where the environment's locale is Chinese, else en."""
    values = os.environ if environment is None else environment
    for name in ("ZBOPT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = values.get(name, "")
        if value and value not in ("C", "POSIX", "C.UTF-8"):
            return "zh" if value.lower().startswith("zh") else "en"
    if os.name == "nt":
        import locale

        return "zh" if "chinese" in (locale.getlocale()[0] or "").lower() else "en"
    return "en"


class _Shown:
    """An argument in a template. The template says what is a word: `{role:word}`, `{reasons:words}`."""

    def __init__(self, language: Language, key: str, value: Any) -> None:
        self.language, self.key, self.value = language, key, value

    def __format__(self, kind: str) -> str:
        return self.language.value(self.value, kind or ("word" if self.key in COMPUTED and self._computed() else ""))

    def _computed(self) -> bool:
        """Whether it is a post that a merger computed (`T03+T09/head`), whose last part is a word; no typed id has a slash."""
        values = self.value if isinstance(self.value, (tuple, list)) else [self.value]
        return all("/" in str(item) for item in values)


COMPUTED = ("post", "posts", "place")
"""Arguments that may be posts of a merger."""

_OPTIONAL = re.compile(r"\{\?(\w+)\}(.*?)\{/\1\}", re.S)


class Language:
    """Renders codes in one language. A missing code raises KeyError: the tests render every one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._between = "、" if name == "zh" else ", "

    def text(self, code: str, **args: Any) -> str:
        """The sentence of a code; `{?x}...{/x}` stands only where x is not empty."""
        template = catalogue()[code][self.name]
        template = _OPTIONAL.sub(
            lambda match: match[2] if args.get(match[1]) not in ("", None, (), []) else "", template
        )
        return template.format(**{key: _Shown(self, key, value) for key, value in args.items()})

    def message(self, message: Message) -> str:
        """The sentence of a message."""
        return self.text(message.code, **message.args)

    def plain(self, entry: Mapping[str, Any]) -> str:
        """The sentence of a message that was read back from JSON."""
        return self.text(entry["code"], **entry["args"])

    def value(self, value: Any, kind: str = "") -> str:
        """An argument, lists joined: ids, names and paths as they are; of kind `word` looked up, of `words` each part of it."""
        if isinstance(value, (tuple, list)):
            if kind in ("code", "codes"):
                return self._between.join(self.text(str(item)) for item in value)
            if kind == "any":
                return self.text("word.or").join(str(item) for item in value)
            return self._between.join(self.value(item, kind) for item in value)
        if kind == "code":
            return self.text(str(value)) if str(value) in catalogue() else str(value)
        if kind == "words":
            return " ".join(self.word(part) for part in str(value).split(" "))
        if kind == "scope":
            value = str(value).removeprefix("scope:")
            of, _, name = value.partition("kind:")
            return self.text("ui.all") if value == "all" else self.word(name) if not of and name else value
        return self.word(str(value)) if kind == "word" else str(value)

    def word(self, value: str) -> str:
        """A known word (role, move, list) in this language; anything else as it is."""
        entry = catalogue().get(f"value.{value}")
        if entry is None and "/" in value:  # a computed post, such as T03+T09/head
            team, _, key = value.rpartition("/")
            entry = catalogue().get(f"value.{key}")
            return value if entry is None else f"{team}/{entry[self.name]}"
        return value if entry is None else entry[self.name]

    def diagnostic(self, item: Diagnostic) -> str:
        """`Z104 people.csv:18 [P017 张某] categories: ...`."""
        parts = [item.code]
        if item.mark is not None:
            parts.append(str(item.mark))
        if item.subject:
            parts.append(f"[{' '.join(item.subject)}]")
        head = " ".join(parts)
        field = f" {self.field(item.field, item.of)}:" if item.field else ":"
        message = item.message
        if message.code == "Z101":
            message = Message(message.code, {"key": self.field(str(message.args["key"]), item.of or "scenario")})
        return f"{self.text('word.' + item.severity)} {head}{field} {self.message(message)}"

    def field(self, name: str, of: str = "") -> str:
        """A field with the Chinese header a planner's table has for it, where this run speaks Chinese.

        `of`: the list it is of; the same key may have another header in each.
        """
        if self.name != "zh":
            return name
        from zbopt.scenario.headers import HEADERS, SCENARIO_TITLES

        if of == "scenario":
            return f"{SCENARIO_TITLES[name]}({name})" if name in SCENARIO_TITLES else name
        own = {of: HEADERS[of]} if of in HEADERS else {}
        for headers in (own or HEADERS).values() if not of or own else ():
            for title, key in headers.items():
                if key == name:
                    return f"{title}({name})"
        return name

    def diagnostics(self, items: Iterable[Diagnostic]) -> str:
        """One line each."""
        return "\n".join(self.diagnostic(item) for item in items)


def share(count: int, out_of: int) -> str:
    """count / out_of as 12.3%, half up; a dash where there is nobody."""
    if out_of == 0:
        return "-"
    tenths = (2000 * count + out_of) // (2 * out_of)
    return f"{tenths // 10}.{tenths % 10}%"
