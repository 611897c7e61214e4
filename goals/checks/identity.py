"""Is the plan the one that it says it is, and does its municipality exist?"""

from collections.abc import Iterator, Mapping

from goals.cell_values import suggestion
from goals.draft import Draft
from goals.errors import Finding
from goals.plan_columns import SETTINGS_FILE


def check_identity(draft: Draft, *, name: str | None, municipalities: Mapping[str, str] | None) -> Iterator[Finding]:
    """The plan's id against its folder's name, its municipality against the list of all."""
    settings = draft.settings
    if settings is None:
        return
    if name is not None and settings.plan_id and settings.plan_id != name:
        yield Finding(
            SETTINGS_FILE,
            f"not the name of the folder, `{name}`",
            "the plan could be found under one name and stored under another",
            f'Write `plan_id = "{name}"`, or rename the folder',
            column="plan_id",
            value=settings.plan_id,
        )
    code = settings.municipality_id
    if municipalities is not None and code and code not in municipalities:
        yield Finding(
            SETTINGS_FILE,
            "no municipality with this code in the list of municipalities",
            "it would have no values",
            f"Write the municipality's four digits.{suggestion(code, municipalities)}".rstrip("."),
            column="municipality_id",
            value=code,
        )
