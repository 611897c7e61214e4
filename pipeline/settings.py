"""The settings: an option of the command first, then a `KOLADA_*` variable, then `.env`, then the default here.

This is the one place where a setting, its default and its meaning stand; docs/settings.md is made of it.
"""

from collections.abc import Collection
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin

from pydantic import Field, PositiveFloat, PositiveInt, field_validator
from pydantic_settings import SettingsConfigDict

from kolada_client import (
    DEFAULT_BASE_URL,
    DEFAULT_CONCURRENCY,
    DEFAULT_DEADLINE,
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_RATE,
    DEFAULT_TIMEOUT,
)
from pipeline.limits import Limits
from warehouse.home import SAMPLE_FOLDER
from warehouse.share_note import ShareWish, without_password

SAMPLE_URL = "http://sample.invalid/v3"

# The plan that travels with the software, in its package; the sample is judged by it where nobody has written one.
SHIPPED_GOALS = Path(__file__).resolve().parent.parent / "goals"

HEAD = """# Settings

An option of the command stands above a variable, a variable above the file `.env` in the working directory, and that
above the default. `kolada settings` prints what holds now. A value that cannot be used is refused with a message
before anything starts.

This page is made by `kolada settings --markdown > docs/settings.md`; a test keeps it so.

| variable | default | type | meaning |
|---|---|---|---|
"""

LIMITS_HEAD = """
## Limits

What may change in a night before a run is held. A share is of what was known; more than it holds the run, with the
rows that go beyond, until somebody approves them (`kolada review`). A few cells, or those of one unit, never exceed a
share of cells, unless it is 0, which lets none pass; 1 lets all pass.

| variable | default | type | share of what, or what else |
|---|---|---|---|
"""

FOOT = """
## Other variables

| variable | meaning |
|---|---|
| PREFECT_API_URL | The Prefect server to use; without it `kolada serve` starts one, `kolada refresh` a temporary one. |
| PREFECT_HOME | Where Prefect keeps its database and profiles; `~/.prefect` by default. |
| PREFECT_SERVER_ANALYTICS_ENABLED, DO_NOT_TRACK | Prefect's telemetry; `kolada serve` sets them to `false` and `1`. |
| KOLADA_LANG | The language of report, export, explain and goals: `sv` or `en`; by default the locale's. |
| KOLADA_TRACEBACK | Set to 1, an error that we know shows where it arose. |
| KOLADA_RECORDED | The folder of recorded data that tests read; `../shared/kolada` by default. |
"""


