"""The OpenAPI description: every response, to valid and invalid requests, conforms to it.

Refusals are tested in test_requests.py: the API accepts any text as an id, so most invalid requests get a response
without rows.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from fake_kolada import ContractChoices, DataSet, FakeKolada
from tests.sweeping import is_whole

EXAMPLES = 100 if is_whole() else 5
OTHERWISE = ContractChoices(
    refusal_status=400,
    per_page_above_cap="clamp",
    unknown_kpi_in_data="not_found",
    unknown_ids_in_catalogue="not_found",
    page_past_end="not_found",
    end_of_pages="empty_text",
    list_limit=3,
    page_cap=2,
)


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("contract", [ContractChoices(), OTHERWISE], ids=["likeliest", "otherwise"])
def test_every_answer_is_as_it_is_described(small: DataSet, contract: ContractChoices, mode: GenerationMode) -> None:
    """Status and body conform to the description, and a valid request is not refused."""
    schema = schemathesis.openapi.from_asgi("/v3/openapi.json", FakeKolada(small, contract=contract).app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert 21 == len(operations)
    for operation in operations:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def is_as_described(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=[negative_data_rejection])

        is_as_described()
