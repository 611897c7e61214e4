"""The address of a lake: its catalogue in PostgreSQL, its files, and the schema of the home that is shared there.

    ducklake:postgresql://USER@HOST/DATABASE?data=s3://bucket/prefix&home=NAME[&core=yes]

Other parameters after the question mark are PostgreSQL's (`sslmode=require`). Passwords and keys are not part of the
address: they are read from the settings of PostgreSQL's and AWS's own tools.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sharing.errors import PlaceError

SCHEME = "ducklake:"
FORM = "ducklake:postgresql://USER@HOST/DATABASE?data=s3://bucket/prefix&home=NAME"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
# Names that a home cannot have: the schema of all homes' values, and reserved schemas of DuckDB and PostgreSQL.
_TAKEN = ("core", "main", "information_schema", "pg_catalog", "public", "temp", "system")
_YES = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A lake and a home's place in it.

    Attributes:
        where: the address as given.
        catalogue: PostgreSQL's address of the catalogue.
        data: the place of the files: an absolute folder, or `s3://bucket/prefix`.
        home: the schema of the home.
        is_core: whether this home is the one that writes `core`.
    """

    where: str
    catalogue: str
    data: str
    home: str
    is_core: bool

    @property
    def is_in_bucket(self) -> bool:
        """Whether the files are in an object store."""
        return self.data.startswith("s3://")


def lake_address(where: str) -> LakeAddress:
    """Read the address of a lake.

    Raises:
        PlaceError: a part is missing, invalid or not allowed; the message names it.
    """
    parts = urlsplit(where.removeprefix(SCHEME))
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise PlaceError(f"`{where}` is not the address of a lake, so nothing was shared. Write it as `{FORM}`.")
    if parts.password is not None:
        raise PlaceError(
            f"The address of the lake at `{parts.hostname}` contains a password, which would be shown with the "
            "address, so nothing was shared. Remove it, and set PGPASSWORD or write it to `~/.pgpass`."
        )
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    data, home, core = given.pop("data", ""), given.pop("home", ""), given.pop("core", "no")
    if not data:
        raise PlaceError(
            f"`{where}` does not give the place of the lake's files, so nothing was shared. "
            "Add `data=s3://bucket/prefix` or `data=FOLDER`."
        )
    if not _NAME.fullmatch(home) or home in _TAKEN:
        raise PlaceError(
            f"`{home}` cannot be the name of a home in a lake, so nothing was shared. Add `home=NAME`: lower-case "
            "letters a to z, digits and `_`, beginning with a letter; not "
            f"{', '.join(f'`{name}`' for name in _TAKEN)}."
        )
    if core not in _YES:
        raise PlaceError(f"`core={core}` is invalid, so nothing was shared. Write `core=yes` or `core=no`.")
    if not data.startswith("s3://"):
        if "://" in data:
            raise PlaceError(
                f"A lake's files cannot be stored in `{data}`, so nothing was shared. "
                "Name a folder or `s3://bucket/prefix`."
            )
        data = str(Path(data).absolute())
    catalogue = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(given), ""))
    return LakeAddress(where, catalogue, data.rstrip("/") + "/", home, _YES[core])
