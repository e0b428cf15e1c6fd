"""The stored chain, and what of the journal must be in it."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator, Sequence

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_out
from services.kit.module import Database
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.domain.chain import Block, Tag
from services.ledger.domain.faults import Named
from services.ledger.storage.encoding import hashed
from services.ledger.storage.evidence import evidence
from services.ledger.storage.naming import held, in_posting, named, named_accounts
from services.ledger.storage.tables import NAMES, SEALED, TABLES
from services.ledger.usecases.verifying import Evidence, Sealed

POSTINGS_AT_ONCE = 20_000
ROWS_AT_ONCE = 500_000
_BLOCK = "height, posting_id, previous_hash, merkle_root, entries, recorded_at_us, hash"
_UNHASHED = (Tag.TRANSFER, Tag.ACCOUNT)
"""Entries that no caller named by a key: their content is only in the block."""
_MOVED = pl.Schema({"account_id": pl.Int64, "day": pl.Int64, "fen": pl.Int64})
_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)")


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
        content_hash = "NULL" if tag in _UNHASHED else "encode(content_hash, 'hex')"
        of_posting = f"""
            SELECT wanted.posting_id, entry.id, {content_hash}, {", ".join(f"entry.{name}" for name in SEALED[tag])}
            FROM unnest(%(posting_ids)s::bigint[]) AS wanted(posting_id) JOIN {TABLES[tag]} AS entry
            ON entry.id >= wanted.posting_id << {ROWS_PER_POSTING_BITS}
                AND entry.id < (wanted.posting_id + 1) << {ROWS_PER_POSTING_BITS}
            ORDER BY entry.id
        """
        told = {"posting_id": pl.Int64, "id": pl.Int64, "content_hash": pl.String}
        # The columns that name an entry are also encoded ones: they come a second time under their own name.
        schema = {f"told_{column}": dtype for column, dtype in told.items()} | SEALED[tag]
        with self._database.reading() as connection:
            connection.execute(_BY_INDEX)
            return copy_out(connection, of_posting, {"posting_ids": list(posting_ids)}, schema)

    def sealed(self, tag: Tag, posting_ids: Sequence[int]) -> Sealed:
        """Entries of postings in the order in which they were sealed, encoded by the database."""
        content_hash = "NULL::bytea" if tag in _UNHASHED else "content_hash"
        query = f"""
            SELECT array_agg(id), array_agg(content_hash), array_agg(hashed) FROM (
                SELECT entry.id, {content_hash} AS content_hash, {hashed(tag)} AS hashed
                FROM unnest(%(posting_ids)s::bigint[]) AS wanted(posting_id) JOIN {TABLES[tag]} AS entry
                ON entry.id >= wanted.posting_id << {ROWS_PER_POSTING_BITS}
                    AND entry.id < (wanted.posting_id + 1) << {ROWS_PER_POSTING_BITS}
                ORDER BY entry.id
            ) AS encoded
        """
        with self._database.reading() as connection:
            connection.execute(_BY_INDEX)
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor(binary=True) as cursor:
                cursor.execute(query, {"posting_ids": list(posting_ids)})
                ids, content_hashes, entries = cursor.fetchone()
        return Sealed(ids or [], content_hashes or [], entries or [])

    def stray_block(self) -> int:
        """The height of a block that is above the head; 0 if there is none."""
        query = "SELECT min(height) FROM block WHERE height > (SELECT height FROM chain_head)"
        with self._database.reading() as connection:
            return connection.scalar(text(query)) or 0

    def stray_entries(self, limit: int, progress: Callable[[int, int], None]) -> list[Named]:
        """Entries that are in no block: posting after posting of each kind, never row after row."""
        found: list[Named] = []
        # What has a key is named first: transfers say less to a person.
        for place, tag in enumerate(sorted(TABLES, key=lambda tag: tag in NAMES)):
            for posting_ids, newest in self._postings(TABLES[tag]):
                for posting_id in posting_ids[: limit - len(found)]:
                    with self._database.reading() as connection:
                        left = limit - len(found)
                        found += named(connection, tag, in_posting(), left, posting_id=posting_id)
                progress(place * 100 + newest, len(TABLES) * 100)
        return found

    def _postings(self, table: str) -> Iterator[tuple[list[int], int]]:
        """Postings of a table that have no block, in parts, and how much of the table was looked through, of 100."""
        query = text(
            f"""
            WITH RECURSIVE posting(id) AS (
                (SELECT id >> {ROWS_PER_POSTING_BITS} FROM {table} WHERE id >= :first ORDER BY id LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT entry.id >> {ROWS_PER_POSTING_BITS} FROM {table} AS entry
                    WHERE entry.id >= (posting.id + 1) << {ROWS_PER_POSTING_BITS} ORDER BY entry.id LIMIT 1
                ) FROM posting WHERE posting.id IS NOT NULL
            )
            SELECT id, EXISTS (SELECT FROM block WHERE posting_id = posting.id)
            FROM posting WHERE id IS NOT NULL LIMIT :limit
            """
        )
        first = 0
        while True:
            with self._database.reading() as connection:
                connection.execute(_BY_INDEX)
                rows = connection.execute(query, {"first": first, "limit": POSTINGS_AT_ONCE}).all()
                last = connection.scalar(text(f"SELECT max(id) FROM {table}")) or 1
            if not rows:
                return
            first = (rows[-1][0] + 1) << ROWS_PER_POSTING_BITS
            yield [posting_id for posting_id, sealed in rows if not sealed], min(100 * first // last, 100)

    def wrong_balance(self, progress: Callable[[int, int], None]) -> Named | None:
        """An account whose balance is not the sum of its transfers, on some day or in all.

        In memory are the sums by account and day, which do not grow with the transfers.
        """
        with self._database.reading() as connection:
            connection.execute(_BY_INDEX)
            moved = _summed(connection, _TRANSFERS, "transfer", "id", lambda part: progress(part, 200))
            kept = _summed(
                connection, _DAYS, "account_day", "account_id", lambda part: progress(100 + part, 200)
            )
            balances = _packed(connection, _BALANCES, {})
            sums = moved.group_by("account_id").agg(pl.col("fen").sum())
            wrong = pl.concat(
                [_different(moved, kept, ["account_id", "day"]), _different(sums, balances, ["account_id"])]
            ).min()
            return None if wrong is None else named_accounts(connection, [int(str(wrong))])[0]

    def named(self, tag: Tag, ids: Sequence[int]) -> list[Named]:
        """Entries of these ids by their names."""
        with self._database.reading() as connection:
            return named(connection, tag, "entry.id = ANY (:ids)", len(ids), ids=list(ids))

    def held(self, posting_id: int, limit: int) -> list[Named]:
        """Entries of a posting by their names."""
        with self._database.reading() as connection:
            return held(connection, posting_id, limit)

    def evidence(self, block: Block) -> Evidence:
        """What events, changes of balances and numbers say about the entries of a block."""
        stored = {tag: self.entries(tag, [block.posting_id]) for tag in Tag}
        with self._database.reading() as connection:
            return evidence(connection, block, stored)


_TRANSFERS = """
    SELECT account_id, day - date '1970-01-01' AS day, sum(fen)::bigint AS fen FROM (
        SELECT debit_account AS account_id, effective_on AS day, -amount_fen AS fen FROM transfer
        WHERE id > %(after)s AND id <= %(last)s
        UNION ALL
        SELECT credit_account, effective_on, amount_fen FROM transfer WHERE id > %(after)s AND id <= %(last)s
    ) AS sides GROUP BY account_id, day
