"""Held runs and the approvals of their findings, read from the manifests.

A held run can be reviewed as long as the publication that it was compared with is the latest one. Its approvals are
valid as long, for later runs too: a check does not hold a run whose rows have all been approved. The next publication
ends the approvals.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from warehouse.findings import from_body, not_among
from warehouse.home import Home
from warehouse.ledger_records import (
    Approved,
    Checked,
    Held,
    Published,
    RolledBack,
    RunResumed,
    RunStarted,
    TakenUp,
)
from warehouse.manifest import Manifest, manifests
from warehouse.raw_store import RawStore

KINDS = frozenset(
    kind.record for kind in (RunStarted, RunResumed, TakenUp, Checked, Approved, Held, Published, RolledBack)
)


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A held run, with the results of its checks and the approvals of its findings.

    Attributes:
        manifest: the manifest of the run.
        start: the record that started the run.
        held: the record that ended the run.
        checks: the results of its checks, one per scope.
        approvals: the approvals of its findings, oldest first.
    """

    manifest: Manifest
    start: RunStarted
    held: Held
    checks: tuple[Checked, ...]
    approvals: tuple[Approved, ...]

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.manifest.run_id

    @property
    def holding(self) -> tuple[Checked, ...]:
        """The results that hold the run: findings of blocking checks without an earlier approval."""
        return tuple(
            check
            for check in self.checks
            if check.severity != "warning" and check.offending_count and check.approved_by is None
        )

    def approval_of(self, check: Checked) -> Approved | None:
        """Return the approval of exactly these rows, or None."""
        return next(
            (
                given
                for given in reversed(self.approvals)
                if (given.check_name, given.scope, given.rows_sha256)
                == (check.check_name, check.scope, check.rows_sha256)
            ),
            None,
        )

    @property
    def is_approved(self) -> bool:
        """Whether everything that held the run was approved."""
        return all(self.approval_of(check) is not None for check in self.holding)


def held_runs(home: Home, published: str | None) -> Iterator[HeldRun]:
    """Yield the held runs that can be reviewed, newest first.

    Args:
        home: the home of the runs.
        published: the run whose file is published; None when no file is.
    """
    for manifest in reversed(manifests(home.manifests)):
        if manifest.run_id == published:
            return
        run = read_held(manifest)
        if run is not None and run.held.is_reviewable and run.held.builds_on == published:
            yield run


def read_held(manifest: Manifest) -> HeldRun | None:
    """Return the held run of a manifest; None when the run did not end held, was published later, or was rolled back.

    A run that was resumed after its approval and then interrupted is returned as it was held.
    """
    start: RunStarted | None = None
    held: Held | None = None
    found: list[Checked] = []
    told: list[Checked] = []
    approvals: list[Approved] = []
    for record in manifest.readable(KINDS):
        match record:
            case RunStarted():
                start = record
            case RunResumed():
                held, told = None, []
            case TakenUp():
                told = []
            case Checked():
                told.append(record)
            case Held():
                held, found, told = record, told, []
            case Approved():
                approvals.append(record)
            case Published() | RolledBack():
                return None
    if start is None or held is None:
        return None
    return HeldRun(manifest, start, held, tuple(found), tuple(approvals))


@dataclass(slots=True)
class Approvals:
    """The valid approvals, to be compared with the findings of a run."""

    records: tuple[Approved, ...] = ()
    store: RawStore | None = None
    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    def of(self, check_name: str, scope: str, rows: pl.DataFrame) -> Approved | None:
        """Return the newest approval of a check's scope if all the rows have been approved, or None."""
        given = [each for each in self.records if (each.check_name, each.scope) == (check_name, scope)]
        if not given:
            return None
        approved = pl.concat([self._of_body(each.body).filter(pl.col("scope") == scope) for each in given])
        return given[-1] if not_among(rows, approved).is_empty() else None

    def _of_body(self, sha256: str) -> pl.DataFrame:
        if sha256 not in self._rows:
            if self.store is None:
                raise RuntimeError("approvals without a raw store")
            self._rows[sha256] = from_body(self.store.get(sha256))
        return self._rows[sha256]


def approvals_in_force(home: Home, published: str | None) -> Approvals:
    """Return the approvals since the last publication."""
    runs: Iterable[HeldRun] = held_runs(home, published)
    records = [record for run in runs for record in run.approvals]
    return Approvals(tuple(sorted(records, key=lambda record: record.at)), RawStore(home.bodies))
