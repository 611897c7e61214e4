"""What `kolada fake-api` does: serve a data set, with faults and changes, until it is stopped."""

from collections.abc import Callable, Iterable

from fake_kolada.changes import Change
from fake_kolada.contract import ContractChoices
from fake_kolada.fake import FakeKolada
from fake_kolada.faults import Fault
from fake_kolada.sources import data_named


def run_server(
    data: str,
    *,
    port: int,
    faults: Iterable[str | Fault] = (),
    changes: Iterable[str | Change] = (),
    contract: ContractChoices | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the data set named `sample`, `generated:KPIS:VALUES` or by a folder; blocks until stopped.

    Args:
        data: The data set, in the words of `--data`.
        port: Where to listen on loopback; 0 takes a free port.
        faults: What goes wrong, in the words of `--fault`.
        changes: What is changed first, in the words of `--change`.
        contract: How the unknown points of the API's contract are answered.
        announce: Called once, with the base URL, when the server is up.

    Raises:
        DataSetError: There is no such data set, or it can't be read.
        FaultError: A fault doesn't exist.
        ChangeError: A change doesn't exist, or fits nothing in the data.
        ServeError: The port is taken.
    """
    fake = FakeKolada(data_named(data), faults=faults, changes=changes, contract=contract)
    fake.run(port=port, announce=announce)
