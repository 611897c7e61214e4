"""The page on the client: each example is a program that runs, and the tables equal the code."""

import inspect
import re

import pytest

from fake_kolada import FakeKolada, sample_data
from kolada_client import DATA_SCHEMA, KoladaClient, KoladaError, errors
from tests.docs.test_docs import REPOSITORY, blocks

PAGE = REPOSITORY / "docs" / "python-client.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = blocks(PAGE, "python")


@pytest.fixture(scope="module")
def url():
    """The URL of the stand-in, used in place of Kolada's."""
    with FakeKolada(sample_data()).serve() as url:
        yield url


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_run(url, capsys, number):
    """Each example runs with only its URL replaced, and prints the output that it shows."""
    example = re.sub(r"KoladaClient\((?!transport)", f"KoladaClient({url!r}, rate=None, ", EXAMPLES[number])
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    shown = re.findall(r"print\(.*\)  # (.+)", example)
    assert [text for text in shown if text not in printed] == []
    assert printed or "print" not in example


def test_the_columns_are_those_of_the_frame():
    """The table of columns has the schema's names and types, in order."""
    told = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (\w+) \|", TEXT, re.MULTILINE)
    columns = [(name, kind) for names, kind in told for name in re.findall(r"\w+", names)]
    assert [(name, str(kind)) for name, kind in DATA_SCHEMA.items()] == columns


def test_methods_and_errors_exist():
    """Every method and error that the page names exists."""
    called = set(re.findall(r"`(?:kolada\.)?(\w+)\([^`]*\)`", TEXT))
    assert called <= {name for name, _ in inspect.getmembers(KoladaClient, inspect.isfunction)}
    assert {"search", "kpis", "municipalities", "data", "ou_data", "ous"} <= called | {"search"}
    named = set(re.findall(r"`((?:Kolada|Invalid|Unknown)[A-Z]\w+)`", TEXT))
    tree = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KoladaError)}
    assert named <= tree
