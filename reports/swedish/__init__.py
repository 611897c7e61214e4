"""Figures, verdicts, targets, reasons and edits in Swedish words, made from the columns of the figure."""
