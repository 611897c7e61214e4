"""`kolada serve --web`: the pages run next to the nightly run, in their own process."""

import signal
import socket

import httpx
import psutil
import pytest

from flows.service_processes import send
from tests.flows.conftest import PAGES_NAME, command_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PUBLISHED = {"Published", "Published with warnings"}


def pages_of(operations):
    """Return the process of the pages."""
    port = operations.pages_url.rpartition(":")[2]
    below = [process.pid for process in psutil.Process(operations.process.pid).children()]
    command = f"web --host 127.0.0.1 --port {port} --name {PAGES_NAME}"
    return [each for each in below if command_of(each).endswith(command)]


def asked(operations, path="/", **headers):
    """Return the response of the pages, or None if they are down."""
    try:
        return httpx.get(f"{operations.pages_url}{path}", headers=headers, follow_redirects=True, trust_env=False)
    except httpx.TransportError:
        return None


def test_a_night_is_seen_on_the_pages(operations, fake, home):
    """Before the first run the pages answer 503; after it they show the goals and the run."""
    before = operations.until(lambda: asked(operations))
    assert before.status_code == 503
    night = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(night)["name"] in PUBLISHED
    after = asked(operations)
    assert after.status_code == 200
    assert "Alingsås" in after.text
    assert "refresh" in asked(operations, "/drift").text
    assert (home / "kolada.duckdb").exists()


def test_the_pages_know_nothing_of_prefect(operations):
    """The pages need no password, get none in their environment, and refuse other host names."""
    (process_id,) = operations.until(lambda: pages_of(operations))
    known = psutil.Process(process_id).environ()
    assert [name for name in known if name.startswith("PREFECT_")] == []
    assert operations.password not in "".join(known.values())
    assert operations.until(lambda: asked(operations)).status_code in {200, 503}
    assert asked(operations, Host=PAGES_NAME).status_code in {200, 503}
    assert asked(operations, Host="evil.example").status_code == 403


def test_pages_that_end_are_started_again(operations):
    """If the process of the pages is killed, it is restarted, and the worker keeps running."""
    worker = operations.processes("worker start")
    (killed,) = operations.until(lambda: pages_of(operations))
    told = operations.log.read_text(encoding="utf-8").count("The pages ended unexpectedly with exit code -9")
    send(signal.SIGKILL, [killed])
    operations.wait_for_log("The pages ended unexpectedly with exit code -9", count=told + 1)
    assert operations.until(lambda: asked(operations)).status_code in {200, 503}
    assert pages_of(operations) not in ([], [killed])
    assert operations.processes("worker start") == worker != []


def test_a_port_that_is_taken_is_told(operations, tmp_path):
    """If the port of the pages is in use, nothing is started, and the message names the option."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = operations.command(
            *("kolada", "serve", "--web", "--web-port", port, "--port", "0"),
            home=tmp_path / "home",
            without={"PREFECT_API_URL"},
        )
    assert ended.returncode == 1
    assert f"The pages cannot listen on `127.0.0.1:{port}`" in ended.stderr
    assert "--web-port 8081" in ended.stderr
    assert "Starting a Prefect server" not in ended.stderr
