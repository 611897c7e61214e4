"""The list of long test files."""

from tests.longest_first import SECONDS, TESTS


def test_every_file_with_a_place_is_there():
    """Every listed file exists, and the list is sorted by seconds, longest first."""
    assert [name for name in SECONDS if not (TESTS / name).is_file()] == []
    assert list(SECONDS.values()) == sorted(SECONDS.values(), reverse=True)
