"""Are the rows that budget_checks.csv names in budget_lines.csv, and can their units be added?

A term is `- [last year] [table] row`: all but the row's name may be left out, and `*` is every row of level `line`. The
same terms are read by `sql/mart/490_budget_check.sql`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from goals.csv_rows import Row
from goals.errors import Finding, suggestion
from goals.plan import Draft

_FILE = "budget_checks.csv"
_ALL_LINES = "*"
_LAST_YEAR = "last year"
_TERM = re.compile(r"\s*[+-]?\s*((?:\[[^\]|]+\]\s*)*)([^\[\]|\s][^\[\]|]*?)\s*")
_MONEY = ("kr", "tkr", "mnkr", "mdkr")


@dataclass(frozen=True, slots=True)
class _Term:
    table: str
    row: str


def check_budget(draft: Draft) -> Iterator[Finding]:
    """Yield findings about the results and terms of arithmetic checks that do not fit the budget's rows."""
    if not draft.has("budget_lines.csv"):
        if rows := draft.rows(_FILE):
            yield rows[0].finding(
                "table_name",
                "no budget_lines.csv beside it",
                "there is nothing to check",
                "Write it, or remove this file",
            )
        return
    units: dict[str, dict[str, str]] = {}
    lines: dict[str, set[str]] = {}
    for line in draft.rows("budget_lines.csv"):
        table, name, unit = line.text("table_name"), line.text("row_name"), line.text("unit")
        if table is None or name is None:
            continue
        units.setdefault(table, {})[name] = unit or ""
        if line.text("level") == "line":
            lines.setdefault(table, set()).add(name)
    for row in draft.rows(_FILE):
        yield from _check(row, units, lines)


def _check(row: Row, units: Mapping[str, Mapping[str, str]], lines: Mapping[str, set[str]]) -> Iterator[Finding]:
    table, result = row.text("table_name"), row.text("result_row")
    if table is None or result is None:
        return
    if table not in units:
        yield _unknown(row, "table_name", "no such table in budget_lines.csv", suggestion(table, units))
        return
    if result not in units[table]:
        yield _unknown(row, "result_row", f"no such row in the table `{table}`", suggestion(result, units[table]))
        return
    tolerance = row.figure("tolerance")
    if tolerance is not None and tolerance < 0:
        yield row.finding("tolerance", "below 0", "no figures could agree", "Write 0 or more")
    unit = units[table][result]
    is_share = not row.is_empty("divided_by")
    if is_share and not unit.startswith("%"):
        yield row.finding(
            "divided_by",
            f"a share, and the result `{result}` is counted in `{unit}`",
            "a percentage can't equal it",
            "Leave it empty, or name a result in `%`",
        )
    for column in ("terms", "divided_by"):
        seen: set[str] = set()
        for text in (row.text(column) or "").split("|") if not row.is_empty(column) else ():
            term = _term(text, table)
            if term is None:
                yield row.finding(
                    column,
                    f"not a term, `{text.strip()}`",
                    "the check can't be carried out",
                    "Write row names parted by `|`, such as `[last year] Eget kapital | Årets resultat`",
                )
                continue
            if text.strip() in seen:
                yield row.finding(column, f"`{text.strip()}` is repeated", "it would count once", "Keep one")
            seen.add(text.strip())
            yield from _named(row, column, term, units, lines)
            yield from _summable(row, column, term, units, wanted=_MONEY if is_share else _like(unit))


def _term(text: str, table: str) -> _Term | None:
    found = _TERM.fullmatch(text)
    if found is None:
        return None
    brackets = [one.strip() for one in re.findall(r"\[([^\]]+)\]", found[1])]
    tables = [one for one in brackets if one != _LAST_YEAR]
    if len(tables) > 1 or len(brackets) - len(tables) > 1:
        return None
    return _Term(tables[0] if tables else table, found[2])


def _named(
    row: Row, column: str, term: _Term, units: Mapping[str, Mapping[str, str]], lines: Mapping[str, set[str]]
) -> Iterator[Finding]:
    if term.table not in units:
        guess = suggestion(term.table, [*units, _LAST_YEAR])
        yield _unknown(row, column, f"no table `{term.table}` in budget_lines.csv", guess)
    elif term.row == _ALL_LINES and term.table not in lines:
        yield _unknown(row, column, f"no row of level `line` in the table `{term.table}`", "")
    elif term.row != _ALL_LINES and term.row not in units[term.table]:
        guess = suggestion(term.row, units[term.table])
        yield _unknown(row, column, f"no row `{term.row}` in the table `{term.table}`", guess)


def _summable(
    row: Row, column: str, term: _Term, units: Mapping[str, Mapping[str, str]], wanted: tuple[str, ...]
) -> Iterator[Finding]:
    rows = units.get(term.table, {})
    for unit in {rows[term.row]} if term.row in rows else ():
        if unit not in wanted:
            yield row.finding(
                column,
                f"`{term.row}` is counted in `{unit}`, not in {' or '.join(f'`{one}`' for one in wanted)}",
                "the two can't be added",
                "Correct the row, or the unit in budget_lines.csv",
            )


def _like(unit: str) -> tuple[str, ...]:
    return _MONEY if unit in _MONEY else (unit,)


def _unknown(row: Row, column: str, problem: str, guess: str) -> Finding:
    remedy = f"Write a name as it is in budget_lines.csv.{guess}".rstrip(".")
    return row.finding(column, problem, "the check can't be carried out", remedy)
