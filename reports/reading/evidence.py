"""All evidence of one figure, for an auditor: versions, requests, definitions, references."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from reports.errors import UnknownFigure
from reports.reading.changes_since import EDIT_ORDER
from reports.reading.contents import Contents, IndicatorPart
from reports.reading.gathering import gather
from reports.reading.sourced_rows import Row, Source

# In the order of the output; similar municipalities come after the two national averages.
GENDERS = {gender: gender for gender in ("T", "K", "M")}
SHOWN_REFERENCES = ("riket", "unweighted_mean", "similar", "median", "p25", "p75")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure of a plan, with all its evidence.

    Attributes:
        contents: the plan, with the figure's year in focus.
        part: the indicator.
        judged: its row of mart.goal_fulfilment.
        versions: the versions of the own cells (T, K, M) of the figure's year and of the value's, oldest first.
        requests: the requests that received them, by request id.
        kpi: the catalogue's entry when the value was received, or the current one if there is no value.
        kpi_versions: all versions of the catalogue's entry.
        references: the means of the value's year, of each gender that a criterion compares.
        printed: the figure that the document prints for the value's year.
        manual: the figures entered by hand for the figure's year and for the value's.
        comments: the comments on the indicator, with every version, oldest first.
        reconciliation: the comparison of the document with Kolada.
        verdict_changes: the changes of the verdict between publications.
        plan_edits: rows of mart.plan_change about the indicator, its goal and the plan's rules, oldest first.
    """

    contents: Contents
    part: IndicatorPart
    judged: Row
    versions: tuple[Row, ...]
    requests: Mapping[str, Row]
    kpi: Row | None
    kpi_versions: tuple[Row, ...]
    references: tuple[Row, ...]
    printed: Row | None
    manual: tuple[Row, ...]
    comments: tuple[Row, ...]
    reconciliation: Row | None
    verdict_changes: tuple[Row, ...]
    plan_edits: tuple[Row, ...]

    @property
    def year(self) -> int:
        """The figure's year."""
        return self.contents.year

    @property
    def version_in_force(self) -> Row | None:
        """The version of the judged cell that is current at the requested moment."""
        return last_version(self.judged, self.versions)


def gather_evidence(source: Source, plan_id: str, indicator_id: str, year: int | None) -> Evidence:
    """Gather the evidence of one figure.

    Args:
        source: the published file at the requested moment.
        plan_id: the plan.
        indicator_id: as in the plan, in upper or lower case.
        year: the figure's year; by default the report's.

    Raises:
        UnknownPlan: there is no such plan.
        UnknownFigure: there is no such indicator.
        UnknownYear: the plan does not follow the year.
    """
    return evidence_within(source, gather(source, plan_id, year), indicator_id)


