-- Each empty response, compared with the known values and the other responses of the run.
-- An empty response contradicts the others if most units of that kind report one of its KPIs. Pairs that were already
-- empty while the others reported are no contradiction.

create or replace temp table doubt_verdict as
with judged as (
    select
        pair.request_number,
        pair.kpi_id,
        pair.kind,
        bool_or(known_pair.unit_id is not null) as is_known,
        bool_and(empty_before.unit_id is not null) as was_empty,
        any_value(reporting.asked_count) as asked_count,
        any_value(reporting.reporting_count / reporting.asked_count) as share,
        any_value(reporting.received_count / reporting.asked_count) as share_received,
        any_value(reporting.known_count / reporting.asked_count) as share_known
    from doubted_pair as pair
    left join known_pair on pair.kpi_id = known_pair.kpi_id and pair.unit_id = known_pair.unit_id
    left join empty_before on pair.kpi_id = empty_before.kpi_id and pair.unit_id = empty_before.unit_id
    left join reporting on pair.kpi_id = reporting.kpi_id and pair.kind = reporting.kind
    group by pair.request_number, pair.kpi_id, pair.kind
)

select
    request_number,
    bool_or(is_known) as contradicts_known,
    bool_or(
        coalesce(
            asked_count >= getvariable('fewest_others')
            and if(was_empty, share_received > 0.5 and share_known <= 0.5, share > 0.5),
            false
        )
    ) as contradicts_others,
    bool_and(was_empty) as was_empty,
    coalesce(list(distinct kpi_id order by kpi_id) filter (where share > 0), []) as reported_kpis
from judged
group by request_number;
