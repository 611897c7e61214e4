"""Everything that a nightly run needs, on one machine, from one command.

    server        a Prefect server, where none is configured (PREFECT_API_URL); stops with this process
    pool          one run at a time
    deployments   those of prefect.yaml, by `prefect deploy --all`; their runs work in this process's folder
    worker        starts the runs; started again if it dies, after what it left behind is settled

Every process below carries KOLADA_SERVE in its environment, so that none is left when this one stops. A run that is
stopped so is taken up again by the next one.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from flows.orphaned_runs import drop_missed_nights, settle_left_behind
from flows.prefect_environment import JSON_LOGGING, NO_TELEMETRY, folders_for_prefect
from flows.service_processes import send, with_variable
from flows.work_pool import POOL, ensure_work_pool
from pipeline.schedule import deployments_file

MARK = "KOLADA_SERVE"
POLL_SECONDS = 0.2
SERVER_SECONDS = 180.0
WORK_STOP_SECONDS = 20.0
SERVER_STOP_SECONDS = 10.0
PAUSE_AFTER_DEATH_SECONDS = 5.0
DEATHS_BEFORE_GIVING_UP = 5
# A worker that lived this long is not one that cannot start: its end begins a new count.
STEADY_SECONDS = 600.0


class ServeError(RuntimeError):
    """Something that serving needs did not start, or ended."""


class Stopped(Exception):
    """The process was told to stop."""


@dataclass(slots=True)
class Serving:
    """One `kolada serve`.

    Attributes:
        host: where the server listens, if one is started.
        port: its port.
        say: takes a line for the operator.
        is_logging_json: whether what the worker and the runs log is JSON.
        deployments: the prefect.yaml that is deployed.
    """

    host: str
    port: int
    say: Callable[[str], None]
    is_logging_json: bool = False
    deployments: Path = field(default_factory=deployments_file)
    _stop: threading.Event = field(default_factory=threading.Event)
    _mark: str = field(default_factory=lambda: secrets.token_hex(8))
    _api_url: str = ""
    _children: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self) -> None:
        """Serve until told to stop by SIGINT or SIGTERM.

        Raises:
            ServeError: a part did not start, or ended for good.
        """
        with self._told_by_signals():
            try:
                server = self._start_server()
                self._prepare()
                self._keep_worker(server)
            except Stopped:
                self.say("Stopping")
            finally:
                self._end_all()
        self.say("Stopped")

    def _start_server(self) -> subprocess.Popen[bytes] | None:
        """Start a server, unless one is configured."""
        configured = PREFECT_API_URL.value()
        if configured:
            self._api_url = configured
            self.say(f"Using the Prefect server at {configured}")
            self._wait_for_server(None)
            return None
        self._check_port()
        self._api_url = f"http://{self.host}:{self.port}/api"
        self.say(f"Starting a Prefect server at http://{self.host}:{self.port}")
        server = self._start("server", "start", "--host", self.host, "--port", str(self.port), part="server")
        self._wait_for_server(server)
        return server

    def _prepare(self) -> None:
        """Make the pool and the deployments."""
        with temporary_settings({PREFECT_API_URL: self._api_url}), get_client(sync_client=True) as client:
            self.say(ensure_work_pool(client))
        deploying = self._start(
            "--no-prompt", "deploy", "--all", "--prefect-file", str(self.deployments), is_quiet=True
        )
        if self._ended(deploying, within=SERVER_SECONDS) != 0:
            told = deploying.stdout.read().decode(errors="replace") if deploying.stdout is not None else ""
            raise ServeError(
                f"`prefect deploy --all` of `{self.deployments}` failed, so nothing is scheduled:\n{told}\n"
                "Correct it, and run `kolada serve` again."
            )
        self.say(f"Deployments of {self.deployments} are in place")

    def _keep_worker(self, server: subprocess.Popen[bytes] | None) -> None:
        """Keep a worker running until told to stop."""
        deaths = 0
        while deaths < DEATHS_BEFORE_GIVING_UP:
            self._settle()
            started_at = time.monotonic()
            worker = self._start("worker", "start", "--pool", POOL, "--type", "process", "--limit", "1")
            self.say(
                f"Worker started (process {worker.pid}); runs start by the schedule, or with "
                f"`PREFECT_API_URL={self._api_url} prefect deployment run refresh/nightly`"
            )
            while worker.poll() is None:
                self._pause(POLL_SECONDS)
                if server is not None and server.poll() is not None:
                    raise ServeError(
                        f"The Prefect server ended by itself with code `{server.returncode}`, so nothing can run. "
                        "Its last lines stand above. Run `kolada serve` again."
                    )
            self.say(f"The worker ended by itself with code {worker.returncode}; it is started again")
            deaths = 1 if time.monotonic() - started_at >= STEADY_SECONDS else deaths + 1
            self._pause(PAUSE_AFTER_DEATH_SECONDS)
        raise ServeError(
            f"The worker ended `{DEATHS_BEFORE_GIVING_UP}` times in a row by itself, so nothing runs any more. "
            "Its last lines stand above. Mend what they tell, and run `kolada serve` again."
        )

    def _settle(self) -> None:
        """Give an end to what an earlier worker left behind."""
        with temporary_settings({PREFECT_API_URL: self._api_url}), get_client(sync_client=True) as client:
            for line in (*settle_left_behind(client, POOL), *drop_missed_nights(client, POOL)):
                self.say(line)

    def _start(self, *arguments: str, part: str = "work", is_quiet: bool = False) -> subprocess.Popen[bytes]:
        """Start a Prefect command below this process."""
        child = subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            env=self._environment() | {MARK: self._mark_of(part)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_quiet else subprocess.DEVNULL if part == "server" else None,
            stderr=subprocess.STDOUT if is_quiet else None,
            # A terminal's Ctrl-C is for this process, which stops the others in order.
            start_new_session=True,
        )
        self._children[child.pid] = child
        return child

    def _mark_of(self, part: str) -> str:
        return f"{self._mark}-{part}"

    def _environment(self) -> dict[str, str]:
        return {
            **NO_TELEMETRY,
            **folders_for_prefect(PREFECT_HOME.value()),
            **(JSON_LOGGING if self.is_logging_json else {}),
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            **os.environ,
            "PREFECT_API_URL": self._api_url,
        }

    def _check_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise ServeError(
                    f"`{self.host}:{self.port}` cannot be listened at ({error.strerror}), so no server was started. "
                    "Choose another port, `kolada serve --port 4201`, or use the server that runs there: "
                    f"`PREFECT_API_URL=http://{self.host}:{self.port}/api kolada serve`."
                ) from error

    def _wait_for_server(self, server: subprocess.Popen[bytes] | None) -> None:
        deadline = time.monotonic() + SERVER_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self._api_url}/health", timeout=2.0).is_success:
                    self.say("The Prefect server answers")
                    return
            except httpx.TransportError:
                # Not up yet.
                pass
            if server is not None and server.poll() is not None:
                break
            self._pause(POLL_SECONDS)
        raise ServeError(
            f"The Prefect server at `{self._api_url}` does not answer, so nothing can run. Look at its lines above, or "
            "at PREFECT_API_URL (`prefect config view`), and run `kolada serve` again."
        )

    def _ended(self, process: subprocess.Popen[bytes], *, within: float) -> int | None:
        """Wait for a process to end, for a while; its code."""
        deadline = time.monotonic() + within
        while process.poll() is None and time.monotonic() < deadline:
            self._pause(POLL_SECONDS)
        return process.returncode

    def _pause(self, seconds: float) -> None:
        """Wait a little; a signal ends it.

        Raises:
            Stopped: the process was told to stop.
        """
        if self._stop.wait(seconds):
            raise Stopped

    @contextmanager
    def _told_by_signals(self) -> Iterator[None]:
        earlier = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number in earlier:
            signal.signal(number, lambda *_: self._stop.set())
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def _end_all(self) -> None:
        """Stop every process below: the runs and the worker first, so that they can still tell the server."""
        for part, patience in (("work", WORK_STOP_SECONDS), ("server", SERVER_STOP_SECONDS)):
            send(signal.SIGTERM, self._living(part))
            deadline = time.monotonic() + patience
            while self._living(part) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            send(signal.SIGKILL, self._living(part))
        for child in self._children.values():
            child.wait(SERVER_STOP_SECONDS)

    def _living(self, part: str) -> list[int]:
        """The processes of a part that have not ended, those that they started included."""
        for child in self._children.values():
            child.poll()
        return with_variable(MARK, self._mark_of(part))
