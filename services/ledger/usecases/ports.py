"""What the commands need of the outside: a book to post in, and the days to close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from enum import Enum
from typing import Protocol, TypeVar

import polars as pl

from services.ledger.domain.accounts import OUTSIDE, AccountKind
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change, Coverage, DayClosed
from services.ledger.domain.days import Calendar
from services.ledger.domain.documents import Document
from services.ledger.domain.linking import Posted
from services.ledger.domain.movements import Known
from services.ledger.usecases.library_ports import LibraryPosting
from services.ledger.usecases.link_ports import PartPosting

ROWS_MAX = 5_000
"""Most payments that one posting links anew, and most disbursements that it moves; what is left goes into
postings of its own."""


class Gate(Enum):
    """What a posting may run beside. Payments run beside payments, disbursements beside disbursements; what
    relates rows that are there already runs alone, or two postings could each miss the other's rows."""

    PAYMENTS = "ROW EXCLUSIVE"
    DISBURSEMENTS = "SHARE"
    ALONE = "EXCLUSIVE"


class Posting(LibraryPosting, PartPosting, Protocol):
    """One posting: a transaction that ends as one block, or not at all."""

    id: int

    def enter(self, gate: Gate) -> None:
        """Waits for the postings that this one may not run beside. Rows are looked up after this."""
        ...

    def columns(self, tag: Tag) -> pl.Schema:
        """The declared columns of what is imported of a kind, in the order in which they are sealed, with provenance."""
        ...

    def recorded(self, tag: Tag, keys: pl.Series) -> pl.DataFrame:
        """key and content_hash (hex) of the rows of these keys that are recorded."""
        ...

    def record(self, tag: Tag, rows: pl.DataFrame) -> None:
        """Records new rows with id, leaf, content_hash and the columns of the table."""
        ...

    def fund_categories(self) -> pl.DataFrame:
        """fund_code and category of every fund."""
        ...

    def quotas(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The quotas of pairs (division_code, document_number), as linking.link wants them."""
        ...

    def owners(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """owner and owner_id for owners of accounts.

        An allotment is named by quota_id and project_key, suspense by division_code and fiscal_year;
        those that were unknown are entries of this posting."""
        ...

    def end_shares(self, payment_ids: pl.Series) -> pl.DataFrame:
        """Ends the standing shares of payments; returns their key and category."""
        ...

    def share_facts(self, payment_ids: pl.Series) -> pl.DataFrame:
        """The standing shares of payments as facts."""
        ...

    def restand(self, payments: pl.DataFrame) -> None:
        """Stores the new quota_id, category, share_number and remaining_fen of payments (payment_id)."""
        ...

    def open_corrections(self, original_keys: pl.Series, correction_ids: pl.Series) -> pl.DataFrame:
        """Corrections that were not applied and whose originals are there, of these originals or of these ids:
        correction_id, correction_fen, correction_on and the original's payment_id, key and standing."""
        ...

    def applied(self, correction_ids: pl.Series) -> None:
        """Marks corrections of payments as applied."""
        ...

    def mislinked(self, pairs: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Payments of pairs that another quota fits better now, with best_quota_id and best_category."""
        ...

    def movements(self, payment_ids: pl.Series) -> pl.DataFrame:
        """payment_id, subject_id, amount_fen and effective_on of payments and of their applied corrections."""
        ...

    def later(self, pairs: pl.DataFrame) -> None:
        """Remembers pairs whose payments are to be linked in a posting of their own."""
        ...

    def remembered(self) -> pl.DataFrame:
        """Takes the remembered pairs."""
        ...

    def count_disbursements(self, vouchers: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Those of (division_code, fiscal_year, voucher_no) that have standing disbursements, and `disbursements`:
        how many, counted up to `limit`."""
        ...

    def lock_disbursements(self, vouchers: pl.DataFrame) -> None:
        """Locks the standing disbursements of vouchers: a posting beside this one that moves them waits."""
        ...

    def later_vouchers(self, vouchers: pl.DataFrame) -> None:
        """Remembers vouchers whose disbursements are to be moved in postings of their own."""
        ...

    def remembered_vouchers(self, limit: int) -> pl.DataFrame:
        """Remembered vouchers, at most `limit`; they stay remembered."""
        ...

    def forget_vouchers(self, vouchers: pl.DataFrame) -> None:
        """Forgets remembered vouchers."""
        ...

    def misplaced_disbursements(self, vouchers: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Standing disbursements of vouchers that are not where they belong: facts of where they do, with what
        standing_disbursements adds to them."""
        ...

    def voucher_shares(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """The standing shares of vouchers, as linking.attach wants them."""
        ...

    def standing_disbursements(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """The standing disbursements of vouchers: facts with disbursement_id, attached_payment_id,
        attached_quota_id and attached_category."""
        ...

    def reattach(self, moved: pl.DataFrame) -> None:
        """Stores payment_id, quota_id and category of disbursements (disbursement_id)."""
        ...

    def open_disbursement_corrections(self, original_keys: pl.Series, ids: pl.Series) -> pl.DataFrame:
        """As open_corrections, for disbursements: correction_id, correction_fen, disbursement_id."""
        ...

    def correct_disbursements(self, corrections: pl.DataFrame) -> pl.DataFrame:
        """Applies the corrections; returns the originals as facts, with what remains of them, and `stood`."""
        ...

    def rematched(self, quota_ids: pl.Series) -> pl.DataFrame:
        """Received quotas among these, or below these, whose upper quota is another one now; stores it:
        quota_id, amount_fen, effective_on, old_upper_id, new_upper_id."""
        ...

    def apply_allotments(self, allotment_ids: pl.Series, quota_keys: pl.Series) -> pl.DataFrame:
        """Allotments not applied whose quotas are there, of these ids or these quotas; marks them as applied:
        allotment_id, quota_id, project_key, amount_fen, effective_on."""
        ...

    def project_categories(self, project_keys: pl.Series) -> pl.DataFrame:
        """key and category of projects by the quota of their first applied allotment, where there is one."""
        ...

    def recategorise(self, project_keys: pl.Series) -> pl.DataFrame:
        """Stores the category that project_categories says; returns changed projects as facts, with old_category."""
        ...

    def request_hash(self, document_key: str) -> str:
        """request_hash of a recorded document; empty if there is none of this key."""
        ...

    def known(self, document: Document) -> Known:
        """What a document needs of the ledger. The balances of its quotas are held until the end of the posting."""
        ...

    def quota_facts(self, quota_ids: pl.Series) -> pl.DataFrame:
        """Quotas as facts (ledger.v1.quota_facts), with quota_id. The amount is that of their registration."""
        ...

    def void(self, quota_ids: pl.Series) -> None:
        """Marks quotas as no longer standing: the document that made them is undone, and nothing finds them."""
        ...

    def restate(self, touched: pl.DataFrame) -> pl.DataFrame:
        """Remembers what of (quota_id, day) changes states of closed days: kind, key, category and from_day."""
        ...

    def tell(self, changes: Sequence[Change]) -> None:
        """Tells what is certain already, before all other changes: it is encoded while rows are written."""
        ...

    def seal(self, transfers: pl.DataFrame, changes: Sequence[Change]) -> int:
        """Writes transfers and balances, tells the changes and seals the block. The last call; returns the height."""
        ...


Work = Callable[[Posting], Posted]
Answer = TypeVar("Answer")


class Book(Protocol):
    """Where postings are made."""

    def post(self, work: Work, request_id: str) -> Posted:
        """Runs `work` in one transaction, again if another posting of the same rows came first."""
        ...


class Closing(Protocol):
    """The closing of one day: a transaction in which no posting runs."""

    def closed_to(self) -> date | None:
        """The newest closed day."""
        ...

    def first_day(self) -> date | None:
        """The first day that has an entry."""
        ...

    def place(self) -> int:
        """Height of the newest block: states computed at another place are stale."""
        ...

    def states(self, after: date | None, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The quota_days and progress_days to tell when the days after `after`, which is closed, close up to `last`."""
        ...

    def coverage(self) -> list[Coverage]:
        """What has arrived."""
        ...

    def calendar(self) -> Calendar:
        """Working days."""
        ...

    def close(self, closed: DayClosed) -> None:
        """Closes the day and tells it. The last call."""
        ...


class Days(Protocol):
    """The business days of the province."""

    def closing(self, request_id: str) -> AbstractContextManager[Closing]:
        """A transaction in which no posting runs."""
        ...


class Years(Protocol):
    """The fiscal years of the province."""

    def close(self, fiscal_year: int, by: str) -> bool:
        """Closes a year whose days are closed, while no posting runs; false if it was closed before."""
        ...


def suspense_owner(division_code: pl.Expr, fiscal_year: pl.Expr) -> pl.Expr:
    """The owner of a division's suspense accounts of a year."""
    return pl.concat_str([pl.lit("suspense"), division_code, fiscal_year.cast(pl.String)], separator=":")


def allotment_owner(quota_id: pl.Expr, project_key: pl.Expr) -> pl.Expr:
    """The owner of the account of a quota's money for a project."""
    return pl.concat_str([pl.lit("allotment"), quota_id.cast(pl.String), project_key], separator=":")


STATE_ACCOUNTS = tuple(
    map(int, (*OUTSIDE, AccountKind.IN_TRANSIT, AccountKind.ISSUED, AccountKind.PAID_FINAL))
)
"""Accounts whose balances are measures of a quota's state."""
