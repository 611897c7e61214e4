"""The cost of a night without fetching: first and quiet nights, the marts' build, each question, each as-of macro.

    python -m benchmarks.bench_night [--data sample|FOLDER] [--nights N]

All responses come from memory, so no time is spent on a server: the measurement covers this software's own work, with
decoding and storing responses as a stage of its own. Writes docs/benchmarks-night.md.
"""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import duckdb
import httpx

from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table
from fake_kolada import FakeKolada, data_named
from goals import read_plans
from pipeline.jobs import refresh_job
from pipeline.limits import Limits
from pipeline.run_job import run_job
from pipeline.settings import SHIPPED_GOALS, Settings
from warehouse.build import build_marts
from warehouse.database import sql_files, working_file
from warehouse.ops import last_publication, open_publication
from warehouse.published_file import published_file, source_kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-night.md"
READING = ("Read the catalogue", "Read the values")
BEFORE, AFTER = "Prepare", "Close the file"
ROUNDS = 5
SHARES = [name for name in Limits.model_fields if name.endswith("_share")]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds and CPU seconds."""

    wall: float
    cpu: float

    def cells(self) -> list[str]:
        """Return both, for a table."""
        return [f"{self.wall:.3f}", f"{self.cpu:.3f}"]


@dataclass(slots=True)
class Watch:
    """Adds up measurements by name, in order of the first use of each name."""

    costs: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Measure the block."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.costs[name] = Cost(time.perf_counter() - wall, time.process_time() - cpu)


class Remembered(httpx.BaseTransport):
    """A transport that repeats the first response of every URL."""

    def __init__(self, source: httpx.BaseTransport) -> None:
        self.source = source
        self.answers: dict[str, tuple[int, httpx.Headers, bytes]] = {}
        self._guard = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the remembered response, or that of the source if there is none yet."""
        url = str(request.url)
        if url not in self.answers:
            with self._guard:
                answer = self.source.handle_request(request)
                self.answers[url] = (answer.status_code, answer.headers, answer.read())
        status, headers, body = self.answers[url]
        return httpx.Response(status, headers=headers, content=body)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="What a night costs beside the fetching.")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--nights", type=int, default=ROUNDS, help="how many quiet nights")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        transport = Remembered(FakeKolada(data_named(given.data)).transport())
        night(folder / "rehearsal", transport)
        first = night(folder / "home", transport)
        quiet = [night(folder / "home", transport) for _ in range(given.nights)]
        published = folder / "home" / "kolada.duckdb"
        builds = marts_builds(published, folder / "build.duckdb")
        questions, macros = reading(published)
        counts = f"{published.stat().st_size / 1e6:.1f} MB published, {len(transport.answers)} requests a night"
    PAGE.write_text(
        page(
            given.data, counts, first=first, quiet=median_of(quiet), builds=builds, questions=questions, macros=macros
        ),
        encoding="utf-8",
    )
    print(PAGE.read_text(encoding="utf-8"))


