"""Held runs and what people approved of them, as the ledger tells.

A held run stands for as long as the publication that it was compared with is the last one: what it found is what it
would change there. Approvals stand as long, for later runs too; a run whose rows are all among those approved is not
held by them. Any publication uses them up.
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
    """A run that was held, with what its checks found and what was approved of it.

    Attributes:
        manifest: of the run.
        start: what it was to do.
        held: how it ended.
        checks: what held it, each scope by itself, and what it had remarks on.
        approvals: of its findings, oldest first.
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
        """What held the run: the findings of blocking checks that nobody had approved before."""
        return tuple(
            check
            for check in self.checks
            if check.severity != "warning" and check.offending_count and check.approved_by is None
        )

    def approval_of(self, check: Checked) -> Approved | None:
        """The approval of exactly these rows, if there is one."""
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
    """The held runs that can be reviewed, newest first.

    Args:
        home: whose runs.
        published: the run whose file is published; None when nothing is.
    """
    for manifest in reversed(manifests(home.manifests)):
        if manifest.run_id == published:
            return
        run = read_held(manifest)
        if run is not None and run.held.is_reviewable and run.held.builds_on == published:
            yield run


def read_held(manifest: Manifest) -> HeldRun | None:
    """The held run of a manifest; None when it did not end held, was published after all, or was rolled back.

    A run that was taken up and died on the way is as it was held.
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
    """What was approved, ready to be held against what a run found."""

    records: tuple[Approved, ...] = ()
    store: RawStore | None = None
    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    def of(self, check_name: str, scope: str, rows: pl.DataFrame) -> Approved | None:
        """The newest approval of a check's scope, if all the rows are among those approved."""
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
    """What was approved since the last publication."""
    runs: Iterable[HeldRun] = held_runs(home, published)
    records = [record for run in runs for record in run.approvals]
    return Approvals(tuple(sorted(records, key=lambda record: record.at)), RawStore(home.bodies))
