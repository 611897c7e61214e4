"""Assistants over the published file: a real MCP client over standard input and output, and over HTTP."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio
import duckdb
import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.reports.conftest import World
from web.assistant_server import make_assistant_server

RECEIVED, DERIVED = "Källa: Kolada", "Egen bearbetning av data från Kolada"
PLAN_OF_ALINGSAS = "alingsas-2022-2024"
# Statements that would read a file, use the network, write, or change a setting.
FORBIDDEN = (
    "select * from read_text('/etc/passwd')",
    "from '/etc/passwd'",
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "copy (select 1) to '/tmp/assistants.csv'",
    "create table t as select 1",
    "delete from mart.goal_fulfilment_version",
    "attach '/tmp/other.duckdb'",
    "install httpfs",
    "set memory_limit = '1GB'",
    "select getenv('HOME')",
    "select 1; select 2",
    "",
)


FIGURE = "select {} from mart.goal_fulfilment where indicator_id = '{}' and year = {}"
CELL = (
    "select value from core.observation "
    "where kpi_id = '{}' and municipality_id = '{}' and period = {} and gender = '{}'"
)


def of_figure(indicator: str, name: str) -> Callable[[dict], object]:
    """Return a function that picks a field of one figure."""
    return lambda answer: next(each[name] for each in answer["figures"] if each["indicator_id"] == indicator)


def judged(name: str) -> Callable[[dict], object]:
    """Return a function that picks a field of an explanation's judgement."""
    return lambda answer: answer["evidence"]["judgement"][name]


def of_cell(year: int) -> Callable[[dict], object]:
    """Return a function that picks the first unit's value in a year."""
    return lambda answer: next(cell["value"] for cell in answer["series"][0]["cells"] if cell["year"] == year)


def first_cell(answer: dict) -> object:
    """Return the only cell of a query's result."""
    [[value]] = answer["rows"]
    return value


# Tool, arguments, the field to pick, and the SQL with the expected value.
QUESTIONS: tuple[tuple[str, dict[str, object], Callable[[dict], object], str], ...] = (
    ("goals", {"year": 2023}, of_figure("P4.2", "value"), FIGURE.format("value", "P4.2", 2023)),
    ("goals", {"year": 2023}, of_figure("P4.3", "verdict"), FIGURE.format("verdict", "P4.3", 2023)),
    ("goals", {"year": 2023}, of_figure("V1-2", "margin"), FIGURE.format("margin", "V1-2", 2023)),
    ("goals", {"year": 2022}, of_figure("P2.1", "place"), FIGURE.format("rank", "P2.1", 2022)),
    ("goals", {"year": 2022}, of_figure("P2.1", "place_n"), FIGURE.format("rank_n", "P2.1", 2022)),
    ("goals", {"year": 2022}, of_figure("F1", "verdict"), FIGURE.format("verdict", "F1", 2022)),
    ("goals", {}, lambda answer: answer["year"], "select max(target_year) from plan.plan"),
    ("goals", {"year": 2023}, lambda answer: len(answer["figures"]), "select count(*) from plan.indicator"),
    ("explain", {"indicator": "P4.3", "year": 2022}, judged("value"), FIGURE.format("value", "P4.3", 2022)),
    ("explain", {"indicator": "v2-1", "year": 2023}, judged("verdict"), FIGURE.format("verdict", "V2-1", 2023)),
    ("explain", {"indicator": "V3", "year": 2023}, judged("reference_n"), FIGURE.format("reference_n", "V3", 2023)),
    ("explain", {"indicator": "P1.2", "year": 2023}, judged("margin"), FIGURE.format("margin", "P1.2", 2023)),
    ("compare", {"kpi": "N15436", "units": ["1489"]}, of_cell(2023), CELL.format("N15436", "1489", 2023, "T")),
    ("compare", {"kpi": "N15436", "units": ["0000"]}, of_cell(2022), CELL.format("N15436", "0000", 2022, "T")),
    (
        "compare",
        {"kpi": "N15436", "units": ["1489"], "gender": "K"},
        of_cell(2023),
        CELL.format("N15436", "1489", 2023, "K"),
    ),
    (
        "compare",
        {"kpi": "N15436", "units": ["G2328"]},
        of_cell(2022),
        CELL.replace("observation", "group_observation")
        .replace("municipality_id", "group_id")
        .format("N15436", "G2328", 2022, "T"),
    ),
    (
        "search_kpi",
        {"words": "N15436"},
        lambda answer: answer["kpis"][0]["title"],
        "select title from core.kpi where kpi_id = 'N15436'",
    ),
    (
        "search_kpi",
        {"words": "behöriga yrkesprogram"},
        lambda answer: "N15436" in [each["kpi_id"] for each in answer["kpis"]],
        "select true",
    ),
    (
        "changes",
        {"since": "2000-01-01"},
        lambda answer: len(answer["verdicts"]),
        "select count(*) from mart.verdict_change",
    ),
    ("query", {"sql": "select count(*) from mart.goal_verdict"}, first_cell, "select count(*) from mart.goal_verdict"),
    ("query", {"sql": "select max(n) from core.nothing"}, lambda answer: "nothing" in answer["error"], "select true"),
)


