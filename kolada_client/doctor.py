"""Examine the undocumented behaviour of the live API, with about a dozen rate-limited requests.

What belongs here: the questions, and the interpretation of each response. The report is in `doctor_report`. Invariants:
every response is reported, whatever it is, since odd responses are the purpose; only an absent host ends the
examination. Nothing is retried, kept or followed.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kolada_client import urls
from kolada_client.client import KoladaClient
from kolada_client.data_page import KNOWN_STATUSES
from kolada_client.doctor_report import DoctorPoint, DoctorReport
from kolada_client.errors import KoladaContractError, KoladaError
from kolada_client.identifiers import LIST_LIMIT, PAGE_SIZE
from kolada_client.models import Received
from kolada_client.version import project_version

_KPI = "N15436"
_UNKNOWN_KPI = "N99999"
_UNIT = "0180"
_UNKNOWN_UNIT = "9999"
_YEAR = 2023
_SHOWN = 300
_OK = 200
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Look:
    """One response as the questions read it: parts of an unexpected shape are treated as absent."""

    received: Received
    base_url: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.received.status

    @property
    def is_refused(self) -> bool:
        """Whether the status is a 4xx that refuses the request itself."""
        return 400 <= self.status < 500 and self.status not in {408, 425, 429}  # noqa: PLR2004 - HTTP's classes

    @property
    def envelope(self) -> dict[str, Any] | None:
        """The outermost object, if there is one."""
        try:
            document = json.loads(self.received.body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None

    @property
    def rows(self) -> list[dict[str, Any]] | None:
        """The entries of `values` that are objects; None when there is no such list."""
        values = (self.envelope or {}).get("values")
        return [row for row in values if isinstance(row, dict)] if isinstance(values, list) else None

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The `values` of all rows, in one list."""
        lists = [row.get("values") for row in self.rows or []]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, dict)]

    @property
    def next_url(self) -> str | None:
        """The next link, if it is text."""
        link = (self.envelope or {}).get("next_url")
        return link if isinstance(link, str) and link else None


Finding = tuple[str, bool]
"""The meaning of a response, in words, and whether the pipeline handles it correctly."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the open point, the path to request, and the interpretation of the response."""

    name: str
    text: str
    path: str
    read: Callable[[Look], Finding]


def examine(client: KoladaClient) -> DoctorReport:
    """Send the request of every question once and report the responses.

    Args:
        client: The client whose base URL is examined; its rate limit applies.

    Raises:
        KoladaUnreachable: The host does not respond at all.
    """
    first, *others = _QUESTIONS
    received = client.probe(client.base_url + first.path)
    points = [_point(first, received, client.base_url), *_ask(client, others)]
    return DoctorReport(
        base_url=client.base_url,
        source_kind=received.source_kind,
        examined_at=received.fetched_at,
        software_version=project_version(),
        way=client.way.lines(),
        points=tuple(points),
    )


def _ask(client: KoladaClient, questions: list[Question]) -> Iterator[DoctorPoint]:
    for question in questions:
        url = client.base_url + question.path
        try:
            yield _point(question, client.probe(url), client.base_url)
        except KoladaError as error:
            yield DoctorPoint(
                name=question.name,
                question=question.text,
                url=url,
                status=None,
                body_start="",
                finding=f"No complete response arrived, so this stays open: {error}",
                is_handled=False,
            )


def _point(question: Question, received: Received, base_url: str) -> DoctorPoint:
    look = Look(received, base_url)
    if look.status == _OK and look.rows is None:
        finding, is_handled = "Status 200 without a list `values`: not the contract that we know.", False
    elif look.status != _OK and not look.is_refused and look.status >= 400:  # noqa: PLR2004 - HTTP's classes
        finding, is_handled = (
            f"Status {look.status}: a temporary fault, so this stays open. Run `kolada doctor` again later.",
            False,
        )
    else:
        finding, is_handled = question.read(look)
    return DoctorPoint(
        name=question.name,
        question=question.text,
        url=received.url,
        status=received.status,
        body_start=received.body[:_SHOWN].decode("utf-8", errors="replace"),
        finding=finding,
        is_handled=is_handled,
    )


def _read_headers(look: Look) -> Finding:
    names = ("etag", "last-modified", "cache-control", "content-encoding", "content-type", "server", "retry-after")
    said = [f"{name}: {look.received.header(name) or 'absent'}" for name in names]
    count = (look.envelope or {}).get("count")
    text = f"{look.received.http_version or 'unknown HTTP version'}; {'; '.join(said)}; count {count}."
    return text, look.status == _OK and count == len(look.rows or [])


def _read_list_limit(look: Look) -> Finding:
    if look.is_refused:
        return f"Refused with {look.status}: permanent for us, and no list is longer than {LIST_LIMIT}.", True
    return f"Answered with {look.status}: the limit is not kept; our shorter lists stay right.", look.status == _OK


def _read_unknown_entry(look: Look) -> Finding:
    if look.status == _NOT_FOUND:
        return "404: a list of ids is asked again in parts until the unknown one stands alone.", True
    if look.status == _OK and not look.rows:
        return "200 without rows: an unknown id is absent from the frame, and logged.", True
    return f"Status {look.status} with {len(look.rows or [])} rows: not expected.", False


def _read_unknown_in_data(look: Look) -> Finding:
    if look.status == _OK and not look.rows:
        return "200 without rows: asked again in halves, then nothing is published for the pair.", True
    if look.is_refused:
        text = f"Refused with {look.status}: a request that names an unknown id fails whole. Ask for known ids only."
        return text, False
    return f"Status {look.status} with {len(look.rows or [])} rows: not expected.", False


