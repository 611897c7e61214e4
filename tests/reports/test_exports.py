"""Exports: types and texts are preserved, no text becomes a formula, and every column has a source."""

import csv
import html
import io
import re
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest

from reports import Asked, Format, OptionRefused, Scope, UnknownTable, write_exports
from reports.exports.csv_export import RISKY, safe_text
from reports.swedish.numbers import one_line
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, opened, read_page
from warehouse.credits import DERIVED, PLAN, RECEIVED, source_label
from warehouse.dictionary import common_columns, described_relations, meaning_of, swedish_sentences

NOTICE = "Påhittade exempelvärden. Inget värde kommer från Kolada."


def exported(world: World, folder: Path, output_format: Format, **options) -> list[Path]:
    """Export a world's file; return the paths."""
    with opened(world.home) as connection:
        written = write_exports(connection, output_format, Asked(PLAN_ID, **options), folder=folder)
    return list(written.paths)


def read_csv(path: Path) -> list[dict[str, str | None]]:
    """Read an exported CSV: an unquoted empty cell is null, and the apostrophe before a risky text is removed."""
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
    """A CSV that is read back equals the file: numbers to the last digit, and empty texts differ from null."""
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
    """The CSV has a byte order mark, semicolons and CRLF, and other CSV readers find the same columns."""
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
    """A text that a spreadsheet could read as a formula gets an apostrophe as prefix."""
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["Alingsås", "", "1-5", "a=b", "5 %"])
def test_harmless_texts_are_left_alone(text):
    """Other texts are written unchanged."""
    assert safe_text(text) == text


def test_no_cell_of_any_csv_is_a_formula(awkward_world: World, tmp_path):
    """No text cell of any CSV starts like a formula, though the data has such texts."""
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
    """The Parquet file equals the table, and each column has its label, meaning and source."""
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
    """kallor.csv lists each column once with a source."""
    *tables, sources = exported(awkward_world, tmp_path, Format.CSV)
    listed = read_csv(sources)
    assert all(row["källa"] for row in listed)
    names = {(row["tabell"].removeprefix("mart."), row["kolumn"]) for row in listed}
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
    """Columns as received have Kolada as their source, and computed ones do not."""
    assert source == source_label(meaning_of(relation, column).source)


@pytest.mark.slow
def test_sample_exports_say_so_in_every_row_and_sheet(sample_world: World, tmp_path):
    """Made-up values are marked in each CSV row, in each file's metadata, on each sheet and in the memo."""
    *tables, sources = exported(sample_world, tmp_path, Format.CSV)
    for path in tables:
        assert "data_notice" in path.read_text(encoding="utf-8-sig").splitlines()[0]
        assert {row["data_notice"] for row in read_csv(path)} <= {NOTICE}
    assert NOTICE in {row["betydelse"] for row in read_csv(sources)}
    [parquet, _] = exported(sample_world, tmp_path, Format.PARQUET, tables=["ranking"])
    assert set(pl.read_parquet(parquet)["data_notice"]) == {NOTICE}
    assert pq.read_schema(parquet).metadata[b"notice"].decode() == NOTICE
    [book] = exported(sample_world, tmp_path, Format.XLSX)
    for sheet in openpyxl.load_workbook(book):
        assert sheet["A2"].value == NOTICE
        assert NOTICE in str(sheet.oddHeader.center.text)
    assert memo_of(sample_world, tmp_path).count(NOTICE) == 2


def memo_of(world: World, folder: Path, **options) -> str:
    """Return the memo as Markdown."""
    [path] = [path for path in exported(world, folder, Format.MEMO, **options) if path.suffix == ".md"]
    return path.read_text(encoding="utf-8")


