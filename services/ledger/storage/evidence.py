"""What else is stored says about the entries of a block: the events of its posting, the changes of balances.

Whoever changes rows behind the ledger's back rarely changes all of it. Read only when a block is not what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_out
from services.ledger import messages
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS, TransferKind, deltas
from services.ledger.domain.chain import Block, Tag
from services.ledger.domain.faults import NAMES_MAX, Named
from services.ledger.storage.naming import named, named_accounts
from services.ledger.storage.tables import NAMES, TABLES
from services.ledger.usecases.verifying import Evidence

_LIMIT = NAMES_MAX + 1


def evidence(connection: Connection, block: Block, stored: Mapping[Tag, pl.DataFrame]) -> Evidence:
    """What is known about the entries of a block, and `stored`: those that are there now (as ChainReader.entries)."""
    changed: list[Named] = []
    removed: list[Named] = []
    added: list[Named] = []
    for tag, facts in _told(connection, block.height):
        rows = stored[tag]
        keys = _changed(facts, rows)
        changed += named(connection, tag, "entry.key = ANY (:keys)", _LIMIT, keys=keys)
        removed += _removed(connection, tag, facts.join(rows, on="key", how="anti"))
        slipped = rows.join(facts, on="key", how="anti")
        if "original_key" in slipped.columns:
            # A correction is not told as a fact of its own.
            slipped = slipped.filter(pl.col("original_key").is_null())
        added += [Named(tag.name.lower(), key) for key in slipped["key"].head(_LIMIT)]
    # Whoever has a key is named by it; the money that it moved says so only of who has none.
    removed = removed or _causes_missing(connection, stored)
    return Evidence(changed, removed, added, _moved(connection, block, stored[Tag.TRANSFER]))


def _told(connection: Connection, height: int) -> Iterator[tuple[Tag, pl.DataFrame]]:
    """The facts that the posting of a block told, by kind, with the columns that entries of the kind have too."""
    query = text("SELECT name, body FROM stream_event WHERE position = :height AND name = ANY (:names)")
    rows = connection.execute(query, {"height": height, "names": list(messages.POSTED)})
    told: dict[Tag, list[pl.DataFrame]] = {}
    for name, body in rows:
        for kind, facts in messages.posted_facts(name, bytes(body)):
            told.setdefault(Tag[kind.upper()], []).append(facts)
    for tag, frames in told.items():
        yield tag, pl.concat(frames).unique("key", maintain_order=True)


def _changed(facts: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Keys of rows that differ from what was told."""
    names = [name for name in facts.columns if name in rows.columns and name != "key"]
    both = rows.join(facts.select("key", *names), on="key", suffix="_told")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_told")) for name in names)
    return both.filter(differs)["key"].to_list()


def _removed(connection: Connection, tag: Tag, missing: pl.DataFrame) -> list[Named]:
    """Told rows that are nowhere in their table any more."""
    there = text(f"SELECT key FROM {TABLES[tag]} WHERE key = ANY (:keys)")
    known = set(connection.scalars(there, {"keys": missing["key"].to_list()}))
    gone = missing.filter(~pl.col("key").is_in(list(known)))
    documents = gone["document_number"] if "document_number" in gone.columns else [None] * gone.height
    pairs = zip(gone["key"], documents, strict=True)
    return [Named(tag.name.lower(), key, document or "") for key, document in pairs][:_LIMIT]


def _causes_missing(connection: Connection, stored: Mapping[Tag, pl.DataFrame]) -> list[Named]:
    """Transfers whose cause is a row of the same posting that is not there: an allotment or a correction was removed."""
    transfers = stored[Tag.TRANSFER]
    there = pl.concat([frame["told_id"] for tag, frame in stored.items() if tag not in NAMES])
    of_posting = pl.col("subject_id") // (1 << ROWS_PER_POSTING_BITS) == pl.col("told_posting_id")
    causes = transfers.filter(of_posting & ~pl.col("subject_id").is_in(there.implode()))
    found = []
    for row in causes.head(_LIMIT).iter_rows(named=True):
        from_account, to_account = named_accounts(connection, [row["debit_account"], row["credit_account"]])
        document = from_account.document_number or to_account.document_number
        kind = (
            TransferKind(row["kind"]).name.lower() if row["kind"] in list(TransferKind) else str(row["kind"])
        )
        found.append(
            Named(f"{kind} {row['subject_id']}", f"{from_account.name} → {to_account.name}", document)
        )
    return found


def _moved(connection: Connection, block: Block, transfers: pl.DataFrame) -> list[Named]:
    """Accounts whose balances changed by something else than the transfers of the posting."""
    schema = {"account_id": pl.Int64, "day": pl.Date, "delta_fen": pl.Int64}
    query = "SELECT account_id, day, delta_fen FROM account_day WHERE posting_id = %(posting_id)s"
    kept = copy_out(connection, query, {"posting_id": block.posting_id}, schema)
    both = deltas(transfers).join(kept, on=["account_id", "day"], how="full", coalesce=True, suffix="_kept")
    wrong = both.filter(pl.col("delta_fen").ne_missing(pl.col("delta_fen_kept")))["account_id"]
    return named_accounts(connection, wrong.unique().sort().head(_LIMIT).to_list())
