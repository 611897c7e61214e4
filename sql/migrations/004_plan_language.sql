-- The language of plans: criteria of every kind, owners, drafts, periods of own figures.
alter table plan.plan_version add column document_file varchar;
alter table plan.plan_version add column is_draft boolean;
alter table plan.plan_version alter column document_title drop not null;
alter table plan.plan_version alter column document_sha256 drop not null;

alter table plan.goal_version add column owner varchar;

alter table plan.indicator_version add column owner varchar;
alter table plan.indicator_version add column criteria_rule varchar;
alter table plan.indicator_version alter column display_decimals drop not null;

alter table plan.target_version add column target_order integer;
alter table plan.target_version add column criterion varchar;
alter table plan.target_version add column target_high double;
alter table plan.target_version add column "offset" double;
alter table plan.target_version add column offset_unit varchar;
alter table plan.target_version add column base_year integer;
alter table plan.target_version add column rank_scope varchar;
alter table plan.target_version add column gender varchar;
alter table plan.target_version add column tolerance double;
alter table plan.target_version add column tolerance_unit varchar;
alter table plan.target_version alter column kind drop not null;
alter table plan.target_version alter column operator drop not null;

update plan.target_version set gender = 'T';
update plan.target_version set kind = 'reference' where kind in ('above_reference', 'below_reference');

alter table plan.series_break_version add column rescaled_on date;
alter table plan.series_break_version alter column first_year_after drop not null;

alter table plan.outcome_manual_version add column period varchar;
