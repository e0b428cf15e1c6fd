"""The stored chain, and what of the journal must be in it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import text

from services.kit.frames import copy_out
from services.kit.module import Database
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.domain.chain import Block, Tag
from services.ledger.storage.tables import NAMES, SEALED, TABLES

_BLOCK = "height, posting_id, previous_hash, merkle_root, entries, recorded_at_us, hash"
_UNHASHED = (Tag.TRANSFER, Tag.ACCOUNT)
"""Entries that no caller named by a key: their content is only in the block."""


class StoredChain:
    """Reads the chain, block by block. Implements usecases.ChainReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> tuple[int, bytes]:
        """Height and hash of the newest block; 0 and zeros before the first."""
        with self._database.reading() as connection:
            height, newest = connection.execute(text("SELECT height, hash FROM chain_head")).one()
            return int(height), bytes(newest)

    def blocks(self, from_height: int, limit: int) -> list[Block]:
        """Blocks from a height on, in order."""
        query = text(f"SELECT {_BLOCK} FROM block WHERE height >= :height ORDER BY height LIMIT :limit")
        with self._database.reading() as connection:
            rows = connection.execute(query, {"height": from_height, "limit": limit})
            return [
                Block(
                    row.height,
                    row.posting_id,
                    bytes(row.previous_hash),
                    bytes(row.merkle_root),
                    row.entries,
                    row.recorded_at_us,
                    bytes(row.hash),
                )
                for row in rows
            ]

    def entries(self, tag: Tag, posting_ids: Sequence[int]) -> pl.DataFrame:
        """Entries of postings in the order in which they were sealed, ready to be encoded."""
        name = NAMES.get(tag, "key")
        content_hash = "NULL" if tag in _UNHASHED else "encode(content_hash, 'hex')"
        of_posting = f"""
            SELECT wanted.posting_id, {name}::text, {content_hash}, {", ".join(SEALED[tag])}
            FROM unnest(%(posting_ids)s::bigint[]) AS wanted(posting_id) JOIN {TABLES[tag]} AS entry
            ON entry.id >= wanted.posting_id << {ROWS_PER_POSTING_BITS}
                AND entry.id < (wanted.posting_id + 1) << {ROWS_PER_POSTING_BITS}
            ORDER BY entry.id
        """
        told = {"posting_id": pl.Int64, "name": pl.String, "content_hash": pl.String}
        # The columns that name an entry are also encoded ones: they come a second time under their own name.
        schema = {f"told_{column}": dtype for column, dtype in told.items()} | SEALED[tag]
        with self._database.reading() as connection:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            return copy_out(connection, of_posting, {"posting_ids": list(posting_ids)}, schema)

    def stray_block(self) -> str:
        """A block that is above the head; empty if there is none."""
        query = "SELECT min(height) FROM block WHERE height > (SELECT height FROM chain_head)"
        with self._database.reading() as connection:
            height = connection.scalar(text(query))
        return "" if height is None else f"block {height}: it is above the head"

    def stray_entry(self) -> str:
        """An entry that is in no block; empty if there is none."""
        with self._database.reading() as connection:
            for tag, table in TABLES.items():
                stray = connection.scalar(
                    text(
                        f"""
                        SELECT {NAMES.get(tag, "key")}::text FROM {table} AS entry WHERE NOT EXISTS (
                            SELECT FROM block WHERE posting_id = entry.id >> {ROWS_PER_POSTING_BITS}
                        ) ORDER BY id LIMIT 1
                        """
                    )
                )
                if stray is not None:
                    return f"{tag.name.lower()} {stray} is in no block"
        return ""

    def wrong_balance(self) -> str:
        """An account whose balance is not the sum of its transfers, on some day or in all; empty if there is none."""
        query = """
            WITH moved AS (
                SELECT account_id, day, sum(fen)::bigint AS fen FROM (
                    SELECT debit_account AS account_id, effective_on AS day, -amount_fen AS fen FROM transfer
                    UNION ALL
                    SELECT credit_account, effective_on, amount_fen FROM transfer
                ) AS sides GROUP BY account_id, day
            ), wrong_day AS (
                SELECT coalesce(m.account_id, d.account_id) AS account_id
                FROM moved AS m FULL JOIN (
                    SELECT account_id, day, sum(delta_fen)::bigint AS fen FROM account_day GROUP BY account_id, day
                ) AS d ON d.account_id = m.account_id AND d.day = m.day
                WHERE coalesce(m.fen, 0) <> coalesce(d.fen, 0)
            ), wrong_balance AS (
                SELECT coalesce(m.account_id, a.id)
                FROM (SELECT account_id, sum(fen) AS fen FROM moved GROUP BY account_id) AS m
                FULL JOIN account AS a ON a.id = m.account_id
                WHERE coalesce(m.fen, 0) <> coalesce(a.balance_fen, 0)
            )
            SELECT * FROM wrong_day UNION ALL SELECT * FROM wrong_balance LIMIT 1
        """
        with self._database.reading() as connection:
            account = connection.scalar(text(query))
        return "" if account is None else f"the balance of account {account} is not the sum of its transfers"