def test_the_memo_tells_what_changed(awkward_world: World, tmp_path):
    """The memo has changed verdicts with causes, changed values, changed KPIs and the next publications."""
    memo = memo_of(awkward_world, tmp_path)
    assert "Eget värde dolt" in memo
    assert "Eget värde reviderat" in memo
    assert re.search(r"\| N15485 [^|]*\| 2023 \| Totalt \| Reviderat \| [\d,]+ \| 95,4 \|", memo)
    assert "ny titel" in memo
    assert "borttaget ur katalogen" in memo
    assert "Källa: Kolada." in memo
    assert "Egen bearbetning av data från Kolada." in memo


def test_the_memo_shows_texts_as_they_are(awkward_world: World, tmp_path):
    """Markup and Markdown in names and titles stay text in the memo and split no table row."""
    memo = memo_of(awkward_world, tmp_path)
    assert "<script" not in memo
    assert "<img" not in memo
    assert "&lt;script&gt;" in memo
    tables = re.findall(r"(?m)(?:^\|.*\n)+", memo)
    assert len(tables) > 3
    for table in tables:
        head, *rows = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert set(rows) == {head}, table


def test_an_unknown_table_gets_suggestions(sample_world: World, tmp_path):
    """A misspelt table name gives suggestions, and nothing is written."""
    with pytest.raises(UnknownTable, match=r"no table `rankin`.*`mart.ranking`"):
        exported(sample_world, tmp_path / "none", Format.CSV, tables=["rankin"])
    assert not (tmp_path / "none").exists()


