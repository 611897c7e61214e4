"""Read a council's table of indicators, CSV or xlsx, into rows of texts.

Columns are recognized by their names, in English or Swedish. Nothing is corrected or left out: a cell's text is the
text that the spreadsheet shows. `goals.scaffold` interprets the table. Titles above the row of headings, and sheets
without such a row, are not part of the table.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goals.csv_rows import decode, records
from goals.errors import Finding, listed, suggestion
from goals.plan_columns import FORMATS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NEEDED = ("title", "kpi_id", "unit", "direction", "target", "year")
# Also allowed: every column of the plan's own files; the ids are made here.
OPTIONAL = tuple(
    dict.fromkeys(
        [
            "goal",
            "goal_title",
            *(
                column
                for file in ("goals.csv", "indicators.csv", "targets.csv")
                for column in FORMATS[file].header
                if column not in {*NEEDED, "goal_id", "indicator_id", "value_route", "counts_in_majority"}
            ),
        ]
    )
)
_SWEDISH: Mapping[str, str] = {
    "titel": "title",
    "indikator": "title",
    "mått": "title",
    "nyckeltal": "kpi_id",
    "nyckeltals-id": "kpi_id",
    "kpi": "kpi_id",
    "kolada-id": "kpi_id",
    "enhet": "unit",
    "riktning": "direction",
    "mål": "target",
    "målvärde": "target",
    "målnivå": "target",
    "år": "year",
    "målår": "year",
    "övergripande mål": "goal_title",
    "mål (rubrik)": "goal_title",
    "målområde": "focus_area",
    "ansvarig": "owner",
    "ansvarig nämnd": "owner",
    "nämnd": "owner",
    "nämnd/bolag": "owner",
    "källa": "source",
    "del": "part",
}
# A text in more cells of a row than this, and nothing else, is one merged cell.
_MERGED = 2
_DIRECTIONS: Mapping[str, str] = {
    "högre": "higher",
    "högre är bättre": "higher",
    "lägre": "lower",
    "lägre är bättre": "lower",
    "närmare": "target",
    "närmare målet": "target",
    "närmare målet är bättre": "target",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table; `number` is the spreadsheet's. A column that the table does not have is empty."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_table(path: Path) -> tuple[list[TableRow], list[Finding]]:
    """Return the rows of a table and all its faults."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return [], [fault(str(path), f"not readable ({error.strerror})", "Name a file that can be read")]
    if content.startswith(b"PK") or path.suffix.lower() in {".xlsx", ".xlsm"}:
        cells = _cells_of_workbook(path)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        cells = fault(path.name, "a workbook of Excel 97", "Save it as xlsx, or as CSV UTF-8")
    else:
        text = decode(path.name, content)
        read = text if isinstance(text, Finding) else records(path.name, text, (*NEEDED, *OPTIONAL, *_SWEDISH))
        cells = read if isinstance(read, Finding) else read[1]
    return ([], [cells]) if isinstance(cells, Finding) else _rows(path.name, cells)


def fault(file: str, problem: str, remedy: str, value: str | None = None, row: int | None = None) -> Finding:
    """Return a finding that prevents writing a plan."""
    return Finding(file, problem, "no plan is written", remedy, row, value=value)


def _rows(file: str, cells: Sequence[Sequence[str]]) -> tuple[list[TableRow], list[Finding]]:
    named = _headings(cells)
    first = named if named is not None else next((at for at, row in enumerate(cells) if any(map(str.strip, row))), 0)
    written = [" ".join(name.split()) for name in cells[first]] if cells else []
    header = [_column(name) for name in written]
    findings = list(_header_findings(file, written, first + 1))
    rows = []
    for number, row in enumerate(cells[first + 1 :], start=first + 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) == len(header) > _MERGED and len(set(row)) == 1:
            remedy = "Write it in the column `övergripande mål` on each of its rows, and remove this row"
            findings.append(fault(file, "a heading across the table", remedy, row[0].strip(), number))
            continue
        if len(row) != len(header):
            problem = f"{len(row)} cells where the header has {len(header)}"
            remedy = "Put a text that holds the separator within quotation marks"
            findings.append(fault(file, problem, remedy, row=number))
        texts = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        texts["direction"] = _DIRECTIONS.get(texts.get("direction", "").lower(), texts.get("direction", ""))
        rows.append(TableRow(number, texts))
        if texts["direction"] not in {"", *_DIRECTIONS.values()}:
            remedy = "Write `högre`, `lägre` or `närmare` (the nearer to the target the better)"
            findings.append(fault(file, "an unknown direction", remedy, texts["direction"], number))
        if not findings and not texts.get("title"):
            findings.append(fault(file, "no title", "Write the indicator as the council decided it", row=number))
    if not findings and not rows:
        findings.append(fault(file, "no indicators", "Write one row for each indicator"))
    return rows, findings


