"""The benchmark: every contestant reads the same pages and ends with the same values."""

import pytest

from benchmarks.design_measures import Measure
from benchmarks.rendered_pages import page_file
from benchmarks.results_page import write_page
from benchmarks.rounds import FLOOR, OURS, RELOAD, measure

ASKED_BY_PATH = "http://127.0.0.1:80/v3/data/kpi/N10000,N10001/municipality/0114,0115"
ASKED_BY_QUERY = "/v3/data/?{page}per_page=5000&kpi_id=N10000&kpi_id=N10001&municipality_id=0114&municipality_id=0115"


@pytest.mark.parametrize(("by_path", "by_query"), [("", ""), ("?page=1", "page=1&"), ("?page=2", "page=2&")])
def test_both_ways_of_asking_lead_to_one_page(tmp_path, by_path, by_query):
    """A request with ids in the path and one with ids in the query read the same page file."""
    assert page_file(tmp_path, ASKED_BY_PATH + by_path) == page_file(tmp_path, ASKED_BY_QUERY.format(page=by_query))


def test_pages_are_told_apart(tmp_path):
    """Other ids and other pages have their own page files."""
    urls = [ASKED_BY_PATH, f"{ASKED_BY_PATH}?page=2", f"{ASKED_BY_PATH},0117", "/v3/kpi", "/v3/municipality"]
    assert len({page_file(tmp_path, url) for url in urls}) == len(urls)


@pytest.mark.parametrize(
    ("goal", "measured", "is_most", "holds"), [(2, 2, True, True), (2, 2.1, True, False), (25, 24, False, False)]
)
def test_a_measure_says_whether_it_holds(goal, measured, is_most, holds):
    """A measure has an upper or a lower bound, and a miss is written in bold."""
    cells = Measure("what", "at", goal, measured, is_most=is_most).cells()
    assert cells[-1] == ("yes" if holds else "**no**")


@pytest.mark.slow
def test_ours_beside_the_floor(tmp_path):
    """A small benchmark gives the same values for every contestant, a row for each, and leaves no file."""
    size = measure(20_000, rounds=2, pages=tmp_path, peers=None, limit=1)
    assert list(size.entries) == [FLOOR, OURS, RELOAD]
    (values,) = {run.outcome.values for runs in size.entries.values() for run in runs.runs}
    assert values > 20_000, "Kolada's own means are added to the generated values"
    page = write_page([size], machine="a machine", limit=1)
    assert [page.count(f"| {name} | 2 |") for name in size.entries] == [1, 1, 1]
    assert list(tmp_path.iterdir()) == []
