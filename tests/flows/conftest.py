"""Fixtures of the flow tests: a small made-up Kolada, homes, and one real Prefect server with its worker."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import polars as pl
import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from fake_kolada import DataSet, FakeKolada, sample_data
from flows.service_processes import send, with_variable
from goals import Plan
from kolada_client import ManualClock
from pipeline.jobs import Job, backfill_job, refresh_job
from pipeline.run_job import run_job
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from tests.flows.support import free_port, wait_for
from warehouse.database import quoted

REPOSITORY = Path(__file__).resolve().parents[2]
PLANS = REPOSITORY / "goals"
BIN = Path(sys.executable).parent

# A KPI that no plan has; made up like the rest of the sample.
OUTSIDE = "N99001"
FIRST_YEAR = 2019

# What the served runs read in `.env`, apart from the stand-in's address.
RUN_VARIABLES = {"KOLADA_RATE": "500"}

# Long timeouts: no test waits this long unless it fails, and a busy machine is slow.
START_SECONDS = 240
# The public host name of the pages, as behind a proxy.
PAGES_NAME = "mal.kommunen.test"
RUN_SECONDS = 240
EVENT_SECONDS = 90

# By default a worker polls every ten seconds, and events are stored every five; the tests do not wait that long.
QUICK_PREFECT = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.5",
}

# Far enough ahead to schedule a run on either of the next two nights when the clock changes.
FAR_AHEAD = {"PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "P400D"}

# Proxies on which nothing listens: the local server must still be reached directly. The stand-in is excepted in a form
# that curl accepts and httpx does not.
DEAD_PROXIES = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "NO_PROXY": "127.0.0.0/8 [::1]",
}

# In an operator's shell: `kolada` reaches the local server past them.
PROXIES_OF_AN_OPERATOR = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "[::1] 127.0.0.0/8"}


@pytest.fixture(scope="session")
def small_data() -> DataSet:
    """The sample since 2019, with one extra KPI that is in no plan."""
    data = sample_data()
    recent = data.observations.filter(pl.col("period") >= FIRST_YEAR)
    twin = recent.filter(pl.col("kpi_id") == "N15436").with_columns(
        pl.lit(OUTSIDE).cast(pl.Categorical).alias("kpi_id")
    )
    kpi = data.kpis.filter(pl.col("kpi_id") == "N15436").with_columns(
        pl.lit(OUTSIDE).alias("kpi_id"), pl.lit("Ett nyckeltal utanför planerna, andel (%)").alias("title")
    )
    return replace(data, observations=pl.concat([recent, twin]), kpis=pl.concat([data.kpis, kpi]))


@dataclass
class Desk:
    """One home and one stand-in: runs without Prefect, one day apart."""

    home: Path
    fake: FakeKolada
    plans: tuple[Plan, ...]
    now: datetime = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
    settings: dict[str, object] = field(default_factory=dict)

    def refresh(self, **wanted: object) -> RunResult:
        """Refresh on the next day."""
        return self.run(refresh_job(self.plans, **wanted))

    def backfill(self, **wanted: object) -> RunResult:
        """Backfill on the next day."""
        return self.run(backfill_job(self.plans, **wanted))

    def run(self, job: Job) -> RunResult:
        """Run a job one day after the previous one."""
        self.now += timedelta(days=1)
        return run_job(
            self.make_settings(),
            job,
            transport=self.fake.transport(),
            client_clock=ManualClock(),
            clock=lambda: self.now,
        )

    def make_settings(self, **others: object) -> Settings:
        """Return the settings of this home."""
        given = {"base_url": "http://kolada.test/v3", "home": self.home, "goals": PLANS, "wait": 0.0, "rate": 1000.0}
        return Settings(**given | self.settings | others)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the published file."""
        return ask(self.home, sql)


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Query the published file of a home."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(home / 'kolada.duckdb'))} as warehouse (read_only)")
        connection.execute("use warehouse")
        return connection.execute(sql).fetchall()


@pytest.fixture
def desk(tmp_path: Path, small_data: DataSet, plans: tuple[Plan, ...]) -> Desk:
    """A new home with the small data as its source."""
    return Desk(home=tmp_path / "home", fake=FakeKolada(small_data), plans=plans)


@pytest.fixture(scope="session")
def first_desk(tmp_path_factory: pytest.TempPathFactory, small_data: DataSet, plans: tuple[Plan, ...]) -> Desk:
    """A home with one night of the small data behind it; only to be copied."""
    desk = Desk(home=tmp_path_factory.mktemp("first") / "home", fake=FakeKolada(small_data), plans=plans)
    assert desk.refresh().state == "published"
    return desk


