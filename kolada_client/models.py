"""What crosses the seam between the client and those who use it: frozen values, and one protocol.

What belongs here: shapes without behaviour. Requests check themselves when they are made, so that a
request that exists can be sent.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, get_args

import polars as pl

from kolada_client import identifiers as ids
from kolada_client.errors import InvalidRequest, KoladaError

UnitKind = Literal["municipality", "ou", "ou_by_municipality"]
"""What `DataRequest.municipality_ids` lists, and which table answers: municipalities; organisational units;
or municipalities whose organisational units are wanted."""

SOURCE_KINDS = ("live", "recorded", "sample")
"""Kolada itself; a stand-in that repeats Kolada's own answers; a stand-in whose values are made up."""

Collection = Literal["kpi", "kpi_groups", "municipality", "municipality_groups", "ou"]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One question to `/data` or `/oudata`: at most 25 ids in each list, and at least two lists.

    Attributes:
        kpi_ids: KPIs; empty for all of them.
        municipality_ids: Municipalities, regions, Riket or groups (or organisational units, see
            `unit_kind`); empty for all of them, and then thousands of group rows come too.
        years: Years; empty for all of them.
        unit_kind: What `municipality_ids` lists.
        from_date: Only rows changed since then. What it includes is not settled, so nothing depends on it.
    """

    kpi_ids: tuple[str, ...]
    municipality_ids: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    unit_kind: UnitKind = "municipality"
    from_date: date | None = None

    def __post_init__(self) -> None:
        if self.unit_kind not in get_args(UnitKind):
            msg = f"`{self.unit_kind}` is no kind of unit ({', '.join(get_args(UnitKind))}); nothing was sent."
            raise InvalidRequest(msg)
        unit_check = ids.check_ou_id if self.unit_kind == "ou" else ids.check_unit_id
        object.__setattr__(self, "kpi_ids", ids.check_list(self.kpi_ids, ids.check_kpi_id, "KPIs"))
        units = ids.check_list(self.municipality_ids, unit_check, "units")
        object.__setattr__(self, "municipality_ids", units)
        object.__setattr__(self, "years", ids.check_list(self.years, ids.check_year, "years"))
        if sum(map(bool, (self.kpi_ids, self.municipality_ids, self.years))) < 2:  # noqa: PLR2004 - the API's rule
            msg = (
                f"`{self}` names fewer than two of KPI, unit and year, and the API has no route for that; "
                "nothing was sent. Name the municipalities: `client.data(kpis=[...])` does it for you."
            )
            raise InvalidRequest(msg)


@dataclass(frozen=True, slots=True)
class CatalogueRequest:
    """One question to a catalogue: all of a collection, up to 25 of its ids, or a search.

    Attributes:
        collection: Which catalogue.
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
            msg = f"`{self.collection}` is no catalogue ({', '.join(get_args(Collection))}); nothing was sent."
            raise InvalidRequest(msg)
        object.__setattr__(self, "ids", ids.check_list(self.ids, check, "ids"))
        if self.region_type is not None and (self.region_type not in {"K", "L"} or self.collection != "municipality"):
            msg = f"region_type `{self.region_type}` must be K or L, for municipalities; nothing was sent."
            raise InvalidRequest(msg)
        if self.municipality is not None:
            ids.check_municipality_id(self.municipality)
            if self.collection != "ou":
                msg = f"municipality `{self.municipality}` filters organisational units only; nothing was sent."
                raise InvalidRequest(msg)


Request = DataRequest | CatalogueRequest


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP answer, its body as it came (after the transfer's own compression was undone).

    Attributes:
        url: The URL that was asked.
        status: HTTP status.
        headers: Pairs of name (lower case) and value.
        body: The whole body.
        attempts: Which try this was, from 1.
        elapsed_seconds: From sending to the last byte.
        fetched_at: When the last byte came, in UTC.
        http_version: As the transport says it, such as `HTTP/1.1`.
        stays_packed: Why the body is still packed as it travelled, as the rest of a sentence; empty when it is not.
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
        """The first header with this name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def source_kind(self) -> str:
        """`live`, or what a stand-in says of itself in `X-Kolada-Source`."""
        said = self.header("x-kolada-source")
        return "live" if said is None else said


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """The contents of one body.

    Attributes:
        frame: The rows, in one of the schemas of `schemas`.
        row_count: Entries in the page's own `values` (a data entry holds up to three rows of the frame).
        next_url: The next link as it came; None on the last page.
        unknown_fields: Paths of fields that the contract does not name, such as `values[].values[].unit`.
        remarks: What was odd but harmless, in words.
    """

    frame: pl.DataFrame
    row_count: int
    next_url: str | None
    unknown_fields: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One checked page of an answer: what came, and what it says. Fields as in `Received` and `ParsedPage`.

    Attributes:
        request_id: What `Landing.keep` called the answer; None when nothing is kept.
        is_recalled: Whether it came from `Landing.recall` and cost no request.
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
        request: The question.
        pages: Every page whose rows belong to the answer, those of halves asked again included.
        is_empty: No row came, and none came when it was asked again in halves.
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
        """What was odd but harmless on its pages, each once, in words; fields that the contract does not name too."""
        unknown = dict.fromkeys(name for page in self.pages for name in page.unknown_fields)
        words = [remark for page in self.pages for remark in page.remarks]
        return tuple(dict.fromkeys([*words, *(f"the field `{name}` is not in the contract" for name in unknown)]))


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that got no answer, and why; it is yielded, never dropped."""

    request: DataRequest
    error: KoladaError


class Landing(Protocol):
    """Where answers are kept before they are parsed. Must be safe to use from several threads.

    Each answer that was read in full is kept, whatever its status, and then gets exactly one verdict:
    `accept` when its rows count, `reject` when they do not. The verdict falls when the whole request is
    settled, so the pages of one request are accepted together; a run that is killed in the middle of a
    request leaves pages without a verdict, and they are asked again.
    """

    def recall(self, url: str) -> tuple[str, Received] | None:
        """The request id and the answer, when this URL was already accepted in this run."""
        ...

    def keep(self, received: Received) -> str:
        """Keep the bytes; return the request id."""
        ...

    def accept(self, request_id: str, row_count: int) -> None:
        """The answer is sound and counts, with so many entries."""
        ...

    def reject(self, request_id: str, reason: str) -> None:
        """The answer does not count: it is asked again, or its request fails."""
        ...
