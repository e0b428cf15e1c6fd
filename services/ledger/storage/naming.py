"""Entries and accounts by the names that people know them by: kind, key, document number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_out, wanted
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, kind_name
from services.ledger.domain.chain import Tag
from services.ledger.domain.faults import Named
from services.ledger.storage.tables import NAMES, SEALED, TABLES

_OF_QUOTA = "SELECT q.document_number FROM quota AS q WHERE q"
_DOCUMENTS = {
    Tag.TRANSFER: f"""
        SELECT q.document_number FROM unnest(ARRAY[entry.debit_account, entry.credit_account]) AS side(account)
        LEFT JOIN owner AS o ON o.id = side.account >> {KIND_BITS}
        JOIN quota AS q ON q.id = coalesce(o.quota_id, side.account >> {KIND_BITS}) LIMIT 1
    """,
    Tag.ACCOUNT: f"{_OF_QUOTA}.id = entry.quota_id",
    Tag.PROJECT: """
        SELECT q.document_number FROM allotment AS a JOIN quota AS q ON q.key = a.quota_key
        WHERE a.project_key = entry.key ORDER BY a.id LIMIT 1
    """,
    Tag.PAYMENT: f"SELECT coalesce(entry.document_number, ({_OF_QUOTA}.id = entry.quota_id))",
    Tag.DISBURSEMENT: f"SELECT coalesce(entry.document_number, ({_OF_QUOTA}.id = entry.quota_id))",
}
"""Where the document number of an entry is found, if it is not simply its own or that of the quota it names."""
ACCOUNTS = f"""
    SELECT account.id AS account_id, q.key AS quota_key, q.document_number, q.fund_code,
        coalesce(q.division_code, o.division_code) AS division_code, o.project_key, o.fiscal_year, o.name AS owner
    FROM {{source}} AS account LEFT JOIN owner AS o ON o.id = account.id >> {KIND_BITS}
    LEFT JOIN quota AS q ON q.id = coalesce(o.quota_id, account.id >> {KIND_BITS})
"""
"""What is known of accounts (`source`: a table or a list with their ids): who owns them, and for which quota."""
ACCOUNTS_SCHEMA = {
    "account_id": pl.Int64,
    "quota_key": pl.String,
    "document_number": pl.String,
    "fund_code": pl.String,
    "division_code": pl.String,
    "project_key": pl.String,
    "fiscal_year": pl.Int32,
    "owner": pl.String,
}


def document_of(tag: Tag) -> str:
    """SQL for the document number of `entry`, a row of this kind; null where it has none."""
    if tag in _DOCUMENTS:
        return f"({_DOCUMENTS[tag]})"
    if "document_number" in SEALED[tag]:
        return "entry.document_number"
    return f"({_OF_QUOTA}.key = entry.quota_key)" if "quota_key" in SEALED[tag] else "NULL"


def named(connection: Connection, tag: Tag, condition: str, limit: int, **parameters: object) -> list[Named]:
    """Entries of a kind under a condition on `entry`, by their names, in the order of their ids."""
    query = f"""
        SELECT {NAMES.get(tag, "key")}::text, {document_of(tag)} FROM {TABLES[tag]} AS entry
        WHERE {condition} ORDER BY entry.id LIMIT :limit
    """
    rows = connection.execute(text(query), {**parameters, "limit": limit})
    return [Named(tag.name.lower(), name, document or "") for name, document in rows]


def held(connection: Connection, posting_id: int, limit: int) -> list[Named]:
    """What a posting holds: its entries with keys, else the accounts that it moves."""
    found: list[Named] = []
    for tag in TABLES:
        if tag not in NAMES:
            found += named(connection, tag, in_posting(), limit - len(found), posting_id=posting_id)
    if found:
        return found
    accounts = connection.scalars(
        text(
            f"""
            SELECT DISTINCT account FROM transfer AS entry,
                unnest(ARRAY[entry.debit_account, entry.credit_account]) AS account
            WHERE {in_posting()} ORDER BY account LIMIT :limit
            """
        ),
        {"posting_id": posting_id, "limit": limit},
    )
    return named_accounts(connection, list(accounts))


def in_posting() -> str:
    """SQL: `entry` is of the posting of parameter posting_id."""
    bits = ROWS_PER_POSTING_BITS
    first = f"CAST(:posting_id AS bigint) << {bits}"
    return f"entry.id >= {first} AND entry.id < (CAST(:posting_id AS bigint) + 1) << {bits}"


def named_accounts(connection: Connection, ids: Sequence[int]) -> list[Named]:
    """Accounts, in the order of their ids here, by number, whose they are and what they hold."""
    asked = wanted(pl.DataFrame({"id": ids}, schema={"id": pl.Int64}))
    rows = copy_out(
        connection,
        ACCOUNTS.format(source=f"(SELECT id FROM {asked.rows})"),
        asked.parameters,
        ACCOUNTS_SCHEMA,
    )
    known = {row["account_id"]: _account(row) for row in rows.iter_rows(named=True)}
    return [known[account_id] for account_id in ids]


def _account(row: dict[str, object]) -> Named:
    """ "1234 [Q1 X1 allotment_free]"."""
    of_quota = [row["quota_key"], row["project_key"]]
    whose = of_quota if row["quota_key"] else [row["division_code"], row["fiscal_year"]]
    parts = [str(part) for part in (*whose, kind_name(int(str(row["account_id"])))) if part]
    document = str(row["document_number"] or "")
    return Named("account", f"{row['account_id']} [{' '.join(parts)}]", document)
