"""Every output of a home as text: report, explanations, workbook, CSV, memo and terminal."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import docx
import openpyxl
from rich.console import Console

from cli.goal_table import print_goal_table
from reports import Asked, Format, explain_figure, write_exports, write_report
from tests.reports.support import Node, opened, read_page


@dataclass(frozen=True)
class Output:
    """The texts of one output about one indicator and year, by place, and the verdict's row."""

    name: str
    row: Mapping[str, object]
    texts: Mapping[str, str]


def judgements(home: Path, plan_id: str) -> dict[tuple[str, int], Mapping[str, object]]:
    """Return mart.goal_fulfilment of a plan by indicator and year."""
    with opened(home) as connection:
        found = connection.execute("select * from mart.goal_fulfilment where plan_id = ?", [plan_id])
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
        found = connection.execute(
            "select * from mart.criterion_outcome where plan_id = ? order by target_order, criterion", [plan_id]
        )
        names = [column[0] for column in found.description or ()]
        criteria = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    for row in rows:
        key = row["indicator_id"], row["year"]
        row["criteria"] = [each for each in criteria if (each["indicator_id"], each["year"]) == key]
    return {(row["indicator_id"], row["year"]): row for row in rows}


def report_pages(home: Path, plan_id: str, years: tuple[int, ...]) -> Iterator[tuple[int, Node]]:
    """Yield the report of each year."""
    for year in years:
        with opened(home) as connection:
            report = write_report(connection, plan_id, folder=home / "reports", output=home / f"{year}.html", year=year)
        yield year, read_page(report.path)


def article_texts(page: Node, indicator_id: str) -> dict[str, str]:
    """Return the texts of an indicator's article: sentence, facts, labels of charts, table of years, details."""
    article = page.by_id(f"i-{indicator_id}")
    [judged] = article.find(lambda node: "judged" in node.classes())
    [sentence] = judged.find(lambda node: node.tag == "p")
    texts = {"sentence": sentence.words().split("\n")[0]}
    for facts in article.find(lambda node: "facts" in node.classes()):
        for fact in facts.find(lambda node: node.tag == "div"):
            [name] = [node.words() for node in fact.find(lambda node: node.tag == "dt")]
            shown = [node.words() for node in fact.find(lambda node: node.tag == "dd")]
            texts[f"fact {name}"] = shown[0]
    for details in article.find(lambda node: "details" in node.classes()):
        for part in details.find(lambda node: node.tag == "div"):
            [name] = [node.words() for node in part.find(lambda node: node.tag == "dt")]
            said = [node.words() for node in part.find(lambda node: node.tag == "dd")]
            texts[f"detail {name}"] = " ".join(said)
    for label in article.find(lambda node: node.tag == "text" and "name" in node.classes() and "mid" in node.classes()):
        kind = next(each for each in label.classes() if each not in ("name", "mid"))
        texts[f"chart {kind}"] = label.words()
    return texts


def matrix(page: Node) -> dict[str, dict[str, str]]:
    """Return the cells of each indicator in the matrix, by heading."""
    rows = page.find(
        lambda node: node.tag == "tr" and bool(node.find(lambda cell: cell.attributes.get("data-label") == "Utfall"))
    )
    found = {}
    for row in rows:
        [name] = row.find(lambda node: node.tag == "span" and node.classes() == ["id"])
        cells = row.find(lambda node: node.tag == "td")
        found[name.words()] = {cell.attributes["data-label"]: " ".join(cell.words().split(" ")) for cell in cells}
    return found


def short_page(home: Path, plan_id: str, year: int) -> Node:
    """Return the short report."""
    with opened(home) as connection:
        report = write_report(
            connection, plan_id, folder=home / "reports", output=home / "short.html", year=year, is_short=True
        )
    return read_page(report.path)


