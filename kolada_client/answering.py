"""Answer requests reliably: ask again after an unsound or empty response, and run many requests concurrently.

What belongs here: repeated requests, and concurrency. If a response breaks the contract, the whole request is sent
again, with the same pauses as after a failed one. An empty request is sent again in halves; if one half has rows and
the other has none, the empty half is split again. `answers_to` keeps at most two rounds of requests in flight or
waiting for their reader, whatever the number of requests, and leaves no thread running.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from kolada_client.errors import IF_IT_STAYS, KoladaContractError, KoladaError, KoladaUnreachable
from kolada_client.fetching import Fetcher, Landed
from kolada_client.models import Answer, CatalogueRequest, DataRequest, Failure, Request
from kolada_client.planner import halves
from kolada_client.waiting import Stopped, keep_trying
from kolada_client.walking import Walk, page_of, whole

logger = logging.getLogger("kolada_client")

_SILENCES = 3


def answer_to(walk: Walk, *, asks_again: bool = True) -> Answer:
    """Send the walk's request until its answer is sound, and accept or reject every response page.

    Args:
        walk: The request and how it is walked.
        asks_again: Whether an empty request is sent again, in halves.

    Raises:
        KoladaError: The request has no answer; see `Fetcher.fetch` and `walking` for which.
    """
    pages = _whole_or_again(walk)
    is_empty = not any(landed.parsed.row_count for landed in pages)
    if is_empty and asks_again:
        return _ask_smaller(walk, pages)
    return _settle(walk.fetcher, walk.request, pages, is_empty=is_empty)


def _whole_or_again(walk: Walk) -> list[Landed]:
    """Return all pages of a request; if they break the contract, send the whole request again without recalled pages.

    It is sent again at least once, since recalled pages can be from another day than new ones.
    """
    return keep_trying(
        lambda attempt: whole(walk if attempt == 1 else replace(walk, is_recall_allowed=False)),
        on=(KoladaContractError,),
        attempts=max(2, walk.fetcher.max_attempts),
        allowance=walk.allowance,
        url=walk.first_url,
    )


def _ask_smaller(walk: Walk, empty: list[Landed]) -> Answer:
    """Send an empty request again, in halves if it can be split, and accept the result."""
    request, fetcher = walk.request, walk.fetcher
    smaller: list[Landed] = []
    try:
        _ask_parts(walk, smaller)
    except KoladaError as error:
        for landed in empty + smaller:
            fetcher.reject(landed, f"is empty, and asking again failed: {error}")
        raise
    if any(landed.parsed.row_count for landed in smaller):
        logger.warning("an empty answer had rows when asked again: %s", empty[0].received.url)
        for landed in empty:
            fetcher.reject(landed, "is empty, but had rows when asked again")
        return _settle(fetcher, request, smaller, is_empty=False)
    if isinstance(request, CatalogueRequest) and request == CatalogueRequest(request.collection):
        for landed in empty + smaller:
            fetcher.reject(landed, "a whole catalogue without entries")
        last = smaller[-1]
        where = last.received
        raise KoladaContractError(
            f"the catalogue `{request.collection}` came with `0` entries, twice. {IF_IT_STAYS}",
            url=where.url,
            status=where.status,
            request_id=last.request_id,
        )
    return _settle(fetcher, request, empty + smaller, is_empty=True)


def _ask_parts(walk: Walk, smaller: list[Landed]) -> None:
    """Send the halves of a request; if one has rows and the other has none, split the empty one again."""
    request = walk.request
    parts: tuple[Request, ...] = halves(request) if isinstance(request, DataRequest) else (request,)
    empty: list[Walk] = []
    for part in parts:
        # The same URL must not be recalled; a half may be.
        half = replace(walk, request=part, is_recall_allowed=part != request)
        pages = _whole_or_again(half)
        smaller.extend(pages)
        if not any(landed.parsed.row_count for landed in pages):
            empty.append(half)
    if len(empty) < len(parts):
        for half in empty:
            _ask_parts(half, smaller)


def _settle(fetcher: Fetcher, request: Request, pages: Sequence[Landed], *, is_empty: bool) -> Answer:
    for landed in pages:
        fetcher.accept(landed, landed.parsed.row_count)
    return Answer(request, tuple(page_of(landed) for landed in pages), is_empty)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Result of a worker; silent if the host sent no response to any request in the meantime."""

    result: Answer | Failure
    is_silent: bool = False


def answers_to(
    requests: Sequence[DataRequest],
    *,
    fetcher: Fetcher,
    ask: Callable[[DataRequest, threading.Event], Answer],
    now: Callable[[], float],
    concurrency: int,
) -> Iterator[Answer | Failure]:
    """Yield each request's answer or failure as it completes.

    Args:
        requests: The requests.
        fetcher: Knows when the host last sent a response.
        ask: Answers one request; ends early when its event is set.
        now: The client's monotonic time.
        concurrency: Worker threads.

    Raises:
        KoladaUnreachable: The host does not respond: a request could not connect while no other request got a
            response, or several requests in a row got none.
    """
    stop = threading.Event()

    def work(request: DataRequest) -> _Outcome:
        started = now()
        try:
            return _Outcome(ask(request, stop))
        except Stopped:
            raise
        except KoladaError as error:
            heard = fetcher.heard_at
            return _Outcome(Failure(request, error), is_silent=heard is None or heard < started)

    waiting = deque(requests)
    running: set[Future[_Outcome]] = set()
    silences = 0
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="kolada")
    try:
        while waiting or running:
            while waiting and len(running) < 2 * concurrency:
                running.add(pool.submit(work, waiting.popleft()))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for outcome in sorted((future.result() for future in done), key=lambda outcome: outcome.is_silent):
                result = outcome.result
                silences = silences + 1 if outcome.is_silent else 0
                if isinstance(result, Failure) and outcome.is_silent:
                    _give_up_if_nobody_is_there(result.error, silences, concurrency)
                yield result
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _give_up_if_nobody_is_there(error: KoladaError, silences: int, concurrency: int) -> None:
    if not isinstance(error, KoladaUnreachable):
        return
    if not error.connected or silences >= max(_SILENCES, concurrency):
        error.add_note("No other request got a response meanwhile, so the remaining ones are not sent.")
        raise error
