"""A flow as an SVG document that needs nothing from elsewhere: titled boxes, and named arrows between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from unicodedata import east_asian_width

from voxloop.reports.flows import Pair, Point, place
from voxloop.reports.palette import INK, RULE, SOFT

_WIDTH, _LINE, _PADDING = 256, 18, 10
_BAR = 5
_ROOM = _WIDTH - _BAR - 2 * _PADDING
_ACROSS, _BETWEEN, _MARGIN = _WIDTH + 84, 84, 24
_TITLE, _SMALL = 14, 12
_LABEL_ROOM = _ACROSS * 0.7
_SHARES = [number / 20 for number in range(4, 17)]
_NARROW = 0.58  # of a letter's height, as wide as most are in the fonts below
_FONTS = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{SOFT}"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """``lines`` stand under its title; ``colour`` says of what kind it is."""

    title: str
    lines: Sequence[str]
    colour: str

    @property
    def height(self) -> int:
        """Pixels."""
        return 2 * _PADDING + _LINE * (len(self.heading) + len(self.rows))

    @cached_property
    def heading(self) -> Sequence[str]:
        """Its title, broken at spaces where it is too long."""
        return list(_broken(self.title, _TITLE))

    @cached_property
    def rows(self) -> Sequence[str]:
        """Its lines, likewise."""
        return [row for line in self.lines for row in _broken(line, _SMALL)]


def draw(title: str, boxes: Sequence[Box], arrows: Mapping[Pair, Sequence[str]]) -> str:
    """The drawing; the flow begins at the first box, and arrows lead from one to another by their places."""
    placed = place(len(boxes), [pair for pair in arrows if pair[0] != pair[1]])
    tallest = max(box.height for box in boxes)

    def at(point: Point) -> Point:
        return (
            _MARGIN + _WIDTH / 2 + point[0] * _ACROSS,
            _MARGIN + tallest / 2 + point[1] * (tallest + _BETWEEN),
        )

    middles = [at(point) for point in placed.boxes]
    routes = {
        pair: _around(middles[pair[0]], boxes[pair[0]])
        if pair[0] == pair[1]
        else _route([at(point) for point in placed.arrows[pair]], boxes[pair[0]], boxes[pair[1]])
        for pair in arrows
    }
    shown = [
        *map(_line, routes.values()),
        *(_box(box, middle) for box, middle in zip(boxes, middles, strict=True)),
        *_labels([(routes[pair], names) for pair, names in arrows.items()]),
    ]
    size = (placed.width * _ACROSS + _WIDTH + 4 * _MARGIN, placed.height * (tallest + _BETWEEN) + tallest + 2 * _MARGIN)
    return _document(title, size, shown)


def _document(title: str, size: Point, shown: Sequence[str]) -> str:
    width, height = (f"{each:.0f}" for each in size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" font-family="{_FONTS}" font-size="{_SMALL}" fill="{INK}"><title>{escape(title)}</title>{_HEAD}'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(shown)}</svg>\n'
    )


def _route(points: list[Point], start: Box, end: Box) -> list[Point]:
    """From the edge of one box to the edge of the other, past the points between them."""
    downwards = points[0][1] < points[-1][1]
    first, last = points[0], points[-1]
    side = 1 if downwards else -1
    # Ways back leave and arrive beside those that go down.
    shift = 0 if downwards else _WIDTH / 3
    begin = (first[0] + shift, first[1] + side * start.height / 2)
    finish = (last[0] + shift, last[1] - side * (end.height / 2 + 2))
    return [begin, *points[1:-1], finish]


def _around(middle: Point, box: Box) -> list[Point]:
    """From a box back to itself."""
    right, half = middle[0] + _WIDTH / 2, box.height / 4
    return [(right, middle[1] - half), (right + 2 * _MARGIN, middle[1]), (right + 2, middle[1] + half)]


def _line(points: Sequence[Point]) -> str:
    """A curve that leaves and arrives upright and goes through the points."""
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        path += f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
    return f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.3" marker-end="url(#head)"/>'


def _labels(arrows: Sequence[tuple[Sequence[Point], Sequence[str]]]) -> Iterator[str]:
    """What each arrow is called: near the middle of its first stretch, of a way back near where that begins.

    Names that would cover those of earlier arrows go up or down their own arrow, as far as there is room.
    """
    taken: list[_Label] = []
    for points, names in arrows:
        usual = 0.5 if points[0][1] < points[1][1] else 0.22
        shares = sorted(_SHARES, key=lambda share: abs(share - usual))
        places = [_Label.on(points[:2], share, names) for share in (usual, *shares)]
        taken.append(min(places, key=lambda label: sum(map(label.covered, taken))))
        yield taken[-1].drawn()


@dataclass(frozen=True)
class _Label:
    """The names of an arrow, one under the other; ``x`` is their middle, ``y`` the base of the first."""

    x: float
    y: float
    names: Sequence[str]

    @classmethod
    def on(cls, stretch: Sequence[Point], share: float, names: Sequence[str]) -> "_Label":
        """After that share of the stretch, as the curve of ``_line`` runs, whose handles stand half way up."""
        (x, y), (to_x, to_y) = stretch
        across = 3 * share**2 - 2 * share**3
        down = 1.5 * share * (1 - share) + share**3
        top = y + (to_y - y) * down - (len(names) - 1) * _LINE / 2 + 4
        return cls(x + (to_x - x) * across, top, names)

    @cached_property
    def lines(self) -> Sequence[str]:
        """As much of each name as there is room for."""
        return [_cut(name, _LABEL_ROOM, _SMALL) for name in self.names]

    @cached_property
    def width(self) -> float:
        """Of the longest."""
        return max(_width(line, _SMALL) for line in self.lines)

    def covered(self, other: "_Label") -> float:
        """Over how many square pixels the two lie."""
        across = (self.width + other.width) / 2 - abs(self.x - other.x)
        top, bottom = max(self.y, other.y), min(self._bottom, other._bottom)
        return max(across, 0) * max(bottom - top, 0)

    @property
    def _bottom(self) -> float:
        return self.y + len(self.names) * _LINE

    def drawn(self) -> str:
        """Whoever points at a name that was cut reads all of it."""
        return "".join(
            f'<text x="{self.x:.0f}" y="{self.y + number * _LINE:.0f}" text-anchor="middle" stroke="#fff"'
            f' stroke-width="7" stroke-linejoin="round" paint-order="stroke" fill="{SOFT}">{escape(line)}'
            f"{'' if line == name else f'<title>{escape(name)}</title>'}</text>"
            for number, (name, line) in enumerate(zip(self.names, self.lines, strict=True))
        )


def _box(box: Box, middle: Point) -> str:
    left, top = middle[0] - _WIDTH / 2, middle[1] - box.height / 2
    frame = (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{_WIDTH}" height="{box.height}" rx="6" fill="#fff"'
        f' stroke="{RULE}"/>'
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{_BAR}" height="{box.height}" fill="{box.colour}"/>'
    )
    return frame + "".join(_text_of(box, left + _BAR + _PADDING, top + _PADDING + _TITLE))


def _text_of(box: Box, left: float, top: float) -> Iterator[str]:
    for number, row in enumerate(box.heading):
        text = escape(_cut(row, _ROOM, _TITLE))
        y = top + number * _LINE
        yield f'<text x="{left:.0f}" y="{y:.0f}" font-size="{_TITLE}" font-weight="600">{text}</text>'
    for number, row in enumerate(box.rows, len(box.heading)):
        text = escape(_cut(row, _ROOM, _SMALL))
        yield f'<text x="{left:.0f}" y="{top + number * _LINE:.0f}" fill="{SOFT}">{text}</text>'


def _broken(line: str, size: int) -> Iterator[str]:
    row = ""
    for word in line.split(" "):
        longer = f"{row} {word}" if row else word
        if row and _width(longer, size) > _ROOM:
            yield row
            row = word
        else:
            row = longer
    yield row


def _cut(text: str, room: float, size: int) -> str:
    """The text, or as much of it as fits."""
    if _width(text, size) <= room:
        return text
    fits = next(length for length in range(len(text), -1, -1) if _width(text[:length] + "…", size) <= room)
    return text[:fits] + "…"


def _width(text: str, size: int) -> float:
    """Pixels, about."""
    return sum(size * (1.0 if east_asian_width(letter) in "WF" else _NARROW) for letter in text)
