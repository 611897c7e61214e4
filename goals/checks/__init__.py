"""The checks between the cells, files and settings of a plan.

Each module checks one aspect and yields all its findings. A cell that could not be read is not checked again here. The
checks of a single cell are in `goals.cell_values`.
"""

from collections.abc import Mapping

from goals.checks.budget_terms import check_budget
from goals.checks.criteria import check_criteria
from goals.checks.figures import check_figures, check_kpis
from goals.checks.identity import check_document, check_identity, check_keys
from goals.checks.judged_indicators import check_judged_indicators
from goals.checks.structure import check_structure
from goals.errors import Finding
from goals.plan import Draft

__all__ = ["check_draft"]

_CHECKS = (
    check_keys,
    check_structure,
    check_criteria,
    check_judged_indicators,
    check_figures,
    check_budget,
    check_kpis,
    check_document,
)


def check_draft(draft: Draft, *, name: str | None, municipalities: Mapping[str, str] | None) -> list[Finding]:
    """Return the findings about a plan as a whole."""
    findings = list(check_identity(draft, name=name, municipalities=municipalities))
    for check in _CHECKS:
        findings.extend(check(draft))
    return findings
