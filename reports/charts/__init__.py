"""Charts as SVG elements and as pictures."""
