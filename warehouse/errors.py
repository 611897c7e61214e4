"""What can go wrong in the warehouse and its raw store.

    WarehouseError
    ├── HomeError             KOLADA_HOME cannot be used
    │   └── HomeLocked        another run is writing
    ├── RawStoreError         the raw store is not what its manifest says
    │   ├── BodyMissing       a body that a manifest names is not there
    │   ├── BodyCorrupt       a body does not match its SHA-256
    │   ├── ManifestCorrupt   a line of a manifest cannot be read
    │   └── ManifestMissing   a run that was published has no manifest
    ├── PublishedFileError    the published file is not what the ledger says
    │   ├── PublishedMissing  it is not there, though a run was published
    │   ├── PublishedDamaged  it cannot be read
    │   ├── PublishedOutdated it is older than what the ledger says was published last
    │   └── PublishedUnrecorded  it is in place, and the ledger could not be told
    ├── SourceMismatch        made-up data on the way into a home of real data, or the other way round
    ├── SchemaTooNew          the file was written by a later version of this software
    ├── SchemaTooOld          the file was written by an earlier version, and is to be read as it stands
    ├── NotPublished          there is no published file to read, or none at the moment asked for
    ├── ReplayTargetExists    a replay was to write over a file
    ├── NothingToRestore      the published file is whole
    ├── MartBroken            a mart's rows cannot be kept as versions
    ├── InvalidMoment         a moment that is no date and no timestamp
    ├── QueryRefused          SQL from outside that would do something else than read the published file
    └── QueryFailed           SQL from outside that DuckDB could not answer

Each message says what happened, the value, what follows and the next command.
"""


class WarehouseError(Exception):
    """The base of every error of the warehouse."""


class HomeError(WarehouseError):
    """KOLADA_HOME cannot be made, read or written."""


class HomeLocked(HomeError):
    """Another run holds the home's lock."""


class RawStoreError(WarehouseError):
    """The raw store is not what its manifest says."""


class BodyMissing(RawStoreError):
    """A body that a manifest names is not in the store."""


class BodyCorrupt(RawStoreError):
    """A stored body cannot be unpacked or does not match its SHA-256."""


class ManifestCorrupt(RawStoreError):
    """A finished line of a manifest is not what was written."""


class ManifestMissing(RawStoreError):
    """A run that was published has no manifest in the raw store."""


class PublishedFileError(WarehouseError):
    """The published file is not what the ledger says was published."""


class PublishedMissing(PublishedFileError):
    """The published file is not there, though the ledger says that a run was published."""


class PublishedDamaged(PublishedFileError):
    """A file that was published cannot be read any more."""


class PublishedOutdated(PublishedFileError):
    """The published file is older than what the ledger says was published last."""


class PublishedUnrecorded(PublishedFileError):
    """A file was published, and then the disk took no record of it; the next command adds the record."""


class SourceMismatch(WarehouseError):
    """Data of one kind (live, recorded, sample) was about to enter a home of another kind."""


class SchemaTooNew(WarehouseError):
    """The warehouse file has a later schema than this software knows."""


class SchemaTooOld(WarehouseError):
    """The published file has an earlier schema than this software reads."""


class NotPublished(WarehouseError):
    """No published file, or nothing published at the moment asked for."""


class ReplayTargetExists(WarehouseError):
    """A replay was to write over a file that is there."""


class NothingToRestore(WarehouseError):
    """The published file can be read and is the last publication's."""


class MartBroken(WarehouseError):
    """A mart has two rows of one key, or lost a column that its versions hold."""


class InvalidMoment(WarehouseError):
    """A moment that is neither a date nor a timestamp."""


class QueryRefused(WarehouseError):
    """A query that would do something else than read, that is empty, or several at once."""


class QueryFailed(WarehouseError):
    """A query that DuckDB could not answer, or not within its limits."""


class NothingToReview(WarehouseError):
    """No run is held, or not the one that was named, or another run has published since."""


class ReviewRefused(WarehouseError):
    """An approval without a reason, of something that holds nothing, or of a fault of this software."""
