"""The `ops` tables: derived from the manifests in the raw store, and brought up to date by each publication.

The manifest of a run that `ops.run` records as published is not read again. Every other manifest is, so that held,
failed and killed runs appear in the next published file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from warehouse.database import append_frame
from warehouse.definition import marts_by
from warehouse.history import LoadCounts, naive_utc
from warehouse.ledger_records import (
    Accepted,
    Checked,
    CoverageSettled,
    DamagedRecord,
    Held,
    Landed,
    LedgerRecord,
    LossAccepted,
    PlanBroken,
    Published,
    Rejected,
    RolledBack,
    RunResumed,
    RunStarted,
    Source,
    Stopped,
    TakenUp,
)
from warehouse.manifest import Manifest, run_number_of

RUN_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "run_number": pl.Int32,
    "flow_run_id": pl.String,
    "kind": pl.String,
    "plans": pl.List(pl.String),
    "source_kind": pl.String,
    "base_url": pl.String,
    "software_version": pl.String,
    "started_at": pl.Datetime("us"),
    "resumed_at": pl.Datetime("us"),
    "published_at": pl.Datetime("us"),
    "finished_at": pl.Datetime("us"),
    "state": pl.String,
    "message": pl.String,
}
REQUEST_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "request_id": pl.String,
    "url": pl.String,
    "http_status": pl.Int32,
    "attempts": pl.Int32,
    "elapsed_seconds": pl.Float64,
    "fetched_at": pl.Datetime("us"),
    "body_sha256": pl.String,
    "byte_count": pl.Int64,
    "row_count": pl.Int32,
    "state": pl.String,
    "reason": pl.String,
}
COVERAGE_SCHEMA = {"run_id": pl.String, "kpi_id": pl.String, "outcome": pl.String, "unit_count": pl.Int32}
PAIR_SCHEMA = {
    "run_id": pl.String,
    "kpi_id": pl.String,
    "unit_id": pl.String,
    "outcome": pl.String,
    "row_count": pl.Int32,
    "reason": pl.String,
}
CHECK_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "check_name": pl.String,
    "severity": pl.String,
    "scope": pl.String,
    "plan_ids": pl.List(pl.String),
    "offending_count": pl.Int32,
    "example": pl.String,
    "approved_by": pl.String,
    "reason": pl.String,
}


BROKEN_PLAN_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "plan_id": pl.String,
    "problem": pl.String,
    "version_from": pl.Datetime("us"),
}


@dataclass(slots=True)
class RunStory:
    """The rows of the `ops` tables about one run, from its manifest."""

    run: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    broken_plans: list[dict[str, Any]] = field(default_factory=list)
    accepted_loss: str | None = None


def read_story(manifest: Manifest) -> RunStory:
    """Read one manifest. Damaged lines are skipped; the run's message names the first one."""
    story = RunStory()
    damage: DamagedRecord | None = None
    for record in manifest.readable():
        if isinstance(record, DamagedRecord):
            damage = damage or record
        elif story.run or isinstance(record, RunStarted):
            _take(story, record)
    if story.run and damage is not None:
        told = f"line {damage.line_number} of its manifest is damaged"
        story.run["message"] = f"{message}; {told}" if (message := story.run.get("message")) else told
    return story


def _take(story: RunStory, record: LedgerRecord) -> None:
    """Add one record to the story; records without a table are ignored."""
    match record:
        case RunStarted():
            story.run = {
                "run_id": record.run_id,
                "run_number": run_number_of(record.run_id),
                "flow_run_id": record.flow_run_id,
                "kind": record.kind,
                "plans": sorted(record.plans),
                "base_url": record.base_url,
                "software_version": record.software_version,
                "started_at": naive_utc(record.started_at),
                "state": "interrupted",
            }
        case RunResumed() | TakenUp():
            story.run |= {
                "resumed_at": naive_utc(record.at),
                "flow_run_id": record.flow_run_id,
                "software_version": record.software_version,
                "state": "interrupted",
                "finished_at": None,
                "message": None,
            }
            story.coverage, story.exceptions, story.checks, story.broken_plans = [], [], [], []
        case Source():
            story.run["source_kind"] = record.source_kind
        case Landed():
            story.requests[record.request_id] = {
                "run_id": story.run["run_id"],
                "request_id": record.request_id,
                "url": record.url,
                "http_status": record.status,
                "attempts": record.attempts,
                "elapsed_seconds": record.elapsed_seconds,
                "fetched_at": naive_utc(record.fetched_at),
                "body_sha256": record.sha256,
                "byte_count": record.byte_count,
                "state": "landed",
            }
        case Accepted() | Rejected():
            request = story.requests.get(record.request_id, {})
            request |= {"state": record.record, **record.model_dump()}
        case CoverageSettled():
            run_id = story.run["run_id"]
            story.coverage = [{"run_id": run_id, **row} for row in record.counts]
            story.exceptions = [{"run_id": run_id, **row} for row in record.exceptions]
        case Checked():
            reason = story.accepted_loss if record.is_accepted else record.reason
            story.checks.append({"run_id": story.run["run_id"], **record.model_dump(), "reason": reason})
        case PlanBroken():
            version_from = naive_utc(record.version_from) if record.version_from is not None else None
            row = {"run_id": story.run["run_id"], "plan_id": record.plan_id, "problem": record.problem}
            story.broken_plans.append({**row, "version_from": version_from})
        case LossAccepted():
            story.accepted_loss = record.reason
        case Published():
            story.run |= {
                "state": "published",
                "published_at": naive_utc(record.published_at),
                "finished_at": naive_utc(record.at),
            }
        case Held() | Stopped():
            state = "held" if isinstance(record, Held) else "failed"
            story.run |= {"state": state, "finished_at": naive_utc(record.at), "message": record.message}
        case RolledBack():
            story.run |= {"state": "rolled_back", "message": record.message}


