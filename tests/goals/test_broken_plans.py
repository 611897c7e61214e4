"""Each kind of broken plan is refused with its file, row, column, value and remedy."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from goals import PlanError, plan_from_files


@dataclass(frozen=True)
class Case:
    """One way to break the made-up plan, and the finding expected."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    place: str
    value: str | None
    problem: str
    remedy: str


def case(name: str, file: str, old: str, new: str, place: str, value: str | None, problem: str, remedy: str) -> Case:
    return Case(name, ((file, old, new),), place, value, problem, remedy)


GOALS, INDICATORS, TARGETS = "goals.csv", "indicators.csv", "targets.csv"
PRINTED, MANUAL, ASSESSED = "outcomes_document.csv", "outcomes_manual.csv", "assessments.csv"
BREAKS, AVAILABLE, BUDGET, NOTES, TOML = "breaks.csv", "availability.csv", "budget_lines.csv", "notes.csv", "plan.toml"

CASES = [
    # The header and the shape of rows
    case("missing column", INDICATORS, "goal_id,role", "role", "indicators.csv, row 1, column goal_id", None,
         "a column is missing", "indicator_id,goal_id,role"),
    case("unknown column", GOALS, "focus_area", "fokus_area", "goals.csv, row 1", "fokus_area",
         "an unknown column", "`focus_area`"),
    case("column twice", GOALS, "focus_area", "title", "goals.csv, row 1, column title", None,
         "the column is repeated", "Keep one"),
    case("too many cells", GOALS, "Påhittat mål om skolan,", "Påhittat mål, om skolan,", "goals.csv, row 2", None,
         "7 cells where the header has 6", "quotation marks"),
    case("open quotation mark", GOALS, "Påhittat uppföljningsmått", '"Påhittat', "goals.csv", None,
         "not CSV", "Close every quotation mark"),
    # Ids, codes, numbers
    case("id with a space", GOALS, "A1,", "A 1,", "goals.csv, row 2, column goal_id", "A 1",
         "not an identifier", "such as `P5.3a`"),
    case("space around an id", INDICATORS, "B2,B2,", "B2,B2 ,", "indicators.csv, row 7, column goal_id", "B2 ",
         "space around the value", "Write `B2`"),
    case("KPI id of another form", INDICATORS, ",N15436,", ",N1543,", "indicators.csv, row 2, column kpi_id",
         "N1543", "not a KPI id", "N or U and five digits"),
    case("unknown section", GOALS, "B2,operational", "B2,operativ", "goals.csv, row 4, column section", "operativ",
         "an unknown code", "`operational`"),
    case("unknown role", INDICATORS, "supporting", "stödjande", "indicators.csv, row 4, column role", "stödjande",
         "an unknown code", "`supporting`"),
    case("unknown route", INDICATORS, "lower,0,kolada", "lower,0,Kolada", "indicators.csv, row 7, column value_route",
         "Kolada", "an unknown code", "Did you mean `kolada`"),
    case("unknown target kind", TARGETS, "previous_year", "last_year", "targets.csv, row 11, column kind",
         "last_year",
         "an unknown code", "`previous_year`"),
    case("unknown operator", TARGETS, "previous_year,>=", "previous_year,=>", "targets.csv, row 11, column operator",
         "=>", "an unknown code", "`>=`"),
    case("unknown reference", TARGETS, ",similar,", ",liknande,", "targets.csv, row 5, column reference", "liknande",
         "an unknown reference", "`similar`"),
    case("unknown severity", NOTES, "made_up,high", "made_up,hög", "notes.csv, row 2, column severity", "hög",
         "an unknown code", "`high`"),
    case("note code of another form", NOTES, "made_up", "Made up", "notes.csv, row 2, column code", "Made up",
         "not a code", "such as `series_break`"),
    case("unknown assessment", ASSESSED, "partly_met", "delvis", "assessments.csv, row 2, column verdict", "delvis",
         "an unknown code", "`partly_met`"),
    case("compound rule unknown", GOALS, "any_part", "en_räcker", "goals.csv, row 3, column compound_rule",
         "en_räcker", "an unknown code", "`any_part`"),
    case("decimal comma beside a decimal point", MANUAL, "E1,2024,2.4", 'E1,2024,"2,4"',
         "outcomes_manual.csv, row 3, column value", "2,4", "a decimal comma, and a decimal point in row 2",
         "Write `2.4`"),
    case("no-break space in a number", BUDGET, "1020", "1\u00a0020", "budget_lines.csv, row 3, column value",
         "1\u00a0020", "a space or an unusual minus sign", "Write `1020`"),
    case("percent sign in a number", MANUAL, ",2.4,", ",2.4 %,", "outcomes_manual.csv, row 3, column value", "2.4 %",
         "a percent sign", "Write `2.4`"),
    case("typographic minus", BUDGET, "300.5", "−300.5", "budget_lines.csv, row 5, column value", "−300.5",
         "an unusual minus sign", "Write `-300.5`"),
    case("text for a number", BUDGET, "300.5", "okänt", "budget_lines.csv, row 5, column value", "okänt",
         "not a number", "decimal point"),
    case("a number without an end", BUDGET, "300.5", "9" * 400, "budget_lines.csv, row 5, column value", "9" * 400,
         "a number beyond all bounds", "Write fewer digits"),
    case("not a number by name", BUDGET, "300.5", "nan", "budget_lines.csv, row 5, column value", "nan",
         "not a number", "decimal point"),
    case("year of two digits", PRINTED, "A1.1,2022", "A1.1,22", "outcomes_document.csv, row 2, column year", "22",
         "not a year", "four digits"),
    case("Swedish truth value", BREAKS, "true", "ja", "breaks.csv, row 2, column voids_target", "ja",
         "neither true nor false", "Write `true` or `false`"),
    case("impossible date", MANUAL, "2025-09-15", "2025-09-31", "outcomes_manual.csv, row 4, column entered_at",
         "2025-09-31", "not a date", "year-month-day"),
    case("empty title", GOALS, "Påhittat uppföljningsmått", "", "goals.csv, row 8, column title", None,
         "empty", "Write a text"),
    # Keys
    case("goal twice", GOALS, "U1,follow_up", "E3,financial", "goals.csv, row 8, column goal_id", "E3",
         "`E3` is already in row 7", "Keep one"),
    case("indicator twice", INDICATORS, "A1.2,A1", "A1.1,A1", "indicators.csv, row 3, column indicator_id", "A1.1",
         "`A1.1` is already in row 2", "Keep one"),
    case("printed outcome twice", PRINTED, "A1.1,2023", "A1.1,2022",
         "outcomes_document.csv, row 3, column indicator_id",
         "A1.1", "`A1.1 2022` is already in row 2", "Keep one"),
    case("manual outcome twice", MANUAL, "E3,2024", "E3,2023", "outcomes_manual.csv, row 7, column indicator_id",
         "E3",
         "`E3 2023 outcome` is already in row 6", "Keep one"),
    case("budget line twice", BUDGET, "Skola,2025", "Skola,2024", "budget_lines.csv, row 3, column table_name",
         "Påhittad driftbudget", "is already in row 2", "Keep one"),
    case("note twice", NOTES, "A1.2,equation_like,low,=1+1 är en text och ingen formel.",
         ',made_up,low,"Hela planen är påhittad, som exempel."', "notes.csv, row 3, column indicator_id", None,
         "is already in row 2", "Keep one"),
    case("unknown goal", INDICATORS, "U1,U1,", "U1,U2,", "indicators.csv, row 11, column goal_id", "U2",
         "not in goals.csv", "`U1`"),
    case("target of an unknown indicator", TARGETS, "E3,", "E4,", "targets.csv, row 11, column indicator_id", "E4",
         "not in indicators.csv", "Write an id of indicators.csv"),
    case("printed outcome of an unknown indicator", PRINTED, "A1.2,2023", "A1.9,2023",
         "outcomes_document.csv, row 4, column indicator_id", "A1.9", "not in indicators.csv", "`A1.2`"),
    case("assessment of an unknown goal", ASSESSED, "A1,", "A9,", "assessments.csv, row 2, column goal_id", "A9",
         "not in goals.csv", "`A1`"),
    case("note on an unknown indicator", NOTES, "A1.2,", "A2.2,", "notes.csv, row 3, column indicator_id", "A2.2",
         "not in indicators.csv", "`A1.2`"),
    # Targets
    case("second target for one year", TARGETS, "A1.1,2025", "A1.1,2024", "targets.csv, row 3, column indicator_id",
         "A1.1", "a second target for `A1.1 2024`, after row 2", "Keep one"),
    case("second standing target", TARGETS, "E3,", "E1,", "targets.csv, row 11, column indicator_id", "E1",
         "a second target for `E1 any year`, after row 9", "Keep one"),
    case("standing beside yearly", TARGETS, "A1.1,2025", "A1.1,", "targets.csv, row 3, column year", None,
         "a standing criterion for `A1.1` beside the one for a year in row 2", "Keep one"),
    case("target without unit", INDICATORS, "Kolada (N15436),%,", "Kolada (N15436),,",
         "indicators.csv, row 2, column unit", None, "empty although `A1.1` has a target", "Write the unit"),
    case("target without direction", INDICATORS, "% per år,lower", "% per år,",
         "indicators.csv, row 9, column direction",
         None, "empty although `E2` has a target", "Write `higher`, `lower` or `target`"),
    case("direction against the operator", INDICATORS, "% av skatter och bidrag,higher",
         "% av skatter och bidrag,lower",
         "targets.csv, row 9, column operator", ">=", "contradicts the direction `lower` of `E1`",
         "indicators.csv row 8"),
    case("above with the wrong operator", TARGETS, "A1.2,,above_reference,>=", "A1.2,,above_reference,<=",
         "targets.csv, row 5, column operator", "<=", "contradicts the kind `above_reference`", "Write `>`"),
    case("percent above 100", TARGETS, "88,88", "188,188", "targets.csv, row 4, column target_value", "188",
         "outside what the unit `%` allows (from 0 to 100)", "says of what"),
    case("number without value", TARGETS, "2,minst 2 procent", ",minst 2 procent",
         "targets.csv, row 9, column target_value", None, "empty on a target of kind `number`", "Write a number"),
    case("printed text of another number", TARGETS, "minst 2 procent", "minst 3 procent",
         "targets.csv, row 9, column target_text", "minst 3 procent", "not the target_value `2`",
         "Look in the document"),
    case("printed text of other numbers", TARGETS, "minst 2 procent", "mellan 3 och 4 procent",
         "targets.csv, row 9, column target_text", "mellan 3 och 4 procent", "not the target_value `2`",
         "Look in the document"),
    case("number on a comparison", TARGETS, "previous_year,>=,,", "previous_year,>=,30,",
         "targets.csv, row 11, column target_value", "30", "a number on a target of kind `previous_year`",
         "Leave it empty"),
    case("reference on a number", TARGETS, "minst 2 procent,", "minst 2 procent,national_average",
         "targets.csv, row 9, column reference", "national_average", "a reference on a target of kind `number`",
         "Leave it empty"),
    case("mean without reference", TARGETS, "under riksgenomsnittet,national_average", "under riksgenomsnittet,",
         "targets.csv, row 8, column reference", None, "empty on a target of kind `reference`", "Write a reference"),
    case("similar without a topic", INDICATORS, "N15485,Kolada (N15485),%,higher,1,kolada,grundskola",
         "N15485,Kolada (N15485),%,higher,1,kolada,", "indicators.csv, row 3, column similar_group_topic", None,
         "empty although `A1.2` is compared with similar municipalities", "such as `grundskola`"),
    Case("mean for a figure entered by hand",
         ((INDICATORS, ",U00811,Kolada (U00811),dagar (median),lower,0,kolada,övergripande",
           ",,Egen,dagar (median),lower,0,manual,"), (AVAILABLE, "U00811,12-31,0,Påhittad rytm.\n", "")),
         "targets.csv, row 8, column kind", "below_reference", "a mean of other units for `B2`",
         "Give the indicator a KPI"),
    case("target outside the years", TARGETS, "A1.1,2026", "A1.1,2027", "targets.csv, row 4, column year", "2027",
         "outside the plan's years", "from 2020 to 2026"),
    case("no yearly criterion for a year", TARGETS, "88,88,,true", "88,88,,false",
         "targets.csv, row 4, column is_yearly_criterion", "false", "false on a target for 2026",
         "leave the year empty"),
    # Goals and indicators
    case("role of another section", INDICATORS, "B2,B2,operational", "B2,B2,financial",
         "indicators.csv, row 7, column role", "financial", "not a role of a goal of section `operational`",
         "Write `operational`"),
    case("prioritised goal in the majority", GOALS, "Skola,false", "Skola,true",
         "goals.csv, row 2, column counts_in_majority", "true", "a goal of section `prioritized` in the majority",
         "Write `false`"),
    case("counted goal without indicator", GOALS, "U1,follow_up,Påhittat uppföljningsmått,,false",
         "U1,follow_up,Påhittat uppföljningsmått,,false,\nE9,financial,Utan indikator,,true",
         "goals.csv, row 9, column goal_id", "E9", "a goal without an indicator", "remove the goal"),
    case("compound rule on one part", GOALS, "om bygglov,,true,", "om bygglov,,true,all_parts",
         "goals.csv, row 4, column compound_rule", "all_parts", "a compound rule on a goal with one indicator",
         "Leave it empty"),
    case("compound rule on an assessed goal", GOALS, "Skola,false,", "Skola,false,all_parts",
         "goals.csv, row 2, column compound_rule", "all_parts", "a compound rule on a goal of section `prioritized`",
         "Leave it empty"),
    case("kolada route without KPI", INDICATORS, "betyg 1-6,,1,manual", "betyg 1-6,,1,kolada",
         "indicators.csv, row 4, column kpi_id", None, "empty although the value comes from Kolada",
         "Write the KPI id"),
    case("manual route with KPI", INDICATORS, "N15485,Kolada (N15485),%,higher,1,kolada",
         "N15485,Kolada (N15485),%,higher,1,manual", "indicators.csv, row 3, column kpi_id", "N15485",
         "a KPI on an indicator whose value is entered by hand", "cross_check_kpis"),
    case("topic without KPI", INDICATORS, "betyg 1-6,,1,manual,", "betyg 1-6,,1,manual,grundskola",
         "indicators.csv, row 4, column similar_group_topic", "grundskola", "a group to compare with but no KPI",
         "Leave it empty"),
    case("too many decimals", INDICATORS, "antal,,0,manual", "antal,,12,manual",
         "indicators.csv, row 11, column display_decimals", "12", "more decimals than can be shown", "from 0 to 6"),
    case("negative decimals", INDICATORS, "antal,,0,manual", "antal,,-1,manual",
         "indicators.csv, row 11, column display_decimals", "-1", "not a whole number", "digits only"),
    case("one KPI in two units", INDICATORS, "N15485,Kolada (N15485),%,", "N15436,Kolada (N15436),antal,",
         "indicators.csv, row 3, column unit", "antal", "`N15436` has `%` in row 2", "Correct one"),
    case("two indicators that look the same", INDICATORS, "särskilt boende,U23471", "hemtjänst,U23471",
         "indicators.csv, row 6, column title", "Nöjdhet i omsorgen", "the same goal, title and part as row 5",
         "what tells them apart"),
    # Figures
    case("printed outcome outside its unit", PRINTED, "83.4", "834", "outcomes_document.csv, row 2, column value",
         "834", "outside what the unit `%` allows", "Correct the number"),
    case("scale 1-6", MANUAL, "A1.3,2024,4.2", "A1.3,2024,7.2", "outcomes_manual.csv, row 2, column value", "7.2",
         "outside what the unit `betyg 1-6` allows (from 1 to 6)", "Correct the number"),
    case("neither value nor marker", PRINTED, "2023,,-,12", "2023,,,12",
         "outcomes_document.csv, row 3, column raw_marker",
         None, "neither a value nor a marker", "`blank`"),
    case("value and marker", PRINTED, "83.4,,11", "83.4,-,11", "outcomes_document.csv, row 2, column raw_marker", "-",
         "a marker for a missing value beside a value", "Keep one"),
    case("printed outcome outside the years", PRINTED, "A1.1,2022", "A1.1,2018",
         "outcomes_document.csv, row 2, column year", "2018", "outside the plan's years", "widen `years`"),
    case("comparison missing", MANUAL, "E2,2024,3.1,3.6", "E2,2024,3.1,",
         "outcomes_manual.csv, row 5, column comparison_value", None,
         "empty although the target compares with another value", "Write the value"),
    case("comparison not asked for", MANUAL, "E1,2024,2.4,", "E1,2024,2.4,2",
         "outcomes_manual.csv, row 3, column comparison_value", "2", "no target that does", "Leave it empty"),
    case("outcome entered before its year", MANUAL, "Exempelsson,2025-01-20", "Exempelsson,2023-01-20",
         "outcomes_manual.csv, row 2, column entered_at", "2023-01-20", "an outcome entered before its year began",
         "`forecast`"),
    case("assessment before its year", ASSESSED, "2025-03-12", "2023-03-12",
         "assessments.csv, row 2, column decided_at", "2023-03-12", "an assessment decided before its year began",
         "Correct the date"),
    case("date far away", MANUAL, "2025-09-15", "2205-09-15", "outcomes_manual.csv, row 4, column entered_at",
         "2205-09-15", "a date far from the plan's years", "Correct the date"),
    case("nobody entered it", MANUAL, "Påhittad enkät,Exempel Exempelsson", "Påhittad enkät,",
         "outcomes_manual.csv, row 2, column entered_by", None, "empty", "Write a text"),
    case("budget year in words", BUDGET, "Investeringar,2024-2026", "Investeringar,treårigt",
         "budget_lines.csv, row 5, column year", "treårigt", "not a year or a span", "`2022-2026`"),
    case("budget years swapped", BUDGET, "2024-2026", "2026-2024", "budget_lines.csv, row 5, column year",
         "2026-2024",
         "a span that ends before it begins", "Swap the years"),
    # KPIs
    case("break of an unknown KPI", BREAKS, "N15485", "N15484", "breaks.csv, row 2, column kpi_id", "N15484",
         "no indicator and no cross-check of the plan has this KPI", "`N15485`"),
    case("break after the plan", BREAKS, "2024", "2031", "breaks.csv, row 2, column first_year_after", "2031",
         "after the plan's years", "up to 2027"),
    case("availability of an unknown KPI", AVAILABLE, "N15485", "N15484", "availability.csv, row 3, column kpi_id",
         "N15484", "no indicator and no cross-check", "`N15485`"),
    case("impossible day", AVAILABLE, "09-30", "09-31", "availability.csv, row 2, column month_day", "09-31",
         "not a day of the year", "such as `09-30`"),
    case("day of leap years only", AVAILABLE, "09-30", "02-29", "availability.csv, row 2, column month_day", "02-29",
         "not a day of the year", "that every year has"),
    case("too many years later", AVAILABLE, "04-30,1", "04-30,9", "availability.csv, row 7, column year_offset", "9",
         "more years than any KPI takes", "Write 0"),
    case("withdrawal without KPI", NOTES, ",made_up,high", ",kpi_withdrawn,high",
         "notes.csv, row 2, column indicator_id",
         None, "`kpi_withdrawn` on something that has no KPI", "Write the indicator"),
    # The document
    case("line outside the document", INDICATORS, "2,34", "2,340", "indicators.csv, row 7, column document_lines",
         "340",
         "outside the document, which has lines 1 to 120", "document.line_count"),
    case("lines swapped", INDICATORS, "1,10-12", "1,12-10", "indicators.csv, row 2, column document_lines", "12-10",
         "ends before it begins", "Write `10-12`"),
    case("lines in words", INDICATORS, "1,10-12", "1,rad 10", "indicators.csv, row 2, column document_lines",
         "rad 10",
         "not a line or a span of lines", "`2048-2050`"),
    case("target's line outside", TARGETS, ",34\n", ",121\n", "targets.csv, row 8, column document_lines", "121",
         "outside the document", "Correct the line"),
    case("outcome's line outside", PRINTED, "83.4,,11", "83.4,,9999",
         "outcomes_document.csv, row 2, column document_line",
         "9999", "outside the document", "Correct the line"),
    case("budget's line outside", BUDGET, "text,104", "text,0", "budget_lines.csv, row 5, column document_line", "0",
         "outside the document", "Correct the line"),
    case("page outside", INDICATORS, "manual,,3,56", "manual,,7,56", "indicators.csv, row 11, column document_page",
         "7",
         "outside the document, which has pages 1 to 6", "document.last_page"),
    # plan.toml
    case("plan.toml is not TOML", TOML, 'title = "Påhittat dokument"', "title = Påhittat dokument",
         "plan.toml, line 27",
         None, "not TOML", "quotation marks"),
    case("unknown key", TOML, "target_year = 2026", "target_year = 2026\nmalar = 2026",
         "plan.toml, line 8, key malar",
         None, "an unknown key", "`target_year`"),
    case("unknown rule", TOML, "majority =", "majoritet =", "plan.toml, line 35, key rules.majoritet", None,
         "an unknown key", "Did you mean `majority`"),
    case("unknown value of a rule", TOML, '"together"', '"tillsammans"', "plan.toml, line 35, key rules.majority",
         "tillsammans", "an unknown value of a rule", "`each_group`, `together`"),
    case("rule's number out of range", TOML, "reference_min_n = 50", "reference_min_n = 291",
         "plan.toml, line 34, key rules.reference_min_n", "291", "an unknown value of a rule", "from 1 to 290"),
    case("label for an unknown code", TOML, 'met = "Nått"', 'mett = "Nått"',
         "plan.toml, line 43, key labels.verdict.mett",
         "Nått", "a label for an unknown code", "Did you mean `met`"),
    case("unknown kind of label", TOML, "[labels.verdict]", "[labels.omdome]",
         "plan.toml, line 42, key labels.omdome",
         None, "an unknown key", "`verdict`"),
    case("label without a word", TOML, 'not_met = "Ej nått"', 'not_met = ""',
         "plan.toml, line 44, key labels.verdict.not_met",
         "", "not a text", "Write `not_met"),
    case("cross-check of an unknown goal", TOML, 'goal = "E1"', 'goal = "E9"',
         "plan.toml, line 37, key cross_check_kpis.goal",
         "E9", "not in goals.csv", "Write a goal"),
    case("cross-check without a reason", TOML, 'why = "Visas bredvid kommunens egen uppgift."', "",
         "plan.toml, line 37, key cross_check_kpis.why", None, "missing", "why (a text)"),
    case("cross-check KPI of another form", TOML, '"N03102"', '"N3102"',
         "plan.toml, line 37, key cross_check_kpis.kpi",
         "N3102", "not in the form", "such as `N03102`"),
    case("code of a county", TOML, '"1480"', '"1400"', "plan.toml, line 4, key municipality_id", "1400",
         "no municipality and no region has such a code", "four digits"),
    case("code as a number", TOML, '"1480"', "1480", "plan.toml, line 4, key municipality_id", "1480",
         "not a municipality's or region's code", "quotation marks"),
    case("years swapped", TOML, "first = 2020", "first = 2030", "plan.toml, line 10, key years.first", "2030",
         "after the last year", "Swap"),
    case("year as a text", TOML, "target_year = 2026", 'target_year = "2026"', "plan.toml, line 7, key target_year",
         "2026",
         "not a year", "without quotation marks"),
    case("target year outside", TOML, "target_year = 2026", "target_year = 2027",
         "plan.toml, line 7, key target_year",
         "2027", "outside the plan's years", "from 2020 to 2026"),
    case("budget years outside", TOML, "first = 2024", "first = 2019", "plan.toml, line 14, key budget_years.first",
         "2019",
         "outside the plan's years", "from 2020 to 2026"),
    case("bokslut before the year's end", TOML, "2024 = 2025-03-01", "2024 = 2024-10-01",
         "plan.toml, line 22, key bokslut_dates.2024", "2024-10-01", "not in the year after", "Write a day of 2025"),
    case("bokslut missing", TOML, "2024 = 2025-03-01\n", "", "plan.toml, line 17, key bokslut_dates.2024", None,
         "missing",
         "Write `2024 = 2025-03-01`"),
    case("bokslut of another year", TOML, "2020 = 2021-03-01", "2020 = 2021-03-01\n2019 = 2020-03-01",
         "plan.toml, line 19, key bokslut_dates.2019", "2020-03-01", "not one of the plan's years", "Remove it"),
    case("hash of another form", TOML, 'sha256 = "0', 'sha256 = "Z', "plan.toml, line 28, key document.sha256",
         "Z" + "0" * 63, "not in the form", "sha256sum"),
    case("no title", TOML, 'title = "Påhittat exempel: mål 2024-2026"', "", "plan.toml, key title", None, "missing",
         'Write `title = "..."`'),
]  # fmt: skip


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_a_broken_plan_is_refused_with_place_value_and_remedy(
    broken: Case, edited: Callable[..., dict[str, bytes]]
) -> None:
    """A broken plan gives a finding with the place, the value and what to write."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(edited(*broken.edits))
    found = {(finding.place, finding.value) for finding in raised.value.findings if broken.problem in finding.problem}
    assert (broken.place, broken.value) in found
    assert any(
        broken.problem in finding.problem and broken.remedy in f"{finding.remedy}." for finding in raised.value.findings
    )


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_one_mistake_gives_few_findings(broken: Case, edited: Callable[..., dict[str, bytes]]) -> None:
    """A single mistake gives at most four findings."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(edited(*broken.edits))
    assert len(raised.value.findings) <= 4
    assert all(finding.problem and finding.consequence and finding.remedy for finding in raised.value.findings)


def test_all_mistakes_of_a_plan_are_found_at_once(edited: Callable[..., dict[str, bytes]]) -> None:
    """Mistakes in five files give five findings in one error, in the order of the files."""
    files = edited(
        (TOML, '"together"', '"tillsammans"'),
        (GOALS, "any_part", "en_räcker"),
        (INDICATORS, "2,34", "2,340"),
        (TARGETS, '86.5,"86,5"', '"86,5 %","86,5"'),
        (AVAILABLE, "09-30", "09-31"),
    )
    with pytest.raises(PlanError) as raised:
        plan_from_files(files)
    assert [finding.file for finding in raised.value.findings] == [
        "plan.toml",
        "goals.csv",
        "indicators.csv",
        "targets.csv",
        "availability.csv",
    ]
    text = str(raised.value)
    assert "5 thing(s) to correct" in text
    assert "4. targets.csv, row 3, column target_value: a percent sign in the number: `86,5 %`; " in text
    assert text.endswith("then run `kolada goals check`.")
