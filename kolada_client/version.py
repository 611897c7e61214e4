"""The version that this client gives itself in its User-Agent."""

from importlib import metadata
from typing import Final

PROJECT: Final = "kolada-pipeline"


def project_version() -> str:
    """The installed version, or `0` when the package runs from a folder that was not installed."""
    try:
        return metadata.version(PROJECT)
    except metadata.PackageNotFoundError:
        return "0"


def default_user_agent() -> str:
    """`kolada-pipeline/<version>`."""
    return f"{PROJECT}/{project_version()}"