def merge_ops(connection: duckdb.DuckDBPyConnection, manifests: Iterable[Manifest], *, current_run_id: str) -> None:
    """Write the stories of all runs to `ops`, except the runs recorded there as published."""
    settled = {
        run_id for (run_id,) in connection.execute("select run_id from ops.run where state = 'published'").fetchall()
    }
    stories = [read_story(manifest) for manifest in manifests if manifest.run_id not in settled]
    stories = [story for story in stories if story.run]
    run_ids = [story.run["run_id"] for story in stories]
    for table in ("run", "request", "coverage", "check_result", "broken_plan"):
        connection.execute(f"delete from ops.{table} where list_contains($run_ids, run_id)", {"run_ids": run_ids})
    connection.execute("delete from ops.coverage_pair where list_contains($run_ids, run_id)", {"run_ids": run_ids})
    # The pairs of the last run of each kind are kept: a small backfill does not remove those of the nightly run.
    connection.execute(
        "delete from ops.coverage_pair where outcome not in ('failed', 'unaccounted') "
        "and run_id in (select run_id from ops.run where kind = any($kinds))",
        {"kinds": [story.run["kind"] for story in stories if story.run["run_id"] == current_run_id]},
    )
    append_frame(connection, "ops.run", pl.DataFrame([story.run for story in stories], schema=RUN_SCHEMA))
    append_frame(
        connection,
        "ops.request",
        pl.DataFrame([row for story in stories for row in story.requests.values()], schema=REQUEST_SCHEMA),
    )
    append_frame(
        connection,
        "ops.coverage",
        pl.DataFrame([row for story in stories for row in story.coverage], schema=COVERAGE_SCHEMA),
    )
    append_frame(
        connection,
        "ops.coverage_pair",
        pl.DataFrame(
            [row for story in stories if story.run["run_id"] != current_run_id for row in story.exceptions],
            schema=PAIR_SCHEMA,
        ),
    )
    append_frame(
        connection,
        "ops.check_result",
        pl.DataFrame([row for story in stories for row in story.checks], schema=CHECK_SCHEMA),
    )
    append_frame(
        connection,
        "ops.broken_plan",
        pl.DataFrame([row for story in stories for row in story.broken_plans], schema=BROKEN_PLAN_SCHEMA),
    )


def last_publication(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the instant (UTC, naive) of the open file's last publication; None if it was never published."""
    row: tuple[datetime | None] | None = connection.execute("select max(published_at) from ops.publication").fetchone()
    return None if row is None else row[0]


def last_published_run(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the run of the open file's last publication; None if it was never published."""
    rows = connection.execute("select run_id from ops.publication order by published_at desc limit 1").fetchall()
    return rows[0][0] if rows else None


def open_publication(
    connection: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    published_at: datetime,
    made_by: str | None = None,
    is_worked_out_later: bool = False,
) -> None:
    """Record a publication before its marts are built: its instant is the only clock that they read.

    Args:
        connection: the open file.
        run_id: the run's id.
        published_at: the instant of the publication.
        made_by: the software that makes its marts; this software by default.
        is_worked_out_later: whether its marts are computed afterwards and are not those that were published.
    """
    connection.execute(
        "insert into ops.publication by name "
        "select $run_id as run_id, $at as published_at, $marts_by as marts_by, $later as is_worked_out_later, "
        "0 as version_count, 0 as observation_count, 0 as verdict_change_count",
        {
            "run_id": run_id,
            "at": naive_utc(published_at),
            "marts_by": made_by or marts_by(),
            "later": is_worked_out_later,
        },
    )


def close_publication(
    connection: duckdb.DuckDBPyConnection, *, run_id: str, published_at: datetime, counts: LoadCounts, **given: object
) -> int:
    """Store the counts of the current run's publication, and record the run as published, with its coverage.

    Args:
        connection: the file that is about to be published.
        run_id: the run's id.
        published_at: the instant of the publication.
        counts: the counts of the load.
        given: more columns of ops.publication, with their values.

    Returns:
        The number of verdicts that differ from the previous publication.
    """
    instant = naive_utc(published_at)
    connection.execute(
        "update ops.run set state = 'published', published_at = $at, finished_at = $at where run_id = $run_id",
        {"at": instant, "run_id": run_id},
    )
    connection.execute(
        "insert into ops.coverage_pair by name select $run_id as run_id, * from coverage_pair",
        {"run_id": run_id},
    )
    connection.execute(
        """
        update ops.publication
        set
            version_count = $version_count,
            observation_count = (select count(*) from core.observation),
            verdict_change_count = (select count(*) from mart.verdict_change where known_from = $at),
            accepted_loss = $accepted_loss
        where run_id = $run_id
        """,
        {"run_id": run_id, "at": instant, "version_count": counts.versions, "accepted_loss": None, **given},
    )
    ((count,),) = connection.execute(
        "select verdict_change_count from ops.publication where run_id = ?", [run_id]
    ).fetchall()
    return int(count)
