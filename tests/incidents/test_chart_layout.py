"""Where boxes stand: nothing lies over anything else, on the smallest charts and on the largest tree there is."""

from __future__ import annotations

from itertools import combinations

from incidents.chart_layout import Layout, laid_out, width_of
from incidents.charts import MOST_BOXES, Box, Chart, Row, chart
from incidents.procedure import Procedure
from incidents.read import read_procedure
from simulation.scenario_files import scenario_folder
from tests.incidents.sound_procedure import sound


def _layout(**boxes: Box) -> Layout:
    return laid_out(Chart("title", boxes))


def _city() -> Procedure:
    return read_procedure(scenario_folder("san_francisco") / "procedures" / "baseline.yaml")


def test_what_follows_stands_to_the_right_and_no_higher() -> None:
    """The drawing is read from the top left."""
    first, second = _layout(a=Box("a", rows=(Row("yes", to="b"),)), b=Box("b")).boxes
    assert (first.x + first.width < second.x, first.y <= second.y) == (True, True)


def test_an_arrow_runs_from_its_row_to_the_box() -> None:
    """An arrow from the wrong row is a wrong answer."""
    drawn = _layout(a=Box("a", rows=(Row("no", end="x"), Row("yes", to="b"))), b=Box("b"))
    (arrow,) = drawn.arrows
    parent, child = drawn.boxes
    assert parent.rules[1] < arrow.from_y < parent.y + parent.height
    assert (arrow.from_x, arrow.to_x) == (parent.x + parent.width, child.x)
    assert child.y < arrow.to_y < child.y + child.height


def test_a_box_that_two_rows_lead_to_is_drawn_once() -> None:
    """The second row names it, and no arrow crosses the drawing."""
    drawn = _layout(a=Box("a", rows=(Row("yes", to="b"), Row("no", to="b"))), b=Box("b"))
    assert (len(drawn.boxes), len(drawn.arrows)) == (2, 1)
    assert [line.text for line in drawn.boxes[0].lines] == ["a", "yes → b", "no → b"]


def test_no_box_lies_over_another() -> None:
    """A word that cannot be read is a rule that is not known."""
    for subject in ("tree", "plans", "escalation"):
        for procedure in (_city(), Procedure.model_validate(sound())):
            boxes = laid_out(chart(procedure, subject)).boxes
            for one, other in combinations(boxes, 2):
                beside = one.x + one.width <= other.x or other.x + other.width <= one.x
                above = one.y + one.height <= other.y or other.y + other.height <= one.y
                assert beside or above, (one.name, other.name)


def test_no_arrow_crosses_a_box() -> None:
    """It stays in the gap between two columns, or it would strike out what stands in its way."""
    drawn = laid_out(chart(_city(), "tree"))
    for arrow in drawn.arrows:
        for box in drawn.boxes:
            is_between = box.x < arrow.to_x and box.x + box.width > arrow.from_x
            assert not is_between, (arrow, box.name)


def test_everything_stands_inside_the_drawing() -> None:
    """What is cut off at the edge is not drawn."""
    drawn = laid_out(chart(_city(), "tree"))
    assert all(each.x >= 0 and each.x + each.width <= drawn.width for each in drawn.boxes)
    assert all(each.y >= 0 and each.y + each.height <= drawn.height for each in drawn.boxes)


def test_text_stays_inside_its_box() -> None:
    """A long word and a broad script are what breaks boxes."""
    for title in ("W" * 80, "消防" * 40, "it is " * 80, "x"):
        (box,) = _layout(a=Box(title)).boxes
        assert all(width_of(line.text) < box.width for line in box.lines)


def test_a_chain_as_long_as_a_drawing_may_be_is_laid_out() -> None:
    """Depth is no reason to fail."""
    boxes = {f"b{n}": Box(f"b{n}", rows=(Row("on", to=f"b{n + 1}"),)) for n in range(MOST_BOXES - 1)}
    drawn = _layout(**boxes, **{f"b{MOST_BOXES - 1}": Box("last")})
    assert len(drawn.arrows) == MOST_BOXES - 1


def test_an_empty_chart_is_a_title() -> None:
    """A procedure without plans has a drawing of them all the same."""
    assert _layout().boxes == ()
