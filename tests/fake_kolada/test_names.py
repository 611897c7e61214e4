"""The public names, and the help texts that are made from the registries."""

import fake_kolada
from fake_kolada import CHANGES, FAULTS, change_help, fault_help


def test_every_public_name_is_there_and_says_what_it_is():
    """`__all__` is sorted as ruff sorts it, holds no private name, and each class and function is documented."""
    for name in fake_kolada.__all__:
        assert not name.startswith("_")
        thing = getattr(fake_kolada, name)
        if callable(thing):
            assert thing.__doc__, name


def test_the_help_texts_name_every_fault_and_change_once():
    """One line each, with its description; a change shows its coordinates."""
    assert list(FAULTS) == [line.split()[0] for line in fault_help().splitlines()]
    assert list(CHANGES) == [line.split(":")[0] for line in change_help().splitlines()]
    assert "revised:KPI/UNIT/YEAR/GENDER=VALUE" in change_help()
    for kind in (*FAULTS.values(), *CHANGES.values()):
        assert kind.description


def test_registries_know_their_own_names():
    """The key of an entry is its name."""
    assert all(name == kind.name for registry in (FAULTS, CHANGES) for name, kind in registry.items())
