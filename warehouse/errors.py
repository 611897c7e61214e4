"""Errors of the warehouse and its raw store.

    WarehouseError
    ├── HomeError             KOLADA_HOME cannot be used
    │   └── HomeLocked        another run is writing
    ├── RawStoreError         the raw store does not match its manifests
    │   ├── BodyMissing       a body that a manifest names is missing
    │   ├── BodyCorrupt       a body does not match its SHA-256
    │   ├── ManifestCorrupt   a line of a manifest cannot be read
    │   └── ManifestMissing   a published run has no manifest
    ├── PublishedFileError    the published file does not match the ledger
    │   ├── PublishedMissing  it is missing, although a run was published
    │   ├── PublishedDamaged  it cannot be read
    │   ├── PublishedOutdated it is older than the last publication in the ledger
    │   └── PublishedUnrecorded  it is in place, but the record could not be written to the ledger
    ├── SourceMismatch        made-up data for a home of real data, or the other way round
    ├── SchemaTooNew          the file was written by a later version of this software
    ├── SchemaTooOld          the file was written by an earlier version and has not been migrated
    ├── NotPublished          there is no published file to read, or none at the requested moment
    ├── ReplayTargetExists    the target file of a replay exists
    ├── NothingToRestore      the published file is intact
    ├── MartBroken            a mart's rows cannot be stored as versions
    ├── InvalidMoment         a moment that is neither a date nor a timestamp
    ├── QueryRefused          SQL from outside that would do anything but read the published file
    ├── QueryFailed           SQL from outside that DuckDB could not run
    ├── NothingToReview       no held run can be reviewed
    └── ReviewRefused         an approval that cannot be given

Each message says what happened, the value, the consequence and the next command.
"""


class WarehouseError(Exception):
    """The base of every error of the warehouse."""


class HomeError(WarehouseError):
    """KOLADA_HOME cannot be created, read or written."""


class HomeLocked(HomeError):
    """Another run holds the home's lock."""


class RawStoreError(WarehouseError):
    """The raw store does not match its manifests."""


class BodyMissing(RawStoreError):
    """A body that a manifest names is not in the store."""


class BodyCorrupt(RawStoreError):
    """A stored body cannot be unpacked or does not match its SHA-256."""


class ManifestCorrupt(RawStoreError):
    """A complete line of a manifest cannot be read as a record."""


class ManifestMissing(RawStoreError):
    """A published run has no manifest in the raw store."""


class PublishedFileError(WarehouseError):
    """The published file does not match the last publication in the ledger."""


class PublishedMissing(PublishedFileError):
    """The published file is missing, although the ledger records a publication."""


class PublishedDamaged(PublishedFileError):
    """A published file can no longer be read."""


class PublishedOutdated(PublishedFileError):
    """The published file is older than the last publication in the ledger."""


class PublishedUnrecorded(PublishedFileError):
    """A file was published, but its record could not be written to disk; the next command adds the record."""


class SourceMismatch(WarehouseError):
    """Data of one kind (live, recorded, sample) was about to enter a home of another kind."""


class SchemaTooNew(WarehouseError):
    """The schema of the warehouse file is later than the latest one that this software knows."""


class SchemaTooOld(WarehouseError):
    """The schema of the published file is earlier than the one that this software reads."""


class NotPublished(WarehouseError):
    """There is no published file, or no publication at the requested moment."""


class ReplayTargetExists(WarehouseError):
    """The target file of a replay exists, and a replay does not overwrite it."""


class NothingToRestore(WarehouseError):
    """The published file can be read and is that of the last publication."""


class MartBroken(WarehouseError):
    """A mart has two rows with the same key, or lacks a column that its versions have."""


class InvalidMoment(WarehouseError):
    """A moment that is neither a date nor a timestamp."""


class QueryRefused(WarehouseError):
    """A query that would do anything but read, an empty query, or several statements in one."""


class QueryFailed(WarehouseError):
    """A query that DuckDB could not run, or not within its limits."""


class NothingToReview(WarehouseError):
    """No run is held, the named run is not held, or another run has been published since."""


class ReviewRefused(WarehouseError):
    """An approval without a reason, of a result that does not hold the run, or of a fault of this software."""
