"""Postings: a transaction each, told and sealed as its last step."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import polars as pl
import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from services.kit.clock import Clock, microseconds
from services.kit.crash_points import reach
from services.kit.errors import Unavailable
from services.kit.frames import copy_in, look_up, wanted
from services.kit.module import Database, NewEvent, Streams
from services.kit.rows import no_rows
from services.ledger import messages
from services.ledger.domain import chain
from services.ledger.domain.accounts import FIRST_OWNER_ROW, OWNERS, deltas, first_id, measured
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change
from services.ledger.domain.linking import Posted
from services.ledger.storage.disbursements import DisbursementRows
from services.ledger.storage.documents import DocumentRows
from services.ledger.storage.library import LibraryRows
from services.ledger.storage.links import LinkRows
from services.ledger.storage.payments import PaymentRows
from services.ledger.storage.quotas import QuotaRows
from services.ledger.storage.tables import SEALED, TABLES, stored
from services.ledger.usecases.ports import Gate, Work

ATTEMPTS_MAX = 3
BESIDE_MAX = 4
"""Threads that hash and encode while the database writes."""
_RETRIED = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)

# By index only: the statistics of a young table say "empty", and the planner would read all of it for every batch.
_BEGIN = text(
    """
    SELECT nextval('posting_id'), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
        set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
    """
)
_HEAD = text("SELECT height, hash FROM chain_head FOR UPDATE")
_SEAL = text(
    """
    WITH sealed AS (
        INSERT INTO block (height, posting_id, previous_hash, merkle_root, entries, recorded_at_us, hash)
        VALUES (:height, :posting_id, :previous_hash, :merkle_root, :entries, :recorded_at_us, :hash)
        RETURNING height, hash
    )
    UPDATE chain_head SET height = sealed.height, hash = sealed.hash FROM sealed
    """
)


class LedgerBook:
    """Where postings are made. Implements usecases.Book."""

    def __init__(self, database: Database, streams: Streams, clock: Clock) -> None:
        self._database = database
        self._streams = streams
        self._clock = clock
        self._beside = ThreadPoolExecutor(BESIDE_MAX, thread_name_prefix="ledger-seal")

    def post(self, work: Work, request_id: str) -> Posted:
        """Runs `work` in one transaction; again, and then alone, if another posting of the same rows came first."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                with self._database.transaction() as connection:
                    posting = LedgerPosting(connection, self._streams, self._clock, self._beside, request_id)
                    if attempt:
                        # Nobody is beside it now: with many posters of the same rows it could lose for ever.
                        posting.enter(Gate.ALONE)
                    posted = work(posting)
                    reach("ledger.post.before_commit")
                reach("ledger.post.after_commit")
            except (DBAPIError, psycopg.Error) as error:
                cause = error.orig if isinstance(error, DBAPIError) else error
                if isinstance(cause, psycopg.errors.LockNotAvailable):
                    break
                if not isinstance(cause, _RETRIED):
                    raise
            else:
                return posted
        raise Unavailable("ledger.busy", "总台账繁忙，请稍后再试", "the ledger is busy, try again later")


