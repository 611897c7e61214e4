"""The log as JSON, one object per line, for log collectors (KOLADA_LOG_JSON).

Fields: `at` (UTC), `level`, `message`, and if they are known `flow_run_id`, `flow_run_name`, `task_run_name`.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, TextIO

RUN_FIELDS = ("flow_run_id", "flow_run_name", "task_run_name")


class JsonLine(logging.Formatter):
    """A formatter that writes a log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        known = {name: getattr(record, name, None) for name in RUN_FIELDS}
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: str(value) for name, value in known.items() if value is not None},
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


class JsonConsole(logging.StreamHandler[TextIO]):
    """A handler that replaces Prefect's console handler in its logging settings; it ignores that one's styles."""

    def __init__(self, stream: TextIO | None = None, styles: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        super().__init__(stream)


def log_as_json() -> None:
    """Make Prefect print the log of a flow run as JSON lines; the log that it sends to its server is unchanged."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    for logger in (logging.getLogger("prefect"), logging.getLogger()):
        printing = [each for each in logger.handlers if type(each).__name__ == "PrefectConsoleHandler"]
        for each in printing:
            logger.removeHandler(each)
            logger.addHandler(handler)
