"""`kolada sql`: the sources of a query, and the formats of its rows."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.app import make_app
from warehouse.questions import questions

REPOSITORY = Path(__file__).resolve().parents[2]

Sql = Callable[..., Result]


@pytest.fixture
def sql(published: Path, monkeypatch: pytest.MonkeyPatch) -> Sql:
    """Give a function that runs the command in this process."""
    monkeypatch.setenv("KOLADA_HOME", str(published))
    runner = CliRunner()

    def run(*arguments: str, given: str | None = None) -> Result:
        return runner.invoke(make_app(["sql"]), ["sql", *arguments], input=given)

    return run


def test_a_table_has_whole_cells_and_its_warning(sql: Sql) -> None:
    """A table has complete cells, a mark for null, numbers aligned right, and the warning on made-up values."""
    ran = sql("select 1 as n, 22.5 as value, null as none, '' as empty, 'a text' as text")
    assert 0 == ran.exit_code
    lines = [line.rstrip() for line in ran.stdout.splitlines() if line.strip()]
    assert [" n   value   none   empty   text", " 1    22.5   NULL           a text"] == [lines[0], lines[2]]
    assert "Påhittade" in lines[-1]


@pytest.mark.parametrize(
    "cell",
    ["[red]x[/red]", ":smile:", "[/]", "[bold", "a\\nb", "x|y", "[link=http://x]y[/link]", "10\u00a0000", "ÅÄÖ", "🦆"],
)
def test_what_is_in_a_cell_is_what_is_shown(sql: Sql, cell: str) -> None:
    """Cells and column names with markup or emoji codes are printed unchanged, also one below the other."""
    wide = ", ".join(f"'{'w' * 40}' as c{number}" for number in range(5))
    for query in (f"select '{cell}' as c", f"select '{cell}' as c, {wide}", f'select 1 as "{cell}"'):
        assert cell in sql(query).stdout


def test_what_steers_a_terminal_is_escaped(sql: Sql) -> None:
    """Control characters are escaped in a table and unchanged in a file."""
    ran = sql("select 'a' || chr(27) || '[2Jb' || chr(7) || chr(10) || 'c' || chr(8238) as c")
    assert ("\x1b" in ran.stdout, "a\\x1b[2Jb\\x07" in ran.stdout, "c\\u202e" in ran.stdout) == (False, True, True)
    assert "\x1b[2Jb\x07" in sql("--csv", "select chr(27) || '[2Jb' || chr(7) as c").stdout


def test_a_wide_table_shows_its_columns_beneath_each_other(sql: Sql) -> None:
    """A wide table prints its columns one below the other, ten rows by default."""
    ran = sql("from core.observation")
    lines = ran.stdout.splitlines()
    assert 10 == sum(line.startswith("── ") for line in lines)
    assert any(line.startswith("municipality_id  ") for line in lines)
    assert "left out" in lines[-2]
    assert 12 == sql("from core.observation", "--limit", "12").stdout.count("── ")


def test_a_long_table_says_how_many_rows_it_left_out(sql: Sql) -> None:
    """A long table prints forty rows by default, and the number left out."""
    assert "40 of 1000 rows are shown, 960 are left out" in sql("select range as n from range(1000)").stdout
    assert "3 of 1000 rows are shown, 997 are left out" in sql("-n", "3", "select range as n from range(1000)").stdout
    for shown in (sql("select range as n from range(40)"), sql("-n", "1000", "select range as n from range(1000)")):
        assert "left out" not in shown.stdout
    assert "10000 of 1000000 rows" in sql("-n", "1000000", "select range as n from range(1000000)").stdout


def test_no_rows_are_told(sql: Sql) -> None:
    """A result without rows prints its columns and says that it has no rows."""
    shown = sql("select 1 as n where false").stdout
    assert (True, True) == (" n" in shown, "No rows." in shown)


def test_csv_reads_back(sql: Sql) -> None:
    """CSV keeps commas, quotes, lines and all rows, and distinguishes null from an empty text."""
    query = "select 'a,\"b\"' || chr(10) || 'c' as t, null as n, '' as e, 1.5 as v, true as b from range(3)"
    ran = sql("--csv", query)
    rows = list(csv.reader(io.StringIO(ran.stdout)))
    assert [["t", "n", "e", "v", "b"], *[['a,"b"\nc', "", "", "1.5", "true"]] * 3] == rows
    assert ',,"",' in ran.stdout
    assert "Påhittade" in ran.stderr
    assert 1001 == len(sql("--csv", "select range as n from range(1000)").stdout.splitlines())
    assert 3 == len(sql("--csv", "--limit", "2", "select range as n from range(1000)").stdout.splitlines())


def test_json_is_one_document(sql: Sql) -> None:
    """JSON keeps types, distinguishes two columns of one name, and gives an empty list without rows."""
    query = (
        "select 1 as a, 2 as a, 'x' as t, null as n, 1.5 as v, true as b, date '2026-01-02' as d, "
        "timestamp '2026-01-02 03:04:05' as at, [1, null] as l, {'k': 'v'} as s, 'nan'::double as nan, "
        "170141183460469231731687303715884105727::hugeint as big, 'ab'::blob as raw"
    )
    (row,) = json.loads(sql("--json", query).stdout)
    expected = {"a": 1, "a:1": 2, "t": "x", "n": None, "v": 1.5, "b": True, "d": "2026-01-02"}
    expected |= {"at": "2026-01-02 03:04:05", "l": [1, None], "s": {"k": "v"}, "nan": "nan"}
    assert expected == {name: value for name, value in row.items() if name not in {"big", "raw"}}
    assert 2**127 - 1 == row["big"]
    assert [] == json.loads(sql("--json", "select 1 as a where false").stdout)
    assert 2000 == len(json.loads(sql("--json", "select range as n from range(2000)").stdout))


def test_markdown_is_a_table(sql: Sql) -> None:
    """In Markdown, characters that would end a cell are escaped."""
    shown = sql("--markdown", "select 1 as n, 'x|y' || chr(10) || 'z' as t, null as e").stdout
    assert "| n | t | e |\n|---:|---|---|\n| 1 | x\\|y<br>z |  |\n" == shown


def test_a_query_comes_from_a_file_a_question_or_a_pipe(sql: Sql, tmp_path: Path) -> None:
    """A query is read from a file, a question or a pipe, with a byte order mark or a comment."""
    file = tmp_path / "egen fråga.sql"
    file.write_bytes(b"\xef\xbb\xbf-- kommentar\nselect 'ur filen' as svar;\n")
    assert "ur filen" in sql("--file", str(file)).stdout
    assert "ur röret" in sql(given="-- kommentar\nselect 'ur röret' as svar").stdout
    assert "ur röret" in sql("-", given="select 'ur röret' as svar").stdout
    asked = sql("--question", "6")
    assert (0, True) == (asked.exit_code, questions()[6].words in asked.stdout)
    assert questions()[6].words not in sql("--question", "6", "--csv").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["-- kommentar\nselect 7 as svar"],
        ["--kommentar utan mellanslag\nselect 7 as svar"],
        ["--csv", "-- a --json b\nselect 7 as svar"],
        ["-- kommentar\nselect 7 as svar", "--limit", "1"],
        ["--limit=1", "--\nselect 7 as svar"],
        ["--", "-- kommentar\nselect 7 as svar"],
        ["/* kommentar */ select 7 as svar"],
    ],
    ids=str,
)
def test_a_query_may_begin_with_a_comment(sql: Sql, arguments: list[str]) -> None:
    """A query that starts with a comment is not read as an option."""
    ran = sql(*arguments)
    assert (0, True) == (ran.exit_code, "7" in ran.stdout), ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "The query is empty"),
        (["  ;  "], "contains no statement"),
        (["-- bara en kommentar"], "contains no statement"),
        (["select 1; select 2"], "`2` statements"),
        (["copy (select 1) to 'x.csv'"], "type COPY"),
        (["from read_csv('/etc/passwd')"], "no other file, no network"),
        (["select getenv('HOME')"], "no environment variable"),
        (["--question", "99"], "There is no question `99`"),
        (["--question", "1", "select 1"], "More than one of QUERY"),
        (["--file", "nowhere.sql"], "`nowhere.sql` cannot be read"),
        (["--csv", "--json", "select 1"], "More than one of `--csv`"),
        (["select [x]"], "select [x]"),
        (["select ':smile:' from nowhere"], ":smile:"),
    ],
    ids=str,
)
def test_a_refusal_is_one_message_and_exit_2(sql: Sql, arguments: list[str], said: str) -> None:
    """A refused query gives one message with the query, an empty stdout and exit code 2."""
    ran = sql(*arguments)
    assert (2, "", True) == (ran.exit_code, ran.stdout, said in ran.stderr), ran.stderr


def test_a_file_that_is_no_text_is_told(sql: Sql, tmp_path: Path) -> None:
    """A file in Latin-1 and a folder are refused with the reason."""
    (tmp_path / "latin.sql").write_bytes("select 'å'".encode("latin-1"))
    assert "is not text in UTF-8" in sql("--file", str(tmp_path / "latin.sql")).stderr
    assert "cannot be read (Is a directory)" in sql("--file", str(tmp_path)).stderr


COUNTED = """
import os
import sys
from cli.app import main
from tests.peak_memory import peak_megabytes
sys.stdout = open(os.devnull, "w")
try:
    main()
