"""The review of a held run: its findings, the verdicts that it would change, and the approval of single findings.

Everything is on the ledger: the finding of each check in each scope, the rows, and the verdicts that would change. A
held run can be reviewed until another run has published, without a time limit. An approval names a check, or one scope
of it, and is valid only for the rows that were found.
"""

import getpass
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from goals.errors import near_words
from pipeline.jobs import command_for
from pipeline.settings import SAMPLE_URL
from warehouse.approvals import HeldRun, held_runs, read_held
from warehouse.errors import NothingToReview, ReviewRefused
from warehouse.findings import from_body
from warehouse.home import Home
from warehouse.ledger_records import Approved, Checked
from warehouse.published_file import publication_of, published_file
from warehouse.raw_store import RawStore

NAMES = """
    select kpi_id as id, title as name from core.kpi
    union all
    select municipality_id as id, municipality_name as name from core.municipality
    union all
    select group_id as id, group_name as name from core.municipality_group
"""
CSV_COLUMNS = ("check", "plans", "approved_by", "scope", "kpi_id", "kpi", "unit_id", "unit")


@dataclass(frozen=True, slots=True)
class Finding:
    """The finding of one check in one scope of a held run.

    Attributes:
        check: the record on the ledger.
        approved: the approval of these rows; None if they are not approved.
    """

    check: Checked
    approved: Approved | None

    @property
    def address(self) -> str:
        """The argument of `kolada review --approve` for this finding."""
        return f"{self.check.check_name}:{self.check.scope}"


@dataclass(frozen=True, slots=True)
class Review:
    """A held run with all that a person needs to decide on it.

    Attributes:
        home: of the run.
        run: the held run.
        findings: the findings that hold it, or held it before they were approved, in the order of the checks.
        remarks: the findings of its other checks.
        verdict_changes: the verdicts that it would change: rows of mart.verdict_change.
        older_run_ids: earlier held runs that can be reviewed too.
        names: id -> name of every known KPI, unit and group.
        own_units: the units of the plans.
    """

    home: Home
    run: HeldRun
    findings: tuple[Finding, ...]
    remarks: tuple[Checked, ...]
    verdict_changes: tuple[Mapping[str, Any], ...]
    older_run_ids: tuple[str, ...]
    names: Mapping[str, str]
    own_units: tuple[str, ...]

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.run_id

    @property
    def command(self) -> str:
        """The command that starts such a run."""
        start = self.run.start
        return command_for(start.kind, start.parameters, is_sample=self.is_sample)

    @property
    def is_sample(self) -> bool:
        """Whether the built-in sample was the source."""
        return self.run.start.base_url == SAMPLE_URL

    @property
    def is_approved(self) -> bool:
        """Whether the next run publishes it without fetching."""
        return self.run.is_approved

    def rows(self, finding: Finding) -> pl.DataFrame:
        """Return the rows of a finding, with the columns of findings.py."""
        return rows_of(self.home, finding.check)

    def sample(self, finding: Finding, count: int) -> pl.DataFrame:
        """Return the first rows in this order: the plans' own units, totals before women and men, newest years."""
        order = [~pl.col("unit_id").is_in(self.own_units), ~pl.col("gender").is_in(["T", ""])]
        return self.rows(finding).sort(*order, "period", descending=[False, False, True]).head(count)

    def table(self) -> pl.DataFrame:
        """Return every row of every finding, with names, plans and approvals."""
        frames = [
            self.rows(finding).select(
                check=pl.lit(finding.check.check_name),
                plans=pl.lit(" ".join(finding.check.plan_ids)),
                approved_by=pl.lit(finding.approved.by if finding.approved is not None else ""),
                scope="scope",
                kpi_id="kpi_id",
                kpi=pl.col("kpi_id").replace_strict(self.names, default="", return_dtype=pl.String),
                unit_id="unit_id",
                unit=pl.col("unit_id").replace_strict(self.names, default="", return_dtype=pl.String),
                period="period",
                gender="gender",
                before="before",
                after="after",
                note="note",
            )
            for finding in self.findings
        ]
        return pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(CSV_COLUMNS, pl.String))

    def csv(self) -> str:
        """Return the table as CSV."""
        out = io.StringIO()
        self.table().write_csv(out)
        return out.getvalue()

    def fields(self) -> dict[str, Any]:
        """Return the review as a mapping for JSON."""
        return {
            "run_id": self.run_id,
            "kind": self.run.start.kind,
            "held_at": self.run.held.at.isoformat(timespec="seconds"),
            "message": self.run.held.message,
            "is_approved": self.is_approved,
            "findings": [
                {
                    "check": finding.check.check_name,
                    "scope": finding.check.scope,
                    "severity": finding.check.severity,
                    "question": finding.check.question,
                    "plans": list(finding.check.plan_ids),
                    "row_count": finding.check.offending_count,
                    "rows_sha256": finding.check.rows_sha256,
                    "approved": None
                    if finding.approved is None
                    else finding.approved.model_dump(mode="json", include={"by", "reason", "at"}),
                }
                for finding in self.findings
            ],
            "verdict_changes": [dict(change) for change in self.verdict_changes],
            "older_run_ids": list(self.older_run_ids),
        }


