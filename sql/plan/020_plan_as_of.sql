-- Each plan table as it was loaded at a moment. The column named moment is the macro's parameter.
-- Made from goals/file_formats.toml by `make docs`.

create or replace macro plan.plan_as_of(moment) as table (
    select * exclude (known_to)
    from plan.plan
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.unit_group_as_of(moment) as table (
    select * exclude (known_to)
    from plan.unit_group
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.rule_as_of(moment) as table (
    select * exclude (known_to)
    from plan.rule
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.label_as_of(moment) as table (
    select * exclude (known_to)
    from plan.label
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.bokslut_date_as_of(moment) as table (
    select * exclude (known_to)
    from plan.bokslut_date
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.cross_check_kpi_as_of(moment) as table (
    select * exclude (known_to)
    from plan.cross_check_kpi
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.goal_as_of(moment) as table (
    select * exclude (known_to)
    from plan.goal
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.indicator_as_of(moment) as table (
    select * exclude (known_to)
    from plan.indicator
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.target_as_of(moment) as table (
    select * exclude (known_to)
    from plan.target
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.series_break_as_of(moment) as table (
    select * exclude (known_to)
    from plan.series_break
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.availability_as_of(moment) as table (
    select * exclude (known_to)
    from plan.availability
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.outcome_document_as_of(moment) as table (
    select * exclude (known_to)
    from plan.outcome_document
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.outcome_manual_as_of(moment) as table (
    select * exclude (known_to)
    from plan.outcome_manual
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.assessment_as_of(moment) as table (
    select * exclude (known_to)
    from plan.assessment
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.comment_as_of(moment) as table (
    select * exclude (known_to)
    from plan.comment
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.budget_line_as_of(moment) as table (
    select * exclude (known_to)
    from plan.budget_line
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.budget_check_as_of(moment) as table (
    select * exclude (known_to)
    from plan.budget_check
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);

create or replace macro plan.note_as_of(moment) as table (
    select * exclude (known_to)
    from plan.note
    where
        known_from <= core.moment(moment)
        and (known_to is null or core.moment(moment) < known_to)
);
