"""Errors: one tree, as drawn in the module docstring, and safe to pickle."""

import inspect
import pickle
import re

import pytest

from kolada_client import InvalidIdentifier, InvalidRequest, KoladaError, errors
from kolada_client.waiting import Stopped

CLASSES = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KoladaError)
]  # fmt: skip


@pytest.mark.parametrize("kind", [*CLASSES, Stopped])
def test_an_error_survives_pickling(kind: type[KoladaError]) -> None:
    """An error keeps its message, URL, numbers and notes when it is pickled."""
    error = kind("what happened", url="https://kolada.test/v3/kpi", status=503, request_id="r7")
    error.add_note("a note")
    if "attempts" in vars(error):
        vars(error)["attempts"] = 6
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (kind, str(error), error.args, vars(error)) == (type(back), str(back), back.args, vars(back))


def test_errors_about_input_are_value_errors_too() -> None:
    """Errors about arguments are also `ValueError`s."""
    assert [True, True] == [issubclass(kind, ValueError) for kind in (InvalidIdentifier, InvalidRequest)]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """The module docstring shows each error class once, below its parent."""
    lines = re.findall(r"^    ((?:[│ ]   )*(?:[├└]── )?)([A-Z]\w+)", errors.__doc__ or "", flags=re.MULTILINE)
    path: list[str] = []
    drawn: dict[str, str | None] = {}
    for indent, name in lines:
        path = [*path[: len(indent) // 4], name]
        drawn[name] = path[-2] if len(path) > 1 else None
    actual = {kind.__name__: kind.__bases__[0].__name__ for kind in CLASSES if kind is not KoladaError}
    assert {"KoladaError": None, **actual} == drawn


@pytest.mark.parametrize("kind", CLASSES)
def test_each_error_says_when_it_happens(kind: type[KoladaError]) -> None:
    """Each error class has a docstring of its own."""
    assert kind.__doc__
    assert kind.__doc__ != kind.__bases__[0].__doc__


def test_what_is_known_stays_when_more_is_filled_in() -> None:
    """`at` fills in only the facts that an error does not have yet."""
    error = KoladaError("x", status=200).at(url="u", status=500, request_id="r1")
    assert ("u", 200, "r1") == (error.url, error.status, error.request_id)
