"""The public names, and the registries of faults and changes."""

import fake_kolada
from fake_kolada import CHANGES, FAULTS


def test_every_public_name_is_there_and_says_what_it_is():
    """`__all__` has no private name, and each class and function is documented."""
    for name in fake_kolada.__all__:
        assert not name.startswith("_")
        thing = getattr(fake_kolada, name)
        if callable(thing):
            assert thing.__doc__, name


def test_every_fault_and_change_says_what_it_does():
    """Each fault and change has a description, and a change shows its coordinates."""
    assert "revised:KPI/UNIT/YEAR/GENDER=VALUE" == CHANGES["revised"].usage
    for kind in (*FAULTS.values(), *CHANGES.values()):
        assert kind.description


def test_registries_know_their_own_names():
    """Each registry key is the entry's name."""
    assert all(name == kind.name for registry in (FAULTS, CHANGES) for name, kind in registry.items())