class Settings(Limits):
    """What the pipeline reads and where it writes. Values are checked when the settings are made."""

    model_config = SettingsConfigDict(env_prefix="KOLADA_", env_file=".env", extra="ignore", frozen=True)

    base_url: str = Field(default=DEFAULT_BASE_URL, description="The API, with its version: ends in /v3.")
    home: Path = Field(default=Path("data"), description="The folder that everything is written under.")
    bodies: Path | None = Field(
        default=None,
        description="A folder where homes share bodies: what one has received takes no room in another. On the file "
        "system of the homes, and of the same user.",
    )
    goals: Path = Field(default=Path("goals"), description="The folder of plans; all of them are refreshed.")
    plan: str = Field(
        default="alingsas-2022-2024", description="The plan that report, explain and the printed table show."
    )
    rate: PositiveFloat = Field(default=DEFAULT_RATE, description="Requests a second, at most.")
    concurrency: PositiveInt = Field(default=DEFAULT_CONCURRENCY, description="Requests at a time, at most.")
    timeout: PositiveFloat = Field(
        default=DEFAULT_TIMEOUT, description="Seconds without an answer after which a try is given up."
    )
    max_attempts: PositiveInt = Field(
        default=DEFAULT_MAX_ATTEMPTS, description="How often a request that fails in passing is tried."
    )
    deadline: PositiveFloat = Field(
        default=DEFAULT_DEADLINE, description="Seconds that one request may take, all its tries and waits together."
    )
    resume_hours: float = Field(
        default=6.0,
        ge=0,
        description="A run that died is taken up again if it started at most this long ago.",
    )
    wait: float = Field(
        default=600.0,
        ge=0,
        description="Seconds that a run waits for another one that is writing, before it gives up.",
    )
    keep: PositiveInt = Field(default=7, description="How many earlier published files are kept for `kolada rollback`.")
    mirror_days: PositiveInt = Field(
        default=28,
        description="Within how many days `kolada mirror` reads every cell again, whatever the calendar says.",
    )
    stale_hours: PositiveFloat = Field(
        default=36.0, description="`kolada status` calls published data older than this stale."
    )

    share: str | None = Field(
        default=None,
        description="Where each publication is shared by itself: a folder, `s3://bucket/prefix`, or a lake "
        "(`ducklake:postgresql://…`). The sample is not.",
    )
    share_keep: PositiveInt = Field(default=14, description="How many shared versions stay.")
    share_min_days: float = Field(default=2.0, ge=0, description="Shared versions younger than this many days stay.")
    share_all: bool = Field(
        default=False, description="Share names of persons, the log of requests and what runs said as well."
    )
    log_json: bool = Field(default=False, description="The log of a run as JSON, one object a line.")

    @field_validator("base_url")
    @classmethod
    def _is_url(cls, given: str) -> str:
        if not given.startswith(("http://", "https://")):
            raise ValueError(
                f"`{given}` is no address of an API, so nothing can be fetched. "
                f"Give one that starts with http:// or https://, such as {DEFAULT_BASE_URL}."
            )
        return given.rstrip("/")

    @field_validator("share")
    @classmethod
    def _is_place(cls, given: str | None) -> str | None:
        scheme, is_address, _ = (given or "").partition("://")
        if is_address and scheme != "s3" and not scheme.startswith("ducklake:"):
            raise ValueError(
                f"`{without_password(given or '')}` is no place to share to. Name a folder, a bucket as "
                "s3://bucket/prefix, or a lake as ducklake:postgresql://…"
            )
        if given and without_password(given) != given:
            raise ValueError("it holds a password, which would be shown wherever the place is named. Leave it out")
        return given or None

    @property
    def share_wish(self) -> ShareWish | None:
        """Where and how each publication is shared; None where no place is named."""
        return self.share_wish_to(self.share) if self.share is not None else None

    def share_wish_to(self, place: str) -> ShareWish:
        """How a publication is shared to a place."""
        return ShareWish(
            place=place, is_all=self.share_all, keep=self.share_keep, min_days=self.share_min_days, wait=self.wait
        )

    @property
    def is_sample(self) -> bool:
        """Whether the built-in sample stands in for the API."""
        return self.base_url == SAMPLE_URL

    @classmethod
    def of(cls, *, sample: bool) -> "Settings":
        """The settings that hold now, for the built-in sample or for the API."""
        return cls().for_sample() if sample else cls()

    def for_sample(self) -> "Settings":
        """The same settings with the built-in sample as the source, in a home of its own, at full speed.

        Nothing of it is shared by itself: its values would take the place of real ones. Without a folder of plans in
        the working folder the plan that travels with the software is judged.
        """
        is_own = "goals" in self.model_fields_set or self.goals.is_dir()
        return self.model_copy(
            update={
                "base_url": SAMPLE_URL,
                "home": self.home / SAMPLE_FOLDER,
                "goals": self.goals if is_own else SHIPPED_GOALS,
                "share": None,
                "bodies": None,
                "rate": 1000.0,
                "timeout": 600.0,
            }
        )

    @property
    def refresh_command(self) -> str:
        """What reads everything again with these settings, for an advice."""
        return "kolada refresh --sample" if self.is_sample else "kolada refresh"

    def plan_to_show(self, plan_ids: Collection[str]) -> str:
        """The plan that is shown: the one that was named, else the default one if it is there, else the first one.

        Args:
            plan_ids: the plans that there are.
        """
        if "plan" in self.model_fields_set or self.plan in plan_ids or not plan_ids:
            return self.plan
        return min(plan_ids)


def settings_page() -> str:
    """The page."""
    rows = {
        name: f"| KOLADA_{name.upper()} | `{field.default}` | {type_name(field.annotation)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    }
    settings = "".join(row for name, row in rows.items() if name not in Limits.model_fields)
    limits = "".join(rows[name] for name in Limits.model_fields)
    return HEAD + settings + LIMITS_HEAD + limits + FOOT


def type_name(annotation: object) -> str:
    """A type for people."""
    if get_origin(annotation) is UnionType:
        return " or ".join(type_name(each) for each in get_args(annotation))
    words = {"str": "text", "Path": "folder", "float": "number", "int": "whole number", "bool": "true or false"}
    name = getattr(annotation, "__name__", str(annotation))
    return words.get(name, name)
