"""What can go wrong in the warehouse and its raw store.

    WarehouseError
    ├── HomeError             KOLADA_HOME cannot be used
    │   └── HomeLocked        another run is writing
    ├── RawStoreError         the raw store is not what its manifest says
    │   ├── BodyMissing       a body that a manifest names is not there
    │   ├── BodyCorrupt       a body does not match its SHA-256
    │   └── ManifestCorrupt   a line of a manifest cannot be read
    ├── SourceMismatch        made-up data on the way into a home of real data, or the other way round
    ├── SchemaTooNew          the file was written by a later version of this software
    ├── NotPublished          there is no published file to read, or none at the moment asked for
    ├── ReplayTargetExists    a replay was to write over a file
    ├── MartBroken            a mart's rows cannot be kept as versions
    └── InvalidMoment         a moment that is no date and no timestamp

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


class SourceMismatch(WarehouseError):
    """Data of one kind (live, recorded, sample) was about to enter a home of another kind."""


class SchemaTooNew(WarehouseError):
    """The warehouse file has a later schema than this software knows."""


class NotPublished(WarehouseError):
    """No published file, or nothing published at the moment asked for."""


class ReplayTargetExists(WarehouseError):
    """A replay was to write over a file that is there."""


class MartBroken(WarehouseError):
    """A mart has two rows of one key, or lost a column that its versions hold."""


class InvalidMoment(WarehouseError):
    """A moment that is neither a date nor a timestamp."""
