-- Did more of the known cells vanish at once than is believable?
with counted as (
    select
        count(*) filter (where change_kind = 'vanished') as vanished_now,
        (select count(*) from known_cell where not is_deleted and not is_vanished) as known_before
    from changed_cell
)

select
    vanished_now,
    known_before
from counted
where vanished_now > getvariable('max_vanished_share') * known_before;
