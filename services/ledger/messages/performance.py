"""Performance targets: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from typing import Any

from mingzhang.ledger.v1 import performance_pb2 as pb

from services.kit.errors import InvalidInput
from services.ledger.domain.library.asked import TargetStepAsked
from services.ledger.domain.library.machine import Workflows
from services.ledger.domain.performance.reports import Actual, Report
from services.ledger.domain.performance.targets import INDICATORS_MAX, Indicator, Kind, Operator, TargetSet
from services.ledger.messages import bad_token
from services.ledger.messages.library import moment, one_of, shown_open_steps, shown_step
from services.ledger.usecases.performance_reading import (
    Place,
    Progress,
    ReportSeen,
    TargetDetail,
    TargetFilter,
    TargetRow,
    TargetVersion,
    is_complete,
    missing_groups,
    progress,
)

_HEAD = ("overall", "department", "unit", "fiscal_fen", "other_fen")
_PLAIN = ("name", "value", "unit", "words", "core")


def step_asked(request: pb.PostTargetStepRequest) -> TargetStepAsked:
    """A step as somebody asks for it."""
    targets = _targets(request) if request.HasField("targets") else None
    return TargetStepAsked(
        request.key, request.project_key, request.fiscal_year, request.action, request.reason, targets
    )


def _targets(request: pb.PostTargetStepRequest) -> TargetSet:
    said = request.targets
    _refuse_many(len(said.indicators))
    return TargetSet(
        request.project_key,
        request.fiscal_year,
        **{name: getattr(said, name) for name in _HEAD},
        indicators=tuple(map(_indicator, said.indicators)),
    )


def _indicator(one: pb.TargetIndicator) -> Indicator:
    return Indicator(
        kind=one_of(Kind, one.kind, "kind"),
        operator=one_of(Operator, one.operator, "operator"),
        **{name: getattr(one, name) for name in _PLAIN},
    )


def _refuse_many(count: int) -> None:
    if count > INDICATORS_MAX:
        raise InvalidInput(
            "ledger.indicators",
            f"指标最多 {INDICATORS_MAX} 项",
            f"a set has at most {INDICATORS_MAX} indicators",
        )


def report(request: pb.PostPerformanceReportRequest) -> Report:
    """What was reached in a period, as somebody reports it."""
    _refuse_many(len(request.actuals))
    return Report(
        request.key,
        request.project_key,
        request.fiscal_year,
        request.period,
        tuple(Actual(one.number, one.value, one.words) for one in request.actuals),
        request.comment,
        request.reason,
    )


def target_filter(request: pb.ListTargetSetsRequest) -> TargetFilter:
    """Which sets are asked for."""
    return TargetFilter(request.fiscal_year, request.state, request.words)


def target_place(page_token: str) -> Place:
    """Division, year and project after which a page of sets goes on."""
    if not page_token:
        return "", 0, ""
    division, _, rest = page_token.partition("_")
    year, _, key = rest.partition("_")
    if not year.isascii() or not year.isdigit() or len(year) != 4 or not key or "\x00" in page_token:
        raise bad_token()
    return division, int(year), key


def target_token(place: Place | None) -> str:
    """The page token of a place; empty after the last page."""
    return "_".join(map(str, place)) if place else ""


def shown_row(row: TargetRow) -> pb.TargetSetRow:
    """A set in a list."""
    beside: dict[str, Any] = {
        "indicators": len(row.newest.indicators),
        "missing_groups": missing_groups(row.newest),
        "complete": is_complete(row.newest),
    }
    copied = [field.name for field in pb.TargetSetRow.DESCRIPTOR.fields if field.name not in beside]
    return pb.TargetSetRow(**{name: getattr(row, name) for name in copied}, **beside)


def target_detail(detail: TargetDetail, workflows: Workflows) -> pb.GetTargetSetResponse:
    """The targets of a project and year with all that is known of them."""
    held = [one.targets for one in detail.versions if one.version == detail.row.held_version]
    return pb.GetTargetSetResponse(
        set=shown_row(detail.row),
        versions=map(_version, detail.versions),
        steps=[shown_step(step, workflows) for step in detail.steps],
        reports=map(_report, detail.reports),
        progress=_progress(progress(detail.row, held[0], detail.reports, workflows)) if held else None,
        open_steps=shown_open_steps(workflows.target, detail.row.state),
    )


def _version(one: TargetVersion) -> pb.TargetVersion:
    indicators = [
        pb.TargetIndicator(
            kind=each.kind.value,
            operator=each.operator.value,
            **{name: getattr(each, name) for name in _PLAIN},
        )
        for each in one.targets.indicators
    ]
    return pb.TargetVersion(
        version=one.version,
        targets=pb.Targets(**{name: getattr(one.targets, name) for name in _HEAD}, indicators=indicators),
        recorded_by=one.recorded_by,
        recorded_at=moment(one.recorded_at),
    )


def _report(one: ReportSeen) -> pb.PerformanceReport:
    beside: dict[str, Any] = {
        "due_on": one.due_on.isoformat(),
        "reported_on": one.reported_on.isoformat(),
        "recorded_at": moment(one.recorded_at),
        "actuals": [pb.Actual(**vars(each)) for each in one.actuals],
    }
    copied = [name for name in ReportSeen.__dataclass_fields__ if name not in beside]
    return pb.PerformanceReport(**{name: getattr(one, name) for name in copied}, **beside)


def _progress(seen: Progress) -> pb.TargetProgress:
    return pb.TargetProgress(
        indicators=[
            pb.IndicatorProgress(number=number, reached_bp=one.points, deviates=one.deviates)
            for number, one in enumerate(seen.reached, start=1)
        ],
        output_bp=seen.output_bp,
        paid_bp=seen.paid_bp,
        ahead=seen.ahead,
    )
