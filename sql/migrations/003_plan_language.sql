-- The language of plans: criteria of every kind, owners, drafts, periods of own figures.
alter table plan.plan add column document_file varchar;
alter table plan.plan add column is_draft boolean;
alter table plan.plan alter column document_title drop not null;
alter table plan.plan alter column document_sha256 drop not null;

alter table plan.goal add column owner varchar;

alter table plan.indicator add column owner varchar;
alter table plan.indicator add column criteria_rule varchar;
alter table plan.indicator alter column display_decimals drop not null;

alter table plan.target add column target_order integer;
alter table plan.target add column criterion varchar;
alter table plan.target add column target_high double;
alter table plan.target add column "offset" double;
alter table plan.target add column offset_unit varchar;
alter table plan.target add column base_year integer;
alter table plan.target add column rank_scope varchar;
alter table plan.target add column gender varchar;
alter table plan.target add column tolerance double;
alter table plan.target add column tolerance_unit varchar;
alter table plan.target alter column kind drop not null;
alter table plan.target alter column operator drop not null;

update plan.target set gender = 'T';
update plan.target set kind = 'reference' where kind in ('above_reference', 'below_reference');

alter table plan.series_break add column rescaled_on date;
alter table plan.series_break alter column first_year_after drop not null;

alter table plan.outcome_manual add column period varchar;
