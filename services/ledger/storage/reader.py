"""The ledger's answers: sums, pages of payments, one payment. What a scope does not see is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.frames import copy_out
from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, AccountKind
from services.ledger.storage.payments import STANDS
from services.ledger.usecases.reading import Filter, PaymentDetail, Place, Sums

_AFTER_ANY_CODE = "\U0010ffff"
"""Sorts after every character that a code can have."""


def _balance(owner_id: str, kind: AccountKind) -> str:
    account = f"({owner_id} << {KIND_BITS}) + {int(kind)}"
    return f"coalesce((SELECT balance_fen FROM account WHERE account.id = {account}), 0)"


_SUMS = text(
    f"""
    WITH visible AS (
        SELECT * FROM quota WHERE division_code >= :low AND division_code < :high
            AND (:all_funds OR fund_code = ANY (:funds)) AND (:fund_code = '' OR fund_code = :fund_code)
            AND (:fiscal_year = 0 OR fiscal_year = :fiscal_year) AND (:category = '' OR category = :category)
    )
    SELECT division_code, fund_code, category, fiscal_year, sum(arranged_fen)::bigint AS arranged_fen,
        sum(issued_fen)::bigint AS issued_fen, sum(allotted_fen)::bigint AS allotted_fen,
        sum(free_fen)::bigint AS free_fen, sum(paid_fen)::bigint AS paid_fen,
        sum(intermediate_fen)::bigint AS intermediate_fen,
        sum(received_inside_fen)::bigint AS received_inside_fen, sum(suspense_fen)::bigint AS suspense_fen
    FROM (
        SELECT q.division_code, coalesce(q.fund_code, '') AS fund_code, q.category, q.fiscal_year,
            q.amount_fen AS arranged_fen,
            {_balance("q.id", AccountKind.ISSUED)} AS issued_fen,
            coalesce((SELECT sum(a.amount_fen) FROM allotment AS a WHERE a.quota_id = q.id), 0) AS allotted_fen,
            {_balance("q.id", AccountKind.FREE)} AS free_fen,
            {_balance("q.id", AccountKind.PAID_FINAL)} AS paid_fen,
            {_balance("q.id", AccountKind.PAID_INTERMEDIATE)} AS intermediate_fen,
            CASE WHEN EXISTS (SELECT FROM visible AS upper WHERE upper.id = q.upper_id)
                THEN q.amount_fen ELSE 0 END AS received_inside_fen,
            0 AS suspense_fen
        FROM visible AS q
        UNION ALL
        SELECT s.division_code, '', 'unassigned', s.fiscal_year, 0, 0, 0, 0, s.final, s.intermediate, 0,
            s.final + s.intermediate
        FROM (
            SELECT o.*, {_balance("o.id", AccountKind.SUSPENSE_PAID_FINAL)} AS final,
                {_balance("o.id", AccountKind.SUSPENSE_PAID_INTERMEDIATE)} AS intermediate
            FROM owner AS o WHERE o.division_code >= :low AND o.division_code < :high
                AND :all_funds AND :fund_code = '' AND :category IN ('', 'unassigned')
                AND (:fiscal_year = 0 OR o.fiscal_year = :fiscal_year)
        ) AS s WHERE s.final <> 0 OR s.intermediate <> 0
    ) AS parts
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4, 3 LIMIT :limit
    """
)

PAYMENT = {
    "id": ("p.id", pl.Int64),
    "key": ("p.key", pl.String),
    "division_code": ("p.division_code", pl.String),
    "effective_on": ("p.effective_on", pl.Date),
    "amount_fen": ("p.amount_fen", pl.Int64),
    "voucher_no": ("p.voucher_no", pl.String),
    "document_number": ("p.document_number", pl.String),
    "fund_code": ("q.fund_code", pl.String),
    "category": ("coalesce(stands.category, 'unassigned')", pl.String),
    "project_key": ("p.project_key", pl.String),
    "payee_name_mask": ("p.payee_name_mask", pl.String),
    "payee_account_mask": ("p.payee_account_mask", pl.String),
    "purpose": ("p.purpose", pl.String),
    "payee_kind": ("p.payee_kind", pl.String),
    "payee_account_token": ("p.payee_account_token", pl.Int64),
    "payee_name_token": ("p.payee_name_token", pl.Int64),
    "original_key": ("p.original_key", pl.String),
}
"""The columns of a payment as it is shown, and where they come from."""
_PAYMENT = ", ".join(source for source, _ in PAYMENT.values())
_PAYMENT_SCHEMA = {name: dtype for name, (_, dtype) in PAYMENT.items()}
# A correction has no share of its own: it stands where its original stands.
_PLACED = """
    CROSS JOIN LATERAL (
        SELECT p.quota_id, p.category WHERE p.original_key IS NULL
        UNION ALL
        SELECT o.quota_id, o.category FROM payment AS o WHERE o.key = p.original_key AND p.original_key IS NOT NULL
        UNION ALL
        SELECT NULL, NULL WHERE p.original_key IS NOT NULL
            AND NOT EXISTS (SELECT FROM payment AS o WHERE o.key = p.original_key)
    ) AS stands
    LEFT JOIN quota AS q ON q.id = stands.quota_id
