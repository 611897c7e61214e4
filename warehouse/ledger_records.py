"""The records of the ledger: one class for each kind of line in a manifest.

Every kind of record is declared here. The run writes records (`RunLedger.record`); `ops`, replay, prune and verify read
them. On disk a record is one JSON object whose field `record` names the kind.

Manifests are never rewritten, so every manifest ever written must stay readable. A field that was added later has a
default, an unknown field is ignored, and a line of an unknown kind is read as an `UnknownRecord`. A new kind of record
is a new subclass of `LedgerRecord`.
"""

import json
import re
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

SHA256 = re.compile("[0-9a-f]{64}")


class LedgerRecord(BaseModel):
    """A line of a manifest.

    Attributes:
        record: the name of the kind in the file.
        naming: the field with the SHA-256 of a body in the raw store, or with one by each name, if there is such a
            field.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    record: ClassVar[str]
    naming: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def spell_out_half_characters(cls, fields: dict[str, Any]) -> dict[str, Any]:
        r"""Replace lone surrogates in text from outside, which are not valid UTF-8, by an escape such as `\ud800`."""
        return {
            name: value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
            for name, value in fields.items()
        }

    @property
    def bodies(self) -> tuple[str, ...]:
        """The SHA-256 of each body in the raw store that this record names."""
        named = getattr(self, self.naming) if self.naming is not None else None
        return tuple(named.values()) if isinstance(named, dict) else () if named is None else (named,)


class RunStarted(LedgerRecord):
    """The first record of every manifest: the job of the run, and the software version."""

    record = "run_started"
    run_id: str
    kind: str
    base_url: str
    plans: dict[str, str]
    """plan_id -> hash of its files."""
    parameters: dict[str, Any]
    software_version: str
    flow_run_id: str | None = None
    started_at: AwareDatetime


class RunResumed(LedgerRecord):
    """An interrupted run was resumed. Its decisions are made again; its responses in the raw store are kept."""

    record = "run_resumed"
    at: AwareDatetime
    software_version: str
    flow_run_id: str | None = None


class Source(LedgerRecord):
    """The kind of the source's values: live, recorded or sample."""

    record = "source"
    source_kind: str


class PlanFiles(LedgerRecord):
    """The files of one plan as they were when the run started."""

    record = "plan_files"
    naming = "files"
    plan_id: str
    files: dict[str, str]
    """File name -> body."""
    files_sha256: str


class PlanBroken(LedgerRecord):
    """The files of a plan are invalid: the problem, and the start of the version that was judged instead, if any."""

    record = "plan_broken"
    plan_id: str
    problem: str
    version_from: AwareDatetime | None = None


class Landed(LedgerRecord):
    """An HTTP response is in the raw store; byte_count is the size of the body as received."""

    record = "landed"
    naming = "sha256"
    request_id: str
    url: str
    status: int
    headers: dict[str, str]
    attempts: int
    elapsed_seconds: float
    fetched_at: AwareDatetime
    sha256: str
    byte_count: int


class Accepted(LedgerRecord):
    """A response was read and used."""

    record = "accepted"
    request_id: str
    row_count: int


class Rejected(LedgerRecord):
    """A response is kept but could not be used."""

    record = "rejected"
    request_id: str
    reason: str


class CatalogueRead(LedgerRecord):
    """A part of the catalogue (kpi, municipality, municipality_groups) was read completely."""

    record = "catalogue"
    part: str
    request_ids: tuple[str, ...]


class Asked(LedgerRecord):
    """The cells that the run wants; all years if no years are given."""

    record = "asked"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] | None = None


class Selected(LedgerRecord):
    """The KPIs that a mirror chose to read: their number by reason, and the number of KPIs in the catalogue."""

    record = "selected"
    counts: dict[str, int]
    kpi_count: int


class Withdrawn(LedgerRecord):
    """Wanted KPIs that are not in the catalogue and are therefore not requested."""

    record = "withdrawn"
    kpi_ids: tuple[str, ...]


class Answered(LedgerRecord):
    """A scope was read completely, in these responses."""

    record = "answered"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    request_ids: tuple[str, ...]


class Remarked(LedgerRecord):
    """A remark on responses that are accepted nevertheless; each remark once in a run."""

    record = "remarked"
    request_ids: tuple[str, ...]
    text: str


class Failed(LedgerRecord):
    """A scope was not read, or its response was not accepted."""

    record = "failed"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    error: str
    message: str


class CoverageSettled(LedgerRecord):
    """The outcome of every wanted pair: units per KPI and outcome, and each missing pair with its reason."""

    record = "coverage"
    counts: tuple[dict[str, Any], ...]
    exceptions: tuple[dict[str, Any], ...]


class Doubted(LedgerRecord):
    """The responses of a scope are empty, contrary to known or other values: they are accepted only after approval."""

    record = "doubted"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    request_ids: tuple[str, ...] = ()
    message: str


