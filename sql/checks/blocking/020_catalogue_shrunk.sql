-- Did more of the catalogue leave at once than is believable?
with counted as (
    select
        count(*) filter (where is_withdrawn and known_from = getvariable('known_from')) as withdrawn_now,
        count(*) filter (where not is_withdrawn) as still_there
    from core.kpi
)

select
    withdrawn_now,
    still_there
from counted
where withdrawn_now > getvariable('max_withdrawn_share') * (withdrawn_now + still_there);
