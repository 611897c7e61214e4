"""A contestant of the gauntlet in a process of its own: one night per line, the table of each in a Parquet file.

    python -m benchmarks.gauntlet_worker MODULE

reads one JSON object per line (`base_url`, `folder`, `kpis`; `is_read_only` for the table as it is) and replies with
one: how the night ended, and its messages. Only messages that a user would see count: an error, a warning, a held run.
Waits between tries are shortened to a few hundredths of a second for all contestants. This module imports the standard
library only, and DuckDB when a table is read, since peers run it in an environment without our packages.
"""

import json
import logging
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

CELLS = "cells.parquet"
LONGEST_WAIT = 0.03
# The timeout of a try in seconds without a byte, if the contestant's documents name such a setting.
TIMEOUT = 8.0
STOPPED, HELD, WARNED, SILENT, HUNG = "stopped", "held", "warned", "silent", "hung"


@dataclass(frozen=True, slots=True)
class Told:
    """The messages of a night that a user sees.

    Attributes:
        end: `stopped` by an error, `held`, `warned` or `silent`; `hung` when it had not ended in time.
        said: errors and warnings, each once.
    """

    end: str
    said: list[str] = field(default_factory=list)


class Contestant(Protocol):
    """A module of a contestant.

    Attributes:
        FILE: the DuckDB file that its users open, below the folder.
        CELLS_SQL: their query: kpi, unit, year, gender, value; one row per shown number.
    """

    FILE: str
    CELLS_SQL: str

    def night(self, base_url: str, folder: Path, kpis: Sequence[str], /) -> Told:
        """Read every unit's values of some KPIs into the table."""
        ...


class Listener(logging.Handler):
    """A log handler that keeps warnings and errors."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.said[f"{record.name}: {record.getMessage()}"] = None


def spend_night(contestant: Contestant, base_url: str, folder: Path, kpis: Sequence[str]) -> Told:
    """Run one night; an error becomes the message that a user would see."""
    listener = Listener()
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in ("dlt", "koladapy"))]
    for logger in loggers:
        logger.addHandler(listener)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            told = contestant.night(base_url, folder, kpis)
        # Every kind of error ends a script in the same way: with a traceback.
        except Exception as error:  # noqa: BLE001
            told = Told(STOPPED, [f"{type(error).__name__}: {error}"[:300]])
        finally:
            for logger in loggers:
                logger.removeHandler(listener)
    said = [*told.said, *listener.said, *(str(each.message) for each in caught)]
    end = WARNED if told.end == SILENT and said else told.end
    return Told(end, list(dict.fromkeys(said)))


def write_cells(contestant: Contestant, folder: Path) -> None:
    """Write the cells of the table next to it; nothing if there is no table."""
    import duckdb  # noqa: PLC0415 - in both environments, and not needed at the start

    (folder / CELLS).unlink(missing_ok=True)
    file = folder / contestant.FILE
    if file.exists():
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute(f"copy ({contestant.CELLS_SQL}) to '{folder / CELLS}'")


def main() -> None:
    """Reply to every line."""
    wait = time.sleep
    # Before any import that would keep a reference to the real one.
    time.sleep = lambda seconds: wait(min(float(seconds), LONGEST_WAIT))
    # The output of libraries must not be read as a reply.
    answers, sys.stdout = sys.stdout, sys.stderr
    contestant = cast("Contestant", import_module(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        folder = Path(asked["folder"])
        is_read_only = asked.get("is_read_only", False)
        told = Told(SILENT) if is_read_only else spend_night(contestant, asked["base_url"], folder, asked["kpis"])
        write_cells(contestant, folder)
        print(json.dumps({"end": told.end, "said": told.said}), file=answers, flush=True)


if __name__ == "__main__":
    main()
