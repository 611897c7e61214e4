"""Exports: types and texts survive, nothing becomes a formula, every column names its source."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest

from reports import Format, UnknownTable, write_exports
from reports.csv_export import RISKY, safe_text
from tests.reports.conftest import World
from tests.reports.support import GOAL_TITLE, INDICATOR_TITLE, PLAN_ID, opened
from warehouse.credits import DERIVED, PLAN, RECEIVED, source_label
from warehouse.dictionary import meaning_of

NOTICE = "Påhittade exempelvärden. Inget värde kommer från Kolada."


def exported(world: World, folder: Path, output_format: Format, **options) -> list[Path]:
    """Export a world's file."""
    with opened(world.home) as connection:
        written = write_exports(connection, output_format, plan_id=PLAN_ID, folder=folder, **options)
    return list(written.paths)


def read_csv(path: Path) -> list[dict[str, str | None]]:
    """A CSV of ours read back: unquoted nothing is no value, and one apostrophe before a risky text goes away."""
    text = path.read_bytes().decode("utf-8-sig")
    cell = re.compile(r'"((?:[^"]|"")*)"|([^;\r\n]*)')
    rows: list[list[str | None]] = [[]]
    at = 0
    while at < len(text):
        found = cell.match(text, at)
        assert found is not None
        quoted, bare = found.groups()
        if quoted is not None:
            whole = quoted.replace('""', '"')
            rows[-1].append(whole.removeprefix("'"))
        else:
            rows[-1].append(bare or None)
        at = found.end()
        if text[at : at + 2] == "\r\n":
            rows.append([])
            at += 2
        else:
            assert text[at] == ";"
            at += 1
    header, *body = rows[:-1]
    return [dict(zip(header, row, strict=True)) for row in body]


@pytest.mark.parametrize("has_comma", [False, True])
@pytest.mark.parametrize("table", ["goal_fulfilment", "maluppfyllelse", "core.kpi", "verdict_change", "plan.note"])
def test_csv_comes_back_whole(awkward_world: World, tmp_path, table, has_comma):
    """Each cell of a CSV, read back, is the file's: numbers to the last digit, empty texts apart from no value."""
    [path, _] = exported(awkward_world, tmp_path, Format.CSV, tables=[table], has_decimal_comma=has_comma)
    relation = table if "." in table else f"mart.{table}"
    with opened(awkward_world.home) as connection:
        answer = connection.execute(f"select * from {relation} order by all")
        names = [column[0] for column in answer.description]
        expected = answer.fetchall()
    rows = read_csv(path)
    assert len(expected) == len(rows)
    for values, row in zip(expected, rows, strict=True):
        assert names == list(row)
        for value, text in zip(values, row.values(), strict=True):
            if isinstance(value, bool):
                assert text == str(value).lower()
            elif isinstance(value, float):
                assert value == float(text.replace(",", ".")), text
                assert ("." in text) is not has_comma or "," not in text
            elif value is None or isinstance(value, str):
                assert value == text
            elif isinstance(value, int):
                assert value == int(text)


def test_csv_is_what_swedish_excel_opens(awkward_world: World, tmp_path):
    """A byte order mark, semicolons, CRLF; any CSV reader finds the same columns."""
    [path, _] = exported(awkward_world, tmp_path, Format.CSV, tables=["ranking"], has_decimal_comma=True)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["value"].count(",") <= 1
    frame = pl.read_csv(path, separator=";", decimal_comma=True, schema_overrides={"municipality_id": pl.String})
    assert frame["value"].dtype == pl.Float64


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1+1", "'=1"])
def test_no_text_starts_a_formula(text):
    """A text that a spreadsheet could take for a formula gets an apostrophe that can be taken away again."""
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["Alingsås", "", "1-5", "a=b", "5 %"])
def test_harmless_texts_are_left_alone(text):
    """Other texts are written as they are."""
    assert safe_text(text) == text


