"""Serves generated data over loopback, in a process of its own, from pages that the stand-in rendered beforehand.

    python -m benchmarks.serve FOLDER VALUES KPIS

The stand-in renders every page that a mirror asks for into FOLDER once; then the bytes are served as they are, so that
the server's own work hardly counts. `requests.json` in FOLDER lists the first URL of every question.
"""

import hashlib
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from fake_kolada import FakeKolada
from fake_kolada.generated import generated_data
from flows.reading import Catalogue, requests_of
from flows.selection import rectangles
from kolada_client import KoladaClient, url_of

PORT = 8791
BASE = f"http://127.0.0.1:{PORT}/v3"
CATALOGUE = ("kpi", "municipality", "municipality_groups")


def place(folder: Path, url: str) -> Path:
    """Where the page of a URL stands."""
    parts = urlsplit(url)
    return folder / hashlib.sha256(f"{parts.path}?{parts.query}".encode()).hexdigest()


def render(folder: Path, values: int, kpis: int) -> None:
    """Let the stand-in answer everything once."""
    folder.mkdir(parents=True, exist_ok=True)
    data = generated_data(kpis=kpis, values=values)
    transport = FakeKolada(data).transport()
    with KoladaClient(BASE, rate=None, transport=transport) as kolada:
        catalogue = Catalogue(kolada.kpis(), kolada.municipalities(), kolada.municipality_groups(), "sample")
    types = dict.fromkeys(data.kpis["kpi_id"].to_list(), "A")
    first = [url_of(BASE, request) for request in requests_of(rectangles(types, catalogue))]
    with httpx.Client(transport=transport) as client:
        waiting = [*first, *(f"{BASE}/{part}" for part in CATALOGUE)]
        while waiting:
            url = waiting.pop()
            body = client.get(url).content
            document_end = json.loads(b"{" + body[body.rindex(b'"count"') :])
            if url.endswith("/kpi") or "/kpi?" in url:
                body = body.replace(b'"municipality_type":"K"', b'"municipality_type":"A"')
            place(folder, url).write_bytes(body)
            if document_end["next_url"]:
                waiting.append(document_end["next_url"])
    (folder / "requests.json").write_text(json.dumps(first))


def main() -> None:
    """Render what is not there, then serve."""
    folder, values, kpis = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if not (folder / "requests.json").exists():
        render(folder, values, kpis)

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = place(folder, f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}")
        status, body = (200, path.read_bytes()) if path.exists() else (404, b"{}")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-kolada-source", b"sample"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, port=PORT, log_level="error", lifespan="off", access_log=False, timeout_keep_alive=120)


if __name__ == "__main__":
    main()
