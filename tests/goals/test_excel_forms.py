"""CSV as Swedish Excel saves it: semicolons, decimal commas, SANT and FALSKT, detected per file and never mixed."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from goals import PlanError, plan_from_files
from goals.csv_rows import read_rows
from goals.csv_writing import RowChange, with_changes
from goals.plan_columns import FORMATS

ExampleFiles = dict[str, bytes]


def as_excel_saves(content: bytes) -> bytes:
    """Return the table with semicolons, decimal commas, Swedish truth values, a BOM and Windows line ends."""
    rows = list(csv.reader(io.StringIO(content.decode())))
    numbers = [place for place, name in enumerate(rows[0]) if name in {"value", "comparison_value", "target_value"}]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        cells = [cell.replace(".", ",") if place in numbers else cell for place, cell in enumerate(row)]
        writer.writerow([{"true": "SANT", "false": "FALSKT"}.get(cell, cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def test_every_file_as_excel_saves_it_gives_the_same_plan(example_files: ExampleFiles) -> None:
    """Every file as saved by Excel gives the same plan."""
    excel = {
        name: as_excel_saves(content) if name.endswith(".csv") else content for name, content in example_files.items()
    }
    expected, actual = plan_from_files(example_files), plan_from_files(excel)
    for table, frame in expected.tables.items():
        assert frame.equals(actual.tables[table]), table


def test_each_file_is_found_out_by_itself(example_files: ExampleFiles) -> None:
    """The separator is detected per file."""
    files = example_files | {"targets.csv": as_excel_saves(example_files["targets.csv"])}
    assert plan_from_files(files).tables["target"].equals(plan_from_files(example_files).tables["target"])


def test_a_row_with_the_other_separator_is_refused_with_its_line(edited: Callable[..., ExampleFiles]) -> None:
    """A row with the other separator is refused, and the finding names both separators."""
    files = edited(("breaks.csv", "N15485,2024,true,Påhittat brott.", "N15485;2024;true;Påhittat brott."))
    with pytest.raises(PlanError) as raised:
        plan_from_files(files)
    (finding,) = raised.value.findings
    assert finding.place == "breaks.csv, row 2"
    assert finding.problem == "separated by semicolons in a file that is separated by commas"


def test_two_decimal_signs_in_one_file_are_refused_with_their_lines(example_files: ExampleFiles) -> None:
    """A file with both decimal signs is refused, with a finding for each cell that differs from the first."""
    comma = as_excel_saves(example_files["outcomes_manual.csv"])
    assert plan_from_files(example_files | {"outcomes_manual.csv": comma}).tables["outcome_manual"]["value"][1] == 2.4
    mixed = comma.replace(b"31,0", b"31.0").replace(b"31,2", b"31.2")
    with pytest.raises(PlanError) as raised:
        plan_from_files(example_files | {"outcomes_manual.csv": mixed})
    assert [(one.place, one.value, one.remedy.partition(",")[0]) for one in raised.value.findings] == [
        ("outcomes_manual.csv, row 6, column value", "31.2", "Write `31"),
        ("outcomes_manual.csv, row 7, column value", "31.0", "Write `31"),
    ]
    assert "a decimal point, and a decimal comma in row 2" in raised.value.findings[0].problem


def test_empty_columns_to_the_right_are_passed_over(example_files: ExampleFiles) -> None:
    """Empty columns on the right are skipped; a value below an empty header is refused."""
    wide = b"\n".join(line + b",," for line in example_files["goals.csv"].splitlines()) + b"\n"
    plan_from_files(example_files | {"goals.csv": wide})
    with pytest.raises(PlanError, match="an unknown column"):
        plan_from_files(example_files | {"goals.csv": wide.replace(b"Skola,false,,", b"Skola,false,,x")})


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("availability.csv", "09-30", "30-sep", "availability.csv, row 2, column month_day"),
        ("indicators.csv", "1,10-12", "1,12-okt", "indicators.csv, row 2, column document_lines"),
    ],
)
def test_a_date_that_excel_made_is_told_as_such(
    file: str, old: str, new: str, place: str, edited: Callable[..., ExampleFiles]
) -> None:
    """A date that Excel made of a text (10-12 becomes 12-okt) is refused with the remedy."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(edited((file, old, new)))
    (finding,) = raised.value.findings
    assert (finding.place, finding.problem) == (place, "a date into which the spreadsheet program converted the text")
    assert "Format the column as text" in finding.remedy


def test_an_empty_cell_is_its_columns_default(edited: Callable[..., ExampleFiles]) -> None:
    """An empty cell of `is_yearly_criterion` is read as true."""
    files = edited(("targets.csv", "minst 2 procent,,true,50", "minst 2 procent,,,50"))
    assert plan_from_files(files).tables["target"]["is_yearly_criterion"].all()


@pytest.mark.parametrize(
    ("number", "written"), [(0.00001, "0.00001"), (61234567890.5, "61234567890.5"), (1e16, "10000000000000000")]
)
def test_a_filled_number_is_written_without_an_exponent(number: float, written: str) -> None:
    """A very small or large number from the form is written with all its digits, which the plan can read again."""
    form = FORMATS["outcomes_manual.csv"]
    key = {"indicator_id": "A", "year": "2023", "period": "", "kind": "outcome"}
    cells = {**key, "value": number, "source_note": "x", "entered_by": "y", "entered_at": date(2024, 2, 1)}
    rows, faults = read_rows(form, with_changes(form, None, [RowChange(key, cells)]))
    assert (faults, [(row.raw["value"], row.figure("value")) for row in rows]) == ([], [(written, number)])
