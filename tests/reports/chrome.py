"""Headless Chromium over its DevTools protocol: open a page, record its requests, and take pictures."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60
# An audit of a whole report takes half a minute on a busy machine.
ANSWER_SECONDS = 300
MILLIMETRES_PER_INCH = 25.4


def chromium() -> str | None:
    """Return the path of the browser, from KOLADA_CHROMIUM or one of the usual names, or None."""
    named = os.environ.get("KOLADA_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """One open page, with its console messages and requests."""

    socket: ClientConnection
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: object) -> dict:
        """Send a command and return its result, recording events meanwhile."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=ANSWER_SECONDS))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.note(message)

    def note(self, message: dict) -> None:
        """Record an event."""
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if message["params"]["type"] in ("error", "warning"):
                self.complaints.append(str(message["params"]["args"]))
            case "Log.entryAdded" if message["params"]["entry"]["level"] in ("error", "warning"):
                self.complaints.append(message["params"]["entry"]["text"])

    def open(self, path: Path) -> None:
        """Open a file and wait until it has loaded."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=path.as_uri())
        self.evaluate(
            "new Promise(done => document.readyState === 'complete' && location.protocol === 'file:' "
            "? done(1) : addEventListener('load', () => done(1)))"
        )

    def visit(self, url: str) -> None:
        """Open a URL and wait until its page has loaded."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)
        self.evaluate(
            "new Promise(done => document.readyState === 'complete' "
            "? done(1) : addEventListener('load', () => done(1)))"
        )

    def leave_by(self, script: str) -> str:
        """Run a script that leads to another page, wait until that has loaded, and return its URL."""
        self.call("Runtime.evaluate", expression=script)
        return self.arrive()

    def arrive(self) -> str:
        """Wait for the next page to load, and return its URL."""
        while True:
            message = json.loads(self.socket.recv(timeout=ANSWER_SECONDS))
            self.note(message)
            if message.get("method") == "Page.loadEventFired":
                return str(self.evaluate("location.href"))

    def press(self, key: str, *, code: int, text: str = "") -> None:
        """Press and release a key."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def evaluate(self, script: str) -> object:
        """Return the awaited value of a script."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def show_as(self, *, width: int, height: int = 900, scheme: str = "light", media: str = "screen") -> None:
        """Set width, colour scheme and medium."""
        self.call("Emulation.setScrollbarsHidden", hidden=True)
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call(
            "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def picture(self, path: Path, *, clip: tuple[int, int] | None = None) -> None:
        """Take a picture of the page, or of the part between two heights."""
        width, height = self.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        start, end = clip or (0, height)
        shot = self.call(
            "Page.captureScreenshot",
            captureBeyondViewport=True,
            clip={"x": 0, "y": start, "width": width, "height": min(end, height) - start, "scale": 1},
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    def screen(self, path: Path) -> None:
        """Take a picture of the visible window."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def paper(self, path: Path) -> None:
        """Print the page on A4 as PDF."""
        printed = self.call(
            "Page.printToPDF",
            printBackground=True,
            preferCSSPageSize=True,
            paperWidth=210 / MILLIMETRES_PER_INCH,
            paperHeight=297 / MILLIMETRES_PER_INCH,
        )
        path.write_bytes(base64.b64decode(printed["data"]))


@contextmanager
def browser_tab(program: str) -> Iterator[Tab]:
    """Give a tab of a browser that runs during the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            with connect(_page_address(process), max_size=None, open_timeout=START_SECONDS, proxy=None) as socket:
                yield Tab(socket)
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)
            process.stderr.close()


def _page_address(process: subprocess.Popen) -> str:
    """Return the DevTools address of the first tab; the browser prints its own address when it is ready."""
    for line in process.stderr:
        if line.startswith("DevTools listening on "):
            address = line.removeprefix("DevTools listening on ").strip()
            break
    else:
        raise RuntimeError("the browser ended before it listened")
    with connect(address, open_timeout=START_SECONDS, proxy=None) as socket:
        socket.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(socket.recv(timeout=START_SECONDS))["result"]["targetInfos"]
    page = next(target["targetId"] for target in targets if target["type"] == "page")
    return address.split("/devtools/")[0] + f"/devtools/page/{page}"
