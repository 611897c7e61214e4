"""A folder that a council's office keeps in git: its plans, and what a hosted forge does with them.

The files are templates beside this module (`plan_repository/`); what they run is the command and nothing of their own.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "plan_repository"
# Where each template goes. Names that begin with a dot, or mean something to tools, are not those of the templates.
PLACES: Final[Mapping[str, str]] = {
    "intro.md": "README.md",
    "gitignore": ".gitignore",
    "requirements.in": "requirements.txt",
    "workflows/forslag.yml": ".github/workflows/forslag.yml",
    "workflows/natt.yml": ".github/workflows/natt.yml",
}
VERSION_GAP: Final = "{version}"


class RepositoryRefused(ValueError):
    """A plan repository cannot be written there: nothing is written."""


def write_repository(folder: Path, *, version: str) -> tuple[Path, ...]:
    """Write the files of a plan repository into a folder, and an empty `goals/`; plans that are there already stay.

    Args:
        folder: where to; made if it is not there.
        version: of this software, which the repository pins.

    Returns:
        The files that were written.

    Raises:
        RepositoryRefused: one of the files is there already; nothing is overwritten.
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
    # git keeps no empty folder.
    keep = folder / "goals" / ".gitkeep"
    keep.parent.mkdir(exist_ok=True)
    keep.touch()
    return (*(folder / place for place in texts), keep)
