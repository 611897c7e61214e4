"""One share: a new version of the published state in a place, then `latest.json`, then the pruning of old versions."""

import json
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from sharing.errors import ShareError
from sharing.lake_address import LakeAddress
from sharing.lake_share import share_to_lake
from sharing.places import VERSIONS, Place
from sharing.shared_set import SharedSet, write_shared_set
from warehouse.files import sha256_of
from warehouse.share_note import ShareWish

LATEST = "latest.json"
INDEX = "index.html"
FORMAT = 1
STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Shared:
    """The result of a share.

    Attributes:
        version: the name of the version in `versions/` of the place; for a lake, the snapshot and the run.
        is_new: whether the version is new; otherwise the place already had it.
        size: the size of all its files in bytes.
        pruned: the versions that were removed.
        in_lake: the result of a share to a lake, as text.
    """

    version: str
    is_new: bool
    size: int
    pruned: tuple[str, ...] = ()
    in_lake: str | None = None

    @property
    def told(self) -> str:
        """The version's path in the place and its size, as text."""
        if self.in_lake is not None:
            return self.in_lake
        return f"versions/{self.version}" + (f", {self.size / 1e6:.1f} MB" if self.is_new else "")


def share(
    published: Path,
    place: Place | LakeAddress,
    wish: ShareWish,
    *,
    now: Callable[[], datetime],
    aside: Path | None = None,
) -> Shared:
    """Share the published state.

    The files of a version are stored before `latest.json` names it, and earlier versions are kept until they are
    pruned: a reader of `latest.json` always finds the files that it names. After a failure the place is unchanged.

    Args:
        published: the published file.
        place: the place to share to.
        wish: what to share, and which versions to keep.
        now: the clock, which names the version.
        aside: an existing folder for the files before they are sent; the system's temporary folder if None.

    Raises:
        ShareError: the place cannot be written, or contains other data.
        NotPublished: there is no published file.
        PublishedDamaged: the published file cannot be read.
    """
    if isinstance(place, LakeAddress):
        carried = share_to_lake(published, place, wish, now=now, aside=aside)
        return Shared(f"{carried.snapshot}-{carried.run_id}", is_new=carried.is_new, size=0, in_lake=str(carried))
    instant = now()
    before = latest_at(place)
    place.prepare()
    present = place.versions()
    earlier = earlier_of(before, present)
    # If another file is published while the files are written, they are written again from it.
    while True:
        home_sha256 = sha256_of(published) if published.exists() else ""
        name = str(before.get("name"))
        if (before.get("home_sha256"), before.get("is_all")) == (home_sha256, wish.is_all) and name in present:
            return Shared(name, is_new=False, size=0, pruned=_prune(place, name, earlier, wish, instant))
        with tempfile.TemporaryDirectory(prefix="kolada-share-", dir=aside) as folder:
            made = write_shared_set(published, Path(folder), is_all=wish.is_all)
            if sha256_of(published) != home_sha256:
                continue
            refuse_other_kind(place, before, made)
            if name in present:
                earlier.append({"name": name, "until": instant.astimezone(UTC).isoformat()})
            name = f"{instant.astimezone(UTC):{STAMP}}-{made.run_id}"
            place.put_version(name, made.folder, [file.path for file in made.files])
            latest = latest_of(made, name, instant) | {
                "earlier": earlier,
                "home_sha256": home_sha256,
                "is_all": wish.is_all,
            }
            place.put(INDEX, index_page(latest))
            place.put(LATEST, json.dumps(latest, ensure_ascii=False, indent=1).encode())
        size = sum(file.size for file in made.files)
        return Shared(name, is_new=True, size=size, pruned=_prune(place, name, earlier, wish, instant))


def latest_at(place: Place) -> dict[str, object]:
    """Return the contents of the place's `latest.json`; empty if there is none yet.

    Raises:
        ShareError: the file was not written by this software.
    """
    content = place.read(LATEST)
    if content is None:
        return {}
    try:
        latest = json.loads(content)
    except ValueError:
        latest = None
    if not isinstance(latest, dict) or latest.get("format") != FORMAT:
        raise ShareError(
            f"`{LATEST}` of `{place.where}` was not written by this version of `kolada share`, so nothing was shared. "
            "Choose another place with `--to`, or move that file away."
        )
    return latest


def refuse_other_kind(place: Place, before: Mapping[str, object], made: SharedSet) -> None:
    """Refuse to replace real values by made-up ones, or the other way round.

    Raises:
        ShareError: the place has values of another kind.
    """
    kind = before.get("source_kind", made.source_kind)
    if kind != made.source_kind:
        raise ShareError(
            f"`{place.where}` has `{kind}` data, but these are `{made.source_kind}` data, so nothing was shared. "
            "Share them to another place: `kolada share --to PLACE`."
        )


def latest_of(made: SharedSet, name: str, instant: datetime) -> dict[str, object]:
    """Return the contents of `latest.json`; paths are relative to it."""
    files = [
        {"path": f"{VERSIONS}/{name}/{file.path}", "bytes": file.size, "sha256": file.sha256} for file in made.files
    ]
    shared_at = instant.astimezone(UTC).isoformat()
    return {"format": FORMAT, "name": name, "shared_at": shared_at, **made.fields(), "files": files}


def index_page(latest: dict[str, object]) -> bytes:
    """Return the HTML page for users, in Swedish."""
    templates = Environment(
        loader=PackageLoader("sharing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template("index.html.j2").render(latest=latest).encode()


def earlier_of(before: Mapping[str, object], present: Collection[str]) -> list[dict[str, str]]:
    """Return the earlier versions in `latest.json` that still exist, oldest first: name and instant of replacement."""
    listed = before.get("earlier", [])
    return [each for each in listed if each["name"] in present] if isinstance(listed, list) else []


def _prune(
    place: Place, latest: str, earlier: Sequence[Mapping[str, str]], wish: ShareWish, instant: datetime
) -> tuple[str, ...]:
    """Remove old versions, and versions of killed shares; return their names.

    A reader of an earlier `latest.json` finds its version for `min_days` after it was replaced. A version that was
    never named is left from a killed share, and is removed at the same age.
    """
    since = (instant.astimezone(UTC) - timedelta(days=wish.min_days)).isoformat()
    beyond = earlier[: max(0, len(earlier) - (wish.keep - 1))]
    gone = {each["name"] for each in beyond if each["until"] <= since}
    named = {latest, *(each["name"] for each in earlier)}
    stamp = f"{datetime.fromisoformat(since):{STAMP}}"
    ordered = tuple(name for name in place.versions() if name in gone or (name not in named and name < stamp))
    for name in ordered:
        place.remove_version(name)
    return ordered
