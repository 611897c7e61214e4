"""Named faults: failures between the API and a client, on demand.

A fault is written `NAME`, `NAME@first`, `NAME@every` or `NAME@20%7`, and can end in `:TARGET`. `first`, the default,
affects the first matching response only; `every` affects each one; `20%7` affects 20 percent of them, drawn with the
seed 7 (by default 0): the draw depends on the seed, the path and query, and the number of earlier requests for them,
never on the order of other requests. Without a target a fault matches responses with data (`/data/...` and
`/oudata/...`), or those of its own catalogue; a target is an endpoint (`kpi`, `municipality_groups` ...), `any`, or a
text that the URL must contain (`N15436`). Each request has at most one fault: the first matching one in the list that
is not used up.

`FAULTS` is the only list of faults: help texts and table-driven tests are generated from it. `page_faults` and
`wire_faults` have the effect of each.
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
    """A requested fault does not exist, or its written form cannot be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One requested fault: its name, its frequency (`first`, `every`, or a share), and its target."""

    name: str
    when: str = "first"
    target: str | None = None

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            near = difflib.get_close_matches(self.name, FAULTS, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"There are `{'`, `'.join(FAULTS)}`."
            raise FaultError(
                f"There is no fault `{self.name}`; nothing is served. {hint} "
                "`kolada fake-api --help` lists all of them."
            )

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault that `NAME[@first|@every][:TARGET]` describes."""
        order, _, target = text.partition(":")
        name, _, when = order.partition("@")
        if when in ("", "first", "every") or _SHARE.fullmatch(when):
            return cls(name, when or "first", target or None)
        raise FaultError(
            f"A fault has `@first`, `@every` or a share such as `@20%`, not `@{when}`; nothing is served. "
            f"Write `{name}@first`."
        )

    def __str__(self) -> str:
        """Return the fault in its written form."""
        return f"{self.name}@{self.when}" + (f":{self.target}" if self.target else "")

    def fits(self, answer: HonestAnswer) -> bool:
        """Return whether the fault can affect this response."""
        return self._aims_at(answer) and FAULTS[self.name].fits(answer)

    def strikes(self, url: str, asked_before: int) -> bool:
        """Return whether the fault affects a matching response; a share is drawn by its seed, the URL and count."""
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
    """The requested faults of one stand-in, and which of them are used up. Thread-safe."""

    def __init__(self, faults: Iterable[str | Fault], settings: FaultSettings) -> None:
        self._settings = settings
        self.faults = tuple(Fault.parse(each) if isinstance(each, str) else each for each in faults)
        self._waiting = list(self.faults)
        self._asked: Counter[str] = Counter()
        self._lock = Lock()

    def spoil(self, answer: HonestAnswer) -> tuple[Reply, Fault] | None:
        """Return the faulty response and its fault; None if no fault matches."""
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
