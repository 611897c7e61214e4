"""Untrusted SQL: statements that only read are run, and all others are refused with the reason."""

import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import NotPublished, PublishedDamaged, QueryFailed, QueryRefused
from warehouse.locked_query import LockedFile, locked_file
from warehouse.questions import questions


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Iterator[LockedFile]:
    """The published file, locked for queries, shared by all tests."""
    with locked_file(published / "kolada.duckdb") as opened:
        yield opened


def answer(warehouse: LockedFile, sql: str) -> list[tuple[object, ...]]:
    """Return all rows."""
    with warehouse.ask(sql) as rows:
        return rows.fetch(1_000_000)


READING = [
    "select 1",
    "  -- a comment\n select 1 ;  -- another",
    "/* a */ from mart.goal_fulfilment limit 1",
    "with own as (select 1 as a) from own",
    "values (1), (2)",
    "table mart.goal_fulfilment",
    "describe mart.goal_fulfilment",
    "show all tables",
    "show tables from mart",
    "summarize core.observation",
    "explain select 1",
    "explain analyze select count(*) from core.observation",
    "explain (format json) select 1",
    "from mart.goal_fulfilment_as_of(timestamp '2027-01-01')",
    "from warehouse.core.kpi",
    "pivot core.observation on gender using count(*) group by kpi_id",
    "pivot core.observation on gender in ('T', 'K') using count(*) group by kpi_id",
    "from query('select 1')",
    "select 'copy x to y; drop table z' as text",
]


@pytest.mark.parametrize("sql", READING)
def test_what_only_reads_is_answered(warehouse: LockedFile, sql: str) -> None:
    """Statements that only read are run, also with keywords inside texts."""
    assert answer(warehouse, sql)


REFUSED = [
    # files, by statement and by function
    *("copy core.kpi to 'own.csv'", "copy (select 1) to '{published}'", "copy (select 1) to stdout"),
    *("export database 'own'", "import database 'own'", "copy from database warehouse to memory"),
    *("from read_csv('/etc/passwd')", "from '/etc/passwd.csv'", "from read_text('{published}')", "from glob('/*')"),
    *(
        "from read_blob('/etc/passwd')",
        "from read_json('x.json')",
        "from read_parquet('x.parquet')",
        "from 'x.parquet'",
    ),
    *(
        "select * from sniff_csv('/etc/passwd')",
        "from parquet_metadata('x')",
        "attach 'own.duckdb'",
        "attach ':memory:'",
    ),
    # the network and extensions
    *("from 'https://kolada.test/x.parquet'", "from read_csv('s3://bucket/x.csv')", "install httpfs", "load httpfs"),
    *("load '/tmp/own.duckdb_extension'", "update extensions", "create secret own (type s3, key_id 'a', secret 'b')"),
    # settings and state
    *(
        "set threads = 1",
        "set memory_limit = '100GB'",
        "reset memory_limit",
        "pragma threads = 1",
        "set variable x = 1",
    ),
    *("set lock_configuration = false", "set enable_external_access = true", "set search_path = 'memory'"),
    *("use memory", "pragma enable_profiling", "pragma table_info('core.kpi')", "call pragma_version()"),
    *("call enable_logging()", "begin", "commit", "prepare own as select 1", "execute own", "deallocate own"),
    # writes, to the file and to memory
    *("insert into core.kpi select * from core.kpi", "update core.kpi set title = ''", "delete from core.kpi"),
    *("truncate core.kpi", "drop table core.kpi", "drop schema mart cascade", "alter table core.kpi rename to own"),
    *("create table own as select 1", "create temp table own as select 1", "create table memory.main.own (a int)"),
    *("create view memory.main.own as select 1", "create macro own(a) as a", "create schema memory.own"),
    *("comment on table core.kpi is 'x'", "checkpoint", "force checkpoint", "vacuum", "analyze", "detach warehouse"),
    *("explain analyze create table memory.main.own as select 1", "explain analyze copy core.kpi to 'own.csv'"),
    *(
        "explain analyze (format json) insert into core.kpi select * from core.kpi",
        "explain -- x\n analyze drop table x",
    ),
    *("merge into core.kpi using core.kpi as own on false when matched then delete", "from query('drop table x')"),
    # no statement, or several
    *("", "   \n", ";", "-- a comment", "/* a comment */", "select 1; select 2", "select 1; drop table core.kpi"),
    # no SQL, or not allowed here
    *("selec 1", "select getenv('HOME')", "from nowhere", "select $1", "from frame", "\ud800", "select '\0", "{{"),
]


