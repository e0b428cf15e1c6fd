"""What people read: cases within their scope, one case whole, and the ledger of deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, exists, select, tuple_

from services.kit.caller import Scope
from services.kit.module import Database
from services.notify.domain.cases import CaseWarning, TimelineEntry
from services.notify.domain.deliveries import State
from services.notify.storage.cases import warning_of
from services.notify.storage.tables import (
    case_timeline,
    case_warnings,
    cases,
    deliveries,
    delivery_receipts,
    is_one_of,
    messages,
)

TIMELINE_MAX = 1_000
DELIVERIES_MAX = 1_000
WARNINGS_MAX = 1_000


@dataclass(frozen=True)
class CaseRow:
    """A case as lists show it."""

    case_id: str
    state: str
    subject_kind: str
    subject: str
    division_code: str
    severity: str
    amount_fen: int
    standing_warnings: int
    opened_at: datetime
    changed_at: datetime
    title: str


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery with how far its message is."""

    delivery_id: str
    case_id: str
    channel: str
    recipient: str
    reason: str
    route_reason: str
    state: str
    attempts: int
    sent_at: datetime | None
    receipt: str
    message_id: str
    next_attempt_at: datetime | None


@dataclass(frozen=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: CaseRow
    warnings: tuple[CaseWarning, ...]
    timeline: tuple[TimelineEntry, ...]
    deliveries: tuple[DeliveryRow, ...]


class CaseReader:
    """Reads cases; everything within a scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_cases(
        self,
        scope: Scope,
        *,
        state: str,
        severity: str,
        limit: int,
        before: tuple[datetime, str] | None,
    ) -> list[CaseRow]:
        """Cases, newest first; `before` is (opened_at, case_id) of the last one of the page before."""
        query = select(cases).where(*_within(scope))
        if state:
            query = query.where(cases.c.state == state)
        if severity:
            query = query.where(cases.c.severity == severity)
        if before is not None:
            query = query.where(tuple_(cases.c.opened_at, cases.c.case_id) < tuple_(*before))
        query = query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_case_row(row) for row in connection.execute(query).mappings()]

    def get_case(self, scope: Scope, case_id: str) -> CaseFile | None:
        """One case; None if there is none within the scope."""
        with self._database.reading() as connection:
            row = connection.execute(select(cases).where(cases.c.case_id == case_id, *_within(scope)))
            found = row.mappings().first()
            if found is None:
                return None
            warnings = connection.execute(
                select(case_warnings, cases.c.subject_kind, cases.c.subject, cases.c.division_code)
                .join_from(case_warnings, cases)
                .where(case_warnings.c.case_id == case_id)
                .order_by(case_warnings.c.standing.desc(), case_warnings.c.day, case_warnings.c.warning_id)
                .limit(WARNINGS_MAX)
            ).mappings()
            timeline = connection.execute(
                select(case_timeline)
                .where(case_timeline.c.case_id == case_id)
                .order_by(case_timeline.c.entry_id)
                .limit(TIMELINE_MAX)
            ).mappings()
            told = connection.execute(
                _deliveries()
                .where(deliveries.c.case_id == case_id)
                .order_by(deliveries.c.created_at, deliveries.c.delivery_id)
                .limit(DELIVERIES_MAX)
            ).mappings()
            return CaseFile(
                _case_row(found),
                tuple(warning_of(item) for item in warnings),
                tuple(_entry(item) for item in timeline),
                tuple(_delivery_row(item) for item in told),
            )

    def list_deliveries(self, scope: Scope, state: str, limit: int) -> list[DeliveryRow]:
        """The newest deliveries; `state` as delivery_state() says it, empty for all."""
        within = select(cases.c.case_id).where(*_within(scope))
        query = _deliveries().where(deliveries.c.case_id.in_(within))
        if state:
            query = query.where(_in_state(state))
        query = query.order_by(deliveries.c.created_at.desc(), deliveries.c.delivery_id).limit(limit)
        with self._database.reading() as connection:
            return [_delivery_row(row) for row in connection.execute(query).mappings()]


def delivery_state(message_state: str | None, doubtful: bool, withdrawn: bool) -> str:
    """waiting, sent, in_doubt, given_up or withdrawn: an attempt that runs counts as waiting, or as in
    doubt.
    """
    if withdrawn:
        return State.WITHDRAWN.value
    if message_state in (State.SENT, State.GIVEN_UP):
        return str(message_state)
    return State.IN_DOUBT.value if doubtful else State.WAITING.value


def _in_state(state: str) -> ColumnElement[bool]:
    if state == State.WITHDRAWN:
        return deliveries.c.withdrawn
    if state in (State.SENT, State.GIVEN_UP):
        return messages.c.state == state
    doubtful: ColumnElement[bool] = messages.c.doubtful
    unfinished = messages.c.state.not_in((State.SENT.value, State.GIVEN_UP.value))
    if state == State.IN_DOUBT:
        return unfinished & doubtful
    return ~deliveries.c.withdrawn & (deliveries.c.message_id.is_(None) | (unfinished & ~doubtful))


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.division_prefix:
        conditions.append(cases.c.division_code.startswith(scope.division_prefix, autoescape=True))
    if scope.funds:
        # The title, the amount and the timeline tell of all its warnings: one of another fund would show through.
        of_other_funds = exists().where(
            case_warnings.c.case_id == cases.c.case_id, ~is_one_of(case_warnings.c.fund_code, scope.funds)
        )
        conditions.append(~of_other_funds)
    return conditions


def _deliveries() -> Select[Any]:
    return select(
        deliveries,
        messages.c.state.label("message_state"),
        messages.c.doubtful,
        messages.c.attempts,
        messages.c.note,
        messages.c.next_attempt_at,
        delivery_receipts.c.sent_at,
        delivery_receipts.c.receipt,
    ).select_from(
        deliveries.outerjoin(messages, messages.c.message_id == deliveries.c.message_id).outerjoin(
            delivery_receipts, delivery_receipts.c.delivery_id == deliveries.c.delivery_id
        )
    )


def _case_row(row: RowMapping) -> CaseRow:
    return CaseRow(
        row["case_id"],
        row["state"],
        row["subject_kind"],
        row["subject"],
        row["division_code"],
        row["severity"],
        row["amount_fen"],
        row["standing_warnings"],
        row["opened_at"],
        row["changed_at"],
        row["title"],
    )


def _entry(row: RowMapping) -> TimelineEntry:
    return TimelineEntry(row["case_id"], row["at"], row["what"], row["actor"], row["note_zh"], row["note_en"])


def _delivery_row(row: RowMapping) -> DeliveryRow:
    return DeliveryRow(
        row["delivery_id"],
        row["case_id"],
        row["channel"],
        row["recipient"],
        row["reason"],
        row["route_reason"],
        delivery_state(row["message_state"], bool(row["doubtful"]), row["withdrawn"]),
        row["attempts"] or 0,
        row["sent_at"],
        row["receipt"] if row["receipt"] is not None else row["note"] or "",
        row["message_id"] or "",
        row["next_attempt_at"],
    )
