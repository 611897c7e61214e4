"""Where the `kolada` command begins: it starts nothing before our packages are known to be ours.

Their names are common ones (`cli`, `goals`, `pipeline`), so another distribution in the same environment can have put
a package of its own in the place of one. This module bears the distribution's name, which no other one has, and
imports none of them until it has looked.
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
    """Run the command, unless another distribution's package stands where one of ours should."""
    problem = misplaced_package(sys.path) or overwritten_package()
    if problem is not None:
        sys.stderr.write(f"{problem} {REMEDY}\n")
        raise SystemExit(BAD_INPUT)
    from cli import main as run  # noqa: PLC0415 - only now known to be ours

    run()


def misplaced_package(folders: Sequence[str]) -> str | None:
    """The sentence about the first package of ours that Python would read from elsewhere than beside this module.

    Args:
        folders: where Python looks, in its order, as `sys.path` has them.
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
    """The sentence about the first package of ours that is no longer what the installer wrote.

    The installer's record has the hash of every file; an editable installation records none of ours.
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
    """The SHA-256 of a file as an installer records it."""
    return f"sha256={urlsafe_b64encode(sha256(path.read_bytes()).digest()).decode().rstrip('=')}"


def owner_of(file: str, installed: Iterable[Distribution]) -> str:
    """The other distribution that records the same file, in words."""
    for each in installed:
        if each.name != DISTRIBUTION and file in (str(one) for one in each.files or ()):
            return f"the distribution `{each.name}` {each.version}"
    return "another distribution"


if __name__ == "__main__":
    main()
