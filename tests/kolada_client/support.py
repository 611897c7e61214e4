"""Helpers for tests of the client: hand-made rows and pages, scripted responses, a landing in memory."""

import itertools
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from kolada_client import DataRequest, KoladaClient, ManualClock, Received

BASE = "https://kolada.test/v3"
REQUEST = DataRequest(("N15436",), ("0180",))
URL = f"{BASE}/data/kpi/N15436/municipality/0180"
HTML = httpx.Response(200, content=b"<html>Kolada</html>", headers={"content-type": "text/html"})

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class MemoryLanding:
    """A landing in memory that records every call in order."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, Received] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, url: str) -> tuple[str, Received] | None:
        """Return the response last accepted for this URL."""
        with self.lock:
            for request_id in reversed(self.accepted):
                if self.kept[request_id].url == url:
                    self.calls.append(("recall", request_id))
                    return request_id, self.kept[request_id]
            return None

    def keep(self, received: Received) -> str:
        """Store a response and return its id."""
        with self.lock:
            request_id = f"r{len(self.kept) + 1}"
            self.kept[request_id] = received
            self.calls.append(("keep", request_id))
            return request_id

    def accept(self, request_id: str, row_count: int) -> None:
        """Record that a response was accepted; a second verdict is a bug."""
        with self.lock:
            assert request_id not in self.accepted | self.rejected
            self.accepted[request_id] = row_count
            self.calls.append(("accept", request_id))

    def reject(self, request_id: str, reason: str) -> None:
        """Record that a response was rejected; a second verdict is a bug."""
        with self.lock:
            assert request_id not in self.accepted | self.rejected
            self.rejected[request_id] = reason
            self.calls.append(("reject", request_id))

    @property
    def undecided(self) -> set[str]:
        """Ids of responses without a verdict."""
        return self.kept.keys() - self.accepted.keys() - self.rejected.keys()


@dataclass
class Api:
    """Makes bodies, handlers and clients for tests."""

    base: str = BASE
    clients: list[KoladaClient] = field(default_factory=list)

    def value(self, gender: str = "T", value: object = 1.5, **changes: object) -> dict[str, Any]:
        """Return one value of a row."""
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
        """Return one data row, by default with a single value for the total."""
        cells = [self.value()] if values is None else values
        return {"values": cells, "kpi": kpi, "period": period, unit: municipality}

    def body(self, values: object, *, next_url: object = None, **changes: object) -> dict[str, Any]:
        """Return an envelope around rows, with the right count."""
        count = len(values) if isinstance(values, list) else 0
        return {"values": values, "count": count, "next_url": next_url, "previous_url": None, **changes}

    def json(self, values: object, **changes: object) -> bytes:
        """Return an envelope as bytes; an unpaired surrogate is escaped, as JSON allows."""
        return json.dumps(self.body(values, **changes), ensure_ascii=False).encode(errors="backslashreplace")

    def page(self, values: object, **changes: object) -> httpx.Response:
        """Return an envelope as a response."""
        return httpx.Response(200, content=self.json(values, **changes))

    def full_page(self, number: int = 1, size: int = 5000) -> list[dict[str, Any]]:
        """Return rows whose cells occur on no other page number."""
        cells = itertools.product(range(25), range(25), range(1990, 2023))
        start = (number - 1) * 5000
        rows = itertools.islice(cells, start, start + size)
        return [self.row(f"N{kpi:05d}", f"{unit:04d}", year) for kpi, unit, year in rows]

    def script(self, *steps: object) -> "Script":
        """Return a handler that takes these steps in order."""
        return Script(list(steps))

    def landing(self) -> MemoryLanding:
        """Return an empty landing."""
        return MemoryLanding()

    def client(self, handler: Handler, **settings: object) -> KoladaClient:
        """Return a client of the handler, without a rate or a deadline, whose clock never sleeps."""
        given: dict[str, Any] = {"clock": ManualClock(), "rate": None, "total_deadline": None, **settings}
        client = KoladaClient(self.base, transport=httpx.MockTransport(handler), **given)
        self.clients.append(client)
        return client

    def rectangle(self, request: httpx.Request, years: Iterable[int] = (2023,)) -> httpx.Response:
        """Return a response with one row for each pair that a data request names."""
        kpis, units = self.lists(request, "kpi"), self.lists(request, "municipality")
        return self.page([self.row(kpi, unit, year) for kpi in kpis for unit in units for year in years])

    def lists(self, request: httpx.Request, name: str) -> list[str]:
        """Return the ids of one list in a request's path."""
        parts = request.url.path.split("/")
        segment = parts[parts.index(name) + 1 :] if name in parts else []
        return segment[0].split(",") if segment else []


@dataclass
class Script:
    """A handler that returns prepared responses in order and records the requests.

    A step is a response, an exception to raise, or another handler; the last step is repeated.
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
