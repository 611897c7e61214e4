"""The workbook, read back: printable sheets, the file's numbers, and the symbols of the verdicts."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from reports import Asked, Format, write_exports
from reports.swedish.signs import LOOKS
from tests.reports.conftest import World
from tests.reports.support import GOAL_TITLE, INDICATOR_TITLE, PLAN_ID, opened

GOALS = [*(f"{kind}{n}" for kind in "PVF" for n in range(1, 6)), "M1", "M2"]
HEAD_ROW = 5
FIRST_YEAR, LAST_YEAR = 2018, 2024


@pytest.fixture(scope="module")
def path(awkward_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the world with awkward texts, made once."""
    with opened(awkward_world.home) as connection:
        written = write_exports(connection, Format.XLSX, Asked(PLAN_ID), folder=tmp_path_factory.mktemp("book"))
    return written.paths[0]


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    """The workbook, read back."""
    return openpyxl.load_workbook(path)


def rows_of(sheet) -> Iterator[dict[str, object]]:
    """Yield the rows of a sheet that have an id, as cells by heading."""
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    for row in sheet.iter_rows(min_row=HEAD_ROW + 1, max_col=len(heads)):
        if row[0].value:
            yield dict(zip(heads, row, strict=True))


def judged(world: World, columns: str) -> dict[tuple[str, int], list[object]]:
    """Return columns of mart.goal_fulfilment by indicator and year."""
    with opened(world.home) as connection:
        found = connection.execute(f"select indicator_id, year, {columns} from mart.goal_fulfilment").fetchall()
    return {(indicator, year): list(values) for indicator, year, *values in found}


def test_every_sheet_is_made_to_be_printed(book):
    """Each sheet fits the paper's width and repeats its headings."""
    assert book.sheetnames == ["Matris", *GOALS, "God ekonomisk hushållning", "Under året", "Data", "Källor"]
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows.endswith(f"${HEAD_ROW}")
        assert sheet.auto_filter.ref.startswith(f"A{HEAD_ROW}:")
        assert sheet.freeze_panes
        assert all(cell.value for cell in sheet[HEAD_ROW])


def test_the_matrix_has_every_indicator_and_year(awkward_world: World, book):
    """Each year's cell of the matrix equals the file's number, with the symbol of that year's verdict."""
    with opened(awkward_world.home) as connection:
        history = dict(
            connection.execute(
                "select indicator_id || ' ' || year, value from mart.indicator_history where gender = 'T'"
            ).fetchall()
        )
    verdicts = judged(awkward_world, "verdict")
    rows = {row["Id"].value: row for row in rows_of(book["Matris"])}
    assert {indicator for indicator, _ in verdicts} <= set(rows)
    for (indicator, year), [verdict] in verdicts.items():
        cell = rows[indicator][str(year)]
        value = history.get(f"{indicator} {year}")
        assert cell.value == ("–" if value is None else value), (indicator, year)
        if value is not None:
            shown = re.match(r'"(.) "', cell.number_format)
            assert (shown[1] if shown else "") == LOOKS.get(verdict, ("",))[0], (indicator, year)
    assert {row["Bedömning 2023"].value[0] for row in rows.values()} >= {"✓", "✗"}


@pytest.mark.parametrize("sheets", [GOALS, ["Data"]])
def test_its_numbers_are_the_files(awkward_world: World, book, sheets):
    """Outcome, margin and rank of each indicator and year are exact numbers, displayed at suitable decimals."""
    columns = ("Utfall", "Marginal", "Plats")
    found = {}
    for row in (row for name in sheets for row in rows_of(book[name])):
        key = (row["Id"].value, row["År"].value)
        found[key] = [row[each].value for each in columns]
        if key == ("P4.2", 2023):
            assert row["Utfall"].number_format.endswith("#,##0.0")
    assert judged(awkward_world, "value, margin, rank") == found


def test_the_data_have_every_column(awkward_world: World, book):
    """The data sheet has target, women's value and forecast, and each column has a source and a sentence."""
    found = {
        (row["Id"].value, row["År"].value): [row["Målvärde"].value, row["Kvinnor"].value, row["Prognos"].value]
        for row in rows_of(book["Data"])
    }
    assert judged(awkward_world, "target_value, value_women, forecast_value") == found
    heads = [cell.value for cell in book["Data"][HEAD_ROW]]
    assert all(cell.value for cell in book["Data"][HEAD_ROW - 1])
    sources = [[cell.value for cell in row] for row in book["Källor"].iter_rows(min_row=HEAD_ROW + 1)]
    assert [name for name, *_ in sources][: len(heads)] == heads
    for _, source, about in sources:
        assert source
        assert about


def test_no_cell_is_a_formula_or_a_link(book):
    """Texts that start like formulas are stored as texts, and no cell is a formula or a link."""
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell for cell in cells if cell.hyperlink] == []
    texts = {str(cell.value) for cell in cells if cell.data_type == "s"}
    assert INDICATOR_TITLE in texts
    assert GOAL_TITLE in texts


def test_trends_and_charts_are_native(awkward_world: World, path: Path):
    """Each indicator with a value has a sparkline and a line chart over its own years."""
    with zipfile.ZipFile(path) as archive:
        matrix = archive.read("xl/worksheets/sheet1.xml").decode()
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    values = judged(awkward_world, "value")
    with_value = {indicator for (indicator, _), [value] in values.items() if value is not None}
    ranges = re.findall(r"<xm:f>Data!\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+)</xm:f>", matrix)
    assert len(ranges) == len(charts) == len(with_value)
    assert {int(last) - int(first) for first, last in ranges} == {LAST_YEAR - FIRST_YEAR}
    data = openpyxl.load_workbook(path)["Data"]
    ids = [[cell.value for cell in row] for row in data.iter_rows(max_col=2)]
    for first, last in ranges:
        of_range = {ids[number - 1][1] for number in range(int(first), int(last) + 1)}
        assert len(of_range) == 1
        assert of_range <= with_value
