"""`kolada serve` is closed by default: it needs a password, allows no other origin, and fixes what is executed."""

import json
import os
import shlex
import sqlite3
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flows.orphaned_runs import WITHOUT_PROCESS, WITHOUT_START, settle_stuck
from flows.server_access import NoServer, ServerAccess
from flows.service_processes import with_variable
from tests.flows.conftest import PROXIES_OF_AN_OPERATOR

pytestmark = [pytest.mark.timeout(900)]

BACKFILL = "prefect deployment run backfill/ad-hoc -p dry_run=true -p 'kpis=[\"U00811\"]'"
PUBLISHED = {"Published", "Published with warnings"}


def in_a_shell(operations, script, **variables):
    """Run a bash script in an environment without the server's address and password."""
    names = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING")
    environment = {name: value for name, value in operations.environment.items() if name not in names} | variables
    path = f"{os.path.dirname(operations.process.args[0])}:{environment['PATH']}"  # noqa: PTH120 - a piece of PATH
    return subprocess.run(
        ["bash", "-c", script],
        cwd=operations.work,
        env=environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.slow
def test_nobody_is_answered_without_the_password(operations):
    """Requests without the right password get 401; only the health endpoint answers."""
    deployment = operations.get("deployments/name/refresh/nightly")["id"]
    assert httpx.get(f"{operations.api_url}/health").status_code == 200
    for auth in (None, ("kolada", "wrong")):
        refused = [
            httpx.get(f"{operations.api_url}/deployments/{deployment}", auth=auth),
            httpx.get(f"{operations.api_url}/admin/settings", auth=auth),
            httpx.post(f"{operations.api_url}/deployments/{deployment}/create_flow_run", json={}, auth=auth),
            httpx.post(f"{operations.api_url}/work_pools/filter", json={}, auth=auth),
        ]
        assert [401] * 4 == [answer.status_code for answer in refused]
    ui = operations.api_url.removesuffix("/api")
    assert httpx.get(f"{ui}/ui-settings").json()["auth"] == "BASIC"


@pytest.mark.slow
@pytest.mark.parametrize("path", ["events/in", "events/out", "logs/out", "work_pools/kolada/workers/connect"])
def test_no_socket_is_open_without_the_password(operations, path):
    """WebSockets for events, logs and work are closed without the right password."""
    address = f"{operations.api_url.replace('http', 'ws')}/{path}"
    for token in (None, "kolada:wrong"):
        with connect(address, subprotocols=["prefect"], proxy=None) as socket:
            socket.send(json.dumps({"type": "auth", "token": token}))
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=60)
        assert closed.value.rcvd.code == 1008
    with pytest.raises(InvalidStatus):
        connect(address, proxy=None)


@pytest.mark.slow
def test_the_password_is_the_owners_alone(operations):
    """Only the owner can read the password file, and neither the log nor a command line shows the password."""
    file = operations.home / "prefect" / "auth"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    word = operations.password.partition(":")[2]
    assert len(word) >= 32
    assert word not in operations.log.read_text(encoding="utf-8")
    assert str(file) in operations.log.read_text(encoding="utf-8")
    assert "source <(kolada serve --env)" in operations.log.read_text(encoding="utf-8")
    assert operations.processes(word) == []


@pytest.mark.slow
def test_pages_of_other_origins_are_not_answered(operations):
    """CORS allows the server's own origin and no other."""
    own = operations.api_url.removesuffix("/api")
    allowed = {
        origin: httpx.options(
            f"{operations.api_url}/deployments/filter",
            headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
        ).headers.get("Access-Control-Allow-Origin")
        for origin in (own, own.replace("127.0.0.1", "localhost"), "http://evil.example", "http://127.0.0.1:9", "null")
    }
    assert list(allowed)[:2] == [origin for origin, answer in allowed.items() if answer == origin]
    assert [None] * 3 == list(allowed.values())[2:]


