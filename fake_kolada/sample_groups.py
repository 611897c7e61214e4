"""The sample's groups: all municipalities, all regions, each county's, and made-up similar ones.

A group of similar municipalities has seven members, never the municipality itself. Its title has the topic, the
municipality and a year, in the API's form. The similarities are made up.
"""

import polars as pl

from fake_kolada.data_set import GROUP_SCHEMA, MEMBER_SCHEMA
from fake_kolada.noise import normal
from fake_kolada.sample_values import RIKET, made_up_sizes

ALL_MUNICIPALITIES, ALL_REGIONS = "G2328", "G2329"
_SALT = 70
_SIMILAR = 7
_FIRST_SIMILAR_ID = 900_000
_IDS_FOR_A_TOPIC = 1000
_OVERALL = "övergripande"
_TOPICS = (
    (_OVERALL, 2025),
    ("arbetsmarknad", 2024),
    ("ekonomiskt bistånd", 2024),
    ("grundskola", 2024),
    ("gymnasieskola", 2024),
    ("IFO", 2024),
    ("LSS", 2024),
    ("äldreomsorg", 2024),
)
# County groups, in the order of the county codes.
_FIRST_COUNTY_ID = 33_612
_COUNTIES = {
    "01": "Stockholms",
    "03": "Uppsala",
    "04": "Södermanlands",
    "05": "Östergötlands",
    "06": "Jönköpings",
    "07": "Kronobergs",
    "08": "Kalmar",
    "09": "Gotlands",
    "10": "Blekinge",
    "12": "Skåne",
    "13": "Hallands",
    "14": "Västra Götalands",
    "17": "Värmlands",
    "18": "Örebro",
    "19": "Västmanlands",
    "20": "Dalarnas",
    "21": "Gävleborgs",
    "22": "Västernorrlands",
    "23": "Jämtlands",
    "24": "Västerbottens",
    "25": "Norrbottens",
}


def made_up_groups(municipalities: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the groups of the sample and their members."""
    names = dict(municipalities.select("municipality_id", "municipality_name").iter_rows())
    kinds = dict(municipalities.select("municipality_id", "municipality_type").iter_rows())
    of_type_k = [unit for unit, kind in kinds.items() if kind == "K"]
    groups: list[tuple[str, str, list[str]]] = [
        (ALL_MUNICIPALITIES, "Alla kommuner (ovägt medel)", of_type_k),
        (
            ALL_REGIONS,
            "Alla regioner (ovägt medel)",
            [unit for unit, kind in kinds.items() if kind == "L" and unit != RIKET],
        ),
    ]
    for place, (code, name) in enumerate(_COUNTIES.items()):
        members = [unit for unit in of_type_k if unit.startswith(code)]
        groups.append((f"G{_FIRST_COUNTY_ID + place}", f"{name} läns kommuner (ovägt medel)", members))
    for place, (topic, year) in enumerate(_TOPICS):
        first = _FIRST_SIMILAR_ID + place * _IDS_FOR_A_TOPIC
        for number, (unit, members) in enumerate(_similar(municipalities, place).items()):
            groups.append((f"G{first + number}", _title(topic, names[unit], year), members))
    return (
        pl.DataFrame([(group, title) for group, title, _ in groups], schema=dict(GROUP_SCHEMA), orient="row"),
        pl.DataFrame(
            [(group, unit, names[unit]) for group, _, members in groups for unit in members],
            schema=dict(MEMBER_SCHEMA),
            orient="row",
        ),
    )


def _title(topic: str, name: str, year: int) -> str:
    separator = ", " if topic == _OVERALL else " "
    return f"Liknande kommuner{separator}{topic}, {name}, {year}"


def _similar(municipalities: pl.DataFrame, topic: int) -> dict[str, list[str]]:
    """Return for each municipality the seven nearest others on a made-up scale of size and chance."""
    sizes = made_up_sizes(municipalities)
    scale = sizes.select(
        "municipality_id", place=pl.col("size_rank") + 0.15 * normal(sizes, ["unit"], _SALT + topic)
    ).sort("place", "municipality_id")
    ordered = list(scale.iter_rows())
    found = {}
    for rank, (unit, place) in enumerate(ordered):
        near = ordered[max(rank - _SIMILAR, 0) : rank + _SIMILAR + 1]
        others = sorted((abs(at - place), other) for other, at in near if other != unit)
        found[unit] = sorted(other for _, other in others[:_SIMILAR])
    return dict(sorted(found.items()))
