"""Where the boxes of a chart stand: columns from left to right, each box in a band that only what follows from it shares.

A box that several rows lead to is placed once, after the first of them; the others name it. So no two boxes overlap, and no arrow
crosses a box. Widths are estimated, because there is no font to measure. Imports `charts`.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from incidents.charts import Box, Chart

FONT_SIZE, LINE_HEIGHT = 13, 18
WRAPPED_AT = 46
"""Characters in a line of a box."""
PADDING, GAP, COLUMN_GAP, MARGIN, HEADING = 10, 14, 56, 20, 34
_NARROW, _BROAD = frozenset("iIjl.,:;'|!()[]tf "), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its baseline from the top of the drawing; `is_title` is set in bold."""

    text: str
    y: int
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A box where it stands. `rules`: where a line parts one row from the one above it; `because`: why it is there."""

    name: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[Line, ...]
    rules: tuple[int, ...]
    because: str = ""

    @property
    def head(self) -> int:
        """The height of what stands above the first row."""
        return self.rules[0] - self.y if self.rules else self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the right edge of a row to the left edge of a box in the next column; by `bend_x` it has reached that box's height."""

    from_x: int
    from_y: int
    bend_x: int
    to_x: int
    to_y: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A chart laid out, in pixels."""

    title: str
    width: int
    height: int
    boxes: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]


@dataclass(slots=True)
class _Sized:
    """A box that is not placed yet: its lines of text, its children and the height of the band they all need."""

    title: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    children: Mapping[int, str]
    column: int
    width: int
    height: int
    band: int = 0


def laid_out(drawn: Chart) -> Layout:
    """Place every box; linear in the text."""
    sized, roots = _sized(drawn)
    # Children come after their parents, so backwards every band is known before it is needed.
    for each in reversed(sized.values()):
        inside = sum(sized[child].band + GAP for child in each.children.values()) - GAP
        each.band = max(each.height, inside)
    columns = _columns(sized)
    tops: dict[str, int] = {}
    y = MARGIN + HEADING
    for name in roots:
        tops[name] = y
        y += sized[name].band + GAP
    placed: dict[str, Placed] = {}
    for name, each in sized.items():
        # At the top of its band, not in the middle: whoever opens the drawing of a large tree sees where it begins.
        placed[name] = _placed(drawn.boxes[name].because, name, each, columns[each.column], tops[name])
        top = tops[name]
        for child in each.children.values():
            tops[child] = top
            top += sized[child].band + GAP
    arrows = tuple(
        _arrow(placed[name], each, number, placed[child], columns[each.column + 1])
        for name, each in sized.items()
        for number, child in each.children.items()
    )
    right = max((each.x + each.width for each in placed.values()), default=0)
    width = max(right, MARGIN + round(1.3 * width_of(drawn.title))) + MARGIN
    return Layout(drawn.title, width, y - GAP + MARGIN, tuple(placed.values()), arrows)


def width_of(text: str) -> int:
    """The width of a line in pixels, rather too much than too little."""
    return round(FONT_SIZE * sum(map(_ems, text))) + 1


@lru_cache(maxsize=4096)
def _ems(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _BROAD:
        return 0.95
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.74 if character.isupper() else 0.62


def _sized(drawn: Chart) -> tuple[dict[str, _Sized], list[str]]:
    """Every box with those that follow from it, parents before children; and those that follow from none."""
    sized: dict[str, _Sized] = {}
    owned = dict.fromkeys(drawn.boxes, False)
    ledger: dict[str, tuple[int, dict[int, str]]] = {}
    roots = []
    for root in drawn.boxes:
        if owned[root]:
            continue
        roots.append(root)
        owned[root] = True
        ahead = [(root, 0)]
        while ahead:
            name, column = ahead.pop()
            children: dict[int, str] = {}
            for number, row in enumerate(drawn.boxes[name].rows):
                if row.to is not None and not owned[row.to]:
                    owned[row.to] = True
                    children[number] = row.to
            ledger[name] = column, children
            ahead.extend((child, column + 1) for child in reversed(children.values()))
    for name, (column, children) in ledger.items():
        sized[name] = _box_sized(drawn, drawn.boxes[name], column, children)
    return sized, roots


def _box_sized(drawn: Chart, box: Box, column: int, children: Mapping[int, str]) -> _Sized:
    title = tuple(_wrapped(box.title)) + tuple(part for line in box.lines for part in _wrapped(line))
    rows = []
    for row in box.rows:
        leads_to = drawn.boxes[row.to].title if row.to is not None else row.end
        rows.append(tuple(_wrapped(f"{row.label} → {leads_to}" if leads_to else row.label)))
    lines = [*title, *(part for row in rows for part in row)]
    # The title is bold, which takes about a tenth more.
    width = max(round(1.1 * width_of(line)) for line in lines) + 2 * PADDING
    height = LINE_HEIGHT * len(lines) + PADDING * (len(rows) + 1)
    return _Sized(title, tuple(rows), children, column, width, height)


def _columns(sized: Mapping[str, _Sized]) -> list[int]:
    """The left edge of each column, all of whose boxes are made as broad as the broadest, so that the gap beside it is free."""
    widest: dict[int, int] = {}
    for each in sized.values():
        widest[each.column] = max(widest.get(each.column, 0), each.width)
    for each in sized.values():
        each.width = widest[each.column]
    edges = [MARGIN]
    for column in range(len(widest) - 1):
        edges.append(edges[-1] + widest[column] + COLUMN_GAP)
    return edges


def _placed(because: str, name: str, each: _Sized, x: int, y: int) -> Placed:
    lines, rules = [], []
    baseline = y + PADDING // 2 + FONT_SIZE
    for number, text in enumerate(each.title):
        lines.append(Line(text, baseline, is_title=number == 0))
        baseline += LINE_HEIGHT
    for row in each.rows:
        rules.append(baseline - FONT_SIZE + PADDING // 2)
        baseline += PADDING
        for text in row:
            lines.append(Line(text, baseline))
            baseline += LINE_HEIGHT
    return Placed(name, x, y, each.width, each.height, tuple(lines), tuple(rules), because)


def _arrow(parent: Placed, each: _Sized, number: int, child: Placed, next_column_x: int) -> Arrow:
    above = len(each.title) + sum(len(row) for row in each.rows[:number])
    middle = above * LINE_HEIGHT + (number + 1) * PADDING + len(each.rows[number]) * LINE_HEIGHT // 2 + PADDING // 2
    start_x, start_y = parent.x + parent.width, parent.y + middle
    return Arrow(start_x, start_y, next_column_x - PADDING, child.x, child.y + LINE_HEIGHT // 2 + PADDING // 2)


def _wrapped(text: str) -> list[str]:
    """Lines of at most WRAPPED_AT characters; a word that is longer is broken."""
    return textwrap.wrap(text, WRAPPED_AT) or [""]
