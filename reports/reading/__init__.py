"""The rows of the published file for one plan, now or as of a moment; all documents take their figures from here."""
