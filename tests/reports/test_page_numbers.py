"""Every number on the page equals the published file's, to the last digit, and names its cell."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from reports.reading.sourced_rows import Source, open_source
from reports.swedish.located_figures import exact
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, Node, opened

DECIMAL = re.compile(r"\d,\d")
# Numbers on the page that are part of a text of the file or the page, and no figures.
WORDS = ("style", "title", "desc", "svg:scale")


def figures(page: Node) -> list[Node]:
    """Return the elements that name a cell."""
    return page.find(lambda node: "data-column" in node.attributes)


def rows_by_address(source: Source, relation: str, cache: dict) -> dict[str, dict]:
    """Return all rows of a relation by their addresses."""
    if relation not in cache:
        cache[relation] = {row.address: row.values for row in source.rows(relation)}
    return cache[relation]


def count_of(source: Source, relation: str, key: str) -> int:
    """Return how many rows meet the conditions in a key."""
    conditions: dict[str, list[str]] = {}
    for name, value in parse_qsl(key):
        conditions.setdefault(name, []).append(value)
    where = " and ".join(f"list_contains(?, lower(cast({name} as varchar)))" for name in conditions)
    return len(source.rows(relation, where, [[each.lower() for each in values] for values in conditions.values()]))


def check(source: Source, page: Node) -> int:
    """Compare each figure of a page with the file; return their number."""
    cache: dict = {}
    found = figures(page)
    for node in found:
        relation, key, column = (node.attributes[f"data-{name}"] for name in ("table", "key", "column"))
        if column == "count(*)":
            assert count_of(source, relation, key) == int(node.attributes["data-value"]), node.attributes
            continue
        row = rows_by_address(source, relation, cache)[key]
        expected = exact(row[column])
        if "data-value" in node.attributes:
            assert expected == node.attributes["data-value"], node.attributes
        else:
            assert expected == node.words(), node.attributes
    return len(found)


def test_every_figure_equals_the_file(world: World):
    """Each element that names table, key and column has exactly the value of that cell."""
    with opened(world.home) as connection:
        assert check(open_source(connection), world.page) > 1500


def test_every_figure_as_of_equals_the_macros(earlier_world: World):
    """The report as of the first run has the values of the as-of macros."""
    with opened(earlier_world.home) as connection:
        assert check(open_source(connection, "2026-04-02"), earlier_world.page) > 1500
    then = earlier_world.page.by_id("i-P4.3")
    assert "dolt" not in [node.words() for node in then.find(lambda node: "big" in node.classes())]


def shown_number(text: str) -> tuple[float, int]:
    """Return a printed number and its decimals."""
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-").removesuffix("%").strip()
    return float(plain.replace(",", ".")), len(plain.partition(",")[2])


def test_what_is_shown_is_the_value_rounded(world: World):
    """Each printed number is its exact value rounded half away from zero."""
    seen = 0
    for node in figures(world.page):
        value, text = node.attributes.get("data-value", ""), node.words().strip()
        if not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", value) or not text:
            continue
        shown, decimals = shown_number(text)
        exactly = abs(float(value)) * (100 if text.endswith("%") else 1)
        assert abs(abs(shown) - exactly) <= 0.5 * 10**-decimals + 1e-9, (text, value)
        seen += 1
    assert seen > 1000


def loose_words(node: Node) -> Iterator[str]:
    """Yield the texts of a page outside of figures, scales and text alternatives."""
    if node.tag in ("style", "title", "desc") or "data-column" in node.attributes or "scale" in node.classes():
        return
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from loose_words(child)


def test_no_number_stands_outside(world: World):
    """Every decimal number on the page is in an element that names its cell."""
    loose = [words for words in loose_words(world.page) if DECIMAL.search(words)]
    # The overview quotes goals and the budget's rows in the plan's words.
    assert [words for words in loose if "4,0 mdkr" not in words] == []


@pytest.mark.parametrize("column", ["value", "target_value", "margin", "rank", "rank_n", "reference_value"])
def test_each_kind_of_figure_is_there(world: World, column):
    """Value, target, margin, reference, and rank with its n are on the page."""
    assert any(node.attributes["data-column"] == column for node in figures(world.page))


def test_all_indicators_and_goals_are_on_the_page(world: World):
    """Each indicator and goal of the plan is on the page."""
    with opened(world.home) as connection:
        source = open_source(connection)
        for row in source.rows("plan.indicator", "plan_id = ?", [PLAN_ID]):
            assert world.page.by_id(f"i-{row['indicator_id']}").tag == "article"
        for row in source.rows("plan.goal", "plan_id = ?", [PLAN_ID]):
            assert world.page.by_id(f"m-{row['goal_id']}").tag == "section"


def test_the_rank_always_has_its_n(world: World):
    """Each rank on the page is shown with its n."""
    for article in world.page.find(lambda node: node.tag == "article"):
        columns = [node.attributes["data-column"] for node in figures(article)]
        assert columns.count("rank") == columns.count("rank_n")