"""
_VISIBLE_FUND = "(%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[]))"


class LedgerTables:
    """Answers questions out of the tables. Implements usecases.LedgerReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sums(self, scope: Scope, wanted: Filter, limit: int) -> list[Sums]:
        """Sums in order of division, fund and year; what is not linked has no fund."""
        parameters = {
            **_bounds(scope),
            "fiscal_year": wanted.fiscal_year,
            "category": wanted.category,
            "fund_code": wanted.fund_code,
            "limit": limit,
        }
        with self._database.reading() as connection:
            return [Sums(**row._mapping) for row in connection.execute(_SUMS, parameters)]  # noqa: SLF001 - SQLAlchemy's public name for it

    def closed_to(self) -> date | None:
        """The newest closed day."""
        with self._database.reading() as connection:
            newest: date | None = connection.scalar(text("SELECT max(day) FROM closed_day"))
            return newest

    def payments(self, scope: Scope, wanted: Filter, after: Place | None, limit: int) -> pl.DataFrame:
        """Payments after a place, newest day first: of each division as many as the page has rows, then the newest."""
        conditions, parameters = _conditions(wanted, after)
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT min(division_code) AS code FROM payment WHERE division_code >= %(low)s)
                UNION ALL
                SELECT (SELECT min(division_code) FROM payment WHERE division_code > here.code)
                FROM here WHERE here.code < %(high)s
            )
            SELECT found.* FROM here CROSS JOIN LATERAL (
                SELECT {_PAYMENT} FROM payment AS p {_PLACED}
                WHERE p.division_code = here.code AND {_VISIBLE_FUND} {conditions}
                ORDER BY p.effective_on DESC, p.id DESC LIMIT %(limit)s
            ) AS found
            WHERE here.code < %(high)s ORDER BY found.effective_on DESC, found.id DESC LIMIT %(limit)s
        """
        with self._database.reading() as connection:
            connection.execute(text("SET LOCAL jit = off"))
            return copy_out(
                connection, query, {**_bounds(scope), **parameters, "limit": limit}, _PAYMENT_SCHEMA
            )

    def payment(self, scope: Scope, key: str) -> PaymentDetail | None:
        """One payment, if it is there and in the scope."""
        query = f"""
            SELECT {_PAYMENT} FROM payment AS p {_PLACED}
            WHERE p.key = %(key)s AND p.division_code >= %(low)s AND p.division_code < %(high)s AND {_VISIBLE_FUND}
        """
        with self._database.reading() as connection:
            found = copy_out(connection, query, {**_bounds(scope), "key": key}, _PAYMENT_SCHEMA)
            return _detail(connection, found) if found.height else None


def _detail(connection: Connection, payment: pl.DataFrame) -> PaymentDetail:
    payment_id = payment["id"][0]
    shares = copy_out(
        connection,
        f"""
        SELECT p.key || '#' || s.number, s.category, q.key, s.amount_fen, s.standing FROM (
            SELECT payment_id, number, quota_id, category, amount_fen, false AS standing FROM ended_share
            UNION ALL
            SELECT id, share_number, quota_id, category, remaining_fen, true FROM payment AS p WHERE {STANDS}
        ) AS s JOIN payment AS p ON p.id = s.payment_id LEFT JOIN quota AS q ON q.id = s.quota_id
        WHERE s.payment_id = %(id)s ORDER BY s.number
        """,
        {"id": payment_id},
        {
            "key": pl.String,
            "category": pl.String,
            "quota_key": pl.String,
            "amount_fen": pl.Int64,
            "standing": pl.Boolean,
        },
    )
    height = connection.scalar(
        text("SELECT height FROM block WHERE posting_id = :posting_id"),
        {"posting_id": payment_id >> ROWS_PER_POSTING_BITS},
    )
    lines = connection.scalar(
        text("SELECT count(*) FROM disbursement WHERE payment_id = :id AND standing"), {"id": payment_id}
    )
    return PaymentDetail(payment, shares, height or 0, lines or 0)


def _bounds(scope: Scope) -> dict[str, object]:
    prefix = scope.division_prefix
    return {
        "low": prefix,
        "high": prefix + _AFTER_ANY_CODE,
        "all_funds": not scope.funds,
        "funds": list(scope.funds),
    }


def _conditions(wanted: Filter, after: Place | None) -> tuple[str, Mapping[str, object]]:
    asked: dict[str, tuple[str, object]] = {
        "category": ("coalesce(stands.category, 'unassigned') = %(category)s", wanted.category),
        "fund_code": ("q.fund_code = %(fund_code)s", wanted.fund_code),
        "document_number": ("p.document_number = %(document_number)s", wanted.document_number),
        "from_day": ("p.effective_on >= %(from_day)s", wanted.from_day),
        "to_day": ("p.effective_on <= %(to_day)s", wanted.to_day),
        "after_day": ("(p.effective_on, p.id) < (%(after_day)s, %(after_id)s)", after and after.day),
    }
    given = {name: (condition, value) for name, (condition, value) in asked.items() if value}
    parameters = {name: value for name, (_, value) in given.items()}
    if after:
        parameters["after_id"] = after.id
    return "".join(f" AND {condition}" for condition, _ in given.values()), parameters
