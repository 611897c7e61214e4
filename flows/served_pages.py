"""The pages of `kolada web` in `kolada serve`: a separate process, which is restarted if it ends.

The pages read the published file and do not use Prefect, so their process gets none of its variables, in particular not
the password. A failure of the pages does not affect the nightly runs.
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

# The name of their process among the parts of `kolada serve`.
PAGES = "pages"
Spawn = Callable[[list[str], dict[str, str], str], subprocess.Popen[bytes]]


@dataclass(slots=True)
class ServedPages:
    """The process of the pages in one `kolada serve`.

    Attributes:
        host: the address that the pages listen on.
        port: the port that the pages listen on.
        names: more host names of the pages, such as a proxy's.
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
        """The URL of the pages."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def problem(self) -> str | None:
        """Return why the pages cannot listen on their address, and what to do; None if they can."""
        problem = why_not_listening(self.host, self.port)
        return problem and (
            f"The pages cannot listen on `{self.host}:{self.port}` ({problem}), so nothing was started. "
            "Choose another port: `kolada serve --web --web-port 8081`."
        )

    def keep(self, spawn: Spawn, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Start the pages if they do not run; after too many ends in a row, log an error and stop restarting them.

        Args:
            spawn: starts a command with variables, as a part of `kolada serve`.
            environment: the variables of this process.
            say: logs a line for the operator.
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
            say(f"The pages ended unexpectedly with exit code {code}; they are restarted")
            return PAUSE_AFTER_DEATH_SECONDS
        say(
            f"The pages ended unexpectedly `{self._deaths}` times in a row, the last time with exit code {code}. They "
            "are not restarted; the nightly runs continue. The cause is in the lines above. Correct it, and restart "
            "`kolada serve --web`."
        )
        return float("inf")

    def _command(self) -> list[str]:
        names = (word for name in self.names for word in ("--name", name))
        return [sys.executable, "-m", "kolada_pipeline", "web", "--host", self.host, "--port", str(self.port), *names]


def variables_for_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those of Prefect."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}
