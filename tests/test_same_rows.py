"""The comparison of two published files finds every difference and names what it left out."""

import subprocess
import sys
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).resolve().parents[1]


def made(path: Path, *statements: str) -> Path:
    """Make a file with one relation of core and these statements."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core; create schema mart; create table core.cell (value double, run_id text)")
        for statement in statements:
            connection.execute(statement)
    return path


def compared(one: Path, other: Path, *more: str) -> tuple[int, str]:
    """Return the exit code and the output."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.same_rows", one, other, *more],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def test_the_run_alone_makes_no_difference(tmp_path):
    """Files that differ only in ids of the run are the same, and a new relation in B is reported."""
    one = made(tmp_path / "one.duckdb", "insert into core.cell values (0.1, 'first'), (null, 'first')")
    other = made(
        tmp_path / "other.duckdb",
        "insert into core.cell values (null, 'second'), (0.1, 'second')",
        "create view mart.more as from core.cell",
    )
    code, printed = compared(one, other)
    assert 0 == code
    assert "left out: run_id (an id of the run)" in printed
    assert ["mart.more", "absent", "2", "0", "0"] in [line.split() for line in printed.splitlines()]


def test_the_last_bit_and_a_repeated_row_are_differences(tmp_path):
    """A double that differs in its last bit and a repeated row are differences."""
    one = made(tmp_path / "one.duckdb", "insert into core.cell values (0.3, ''), (1, '')")
    other = made(tmp_path / "other.duckdb", "insert into core.cell values (0.1 + 0.2::double, ''), (1, ''), (1, '')")
    code, printed = compared(one, other)
    assert 1 == code
    assert ["core.cell", "2", "3", "1", "2"] in [line.split() for line in printed.splitlines()]
    assert "only in B: (0.30000000000000004,)" in printed


def test_what_is_gone_and_an_answer_that_changed_are_differences(tmp_path):
    """A missing relation and a question with another result are differences."""
    one = made(tmp_path / "one.duckdb", "create table mart.gone (a int)")
    other = made(tmp_path / "other.duckdb")
    assert 1 == compared(one, other)[0]
    assert 0 == compared(other, one)[0]
    for folder, answer in (("older", 1), ("newer", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01_answer.sql").write_text(f"select {answer} as answer;\n", encoding="utf-8")
    code, printed = compared(other, one, "--questions", str(tmp_path / "older"), str(tmp_path / "newer"))
    assert 1 == code
    assert "only in A: (1,)" in printed
