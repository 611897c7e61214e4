-- Each version table as it was known at a moment. Every other as-of macro is built on these.
-- The column named moment is the macro's parameter. What was learned after the moment (the end of a version,
-- a later confirmation) is left out.

create or replace macro core.observation_as_of(moment) as table (
    select
        kpi_id,
        municipality_id,
        period,
        gender,
        value,
        value_count,
        status,
        change_kind,
        run_id,
        request_id,
        known_from
    from core.observation_version
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
        and not is_deleted
        and change_kind <> 'vanished'
);

create or replace macro core.group_observation_as_of(moment) as table (
    select
        kpi_id,
        group_id,
        period,
        gender,
        value,
        value_count,
        status,
        change_kind,
        run_id,
        request_id,
        known_from
    from core.group_observation_version
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
        and not is_deleted
        and change_kind <> 'vanished'
);

create or replace macro core.kpi_as_of(moment) as table (
    select * exclude (known_to)
    from core.kpi_version
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro core.municipality_group_as_of(moment) as table (
    select * exclude (known_to)
    from core.municipality_group
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro core.municipality_group_member_as_of(moment) as table (
    select * exclude (known_to)
    from core.municipality_group_member_version
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro core.municipality_as_of(moment) as table (
    select * exclude (known_to)
    from core.municipality_version
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);
