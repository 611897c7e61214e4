"""Sharing: copies of the published state in a folder, a web server's root, an object store or a lake.

    home_share    the share of a home by its settings, and the note of its outcome
    share         one share, from the published file to `latest.json`, and the pruning of older versions
    shared_set    the files of one version: the DuckDB file, a Parquet file per mart, their description
    withheld      data that is not shared by default
    places        the places for shares: a folder or a bucket

A lake serves many homes and machines: DuckLake with its catalogue in PostgreSQL.

    lake_address  the address of a lake and of a home in it
    lake          a lake that is open for writing: extensions, locks, upkeep
    lake_tables   the tables of a home in a lake, and how each is synchronized with its source
    lake_share    one share to a lake: one transaction, one snapshot

This package only reads the published file. In a home it writes only the note of the last share.
"""

from sharing.errors import PlaceError, ShareError
from sharing.home_share import share_home
from sharing.places import place_named
from sharing.share import Shared, share

__all__ = ["PlaceError", "ShareError", "Shared", "place_named", "share", "share_home"]
