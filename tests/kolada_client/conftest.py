"""One fixture: the helpers of `support`, and the end of what they started."""

from collections.abc import Iterator

import pytest

from tests.kolada_client.support import Api


@pytest.fixture
def api() -> Iterator[Api]:
    """Helpers, and the end of every client that they made."""
    helpers = Api()
    yield helpers
    for client in helpers.clients:
        client.close()
