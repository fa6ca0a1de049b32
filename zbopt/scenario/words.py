"""The words of the format: enumerated values, each in English and Chinese.

Source: `scenario.md` (fields) and the glossary of county personnel work. The English word is the canonical value.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """An enumerated value; `zh` is its Chinese form, both are read, the English one is stored."""

    zh: str
    more: tuple[str, ...]

    def __new__(cls, value: str, zh: str = "", *more: str) -> Self:
        """Make a member of its English value, its Chinese form and further spellings."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh or value
        member.more = more
        return member

    @classmethod
    def spellings(cls) -> dict[str, Self]:
        """Every accepted spelling with its member, English ones in lower case."""
        return {text: member for member in cls for text in (member.value, member.zh, *member.more)}


class Gender(Word):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Political(Word):
    PARTY_MEMBER = "party_member", "中共党员", "党员"
    PROBATIONARY = "probationary", "预备党员", "中共预备党员"
    DEMOCRATIC = "democratic", "民主党派"
    NONPARTY = "nonparty", "无党派"
    LEAGUE = "league", "团员", "共青团员"
    MASSES = "masses", "群众"


class PersonLevel(Word):
    COUNTY_CHIEF = "county_chief", "县处级正职"
    COUNTY_DEPUTY = "county_deputy", "县处级副职"
    TOWN_CHIEF = "town_chief", "乡科级正职"
    TOWN_DEPUTY = "town_deputy", "乡科级副职"
    SECTION = "section", "股级"
    NONE = "none", "无"


class Staffing(Word):
    ADMINISTRATIVE = "administrative", "行政", "行政编制"
    CIVIL_MANAGED = "civil_managed", "参公", "参公编制"
    INSTITUTION = "institution", "事业", "事业编制"
    WORKER = "worker", "工勤"
    CONTRACT = "contract", "编外"


class Status(Word):
    ON_DUTY = "on_duty", "在岗"
    VILLAGE = "village", "驻村"
    TEMPORARY_POST = "temporary_post", "挂职"
    LENT = "lent", "借出"
    SICK = "sick", "病假"
    INVESTIGATION = "investigation", "调查"
    RETIRED = "retired", "退休"


class Recruit(Word):
    EXAM = "exam", "招录"
    SELECTED = "selected", "选调生"
    OTHER = "other", "其他"


class Health(Word):
    HEALTHY = "healthy", "健康"
    GOOD = "good", "良好"
    FAIR = "fair", "一般"
    POOR = "poor", "较差"


class Opinion(Word):
    AGREE = "agree", "同意"
    DISAGREE = "disagree", "不同意"


class Grade(Word):
    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "称职"
    BASIC = "basic", "基本称职"
    INCOMPETENT = "incompetent", "不称职"
    UNGRADED = "ungraded", "不定等次"


class UnitLevel(Word):
    COUNTY = "county", "县直"
    TOWNSHIP = "township", "乡镇", "街道", "乡镇(街道)"
    DISPATCHED = "dispatched", "上级派驻"


class UnitKind(Word):
    PARTY = "party", "党委"
    GOVERNMENT = "government", "政府"
    MASS = "mass", "群团"
    INSTITUTION = "institution", "事业"
    SCHOOL = "school", "学校"
    HOSPITAL = "hospital", "医院"
    SOE = "soe", "国企"


class TaskForceKind(Word):
    PROJECT = "project", "项目攻坚"
    SPECIAL = "special", "重大专项", "重大专项工作"


class TaskForceState(Word):
    RUNNING = "running", "运行"
    APPLIED = "applied", "申请"
    FINISHED = "finished", "完成"
    ENDED = "ended", "已撤"


class KeyTaskKind(Word):
    KEY_WORK = "key_work", "重点工作"
    KEY_TASK = "key_task", "重点攻坚任务"


class KeyTaskState(Word):
    OPEN = "open", "进行中", "未完成"
    DONE = "done", "已完成", "完成"


class Role(Word):
    HEAD = "head", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "成员"
    ADVISER = "adviser", "顾问"


class Sensitive(Word):
    ORGANISATION = "organisation", "组织"
    PERSONNEL = "personnel", "人事"
    DISCIPLINE = "discipline", "纪检"
    AUDIT = "audit", "审计"
    FINANCE = "finance", "财务"


class DecisionValue(Word):
    AGREE = "agree", "同意"
    REFUSE = "refuse", "不同意"
    RETURN = "return", "退回"


class Mode(Word):
    HARD = "hard", "硬约束", "刚性"
    TARGET = "target", "目标", "弹性"
    WARN = "warn", "提醒"
    OFF = "off", "关闭"


class Linkage(Word):
    COMPLETE = "complete", "两两重叠"
    CONNECTED = "connected", "连通"


class Incumbents(Word):
    EXEMPT = "exempt", "免查"
    CHECK = "check", "核查"


class Disposition(Word):
    KEEP = "keep", "保留"
    MERGE = "merge", "合并", "并入"
    ELIMINATE = "eliminate", "淘汰"
    CLARIFY = "clarify", "理清"
    CLEAR_OUT = "clear_out", "清除"
    DISSOLVE = "dissolve", "撤销"
    NOT_RENEWED = "not_renewed", "未续办", "不续办"
    SET_UP = "set_up", "新设", "设立"
    REFUSE = "refuse", "不予设立", "不同意"


class StageName(Word):
    UNCOVERED = "uncovered", "未覆盖"
    UNFILLED = "unfilled", "空缺"
    SEATS = "seats", "席位"
    PERSONS = "persons", "人数"
    TASK_FORCES = "task_forces", "专班数"
    QUOTAS = "quotas", "结构"
    MOVES = "moves", "调整"
    MERIT = "merit", "匹配"


ASSIGN_STAGES = (StageName.UNFILLED, StageName.QUOTAS, StageName.MOVES, StageName.MERIT)
"""The stages that bear on assigning; the others are of mergers."""


BOOLEANS = {
    "是": True, "否": False, "true": True, "false": False, "1": True, "0": False, "yes": True, "no": False,
    "√": True, "✓": True, "✔": True, "×": False, "✗": False, "✘": False,
}  # fmt: skip
"""What stands for yes and no."""

CONFIDENTIAL_FIELDS = frozenset({"id_card", "kin", "conflicts", "sanction_end", "health", "restricted_duty", "status"})
"""Fields of a person whose value is never shown or logged, not even in a message about the field."""

OTHER_CONDITIONS = "other_conditions"
"""The class of all confidential rules together: 其他资格条件. The number alone of one would tell what somebody has."""

FEW = 3
"""Counts of the class below this are told as "fewer than 3"."""


def masked_count(count: int) -> int | str:
    """A count of the class as it may leave: a small one as a word of the catalogue."""
    return count if count == 0 or count >= FEW else "fewer_than_3"