class LedgerPosting(PaymentRows, DisbursementRows, QuotaRows, DocumentRows, LibraryRows, LinkRows):
    """One posting over one connection. Implements usecases.Posting."""

    def __init__(
        self, connection: Connection, streams: Streams, clock: Clock, beside: Executor, request_id: str
    ) -> None:
        super().__init__(connection)
        self.id: int = connection.execute(_BEGIN).one()[0]
        self._streams = streams
        self._clock = clock
        self._beside = beside
        self._request_id = request_id
        self._told: list[Future[list[NewEvent]]] = []
        self._leaves: dict[Tag, list[bytes]] = {}
        self._owners = 0

    def enter(self, gate: Gate) -> None:
        """Waits for the postings that this one may not run beside."""
        self._connection.execute(text(f"LOCK TABLE posting_gate IN {gate.value} MODE"))

    def columns(self, tag: Tag) -> pl.Schema:
        """The declared columns of what is imported of a kind, in the order in which they are sealed, with provenance."""
        return pl.Schema({**SEALED[tag], "import_id": pl.String, "line": pl.Int32})

    def recorded(self, tag: Tag, keys: pl.Series) -> pl.DataFrame:
        """key and content_hash (hex) of the rows of these keys that are recorded."""
        asked = wanted(keys.unique().to_frame("key"))
        query = f"""
            SELECT wanted.key, encode(found.content_hash, 'hex') FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT content_hash FROM {TABLES[tag]} AS row WHERE row.key = wanted.key OFFSET 0
            ) AS found
        """
        return look_up(
            self._connection, query, asked.parameters, {"key": pl.String, "content_hash": pl.String}
        )

    def record(self, tag: Tag, rows: pl.DataFrame) -> None:
        """Records new rows with id, leaf, content_hash and the columns of the table."""
        rows = rows if rows["id"].is_sorted() else rows.sort("id")
        self._leaves.setdefault(tag, []).extend(rows["leaf"])
        kept = rows.select(*stored(tag), content_hash=pl.concat_str([pl.lit("\\x"), pl.col("content_hash")]))
        copy_in(self._connection, TABLES[tag], kept)

    def owners(self, asked_for: pl.DataFrame) -> pl.DataFrame:
        """owner and owner_id of owners of accounts; those that were unknown are entries of this posting."""
        schema = {"owner": pl.String, "owner_id": pl.Int64}
        if asked_for.height == 0:
            return no_rows(schema)
        known = self._known_owners(asked_for["owner"])
        unknown = asked_for.join(known, on="owner", how="anti").sort("owner")
        if unknown.height == 0:
            return known
        added = self._add_owners(unknown)
        # A posting beside this one may have added some of them first: they are there now.
        missing = unknown.join(added, on="owner", how="anti")
        return pl.concat([known, added, self._known_owners(missing["owner"])])

    def _known_owners(self, names: pl.Series) -> pl.DataFrame:
        asked = wanted(names.to_frame("owner"))
        query = f"""
            SELECT wanted.owner, found.id FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT id FROM owner WHERE owner.name = wanted.owner OFFSET 0
            ) AS found
        """
        return look_up(self._connection, query, asked.parameters, {"owner": pl.String, "owner_id": pl.Int64})

    def _add_owners(self, unknown: pl.DataFrame) -> pl.DataFrame:
        start = first_id(self.id) + FIRST_OWNER_ROW + self._owners
        rows = (
            unknown.rename({"owner": "name"})
            .with_row_index("id")
            .with_columns(id=pl.col("id").cast(pl.Int64) + start)
            .select(pl.col(name).cast(dtype) for name, dtype in OWNERS.items())
        )
        self._owners += rows.height
        asked = wanted(rows)
        names = ", ".join(OWNERS)
        added = self._read(
            f"""
            INSERT INTO owner ({names}) SELECT {names} FROM {asked.rows} ORDER BY name
            ON CONFLICT (name) DO NOTHING RETURNING {names}
            """,
            asked.parameters,
            dict(OWNERS),
        ).sort("id")
        self._leaves.setdefault(Tag.ACCOUNT, []).extend(chain.leaves(added, Tag.ACCOUNT))
        return added.select(owner="name", owner_id="id")

    def tell(self, changes: Sequence[Change]) -> None:
        """Tells what is certain already, before all other changes: it is encoded while rows are written."""
        self._told.append(self._beside.submit(messages.events, changes))

    def seal(self, transfers: pl.DataFrame, changes: Sequence[Change]) -> int:
        """Writes transfers and balances, tells the changes and seals the block. The last call; returns the height."""
        # What needs no database is worked out while the database is busy.
        worked_out = self._beside.submit(self._work_out, transfers, changes)
        copy_in(self._connection, TABLES[Tag.TRANSFER], transfers)
        changed = deltas(transfers)
        self._change_balances(changed)
        self._change_measures(measured(transfers, changed))
        root, entries, events = worked_out.result()
        events = [*(event for told in self._told for event in told.result()), *events]
        # From here to the commit no other posting can be sealed: nothing that takes time may follow.
        height, previous_hash = self._connection.execute(_HEAD).one()
        at_us = microseconds(self._clock.now())
        block = chain.seal(height + 1, self.id, bytes(previous_hash), root, entries, at_us)
        self._connection.execute(_SEAL, vars(block))
        self._streams.append(self._connection, events, position=block.height, request_id=self._request_id)
        return block.height

    def _work_out(
        self, transfers: pl.DataFrame, changes: Sequence[Change]
    ) -> tuple[bytes, int, list[NewEvent]]:
        """The root over all entries, how many they are, and the events."""
        sealed = transfers.select(SEALED[Tag.TRANSFER].keys())
        leaves = self._leaves | {Tag.TRANSFER: chain.leaves(sealed, Tag.TRANSFER)}
        hashes = [leaf for tag in Tag for leaf in leaves.get(tag, ())]
        return chain.merkle_root(hashes), len(hashes), messages.events(changes)

    def _change_balances(self, changed: pl.DataFrame) -> None:
        """Balances in the order of their ids, so that postings beside each other cannot deadlock."""
        if changed.height == 0:
            return
        copy_in(self._connection, "account_day", changed.with_columns(posting_id=pl.lit(self.id, pl.Int64)))
        sums = changed.group_by("account_id").agg(pl.col("delta_fen").sum()).sort("account_id")
        balances = wanted(sums)
        self._run(
            f"""
            INSERT INTO account (id, balance_fen)
            SELECT account_id, delta_fen FROM {balances.rows} ORDER BY account_id
            ON CONFLICT (id) DO UPDATE SET balance_fen = account.balance_fen + excluded.balance_fen
            """,
            balances.parameters,
        )

    def _change_measures(self, changed: pl.DataFrame) -> None:
        """What sums are made of, in the order of the ids, as balances are."""
        if changed.height == 0:
            return
        names = [name for name in changed.columns if name != "id"]
        kept = ", ".join(f"{name} = measured.{name} + excluded.{name}" for name in names)
        rows = wanted(changed)
        self._run(
            f"""
            INSERT INTO measured (id, {", ".join(names)})
            SELECT id, {", ".join(names)} FROM {rows.rows} ORDER BY id
            ON CONFLICT (id) DO UPDATE SET {kept}
            """,
            rows.parameters,
        )
