"""The words of the format: enumerated values and table headers, each in English and Chinese.

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

UNUSED_HEADERS = frozenset({"序号", "备注", "no.", "remark", "remarks", "note", "notes"})
"""Columns that nearly every table has and nothing reads."""

LONG_TEXTS = {
    "duties": frozenset({"text"}),
    "task_forces": frozenset({"basis", "end_condition", "lock_reason"}),
    "applications": frozenset({"reason", "decisions.unit.note", "decisions.leader.note", "decisions.group.note"}),
    "pins": frozenset({"why"}),
    "decisions": frozenset({"why"}),
}
"""Fields of free text, in which a line may break; by list."""


SCENARIO_TITLES = {"name": "名称", "as_of": "基准月", "term": "任期"}
"""What the fields of a scenario itself are called in Chinese."""


SHEETS = {
    "people": "人员",
    "units": "单位",
    "leaders": "领导",
    "categories": "类别",
    "key_tasks": "重点任务",
    "duties": "职责",
    "task_forces": "专班",
    "workload": "工作量",
    "posts": "岗位",
    "applications": "申报",
    "pins": "指定",
}
"""The lists of a scenario and the workbook sheet each is read from."""

HEADERS: dict[str, dict[str, str]] = {
    "people": {
        "编号": "id",
        "姓名": "name",
        "身份证号": "id_card",
        "出生年月": "birth",
        "性别": "gender",
        "民族": "ethnic",
        "籍贯": "native_place",
        "成长地": "growth_place",
        "政治面貌": "political",
        "学历": "education",
        "专业": "major",
        "职称": "tech_title",
        "执业资格": "licences",
        "单位": "unit",
        "现任职务": "title",
        "职务层次": "level",
        "领导班子成员": "leading_team",
        "职级": "grade",
        "编制类型": "staffing",
        "类别": "categories",
        "专业型": "specialist",
        "退出现职": "stepped_down",
        "状态": "status",
        "进入方式": "recruit",
        "录用时间": "recruited",
        "试用期满": "probation_end",
        "领导试用期满": "lead_probation_end",
        "到乡镇时间": "township_since",
        "影响期至": "sanction_end",
        "健康状况": "health",
        "不宜夜班野外": "restricted_duty",
        "可投入": "capacity",
        "所在专班": "current.task_force",
        "所在岗位": "current.post",
        "抽调时间": "current.since",
        "所在投入": "current.load",
        "返回时间": "last_return",
        "意愿": "preferences",
        "不愿去": "refuses",
        "服从调剂": "accepts_other",
        "单位意见": "unit_opinion",
        "年度考核": "assessments",
        "考绩档次": "band",
        "亲属": "kin",
        "回避事项": "conflicts",
        "入库": "pool",
    },
    "units": {
        "编号": "id",
        "名称": "name",
        "简称": "short_names",
        "层级": "level",
        "类型": "kind",
        "编制数": "approved",
        "实有人数": "on_duty",
        "抽调上限": "lend_max",
        "抽调下限": "lend_min",
        "分管县领导": "supervisor",
        "本职": "remit",
    },
    "leaders": {"编号": "id", "姓名": "name", "职务": "title"},
    "categories": {"编号": "id", "名称": "name"},
    "key_tasks": {
        "编号": "id",
        "名称": "name",
        "类型": "kind",
        "优先级": "priority",
        "状态": "state",
        "完成时限": "due",
        "牵头单位": "lead_unit",
    },
    "duties": {
        "编号": "id",
        "名称": "name",
        "内容": "text",
        "标签": "tags",
        "责任单位": "owner_unit",
        "重点任务": "key_task",
        "权重": "weight",
        "分工": "divided.value",
        "divided": "divided.value",
        "分工确认人": "divided.by",
        "分工确认时间": "divided.on",
    },
    "task_forces": {
        "编号": "id",
        "名称": "name",
        "类型": "kind",
        "牵头单位": "lead_unit",
        "成员单位": "member_units",
        "分管县领导": "supervisor",
        "状态": "state",
        "绩效": "score",
        "锁定": "locked",
        "锁定原因": "lock_reason",
        "设立依据": "basis",
        "成立时间": "started",
        "计划结束": "planned_end",
        "研判时间": "last_review",
        "结束条件": "end_condition",
        "最少人数": "size.min",
        "最多人数": "size.max",
        "职责": "duties",
        "承接": "succeeds",
        "意向人选": "wants_people",
    },
    "workload": {"专班": "task_force", "职责": "duty", "类别": "category", "工作量": "fte"},
    "posts": {
        "编号": "id",
        "专班": "task_force",
        "名称": "name",
        "角色": "role",
        "类别": "category",
        "席位": "seats",
        "要求": "needs",
        "期望": "wants",
        "投入": "load",
        "优先级": "priority",
        "共用": "shared",
        "必须配齐": "must_fill",
        "最小年龄": "age_min",
        "最大年龄": "age_max",
        "党员": "party",
        "编制类型": "staffing",
        "执业资格": "licences",
        "夜班野外": "night_or_field",
        "敏感职能": "sensitive",
    },
    "applications": {
        "编号": "id",
        "名称": "name",
        "单位": "unit",
        "续办专班": "renews",
        "新设专班": "task_force",
        "理由": "reason",
        "申请人数": "requested_size",
        "单位意见": "decisions.unit.decision",
        "分管领导意见": "decisions.leader.decision",
        "领导小组意见": "decisions.group.decision",
    },
    "pins": {
        "人员": "person",
        "岗位": "post",
        "专班": "task_force",
        "指定": "must",
        "批准文号": "approval",
        "决定人": "by",
        "日期": "on",
        "理由": "why",
        "截止": "until",
    },
    "decisions": {
        "专班": "task_force",
        "决定": "decision",
        "决定人": "by",
        "日期": "on",
        "理由": "why",
    },
}
"""Chinese table headers of each list with the key they stand for; a dot marks a nested key."""

CONFIDENTIAL_FIELDS = frozenset({"id_card", "kin", "conflicts", "sanction_end", "health", "restricted_duty", "status"})
"""Fields of a person whose value is never shown or logged, not even in a message about the field."""

OTHER_CONDITIONS = "other_conditions"
"""The class of all confidential rules together: 其他资格条件. The number alone of one would tell what somebody has."""

FEW = 3
"""Counts of the class below this are told as "fewer than 3"."""


def masked_count(count: int) -> int | str:
    """A count of the class as it may leave: a small one as a word of the catalogue."""
    return count if count == 0 or count >= FEW else "fewer_than_3"
