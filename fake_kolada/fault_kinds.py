"""A kind of fault, the responses that it matches, and functions that change a correct response.

The faults are in `page_faults` (contents of a page) and `wire_faults` (its transfer); `faults` has all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fake_kolada.answers import HonestAnswer, Reply, as_json

Document = dict[str, Any]
Spoil = Callable[[HonestAnswer, "FaultSettings"], Reply]

DATA_ENDPOINTS = ("data", "oudata")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """The settings of faults.

    Attributes:
        stall_seconds: The longest wait of a stalled response for a client that does not give up; then it is sent.
        drip_seconds: Seconds between two bytes of a dripping response.
        retry_after: The text of the header Retry-After.
    """

    stall_seconds: float = 300.0
    drip_seconds: float = 0.02
    retry_after: str = "1"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        name: Its name in a command.
        description: Its effect, in words.
        fits: Whether it can change a response.
        spoil: Returns the faulty response.
        endpoints: The endpoints that it affects without a target.
        is_endless: Whether the response has no end, so that a client needs a deadline.
    """

    name: str
    description: str
    fits: Callable[[HonestAnswer], bool]
    spoil: Spoil
    endpoints: tuple[str, ...] = DATA_ENDPOINTS
    is_endless: bool = False


def any_answer(_answer: HonestAnswer) -> bool:
    """Match every response."""
    return True


def has_rows(answer: HonestAnswer) -> bool:
    """Match a page with a row."""
    return not answer.rows.is_empty()


def has_further(answer: HonestAnswer) -> bool:
    """Match a page that is not the last."""
    return answer.has_further


def is_last(answer: HonestAnswer) -> bool:
    """Match a last page that has rows."""
    return has_rows(answer) and not answer.has_further


def has_values(answer: HonestAnswer) -> bool:
    """Match a page with a numeric value."""
    if "values" not in answer.rows.columns:
        return False
    return answer.rows["values"].explode().struct.field("value").count() > 0


def has_periods(answer: HonestAnswer) -> bool:
    """Match a page with rows of values."""
    return has_rows(answer) and "period" in answer.rows.columns


def instead(status: int, body: bytes, media_type: str | None = None, headers: dict[str, str] | None = None) -> Spoil:
    """Return a function that replaces the whole response."""
    return lambda _answer, _settings: Reply(body, status=status, media_type=media_type, headers=headers)


def edited(edit: Callable[[Document], None]) -> Spoil:
    """Return a function that changes the document of the correct page."""

    def spoil(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
        document = answer.document()
        edit(document)
        return Reply(as_json(document))

    return spoil


def reworded(edit: Callable[[str], str]) -> Spoil:
    """Return a function that changes the text of the correct page, for text that Python's JSON does not write."""
    return lambda answer, _settings: Reply(edit(answer.body().decode()).encode())