def evidence_within(source: Source, contents: Contents, indicator_id: str) -> Evidence:
    """Gather the evidence of one figure of a plan whose contents have been gathered.

    Args:
        source: the published file at the moment of the contents.
        contents: the plan, with the figure's year in focus.
        indicator_id: as in the plan, in upper or lower case.

    Raises:
        UnknownFigure: there is no such indicator.
    """
    plan_id = contents.plan["plan_id"]
    part = _find(contents, indicator_id)
    judged = part.judged[contents.year]
    kpi_id = part.indicator["kpi_id"]
    years = [contents.year, judged["value_year"] or contents.year]
    versions = _versions(source, contents, kpi_id, years)
    wanted = sorted({row["request_id"] for row in versions if row["request_id"]})
    requests = {row["request_id"]: row for row in source.rows("ops.request", "list_contains(?, request_id)", [wanted])}
    kpi_versions = tuple(source.rows("core.kpi_version", "kpi_id = ?", [kpi_id], order="known_from")) if kpi_id else ()
    units = "regions:" if contents.is_region else ""
    shown = [name if name == "riket" else f"{units}{name}" for name in SHOWN_REFERENCES]
    criteria = part.criteria[contents.year]
    of_value = ("plan_id = ? and indicator_id = ? and year = ?", [plan_id, part.id, years[-1]])
    of_both = ("plan_id = ? and indicator_id = ? and list_contains(?, year)", [plan_id, part.id, years])
    return Evidence(
        contents=contents,
        part=part,
        judged=judged,
        versions=versions,
        requests=requests,
        kpi=_definition(kpi_versions, last_version(judged, versions)),
        kpi_versions=kpi_versions,
        references=tuple(
            source.rows(
                "mart.reference_value",
                "kpi_id = ? and period = ? and list_contains(?, gender) and "
                "(list_contains(?, reference) or reference = 'similar:' || ?)",
                [
                    kpi_id,
                    years[-1],
                    sorted({GENDERS.get(row["gender"], "T") for row in (judged, *criteria)}),
                    [*shown, *(row["reference_kind"] for row in criteria if row["reference_kind"])],
                    judged["similar_group_id"],
                    list(SHOWN_REFERENCES),
                ],
                order="gender desc, list_position(?, split_part(replace(reference, 'regions:', ''), ':', 1))",
            )
        )
        if kpi_id
        else (),
        printed=source.one("plan.outcome_document", *of_value),
        manual=tuple(source.rows("plan.outcome_manual", *of_both, order="year desc, kind")),
        comments=tuple(
            source.rows(
                "plan.comment_version",
                "plan_id = ? and item_id = ? and year = ?",
                [plan_id, part.id, contents.year],
                order="known_from, period",
            )
        ),
        reconciliation=source.one("mart.reconciliation", *of_value),
        verdict_changes=tuple(
            source.rows(
                "mart.verdict_change",
                "plan_id = ? and item_id = ? and year = ? and level = 'indicator'",
                [plan_id, part.id, contents.year],
                order="known_from",
            )
        ),
        plan_edits=tuple(
            source.rows(
                "mart.plan_change",
                "plan_id = ? and (file_name = 'plan.toml [rules]' or item_id in (?, ?, ?))",
                [plan_id, part.id, part.indicator["goal_id"], kpi_id],
                order=EDIT_ORDER,
            )
        ),
    )


def _find(contents: Contents, indicator_id: str) -> IndicatorPart:
    wanted = indicator_id.casefold()
    names = {part.id: (part.id.casefold(), str(part.indicator["kpi_id"]).casefold()) for part in contents.indicators}
    for part in contents.indicators:
        if wanted == names[part.id][0]:
            return part
    using = [part_id for part_id, (_, kpi_id) in names.items() if kpi_id == wanted]
    close = difflib.get_close_matches(wanted, sorted(set().union(*names.values())), n=5, cutoff=0.5)
    near = [part_id for name in close for part_id, called in names.items() if name in called]
    titled = [part.id for part in contents.indicators if wanted in part.indicator["title"].casefold()]
    meant = using or titled[:5] or near[:5]
    hint = f"Did you mean {', '.join(f'`{each}`' for each in meant)}? " if meant else ""
    example = meant[0] if meant else contents.indicators[0].id
    raise UnknownFigure(
        f"The plan `{contents.plan['plan_id']}` has no indicator `{indicator_id}`, so there is nothing to explain. "
        f"{hint}See one with `kolada explain {example} --year {contents.year}`, or all of them with `kolada report`."
    )


def _versions(source: Source, contents: Contents, kpi_id: str | None, years: list[int]) -> tuple[Row, ...]:
    """Return the own cells' versions; an end that was not yet known at the moment is null."""
    if kpi_id is None:
        return ()
    found = source.rows(
        "core.observation_version",
        "kpi_id = ? and municipality_id = ? and list_contains(?, period)",
        [kpi_id, contents.plan["municipality_id"], years],
        order="period desc, case gender when 'T' then 1 when 'K' then 2 else 3 end, known_from",
    )
    if source.moment is None:
        return tuple(found)
    return tuple(
        Row(row.relation, {**row.values, "known_to": None})
        if row["known_to"] is not None and row["known_to"] > source.moment
        else row
        for row in found
    )


def last_version(judged: Row, versions: tuple[Row, ...]) -> Row | None:
    """Return the last version of the cell that was judged: of a gap between women and men, of the women's cell."""
    year, gender = judged["value_year"] or judged["year"], GENDERS.get(judged["gender"], "K")
    found = [row for row in versions if (row["period"], row["gender"]) == (year, gender)]
    return found[-1] if found else None


def _definition(kpi_versions: tuple[Row, ...], version: Row | None) -> Row | None:
    """Return the catalogue's entry when the current value was received, else the last entry."""
    if version is not None:
        then = [row for row in kpi_versions if row["known_from"] <= version["known_from"]]
        if then:
            return then[-1]
    return kpi_versions[-1] if kpi_versions else None
