"""The sheet of each goal: the main columns, every year, and a native chart of each indicator."""

from collections.abc import Mapping
from typing import cast

from xlsxwriter.chart import Chart
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from reports.page.matrix import MatrixRow
from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.swedish.notices import source_text
from reports.swedish.sentences import plain
from reports.swedish.verdict_sentences import decimals_of, margin_decimals
from reports.workbook.workbook_columns import Cell, held_against
from reports.workbook.workbook_styles import Styles, height, id_width, lines_of

HEAD_ROW = 4
# Widths in characters; 0: as the ids ask for.
COLUMNS = (
    ("Id", 0),
    ("Indikator", 44),
    ("År", 7),
    ("Enhet", 16),
    ("Utfall", 11),
    ("Mål", 24),
    ("Ställs mot", 12),
    ("Bedömning", 18),
    ("Marginal", 10),
    ("Plats", 7),
    ("Av", 7),
    ("Källa", 26),
    ("Kommentar", 36),
)
NUMBERS = ("År", "Utfall", "Ställs mot", "Marginal", "Plats", "Av")
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
LONGEST_NAME = 31
CHARTS_ABREAST = 3
# The size of a chart in pixels, and the number of rows that it covers.
CHART_WIDTH, CHART_HEIGHT, CHART_ROWS = 500, 260, 14


def sheet_name(goal: GoalPart) -> str:
    """Return a goal's id as a sheet name, without the characters that a sheet name cannot contain."""
    return goal.id.translate(FORBIDDEN_IN_NAMES)[:LONGEST_NAME]


class GoalSheet:
    """The writer of a goal's sheet.

    Args:
        contents: the plan.
        styles: the styles of the workbook.
        series: indicator -> the cell ranges of its years, own values and compared figures.
    """

    def __init__(self, contents: Contents, styles: Styles, series: Mapping[str, tuple[str, str, str]]) -> None:
        self.contents, self.styles, self.series = contents, styles, series

    def write(self, goal: GoalPart) -> None:
        """Write the whole sheet."""
        styles, contents = self.styles, self.contents
        sheet = styles.book.add_worksheet(sheet_name(goal))
        written = contents.comment(goal.id)
        remark = "Senaste året först. Ställs mot: målvärdet, eller det värde som målet jämför med."
        styles.head(sheet, f"{goal.id} {goal.goal['title']}", remark)
        judged = goal.verdicts.get(contents.year)
        said = [f"{contents.year}: {styles.word(judged['verdict'])}." if judged is not None else ""]
        said += [judged["assessment_text"] or "" if judged is not None else "", written["text"] if written else ""]
        sheet.write_string(3, 0, " ".join(filter(None, said)), styles.format(bold=True))
        for place, (title, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width or id_width(part.id for part in goal.indicators))
            sheet.write_string(HEAD_ROW, place, title, styles.heading(is_number=title in NUMBERS))
        number = HEAD_ROW + 1
        for part in goal.indicators:
            for year in sorted(part.judged, reverse=True):
                self._row(sheet, number, goal, part, year)
                number += 1
        sheet.autofilter(HEAD_ROW, 0, max(number - 1, HEAD_ROW + 1), len(COLUMNS) - 1)
        sheet.freeze_panes(HEAD_ROW + 1, 2)
        self._charts(sheet, number + 1, goal)
        styles.page(sheet, repeat=(HEAD_ROW, HEAD_ROW))

    def _row(self, sheet: Worksheet, number: int, goal: GoalPart, part: IndicatorPart, year: int) -> None:
        contents, styles, row = self.contents, self.styles, part.judged[year]
        line = MatrixRow(contents, goal, part, year)
        name, target, comment = plain(line.name()), plain(line.criterion()), plain(line.comment())
        origin = source_text(contents.source, row["source_label"])
        held = held_against(contents, part, row)
        decimals = decimals_of(row)
        for place, (text, shape) in {
            0: (part.id, styles.text),
            1: (name, styles.text),
            3: (row["unit"], styles.soft),
            5: (target, styles.text),
            7: (styles.word(row["verdict"]), styles.verdict(row["verdict"])),
            11: (origin, styles.soft),
            12: (comment, styles.soft),
        }.items():
            sheet.write_string(number, place, text or "", shape)
        numbers: dict[int, tuple[Cell, CellFormat]] = {
            2: (year, styles.format(align="right", indent=1, bottom=1, bottom_color="#d9d5cc")),
            4: (row["value"], styles.number(decimals, row["verdict"])),
            6: (held, styles.number(decimals, is_soft=True)),
            8: (row["margin"], styles.number(margin_decimals(row), is_soft=True)),
            9: (row["rank"], styles.number(0, is_soft=True)),
            10: (row["rank_n"], styles.number(0, is_soft=True)),
        }
        for place, (value, shape) in numbers.items():
            if value is None:
                sheet.write_blank(number, place, None, styles.text)
            else:
                sheet.write(number, place, value, shape)
        widths = dict(COLUMNS)
        texts = ((name, "Indikator"), (target, "Mål"))
        soft = ((origin, "Källa"), (comment, "Kommentar"), (row["unit"] or "", "Enhet"))
        lines = [lines_of(text, widths[title]) for text, title in texts]
        lines += [lines_of(text, widths[title], is_soft=True) for text, title in soft]
        sheet.set_row(number, height(max(lines)))

    def _charts(self, sheet: Worksheet, first_row: int, goal: GoalPart) -> None:
        """Add a line chart of each indicator with a value, several in a row."""
        drawn = [part for part in goal.indicators if part.id in self.series]
        for index, part in enumerate(drawn):
            years, own, held = self.series[part.id]
            chart = cast("Chart", self.styles.book.add_chart({"type": "line"}))
            marker = {"type": "circle", "size": 6, "fill": {"color": "#1d4f6e"}, "border": {"color": "#1d4f6e"}}
            line = {"color": "#1d4f6e", "width": 2}
            chart.add_series({"name": "Utfall", "categories": years, "values": own, "marker": marker, "line": line})
            dashed = {"color": "#8a5a00", "width": 1.5, "dash_type": "dash"}
            chart.add_series({"name": "Ställs mot", "categories": years, "values": held, "line": dashed})
            title = f"{part.id} {part.indicator['unit'] or ''}".strip()
            chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
            chart.set_legend({"position": "bottom", "font": {"size": 9}})
            chart.set_y_axis(
                {"major_gridlines": {"visible": True, "line": {"color": "#e5e2db"}}, "num_font": {"size": 9}}
            )
            chart.set_x_axis({"num_font": {"size": 9}})
            chart.show_blanks_as("gap")
            chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
            described = f"{part.id} {part.indicator['title']}: utfall och det som målet ställs mot, år för år."
            place = {
                "description": described,
                "object_position": 2,
                "x_offset": 5 + index % CHARTS_ABREAST * (CHART_WIDTH + 8),
            }
            sheet.insert_chart(first_row + index // CHARTS_ABREAST * CHART_ROWS, 0, chart, place)
