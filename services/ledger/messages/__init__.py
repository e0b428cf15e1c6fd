"""Protobuf and Arrow into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl
from google.protobuf.message import DecodeError
from mingzhang.envelope.v1.columns import Columns
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ingest.v1 import events_pb2 as ingest_pb
from mingzhang.ledger.v1 import columns, ledger_pb2
from mingzhang.ledger.v1 import events_pb2 as pb

from services.kit import envelope
from services.kit.errors import InvalidInput, TooLarge
from services.kit.module import NewEvent
from services.ledger.domain.changes import (
    BaseDataChanged,
    Change,
    Coverage,
    DayClosed,
    FactsChanged,
    StatesRestated,
)
from services.ledger.domain.linking import BASE_STREAM, CATEGORIES, Posted, category_stream
from services.ledger.usecases.reading import Filter, Page, PaymentDetail, Place, Summary, Sums

RESTATED_PER_EVENT_MAX = 5_000
ID_DIGITS_MAX = 19
"""Of a 64-bit number."""

_FRAMES: dict[str, Columns] = {
    "shares": columns.PAYMENT_SHARES,
    "disbursements": columns.DISBURSEMENT_SHARES,
    "quotas": columns.QUOTA_FACTS,
    "projects": columns.PROJECT_FACTS,
    "removed": columns.REMOVED,
}
_FACT_STREAMS = tuple(category_stream(category) for category in CATEGORIES)


def events(changes: Sequence[Change]) -> list[NewEvent]:
    """What changed as events, in order: each at most one envelope and of one stream."""
    return [event for change in changes for event in _EVENTS_OF[type(change)](change)]


def _facts_changed(change: FactsChanged) -> Iterator[NewEvent]:
    stream, message = category_stream(change.category), getattr(pb, change.name)
    for field, frame in change.frames.items():
        declared = _FRAMES[field]
        rows = frame.select(pl.col(name).cast(dtype) for name, dtype in declared.schema.items())
        for one in envelope.encode_all(rows, declared):
            yield NewEvent(stream, change.name, message(**{field: one}).SerializeToString())


def _base_data_changed(change: BaseDataChanged) -> Iterator[NewEvent]:
    divisions, funds = base_data(change)
    body = pb.BaseDataChanged(divisions=divisions, funds=funds).SerializeToString()
    for stream in (*_FACT_STREAMS, BASE_STREAM):
        yield NewEvent(stream, "BaseDataChanged", body)


def _states_restated(change: StatesRestated) -> Iterator[NewEvent]:
    for (category,), rows in change.rows.sort("category", "kind", "key").group_by(
        "category", maintain_order=True
    ):
        for part in rows.iter_slices(RESTATED_PER_EVENT_MAX):
            restated = [
                pb.Restated(kind=kind, key=key, from_day=from_day.isoformat())
                for kind, key, from_day in part.select("kind", "key", "from_day").iter_rows()
            ]
            body = pb.StatesRestated(restated=restated).SerializeToString()
            yield NewEvent(category_stream(str(category)), "StatesRestated", body)


def _day_closed(change: DayClosed) -> Iterator[NewEvent]:
    """For every stream its states in parts, then the part that closes the day."""
    for category in CATEGORIES:
        stream, head = category_stream(category), _closing_of(change)
        for field, frame, declared in (
            ("quota_days", change.quota_days, columns.QUOTA_DAYS),
            ("progress_days", change.progress_days, columns.PROGRESS_DAYS),
        ):
            for one in envelope.encode_all(frame.filter(pl.col("category") == category), declared):
                part = pb.DaysClosed(**head)
                getattr(part, field).CopyFrom(one)
                yield NewEvent(stream, "DaysClosed", part.SerializeToString())
        last = pb.DaysClosed(**head, coverage=map(_coverage, change.coverage), closed=True)
        yield NewEvent(stream, "DaysClosed", last.SerializeToString())


def _closing_of(change: DayClosed) -> dict[str, Any]:
    previous = change.previous_day.isoformat() if change.previous_day else ""
    return {"day": change.day.isoformat(), "previous_day": previous, "workday_no": change.workday_no}


def _coverage(coverage: Coverage) -> pb.Coverage:
    return pb.Coverage(
        source=coverage.source,
        division_code=coverage.division_code,
        expected=coverage.expected,
        covered_to=coverage.covered_to.isoformat() if coverage.covered_to else "",
    )


_EVENTS_OF: dict[type[Change], Callable[[Any], Iterator[NewEvent]]] = {
    FactsChanged: _facts_changed,
    BaseDataChanged: _base_data_changed,
    StatesRestated: _states_restated,
    DayClosed: _day_closed,
}


POSTED = {
    "PaymentsPosted": ("shares", "payment"),
    "DisbursementsPosted": ("disbursements", "disbursement"),
    "QuotasChanged": ("quotas", "quota"),
    "ProjectsChanged": ("projects", "project"),
}
"""Events that tell what was posted, with the field of the rows and their kind."""


def posted_facts(name: str, body: bytes) -> Iterator[tuple[str, pl.DataFrame]]:
    """The kind and the rows of an event of POSTED, under the names of the columns that were posted.

    A body that cannot be read holds none: this is asked when somebody may have changed it.
    """
    field, kind = POSTED[name]
    try:
        message = getattr(pb, name).FromString(body)
        if message.HasField(field):
            rows = envelope.decode(getattr(message, field), _FRAMES[field])
            if field == "shares":
                rows = rows.drop("key").rename({"payment_key": "key"})
            yield kind, rows.rename({"day": "effective_on"})
    except (DecodeError, InvalidInput, TooLarge):
        return


def base_data(data: BaseDataChanged) -> tuple[list[pb.Division], list[pb.Fund]]:
    """Divisions and funds as messages."""
    return [pb.Division(**vars(one)) for one in data.divisions], [pb.Fund(**vars(one)) for one in data.funds]


def covered(event: Event) -> list[tuple[str, str, date]]:
    """ImportsFinished as (source, division, last business day) of what has come."""
    message = ingest_pb.ImportsFinished.FromString(event.body)
    return [
        (part.source, part.division_code, date.fromisoformat(part.last_day))
        for finished in message.imports
        for part in finished.covered
        if part.last_day and part.division_code
    ]


def rows(request: ledger_pb2.PostRequest, declared: Columns) -> pl.DataFrame:
    """The rows of a batch, checked against their declaration."""
    return envelope.decode(request.rows, declared)


def post_response(posted: Posted) -> ledger_pb2.PostResponse:
    """What became of a batch."""
    refused = [
        ledger_pb2.RefusedRow(
            key=one.key,
            line=one.line,
            reason=one.reason,
            reason_zh=one.zh,
            reason_en=one.en,
            field=one.field,
        )
        for one in posted.refused
    ]
    return ledger_pb2.PostResponse(
        posted=posted.posted, known=posted.known, refused=refused, position=posted.position
    )


def day_of(iso: str) -> date | None:
    """A day of a request; None if it is empty."""
    if not iso:
        return None
    try:
        return date.fromisoformat(iso)
    except ValueError as error:
        raise InvalidInput(
            "ledger.day", f"日期“{iso}”无效，应为 2018-07-30 这样的日期", f"{iso!r} is no day", {"day": iso}
        ) from error


def summary_filter(request: ledger_pb2.GetSummaryRequest) -> Filter:
    """What a summary is asked of."""
    return Filter(request.fiscal_year, request.division_code, request.category, request.fund_code)


def payments_filter(request: ledger_pb2.ListPaymentsRequest) -> Filter:
    """Which payments are asked for."""
    return Filter(
        0,
        request.division_code,
        request.category,
        request.fund_code,
        request.document_number,
        day_of(request.from_day),
        day_of(request.to_day),
    )


def place_of(page_token: str) -> Place | None:
    """Where the page before ended; None before the first."""
    if not page_token:
        return None
    day, _, number = page_token.partition("_")
    try:
        place = Place(date.fromisoformat(day), int(number))
    except ValueError:
        place = Place(date.min, 0)
    if not 0 < place.id < 2**63:
        raise bad_token()
    return place


def id_of(page_token: str) -> int:
    """The id that a page token names; 0 if there is none."""
    if not page_token:
        return 0
    is_number = page_token.isascii() and page_token.isdigit() and len(page_token) <= ID_DIGITS_MAX
    if not is_number or not 0 < int(page_token) < 2**63:
        raise bad_token()
    return int(page_token)


def bad_token() -> InvalidInput:
    """The refusal of a page token that is none."""
    return InvalidInput("ledger.page_token", "分页标记无效", "the page token is not valid")


def summary_response(summary: Summary) -> ledger_pb2.GetSummaryResponse:
    """Sums as messages."""
    return ledger_pb2.GetSummaryResponse(
        rows=map(_sums, summary.rows),
        total=_sums(summary.total),
        suspense_fen=summary.suspense_fen,
        closed_to=summary.closed_to.isoformat() if summary.closed_to else "",
    )


def _sums(sums: Sums) -> ledger_pb2.SummaryRow:
    return ledger_pb2.SummaryRow(
        division_code=sums.division_code,
        fund_code=sums.fund_code,
        category=sums.category,
        fiscal_year=sums.fiscal_year,
        arranged_fen=sums.arranged_fen,
        issued_fen=sums.issued_fen,
        allotted_fen=sums.allotted_fen,
        free_fen=sums.free_fen,
        paid_fen=sums.paid_fen,
        intermediate_fen=sums.intermediate_fen,
        pending_fen=sums.pending_fen,
        frozen_fen=sums.frozen_fen,
        in_transit_fen=sums.in_transit_fen,
        progress_bp=sums.progress_bp,
    )


def payments_response(page: Page) -> ledger_pb2.ListPaymentsResponse:
    """A page of payments as messages."""
    return ledger_pb2.ListPaymentsResponse(
        payments=payments(page.payments), next_page_token=page_token(page.next)
    )


def page_token(place: Place | None) -> str:
    """Where a page of payments ends; empty on the last one."""
    return f"{place.day.isoformat()}_{place.id}" if place else ""


def payment_response(detail: PaymentDetail) -> ledger_pb2.GetPaymentResponse:
    """One payment as a message."""
    shares = detail.shares.with_columns(pl.col("quota_key").fill_null(""))
    return ledger_pb2.GetPaymentResponse(
        payment=payments(detail.payment)[0],
        shares=[ledger_pb2.PaymentShare(**row) for row in shares.iter_rows(named=True)],
        block_height=detail.block_height,
        disbursements=detail.disbursements,
    )


def payments(frame: pl.DataFrame) -> list[ledger_pb2.Payment]:
    """Payments (columns id and those of a message) as messages."""
    # In one step: each step of a frame costs as much as the rows of a page.
    shown = frame.select(
        pl.col(pl.String).fill_null(""),
        pl.col(pl.Int64).exclude("id").fill_null(0),
        day=pl.col("effective_on").cast(pl.String),
    )
    return [ledger_pb2.Payment(**row) for row in shown.iter_rows(named=True)]
