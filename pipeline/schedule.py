"""The schedule as prefect.yaml has it, read without Prefect: for `kolada status`, which must not take seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from ruamel.yaml import YAML

CHECKOUT = Path(__file__).resolve().parent.parent
DEPLOYMENTS = CHECKOUT / "prefect.yaml"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule of a deployment."""

    deployment: str
    cron: str
    timezone: str

    def next_run(self, after: datetime) -> datetime:
        """The first time after an instant (aware), in the schedule's time zone."""
        moment: datetime = next(CronSim(self.cron, after.astimezone(ZoneInfo(self.timezone))))
        return moment


def read_schedules(path: Path = DEPLOYMENTS) -> tuple[Scheduled, ...]:
    """The schedules of the deployments that are not paused; none where there is no such file."""
    if not path.exists():
        return ()
    return tuple(schedules_of(YAML(typ="safe").load(path)))


def schedules_of(document: dict[str, Any]) -> Iterator[Scheduled]:
    """The active cron schedules of a prefect.yaml."""
    for deployment in document.get("deployments") or ():
        if deployment.get("paused"):
            continue
        flow = str(deployment["entrypoint"]).rpartition(":")[2]
        for schedule in deployment.get("schedules") or ():
            if schedule.get("active", True) and "cron" in schedule:
                yield Scheduled(
                    deployment=f"{flow}/{deployment['name']}",
                    cron=schedule["cron"],
                    timezone=schedule.get("timezone", "UTC"),
                )


def next_scheduled_run(after: datetime, path: Path = DEPLOYMENTS) -> tuple[str, datetime] | None:
    """The deployment that runs next, and when."""
    upcoming = [(each.deployment, each.next_run(after)) for each in read_schedules(path)]
    return min(upcoming, key=lambda run: run[1], default=None)
