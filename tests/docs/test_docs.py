"""The documents: their commands exist, their SQL runs, their links work."""

import re
from pathlib import Path

import pytest
import typer.main

from cli.app import make_app
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.status import read_status
from warehouse.home import Home

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted([REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md"), REPOSITORY / "goals" / "README.md"])
COMMANDS = typer.main.get_command(make_app()).commands


def blocks(page, language):
    """Return the code blocks of one language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def named_commands(page):
    """Return each `kolada <command>` in a page's code."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"`([^`\n]+)`", text), *blocks(page, "sh"), *blocks(page, "console")])
    return set(re.findall(r"(?:^|[\s;]|/bin/)kolada ([a-z][a-z-]+)", code))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page):
    """Every command that a page names exists."""
    assert named_commands(page) <= set(COMMANDS)


def test_every_command_is_documented():
    """Every command is named on some page."""
    assert set(COMMANDS) <= set().union(*(named_commands(page) for page in PAGES))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Every link to a file of the project works."""
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_walks_pass_files_that_exist():
    """Every file and folder on the walks through the house exists."""
    page = (REPOSITORY / "docs" / "contributing.md").read_text(encoding="utf-8")
    walks = page.partition("### Three walks\n")[2].partition("\n## ")[0]
    passed = re.findall(r"`([^`]+/[^`]*)`", walks)
    assert len(passed) > 30
    assert [path for path in passed if not (REPOSITORY / path).exists()] == []


def sql_of_the_docs():
    """Yield each SQL statement of the README and the analysts' page that needs only the published file."""
    for name in ("README.md", "docs/analysts.md"):
        for block in blocks(REPOSITORY / name, "sql"):
            if "attach" not in block:
                for statement in re.sub(r"--.*", "", block).split(";"):
                    if statement.strip():
                        yield pytest.param(statement, id=f"{name}: {' '.join(statement.split())[:50]}")


@pytest.mark.recorded
@pytest.mark.parametrize("statement", list(sql_of_the_docs()))
def test_sql_of_the_docs_runs(first_night, statement):
    """Every statement on a page runs on the published file."""
    nights, _ = first_night
    nights.query(statement)


@pytest.mark.recorded
@pytest.mark.parametrize("statement", [each for each in sql_of_the_docs() if each.id.startswith("README")])
def test_the_readmes_queries_answer_a_new_user(first_night, statement):
    """Each query of the README returns rows after the first run, in at most six columns."""
    nights, _ = first_night
    rows = nights.query(statement)
    assert rows
    assert len(rows[0]) <= 6


@pytest.mark.slow
def test_restore_as_the_page_tells(begun_small_nights, tmp_path):
    """With a copy of raw/ alone, the documented steps restore the same warehouse, and refreshes go on."""
    before = begun_small_nights.query("select * exclude (confirmed_at) from core.observation order by all")
    restored = tmp_path / "restored"
    restored.mkdir()
    (begun_small_nights.home / "raw").rename(restored / "raw")
    replay(Home(restored), restored / "kolada.duckdb", as_of=None, reporter=Silent())
    begun_small_nights.home = restored
    assert begun_small_nights.query("select * exclude (confirmed_at) from core.observation order by all") == before
    assert read_status(begun_small_nights.make_settings(), now=begun_small_nights.now).is_healthy
    assert dict(begun_small_nights.refresh().loaded.opened) == {}