def _headings(cells: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the row that names the columns: the first that names two of those needed."""
    named = (len({_column(" ".join(cell.split())) for cell in row}.intersection(NEEDED)) for row in cells)
    return next((place for place, count in enumerate(named) if count > 1), None)


def _column(name: str) -> str:
    plain = unicodedata.normalize("NFC", name).lower()
    return _SWEDISH.get(plain, plain)


def _header_findings(file: str, written: Sequence[str], row: int) -> Iterator[Finding]:
    header = [_column(name) for name in written]
    for name in NEEDED:
        if name not in header:
            known = f"Let the first row name {', '.join(NEEDED)}, or {', '.join(map(_swedish_name, NEEDED))}"
            yield fault(file, f"the column `{name}` is missing", known, row=row)
    for place, (name, own) in enumerate(zip(header, written, strict=True)):
        earlier = written[header.index(name)]
        if name in header[:place] and name not in NEEDED + OPTIONAL:
            continue
        if re.fullmatch(r"mål\w*[ .:]+(?:19|20)\d\d", name):
            remedy = "Write one row for each year, with the target in `mål` and the year in `år`"
            yield fault(file, "a column for one year", remedy, own, row)
        elif name not in NEEDED + OPTIONAL:
            guess = suggestion(name, (*NEEDED, *OPTIONAL, *_SWEDISH))
            swedish = ", ".join(dict.fromkeys(map(_swedish_name, OPTIONAL)))
            yield fault(file, "an unknown column", f"Remove it, or use one of {swedish}.{guess}".rstrip("."), own, row)
        elif name in header[:place] and own.lower() == earlier.lower():
            yield fault(file, "the column is repeated", "Keep one", own, row)
        elif name in header[:place]:
            remedy = "Call the column with the goals' titles `övergripande mål`" if name == "target" else "Keep one"
            yield fault(file, f"a second column for the {name}, beside `{earlier}`", remedy, own, row)


def _swedish_name(column: str) -> str:
    """Return the first Swedish name of a column, if it has one."""
    return next((swedish for swedish, name in _SWEDISH.items() if name == column), column)


def _cells_of_workbook(path: Path) -> list[list[str]] | Finding:
    """Return the shown cells of the sheet with headings, else of the first sheet."""
    # Imported here: the import takes a quarter of a second, and reading plans does not need it.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        shown, written = load_workbook(path, data_only=True).worksheets, load_workbook(path).worksheets
    except Exception as error:  # noqa: BLE001 - any error of the reader on a damaged workbook is one finding
        return fault(path.name, f"not a workbook that can be read ({error})", "Save it again as xlsx, or as CSV UTF-8")
    sheets = [_cells_of_sheet(sheet) for sheet in shown]
    tables = [place for place, cells in enumerate(sheets) if _headings(cells) is not None]
    if len(tables) > 1:
        names = listed(shown[place].title for place in tables)
        return fault(path.name, f"a table in each of the sheets {names}", "Put the rows in one sheet")
    place = tables[0] if tables else 0
    for row in written[place].iter_rows():
        for cell in row:
            if cell.data_type == "f" and shown[place][cell.coordinate].value is None:
                remedy = "Open it in Excel and save it, or write the number"
                return fault(path.name, "a formula without its result", remedy, cell.coordinate, cell.row)
    return sheets[place]


def _cells_of_sheet(sheet: "Worksheet") -> list[list[str]]:
    """Return a sheet's cells as shown; a merged cell's text is in each cell that it covers."""
    cells = [[_shown(cell.value, str(cell.number_format)) for cell in row] for row in sheet.iter_rows()]
    for merged in sheet.merged_cells.ranges:
        for row in range(merged.min_row - 1, merged.max_row):
            for column in range(merged.min_col - 1, merged.max_col):
                cells[row][column] = cells[merged.min_row - 1][merged.min_col - 1]
    width = max((place for row in cells for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return [row[:width] for row in cells]


def _shown(value: object, number_format: str) -> str:
    """Return a cell's value as the sheet shows it, with a decimal comma but not rounded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.strftime("%Y" if set(number_format.lower()) == {"y"} else "%Y-%m-%d")
    if isinstance(value, int | float):
        is_percent = "%" in re.sub(r'"[^"]*"', "", number_format)
        # A share of 0.85 is shown as 85 %; from the twelfth decimal on, digits are binary noise.
        number = float(value) * 100 if is_percent else float(value)
        text = f"{round(number, 10):.10f}".rstrip("0").rstrip(".")
        return f"{text.replace('.', ',')} %" if is_percent else text.replace(".", ",")
    return str(value)
