"""The comments in a DuckDB file: the dictionary's text about each relation and column, shown by every client."""

import duckdb

from warehouse.database import one_by_one, quoted
from warehouse.dictionary import described_relations, meaning_of


def apply_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Comment every relation and column of the open file that the dictionary describes."""
    kinds = dict(
        connection.execute(
            """
            select schema_name || '.' || table_name, 'table' from duckdb_tables()
            where database_name = current_database()
            union all
            select schema_name || '.' || view_name, 'view' from duckdb_views()
            where database_name = current_database()
            """
        ).fetchall()
    )
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and not internal"
    ).fetchall()
    relations = described_relations()
    statements = [
        f"comment on {kinds[name]} {name} is {quoted(each.comment)}"
        for name, each in relations.items()
        if name in kinds
    ]
    for relation, column, present in columns:
        if relation in relations and (text := meaning_of(relation, column).comment) != present:
            statements.append(f'comment on column {relation}."{column}" is {quoted(text)}')
    with one_by_one(connection):
        connection.execute(";".join(statements))
