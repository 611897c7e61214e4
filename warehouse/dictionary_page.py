"""The dictionary as a Markdown page: `python -m warehouse.dictionary_page` prints `docs/data-dictionary.md`."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from warehouse.build import build_marts
from warehouse.database import connect
from warehouse.dictionary import described_relations, meaning_of
from warehouse.ops import open_publication
from warehouse.schema import ensure_schema


def markdown(columns_of: Mapping[str, Sequence[str]]) -> str:
    """Return the dictionary as a Markdown page.

    Args:
        columns_of: `schema.name` -> its columns, in the order of a built file.
    """
    lines = [
        "# Data dictionary",
        "",
        "Generated from `sql/dictionary/` by `make docs`; the same texts are comments in the DuckDB file",
        "(`select * from duckdb_columns()`, or `describe` in most clients).",
        "",
        "Every relation of `core`, `plan` and `mart` has a macro `<schema>.<name>_as_of(moment)`: the rows that were",
        "current at another moment; in `mart`, the rows that were published then. A bare date means the end of that",
        "day in Sweden, a timestamp is UTC. Each relation of `plan` and `mart`, except views and events, has a table",
        "`<schema>.<name>_version` with every version of its rows: from `known_from` to `known_to` in `plan`, from",
        "`published_from` to `published_to` in `mart`, half-open; the end of a current version is null.",
    ]
    for name, each in described_relations().items():
        if each.is_history:
            continue
        lines += ["", f"## {name}", "", f"*{each.label}.* {each.about} {each.grain}", ""]
        lines += [f"Key: {', '.join(f'`{column}`' for column in each.key)}", ""]
        lines += [f"- Beware: {warning}" for warning in each.warnings]
        lines += [f"- Always: {identity}" for identity in each.identities]
        lines += ["", "| column | Swedish | meaning |", "|---|---|---|"]
        for column in columns_of.get(name, ()):
            meaning = meaning_of(name, column)
            about = meaning.comment.replace("|", "\\|")
            lines.append(f"| `{column}` | {meaning.label} | {about} |")
    return "\n".join(lines) + "\n"


def columns_of_an_empty_file() -> Mapping[str, Sequence[str]]:
    """Return `schema.name` -> its columns, in their order."""
    with connect() as connection:
        ensure_schema(connection)
        open_publication(connection, run_id="none", published_at=datetime.now(UTC))
        build_marts(connection)
        found: dict[str, list[str]] = {}
        for relation, column in connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and not internal order by column_index"
        ).fetchall():
            found.setdefault(relation, []).append(column)
    return found


if __name__ == "__main__":
    sys.stdout.write(markdown(columns_of_an_empty_file()))
