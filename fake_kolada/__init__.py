"""A stand-in for the Kolada API, version 3, with real paging and limits, for tests, demos and benchmarks.

Example: `with FakeKolada(sample_data()).serve() as url: httpx.get(f"{url}/municipality")`.
"""

from fake_kolada.answers import SOURCE_HEADER
from fake_kolada.change_kinds import CHANGES, ChangeError, ChangeKind
from fake_kolada.changes import Change, apply_change, apply_changes
from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import DataSet, DataSetError
from fake_kolada.fake import FakeKolada
from fake_kolada.fault_kinds import FaultKind
from fake_kolada.faults import FAULTS, Fault, FaultError
from fake_kolada.generated import generated_data
from fake_kolada.named_data import data_named
from fake_kolada.recorded import recorded_data
from fake_kolada.request_log import LogEntry
from fake_kolada.sample import public_municipalities, sample_data
from fake_kolada.server import ServeError

__all__ = [
    "CHANGES",
    "FAULTS",
    "SOURCE_HEADER",
    "Change",
    "ChangeError",
    "ChangeKind",
    "ContractChoices",
    "DataSet",
    "DataSetError",
    "FakeKolada",
    "Fault",
    "FaultError",
    "FaultKind",
    "LogEntry",
    "ServeError",
    "apply_change",
    "apply_changes",
    "data_named",
    "generated_data",
    "public_municipalities",
    "recorded_data",
    "sample_data",
]
