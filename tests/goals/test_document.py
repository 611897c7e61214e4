"""The plan against the text of the document that it was read from, line by line.

The years of outcomes are read here from the headings above each column, and not from the plan.
"""

import csv
import hashlib
import os
import re
from pathlib import Path

import pytest

from goals import Plan

SOURCE = Path(os.environ.get("KOLADA_SHARED_SOURCE", "../shared/source"))
DOCUMENT = SOURCE / "budget-2022-2024-alingsas.txt"
NO_BREAK_SPACE = "\u00a0"
PART = re.compile(r"^([a-c])\. ?")
NUMBER = re.compile(rf"-?\d+(?:{NO_BREAK_SPACE}\d{{3}})*(?:,\d+)?")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The document's lines; the first is lines[1]."""
    if not DOCUMENT.is_file():
        pytest.skip(f"the budget's text is not at {DOCUMENT} (KOLADA_SHARED_SOURCE names its folder)")
    return ["", *DOCUMENT.read_text(encoding="utf-8").split("\n")]


def joined(lines: list[str], span: str) -> str:
    """Return some lines as one text, with words that are split over two lines joined."""
    first, _, last = span.partition("-")
    text = ""
    for line in lines[int(first) : int(last or first) + 1]:
        if re.search(r"\w-$", text):
            text = text[:-1] + line.strip()
        else:
            text = f"{text} {line.rstrip() if line.endswith('-') else line}"
    return " ".join(text.split())


def heading_year(lines: list[str], number: int) -> int:
    """Return the year in the nearest heading `Utfall <year>` above a line."""
    while lines[number].strip() != "Utfall":
        number -= 1
    return int(lines[number + 1])


def test_the_plan_names_the_document_that_it_was_read_from(alingsas: Plan, lines: list[str]) -> None:
    """The plan's hash and number of lines are those of the document."""
    (row,) = alingsas.tables["plan"].select("document_sha256", "document_line_count").rows()
    content = DOCUMENT.read_bytes()
    assert (hashlib.sha256(content).hexdigest(), content.count(b"\n")) == row
    assert lines[1].strip() == "Läsanvisning"


def test_every_title_stands_at_its_lines(alingsas: Plan, lines: list[str]) -> None:
    """Every indicator title equals the document's text at its lines, with its misprints."""
    for indicator_id, title, part, span in (
        alingsas.tables["indicator"].select("indicator_id", "title", "part", "document_lines").iter_rows()
    ):
        text = joined(lines, span)
        if part in {"a", "b", "c"}:
            head, parts = re.split(r" (?=a\. )", text)
            own = next(one for one in re.split(r" (?=[a-c]\. )", parts) if one.startswith(f"{part}. "))
            text = f"{head} {own}"
        assert title in text, indicator_id


def test_every_source_with_a_kpi_is_stated_in_the_document(alingsas: Plan, lines: list[str]) -> None:
    """The source of every prioritised indicator and every KPI id occur in the document."""
    text = " ".join(" ".join(lines).split())
    for indicator_id, role, source, kpi_id in (
        alingsas.tables["indicator"].select("indicator_id", "role", "source", "kpi_id").iter_rows()
    ):
        if role in {"steering", "supporting"}:
            assert source in text, indicator_id
        if kpi_id is not None:
            assert kpi_id in text, indicator_id


@pytest.mark.slow
def test_every_goal_of_the_plan_is_worded_as_in_the_document(alingsas: Plan, lines: list[str]) -> None:
    """The title of every goal occurs in the document."""
    whole = joined(lines, f"1-{len(lines) - 1}")
    for goal_id, title in alingsas.tables["goal"].select("goal_id", "title").iter_rows():
        assert title.rstrip(".") in whole, goal_id


def test_every_printed_outcome_stands_at_its_line_under_its_year(alingsas: Plan, lines: list[str]) -> None:
    """Every printed outcome equals the document's value or marker, at its line, part and year."""
    parts = dict(alingsas.tables["indicator"].select("indicator_id", "part").iter_rows())
    checked = 0
    for indicator_id, year, value, marker, number in alingsas.tables["outcome_document"].drop("plan_id").iter_rows():
        if marker == "blank":
            assert number is None
            continue
        cell = lines[number].strip()
        if part := PART.match(cell):
            assert parts[indicator_id] == part[1], (indicator_id, year)
            cell = PART.sub("", cell)
        if stated := re.search(r" \((\d{4})\)$", cell):
            assert year == int(stated[1]), indicator_id
            cell = cell[: stated.start()]
        else:
            assert year == heading_year(lines, number), indicator_id
        if marker is not None:
            assert marker == cell, (indicator_id, year)
        else:
            assert value == float(cell.replace(",", ".")), (indicator_id, year)
        checked += 1
    assert checked == 89


