"""The options of an export, and the options that each format supports; all others are refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from reports.errors import OptionRefused
from reports.reading.scope import Scope
from reports.written_files import named_file


class Format(StrEnum):
    """The formats of an export."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    DOCX = "docx"
    MEMO = "memo"


TABLES = (Format.PARQUET, Format.CSV)
DOCUMENTS = (Format.XLSX, Format.DOCX, Format.MEMO)
ENDINGS: Mapping[Format, tuple[str, ...]] = {
    Format.PARQUET: (".parquet",),
    Format.CSV: (".csv",),
    Format.XLSX: (".xlsx",),
    Format.DOCX: (".docx",),
    Format.MEMO: (".docx", ".html", ".md"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of an export.

    Attributes:
        plan_id: the plan of a workbook, a text or a memo.
        is_plan_named: whether tables, too, are limited to that plan.
        tables: the names of the tables; by default all marts.
        year: the year in focus of a document, or the only year of tables.
        as_of: the moment to export as of.
        scope: one goal, one owner, or a part of the year.
        has_decimal_comma: CSV with a decimal comma.
        since: show changes since this instant (UTC, naive).
        output: a file, or a folder.
    """

    plan_id: str
    is_plan_named: bool = False
    tables: tuple[str, ...] = ()
    year: int | None = None
    as_of: str | None = None
    scope: Scope = field(default_factory=Scope)
    has_decimal_comma: bool = False
    since: datetime | None = None
    output: Path | None = None

    def file(self, output_format: Format) -> Path | None:
        """Return the file that the output names; None if it names a folder.

        Raises:
            OptionRefused: the file name has the ending of another format.
        """
        return named_file(self.output, ENDINGS[output_format], f"--format {output_format}")

    def refuse_what_cannot_hold(self, output_format: Format) -> None:
        """Refuse an option that the format does not support.

        Raises:
            OptionRefused: an option is not supported; the message names the formats that support it.
        """
        for option, is_given, formats in (
            ("--table", bool(self.tables), TABLES),
            ("--decimal-comma", self.has_decimal_comma, (Format.CSV,)),
            ("--since", self.since is not None, (Format.DOCX, Format.MEMO)),
            ("--period", self.scope.period is not None, DOCUMENTS),
        ):
            if is_given and output_format not in formats:
                raise OptionRefused(
                    f"--format {output_format} does not support `{option}`, so nothing was written. "
                    f"Leave the option out, or choose a format that supports it: {', '.join(formats)}."
                )
