"""Compares two tables cell by cell and describes the differences."""

from collections.abc import Iterable
from math import isclose

from tests.recomputed.tables import Table

RELATIVE = ABSOLUTE = 1e-9


def differences(ours: Table, theirs: Table) -> list[str]:
    """Return one line for each cell that differs and each row that only one side has."""
    lines = [f"{_name(key)}: only recomputed: {ours[key]}" for key in ours if key not in theirs]
    lines += [f"{_name(key)}: only published: {theirs[key]}" for key in theirs if key not in ours]
    for key in ours:
        if key in theirs:
            lines += [
                f"{_name(key)} {column}: recomputed {value!r}, published {theirs[key][column]!r}"
                for column, value in ours[key].items()
                if not _agree(value, theirs[key][column])
            ]
    return sorted(lines)


def told(lines: list[str], shown: int = 40) -> str:
    """Return the first differences and their number."""
    return "\n".join([f"{len(lines)} differences", *lines[:shown]])


def keyed(rows: Iterable[tuple[object, ...]], columns: list[str], key: int) -> Table:
    """Return the rows of a query as a table: the first `key` columns are its key."""
    return {row[:key]: dict(zip(columns[key:], row[key:], strict=True)) for row in rows}


def _name(key: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in key)


def _agree(one: object, other: object) -> bool:
    """Return whether two values agree: floats within the tolerance, all others exactly."""
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(one) is type(other) and one == other
