"""The Kolada v3 API: request planning, paging, retries, rate limit, typed errors; polars frames out.

::

    from kolada_client import KoladaClient

    with KoladaClient() as kolada:
        frame = kolada.data(kpis=["N15436"], municipalities=["0180", "0000"], years=range(2018, 2024))

Values as received carry the source "Källa: Kolada"; anything computed from them must not.
"""

from kolada_client.catalogue_page import (
    parse_group_page,
    parse_kpi_page,
    parse_municipality_page,
    parse_ou_page,
)
from kolada_client.client import (
    DEFAULT_BASE_URL,
    DEFAULT_CONCURRENCY,
    DEFAULT_DEADLINE,
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_RATE,
    DEFAULT_TIMEOUT,
    KoladaClient,
)
from kolada_client.clock import Clock, ManualClock, SystemClock
from kolada_client.data_page import parse_data_page, parse_ou_data_page
from kolada_client.doctor import examine
from kolada_client.doctor_report import DoctorPoint, DoctorReport
from kolada_client.errors import (
    InvalidEnvironment,
    InvalidIdentifier,
    InvalidRequest,
    KoladaContractError,
    KoladaDeadlineExceeded,
    KoladaError,
    KoladaGone,
    KoladaNotFound,
    KoladaRefused,
    KoladaServerError,
    KoladaStatusError,
    KoladaUnreachable,
    KoladaUnreadable,
    UnknownIdentifier,
)
from kolada_client.identifiers import (
    LIST_LIMIT,
    PAGE_SIZE,
    check_kpi_group_id,
    check_kpi_id,
    check_municipality_group_id,
    check_municipality_id,
    check_ou_id,
    check_unit_id,
    check_year,
)
from kolada_client.models import (
    Answer,
    CatalogueRequest,
    DataRequest,
    Failure,
    Landing,
    Page,
    ParsedPage,
    Received,
    Request,
)
from kolada_client.parsing import parse_page
from kolada_client.planner import plan_cells, plan_pairs, plan_requests
from kolada_client.schemas import (
    DATA_SCHEMA,
    GROUP_SCHEMA,
    KPI_SCHEMA,
    MUNICIPALITY_SCHEMA,
    OU_DATA_SCHEMA,
    OU_SCHEMA,
)
from kolada_client.urls import url_of

__all__ = [
    "DATA_SCHEMA",
    "DEFAULT_BASE_URL",
    "DEFAULT_CONCURRENCY",
    "DEFAULT_DEADLINE",
    "DEFAULT_MAX_ATTEMPTS",
    "DEFAULT_RATE",
    "DEFAULT_TIMEOUT",
    "GROUP_SCHEMA",
    "KPI_SCHEMA",
    "LIST_LIMIT",
    "MUNICIPALITY_SCHEMA",
    "OU_DATA_SCHEMA",
    "OU_SCHEMA",
    "PAGE_SIZE",
    "Answer",
    "CatalogueRequest",
    "Clock",
    "DataRequest",
    "DoctorPoint",
    "DoctorReport",
    "Failure",
    "InvalidEnvironment",
    "InvalidIdentifier",
    "InvalidRequest",
    "KoladaClient",
    "KoladaContractError",
    "KoladaDeadlineExceeded",
    "KoladaError",
    "KoladaGone",
    "KoladaNotFound",
    "KoladaRefused",
    "KoladaServerError",
    "KoladaStatusError",
    "KoladaUnreachable",
    "KoladaUnreadable",
    "Landing",
    "ManualClock",
    "Page",
    "ParsedPage",
    "Received",
    "Request",
    "SystemClock",
    "UnknownIdentifier",
    "check_kpi_group_id",
    "check_kpi_id",
    "check_municipality_group_id",
    "check_municipality_id",
    "check_ou_id",
    "check_unit_id",
    "check_year",
    "examine",
    "parse_data_page",
    "parse_group_page",
    "parse_kpi_page",
    "parse_municipality_page",
    "parse_ou_data_page",
    "parse_ou_page",
    "parse_page",
    "plan_cells",
    "plan_pairs",
    "plan_requests",
    "url_of",
]
