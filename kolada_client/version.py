"""The version of this client in its User-Agent."""

from importlib import metadata

PROJECT = "kolada-pipeline"


def project_version() -> str:
    """Return the installed version, or `0` if the package is not installed."""
    try:
        return metadata.version(PROJECT)
    except metadata.PackageNotFoundError:
        return "0"


def default_user_agent() -> str:
    """Return `kolada-pipeline/<version>`."""
    return f"{PROJECT}/{project_version()}"
