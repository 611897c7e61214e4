"""Read mutated responses with a client and print the outcomes as JSON.

    echo '[17, 4711]' | python -m tests.kolada_client.reading_bent

It runs as a separate process so that its memory use can be measured.
"""

import json
import pickle
import sys
import time
import traceback
from collections import Counter
from typing import Any

import httpx
import polars as pl

from kolada_client import Answer, KoladaClient, KoladaError, ManualClock
from tests.kolada_client.bent_answers import BASE, REQUESTS, bent_answer
from tests.kolada_client.support import MemoryLanding
from tests.peak_memory import peak_megabytes


def read(number: int) -> str:
    """Request body `number` and return the outcome, `Answer` or the error's name; raise if a check fails."""
    kind, handler = bent_answer(number)
    request, schema = REQUESTS[kind]
    landing = MemoryLanding()
    settings: dict[str, Any] = {"clock": ManualClock(), "rate": None, "max_attempts": 2, "total_deadline": 60}
    with KoladaClient(BASE, transport=httpx.MockTransport(handler), landing=landing, **settings) as client:
        try:
            came: Answer | KoladaError = client.answer(request)
        except KoladaError as error:
            came = error
    if isinstance(came, Answer):
        check(came, schema)
    else:
        check_told(came)
    assert set() == landing.undecided, "a response without a verdict"
    return type(came).__name__


def check_told(error: KoladaError) -> None:
    """Assert that an error can be printed, stored and pickled."""
    text = str(error)
    assert len(text.encode()) < 5000, f"a message of {len(text)} characters"
    assert str(pickle.loads(pickle.dumps(error))) == text  # noqa: S301 - our own bytes


def check(answer: Answer, schema: dict[str, pl.DataType]) -> None:
    """Assert that every row of an answer can be stored."""
    frame = answer.frame
    assert pl.Schema(schema) == frame.schema
    if "value" in frame.columns:
        assert frame["value"].drop_nulls().is_finite().all(), "a value that is not finite"
    for remark in answer.remarks:
        assert len(remark.encode()) < 5000, "a remark of 5,000 bytes or more"


def main(numbers: list[int]) -> None:
    """Read the bodies with these numbers and print the outcomes."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    slowest: tuple[float, int] = (0.0, 0)
    for number in numbers:
        started = time.process_time()
        try:
            outcomes[read(number)] += 1
        except BaseException:  # noqa: BLE001 - whatever comes out is told, with the number of its body
            wrong.append(f"body {number}: {traceback.format_exc(limit=-4)}")
        slowest = max(slowest, (time.process_time() - started, number))
    peak = peak_megabytes()
    print(json.dumps({"outcomes": outcomes, "wrong": wrong, "slowest": slowest, "peak_megabytes": peak}))


if __name__ == "__main__":
    main(json.load(sys.stdin))
