"""Questions about targets and what is reached of them. Every question takes a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.kit.caller import Scope
from services.kit.errors import NotFound
from services.ledger.domain.library.machine import Workflows
from services.ledger.domain.performance.decimals import share_bp
from services.ledger.domain.performance.reports import Actual, Reached, is_due, output_points, reached
from services.ledger.domain.performance.targets import Group, TargetSet, find_gaps
from services.ledger.usecases.library_reading import StepSeen
from services.ledger.usecases.reading import check_limit, refuse_unstorable

Place = tuple[str, int, str]


@dataclass(frozen=True)
class TargetFilter:
    """Which sets of targets are asked for; empty or zero for all that the scope allows."""

    fiscal_year: int = 0
    state: str = ""
    words: str = ""
    """A part of the project's name or key."""


@dataclass(frozen=True)
class TargetRow:
    """A set of targets: its newest version, the one in force (0: none), and what was reported last of it."""

    project_key: str
    project_name: str
    division_code: str
    fiscal_year: int
    state: str
    version: int
    held_version: int
    newest: TargetSet
    planned_end_on: date | None
    allotted_fen: int
    paid_fen: int
    period: str
    """The newest period that was reported; empty if none was."""
    late_reports: int


@dataclass(frozen=True)
class TargetVersion:
    """A version of targets, with who entered it and when."""

    version: int
    targets: TargetSet
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class ReportSeen:
    """A report as it was recorded."""

    key: str
    period: str
    version: int
    target_version: int
    due_on: date
    reported_on: date
    late: bool
    actuals: Sequence[Actual]
    comment: str
    reason: str
    recorded_by: str
    recorded_at: datetime
    position: int


@dataclass(frozen=True)
class TargetDetail:
    """All that is known of the targets of a project and year; versions and reports newest first."""

    row: TargetRow
    versions: Sequence[TargetVersion]
    steps: Sequence[StepSeen]
    reports: Sequence[ReportSeen]


@dataclass(frozen=True)
class Progress:
    """How far targets are: by indicator, of all outputs, and beside them what is paid. Basis points."""

    reached: Sequence[Reached]
    output_bp: int | None
    paid_bp: int | None
    ahead: bool
    """付款快于产出: paid by more points than were produced."""


class PerformanceReader(Protocol):
    """Answers questions about targets."""

    def target_sets(self, scope: Scope, asked: TargetFilter, after: Place, limit: int) -> list[TargetRow]:
        """Sets in order of division, year and project, after such a place."""
        ...

    def target_set(self, scope: Scope, project_key: str, fiscal_year: int) -> TargetDetail | None:
        """The targets of a project and year, if they are there and in the scope."""
        ...


def list_target_sets(
    reader: PerformanceReader, scope: Scope, asked: TargetFilter, after: Place, limit: int
) -> tuple[list[TargetRow], Place | None]:
    """A page of sets, and the place that the next one begins after (None: it is the last)."""
    check_limit(limit)
    refuse_unstorable(asked.state, asked.words)
    found = reader.target_sets(scope, asked, after, limit + 1)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], (last.division_code, last.fiscal_year, last.project_key)


def get_target_set(
    reader: PerformanceReader, scope: Scope, project_key: str, fiscal_year: int
) -> TargetDetail:
    """The targets of a project and year; refuses what is unknown or outside the scope."""
    refuse_unstorable(project_key)
    found = reader.target_set(scope, project_key, fiscal_year)
    if found is None:
        raise NotFound(
            "ledger.target_unknown",
            f"项目 {project_key} 没有 {fiscal_year} 年度绩效目标",
            f"project {project_key} has no targets of {fiscal_year}",
            {"project": project_key, "year": fiscal_year},
        )
    return found


def progress(
    row: TargetRow, targets: TargetSet, reports: Sequence[ReportSeen], workflows: Workflows
) -> Progress:
    """How far `targets`, which are in force, are: of each indicator what was reported last, and what stands out of it.

    Reports of earlier versions count other indicators, and are left out.
    """
    counted = [one for one in reports if one.target_version == row.held_version]
    actuals: dict[int, Actual] = {}
    for report in counted:
        for one in report.actuals:
            actuals.setdefault(one.number, one)
    due = bool(counted) and is_due(counted[0].period, row.planned_end_on)
    below = workflows.deviation_below_bp
    by_indicator = [
        reached(one, actuals.get(number), below, due)
        for number, one in enumerate(targets.indicators, start=1)
    ]
    output_bp = output_points(targets.indicators, actuals)
    paid_bp = share_bp(row.paid_fen, row.allotted_fen) if row.allotted_fen > 0 else None
    known = output_bp is not None and paid_bp is not None
    ahead = known and (paid_bp or 0) - (output_bp or 0) > workflows.ahead_over_bp
    return Progress(by_indicator, output_bp, paid_bp, ahead)


def missing_groups(targets: TargetSet) -> list[str]:
    """The groups that have no indicator with a target."""
    there = {one.group for one in targets.indicators if one.is_filled}
    return [group.value for group in Group if group not in there]


def is_complete(targets: TargetSet) -> bool:
    """Whether nothing is missing before these targets can be approved."""
    return not find_gaps(targets)
