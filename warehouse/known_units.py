"""Ids of Kolada that the software knows by themselves: Riket, and the groups of all municipalities and all regions."""

RIKET_ID = "0000"
# Kolada's group of all municipalities: its unweighted mean is a check on ours, never the judge.
NATIONAL_GROUP = "G2328"
# The same for all regions.
REGIONAL_GROUP = "G2329"
