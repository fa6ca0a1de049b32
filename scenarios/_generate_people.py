"""Invented people: a record a person, names, ages, titles, and the row of the people table."""

import random
from dataclasses import dataclass, field
from typing import Any

from _generate_format import Row, join, join_map

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
GIVEN_FIRST = "建文志国晓海永明宏家世立俊子春秋天新春思泽润承景怀嘉书云若雨静雅慧丽秀美玉红小淑佳亦清"
GIVEN_SECOND = "军平华强辉斌峰勇涛超杰磊波刚鹏飞宇翔晨阳松林源远帆毅恒诚芳敏燕玲娟霞洁琳颖倩婷萍琴蕾薇莹岚蓉"
FEMALE = set("芳敏燕玲娟霞洁琳颖倩婷萍琴蕾薇莹岚蓉")
NATIVE_PLACES = ["浙江开化", "浙江常山", "浙江江山", "浙江衢江", "浙江淳安", "安徽休宁", "江西婺源", "江西德兴"]
MAJORS = {
    "规划": "城乡规划",
    "谋划": "公共管理",
    "城建": "建筑学",
    "经济": "会计学",
    "招商": "国际经济与贸易",
    "工程": "土木工程",
    "文字": "汉语言文学",
    "法务": "法学",
    "农旅": "农林经济管理",
    "群众": "社会工作",
}


@dataclass
class Person:
    """One invented person; `bars` holds the columns that only a few people fill."""

    name: str
    gender: str
    birth: str
    unit: str
    categories: dict[str, int]
    specialist: bool = False
    stepped_down: bool = False
    township: bool = False
    current_task_force: str = ""
    current_post: str = ""
    since: str = ""
    band: str = ""
    preferences: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    accepts_other: str = ""
    unit_opinion: str = ""
    kin: list[tuple["Person | str", str]] = field(default_factory=list)
    bars: Row = field(default_factory=dict)
    details: Row = field(default_factory=dict)
    planted: str = ""  # the task force of the hidden plan; no column of the table
    person_id: str = ""

    @property
    def birth_year(self) -> int:
        """Year of birth."""
        return int(self.birth[:4])


class Cast:
    """Makes invented people from one source of chance and keeps names apart."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.people: list[Person] = []
        self._names: set[str] = set()

    def birth(self, first_year: int, last_year: int) -> str:
        """A month of birth in these years, both ends included."""
        return f"{self.rng.randint(first_year, last_year)}-{self.rng.randint(1, 12):02d}"

    def young(self) -> str:
        """Born 1985 or later, and long enough in service for the rule on recruits."""
        return self.birth(1985, 1991)

    def middle(self) -> str:
        """Born before 1985, often only just."""
        return self.birth(1982, 1984) if self.rng.random() < 0.4 else self.birth(1972, 1981)

    def senior(self) -> str:
        """The age at which leading posts are left, short of retirement."""
        return self.birth(1961, 1966)

    def name(self) -> str:
        """A name nobody has yet (three characters, then four once those run short)."""
        for attempt in range(10_000):
            given = self.rng.choice(GIVEN_FIRST) + self.rng.choice(GIVEN_SECOND)
            extra = self.rng.choice(GIVEN_FIRST) if attempt > 20 else ""
            name = self.rng.choice(SURNAMES) + extra + given
            if name not in self._names:
                self._names.add(name)
                return name
        raise RuntimeError("no name left")

    def add(self, unit: str, birth: str, categories: dict[str, int], **fields: Any) -> Person:
        """Add a person; `fields` are further fields of Person."""
        name = self.name()
        gender = "女" if name[-1] in FEMALE else "男"
        person = Person(name=name, gender=gender, birth=birth, unit=unit, categories=dict(categories), **fields)
        self.people.append(person)
        self._career(person)
        return person

    def _career(self, person: Person) -> None:
        """Titles, grades and other columns that fit the age."""
        rng, year = self.rng, person.birth_year
        rank, grade, title = _rank(person, rng.random())
        main = next(iter(person.categories), "文字")
        person.details = {
            "ethnic": "畲族" if rng.random() < 0.02 else "汉族",
            "native_place": rng.choice(NATIVE_PLACES),
            "political": "中共党员" if rng.random() < 0.86 else rng.choice(["群众", "民主党派"]),
            "education": rng.choice(["本科", "本科", "硕士研究生"]) if year >= 1980 else rng.choice(["本科", "大专"]),
            "major": MAJORS.get(main, "公共管理"),
            "title": title,
            "level": rank,
            "grade": grade,
            "staffing": rng.choice(["行政", "行政", "参公", "事业", "事业"]),
            "status": "在岗",
            "health": rng.choice(["健康", "健康", "良好", ""]),
            "assessments": join_map({str(y): rng.choice(["称职", "称职", "称职", "优秀"]) for y in (2016, 2017, 2018)}),
        }
        if year >= 1985:
            person.details["recruit"] = "选调生" if rng.random() < 0.15 else "招录"
            person.details["recruited"] = f"{min(year + 24, 2015)}-{rng.choice(['07', '08', '09'])}"
        if "法务" in person.categories and rng.random() < 0.7:
            person.details["licences"] = "法律职业资格"
        if person.specialist and rng.random() < 0.6:
            person.details["tech_title"] = _tech_title(main, year)


def _rank(person: Person, chance: float) -> tuple[str, str, str]:
    """Level, grade and title by age."""
    if person.stepped_down:
        return "乡科级正职", "四级调研员", "四级调研员"
    if person.birth_year <= 1979 and chance < 0.35:
        return "乡科级副职", "一级主任科员", "副局长" if not person.township else "副镇长"
    if person.birth_year <= 1986:
        return "股级", "三级主任科员", "科室负责人"
    return "无", "四级主任科员" if chance < 0.5 else "一级科员", "干部"


def _tech_title(category: str, year: int) -> str:
    """A professional title that fits the category."""
    grade = "高级" if year < 1980 else ""
    stem = {"经济": "经济师", "招商": "经济师", "农旅": "农艺师", "法务": "经济师"}.get(category, "工程师")
    return grade + stem


def number_people(people: list[Person], rng: random.Random) -> None:
    """Shuffle, so that the order tells nothing, and give ids."""
    rng.shuffle(people)
    width = max(3, len(str(len(people))))
    for number, person in enumerate(people, 1):
        person.person_id = f"P{number:0{width}d}"


def _yes(flag: bool) -> str:
    return "是" if flag else "否"


def person_row(person: Person) -> Row:
    """The row of the people table."""
    kin = [f"{other if isinstance(other, str) else other.person_id}:{relation}" for other, relation in person.kin]
    row = {
        "id": person.person_id,
        "name": person.name,
        "gender": person.gender,
        "birth": person.birth,
        "unit": person.unit,
        "categories": join_map(person.categories),
        "specialist": _yes(person.specialist),
        "stepped_down": _yes(person.stepped_down),
        "current.task_force": person.current_task_force,
        "current.post": person.current_post,
        "current.since": person.since,
        "band": person.band,
        "preferences": join(person.preferences),
        "refuses": join(person.refuses),
        "accepts_other": person.accepts_other,
        "unit_opinion": person.unit_opinion,
        "kin": join(kin),
    }
    return row | person.details | person.bars
