"""Failures with a real server: a killed worker, a queue, an unreachable source, missed nights."""

import json
import re
import signal
import socket
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from fake_kolada import FakeKolada
from flows.orphaned_runs import drop_missed_nights, settle_left_behind
from flows.service_processes import send

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OUTSIDE = "N99001"
PUBLISHED = {"Published", "Published with warnings"}
OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"

CELLS = "select * exclude (run_id, request_id, known_from, confirmed_at) from core.observation order by all"
VERDICTS = "select * exclude (known_from) from mart.goal_fulfilment order by all"


@pytest.fixture(scope="module")
def alarms(operations, tmp_path_factory):
    """Install the documented automation; give the webhook calls that it sends."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever).start()
        with operations.client():
            block_id = CustomWebhookNotificationBlock(
                name="alarm",
                url=f"http://127.0.0.1:{server.server_port}",
                json_data={"subject": "{{subject}}", "body": "{{body}}"},
            ).save("alarm", _sync=True)
        (example,) = re.findall(r"```yaml\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
        folder = tmp_path_factory.mktemp("automation")
        (folder / "automation.yaml").write_text(re.sub(r"0{8}-[0-]+", str(block_id), example), encoding="utf-8")
        made = operations.command("prefect", "automation", "create", "--from-file", "automation.yaml", folder=folder)
        assert made.returncode == 0, made.stdout + made.stderr
        yield received
        server.shutdown()


def test_a_killed_worker_costs_only_what_was_missing(operations, fake, ask_home, home):
    """After worker and run are killed, the next run requests only what was missing, and publishes."""
    workers = operations.log.read_text(encoding="utf-8").count("Worker started")
    operations.set_variables(KOLADA_RATE="2")
    killed = operations.trigger_by_api("refresh/nightly")
    operations.until(lambda: len(fake.log) >= 7)
    send(signal.SIGKILL, [*operations.processes("worker start"), *operations.processes("prefect.engine")])
    operations.until(lambda: not operations.processes("prefect.engine"))
    landed = set(landed_urls(home))
    fake.clear_log()
    assert not (home / "kolada.duckdb").exists()
    operations.wait_for_log("Worker started", count=workers + 1)
    assert operations.state_after(killed)["type"] == "CRASHED"
    operations.set_variables()
    again = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(again)["name"] in PUBLISHED
    asked = [entry.url for entry in fake.log]
    assert landed
    assert asked
    assert landed.isdisjoint(asked)
    assert len(asked) == len(set(asked))
    assert ask_home(home, "select count(*) from ops.run") == [(1,)]


def landed_urls(home):
    """Yield the URLs that the manifests record as landed."""
    for manifest in (home / "raw" / "manifests").glob("*.jsonl"):
        for line in manifest.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and (record := json.loads(line))["record"] == "landed":
                yield record["url"]


def test_runs_that_are_started_together_take_turns(operations, fake, make_desk, ask_home, home, tmp_path):
    """A refresh and two backfills started together run one after the other, with the same result as in sequence."""
    runs = [
        operations.trigger_by_api("refresh/nightly"),
        *(
            operations.trigger_by_api("backfill/ad-hoc", parameters={"kpis": [OUTSIDE], "years": years})
            for years in ([2019, 2020], [2020, 2021])
        ),
    ]
    # While they run. Warnings of late or unpublished values depend on the day: the desk's three runs end today as well.
    desk = make_desk(tmp_path / "alone", FakeKolada(fake.data), datetime.now(UTC) - timedelta(days=3))
    desk.refresh()
    desk.backfill(kpi_ids=[OUTSIDE], years=[2019, 2020])
    desk.backfill(kpi_ids=[OUTSIDE], years=[2020, 2021])

    assert {operations.state_after(run)["name"] for run in runs} <= PUBLISHED
    spans = sorted((operations.flow_run(run)["start_time"], operations.flow_run(run)["end_time"]) for run in runs)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert desk.query(CELLS) == ask_home(home, CELLS)
    assert desk.query(VERDICTS) == ask_home(home, VERDICTS)


def test_a_source_that_is_away_the_whole_night(operations, alarms, small_data, begun_home):
    """If the source is unreachable, the run fails, the file stays, status warns, and the next run repairs it."""
    home, kolada = begun_home, FakeKolada(small_data)
    yesterday = (home / "kolada.duckdb").read_bytes()
    with socket.socket() as silent:
        # A bound port, so that no other process uses it; it refuses all connections.
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        url = f"http://127.0.0.1:{port}/v3"
        operations.set_variables(KOLADA_BASE_URL=url, KOLADA_MAX_ATTEMPTS="1")
        away = operations.trigger_by_api("refresh/nightly")
        state = operations.state_after(away)
    assert ("FAILED", "Failed: source") == (state["type"], state["name"])
    assert url in state["message"]
    assert (home / "kolada.duckdb").read_bytes() == yesterday
    told = operations.command("kolada", "status", home=home)
    assert told.returncode == 5
    assert "the last run is failed" in told.stdout
    operations.until(lambda: [each for each in alarms if each["subject"].endswith("Failed: source")])
    with kolada.serve(port=port):
        healed = operations.trigger_by_api("refresh/nightly")
        assert operations.state_after(healed)["name"] in PUBLISHED
    assert operations.command("kolada", "status", home=home).returncode == 0


def test_a_held_run_says_so(operations, alarms, fake, begun_home):
    """A held run is shown by its state, its page, an event and an alarm.

    A backfill of one pair: a larger request is asked again in parts, with pauses.
    """
    fake.faults = ["server_error_html@every:1489"]
    operations.set_variables(KOLADA_MAX_ATTEMPTS="1")
    one_pair = {"kpis": [OUTSIDE], "municipalities": ["1489"]}
    run = operations.trigger_by_api("backfill/ad-hoc", parameters=one_pair)
    state = operations.state_after(run)
    assert ("FAILED", "Held: incomplete") == (state["type"], state["name"])
    assert "# Hållen: ofullständig" in operations.artifacts(run)["backfill"]["data"]
    (held,) = operations.events("kolada.run.held", run, 1)
    assert held["payload"]["reason"] == "incomplete"
    assert held["resource"]["prefect.resource.id"].startswith("kolada.run.")
    (alarm,) = operations.until(lambda: [each for each in alarms if each["subject"].endswith("kolada.run.held")])
    assert held["payload"]["run_id"] in alarm["body"]


def test_missed_nights_and_runs_left_behind_are_settled(operations):
    """Of a week of missed runs only the last one is run; a run without a process is ended as crashed."""
    pool, now = "missed", datetime.now(UTC)
    operations.post("work_pools/", name=pool, type="process")
    flow_id = operations.get("deployments/name/refresh/nightly")["flow_id"]
    cron = {"cron": "30 2 * * *", "timezone": "Europe/Stockholm"}
    schedules = [{"schedule": cron, "active": True}]
    deployment = operations.post(
        "deployments/", name="missed", flow_id=flow_id, work_pool_name=pool, schedules=schedules
    )
    week = {"start_time": str(now - timedelta(days=7)), "end_time": str(now)}
    operations.post(f"deployments/{deployment['id']}/schedule", **week, min_runs=7, max_runs=7)
    missed = {"expected_start_time": {"before_": str(now)}, "deployment_id": {"any_": [deployment["id"]]}}
    runs = operations.post("flow_runs/filter", flow_runs=missed, sort="EXPECTED_START_TIME_ASC")
    assert len(runs) == 7

    with operations.client() as client:
        assert len(list(drop_missed_nights(client, pool))) == 6
        assert list(drop_missed_nights(client, pool)) == []
        last = runs[-1]["id"]
        assert operations.flow_run(last)["state_type"] == "SCHEDULED"
        assert {operations.flow_run(run["id"])["state_type"] for run in runs[:-1]} == {"CANCELLED"}

        operations.post(f"flow_runs/{last}/set_state", state={"type": "RUNNING"}, force=True)
        assert len(list(settle_left_behind(client, pool))) == 1
        assert operations.flow_run(last)["state_type"] == "CRASHED"
