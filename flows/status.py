"""How the pipeline is: the last run, the age of what is published, what is kept."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flows.settings import Settings
from warehouse.home import Home
from warehouse.manifest import manifests
from warehouse.ops import read_story
from warehouse.publish import published_run, snapshots
from warehouse.run_ledger import manifest_folder


@dataclass(frozen=True, slots=True)
class Status:
    """What `kolada status` tells; instants in UTC, sizes in bytes.

    Attributes:
        home: the home folder.
        published_at: when the published file was published; None when there is none.
        age_hours: of the published file.
        last_run: run_id, state, started_at and message of the newest run; None before the first.
        raw_bytes: what the raw store takes on disk.
        run_count: manifests kept.
        snapshot_count: earlier published files kept.
        warnings: what is not as it should be; empty when healthy.
    """

    home: str
    published_at: datetime | None
    age_hours: float | None
    last_run: dict[str, Any] | None
    raw_bytes: int
    run_count: int
    snapshot_count: int
    warnings: tuple[str, ...]

    @property
    def is_healthy(self) -> bool:
        """Nothing to warn of."""
        return not self.warnings

    def fields(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"is_healthy": self.is_healthy}

    def text(self) -> str:
        """For people."""
        published = (
            "nothing yet" if self.published_at is None else f"{self.published_at} UTC ({self.age_hours:.1f} h ago)"
        )
        last = "none yet" if self.last_run is None else f"{self.last_run['run_id']}: {self.last_run['state']}"
        lines = [
            f"home         {self.home}",
            f"published    {published}",
            f"last run     {last}",
            f"raw store    {self.raw_bytes / 1e6:.1f} MB, {self.run_count} runs",
            f"snapshots    {self.snapshot_count}",
            *(f"warning      {warning}" for warning in self.warnings),
        ]
        return "\n".join(lines)


def read_status(settings: Settings, *, now: datetime | None = None) -> Status:
    """Look at a home; nothing is written."""
    home = Home(settings.home)
    now = now or datetime.now(UTC)
    published_at = published_run(home.published)[1].replace(tzinfo=UTC) if home.published.exists() else None
    age_hours = (now - published_at).total_seconds() / 3600 if published_at is not None else None
    kept = manifests(manifest_folder(home))
    last_run = read_story(kept[-1]).run if kept else None
    warnings = []
    if age_hours is None:
        warnings.append("nothing is published: run `kolada refresh`")
    elif age_hours > settings.stale_hours:
        warnings.append(f"the published data is {age_hours:.0f} hours old: run `kolada refresh`")
    if last_run is not None and last_run["state"] != "published":
        warnings.append(
            f"the last run is {last_run['state']}: {last_run.get('message') or 'it did not come to an end'}"
        )
    return Status(
        home=str(home.root),
        published_at=published_at,
        age_hours=age_hours,
        last_run=last_run,
        raw_bytes=sum(path.stat().st_size for path in home.raw.rglob("*") if path.is_file()),
        run_count=len(kept),
        snapshot_count=len(snapshots(home)),
        warnings=tuple(warnings),
    )
