"""A whole request: all its response pages, followed and checked together.

What belongs here: paging, and the checks across pages. A full page without a next link does not prove the end, so page
n+1 is requested by number. An empty page behind a link is the end if it was empty twice and no page follows it. No URL
is requested twice, no other host is followed, the number of pages is limited, no cell is on two pages, and every row
was requested.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from kolada_client import urls
from kolada_client.data_page import check_unique
from kolada_client.errors import IF_IT_STAYS, KoladaContractError, KoladaError, KoladaNotFound
from kolada_client.fetching import Fetcher, Landed
from kolada_client.identifiers import PAGE_SIZE
from kolada_client.models import CatalogueRequest, DataRequest, Page, Request
from kolada_client.parsing import PARSERS
from kolada_client.waiting import Allowance, pause_before_next

PAGE_CAP = 2000
"""The most pages of one request, for 10 million entries; a server with more links endlessly."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The paging of one request."""

    fetcher: Fetcher
    base_url: str
    request: Request
    allowance: Allowance
    page_size: int = PAGE_SIZE
    is_recall_allowed: bool = True

    @property
    def first_url(self) -> str:
        """The URL of the first page."""
        return urls.url_of(self.base_url, self.request)

    def pages(self) -> Iterator[Landed]:
        """Yield the request's pages in order, each sound in itself and in its place; verdicts are open.

        A page that ends the walk with an error is rejected before the error is raised.
        """
        url, is_probe = self.first_url, False
        asked: set[str] = set()
        before: Landed | None = None
        while True:
            asked.add(url)
            try:
                landed = self._landed(url)
            except KoladaNotFound:
                if is_probe:  # if a page past the end is refused, the full page was the last
                    return
                raise
            if landed.parsed.row_count == 0 and before is not None and not is_probe:
                landed = self._empty_twice(landed)
            try:
                next_url = self._check(landed, before, asked, is_probe=is_probe)
            except KoladaContractError as error:
                error.at(url=url, status=landed.received.status, request_id=landed.request_id)
                self.fetcher.reject(landed, str(error))
                raise
            yield landed
            before = landed
            if next_url is not None:
                url, is_probe = next_url, False
            elif landed.parsed.row_count >= self.page_size:
                url, is_probe = urls.page_url(self.first_url, len(asked) + 1), True
            else:
                return

    def _landed(self, url: str, *, is_recall_allowed: bool = True) -> Landed:
        parse = PARSERS[_table(self.request)]
        is_recall_allowed = is_recall_allowed and self.is_recall_allowed
        return self.fetcher.fetch(url, parse, self.allowance, is_recall_allowed=is_recall_allowed)

    def _empty_twice(self, empty: Landed) -> Landed:
        """Request an empty page behind a link again: it can be the end of the list, or a temporary fault."""
        url = empty.received.url
        if empty.is_recalled:
            return _remarked(empty)
        try:
            self.allowance.wait(pause_before_next(1, None), url)
            again = self._landed(url, is_recall_allowed=False)
        except KoladaError as error:
            self.fetcher.reject(empty, f"is empty, and asking again failed: {error}")
            raise
        if again.parsed.row_count:
            self.fetcher.reject(empty, "is empty, but had rows when asked again")
            return again
        self.fetcher.accept(empty, 0)
        return _remarked(again)

    def _check(self, landed: Landed, before: Landed | None, asked: set[str], *, is_probe: bool) -> str | None:
        """Check one page in its place in the walk; return the next link to follow, if there is one."""
        url, parsed = landed.received.url, landed.parsed
        if isinstance(self.request, DataRequest):
            check_asked_for(parsed.frame, self.request, url)
        is_after_empty = before is not None and before.parsed.row_count == 0
        if parsed.row_count == 0:
            link = None if is_after_empty or is_probe else self._link(landed)
            return None if link in asked else link
        if before is not None and is_after_empty:
            raise KoladaContractError(
                f"the page `{before.received.url}` has `0` rows though `{url}` after it has some, so the answer is "
                f"short and does not count. {IF_IT_STAYS}"
            )
        if is_probe and before is not None:
            check_together([before, landed], self.request)  # a server that ignores `page` sends the same page again
        if len(asked) >= PAGE_CAP and (parsed.next_url is not None or parsed.row_count >= self.page_size):
            raise KoladaContractError(
                f"`{url}` is page `{PAGE_CAP}` of one request and not the last, so the answer does not count. "
                "Ask for fewer KPIs, units or years at a time."
            )
        next_url = self._link(landed)
        if next_url in asked:
            raise KoladaContractError(
                f"the page `{url}` links to `{next_url}`, which was asked before, so the answer has no end and "
                f"does not count. {IF_IT_STAYS}"
            )
        return next_url

    def _link(self, landed: Landed) -> str | None:
        """Return the page's next link, or raise if it must not be followed; a bad link of an empty page is ignored."""
        next_url = landed.parsed.next_url
        if next_url is None:
            return None
        try:
            return urls.check_next_url(self.base_url, next_url)
        except KoladaContractError:
            if landed.parsed.row_count == 0:
                return None
            raise


