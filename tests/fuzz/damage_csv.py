"""The structure of CSV files: short and long rows, header, delimiter, quotes."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.fuzz.base import CSV, GB, HEADERS, Base, cell_text, csv_text
from tests.fuzz.damage import ROWS, SAME, TOLD, Damage, mutator

FORMS = (CSV, GB)


def _table(rng: random.Random) -> str:
    return rng.choice(("people", "people", "people", "units", "posts"))


def _grid(base: Base, name: str) -> list[list[str]]:
    """Header and rows of a table."""
    rows = base.tables[name]
    return [[HEADERS[name][key] for key in rows[0]], *([cell_text(value) for value in row.values()] for row in rows)]


def _lines(base: Base, name: str, lines: list[str], must: str = ROWS, note: str = "", place: str = "") -> Damage:
    file = f"{name}.csv"
    return Damage(base.with_text(file, "\n".join(lines) + "\n"), file, must, note, place)


def _each(base: Base, name: str, change: Callable[[list[str]], str], must: str = ROWS, note: str = "") -> Damage:
    """Every line, the header too, written in another way."""
    return _lines(base, name, [change(cells) for cells in _grid(base, name)], must, note)


@mutator("csv", *FORMS)
def row_cut_short(rng: random.Random, base: Base) -> Damage:
    """A row that ends early, so that its last columns would be blank."""
    name = _table(rng)
    lines = [",".join(cells) for cells in _grid(base, name)]
    place = rng.randrange(1, len(lines))
    cells = lines[place].split(",")
    lines[place] = ",".join(cells[: rng.randrange(1, len(cells))])
    return _lines(base, name, lines, TOLD, lines[place][:40], f"{name}.csv:{place + 1}")


@mutator("csv", *FORMS)
def rows_cut_short(rng: random.Random, base: Base) -> Damage:
    """The last column missing in all rows, or in all from one on: the header still names it."""
    name = _table(rng)
    lines = [",".join(cells) for cells in _grid(base, name)]
    first = rng.randrange(1, len(lines))
    width = rng.randrange(2, lines[0].count(",") + 1)
    lines = [*lines[:first], *(",".join(line.split(",")[:width]) for line in lines[first:])]
    return _lines(base, name, lines, TOLD, f"from {first + 1}, {width} cells")


@mutator("csv", *FORMS)
def extra_cells(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    lines = [",".join(cells) for cells in _grid(base, name)]
    place = rng.randrange(1, len(lines))
    extra = rng.choice(("x", "备注", "在岗", "1", ",x"))
    lines[place] += f",{extra}"
    return _lines(base, name, lines, TOLD, extra, f"{name}.csv:{place + 1}")


@mutator("csv", *FORMS)
def shifted_row(rng: random.Random, base: Base) -> Damage:
    """A cell taken out or put in: what follows stands under the wrong header."""
    name = _table(rng)
    lines = [",".join(cells) for cells in _grid(base, name)]
    place = rng.randrange(1, len(lines))
    cells = lines[place].split(",")
    column = rng.randrange(1, len(cells))
    if rng.random() < 0.5:
        del cells[column]
    else:
        cells.insert(column, rng.choice(("", "x")))
    lines[place] = ",".join(cells)
    return _lines(base, name, lines, TOLD, f"line {place + 1}, column {column + 1}")


@mutator("csv", *FORMS)
def blank_cells(rng: random.Random, base: Base) -> Damage:
    """Separators without content at the end of lines, as spreadsheets leave them."""
    name = _table(rng)
    extra = "," * rng.choice((1, 5, 300))
    return _each(base, name, lambda cells: ",".join(cells) + extra, SAME)


@mutator("csv", *FORMS)
def blank_first_rows(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    blank = rng.choice(("", ",,,,", " , ", '""'))
    return _lines(base, name, [*[blank] * rng.choice((1, 3)), *(",".join(cells) for cells in _grid(base, name))], SAME)


@mutator("csv", *FORMS)
def title_line(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    title = rng.choice(
        ("人员花名册", "人员花名册,,,,,", "2019年人员花名册（内部）", "表1,单位：县委组织部", ",,,花名册")
    )
    return _lines(base, name, [title, *(",".join(cells) for cells in _grid(base, name))], SAME, title)


@mutator("csv", *FORMS)
def separator_line(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    delimiter = rng.choice(";,\t|")
    first = rng.choice((f"sep={delimiter}", f'"sep={delimiter}"', f"SEP={delimiter}"))
    rows = csv_text(name, base.tables[name], delimiter).rstrip("\n").split("\n")
    return _lines(base, name, [first, *rows], SAME, first)


@mutator("csv", *FORMS)
def swallowing_quotes(rng: random.Random, base: Base) -> Damage:
    """One quote opens in a row and one closes in a later row: what lies between looks like one cell, and every count fits."""
    name = "people"
    grid = _grid(base, name)
    first = rng.randrange(1, len(grid) - 1)
    last = rng.randrange(first + 1, len(grid))
    column = rng.randrange(1, len(grid[0]))
    lines = [list(cells) for cells in grid]
    lines[first][column] = '"' + lines[first][column]
    lines[last][column] += '"'
    note = f"lines {first + 1}-{last + 1}, {list(base.tables[name][0])[column]}"
    return _lines(base, name, [",".join(cells) for cells in lines], TOLD, note)


@mutator("csv", *FORMS)
def swallowing_at_end(rng: random.Random, base: Base) -> Damage:
    """A quote opens in the last column and closes at the end of a later line."""
    name = "people"
    grid = [list(cells) for cells in _grid(base, name)]
    first = rng.randrange(1, len(grid) - 1)
    last = rng.randrange(first + 1, len(grid))
    grid[first][-1] = '"' + grid[first][-1]
    grid[last][-1] += '"'
    return _lines(base, name, [",".join(cells) for cells in grid], TOLD, f"lines {first + 1}-{last + 1}")


@mutator("csv", *FORMS)
def other_delimiter(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    delimiter = rng.choice(("|", "，", ";", "\t", " ", "  ", "^", "~", ":", ", ", "\x1f", ",,"))
    return _each(base, name, delimiter.join, SAME, repr(delimiter))


@mutator("csv", *FORMS)
def two_delimiters(rng: random.Random, base: Base) -> Damage:
    """Some lines have another delimiter than the rest."""
    name = _table(rng)
    delimiter = rng.choice(("|", "，", ";", "\t"))
    grid = _grid(base, name)
    odd = set(rng.sample(range(len(grid)), rng.randint(1, len(grid) - 1)))
    lines = [(delimiter if place in odd else ",").join(cells) for place, cells in enumerate(grid)]
    return _lines(base, name, lines, SAME, f"{delimiter!r} in {sorted(odd)}")


@mutator("csv", *FORMS)
def no_header(rng: random.Random, base: Base) -> Damage:
    name = _table(rng)
    return _lines(base, name, [",".join(cells) for cells in _grid(base, name)[1:]], TOLD)


@mutator("csv", *FORMS)
def header_below(rng: random.Random, base: Base) -> Damage:
    """The header not at the top, or again further down, as joined files have it."""
    name = _table(rng)
    header, *rows = [",".join(cells) for cells in _grid(base, name)]
    place = rng.randrange(1, len(rows) + 1)
    again = rng.random() < 0.5
    lines = [*rows[:place], header, *rows[place:]]
    return _lines(base, name, [header, *lines] if again else lines, TOLD, f"{place}, again {again}")


@mutator("csv", *FORMS)
def header_cell(rng: random.Random, base: Base) -> Damage:
    """A header that is blank, unknown, misspelt or there twice: its column would go unread."""
    name = _table(rng)
    grid = _grid(base, name)
    column = rng.randrange(len(grid[0]))
    old = grid[0][column]
    new = rng.choice(
        ("", " ", "x", "Column1", "Unnamed: 3", old + "1", old[:-1] or "", grid[0][column - 1], "序号", "备注", "#REF!")
    )
    grid[0][column] = new
    must = ROWS if new == "专业" else TOLD  # a header of its own
    return _lines(base, name, [",".join(cells) for cells in grid], must, f"{old} -> {new}")


@mutator("csv", *FORMS)
def column_order(rng: random.Random, base: Base) -> Damage:
    """Columns in another order, with blanks around the headers: harmless."""
    name = _table(rng)
    order = list(range(len(_grid(base, name)[0])))
    rng.shuffle(order)
    lines = [[cells[place] for place in order] for cells in _grid(base, name)]
    lines[0] = [rng.choice(("{}", " {} ", "{}*", "{}（必填）", "{}\u3000")).format(cell) for cell in lines[0]]
    return _lines(base, name, [",".join(cells) for cells in lines], SAME)


@mutator("csv", *FORMS)
def quoted_otherwise(rng: random.Random, base: Base) -> Damage:
    """All cells quoted, with the marks of one program or another."""
    name = _table(rng)
    left, right = rng.choice((('"', '"'), ("'", "'"), ("“", "”"), (' "', '"'), ('"', '" '), ('="', '"')))
    return _each(base, name, lambda cells: ",".join(left + cell + right for cell in cells), SAME, left)


@mutator("csv", *FORMS)
def escaped_quotes(rng: random.Random, base: Base) -> Damage:
    """Quotes inside a cell as other programs escape them, or not at all."""
    grid = _grid(base, "people")
    place = rng.randrange(1, len(grid))
    column = list(base.tables["people"][0]).index("title")
    grid[place][column] = rng.choice(
        ('"科\\"员\\""', '"科"员"', '科""员', '"科""员"', '"科""', '""科员""', '"科\\",员"', '"科员\\"')
    )
    return _lines(base, "people", [",".join(cells) for cells in grid], ROWS, grid[place][column])


@mutator("csv", *FORMS)
def second_table(rng: random.Random, base: Base) -> Damage:
    """Another table below the first one, as one sheet printed into one file has it."""
    name, other = rng.sample(("people", "units", "posts"), 2)
    gap = [""] * rng.choice((0, 1, 3))
    lines = [",".join(cells) for cells in _grid(base, name)] + gap + [",".join(cells) for cells in _grid(base, other)]
    return _lines(base, name, lines, TOLD, f"{other} below {name}")


@mutator("csv", *FORMS, weight=0.3)
def many_rows(rng: random.Random, base: Base) -> Damage:
    """Stray rows far beyond the table: what is said stays short."""
    count = rng.choice((2000, 60_000, 600_000))
    stray = rng.choice((",,x", "x", "，", ",无,", '"'))
    lines = [",".join(cells) for cells in _grid(base, "people")] + [stray] * count
    return _lines(base, "people", lines, SAME if stray == '"' else TOLD, f"{count} {stray}")


@mutator("csv", *FORMS, weight=0.3)
def wide_rows(rng: random.Random, base: Base) -> Damage:
    count = rng.choice((300, 20_000, 1_000_000))
    lines = [",".join(cells) for cells in _grid(base, "people")]
    place = rng.randrange(len(lines))
    lines[place] += "," * count + rng.choice(("", "x"))
    return _lines(base, "people", lines, ROWS, f"{count} in line {place + 1}")


@mutator("csv", *FORMS)
def only_header(rng: random.Random, base: Base) -> Damage:
    """No rows, or no table at all: there is nobody to staff with."""
    name = rng.choice(("people", "posts"))
    header = ",".join(_grid(base, name)[0])
    text = rng.choice((header, header.replace(",", ",,"), "", ",,,", header + "\n,,,,"))
    return _lines(base, name, [text], TOLD, name)
