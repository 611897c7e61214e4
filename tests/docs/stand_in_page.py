"""`python -m tests.docs.stand_in_page` writes the lists in docs/fake-kolada.md from the stand-in's registries."""

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from fake_kolada import CHANGES, FAULTS, ContractChoices

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fake-kolada.md"


def written(text: str) -> str:
    """Return the page with new text between its marks."""
    for mark, lines in (("faults", faults()), ("changes", changes()), ("contract", contract())):
        head, _, rest = text.partition(f"<!-- {mark}: made by `make docs` -->\n")
        _, _, tail = rest.partition(f"<!-- end of {mark} -->\n")
        body = "\n".join(lines)
        text = f"{head}<!-- {mark}: made by `make docs` -->\n\n{body}\n\n<!-- end of {mark} -->\n{tail}"
    return text


def faults() -> Iterator[str]:
    """Yield each fault with its description."""
    yield from ("| fault | what happens |", "|---|---|")
    yield from (row(f"`{name}`", kind.description) for name, kind in FAULTS.items())


def changes() -> Iterator[str]:
    """Yield each change with its full form."""
    yield from ("| change | what the data is then |", "|---|---|")
    yield from (row(f"`{kind.usage}`", kind.description) for kind in CHANGES.values())


def contract() -> Iterator[str]:
    """Yield each choice with its default."""
    about = described(inspect.getdoc(ContractChoices) or "")
    defaults = ContractChoices()
    yield from ("| choice | default | what it decides |", "|---|---|---|")
    for field in fields(ContractChoices):
        yield row(f"`{field.name}`", f"`{getattr(defaults, field.name)!r}`", about[field.name])


def described(docstring: str) -> dict[str, str]:
    """Return attribute -> its sentence in a docstring."""
    listed = docstring.partition("Attributes:\n")[2]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def row(*cells: str) -> str:
    """Return a row of a table."""
    escaped: Sequence[str] = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
