"""What the doctor found, as values and as two texts: for people, and for machines."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DoctorPoint:
    """One question and what came of it.

    Attributes:
        name: A short name that stays the same between versions.
        question: What the documents leave open.
        url: What was asked.
        status: The HTTP status; None when no whole answer came.
        body_start: The first 300 characters of the body.
        finding: What it means, in words.
        is_handled: Whether the pipeline's behaviour is right under it.
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
        base_url: What was examined.
        source_kind: `live`, or what a stand-in says of itself.
        examined_at: When, in UTC.
        software_version: Ours.
        way: How the requests left this machine: proxy and certificates, a sentence each.
        points: One per question, in the order in which they were asked.
    """

    base_url: str
    source_kind: str
    examined_at: datetime
    software_version: str
    way: tuple[str, ...]
    points: tuple[DoctorPoint, ...]

    @property
    def is_handled(self) -> bool:
        """Whether the pipeline is right under everything that was found."""
        return all(point.is_handled for point in self.points)

    def to_json(self) -> str:
        """The report as a JSON document."""
        document = asdict(self) | {"examined_at": self.examined_at.isoformat(), "is_handled": self.is_handled}
        return json.dumps(document, ensure_ascii=False, indent=2)

    def to_markdown(self) -> str:
        """The report as Markdown, one section a question."""
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
