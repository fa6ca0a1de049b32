"""Cross references: ids once, no dangling names, posts and people where they say they are. No solver, no arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from zbopt.diagnostics import Diagnostic, error, warning
from zbopt.scenario.people import Kin
from zbopt.scenario.policy import Policy
from zbopt.scenario.source import Marks, Path_
from zbopt.scenario.texts import nearest
from zbopt.scenario.words import CONFIDENTIAL_FIELDS, TaskForceState

Rows = dict[str, list[tuple[Any, Path_]]]

PLACES = ("task_forces", "posts")
_REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "unit": ("units",),
        "current.task_force": ("task_forces",),
        "current.post": ("posts",),
        "categories": ("categories",),
        "preferences": PLACES,
        "refuses": PLACES,
        "conflicts": ("task_forces", "duties"),
    },
    "units": {"supervisor": ("leaders",), "remit": ("duties",)},
    "key_tasks": {"lead_unit": ("units",)},
    "duties": {
        "owner_unit": ("units",),
        "key_task": ("key_tasks",),
        "same_as": ("duties",),
        "different_from": ("duties",),
    },
    "task_forces": {
        "lead_unit": ("units",),
        "member_units": ("units",),
        "supervisor": ("leaders",),
        "duties": ("duties",),
        "succeeds": ("task_forces",),
    },
    "workload": {"task_force": ("task_forces",), "duty": ("duties",), "category": ("categories",)},
    "posts": {
        "task_force": ("task_forces",),
        "category": ("categories",),
        "needs": ("categories",),
        "wants": ("categories",),
    },
    "applications": {"unit": ("units",), "renews": ("task_forces",), "task_force": ("task_forces",)},
    "pins": {"person": ("people",), "post": ("posts",), "task_force": ("task_forces",)},
}
"""For every list: the fields that name rows of other lists. Iterated, never copied."""


def check(rows: Rows, known: dict[str, set[str]], policy: Policy | None, marks: Marks) -> list[Diagnostic]:
    """Every fault between rows. `known` holds the ids of all rows, the unreadable ones too."""
    known = dict(known)
    found = [*_repeated(rows, marks), *_shared_ids(known, rows, marks)]
    empty: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for name, items in rows.items():
        fields = [(field, lists, _ids(known, lists)) for field, lists in _REFERENCES.get(name, {}).items()]
        for item, path in items:
            for field, lists, ids in fields:
                if ids:
                    found += _dangling(item, path, field, lists, ids, marks)
                else:
                    empty[name, field, lists] += sum(1 for _ in _named_ids(item, field))
    found += [
        error("Z207", marks.of(()), (), field, of=name, lists=lists, count=count)
        for (name, field, lists), count in empty.items()
        if count
    ]
    found += _kin(rows, known, marks)
    found += _places_of_people(rows, marks)
    found += _wants(rows, known, marks)
    found += _applications(rows, marks)
    if policy is not None:
        found += _policy(policy, known, marks)
    return found


def _who(item: Any) -> tuple[str, ...]:
    if hasattr(item, "id"):
        return (item.id, item.name) if getattr(item, "name", None) else (item.id,)
    return (item.person, item.place) if hasattr(item, "person") else (item.task_force, item.duty)


def _repeated(rows: Rows, marks: Marks) -> Iterator[Diagnostic]:
    """Ids (and keys of workload rows and pins) that stand twice."""
    for name, items in rows.items():
        seen: dict[Any, Path_] = {}
        for item, path in items:
            if name == "workload":
                key: Any = (item.task_force, item.duty, item.category)
            else:
                key = (item.person, item.place, str(item.must)) if name == "pins" else item.id
            if key in seen:
                shown = key if isinstance(key, str) else " ".join(key)
                yield error("Z201", marks.of(path), _who(item), value=shown, first=str(marks.of(seen[key]) or ""))
            seen.setdefault(key, path)


def _shared_ids(known: dict[str, set[str]], rows: Rows, marks: Marks) -> Iterator[Diagnostic]:
    """Wishes and kin name two lists at once, so their ids must differ."""
    for one, other in (("task_forces", "posts"), ("people", "leaders"), ("task_forces", "duties")):
        for key in sorted(known[one] & known[other]):
            path = next((path for item, path in rows[other] if item.id == key), ())
            yield error("Z202", marks.of(path), (key,), value=key, one=one, other=other)


def _named_ids(item: Any, field: str) -> Iterable[str]:
    value: Any = item
    for part in field.split("."):
        value = getattr(value, part, None)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if hasattr(value, "categories"):
        return tuple(value.categories())
    if isinstance(value, (tuple, dict)):
        return tuple(str(getattr(entry, "duty", entry)) for entry in value)
    return (value,)


def _dangling(
    item: Any, path: Path_, field: str, lists: tuple[str, ...], ids: set[str], marks: Marks
) -> Iterator[Diagnostic]:
    for value in _named_ids(item, field):
        if value not in ids:
            mark = marks.of((*path, *field.split(".")))
            yield _missing(mark, _who(item), field, value, lists, ids)


def _ids(known: dict[str, set[str]], lists: tuple[str, ...]) -> set[str]:
    """The ids of several lists together; joined once, not for every row."""
    if len(lists) == 1:
        return known[lists[0]]
    key = " ".join(lists)
    if key not in known:
        known[key] = set().union(*(known[other] for other in lists))
    return known[key]


def _missing(
    mark: Any, who: tuple[str, ...], field: str, value: str, lists: tuple[str, ...], ids: set[str]
) -> Diagnostic:
    if field.split(".")[0] in CONFIDENTIAL_FIELDS:
        return error("Z204", mark, who, field, lists=lists)
    return error("Z203", mark, who, field, value=value, lists=lists, nearest=nearest(value, ids))


def _kin(rows: Rows, known: dict[str, set[str]], marks: Marks) -> Iterator[Diagnostic]:
    for person, path in rows["people"]:
        if any(not _kin_known(kin, known) or kin.person == person.id for kin in person.kin):
            yield error("Z204", marks.of((*path, "kin")), _who(person), "kin", lists=("people", "leaders"))


def _kin_known(kin: Kin, known: dict[str, set[str]]) -> bool:
    if kin.leader is not None:
        return kin.leader in known["leaders"]
    return kin.person in known["people"] or kin.person in known["leaders"]


def _places_of_people(rows: Rows, marks: Marks) -> Iterator[Diagnostic]:
    owner = {post.id: post.task_force for post, _ in rows["posts"]}
    for person, path in rows["people"]:
        current = person.current
        if current is not None and current.post in owner and owner[current.post] != current.task_force:
            mark = marks.of((*path, "current", "post"))
            yield error("Z206", mark, _who(person), "current.post", value=current.post, owner=owner[current.post])
        if person.accepts_other is False and not person.preferences:
            yield warning("Z212", marks.of((*path, "accepts_other")), _who(person), "accepts_other")
        both = sorted(set(person.preferences) & set(person.refuses))
        if both:
            yield warning("Z210", marks.of((*path, "refuses")), _who(person), "refuses", value="; ".join(both))


def _wants(rows: Rows, known: dict[str, set[str]], marks: Marks) -> Iterator[Diagnostic]:
    for item, path in rows["task_forces"]:
        mark = marks.of((*path, "wants_people"))
        for want in item.wants_people:
            if want.person is not None and want.person not in known["people"]:
                near = nearest(want.person, known["people"])
                yield error(
                    "Z203", mark, _who(item), "wants_people", value=want.person, lists=("people",), nearest=near
                )
            if want.expression is not None:
                yield from _expression(want.expression, known, mark, _who(item), "wants_people")
        for place, quota in enumerate(item.quotas):
            yield from _expression(quota.of, known, marks.of((*path, "quotas", place, "of")), _who(item), "quotas.of")


def _expression(
    expression: Any, known: dict[str, set[str]], mark: Any, who: tuple[str, ...], field: str
) -> Iterator[Diagnostic]:
    for name in expression.fields():
        head, _, tail = name.partition(".")
        if head == "category" and tail not in known["categories"]:
            near = nearest(tail, known["categories"])
            yield error("Z203", mark, who, field, value=tail, lists=("categories",), nearest=near)


def _applications(rows: Rows, marks: Marks) -> Iterator[Diagnostic]:
    state = {item.id: item.state for item, _ in rows["task_forces"]}
    for application, path in rows["applications"]:
        target = application.task_force
        if target in state and state[target] not in (TaskForceState.APPLIED, TaskForceState.RUNNING):
            mark = marks.of((*path, "task_force"))
            yield warning("Z211", mark, _who(application), "task_force", value=target, state=state[target].value)


def _policy(policy: Policy, known: dict[str, set[str]], marks: Marks) -> Iterator[Diagnostic]:
    ids = known["task_forces"]
    for place, quota in enumerate(policy.quotas):
        mark = marks.of(("policy", "quotas", place))
        if quota.scope.kind == "task_force" and quota.scope.value not in ids:
            yield _missing(mark, (quota.name,), "policy.quotas.in", quota.scope.value, ("task_forces",), ids)
        yield from _expression(quota.of, known, mark, (quota.name,), "policy.quotas.of")
    for key, groups in (("forbid", policy.merge.forbid), ("require", policy.merge.require)):
        for place, group in enumerate(groups):
            for value in group.task_forces:
                if value not in ids:
                    mark = marks.of(("policy", "merge", key, place))
                    yield _missing(mark, (), f"policy.merge.{key}", value, ("task_forces",), ids)
    for value in () if isinstance(policy.triage.reapply, str) else policy.triage.reapply:
        if value not in ids:
            mark = marks.of(("policy", "triage", "reapply"))
            yield _missing(mark, (), "policy.triage.reapply", value, ("task_forces",), ids)
    names = [(quota.name, quota.scope) for quota in policy.quotas]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield error("Z205", marks.of(("policy", "quotas", place)), (name[0],), "policy.quotas", value=name[0])
