"""KoladaClient: the one object that users hold.

What belongs here: the public methods and how they are put together from the modules beside this one. Two
surfaces: frames for notebooks (`data`, `kpis` ...), and answers with their pages for the pipeline (`pages`,
`answer`, `answers`).
"""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Final, Self

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

DEFAULT_BASE_URL: Final = "https://api.kolada.se/v3"
DEFAULT_RATE: Final = 5.0
DEFAULT_CONCURRENCY: Final = 4
DEFAULT_TIMEOUT: Final = 60.0
DEFAULT_DEADLINE: Final = 900.0
DEFAULT_MAX_ATTEMPTS: Final = 6
"""The defaults of `KoladaClient`, for those who let their users set them."""

Years = int | Iterable[int] | None


class KoladaClient:
    """A polite client of the Kolada API, v3; safe to use from several threads.

    ::

        with KoladaClient() as kolada:
            frame = kolada.data(kpis=["N15436"], municipalities=["0180", "0000"], years=range(2018, 2024))

    Args:
        base_url: Where the API is.
        rate: Requests a second, evenly spaced; None for no limit (only against a stand-in).
        concurrency: Requests under way at once.
        timeout: Seconds that the head of an answer, and then every 64 kB of its body, may take before the try is
            given up; all years of many KPIs take their time.
        total_deadline: Seconds for one request with all its tries, waits and pages; None for no limit.
        max_attempts: Tries per URL.
        page_size: Entries on a full page; only a stand-in has others than 5,000.
        transport: What carries the requests, in place of the network: a stand-in's transport.
        landing: Where every answer is kept before it is parsed; None keeps nothing.
        environment: The variables that name proxies and certificates; os.environ if not given. None of them
            holds where a transport is given.
        user_agent: How the client introduces itself.
        clock: Whose time; tests give a `ManualClock`.

    Every method that asks may raise any KoladaError; the tree is drawn in `kolada_client.errors`.
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
                msg = f"{name} `{value}` must be above 0; nothing was sent."
                raise InvalidRequest(msg)
        self.base_url = check_base_url(base_url)
        self._clock = clock or SystemClock()
        self._concurrency = concurrency
        self._total_deadline = total_deadline
        self.way = way_out(self.base_url, os.environ if environment is None else environment)
        """How requests leave this machine, where no transport carries them."""
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
        """Close the connections. The client can't be used afterwards."""
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
        """Values of KPIs for municipalities, regions, Riket or groups.

        Args:
            kpis: KPI ids.
            municipalities: Four-digit ids, or group ids; None names every unit of the catalogue (it is asked
                for once), so that no group rows come.
            years: Years; None for all.
            from_date: Only what changed since then, by Kolada's own account.

        Returns:
            A frame of DATA_SCHEMA, sorted by its key (kpi_id, municipality_id, period, gender). A cell that
            Kolada has nothing for is absent, or has a null value; neither is zero. Rows with `is_deleted` are
            in, without a value.

        Raises:
            UnknownIdentifier: Nothing came for an id, and the catalogue does not have it.
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
        """Values of KPIs for organisational units: those named, those of municipalities, or (by year) all.

        Returns:
            A frame of OU_DATA_SCHEMA, sorted by its key (kpi_id, ou_id, period, gender).

        Raises:
            UnknownIdentifier: As in `data`.
        """
        if ous is not None and municipalities is not None:
            msg = "organisational units are named by `ous` or by `municipalities`, not both; nothing was sent."
            raise InvalidRequest(msg)
        if ous is not None:
            return self._frame(listed(kpis), listed(ous), years, "ou", from_date, schemas.OU_DATA_SCHEMA)
        if municipalities is not None:
            units = listed(municipalities)
            return self._frame(listed(kpis), units, years, "ou_by_municipality", from_date, schemas.OU_DATA_SCHEMA)
        return self._frame(listed(kpis), None, years, "ou", from_date, schemas.OU_DATA_SCHEMA)

    def search(self, text: str) -> pl.DataFrame:
        """KPIs whose title or description has every word of a text, in any case; a frame of KPI_SCHEMA.

        Those that have every word in the title come first. The catalogue is read once by each client. An empty frame
        says that no KPI has the words.
        """
        words = [word.casefold() for word in text.split()]
        if not words:
            msg = f"`{text}` has no word to search for; nothing was sent. Give some, such as `andel förskola`."
            raise InvalidRequest(msg)
        title = pl.col("title").str.to_lowercase()
        anywhere = pl.concat_str(title, pl.col("description").str.to_lowercase(), separator="\n", ignore_nulls=True)
        in_title, found = (
            pl.all_horizontal(where.str.contains(word, literal=True) for word in words) for where in (title, anywhere)
        )
        return self._catalogues.whole("kpi").filter(found).sort(~in_title, "kpi_id")

    def kpis(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """The KPI catalogue, all of it, some ids, or titles that contain `title`; a frame of KPI_SCHEMA.

        Raises:
            UnknownIdentifier: The catalogue does not have an id. A KPI that was withdrawn has left it.
        """
        return self._catalogues.read("kpi", ids, title=title)

    def municipalities(
        self, ids: Ids = None, *, title: str | None = None, region_type: str | None = None
    ) -> pl.DataFrame:
        """Municipalities, regions and Riket; a frame of MUNICIPALITY_SCHEMA.

        `region_type` is K or L, and L brings Riket too. Unknown ids are errors, as in `kpis`.
        """
        return self._catalogues.read("municipality", ids, title=title, region_type=region_type)

    def municipality_groups(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """Municipality groups with their present members; a frame of GROUP_SCHEMA. Unknown ids as in `kpis`."""
        return self._catalogues.read("municipality_groups", ids, title=title)

    def kpi_groups(self, ids: Ids = None, *, title: str | None = None) -> pl.DataFrame:
        """KPI groups with their members, some of which the catalogue may lack; a frame of GROUP_SCHEMA.

        Unknown ids are errors, as in `kpis`.
        """
        return self._catalogues.read("kpi_groups", ids, title=title)

    def ous(self, ids: Ids = None, *, title: str | None = None, municipality: str | None = None) -> pl.DataFrame:
        """Organisational units such as schools; a frame of OU_SCHEMA. Unknown ids as in `kpis`."""
        return self._catalogues.read("ou", ids, title=title, municipality=municipality)

    # ------------------------------------------------------------------ answers, for the pipeline

    def pages(self, request: Request) -> Iterator[Page]:
        """Yield the pages of one request as they come, each checked and accepted on its own.

        Nothing is asked twice here, and cells that stand on two pages are not seen; `answer` does both.
        """
        for landed in self._walk(request).pages():
            self._fetcher.accept(landed, landed.parsed.row_count)
            yield page_of(landed)

    def answer(self, request: Request, *, asks_again: bool = True, pause: float = 0.0) -> Answer:
        """Answer one request wholly: every page, and asked again where the answer can't be believed.

        An answer that breaks the contract is asked for once more, whole; an empty one once more, in halves;
        after a full page without a next link, the next page is asked for by its number.

        Args:
            request: The question.
            asks_again: Whether an empty answer is asked for again; False for a caller who can tell better whether
                it may be empty.
            pause: Seconds to wait first.
        """
        if pause > 0:
            self._clock.wait(pause)
        return answer_to(self._walk(request), asks_again=asks_again)

    def answers(self, requests: Sequence[DataRequest], *, asks_again: bool = True) -> Iterator[Answer | Failure]:
        """Answer many requests, `concurrency` at a time, in the order in which they complete.

        A request that fails is yielded as a Failure. Few answers are held at a time: workers wait for the
        reader. When the reader stops, its exceptions included, the workers have ended before control
        returns. `asks_again` as in `answer`.

        Raises:
            KoladaUnreachable: Nobody is there; the rest is not asked.
        """

        def ask(request: DataRequest, stop: threading.Event) -> Answer:
            return answer_to(self._walk(request, stop), asks_again=asks_again)

        return answers_to(
            requests, fetcher=self._fetcher, ask=ask, now=self._clock.monotonic, concurrency=self._concurrency
        )

    def probe(self, url: str) -> Received:
        """Ask one URL under the base URL once and return whatever comes; nothing is checked or kept.

        Raises:
            KoladaUnreachable: No whole answer came.
        """
        if not url.startswith(f"{self.base_url}/"):
            msg = f"`{url}` is not under `{self.base_url}`; nothing was sent."
            raise InvalidRequest(msg)
        return self._fetcher.ask(url, self._allowance())

    # ------------------------------------------------------------------ how frames come about

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
