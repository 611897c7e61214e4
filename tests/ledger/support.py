"""What the tests of the ledger share: comparing what is published with what the raw store gives."""

from pathlib import Path

from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.verify import verify
from warehouse.database import connect, quoted
from warehouse.home import Home


def replay_differs(home: Home, to: Path) -> list[str]:
    """The relations of core and plan whose rows a replay of the home gives otherwise than they are published."""
    replay(home, to, as_of=None, reporter=Silent())
    connection = connect()
    try:
        connection.execute(f"attach {quoted(str(home.published))} as one (read_only)")
        connection.execute(f"attach {quoted(str(to))} as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'one' "
            "and schema_name in ('core', 'plan') order by all"
        ).fetchall()
        assert len(tables) > 10
        return [
            f"{schema}.{table}"
            for schema, table in tables
            if connection.execute(f"from one.{schema}.{table} order by all").fetchall()
            != connection.execute(f"from other.{schema}.{table} order by all").fetchall()
        ]
    finally:
        connection.close()
        to.unlink()


def findings(home: Home) -> list[str]:
    """What a verification of the home finds."""
    return verify(home, reporter=Silent()).findings
