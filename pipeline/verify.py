"""`kolada verify`: reads everything in a home and compares hashes, counts, and the ledger with the published file.

Nothing is repaired, and a finding does not end the reading. docs/backup.md explains each finding and its remedy.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from kolada_client import KoladaError, parse_page
from pipeline.progress import Reporter
from warehouse.errors import RawStoreError, WarehouseError
from warehouse.files import sha256_of
from warehouse.home import Home
from warehouse.ledger_records import Accepted, DamagedRecord, Landed, Published
from warehouse.manifest import manifests
from warehouse.publish import snapshots
from warehouse.published_file import Publication, published_file, read_whole
from warehouse.published_runs import KeptRun, last_published, published_runs, was_published
from warehouse.raw_store import RawStore
from warehouse.settling import is_outdated, lost_message, outdated_message

VERSIONS_OPENED = """
    select run_id, change_kind, count(*) as version_count
    from (
        select run_id, change_kind from core.observation_version
        union all
        select run_id, change_kind from core.group_observation_version
    )
    group by run_id, change_kind
"""

ANSWERS_LANDED = "select run_id, count(*) as request_count from ops.request group by run_id"


@dataclass(slots=True)
class Verified:
    """The counts and the findings of a verification.

    Attributes:
        run_count: manifests read.
        body_count: bodies read, each compared with its SHA-256.
        file_count: published files read: the one that analysts open, the snapshots, the base.
        unnamed_count: bodies that no manifest names. A run that dies between a body and its record leaves one; they do
            no harm.
        findings: the differences from what was written; empty if there are none.
    """

    run_count: int = 0
    body_count: int = 0
    file_count: int = 0
    unnamed_count: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Named:
    """The statements of the manifests about one body.

    Attributes:
        run_ids: the runs that name it.
        url: the URL that it was received from; None if it is not a response.
        byte_counts: size as received -> a run that recorded it.
        row_counts: number of parsed rows -> a run that recorded it; empty if no response with this body was accepted.
        is_needed: whether a published night needs it that the base does not replace.
    """

    run_ids: list[str] = field(default_factory=list)
    url: str | None = None
    byte_counts: dict[int, str] = field(default_factory=dict)
    row_counts: dict[int, str] = field(default_factory=dict)
    is_needed: bool = False


def verify(home: Home, *, reporter: Reporter) -> Verified:
    """Read everything back and compare it.

    Args:
        home: the home, settled by the holder of its lock; without the lock, a running run may cause findings.
        reporter: receives the progress, one step per manifest, body and file.
    """
    found = Verified()
    try:
        published = published_runs(home)
    except WarehouseError as error:
        found.findings.append(str(error))
        published = []
    named = read_manifests(home, {run.run_id for run in published}, found, reporter)
    read_bodies(home, named, found, reporter)
    read_files(home, published, found, reporter)
    return found


def read_manifests(home: Home, needed: set[str], found: Verified, reporter: Reporter) -> dict[str, Named]:
    """Read every line of every manifest; return SHA-256 -> the statements about the body."""
    kept = manifests(home.manifests)
    reporter.stage("Manifests", total=len(kept))
    named: dict[str, Named] = defaultdict(Named)
    for manifest in kept:
        landed: dict[str, str] = {}
        for record in manifest.readable():
            for sha256 in record.bodies:
                named[sha256].run_ids.append(manifest.run_id)
                named[sha256].is_needed |= manifest.run_id in needed
            match record:
                case DamagedRecord():
                    found.findings.append(str(manifest.corrupt(record)))
                case Landed():
                    landed[record.request_id] = record.sha256
                    named[record.sha256].url = record.url
                    named[record.sha256].byte_counts[record.byte_count] = manifest.run_id
                case Accepted() if record.request_id in landed:
                    named[landed[record.request_id]].row_counts[record.row_count] = manifest.run_id
        found.run_count += 1
        reporter.advance()
    return named


def read_bodies(home: Home, named: dict[str, Named], found: Verified, reporter: Reporter) -> None:
    """Read every body, and report missing bodies that a published night needs."""
    store = RawStore(home.bodies)
    kept = set(store.names())
    reporter.stage("Bodies", total=len(kept))
    for sha256 in sorted(kept | {sha256 for sha256, told in named.items() if told.is_needed}):
        told = named.get(sha256)
        try:
            body = store.get(sha256)
        except RawStoreError as error:
            needed_by = f" Needed by {in_short(told.run_ids)}." if told is not None else ""
            found.findings.append(f"{error}{needed_by}")
        else:
            if told is None:
                found.unnamed_count += 1
            else:
                found.findings.extend(other_counts(sha256, body, told))
        if sha256 in kept:
            found.body_count += 1
            reporter.advance()


def other_counts(sha256: str, body: bytes, told: Named) -> Iterator[str]:
    """Yield the differences between a body and the counts in the manifests."""
    for byte_count, run_id in told.byte_counts.items():
        if len(body) != byte_count:
            yield not_as_written(sha256, f"has {len(body)} bytes, and run `{run_id}` received {byte_count}")
    if not told.row_counts or told.url is None:
        return
    try:
        row_count_now = parse_page(body, told.url).row_count
    except KoladaError as error:
        yield (
            f"The body `{sha256}`, which {in_short(told.run_ids)} used, cannot be parsed by this software: {error} "
            "Replay with the software version that received it."
        )
        return
    for row_count, run_id in told.row_counts.items():
        if row_count_now != row_count:
            yield not_as_written(sha256, f"has {row_count_now} rows, and run `{run_id}` read {row_count}")


def not_as_written(sha256: str, what: str) -> str:
    """Return the finding that the counts in a manifest differ from a body."""
    return (
        f"The body `{sha256}` {what}: the manifest was changed after it was written. Restore it from a backup of "
        "KOLADA_HOME."
    )


def read_files(home: Home, published: list[KeptRun], found: Verified, reporter: Reporter) -> None:
    """Read the published files completely, and compare the one that analysts open with the ledger."""
    files = [*([home.base] if home.base.exists() else []), *snapshots(home)]
    is_there = home.published.exists()
    reporter.stage("Published files", total=len(files) + is_there)
    for path in files:
        try:
            read_whole(path)
        except WarehouseError as error:
            found.findings.append(str(error))
        found.file_count += 1
        reporter.advance()
    if is_there:
        try:
            file = read_whole(home.published)
            found.findings.extend(against_ledger(home, file, published))
        except WarehouseError as error:
            found.findings.append(str(error))
        found.file_count += 1
        reporter.advance()
    elif was_published(home):
        found.findings.append(lost_message(home))


def against_ledger(home: Home, file: Publication, published: list[KeptRun]) -> Iterator[str]:
    """Yield the differences between the published file and the ledger."""
    last = last_published(home)
    if last is not None and is_outdated(file, last):
        yield outdated_message(home, file, last)
    with published_file(home.published) as connection:
        opened: dict[str, dict[str, int]] = defaultdict(dict)
        for run_id, kind, count in connection.execute(VERSIONS_OPENED).fetchall():
            opened[run_id][kind] = count
        landed = dict(connection.execute(ANSWERS_LANDED).fetchall())
    for run in published:
        records = list(run.manifest.readable())
        said = next((record for record in records if isinstance(record, Published)), None)
        if said is not None and said.opened is not None and said.opened != opened.get(run.run_id, {}):
            yield differs(home, run, "versions opened", said.opened, opened.get(run.run_id, {}))
        received = sum(isinstance(record, Landed) for record in records)
        if received != landed.get(run.run_id, 0):
            yield differs(home, run, "answers received", received, landed.get(run.run_id, 0))
        if run.run_id == file.run_id and run.file_sha256:
            sha256 = sha256_of(home.published)
            if sha256 not in run.file_sha256:
                yield differs(home, run, "SHA-256 of the file", ", ".join(sorted(run.file_sha256)), sha256)


def differs(home: Home, run: KeptRun, what: str, said: object, is_now: object) -> str:
    """Return the finding that the published file differs from the ledger."""
    return (
        f"The published file `{home.published}` is not what run `{run.run_id}` published: {what} were `{said}` and are "
        f"now `{is_now}`. Put back what was published with `kolada restore`."
    )


def in_short(run_ids: list[str]) -> str:
    """Return some runs in a few words."""
    more = f" and {len(run_ids) - 1} more" if len(run_ids) > 1 else ""
    return f"run `{run_ids[0]}`{more}"
