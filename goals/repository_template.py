"""A folder to keep in git: a council's plans, and the workflows of a hosted forge for them.

The files are templates next to this module (`plan_repository/`); they run only the `kolada` command.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).parent / "plan_repository"
# The target of each template. Templates do not have names that begin with a dot or that tools recognize.
PLACES: Mapping[str, str] = {
    "intro.md": "README.md",
    "gitignore": ".gitignore",
    "requirements.in": "requirements.txt",
    "workflows/forslag.yml": ".github/workflows/forslag.yml",
    "workflows/natt.yml": ".github/workflows/natt.yml",
}
VERSION_GAP = "{version}"


class RepositoryRefused(ValueError):
    """A plan repository cannot be written to the folder; nothing is written."""


def write_repository(folder: Path, *, version: str) -> tuple[Path, ...]:
    """Write the files of a plan repository into a folder, and an empty `goals/`; existing plans are kept.

    Args:
        folder: the target; created if it does not exist.
        version: of this software, which the repository pins.

    Returns:
        The files that were written.

    Raises:
        RepositoryRefused: one of the files exists already; nothing is overwritten.
        OSError: the folder cannot be written.
    """
    texts = {
        place: (TEMPLATES / name).read_text(encoding="utf-8").replace(VERSION_GAP, version)
        for name, place in PLACES.items()
    }
    taken = ", ".join(f"`{place}`" for place in texts if (folder / place).exists())
    if taken:
        raise RepositoryRefused(
            f"There is {taken} in `{folder}` already, and nothing is overwritten, so no plan repository was written. "
            "Name a new folder: `kolada goals init FOLDER`."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-repository-", dir=folder) as work:
        for place, text in texts.items():
            draft, target = Path(work) / "draft", folder / place
            draft.write_text(text, encoding="utf-8", newline="\n")
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(target)
    # git stores no empty folder.
    keep = folder / "goals" / ".gitkeep"
    keep.parent.mkdir(exist_ok=True)
    keep.touch()
    return (*(folder / place for place in texts), keep)
