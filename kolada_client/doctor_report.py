"""The report of the doctor: as values, as Markdown for people, and as JSON for machines."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DoctorPoint:
    """One question and its result.

    Attributes:
        name: A short name that is the same in all versions.
        question: The point that the documents leave open.
        url: The requested URL.
        status: The HTTP status; None if no complete response arrived.
        body_start: The first 300 characters of the body.
        finding: The meaning of the response, in words.
        is_handled: Whether the pipeline handles it correctly.
    """

    name: str
    question: str
    url: str
    status: int | None
    body_start: str
    finding: str
    is_handled: bool


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """An examination of one API.

    Attributes:
        base_url: The base URL of the API.
        source_kind: `live`, or the kind that a stand-in declares.
        examined_at: The instant, in UTC.
        software_version: The version of this package.
        way: Proxy and certificates of the requests, one sentence each.
        points: One per question, in the order of the requests.
    """

    base_url: str
    source_kind: str
    examined_at: datetime
    software_version: str
    way: tuple[str, ...]
    points: tuple[DoctorPoint, ...]

    @property
    def is_handled(self) -> bool:
        """Whether the pipeline handles every finding correctly."""
        return all(point.is_handled for point in self.points)

    def to_json(self) -> str:
        """Return the report as a JSON document."""
        document = asdict(self) | {"examined_at": self.examined_at.isoformat(), "is_handled": self.is_handled}
        return json.dumps(document, ensure_ascii=False, indent=2)

    def to_markdown(self) -> str:
        """Return the report as Markdown, one section per question."""
        open_points = [point.name for point in self.points if not point.is_handled]
        lines = [
            "# What the Kolada API answers",
            "",
            f"- API: `{self.base_url}` ({self.source_kind})",
            f"- examined: {self.examined_at:%Y-%m-%d %H:%M:%S} UTC, by version {self.software_version}",
            *(f"- {sentence}" for sentence in self.way),
            f"- to look at: {', '.join(open_points) if open_points else 'nothing'}",
        ]
        for point in self.points:
            quoted = point.body_start.replace("`", "'").replace("\r", " ").replace("\n", " ")
            lines += [
                "",
                f"## {point.question}",
                "",
                f"- asked: `{point.url}`",
                f"- status: {'no answer' if point.status is None else point.status}",
                f"- finding: {point.finding}",
                f"- the pipeline is right under it: {'yes' if point.is_handled else 'no'}",
                f"- the answer begins: `{quoted}`",
            ]
        return "\n".join(lines) + "\n"
