"""The people who make the Kaihua scenario hard: well matched, yet not to be had, or not all of them together."""

import _generate_kaihua_data as data
from _generate_kaihua_people import Story
from _generate_people import Person

COMMON = ["谋划", "城建", "经济", "招商", "工程", "文字", "农旅", "群众"]
TEAMS = {
    "规划": ["T07", "N02", "N04", "T10"],
    "谋划": ["N04", "T06", "N01", "T07"],
    "城建": ["T09", "N02", "T07"],
    "经济": ["N03", "T05", "N04", "N06"],
    "招商": ["T05", "N03", "N01", "N06"],
    "工程": ["N05", "T07", "N02", "T08"],
    "文字": ["T06", "T01", "T10", "T11"],
    "法务": ["T09", "N03", "T11", "T08"],
    "农旅": ["T01", "N01", "N06", "T10"],
    "群众": ["T09", "T08", "T01", "N05"],
}
RICH_UNITS = {"U02": "文字", "U04": "谋划", "U06": "城建", "U08": "农旅", "U14": "招商", "U10": "工程"}
COUPLES = [
    ("T05", "招商:5；经济:4", "经济:5；谋划:3", "夫妻"),
    ("T01", "农旅:5；群众:3", "群众:5；文字:4", "夫妻"),
    ("N04", "谋划:5；文字:4", "谋划:5；经济:5", "夫妻"),
    ("T06", "文字:5；谋划:3", "文字:5；谋划:4", "夫妻"),
    ("N06", "农旅:5；招商:3", "农旅:5；经济:4", "兄弟"),
    ("N03", "经济:5；招商:4", "招商:5；经济:3", "夫妻"),
    ("T09", "城建:5；规划:2", "城建:5；规划:2", "夫妻"),
    ("N05", "工程:5；城建:3", "工程:5；城建:3", "叔侄"),
]


def add_traps(story: Story) -> None:
    """Incumbents for every desk still free, then the rest of the pool."""
    _couples(story)
    _rich_units(story)
    _seniors(story, 10)
    _incumbents(story)
    _aces(story, 8)
    _townships(story)
    _underqualified(story)
    _barred(story)
    _others(story, 300 - len(story.cast.people))
    _opinions(story)
    _bands(story)


def _ace(story: Story, category: str, unit: str, age: str, **fields: object) -> Person:
    """Somebody very well matched who says so."""
    rng = story.rng
    levels = {category: 5, rng.choice([c for c in COMMON if c != category]): rng.randint(3, 4)}
    person = story.add(unit, age, levels, **fields)
    teams = TEAMS[category]
    person.preferences = [teams[0] if rng.random() < 0.5 else rng.choice(teams)]
    if rng.random() < 0.5:
        person.preferences.append(rng.choice([team for team in teams if team not in person.preferences]))
    return person


def _aces(story: Story, number: int) -> None:
    """Better matched than anybody, but born before 1985 and no specialists."""
    for i in range(number):
        category = COMMON[i % len(COMMON)]
        _ace(story, category, story.rng.choice(story.units.county(category)), "middle")


def _rich_units(story: Story) -> None:
    """Units with more good young specialists than they may lend."""
    for unit, category in RICH_UNITS.items():
        for i in range(4):
            person = _ace(story, category, unit, "young", specialist=i == 0)
            story.move_from_ended(person)


def _townships(story: Story) -> None:
    """What the county lacks, the townships have: planners and lawyers (R04), some not yet five years there (R05)."""
    for category in ["规划"] * 6 + ["法务"] * 4 + COMMON * 2:
        person = _ace(story, category, story.rng.choice(story.units.townships), "young", specialist=True)
        if story.rng.random() < 0.4:
            person.bars["township_since"] = f"{story.rng.randint(2015, 2018)}-08"


def _couples(story: Story) -> None:
    """Kin who would both be best for one team, and a relative of a leader."""
    for team, first, second, relation in COUPLES:
        pair = []
        for text in (first, second):
            levels = {item.split(":")[0]: int(item.split(":")[1]) for item in text.split("；")}
            unit = story.rng.choice(story.units.county(next(iter(levels))))
            pair.append(story.add(unit, "young", levels, specialist=text == first, preferences=[team]))
            story.move_from_ended(pair[-1])
        if relation == "夫妻":
            pair[0].gender, pair[1].gender = "男", "女"
        pair[0].kin.append((pair[1], relation))
        if story.rng.random() < 0.5:
            pair[1].kin.append((pair[0], relation))
    for category, post, leader, relation in [("经济", "T05-经济", "L5", "妻弟"), ("法务", "T11-法务", "L4", "侄子")]:
        person = _ace(story, category, "U28" if category == "经济" else "U26", "young", specialist=True)
        person.preferences = [post]
        person.kin.append((leader, relation))


def _incumbents(story: Story) -> None:
    """Whoever sat on the other desks of 2018: many old hands, some from townships, some short of the level asked."""
    rng = story.rng
    for desk in story.desks:
        if desk.taken:
            continue
        post, chance = desk.post, rng.random()
        category = post.category or next(iter(post.branches[0]))
        level = post.branches[0][next(iter(post.branches[0]))]
        kept = post.task_force in data.RUNNING_2019
        if category in ("规划", "法务"):
            unit = rng.choice(story.units.townships) if chance < 0.5 else rng.choice(story.units.county(category))
            levels = {category: level if chance < 0.5 else 2, "群众": 3}
            person = story.add(unit, "middle", levels, specialist=chance < 0.2)
        elif chance < (0.55 if kept else 0.25):
            person = _ace(story, category, rng.choice(story.units.county(category)), "middle")
        elif chance < 0.65:
            person = story.add(rng.choice(story.units.townships), "middle", {category: max(2, level)})
        else:
            age = "young" if rng.random() < 0.2 else "middle"
            levels = {category: max(2, level - 1 if rng.random() < 0.5 else level)}
            person = story.add(rng.choice(story.units.county(category)), age, levels, specialist=rng.random() < 0.12)
        story.sit(person, desk)
        if kept and rng.random() < 0.3:
            person.preferences = [post.task_force]


