"""Fixtures of the goals tests: the repository's plan and the made-up plan, as files or edited."""

from collections.abc import Callable
from pathlib import Path

import pytest

from goals import Plan, read_plan

HERE = Path(__file__).parent
ALINGSAS = HERE.parents[1] / "goals" / "alingsas-2022-2024"
EXAMPLE = HERE / "plans" / "exempel-1480-2024-2026"

Edit = tuple[str, str, str]


@pytest.fixture(scope="session")
def alingsas() -> Plan:
    """The plan of the budget 2022-2024."""
    return read_plan(ALINGSAS)


@pytest.fixture(scope="session")
def example_files() -> dict[str, bytes]:
    """The made-up plan's files, by name."""
    return {path.name: path.read_bytes() for path in EXAMPLE.iterdir()}


@pytest.fixture
def edited(example_files: dict[str, bytes]) -> Callable[..., dict[str, bytes]]:
    """Give a function that returns the made-up plan with texts replaced: (file, old, new), each occurring once."""

    def edit(*edits: Edit) -> dict[str, bytes]:
        files = dict(example_files)
        for name, old, new in edits:
            text = files[name].decode()
            assert text.count(old) == 1, f"{old!r} must occur once in {name}"
            files[name] = text.replace(old, new).encode()
        return files

    return edit


@pytest.fixture
def write_plan(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Give a function that writes files into a folder with the made-up plan's name."""

    def write(files: dict[str, bytes]) -> Path:
        folder = tmp_path / EXAMPLE.name
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    return write
