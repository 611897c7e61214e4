"""KoladaClient, the public class of this package.

What belongs here: the public methods and their composition from the other modules. There are two interfaces: frames for
notebooks (`data`, `kpis` ...), and answers with their response pages for the pipeline (`pages`, `answer`, `answers`).
"""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Self

import httpx
import polars as pl

from kolada_client import schemas
from kolada_client.answering import answer_to, answers_to
from kolada_client.catalogue_lookup import CatalogueLookup, Ids, listed
from kolada_client.clock import Clock, SystemClock
from kolada_client.environment import way_out
from kolada_client.errors import InvalidRequest, KoladaNotFound
from kolada_client.fetching import Fetcher
from kolada_client.identifiers import PAGE_SIZE
from kolada_client.models import (
    Answer,
    DataRequest,
    Failure,
    Landing,
    Page,
    Received,
    Request,
    UnitKind,
)
from kolada_client.planner import plan_requests
from kolada_client.urls import check_base_url
from kolada_client.version import default_user_agent
from kolada_client.waiting import Allowance, Pace
from kolada_client.walking import Walk, page_of

DEFAULT_BASE_URL = "https://api.kolada.se/v3"
DEFAULT_RATE = 5.0
DEFAULT_CONCURRENCY = 4
DEFAULT_TIMEOUT = 60.0
DEFAULT_DEADLINE = 900.0
DEFAULT_MAX_ATTEMPTS = 6
"""The defaults of `KoladaClient`, for programs with settings of their own."""

Years = int | Iterable[int] | None


