"""The ledger of one run: its requests, responses and decisions; a resumed run reuses its responses.

The ledger writes the run's manifest and stores bodies in the raw store. The API client hands its responses to the
ledger through pipeline/landing.py, which implements the client's protocol; neither package imports the other.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from warehouse.approvals import HeldRun
from warehouse.errors import BodyCorrupt, BodyMissing
from warehouse.home import Home
from warehouse.ledger_records import (
    Accepted,
    DamagedRecord,
    Held,
    Landed,
    LedgerRecord,
    Published,
    Rejected,
    Remarked,
    RunResumed,
    RunStarted,
    Stopped,
    TakenUp,
)
from warehouse.manifest import Manifest, make_run_id, manifests, run_number_of
from warehouse.raw_store import RawStore

HTTP_OK = 200
KEPT_HEADERS = frozenset({"content-type", "date", "etag", "last-modified", "retry-after", "x-kolada-source"})


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """The identity of a run's job: a run can resume an interrupted run with the same identity.

    Attributes:
        kind: refresh, backfill or mirror.
        base_url: the URL of the API.
        plans: plan_id -> hash of its files.
        parameters: the other parameters of the run.
    """

    kind: str
    base_url: str
    plans: Mapping[str, str]
    parameters: Mapping[str, object]

    def is_of(self, start: RunStarted) -> bool:
        """Return whether a recorded run has the same identity."""
        return self.reads_as(start) and self.plans == start.plans

    def reads_as(self, start: RunStarted) -> bool:
        """Return whether a recorded run made the same requests; its plans can differ if their KPIs are the same."""
        # A manifest has lists where the job has tuples.
        parameters = json.loads(json.dumps(self.parameters))
        return (self.kind, self.base_url, parameters) == (start.kind, start.base_url, start.parameters)


class RunLedger:
    """The ledger of one run. Safe to use from several threads.

    Use `open_run` to start a run or to resume an interrupted one.
    """

    def __init__(self, manifest: Manifest, store: RawStore, *, started_at: datetime) -> None:
        self.manifest = manifest
        self.store = store
        self.started_at = started_at
        self.is_resumed = False
        self._guard = threading.Lock()
        self._request_count = 0
        self._landed: dict[str, Landed] = {}
        self._usable: dict[str, str] = {}
        self._remarks: dict[str, None] = {}

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.manifest.run_id

    @property
    def request_count(self) -> int:
        """The number of HTTP responses stored in this run."""
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
        """Store a response before it is parsed; return its request id."""
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
        """Record that the response was read and used."""
        self.record(Accepted(request_id=request_id, row_count=row_count))

    def reject(self, request_id: str, reason: str) -> None:
        """Record that the response cannot be used; a resumed run sends the request again."""
        self.record(Rejected(request_id=request_id, reason=reason))
        self._take_rejected(request_id)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks on responses that are accepted nevertheless."""
        return tuple(self._remarks)

    def remark(self, text: str, request_ids: tuple[str, ...]) -> bool:
        """Record a remark on responses; return whether it is new in this run."""
        with self._guard:
            is_new = text not in self._remarks
            self._remarks[text] = None
        if is_new:
            self.record(Remarked(request_ids=request_ids, text=text))
        return is_new

    def recall(self, url: str) -> tuple[Landed, bytes] | None:
        """Return the stored response to this URL if it was not rejected and its body is intact, or None.

        A response that was stored just before the process died is neither accepted nor rejected yet: that happens
        when it is read again.
        """
        with self._guard:
            request_id = self._usable.get(url)
            answer = self._landed[request_id] if request_id is not None else None
        if answer is None:
            return None
        try:
            return answer, self.store.get(answer.sha256)
        except (BodyMissing, BodyCorrupt) as error:
            # The process died before the body was on disk: the request is sent again.
            self.reject(answer.request_id, str(error))
            return None

    def sync(self) -> None:
        """Wait until all bodies and records are on the disk."""
        self.store.sync()
        self.manifest.sync()

    def take_up(self, records: Iterable[LedgerRecord]) -> None:
        """Read the stored responses from the manifest's records, so that they are not fetched again."""
        for record in records:
            match record:
                case Landed():
                    self._take_landed(record)
                case Rejected():
                    self._take_rejected(record.request_id)
                case Remarked():
                    self._remarks[record.text] = None
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


def open_run(
    home: Home,
    identity: RunIdentity,
    *,
    software_version: str,
    flow_run_id: str | None,
    now: datetime,
    resume_within: timedelta,
    published: str | None = None,
) -> RunLedger:
    """Start a run, or resume the newest unfinished run with the same identity if it is recent enough.

    Only the holder of the home's lock may call this.

    Args:
        home: the home that the run writes to.
        identity: the identity of the run's job.
        software_version: the version of this software.
        flow_run_id: Prefect's id of the flow run, if it runs through Prefect.
        now: the present instant, UTC.
        resume_within: a run that started longer ago (or as long after `now`, if the clock was set back) is not resumed,
            so that one run never mixes two days.
        published: the run whose file is published; its number is used even if its manifest is lost.
    """
    store = RawStore(home.bodies, home.shared_bodies)
    kept = manifests(home.manifests)
    for manifest in reversed(kept):
        records = list(manifest.readable())
        start = resumable_start(records, identity)
        if start is not None and abs(now - start.started_at) <= resume_within:
            ledger = RunLedger(manifest, store, started_at=start.started_at)
            ledger.take_up(records)
            ledger.record(RunResumed(at=now, software_version=software_version, flow_run_id=flow_run_id))
            return ledger
        if records and isinstance(records[-1], Published):
            break
    earlier = [run.run_id for run in kept] + ([published] if published is not None else [])
    run_id = make_run_id(1 + max((run_number_of(run) or 0 for run in earlier), default=0), now)
    ledger = RunLedger(Manifest(home.manifests / f"{run_id}.jsonl"), store, started_at=now)
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


def take_up_held(
    home: Home, held: HeldRun, *, software_version: str, flow_run_id: str | None, now: datetime
) -> RunLedger:
    """Resume a held run whose findings were approved. Only the holder of the home's lock may call this."""
    ledger = RunLedger(held.manifest, RawStore(home.bodies, home.shared_bodies), started_at=held.start.started_at)
    ledger.take_up(held.manifest.records())
    ledger.record(TakenUp(at=now, software_version=software_version, flow_run_id=flow_run_id))
    return ledger


def resumable_start(records: Iterable[LedgerRecord], identity: RunIdentity) -> RunStarted | None:
    """Return the first record of a run that can be resumed: it has the same identity and its result was not checked.

    Return None for any other run, and for a run with a damaged line.
    """
    start: RunStarted | None = None
    end: LedgerRecord | None = None
    for record in records:
        match record:
            case RunStarted():
                start = record
            case Published() | Held() | Stopped() | RunResumed() | TakenUp():
                end = record
            case DamagedRecord():
                return None
    if start is None or not identity.is_of(start):
        return None
    # A run that was resumed after approval and then died is resumed as an approved run (`take_up_held`).
    is_judged = isinstance(end, Published | TakenUp) or (isinstance(end, Held) and not end.is_incomplete)
    return start if not is_judged else None
