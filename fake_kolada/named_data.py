"""Find a data set by the value of `--data`: `sample`, `generated:KPIS:VALUES` or a folder."""

from fake_kolada.data_set import DataSet, DataSetError
from fake_kolada.generated import generated_data
from fake_kolada.recorded import recorded_data
from fake_kolada.sample import sample_data

_SIZES = 2


def data_named(words: str) -> DataSet:
    """Return the data set that `--data` names.

    Raises:
        DataSetError: It does not exist or cannot be read.
    """
    if words == "sample":
        return sample_data()
    kind, _, sizes = words.partition(":")
    if kind != "generated":
        return recorded_data(words)
    numbers = sizes.split(":")
    if len(numbers) != _SIZES or not all(number.isdigit() for number in numbers):
        raise DataSetError(
            f"`{words}` does not say how many values to generate; nothing is served. "
            "Write the number of KPIs and of values, such as `--data generated:1000:10000000`."
        )
    return generated_data(int(numbers[0]), int(numbers[1]))
