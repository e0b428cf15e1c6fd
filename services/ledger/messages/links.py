"""Links: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from typing import Any

from mingzhang.ledger.v1 import links_pb2 as pb

from services.ledger.domain.links import DUE_DAY, Decision, Kind, LinkLine, due_on, is_late
from services.ledger.domain.proposals import said
from services.ledger.messages import page_token
from services.ledger.usecases.link_reading import DecisionRow, ListCheck, Proposal, Unlinked
from services.ledger.usecases.reading import Place

_SHOWN_TEXTS = (
    "voucher_no",
    "document_number",
    "fund_code",
    "function_class",
    "project_key",
    "agency_name",
    "purpose",
    "payee_name_mask",
)


def link_decision(request: pb.LinkPaymentsRequest) -> Decision:
    """A link as somebody makes it."""
    return Decision(request.key, Kind.LINK, request.division_code, _lines(request.lines), request.reason)


def unrelated_decision(request: pb.MarkUnrelatedRequest) -> Decision:
    """What somebody says is unrelated."""
    return Decision(request.key, Kind.UNRELATED, request.division_code, _lines(request.lines), request.reason)


def undo_decision(request: pb.UndoLinkRequest) -> Decision:
    """The undoing of a decision."""
    return Decision(request.key, Kind.UNDO, "", (), request.reason, request.original_key)


def _lines(lines: Iterable[pb.LinkPart]) -> tuple[LinkLine, ...]:
    return tuple(LinkLine(one.payment_key, one.quota_key, one.project_key, one.amount_fen) for one in lines)


def unlinked_response(page: Unlinked, today: date) -> pb.ListUnlinkedResponse:
    """A page of what waits as messages; late is what is behind its day today."""
    proposals: dict[str, list[pb.LinkProposal]] = defaultdict(list)
    for one in page.proposals:
        proposals[one.payment_key].append(_proposal(one))
    return pb.ListUnlinkedResponse(
        payments=[
            pb.UnlinkedPayment(
                **{name: row[name] or "" for name in _SHOWN_TEXTS},
                key=row["key"],
                division_code=row["division_code"],
                fiscal_year=row["fiscal_year"],
                day=row["effective_on"].isoformat(),
                amount_fen=row["amount_fen"],
                unlinked_fen=row["unlinked_fen"],
                due_on=due_on(row["effective_on"], page.due_day).isoformat(),
                late=is_late(row["effective_on"], today, page.due_day),
                proposals=proposals[row["key"]],
            )
            for row in page.payments.iter_rows(named=True)
        ],
        next_page_token=page_token(page.next),
        suspense_fen=page.suspense_fen,
        unrelated_fen=page.unrelated_fen,
        due_day=page.due_day,
    )


def _proposal(one: Proposal) -> pb.LinkProposal:
    zh, en = said(one.reasons)
    fields: dict[str, Any] = {name: value for name, value in one._asdict().items() if name != "payment_key"}
    return pb.LinkProposal(**fields, reason_zh=zh, reason_en=en)


def shown_decision(row: DecisionRow, due_day: int = DUE_DAY) -> pb.LinkDecision:
    """A decision as a message."""
    return pb.LinkDecision(
        key=row.key,
        kind=row.kind,
        division_code=row.division_code,
        reason=row.reason,
        original_key=row.original_key,
        undone_by=row.undone_by,
        recorded_on=row.recorded_on.isoformat(),
        recorded_at=row.recorded_at.astimezone(UTC).isoformat(),
        recorded_by=row.recorded_by,
        position=row.position,
        lines=[
            pb.LinkDecisionLine(
                key=line.key,
                payment_key=line.payment_key,
                quota_key=line.quota_key,
                project_key=line.project_key,
                amount_fen=line.amount_fen,
                payment_day=line.payment_day.isoformat(),
                late=is_late(line.payment_day, row.recorded_on, due_day),
            )
            for line in row.lines
        ],
    )


def decision_response(
    row: DecisionRow, known: bool, overdrawn: Sequence[tuple[str, int]]
) -> pb.LinkDecisionResponse:
    """What became of a decision."""
    over = [pb.Overdrawn(quota_key=key, amount_fen=fen) for key, fen in overdrawn]
    return pb.LinkDecisionResponse(decision=shown_decision(row), known=known, overdrawn=over)


def lists_response(checks: Sequence[ListCheck], following: Place | None) -> pb.CheckListsResponse:
    """Payments with their lists as messages."""
    return pb.CheckListsResponse(
        checks=[
            pb.ListCheck(
                payment_key=one.payment_key,
                division_code=one.division_code,
                day=one.day.isoformat(),
                voucher_no=one.voucher_no,
                paid_fen=one.paid_fen,
                listed_fen=one.listed_fen,
                lines=one.lines,
                difference_fen=one.paid_fen - one.listed_fen,
            )
            for one in checks
        ],
        next_page_token=page_token(following),
    )
