"""The entry point of the `kolada` command: it checks that our packages are ours before it imports them.

The names of the packages are common (`cli`, `goals`, `pipeline`), so another distribution in the same environment can
have replaced one of them. This module has the unique name of the distribution, and imports none of them before the
check.
"""

import csv
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

DISTRIBUTION = "kolada-pipeline"
PACKAGES = (
    "cli",
    "fake_kolada",
    "flows",
    "goals",
    "kolada_client",
    "pipeline",
    "reports",
    "sharing",
    "warehouse",
    "web",
)
HERE = Path(__file__).resolve().parent
BAD_INPUT = 2

REMEDY = (
    "Nothing was started. Give this software an environment of its own: `pipx install kolada-pipeline`, "
    "or `uvx kolada-pipeline`; in a checkout, `make install`."
)


def main() -> None:
    """Run the command, unless a package of another distribution has replaced one of ours."""
    problem = misplaced_package(sys.path) or overwritten_package()
    if problem is not None:
        sys.stderr.write(f"{problem} {REMEDY}\n")
        raise SystemExit(BAD_INPUT)
    from cli import main as run  # noqa: PLC0415 - only now known to be ours

    run()


def misplaced_package(folders: Sequence[str]) -> str | None:
    """Return a sentence about the first of our packages that Python would not import from this module's folder.

    Args:
        folders: the folders that Python searches, in order, as in `sys.path`.
    """
    for name in PACKAGES:
        found = PathFinder.find_spec(name, folders)
        wanted = HERE / name / "__init__.py"
        if found is None or found.origin is None:
            return f"The package `{name}` is missing: there is no `{wanted}`."
        if Path(found.origin).resolve() != wanted:
            return f"The package `{name}` is read from `{found.origin}`, and ours is `{wanted}`."
    return None


def overwritten_package() -> str | None:
    """Return a sentence about the first of our packages that has changed since it was installed.

    The installer's RECORD has the hash of every file; an editable installation records none of our files.
    """
    try:
        record = distribution(DISTRIBUTION).read_text("RECORD") or ""
    except PackageNotFoundError:
        return None
    recorded = {row[0]: row[1] for row in csv.reader(record.splitlines()) if row}
    for name in PACKAGES:
        file = f"{name}/__init__.py"
        if file in recorded and recorded[file] != hash_of(HERE / file):
            return f"The package `{name}` in `{HERE}` is not ours: {owner_of(file, distributions())} overwrote it."
    return None


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in the format of RECORD."""
    return f"sha256={urlsafe_b64encode(sha256(path.read_bytes()).digest()).decode().rstrip('=')}"


def owner_of(file: str, installed: Iterable[Distribution]) -> str:
    """Return the name of the other distribution that records the same file, as a phrase."""
    for each in installed:
        if each.name != DISTRIBUTION and file in (str(one) for one in each.files or ()):
            return f"the distribution `{each.name}` {each.version}"
    return "another distribution"


if __name__ == "__main__":
    main()