except SystemExit as ended:
    print(ended.code, peak_megabytes(), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"], ["--markdown"]], ids=str)
def test_millions_of_rows_cost_no_memory(published: Path, form: list[str]) -> None:
    """300,000 rows in any format take less than 400 MB."""
    query = "select range as n, 'en längre text ' || range as text from range(300_000)"
    ran = subprocess.run(
        [sys.executable, "-c", COUNTED, "sql", query, *form],
        cwd=REPOSITORY,
        env=os.environ | {"KOLADA_HOME": str(published)},
        capture_output=True,
        text=True,
        check=False,
    )
    code, megabytes = ran.stderr.split("\n")[-2].split()
    assert (0, True) == (int(code), int(megabytes) < 400)


def test_a_reader_that_leaves_ends_it_quietly(published: Path) -> None:
    """If the reader of a pipe closes it, as `head` does, nothing is written to stderr."""
    command = [sys.executable, "-c", "from cli import main; main()", "sql", "--csv", "from range(1000000)"]
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"KOLADA_HOME": str(published)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "range\n" == process.stdout.readline()
        process.stdout.close()
        assert "" == process.stderr.read()


def test_titles_of_kolada_are_printed_as_they_are(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles with brackets, colons and backslashes are printed unchanged by `sql` and `kpi`."""
    monkeypatch.setenv("KOLADA_HOME", str(published))
    monkeypatch.setenv("COLUMNS", "300")
    runner = CliRunner()
    titles = runner.invoke(make_app(["sql"]), ["sql", "--json", "select kpi_id, title from core.kpi"])
    for row in json.loads(titles.stdout):
        shown = runner.invoke(make_app(["kpi"]), ["kpi", "show", row["kpi_id"]])
        assert 0 == shown.exit_code
        if row["title"].isprintable():
            assert row["title"] in shown.stdout
            found = runner.invoke(make_app(["kpi"]), ["kpi", "search", row["title"].split(",")[0], "-n", "200"])
            assert row["title"].split()[-1] in found.stdout
