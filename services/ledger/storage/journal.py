"""The journal to be read whole, in one state, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_out, look_up_by_index, wanted
from services.kit.module import Database
from services.ledger.domain.chain import Tag
from services.ledger.storage.naming import ACCOUNTS, ACCOUNTS_SCHEMA
from services.ledger.storage.tables import MOVES_NOTHING, NAMES, SEALED, TABLES

ROWS_AT_ONCE = 100_000
_SCHEMA = {
    "id": pl.Int64,
    "kind": pl.Int16,
    "debit_account": pl.Int64,
    "credit_account": pl.Int64,
    "amount_fen": pl.Int64,
    "effective_on": pl.Date,
    "subject_kind": pl.String,
    "subject_key": pl.String,
    "subject_document": pl.String,
}


class StoredJournal:
    """Reads the journal. Implements usecases.JournalReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def snapshot(self) -> Iterator[JournalOfNow]:
        """The state of now, over one read-only transaction."""
        with self._database.reading() as connection:
            look_up_by_index(connection)
            yield JournalOfNow(connection)


class JournalOfNow:
    """One state of the journal. Implements usecases.Journal."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def height(self) -> int:
        """Height of the newest block."""
        return int(self._connection.scalar(text("SELECT height FROM chain_head")) or 0)

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of transfers."""
        # The deltas of balances are fewer than the transfers, and have the same days.
        first, last = self._connection.execute(text("SELECT min(day), max(day) FROM account_day")).one()
        return (first, last) if first else None

    def accounts(self) -> pl.DataFrame:
        """All accounts with their balances and whose they are."""
        query = f"""
            SELECT known.*, account.balance_fen FROM ({ACCOUNTS.format(source="account")}) AS known
            JOIN account ON account.id = known.account_id ORDER BY known.account_id
        """
        return copy_out(self._connection, query, {}, {**ACCOUNTS_SCHEMA, "balance_fen": pl.Int64})

    def accounts_without_balance(self, ids: pl.Series) -> pl.DataFrame:
        """Accounts that have no row, and so the balance 0."""
        asked = wanted(ids.to_frame("id"))
        query = ACCOUNTS.format(source=f"(SELECT id FROM {asked.rows})")
        found = copy_out(self._connection, query, asked.parameters, ACCOUNTS_SCHEMA)
        return found.with_columns(balance_fen=pl.lit(0, pl.Int64))

    def transfers(self) -> Iterator[tuple[pl.DataFrame, int]]:
        """All transfers in the order of their ids."""
        whole = self._connection.scalar(text("SELECT max(id) FROM transfer")) or 0
        bound = text(f"SELECT id FROM transfer WHERE id > :after ORDER BY id OFFSET {ROWS_AT_ONCE} LIMIT 1")
        after = 0
        while after < whole:
            last = self._connection.scalar(bound, {"after": after}) or whole
            yield (
                copy_out(self._connection, _TRANSFERS, {"after": after, "last": last}, _SCHEMA),
                min(100 * last // whole, 100),
            )
            after = last


def _transfers() -> str:
    """Transfers with the key and document number of the row that caused each."""
    keyed = [tag for tag in TABLES if tag not in NAMES and tag not in MOVES_NOTHING]
    kinds = " ".join(f"WHEN {_alias(tag)}.id IS NOT NULL THEN '{tag.name.lower()}'" for tag in keyed)
    keys = ", ".join(f"{_alias(tag)}.key" for tag in keyed)
    documents = ", ".join(
        f"{_alias(tag)}.document_number" for tag in keyed if "document_number" in SEALED[tag]
    )
    joins = " ".join(
        f"LEFT JOIN {TABLES[tag]} AS {_alias(tag)} ON {_alias(tag)}.id = t.subject_id" for tag in keyed
    )
    return f"""
        SELECT t.id, t.kind, t.debit_account, t.credit_account, t.amount_fen, t.effective_on,
            CASE {kinds} END, coalesce({keys}), coalesce({documents})
        FROM transfer AS t {joins} WHERE t.id > %(after)s AND t.id <= %(last)s ORDER BY t.id
    """


def _alias(tag: Tag) -> str:
    return f"of_{tag.name.lower()}"


_TRANSFERS = _transfers()
