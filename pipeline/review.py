"""What a held run would change, and the approval of it, piece by piece.

All of it is on the ledger: what each check found in each scope, the rows, and the verdicts that would change. A held
run can be reviewed until another run has published, however long that takes. An approval names a check, or one scope
of it, and holds for the rows that are shown and no others.
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
    """What one check found in one scope of a held run.

    Attributes:
        check: as it is on the ledger.
        approved: the approval of these rows; None while nobody approved them.
    """

    check: Checked
    approved: Approved | None

    @property
    def address(self) -> str:
        """What `kolada review --approve` takes."""
        return f"{self.check.check_name}:{self.check.scope}"


@dataclass(frozen=True, slots=True)
class Review:
    """A held run as people look at it.

    Attributes:
        run: the held run.
        findings: what holds it, or held it before it was approved, in the order of the checks.
        remarks: what its other checks found.
        verdict_changes: the verdicts that it would change: rows of mart.verdict_change.
        older_run_ids: earlier held runs that can be reviewed too.
        names: the name of each KPI, unit and group that is known.
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
        """What starts such a run."""
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
        """The rows of a finding, in the columns of findings.py."""
        return rows_of(self.home, finding.check)

    def sample(self, finding: Finding, count: int) -> pl.DataFrame:
        """Some of the rows: those of the plans' own units first, totals before women and men, newest years first."""
        order = [~pl.col("unit_id").is_in(self.own_units), ~pl.col("gender").is_in(["T", ""])]
        return self.rows(finding).sort(*order, "period", descending=[False, False, True]).head(count)

    def table(self) -> pl.DataFrame:
        """Every row of every finding, with names, plans and approvals."""
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
        """The table as CSV."""
        out = io.StringIO()
        self.table().write_csv(out)
        return out.getvalue()

    def fields(self) -> dict[str, Any]:
        """For JSON."""
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
    """The newest held run that can be reviewed, or the one of an id; None when there is none.

    Args:
        home: whose runs; nothing is written.
        run_id: of a held run.

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
    """A held run with all that its ledger has of it."""
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
    """The rows that a check found in its scope."""
    if check.body is None:
        return from_body(b"")
    return from_body(RawStore(home.bodies).get(check.body)).filter(pl.col("scope") == check.scope)


def approve(
    home: Home, addresses: Sequence[str], *, reason: str, now: datetime, run_id: str | None = None
) -> tuple[Review, list[Approved]]:
    """Approve what a held run found. Only the holder of the home's lock may call this.

    Args:
        home: whose run.
        addresses: checks, or CHECK:SCOPE; a check alone stands for all its scopes.
        reason: why; it is kept.
        now: the present instant, UTC.
        run_id: of a held run; the newest one if none is given.

    Returns:
        The review as it is then, and what was approved now; what was approved before stays as it was.

    Raises:
        NothingToReview: no run is held.
        ReviewRefused: no reason, no such check or scope, or one that cannot be approved.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ReviewRefused(
            "The reason is `empty`, so nothing was approved: an approval is kept with why it was given. "
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
        raise NothingToReview(f"The run `{review.run_id}` is not held any more. See `kolada status`.")
    return review_of(home, run, review.older_run_ids), given


def chosen_of(review: Review, addresses: Sequence[str]) -> list[Finding]:
    """The findings that some addresses name, all of which must be there."""
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
                f"`{address}` holds nothing in run `{review.run_id}`, so nothing was approved. "
                f"Write CHECK or CHECK:SCOPE as `kolada review` shows them: {', '.join(f'`{each}`' for each in near)}."
            )
        faults = [finding for finding in found if finding.check.severity == "fault"]
        if faults:
            raise ReviewRefused(
                f"`{name}` is a fault of this software and cannot be approved; nothing was approved. Please report it; "
                f"`{review.command}` reads anew."
            )
        chosen += [finding for finding in found if finding not in chosen]
    return chosen


def who_approves() -> str:
    """The user whose process this is: the login name, or the number where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
