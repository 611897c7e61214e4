"""Finds a data set by the words of a command: `sample`, `generated:KPIS:VALUES` or a folder."""

from fake_kolada.data_set import DataSet, DataSetError
from fake_kolada.generated import generated_data
from fake_kolada.recorded import recorded_data
from fake_kolada.sample import sample_data

_SIZES = 2


def data_named(words: str) -> DataSet:
    """The data set that `--data` names.

    Raises:
        DataSetError: There is none, or it can't be read.
    """
    if words == "sample":
        return sample_data()
    kind, _, sizes = words.partition(":")
    if kind != "generated":
        return recorded_data(words)
    numbers = sizes.split(":")
    if len(numbers) != _SIZES or not all(number.isdigit() for number in numbers):
        raise DataSetError(
            f"`{words}` doesn't say how much to make; nothing is served. "
            "Write the number of KPIs and of values, such as `--data generated:1000:10000000`."
        )
    return generated_data(int(numbers[0]), int(numbers[1]))
