"""The schedule as prefect.yaml has it, read without Prefect: for `kolada status`, which must not take seconds.

The file travels with the software. A copy in the folder where the command is given stands in its place.
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
    "Nothing can be scheduled by it. Correct it, or make it anew: `kolada serve --deployments > prefect.yaml`."
)
# Short forms that Prefect takes, too.
SHORT_FORMS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# A clock that goes forward skips at most this much, and one that goes back repeats at most this much.
LARGEST_CLOCK_CHANGE = timedelta(hours=3)


class ScheduleError(ValueError):
    """A prefect.yaml cannot be read, or a schedule in it cannot be one."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule of a deployment."""

    deployment: str
    cron: str
    timezone: str

    def next_run(self, after: datetime) -> datetime:
        """The first time after an instant (aware) at which Prefect starts the run, in the schedule's time zone.

        Prefect reads the cron line as times on the wall clock. A time that the clock skips is made up for as much
        later as the clock skips (02:30 becomes 03:30); of a time that comes twice it takes the first one.
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
            raise CronSimError(f"`{self.cron}` names no day that there is")
        return min(found).astimezone(zone)


def deployments_file() -> Path:
    """The prefect.yaml that holds: the one in the working folder if it is a copy of ours, else the one that came along.

    In a checkout it is at the root, in an installed package next to this module.

    Raises:
        ScheduleError: the one in the working folder cannot be read.
    """
    own = Path.cwd() / FILE
    if own.is_file() and read_document(own).get("name") == PROJECT:
        return own
    packaged = Path(__file__).resolve().with_name(FILE)
    return packaged if packaged.is_file() else packaged.parents[1] / FILE


def read_document(path: Path) -> dict[str, Any]:
    """A prefect.yaml.

    Raises:
        ScheduleError: it is no YAML, or no mapping.
    """
    try:
        document = YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise ScheduleError(f"`{path}` cannot be read: {problem}. {CONSEQUENCE}") from error
    if not isinstance(document, dict):
        raise ScheduleError(f"`{path}` holds no deployments: it is a {type(document).__name__}. {CONSEQUENCE}")
    return document


def read_schedules(path: Path) -> tuple[Scheduled, ...]:
    """The active cron schedules of the deployments that are not paused.

    Raises:
        ScheduleError: the file cannot be read, or a schedule in it cannot be one.
    """
    try:
        return tuple(schedules_of(read_document(path)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ScheduleError(
            f"`{path}` is not as a prefect.yaml must be ({type(error).__name__}: {error}). {CONSEQUENCE}"
        ) from error


def schedules_of(document: dict[str, Any]) -> Iterator[Scheduled]:
    """The schedules in a prefect.yaml."""
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
    """The deployment that runs next by the prefect.yaml that holds, and when; None when nothing is scheduled.

    Raises:
        ScheduleError: the file cannot be read, or a schedule in it cannot be one.
    """
    path = deployments_file()
    try:
        upcoming = [(each.deployment, each.next_run(after)) for each in read_schedules(path)]
    except (CronSimError, ZoneInfoNotFoundError) as error:
        raise ScheduleError(f"A schedule in `{path}` cannot be one: {error}. {CONSEQUENCE}") from error
    return min(upcoming, key=lambda run: run[1], default=None)
