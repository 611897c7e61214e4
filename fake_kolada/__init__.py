"""A stand-in for the Kolada API, version 3: true paging and limits, for tests, demos and benchmarks.

Example: `with FakeKolada(recorded_data("folder")).serve() as url: httpx.get(f"{url}/municipality")`.
"""

from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import DataSet, DataSetError
from fake_kolada.fake import SOURCE_HEADER, FakeKolada, LogEntry
from fake_kolada.recorded import recorded_data
from fake_kolada.sample import sample_data
from fake_kolada.server import ServeError

__all__ = [
    "SOURCE_HEADER",
    "ContractChoices",
    "DataSet",
    "DataSetError",
    "FakeKolada",
    "LogEntry",
    "ServeError",
    "recorded_data",
    "sample_data",
]