class Checked(LedgerRecord):
    """The result of one check in one scope (a KPI, a unit, a group ...); without a scope, the check passed.

    The rows of all scopes of a check are one body; `rows_sha256` is the hash of this scope's rows. `approved_by` and
    `reason` are set if the rows were approved earlier.
    """

    record = "check"
    naming = "body"
    check_name: str
    severity: str
    scope: str | None = None
    plan_ids: tuple[str, ...] = ()
    offending_count: int
    example: str | None = None
    question: str = ""
    question_sv: str = ""
    rows_sha256: str | None = None
    body: str | None = None
    approved_by: str | None = None
    reason: str | None = None
    is_accepted: bool | None = None
    """Only in manifests older than the review: whether a reason for the whole run was given."""


class Approved(LedgerRecord):
    """A user approved exactly the rows that a check of this held run found in a scope."""

    record = "approved"
    naming = "body"
    check_name: str
    scope: str
    reason: str
    by: str
    at: AwareDatetime
    row_count: int
    rows_sha256: str
    body: str


class TakenUp(LedgerRecord):
    """A held run was resumed after its findings were approved; it uses the stored responses and fetches nothing."""

    record = "taken_up"
    at: AwareDatetime
    software_version: str
    flow_run_id: str | None = None


class LossAccepted(LedgerRecord):
    """Only in manifests older than the review: the reason to publish despite missing values or findings."""

    record = "loss_accepted"
    reason: str


class Publishing(LedgerRecord):
    """The instant of the run's facts. From here on the run makes the file to be published."""

    record = "publishing"
    known_from: AwareDatetime
    builds_on: str | None = None
    """The run whose published file this run continues; None in a new home and in manifests of the first release."""
    marts_by: str | None = None
    """The software that made the marts, as in `ops.publication`; None in manifests older than the mart history."""


class MartRows(LedgerRecord):
    """The changes of the publication to one mart, as a Parquet body: versions closed and opened, or events added.

    With `is_whole`, the body contains every version that the mart had after the publication.
    """

    record = "mart_rows"
    naming = "sha256"
    mart: str
    sha256: str
    row_count: int
    is_whole: bool = False


class Published(LedgerRecord):
    """The run's file was published; fields are None if the process died before it could record them."""

    record = "published"
    published_at: AwareDatetime
    at: AwareDatetime
    received: int | None = None
    opened: dict[str, int] | None = None
    """Change kind -> versions opened."""
    verdict_changes: int | None = None
    file_sha256: str | None = None
    """The SHA-256 of the published file."""


class Held(LedgerRecord):
    """The run ended without publishing; it is incomplete when only unread values prevented the publication.

    It can be reviewed, and resumed after approval, as long as the publication that it was compared with is the latest
    one. The verdicts that it would change are stored as a body.
    """

    record = "held"
    naming = "verdict_changes"
    at: AwareDatetime
    message: str
    is_incomplete: bool
    builds_on: str | None = None
    verdict_changes: str | None = None
    is_reviewable: bool = False
    """Whether its findings are in the manifest; those of runs older than the review are not."""


class Stopped(LedgerRecord):
    """The run ended with an error."""

    record = "stopped"
    at: AwareDatetime
    error: str
    message: str


class RolledBack(LedgerRecord):
    """The run was published, and an earlier published file has replaced its file."""

    record = "rolled_back"
    at: AwareDatetime
    message: str
    to_run_id: str | None = None
    """The run that is published again."""


class Restored(LedgerRecord):
    """The run's published file was lost or damaged, and a file rebuilt from the raw store has replaced it."""

    record = "restored"
    at: AwareDatetime
    file_sha256: str


class UnknownRecord(LedgerRecord):
    """A line of an unknown kind, written by another version of this software. Only its bodies are read."""

    record = ""
    line: str

    @property
    def bodies(self) -> tuple[str, ...]:
        """Every string in the line that can be the name of a body."""
        return tuple(SHA256.findall(self.line))


class DamagedRecord(LedgerRecord):
    """A complete line that cannot be read; line numbers begin with 1."""

    record = ""
    line_number: int


KINDS: dict[str, type[LedgerRecord]] = {kind.record: kind for kind in LedgerRecord.__subclasses__() if kind.record}
NAMING_BODIES = frozenset(name for name, kind in KINDS.items() if kind.naming is not None)


def read_record(line: bytes) -> LedgerRecord:
    """Return the record in a line.

    Raises:
        ValueError: the line is not a JSON object with a kind, or lacks a required field of its kind.
    """
    fields = json.loads(line)
    if not isinstance(fields, dict) or not isinstance(fields.get("record"), str):
        raise ValueError("not a record")  # noqa: TRY004 - any damage raises the same error
    kind = KINDS.get(fields["record"])
    return kind.model_validate(fields) if kind is not None else UnknownRecord(line=line.decode())


def written(record: LedgerRecord) -> bytes:
    """Return the record as a line of a manifest, with its line end."""
    fields = {"record": record.record, **record.model_dump(mode="json")}
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
