"""docs/settings.md, made of the settings themselves: `kolada settings --markdown > docs/settings.md`."""

from types import UnionType
from typing import get_args, get_origin

from flows.settings import Settings

HEAD = """# Settings

An option of the command stands above a variable, a variable above the file `.env` in the working directory, and that
above the default. `kolada settings` prints what holds now. A value that cannot be used is refused with a message
before anything starts.

This page is made by `kolada settings --markdown > docs/settings.md`; a test keeps it so.

| variable | default | type | meaning |
|---|---|---|---|
"""

FOOT = """
Other variables:

| variable | meaning |
|---|---|
| PREFECT_API_URL | The Prefect server to use; without it `kolada serve` starts one, `kolada refresh` a temporary one. |
| PREFECT_HOME | Where Prefect keeps its database and profiles; `~/.prefect` by default. |
| PREFECT_SERVER_ANALYTICS_ENABLED, DO_NOT_TRACK | Prefect's telemetry; `kolada serve` sets them to `false` and `1`. |
| KOLADA_TRACEBACK | Set to 1, an error that we know shows where it arose. |
| KOLADA_RECORDED | The folder of recorded data that tests read; `../shared/kolada` by default. |
"""


def settings_page() -> str:
    """The page."""
    rows = [
        f"| KOLADA_{name.upper()} | `{field.default}` | {type_name(field.annotation)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "\n".join(rows) + "\n" + FOOT


def type_name(annotation: object) -> str:
    """A type for people."""
    if get_origin(annotation) is UnionType:
        return " or ".join(type_name(each) for each in get_args(annotation))
    words = {"str": "text", "Path": "folder", "float": "number", "int": "whole number", "bool": "true or false"}
    name = getattr(annotation, "__name__", str(annotation))
    return words.get(name, name)
