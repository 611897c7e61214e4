"""The undocumented points of the API's contract, as settings of the stand-in.

Each field is one such point; its default is the most likely behaviour by the evidence. Test a client with each of them,
so that it works however the live API behaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChoices:
    """The behaviour of the stand-in where that of the live API is not known.

    Attributes:
        refusal_status: Status for a list that is too long and for an invalid value (a year in letters).
        per_page_above_cap: `per_page=5001` is refused, or read as 5,000.
        unknown_kpi_in_data: A data request for unknown KPIs only: 200 with no rows, or 404.
        unknown_ids_in_catalogue: `/kpi/{ids}` and the other catalogues with unknown ids only: 200 or 404.
        page_past_end: A page after the last one: 200 with no rows, or 404.
        deleted_values: Deleted values are always returned, or only with `from_date`.
        withdrawn_kpi_values: Values of a KPI that is not in the catalogue are removed with it, or kept.
        groups_when_no_unit_is_named: A data request without municipalities returns group rows too.
        from_date_is_inclusive: A value changed on `from_date` itself is returned.
        end_of_pages: The `next_url` of the last page: null, or an empty text.
        status_words: Other words for the statuses `Missing`, `Privacy` and `Not applicable`.
        list_limit: The longest list of ids or years in one request. Known to be 25.
        page_cap: The default and the largest page. Known to be 5,000; smaller ones allow small tests.
    """

    refusal_status: Literal[422, 400] = 422
    per_page_above_cap: Literal["refuse", "clamp"] = "refuse"
    unknown_kpi_in_data: Literal["empty", "not_found"] = "empty"
    unknown_ids_in_catalogue: Literal["empty", "not_found"] = "empty"
    page_past_end: Literal["empty", "not_found"] = "empty"
    deleted_values: Literal["always", "with_from_date"] = "always"
    withdrawn_kpi_values: Literal["gone", "kept"] = "gone"
    groups_when_no_unit_is_named: bool = True
    from_date_is_inclusive: bool = True
    end_of_pages: Literal["null", "empty_text"] = "null"
    status_words: Mapping[str, str] = field(default_factory=dict)
    list_limit: int = 25
    page_cap: int = 5000
