"""The client against the stand-in: over real HTTP, and with each of its faults and contract choices."""

from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from fake_kolada import FAULTS, ContractChoices, DataSet, FakeKolada, public_municipalities, sample_data
from kolada_client import (
    Answer,
    Failure,
    KoladaClient,
    KoladaContractError,
    KoladaServerError,
    KoladaUnreachable,
    KoladaUnreadable,
    ManualClock,
    UnknownIdentifier,
    examine,
    plan_requests,
)
from tests.kolada_client.support import MemoryLanding

PAGE = 50
KPIS = ["N15436", "U09800"]
UNITS = public_municipalities()["municipality_id"].to_list()[:80]
REQUESTS = plan_requests(KPIS, UNITS)
KEY = ["kpi_id", "municipality_id", "period", "gender"]

LASTING: dict[str, type[Exception] | None] = {
    **dict.fromkeys(["rate_limited", "rate_limited_retry_after", "unavailable"], KoladaServerError),
    **dict.fromkeys(["retry_after_zero", "retry_after_past", "retry_after_beyond_time"], KoladaServerError),
    **dict.fromkeys(["server_error_html", "server_error_json"], KoladaServerError),
    **dict.fromkeys(["html_answer", "error_answer", "cut_json", "utf16_answer", "latin1_answer"], KoladaUnreadable),
    **dict.fromkeys(["gzip_header_alone", "gzip_unannounced", "zstd_answer"], KoladaUnreadable),
    **dict.fromkeys(["gzip_bomb", "gzip_in_gzip", "zstd_bomb", "huge_answer"], KoladaUnreadable),
    **dict.fromkeys(["dropped_connection", "stalled_answer"], KoladaUnreachable),
    **dict.fromkeys(["dripping_head", "dripping_body", "endless_hints"], KoladaUnreachable),
    **dict.fromkeys(["foreign_next_url", "looping_next_url", "climbing_next_url"], KoladaContractError),
    **dict.fromkeys(["bad_port_next_url", "bad_host_next_url", "nul_next_url"], KoladaContractError),
    **dict.fromkeys(["long_next_url", "duplicated_row", "other_source"], KoladaContractError),
    **dict.fromkeys(["value_as_text", "non_finite_value", "value_beyond_doubles"], KoladaContractError),
    **dict.fromkeys(["count_beyond_integers", "period_beyond_integers"], KoladaContractError),
    **dict.fromkeys(["broken_status", "broken_title", "unknown_gender"], KoladaContractError),
    **dict.fromkeys(["absent_count", "wrong_count", "null_period", "wrong_id"], KoladaContractError),
    **dict.fromkeys(["missing_next_url", "unknown_field", "empty_answer", "empty_last_page"], None),
}
"""What a fault that stays ends in; None where the client has its way of telling the truth all the same."""


@pytest.fixture(scope="module")
def sample() -> DataSet:
    """Return the built-in sample, whose values are made up."""
    return sample_data()


def client_of(fake: FakeKolada, **settings: Any) -> KoladaClient:
    """Return a client of the in-process stand-in that never sleeps."""
    given = {"clock": ManualClock(), "rate": None, "max_attempts": 3, "page_size": PAGE, **settings}
    return KoladaClient("http://kolada.test/v3", transport=fake.transport(), **given)


def read(client: KoladaClient) -> tuple[pl.DataFrame, pl.DataFrame | None, list[Failure]]:
    """Return the KPIs, all rows in order, and the failures."""
    kpis = client.kpis()
    results = list(client.answers(REQUESTS))
    answers = [result for result in results if isinstance(result, Answer)]
    frame = pl.concat([answer.frame for answer in answers]).sort(KEY) if answers else None
    return kpis, frame, [result for result in results if isinstance(result, Failure)]


@dataclass
class Truth:
    """The sample's contents, read without faults."""

    kpis: pl.DataFrame
    rows: pl.DataFrame


@pytest.fixture(scope="module")
def truth(sample: DataSet) -> Truth:
    """Read the KPIs and rows without faults."""
    with client_of(FakeKolada(sample, contract=ContractChoices(page_cap=PAGE))) as client:
        kpis, frame, failures = read(client)
    assert frame is not None
    assert failures == []
    assert frame.height > 2 * PAGE
    return Truth(kpis, frame)


def test_over_real_http_the_frames_are_the_same(sample: DataSet) -> None:
    """Over real HTTP the client reads the same frames as in process, and each response is marked as `sample`."""
    fake = FakeKolada(sample)
    landing = MemoryLanding()
    with fake.serve(port=0) as url, KoladaClient(url, rate=None, landing=landing) as client:
        frame = client.data(kpis=KPIS, municipalities=UNITS)
        catalogue = client.kpis()
        municipalities = client.municipalities()
        groups = client.municipality_groups(["G2328"])
    with client_of(fake, page_size=5000) as inside:
        assert inside.data(kpis=KPIS, municipalities=UNITS).equals(frame)
    assert (312, 290) == (municipalities.height, groups.height)
    assert "N15436" in catalogue["kpi_id"]
    assert {"sample"} == {received.source_kind for received in landing.kept.values()}
    assert (set(), {}) == (landing.undecided, landing.rejected)


