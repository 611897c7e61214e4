"""Ids of Kolada that the software knows by themselves: Riket, and the groups of all municipalities and all regions."""

from typing import Final

RIKET_ID: Final = "0000"
# Kolada's group of all municipalities: its unweighted mean is a check on ours, never the judge.
NATIONAL_GROUP: Final = "G2328"
# The same for all regions.
REGIONAL_GROUP: Final = "G2329"
