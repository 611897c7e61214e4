"""Kolada's catalogues as frames: read whole or by ids, and used to check ids without rows.

An id that a catalogue does not have raises an error; the result is never an empty frame.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import polars as pl

from kolada_client import schemas
from kolada_client.errors import KoladaNotFound, UnknownIdentifier
from kolada_client.identifiers import LIST_LIMIT
from kolada_client.models import Answer, CatalogueRequest, Collection, UnitKind

_CATALOGUE_SCHEMAS: dict[Collection, dict[str, pl.DataType]] = {
    "kpi": schemas.KPI_SCHEMA,
    "kpi_groups": schemas.GROUP_SCHEMA,
    "municipality": schemas.MUNICIPALITY_SCHEMA,
    "municipality_groups": schemas.GROUP_SCHEMA,
    "ou": schemas.OU_SCHEMA,
}

Ids = str | Iterable[str] | None


class CatalogueLookup:
    """The catalogues of one client, with a cache of whole catalogues and known ids; thread-safe.

    Args:
        ask: Answers one request.
    """

    def __init__(self, ask: Callable[[CatalogueRequest], Answer]) -> None:
        self._ask = ask
        self._whole: dict[Collection, pl.DataFrame] = {}
        self._found: dict[Collection, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def read(
        self,
        collection: Collection,
        ids: Ids = None,
        *,
        title: str | None = None,
        region_type: str | None = None,
        municipality: str | None = None,
    ) -> pl.DataFrame:
        """Return all of a catalogue, or the entries of some ids in the order received; each id is requested once.

        Raises:
            UnknownIdentifier: the catalogue does not have an id.
        """
        request = CatalogueRequest(collection, (), title, region_type, municipality)
        if ids is None:
            return self._ask(request).frame
        wanted = list(dict.fromkeys(listed(ids)))
        chunks = [tuple(wanted[start : start + LIST_LIMIT]) for start in range(0, len(wanted), LIST_LIMIT)]
        frames = [self._existing(replace(request, ids=chunk)) for chunk in chunks]
        frame = pl.concat([pl.DataFrame(schema=_CATALOGUE_SCHEMAS[collection]), *frames])
        unknown = sorted(set(wanted) - set(frame.to_series(0).to_list()))
        if unknown:
            named = ", ".join(f"`{each}`" for each in unknown)
            raise UnknownIdentifier(
                f"Kolada's catalogue `{collection}` has no entry for {named}, so nothing is returned. Look the id up "
                "(`search` for KPIs, `municipalities` and `ous` for units), or ask without it. A KPI that was "
                "withdrawn has left the catalogue.",
                ids=tuple(unknown),
            )
        return frame

    def whole(self, collection: Collection) -> pl.DataFrame:
        """Return a catalogue; this client reads it once."""
        with self._lock:
            if collection not in self._whole:
                self._whole[collection] = self.read(collection)
                self._found[collection].update(self._whole[collection].to_series(0))
            return self._whole[collection]

    def require(self, collection: Collection, ids: set[str]) -> None:
        """Raise if the catalogue lacks one of the ids without rows; each id is looked up once."""
        wanted = sorted(ids - self._found[collection])
        if wanted:
            self.read(collection, wanted)
            self._found[collection].update(wanted)

    def require_units(self, ids: set[str], unit_kind: UnitKind) -> None:
        """Raise if the catalogue lacks one of the units and groups without rows."""
        groups = {each for each in ids if each.startswith("G")}
        self.require("municipality_groups", groups)
        self.require("ou" if unit_kind == "ou" else "municipality", ids - groups)

    def _existing(self, request: CatalogueRequest) -> pl.DataFrame:
        """Return the entries of the existing ids; a 404 for a list can mean that one of them does not exist."""
        try:
            return self._ask(request).frame
        except KoladaNotFound:
            if len(request.ids) == 1:
                return pl.DataFrame(schema=_CATALOGUE_SCHEMAS[request.collection])
        middle = len(request.ids) // 2
        parts = (request.ids[:middle], request.ids[middle:])
        return pl.concat([self._existing(replace(request, ids=part)) for part in parts])


def listed(values: Ids) -> list[str]:
    """Return ids as a list or None; users pass none, one or several."""
    if values is None:
        return []
    return [values] if isinstance(values, str) else list(values)
