"""The plan's rules, the verdicts and the sections, each in a plain Swedish sentence."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "national_average": "vad riksgenomsnittet är",
    "reference_min_n": "hur många värden ett jämförelsevärde minst ska vila på",
    "fixed_target_precision": "avrundning mot målvärden",
    "average_precision": "avrundning mot genomsnitt",
    "compound": "mål med flera delar",
    "partly_met_by": "delvis uppfyllt",
    "majority": "majoritet",
    "bokslut": "läget vid bokslutet",
    "latest_measurement": "tidigare års värden",
}
RULES: Mapping[str, Mapping[str, str]] = {
    "national_average": {
        "riket_else_unweighted": "Riksgenomsnittet är Riket; saknas det gäller kommunernas ovägda medel.",
        "unweighted_else_riket": "Riksgenomsnittet är kommunernas ovägda medel; saknas det gäller Riket.",
        "riket": "Riksgenomsnittet är Riket, och inget annat träder i dess ställe.",
        "unweighted": "Riksgenomsnittet är det ovägda medlet av kommuner med värde.",
    },
    "fixed_target_precision": {
        "finer_of_target_and_display": "Utfall och målvärde avrundas till så många decimaler som målet är tryckt med "
        "eller som indikatorn brukar visas med, det som är flest, och jämförs sedan. Halvor avrundas från noll.",
        "target": "Utfall och målvärde avrundas till så många decimaler som målet är tryckt med och jämförs sedan.",
        "display": "Utfall och målvärde avrundas till så många decimaler som indikatorn brukar visas med och jämförs "
        "sedan.",
        "exact": "Utfall och målvärde jämförs orundade.",
    },
    "average_precision": {
        "exact": "Utfall och genomsnitt jämförs orundade: lika är inte över.",
        "display": "Utfall och genomsnitt avrundas till så många decimaler som indikatorn brukar visas med och "
        "jämförs sedan.",
    },
    "compound": {
        "all_parts": "Ett mål med flera delar kräver alla delarna; en av två är delvis uppfyllt och räknas inte.",
        "any_part": "Ett mål med flera delar är uppfyllt när en av dem är det.",
    },
    "majority": {
        "each_group": "God ekonomisk hushållning kräver en majoritet av de finansiella målen och en majoritet av "
        "verksamhetsmålen. Mål utan svar stannar i nämnaren.",
        "together": "God ekonomisk hushållning kräver en majoritet av de finansiella målen och verksamhetsmålen "
        "tillsammans. Mål utan svar stannar i nämnaren.",
    },
    "bokslut": {
        "history_else_availability": "Läget vid bokslutet tas ur den egna historiken; når den inte dit uppskattas det "
        "efter när värdet brukar publiceras.",
        "history": "Läget vid bokslutet tas ur den egna historiken.",
        "availability": "Läget vid bokslutet uppskattas efter när värdet brukar publiceras.",
    },
    "partly_met_by": {
        "none": "Ett värde som inte uppfyller målet är ej uppfyllt, hur litet avståndet än är.",
        "tolerance": "Ett värde som missar målet med högst målets tolerans är delvis uppfyllt.",
        "improving": "Ett värde som inte uppfyller målet men är bättre än utgångsläget är delvis uppfyllt.",
    },
    "latest_measurement": {
        "false": "Ett tidigare års värde ersätter aldrig ett saknat.",
        "true": "Saknas årets värde visas den senaste mätningen, märkt med sitt år.",
    },
}
MEANINGS = {
    "met": "Värdet uppfyller målet.",
    "not_met": "Värdet finns och uppfyller inte målet.",
    "partly_met": "Ett mål med flera delar, där inte alla är uppfyllda, eller ett utfall som planens regel låter vara "
    "delvis uppfyllt. Räknas inte som uppfyllt.",
    "not_yet_due": "Målet gäller ett senare år.",
    "no_data": "Inget värde finns. Skälet står vid indikatorn. Det är varken uppfyllt eller ej uppfyllt.",
    "withheld": "Värdet är dolt i Kolada, av sekretess eller utan angivet skäl.",
    "not_comparable": "Värdet finns, men nyckeltalet har ändrats sedan målet sattes.",
    "not_assessable": "Det finns inget målvärde, målet står ännu bara i ord, eller det gäller över tid.",
    "assessment_required": "Målet bedöms av människor; räkningen är underlag.",
    "undetermined": "Målen utan svar kan ännu avgöra åt båda hållen.",
}
SECTION_INTROS = {
    "prioritized": "Varje indikator prövas mot sitt mål. Målet som helhet bedöms av kommunen, inte av en räkneregel. "
    "Stödjande indikatorer visas men räknas inte.",
    "follow_up": "Måtten följs men är uttryckligen inga mål, och räknas aldrig.",
}