def night(
    home: Path,
    transport: httpx.BaseTransport,
    *,
    at: datetime | None = None,
    goals: Path = SHIPPED_GOALS,
    also: Collection[str] = (),
    is_limited: bool = True,
) -> dict[str, Cost]:
    """Return one night's costs by stage.

    Args:
        home: where it is published.
        transport: answers.
        at: the instant of the night; now if None.
        goals: the folder of plans.
        also: KPIs that are read besides those of the plans.
        is_limited: whether changes beyond the limits hold the night.

    Raises:
        ValueError: nothing was published.
    """
    settings = Settings(home=home, base_url="http://127.0.0.1/v3", rate=1000, goals=goals)
    if not is_limited:
        settings = settings.model_copy(update=dict.fromkeys(SHARES, 1.0))
    watch = Watch()
    ended = (time.perf_counter(), time.process_time())

    def between(name: str) -> None:
        before = watch.costs.get(name, Cost(0, 0))
        wall, cpu = time.perf_counter() - ended[0], time.process_time() - ended[1]
        watch.costs[name] = Cost(before.wall + wall, before.cpu + cpu)

    def call(
        name: str, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        nonlocal ended
        between(BEFORE if name in READING else AFTER if name == "Publish" else name)
        with watch.on(name):
            result = function(*args, **kwargs)
        ended = (time.perf_counter(), time.process_time())
        return result

    job = refresh_job(read_plans(settings.goals))
    result = run_job(
        settings,
        replace(job, kpi_ids=tuple(sorted({*job.kpi_ids, *also}))),
        call=call,
        transport=transport,
        clock=lambda: at or datetime.now(UTC),
    )
    if result.state not in ("published", "unchanged"):
        raise ValueError(f"the night ended {result.state}, and a night that publishes nothing is not measured")
    return watch.costs


def median_of(nights: Sequence[dict[str, Cost]]) -> dict[str, Cost]:
    """Return each stage's median."""
    return {
        name: Cost(
            statistics.median(each[name].wall for each in nights), statistics.median(each[name].cpu for each in nights)
        )
        for name in nights[0]
    }


def marts_builds(published: Path, copy: Path) -> dict[str, Cost]:
    """Return the costs of building the marts in a copy of a published file: on a quiet night, all, with definitions."""
    shutil.copyfile(published, copy)
    copy.chmod(0o644)
    watch = Watch()
    with working_file(copy) as connection:
        last = last_publication(connection)
        if last is None:
            raise ValueError(f"`{published}` records no publication")
        kind = source_kind(connection)

        def build(name: str, days: int, *, is_all: bool = False) -> None:
            at = last.replace(tzinfo=UTC) + timedelta(days=days)
            open_publication(connection, run_id=f"night-{days}", published_at=at)
            with watch.on(name):
                build_marts(connection, source_kind=kind, is_all=is_all)

        build("what the clock moves, on a quiet night", 1)
        build("all marts, on a night that brought something new", 2, is_all=True)
        connection.execute("delete from ops.mart_definition")
        build("all marts with macros, views and comments, after an upgrade", 3)
    return watch.costs


def reading(published: Path) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Return the median cost of each question and of each as-of macro."""
    with published_file(published) as connection:
        questions = {path.stem: asked(connection, path.read_text(encoding="utf-8")) for path in sql_files("questions")}
        macros = connection.execute(
            "select distinct function_name from duckdb_functions() where database_name = current_database() "
            "and schema_name = 'mart' and function_type = 'table_macro' and parameters = ['moment'] order by 1"
        ).fetchall()
        today = datetime.now(UTC).date()
        return questions, {name: asked(connection, f"from mart.{name}('{today}')") for (name,) in macros}


def asked(connection: duckdb.DuckDBPyConnection, sql: str) -> Cost:
    """Return the median cost of a query and of fetching its rows."""
    costs = []
    for _ in range(ROUNDS):
        watch = Watch()
        with watch.on(sql):
            connection.execute(sql).fetchall()
        costs.append(watch.costs)
    return median_of(costs)[sql]


def total(costs: dict[str, Cost], *, without: Sequence[str] = ()) -> Cost:
    """Return the sum of some stages."""
    counted = [cost for name, cost in costs.items() if name not in without]
    return Cost(sum(cost.wall for cost in counted), sum(cost.cpu for cost in counted))


def page(
    data: str,
    counts: str,
    *,
    first: dict[str, Cost],
    quiet: dict[str, Cost],
    builds: dict[str, Cost],
    questions: dict[str, Cost],
    macros: dict[str, Cost],
) -> str:
    """Return the text of docs/benchmarks-night.md."""
    kind = "the built-in sample" if data == "sample" else "recorded data"
    heads = ("", "first night, s", "CPU s", "quiet night, s", "CPU s")
    beyond = (total(first, without=READING), total(quiet, without=READING))
    lines = [
        "# What a night costs beside the fetching",
        "",
        f"Made by `make bench-night` with {kind}: {counts}.",
        "Answers come from memory: no time goes to a server or a rate limit. Quiet nights bring nothing new; a cell",
        "is their median. The time is this software's alone, from the call to the published file, without the start of",
        "the interpreter and the imports.",
        "",
        f"The machine: {describe_machine()}.",
        f"While it was measured, {busy_share():.1f} processes a core ran or waited: above 1, seconds on the clock are",
        "too high, and CPU seconds somewhat.",
        "",
        "## Stages (goal: 1 s on a quiet night, beyond reading and keeping answers)",
        "",
        *table(
            heads,
            [
                *([name, *first[name].cells(), *quiet[name].cells()] for name in quiet),
                [
                    "**beyond reading and keeping answers**",
                    *beyond[0].cells(),
                    *beyond[1].cells(),
                ],
                ["**all**", *total(first).cells(), *total(quiet).cells()],
            ],
        ),
        "",
        "## The marts' build (goal: 1 s)",
        "",
        *table(("", "s", "CPU s"), ([name, *cost.cells()] for name, cost in builds.items())),
        "",
        "## Questions (goal: 0.1 s) and as-of macros",
        "",
        *table(("", "s", "CPU s"), ([f"`{name}`", *cost.cells()] for name, cost in (questions | macros).items())),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
