"""A small stand-in for single situations: rows and pages put together by hand, scripted answers, a landing."""

import itertools
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from kolada_client import KoladaClient, ManualClock, Received

BASE = "https://kolada.test/v3"

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class MemoryLanding:
    """A landing in memory that notes every call in order."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, Received] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, url: str) -> tuple[str, Received] | None:
        """What was accepted last for this URL."""
        with self.lock:
            for request_id in reversed(self.accepted):
                if self.kept[request_id].url == url:
                    self.calls.append(("recall", request_id))
                    return request_id, self.kept[request_id]
            return None

    def keep(self, received: Received) -> str:
        """Keep, and number what was kept."""
        with self.lock:
            request_id = f"r{len(self.kept) + 1}"
            self.kept[request_id] = received
            self.calls.append(("keep", request_id))
            return request_id

    def accept(self, request_id: str, row_count: int) -> None:
        """Note the verdict; a second one is a bug."""
        with self.lock:
            assert request_id not in self.accepted | self.rejected
            self.accepted[request_id] = row_count
            self.calls.append(("accept", request_id))

    def reject(self, request_id: str, reason: str) -> None:
        """Note the verdict; a second one is a bug."""
        with self.lock:
            assert request_id not in self.accepted | self.rejected
            self.rejected[request_id] = reason
            self.calls.append(("reject", request_id))

    @property
    def undecided(self) -> set[str]:
        """Kept answers without a verdict."""
        return self.kept.keys() - self.accepted.keys() - self.rejected.keys()


@dataclass
class Api:
    """What tests put together: bodies, handlers and clients."""

    base: str = BASE
    clients: list[KoladaClient] = field(default_factory=list)

    def value(self, gender: str = "T", value: object = 1.5, **changes: object) -> dict[str, Any]:
        """One entry of a row."""
        entry = {"gender": gender, "count": 0 if value is None else 1, "status": "", "value": value}
        return {**entry, "isdeleted": False, **changes}

    def row(
        self,
        kpi: str = "N15436",
        municipality: str = "0180",
        period: object = 2023,
        values: object = None,
        unit: str = "municipality",
    ) -> dict[str, Any]:
        """One row of a page, by default with a single total."""
        cells = [self.value()] if values is None else values
        return {"values": cells, "kpi": kpi, "period": period, unit: municipality}

    def body(self, values: object, *, next_url: object = None, **changes: object) -> dict[str, Any]:
        """An envelope around rows, with the right count."""
        count = len(values) if isinstance(values, list) else 0
        return {"values": values, "count": count, "next_url": next_url, "previous_url": None, **changes}

    def json(self, values: object, **changes: object) -> bytes:
        """The same as bytes; half of a surrogate pair is escaped, as JSON allows."""
        return json.dumps(self.body(values, **changes), ensure_ascii=False).encode(errors="backslashreplace")

    def page(self, values: object, **changes: object) -> httpx.Response:
        """The same as an answer."""
        return httpx.Response(200, content=self.json(values, **changes))

    def full_page(self, number: int = 1, size: int = 5000) -> list[dict[str, Any]]:
        """Rows of KPIs and years that no other page number has."""
        cells = itertools.product(range(25), range(25), range(1990, 2023))
        start = (number - 1) * 5000
        rows = itertools.islice(cells, start, start + size)
        return [self.row(f"N{kpi:05d}", f"{unit:04d}", year) for kpi, unit, year in rows]

    def script(self, *steps: object) -> "Script":
        """A handler that gives one step after the other."""
        return Script(list(steps))

    def landing(self) -> MemoryLanding:
        """An empty landing."""
        return MemoryLanding()

    def client(self, handler: Handler, **settings: object) -> KoladaClient:
        """A client of the handler: no rate, no deadline, and time that nobody sleeps."""
        given: dict[str, Any] = {"clock": ManualClock(), "rate": None, "total_deadline": None, **settings}
        client = KoladaClient(self.base, transport=httpx.MockTransport(handler), **given)
        self.clients.append(client)
        return client

    def rectangle(self, request: httpx.Request, years: Iterable[int] = (2023,)) -> httpx.Response:
        """Answer a data request with one row for each pair that it names."""
        kpis, units = self.lists(request, "kpi"), self.lists(request, "municipality")
        return self.page([self.row(kpi, unit, year) for kpi in kpis for unit in units for year in years])

    def lists(self, request: httpx.Request, name: str) -> list[str]:
        """The ids that a request names in one of its lists."""
        parts = request.url.path.split("/")
        segment = parts[parts.index(name) + 1 :] if name in parts else []
        return segment[0].split(",") if segment else []


@dataclass
class Script:
    """A handler that gives one prepared answer after the other and notes what was asked.

    A step is a response, an exception to raise, or a handler of its own; the last one stays.
    """

    steps: list[Any]
    asked: list[str] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Take the next step."""
        with self.lock:
            self.asked.append(str(request.url))
            self.requests.append(request)
            step = self.steps[min(len(self.asked), len(self.steps)) - 1]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        answer: httpx.Response = step(request)
        return answer
