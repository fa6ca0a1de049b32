"""Exact reference for the triage of `restructure`: verdicts, whose duty is whose, new homes, work that follows.

Written from docs/merging.md (Triage, What is merged), docs/rules.md and the scenario format alone. Everything is a whole
number and everything is looked up in full: a task force, a duty and a category at a time. `triage` is the thing to call;
`triage_as` reads a part of the page as it once was, to see whether cases notice. What is left to merge is a scenario
again, so that merge_oracle can go on with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from tests.brute.merge_oracle import divided_duties, same_duties
from zbopt.scenario.fields import Share
from zbopt.scenario.models import Scenario
from zbopt.scenario.words import DecisionValue, TaskForceState
from zbopt.scenario.work import Duty, Post, TaskForce, Workload

KEEP, DISSOLVE, NOT_RENEWED, CLEAR_OUT, ELIMINATE = "keep", "dissolve", "not_renewed", "clear_out", "eliminate"
CLARIFY, SET_UP, REFUSE = "clarify", "set_up", "refuse"
ENDING = (DISSOLVE, NOT_RENEWED, CLEAR_OUT, ELIMINATE)
"""The first four: what gets one of them is over."""

UNIT, FORCE, NOBODY, FINISHED = "unit", "task_force", "nobody", "finished"

DIVIDED, PARTIAL, CHAINS, REAPPLY = "divided", "partial", "chains", "reapply"
"""What `triage_as` can read as it once was: duties are never divided; nobody is clarified who goes on; of the many who
may never merge only the second hands over to the first; all must apply again if anybody does."""

# Readings of what the page leaves open.
EMPTY_IS_CLEARED = False  # a task force without workload has no share of it in a remit
EMPTY_IS_DISSOLVED = True  # and nothing of its workload is left over when all its key tasks are done
UNASKED_IS_SET_UP = True  # R32 not hard: one for which nobody applied was refused by nobody
MOST_WORK_IS_TODAYS = True  # who takes a duty of one that ends: by the workloads before anything grew

Work = dict[tuple[str, str], int]  # duty (the lowest id of those that are one) and category: hundredths
Home = tuple[str, str, str, str]  # source, duty (the lowest id the source has), kind, target


class Decided(Protocol):
    """A row of the decisions file."""

    @property
    def task_force(self) -> str:
        """Whose verdict it replaces."""

    @property
    def decision(self) -> Any:
        """The verdict instead."""


@dataclass(frozen=True)
class Answer:
    """What becomes of every task force, duty and hundredth of work."""

    verdicts: dict[str, tuple[str, str, bool]]  # proposal, decision, whether it ends
    fits: dict[str, list[str]]  # of running ones: every verdict of the five that fits, in their order
    handed: dict[str, dict[str, str]]  # of clarified ones: duty and the unit or task force it counts as that of
    homes: list[Home]
    work: dict[str, Work]  # of the parts, grown
    totals: dict[str, int]
    merged: Scenario


def as_text(decision: Any) -> str:
    """The plain English word of a decision."""
    return str(getattr(decision, "value", decision))


def at_least(part: int, share: Share, whole: int) -> bool:
    """Whether a part is at least that share of the whole."""
    return 10_000 * part >= share.per_10000 * whole


class Triage:
    """A case as far as triage needs it."""

    def __init__(self, scenario: Scenario, overrides: Iterable[Decided] = (), old: Iterable[str] = ()) -> None:
        """Read task forces, duties that are one, workloads; `old` is what is read as it once was."""
        self.scenario, self.policy, self.old = scenario, scenario.policy, frozenset(old)
        self.decided = {row.task_force: as_text(row.decision) for row in overrides}
        self.force = scenario.task_force_by_id
        self.running = [i for i, force in sorted(self.force.items()) if force.state is TaskForceState.RUNNING]
        self.applied = [i for i, force in sorted(self.force.items()) if force.state is TaskForceState.APPLIED]
        self.same = same_duties(scenario)
        self.divided = frozenset() if DIVIDED in self.old else divided_duties(scenario, self.same)
        self.members: dict[str, list[Duty]] = defaultdict(list)  # of each duty those it is made of, by id
        for duty in sorted(scenario.duties, key=lambda duty: duty.id):
            self.members[self.same[duty.id]].append(duty)
        lifted = self.policy.mode("R35").value == "off"
        self.locked = {i for i, force in self.force.items() if force.locked and not lifted}
        everybody = [*self.running, *self.applied]
        self.own = {i: self.own_duties(i) for i in everybody}
        self.has = {i: {self.same[duty] for duty in self.own[i]} for i in everybody}
        self.work = {i: self.workload(i) for i in everybody}

    # --- duties and workloads ----------------------------------------------------------------------------------------

    def own_duties(self, i: str) -> list[str]:
        """The duties a task force lists or has workload for, as it names them."""
        stated = {row.duty for row in self.scenario.workload if row.task_force == i}
        return sorted(stated | set(self.force[i].duties))

    def shown(self, i: str, duty: str) -> str:
        """A duty by the lowest id a task force has it under."""
        return min(name for name in self.own[i] if self.same[name] == duty)

    def workload(self, i: str) -> Work:
        """Workload by duty and category: stated, the largest of duties that are one, or estimated from today's posts."""
        rows = [row for row in self.scenario.workload if row.task_force == i]
        found: Work = {}
        if rows:
            for row in rows:
                key = self.same[row.duty], row.category
                found[key] = max(found.get(key, 0), row.fte)
        else:
            for category in sorted({post.category for post in self.scenario.posts_of[i] if post.category}):
                seats = sum(post.seats * post.load for post in self.scenario.posts_of[i] if post.category == category)
                found |= {(duty, category): share for duty, share in self.shares(i, seats).items()}
        return {key: work for key, work in found.items() if work}

    def shares(self, i: str, total: int) -> dict[str, int]:
        """A total over the duties a task force lists, by weight: largest remainder, ties to the lower id."""
        weight: dict[str, int] = {}
        for name in self.force[i].duties:
            stated = next(duty.weight for duty in self.scenario.duties if duty.id == name)
            weight[self.same[name]] = max(weight.get(self.same[name], 0), stated)
        whole = sum(weight.values())
        found = {duty: total * each // whole for duty, each in weight.items()}
        left = total - sum(found.values()) if weight else 0
        for duty in sorted(weight, key=lambda duty: (-(total * weight[duty] % whole), duty))[:left]:
            found[duty] += 1
        return found

    def amount(self, i: str, duties: Iterable[str]) -> int:
        """The workload of a task force for some duties, over all categories."""
        wanted = set(duties)
        return sum(work for (duty, _), work in self.work[i].items() if duty in wanted)

    def total(self, i: str) -> int:
        """All the workload of a task force."""
        return sum(self.work[i].values())

    def tasks(self, duty: str) -> set[str]:
        """The key tasks of a duty."""
        return {member.key_task for member in self.members[duty] if member.key_task}

    def all_done(self, tasks: Iterable[str]) -> bool:
        """Whether key tasks are done, every one."""
        done = {task.id for task in self.scenario.key_tasks if task.state.value == "done"}
        return set(tasks) <= done

    def owner(self, duty: str) -> str | None:
        """The unit that owns a duty: of several that of the lowest id that states one."""
        return next((member.owner_unit for member in self.members[duty] if member.owner_unit), None)

    @cached_property
    def remits(self) -> dict[str, set[str]]:
        """The duties in the remit of each unit."""
        return {unit.id: {self.same[name] for name in unit.remit} for unit in self.scenario.units}

    def units_of(self, duty: str) -> list[str]:
        """The units that have a duty in their remit, by id."""
        return sorted(unit for unit, duties in self.remits.items() if duty in duties)

    # --- verdicts ----------------------------------------------------------------------------------------------------

    def dissolves(self, i: str) -> bool:
        """Whether all its key tasks are done, and they are most of its work."""
        with_task = {duty for duty in self.has[i] if self.tasks(duty)}
        tasks = set().union(*(self.tasks(duty) for duty in with_task))
        if not tasks or not self.all_done(tasks) or not (self.total(i) or EMPTY_IS_DISSOLVED):
            return False
        return at_least(self.amount(i, with_task), self.policy.triage.dissolve_share, self.total(i))

    def lapses(self, i: str) -> bool:
        """Whether nobody agreed to renew it, or nobody asked though somebody had to."""
        renewing = [row for row in self.scenario.applications if row.renews == i]
        if renewing:
            return all(refused(row) for row in renewing)
        if REAPPLY in self.old:
            return any(row.renews for row in self.scenario.applications)
        return self.policy.triage.must_apply(i)

    def belongs_to_a_unit(self, i: str) -> bool:
        """Whether enough of its work is the own job of one unit (R33)."""
        if self.policy.mode("R33").value == "off" or not (self.total(i) or EMPTY_IS_CLEARED):
            return False
        share = self.policy.setting("R33", "share")
        return any(at_least(self.amount(i, duties), share, self.total(i)) for duties in self.remits.values())

    def ranks_last(self, i: str) -> bool:
        """Whether its score is too low, or among the lowest with all that tie with it (R40)."""
        score = self.force[i].score
        if self.policy.mode("R40").value == "off" or score is None:
            return False
        scores = [self.force[j].score for j in self.running]
        known = [each for each in scores if each is not None]
        fall = (2 * len(known) * self.policy.setting("R40", "share").per_10000 + 10_000) // 20_000  # half up
        lowest: int = self.policy.setting("R40", "score")
        return score < lowest or sum(each <= score for each in known) <= fall

    def is_anothers(self, i: str) -> bool:
        """Whether enough of its work counts as that of others (R33)."""
        if self.policy.mode("R33").value == "off":
            return False
        theirs = self.amount(i, self.others_duties(i))
        enough = theirs > 0 and at_least(theirs, self.policy.setting("R33", "share"), self.total(i))
        return enough and (PARTIAL not in self.old or len(self.others_duties(i)) == len(self.has[i]))

    @cached_property
    def first_four(self) -> dict[str, list[str]]:
        """Of each running task force which of the verdicts fit that end it; none of them looks at another's verdict."""
        tests = (self.dissolves, self.lapses, self.belongs_to_a_unit, self.ranks_last)
        return {i: [name for name, test in zip(ENDING, tests, strict=True) if test(i)] for i in self.running}

    @cached_property
    def fits(self) -> dict[str, list[str]]:
        """Of each running task force which of the five verdicts fit."""
        return {i: self.first_four[i] + [CLARIFY] * self.is_anothers(i) for i in self.running}

    @cached_property
    def proposals(self) -> dict[str, str]:
        """The verdict on each task force by the page."""
        found = {i: KEEP if i in self.locked else (self.fits[i] or [KEEP])[0] for i in self.running}
        return found | {i: SET_UP if self.agreed(i) else REFUSE for i in self.applied}

    @cached_property
    def decisions(self) -> dict[str, str]:
        """The same with the rows of the decisions file in their place."""
        return {i: self.decided.get(i, proposal) for i, proposal in self.proposals.items()}

    def agreed(self, i: str) -> bool:
        """Whether an applied one may be set up (R32)."""
        strict = self.policy.mode("R32").value == "hard"
        asking = [row for row in self.scenario.applications if row.task_force == i]
        if not asking:
            return UNASKED_IS_SET_UP and not strict
        agree = DecisionValue.AGREE
        return any(
            not refused(row)
            and (not strict or (row.decisions.unit.decision, row.decisions.leader.decision) == (agree,) * 2)
            for row in asking
        )

    # --- whose duty --------------------------------------------------------------------------------------------------

    @cached_property
    def staying(self) -> list[str]:
        """Those that go on unless clarifying leaves them nothing: none of the first four ends them, or they are set up."""
        running = [i for i in self.running if self.ended_by(i) not in ENDING]
        return running + [i for i in self.applied if self.decided.get(i, self.proposed(i)) == SET_UP]

    def ended_by(self, i: str) -> str:
        """The decision on a running one as far as the first four go (clarifying hangs on them)."""
        proposal = KEEP if i in self.locked else (self.first_four[i] or [KEEP])[0]
        return self.decided.get(i, proposal)

    def proposed(self, i: str) -> str:
        """The verdict on an applied one."""
        return SET_UP if self.agreed(i) else REFUSE

    def apart(self, one: str, other: str) -> bool:
        """Whether two may never share a team."""
        merge = self.policy.merge
        return bool(
            self.locked & {one, other}
            or any({one, other} <= set(entry.task_forces) for entry in merge.forbid)
            or (merge.same_kind and self.force[one].kind is not self.force[other].kind)
        )

    def whose(self, i: str, duty: str) -> str:
        """The unit or task force a duty of i counts as that of; i where it is its own."""
        units, owner = self.units_of(duty), self.owner(duty)
        if units:
            return owner if owner is not None and owner in units else units[0]
        doing = sorted(
            (j for j in {*self.staying, i} if duty in self.has[j]), key=lambda j: (-self.amount(j, [duty]), j)
        )
        holders: list[str] = []
        for place, j in enumerate(doing):
            first = next((k for k in holders if k not in self.locked and self.apart(j, k)), None)
            if CHAINS in self.old and place > 1:
                first = None
            if j == i:
                return i if first is None else first
            if first is None:
                holders.append(j)
        raise AssertionError("a task force is among those that have its duty")

    def others_duties(self, i: str) -> dict[str, str]:
        """The duties of i that count as another's, with whose they are."""
        found = {duty: self.whose(i, duty) for duty in sorted(self.has[i])}
        return {duty: whose for duty, whose in found.items() if whose != i}

    @cached_property
    def handed(self) -> dict[str, dict[str, str]]:
        """What each clarified task force hands over, and to whom."""
        return {i: self.others_duties(i) for i in self.running if self.decisions[i] == CLARIFY}

    def ends(self, i: str) -> bool:
        """Whether a running task force is over: by a verdict, or as clarifying leaves it no duty."""
        return self.decisions[i] in ENDING or (i in self.handed and not self.has[i] - set(self.handed[i]))

    @cached_property
    def parts(self) -> list[str]:
        """What is left to merge: running ones that go on, and those set up."""
        return sorted(i for i in self.staying if i in self.applied or not self.ends(i))

    # --- new homes, and the work that goes there ---------------------------------------------------------------------

    @cached_property
    def moves(self) -> list[tuple[str, str, str, str]]:
        """Every duty that leaves a task force: source, duty, kind and name of its new home."""
        found = [
            (i, duty, UNIT if whose in self.remits else FORCE, whose)
            for i, duties in self.handed.items()
            for duty, whose in duties.items()
        ]
        found += [
            (i, duty, *self.new_home(i, duty))
            for i in self.running
            if self.decisions[i] in ENDING
            for duty in sorted(self.has[i])
        ]
        return found

    def new_home(self, i: str, duty: str) -> tuple[str, str]:
        """Where a duty of a task force goes that ends."""
        tasks = self.tasks(duty)
        if self.decisions[i] == DISSOLVE and tasks and self.all_done(tasks):
            return FINISHED, ""
        able = [j for j in self.parts if duty in self.has[j] and duty not in self.handed.get(j, {})]
        able = [j for j in able if j not in self.locked or self.does_it_all(j, i, duty)]
        if able:
            return FORCE, min(able, key=lambda j: (-self.done_by(j, duty), j))
        given = {duties[duty] for duties in self.handed.values() if duties.get(duty) in self.remits}
        units, owner = self.units_of(duty), self.owner(duty)
        unit = min(given, default=None) or owner or (units[0] if units else None)
        return (NOBODY, "") if unit is None else (UNIT, unit)

    def does_it_all(self, j: str, i: str, duty: str) -> bool:
        """Whether a locked one has a duty whole, and at least as much work for it as another in every category."""
        theirs = {category: work for (name, category), work in self.work[i].items() if name == duty}
        enough = all(self.work[j].get((duty, category), 0) >= work for category, work in theirs.items())
        return duty not in self.divided and enough

    def done_by(self, j: str, duty: str) -> int:
        """The workload by which takers of a duty are ranked."""
        if MOST_WORK_IS_TODAYS:
            return self.amount(j, [duty])
        givers = [i for i, duties in self.handed.items() if duties.get(duty) == j]
        return sum(self.together(duty, [j, *givers]).values())

    def together(self, duty: str, sources: Iterable[str]) -> dict[str, int]:
        """The workload for a duty by category when several task forces do it as one."""
        works: dict[str, list[int]] = defaultdict(list)
        for i in sources:
            for (name, category), work in self.work[i].items():
                if name == duty:
                    works[category].append(work)
        return {k: sum(each) if duty in self.divided else max(each) for k, each in works.items()}

    @cached_property
    def groups(self) -> dict[tuple[str, str, str], list[str]]:
        """The givers of each duty by its new home."""
        found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for source, duty, kind, target in self.moves:
            found[kind, target, duty].append(source)
        return found

    @cached_property
    def grown(self) -> dict[str, Work]:
        """The workload of each part: without what it handed over, with what it was given."""
        found = {
            i: {key: work for key, work in self.work[i].items() if key[0] not in self.handed.get(i, {})}
            for i in self.parts
        }
        for (kind, target, duty), sources in self.groups.items():
            if kind == FORCE and target not in self.locked:
                for category, work in self.together(duty, [target, *sources]).items():
                    found[target][duty, category] = work
        return found

    @cached_property
    def totals(self) -> dict[str, int]:
        """Where the work was, and where it is."""
        away = dict.fromkeys((UNIT, FINISHED, NOBODY), 0)
        once = 0
        for (kind, target, duty), sources in self.groups.items():
            given = sum(self.amount(i, [duty]) for i in sources)
            if kind == FORCE:
                more = sum(work for (name, _), work in self.grown[target].items() if name == duty)
                once += given - (more - self.amount(target, [duty]))
            else:
                stays = sum(self.together(duty, sources).values())
                away[kind] += stays
                once += given - stays
        found = {
            "before": sum(self.total(i) for i in self.running),
            "set_up": sum(self.total(i) for i in self.applied if i in self.parts),
            "kept": sum(sum(work.values()) for work in self.grown.values()),
            "once": once,
            "given_back": away[UNIT],
            "finished": away[FINISHED],
            "nobody": away[NOBODY],
        }
        assert found["before"] + found["set_up"] == sum(found.values()) - found["before"] - found["set_up"]
        return found

    # --- what is left to merge ---------------------------------------------------------------------------------------

    def after(self, i: str) -> TaskForce:
        """A task force as it goes on."""
        force = self.force[i]
        if i in self.running or i in self.applied:
            on = i in self.parts
            force = force.model_copy(update={"state": TaskForceState.RUNNING if on else TaskForceState.ENDED})
        if i in self.handed and i in self.parts:
            force = force.model_copy(update={"duties": self.kept_duties(i)})
        return force

    def kept_duties(self, i: str) -> tuple[str, ...]:
        """The duties a clarified one still lists; one it had no hours for is listed, as no row of workload tells of it."""
        worked = {duty for duty, _ in self.grown[i]}
        return tuple(
            name
            for name in self.own[i]
            if self.same[name] not in self.handed[i] and (name in self.force[i].duties or self.same[name] not in worked)
        )

    def rows_after(self, i: str) -> Iterator[Workload]:
        """Workload as it goes on: the old rows where nothing changed."""
        if i not in self.parts or self.grown[i] == self.work[i]:
            yield from (row for row in self.scenario.workload if row.task_force == i)
            return
        for (duty, category), work in sorted(self.grown[i].items()):  # not parsed: it is in hundredths already
            yield Workload.model_construct(task_force=i, duty=duty, category=category, fte=work)
        left = [post.category for post in self.posts_after(i) if post.category]
        if not self.grown[i] and left:  # posts that had no work before: it is not to be estimated from them now
            for name in self.kept_duties(i):
                yield Workload.model_construct(task_force=i, duty=name, category=left[0], fte=0)

    def posts_after(self, i: str) -> Iterator[Post]:
        """The posts that go on: of a clarified one not those of categories whose work was taken away whole."""
        posts = self.scenario.posts_of[i]
        if i not in self.handed or i not in self.parts:
            yield from posts
            return
        before, now = ({category for _, category in work} for work in (self.work[i], self.grown[i]))
        yield from (post for post in posts if post.category is None or post.category not in before - now)

    @cached_property
    def merged(self) -> Scenario:
        """The scenario that is left to merge."""
        every = sorted(self.force)
        return self.scenario.replaced(
            task_forces=tuple(self.after(i) for i in every),
            workload=tuple(row for i in every for row in self.rows_after(i)),
            posts=tuple(sorted((post for i in every for post in self.posts_after(i)), key=lambda post: post.id)),
        )

    def answer(self) -> Answer:
        """All of it, with duties named as their task forces name them."""
        verdicts = {
            i: (self.proposals[i], decision, i in self.running and self.ends(i))
            for i, decision in sorted(self.decisions.items())
        }
        handed = {i: {self.shown(i, duty): whose for duty, whose in sorted(d.items())} for i, d in self.handed.items()}
        homes = sorted((source, self.shown(source, duty), kind, target) for source, duty, kind, target in self.moves)
        return Answer(verdicts, dict(self.fits), handed, homes, dict(self.grown), dict(self.totals), self.merged)


def refused(application: Any) -> bool:
    """Whether an application was refused or sent back at some step."""
    steps = application.decisions
    no = (DecisionValue.REFUSE, DecisionValue.RETURN)
    return any(step.decision in no for step in (steps.unit, steps.leader, steps.group))


def triage(scenario: Scenario, overrides: Iterable[Decided] = ()) -> Answer:
    """What becomes of every task force, and what is left to merge."""
    return Triage(scenario, overrides).answer()


def triage_as(scenario: Scenario, old: Iterable[str], overrides: Iterable[Decided] = ()) -> Answer:
    """The same with some of the page read as it once was (DIVIDED, PARTIAL, CHAINS, REAPPLY)."""
    old = frozenset(old)
    if DIVIDED in old:
        whole: Mapping[str, Any] = {"divided": type(scenario.duties[0].divided)() if scenario.duties else None}
        scenario = scenario.replaced(duties=tuple(duty.model_copy(update=whole) for duty in scenario.duties))
    return Triage(scenario, overrides, old).answer()
