"""The order of the test files names files that there are."""

from tests.longest_first import SECONDS, TESTS


def test_every_file_with_a_place_is_there():
    """A file that was moved takes its place along, and the longest stands first."""
    assert [name for name in SECONDS if not (TESTS / name).is_file()] == []
    assert list(SECONDS.values()) == sorted(SECONDS.values(), reverse=True)
