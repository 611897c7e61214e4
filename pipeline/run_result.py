"""The result of a run, as its caller, its page in Prefect and its events report it."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.holding import in_short
from pipeline.jobs import BrokenPlan
from warehouse.checks import CheckResult
from warehouse.history import LoadCounts
from warehouse.share_note import ShareNote


@dataclass(frozen=True, slots=True)
class RunResult:
    """Outcome of a finished run: published or held.

    Attributes:
        run_id: of the ledger.
        state: published or held.
        message: what happened, and for a held run what to do.
        published: the file that analysts open; of a held run the path of the earlier file, if there is one.
        source_kind: live, recorded or sample.
        coverage: outcome -> number of pairs.
        loaded: the counts of the load; a held run did not publish them.
        checks: the results of the checks, one per scope.
        request_count: HTTP requests of this run, including those before a resumption.
        verdict_changes: the number of verdicts that differ from the previous publication.
        is_incomplete: whether the run was held only for data that could not be read.
        broken_plans: the plans whose files were wrong.
        remarks: oddities of accepted responses.
        flips: the verdicts that a held run would change: rows of mart.verdict_change.
        shared: the note on sharing the publication; None if no place is named or it was shared before.
    """

    run_id: str
    state: str
    message: str
    published: Path
    source_kind: str
    coverage: dict[str, int]
    loaded: LoadCounts | None = None
    checks: tuple[CheckResult, ...] = ()
    request_count: int = 0
    verdict_changes: int = 0
    is_incomplete: bool = False
    broken_plans: tuple[BrokenPlan, ...] = ()
    remarks: tuple[str, ...] = ()
    flips: tuple[dict[str, Any], ...] = ()
    shared: ShareNote | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems that do not hold the run: broken plans, findings of warning checks, a share that failed."""
        told = [result for result in self.checks if result.offending_count and not result.is_blocking]
        return (
            *(str(broken) for broken in self.broken_plans),
            *(in_short(name, list(results)) for name, results in groupby(told, key=lambda result: result.name)),
            *((self.shared.message,) if self.shared is not None and self.shared.is_failed else ()),
        )

    @property
    def figures(self) -> str:
        """The counts of the run in one line."""
        opened = self.loaded.opened if self.loaded is not None else {}
        new = ", ".join(f"{count} {kind}" for kind, count in opened.items()) or "none"
        received = self.loaded.received if self.loaded is not None else 0
        return (
            f"{self.request_count} requests, {received} cells received, new versions: {new}, "
            f"changed verdicts: {self.verdict_changes}."
        )
