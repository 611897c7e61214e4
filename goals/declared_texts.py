"""Generate the texts that goals/ declares: the README's tables, the tables of `plan`, and their comments.

`python -m goals.declared_texts` (`make docs`) writes them; a test fails when one is out of date.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from goals.plan_columns import FORMATS, KEYS, TABLES, Column, Kind, TableFormat
from goals.rules import RULES

_ROOT = Path(__file__).resolve().parent.parent
README = _ROOT / "goals" / "README.md"
TABLES_SQL = _ROOT / "sql" / "plan" / "010_plan_tables.sql"
DICTIONARY = _ROOT / "sql" / "dictionary" / "plan.toml"

_MADE = "Made from goals/file_formats.toml by `make docs`."
_WIDTH = 110
_SQL_TYPES = {
    Kind.YEAR: "integer",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "double",
    Kind.FLAG: "boolean",
    Kind.DATE: "date",
}
_VERSION = ("known_from timestamp not null", "known_to timestamp")


def tables_sql() -> str:
    """Return the text of `sql/plan/010_plan_tables.sql`."""
    lines = [
        "-- The goals as they were loaded, each row with its versions: a row that changed in a plan's files closes",
        "-- its version and opens a new one. Order numbers are no part of the comparison, and the files' hash is on",
        "-- the plan alone.",
        f"-- {_MADE}",
        "",
        "create schema if not exists plan;",
    ]
    for table in TABLES.values():
        loaded = ("files_sha256 varchar not null",) if table.table == "plan" else ()
        columns = ["plan_id varchar not null", *(_sql_column(column) for column in table.columns), *loaded, *_VERSION]
        lines += ["", *_comment(" ".join([table.about, *table.warnings]))]
        lines += [
            f"create table if not exists plan.{table.table}_version (",
            ",\n".join(f"    {one}" for one in columns),
            ");",
        ]
    return "\n".join(lines) + "\n"


def dictionary_toml() -> str:
    """Return the text of `sql/dictionary/plan.toml`."""
    head = "# What councils decided, as loaded from goals/ and as it holds now; each table has its versions beside it."
    parts = [f"{head}\n# {_MADE}\n"]
    parts += ["\n".join(_described(table)) + "\n" for table in TABLES.values()]
    return "\n".join(parts)


def readme(text: str) -> str:
    """Return the README with its marked parts generated again."""
    for mark, lines in (("files", _files()), ("keys", _keys()), ("rules", _rules())):
        head, _, rest = text.partition(f"<!-- {mark}: made by `make docs` -->\n")
        _, _, tail = rest.partition(f"<!-- end of {mark} -->\n")
        body = "\n".join(lines)
        text = f"{head}<!-- {mark}: made by `make docs` -->\n\n{body}\n\n<!-- end of {mark} -->\n{tail}"
    return text


def write() -> None:
    """Write all generated files."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")


def made() -> Mapping[Path, str]:
    """Return each generated file with the text that it must have."""
    return {
        TABLES_SQL: tables_sql(),
        DICTIONARY: dictionary_toml(),
        README: readme(README.read_text(encoding="utf-8")),
    }


def _sql_column(column: Column) -> str:
    # An SQL keyword that is a column name here.
    name = f'"{column.name}"' if column.name == "offset" else column.name
    return f"{name} {_SQL_TYPES.get(column.kind, 'varchar')}{' not null' if column.is_required else ''}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="-- ", subsequent_indent="-- ")


def _described(table: TableFormat) -> Iterator[str]:
    grain = "plan" if table.table == "plan" else f"plan, {table.grain}"
    yield f"[{table.table}]"
    yield f"label = {_toml(table.label)}"
    yield f"about = {_toml(table.about)}"
    yield f"grain = {_toml(f'One row per {grain}.')}"
    yield f"key = [{', '.join(_toml(column) for column in ('plan_id', *table.key))}]"
    if table.warnings:
        yield f"warnings = [{', '.join(_toml(text) for text in table.warnings)}]"
    described = [column for column in table.columns if column.described]
    if described:
        yield f"[{table.table}.columns]"
    for column in described:
        words = ", ".join(f"{word} = {_toml(text)}" for word, text in column.described.items())
        yield f"{column.name} = {{ {words} }}"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _files() -> Iterator[str]:
    for place, (file, form) in enumerate(FORMATS.items()):
        if place:
            yield ""
        yield f"### {file}, one row per {form.heading}"
        yield ""
        yield from _table(("column", "holds"), ((column.name, _holds(column)) for column in form.written))
        if form.remarks:
            yield ""
            yield form.remarks.strip()


def _holds(column: Column) -> str:
    return column.holds.replace("{codes}", ", ".join(f"`{code}`" for code in column.codes))


def _keys() -> Iterator[str]:
    yield from _table(("key", "holds"), KEYS.items())


def _rules() -> Iterator[str]:
    yield from _table(
        ("rule", "default", "may be", "sets"),
        ((rule.name, rule.default_text, rule.others_text, rule.meaning) for rule in RULES),
    )


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    header = tuple(header)
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    write()
