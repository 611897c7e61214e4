"""The `api` fixture."""

from collections.abc import Iterator

import pytest

from tests.kolada_client.support import Api


@pytest.fixture
def api() -> Iterator[Api]:
    """Give the helpers of `support`, and close every client that they made."""
    helpers = Api()
    yield helpers
    for client in helpers.clients:
        client.close()
