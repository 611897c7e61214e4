"""The types of the client's interface: frozen values, and one protocol.

What belongs here: types without behaviour. A request checks itself when it is created, so every existing request can be
sent.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, get_args

import polars as pl

from kolada_client import identifiers as ids
from kolada_client.errors import InvalidRequest, KoladaError

UnitKind = Literal["municipality", "ou", "ou_by_municipality"]
"""The ids in `DataRequest.municipality_ids`, which decide the table: municipalities; organisational units; or
municipalities whose organisational units are wanted."""

SOURCE_KINDS = ("live", "recorded", "sample")
"""Kolada itself; a stand-in that repeats Kolada's own responses; a stand-in whose values are made up."""

Collection = Literal["kpi", "kpi_groups", "municipality", "municipality_groups", "ou"]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request to `/data` or `/oudata`: at most 25 ids in each list, and at least two lists.

    Attributes:
        kpi_ids: KPIs; empty for all of them.
        municipality_ids: Municipalities, regions, Riket or groups (or organisational units, see
            `unit_kind`); empty for all of them, which adds thousands of group rows.
        years: Years; empty for all of them.
        unit_kind: The kind of ids in `municipality_ids`.
        from_date: Only rows changed since then. Its exact meaning is undocumented, so nothing depends on it.
    """

    kpi_ids: tuple[str, ...]
    municipality_ids: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    unit_kind: UnitKind = "municipality"
    from_date: date | None = None

    def __post_init__(self) -> None:
        if self.unit_kind not in get_args(UnitKind):
            raise InvalidRequest(
                f"`{self.unit_kind}` is no kind of unit ({', '.join(get_args(UnitKind))}); nothing was sent."
            )
        unit_check = ids.check_ou_id if self.unit_kind == "ou" else ids.check_unit_id
        object.__setattr__(self, "kpi_ids", ids.check_list(self.kpi_ids, ids.check_kpi_id, "KPIs"))
        units = ids.check_list(self.municipality_ids, unit_check, "units")
        object.__setattr__(self, "municipality_ids", units)
        object.__setattr__(self, "years", ids.check_list(self.years, ids.check_year, "years"))
        if sum(map(bool, (self.kpi_ids, self.municipality_ids, self.years))) < 2:  # noqa: PLR2004 - the API's rule
            raise InvalidRequest(
                f"`{self}` names fewer than two of KPI, unit and year, and the API has no route for that; "
                "nothing was sent. Name the municipalities: `client.data(kpis=[...])` does it for you."
            )


@dataclass(frozen=True, slots=True)
class CatalogueRequest:
    """One request to a catalogue: all of a collection, up to 25 of its ids, or a search.

    Attributes:
        collection: The catalogue.
        ids: Up to 25 ids; empty for all.
        title: Part of a title.
        region_type: K or L, for municipalities.
        municipality: A municipality id, for organisational units.
    """

    collection: Collection
    ids: tuple[str, ...] = ()
    title: str | None = None
    region_type: str | None = None
    municipality: str | None = None

    def __post_init__(self) -> None:
        check = {
            "kpi": ids.check_kpi_id,
            "kpi_groups": ids.check_kpi_group_id,
            "municipality": ids.check_municipality_id,
            "municipality_groups": ids.check_municipality_group_id,
            "ou": ids.check_ou_id,
        }.get(self.collection)
        if check is None:
            raise InvalidRequest(
                f"`{self.collection}` is no catalogue ({', '.join(get_args(Collection))}); nothing was sent."
            )
        object.__setattr__(self, "ids", ids.check_list(self.ids, check, "ids"))
        if self.region_type is not None and (self.region_type not in {"K", "L"} or self.collection != "municipality"):
            raise InvalidRequest(
                f"region_type `{self.region_type}` must be K or L, for municipalities; nothing was sent."
            )
        if self.municipality is not None:
            ids.check_municipality_id(self.municipality)
            if self.collection != "ou":
                raise InvalidRequest(
                    f"municipality `{self.municipality}` filters organisational units only; nothing was sent."
                )


Request = DataRequest | CatalogueRequest


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP response, with its body as received (after the transfer compression was removed).

    Attributes:
        url: The requested URL.
        status: HTTP status.
        headers: Pairs of name (lower case) and value.
        body: The whole body.
        attempts: The number of the try, from 1.
        elapsed_seconds: From sending to the last byte.
        fetched_at: When the last byte arrived, in UTC.
        http_version: As the transport reports it, such as `HTTP/1.1`.
        stays_packed: Why the body is still compressed, as the rest of a sentence; empty if it is not.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    attempts: int
    elapsed_seconds: float
    fetched_at: datetime
    http_version: str = ""
    stays_packed: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header with this name, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def source_kind(self) -> str:
        """`live`, or the kind that a stand-in declares in `X-Kolada-Source`."""
        said = self.header("x-kolada-source")
        return "live" if said is None else said


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """The contents of one body.

    Attributes:
        frame: The rows, in one of the schemas of `schemas`.
        row_count: Entries in the page's own `values` (a data entry has up to three rows of the frame).
        next_url: The next link as received; None on the last page.
        unknown_fields: Paths of fields that the contract does not name, such as `values[].values[].unit`.
        remarks: Harmless oddities, in words.
    """

    frame: pl.DataFrame
    row_count: int
    next_url: str | None
    unknown_fields: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One checked page of an answer: the response and its contents. Fields as in `Received` and `ParsedPage`.

    Attributes:
        request_id: The id that `Landing.keep` returned; None if nothing is kept.
        is_recalled: Whether it came from `Landing.recall`, without a request.
    """

    request_id: str | None
    url: str
    received: Received
    row_count: int
    frame: pl.DataFrame
    next_url: str | None
    unknown_fields: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    is_recalled: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """All pages that count for one request.

    Attributes:
        request: The request.
        pages: Every page whose rows belong to the answer, including those of halves that were requested again.
        is_empty: Neither the request nor its halves returned a row.
    """

    request: DataRequest | CatalogueRequest
    pages: tuple[Page, ...]
    is_empty: bool

    @property
    def frame(self) -> pl.DataFrame:
        """The rows of all pages in one frame."""
        return pl.concat([page.frame for page in self.pages])

    @property
    def remarks(self) -> tuple[str, ...]:
        """The distinct remarks of its pages, including those on fields that are not in the contract."""
        unknown = dict.fromkeys(name for page in self.pages for name in page.unknown_fields)
        words = [remark for page in self.pages for remark in page.remarks]
        return tuple(dict.fromkeys([*words, *(f"the field `{name}` is not in the contract" for name in unknown)]))


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed request with its error; it is yielded, never dropped."""

    request: DataRequest
    error: KoladaError


class Landing(Protocol):
    """The store of responses, written before they are parsed. Must be thread-safe.

    Each complete response is kept, whatever its status, and then gets exactly one verdict: `accept` if its rows count,
    `reject` if they do not. The verdict is given when the whole request is complete, so the pages of one request are
    accepted together; a run that is killed during a request leaves pages without a verdict, which are requested again.
    """

    def recall(self, url: str) -> tuple[str, Received] | None:
        """Return the request id and the response if this URL was already accepted in this run."""
        ...

    def keep(self, received: Received) -> str:
        """Store the response; return the request id."""
        ...

    def accept(self, request_id: str, row_count: int) -> None:
        """Record that the response counts, with its number of entries."""
        ...

    def reject(self, request_id: str, reason: str) -> None:
        """Record that the response does not count: it is requested again, or its request fails."""
        ...
