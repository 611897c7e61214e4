"""Named faults: what may go wrong between the API and a client, to order.

A fault is written `NAME`, `NAME@first` or `NAME@every`, and may end in `:TARGET`. `first`, the default,
spoils the first answer that the fault fits and no other; `every` spoils each one. Without a target a fault
fits answers with data (`/data/...` and `/oudata/...`); a target is an endpoint (`kpi`, `municipality_groups`
...), `any`, or a text that the URL must hold (`N15436`). Each request meets one fault at most: of several
that fit, the one named first that isn't spent.

What each fault does to an answer stands in `fault_kinds`.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from fake_kolada.answers import HonestAnswer, Reply
from fake_kolada.fault_kinds import FAULTS, FaultSettings
from fake_kolada.wire_catalogue import ENDPOINTS

When = Literal["first", "every"]
_DATA_ENDPOINTS = ("data", "oudata")
_ANYWHERE = "any"


class FaultError(ValueError):
    """A fault was asked for that doesn't exist, or in words that can't be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that was ordered: its name, how often, and for which requests."""

    name: str
    when: When = "first"
    target: str | None = None

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            near = difflib.get_close_matches(self.name, FAULTS, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"There are `{'`, `'.join(FAULTS)}`."
            raise FaultError(
                f"There is no fault `{self.name}`; nothing is served. {hint} "
                "All of them stand in `kolada fake-api --help`."
            )

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """The fault written `NAME[@first|@every][:TARGET]`."""
        order, _, target = text.partition(":")
        name, _, when = order.partition("@")
        if when in ("", "first"):
            return cls(name, "first", target or None)
        if when == "every":
            return cls(name, "every", target or None)
        raise FaultError(
            f"A fault comes `@first` or `@every`, and not `@{when}`; nothing is served. Write `{name}@first`."
        )

    def __str__(self) -> str:
        """The fault as it is written."""
        return f"{self.name}@{self.when}" + (f":{self.target}" if self.target else "")

    def fits(self, answer: HonestAnswer) -> bool:
        """Whether this answer is one that the fault can spoil."""
        return self._aims_at(answer) and FAULTS[self.name].fits(answer)

    def _aims_at(self, answer: HonestAnswer) -> bool:
        if self.target is None:
            return answer.endpoint in _DATA_ENDPOINTS
        if self.target in (*_DATA_ENDPOINTS, *ENDPOINTS):
            return answer.endpoint == self.target
        return self.target == _ANYWHERE or self.target in answer.url


class FaultBook:
    """The faults ordered for one stand-in, and which of them are spent. Safe from several threads."""

    def __init__(self, faults: Iterable[str | Fault], settings: FaultSettings) -> None:
        self._settings = settings
        self.faults = tuple(Fault.parse(each) if isinstance(each, str) else each for each in faults)
        self._waiting = list(self.faults)
        self._lock = Lock()

    def spoil(self, answer: HonestAnswer) -> tuple[Reply, Fault] | None:
        """The spoilt answer and the fault that spoilt it; None when no fault fits."""
        with self._lock:
            fault = next((each for each in self._waiting if each.fits(answer)), None)
            if fault is None:
                return None
            if fault.when == "first":
                self._waiting.remove(fault)
        return FAULTS[fault.name].spoil(answer, self._settings), fault
