"""What councils decided, as data under review, and the code that reads and checks it.

Each plan is a folder beside this code (`goals/<plan_id>/`); README.md describes its files. Nothing here knows
Kolada's API or the warehouse: a plan comes out as typed polars frames, or not at all.
"""

from goals.checks.kolada_catalogue import check_against_catalogue
from goals.errors import Finding, NoPlans, PlanError
from goals.plan import Plan, files_sha256
from goals.plan_reading import plan_from_files, read_each_plan, read_plan, read_plans
from goals.plan_tables import TABLE_SCHEMAS
from goals.scaffold import NewPlan, NewPlanRefused, copy_example, scaffold

__all__ = [
    "TABLE_SCHEMAS",
    "Finding",
    "NewPlan",
    "NewPlanRefused",
    "NoPlans",
    "Plan",
    "PlanError",
    "check_against_catalogue",
    "copy_example",
    "files_sha256",
    "plan_from_files",
    "read_each_plan",
    "read_plan",
    "read_plans",
    "scaffold",
]
