"""Serves rendered pages over loopback, in a process of its own: `python -m benchmarks.page_server FOLDER PORT`."""

import sys
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send

from benchmarks.rendered_pages import page_file


def main() -> None:
    """Serve until stopped."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])

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
    main()
