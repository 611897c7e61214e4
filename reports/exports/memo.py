"""The memo "Vad har ändrats sedan sist" as Markdown to paste into a case file, as HTML, and as a Word document."""

import io
import re
from pathlib import Path

from docx import Document
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.exports.memo_contents import MemoTable, memo_of
from reports.page.html_page import NOWHERE, page_names
from reports.reading.changes_since import Changes
from reports.reading.contents import Contents
from reports.swedish.numbers import one_line
from reports.word.word_parts import new_row, prepare, table_of, unbroken, write

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
MARKED = re.compile(r"([\\`*_\[\]#|~])")
# Widths of a table in centimetres: the page's text, a letter, the padding of a cell. Then the number of letters of a
# short text, which stays on one line, of the longest word for which there is room, and of a long text.
TEXT_WIDTH, LETTER_WIDTH, PADDING = 17.0, 0.19, 0.5
SHORT, WORD, LONG = 9, 20, 80


def render_memo_markdown(contents: Contents, changes: Changes) -> bytes:
    """Return the memo as Markdown."""
    memo = memo_of(contents, changes)
    notice = [f"> **{memo.notice}**", ""] if memo.notice else []
    lines = [f"# {escaped(memo.title)}", "", *notice]
    for sentence in memo.lede:
        lines += [escaped(sentence), ""]
    for table in memo.tables:
        lines += [f"## {table.title}", "", *_markdown_table(table), ""]
    lines += [escaped(memo.foot), *(["", *notice[:1]] if notice else [])]
    return ("\n".join(lines) + "\n").encode()


def escaped(text: object) -> str:
    """Escape a text for Markdown, including HTML, so that it is shown unchanged."""
    return MARKED.sub(r"\\\1", one_line(str(text))).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markdown_table(table: MemoTable) -> list[str]:
    if not table.rows:
        return [table.empty]
    rule = "|".join("---:" if place in table.numbers else "---" for place in range(len(table.header)))
    return [
        f"| {' | '.join(table.header)} |",
        f"|{rule}|",
        *(f"| {' | '.join(escaped(cell) for cell in row)} |" for row in table.rows),
        "",
        f"{table.source}.",
    ]


def render_memo_html(contents: Contents, changes: Changes) -> bytes:
    """Return the memo as one HTML page, in the style of the report."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("memo.html.j2").render(
        memo=memo_of(contents, changes),
        changes=changes,
        as_of=None,
        is_short=False,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        title_word="Vad har ändrats",
        **page_names(contents, NOWHERE),
    )
    return page.encode()


def render_memo_word(contents: Contents, changes: Changes) -> bytes:
    """Return the memo as a Word document."""
    memo = memo_of(contents, changes)
    document = Document()
    prepare(document, memo.title, str(contents.plan["title"]))
    document.add_paragraph(memo.title, style="Title")
    for number, sentence in enumerate(memo.lede):
        document.add_paragraph(sentence, style="Normal" if number else "Subtitle")
    if memo.notice:
        document.add_paragraph(memo.notice, style="Intense Quote")
    for table in memo.tables:
        document.add_heading(table.title, level=1)
        if not table.rows:
            document.add_paragraph(table.empty)
            continue
        drawn = table_of(document, table.header, _widths(table), numbers=table.numbers)
        for row in table.rows:
            line = new_row(drawn)
            unbroken(line)
            for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
                write(cell, text, is_number=place in table.numbers)
        document.add_paragraph(f"{table.source}.", style="Caption")
    document.add_paragraph(memo.foot, style="Caption")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _widths(table: MemoTable) -> list[float]:
    """Return the widths of the columns in centimetres: words and short texts are whole, the others share the rest."""
    columns = list(zip(table.header, *table.rows, strict=True))
    longest = [max(map(len, texts)) for texts in columns]
    # A date has no-break spaces: it is one word.
    words = [max(len(word) for text in texts for word in text.split(" ")) for texts in columns]
    letters = [max(min(length, SHORT), min(word, WORD)) for length, word in zip(longest, words, strict=True)]
    least = [PADDING + LETTER_WIDTH * count for count in letters]
    more = [min(length, LONG) - count for length, count in zip(longest, letters, strict=True)]
    room = max(TEXT_WIDTH - sum(least), 0.0) / max(sum(more), 1)
    widths = [width + room * each for width, each in zip(least, more, strict=True)]
    return [width * min(1.0, TEXT_WIDTH / sum(widths)) for width in widths]