def test_no_cell_of_any_csv_is_a_formula(awkward_world: World, tmp_path):
    """In every table no text cell begins as a formula would, though the data tries."""
    paths = exported(awkward_world, tmp_path, Format.CSV)
    assert len(paths) > 15
    tried = 0
    for path in paths:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"):
            for cell in row:
                if RISKY.match(cell):
                    assert cell.startswith("'") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell
                    tried += cell.startswith("'")
    assert tried > 10


def test_parquet_keeps_types_and_tells_its_sources(awkward_world: World, tmp_path):
    """The frame equals the table, and each column carries its label, meaning and source."""
    [path, _] = exported(awkward_world, tmp_path, Format.PARQUET, tables=["mart.goal_fulfilment"])
    with opened(awkward_world.home) as connection:
        expected = connection.sql("select * from mart.goal_fulfilment order by all").pl()
    assert expected.equals(pl.read_parquet(path), null_equal=True)
    schema = pq.read_schema(path)
    assert schema.metadata[b"source_kind"] == b"recorded"
    assert schema.field("margin").metadata[b"source"] == DERIVED.encode()
    assert schema.field("target_value").metadata[b"source"] == PLAN.encode()
    assert schema.field("margin").metadata[b"label"]


def test_every_column_has_a_source(awkward_world: World, tmp_path):
    """The list beside the tables names each column once, with a source."""
    *tables, sources = exported(awkward_world, tmp_path, Format.CSV)
    listed = read_csv(sources)
    assert all(row["source"] for row in listed)
    names = {(row["table"].removeprefix("mart."), row["column"]) for row in listed}
    assert len(names) == len(listed)
    for path in tables:
        header = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
        assert {(path.stem, column) for column in header} <= names


@pytest.mark.parametrize(
    ("relation", "column", "source"),
    [
        ("core.observation", "value", RECEIVED),
        ("core.observation", "request_id", source_label("run")),
        ("mart.ranking", "value", RECEIVED),
        ("mart.ranking", "rank", DERIVED),
        ("mart.peer_comparison", "difference", DERIVED),
        ("mart.goal_fulfilment", "target_value", PLAN),
        ("mart.goal_fulfilment", "verdict", DERIVED),
        ("mart.gender_gap", "gender_gap", DERIVED),
        ("mart.goal_fulfilment", "value", "Se radens source_label"),
        ("mart.maluppfyllelse", "År", PLAN),
        ("plan.target", "target_value", PLAN),
        ("plan.indicator", "kpi_id", PLAN),
        ("ops.coverage", "kpi_id", source_label("run")),
        ("core.kpi", "is_withdrawn", DERIVED),
    ],
)
def test_sources_tell_received_from_computed(relation, column, source):
    """Kolada is named for values as received and for nothing that we computed."""
    assert source == source_label(meaning_of(relation, column).source)


def test_sample_exports_say_so_in_every_row_and_sheet(sample_world: World, tmp_path):
    """Made-up values are announced in each row, in each file's metadata, on each sheet and in the memo."""
    *tables, sources = exported(sample_world, tmp_path, Format.CSV)
    for path in tables:
        assert "data_notice" in path.read_text(encoding="utf-8-sig").splitlines()[0]
        assert {row["data_notice"] for row in read_csv(path)} <= {NOTICE}
    assert NOTICE in {row["about"] for row in read_csv(sources)}
    [parquet, _] = exported(sample_world, tmp_path, Format.PARQUET, tables=["ranking"])
    assert set(pl.read_parquet(parquet)["data_notice"]) == {NOTICE}
    assert pq.read_schema(parquet).metadata[b"notice"].decode() == NOTICE
    [book] = exported(sample_world, tmp_path, Format.XLSX)
    for sheet in openpyxl.load_workbook(book):
        assert sheet["A2"].value == NOTICE
        assert NOTICE in str(sheet.oddHeader.center.text)
    [memo] = exported(sample_world, tmp_path, Format.MEMO)
    assert memo.read_text(encoding="utf-8").count(NOTICE) == 2


