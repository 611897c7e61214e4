"""The published state in other places: a folder, a web server's root, an object store.

    home_share    a home shared as its settings ask, and the note of how that ended
    share         one share, from the published file to `latest.json`, and the pruning of older ones
    shared_set    the files of one version: the DuckDB file, a Parquet file per mart, their description
    withheld      what stays at home unless asked for
    places        where a share goes: a folder or a bucket

Read-only over the published file; a home gets the note of how its last share ended, and nothing else.
"""

from sharing.errors import ShareError
from sharing.home_share import share_home
from sharing.places import place_named
from sharing.share import Shared, share

__all__ = ["ShareError", "Shared", "place_named", "share", "share_home"]
