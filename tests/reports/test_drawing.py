"""Swedish number formats and the geometry of charts."""

from itertools import pairwise

import pytest

from reports.charts.label_places import Box, above_rules, beside_points, text_box
from reports.charts.svg import element, scale_over, spread, ticks
from reports.charts.trend_chart import labelled_years
from reports.swedish.numbers import decimals_that_tell_apart, join_words, join_years, number_text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (84.2, 1, "84,2"),
        (1.005, 2, "1,01"),
        (-2.5, 0, "\N{MINUS SIGN}3"),
        (1234567.0, 0, "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
        (0.0000001, 2, "0,00"),
        (3.96878, 1, "4,0"),
    ],
)
def test_numbers_are_written_in_swedish(value, decimals, text):
    """A number has a decimal comma, a true minus sign and no-break spaces, and is rounded half away from zero."""
    assert text == number_text(value, decimals)


def test_signed_numbers_show_a_plus():
    """A signed number shows a plus sign, and zero shows none."""
    assert ["+1,0", "0,0"] == [number_text(value, 1, signed=True) for value in (1.0, 0.0)]


@pytest.mark.parametrize(
    ("value", "other", "decimals"), [(80.33, 79.79, 1), (80.33, 80.31, 2), (3.96878, 4.0, 2), (5.0, 5.0, 1)]
)
def test_unequal_numbers_look_unequal(value, other, decimals):
    """Two unequal numbers get the fewest decimals that show the difference."""
    least = 1 if value == other else 0
    assert decimals == decimals_that_tell_apart(value, other, least)


def test_words_and_years_are_joined():
    """Words are joined with commas and `och`, and runs of three or more years become ranges."""
    assert "A, B och C" == join_words(["A", "B", "C"])
    assert "2018, 2020–2022 och 2024" == join_years([2024, 2018, 2020, 2021, 2022])


def test_labels_are_spread_apart_within_bounds():
    """Overlapping labels are moved apart, in their order and within the drawing."""
    placed = spread([50.0, 52.0, 51.0, 160.0], 10.0, 165.0)
    assert sorted(placed) == [placed[0], placed[2], placed[1], placed[3]]
    ordered = sorted(placed)
    assert all(later - earlier >= 13 - 1e-9 for earlier, later in pairwise(ordered))
    assert min(placed) >= 10
    assert max(placed) <= 165


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [-3.0, 7.0], [1e-4, 2e-4], [61.5, 96.8]])
def test_an_axis_has_round_marks_within_its_ends(values):
    """Any values, also a single one or equal ones, give a scale with marks inside it."""
    scale = scale_over(values, 0.0, 100.0)
    marks = ticks(scale)
    assert 1 <= len(marks) <= 7
    assert all(scale.low <= mark <= scale.high for mark in marks)


def test_elements_escape_what_they_are_given():
    """Texts and attributes of an element are escaped."""
    drawn = str(element("text", "<script>", data_value='"><script>'))
    assert drawn == '<text data-value="&#34;&gt;&lt;script&gt;">&lt;script&gt;</text>'


@pytest.mark.parametrize(
    ("segment", "length"),
    [
        (((-5.0, 5.0), (15.0, 5.0)), 10.0),
        (((2.0, 5.0), (4.0, 5.0)), 2.0),
        (((-5.0, 11.0), (15.0, 11.0)), 0.0),
        (((11.0, -5.0), (11.0, 15.0)), 0.0),
        (((-10.0, -10.0), (5.0, 5.0)), 50**0.5),
    ],
)
def test_a_line_is_measured_within_a_box(segment, length):
    """The length of a line inside a box is measured: all, a part or nothing."""
    assert length == pytest.approx(Box(0, 0, 10, 10).length_within(segment))


def test_numbers_keep_clear_of_lines_and_each_other():
    """Numbers beside points overlap neither lines nor each other."""
    points = [(50.0, 100.0), (80.0, 40.0), (84.0, 42.0)]
    lines = [(points[0], points[1]), (points[1], points[2])]
    texts = ["12,3", "45,6", "44,8"]
    places = beside_points(points, texts, lines, Box(0, 0, 200, 200))
    boxes = [text_box(*place, text) for place, text in zip(places, texts, strict=True)]
    assert not any(one.meets(other) for one, other in pairwise(boxes))
    assert [box.length_within(line) for box in boxes for line in lines] == [0.0] * 6


@pytest.mark.parametrize(
    "rules",
    [[100.0, 101.0, 102.0], [102.0, 101.0, 100.0], [20.0, 12.0, 40.0], [388.0, 380.0, 370.0], [100.0, 200.0, 300.0]],
)
def test_no_rule_cuts_a_text_above_another(rules):
    """Labels above rules do not overlap, and no rule crosses a label below its own."""
    texts = ["Alingsås 72,8", "Riket 73,1", "Mål 77"]
    spots = above_rules(rules, texts, 400.0)
    boxes = [text_box(spot.middle, 15.0 * spot.row, text) for spot, text in zip(spots, texts, strict=True)]
    for one, spot in enumerate(spots):
        for other, box in enumerate(boxes):
            if one != other:
                assert not box.meets(boxes[one])
                assert spot.row >= spots[other].row or box.length_within(((rules[one], 0.0), (rules[one], 99.0))) == 0


def test_a_text_wider_than_the_drawing_still_gets_a_place():
    """A text that is wider than the drawing still gets a position."""
    assert len(above_rules([10.0, 20.0], ["x" * 200, "Riket 1"], 400.0)) == 2


@pytest.mark.parametrize(
    ("years", "room", "labelled"),
    [
        (range(2019, 2026), 250.0, [2019, 2020, 2021, 2022, 2023, 2024, 2025]),
        (range(2019, 2031), 250.0, [2019, 2021, 2023, 2025, 2027, 2029]),
        (range(2019, 2031), 120.0, [2020, 2023, 2026, 2029]),
        (range(2023, 2024), 0.0, [2023]),
    ],
)
def test_years_below_a_chart_have_room(years, room, labelled):
    """A chart labels all years if they fit, else every second or third, always with the report's year."""
    assert labelled == labelled_years(years, 2023, room)
