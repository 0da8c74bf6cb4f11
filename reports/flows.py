"""Where the boxes of a flow stand and which way its arrows take: layers from top to bottom, as few crossings as found.

The only home of the layout library, which knows points alone. A way back is laid out as if it went forward, so that the
flow reads downwards, and is turned round again afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fast_sugiyama import from_edges

Point = tuple[float, float]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Placed:
    """Columns and rows, counted from the top left: of each box its middle, and of each arrow the points it passes."""

    boxes: Sequence[Point]
    arrows: Mapping[Pair, Sequence[Point]]
    width: float
    height: float


def place(boxes: int, arrows: Sequence[Pair]) -> Placed:
    """Lay out boxes, counted from 0 on, which all can be reached from the first; arrows between different ones."""
    turned = set(_ways_back(boxes, arrows))
    forward = list(dict.fromkeys(pair[::-1] if pair in turned else pair for pair in arrows))
    if not forward:
        return Placed([(0.0, 0.0)] * boxes, {}, 0.0, 0.0)
    [(positions, width, height, pieces)] = from_edges(
        forward, vertex_spacing=1, dummy_vertices=True, ranking_type="up", crossing_minimization="barycenter"
    )
    points = {int(key): (float(x), float(height) - float(y)) for key, (x, y) in positions}
    paths = dict(_paths(boxes, [(int(start), int(end)) for start, end in pieces or ()]))
    left = min(x for x, _ in points.values())
    points = {key: (x - left, y) for key, (x, y) in points.items()}
    laid = {pair: [points[key] for key in path] for pair, path in paths.items()}
    ways = {pair: laid[pair[::-1]][::-1] if pair in turned else laid[pair] for pair in arrows}
    return Placed([points[key] for key in range(boxes)], ways, float(width), float(height))


def _ways_back(boxes: int, arrows: Sequence[Pair]) -> Iterator[Pair]:
    """Arrows to a box from which one has just come, walking from the first box, each box's arrows in their order."""
    ways: dict[int, list[int]] = {box: [] for box in range(boxes)}
    for start, end in arrows:
        ways[start].append(end)
    on_the_way, left = [0], {0: iter(ways[0])}
    while on_the_way:
        box = on_the_way[-1]
        following = next(left[box], None)
        if following is None:
            on_the_way.pop()
        elif following in on_the_way:
            yield box, following
        elif following not in left:
            on_the_way.append(following)
            left[following] = iter(ways[following])


def _paths(boxes: int, pieces: Sequence[Pair]) -> Iterator[tuple[Pair, list[int]]]:
    """Each arrow with the points that it passes: those which are no boxes have one way in and one out."""
    onwards = {start: end for start, end in pieces if start >= boxes}
    for start, following in pieces:
        if start < boxes:
            path = [start, following]
            while path[-1] >= boxes:
                path.append(onwards[path[-1]])
            yield (start, path[-1]), path
