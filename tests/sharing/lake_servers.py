"""The servers that tests share to: PostgreSQL, S3, and a web server that answers ranges, all on this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import boto3
import uvicorn
from moto.server import ThreadedMotoServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tests.flows.support import free_port

USER = "kolada"


def postgres_programs() -> Path:
    """Return the folder of `initdb` and `pg_ctl`, which Debian keeps outside of PATH."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is missing: apt-get install postgresql"
    return found[-1].parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server with an empty cluster; give `postgresql://user@host:port`. Root starts it as user `postgres`."""
    programs = postgres_programs()
    owner = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="kolada-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if owner is not None:
            shutil.chown(folder, owner)
        port = free_port()

        def run(*command: str) -> None:
            subprocess.run(
                command, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

        data = str(folder / "data")
        run(str(programs / "initdb"), "-D", data, "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1"
        run(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "-t", "120", "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}"
        finally:
            run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")


@contextmanager
def s3_server(bucket: str) -> Iterator[None]:
    """Run an S3 server with one bucket; the environment names it during the block."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-north-1",
    }
    try:
        with patch.dict(os.environ, environment):
            where = {"LocationConstraint": "eu-north-1"}
            boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
            yield
    finally:
        server.stop()


@contextmanager
def range_server(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A web server of a folder that answers ranges of bytes; gives its address, and the ranges that are asked for."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        path = folder / request.path_params["path"]
        if "range" in request.headers:
            asked.append(request.headers["range"])
        return FileResponse(path) if path.is_file() else Response(status_code=404)

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "HEAD"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", asked
    finally:
        server.should_exit = True
        thread.join()
