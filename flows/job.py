"""What a run is to do: the cells it wants accounted for, and where the result goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from goals import Plan

# Kolada's group of all municipalities: its unweighted mean is a check on ours, never the judge.
NATIONAL_GROUP = "G2328"
# The same for all regions.
REGIONAL_GROUP = "G2329"
RIKET = "0000"


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Every one of some KPIs for every one of some units."""

    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work for the pipeline.

    Attributes:
        kind: refresh, backfill or mirror.
        plans: every plan under KOLADA_GOALS; they are judged whatever the job reads.
        kpi_ids: KPIs wanted; those that have left the catalogue are accounted for and not asked for.
        unit_ids: units wanted; None means every unit of the catalogue and the national group.
        years: years wanted; None means all of them.
        accept_loss: an operator's reason to publish though something is missing, or None.
        audit_days: for a mirror, which chooses its KPIs when the catalogue is known: within how many days every cell
            is read again.
    """

    kind: str
    plans: tuple[Plan, ...]
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    accept_loss: str | None = None
    audit_days: int | None = None

    @property
    def parameters(self) -> Mapping[str, object]:
        """What makes two jobs of a kind the same piece of work."""
        if self.audit_days is not None:
            return {"audit_days": self.audit_days}
        return {
            "kpi_ids": list(self.kpi_ids),
            "unit_ids": list(self.unit_ids) if self.unit_ids is not None else None,
            "years": list(self.years) if self.years is not None else None,
        }


def refresh_job(plans: tuple[Plan, ...], *, accept_loss: str | None = None) -> Job:
    """Read every KPI of every plan whole: all units, all years, so that nothing depends on what was read before."""
    wanted = {kpi_id for plan in plans for kpi_id in (*plan.kpi_ids, *plan.cross_check_kpi_ids)}
    return Job(kind="refresh", plans=plans, kpi_ids=tuple(sorted(wanted)), accept_loss=accept_loss)


def mirror_job(plans: tuple[Plan, ...], *, audit_days: int, accept_loss: str | None = None) -> Job:
    """Read all of Kolada, or of it what is due."""
    return Job(kind="mirror", plans=plans, kpi_ids=(), audit_days=audit_days, accept_loss=accept_loss)