def published(world: World) -> Path:
    return world.home / "kolada.duckdb"


def rows_of(world: World, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published(world)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


class Asking:
    """A client of one server that returns results as data."""

    def __init__(self, server: object) -> None:
        self.server = server

    def __call__(self, tool: str, **arguments: object) -> dict:
        """Return a tool's result; an error's text is under `error`."""
        return self.all([(tool, arguments)])[0]

    def all(self, questions: Iterable[tuple[str, dict[str, object]]]) -> list[dict]:
        """Return the results of several calls of one client; an error's text is under `error`."""

        async def ask() -> list[dict]:
            async with Client(self.server) as client:
                answers = [await client.call_tool(tool, arguments) for tool, arguments in questions]
            return [
                {"error": "".join(part.text for part in each.content)} if each.is_error else each.structured_content
                for each in answers
            ]

        return anyio.run(ask)

    def read(self, uri: str) -> str:
        """Return a resource's text."""

        async def ask() -> str:
            async with Client(self.server) as client:
                return (await client.read_resource(uri)).contents[0].text

        return anyio.run(ask)


@contextmanager
def over_http(file: Path) -> Iterator[str]:
    """Run the command over HTTP; give its URL."""
    command = [sys.executable, "-m", "kolada_pipeline", "mcp", "--http", "--port", "0", "--file", str(file)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield re.search(r"http://\S+/mcp", process.stderr.readline())[0]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def ask(sample_world: World) -> Asking:
    """A client of a server in this process."""
    return Asking(make_assistant_server(published(sample_world), pages="http://127.0.0.1:8080/"))


def test_the_tools_say_what_they_take(ask: Asking) -> None:
    """There are six described tools with typed results, the tables as resources, and a prompt."""

    async def listed() -> tuple[list, list, list]:
        async with Client(ask.server) as client:
            return (
                (await client.list_tools()).tools,
                (await client.list_resource_templates()).resource_templates,
                (await client.list_prompts()).prompts,
            )

    tools, templates, prompts = anyio.run(listed)
    assert sorted(tool.name for tool in tools) == ["changes", "compare", "explain", "goals", "query", "search_kpi"]
    assert all(tool.description and tool.output_schema for tool in tools)
    assert [each.uri_template for each in templates] == ["kolada://tables/{relation}"]
    assert [each.name for each in prompts] == ["delarsbokslut"]


def test_goals_are_those_of_the_file(ask: Asking, sample_world: World) -> None:
    """`goals` returns every figure of a year as in the file, missing ones with their reason, and marks made-up ones."""
    answer = ask("goals", year=2022)
    expected = rows_of(
        sample_world,
        "select indicator_id, value, verdict, margin, rank, rank_n, verdict_reason is null from mart.goal_fulfilment "
        "where year = 2022 order by goal_order, indicator_order",
    )
    told = [
        (
            *(each[name] for name in ("indicator_id", "value", "verdict", "margin", "place", "place_n")),
            each["reason"] is None,
        )
        for each in answer["figures"]
    ]
    assert told == expected
    assert answer["notice"] != ""
    assert RECEIVED not in {each["value_source"] for each in answer["figures"]}
    assert answer["link"] == f"http://127.0.0.1:8080/mal/{PLAN_OF_ALINGSAS}?year=2022"


def test_an_explanation_rests_on_its_evidence(ask: Asking, sample_world: World) -> None:
    """`explain` returns the chapters of the explanation and the rows behind them."""
    answer = ask("explain", indicator="p4.3", year=2022)
    [(value,)] = rows_of(
        sample_world, "select value from mart.goal_fulfilment where indicator_id = 'P4.3' and year = 2022"
    )
    assert value == answer["evidence"]["judgement"]["value"]
    assert [each["title"] for each in answer["chapters"]][:3] == ["Vad som visas", "Värdet", "Bedömningen"]
    assert answer["link"].endswith("/P4.3/forklara?year=2022")


def test_changes_have_their_cause(awkward_world: World) -> None:
    """`changes` returns the second run's verdicts with causes and values with kinds, and nothing after the last day."""
    ask = Asking(make_assistant_server(published(awkward_world), pages="http://127.0.0.1:8080"))
    answer = ask("changes", since="2000-01-01")
    [(verdicts,)] = rows_of(awkward_world, "select count(*) from mart.verdict_change")
    assert verdicts == len(answer["verdicts"])
    assert all(each["cause_word"] for each in answer["verdicts"])
    assert {"revised", "suppressed"} <= {each["kind"] for each in answer["values"]}
    later = ask("changes", since="2100-01-01")
    assert ([], [], 0) == (later["verdicts"], later["values"], later["n_left_out"])


def test_kpis_are_found_and_compared(ask: Asking, sample_world: World) -> None:
    """`search_kpi` finds a KPI by words, and `compare` returns each unit's values, or why they are missing."""
    assert "N15436" in [each["kpi_id"] for each in ask("search_kpi", words="behöriga yrkesprogram")["kpis"]]
    assert ask("search_kpi", words="  ")["kpis"] == []
    answer = ask("compare", kpi="n15436", units=["1489", "0000", "9999"])
    own = dict(
        rows_of(
            sample_world,
            "select period, value from core.observation "
            "where kpi_id = 'N15436' and municipality_id = '1489' and gender = 'T'",
        )
    )
    first, _, unknown = answer["series"]
    assert own == {cell["year"]: cell["value"] for cell in first["cells"] if cell["year"] in own}
    assert {(cell["value"], cell["missing"]) for cell in unknown["cells"]} == {(None, "Kolada har ingen uppgift")}
    assert all((cell["value"] is None) != (cell["missing"] is None) for cell in first["cells"])


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("goals", {"plan": "finns-inte"}, "finns-inte"),
        ("goals", {"as_of": "1999-01-01"}, "1999-01-01"),
        ("goals", {"as_of": "i går"}, "i går"),
        ("explain", {"indicator": "X9"}, "X9"),
        ("compare", {"kpi": "skola", "units": ["1489"]}, "skola"),
        ("compare", {"kpi": "N99999", "units": ["1489"]}, "N99999"),
        ("compare", {"kpi": "N15436", "units": []}, "units"),
        ("compare", {"kpi": "N15436", "units": ["1489"], "gender": "X"}, "X"),
        ("query", {"sql": "select nothing from nowhere"}, "nowhere"),
    ],
)
def test_what_is_wrong_is_named(ask: Asking, tool: str, arguments: dict, named: str) -> None:
    """An error names the value."""
    assert named in ask(tool, **arguments)["error"]