def _read_past_the_end(look: Look) -> Finding:
    if look.status == _OK and not look.rows:
        return "200 without rows: proves the end after a full page without a next link.", True
    if look.status == _NOT_FOUND:
        return "404: proves the end after a full page without a next link.", True
    text = (
        f"Status {look.status} with {len(look.rows or [])} rows: a full page without a next link can't be proven last."
    )
    return text, False


def _read_per_page(look: Look) -> Finding:
    if look.is_refused:
        return f"Refused with {look.status}: {PAGE_SIZE} is the most, and we never say per_page.", True
    count = len(look.rows or [])
    if count == PAGE_SIZE:
        return f"Cut to {PAGE_SIZE} without a word: the most, and we never say per_page.", True
    return f"{count} rows on one page: pages may be larger than {PAGE_SIZE}; ours stay as they are.", True


def _read_next_link(look: Look) -> Finding:
    if look.next_url is None:
        return "No next link on a page that is not the last.", False
    try:
        asked = urls.check_next_url(look.base_url, look.next_url)
    except KoladaContractError as error:
        return f"The next link is not followed: {error}", False
    how = "as it stands" if asked == look.next_url else f"as `{asked}`"
    return f"The next link `{look.next_url}` is followed {how}.", True


def _read_from_date(look: Look) -> Finding:
    if look.status != _OK:
        return f"Refused with {look.status}: from_date can't be used; nothing depends on it.", True
    deleted = sum(cell.get("isdeleted") is True for cell in look.cells)
    text = (
        f"Accepted: {len(look.rows or [])} rows changed since then, {deleted} values deleted. Whether the day itself "
        "is included one answer can't tell; nothing depends on it."
    )
    return text, True


def _read_no_municipality(look: Look) -> Finding:
    if look.status != _OK:
        return f"Refused with {look.status}: municipalities must be named, as we do.", True
    ids = [str(row.get("municipality", "")) for row in look.rows or []]
    groups = sum(unit.startswith("G") for unit in ids)
    text = (
        f"{len(ids)} rows, {groups} of them for groups; next link {'present' if look.next_url else 'absent'}; "
        f"{_statuses(look)}. We always name the municipalities."
    )
    return text, True


def _read_group(look: Look) -> Finding:
    if look.status != _OK or not look.rows:
        return f"Status {look.status} without rows: no group values to check our own means against.", False
    counts = sorted({str(cell.get("count")) for cell in look.cells})
    return f"{len(look.rows)} rows; members counted: {', '.join(counts)}; {_statuses(look)}.", True


def _read_one_list(look: Look) -> Finding:
    if look.is_refused:
        return f"Refused with {look.status}: two lists are needed, and we never send fewer.", True
    return f"Answered with {look.status} and {len(look.rows or [])} rows: more than promised.", True


def _read_trailing_slash(look: Look) -> Finding:
    location = look.received.header("location")
    if location:
        return f"Redirected with {look.status} to `{location}`; our paths end without a slash.", True
    return f"Status {look.status}, no redirect; our paths end without a slash.", True


def _statuses(look: Look) -> str:
    words = sorted({str(cell.get("status")) for cell in look.cells})
    new = [word for word in words if word not in KNOWN_STATUSES]
    shown = ", ".join(f"`{word}`" for word in words) or "none"
    return f"status words: {shown}" + (f", new to us: {', '.join(new)}" if new else "")


_MANY = ",".join(f"{number:04d}" for number in range(1, LIST_LIMIT + 2))

_QUESTIONS = (
    Question("headers", "Which headers and HTTP version come with an answer?", f"/municipality/{_UNIT}", _read_headers),
    Question(
        "list_limit",
        f"What comes for a list of {LIST_LIMIT + 1} ids?",
        f"/data/kpi/{_KPI}/municipality/{_MANY}/year/{_YEAR}",
        _read_list_limit,
    ),
    Question("unknown_kpi", "What comes for an unknown KPI in /kpi?", f"/kpi/{_UNKNOWN_KPI}", _read_unknown_entry),
    Question(
        "unknown_kpi_in_data",
        "What comes for an unknown KPI in /data?",
        f"/data/kpi/{_UNKNOWN_KPI}/municipality/{_UNIT}/year/{_YEAR}",
        _read_unknown_in_data,
    ),
    Question(
        "unknown_municipality",
        "What comes for an unknown municipality in /data?",
        f"/data/kpi/{_KPI}/municipality/{_UNKNOWN_UNIT}/year/{_YEAR}",
        _read_unknown_in_data,
    ),
    Question("page_past_the_end", "What comes for a page past the end?", "/municipality?page=99", _read_past_the_end),
    Question(
        "per_page",
        f"What comes for per_page above {PAGE_SIZE}?",
        f"/kpi?per_page={PAGE_SIZE + 1}",
        _read_per_page,
    ),
    Question("next_link", "Where does a next link lead?", "/municipality?per_page=100", _read_next_link),
    Question(
        "from_date",
        "Is from_date accepted, and what comes with it?",
        f"/data/kpi/{_KPI}/municipality/{_UNIT}?from_date=2000-01-01",
        _read_from_date,
    ),
    Question(
        "no_municipality",
        "What comes when no municipality is named?",
        f"/data/kpi/{_KPI}/year/{_YEAR}",
        _read_no_municipality,
    ),
    Question(
        "group",
        "What comes for the group of all municipalities, and with which count?",
        f"/data/kpi/{_KPI}/municipality/G2328/year/{_YEAR}",
        _read_group,
    ),
    Question("one_list", "What comes for a KPI and nothing else?", f"/data/kpi/{_KPI}", _read_one_list),
    Question("trailing_slash", "Does a slash at the end redirect?", f"/municipality/{_UNIT}/", _read_trailing_slash),
)