@pytest.mark.slow
@pytest.mark.parametrize(
    "job_variables",
    [{"command": "touch here"}, {"env": {"KOLADA_HOME": "elsewhere"}}, {"working_dir": "/"}, {"x": 1}],
    ids=lambda given: next(iter(given)),
)
def test_a_run_does_not_say_what_is_executed(operations, job_variables):
    """A run cannot set command, environment or working folder, even with the password."""
    deployment = operations.get("deployments/name/refresh/nightly")["id"]
    path = f"deployments/{deployment}/create_flow_run"
    refused = operations.answer("POST", path, json={"job_variables": job_variables})
    assert refused.status_code == 422
    assert "was unexpected" in refused.text
    (template,) = {str(operations.get("work_pools/kolada")["base_job_template"]["job_configuration"])}
    assert template == "{'stream_output': True}"


@pytest.mark.slow
@pytest.mark.parametrize("deployment", ["refresh/nightly", "backfill/ad-hoc", "mirror/weekly"])
def test_unknown_parameters_are_refused(operations, deployment):
    """The server refuses an unknown parameter before it creates a run."""
    found = operations.get(f"deployments/name/{deployment}")
    path = f"deployments/{found['id']}/create_flow_run"
    refused = operations.answer("POST", path, json={"parameters": {"year": 2015}})
    assert refused.status_code in {409, 422}
    assert "'year' was unexpected" in refused.text


