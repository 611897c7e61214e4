"""A failure of Prefect becomes one line with the next command, and a failed run leaves a page."""

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from fake_kolada import FakeKolada, sample_data
from tests.flows.support import copy_database, free_port, wait_for

PLANS = str(Path(__file__).resolve().parents[2] / "goals")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def environment_in(folder):
    """Return the variables of a user without settings, with its own Prefect home."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}


def answers(url):
    """Return whether a server responds."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def run(command, environment, folder):
    """Run `kolada` in a folder, with its own Prefect home."""
    return subprocess.run(
        [sys.executable, "-m", "kolada_pipeline", *command],
        cwd=folder,
        env=environment_in(folder) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def folder_of_prefects_database(operations, tmp_path):
    """A folder whose Prefect home has a copy of a server's database, so that another server need not create its own."""
    (tmp_path / "prefect").mkdir()
    copy_database(operations.home.parent / "prefect" / "prefect.db", tmp_path / "prefect" / "prefect.db")
    return tmp_path


@pytest.fixture(scope="module")
def silent_port():
    """A port that is in use but does not respond."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


def test_a_dead_server_is_told(silent_port, tmp_path):
    """If the server of PREFECT_API_URL is down, each command names it and the next command in one line."""
    url = f"http://127.0.0.1:{silent_port}/api"
    commands = [["refresh", "--sample"], ["mirror", "--sample"], ["serve"]]
    shared = {"PREFECT_API_URL": url, "KOLADA_GOALS": PLANS}
    with ThreadPoolExecutor() as at_once:
        ended = at_once.map(lambda command: run(command, shared, tmp_path), commands)
    for command, each in zip(commands, ended, strict=True):
        assert each.returncode == 1
        assert "Traceback" not in each.stderr
        last = each.stderr.strip().splitlines()[-1]
        assert f"The Prefect server at `{url}`" in last
        assert "does not respond" in last
        assert "PREFECT_API_URL" in last
        assert ("kolada serve" if command == ["serve"] else "--direct") in last


def test_a_server_that_is_none_is_told(tmp_path):
    """If PREFECT_API_URL is not a Prefect server, the message names the address and the status."""
    with FakeKolada(sample_data()).serve() as url:
        ended = run(["refresh", "--sample"], {"PREFECT_API_URL": url}, tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"The server at `{url}` (PREFECT_API_URL) is not a Prefect server: status 404." in ended.stderr


def test_a_temporary_server_that_does_not_start_in_time_is_told(tmp_path):
    """If the temporary server starts too slowly, the message names the timeout variable and `--direct`."""
    ended = run(["refresh", "--sample"], {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "1"}, tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "Prefect's temporary server did not start" in ended.stderr
    assert "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS=600" in ended.stderr
    assert "--direct" in ended.stderr


def test_a_setting_that_prefect_cannot_read_is_told(tmp_path):
    """An invalid Prefect setting is named in one line."""
    ended = run(["refresh", "--sample"], {"PREFECT_API_REQUEST_TIMEOUT": "soon"}, tmp_path)
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 2
    assert "Prefect's setting PREFECT_API_REQUEST_TIMEOUT = `soon` cannot be used" in ended.stderr
    assert ended.stderr.endswith("Or run without Prefect: the same command with `--direct`.\n")
    refused = run(["serve"], {"PREFECT_LOGGING_LEVEL": "LOUD", "KOLADA_GOALS": PLANS}, tmp_path)
    assert refused.returncode == 2
    assert "Prefect's setting PREFECT_LOGGING_LEVEL = `LOUD` cannot be used" in refused.stderr
    assert "--direct" not in refused.stderr


def test_prefects_own_folder_is_told(tmp_path):
    """An unreadable profiles file or an unusable PREFECT_HOME is named in one line."""
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "profiles.toml").write_text("active = [", encoding="utf-8")
    ended = run(["refresh", "--sample"], {}, tmp_path)
    assert ended.returncode == 2
    assert "Prefect's profiles cannot be read" in ended.stderr
    ended = run(["refresh", "--sample"], {"PREFECT_HOME": str(tmp_path / "prefect" / "profiles.toml" / "x")}, tmp_path)
    assert ended.returncode == 2
    assert "Prefect's folder `" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_a_server_that_ends_said_is_told(tmp_path):
    """If the server cannot open its database, the message quotes the server's last output."""
    url = f"sqlite+aiosqlite:///{tmp_path}/absent/prefect.db"
    broken = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url, "KOLADA_GOALS": PLANS}
    ended = run(["serve", "--port", str(free_port())], broken, tmp_path)
    assert ended.returncode == 1
    told = ended.stderr.partition("before it responded, so no run can start. Its last output:\n")[2]
    assert "unable to open database file" in told
    assert told.endswith("run `kolada serve` again.\n")