def test_every_fault_of_the_stand_in_is_expected_here() -> None:
    """Every fault of the stand-in has an entry in `LASTING`."""
    assert set(FAULTS) == set(LASTING)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_that_passes_changes_no_row(sample: DataSet, truth: Truth, fault: str) -> None:
    """After a fault that occurs once, the rows are the same, nothing fails, and every response has a verdict."""
    landing = MemoryLanding()
    fake = FakeKolada(sample, faults=[f"{fault}@first"], contract=ContractChoices(page_cap=PAGE), stall_seconds=0.2)
    with client_of(fake, landing=landing, timeout=0.1) as client:
        kpis, frame, failures = read(client)
    assert failures == []
    assert frame is not None
    assert frame.equals(truth.rows)
    assert kpis.equals(truth.kpis)
    assert [f"{fault}@first"] == [entry.fault for entry in fake.log if entry.fault]
    assert set() == landing.undecided


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_that_stays_is_the_truth_or_an_error(sample: DataSet, truth: Truth, fault: str) -> None:
    """A lasting fault gives the true rows, an answer marked as empty, or an error that names the request."""
    fake = FakeKolada(sample, faults=[f"{fault}@every"], contract=ContractChoices(page_cap=PAGE), stall_seconds=0.2)
    landing = MemoryLanding()
    expected = LASTING[fault]
    with client_of(fake, landing=landing, timeout=0.1) as client:
        if FAULTS[fault].endpoints == ("kpi",):
            with pytest.raises(expected or LookupError, match="/v3/kpi"):
                client.kpis()
        elif expected is KoladaUnreachable:
            with pytest.raises(KoladaUnreachable) as caught:
                _raise_first_failure(client)
            assert "/data/kpi/" in str(caught.value.url)
            return
        else:
            results = list(client.answers(REQUESTS))
            _check_each(fault, expected, results, truth)
    assert set() == landing.undecided


def _check_each(fault: str, expected: type[Exception] | None, results: list[Answer | Failure], truth: Truth) -> None:
    if fault == "empty_answer":
        assert [True] * len(REQUESTS) == [isinstance(result, Answer) and result.is_empty for result in results]
    elif expected is None:
        frames = [result.frame for result in results if isinstance(result, Answer)]
        assert pl.concat(frames).sort(KEY).equals(truth.rows)
    else:
        errors = [result.error for result in results if isinstance(result, Failure)]
        assert [True] * len(REQUESTS) == [isinstance(error, expected) for error in errors]
        assert all("/data/kpi/" in str(error.url) for error in errors)


def _raise_first_failure(client: KoladaClient) -> None:
    for result in client.answers(REQUESTS):
        assert isinstance(result, Failure)
        raise result.error


@pytest.mark.parametrize(
    "choices",
    [
        {"page_past_end": "not_found"},
        {"end_of_pages": "empty_text"},
        {"deleted_values": "with_from_date"},
        {"groups_when_no_unit_is_named": False},
        {"per_page_above_cap": "clamp"},
        {"refusal_status": 400},
    ],
    ids=str,
)
@pytest.mark.parametrize("fault", ["unknown_field", "missing_next_url@every"])
def test_the_rows_do_not_depend_on_what_the_contract_leaves_open(
    sample: DataSet, truth: Truth, choices: dict[str, Any], fault: str
) -> None:
    """Each contract choice gives the same rows, apart from deleted values."""
    fake = FakeKolada(sample, faults=[fault], contract=ContractChoices(page_cap=PAGE, **choices))
    with client_of(fake) as client:
        _, frame, failures = read(client)
    assert failures == []
    assert frame is not None
    assert frame.filter(~pl.col("is_deleted")).equals(truth.rows.filter(~pl.col("is_deleted")))


def test_unknown_kpis_alone_may_be_refused(sample: DataSet) -> None:
    """An unknown id is named in the error, also when the API returns 404."""
    choices = ContractChoices(unknown_kpi_in_data="not_found", unknown_ids_in_catalogue="not_found")
    with client_of(FakeKolada(sample, contract=choices)) as client:
        with pytest.raises(UnknownIdentifier, match="N99999"):
            client.data(kpis="N99999", municipalities="0180")
        with pytest.raises(UnknownIdentifier, match="N99999"):
            client.kpis(["N15436", "N99999"])


@pytest.mark.parametrize("choices", [{}, {"per_page_above_cap": "clamp", "refusal_status": 400}], ids=str)
def test_the_doctor_finds_the_stand_in_in_good_health(sample: DataSet, choices: dict[str, Any]) -> None:
    """`examine` marks every contract choice of the stand-in as handled."""
    with client_of(FakeKolada(sample, contract=ContractChoices(**choices))) as client:
        report = examine(client)
    assert "sample" == report.source_kind
    assert [] == [(point.name, point.finding) for point in report.points if not point.is_handled]
