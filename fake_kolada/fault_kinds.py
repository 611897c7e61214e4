"""What a fault is, which answers it fits, and the ways in which an honest answer is spoilt.

The faults themselves stand in `page_faults` (what a page says) and `wire_faults` (how it comes); `faults` has them all.
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
    """What a fault needs to know.

    Attributes:
        stall_seconds: How long a stalled answer waits for a client that doesn't give up; then it comes.
        drip_seconds: Between two bytes of an answer that drips.
        retry_after: The text of the header Retry-After.
    """

    stall_seconds: float = 300.0
    drip_seconds: float = 0.02
    retry_after: str = "1"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        name: How it is ordered.
        description: What it is.
        fits: Whether it can spoil an answer.
        spoil: What comes in place of the honest answer.
        endpoints: Whose answers it spoils when no target is named.
        is_endless: Whether what comes has no end, so that only a client with a deadline gets away.
    """

    name: str
    description: str
    fits: Callable[[HonestAnswer], bool]
    spoil: Spoil
    endpoints: tuple[str, ...] = DATA_ENDPOINTS
    is_endless: bool = False


def any_answer(_answer: HonestAnswer) -> bool:
    """Every answer."""
    return True


def has_rows(answer: HonestAnswer) -> bool:
    """The page has a row."""
    return not answer.rows.is_empty()


def has_further(answer: HonestAnswer) -> bool:
    """Another page follows."""
    return answer.has_further


def is_last(answer: HonestAnswer) -> bool:
    """The page has rows and no page follows."""
    return has_rows(answer) and not answer.has_further


def has_values(answer: HonestAnswer) -> bool:
    """Some row of the page holds a value that is a number."""
    if "values" not in answer.rows.columns:
        return False
    return answer.rows["values"].explode().struct.field("value").count() > 0


def has_periods(answer: HonestAnswer) -> bool:
    """The page has rows of values."""
    return has_rows(answer) and "period" in answer.rows.columns


def instead(status: int, body: bytes, media_type: str | None = None, headers: dict[str, str] | None = None) -> Spoil:
    """Another answer altogether."""
    return lambda _answer, _settings: Reply(body, status=status, media_type=media_type, headers=headers)


def edited(edit: Callable[[Document], None]) -> Spoil:
    """The honest page with something changed."""

    def spoil(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
        document = answer.document()
        edit(document)
        return Reply(as_json(document))

    return spoil


def reworded(edit: Callable[[str], str]) -> Spoil:
    """The honest page with its text changed, for what Python's JSON doesn't write."""
    return lambda answer, _settings: Reply(edit(answer.body().decode()).encode())
