"""The points of the API's contract that no public source settles, as settings of the stand-in.

Each field names one such point; its default is what the evidence makes likeliest. A test of a client
turns each of them, so that the client works whichever way the live API answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChoices:
    """How the stand-in answers where the live API's answer isn't known.

    Attributes:
        refusal_status: Status of a too long list and of a value that can't be read (a year in letters).
        per_page_above_cap: `per_page=5001` is refused, or taken for 5,000.
        unknown_kpi_in_data: Data of nothing but unknown KPIs: 200 with no rows, or 404.
        unknown_ids_in_catalogue: `/kpi/{ids}` and its siblings with unknown ids alone: 200 or 404.
        page_past_end: A page after the last one: 200 with no rows, or 404.
        deleted_values: Deleted values are always given, or only when `from_date` is.
        withdrawn_kpi_values: Values of a KPI that isn't in the catalogue are gone with it, or kept.
        groups_when_no_unit_is_named: A data request without municipalities gives group rows too.
        from_date_is_inclusive: A value changed on `from_date` itself is given.
        end_of_pages: The `next_url` of the last page: null, or an empty text.
        status_words: Other words for the statuses `Missing`, `Privacy` and `Not applicable`.
        list_limit: The longest list of ids or years in one request. Known to be 25.
        page_cap: The default and the largest page. Known to be 5,000; smaller ones make small tests.
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
