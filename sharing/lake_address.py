"""Where a lake is: its catalogue in PostgreSQL, its files, and the schema of the home that is shared there.

    ducklake:postgresql://USER@HOST/DATABASE?data=s3://bucket/prefix&home=NAME[&core=yes]

What else stands after the question mark is PostgreSQL's (`sslmode=require`). Passwords and keys are no part of it: they
come from where PostgreSQL's and AWS's own tools look for them.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sharing.errors import ShareError

SCHEME: Final = "ducklake:"
FORM: Final = "ducklake:postgresql://USER@HOST/DATABASE?data=s3://bucket/prefix&home=NAME"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
# Schemas that are not a home's: the values of all, and those that DuckDB and PostgreSQL keep for themselves.
_TAKEN: Final = ("core", "main", "information_schema", "pg_catalog", "public", "temp", "system")
_YES: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A lake and a home's place in it.

    Attributes:
        where: the address as it was given.
        catalogue: PostgreSQL's address of the catalogue.
        data: where the files lie: an absolute folder, or `s3://bucket/prefix`.
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
        """Whether the files lie in an object store."""
        return self.data.startswith("s3://")


def lake_address(where: str) -> LakeAddress:
    """Read the address of a lake.

    Raises:
        ShareError: a part is missing, unknown or not to be written there; the message names it.
    """
    parts = urlsplit(where.removeprefix(SCHEME))
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ShareError(
            f"`{where}` names no lake, so nothing was shared. Its catalogue is a database of PostgreSQL: `{FORM}`."
        )
    if parts.password is not None:
        raise ShareError(
            f"The address of the lake at `{parts.hostname}` holds a password, which would be shown wherever the "
            "address is; so nothing was shared. Leave it out, and set PGPASSWORD or write it into `~/.pgpass`."
        )
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    data, home, core = given.pop("data", ""), given.pop("home", ""), given.pop("core", "no")
    if not data:
        raise ShareError(
            f"`{where}` does not say where the lake's files lie, so nothing was shared. "
            "Add `data=s3://bucket/prefix` or `data=FOLDER`."
        )
    if not _NAME.fullmatch(home) or home in _TAKEN:
        raise ShareError(
            f"`{home}` cannot be the name of a home in a lake, so nothing was shared. Add `home=NAME`: small letters "
            f"a to z, digits and `_`, the first one a letter; not {', '.join(f'`{name}`' for name in _TAKEN)}."
        )
    if core not in _YES:
        raise ShareError(f"`core={core}` is neither `core=yes` nor `core=no`, so nothing was shared.")
    if not data.startswith("s3://"):
        if "://" in data:
            raise ShareError(f"`{data}` is no place for a lake's files. Name a folder or `s3://bucket/prefix`.")
        data = str(Path(data).absolute())
    catalogue = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(given), ""))
    return LakeAddress(where, catalogue, data.rstrip("/") + "/", home, _YES[core])
