"""The page on the stand-in: its lists equal the code, and its examples run."""

import re

import pytest

from tests.docs.stand_in_page import PAGE, written

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_lists_are_as_the_code_is():
    """The lists of faults, changes and contract choices equal the output of `make docs`."""
    assert written(TEXT) == TEXT


@pytest.mark.parametrize("example", EXAMPLES, ids=["over-http", "in-process", "own-data"])
def test_the_examples_run(example):
    """Each example is a program that runs without a failed assertion."""
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102 - our own page
