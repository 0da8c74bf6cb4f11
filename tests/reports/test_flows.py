from hypothesis import given
from hypothesis import strategies as st

from voxloop.reports.flows import place


def connected(arrows: list[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    """Boxes 0 to n, each with an arrow from an earlier one, and these arrows besides."""
    return 8, list(dict.fromkeys([*((number // 2, number) for number in range(1, 8)), *arrows]))


ARROWS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]), max_size=20)


@given(ARROWS)
def test_every_arrow_leads_from_its_box_to_its_box(more: list[tuple[int, int]]) -> None:
    boxes, arrows = connected(more)
    placed = place(boxes, arrows)
    ends = {pair: (placed.arrows[pair][0], placed.arrows[pair][-1]) for pair in arrows}
    assert ends == {(start, end): (placed.boxes[start], placed.boxes[end]) for start, end in arrows}


@given(ARROWS)
def test_no_two_boxes_stand_in_one_place(more: list[tuple[int, int]]) -> None:
    placed = place(*connected(more))
    assert len(set(placed.boxes)) == len(placed.boxes)
    assert all(0 <= x <= placed.width + 1 and 0 <= y <= placed.height for x, y in placed.boxes)


def test_a_way_on_leads_down_and_a_way_back_up() -> None:
    placed = place(3, [(0, 1), (1, 2), (2, 0)])
    heights = [y for _, y in placed.boxes]
    assert heights == sorted(heights)
    assert placed.arrows[2, 0][0][1] > placed.arrows[2, 0][-1][1]


def test_a_single_box_needs_no_layout() -> None:
    assert (place(1, []).boxes, place(1, []).arrows) == ([(0.0, 0.0)], {})