def test_every_target_stands_at_its_line(alingsas: Plan, lines: list[str]) -> None:
    """Every target equals the document's text at its line, below the heading of targets or in the goal's text."""
    for indicator_id, year, text, span in (
        alingsas.tables["target"].select("indicator_id", "year", "target_text", "document_lines").iter_rows()
    ):
        if year is None:
            assert text in joined(lines, span), indicator_id
            continue
        assert text == PART.sub("", lines[int(span)].strip()), indicator_id
        number = int(span)
        while lines[number].strip() != "Delmål":
            number -= 1
        assert year == int(lines[number + 1]), indicator_id


def test_targets_and_titles_stand_in_the_same_order(alingsas: Plan) -> None:
    """Within a goal the lines of targets are in the order of the lines of titles."""
    spans = alingsas.tables["indicator"].join(alingsas.tables["target"], on="indicator_id", how="inner")
    for (goal_id,), group in spans.filter(spans["role"] == "steering").group_by("goal_id"):
        title_lines = [int(span.split("-")[-1]) for span in group.sort("indicator_order")["document_lines"]]
        target_lines = [int(span) for span in group.sort("indicator_order")["document_lines_right"]]
        assert sorted(title_lines) == title_lines, goal_id
        assert sorted(target_lines) == target_lines, goal_id


def test_every_budget_figure_stands_at_its_line_in_its_column(alingsas: Plan, lines: list[str]) -> None:
    """Every budget figure equals the document's figure at its line and in its year's column."""
    for table, row, year, value, kind, level, number in (
        alingsas.tables["budget_line"]
        .select("table_name", "row_name", "year", "value", "kind", "level", "document_line")
        .iter_rows()
    ):
        figures = [
            float(figure.replace(NO_BREAK_SPACE, "").replace(",", ".")) for figure in NUMBER.findall(lines[number])
        ]
        if level == "text":
            assert value in figures, row
            continue
        columns = figures[-5:] if table in {"Investeringsvolym", "Investeringsbudget 2022-2026"} else figures[-3:]
        assert value == columns[int(year) - 2022], (table, row, year)
        assert kind == ("budget" if year == "2022" else "plan"), (table, row, year)
        around = re.sub(r"[\d\s,.-]", "", "".join(NUMBER.sub("", line) for line in lines[number - 1 : number + 2]))
        assert re.sub(r"[\d\s,.-]", "", row) in around, (table, row)


def test_the_plan_holds_every_row_of_the_list_made_beside_the_document(alingsas: Plan) -> None:
    """The plan has exactly the 43 rows and 169 figures of an independent reading of the document."""
    if not (SOURCE / "indicators.csv").is_file():
        pytest.skip(f"the independent reading is not at {SOURCE} (KOLADA_SHARED_SOURCE names its folder)")
    with (SOURCE / "indicators.csv").open(encoding="utf-8", newline="") as file:
        expected = [(row["row_id"], row["indicator_title"], row["kpi_id"] or None) for row in csv.DictReader(file)]
    assert expected == alingsas.tables["indicator"].select("indicator_id", "title", "kpi_id").rows()
    with (SOURCE / "budget_tables.csv").open(encoding="utf-8", newline="") as file:
        figures = [
            (row["table"], row["row"], row["year"], float(row["value"]), row["unit"], int(row["doc_line"]))
            for row in csv.DictReader(file)
        ]
    assert (
        figures
        == alingsas.tables["budget_line"]
        .select("table_name", "row_name", "year", "value", "unit", "document_line")
        .rows()
    )


def test_outcomes_and_titles_stand_in_the_same_order(alingsas: Plan) -> None:
    """Within a column, the lines of outcomes are in the order of the titles, so no two are exchanged."""
    printed = alingsas.tables["outcome_document"].drop_nulls("document_line")
    placed = printed.join(alingsas.tables["indicator"], on="indicator_id").sort("indicator_order")
    for key, column in placed.filter(placed["year"] <= 2020).group_by("goal_id", "role", "year"):
        numbers = column["document_line"].to_list()
        assert sorted(set(numbers)) == numbers, key
