"""The planner's policy: rules with their settings, quotas, stages, merit weights, merging, solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from zbopt.scenario.expression import Expression, parse_expression
from zbopt.scenario.fields import (
    Bound,
    Day,
    Flag,
    Ids,
    Name,
    Share,
    ShareField,
    Text,
    parse_bound,
    parse_id,
    parse_list,
    parse_text,
    parse_whole,
    parse_word,
    typed,
    word_schema,
)
from zbopt.scenario.rulebook import CONFIDENTIAL_RULES, RULES
from zbopt.scenario.texts import as_text, fail, nearest, normal
from zbopt.scenario.words import Incumbents, Linkage, Mode, StageName, TaskForceKind


class Model(BaseModel):
    """Base of every model of the format: immutable, unknown keys refused, field names by alias or name."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """Only what names it: a person's other fields must reach no log, notebook or exception."""
        for name in ("id", "name"):
            if name in type(self).model_fields and "person" not in type(self).model_fields:
                yield name, getattr(self, name, None)


@dataclass(frozen=True, slots=True)
class RulePolicy:
    """A rule as this scenario applies it: its mode and every setting (defaults filled in)."""

    mode: Mode
    settings: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Mode and settings, as a scenario would state them."""
        return {"mode": self.mode, **self.settings}


def _rule_mode(rule_id: str, value: Any) -> Mode:
    rule = RULES[rule_id]
    if normal(as_text(value)).lower() in ("on", "开", "启用"):
        return rule.default if rule.default is not Mode.OFF else rule.modes[0]
    mode = parse_word(Mode)(value)
    if mode not in rule.modes:
        raise fail("Z131", rule=rule_id, value=mode.value, known=", ".join(rule.modes))
    return mode


Fault = tuple[tuple[str, ...], str, dict[str, Any]]
"""Where inside the rules (rule id, key), the catalogue code, its arguments."""


def _setting(rule_id: str, key: str, value: Any) -> Any:
    settings = RULES[rule_id].settings
    if key not in settings:
        known = ("mode", *settings)
        raise fail("Z102", key=key, nearest=nearest(key, known), known=", ".join(known))
    return settings[key].parse(value)


def changed_rule(rule_id: str, policy: RulePolicy, key: str, value: str) -> RulePolicy:
    """A rule with its mode or one setting changed; raises a `PydanticCustomError` as `parse_rules` does."""
    if key == "mode":
        return RulePolicy(_rule_mode(rule_id, value), policy.settings)
    setting = RULES[rule_id].settings.get(key)
    new = setting.default if setting is not None and value == "" else _setting(rule_id, key, value)
    return RulePolicy(policy.mode, MappingProxyType({**policy.settings, key: new}))


def _one_rule(rule_id: str, raw: Any, faults: list[Fault]) -> RulePolicy:
    """Mode and settings of one rule; what cannot be read goes to `faults`."""
    rule = RULES[rule_id]
    settings = {name: setting.default for name, setting in rule.settings.items()}
    stated = dict(raw) if isinstance(raw, Mapping) else {"mode": raw}
    mode = rule.default
    for key, value in stated.items():
        try:
            if key == "mode":
                mode = _rule_mode(rule_id, value)
            else:
                settings[key] = _setting(rule_id, str(key), value)
        except PydanticCustomError as problem:
            faults.append(((rule_id, str(key)), problem.type, dict(problem.context or {})))
    return RulePolicy(mode, MappingProxyType(settings))


def parse_rules(value: Any) -> Mapping[str, RulePolicy]:
    """Every rule of the catalogue, those not named at their defaults.

    Raises one error of type `rules` whose context lists every fault (`Fault`).
    """
    if not isinstance(value, Mapping):
        raise fail("Z116", value=as_text(value))
    faults: list[Fault] = [
        ((str(name),), "Z130", {"value": str(name), "nearest": nearest(str(name), set(RULES) - CONFIDENTIAL_RULES)})
        for name in value
        if name not in RULES
    ]
    rules = {rule_id: _one_rule(rule_id, value.get(rule_id, {}), faults) for rule_id in RULES}
    if faults:
        raise PydanticCustomError("rules", "rules", {"faults": faults})
    return MappingProxyType(rules)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a quota holds: over all, in each task force, in one, or over a kind of them."""

    kind: Literal["all", "each", "task_force", "kind"]
    value: str = ""

    def as_json(self) -> Any:
        """As written in a scenario."""
        return (
            self.kind
            if self.kind in ("all", "each")
            else self.value
            if self.kind == "task_force"
            else {"kind": self.value}
        )


