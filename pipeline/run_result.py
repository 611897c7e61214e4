"""How a run ended: what whoever started it, its page in Prefect and its events tell of it."""

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
    """How a run ended that came to an end.

    Attributes:
        run_id: of the ledger.
        state: published or held.
        message: one sentence for people.
        published: the file that analysts open; in a held run the one from before, if any.
        source_kind: live, recorded or sample.
        coverage: pairs per outcome.
        loaded: what the history took up, or would.
        checks: what the checks found, scope by scope.
        request_count: HTTP requests of this run, those before a resumption included.
        verdict_changes: how many verdicts differ from the last publication.
        is_incomplete: whether a held run was held for what could not be read, and nothing else.
        broken_plans: the plans whose files were wrong.
        remarks: what was odd about answers that count all the same.
        flips: the verdicts that a held run would change: rows of mart.verdict_change.
        shared: how sharing what is published ended; None where it was not to be shared, or is shared already.
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
        """What does not hold a run but is named wherever it is told of: broken plans, checks, a share that failed."""
        told = [result for result in self.checks if result.offending_count and not result.is_blocking]
        return (
            *(str(broken) for broken in self.broken_plans),
            *(in_short(name, list(results)) for name, results in groupby(told, key=lambda result: result.name)),
            *((self.shared.message,) if self.shared is not None and self.shared.is_failed else ()),
        )

    @property
    def figures(self) -> str:
        """The run in one line of figures."""
        opened = self.loaded.opened if self.loaded is not None else {}
        new = ", ".join(f"{count} {kind}" for kind, count in opened.items()) or "none"
        received = self.loaded.received if self.loaded is not None else 0
        return (
            f"{self.request_count} requests, {received} cells received, new versions: {new}, "
            f"changed verdicts: {self.verdict_changes}."
        )
