"""A data set prepared for serving: its indexes, and the correct response to each query."""

from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import DataSet
from fake_kolada.parameters import Paging, not_found
from fake_kolada.value_index import RowPage, ValueIndex, ValueQuery
from fake_kolada.wire_catalogue import Catalogue, CatalogueQuery


class Served:
    """One data set with one set of contract choices. Immutable: new data is a new `Served`."""

    def __init__(self, data: DataSet, contract: ContractChoices) -> None:
        self.data = data
        self._contract = contract
        self._catalogue = Catalogue(data)
        given = self._catalogue.kpi_ids if contract.withdrawn_kpi_values == "gone" else None
        unit_types = dict(data.municipalities.select("municipality_id", "municipality_type").iter_rows())
        self._values = {
            "data": ValueIndex(
                data.observations,
                contract=contract,
                kpi_ids=given,
                unit_types=unit_types,
                members=data.group_members,
            ),
            "oudata": ValueIndex(data.ou_observations, contract=contract, kpi_ids=given, unit_column="ou_id"),
        }
        self._ou_places = data.ous.select("ou_id", "municipality_id")

    def values(self, endpoint: str, query: ValueQuery, paging: Paging) -> RowPage:
        """Return one page of `data` or `oudata`."""
        index = self._values[endpoint]
        if (
            query.kpi_ids is not None
            and self._contract.unknown_kpi_in_data == "not_found"
            and not self._catalogue.kpi_ids.intersection(query.kpi_ids)
        ):
            raise not_found()
        return self._past_end_checked(index.page(query, paging.number, paging.size), paging)

    def catalogue(self, endpoint: str, query: CatalogueQuery, paging: Paging) -> RowPage:
        """Return one page of the catalogue."""
        rows = self._catalogue.rows(endpoint, query)
        if query.ids is not None and rows.is_empty() and self._contract.unknown_ids_in_catalogue == "not_found":
            raise not_found()
        start = (paging.number - 1) * paging.size
        page = RowPage(rows.slice(start, paging.size), rows.height > start + paging.size)
        return self._past_end_checked(page, paging)

    def ous_of(self, municipality_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return the organisational units in these municipalities."""
        places = self._ou_places
        return tuple(places.filter(places["municipality_id"].is_in(municipality_ids))["ou_id"])

    def _past_end_checked(self, page: RowPage, paging: Paging) -> RowPage:
        if paging.number > 1 and page.rows.is_empty() and self._contract.page_past_end == "not_found":
            raise not_found()
        return page
