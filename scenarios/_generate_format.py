"""Tables of a scenario folder: Chinese headers, cells, files."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = dict[str, str]

HEADERS: dict[str, dict[str, str]] = {
    "units": {
        "id": "编号",
        "name": "名称",
        "short_names": "简称",
        "level": "层级",
        "kind": "类型",
        "approved": "编制数",
        "on_duty": "实有人数",
        "lend_max": "抽调上限",
        "lend_min": "抽调下限",
        "supervisor": "分管县领导",
        "remit": "本职",
    },
    "leaders": {"id": "编号", "name": "姓名", "title": "职务"},
    "categories": {"id": "编号", "name": "名称"},
    "key_tasks": {
        "id": "编号",
        "name": "名称",
        "kind": "类型",
        "priority": "优先级",
        "state": "状态",
        "due": "完成时限",
        "lead_unit": "牵头单位",
    },
    "duties": {
        "id": "编号",
        "name": "名称",
        "text": "内容",
        "tags": "标签",
        "owner_unit": "责任单位",
        "key_task": "重点任务",
        "weight": "权重",
    },
    "task_forces": {
        "id": "编号",
        "name": "名称",
        "kind": "类型",
        "lead_unit": "牵头单位",
        "member_units": "成员单位",
        "supervisor": "分管县领导",
        "state": "状态",
        "score": "绩效",
        "locked": "锁定",
        "lock_reason": "锁定原因",
        "basis": "设立依据",
        "started": "成立时间",
        "planned_end": "计划结束",
        "last_review": "研判时间",
        "end_condition": "结束条件",
        "size.min": "最少人数",
        "size.max": "最多人数",
        "duties": "职责",
        "succeeds": "承接",
        "wants_people": "意向人选",
    },
    "workload": {"task_force": "专班", "duty": "职责", "category": "类别", "fte": "工作量"},
    "posts": {
        "id": "编号",
        "task_force": "专班",
        "name": "名称",
        "role": "角色",
        "category": "类别",
        "seats": "席位",
        "needs": "要求",
        "wants": "期望",
        "load": "投入",
        "priority": "优先级",
        "shared": "共用",
        "must_fill": "必须配齐",
        "age_min": "最小年龄",
        "age_max": "最大年龄",
        "party": "党员",
        "staffing": "编制类型",
        "licences": "执业资格",
        "night_or_field": "夜班野外",
        "sensitive": "敏感职能",
    },
    "applications": {
        "id": "编号",
        "name": "名称",
        "unit": "单位",
        "renews": "续办专班",
        "task_force": "新设专班",
        "reason": "理由",
        "requested_size": "申请人数",
        "decisions.unit.decision": "单位意见",
        "decisions.leader.decision": "分管领导意见",
        "decisions.group.decision": "领导小组意见",
    },
    "pins": {
        "person": "人员",
        "post": "岗位",
        "task_force": "专班",
        "must": "指定",
        "approval": "批准文号",
        "by": "决定人",
        "on": "日期",
        "why": "理由",
        "until": "截止",
    },
    "people": {
        "id": "编号",
        "name": "姓名",
        "gender": "性别",
        "birth": "出生年月",
        "ethnic": "民族",
        "native_place": "籍贯",
        "growth_place": "成长地",
        "political": "政治面貌",
        "education": "学历",
        "major": "专业",
        "tech_title": "职称",
        "licences": "执业资格",
        "unit": "单位",
        "title": "现任职务",
        "level": "职务层次",
        "leading_team": "领导班子成员",
        "grade": "职级",
        "staffing": "编制类型",
        "categories": "类别",
        "specialist": "专业型",
        "stepped_down": "退出现职",
        "status": "状态",
        "recruit": "进入方式",
        "recruited": "录用时间",
        "probation_end": "试用期满",
        "lead_probation_end": "领导试用期满",
        "township_since": "到乡镇时间",
        "sanction_end": "影响期至",
        "health": "健康状况",
        "restricted_duty": "不宜夜班野外",
        "capacity": "可投入",
        "current.task_force": "所在专班",
        "current.post": "所在岗位",
        "current.since": "抽调时间",
        "current.load": "所在投入",
        "last_return": "返回时间",
        "preferences": "意愿",
        "refuses": "不愿去",
        "accepts_other": "服从调剂",
        "unit_opinion": "单位意见",
        "assessments": "年度考核",
        "band": "考绩档次",
        "kin": "亲属",
        "conflicts": "回避事项",
        "pool": "入库",
    },
}


def join(items: Iterable[str]) -> str:
    """Write a list as one cell."""
    return "；".join(items)


def join_map(mapping: Mapping[str, object]) -> str:
    """Write a map as one cell."""
    return "；".join(f"{key}:{value}" for key, value in mapping.items())


def parse_text_table(text: str, keys: list[str]) -> list[Row]:
    """Read a table written as lines of cells between bars; missing last cells are blank."""
    rows = []
    for line in text.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > len(keys):
            raise ValueError(f"more cells than columns: {line}")
        rows.append(dict(zip(keys, cells + [""] * (len(keys) - len(cells)), strict=True)))
    return rows


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 without a mark and with plain line ends."""
    path.write_bytes(text.encode("utf-8"))


def write_table(folder: Path, table: str, rows: list[Row], file_name: str = "", keep: str = "") -> None:
    """Write one table as CSV; columns that no row fills are left out, except those whose key begins with `keep`."""
    headers = HEADERS[table]
    unknown = sorted({key for row in rows for key in row} - set(headers))
    if unknown:
        raise ValueError(f"{table}: no header for {', '.join(unknown)}")
    keys = [key for key in headers if any(row.get(key) for row in rows) or (keep and key.startswith(keep))]
    with (folder / (file_name or f"{table}.csv")).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([headers[key] for key in keys])
        writer.writerows([row.get(key, "") for key in keys] for row in rows)