@pytest.fixture
def begun_desk(desk: Desk, first_desk: Desk) -> Desk:
    """A home of the test's own with that night behind it."""
    shutil.copytree(first_desk.home, desk.home)
    desk.now = first_desk.now
    return desk


@dataclass
class Operations:
    """`kolada serve` as a process, its API, and an operator's commands."""

    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str]
    api_url: str
    password: str
    fake: FakeKolada
    home: Path
    work: Path
    pages_url: str
    # One for all requests: a new one reads all certificates.
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def set_variables(self, **variables: str) -> None:
        """Write the variables of the following runs into `.env` of their working folder, replacing all others."""
        lines = [f"{name}={value}" for name, value in (RUN_VARIABLES | variables).items()]
        (self.work / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def command(
        self,
        *words: str,
        home: Path | None = None,
        folder: Path | None = None,
        without: Collection[str] = (),
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run `kolada` or `prefect` with some variables and without others, and wait for it."""
        environment = {name: value for name, value in self.environment.items() if name not in without}
        return subprocess.run(
            [str(BIN / words[0]), *words[1:]],
            env=environment | ({"KOLADA_HOME": str(home)} if home else {}) | variables,
            cwd=folder or self.work,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_SECONDS,
        )

    def trigger(self, deployment: str, *parameters: str) -> str:
        """Start a deployment with the `prefect` command; return the flow run's id."""
        started = self.command("prefect", "deployment", "run", deployment, *parameters)
        assert started.returncode == 0, started.stdout + started.stderr
        return started.stdout.partition("UUID: ")[2].split()[0]

    def trigger_by_api(self, deployment: str, *, parameters: object = None) -> str:
        """Start a deployment through the API, without the command's start-up time."""
        found = self.get(f"deployments/name/{deployment}")
        return str(self.post(f"deployments/{found['id']}/create_flow_run", parameters=parameters or {})["id"])

    @contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        """Give Prefect's client of this server."""
        settings = {PREFECT_API_URL: self.api_url, PREFECT_API_AUTH_STRING: self.password}
        with temporary_settings(settings), get_client(sync_client=True) as client:
            yield client

    def state_after(self, flow_run_id: str) -> dict[str, Any]:
        """Return the final state of a flow run."""
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        wait_for(lambda: self.flow_run(flow_run_id)["state_type"] in final, RUN_SECONDS, self.last_lines)
        return self.flow_run(flow_run_id)["state"]

    def flow_run(self, flow_run_id: str) -> dict[str, Any]:
        """Return a flow run from the API."""
        return self.get(f"flow_runs/{flow_run_id}")

    def get(self, path: str) -> Any:
        """Send a GET request to the API."""
        return self.answer("GET", path).raise_for_status().json()

    def delete(self, path: str) -> None:
        """Delete the object at a path of the API."""
        self.answer("DELETE", path).raise_for_status()

    def post(self, path: str, **body: object) -> Any:
        """Send a POST request to the API."""
        return self.answer("POST", path, json=body).raise_for_status().json()

    def answer(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Return the API's response, retrying on 503, which the server sends while its SQLite file is locked."""

        def ask_once() -> httpx.Response | None:
            user, _, word = self.password.partition(":")
            answer = self.http.request(method, f"{self.api_url}/{path}", auth=(user, word), **content)
            return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

        return wait_for(ask_once, EVENT_SECONDS, self.last_lines)

    def artifacts(self, flow_run_id: str) -> dict[str, dict[str, Any]]:
        """Return the artifacts of a flow run, by key."""
        found = self.post("artifacts/filter", artifacts={"flow_run_id": {"any_": [flow_run_id]}})
        return {artifact["key"]: artifact for artifact in found if artifact["key"]}

    def events(self, name: str, flow_run_id: str, count: int) -> list[dict[str, Any]]:
        """Return a flow run's events of a name, once there are at least `count`."""
        run = {"id": [f"prefect.flow-run.{flow_run_id}"]}

        def read() -> list[dict[str, Any]]:
            found = self.post("events/filter", filter={"event": {"name": [name]}, "any_resource": run}, limit=50)
            return found["events"] if len(found["events"]) >= count else []

        return wait_for(read, EVENT_SECONDS, self.last_lines)

    def until(self, look: Callable[[], Any]) -> Any:
        """Wait until the function returns something."""
        return wait_for(look, RUN_SECONDS, self.last_lines)

    def wait_for_log(self, text: str, *, count: int = 1) -> None:
        """Wait until the log contains a text `count` times."""

        def is_told() -> bool:
            assert self.process.poll() is None, f"`kolada serve` ended: {self.last_lines()}"
            return self.log.read_text(encoding="utf-8").count(text) >= count

        wait_for(is_told, START_SECONDS, self.last_lines)

    def last_lines(self) -> str:
        """Return the end of the log, for a test that fails."""
        return self.log.read_text(encoding="utf-8")[-3000:]

    def processes(self, what: str) -> list[int]:
        """Return the processes of this server whose command contains a text."""
        return [
            process_id
            for process_id in with_variable("PREFECT_API_URL", self.api_url)
            if what in command_of(process_id)
        ]


def command_of(process_id: int) -> str:
    """Return the command of a process; empty if it has ended."""
    try:
        return " ".join(psutil.Process(process_id).cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture(scope="session")
def operations(tmp_path_factory: pytest.TempPathFactory, small_data: DataSet) -> Iterator[Operations]:
    """`kolada serve` on free ports with its own Prefect home; it must exit with 0 and leave no process."""
    folder = tmp_path_factory.mktemp("operations")
    port, pages_port = free_port(), free_port()
    api_url = f"http://127.0.0.1:{port}/api"
    home = folder / "home"
    with ExitStack() as stack:
        fake = FakeKolada(small_data)
        RUN_VARIABLES["KOLADA_BASE_URL"] = stack.enter_context(fake.serve())
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT_", "KOLADA_")) and name != "DO_NOT_TRACK"
        } | {
            "PREFECT_HOME": str(folder / "prefect"),
            "KOLADA_HOME": str(home),
            "KOLADA_GOALS": str(PLANS),
        }
        log, work = folder / "serve.log", folder / "work [*?]"
        work.mkdir()
        process = subprocess.Popen(
            [
                str(BIN / "kolada"),
                "serve",
                "--port",
                str(port),
                "--web",
                "--web-port",
                str(pages_port),
                "--web-name",
                PAGES_NAME,
            ],
            env=environment | QUICK_PREFECT | FAR_AHEAD | DEAD_PROXIES,
            cwd=work,
            stdout=stack.enter_context(log.open("wb")),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        known = environment | {"PREFECT_API_URL": api_url}
        pages_url = f"http://127.0.0.1:{pages_port}"
        running = Operations(process, log, known, api_url, "", fake, home, work, pages_url)
        running.set_variables()
        try:
            running.wait_for_log("Worker started")
            running.password = (home / "prefect" / "auth").read_text(encoding="ascii").strip()
            running.environment["PREFECT_API_AUTH_STRING"] = running.password
            yield running
        finally:
            running.http.close()
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(90)
            finally:
                # The process of the pages knows the home, not the server.
                left = [*with_variable("PREFECT_API_URL", api_url), *with_variable("KOLADA_HOME", str(home))]
                send(signal.SIGKILL, left)
                process.kill()
        assert (0, []) == (code, left), running.last_lines()


@pytest.fixture
def fake(operations: Operations, small_data: DataSet) -> FakeKolada:
    """The stand-in of the served runs, with its original data and an empty log."""
    operations.fake.data = small_data
    operations.fake.faults = ()
    operations.fake.clear_log()
    return operations.fake


@pytest.fixture
def home(operations: Operations) -> Path:
    """The home of the served runs, without the files of earlier tests."""
    operations.set_variables()
    for path in operations.home.iterdir():
        if path.is_dir() and path.name != "prefect":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    return operations.home


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory, small_data: DataSet, plans: tuple[Plan, ...]) -> Path:
    """A home with the night before the last behind it; only to be copied."""
    now = datetime.now(UTC) - timedelta(days=2)
    desk = Desk(home=tmp_path_factory.mktemp("night") / "home", fake=FakeKolada(small_data), plans=plans, now=now)
    assert desk.refresh().state == "published"
    return desk.home


@pytest.fixture
def begun_home(home: Path, first_night: Path) -> Path:
    """The home of the served runs with that night behind it."""
    shutil.copytree(first_night, home, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="session")
def ask_home() -> Callable[[Path, str], list[tuple[Any, ...]]]:
    """Give the function that queries the published file of a home."""
    return ask


@pytest.fixture
def make_desk(plans: tuple[Plan, ...]) -> Callable[[Path, FakeKolada, datetime], Desk]:
    """Give a function that makes desks with a given stand-in and first day."""
    return lambda home, fake, now: Desk(home=home, fake=fake, plans=plans, now=now)
