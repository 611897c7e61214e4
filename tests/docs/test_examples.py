"""Examples on the pages: options, tables and columns exist, and programs run."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import typer.main

from cli.app import make_app
from tests.docs.test_docs import PAGES, REPOSITORY, blocks
from warehouse.dictionary import common_columns, described_relations
from warehouse.mart_files import relation_files

COMMAND = typer.main.get_command(make_app())
# The page on plans names Python attributes instead.
DATABASE_PAGES = [page for page in PAGES if page.parent.name != "goals"]
ANALYSTS = REPOSITORY / "docs" / "analysts.md"
# mart.ranking, but not mart.toml.
RELATION = re.compile(r"(?<![.\w])(?:mart|core|plan|ops)\.(?!toml\b)[a-z_]+\b")


def shown_commands() -> Iterator[tuple[str, str]]:
    """Yield each `kolada ...` command on a page, in a block or a line."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [
            line for language in ("sh", "console") for block in blocks(page, language) for line in block.splitlines()
        ]
        for code in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
            found = re.match(r"(?:\$ )?(?:\S*/)?kolada ([a-z].*)", code.strip())
            if found:
                yield page.name, found[1]


@pytest.mark.parametrize(("page", "line"), sorted(set(shown_commands())))
def test_options_exist(page, line):
    """Every option on a page is an option of its command."""
    command = COMMAND
    words = shlex.split(re.split(r" (?:\||\|\||>) ", line)[0], comments=True)
    while words and hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, page
        command = command.commands[name]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
    assert given <= options | {"--help"}


@pytest.mark.parametrize("page", DATABASE_PAGES, ids=lambda page: page.name)
def test_tables_exist(page):
    """Every table, view and macro on a page is in the dictionary, or is the as-of form of one."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)])
    known = {*described_relations(), *(each.full_name for each in relation_files() if each.kind == "macro")}
    named = {re.sub(r"_(as_of|between)$", "", name) for name in RELATION.findall(code)}
    assert named <= known


def test_columns_exist():
    """Every name with an underscore in the analysts' code is a column, a table or a file."""
    text = re.sub(r"^```.*?^```", "", ANALYSTS.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    columns = {name for each in described_relations().values() for name in each.columns} | set(common_columns())
    tables = {each.name for each in described_relations().values()}
    code = [re.sub(r"'[^']*'", "", piece) for piece in re.findall(r"`([^`\n]+)`", text)]
    named = {
        word for piece in code if "Driver=" not in piece for word in re.findall(r"(?<![.\w])[a-z]+(?:_[a-z]+)+", piece)
    }
    assert len(named) > 8
    assert named <= columns | tables


@pytest.fixture
def at_home(first_night, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which `data/kolada.duckdb` is the published file."""
    nights, _ = first_night
    root = nights.home.parent
    if not (root / "data").exists():
        (root / "data").symlink_to(nights.home)
    monkeypatch.chdir(root)
    assert Path("data/kolada.duckdb").exists()
    return root


@pytest.mark.recorded
@pytest.mark.parametrize("example", blocks(ANALYSTS, "python"))
def test_python_examples_run(at_home, example):
    """Each Python example runs and finds rows."""
    names: dict = {}
    exec(compile(example, "docs/analysts.md", "exec"), names)  # noqa: S102 - our own page
    assert len(names["frame"]) == 43


@pytest.mark.recorded
@pytest.mark.parametrize("example", [block for block in blocks(ANALYSTS, "sql") if "attach" in block])
def test_attaching_works_as_shown(at_home, example):
    """From another database the attached file's as-of macros work after `use`."""
    with duckdb.connect() as connection:
        for statement in filter(str.strip, re.sub(r"--.*", "", example).split(";")):
            answer = connection.execute(statement)
        assert "verdict" in [column[0] for column in answer.description]
