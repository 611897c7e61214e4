"""The report as an HTML page, in full and on two pages."""