def read_review(home: Home, run_id: str | None = None) -> Review | None:
    """Return the review of the newest held run, or of the given one; None if no run can be reviewed.

    Args:
        home: of the runs; nothing is written.
        run_id: of a held run; None for the newest.

    Raises:
        NothingToReview: the run of that id cannot be reviewed.
    """
    published = publication_of(home.published).run_id if home.published.exists() else None
    runs = list(held_runs(home, published))
    if run_id is not None:
        chosen = next((run for run in runs if run.run_id == run_id), None)
        if chosen is None:
            known = ", ".join(f"`{run.run_id}`" for run in runs) or "none"
            raise NothingToReview(
                f"The run `{run_id}` is not held, or another run has published since. Nothing was changed. "
                f"Runs that can be reviewed: {known}. See `kolada review`."
            )
    elif not runs:
        return None
    else:
        chosen = runs[0]
    later = runs[runs.index(chosen) + 1 :]
    return review_of(home, chosen, tuple(run.run_id for run in later))


def review_of(home: Home, run: HeldRun, older_run_ids: tuple[str, ...] = ()) -> Review:
    """Return the review of a held run, from its ledger."""
    names: dict[str, str] = {}
    own_units: list[tuple[str]] = []
    if home.published.exists():
        with published_file(home.published) as connection:
            names = dict(connection.execute(NAMES).fetchall())
            own_units = connection.execute("select distinct municipality_id from plan.plan").fetchall()
    changes = run.held.verdict_changes
    return Review(
        home=home,
        run=run,
        findings=tuple(Finding(check, run.approval_of(check)) for check in run.holding),
        remarks=tuple(check for check in run.checks if check.offending_count and check not in run.holding),
        verdict_changes=tuple(json.loads(RawStore(home.bodies).get(changes))) if changes is not None else (),
        older_run_ids=older_run_ids,
        names=names,
        own_units=tuple(unit for (unit,) in own_units),
    )


def rows_of(home: Home, check: Checked) -> pl.DataFrame:
    """Return the rows that a check found in its scope."""
    if check.body is None:
        return from_body(b"")
    return from_body(RawStore(home.bodies).get(check.body)).filter(pl.col("scope") == check.scope)


def approve(
    home: Home, addresses: Sequence[str], *, reason: str, now: datetime, run_id: str | None = None
) -> tuple[Review, list[Approved]]:
    """Approve findings of a held run. Only the holder of the home's lock may call this.

    Args:
        home: of the run.
        addresses: CHECK or CHECK:SCOPE; a check alone means all its scopes.
        reason: why; it is stored with the approval.
        now: the present instant, UTC.
        run_id: of a held run; None for the newest.

    Returns:
        The review after the approval, and the new approvals; earlier approvals stay unchanged.

    Raises:
        NothingToReview: no run is held.
        ReviewRefused: the reason is empty, a check or scope does not exist, or it cannot be approved.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ReviewRefused(
            "The reason is `empty`, so nothing was approved: an approval is stored with its reason. "
            'Give one: `kolada review --approve CHECK --reason "Kolada has withdrawn the series"`.'
        )
    review = read_review(home, run_id)
    if review is None:
        raise NothingToReview("No run is held, so there is nothing to approve. See `kolada status`.")
    given = []
    for finding in chosen_of(review, addresses):
        check = finding.check
        if finding.approved is not None or check.scope is None or check.rows_sha256 is None or check.body is None:
            continue
        record = Approved(
            check_name=check.check_name,
            scope=check.scope,
            reason=reason,
            by=who_approves(),
            at=now,
            row_count=check.offending_count,
            rows_sha256=check.rows_sha256,
            body=check.body,
        )
        review.run.manifest.append(record)
        given.append(record)
    review.run.manifest.sync()
    run = read_held(review.run.manifest)
    if run is None:
        raise NothingToReview(f"The run `{review.run_id}` is no longer held. See `kolada status`.")
    return review_of(home, run, review.older_run_ids), given


def chosen_of(review: Review, addresses: Sequence[str]) -> list[Finding]:
    """Return the findings that some addresses name; raise if one of them names nothing."""
    chosen: list[Finding] = []
    for address in addresses:
        name, _, scope = address.partition(":")
        found = [
            finding
            for finding in review.findings
            if finding.check.check_name == name and scope in ("", finding.check.scope)
        ]
        if not found:
            known = sorted(
                {each for finding in review.findings for each in (finding.check.check_name, finding.address)}
            )
            near = near_words(address, known) or known[:5]
            raise ReviewRefused(
                f"`{address}` is no finding of run `{review.run_id}`, so nothing was approved. "
                f"Write CHECK or CHECK:SCOPE as `kolada review` shows them: {', '.join(f'`{each}`' for each in near)}."
            )
        faults = [finding for finding in found if finding.check.severity == "fault"]
        if faults:
            raise ReviewRefused(
                f"`{name}` is a fault of this software and cannot be approved; nothing was approved. Please report it; "
                f"`{review.command}` reads everything again."
            )
        chosen += [finding for finding in found if finding not in chosen]
    return chosen


def who_approves() -> str:
    """Return the user of this process: the login name, or the user id if there is no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