def test_a_server_that_is_lost_during_a_run_is_told(folder_of_prefects_database):
    """If the server is killed during a run, one line names what is kept, and the ledger has the outcome.

    The output has no Prefect traceback, and the command does not wait for the server to return.
    """
    folder = folder_of_prefects_database
    url = f"http://127.0.0.1:{free_port()}"
    shared = {"PREFECT_API_URL": f"{url}/api", "KOLADA_GOALS": PLANS}
    environment = environment_in(folder) | shared
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--port", url.rpartition(":")[2]],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    fake = FakeKolada(sample_data())
    with server, fake.serve() as kolada:
        wait_for(lambda: answers(f"{url}/api/health"), 240, lambda: "no server")
        slowly = environment | {"KOLADA_BASE_URL": kolada, "KOLADA_RATE": "4"}
        command = [sys.executable, "-m", "kolada_pipeline", "refresh"]
        with subprocess.Popen(command, cwd=folder, env=slowly, stderr=subprocess.PIPE, text=True) as process:
            wait_for(lambda: len(fake.log) >= 8, 240, lambda: "nothing asked")
            server.kill()
            said = process.communicate(timeout=300)[1]
        assert process.returncode == 1
        (told,) = (line for line in said.splitlines() if line.startswith("Prefect's server was lost during the run: "))
        assert "The received responses are kept. See `kolada status`: the run may have published" in told
        assert told.endswith("with `--direct`.")
        assert said.splitlines()[-1] == told
        for noise in ("Traceback", "Error logging to API", "Service '", "Encountered exception", "EventsWorker"):
            assert noise not in said, said
        state = json.loads(run(["status", "--json"], shared, folder).stdout)["last_run"]
        assert state["state"] in {"published", "failed"}
        again = run(["refresh", "--direct"], shared | {"KOLADA_BASE_URL": kolada, "KOLADA_RATE": "500"}, folder)
        assert again.returncode == 0, again.stderr
        assert run(["status"], shared, folder).returncode == 0


def test_the_temporary_server_asks_for_a_password(folder_of_prefects_database):
    """The temporary server of one command requires a password."""
    folder = folder_of_prefects_database
    fake = FakeKolada(sample_data())
    with fake.serve() as kolada:
        environment = environment_in(folder) | {"KOLADA_BASE_URL": kolada, "KOLADA_RATE": "8", "KOLADA_GOALS": PLANS}
        command = [sys.executable, "-m", "kolada_pipeline", "refresh"]
        with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
            lines = iter(process.stderr.readline, "")
            url = next(line for line in lines if "Starting temporary server on" in line).split()[-1]
            wait_for(lambda: len(fake.log) >= 3, 240, lambda: "nothing asked")
            assert httpx.get(f"{url}/api/health").status_code == 200
            assert httpx.post(f"{url}/api/flow_runs/filter", json={}).status_code == 401
            process.communicate(timeout=300)
        assert process.returncode == 0


def test_a_run_that_fails_outright_leaves_a_page(operations, home, silent_port):
    """A run that fails with an error leaves a page among its artifacts, as a published run does."""
    url = f"http://127.0.0.1:{silent_port}/v3"
    operations.set_variables(KOLADA_BASE_URL=url, KOLADA_MAX_ATTEMPTS="1")
    away = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(away)["name"] == "Failed: source"
    page = operations.artifacts(away)["refresh"]
    assert page["data"].startswith("# Misslyckad: Kolada svarar inte")
    assert url in page["data"]
    planned = operations.trigger_by_api("backfill/ad-hoc", parameters={"kpis": ["U00811"], "dry_run": True})
    assert operations.state_after(planned)["name"] == "Failed: source"
    assert url in operations.artifacts(planned)["backfill"]["data"]
    operations.set_variables(KOLADA_RATE="fast")
    refused = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(refused)["name"] == "Failed: input"
    page = operations.artifacts(refused)["refresh"]["data"]
    assert page.startswith("# Misslyckad: en uppgift, en inställning eller en plan kan inte användas")
    assert "fast" in page
