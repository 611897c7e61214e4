"""A description of the measuring machine in one sentence: the facts that matter for the figures, without its name."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

OURS = ("duckdb", "polars", "pyarrow", "httpx")


def describe_machine() -> str:
    """Return cores, processor, memory, system and versions."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in OURS)
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory:.0f} GB of memory, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, {versions}"
    )


def processor() -> str:
    """Return the model name of the processor."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unnamed")


def busy_share() -> float:
    """Return the running or waiting processes per core, over the last minute."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)
