"""`kolada explain`: everything about one figure."""