class KoladaClient:
    """A rate-limited client of the Kolada API, v3; thread-safe.

    ::

        with KoladaClient() as kolada:
            frame = kolada.data(kpis=["N15436"], municipalities=["0180", "0000"], years=range(2018, 2024))

    Args:
        base_url: The address of the API.
        rate: Requests a second, evenly spaced; None for no limit (only against a stand-in).
        concurrency: Requests in flight at the same time.
        timeout: Seconds that the headers of a response, and then each 64 kB of its body, may take before the try
            fails; a response with all years of many KPIs is slow.
        total_deadline: Seconds for one request, including all its tries, waits and pages; None for no limit.
        max_attempts: Tries per URL.
        page_size: Entries of a full response page; 5,000 except with a stand-in.
        transport: The transport to use in place of the network, such as a stand-in's.
        landing: The store that keeps every response before it is parsed; None keeps nothing.
        environment: The variables that name proxies and certificates; os.environ by default. They are ignored if
            a transport is given.
        user_agent: The value of the header User-Agent.
        clock: The clock; tests pass a `ManualClock`.

    Every method that sends requests may raise any KoladaError; `kolada_client.errors` shows the tree.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        *,
        rate: float | None = DEFAULT_RATE,
        concurrency: int = DEFAULT_CONCURRENCY,
        timeout: float = DEFAULT_TIMEOUT,
        total_deadline: float | None = DEFAULT_DEADLINE,
        max_attempts: int = DEFAULT_MAX_ATTEMPTS,
        page_size: int = PAGE_SIZE,
        transport: httpx.BaseTransport | None = None,
        landing: Landing | None = None,
        environment: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        for name, value in (
            ("concurrency", concurrency),
            ("timeout", timeout),
            ("max_attempts", max_attempts),
            ("page_size", page_size),
        ):
            if value <= 0:
                raise InvalidRequest(f"{name} `{value}` must be above 0; nothing was sent.")
        self.base_url = check_base_url(base_url)
        self._clock = clock or SystemClock()
        self._concurrency = concurrency
        self._total_deadline = total_deadline
        self.way = way_out(self.base_url, os.environ if environment is None else environment)
        """Proxy and certificates of the requests; unused if a transport is given."""
        self._fetcher = Fetcher(
            clock=self._clock,
            pace=Pace(rate, self._clock),
            concurrency=concurrency,
            timeout=timeout,
            max_attempts=max_attempts,
            user_agent=user_agent or default_user_agent(),
            landing=landing,
            transport=transport,
            way=self.way,
        )
        self._page_size = page_size
        self._catalogues = CatalogueLookup(self.answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        self._fetcher.close()

    # ------------------------------------------------------------------ frames, for notebooks

    def data(
        self,
        *,
        kpis: Ids,
        municipalities: Ids = None,
        years: Years = None,
        from_date: date | None = None,
    ) -> pl.DataFrame:
        """Return values of KPIs for municipalities, regions, Riket or groups.

        Args:
            kpis: KPI ids.
            municipalities: Four-digit ids, or group ids; None means every unit of the catalogue (which is read
                once), so that the response has no group rows.
            years: Years; None for all.
            from_date: Only values that Kolada reports as changed since then.

        Returns:
            A frame of DATA_SCHEMA, sorted by its key (kpi_id, municipality_id, period, gender). A cell without a
            value in Kolada has no row, or a null value; neither means zero. Rows with `is_deleted` are
            included, without a value.

        Raises:
            UnknownIdentifier: The response has no rows for an id, and the catalogue does not have it.
        """
        units = (
            self._catalogues.whole("municipality")["municipality_id"].to_list()
            if municipalities is None
            else listed(municipalities)
        )
        return self._frame(listed(kpis), units, years, "municipality", from_date, schemas.DATA_SCHEMA)

    def ou_data(
        self,
        *,
        kpis: Ids,
        ous: Ids = None,
        municipalities: Ids = None,
        years: Years = None,
        from_date: date | None = None,
    ) -> pl.DataFrame:
        """Return values of KPIs for organisational units: named ones, those of municipalities, or (by year) all.

        Returns:
            A frame of OU_DATA_SCHEMA, sorted by its key (kpi_id, ou_id, period, gender).

        Raises:
            UnknownIdentifier: As in `data`.
        """
        if ous is not None and municipalities is not None:
            raise InvalidRequest(
                "organisational units are named by `ous` or by `municipalities`, not both; nothing was sent."
            )
        if ous is not None:
            return self._frame(listed(kpis), listed(ous), years, "ou", from_date, schemas.OU_DATA_SCHEMA)
        if municipalities is not None:
            units = listed(municipalities)
            return self._frame(listed(kpis), units, years, "ou_by_municipality", from_date, schemas.OU_DATA_SCHEMA)
        return self._frame(listed(kpis), None, years, "ou", from_date, schemas.OU_DATA_SCHEMA)

    def search(self, text: str) -> pl.DataFrame:
        """Return the KPIs whose title or description has every word of a text, in any case; a frame of KPI_SCHEMA.

        KPIs with every word in the title come first. Each client reads the catalogue once. The frame is empty if no
        KPI has the words.
        """
        words = [word.casefold() for word in text.split()]
        if not words:
            raise InvalidRequest(
                f"`{text}` has no word to search for; nothing was sent. Give some, such as `andel förskola`."
            )
        title = pl.col("title").str.to_lowercase()
        anywhere = pl.concat_str(title, pl.col("description").str.to_lowercase(), separator="\n", ignore_nulls=True)
        in_title, found = (
            pl.all_horizontal(where.str.contains(word, literal=True) for word in words) for where in (title, anywhere)
        )
        return self._catalogues.whole("kpi").filter(found).sort(~in_title, "kpi_id")

    def kpis(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """Return the KPI catalogue, some ids of it, or the KPIs whose title contains `title`; a frame of KPI_SCHEMA.

        Raises:
            UnknownIdentifier: The catalogue does not have an id, for example that of a withdrawn KPI.
        """
        return self._catalogues.read("kpi", ids, title=title)

    def municipalities(
        self, ids: Ids = None, *, title: str | None = None, region_type: str | None = None
    ) -> pl.DataFrame:
        """Return municipalities, regions and Riket; a frame of MUNICIPALITY_SCHEMA.

        `region_type` is K or L; L includes Riket. Unknown ids raise, as in `kpis`.
        """
        return self._catalogues.read("municipality", ids, title=title, region_type=region_type)

    def municipality_groups(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """Return municipality groups with their current members; a frame of GROUP_SCHEMA. Unknown ids raise."""
        return self._catalogues.read("municipality_groups", ids, title=title)

    def kpi_groups(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """Return KPI groups with their members, some of which the catalogue may lack; a frame of GROUP_SCHEMA.

        Unknown ids raise, as in `kpis`.
        """
        return self._catalogues.read("kpi_groups", ids, title=title)

    def ous(self, ids: Ids = None, *, title: str | None = None, municipality: str | None = None) -> pl.DataFrame:
        """Return organisational units such as schools; a frame of OU_SCHEMA. Unknown ids raise, as in `kpis`."""
        return self._catalogues.read("ou", ids, title=title, municipality=municipality)

    # ------------------------------------------------------------------ answers, for the pipeline

    def pages(self, request: Request) -> Iterator[Page]:
        """Yield the response pages of one request as they arrive, each checked and accepted on its own.

        This method sends nothing twice and does not detect a cell on two pages; `answer` does both.
        """
        for landed in self._walk(request).pages():
            self._fetcher.accept(landed, landed.parsed.row_count)
            yield page_of(landed)

    def answer(self, request: Request, *, asks_again: bool = True, pause: float = 0.0) -> Answer:
        """Return the complete answer to one request: every page, requested again if the result is not reliable.

        If a response breaks the contract, the whole request is sent again. An empty request is sent again in halves.
        After a full page without a next link, the next page is requested by its number.

        Args:
            request: The request.
            asks_again: Whether an empty request is sent again; False for a caller that knows whether it may be empty.
            pause: Seconds to wait first.
        """
        if pause > 0:
            self._clock.wait(pause)
        return answer_to(self._walk(request), asks_again=asks_again)

    def answers(self, requests: Sequence[DataRequest], *, asks_again: bool = True) -> Iterator[Answer | Failure]:
        """Yield the answers to many requests, `concurrency` at a time, in order of completion.

        A failed request is yielded as a Failure. Workers wait for the reader, so that memory holds few answers.
        When the reader stops, also by an exception, the workers end before control returns. `asks_again` as in
        `answer`.

        Raises:
            KoladaUnreachable: The host does not respond; the remaining requests are not sent.
        """

        def ask(request: DataRequest, stop: threading.Event) -> Answer:
            return answer_to(self._walk(request, stop), asks_again=asks_again)

        return answers_to(
            requests, fetcher=self._fetcher, ask=ask, now=self._clock.monotonic, concurrency=self._concurrency
        )

    def probe(self, url: str) -> Received:
        """Request one URL under the base URL once and return the response; nothing is checked or kept.

        Raises:
            KoladaUnreachable: No complete response arrived.
        """
        if not url.startswith(f"{self.base_url}/"):
            raise InvalidRequest(f"`{url}` is not under `{self.base_url}`; nothing was sent.")
        return self._fetcher.ask(url, self._allowance())

    # ------------------------------------------------------------------ building frames

    def _walk(self, request: Request, stop: threading.Event | None = None) -> Walk:
        return Walk(self._fetcher, self.base_url, request, self._allowance(stop), self._page_size)

    def _allowance(self, stop: threading.Event | None = None) -> Allowance:
        return Allowance(self._clock, self._total_deadline, stop)

    def _frame(
        self,
        kpi_ids: list[str],
        unit_ids: Sequence[str] | None,
        years: Years,
        unit_kind: UnitKind,
        from_date: date | None,
        schema: dict[str, pl.DataType],
    ) -> pl.DataFrame:
        listed_years = [years] if isinstance(years, int) else None if years is None else list(years)
        if unit_ids is None:
            requests = [
                DataRequest(kpi_ids=request.kpi_ids, years=request.years, unit_kind=unit_kind)
                for request in plan_requests(kpi_ids, ["V15E000"], listed_years, unit_kind=unit_kind)
            ]
        else:
            requests = plan_requests(kpi_ids, unit_ids, listed_years, unit_kind=unit_kind)
        frames = [pl.DataFrame(schema=schema)]
        failure: Failure | None = None
        for result in self.answers([replace(request, from_date=from_date) for request in requests]):
            if isinstance(result, Failure):
                failure = result
                break
            frames.append(result.frame)
        frame = pl.concat(frames).sort([*list(schema)[:2], "period", "gender"])
        if failure is None or isinstance(failure.error, KoladaNotFound):
            self._catalogues.require("kpi", set(kpi_ids).difference(frame["kpi_id"]))
            self._catalogues.require_units(set(unit_ids or ()).difference(frame.to_series(1)), unit_kind)
        if failure is not None:
            raise failure.error
        return frame
