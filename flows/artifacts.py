"""What a run leaves in Prefect for people: one Markdown artifact."""

from prefect.artifacts import create_markdown_artifact

from flows.pipeline import RunResult
from flows.settings import Settings

SAMPLE_WARNING = "Påhittade exempelvärden. Inget värde kommer från Kolada."


def leave_artifact(result: RunResult, settings: Settings) -> None:
    """Create the artifact of a finished run."""
    create_markdown_artifact(key="refresh", markdown=markdown(result, settings), description=result.message)


def markdown(result: RunResult, settings: Settings) -> str:
    """The run in a page: what was asked, what came, what changed."""
    opened = result.loaded.opened if result.loaded is not None else {}
    lines = [
        f"# {'Publicerad' if result.state == 'published' else 'Hållen'}: {result.run_id}",
        "",
        *([f"> **{SAMPLE_WARNING}**", ""] if result.source_kind == "sample" else []),
        result.message,
        "",
        "| | |",
        "|---|---|",
        f"| Källa | {settings.base_url} ({result.source_kind}) |",
        f"| Svar från API:et | {result.request_count} |",
        f"| Mottagna celler | {result.loaded.received if result.loaded is not None else '-'} |",
        f"| Ändrade bedömningar | {result.verdict_changes} |",
        "",
        "## Täckning: par av nyckeltal och enhet",
        "",
        "| utfall | par |",
        "|---|---|",
        *(f"| {outcome} | {count} |" for outcome, count in result.coverage.items()),
        "",
        "## Nya versioner",
        "",
        *(["| slag | antal |", "|---|---|"] if opened else ["Inga: allt var som förut."]),
        *(f"| {kind} | {count} |" for kind, count in opened.items()),
        "",
        "## Kontroller som fann något",
        "",
        *(
            f"- {check.severity}: {check.question} ({check.offending_count})"
            for check in result.checks
            if check.offending_count
        ),
    ]
    return "\n".join(lines)