def _remarked(empty: Landed) -> Landed:
    """Return an empty page at the end of a list, with a remark about it."""
    remark = f"the page `{empty.received.url}` has `0` rows, though the page before it links to it: the list ends there"
    return replace(empty, parsed=replace(empty.parsed, remarks=(*empty.parsed.remarks, remark)))


def page_of(landed: Landed) -> Page:
    """Return the public form of a landed page."""
    return Page(
        request_id=landed.request_id,
        url=landed.received.url,
        received=landed.received,
        row_count=landed.parsed.row_count,
        frame=landed.parsed.frame,
        next_url=landed.parsed.next_url,
        unknown_fields=landed.parsed.unknown_fields,
        remarks=landed.parsed.remarks,
        is_recalled=landed.is_recalled,
    )


def whole(walk: Walk) -> list[Landed]:
    """Return all pages of a request, checked together; verdicts are open.

    If the pages contradict each other or the contract, all received ones are rejected. If the rest could not be fetched
    (no connection, a 5xx, the deadline), the received ones are accepted, so that a resumed run does not request them
    again.
    """
    pages: list[Landed] = []
    try:
        for landed in walk.pages():
            pages.append(landed)  # noqa: PERF402 - the received pages need a verdict when the walk fails
        if len(pages) > 1:
            check_together(pages, walk.request)
    except KoladaContractError as error:
        for landed in pages:
            walk.fetcher.reject(landed, f"belongs to an answer that does not count: {error}")
        raise
    except KoladaError:
        for landed in pages:
            walk.fetcher.accept(landed, landed.parsed.row_count)
        raise
    return pages


def check_asked_for(frame: pl.DataFrame, request: DataRequest, url: str) -> None:
    """Raise KoladaContractError if a row's KPI, unit or year was not requested."""
    unit_column = frame.columns[1]
    lists = [("kpi_id", request.kpi_ids), ("period", request.years)]
    if request.unit_kind != "ou_by_municipality":
        lists.append((unit_column, request.municipality_ids))
    limited = {column: wanted for column, wanted in lists if wanted}
    received = frame.select(pl.col(limited).unique().implode()).row(0)
    for (column, wanted), values in zip(limited.items(), received, strict=True):
        strange = sorted(set(values) - set(wanted))
        if strange:
            raise KoladaContractError(
                f"Kolada sent rows that nobody asked for: {column} `{', '.join(map(str, strange[:5]))}` in "
                f"the answer to `{url}`; none of its rows count. {IF_IT_STAYS}",
                url=url,
            )


def check_together(pages: list[Landed], request: Request) -> None:
    """Raise KoladaContractError if a cell, or a catalogue's id, is on more than one of the pages."""
    frames = [landed.parsed.frame for landed in pages]
    first = pages[0].received
    try:
        if isinstance(request, CatalogueRequest):
            _check_unique_ids(frames, first.url)
        else:
            check_unique(pl.concat(frames), first.url)
    except KoladaContractError as error:
        error.at(url=first.url, status=first.status, request_id=pages[-1].request_id)
        raise


def _check_unique_ids(frames: list[pl.DataFrame], url: str) -> None:
    """Raise if an id is on two pages (a group's members share their page's id)."""
    ids = pl.concat([frame.select(pl.col(frame.columns[0]).unique()) for frame in frames])
    twice = ids.filter(pl.col(ids.columns[0]).is_duplicated()).to_series().unique().sort().to_list()
    if twice:
        raise KoladaContractError(
            f"the ids `{', '.join(twice[:5])}` stand on more than one page of `{url}`; none of its rows "
            f"count. {IF_IT_STAYS}",
            url=url,
        )


def _table(request: Request) -> str:
    if isinstance(request, CatalogueRequest):
        return request.collection
    return "data" if request.unit_kind == "municipality" else "oudata"
