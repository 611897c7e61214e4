"""The schedule in prefect.yaml, read without Prefect, whose import would make `kolada status` slow.

The file is part of the software. A copy in the working folder replaces it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

FILE = "prefect.yaml"
PROJECT = "kolada"
CONSEQUENCE = (
    "Nothing can be scheduled with it. Correct it, or write it again: `kolada serve --deployments > prefect.yaml`."
)
# Short forms that Prefect accepts too.
SHORT_FORMS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# A time change skips or repeats at most this much.
LARGEST_CLOCK_CHANGE = timedelta(hours=3)


class ScheduleError(ValueError):
    """A prefect.yaml cannot be read, or a schedule in it is not valid."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule of a deployment."""

    deployment: str
    cron: str
    timezone: str

    def next_run(self, after: datetime) -> datetime:
        """Return the first start of the run after an instant (with a time zone), in the schedule's time zone.

        Prefect reads the cron line as local time. A time that the clock skips is moved by the skipped duration (02:30
        becomes 03:30). A time that occurs twice counts once, the first time.
        """
        zone = ZoneInfo(self.timezone)
        seen_from = after.astimezone(zone).replace(tzinfo=None) - LARGEST_CLOCK_CHANGE
        found: list[datetime] = []
        last: datetime | None = None
        for wall in CronSim(SHORT_FORMS.get(self.cron, self.cron), seen_from):
            if last is not None and wall > last:
                break
            instant = wall.replace(tzinfo=zone).astimezone(UTC)
            if instant > after:
                found.append(instant)
                last = last or wall + LARGEST_CLOCK_CHANGE
        if not found:
            raise CronSimError(f"`{self.cron}` matches no date")
        return min(found).astimezone(zone)


def deployments_file() -> Path:
    """Return the path of the valid prefect.yaml: a copy in the working folder, else the file of the software.

    The file of the software is at the root of a checkout, and next to this module in an installed package. A file in
    the working folder is a copy if it has the name of this project.

    Raises:
        ScheduleError: the one in the working folder cannot be read.
    """
    own = Path.cwd() / FILE
    if own.is_file() and read_document(own).get("name") == PROJECT:
        return own
    packaged = Path(__file__).resolve().with_name(FILE)
    return packaged if packaged.is_file() else packaged.parents[1] / FILE


def read_document(path: Path) -> dict[str, Any]:
    """Return the content of a prefect.yaml.

    Raises:
        ScheduleError: it is not YAML, or not a mapping.
    """
    try:
        document = YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise ScheduleError(f"`{path}` cannot be read: {problem}. {CONSEQUENCE}") from error
    if not isinstance(document, dict):
        raise ScheduleError(f"`{path}` contains no deployments: it is a {type(document).__name__}. {CONSEQUENCE}")
    return document


def read_schedules(path: Path) -> tuple[Scheduled, ...]:
    """Return the active cron schedules of the deployments that are not paused.

    Raises:
        ScheduleError: the file cannot be read, or a schedule in it is not valid.
    """
    try:
        return tuple(schedules_of(read_document(path)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ScheduleError(
            f"`{path}` does not have the structure of a prefect.yaml ({type(error).__name__}: {error}). {CONSEQUENCE}"
        ) from error


def schedules_of(document: dict[str, Any]) -> Iterator[Scheduled]:
    """Yield the schedules in a prefect.yaml."""
    for deployment in document.get("deployments") or ():
        if deployment.get("paused"):
            continue
        flow = str(deployment["entrypoint"]).rpartition(".")[2]
        for schedule in deployment.get("schedules") or ():
            if schedule.get("active", True) and "cron" in schedule:
                yield Scheduled(
                    deployment=f"{flow}/{deployment['name']}",
                    cron=schedule["cron"],
                    timezone=schedule.get("timezone", "UTC"),
                )


def next_scheduled_run(after: datetime) -> tuple[str, datetime] | None:
    """Return the deployment that runs next according to the valid prefect.yaml, and when; None if none is scheduled.

    Raises:
        ScheduleError: the file cannot be read, or a schedule in it is not valid.
    """
    path = deployments_file()
    try:
        upcoming = [(each.deployment, each.next_run(after)) for each in read_schedules(path)]
    except (CronSimError, ZoneInfoNotFoundError) as error:
        raise ScheduleError(f"A schedule in `{path}` is not valid: {error}. {CONSEQUENCE}") from error
    return min(upcoming, key=lambda run: run[1], default=None)
