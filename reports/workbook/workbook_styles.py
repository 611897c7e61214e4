"""The style of the workbook: cell formats and page setup.

A verdict is shown by a symbol, a colour and, if there is room, its word. The symbol before a number is part of the
cell's number format, so the cell stays a number.
"""

import textwrap
from collections.abc import Iterable

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from reports.reading.contents import Contents
from reports.swedish.notices import known_text, made_up_notice
from reports.swedish.signs import LOOKS

INK, SOFT, RULE, GROUND = "#1c2126", "#545c66", "#d9d5cc", "#f1efea"
# Heights in points; a spreadsheet row has 409 at most.
LINE_HEIGHT, MOST_LINES = 15, 20
# The number of letters that fit in the width of one digit: in the usual size, and in the size of soft texts.
FIT, SOFT_FIT = 1.12, 1.35
SOFT_SIZE = 9
A4, A3 = 9, 8
LEAST_ID, MOST_ID = 7, 24


class Styles:
    """The formats of one workbook, each created once."""

    def __init__(self, book: xlsxwriter.Workbook, contents: Contents) -> None:
        self.book, self.contents = book, contents
        self.notice = made_up_notice(contents.source, contents.plan)
        self._made: dict[tuple[tuple[str, object], ...], CellFormat] = {}

    def format(self, **shape: object) -> CellFormat:
        """Return a format; the same object for the same properties."""
        key = tuple(sorted(shape.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"valign": "top", "font_color": INK, **shape})
        return self._made[key]

    @property
    def text(self) -> CellFormat:
        """A text that wraps."""
        return self.format(align="left", text_wrap=True, indent=1, bottom=1, bottom_color=RULE)

    @property
    def soft(self) -> CellFormat:
        """A text in a softer colour."""
        shape: dict[str, object] = {"align": "left", "text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": RULE}
        return self.format(font_color=SOFT, font_size=SOFT_SIZE, **shape)

    @property
    def goal(self) -> CellFormat:
        """The heading row of a goal."""
        shape: dict[str, object] = {"align": "left", "text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": RULE}
        return self.format(bold=True, bg_color=GROUND, **shape)

    def heading(self, *, is_number: bool = False, is_bold: bool = True) -> CellFormat:
        """Return the format of a column heading."""
        shape: dict[str, object] = {
            "text_wrap": True,
            "valign": "bottom",
            "bottom": 2,
            "bottom_color": INK,
            "indent": 1,
        }
        return self.format(bold=is_bold, align="right" if is_number else "left", **shape)

    def number(self, decimals: int, verdict: str | None = None, *, is_soft: bool = False) -> CellFormat:
        """Return the format of a number; a spreadsheet in Swedish shows a decimal comma.

        Args:
            decimals: the number of decimals.
            verdict: a verdict whose symbol is put before the number, in its colour.
            is_soft: whether the number is in a softer colour.
        """
        pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        shape: dict[str, object] = {"align": "right", "indent": 1, "bottom": 1, "bottom_color": RULE}
        if is_soft:
            shape |= {"font_color": SOFT, "font_size": SOFT_SIZE}
        if verdict is not None and verdict in LOOKS:
            sign, colour, ground = LOOKS[verdict]
            pattern = f'"{sign} "{pattern};"{sign} −"{pattern}'
            shape |= {"font_color": colour, "bg_color": ground}
        return self.format(num_format=pattern, **shape)

    def verdict(self, code: str) -> CellFormat:
        """Return the format of a verdict's word in its colour."""
        _, colour, ground = LOOKS.get(code, ("", INK, ""))
        shape: dict[str, object] = {"align": "left", "text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": RULE}
        shape |= {"bg_color": ground} if ground else {}
        return self.format(bold=True, font_color=colour, **shape)

    def word(self, code: str) -> str:
        """Return a verdict's word with its symbol."""
        sign = LOOKS[code][0] + " " if code in LOOKS else ""
        return sign + self.contents.label("verdict", code)

    def about(self) -> str:
        """Return the note that every sheet has."""
        return f"{self.contents.plan['title']}, {known_text(self.contents.source)}."

    def head(self, sheet: Worksheet, title: str, remark: str) -> None:
        """Write the first three rows: the title, the notice about the values, how to read the sheet."""
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=14))
        warned = self.format(bold=True, font_color="#4a3500", bg_color="#fff3d6")
        quiet = self.format(font_color=SOFT, italic=True, font_size=9)
        sheet.write_string(1, 0, self.notice or self.about(), warned if self.notice else quiet)
        sheet.write_string(2, 0, f"{self.about()} {remark}" if self.notice else remark, quiet)

    def page(self, sheet: Worksheet, *, repeat: tuple[int, int], paper: int = A4, pages_wide: int = 1) -> None:
        """Set up the page: landscape, fitted to the width of the paper, with the heading rows on every page."""
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.set_margins(left=0.4, right=0.4, top=0.55, bottom=0.6)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.repeat_rows(*repeat)
        if self.notice:
            sheet.set_header(f"&C&B{self.notice.replace('&', '&&')}")
        sheet.set_footer(f"&L{self.about().replace('&', '&&')[:200]}&R&A  &P (&N)")


def lines_of(text: str, width: float, *, is_soft: bool = False) -> int:
    """Return the estimated number of lines of an indented text in a column of a width in characters."""
    fits = max(int(width * (SOFT_FIT if is_soft else FIT)) - 2, 1)
    return max(1, sum(len(textwrap.wrap(line, fits)) or 1 for line in text.splitlines()))


def height(lines: int) -> int:
    """Return the height of a row of some lines; not every program computes it when it opens a file."""
    return LINE_HEIGHT * min(lines, MOST_LINES) + 3


def id_width(ids: Iterable[str]) -> int:
    """Return the width of a column of ids in characters: that of the longest id, within bounds."""
    return min(max(LEAST_ID, 3 + max(map(len, ids), default=0)), MOST_ID)
