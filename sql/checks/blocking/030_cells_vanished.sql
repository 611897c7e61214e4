-- Did more of the known cells vanish at once than is believable?
with counted as (
    select
        coalesce(sum(cell_count) filter (where change_kind = 'vanished'), 0) as vanished_now,
        (select coalesce(sum(known.cell_count), 0) from known_count as known) as known_before
    from load_count
)

select
    vanished_now,
    known_before
from counted
where vanished_now > getvariable('max_vanished_share') * known_before;