def test_the_workbook_is_complete(awkward_world: World, tmp_path):
    """An overview, a sheet per goal, the sources; a frozen head, filters, a source above every heading."""
    [path] = exported(awkward_world, tmp_path, Format.XLSX)
    book = openpyxl.load_workbook(path)
    goals = [f"P{n}" for n in range(1, 6)] + [f"V{n}" for n in range(1, 6)] + [f"F{n}" for n in range(1, 6)]
    assert book.sheetnames == ["Översikt", "God ekonomisk hushållning", *goals, "M1", "M2", "Källor"]
    for sheet in book:
        assert sheet.freeze_panes == "C6"
        assert sheet.auto_filter.ref.startswith("A5:")
        for heading, source in zip(sheet[5], sheet[4], strict=True):
            assert heading.value
            assert source.value


def test_the_workbooks_numbers_are_the_files(awkward_world: World, tmp_path):
    """Outcome, margin and rank of every indicator and year are numbers, to the last digit, shown at fit decimals."""
    [path] = exported(awkward_world, tmp_path, Format.XLSX)
    book = openpyxl.load_workbook(path)
    with opened(awkward_world.home) as connection:
        expected = {
            (indicator, year): values
            for indicator, year, *values in connection.execute(
                "select indicator_id, year, value, margin, rank, target_value, value_women from mart.goal_fulfilment"
            ).fetchall()
        }
    found = {}
    for name in book.sheetnames[2:-1]:
        sheet = book[name]
        at = {cell.value: cell.column - 1 for cell in sheet[5]}
        for row in sheet.iter_rows(min_row=6):
            key = (row[at["Id"]].value, row[at["År"]].value)
            found[key] = [row[at[each]].value for each in ("Utfall", "Marginal", "Plats", "Målvärde", "Kvinnor")]
            if key == ("P4.2", 2023):
                assert row[at["Utfall"]].number_format == "#,##0.0"
    assert expected == found


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(awkward_world: World, tmp_path):
    """Texts that begin like formulas are texts, and stand as they are."""
    [path] = exported(awkward_world, tmp_path, Format.XLSX)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell for cell in cells if cell.hyperlink] == []
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {INDICATOR_TITLE, GOAL_TITLE} <= texts


def test_the_memo_tells_what_changed(awkward_world: World, tmp_path):
    """Changed verdicts with causes, changed values, changed KPIs."""
    [path] = exported(awkward_world, tmp_path, Format.MEMO)
    memo = path.read_text(encoding="utf-8")
    assert "Eget värde dolt" in memo
    assert "Eget värde reviderat" in memo
    assert re.search(r"\| N15485 [^|]*\| 2023 \| Totalt \| Reviderat \| [\d,]+ \| 95,4 \|", memo)
    assert "ny titel" in memo
    assert "borttaget ur katalogen" in memo
    assert "Källa: Kolada." in memo
    assert "Egen bearbetning av data från Kolada." in memo


def test_the_memo_shows_texts_as_they_are(awkward_world: World, tmp_path):
    """Markup and Markdown in names and titles stay text, and no cell splits a table's row."""
    [path] = exported(awkward_world, tmp_path, Format.MEMO)
    memo = path.read_text(encoding="utf-8")
    assert "<script" not in memo
    assert "<img" not in memo
    assert "&lt;script&gt;" in memo
    for line in memo.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in (4, 7)


def test_an_unknown_table_gets_suggestions(sample_world: World, tmp_path):
    """A slip in a table's name leads to the table meant, and nothing is written."""
    with pytest.raises(UnknownTable, match=r"no table `rankin`.*`mart.ranking`"):
        exported(sample_world, tmp_path / "none", Format.CSV, tables=["rankin"])
    assert not (tmp_path / "none").exists()