def scope_text(scope: Scope) -> str:
    """A scope as it stands behind the name of a quota: `all`, `each`, `T05`, `kind:project`."""
    return {"task_force": scope.value, "kind": f"kind:{scope.value}"}.get(scope.kind, scope.kind)


def parse_scope(value: Any) -> Scope:
    """`all`, `each`, a task force's id, or `{kind: project}`."""
    if isinstance(value, Scope):
        return value
    if isinstance(value, Mapping):
        if list(value) != ["kind"]:
            raise fail("Z132", value=", ".join(str(key) for key in value))
        return Scope("kind", parse_word(TaskForceKind)(value["kind"]).value)
    text = normal(as_text(value))
    if text in ("all", "全部"):
        return Scope("all")
    return Scope("each") if text in ("each", "每个") else Scope("task_force", parse_id(text))


def _parse_of(value: Any) -> Expression:
    return value if isinstance(value, Expression) else parse_expression(parse_text(value))


ModeField = Annotated[Mode, *typed(parse_word(Mode), word_schema(Mode))]
ExpressionField = Annotated[Expression, *typed(_parse_of, {"type": "string", "description": "birth_year >= 1985"})]
ScopeField = Annotated[Scope, *typed(parse_scope, {"type": ["string", "object"]})]


class TeamQuota(Model):
    """A quota of one task force (`task_forces[].quotas`): persons for whom `of` holds, between min and max."""

    name: Name
    of: ExpressionField
    min: Bound | None = None
    max: Bound | None = None
    mode: ModeField = Mode.TARGET

    @model_validator(mode="after")
    def _bounded(self) -> TeamQuota:
        if self.min is None and self.max is None:
            raise fail("Z133", name=self.name)
        low, high = self.min, self.max
        crossed = (isinstance(low, Share) and isinstance(high, Share) and low.per_10000 > high.per_10000) or (
            isinstance(low, int) and isinstance(high, int) and low > high
        )
        if crossed:
            raise fail("Z134", name=self.name, low=str(low), high=str(high))
        return self


class Quota(TeamQuota):
    """A quota of the policy, with the scope it holds in."""

    scope: ScopeField = Field(default=Scope("all"), alias="in")


class Stage(Model):
    """A stage of the solve and what later stages may give up of it."""

    name: Annotated[StageName, *typed(parse_word(StageName), word_schema(StageName))]
    tolerance: Annotated[Share | int, *typed(parse_bound, {"type": ["string", "integer"]})] = 0

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return value if isinstance(value, (Mapping, Stage)) else {"name": value}

    def allowance(self, value: int) -> int:
        """Whole units that later stages may give up of a best value: the count, or the share rounded down."""
        if isinstance(self.tolerance, Share):
            return abs(value) * self.tolerance.per_10000 // 10_000
        return self.tolerance


class Merit(Model):
    """Weights of the points of a seat; whole numbers from 0 to 100."""

    fit: Annotated[int, *typed(parse_whole(0, 100), {"type": ["integer", "string"]})] = 5
    preference: Annotated[int, *typed(parse_whole(0, 100), {"type": ["integer", "string"]})] = 3
    stability: Annotated[int, *typed(parse_whole(0, 100), {"type": ["integer", "string"]})] = 2


class Group(Model):
    """Task forces a planner wants kept apart (forbid) or together (require), with who, when and why."""

    task_forces: Ids
    by: Text | None = None
    on: Day | None = None
    why: Text | None = None


