"""The workbook's first sheet: every indicator in every year, with target, verdict and trend."""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from reports.page.matrix import MatrixRow, matrix_rows
from reports.reading.contents import Contents, GoalPart
from reports.swedish.sentences import management_sentence, plain
from reports.swedish.signs import LOOKS
from reports.swedish.verdict_sentences import decimals_of
from reports.workbook.workbook_styles import SOFT, Styles, height, id_width, lines_of

MATRIX = "Matris"
HEAD_ROW = 4
# Widths in characters of the columns before the years and after them; 0: by the longest id.
BEFORE = (("Id", 0), ("Indikator", 44), ("Nyckeltal", 12), ("Enhet", 16), ("Mål", 20))
AFTER = (("Trend", 13), ("Plats", 11), ("Bedömning", 18), ("Kommentar", 32))
YEAR_WIDTH = 10


class MatrixSheet:
    """The writer of the matrix sheet.

    Args:
        contents: the plan.
        styles: the styles of the workbook.
        ranges: the cell range of each indicator's values by year, for the trend; indicators without values are absent.
    """

    def __init__(self, contents: Contents, styles: Styles, ranges: dict[str, str]) -> None:
        self.contents, self.styles, self.ranges = contents, styles, ranges
        ids = [each for goal in contents.goals for each in (goal.id, *(part.id for part in goal.indicators))]
        self.id_width = id_width(ids)
        self.first_year = len(BEFORE)
        self.after = self.first_year + len(contents.years)

    def write(self) -> None:
        """Write the whole sheet."""
        contents, styles = self.contents, self.styles
        sheet = styles.book.add_worksheet(MATRIX)
        signs = ", ".join(f"{sign} {contents.label('verdict', code).lower()}" for code, (sign, _, _) in LOOKS.items())
        styles.head(sheet, f"Måluppfyllelse {contents.subject}", f"Tecknet visar årets bedömning: {signs}.")
        self._management(sheet)
        self._headings(sheet)
        number = HEAD_ROW + 1
        for goal in contents.goals:
            if not goal.is_its_indicator:
                self._goal(sheet, number, goal)
                number += 1
            for line in matrix_rows(contents, goal):
                self._indicator(sheet, number, goal, line)
                number += 1
        sheet.autofilter(HEAD_ROW, 0, max(number - 1, HEAD_ROW + 1), self.after + len(AFTER) - 1)
        sheet.freeze_panes(HEAD_ROW + 1, 2)
        styles.page(sheet, repeat=(HEAD_ROW, HEAD_ROW))
        sheet.activate()

    def _management(self, sheet: Worksheet) -> None:
        """Write god ekonomisk hushållning in one line; a part of a plan has none."""
        contents = self.contents
        rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
        ruling = contents.management.get((contents.year, rules.get("majority", "each_group")))
        if ruling is not None and not contents.scope.is_partial:
            word = self.styles.word(ruling["verdict"])
            said = f"God ekonomisk hushållning {contents.year}: {word}. {plain(management_sentence(ruling))}"
            sheet.write_string(3, 0, said, self.styles.format(bold=True))

    def _headings(self, sheet: Worksheet) -> None:
        year = self.contents.year
        names = [*BEFORE, *((str(each), YEAR_WIDTH) for each in self.contents.years), *AFTER]
        for place, (name, width) in enumerate(names):
            title = f"{name} {year}" if name in ("Mål", "Plats", "Bedömning") else name
            is_year = self.first_year <= place < self.after
            shape = self.styles.heading(is_number=is_year, is_bold=not is_year or name == str(year))
            sheet.set_column(place, place, width or self.id_width)
            sheet.write_string(HEAD_ROW, place, title, shape)
        sheet.set_row(HEAD_ROW, height(2))

    def _goal(self, sheet: Worksheet, number: int, goal: GoalPart) -> None:
        """Write a goal: its verdicts by year as symbols, its verdict of the year in focus, its comment."""
        contents, styles = self.contents, self.styles
        last = self.after + len(AFTER)
        for place in range(last):
            sheet.write_blank(number, place, None, styles.goal)
        title = goal.goal["title"]
        sheet.write_string(number, 0, goal.id, styles.goal)
        sheet.merge_range(number, 1, number, self.first_year - 1, title, styles.goal)
        judged, written = goal.verdicts.get(contents.year), contents.comment(goal.id)
        if judged is not None:
            sheet.write_string(number, last - 2, styles.word(judged["verdict"]), styles.goal)
        if written is not None:
            sheet.write_string(number, last - 1, written["text"], styles.goal)
        width = sum(width for _, width in BEFORE[1:])
        lines = max(lines_of(title, width), lines_of(written["text"] if written else "", AFTER[-1][1]))
        sheet.set_row(number, height(lines))

    def _indicator(self, sheet: Worksheet, number: int, goal: GoalPart, line: MatrixRow) -> None:
        contents, styles, row, part = self.contents, self.styles, line.row, line.part
        name, target, comment = plain(line.name()), plain(line.target()), plain(line.comment())
        id_shape = styles.format(align="left", indent=1, bold=goal.is_its_indicator, bottom=1, bottom_color="#d9d5cc")
        sheet.write_string(number, 0, part.id, id_shape)
        sheet.write_string(number, 1, name, styles.text)
        sheet.write_string(number, 2, line.kpi_id, styles.soft)
        sheet.write_string(number, 3, row["unit"] or "", styles.soft)
        sheet.write_string(number, 4, target, styles.text)
        for place, year in enumerate(contents.years, start=self.first_year):
            judged, shown = part.judged[year], part.history.get((year, "T"))
            if shown is None:
                missing = styles.format(align="right", indent=1, font_color=SOFT, bottom=1, bottom_color="#d9d5cc")
                sheet.write_string(number, place, "–", missing)
                continue
            sheet.write_number(number, place, shown["value"], styles.number(decimals_of(judged), judged["verdict"]))
        for place in range(self.after, self.after + len(AFTER)):
            sheet.write_blank(number, place, None, styles.text)
        if part.id in self.ranges:
            sheet.add_sparkline(
                number,
                self.after,
                {
                    "range": self.ranges[part.id],
                    "type": "column",
                    "series_color": "#8fa9bd",
                    "last_point": True,
                    "last_color": "#1d4f6e",
                    "show_hidden": True,
                    "min": _foot([judged["value"] for judged in part.judged.values() if judged["value"] is not None]),
                },
            )
        if row["rank"] is not None:
            sheet.write_string(number, self.after + 1, f"{row['rank']} av {row['rank_n']}", styles.soft)
        sheet.write_string(number, self.after + 2, styles.word(row["verdict"]), styles.verdict(row["verdict"]))
        sheet.write_string(number, self.after + 3, comment, styles.soft)
        lines = [lines_of(name, BEFORE[1][1]), lines_of(target, BEFORE[4][1])]
        lines += [lines_of(comment, AFTER[3][1], is_soft=True), lines_of(row["unit"] or "", BEFORE[3][1], is_soft=True)]
        sheet.set_row(number, height(max(lines)))


def _foot(values: Sequence[float]) -> float:
    """Return the base of a trend's columns: below the lowest value, so that its column is visible."""
    low, high = min(values), max(values)
    return low - ((high - low) / 3 or abs(high) or 1.0)
