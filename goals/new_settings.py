"""The plan.toml of a new plan, with every rule and its default."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goals.codes import LABELS
from goals.plan_settings import is_region
from goals.rules import RULES


@dataclass(frozen=True, slots=True)
class Frame:
    """The settings of a new plan."""

    plan_id: str
    unit: str
    title: str
    first_year: int
    last_year: int
    first_budget_year: int
    is_draft: bool


def settings_text(frame: Frame, document: Path | None, translated: Callable[[str], str] = str) -> str:
    """Return the plan.toml of a new plan, its comments translated by `translated`.

    Raises:
        OSError: the document cannot be read.
    """
    parts = [
        f"# {translated('goals/README.md describes every key here and every file beside this one.')}\n",
        f"plan_id = {_quoted(frame.plan_id)}",
        f"municipality_id = {_quoted(frame.unit)}",
        f"title = {_quoted(frame.title)}",
        "is_made_up = false",
        f"# {translated('A draft needs no document and no bokslut date, and every output says Utkast.')}",
        f"is_draft = {str(frame.is_draft).lower()}",
        f"target_year = {frame.last_year}\n",
        f"[years]\nfirst = {frame.first_year}\nlast = {frame.last_year}\n",
        f"[budget_years]\nfirst = {frame.first_budget_year}\nlast = {frame.last_year}\n",
        "[bokslut_dates]",
        *(f"{year} = {year + 1}-03-01" for year in range(frame.first_year, frame.last_year + 1)),
        "",
        *_document_text(document, translated),
        "[rules]",
    ]
    for rule in RULES:
        default = rule.default_of(is_region=is_region(frame.unit))
        is_bare = not rule.allowed or default in {"true", "false"}
        parts.append(f"# {translated(rule.meaning)}: {translated(rule.allowed_text.replace('`', ''))}")
        parts.append(f"{rule.name} = {default if is_bare else _quoted(default)}")
    parts.append("\n[labels.verdict]")
    parts += [f"{code} = {_quoted(word)}" for code, word in LABELS["verdict"].items()]
    return "\n".join(parts) + "\n"


def _document_text(document: Path | None, translated: Callable[[str], str]) -> list[str]:
    if document is None:
        missing = "[document] with title, file and sha256 of the file that the council published: see goals/README.md."
        return [f"# {translated(missing)}\n"]
    content = document.read_bytes()
    lines = [
        f"# {translated('The hash of the file as the council published it, as `sha256sum` prints it.')}",
        "[document]",
        f"title = {_quoted(document.name)}",
        f"file = {_quoted(document.name)}",
        f"sha256 = {_quoted(hashlib.sha256(content).hexdigest())}",
    ]
    if document.suffix.lower() in {".txt", ".md"}:
        line_count = content.count(b"\n") + (not content.endswith(b"\n"))
        lines.append(f"line_count = {line_count}")
    return [*lines, ""]


def _quoted(text: str) -> str:
    """Return a text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in escaped) + '"'