class MergePolicy(Model):
    """What may merge: overlap needed, sizes, linkage, forbidden and required groups."""

    min_overlap: ShareField = Share(1500)
    max_members: Annotated[int, *typed(parse_whole(1, 50), {"type": ["integer", "string"]})] = 4
    max_size: Annotated[int, *typed(parse_whole(1, 999), {"type": ["integer", "string"]})] = 15
    linkage: Annotated[Linkage, *typed(parse_word(Linkage), word_schema(Linkage))] = Linkage.COMPLETE
    same_kind: Flag = False
    same_supervisor: Flag = False
    forbid: tuple[Group, ...] = ()
    require: tuple[Group, ...] = ()


EVERY, NONE = "all", "none"
REAPPLY_SCHEMA = {
    "anyOf": [{"enum": ["all", "全部", "none", "无"]}, {"type": ["string", "array"], "items": {"type": "string"}}]
}


def _parse_reapply(value: Any) -> str | tuple[str, ...]:
    """`all` 全部, `none` 无, or a list of task forces."""
    words = {"all": EVERY, "全部": EVERY, "none": NONE, "无": NONE}
    if isinstance(value, str) and normal(value).lower() in words:
        return words[normal(value).lower()]
    ids: tuple[str, ...] = parse_list(parse_id)(value)
    return ids or NONE


class TriagePolicy(Model):
    """What triage ends: who must apply again to go on, and how much of the work must be done to dissolve."""

    reapply: Annotated[str | tuple[str, ...], *typed(_parse_reapply, REAPPLY_SCHEMA)] = NONE
    dissolve_share: ShareField = Share(8000)

    def must_apply(self, task_force: str) -> bool:
        """Whether a task force ends that nobody asks to renew."""
        return self.reapply == EVERY or (self.reapply != NONE and task_force in self.reapply)


class Solver(Model):
    """How long to search, and with what; none of it is part of the scenario's identity."""

    time_limit_seconds: Annotated[int, *typed(parse_whole(1, 604_800), {"type": ["integer", "string"]})] = 60
    seed: Annotated[int, *typed(parse_whole(0, 2_147_483_647), {"type": ["integer", "string"]})] = 1
    workers: Annotated[int, *typed(parse_whole(1, 256), {"type": ["integer", "string"]})] = 1


class Plausible(Model):
    """Which ages people can have; others are typing mistakes. Not part of the scenario's identity."""

    youngest: Annotated[int, *typed(parse_whole(0, 200), {"type": ["integer", "string"]})] = 16
    oldest: Annotated[int, *typed(parse_whole(0, 200), {"type": ["integer", "string"]})] = 100


def _default_stages() -> tuple[Stage, ...]:
    return tuple(Stage(name=name) for name in (StageName.UNFILLED, StageName.QUOTAS, StageName.MERIT))


class Policy(Model):
    """Everything the planner decides apart from the data."""

    rules: Annotated[
        Mapping[str, RulePolicy],
        PlainValidator(parse_rules),
        WithJsonSchema(
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    rule.id: {
                        "oneOf": [
                            {"enum": ["on", *(text for mode in rule.modes for text in (mode.value, mode.zh))]},
                            {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {key: {} for key in ("mode", *rule.settings)},
                            },
                        ]
                    }
                    for rule in RULES.values()
                },
            }
        ),
    ] = Field(default_factory=lambda: parse_rules({}))
    quotas: tuple[Quota, ...] = ()
    stages: tuple[Stage, ...] = Field(default_factory=_default_stages)
    merit: Merit = Merit()
    merge: MergePolicy = MergePolicy()
    triage: TriagePolicy = TriagePolicy()
    solver: Solver = Solver()
    plausible: Plausible = Plausible()
    incumbents: Annotated[Incumbents, *typed(parse_word(Incumbents), word_schema(Incumbents))] = Incumbents.EXEMPT

    @field_validator("stages", mode="after")
    @classmethod
    def _stages_once(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        names = [stage.name for stage in stages]
        for name in names:
            if names.count(name) > 1:
                raise fail("Z115", value=name)
        return stages

    def mode(self, rule_id: str) -> Mode:
        """The mode a rule has here."""
        return self.rules[rule_id].mode

    def setting(self, rule_id: str, name: str) -> Any:
        """A setting of a rule, its default where the scenario does not state it."""
        return self.rules[rule_id].settings[name]
