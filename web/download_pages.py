"""Hämta: downloads of the report, summary, Word document, workbook and tables of a plan, and of the file itself."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from reports.exports.csv_export import write_csv_table
from reports.exports.export_tables import export_tables
from reports.exports.exporting import WriteTable, write_tables
from reports.exports.memo import render_memo_html, render_memo_markdown, render_memo_word
from reports.exports.parquet_export import write_parquet_table
from reports.page.html_page import render_page
from reports.reading.changes_since import Changes, find_changes
from reports.reading.contents import Contents
from reports.reading.scope import PERIODS
from reports.reading.sourced_rows import Source, open_source
from reports.swedish.notices import made_up_notice
from reports.word.word_document import render_word
from reports.workbook.workbook import render_workbook
from web.asked import PageError, asked, moment, one_of, year
from web.goal_pages import parts_of_year, plan_contents
from web.published import Publication
from web.rendering import page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Make = Callable[[Source, Contents, str | None], bytes]


def _report(source: Source, contents: Contents, as_of: str | None) -> bytes:
    return render_page(contents, find_changes(source, contents.plan), as_of=as_of).encode()


def _short(source: Source, contents: Contents, as_of: str | None) -> bytes:
    return render_page(contents, find_changes(source, contents.plan), as_of=as_of, is_short=True).encode()


def _word(source: Source, contents: Contents, _: str | None) -> bytes:
    return render_word(contents, find_changes(source, contents.plan))


def _memo(render: Callable[[Contents, Changes], bytes]) -> Make:
    return lambda source, contents, _: render(contents, find_changes(source, contents.plan))


def _tables(source: Source, ending: str) -> bytes:
    """Return all tables as files in one zip archive."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        place, tables = Path(folder), export_tables(source, ())
        write: WriteTable = write_csv_table if ending == "csv" else write_parquet_table
        files = {place / f"{table.name}.{ending}": table for table in tables}
        for path in write_tables(source, files, place / "kallor.csv", write):
            archive.write(path, path.name)
    return packed.getvalue()


KINDS: dict[str, tuple[str, str, Make]] = {
    "rapport.html": ("Hela rapporten, en HTML-sida", "text/html; charset=utf-8", _report),
    "kort.html": ("Kortrapporten, två A4-sidor", "text/html; charset=utf-8", _short),
    "text.docx": ("Word-text att klistra in i årsredovisningen", DOCX, _word),
    "arbetsbok.xlsx": ("Arbetsbok", XLSX, lambda _source, contents, _as_of: render_workbook(contents)),
    "andrat.docx": ("Vad har ändrats sedan sist, som Word-text", DOCX, _memo(render_memo_word)),
    "andrat.html": ("Vad har ändrats sedan sist, en HTML-sida", "text/html; charset=utf-8", _memo(render_memo_html)),
    "andrat.md": (
        "Vad har ändrats sedan sist, som Markdown",
        "text/markdown; charset=utf-8",
        _memo(render_memo_markdown),
    ),
}
WHOLE: dict[str, tuple[str, Callable[[Source], bytes]]] = {
    "csv.zip": ("Alla tabeller som CSV", lambda source: _tables(source, "csv")),
    "parquet.zip": ("Alla tabeller som Parquet", lambda source: _tables(source, "parquet")),
}


def downloads(request: Request) -> HTMLResponse:
    """Return the page of the downloads of a plan."""
    given = asked(request, year=year, period=one_of(*PERIODS), as_of=moment)
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        rows = open_source(connection).rows("plan.plan", order="title, plan_id")
    if not rows:
        raise PageError(404, "Ingen plan", "Filen innehåller ingen plan.")
    request.path_params.setdefault("plan", rows[0]["plan_id"])
    contents = plan_contents(publication, request, given)
    return page(
        "downloads.html.j2",
        {
            "title": f"Hämta, {contents.place}",
            "here": "/hamta",
            "c": contents,
            "plans": rows,
            "below": "/hamta",
            "kinds": {name: words for name, (words, _, _) in KINDS.items()},
            "whole": {name: words for name, (words, _) in WHOLE.items()},
            "as_of": given.optional("as_of"),
            "state": {"year": contents.year, "period": contents.scope.period, "as_of": given.optional("as_of")},
            "parts_of_year": parts_of_year(contents),
            "made_up": made_up_notice(contents.source, contents.plan),
            "known_at": contents.source.known_at,
            "path": request.url.path,
        },
    )


def download(request: Request) -> Response:
    """Return one document of a plan."""
    given = asked(request, year=year, period=one_of(*PERIODS), as_of=moment)
    publication: Publication = request.app.state.publications.current()
    name = request.path_params["name"]
    if name not in KINDS:
        raise PageError(404, "Filen finns inte", f"Det finns inget ”{name}” att hämta.", (("/hamta", "Hämta"),))
    contents = plan_contents(publication, request, given)
    _, media_type, make = KINDS[name]
    with publication.reading() as connection:
        content = make(open_source(connection, given.optional("as_of")), contents, given.optional("as_of"))
    file_name = f"{contents.plan['plan_id']}-{contents.year}{contents.scope.file_part}-{name}"
    return Response(
        content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{file_name}"'}
    )


def whole(request: Request) -> Response:
    """Return all tables as an archive, or the DuckDB file itself."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    name = request.path_params["name"]
    if name == "kolada.duckdb":
        return FileResponse(publication.path, filename=name, media_type="application/vnd.duckdb")
    if name not in WHOLE:
        raise PageError(404, "Filen finns inte", f"Det finns inget ”{name}” att hämta.", (("/hamta", "Hämta"),))
    with publication.reading() as connection:
        content = WHOLE[name][1](open_source(connection))
    return Response(
        content, media_type="application/zip", headers={"content-disposition": f'attachment; filename="{name}"'}
    )
