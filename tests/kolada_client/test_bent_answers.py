"""5,000 mutated responses: each becomes an answer that can be stored or a `KoladaError` that can be reported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeping import points_of

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize("first", range(0, 5000, 1250))
def test_whatever_comes_is_an_answer_or_a_kolada_error(first: int) -> None:
    """Only an `Answer` or a `KoladaError` comes out, in under 20 CPU seconds a body and 500 MB for all of them."""
    numbers = points_of(range(first, first + 1250), seed=first)
    asked = subprocess.run(
        [sys.executable, "-m", "tests.kolada_client.reading_bent"],
        input=json.dumps(numbers),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(asked.stdout)
    assert told["wrong"] == []
    assert sum(told["outcomes"].values()) == len(numbers)
    # Enough bodies are refused, and enough get through.
    assert (
        min(told["outcomes"][kind] for kind in ("Answer", "KoladaContractError", "KoladaUnreadable"))
        > len(numbers) / 10
    )
    assert told["slowest"][0] < 20
    assert told["peak_megabytes"] < 500
