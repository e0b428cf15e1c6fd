"""Views and indicators: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from mingzhang.ledger.v1 import views_pb2 as pb

from services.ledger.domain.indicators import Indicator
from services.ledger.domain.views import Share, Sums, basis_points
from services.ledger.usecases.indicating import Indicated
from services.ledger.usecases.viewing import Asked, View, ViewFilter

_COPIED = (
    "total_fen",
    "adjusted_fen",
    "carried_over_fen",
    "transferred_fen",
    "integrated_fen",
    "recovered_fen",
    "allotted_fen",
    "paid_fen",
    "intermediate_fen",
    "pending_fen",
    "free_fen",
    "frozen_fen",
    "in_transit_fen",
    "allotted_unpaid_fen",
    "balance_fen",
    "suspense_fen",
)


def asked(request: pb.GetViewRequest) -> Asked:
    """What a view is asked of."""
    return Asked(
        tuple(request.dimensions),
        view_filter(request.filter),
        request.as_of,
        request.known_at,
        tuple(request.schedule_bp),
        request.limit,
        request.page_token,
    )


def view_filter(wanted: pb.ViewFilter) -> ViewFilter:
    """What to look at."""
    return ViewFilter(
        wanted.fiscal_year,
        wanted.division_code,
        wanted.only_here,
        wanted.level,
        wanted.category,
        wanted.fund_code,
        wanted.document_number,
    )


def view_response(view: View) -> pb.GetViewResponse:
    """A page of a view."""
    return pb.GetViewResponse(
        rows=[_row(row.names, row.sums, view.schedule) for row in view.rows],
        total=_row((), view.total, view.schedule),
        as_of=view.seen.as_of.isoformat() if view.seen.as_of else "",
        height=view.place.height,
        head_hash=view.place.hash.hex(),
        recorded_at_us=view.place.recorded_at_us,
        schedule_on=view.schedule_on.isoformat(),
        next_page_token=view.next_page_token,
        closed_to=view.closed_to.isoformat() if view.closed_to else "",
    )


def _row(names: tuple[str, ...], sums: Sums, schedule: Share) -> pb.ViewRow:
    due_fen, stays_fen = sums.due_fen(schedule), sums.stays_fen
    progress_bp, schedule_bp = basis_points(sums.paid_fen, stays_fen), basis_points(due_fen, stays_fen)
    return pb.ViewRow(
        names=names,
        arranged_fen=sums.own_fen,
        received_fen=sums.above_fen - sums.inside_fen,
        issued_fen=sums.issued_out_fen,
        undistributed_fen=sums.stays_fen - sums.allotted_fen,
        distribution_bp=basis_points(sums.allotted_fen + sums.issued_out_fen, sums.total_fen),
        progress_bp=progress_bp,
        schedule_bp=schedule_bp,
        behind_bp=max(schedule_bp - progress_bp, 0),
        behind_fen=max(due_fen - sums.paid_fen, 0),
        drawn_fen=sums.allotted_fen - sums.allotted_unpaid_fen,
        **{name: getattr(sums, name) for name in _COPIED},
    )


def indicators_response(indicated: Indicated) -> pb.GetIndicatorsResponse:
    """Indicators with what they mean."""
    return pb.GetIndicatorsResponse(
        indicators=map(_indicator, indicated.indicators),
        values=[
            pb.IndicatorValue(
                indicator_id=value.indicator_id,
                division_code=value.division_code,
                category=value.category,
                numerator_fen=value.numerator_fen,
                denominator_fen=value.denominator_fen,
                value=value.value,
            )
            for value in indicated.values
        ],
        as_of=indicated.as_of.isoformat(),
        height=indicated.height,
    )


def _indicator(indicator: Indicator) -> pb.Indicator:
    return pb.Indicator(
        id=indicator.id,
        title_zh=indicator.title.zh,
        title_en=indicator.title.en,
        unit=indicator.unit,
        direction=indicator.direction,
        meaning_zh=indicator.meaning.zh,
        meaning_en=indicator.meaning.en,
        source=indicator.source,
        categories=indicator.categories,
    )