@pytest.mark.slow
def test_prefects_command_with_and_without_the_variable(operations, fake, home):
    """With the printed line Prefect's command works, also past proxies; without it the command gets 401."""
    proxies = {"HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    with ThreadPoolExecutor() as at_once:
        without = at_once.submit(in_a_shell, operations, f"export PREFECT_API_URL={operations.api_url}; {BACKFILL}")
        given = [
            at_once.submit(in_a_shell, operations, f"source <(kolada serve --env) && {BACKFILL}", **variables)
            for variables in ({}, proxies)
        ]
    assert without.result().returncode != 0
    assert "401 Unauthorized" in without.result().stdout + without.result().stderr
    for ready in (each.result() for each in given):
        assert ready.returncode == 0, ready.stdout + ready.stderr
        run = ready.stdout.partition("UUID: ")[2].split()[0]
        assert operations.state_after(run)["name"] == "Planned"


@pytest.mark.slow
def test_our_own_commands_are_let_in_by_themselves(operations, fake, home, tmp_path):
    """`kolada refresh` finds the password in its home and has a task per stage; in another home it names what to do.

    `kolada backfill` and `kolada mirror` find it where the page of operations is tried.
    """
    ended = operations.command(
        "kolada", "refresh", "--json", without=["PREFECT_API_AUTH_STRING"], **PROXIES_OF_AN_OPERATOR
    )
    assert ended.returncode == 0, ended.stderr
    assert '"state": "published"' in ended.stdout
    completed = {"state": {"type": {"any_": ["COMPLETED"]}}}
    runs = operations.post("flow_runs/filter", flow_runs=completed, sort="END_TIME_DESC", limit=1)
    assert runs[0]["state"]["name"] in PUBLISHED
    assert runs[0]["deployment_id"] is None
    tasks = operations.post("task_runs/filter", flow_runs={"id": {"any_": [runs[0]["id"]]}})
    assert {task["name"].rpartition("-")[0] or task["name"] for task in tasks} >= {"Read the catalogue", "Publish"}
    refused = operations.command("kolada", "refresh", without=["PREFECT_API_AUTH_STRING"], home=tmp_path / "other")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert f"The Prefect server at `{operations.api_url}` denies access to this command (status 401)" in refused.stderr
    assert "source <(kolada serve --env)" in refused.stderr


def happened_earlier(operations, run):
    """Date the pending state of a run back by the time that it may be without a process."""
    database = sqlite3.connect(operations.home.parent / "prefect" / "prefect.db", timeout=60)
    with closing(database), database:
        earlier = database.execute(
            "update flow_run_state set timestamp = datetime(timestamp, ?) where type = 'PENDING' and flow_run_id = ?",
            (f"-{WITHOUT_PROCESS.total_seconds()} seconds", run),
        )
    assert earlier.rowcount == 1


@pytest.mark.slow
def test_a_run_without_a_process_gives_its_place_back(operations, fake, home):
    """A pending run without a process ends as crashed, and the next run starts."""
    deployment = operations.get("deployments/name/refresh/nightly")["id"]
    later = str(datetime.now(UTC) + timedelta(days=1))
    scheduled = {"type": "SCHEDULED", "state_details": {"scheduled_time": later}}
    stuck = operations.post(f"deployments/{deployment}/create_flow_run", state=scheduled)["id"]
    operations.post(f"flow_runs/{stuck}/set_state", state={"type": "PENDING"}, force=True)
    happened_earlier(operations, stuck)
    waiting = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(stuck)["type"] == "CRASHED"
    assert "Its process is gone" in operations.flow_run(stuck)["state"]["message"]
    assert operations.state_after(waiting)["name"] in PUBLISHED


@pytest.mark.slow
def test_a_run_that_does_not_start_is_ended(operations):
    """A run whose process does not start its flow within ten minutes is ended together with the process.

    Without a process it is left alone for a minute.
    """
    pool, now = "slow-to-start", datetime.now(UTC)
    operations.post("work_pools/", name=pool, type="process")
    flow_id = operations.get("deployments/name/refresh/nightly")["flow_id"]
    deployment = operations.post("deployments/", name=pool, flow_id=flow_id, work_pool_name=pool)["id"]
    later = {"type": "SCHEDULED", "state_details": {"scheduled_time": str(now + timedelta(days=1))}}
    run = operations.post(f"deployments/{deployment}/create_flow_run", state=later)["id"]
    operations.post(f"flow_runs/{run}/set_state", state={"type": "PENDING"}, force=True)
    with operations.client() as client:
        assert list(settle_stuck(client, pool, now=now + WITHOUT_PROCESS - timedelta(seconds=1))) == []
    with (
        subprocess.Popen(["sleep", "600"], env={"PREFECT__FLOW_RUN_ID": run}) as process,
        operations.client() as client,
    ):
        assert list(settle_stuck(client, pool, now=now + WITHOUT_START - timedelta(minutes=1))) == []
        (line,) = settle_stuck(client, pool, now=now + WITHOUT_START + timedelta(minutes=1))
        assert "did not start within 10 minutes" in line
        assert process.wait(30) == -9
    assert with_variable("PREFECT__FLOW_RUN_ID", run) == []
    assert operations.flow_run(run)["state_type"] == "CRASHED"


def test_a_password_that_others_could_read_is_made_anew(tmp_path):
    """The password stays the same between starts, unless other users could read its file."""
    access = ServerAccess(tmp_path)
    first = access.make_password()
    assert first == access.make_password() == access.password()
    access.auth_file.chmod(0o644)
    second = access.make_password()
    assert second != first
    assert stat.S_IMODE(access.auth_file.stat().st_mode) == 0o600
    access.auth_file.write_text("", encoding="ascii")
    third = access.make_password()
    assert third not in {first, second, ""}
    assert access.make_password("kim:lösen ord") == access.password() == access.make_password() == "kim:lösen ord"


def test_the_password_goes_to_our_own_server_only(tmp_path):
    """Another server, or a password that is already set, gets no password; without a server there are no lines."""
    access = ServerAccess(tmp_path)
    with pytest.raises(NoServer, match=r"sudo -u kolada .* kolada serve --env"):
        list(access.exports({}))
    password = access.make_password()
    access.remember_url("http://127.0.0.1:4200/api")
    own = {"PREFECT_API_URL": "http://127.0.0.1:4200/api/"}
    assert password == access.password_for(own)
    assert access.password_for({}) is None
    assert access.password_for({"PREFECT_API_URL": "https://prefect.example/api"}) is None
    assert access.password_for(own | {"PREFECT_API_AUTH_STRING": "other"}) is None
    lines = list(access.exports({"ALL_PROXY": "http://p:1", "NO_PROXY": "*.example [::1]"}))
    given = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)
    assert (own["PREFECT_API_URL"].rstrip("/"), password) == (
        given["PREFECT_API_URL"],
        given["PREFECT_API_AUTH_STRING"],
    )
    assert given["NO_PROXY"] == "example,localhost,127.0.0.1,::1"
    assert given["KOLADA_GIVEN_NO_PROXY"] == "*.example [::1]"
