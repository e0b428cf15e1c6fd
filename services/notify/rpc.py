"""NotifyService: translates, delegates, translates back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import grpc
from mingzhang.notify.v1 import notify_pb2 as pb
from mingzhang.notify.v1.notify_pb2_grpc import NotifyServiceServicer

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR
from services.kit.clock import microseconds
from services.kit.errors import InvalidInput, NotFound
from services.kit.rpc.context import current_caller
from services.notify.domain.cases import CaseWarning, TimelineEntry
from services.notify.storage.queries import CaseReader, CaseRow, DeliveryRow

LIMIT_DEFAULT = 100
LIMIT_MAX = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotifyServicer(NotifyServiceServicer):
    """Cases and who was told of them, within the caller's scope."""

    def __init__(self, reader: CaseReader) -> None:
        self._reader = reader

    def ListCases(self, request: pb.ListCasesRequest, context: grpc.ServicerContext) -> pb.ListCasesResponse:
        """Cases, newest first."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        limit = min(max(request.limit, 0) or LIMIT_DEFAULT, LIMIT_MAX)
        rows = self._reader.list_cases(
            caller.scope.narrowed(request.division_code),
            state=request.state,
            severity=request.severity,
            limit=limit + 1,
            before=_place(request.page_token),
        )
        more = len(rows) > limit
        return pb.ListCasesResponse(
            cases=[_case(row) for row in rows[:limit]],
            next_page_token=_token(rows[limit - 1]) if more else "",
        )

    def GetCase(self, request: pb.GetCaseRequest, context: grpc.ServicerContext) -> pb.GetCaseResponse:
        """One case; not found is also what lies outside the scope."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        found = self._reader.get_case(caller.scope, request.case_id)
        if found is None:
            raise NotFound(
                "notify.case_unknown",
                f"没有疑点 {request.case_id}，或您无权查看",
                f"there is no case {request.case_id}, or you may not see it",
                {"case_id": request.case_id},
            )
        return pb.GetCaseResponse(
            case=_case(found.case),
            warnings=[_warning(item) for item in found.warnings],
            timeline=[_entry(item, caller.language) for item in found.timeline],
            deliveries=[_delivery(item) for item in found.deliveries],
        )


def _place(token: str) -> tuple[datetime, str] | None:
    if not token:
        return None
    moment, _, case_id = token.partition(".")
    if not (moment.isascii() and moment.isdigit()) or len(moment) > 17 or not case_id:
        raise InvalidInput("notify.page_token", "翻页标记无效", "the page token is not valid")
    return _EPOCH + timedelta(microseconds=int(moment)), case_id


def _token(row: CaseRow) -> str:
    return f"{microseconds(row.opened_at)}.{row.case_id}"


def _case(row: CaseRow) -> pb.Case:
    return pb.Case(
        case_id=row.case_id,
        state=row.state,
        subject_kind=row.subject_kind,
        subject=row.subject,
        division_code=row.division_code,
        severity=row.severity,
        amount_fen=row.amount_fen,
        warnings=row.standing_warnings,
        opened_at_us=microseconds(row.opened_at),
        changed_at_us=microseconds(row.changed_at),
        title=row.title,
    )


def _warning(item: CaseWarning) -> pb.CaseWarning:
    return pb.CaseWarning(
        warning_id=item.warning_id,
        rule_id=item.rule_id,
        title=item.title,
        severity=item.severity,
        message=item.message,
        amount_fen=item.amount_fen,
        standing=item.standing,
        day=item.day,
    )


def _entry(item: TimelineEntry, language: str) -> pb.TimelineEntry:
    note = item.note_en if language == "en" else item.note_zh
    return pb.TimelineEntry(at_us=microseconds(item.at), what=item.what, actor=item.actor, note=note)


def _delivery(row: DeliveryRow) -> pb.Delivery:
    return pb.Delivery(
        delivery_id=row.delivery_id,
        channel=row.channel,
        recipient=row.recipient,
        state=row.state,
        attempts=row.attempts,
        sent_at_us=microseconds(row.sent_at) if row.sent_at else 0,
        receipt=row.receipt,
        message_id=row.message_id,
        reason=row.reason,
        route_reason=row.route_reason,
    )
