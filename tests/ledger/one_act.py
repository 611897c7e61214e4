"""One command on a home, run in a process that can be killed.

Run as a program, it starts such a process for each input line `NAME HOME URL INSTANT` (JSON) and prints its id and,
after its end, its exit code; a negative one is a signal. The process starts to work at the next input line. Modules
are imported beforehand but not used before the process exists.
"""

import ctypes
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from goals import read_plan
from pipeline.jobs import refresh_job
from pipeline.progress import Silent
from pipeline.restore import restore
from pipeline.review import approve, read_review
from pipeline.run_job import run_job
from pipeline.settings import Settings
from tests.warehouse.first_release.make_fixture import PLAN
from warehouse.home import Home
from warehouse.prune import prune
from warehouse.rollback import roll_back
from warehouse.settling import settle_if_free

# Let any process of the same user trace this one; some systems allow only the parent.
PR_SET_PTRACER, PR_SET_PTRACER_ANY = 0x59616D61, ctypes.c_ulong(-1)


def act(name: str, home: Home, url: str, now: datetime) -> None:
    """Run `kolada NAME` at an instant against the source at a URL; the first word is the command."""
    home.prepare()
    if name == "refresh":
        settings = Settings(base_url=url, home=home.root, wait=0.0, rate=1000.0)
        run_job(settings, refresh_job((read_plan(PLAN),)), clock=lambda: now)
    elif name == "verify":
        settle_if_free(home, name, now=now)
    else:
        with home.writer(name):
            match name.split(maxsplit=1)[0]:
                case "rollback":
                    roll_back(home, now=now)
                case "prune":
                    prune(home, keep_nights=1, now=now)
                case "review":
                    held = read_review(home)
                    checks = {finding.check.check_name for finding in held.findings} if held is not None else set()
                    approve(home, sorted(checks), reason="seen", now=now)
                case "restore":
                    restore(home, now=now, reporter=Silent(), is_forced=True)


def start(name: str, home: str, url: str, instant: str) -> tuple[int, int]:
    """Start a process that works once its pipe is closed; return its id and the pipe."""
    waits, begins = os.pipe()
    if number := os.fork():
        os.close(waits)
        return number, begins
    os.close(begins)
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0)
        os.read(waits, 1)
        act(name, Home(Path(home)), url, datetime.fromisoformat(instant))
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    """Start a process for each two lines of the input."""
    for line in sys.stdin:
        process, begins = start(*json.loads(line))
        print(process, flush=True)
        sys.stdin.readline()
        os.close(begins)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
