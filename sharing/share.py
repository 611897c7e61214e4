"""One share: the published state goes to a place as a version of its own, `latest.json` last, older ones are pruned."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from sharing.places import VERSIONS, Place
from sharing.shared_set import SharedSet, write_shared_set
from warehouse.files import sha256_of

LATEST: Final = "latest.json"
INDEX: Final = "index.html"
FORMAT: Final = 1
STAMP: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share came to.

    Attributes:
        version: the version's name; it lies in `versions/` of the place.
        is_new: whether it was made now; else the place had the same already.
        size: bytes of all its files.
        pruned: versions that were taken away.
    """

    version: str
    is_new: bool
    size: int
    pruned: tuple[str, ...] = ()


def share(
    published: Path,
    place: Place,
    *,
    is_all: bool = False,
    keep: int = 14,
    min_days: float = 2.0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Shared:
    """Share the published state.

    The version's files are there before `latest.json` names it, and those of the version before stay until they are
    pruned: a reader who has read `latest.json` finds what it names. A failure leaves what was shared before.

    Args:
        published: the published file.
        place: where to.
        is_all: also names of persons, the log of requests and what runs said.
        keep: how many versions stay.
        min_days: versions younger than this stay, however many there are.
        now: the clock; names the version.

    Raises:
        ShareError: the place cannot be written.
        NotPublished: there is no published file.
        PublishedDamaged: it cannot be read.
    """
    instant = now()
    home_sha256 = sha256_of(published) if published.exists() else ""
    before = json.loads(place.read(LATEST) or b"{}")
    present = place.versions()
    if before.get("home_sha256") == home_sha256 and before.get("is_all") == is_all and before.get("name") in present:
        name = before["name"]
        return Shared(name, is_new=False, size=0, pruned=_prune(place, name, keep, min_days, instant))
    with tempfile.TemporaryDirectory(prefix="kolada-share-") as folder:
        made = write_shared_set(published, Path(folder), is_all=is_all)
        name = f"{instant.astimezone(UTC):{STAMP}}-{made.run_id}"
        place.put_version(name, made.folder, [file.path for file in made.files])
        latest = latest_of(made, name, instant) | {"home_sha256": home_sha256, "is_all": is_all}
        place.put(INDEX, index_page(latest))
        place.put(LATEST, json.dumps(latest, ensure_ascii=False, indent=1).encode())
    size = sum(file.size for file in made.files)
    return Shared(name, is_new=True, size=size, pruned=_prune(place, name, keep, min_days, instant))


def latest_of(made: SharedSet, name: str, instant: datetime) -> dict[str, object]:
    """What `latest.json` says; paths are relative to it."""
    files = [
        {"path": f"{VERSIONS}/{name}/{file.path}", "bytes": file.size, "sha256": file.sha256} for file in made.files
    ]
    shared_at = instant.astimezone(UTC).isoformat()
    return {"format": FORMAT, "name": name, "shared_at": shared_at, **made.fields(), "files": files}


def index_page(latest: dict[str, object]) -> bytes:
    """The page for people, in Swedish."""
    templates = Environment(
        loader=PackageLoader("sharing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template("index.html.j2").render(latest=latest).encode()


def _prune(place: Place, latest: str, keep: int, min_days: float, instant: datetime) -> tuple[str, ...]:
    """Take away versions beyond those that stay: the newest, the young ones and the one that `latest.json` names."""
    youngest_gone = f"{instant.astimezone(UTC) - timedelta(days=min_days):{STAMP}}"
    others = [name for name in place.versions() if name != latest]
    beyond = others[: max(0, len(others) - (keep - 1))]
    gone = tuple(name for name in beyond if name < youngest_gone)
    for name in gone:
        place.remove_version(name)
    return gone
