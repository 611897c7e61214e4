"""The KPIs of the built-in sample: what each is called, and what has happened to it.

Levels, spreads and gaps are made up; plausible and no more. The life stories are those of the real KPIs:
which are closed or gone, which years were never measured, where Riket has no value, how a missing value
shows. Titles are those that a budget document prints, or our own words.
"""

from dataclasses import dataclass
from typing import Literal

# How a unit without a value shows: no row at all, or a row with null and this status.
Gap = Literal["no row", "", "Missing", "Privacy", "Not applicable"]

FIRST_YEAR, LAST_YEAR = 2015, 2025


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One KPI of the sample.

    Attributes:
        level: The middle of all municipalities in 2020; `drift` moves it each year.
        spread: How far municipalities lie apart; a share of the level when the KPI `is_skewed`.
        wobble: How far one municipality's value moves from year to year, in the same measure.
        step: From which year the whole level is moved by how much (a definition that changed).
        bounds: The least and the largest value that can be.
        women_ahead: Women's value minus men's; None for a KPI that isn't divided by gender.
        published: Month, day and year offset of the publication of a year's values.
        preliminary: The same for preliminary values, where there are such.
        announced: Whether the catalogue announces a next publication.
        riket: The national value: weighted, a row with null, or no row.
        takes_part: Share of municipalities with a value in a year; the others show as `otherwise`.
        small_share: Share of municipalities, the smallest, whose value is held back; they show as
            `held_back`. The share is three times as large for women and men.
        null_years: Years in which every unit has a row and none a value.
        skipped_years: Years without any row.
        total_only_years: Years in which women's and men's values are null.
        stray_share: Share of values that carry the status Missing although there is a value.
    """

    kpi_id: str
    title: str
    about: str
    level: float
    spread: float
    wobble: float
    drift: float = 0.0
    step: tuple[int, float] | None = None
    bounds: tuple[float, float] = (0.0, 100.0)
    decimals: int = 1
    is_skewed: bool = False
    women_ahead: float | None = None
    has_regions: bool = False
    area: str = "Kommunen, övergripande"
    perspective: str = "Kvalitet och resultat"
    auspice: str | None = "X"
    published: tuple[int, int, int] = (10, 1, 0)
    preliminary: tuple[int, int, int] | None = None
    announced: bool = True
    last_year: int = LAST_YEAR
    is_withdrawn: bool = False
    riket: Literal["weighted", "null", "no row"] = "weighted"
    riket_null_years: tuple[int, ...] = ()
    takes_part: float = 1.0
    otherwise: Gap = "no row"
    small_share: float = 0.0
    held_back: Gap = "Privacy"
    null_years: tuple[int, ...] = ()
    skipped_years: tuple[int, ...] = ()
    total_only_years: tuple[int, ...] = ()
    stray_share: float = 0.0
    has_ous: bool = False


_SCHOOL = "Grundskola åk 0-9 inkl förskoleklass"
_ELDERLY = "Äldre och funktionshinder"
_BUILDING = "Infrastruktur, miljö- och hälsoskydd mm"

STORIES: tuple[Story, ...] = (
    Story(
        kpi_id="N03034",
        title="Soliditet inklusive alla pensionsåtaganden, kommunkoncern, andel (%)",
        about="Eget kapital minus äldre pensionsåtaganden, delat med tillgångarna.",
        level=17.0,
        spread=14.0,
        wobble=1.2,
        drift=1.1,
        bounds=(-60.0, 75.0),
        decimals=8,
        published=(8, 28, 1),
        preliminary=(3, 31, 1),
        perspective="Resurser",
    ),
    Story(
        kpi_id="N03046",
        title="Långfristiga skulder, kommun, kr/inv",
        about="Långfristiga skulder delat med antal invånare.",
        level=21_000.0,
        spread=0.5,
        wobble=0.06,
        drift=900.0,
        bounds=(0.0, 150_000.0),
        decimals=8,
        is_skewed=True,
        published=(8, 28, 1),
        preliminary=(3, 3, 1),
        perspective="Resurser",
        stray_share=0.002,
    ),
    Story(
        kpi_id="N03102",
        title="Årets resultat som andel av skatt och generella statsbidrag, kommun, andel (%)",
        about="Årets resultat delat med skatteintäkter och generella statsbidrag.",
        level=3.4,
        spread=1.6,
        wobble=1.9,
        bounds=(-15.0, 20.0),
        decimals=8,
        auspice=None,
        published=(8, 28, 1),
        preliminary=(3, 3, 1),
        perspective="Resurser",
    ),
    Story(
        kpi_id="N03110",
        title="Soliditet, kommunkoncern, andel (%)",
        about="Eget kapital delat med tillgångarna.",
        level=35.0,
        spread=11.0,
        wobble=0.9,
        drift=0.3,
        bounds=(-10.0, 85.0),
        decimals=8,
        auspice=None,
        published=(8, 28, 1),
        preliminary=(3, 31, 1),
        perspective="Resurser",
    ),
    Story(
        kpi_id="N07418",
        title="Befolkning i kollektivtrafiknära läge, andel (%)",
        about="Invånare som bor nära en hållplats med täta avgångar.",
        level=66.0,
        spread=15.0,
        wobble=0.7,
        drift=0.4,
        decimals=8,
        women_ahead=0.9,
        has_regions=True,
        area=_BUILDING,
        published=(6, 11, 2),
    ),
    Story(
        kpi_id="N07905",
        title="Färdigställda bostäder i småhus under året, antal/1000 inv",
        about="Färdigställda lägenheter i småhus delat med invånarna, gånger tusen.",
        level=0.9,
        spread=0.55,
        wobble=0.35,
        bounds=(0.0, 12.0),
        decimals=8,
        is_skewed=True,
        has_regions=True,
        area=_BUILDING,
        perspective="Övrigt",
        published=(5, 15, 1),
    ),
    Story(
        kpi_id="N07906",
        title="Färdigställda bostäder i flerfamiljshus under året, antal/1000 inv",
        about="Färdigställda lägenheter i flerbostadshus delat med invånarna, gånger tusen.",
        level=1.4,
        spread=0.7,
        wobble=0.5,
        bounds=(0.0, 25.0),
        decimals=8,
        is_skewed=True,
        has_regions=True,
        area=_BUILDING,
        perspective="Övrigt",
        published=(5, 15, 1),
    ),
    Story(
        kpi_id="N15436",
        title="Elever i åk 9 som är behöriga till yrkesprogram, kommunala skolor, andel (%)",
        about="Elever i årskurs 9 med godkända betyg i de ämnen som krävs.",
        level=82.5,
        spread=4.6,
        wobble=2.8,
        women_ahead=3.1,
        area=_SCHOOL,
        auspice="E",
        published=(9, 25, 0),
        small_share=0.04,
        has_ous=True,
    ),
    Story(
        kpi_id="N15454",
        title=(
            "Elever i åk 3 som deltagit i alla delprov som klarat alla delprov för ämnesprovet i matematik, "
            "kommunala skolor, andel (%)"
        ),
        about="Proven ställdes in 2020 och samlades inte in 2021.",
        level=61.0,
        spread=6.5,
        wobble=5.0,
        women_ahead=0.8,
        area=_SCHOOL,
        auspice="E",
        published=(11, 29, 0),
        null_years=(2020, 2021),
        small_share=0.05,
        held_back="Missing",
    ),
    Story(
        kpi_id="N15485",
        title="Elever i åk 6 med lägst betyget E i matematik, kommunala skolor, andel (%)",
        about="Elever i årskurs 6 med minst godkänt betyg i matematik.",
        level=87.0,
        spread=3.7,
        wobble=2.4,
        women_ahead=1.0,
        area=_SCHOOL,
        auspice="E",
        published=(10, 22, 0),
        small_share=0.05,
        held_back="",
        has_ous=True,
    ),
    Story(
        kpi_id="N17467",
        title="Gymnasieelever med examen inom 4 år, kommunala skolor, andel (%)",
        about="Från 2021 utan elever på IB-program.",
        level=71.0,
        spread=5.5,
        wobble=3.0,
        drift=0.5,
        step=(2021, -0.8),
        women_ahead=4.2,
        area="Gymnasieskola åk 1-3",
        auspice="E",
        published=(11, 30, 0),
        takes_part=0.84,
        otherwise="Not applicable",
        small_share=0.06,
    ),
    Story(
        kpi_id="N18409",
        title=("Elever på SFI som klarat minst två kurser på studievägen av nybörjare två år tidigare, andel (%)"),
        about="Nybörjare som klarat två kurser inom två år.\\nAvser kommunens egna nybörjare.",
        level=43.0,
        spread=8.0,
        wobble=6.0,
        decimals=8,
        women_ahead=6.0,
        area="Vuxenutbildning",
        auspice="T",
        published=(6, 29, 1),
        small_share=0.06,
        held_back="Missing",
    ),
    Story(
        kpi_id="U00413",
        title="Andel som tar kontakt med kommunen via telefon som får ett direkt svar på en enkel fråga, (%)",
        about="Servicemätning, upphörd.",
        level=50.0,
        spread=9.0,
        wobble=5.0,
        decimals=0,
        last_year=2021,
        is_withdrawn=True,
        riket="no row",
        takes_part=0.6,
    ),
    Story(
        kpi_id="U00442",
        title="Andel som får svar på e-post inom en dag (%)",
        about="Servicemätning, upphörd.",
        level=86.0,
        spread=8.0,
        wobble=5.0,
        decimals=0,
        last_year=2021,
        is_withdrawn=True,
        riket="no row",
        takes_part=0.6,
    ),
    Story(
        kpi_id="U00454",
        title="Delaktighetsindex (%)",
        about="Kommunens egen skattning, andel av maxpoäng. 2019 hade enkäten fler frågor.",
        level=53.0,
        spread=11.0,
        wobble=4.0,
        step=(2020, -1.5),
        decimals=0,
        area="Demokrati",
        perspective="Övrigt",
        published=(10, 30, 0),
        announced=False,
        riket="no row",
        takes_part=0.55,
    ),
    Story(
        kpi_id="U00486",
        title="Gott bemötande vid kontakt med kommunen (%)",
        about="Servicemätning, upphörd.",
        level=84.0,
        spread=6.0,
        wobble=4.0,
        decimals=0,
        last_year=2021,
        is_withdrawn=True,
        riket="no row",
        takes_part=0.6,
    ),
    Story(
        kpi_id="U00811",
        title=(
            "Handläggningstid (median) från när ansökan betraktas som fullständig till beslut för bygglov, antal dagar"
        ),
        about="Nybyggnad av en- och tvåbostadshus. Kommunens egen uppgift.",
        level=27.0,
        spread=0.5,
        wobble=0.25,
        bounds=(1.0, 365.0),
        decimals=0,
        is_skewed=True,
        perspective="Övrigt",
        published=(10, 30, 0),
        announced=False,
        riket="no row",
        takes_part=0.62,
    ),
    Story(
        kpi_id="U07414",
        title="Hushållsavfall som samlats in för materialåtervinning, inkl. biologisk behandling, andel (%)",
        about="Från 2021 avses kommunalt avfall.",
        level=42.0,
        spread=8.5,
        wobble=2.5,
        step=(2021, 1.5),
        decimals=8,
        has_regions=True,
        area=_BUILDING,
        published=(10, 1, 1),
        riket="null",
        takes_part=0.72,
        otherwise="Missing",
    ),
    Story(
        kpi_id="U07451",
        title="Företagsklimat, Insikt, index 1-100 (-2024)",
        about="Gammal definition med sex områden, sista år 2024.",
        level=72.0,
        spread=4.5,
        wobble=1.9,
        decimals=0,
        published=(4, 25, 1),
        last_year=2024,
        riket_null_years=(2022,),
        takes_part=0.62,
        otherwise="",
    ),
    Story(
        kpi_id="U09800",
        title="Deltagartillfällen i idrottsföreningar, antal/inv 7-20 år",
        about="Deltagartillfällen delat med invånare 7-20 år.",
        level=28.0,
        spread=6.0,
        wobble=1.6,
        step=(2020, -2.5),
        bounds=(0.0, 90.0),
        decimals=8,
        women_ahead=-9.0,
        area="Kultur och fritid",
        perspective="Övrigt",
        auspice="P",
        published=(11, 11, 1),
    ),
    Story(
        kpi_id="U21468",
        title="Helhetssyn på hemtjänsten, äldreomsorg, andel nöjda (%)",
        about="Andel av dem som svarat som är ganska eller mycket nöjda. Ingen undersökning 2021.",
        level=89.0,
        spread=3.6,
        wobble=2.0,
        drift=-0.3,
        decimals=0,
        women_ahead=-0.6,
        area=_ELDERLY,
        auspice="T",
        published=(10, 4, 0),
        skipped_years=(2021,),
        small_share=0.015,
    ),
    Story(
        kpi_id="U23471",
        title="Helhetssyn på särskilt boende, äldreomsorg, andel nöjda (%)",
        about="Andel av dem som svarat som är ganska eller mycket nöjda. Ingen undersökning 2021.",
        level=80.0,
        spread=5.5,
        wobble=3.0,
        drift=-0.4,
        decimals=0,
        women_ahead=-1.0,
        area=_ELDERLY,
        auspice="T",
        published=(10, 4, 0),
        skipped_years=(2021,),
        small_share=0.08,
    ),
    Story(
        kpi_id="U28570",
        title="Brukaren trivs alltid hemma, boende enligt LSS, andel (%)",
        about="Andel av dem som svarat som alltid trivs hemma.",
        level=80.0,
        spread=5.0,
        wobble=3.5,
        decimals=0,
        women_ahead=-1.5,
        area=_ELDERLY,
        auspice="T",
        published=(12, 8, 0),
        riket="null",
        takes_part=0.56,
        otherwise="Missing",
        small_share=0.03,
    ),
    Story(
        kpi_id="U31462",
        title=(
            "Ej återaktualiserade vuxna personer med försörjningsstöd ett år efter avslutat försörjningsstöd, "
            "andel (%) (- 2024)"
        ),
        about="Från 2021 räknas också medsökande.",
        level=78.0,
        spread=6.0,
        wobble=4.0,
        step=(2021, 1.2),
        decimals=0,
        women_ahead=-0.7,
        area="Individ- och familjeomsorg",
        auspice="T",
        published=(10, 30, 0),
        last_year=2024,
        riket="no row",
        takes_part=0.7,
        total_only_years=(2021,),
    ),
    Story(
        kpi_id="U40455",
        title=(
            "Resultat vid avslut i kommunens arbetsmarknadsverksamhet, deltagare som börjat arbeta eller "
            "studerat, andel (%)"
        ),
        about="Deltagare som gått till arbete eller studier vid avslut.",
        level=40.0,
        spread=11.0,
        wobble=6.0,
        decimals=0,
        women_ahead=-2.5,
        area="Arbetsmarknad",
        auspice="T",
        published=(5, 24, 1),
        preliminary=(3, 18, 1),
        announced=False,
        riket="null",
        takes_part=0.76,
        otherwise="Missing",
        small_share=0.04,
    ),
)
