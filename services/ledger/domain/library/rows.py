"""Cards, steps, targets and reports as entries of the ledger: their columns, and each as a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from services.ledger.domain.library.cards import Card, Notice
from services.ledger.domain.performance.reports import Report, actuals_text
from services.ledger.domain.performance.targets import TargetSet, indicators_text

CARDS = pl.Schema(
    {
        "key": pl.String,
        "project_key": pl.String,
        "version": pl.Int32,
        "division_code": pl.String,
        "township_code": pl.String,
        "fiscal_year": pl.Int32,
        "name": pl.String,
        "project_type": pl.String,
        "construction_nature": pl.String,
        "place": pl.String,
        "planned_start_on": pl.Date,
        "planned_end_on": pl.Date,
        "responsible_unit": pl.String,
        "tasks": pl.String,
        "funding": pl.String,
        "investment_fen": pl.Int64,
        "households": pl.Int64,
        "persons": pl.Int64,
        "beneficiaries": pl.String,
        "goal": pl.String,
        "participation": pl.String,
        "mechanism": pl.String,
    }
)
"""A version of a card. `funding` has a line for each source, "<source> <fen>"."""

STEPS = pl.Schema(
    {
        "key": pl.String,
        "subject": pl.String,
        "project_key": pl.String,
        "fiscal_year": pl.Int32,
        "version": pl.Int32,
        "action": pl.String,
        "state": pl.String,
        "holds": pl.Boolean,
        "division_code": pl.String,
        "acted_as": pl.String,
        "change_kind": pl.String,
        "reason": pl.String,
        "stage": pl.String,
        "place": pl.String,
        "from_day": pl.Date,
        "to_day": pl.Date,
        "request_hash": pl.String,
        "recorded_by": pl.String,
    }
)
"""What was done: `subject` is project, target or notice; `holds`: whether money may come, or the targets are in force."""

TARGETS = pl.Schema(
    {
        "key": pl.String,
        "project_key": pl.String,
        "fiscal_year": pl.Int32,
        "version": pl.Int32,
        "division_code": pl.String,
        "overall": pl.String,
        "department": pl.String,
        "unit": pl.String,
        "fiscal_fen": pl.Int64,
        "other_fen": pl.Int64,
        "indicators": pl.String,
    }
)
"""A version of a set of targets."""

REPORTS = pl.Schema(
    {
        "key": pl.String,
        "project_key": pl.String,
        "fiscal_year": pl.Int32,
        "period": pl.String,
        "version": pl.Int32,
        "target_version": pl.Int32,
        "division_code": pl.String,
        "due_on": pl.Date,
        "reported_on": pl.Date,
        "late": pl.Boolean,
        "actuals": pl.String,
        "comment": pl.String,
        "reason": pl.String,
        "request_hash": pl.String,
        "recorded_by": pl.String,
    }
)
"""A report of a period; its version counts the corrections."""


@dataclass(frozen=True)
class StepRow:
    """A step as it is recorded."""

    key: str
    subject: str
    project_key: str
    fiscal_year: int
    version: int
    action: str
    state: str
    holds: bool
    division_code: str
    acted_as: str
    request_hash: str
    recorded_by: str
    change_kind: str = ""
    reason: str = ""
    stage: str = ""
    place: str = ""
    from_day: date | None = None
    to_day: date | None = None


def card_row(card: Card, version: int) -> pl.DataFrame:
    """A version of a card as one row."""
    funding = "\n".join(f"{one.source.value} {one.amount_fen}" for one in card.funding)
    beside = {
        "key": f"{card.project_key}#{version}",
        "version": version,
        "funding": funding,
        "investment_fen": card.investment_fen,
    }
    row = {**{name: getattr(card, name, None) for name in CARDS}, **beside}
    return pl.DataFrame([row], schema=CARDS)


def step_row(step: StepRow) -> pl.DataFrame:
    """A step as one row."""
    return pl.DataFrame([vars(step)], schema=STEPS)


def notice_step(key: str, notice: Notice, division_code: str, acted_as: str, asked: str, by: str) -> StepRow:
    """A notice as a step, which leaves every state as it is."""
    return StepRow(
        key=key,
        subject="notice",
        project_key=notice.project_key,
        fiscal_year=0,
        version=0,
        action="notice",
        state="",
        holds=False,
        division_code=division_code,
        acted_as=acted_as,
        request_hash=asked,
        recorded_by=by,
        stage=notice.stage.value,
        place=notice.place,
        from_day=notice.from_day,
        to_day=notice.to_day,
    )


def target_row(targets: TargetSet, version: int, division_code: str) -> pl.DataFrame:
    """A version of targets as one row."""
    beside = {
        "key": f"{targets.project_key}#{targets.fiscal_year}#{version}",
        "version": version,
        "division_code": division_code,
        "indicators": indicators_text(targets.indicators),
    }
    row = {**{name: getattr(targets, name, None) for name in TARGETS}, **beside}
    return pl.DataFrame([row], schema=TARGETS)


def report_row(report: Report, **beside: object) -> pl.DataFrame:
    """A report as one row; `beside` are the columns that it does not say itself."""
    said = {name: getattr(report, name, None) for name in REPORTS}
    row = {**said, "actuals": actuals_text(report.actuals), **beside}
    return pl.DataFrame([row], schema=REPORTS)


def project_row(card: Card, version: int, day: date, columns: pl.Schema) -> pl.DataFrame:
    """A card as a row of projects (columns ledger.v1.projects), which money can be allotted to."""
    row = {
        "key": card.project_key,
        "name": card.name,
        "division_code": card.division_code,
        "project_type": card.project_type,
        "fiscal_year": card.fiscal_year,
        "investment_fen": card.investment_fen,
        "beneficiary_households": card.households,
        "planned_start_on": card.planned_start_on,
        "planned_end_on": card.planned_end_on,
        "effective_on": day,
        "import_id": f"library:{card.project_key}",
        "line": version,
    }
    return pl.DataFrame([row], schema=columns)
