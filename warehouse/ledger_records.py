"""The records of the ledger: one type for each kind of line that a manifest can hold.

A record is declared here and nowhere else: the run writes it (`RunLedger.record`), and `ops`, replay, prune and verify
read it. On disk it is one JSON object whose field `record` names the kind.

Manifests are never rewritten, so every manifest ever written must stay readable. A field that came later has a default,
a field that is no longer known is passed over, and a line of a kind that this software does not know is an
`UnknownRecord`. A new kind of record is a new subclass of `LedgerRecord`.
"""

import json
import re
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

SHA256 = re.compile("[0-9a-f]{64}")


class LedgerRecord(BaseModel):
    """A line of a manifest.

    Attributes:
        record: the name of the kind, as it stands in the file.
        naming: the field that names bodies in the raw store, if any: one SHA-256, or one by each name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    record: ClassVar[str]
    naming: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def spell_out_half_characters(cls, fields: dict[str, Any]) -> dict[str, Any]:
        r"""Text from outside can hold half a character, which is no UTF-8: it is kept as the letters `\ud800`."""
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
    """The first line of every manifest: what the run is to do, and with which software."""

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
    """A run that died was taken up again. What it had decided is decided anew; what had landed stays."""

    record = "run_resumed"
    at: AwareDatetime
    software_version: str
    flow_run_id: str | None = None


class Source(LedgerRecord):
    """What the source's values are: live, recorded or sample."""

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
    """A plan's files were wrong: what is to correct, and since when the version holds that it was judged by, if any."""

    record = "plan_broken"
    plan_id: str
    problem: str
    version_from: AwareDatetime | None = None


class Landed(LedgerRecord):
    """An HTTP answer is in the raw store; elapsed in seconds, byte_count of the body as received."""

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
    """An answer was read and used."""

    record = "accepted"
    request_id: str
    row_count: int


class Rejected(LedgerRecord):
    """An answer is kept but could not be used."""

    record = "rejected"
    request_id: str
    reason: str


class CatalogueRead(LedgerRecord):
    """A part of the catalogue (kpi, municipality, municipality_groups) was read whole."""

    record = "catalogue"
    part: str
    request_ids: tuple[str, ...]


class Asked(LedgerRecord):
    """Cells that the run wants accounted for; without years, all of them."""

    record = "asked"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] | None = None


class Selected(LedgerRecord):
    """What a mirror chose to read: KPIs by reason, of how many."""

    record = "selected"
    counts: dict[str, int]
    kpi_count: int


class Withdrawn(LedgerRecord):
    """KPIs that are wanted and not in the catalogue, so that they are not asked for."""

    record = "withdrawn"
    kpi_ids: tuple[str, ...]


class Answered(LedgerRecord):
    """A scope was read whole, in these answers."""

    record = "answered"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    request_ids: tuple[str, ...]


class Remarked(LedgerRecord):
    """Something odd about answers that count all the same, in words; each oddity once in a run."""

    record = "remarked"
    request_ids: tuple[str, ...]
    text: str


class Failed(LedgerRecord):
    """A scope was not read, or its answer is not believed."""

    record = "failed"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    error: str
    message: str


class CoverageSettled(LedgerRecord):
    """Every wanted pair has its outcome: units per KPI and outcome, and each pair that is missing, with its reason."""

    record = "coverage"
    counts: tuple[dict[str, Any], ...]
    exceptions: tuple[dict[str, Any], ...]


class Doubted(LedgerRecord):
    """A scope was answered without a row, against what is known or what others report: accepted only once approved."""

    record = "doubted"
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...] = ()
    request_ids: tuple[str, ...] = ()
    message: str