def test_a_query_is_answered_within_its_rows(ask: Asking) -> None:
    """A query returns typed rows as JSON, and says if they were cut."""
    answer = ask("query", sql="select year, count(*) as n from mart.goal_fulfilment group by 1 order by 1", limit=2)
    assert (answer["columns"], len(answer["rows"]), answer["is_cut"]) == (["year", "n"], 2, True)
    assert ask("query", sql="select date '2026-01-02' as d, [1, 2] as l, {'a': 1.5::double} as s, 'inf'::double as m")[
        "rows"
    ] == [["2026-01-02", [1, 2], {"a": 1.5}, "inf"]]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_query_does_nothing_but_read(ask: Asking, sql: str) -> None:
    """A query cannot read files, use the network, write, change a setting or run a second statement."""
    assert "error" in ask("query", sql=sql)


def test_the_tables_are_resources(ask: Asking) -> None:
    """The list of tables has every relation with its comment, and a table has its columns."""
    assert "`mart.goal_fulfilment`" in ask.read("kolada://tables")
    assert "`verdict` (VARCHAR)" in ask.read("kolada://tables/mart.goal_fulfilment")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["stdio", "http"])
def test_twenty_questions_have_the_answers_of_the_file(sample_world: World, way: str) -> None:
    """Twenty calls of one client, over each transport, return the values of the file."""
    asked = [(tool, arguments) for tool, arguments, *_ in QUESTIONS]
    with ExitStack() as stack:
        if way == "http":
            server: object = stack.enter_context(over_http(published(sample_world)))
        else:
            words = ["-m", "kolada_pipeline", "mcp", "--file", str(published(sample_world))]
            server = StdioServerParameters(command=sys.executable, args=words)
        answers = Asking(server).all(asked)
    told = [pick(answer) for (_, _, pick, _), answer in zip(QUESTIONS, answers, strict=True)]
    expected = [rows_of(sample_world, sql)[0][0] for *_, sql in QUESTIONS]
    assert len(QUESTIONS) == 21
    assert told == expected


@pytest.mark.slow
def test_over_standard_input_and_output(sample_world: World) -> None:
    """The command works over standard input and output, as an assistant starts it."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "kolada_pipeline", "mcp", "--file", str(published(sample_world))]
    )
    assert Asking(command)("goals", year=2022)["year"] == 2022


@pytest.mark.slow
def test_over_http_only_this_machine_is_answered(sample_world: World) -> None:
    """Over HTTP, requests with another host name or another site's origin are refused."""
    with over_http(published(sample_world)) as url:
        assert Asking(url)("search_kpi", words="N154")["kpis"] != []
        asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        kind = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        refused = [
            httpx.post(url, content=asked, headers=kind | wrong).status_code
            for wrong in ({"host": "evil.example"}, {"origin": "http://evil.example"}, {"origin": "null"})
        ]
    assert refused == [421, 403, 403]
