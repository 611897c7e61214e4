"""The faults and changes as a list to read: one line each, made from their registries."""

from fake_kolada.change_kinds import CHANGES
from fake_kolada.fault_kinds import FAULTS


def fault_help() -> str:
    """Every fault with what it does."""
    return _listed({name: kind.description for name, kind in FAULTS.items()})


def change_help() -> str:
    """Every change as it is written in full, with what it does."""
    return _listed({kind.usage: kind.description for kind in CHANGES.values()})


def _listed(entries: dict[str, str]) -> str:
    width = max(len(name) for name in entries)
    return "\n".join(f"{name:<{width}}  {description}" for name, description in entries.items())
