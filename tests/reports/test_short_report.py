"""The short report: the whole plan on two pages, with the file's figures."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports import write_report
from reports.page.html_page import render_page
from reports.reading.changes_since import find_changes
from reports.reading.gathering import gather
from reports.reading.sourced_rows import Row, open_source
from tests.reports.chrome import browser_tab, chromium
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, Node, opened, read_page
from tests.reports.test_page_numbers import check


def short_page(world: World, folder: Path) -> tuple[Path, Node]:
    """Write the short report of a world; return its path and its page."""
    with opened(world.home) as connection:
        report = write_report(connection, PLAN_ID, folder=folder, is_short=True)
    return report.path, read_page(report.path)


def test_every_indicator_has_its_row(world: World, tmp_path):
    """The matrix has each indicator once, with KPI id, verdict as word and symbol, and the file's figures."""
    _, page = short_page(world, tmp_path)
    lines = page.find(lambda node: node.tag == "tr" and bool(node.find(lambda cell: "comment" in cell.classes())))
    rows = {line.find(lambda node: "id" in node.classes())[0].words(): line for line in lines}
    with opened(world.home) as connection:
        assert check(open_source(connection), page) > 150
        judged = connection.execute(
            "select indicator_id, kpi_id, verdict, value from mart.goal_fulfilment where plan_id = ? and year = 2023",
            [PLAN_ID],
        ).fetchall()
    assert sorted(rows) == sorted(indicator for indicator, *_ in judged)
    for indicator, kpi_id, verdict, value in judged:
        words = rows[indicator].words()
        assert (kpi_id or "") in words
        assert rows[indicator].find(lambda node: node.tag == "use")
        assert ("saknas" in words or "dolt" in words) == (value is None), indicator
        assert (verdict == "no_data") == ("Data saknas" in words)


def test_what_is_missing_names_each_indicator_once(world: World, tmp_path):
    """Every indicator without a verdict is listed once, under its reason."""
    _, page = short_page(world, tmp_path)
    notes = page.find(lambda node: "short-notes" in node.classes())[0]
    told = notes.words().partition("Vad som saknas")[2]
    with opened(world.home) as connection:
        missing = connection.execute(
            "select indicator_id from mart.goal_fulfilment where plan_id = ? and year = 2023 "
            "and verdict in ('no_data', 'not_comparable')",
            [PLAN_ID],
        ).fetchall()
    assert sorted(re.findall(r"\b[A-Z]\d(?:\.S?\d[abc]?|-\d)?(?=[ ,.;])", told)) == sorted(each for (each,) in missing)


def test_a_long_comment_is_below_the_name(awkward_world: World):
    """A long comment is below its indicator's name; without god ekonomisk hushållning there is no table of it."""
    key, text = ("P4.2", 2023), "Ny rektor sedan augusti, och skolan har fått fler lärare i matematik och svenska."
    with opened(awkward_world.home) as connection:
        source = open_source(connection)
        contents = gather(source, PLAN_ID)
        written = contents.comments[key]
        longer = Row(written.relation, {**written.values, "text": text})
        changes = find_changes(source, contents.plan)
        contents = replace(contents, comments={**contents.comments, key: longer}, management={})
        for is_short in (True, False):
            page = render_page(contents, changes, as_of=None, is_short=is_short)
            [row] = [
                row
                for row in page.split("<tr")
                if '<span class="id">P4.2</span>' in row and 'data-label="Utfall"' in row
            ]
            name, _, cells = row.partition("</th>")
            assert (text in name, text in cells) == (True, False)
            assert 'class="management"' not in page


@pytest.mark.slow
def test_it_takes_two_pages_of_paper(world: World, tmp_path):
    """On A4 the short report of 43 indicators has two pages."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in KOLADA_CHROMIUM")
    path, _ = short_page(world, tmp_path)
    with browser_tab(program) as tab:
        tab.open(path)
        tab.paper(tmp_path / "short.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "short.pdf").read_bytes())) == 2
