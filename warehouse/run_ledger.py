"""One run's ledger: what it asked for, what came, what was decided; and what a resumed run can take up again.

The ledger writes the run's manifest and keeps bodies in the raw store. To the API client it is the place where answers
land; pipeline/landing.py fits it to the client's protocol, since neither package knows the other.
"""

import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warehouse.errors import BodyCorrupt, BodyMissing
from warehouse.home import Home
from warehouse.ledger_records import (
    Accepted,
    Held,
    Landed,
    LedgerRecord,
    Published,
    Rejected,
    RunResumed,
    RunStarted,
    Stopped,
)
from warehouse.manifest import Manifest, manifests
from warehouse.raw_store import RawStore

HTTP_OK = 200
KEPT_HEADERS = frozenset({"content-type", "date", "etag", "last-modified", "retry-after", "x-kolada-source"})


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What makes two runs the same piece of work, so that one may take up where the other died.

    Attributes:
        kind: refresh, backfill or mirror.
        base_url: the API.
        plans: plan_id -> hash of its files.
        parameters: what else the run was asked to do.
    """

    kind: str
    base_url: str
    plans: Mapping[str, str]
    parameters: Mapping[str, object]

    def is_of(self, start: RunStarted) -> bool:
        """Whether a run on record was the same piece of work."""
        # A manifest has lists where the job has tuples.
        parameters = json.loads(json.dumps(self.parameters))
        return (self.kind, self.base_url, self.plans, parameters) == (
            start.kind,
            start.base_url,
            start.plans,
            start.parameters,
        )


class RunLedger:
    """The ledger of one run. Safe to use from several threads.

    Use `open_run` to start a run or to take up one that died.
    """

    def __init__(self, manifest: Manifest, store: RawStore) -> None:
        self.manifest = manifest
        self.store = store
        self.is_resumed = False
        self._guard = threading.Lock()
        self._request_count = 0
        self._landed: dict[str, Landed] = {}
        self._usable: dict[str, str] = {}

    @property
    def run_id(self) -> str:
        """The run's id: its start in UTC and four random characters."""
        return self.manifest.run_id

    @property
    def started_at(self) -> datetime:
        """When the run first started, UTC, as its id says."""
        return datetime.strptime(self.run_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

    @property
    def request_count(self) -> int:
        """HTTP answers that landed in this run."""
        return len(self._landed)

    def record(self, record: LedgerRecord) -> None:
        """Add a record to the manifest."""
        self.manifest.append(record)

    def keep(
        self,
        *,
        url: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        attempts: int,
        elapsed_seconds: float,
        fetched_at: datetime,
    ) -> str:
        """Keep an answer before anything parses it; returns its request id."""
        sha256 = self.store.put(body)
        with self._guard:
            self._request_count += 1
            request_id = f"{self.run_id}/{self._request_count:05d}"
        answer = Landed(
            request_id=request_id,
            url=url,
            status=status,
            headers={name.lower(): text for name, text in headers.items() if name.lower() in KEPT_HEADERS},
            attempts=attempts,
            elapsed_seconds=round(elapsed_seconds, 4),
            fetched_at=fetched_at,
            sha256=sha256,
            byte_count=len(body),
        )
        self.record(answer)
        self._take_landed(answer)
        return request_id

    def accept(self, request_id: str, row_count: int) -> None:
        """The answer was read and used."""
        self.record(Accepted(request_id=request_id, row_count=row_count))

    def reject(self, request_id: str, reason: str) -> None:
        """The answer is kept but cannot be used, and a resumed run asks again."""
        self.record(Rejected(request_id=request_id, reason=reason))
        self._take_rejected(request_id)

    def recall(self, url: str) -> tuple[Landed, bytes] | None:
        """The answer to this URL that landed earlier in this run and was not rejected, if its body is whole.

        An answer that landed just before a process died may have no verdict yet: it gets one when it is read again.
        """
        with self._guard:
            request_id = self._usable.get(url)
            answer = self._landed[request_id] if request_id is not None else None
        if answer is None:
            return None
        try:
            return answer, self.store.get(answer.sha256)
        except (BodyMissing, BodyCorrupt) as error:
            # The process died between the record and the disk: the answer never landed, so it is asked for again.
            self.reject(answer.request_id, str(error))
            return None

    def sync(self) -> None:
        """Wait until everything the ledger kept is on the disk."""
        self.store.sync()
        self.manifest.sync()

    def take_up(self) -> None:
        """Read what already landed, so that it is not fetched again."""
        for record in self.manifest.records():
            match record:
                case Landed():
                    self._take_landed(record)
                case Rejected():
                    self._take_rejected(record.request_id)
        self._request_count = len(self._landed)
        self.is_resumed = True

    def _take_landed(self, answer: Landed) -> None:
        with self._guard:
            self._landed[answer.request_id] = answer
            if answer.status == HTTP_OK:
                self._usable[answer.url] = answer.request_id

    def _take_rejected(self, request_id: str) -> None:
        with self._guard:
            url = self._landed[request_id].url
            if self._usable.get(url) == request_id:
                del self._usable[url]


def manifest_folder(home: Home) -> Path:
    """Where the manifests of a home stand."""
    return home.raw / "manifests"


def raw_store(home: Home) -> RawStore:
    """The bodies of a home."""
    return RawStore(home.raw / "bodies")


def open_run(
    home: Home,
    identity: RunIdentity,
    *,
    software_version: str,
    flow_run_id: str | None,
    now: datetime,
    resume_within: timedelta,
) -> RunLedger:
    """Start a run, or take up the newest one of the same identity that ended unfinished a short while ago.

    Only the holder of the home's lock may call this.

    Args:
        home: where the run writes.
        identity: what the run is to do.
        software_version: of this code.
        flow_run_id: Prefect's id of the flow run, if it runs through Prefect.
        now: the present instant, UTC.
        resume_within: a run that started longer ago is left as it is, so that one run never mixes two days.
    """
    store = raw_store(home)
    for manifest in reversed(manifests(manifest_folder(home))):
        records = list(manifest.records())
        if is_resumable(records, identity, now - resume_within):
            ledger = RunLedger(manifest, store)
            ledger.take_up()
            ledger.record(RunResumed(at=now, software_version=software_version, flow_run_id=flow_run_id))
            return ledger
        if records and isinstance(records[-1], Published):
            break
    run_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    ledger = RunLedger(Manifest(manifest_folder(home) / f"{run_id}.jsonl"), store)
    ledger.record(
        RunStarted(
            run_id=run_id,
            kind=identity.kind,
            base_url=identity.base_url,
            plans=dict(identity.plans),
            parameters=dict(identity.parameters),
            software_version=software_version,
            flow_run_id=flow_run_id,
            started_at=now,
        )
    )
    return ledger


def is_resumable(records: Iterable[LedgerRecord], identity: RunIdentity, not_before: datetime) -> bool:
    """Whether the run of these records is the same work, young enough, and ended without its result being judged."""
    start: RunStarted | None = None
    end: LedgerRecord | None = None
    for record in records:
        match record:
            case RunStarted():
                start = record
            case Published() | Held() | Stopped() | RunResumed():
                end = record
    if start is None or start.started_at < not_before or not identity.is_of(start):
        return False
    return not isinstance(end, Published | Held) or (isinstance(end, Held) and end.is_incomplete)
