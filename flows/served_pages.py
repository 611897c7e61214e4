"""The pages of `kolada web` next to the nightly run: a process of their own, started again where it ends by itself.

They read the published file and ask nothing of Prefect, so their process is given none of its variables: not the
password either. Whatever becomes of them, the nights go on.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.service_processes import (
    DEATHS_BEFORE_GIVING_UP,
    PAUSE_AFTER_DEATH_SECONDS,
    STEADY_SECONDS,
    why_not_listening,
)

# The part of `kolada serve` that their process is.
PAGES = "pages"
Spawn = Callable[[list[str], dict[str, str], str], subprocess.Popen[bytes]]


@dataclass(slots=True)
class ServedPages:
    """The pages that one `kolada serve` shows.

    Attributes:
        host: where they listen.
        port: their port.
        names: more host names that browsers use, such as a proxy's.
    """

    host: str
    port: int
    names: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _deaths: int = 0
    _again_at: float | None = 0.0

    @property
    def url(self) -> str:
        """Where they are read on this machine."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def problem(self) -> str | None:
        """Why they cannot listen where they are to, and what to do; None where they can."""
        problem = why_not_listening(self.host, self.port)
        return problem and (
            f"The pages cannot listen on `{self.host}:{self.port}` ({problem}), so nothing was started. "
            "Choose another port: `kolada serve --web --web-port 8081`."
        )

    def keep(self, spawn: Spawn, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Start the pages where they do not run; after too many ends in a row they stay away, and that is said.

        Args:
            spawn: starts a command with its variables, as a part of `kolada serve`.
            environment: the variables of this process.
            say: takes a line for the operator.
        """
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None and self._again_at is None:
            self._again_at = now + self._pause_after_end(now, say)
        if self._again_at is not None and now >= self._again_at:
            self._process = spawn(self._command(), variables_for_pages(environment), PAGES)
            self._started_at, self._again_at = now, None
            say(f"Pages started (process {self._process.pid}): {self.url}")

    def _pause_after_end(self, now: float, say: Callable[[str], None]) -> float:
        code = self._process.returncode if self._process is not None else None
        self._deaths = 1 if now - self._started_at >= STEADY_SECONDS else self._deaths + 1
        if self._deaths < DEATHS_BEFORE_GIVING_UP:
            say(f"The pages ended by themselves with code {code}; they are started again")
            return PAUSE_AFTER_DEATH_SECONDS
        say(
            f"The pages ended `{self._deaths}` times in a row by themselves, the last time with code {code}, and are "
            "not started again; the nightly runs go on. What they said of the cause is above. Mend that, and restart "
            "`kolada serve --web`."
        )
        return float("inf")

    def _command(self) -> list[str]:
        names = (word for name in self.names for word in ("--name", name))
        return [sys.executable, "-m", "kolada_pipeline", "web", "--host", self.host, "--port", str(self.port), *names]


def variables_for_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables without those of Prefect."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}