def test_the_memo_is_the_same_as_page_and_as_word(awkward_world: World, tmp_path):
    """The memo has the same tables and cells as Markdown, HTML and Word."""
    paths = {path.suffix: path for path in exported(awkward_world, tmp_path, Format.MEMO)}
    assert set(paths) == {".md", ".html", ".docx"}
    lines = paths[".md"].read_text(encoding="utf-8").splitlines()
    expected = [
        [html.unescape(re.sub(r"\\(.)", r"\1", cell)).strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
        if line.startswith("| ")
    ]
    page = read_page(paths[".html"])
    rows = page.find(lambda node: node.tag == "tr")
    assert expected == [
        [one_line(cell.words()) for cell in row.find(lambda node: node.tag in ("th", "td"))] for row in rows
    ]
    word = docx.Document(str(paths[".docx"]))
    assert expected == [[one_line(cell.text) for cell in row.cells] for table in word.tables for row in table.rows]
    [calendar] = [table for table in word.tables if table.rows[0].cells[0].text == "Dag"]
    assert calendar.columns[0].width.cm >= 0.19 * max(len(cell.text) for cell in calendar.columns[0].cells)
    assert all(sum(column.width.cm for column in table.columns) < 17.1 for table in word.tables)
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == [each.text for each in word.paragraphs if each.style.name == "Heading 1"]
    assert "Vad som kommer härnäst" in headings


@pytest.mark.parametrize(
    ("table", "options", "where"),
    [
        ("goal_fulfilment", {"is_plan_named": True, "year": 2022}, "plan_id = 'alingsas-2022-2024' and year = 2022"),
        ("goal_fulfilment", {"scope": Scope(goal="P4")}, "goal_id = 'P4'"),
        ("maluppfyllelse", {"year": 2021}, '"År" = 2021'),
        ("ranking", {"is_plan_named": True, "year": 2020}, "period = 2020"),
        ("goal_verdict", {"scope": Scope(owner="Ekonomi")}, "goal_id not in ('P4', 'V1')"),
        ("budget_line", {"year": 2023}, "year = '2023'"),
    ],
)
def test_tables_follow_the_options(awkward_world: World, tmp_path, table, options, where):
    """A plan, year, goal or owner as option filters the rows."""
    for output_format in (Format.CSV, Format.PARQUET):
        path = exported(awkward_world, tmp_path / output_format, output_format, tables=(table,), **options)[0]
        with opened(awkward_world.home) as connection:
            whole, found = (
                connection.execute(f"select count(*) from mart.{table} where {condition}").fetchone()[0]
                for condition in ("true", where)
            )
        rows = read_csv(path) if output_format is Format.CSV else pl.read_parquet(path).to_dicts()
        assert 0 < found < whole
        assert len(rows) == found


def test_tables_as_of_a_moment(awkward_world: World, tmp_path):
    """An export as of a run has the values published by that run."""
    then, now = (
        exported(awkward_world, tmp_path / name, Format.PARQUET, tables=("goal_fulfilment",), as_of=as_of)[0]
        for name, as_of in (("then", "2026-04-02"), ("now", None))
    )
    key = (pl.col("indicator_id") == "P4.2") & (pl.col("year") == 2023)
    assert pl.read_parquet(now).filter(key)["value"].to_list() == [95.4]
    assert pl.read_parquet(then).filter(key)["value"].to_list() != [95.4]


@pytest.mark.slow
def test_an_output_with_an_ending_is_a_file(sample_world: World, tmp_path):
    """An output with a file extension becomes that file, with its list of columns next to it."""
    written = exported(sample_world, tmp_path, Format.CSV, tables=("ranking",), output=tmp_path / "x.csv")
    assert [path.name for path in written] == ["x.csv", "x-kallor.csv"]
    assert (tmp_path / "x.csv").is_file()
    for output_format, name in ((Format.XLSX, "BOK.XLSX"), (Format.DOCX, "text.docx"), (Format.MEMO, "pm.HTML")):
        assert exported(sample_world, tmp_path, output_format, output=tmp_path / name) == [tmp_path / name]


@pytest.mark.parametrize(
    ("output_format", "options", "said"),
    [
        (Format.XLSX, {"tables": ("ranking",)}, "`--table`"),
        (Format.MEMO, {"has_decimal_comma": True}, "`--decimal-comma`"),
        (Format.CSV, {"since": datetime(2026, 1, 1)}, "`--since`"),  # noqa: DTZ001 - as the warehouse holds instants
        (Format.PARQUET, {"scope": Scope(period="T1")}, "`--period`"),
        (Format.CSV, {"output": Path("alla.csv")}, "tables are to be exported"),
        (Format.CSV, {"output": Path("x.xlsx")}, "ends in `.xlsx`"),
        (Format.MEMO, {"output": Path("x.pdf")}, "writes .docx, .html, .md. Nothing was written"),
        (Format.CSV, {"tables": ("goal_fulfilment",), "year": 2031}, "no rows for the year `2031`"),
        (
            Format.MEMO,
            {"since": datetime(2026, 4, 3), "as_of": "2026-04-02"},  # noqa: DTZ001 - as the warehouse holds instants
            "`--since` 2026-04-03 00:00 (UTC) is after `--as-of` 2026-04-02",
        ),
        (Format.CSV, {"tables": ("core.municipality",), "is_plan_named": True}, "`--plan`"),
        (Format.CSV, {"tables": ("core.municipality",), "year": 2023}, "`--year`"),
        (Format.CSV, {"tables": ("plan.rule",), "scope": Scope(goal="P4")}, "`--owner or --goal`"),
        (Format.CSV, {"tables": ("ops.run",), "as_of": "2026-04-02"}, "`--as-of`"),
    ],
)
def test_an_option_that_cannot_hold_is_refused(awkward_world: World, tmp_path, output_format, options, said):
    """An option that does not fit is refused by name, and nothing is written."""
    with pytest.raises(OptionRefused, match=re.escape(said)):
        exported(awkward_world, tmp_path / "none", output_format, **options)
    assert not (tmp_path / "none").exists()


def test_every_column_is_explained_in_swedish(awkward_world: World, tmp_path):
    """kallor.csv explains each column in a Swedish sentence, and no sentence is translated that no column has."""
    *_, sources = exported(awkward_world, tmp_path, Format.CSV)
    for row in read_csv(sources):
        assert row["betydelse"][0].isupper(), row
        assert row["betydelse"].endswith("."), row
    english = {entry["about"] for entry in common_columns().values()}
    english |= {entry["about"] for each in described_relations().values() for entry in each.columns.values()}
    assert english ^ set(swedish_sentences()) == set()
