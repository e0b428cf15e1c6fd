"""A rules service with a real database, told facts by hand: what a test does not speak of has a plain default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl
from google.protobuf.message import Message
from mingzhang.envelope.v1.columns import Columns
from mingzhang.envelope.v1.envelope_pb2 import Envelope
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ingest.v1 import columns as ingest_columns
from mingzhang.ingest.v1.events_pb2 import ListsChanged
from mingzhang.ledger.v1 import columns as ledger_columns
from mingzhang.ledger.v1.events_pb2 import (
    Coverage,
    DaysClosed,
    DisbursementsPosted,
    PaymentsPosted,
    PaymentsReversed,
    PaymentsUnlinked,
    QuotasChanged,
    Restated,
    StatesRestated,
)
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from services.kit import envelope
from services.kit.caller import Scope
from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.inbox import Inbox
from services.kit.streams import StreamLog
from services.rules.consumers import Evaluator
from services.rules.engine.compiled import compile_bundle
from services.rules.engine.durable_pool import DurablePool
from services.rules.language import read_bundle
from services.rules.metrics import Metrics
from services.rules.module import fact_streams, shipped_bundle
from services.rules.storage import LogStores, RulesReader
from services.rules.usecases.deploy import deploy_if_none
from services.rules.usecases.evaluate import CompiledBundles, Means
from services.rules.usecases.log import Source
from services.rules.usecases.queries import WarningFilter

DIVISION = "630121"
SHARED_BUNDLES = CompiledBundles(lambda content: compile_bundle(read_bundle(content)))
"""Compiling takes a while and changes nothing: once per test session."""
WHITELISTS = ("own_account", "own_account_whitelist", "same_name_whitelist")

PAYMENT: dict[str, Any] = {
    "category": "poverty",
    "day": date(2018, 7, 3),
    "amount_fen": 10_000,
    "quota_key": "Q1",
    "quota_fund_code": "C22",
    "quota_function_class": "2130505",
    "quota_day": date(2018, 2, 1),
    "division_code": DIVISION,
    "fiscal_year": 2018,
    "voucher_type": "5201",
    "voucher_no": "V1",
    "document_number": "青财农字〔2018〕100号",
    "fund_code": "C22",
    "project_key": None,
    "function_class": "2130505",
    "payer_account_token": 1,
    "payer_name_token": 2,
    "payee_account_token": 3,
    "payee_account_mask": "****0101",
    "payee_name_token": 4,
    "payee_name_mask": "示范养殖有限公司",
    "payee_kind": "enterprise",
    "payer_equals_payee": False,
    "account_has_cjk": False,
    "purpose": "支付养殖设备款",
}
DISBURSEMENT: dict[str, Any] = {
    "category": "poverty",
    "day": date(2018, 7, 10),
    "quota_key": "Q1",
    "payment_key": "PAY1",
    "division_code": DIVISION,
    "fiscal_year": 2018,
    "document_number": "青财农字〔2018〕100号",
    "voucher_no": "V1",
    "benefit_code": "B01",
    "person_token": 501,
    "person_mask": "630121********0011",
    "name_mask": "张*",
    "id_check_ok": True,
    "per_household": False,
    "month": 201807,
    "due_fen": 5_000,
    "amount_fen": 5_000,
}
QUOTA: dict[str, Any] = {
    "category": "poverty",
    "day": date(2018, 2, 1),
    "document_number": "青财农字〔2018〕100号",
    "document_number_ok": True,
    "fund_code": "C22",
    "division_code": DIVISION,
    "fiscal_year": 2018,
    "function_class": "2130505",
    "has_attachment": True,
    "amount_fen": 1_000_000,
}
QUOTA_DAY: dict[str, Any] = {
    "category": "poverty",
    "fund_code": "C22",
    "division_code": DIVISION,
    "fiscal_year": 2018,
    "received_on": date(2018, 2, 1),
    "amount_fen": 100,
    "issued_fen": 0,
    "allotted_fen": 0,
    "paid_fen": 0,
    "unpaid_fen": 100,
}
PROGRESS_DAY: dict[str, Any] = {
    "category": "poverty",
    "fund_code": "C22",
    "division_code": DIVISION,
    "fiscal_year": 2018,
    "total_fen": 100_000,
    "paid_fen": 0,
}

Rows = Sequence[Mapping[str, Any]]


def packed(columns: Columns, rows: Rows, default: Mapping[str, Any]) -> Envelope:
    """Rows with what they leave out filled in, as an envelope."""
    names = columns.names
    full = [{name: {**default, **row}.get(name) for name in names} for row in rows]
    return envelope.encode(pl.DataFrame(full, schema=columns.schema), columns)


def payments(rows: Rows) -> Envelope:
    """Shares: `key` is needed, payment_key is its part before "#"."""
    named = [{"payment_key": str(row["key"]).partition("#")[0], **row} for row in rows]
    return packed(ledger_columns.PAYMENT_SHARES, named, PAYMENT)


def posted(rows: Rows) -> PaymentsPosted:
    """Payments that were posted."""
    return PaymentsPosted(shares=payments(rows))


def disbursed(rows: Rows) -> DisbursementsPosted:
    """Disbursements that were posted."""
    return DisbursementsPosted(disbursements=packed(ledger_columns.DISBURSEMENT_SHARES, rows, DISBURSEMENT))


def quotas(rows: Rows) -> QuotasChanged:
    """Quotas that were registered or changed."""
    return QuotasChanged(quotas=packed(ledger_columns.QUOTA_FACTS, rows, QUOTA))


def removed(rows: Iterable[tuple[str, str]]) -> Envelope:
    """(kind, key) of facts that no longer stand."""
    return packed(ledger_columns.REMOVED, [{"kind": kind, "key": key} for kind, key in rows], {})


def unlinked(*rows: tuple[str, str]) -> PaymentsUnlinked:
    """Facts that left the category."""
    return PaymentsUnlinked(removed=removed(rows))


def reversed_to(gone: Sequence[str], rows: Rows) -> PaymentsReversed:
    """Shares that were reversed, and what remains."""
    return PaymentsReversed(removed=removed(("payment", key) for key in gone), shares=payments(rows))


def closed(
    day: date,
    *,
    first: bool = False,
    quota_days: Rows = (),
    progress_days: Rows = (),
    covered: Mapping[str, date | None] | None = None,
) -> DaysClosed:
    """A day that closed, with all payments of the division covered unless told otherwise."""
    coverage = covered if covered is not None else {DIVISION: day}
    return DaysClosed(
        day=day.isoformat(),
        previous_day="" if first else (day - timedelta(days=1)).isoformat(),
        quota_days=packed(ledger_columns.QUOTA_DAYS, quota_days, QUOTA_DAY),
        progress_days=packed(ledger_columns.PROGRESS_DAYS, progress_days, PROGRESS_DAY),
        coverage=[
            Coverage(
                source="payment", division_code=code, expected=True, covered_to=to.isoformat() if to else ""
            )
            for code, to in coverage.items()
        ],
        closed=True,
    )


def restated(kind: str, key: str, from_day: date) -> StatesRestated:
    """A state that changed after its days had closed."""
    return StatesRestated(restated=[Restated(kind=kind, key=key, from_day=from_day.isoformat())])


class World:
    """Evaluators of some categories over one database. Every event is remembered, so that it can be told again."""

    def __init__(
        self, database: PostgresDatabase, pool: DurablePool, categories: Sequence[str] = ("poverty",)
    ) -> None:
        self.database = database
        self.categories = categories
        self.streams = StreamLog("rules", database, SystemClock(), lambda: None)
        self.means = Means(SHARED_BUNDLES, pool, Metrics(CollectorRegistry()))
        self.told: list[Event] = []
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._inboxes: list[tuple[tuple[str, ...], str, Inbox]] = []
        for category in categories:
            with database.transaction() as connection:
                deploy_if_none(
                    LogStores(connection, category),
                    SHARED_BUNDLES,
                    category,
                    partial(shipped_bundle, category),
                    Source("", "", 0, "first_start", ""),
                )
            evaluator = Evaluator(category, fact_streams(category), self.means, self.streams)
            for subscription in evaluator.subscriptions():
                places = (tuple(subscription.streams), subscription.emitter)
                self._inboxes.append((*places, Inbox(database, subscription)))

    def tell(self, message: Message, category: str = "poverty") -> Event:
        """An event of the ledger on a category's stream."""
        event = self.record(message, category)
        self.deliver(event)
        return event

    def record(self, message: Message, category: str = "poverty", position: int = 0) -> Event:
        """An event of the ledger that is on its way; by default each is of a posting of its own."""
        return self._event("ledger", f"{category}.0", message, position)

    def lists(
        self,
        name: str,
        rows: Sequence[tuple[int | str, date, date | None]] = (),
        version: int = 1,
        complete: bool = True,
    ) -> Event:
        """A part of a version of a list: (key, valid from, valid to)."""
        full = [
            {
                "key_token": key if isinstance(key, int) else None,
                "key_code": key if isinstance(key, str) else None,
                "valid_from": start,
                "valid_to": end,
            }
            for key, start, end in rows
        ]
        entries = packed(ingest_columns.LIST_ROWS, full, {})
        changed = ListsChanged(list=name, version=version, rows=entries, complete=complete)
        event = self._event("ingest", "lists", changed)
        self.deliver(event)
        return event

    def empty_lists(self) -> None:
        """The lists that the rules on payments ask, with nothing on them."""
        for name in WHITELISTS:
            self.lists(name)

    def _event(self, emitter: str, stream: str, message: Message, position: int = 0) -> Event:
        self._numbers[emitter, stream] += 1
        event = Event(
            emitter=emitter,
            stream=stream,
            stream_seq=self._numbers[emitter, stream],
            position=position or len(self.told) + 1,
            name=type(message).__name__,
            request_id="request-1",
            body=message.SerializeToString(),
        )
        self.told.append(event)
        return event

    def deliver(self, *events: Event) -> None:
        """Delivers events of one stream, those that may go together at once, to every evaluator that reads it."""
        for streams, emitter, inbox in self._inboxes:
            left = events if emitter == events[0].emitter and events[0].stream in streams else ()
            while left:
                left = left[len(inbox.apply_run(left)) :]

    def warnings(self, **wanted: Any) -> list[dict[str, Any]]:
        """The standing warnings (or all), newest change first."""
        return RulesReader(self.database).page(Scope(""), WarningFilter(**wanted), 0, 500)

    def standing(self, rule: str = "") -> set[tuple[str, str, str, int]]:
        """The standing warnings as (rule, subject, period, amount)."""
        return {
            (row["rule_id"], row["subject"], row["period"], row["amount_fen"])
            for row in self.warnings(rule_id=rule)
        }

    def compared(self) -> set[tuple[str, str, int]]:
        """The standing warnings as they must be in any order of arrival."""
        return {(row["id"], row["inputs_hash"], row["amount_fen"]) for row in self.warnings()}

    def history(self) -> list[tuple[object, ...]]:
        """Every verdict ever, in order, with its place in the log."""
        with self.database.reading() as connection:
            rows = connection.execute(
                text(
                    "SELECT log, log_place, id, revision, standing, inputs_hash, amount_fen"
                    " FROM warning_history ORDER BY log, log_place, id, revision"
                )
            )
            return [tuple(row) for row in rows]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def scalar(self, query: str) -> Any:
        """One value of the database."""
        with self.database.reading() as connection:
            return connection.scalar(text(query))
