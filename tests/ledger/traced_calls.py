"""The system calls by which a command changes its home, and the command killed at one of them.

Both use strace. A call that only reads leaves the disk as it was, so a kill there equals a kill at the next change. No
process reads a run's private copy before it is renamed: of a series of writes into it, one in ten is a kill point.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

CALLS = (
    "openat,mkdir,rmdir,unlink,unlinkat,rename,renameat,renameat2,link,linkat,write,pwrite64,writev,pwritev,ftruncate,"
    "truncate,fallocate,fsync,fdatasync,chmod,fchmod,fchmodat,copy_file_range,sendfile"
)
REPOSITORY = Path(__file__).resolve().parents[2]
LINE = re.compile(r"(\d+) +(\w+)\(")
OF_A_SERIES = 10


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: its name, its number among its thread's calls of that name, and its line from strace.

    strace counts per thread: the first thread that reaches the number is killed.
    """

    name: str
    number: int
    shown: str


class TracedCommands:
    """Commands, each in its own process under strace.

    Args:
        folder: the folder for strace's output.
        url: the URL of the source.
        instant: the time of the commands.
    """

    def __init__(self, folder: Path, url: str, instant: str) -> None:
        self.log = folder / "calls"
        self.url, self.instant = url, instant
        self.starter = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.one_act"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.starter.communicate(timeout=60)

    def changes(self, name: str, home: Path) -> list[Call]:
        """Run a command and return the calls that changed the home, in order."""
        trace = ["-y", "-s", "0", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(self.log)]
        assert self.run(name, home, trace) == 0
        made: Counter[tuple[str, str]] = Counter()
        found: list[Call] = []
        in_a_row = 0
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            begun = LINE.match(line)
            if begun is None:
                continue
            made[begun[1], begun[2]] += 1
            reads = begun[2] == "openat" and "O_CREAT" not in line and "O_WRONLY" not in line and "O_RDWR" not in line
            if str(home) not in line or reads or "= -1 E" in line:
                continue
            is_private = begun[2] == "pwrite64" and f"{home}/work/" in line
            in_a_row = in_a_row + 1 if is_private else 0
            if in_a_row % OF_A_SERIES in (0, 1):
                found.append(Call(begun[2], made[begun[1], begun[2]], line.partition(" ")[2].strip()))
        return found

    def is_killed_at(self, name: str, home: Path, call: Call) -> bool:
        """Run a command that is killed when one of its threads makes a call; return whether it was killed."""
        inject = f"inject={call.name}:signal=KILL:when={call.number}"
        code = self.run(name, home, ["-e", f"trace={call.name}", "-e", inject, "-o", os.devnull])
        assert code in (0, -signal.SIGKILL), call
        return code != 0

    def run(self, name: str, home: Path, trace: Sequence[str]) -> int:
        """Run a command under strace; return its exit code."""
        assert self.starter.stdin is not None
        assert self.starter.stdout is not None
        self.starter.stdin.write(json.dumps([name, str(home), self.url, self.instant]) + "\n")
        self.starter.stdin.flush()
        process = int(self.starter.stdout.readline())
        words = ["strace", "-f", "-qq", *trace, "-p", str(process)]
        with subprocess.Popen(words, stderr=subprocess.PIPE) as strace:
            try:
                while f"TracerPid:\t{strace.pid}" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8"):
                    assert strace.poll() is None, strace.communicate()
                    time.sleep(0.005)
            finally:
                self.starter.stdin.write("\n")
                self.starter.stdin.flush()
                code = int(self.starter.stdout.readline())
        return code