class Checked(LedgerRecord):
    """What one check found in one scope (a KPI, a unit, a group ...); without a scope, that it found nothing.

    The rows of all scopes of a check are one body; `rows_sha256` is the hash of this scope's. Who approved them, and
    why, is known where they were approved before.
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
    """In manifests of before the review: whether a reason for the whole run was given."""


class Approved(LedgerRecord):
    """Somebody approved the rows that a check of this held run found in a scope, and no others."""

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
    """A held run whose findings were approved goes on from what it had read; nothing is fetched."""

    record = "taken_up"
    at: AwareDatetime
    software_version: str
    flow_run_id: str | None = None


class LossAccepted(LedgerRecord):
    """In manifests of before the review: a reason to publish though something is missing or a check objects."""

    record = "loss_accepted"
    reason: str


class Publishing(LedgerRecord):
    """The instant that the facts of this run carry. The file that may be published is made from here on."""

    record = "publishing"
    known_from: AwareDatetime
    builds_on: str | None = None
    """The run whose published file this one continues; None in a new home, and in manifests of the first release."""
    marts_by: str | None = None
    """The software that made the marts, as `ops.publication` names it; unknown before marts had a history."""


class MartRows(LedgerRecord):
    """What the publication did to one mart, as a Parquet body: the versions closed and opened, or the events added.

    Whole, where it holds every version that the mart had after the publication.
    """

    record = "mart_rows"
    naming = "sha256"
    mart: str
    sha256: str
    row_count: int
    is_whole: bool = False


class Published(LedgerRecord):
    """The run's file is the published one; what is None was not written, since the process died just before."""

    record = "published"
    published_at: AwareDatetime
    at: AwareDatetime
    received: int | None = None
    opened: dict[str, int] | None = None
    """Change kind -> versions opened."""
    verdict_changes: int | None = None
    file_sha256: str | None = None
    """Of the published file's bytes."""


class Held(LedgerRecord):
    """The run ended without publishing; incomplete when only what could not be read stood in the way.

    It can be reviewed, and taken up once it is approved, for as long as the publication that it was compared with is
    the last one. The verdicts that it would change are a body.
    """

    record = "held"
    naming = "verdict_changes"
    at: AwareDatetime
    message: str
    is_incomplete: bool
    builds_on: str | None = None
    verdict_changes: str | None = None
    is_reviewable: bool = False
    """Whether its findings are on the ledger; those of before the review are not."""


class Stopped(LedgerRecord):
    """The run ended with an error."""

    record = "stopped"
    at: AwareDatetime
    error: str
    message: str


class RolledBack(LedgerRecord):
    """The run was published, and an earlier published file has taken its place."""

    record = "rolled_back"
    at: AwareDatetime
    message: str
    to_run_id: str | None = None
    """The run that is published again."""


class Restored(LedgerRecord):
    """The run's published file was lost or damaged, and one made from the raw store has taken its place."""

    record = "restored"
    at: AwareDatetime
    file_sha256: str


class UnknownRecord(LedgerRecord):
    """A line of a kind that this software does not know: another version wrote it. Nothing but its bodies is read."""

    record = ""
    line: str

    @property
    def bodies(self) -> tuple[str, ...]:
        """Whatever in it can be the name of a body."""
        return tuple(SHA256.findall(self.line))


class DamagedRecord(LedgerRecord):
    """A finished line that cannot be read; counted from 1."""

    record = ""
    line_number: int


KINDS: dict[str, type[LedgerRecord]] = {kind.record: kind for kind in LedgerRecord.__subclasses__() if kind.record}
NAMING_BODIES = frozenset(name for name, kind in KINDS.items() if kind.naming is not None)


def read_record(line: bytes) -> LedgerRecord:
    """The record that a line holds.

    Raises:
        ValueError: the line is no JSON object with a kind, or lacks a field that its kind has always had.
    """
    fields = json.loads(line)
    if not isinstance(fields, dict) or not isinstance(fields.get("record"), str):
        raise ValueError("not a record")  # noqa: TRY004 - every damage is one kind of error
    kind = KINDS.get(fields["record"])
    return kind.model_validate(fields) if kind is not None else UnknownRecord(line=line.decode())


def written(record: LedgerRecord) -> bytes:
    """The record as a line of a manifest, its line end included."""
    fields = {"record": record.record, **record.model_dump(mode="json")}
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