@pytest.mark.parametrize("sql", REFUSED, ids=ascii)
def test_everything_else_is_refused(
    warehouse: LockedFile, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """Any other statement is refused, reads or writes no file, changes nothing, and leaves the connection usable."""
    monkeypatch.chdir(tmp_path)
    file = published / "kolada.duckdb"
    before = file.read_bytes()
    frame = pl.DataFrame({"a": [1]})  # a Python variable must not be read as a table
    with pytest.raises((QueryRefused, QueryFailed)) as caught:
        answer(warehouse, sql.replace("{published}", str(file)))
    assert frame.height == 1
    assert "Noth" in str(caught.value) or "nothing" in str(caught.value)
    str(caught.value).encode()
    assert ([], before) == (list(tmp_path.iterdir()), file.read_bytes())
    assert [(1,)] == answer(warehouse, "select 1")
    assert 6 == len(answer(warehouse, "from core.municipality"))


def test_a_question_without_end_is_stopped_in_time(warehouse: LockedFile) -> None:
    """A query that runs too long is stopped at the caller's limit, and the next query is answered."""
    with (
        pytest.raises(QueryFailed, match=r"was stopped after `0\.2` seconds"),
        warehouse.ask("select count(*) from range(10_000_000_000) as a, range(1_000_000) as b", seconds=0.2),
    ):
        pass
    assert [(1,)] == answer(warehouse, "select 1")


def test_a_question_that_needs_too_much_memory_is_told(published: Path) -> None:
    """A query that needs too much memory fails with that reason, and the next query is answered."""
    with locked_file(published / "kolada.duckdb", memory_limit="60MB") as warehouse:
        with pytest.raises(QueryFailed, match="needs more memory than a query may use"):
            answer(warehouse, "select list(a.range || 'x' || b.range) from range(2000) as a, range(2000) as b")
        assert [(1,)] == answer(warehouse, "select 1")


def test_rows_come_as_they_are_read(warehouse: LockedFile) -> None:
    """Rows are read lazily: ten of a billion are available immediately."""
    with warehouse.ask("select range as n, range / 2 as half from range(1_000_000_000)") as rows:
        assert (("n", "half"), ("BIGINT", "DOUBLE")) == (rows.columns, rows.types)
        assert [(0, 0.0), (1, 0.5)] == rows.fetch(2)
        assert [(2, 1.0)] == rows.fetch(1)


def test_rows_are_counted_without_being_fetched(warehouse: LockedFile) -> None:
    """Rows are counted without being fetched, with a comment or a semicolon at the end."""
    assert 3 == warehouse.row_count("select * from range(3); ")
    assert 3 == warehouse.row_count("select * from range(3) -- three")


def test_many_threads_ask_one_file(warehouse: LockedFile) -> None:
    """Concurrent queries each get their own rows, next to refused ones."""
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        try:
            found[number] = answer(warehouse, f"select {number}" if number % 2 else "drop table core.kpi")
        except QueryRefused:
            found[number] = "refused"

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: [(number,)] if number % 2 else "refused" for number in range(20)} == found


def test_a_home_without_a_published_file_is_told(tmp_path: Path) -> None:
    """A home without a published file is refused."""
    with pytest.raises(NotPublished), locked_file(tmp_path / "kolada.duckdb"):
        pass


def test_a_damaged_file_is_told_as_one(published: Path, tmp_path: Path) -> None:
    """A damaged file is reported as damaged, with the ways to repair it."""
    damaged = tmp_path / "kolada.duckdb"
    content = (published / "kolada.duckdb").read_bytes()
    damaged.write_bytes(content[:50_000] + bytes(len(content) - 50_000))
    with pytest.raises(PublishedDamaged, match="kolada restore"), locked_file(damaged) as warehouse:
        answer(warehouse, "select sum(value), max(status) from core.observation_version")


def test_the_questions_are_numbered_without_gaps() -> None:
    """The analysts' questions are numbered without gaps, and each has a text that ends with a question mark."""
    known = questions()
    assert list(range(1, len(known) + 1)) == list(known)
    assert all(each.words.endswith("?") for each in known.values())


def test_every_question_is_answered(warehouse: LockedFile) -> None:
    """Every question runs in the locked file."""
    for each in questions().values():
        with warehouse.ask(each.sql) as rows:
            assert rows.columns
