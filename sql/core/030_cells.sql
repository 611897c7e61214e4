-- The current cells, and the cells known at a moment, without deleted and vanished ones.
-- The column named moment is the macro's parameter. Facts known only after the moment (the end of a version, a later
-- confirmation) are left out. Every other table of versions has the same two readers, made by warehouse/versions.py.

create or replace view core.observation as
select * exclude (is_deleted, known_to)
from core.observation_version
where known_to is null and not is_deleted and change_kind <> 'vanished';

create or replace view core.group_observation as
select * exclude (is_deleted, known_to)
from core.group_observation_version
where known_to is null and not is_deleted and change_kind <> 'vanished';

create or replace macro core.observation_as_of(moment) as table (
    select * exclude (is_deleted, known_to, confirmed_at)
    from core.observation_version
    where
        core.holds_at(known_from, known_to, core.moment(moment))
        and not is_deleted
        and change_kind <> 'vanished'
);

create or replace macro core.group_observation_as_of(moment) as table (
    select * exclude (is_deleted, known_to, confirmed_at)
    from core.group_observation_version
    where
        core.holds_at(known_from, known_to, core.moment(moment))
        and not is_deleted
        and change_kind <> 'vanished'
);
