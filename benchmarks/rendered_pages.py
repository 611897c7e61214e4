"""The pages that all contestants read: the stand-in's responses, rendered once into a folder.

The stand-in's own work would dominate the measurement; serving rendered pages costs almost nothing. Both forms of a
request, with ids in the path and with ids in the query, return the same page.

`python -m benchmarks.rendered_pages FOLDER PORT` serves them, in a process of its own.
"""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import polars as pl
import uvicorn
from starlette.types import Receive, Scope, Send

from benchmarks.contestant import Questions
from fake_kolada import FakeKolada
from fake_kolada.generated import generated_data
from kolada_client import KoladaClient, url_of
from pipeline.ingest import CATALOGUE_PARTS, Catalogue, requests_of
from pipeline.mirror_selection import rectangles

# Ten years of every unit and gender: a typical series.
VALUES_OF_A_KPI = 9_360
QUESTIONS = "questions.json"


def page_file(folder: Path, url: str) -> Path:
    """Return the file of a URL's page."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    path = parts.path
    if path.endswith("/data/"):
        path += "/".join(f"{name}/{','.join(query[f'{name}_id'])}" for name in ("kpi", "municipality"))
    page = query.get("page", ["1"])[0]
    return folder / hashlib.sha256(f"{path} {page}".encode()).hexdigest()


def render(folder: Path, values: int, base_url: str) -> Path:
    """Render the pages of the number of values unless they exist; return the file of the requests."""
    questions = folder / QUESTIONS
    if questions.exists():
        return questions
    folder.mkdir(parents=True, exist_ok=True)
    data = generated_data(kpis=max(1, round(values / VALUES_OF_A_KPI)), values=values)
    # For municipalities and regions, so that a mirror requests every unit.
    data = replace(data, kpis=data.kpis.with_columns(municipality_type=pl.lit("A")))
    transport = FakeKolada(data).transport()
    with KoladaClient(base_url, rate=None, transport=transport) as kolada:
        catalogue = Catalogue(kolada.kpis(), kolada.municipalities(), kolada.municipality_groups(), "sample")
    wanted = rectangles(dict(catalogue.kpis.select("kpi_id", "municipality_type").iter_rows()), catalogue)
    urls = [url_of(base_url, request) for request in requests_of(wanted)]
    with httpx.Client(transport=transport) as client:
        waiting = [*urls, *(f"{base_url}/{part}" for part in CATALOGUE_PARTS)]
        while waiting:
            url = waiting.pop()
            body = client.get(url).content
            page_file(folder, url).write_bytes(body)
            # Only the end of the document is read, so that ten million values are not decoded for a link.
            following = json.loads(b"{" + body[body.rindex(b'"count"') :])["next_url"]
            if following:
                waiting.append(following)
    Questions(base_url, urls, [(list(each.kpi_ids), list(each.unit_ids)) for each in wanted]).write(questions)
    return questions


def serve(folder: Path, port: int) -> None:
    """Serve rendered pages over loopback until stopped."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = page_file(folder, f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}")
        status, body = (200, path.read_bytes()) if path.exists() else (404, b"{}")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-kolada-source", b"sample"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, port=port, log_level="error", lifespan="off", access_log=False, timeout_keep_alive=120)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
