"""A whole request: all its pages, followed and checked together.

What belongs here: paging, and what only the pages together can show. A page reached through a next link
must have rows; a full page without a next link is no proof of the end, so page n+1 is asked for by number;
no URL twice, no other host, no end without a cap; no cell on two pages; no row that nobody asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from kolada_client import urls
from kolada_client.data_page import check_unique
from kolada_client.errors import IF_IT_STAYS, KoladaContractError, KoladaError, KoladaNotFound
from kolada_client.fetching import Fetcher, Landed
from kolada_client.identifiers import PAGE_SIZE
from kolada_client.models import CatalogueRequest, DataRequest, Page, Request
from kolada_client.parsing import PARSERS
from kolada_client.waiting import Allowance

PAGE_CAP: Final = 2000
"""Pages of one request; 10 million entries. More is a server that never says stop."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How one request is walked."""

    fetcher: Fetcher
    base_url: str
    request: Request
    allowance: Allowance
    page_size: int = PAGE_SIZE
    is_recall_allowed: bool = True

    def pages(self) -> Iterator[Landed]:
        """Yield the request's pages in order, each sound in itself and in its place; verdicts are open.

        A page that breaks off the walk is rejected before the error leaves.
        """
        parse = PARSERS[_table(self.request)]
        first_url = urls.url_of(self.base_url, self.request)
        url, is_probe = first_url, False
        asked: set[str] = set()
        before: Landed | None = None
        while True:
            asked.add(url)
            try:
                landed = self.fetcher.fetch(url, parse, self.allowance, is_recall_allowed=self.is_recall_allowed)
            except KoladaNotFound:
                if is_probe:  # a page past the end may be refused; then the full page was the last
                    return
                raise
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
                url, is_probe = urls.page_url(first_url, len(asked) + 1), True
            else:
                return

    def _check(self, landed: Landed, before: Landed | None, asked: set[str], *, is_probe: bool) -> str | None:
        """Hold one page to its place in the walk; return the next link to follow, if there is one."""
        url, parsed = landed.received.url, landed.parsed
        if isinstance(self.request, DataRequest):
            check_asked_for(parsed.frame, self.request, url)
        if parsed.row_count == 0:
            if before is not None and not is_probe:
                msg = (
                    f"the page `{url}` has `0` rows though the page before it linked to it, so the answer is "
                    f"short and does not count. {IF_IT_STAYS}"
                )
                raise KoladaContractError(msg)
            return None  # nothing can follow an empty page; an empty answer is asked again anyway
        if is_probe and before is not None:
            check_together([before, landed], self.request)  # a server that ignores `page` sends the same again
        if len(asked) >= PAGE_CAP and (parsed.next_url is not None or parsed.row_count >= self.page_size):
            msg = (
                f"`{url}` is page `{PAGE_CAP}` of one request and not the last, so the answer does not count. "
                "Ask for fewer KPIs, units or years at a time."
            )
            raise KoladaContractError(msg)
        if parsed.next_url is None:
            return None
        next_url = urls.check_next_url(self.base_url, parsed.next_url)
        if next_url in asked:
            msg = (
                f"the page `{url}` links to `{next_url}`, which was asked before, so the answer has no end and "
                f"does not count. {IF_IT_STAYS}"
            )
            raise KoladaContractError(msg)
        return next_url


def page_of(landed: Landed) -> Page:
    """The public form of a landed page."""
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
    """All pages of a request, checked together; verdicts are open.

    When the pages contradict each other or the contract, all that had come are rejected. When the rest could
    not be had (no connection, a 5xx, the deadline), those that had come are accepted, so that a run that is
    started again need not ask for them.
    """
    pages: list[Landed] = []
    try:
        for landed in walk.pages():
            pages.append(landed)  # noqa: PERF402 - what had come must be settled when the walk breaks off
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
    """Raise KoladaContractError when a row's KPI, unit or year is not among those asked for."""
    unit_column = frame.columns[1]
    lists = [("kpi_id", request.kpi_ids), ("period", request.years)]
    if request.unit_kind != "ou_by_municipality":
        lists.append((unit_column, request.municipality_ids))
    for column, wanted in lists:
        if not wanted:
            continue
        strange = sorted(set(frame[column].unique().to_list()) - set(wanted))
        if strange:
            msg = (
                f"Kolada sent rows that nobody asked for: {column} `{', '.join(map(str, strange[:5]))}` in "
                f"the answer to `{url}`; none of its rows count. {IF_IT_STAYS}"
            )
            raise KoladaContractError(msg, url=url)


def check_together(pages: list[Landed], request: Request) -> None:
    """Raise KoladaContractError when a cell, or a catalogue's id, stands on more than one of the pages."""
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
    """No id may stand on two pages (a group's members share their page's id)."""
    ids = pl.concat([frame.select(pl.col(frame.columns[0]).unique()) for frame in frames])
    twice = ids.filter(pl.col(ids.columns[0]).is_duplicated()).to_series().unique().sort().to_list()
    if twice:
        msg = (
            f"the ids `{', '.join(twice[:5])}` stand on more than one page of `{url}`; none of its rows "
            f"count. {IF_IT_STAYS}"
        )
        raise KoladaContractError(msg, url=url)


def _table(request: Request) -> str:
    if isinstance(request, CatalogueRequest):
        return request.collection
    return "data" if request.unit_kind == "municipality" else "oudata"