def _seniors(story: Story, number: int) -> None:
    """Left a leading post: they would make the best heads, which they may not be (R28), and only 16 are wanted."""
    for i in range(number):
        category = ["谋划", "城建", "农旅", "工程", "招商"][i % 5]
        person = _ace(story, category, story.rng.choice(story.units.county(category)), "senior")
        person.specialist = i % 3 == 0
        if i % 2 == 0:
            story.move_from_ended(person)


def _underqualified(story: Story) -> None:
    """Would like to go where planners and lawyers are short, but lack a level (R27)."""
    for team, category in [("T07", "规划"), ("N05", "规划"), ("T10", "规划"), ("T08", "法务"), ("N03", "法务")]:
        unit = story.rng.choice(story.units.county(category))
        story.add(unit, "young", {category: 2, "群众": 2}, specialist=True, preferences=[team])


BARRED: list[tuple[str, dict[str, str]]] = [
    ("文字", {"recruit": "招录", "recruited": "2017-08"}),
    ("经济", {"recruit": "招录", "recruited": "2017-09"}),
    ("谋划", {"recruit": "选调生", "recruited": "2017-08"}),
    ("招商", {"recruit": "招录", "recruited": "2016-09"}),
    ("工程", {"recruit": "招录", "recruited": "2018-08", "probation_end": "2019-08"}),
    ("规划", {"recruit": "招录", "recruited": "2018-09", "probation_end": "2019-09"}),
    ("谋划", {"lead_probation_end": "2019-12"}),
    ("城建", {"lead_probation_end": "2020-03"}),
    ("经济", {"leading_team": "是"}),
    ("工程", {"leading_team": "是"}),
    ("农旅", {"leading_team": "是"}),
    ("群众", {"leading_team": "是"}),
    ("文字", {"leading_team": "是"}),
    ("农旅", {"status": "驻村"}),
    ("群众", {"status": "驻村"}),
    ("规划", {"status": "挂职"}),
    ("招商", {"status": "借出"}),
    ("经济", {"status": "借出"}),
    ("群众", {"status": "退休"}),
    ("城建", {"sanction_end": "2019-11"}),
    ("谋划", {"sanction_end": "2020-01"}),
    ("工程", {"sanction_end": "2019-06"}),
    ("经济", {"status": "调查"}),
    ("文字", {"assessments": "2016:称职；2017:称职；2018:不称职"}),
    ("招商", {"assessments": "2016:称职；2017:称职；2018:基本称职"}),
    ("法务", {"health": "较差"}),
    ("规划", {"status": "病假"}),
    ("群众", {"restricted_duty": "是"}),
    ("群众", {"restricted_duty": "是"}),
    ("城建", {"conflicts": "T09"}),
    ("农旅", {"conflicts": "D88；D90"}),
    ("招商", {"conflicts": "D60"}),
    ("文字", {"pool": "否"}),
    ("工程", {"pool": "否"}),
    ("经济", {"last_return": "2018-06"}),
]


def _barred(story: Story) -> None:
    """One or two for each rule that bars a person; all of them well matched."""
    for i, (category, bars) in enumerate(BARRED):
        age = "middle" if "lead" in next(iter(bars)) or "status" in bars or "sanction_end" in bars else "young"
        person = _ace(story, category, story.rng.choice(story.units.county(category)), age, specialist=i % 2 == 0)
        if bars.get("status") == "退休":
            person.birth = "1959-03"
        if "recruited" in bars:
            person.birth = f"{1993 + i % 3}-0{1 + i % 9}"
        person.bars.update(bars)


def _others(story: Story, number: int) -> None:
    """The rest of the pool: fewer skills, a few refusals."""
    for i in range(number):
        category = COMMON[i % len(COMMON)]
        age = ["young", "middle"][i % 2]
        levels = {category: story.rng.choice([1, 2, 3]), "文字": 2}
        story.add(story.rng.choice(story.units.county(category)), age, levels, specialist=i % 8 == 0)


def _opinions(story: Story) -> None:
    """What units think, who would go elsewhere, who refuses what; nobody refuses the seat planted for him."""
    rng = story.rng
    for person in story.cast.people:
        chance = rng.random()
        person.unit_opinion = "同意" if chance < 0.7 else "不同意" if chance < 0.76 else ""
        if person.preferences and rng.random() < 0.7:
            person.accepts_other = "否" if rng.random() < 0.2 else "是"
        if rng.random() < 0.12 and person.preferences:
            free = [team for team in data.RUNNING_2019 if team not in [*person.preferences, person.planted]]
            person.refuses = [rng.choice(free)]


def _bands(story: Story) -> None:
    """Performance bands of the 137: 20, 60, 15 and 5 in a hundred."""
    incumbents = [person for person in story.cast.people if person.current_post]
    story.rng.shuffle(incumbents)
    for i, person in enumerate(incumbents):
        share = 100 * i // len(incumbents)
        person.band = "1" if share < 20 else "2" if share < 80 else "3" if share < 95 else "4"
