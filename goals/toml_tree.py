"""A TOML file, read key by key, with a finding for each invalid key.

An invalid key returns the empty value of its type and adds a finding, so that one reading finds all faults. This module
knows TOML and findings, not plans.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from goals.errors import Finding, listed, suggestion

_FIRST_YEAR, _LAST_YEAR = 1900, 2100


class TomlTree:
    """The keys of one file; `findings` grows as they are read. A key is written with dots: `years.first`."""

    def __init__(self, file: str, text: str, tree: Mapping[str, object]) -> None:
        self._file = file
        self._lines = text.splitlines()
        self._tree = tree
        self.findings: list[Finding] = []

    def find(self, key: str) -> object:
        """Return the value of a key; null if it is not set."""
        value: object = self._tree
        for part in key.split(".") if key else ():
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def report(
        self,
        key: str,
        problem: str,
        consequence: str,
        remedy: str,
        value: object = None,
        *,
        line: int | None = None,
    ) -> None:
        """Add a finding about a key."""
        shown = None if value is None else str(value)
        line = line or self.line_of(key)
        self.findings.append(Finding(self._file, problem, consequence, remedy, line, key, shown))

    def line_of(self, key: str) -> int | None:
        """Return the line that sets a key, or the header line of its table."""
        table, found = "", None
        for number, line in enumerate(self._lines, start=1):
            stripped = line.strip()
            if header := re.match(r"\[+\s*([^\]]+?)\s*\]+", stripped):
                full = table = header[1]
            elif assignment := re.match(r"\"?([^\"=\s]+)\"?\s*=", stripped):
                full = f"{table}.{assignment[1]}" if table else assignment[1]
            else:
                continue
            if full == key:
                return number
            if key.startswith(f"{full}."):
                found = number
        return found

    def lines_of_tables(self, key: str) -> list[int]:
        """Return the header lines of a list of tables."""
        opening = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
        return [number for number, line in enumerate(self._lines, start=1) if opening.match(line)]

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        value = self.find(key)
        if isinstance(value, str) and value.strip():
            return value
        problem = "missing" if value is None else "not a text"
        self.report(key, problem, "the plan can't be shown", f'Write `{_last(key)} = "..."`', value)
        return ""

    def pattern(self, key: str, pattern: re.Pattern[str], consequence: str, remedy: str) -> str:
        """Return a text of a given form."""
        value = self.find(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        problem = "missing" if value is None or value == "" else "not in the form that it must have"
        self.report(key, problem, consequence, remedy, value or None)
        return ""

    def flag(self, key: str) -> bool:
        """Return a boolean; false if it is not set."""
        value = self.find(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.report(key, "neither true nor false", "it is unknown", "Write `true` or `false`", value)
        return False

    def year(self, key: str) -> int:
        """Return a year."""
        value = self.find(key)
        if isinstance(value, int) and not isinstance(value, bool) and _FIRST_YEAR <= value <= _LAST_YEAR:
            return value
        problem = "missing" if value is None else "not a year"
        remedy = f"Write `{_last(key)} = 2023`, without quotation marks"
        self.report(key, problem, "no year can be judged", remedy, value)
        return 0

    def count(self, key: str) -> int | None:
        """Return a whole number above 0; null if it is not set."""
        value = self.find(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self.report(key, "not a whole number above 0", "places can't be checked", "Write digits", value)
        return None

    def table(self, key: str, known: Iterable[str] | None = None) -> Mapping[str, object]:
        """Return a table; empty if it is not set. With `known`, any other key in it is a finding."""
        value = self.find(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.report(key, "not a table", "its settings can't be read", f"Write `[{key}]` on its own line", value)
            return {}
        if known is not None:
            words = tuple(known)
            for name in value:
                if name not in words:
                    remedy = f"Remove or rename it; known here: {listed(words)}.{suggestion(name, words)}"
                    full = f"{key}.{name}" if key else name
                    self.report(full, "an unknown key", "it would be ignored", remedy.rstrip("."))
        return value

    def tables(self, key: str) -> list[tuple[int | None, Mapping[str, object]]]:
        """Return a list of tables with their lines; empty if it is not set."""
        value = self.find(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self.report(key, "not a list of tables", "it can't be read", f"Write `[[{key}]]` above each of them")
            return []
        lines = self.lines_of_tables(key)
        places: list[int | None] = [*lines] if len(lines) == len(value) else [self.line_of(key)] * len(value)
        return list(zip(places, value, strict=True))


def as_date(value: object) -> date | None:
    """Return a date without a time, or null."""
    return value if type(value) is date else None


def _last(key: str) -> str:
    return key.rsplit(".", maxsplit=1)[-1]
