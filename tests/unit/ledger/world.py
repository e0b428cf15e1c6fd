"""A ledger over a real database, told rows by hand: what a test does not speak of has a plain default."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from mingzhang.envelope.v1.columns import Columns
from mingzhang.ledger.v1 import columns
from sqlalchemy import text

from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.streams import StreamLog
from services.ledger import cli, usecases
from services.ledger.domain.changes import BaseData, Division, Fund
from services.ledger.domain.days import Calendar
from services.ledger.domain.heads import SignedHead
from services.ledger.domain.linking import Posted
from services.ledger.storage import (
    SEALED,
    BaseDataTables,
    BusinessDays,
    EntryTables,
    FiscalYears,
    LedgerBook,
    LedgerTables,
    LinkTables,
    ReconciliationTables,
    StoredChain,
    StoredJournal,
    TraceTables,
    ViewTables,
)
from services.ledger.storage.base_data import put_base_data
from services.ledger.usecases.days import Closed
from services.ledger.usecases.heads import Signatory
from services.ledger.usecases.ports import Book
from services.ledger.usecases.receipts import Receipts
from services.ledger.usecases.verifying import Verified
from tests.unit.ledger.consumer import Consumer, streams_of

PROVINCE, PREFECTURE, COUNTY, NEIGHBOUR, FAR_COUNTY = "630000", "630100", "630121", "630122", "632801"
SEED = bytes(range(32))
"""Of the key that signs heads."""
DOCUMENT = "青财农字〔2018〕100号"
DIVISIONS = (
    Division(PROVINCE, "青海省", "province", ""),
    Division(PREFECTURE, "西宁市", "prefecture", PROVINCE),
    Division(COUNTY, "大通县", "county", PREFECTURE),
    Division(NEIGHBOUR, "湟中县", "county", PREFECTURE),
    Division(FAR_COUNTY, "格尔木市", "county", "632800"),
)
FUNDS = (
    Fund("C22", "central", "扶贫专项", "poverty", ""),
    Fund("C30", "central", "项目资金", "project", ""),
    Fund("C31", "central", "惠民补贴", "benefit", ""),
)
FLOWS = (("province", "prefecture"), ("province", "county"), ("prefecture", "county"))
MADE_UP = Calendar({date(2018, 10, 1): False, date(2018, 9, 29): True})

QUOTA: dict[str, Any] = {
    "document_number": DOCUMENT,
    "document_number_ok": True,
    "fund_code": "C22",
    "division_code": COUNTY,
    "fiscal_year": 2018,
    "function_class": "2130505",
    "has_attachment": True,
    "amount_fen": 1_000_000,
    "effective_on": date(2018, 2, 1),
}
PROJECT: dict[str, Any] = {
    "name": "示范项目",
    "division_code": COUNTY,
    "fiscal_year": 2018,
    "investment_fen": 500_000,
    "effective_on": date(2018, 1, 10),
}
ALLOTMENT: dict[str, Any] = {
    "quota_key": "Q1",
    "project_key": "X1",
    "amount_fen": 300_000,
    "effective_on": date(2018, 3, 1),
}
PAYMENT: dict[str, Any] = {
    "division_code": COUNTY,
    "fiscal_year": 2018,
    "voucher_type": "5201",
    "voucher_no": "V1",
    "document_number": DOCUMENT,
    "function_class": "2130505",
    "payee_kind": "enterprise",
    "account_has_cjk": False,
    "amount_fen": 10_000,
    "effective_on": date(2018, 7, 3),
}
DISBURSEMENT: dict[str, Any] = {
    "division_code": COUNTY,
    "fiscal_year": 2018,
    "document_number": DOCUMENT,
    "voucher_no": "V1",
    "benefit_code": "B01",
    "person_token": 501,
    "id_check_ok": True,
    "per_household": False,
    "month": 201807,
    "due_fen": 5_000,
    "amount_fen": 5_000,
    "effective_on": date(2018, 7, 10),
}
KINDS: dict[str, tuple[Columns, Mapping[str, Any], Callable[[Book, pl.DataFrame, str], Posted]]] = {
    "quota": (columns.QUOTAS, QUOTA, usecases.post_quotas),
    "project": (columns.PROJECTS, PROJECT, usecases.post_projects),
    "allotment": (columns.ALLOTMENTS, ALLOTMENT, usecases.post_allotments),
    "payment": (columns.PAYMENTS, PAYMENT, usecases.post_payments),
    "disbursement": (columns.DISBURSEMENTS, DISBURSEMENT, usecases.post_disbursements),
}
Row = Mapping[str, Any]
_EMPTIED = (
    "quota, project, allotment, payment, ended_share, disbursement, remembered_pair, remembered_voucher, transfer, owner,"
    " document, document_line, attachment, closed_year, base_set, base_change,"
    " library_card, library_step, target_set, performance_report, link, link_line, part, part_correction,"
    " account, account_day, account_month, fold, measured, block, closed_day, restated, coverage,"
    " stream_event, outbox, stream_head"
)


def frame(kind: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of a kind with what they leave out filled in; the line is the place in the batch."""
    declared, default, _ = KINDS[kind]
    full = [
        {name: {"import_id": "I1", "line": line, **default, **row}.get(name) for name in declared.names}
        for line, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(full, schema=declared.schema)


class World:
    """A ledger and all that can be asked of it."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.streams = StreamLog("ledger", database, SystemClock(), lambda: None)
        self.book = LedgerBook(database, self.streams, SystemClock())
        self.days = BusinessDays(database, self.streams)
        self.years = FiscalYears(database, SystemClock())
        self.reader = LedgerTables(database)
        self.traces = TraceTables(database)
        self.links = LinkTables(database)
        self.reconciliation = ReconciliationTables(database)
        self.views = ViewTables(database)
        self.chain = StoredChain(database)
        self.base_data = BaseDataTables(database)
        signatory = Signatory(SEED, self.base_data.province, SystemClock())
        self.receipts = Receipts(self.chain, EntryTables(database), SEALED, signatory)
        self.journal = StoredJournal(database)

    def load_base_data(self, fingerprint: str = "one") -> bool:
        """Loads the small base data of the tests."""
        data = BaseData(DIVISIONS, FUNDS, MADE_UP, FLOWS)
        with self.database.transaction() as connection:
            return put_base_data(connection, self.streams, fingerprint, data, "")

    def reset(self) -> None:
        """Back to the beginning."""
        with self.database.transaction() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {_EMPTIED}"))
            connection.execute(text("ALTER SEQUENCE posting_id RESTART"))
            connection.execute(
                text("UPDATE chain_head SET height = 0, hash = decode(repeat('00', 32), 'hex')")
            )
            connection.execute(text("DELETE FROM base_data"))
        self.load_base_data()

    def post(self, kind: str, *rows: Row) -> Posted:
        """Posts rows of a kind as one batch."""
        return KINDS[kind][2](self.book, frame(kind, rows), "request-1")

    def post_in_batches(self, kind: str, rows: Sequence[Row], size: int) -> None:
        """Posts rows in batches of a size."""
        for start in range(0, len(rows), size):
            self.post(kind, *rows[start : start + size])

    def pay(self, *rows: Row) -> Posted:
        """Posts payments."""
        return self.post("payment", *rows)

    def close(self, up_to: date, first: date | None = None) -> Closed:
        """Closes days."""
        return usecases.close_days(self.days, up_to, first, date(2026, 1, 1), "request-1")

    def verify(self, from_height: int = 1, heads: Sequence[SignedHead] = ()) -> Verified:
        """Recomputes the chain, and looks for signed heads in it."""
        return usecases.verify_chain(self.chain, from_height, lambda *_: None, heads)

    def head(self) -> SignedHead:
        """The head of now, signed."""
        return usecases.sign_head(self.chain, self.receipts.signatory)

    def command(self, *arguments: str) -> int:
        """Runs `mingzhang ledger …` over this ledger; returns its exit code."""
        parser = argparse.ArgumentParser()
        parts = cli.Parts(lambda _: self.receipts, lambda _: self.days, lambda _: self.journal, SEALED)
        no_kit: Any = lambda: None  # noqa: E731 - the parts are handed in, so nothing is asked of a kit
        cli.add_commands(parser.add_subparsers(), no_kit, parts)
        given = parser.parse_args(arguments)
        return int(given.run(given))

    def consumer(self) -> Consumer:
        """A consumer that has read every stream from its beginning."""
        return Consumer(streams_of(self.streams))

    def names(self, stream: str) -> list[str]:
        """The names of the events of a stream, without the base data that it begins with."""
        return [event.name for event in streams_of(self.streams)[stream] if event.name != "BaseDataChanged"]

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def scalar(self, query: str, **parameters: Any) -> Any:
        """One value of the database."""
        return self.rows(query, **parameters)[0][0]

    def tamper(self, statement: str, **parameters: Any) -> None:
        """Changes the database behind the ledger's back, with its guards off."""
        with self.database.transaction() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            changed = connection.execute(text(statement), parameters)
            assert changed.rowcount > 0