def word_texts(home: Path, plan_id: str) -> dict[str, str]:
    """Return the texts of the Word report, by the indicator in the heading."""
    with opened(home) as connection:
        [path] = write_exports(connection, Format.DOCX, Asked(plan_id), folder=home / "exports").paths
    said: dict[str, str] = {}
    name = ""
    for paragraph in docx.Document(str(path)).paragraphs:
        if paragraph.style.name.startswith("Heading"):
            name = paragraph.text.split(" ")[0]
        else:
            said[name] = f"{said.get(name, '')} {paragraph.text}".strip()
    return said


def year_rows(page: Node, indicator_id: str) -> dict[str, list[str]]:
    """Return an indicator's table of years: the cells of each row by its heading."""
    article = page.by_id(f"i-{indicator_id}")
    return {
        row.find(lambda node: node.tag == "th")[0].words(): [
            node.words() for node in row.find(lambda node: node.tag == "td")
        ]
        for table in article.find(lambda node: "years" in node.classes())
        for row in table.find(lambda node: node.tag == "tr")
        if row.find(lambda node: node.tag == "th" and node.attributes.get("scope") == "row")
    }


def explanation(home: Path, plan_id: str, indicator_id: str, year: int) -> str:
    """Return the output of `kolada explain` with its lines joined."""
    with opened(home) as connection:
        text = explain_figure(connection, plan_id, indicator_id, year=year).text()
    return text.replace("\n  ", " ")


def csv_rows(home: Path, plan_id: str) -> list[dict[str, str]]:
    """Return the rows of the Swedish view from `kolada export --format csv --decimal-comma`."""
    with opened(home) as connection:
        asked = Asked(plan_id, tables=("maluppfyllelse",), has_decimal_comma=True)
        write_exports(connection, Format.CSV, asked, folder=home / "exports")
    text = (home / "exports" / "maluppfyllelse.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def workbook_rows(home: Path, plan_id: str) -> list[dict[str, str]]:
    """Return the data sheet as a spreadsheet program displays it, with the cells' number formats."""
    return sheet_rows(workbook(home, plan_id)["Data"])


def goal_sheet_rows(home: Path, plan_id: str) -> list[dict[str, str]]:
    """Return the rows of all goal sheets as a spreadsheet program displays them."""
    book = workbook(home, plan_id)
    names = book.sheetnames[1 : book.sheetnames.index("God ekonomisk hushållning")]
    return [row for name in names for row in sheet_rows(book[name])]


def workbook(home: Path, plan_id: str) -> openpyxl.Workbook:
    """Return the workbook of a plan."""
    with opened(home) as connection:
        [path] = write_exports(connection, Format.XLSX, Asked(plan_id), folder=home / "exports").paths
    return openpyxl.load_workbook(path)


def sheet_rows(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[dict[str, str]]:
    """Return the rows of a sheet that have an id, by their headings."""
    heads = [str(cell.value) for cell in sheet[5]]
    return [
        {head: shown(cell) for head, cell in zip(heads, cells, strict=True)}
        for cells in sheet.iter_rows(min_row=6, max_col=len(heads))
        if cells[0].value
    ]


def shown(cell: object) -> str:
    """Return a cell as displayed, in Swedish."""
    value, pattern = cell.value, re.sub(r'^"[^"]*"|;.*', "", cell.number_format)
    if value is None:
        return ""
    if isinstance(value, str) or not pattern.startswith("#,##0"):
        return str(value)
    places = Decimal(1).scaleb(-len(pattern.partition(".")[2]))
    return format(Decimal(repr(value)).quantize(places, rounding=ROUND_HALF_UP), "f").replace(".", ",")


def memo(home: Path, plan_id: str) -> str:
    """Return the memo on the changes since the previous publication."""
    with opened(home) as connection:
        written = write_exports(connection, Format.MEMO, Asked(plan_id), folder=home / "exports").paths
    [path] = [path for path in written if path.suffix == ".md"]
    return path.read_text(encoding="utf-8")


def terminal(home: Path, plan_id: str) -> str:
    """Return the goal table that `kolada refresh` prints."""
    console = Console(width=300, file=io.StringIO())
    print_goal_table(console, home / "kolada.duckdb", plan_id)
    return console.file.getvalue()
