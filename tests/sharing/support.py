"""How the sharing tests ask for a share."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.settings import Settings
from warehouse.share_note import ShareWish


def wished(place: str = "", **options: object) -> ShareWish:
    """The options of the settings for sharing to a place, some of them changed."""
    return replace(Settings().share_wish_to(place), **options)


def present() -> datetime:
    """The present instant."""
    return datetime.now(UTC)
