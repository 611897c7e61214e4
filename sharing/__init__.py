"""The published state in other places: a folder, a web server's root, an object store.

    home_share    a home shared as its settings ask, and the note of how that ended
    share         one share, from the published file to `latest.json`, and the pruning of older ones
    shared_set    the files of one version: the DuckDB file, a Parquet file per mart, their description
    withheld      what stays at home unless asked for
    places        where a share goes: a folder or a bucket

A lake, for many homes and machines: DuckLake with its catalogue in PostgreSQL.

    lake_address  the address of a lake and of a home in it
    lake          a lake that is open for writing: extensions, locks, upkeep
    lake_tables   the tables of a home in a lake, and how each follows the one at home
    lake_share    one share to a lake: one transaction, one snapshot

Read-only over the published file; a home gets the note of how its last share ended, and nothing else.
"""

from sharing.errors import ShareError
from sharing.home_share import share_home
from sharing.places import place_named
from sharing.share import Shared, share

__all__ = ["ShareError", "Shared", "place_named", "share", "share_home"]
