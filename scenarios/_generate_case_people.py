"""The people of an invented case: a plan is planted first, then people who fit better but may not all be had."""

from _generate_case import Case, CasePost
from _generate_people import Cast, Person

SPECIALIST_SHARE, YOUNG_SHARE = 40, 50  # of each team, in hundredths, as the quotas ask


class CaseCast:
    """Fills the pool up to the number asked for."""

    def __init__(self, case: Case) -> None:
        self.case, self.rng = case, case.rng
        self.cast = Cast(case.rng)
        self.teams: dict[str, list[str]] = {}  # category -> task forces that have posts of it
        for post in case.posts:
            if post.category:
                self.teams.setdefault(post.category, []).append(post.task_force)
        self.planted_seats: list[tuple[Person, CasePost]] = []

    def fill(self) -> list[Person]:
        """The planted plan, then kin, then everybody else."""
        self._plant()
        spare = self.case.options.people - len(self.cast.people)
        pairs = round(self.case.options.kin * self.case.options.people / 100)
        for _ in range(min(pairs, spare // 4)):
            self._couple()
        while len(self.cast.people) < self.case.options.people:
            self._outsider()
        self._incumbents()
        return self.cast.people

    # --- the planted plan --------------------------------------------------------------------------------------------

    def _plant(self) -> None:
        by_team: dict[str, list[CasePost]] = {}
        for post in self.case.posts:
            by_team.setdefault(post.task_force, []).extend([post] * post.seats)
        for seats in by_team.values():
            # those who may be young or specialists in the hidden plan: just as many as the quotas ask for
            order = sorted(range(len(seats)), key=lambda i: (seats[i].role != "成员", i))
            young = set(order[: -(-len(seats) * YOUNG_SHARE // 100)])
            special = set(self.rng.sample(range(len(seats)), -(-len(seats) * SPECIALIST_SHARE // 100)))
            for i, post in enumerate(seats):
                self._plant_one(post, i in young, i in special)

    def _plant_one(self, post: CasePost, young: bool, specialist: bool) -> None:
        rng = self.rng
        unit = rng.choice(self.case.county_units)
        unit.lends += 1
        levels = dict(rng.choice(post.needs))
        main = next(iter(levels))
        levels[main] = min(5, levels[main] + (rng.random() < 0.4))
        levels.setdefault(rng.choice(self.case.categories), rng.randint(1, 3))
        if post.role == "顾问":
            birth, stepped_down = self.cast.senior(), rng.random() < 0.7
        else:
            birth, stepped_down = self.cast.young() if young else self.cast.middle(), False
        person = self.cast.add(
            unit.unit_id, birth, levels, specialist=specialist, stepped_down=stepped_down, planted=post.task_force
        )
        if post.load < 100 and rng.random() < 0.5:
            person.bars["capacity"] = "0.5"
        self._state_wishes(person, main, 0.6)
        self.planted_seats.append((person, post))

    # --- the others --------------------------------------------------------------------------------------------------

    def _unit(self) -> str:
        """Three in five of the others come from units that lend no more."""
        crowded = [unit for unit in self.case.county_units if unit.crowded]
        return self.rng.choice(crowded if self.rng.random() < 0.6 else self.case.county_units).unit_id

    def _couple(self) -> None:
        """Two kin who would be the best for two seats of one team, and who name it."""
        rooms = [post for post in self.case.posts if post.seats >= 2 and post.load == 100]
        post = self.rng.choice(rooms or self.case.posts)
        units = [unit.unit_id for unit in self.case.county_units if unit.lends and not unit.crowded]
        pair = []
        for _ in range(2):
            unit = self.rng.choice(units) if units else self._unit()
            levels = dict.fromkeys((*post.needs[0], *post.wants), 5)
            person = self.cast.add(unit, self.cast.young(), levels, specialist=True)
            person.preferences = [post.task_force]
            pair.append(person)
        pair[0].gender, pair[1].gender = "男", "女"
        pair[0].kin.append((pair[1], "夫妻"))

    def _outsider(self) -> None:
        """Well matched, but mostly born before 1985, no specialist, from a township or barred."""
        rng, case = self.rng, self.case
        scarcity = case.options.scarcity
        main = rng.choice(case.categories)
        top = 2 if main in case.scarce and rng.random() < scarcity else 5
        levels = {main: min(top, rng.choice([2, 3, 4, 4, 5])), rng.choice(case.categories): 2}
        young = rng.random() < 0.6 * (1 - scarcity)
        birth = self.cast.young() if young else self.cast.middle()
        township = rng.random() < 0.15
        townships = [unit.unit_id for unit in case.units if unit.township]
        unit = rng.choice(townships) if township and townships else self._unit()
        specialist = rng.random() < (0.6 if township else 0.5 * (1 - scarcity))
        person = self.cast.add(unit, birth, levels, specialist=specialist, township=township)
        if township:
            person.bars["township_since"] = f"{rng.randint(2013, 2017)}-08"
        self._state_wishes(person, main, 0.9)
        self._bar(person)

    def _state_wishes(self, person: Person, category: str, own: float) -> None:
        """Wishes of the share of people asked for, mostly for a team that needs the category; some refusals."""
        rng = self.rng
        if rng.random() >= self.case.options.wishes:
            return
        teams = self.teams.get(category) or [self.case.posts[0].task_force]
        first = person.planted if person.planted and rng.random() < own else rng.choice(teams)
        person.preferences = list(dict.fromkeys([first, rng.choice(teams)]))
        person.accepts_other = rng.choice(["是", "是", "否"])
        if rng.random() < 0.15:
            refused = rng.choice(self.case.task_forces)["id"]
            if refused not in (*person.preferences, person.planted):
                person.refuses = [refused]

    def _bar(self, person: Person) -> None:
        """One in ten of the others is barred by a rule on persons."""
        bars: list[dict[str, str]] = [
            {"status": "驻村"},
            {"status": "挂职"},
            {"status": "病假"},
            {"leading_team": "是"},
            {"health": "较差"},
            {"recruit": "招录", "recruited": "2018-08"},
            {"probation_end": "2019-09"},
            {"sanction_end": "2020-01"},
            {"conflicts": person.preferences[0]} if person.preferences else {"pool": "否"},
            {"assessments": "2017:称职；2018:不称职"},
        ]
        if self.rng.random() < 0.1:
            person.bars |= self.rng.choice(bars)

    # --- who sits there today ----------------------------------------------------------------------------------------

    def _incumbents(self) -> None:
        """Seven in ten seats of running task forces are held, half of them by those of the hidden plan."""
        others = [person for person in self.cast.people if not person.planted]
        by_category: dict[str, list[Person]] = {}
        for person in others:
            by_category.setdefault(next(iter(person.categories)), []).append(person)
        running = {row["id"] for row in self.case.task_forces if row["state"] == "运行"}
        for person, post in self.planted_seats:
            chance = self.rng.random()
            if post.task_force not in running or chance > 0.7 or post.role == "顾问":
                continue
            holders = by_category.get(next(iter(post.needs[0])), [])
            holder = person if chance < 0.35 or not holders else holders.pop(self.rng.randrange(len(holders)))
            holder.current_task_force, holder.current_post = post.task_force, post.post_id
            holder.since = f"2018-{self.rng.randint(7, 12):02d}"
            holder.bars["current.load"] = f"{post.load / 100:g}"
            holder.band = str(self.rng.choice([1, 2, 2, 2, 3]))
            if "capacity" not in holder.bars and post.load < 100 and self.rng.random() < 0.3:
                holder.bars["capacity"] = "0.5"
