"""The server of `kolada mcp`: the tools, the tables as resources, and the prompt for an interim report.

It uses standard input and output, or HTTP on this machine only.
"""

from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from web.assistant_tools import AssistantTools
from web.published import Publications

INSTRUCTIONS = (
    "Figures of Swedish municipalities from Kolada, and whether they meet the goals of a council's budget. All results "
    "come from one published file. Cite the source label of a result: only values as received have `Källa: Kolada`. A "
    "value that is null is missing, not zero; another field gives the reason. Do not compute or guess values that a "
    "result does not contain."
)
TABLES = """
    select schema_name || '.' || table_name as name, comment
    from duckdb_tables() where database_name = 'warehouse' and schema_name in ('core', 'mart', 'ops', 'plan')
    union all
    select schema_name || '.' || view_name, comment
    from duckdb_views() where database_name = 'warehouse' and schema_name in ('core', 'mart', 'ops', 'plan')
    order by name
"""
COLUMNS = """
    select column_name, data_type, comment
    from duckdb_columns() where database_name = 'warehouse' and schema_name || '.' || table_name = ?
    order by column_index
"""


def make_assistant_server(published: Path, *, pages: str) -> MCPServer:
    """Return the server for assistants on one published file.

    Args:
        published: the DuckDB file; after a later publication the next call reads the new file.
        pages: the URL of `kolada web`, such as http://127.0.0.1:8080, for links.
    """
    server = MCPServer(name="kolada", title="Kolada och målen", instructions=INSTRUCTIONS, log_level="WARNING")
    publications = Publications(published)
    tools, tables = AssistantTools(publications, published, pages.rstrip("/")), Tables(publications)
    for tool in (tools.goals, tools.explain, tools.changes, tools.search_kpi, tools.compare, tools.query):
        server.tool()(tool)
    server.resource("kolada://tables", title="Tabellerna", mime_type="text/markdown")(tables.tables)
    server.resource("kolada://tables/{relation}", title="En tabell", mime_type="text/markdown")(tables.table)
    server.prompt(name="delarsbokslut", title="Förbered delårsbokslutet")(interim_report)
    return server


def loopback_app(server: MCPServer) -> Starlette:
    """Return the server as an HTTP application at /mcp; it refuses requests with another Host or Origin."""
    names = ("127.0.0.1", "localhost", "[::1]")
    guard = TransportSecuritySettings(
        allowed_hosts=[f"{name}:*" for name in names], allowed_origins=[f"http://{name}:*" for name in names]
    )
    return server.streamable_http_app(stateless_http=True, json_response=True, transport_security=guard)


class Tables:
    """The tables of the published file, described by their comments."""

    def __init__(self, publications: Publications) -> None:
        self._publications = publications

    def tables(self) -> str:
        """List the tables that can be queried, each with the meaning of its rows."""
        with self._publications.current().reading() as connection:
            return "\n".join(f"- `{name}`: {comment}" for name, comment in connection.execute(TABLES).fetchall())

    def table(self, relation: str) -> str:
        """Describe one table: the meaning of its rows and of each column."""
        with self._publications.current().reading() as connection:
            described = dict(connection.execute(TABLES).fetchall())
            if relation not in described:
                raise ToolError(f"There is no table `{relation}`, so none is described. See kolada://tables.")
            columns = connection.execute(COLUMNS, [relation]).fetchall()
        lines = [f"- `{name}` ({kind}): {comment}" for name, kind, comment in columns]
        return "\n".join([f"# {relation}", "", described[relation], "", *lines])


def interim_report(plan: str, year: int, period: str = "T2") -> str:
    """Return the instructions for the work before an interim report, in Swedish."""
    return (
        f"Förbered delårsbokslutet {period} {year} för planen {plan}. Använd verktygen goals, explain och changes. "
        "1. Sammanfatta vilka mål som är uppfyllda, ej uppfyllda och saknar data, och varför. "
        "2. Lista de uppgifter som kommunen själv ska lämna och som saknas. "
        "3. Berätta vad som har ändrats sedan förra uppföljningen, med orsak. "
        "4. Ange källan vid varje siffra så som svaren anger den, och länken till sidan. "
        "Hitta inte på några värden: det som saknas redovisas med sitt skäl."
    )
