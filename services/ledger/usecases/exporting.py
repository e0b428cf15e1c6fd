"""The journal as a file for another program: part by part, out of one state of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import polars as pl

from services.ledger.domain import beancount

TITLE = "明账 Mingzhang"


@dataclass(frozen=True)
class Exported:
    """What a file holds: how many accounts and transfers, as of which height of the chain."""

    accounts: int
    transfers: int
    height: int


class Journal(Protocol):
    """One state of the journal."""

    def height(self) -> int:
        """Height of the newest block."""
        ...

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of transfers; None if there is none."""
        ...

    def accounts(self) -> pl.DataFrame:
        """account_id and balance_fen of all accounts, with quota_key, document_number, fund_code, division_code,
        project_key, fiscal_year and owner where they have them."""
        ...

    def accounts_without_balance(self, ids: pl.Series) -> pl.DataFrame:
        """The same of accounts of these ids, whose balance is 0: one that was never left in debt or credit by any
        posting has no row."""
        ...

    def transfers(self) -> Iterator[tuple[pl.DataFrame, int]]:
        """All transfers in their order, in parts, each with how much of the journal was read, of 100: id, kind,
        debit_account, credit_account, amount_fen, effective_on, subject_kind, subject_key, subject_document."""
        ...


class JournalReader(Protocol):
    """Where the journal is read."""

    def snapshot(self) -> AbstractContextManager[Journal]:
        """The state of now, which does not change while it is read."""
        ...


def export_beancount(
    reader: JournalReader, write: Callable[[str], object], progress: Callable[[int, int], None]
) -> Exported:
    """Writes the journal for Beancount. In memory are the accounts, and a part of the transfers."""
    with reader.snapshot() as journal:
        accounts = _with_names(journal.accounts())
        write(beancount.beginning(TITLE))
        days = journal.days()
        if days is None:
            return Exported(0, 0, journal.height())
        first, last = days
        write(beancount.opened(accounts, first))
        count = 0
        for part, done in journal.transfers():
            ids = pl.concat([part["debit_account"], part["credit_account"]]).unique()
            unknown = ids.filter(~ids.is_in(accounts["account_id"].implode())).sort()
            if unknown.len():
                more = _with_names(journal.accounts_without_balance(unknown))
                write(beancount.opened(more, first))
                accounts = pl.concat([accounts, more])
            write(beancount.transactions(_with_accounts(part, accounts)))
            count += part.height
            progress(done, 100)
        for some in accounts.iter_slices():
            write(beancount.asserted(some, last + timedelta(days=1)))
        return Exported(accounts.height, count, journal.height())


def _with_names(accounts: pl.DataFrame) -> pl.DataFrame:
    columns = ("account_id", "quota_key", "fund_code", "division_code", "project_key", "fiscal_year", "owner")
    names = [beancount.account_name(*row) for row in accounts.select(columns).iter_rows()]
    return accounts.with_columns(name=pl.Series(names, dtype=pl.String))


def _with_accounts(transfers: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """The names of both accounts, and the quota and document of whichever has one."""
    names = accounts.select("account_id", "name", "quota_key", "document_number")
    debit = names.rename({"account_id": "debit_account", "name": "debit"})
    credit = names.rename({"account_id": "credit_account", "name": "credit"})
    return (
        transfers.join(debit, on="debit_account", how="left", maintain_order="left")
        .join(credit, on="credit_account", how="left", maintain_order="left", suffix="_credit")
        .with_columns(
            quota_key=pl.coalesce("quota_key", "quota_key_credit"),
            document_number=pl.coalesce("document_number", "document_number_credit", "subject_document"),
        )
    )