"""
_DAYS = """
    SELECT account_id, day - date '1970-01-01' AS day, sum(delta_fen)::bigint AS fen FROM account_day
    WHERE account_id > %(after)s AND account_id <= %(last)s GROUP BY account_id, day
"""
_BALANCES = "SELECT id AS account_id, 0 AS day, balance_fen AS fen FROM account"


def _summed(
    connection: Connection, query: str, table: str, column: str, progress: Callable[[int], None]
) -> pl.DataFrame:
    """Sums by account and day over a whole table, part by part, so that no statement takes long."""
    whole = connection.scalar(text(f"SELECT max({column}) FROM {table}"))
    bound = text(
        f"SELECT {column} FROM {table} WHERE {column} > :after ORDER BY {column} OFFSET {ROWS_AT_ONCE} LIMIT 1"
    )
    sums, after = pl.DataFrame(schema=_MOVED), -(2**63)
    while whole is not None and after < whole:
        last = connection.scalar(bound, {"after": after}) or whole
        part = _packed(connection, query, {"after": after, "last": last})
        sums = pl.concat([sums, part]).group_by("account_id", "day").agg(pl.col("fen").sum())
        after = last
        progress(min(100 * after // max(whole, 1), 100))
    return sums


def _packed(connection: Connection, query: str, parameters: dict[str, object]) -> pl.DataFrame:
    """The rows of a query of account_id, day (since 1970) and fen, in no order.

    As one value of 24 bytes for each row: a message for each row would take longer than adding them up.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT string_agg(int8send(account_id) || int8send(day::bigint) || int8send(fen), '')"
            f" FROM ({query}) AS moved",
            parameters,
        )
        (packed,) = cursor.fetchone()
    words = array("q", packed or b"")
    if sys.byteorder == "little":
        words.byteswap()
    return pl.DataFrame(
        {name: words[place :: len(_MOVED)] for place, name in enumerate(_MOVED)}, schema=_MOVED
    )


def _different(left: pl.DataFrame, right: pl.DataFrame, on: list[str]) -> pl.Series:
    """Accounts whose sums differ, where missing is zero."""
    both = left.join(right, on=on, how="full", coalesce=True, suffix="_right")
    return both.filter(pl.col("fen").fill_null(0) != pl.col("fen_right").fill_null(0))["account_id"]
