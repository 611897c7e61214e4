"""The Prefect artifacts of a run: its progress, a page about its outcome, and the goals as a table.

The keys are the same for every run, so that Prefect shows their history: `progress`; `refresh`, `backfill` or `mirror`;
`goals`; `request-plan`.
"""

import logging
import time
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from pipeline.run_facts import RunFacts
from pipeline.run_page import failure_page, run_page
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from warehouse.credits import DERIVED, MADE_UP_VALUES, as_printed

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]

SECONDS_BETWEEN_UPDATES = 1.0
# After a failed update, no updates are sent for this time, so that the run does not wait for the server at each step.
SECONDS_OF_SILENCE = 60.0

# The percentage at the start and the end of each stage; reading takes most of the time.
STAGES = {
    "Catalogue": (0.0, 10.0),
    "Values": (10.0, 85.0),
    "History": (85.0, 88.0),
    "Judgement": (88.0, 95.0),
    "Checks": (95.0, 97.0),
    "Publication": (97.0, 99.0),
    "Sharing": (99.0, 100.0),
}


class ProgressArtifact:
    """The progress artifact of a run, from 0 to 100, updated at most once per second.

    The artifact is created with the first finished step, so that it does not delay the first request of the run.
    """

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._id: UUID | None = None
        self._stage = ""
        self._total: int | None = None
        self._steps = 0
        self._told_at = 0.0
        self._silent_until = 0.0

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""
        self._stage, self._total, self._steps = name, total, 0
        if self._id is not None:
            self._tell()

    def advance(self, steps: int) -> None:
        """Add finished steps to the stage."""
        self._steps += steps
        if time.monotonic() - self._told_at >= SECONDS_BETWEEN_UPDATES:
            self._tell()

    def finish(self, description: str) -> None:
        """Set the progress to 100 after the publication."""
        if self._id is not None:
            self._update(100.0, description)

    def _tell(self) -> None:
        begin, end = STAGES.get(self._stage, (0.0, 0.0))
        share = min(1.0, self._steps / self._total) if self._total else 0.0
        told = self._stage if self._total is None else f"{self._stage}: {self._steps} of {self._total}"
        self._update(begin + share * (end - begin), told)

    def _update(self, progress: float, description: str) -> None:
        self._told_at = time.monotonic()
        if self._told_at < self._silent_until:
            return
        try:
            if self._id is None:
                made = create_progress_artifact(progress=progress, key="progress", description=description)
                self._id = cast("UUID", made)
            else:
                update_progress_artifact(self._id, progress, description=description)
        except httpx.HTTPError as error:
            self._silent_until = time.monotonic() + SECONDS_OF_SILENCE
            self._logger.warning("The progress could not be sent to Prefect; the run continues: %s", error)


def leave_failure(kind: str, state: str, message: str) -> None:
    """Create the page of a run that an error ended, under the same key as other pages of its kind.

    Args:
        kind: refresh, backfill or mirror.
        state: the name of the run's final state.
        message: the error message.

    Raises:
        httpx.HTTPError: Prefect's server does not accept it.
    """
    create_markdown_artifact(key=kind, markdown=failure_page(state, message), description=message)


def leave_artifacts(result: RunResult, settings: Settings, facts: RunFacts, *, kind: str) -> None:
    """Create the artifacts of a finished run.

    Raises:
        httpx.HTTPError: Prefect's server does not accept them.
    """
    create_markdown_artifact(key=kind, markdown=run_page(result, settings, facts), description=result.message)
    if facts.goals:
        source = f"{as_printed(DERIVED, result.source_kind)}. "
        source += MADE_UP_VALUES if result.source_kind == "sample" else ""
        create_table_artifact(
            key="goals",
            table=[dict(row) for row in facts.goals],
            description=f"Måluppfyllelse enligt körning {result.run_id}. {source}".strip(),
        )
