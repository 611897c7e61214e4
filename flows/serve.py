"""`kolada serve`: runs all that the nightly run needs on one machine.

    server        a Prefect server, if none is configured (PREFECT_API_URL); it stops with this process. It requires a
                  generated password, accepts browser requests only from its own address, and is reached without a proxy
    pool          one run at a time; only the parameters of a run can be chosen
    deployments   those of prefect.yaml, by `prefect deploy --all`; their runs have the working folder of this process
    worker        starts the runs; it is restarted if it dies, after its unfinished runs are ended
    pages         those of `kolada web`, if they are wanted; their process gets none of Prefect's variables

Every child process has KOLADA_SERVE in its environment, so that all can be found and ended when this one stops. The
next run resumes a run that was stopped so.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_HOME,
    PREFECT_SERVER_API_AUTH_STRING,
    temporary_settings,
)
from pydantic import SecretStr

from flows.orphaned_runs import drop_missed_nights, settle_left_behind, settle_stuck
from flows.prefect_environment import JSON_LOGGING, NO_TELEMETRY, folders_for_prefect
from flows.served_pages import PAGES, ServedPages
from flows.server_access import ServerAccess
from flows.service_processes import (
    DEATHS_BEFORE_GIVING_UP,
    PAUSE_AFTER_DEATH_SECONDS,
    STEADY_SECONDS,
    send,
    why_not_listening,
    with_variable,
)
from flows.work_pool import POOL, ensure_work_pool, refuse_unknown_parameters
from pipeline.schedule import deployments_file
from pipeline.source import variables_for_own_server

MARK = "KOLADA_SERVE"
POLL_SECONDS = 0.2
SERVER_SECONDS = 180.0
CONFIGURED_SERVER_SECONDS = 20.0
WORK_STOP_SECONDS = 20.0
PAGES_STOP_SECONDS = 10.0
SERVER_STOP_SECONDS = 10.0
LOOK_SECONDS = 15.0
LINES_KEPT = 20
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not chosen
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ServeError(RuntimeError):
    """A process that serving needs did not start, or has ended."""


class Stopped(Exception):
    """The process received a signal to stop."""


@dataclass(slots=True)
class Serving:
    """One `kolada serve`.

    Attributes:
        access: the files with the server's password and address.
        host: the address that the server listens on, if one is started.
        port: the port that the server listens on.
        say: logs a line for the operator.
        is_logging_json: whether the worker and the runs log JSON.
        deployments: the prefect.yaml that is deployed.
        pages: the pages that are served too; None for none.
    """

    access: ServerAccess
    host: str
    port: int
    say: Callable[[str], None]
    is_logging_json: bool = False
    deployments: Path = field(default_factory=deployments_file)
    pages: ServedPages | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _mark: str = field(default_factory=lambda: secrets.token_hex(8))
    _api_url: str = ""
    _password: str | None = None
    _server_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    _children: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM.

        Raises:
            ServeError: a part did not start, or has ended and is not restarted.
        """
        with self._told_by_signals():
            try:
                if self.pages is not None and (problem := self.pages.problem()) is not None:
                    raise ServeError(problem)
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
            self._password = value_of_secret(PREFECT_API_AUTH_STRING.value())
            self.say(f"Using the Prefect server at {configured}")
            self._wait_for_server(None)
            return None
        problem = why_not_listening(self.host, self.port)
        if problem is not None:
            raise ServeError(
                f"Cannot listen on `{self.host}:{self.port}` ({problem}), so no server was started. "
                "Choose another port, `kolada serve --port 4201`, or use the server that is running there: "
                f"`PREFECT_API_URL={self._address()}/api kolada serve`."
            )
        self._api_url = f"{self._address()}/api"
        self._password = self.access.make_password(value_of_secret(PREFECT_SERVER_API_AUTH_STRING.value()))
        self.say(f"Starting a Prefect server at {self._address()}; its password: {self.access.auth_file}")
        os.environ.update(variables_for_own_server(os.environ, urlsplit(self._api_url).hostname))
        server = self._start("server", "start", "--host", self.host, "--port", str(self.port), part="server")
        threading.Thread(target=self._pass_on, args=[server], daemon=True).start()
        self._wait_for_server(server)
        self.access.remember_url(self._api_url)
        self.say("To use the `prefect` command in a shell: source <(kolada serve --env)")
        return server

    def _address(self, name: str | None = None) -> str:
        """Return the URL of the server on this machine, with the given host name or its own."""
        name = name or (LOOPBACK[0] if self.host in EVERY_ADDRESS else self.host)
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"

    def _origins(self) -> str:
        """Return the origins that the server accepts from browsers: its own, with each of its host names."""
        return ",".join(self._address(name) for name in (LOOPBACK if self.host in LOOPBACK else (self.host,)))

    def _pass_on(self, server: subprocess.Popen[bytes]) -> None:
        """Print the output of the server, and keep its last lines."""
        for line in server.stderr or ():
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
            self._server_lines.append(line.decode(errors="replace").rstrip())

    def _what_the_server_said(self) -> str:
        return "Its last output:\n" + "\n".join(self._server_lines) if self._server_lines else "It had no output."

    @contextmanager
    def _client(self) -> Iterator[SyncPrefectClient]:
        """Yield a client of the server."""
        settings = {PREFECT_API_URL: self._api_url, PREFECT_API_AUTH_STRING: self._password}
        with temporary_settings(settings), get_client(sync_client=True) as client:
            yield client

    def _prepare(self) -> None:
        """Create the pool and the deployments."""
        with self._client() as client:
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
        with self._client() as client:
            refuse_unknown_parameters(client)
        self.say(f"Deployed {self.deployments}")

    def _keep_worker(self, server: subprocess.Popen[bytes] | None) -> None:
        """Keep a worker running until this process is stopped."""
        deaths = 0
        while deaths < DEATHS_BEFORE_GIVING_UP:
            self._settle()
            started_at = time.monotonic()
            worker = self._start("worker", "start", "--pool", POOL, "--type", "process", "--limit", "1")
            self.say(
                f"Worker started (process {worker.pid}); runs start on schedule, or with "
                "`prefect deployment run refresh/nightly`"
            )
            look_at = time.monotonic() + LOOK_SECONDS
            while worker.poll() is None:
                if self.pages is not None:
                    self.pages.keep(self._spawn, os.environ, self.say)
                self._pause(POLL_SECONDS)
                if server is not None and server.poll() is not None:
                    raise ServeError(
                        f"The Prefect server ended unexpectedly with exit code `{server.returncode}`, so no run can "
                        f"start. {self._what_the_server_said()}\nRun `kolada serve` again."
                    )
                if time.monotonic() >= look_at:
                    self._look_for_stuck_runs()
                    look_at = time.monotonic() + LOOK_SECONDS
            self.say(f"The worker ended unexpectedly with exit code {worker.returncode}; it is restarted")
            deaths = 1 if time.monotonic() - started_at >= STEADY_SECONDS else deaths + 1
            self._pause(PAUSE_AFTER_DEATH_SECONDS)
        raise ServeError(
            f"The worker ended unexpectedly `{DEATHS_BEFORE_GIVING_UP}` times in a row, so no run starts any more. "
            "The cause is in the lines above, if it printed one. Correct it, and run `kolada serve` again."
        )

    def _settle(self) -> None:
        """End the unfinished runs of an earlier worker, and cancel missed runs."""
        with self._client() as client:
            for line in (*settle_left_behind(client, POOL), *drop_missed_nights(client, POOL)):
                self.say(line)

    def _look_for_stuck_runs(self) -> None:
        """End runs without a process, so that they no longer occupy the pool."""
        try:
            with self._client() as client:
                for line in settle_stuck(client, POOL, now=datetime.now(UTC)):
                    self.say(line)
        except httpx.HTTPError as error:
            self.say(f"Could not look for stuck runs; the next attempt is in {LOOK_SECONDS:.0f} s: {error!r}")

    def _start(self, *arguments: str, part: str = "work", is_quiet: bool = False) -> subprocess.Popen[bytes]:
        """Start a Prefect command as a child process."""
        command = [sys.executable, "-m", "prefect", *arguments]
        return self._spawn(command, self._environment(part), part, is_quiet=is_quiet)

    def _spawn(
        self, command: list[str], environment: dict[str, str], part: str, *, is_quiet: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a child process that is ended with this one."""
        child = subprocess.Popen(
            command,
            env=environment | {MARK: self._mark_of(part)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_quiet else subprocess.DEVNULL if part == "server" else None,
            stderr=subprocess.STDOUT if is_quiet else subprocess.PIPE if part == "server" else None,
            # Ctrl-C in the terminal must reach only this process, which stops the others in order.
            start_new_session=True,
        )
        self._children[child.pid] = child
        return child

    def _mark_of(self, part: str) -> str:
        return f"{self._mark}-{part}"

    def _environment(self, part: str) -> dict[str, str]:
        password = {"PREFECT_API_AUTH_STRING": self._password} if self._password else {}
        if part == "server" and self._password:
            password["PREFECT_SERVER_API_AUTH_STRING"] = self._password
        return {
            **NO_TELEMETRY,
            **folders_for_prefect(PREFECT_HOME.value()),
            **(JSON_LOGGING if self.is_logging_json else {}),
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self._origins(),
            **os.environ,
            **password,
            "PREFECT_API_URL": self._api_url,
        }

    def _wait_for_server(self, server: subprocess.Popen[bytes] | None) -> None:
        deadline = time.monotonic() + (SERVER_SECONDS if server is not None else CONFIGURED_SERVER_SECONDS)
        why = ""
        # Read once: reading the trusted certificates at each attempt takes time from a server that is starting.
        trusted = httpx.create_ssl_context(trust_env=server is None)
        while time.monotonic() < deadline:
            try:
                # Our own server on this machine is reached without the proxies of the environment.
                answer = httpx.get(f"{self._api_url}/health", timeout=2.0, trust_env=server is None, verify=trusted)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                why = f"{error or type(error).__name__}"
            else:
                if answer.is_success:
                    self.say("The Prefect server responds")
                    return
                why = f"status {answer.status_code}"
            if server is not None and server.poll() is not None:
                raise ServeError(
                    f"The Prefect server ended with exit code `{server.returncode}` before it responded, so no run can "
                    f"start. {self._what_the_server_said()}\nCorrect the cause, and run `kolada serve` again."
                )
            self._pause(POLL_SECONDS)
        if server is None:
            raise ServeError(
                f"The Prefect server at `{self._api_url}` does not respond ({why}), so nothing can run. Start it, or "
                "unset or correct PREFECT_API_URL (`prefect config view`), and run `kolada serve` again."
            )
        raise ServeError(
            f"The Prefect server at `{self._api_url}` does not respond after {SERVER_SECONDS:.0f} seconds ({why}), so "
            f"nothing can run. {self._what_the_server_said()}\nRun `kolada serve` again."
        )

    def _ended(self, process: subprocess.Popen[bytes], *, within: float) -> int | None:
        """Wait some seconds for a process to end; return its exit code, or None if it is still running."""
        deadline = time.monotonic() + within
        while process.poll() is None and time.monotonic() < deadline:
            self._pause(POLL_SECONDS)
        return process.returncode

    def _pause(self, seconds: float) -> None:
        """Wait; a signal ends the wait.

        Raises:
            Stopped: the process received a signal to stop.
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
        """Stop all child processes: the runs and the worker first, so that they can still report to the server."""
        patiences = {"work": WORK_STOP_SECONDS, PAGES: PAGES_STOP_SECONDS, "server": SERVER_STOP_SECONDS}
        for part, patience in patiences.items():
            send(signal.SIGTERM, self._living(part))
            deadline = time.monotonic() + patience
            while self._living(part) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            send(signal.SIGKILL, self._living(part))
        for child in self._children.values():
            child.wait(SERVER_STOP_SECONDS)

    def _living(self, part: str) -> list[int]:
        """Return the ids of the running processes of a part, including their own child processes."""
        for child in self._children.values():
            child.poll()
        return with_variable(MARK, self._mark_of(part))


def value_of_secret(secret: object) -> str | None:
    """Return the text of a Prefect setting, which may be a SecretStr; None if it is empty."""
    value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    return str(value) if value else None
