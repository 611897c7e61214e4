"""Named faults: what may go wrong between the API and a client, to order.

A fault is written `NAME`, `NAME@first`, `NAME@every` or `NAME@20%7`, and may end in `:TARGET`. `first`, the
default, spoils the first answer that the fault fits and no other; `every` spoils each one; `20%7` spoils 20
percent of them, drawn with the seed 7 (0 if none is written): whether an answer is spoilt depends on the seed,
the path and query, and how often they were asked before, never on the order of other requests. Without a
target a fault fits answers with data (`/data/...` and `/oudata/...`), or those of the catalogue that it is about; a
target is an endpoint (`kpi`, `municipality_groups` ...), `any`, or a text that the URL must hold (`N15436`). Each
request meets one fault at most: of several that fit, the one named first that isn't spent.

`FAULTS` is the only list of faults: help texts and table-driven tests are made from it. What each does to an answer
stands in `page_faults` and `wire_faults`.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from fake_kolada.answers import HonestAnswer, Reply
from fake_kolada.fault_kinds import DATA_ENDPOINTS, FaultKind, FaultSettings
from fake_kolada.page_faults import PAGE_FAULTS
from fake_kolada.wire_catalogue import ENDPOINTS
from fake_kolada.wire_faults import WIRE_FAULTS

FAULTS: Mapping[str, FaultKind] = {kind.name: kind for kind in (*WIRE_FAULTS, *PAGE_FAULTS)}

_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)%(\d*)")
_ANYWHERE = "any"


class FaultError(ValueError):
    """A fault was asked for that doesn't exist, or in words that can't be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that was ordered: its name, how often (`first`, `every`, or a share), and for which requests."""

    name: str
    when: str = "first"
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
        if when in ("", "first", "every") or _SHARE.fullmatch(when):
            return cls(name, when or "first", target or None)
        raise FaultError(
            f"A fault comes `@first`, `@every` or in a share such as `@20%`, and not `@{when}`; nothing is served. "
            f"Write `{name}@first`."
        )

    def __str__(self) -> str:
        """The fault as it is written."""
        return f"{self.name}@{self.when}" + (f":{self.target}" if self.target else "")

    def fits(self, answer: HonestAnswer) -> bool:
        """Whether this answer is one that the fault can spoil."""
        return self._aims_at(answer) and FAULTS[self.name].fits(answer)

    def strikes(self, url: str, asked_before: int) -> bool:
        """Whether the fault spoils this answer, if it fits; a share is drawn from its seed, the URL and the count."""
        share = _SHARE.fullmatch(self.when)
        if share is None:
            return True
        parts = urlsplit(url)
        drawn = hashlib.sha256(f"{share[2] or 0} {parts.path}?{parts.query} {asked_before}".encode()).digest()
        return int.from_bytes(drawn[:8]) < float(share[1]) / 100 * 2**64

    def _aims_at(self, answer: HonestAnswer) -> bool:
        if self.target is None:
            return answer.endpoint in FAULTS[self.name].endpoints
        if self.target in (*DATA_ENDPOINTS, *ENDPOINTS):
            return answer.endpoint == self.target
        return self.target == _ANYWHERE or self.target in answer.url


class FaultBook:
    """The faults ordered for one stand-in, and which of them are spent. Safe from several threads."""

    def __init__(self, faults: Iterable[str | Fault], settings: FaultSettings) -> None:
        self._settings = settings
        self.faults = tuple(Fault.parse(each) if isinstance(each, str) else each for each in faults)
        self._waiting = list(self.faults)
        self._asked: Counter[str] = Counter()
        self._lock = Lock()

    def spoil(self, answer: HonestAnswer) -> tuple[Reply, Fault] | None:
        """The spoilt answer and the fault that spoilt it; None when no fault fits."""
        with self._lock:
            asked_before = self._asked[answer.url]
            self._asked[answer.url] += 1
            fitting = (each for each in self._waiting if each.fits(answer))
            fault = next((each for each in fitting if each.strikes(answer.url, asked_before)), None)
            if fault is None:
                return None
            if fault.when == "first":
                self._waiting.remove(fault)
        return FAULTS[fault.name].spoil(answer, self._settings), fault
