"""The ledger's answers: sums, pages of payments, one payment. What a scope does not see is not there."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.frames import look_up, look_up_by_index
from services.kit.module import Database
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.storage.parts import PART_STANDS
from services.ledger.storage.payments import STANDS
from services.ledger.usecases.reading import Filter, PaymentDetail, Place, Sums

_AFTER_ANY_CODE = "\U0010ffff"
"""Sorts after every character that a code can have."""

_TEXTS = ("division_code", "fund_code", "category")
_SUMS_SCHEMA = {name: pl.String if name in _TEXTS else pl.Int64 for name in Sums._fields}
_JOIN_WHOLE = text("SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)")
_VISIBLE = """
    q.division_code >= %(low)s AND q.division_code < %(high)s
    AND (%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[]))
    AND (%(fund_code)s = '' OR q.fund_code = %(fund_code)s) AND (%(category)s = '' OR q.category = %(category)s)
    AND (%(fiscal_year)s = 0 OR q.fiscal_year = %(fiscal_year)s)
"""
_SUMS = f"""
    {", ".join(f"coalesce(sum({name}), 0)::bigint" for name in _SUMS_SCHEMA if name.endswith("_fen"))}
    FROM (
        WITH visible AS NOT MATERIALIZED (
            SELECT * FROM quota AS q WHERE {_VISIBLE}
        )
        SELECT q.division_code, coalesce(q.fund_code, '') AS fund, q.category, q.fiscal_year, m.arranged_fen,
            m.issued_fen + m.in_transit_fen AS issued_fen, m.allotted_fen, m.free_fen, m.paid_fen, m.intermediate_fen,
            m.pending_fen, m.frozen_fen, m.in_transit_fen,
            CASE WHEN upper.id IS NOT NULL THEN q.amount_fen END AS received_inside_fen, 0 AS suspense_fen
        FROM visible AS q LEFT JOIN measured AS m ON m.id = q.id
        LEFT JOIN visible AS upper ON upper.id = q.upper_id
        UNION ALL
        SELECT q.division_code, '', q.category, q.fiscal_year, 0, 0, 0, 0, m.paid_fen,
            m.intermediate_fen, 0, 0, 0, 0, m.paid_fen + m.intermediate_fen
        FROM (
            SELECT id, division_code, NULL AS fund_code, 'unassigned' COLLATE "C" AS category, fiscal_year
            FROM owner WHERE division_code IS NOT NULL
        ) AS q JOIN measured AS m ON m.id = q.id
        WHERE {_VISIBLE} AND (m.paid_fen <> 0 OR m.intermediate_fen <> 0)
    ) AS parts
"""
_TOTAL = f"SELECT '', '', '', 0, {_SUMS}"
_TOTAL_AND_ROWS = f"""
    SELECT coalesce(division_code, ''), coalesce(fund, ''), coalesce(category, ''), coalesce(fiscal_year, 0), {_SUMS}
    GROUP BY GROUPING SETS ((), (division_code, fund, category, fiscal_year))
    ORDER BY grouping(division_code) DESC, division_code, fund, fiscal_year, category
    LIMIT %(limit)s + 1
"""

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
_LARGEST = """
    SELECT x.quota_id, x.category FROM part AS x WHERE x.payment_id = {0}.id AND x.amount_fen <> 0
    ORDER BY abs(x.amount_fen) DESC, x.line_id LIMIT 1
"""
PAYMENT_COLUMNS = ", ".join(source for source, _ in PAYMENT.values())
PAYMENT_SCHEMA = {name: dtype for name, (_, dtype) in PAYMENT.items()}
# A correction has no share of its own: it stands where its original stands. A payment of which nothing is left but what
# people linked is shown where its largest part is.
PAYMENT_PLACED = f"""
    CROSS JOIN LATERAL (
        SELECT p.id AS payment_id, coalesce(part.quota_id, p.quota_id) AS quota_id,
            coalesce(part.category, p.category) AS category
        FROM (SELECT) AS own LEFT JOIN LATERAL ({_LARGEST.format("p")}) AS part ON p.remaining_fen = 0
        WHERE p.original_key IS NULL
        UNION ALL
        SELECT o.id, coalesce(part.quota_id, o.quota_id), coalesce(part.category, o.category)
        FROM payment AS o LEFT JOIN LATERAL ({_LARGEST.format("o")}) AS part ON o.remaining_fen = 0
        WHERE o.key = p.original_key AND p.original_key IS NOT NULL
        UNION ALL
        SELECT NULL, NULL, NULL WHERE p.original_key IS NOT NULL
            AND NOT EXISTS (SELECT FROM payment AS o WHERE o.key = p.original_key)
    ) AS stands
    LEFT JOIN quota AS q ON q.id = stands.quota_id
"""
_OR_PART = """
    OR EXISTS (
        SELECT FROM part AS x LEFT JOIN quota AS of_part ON of_part.id = x.quota_id
        WHERE x.payment_id = stands.payment_id AND x.amount_fen <> 0 AND {0}
    )
"""
VISIBLE_FUND = f"""
    (%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[])
        {_OR_PART.format("of_part.fund_code = ANY (%(funds)s::text[])")})
"""
"""Whoever sees a part of a payment sees the payment."""
_OF_CATEGORY = f"""
    (coalesce(stands.category, 'unassigned') = %(category)s {_OR_PART.format("x.category = %(category)s")})
"""
_OF_FUND = f"(q.fund_code = %(fund_code)s {_OR_PART.format('of_part.fund_code = %(fund_code)s')})"


class LedgerTables:
    """Answers questions out of the tables. Implements usecases.LedgerReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sums(self, scope: Scope, wanted: Filter, limit: int) -> list[Sums]:
        """The sums of all rows, then at most `limit` rows in order of division, fund and year.

        What is not linked has no fund.
        """
        parameters = {
            **bounds(scope),
            "fiscal_year": wanted.fiscal_year,
            "category": wanted.category,
            "fund_code": wanted.fund_code,
            "limit": limit,
        }
        with self._database.reading() as connection:
            # Quotas are joined whole, so never row by row, whatever a young table's statistics say.
            connection.execute(_JOIN_WHOLE)
            query = _TOTAL_AND_ROWS if limit else _TOTAL
            return list(map(Sums._make, look_up(connection, query, parameters, _SUMS_SCHEMA).rows()))

    def closed_to(self) -> date | None:
        """The newest closed day."""
        with self._database.reading() as connection:
            newest: date | None = connection.scalar(text("SELECT max(day) FROM closed_day"))
            return newest

    def payments(self, scope: Scope, wanted: Filter, after: Place | None, limit: int) -> pl.DataFrame:
        """Payments after a place, newest day first: of each division as many as the page has rows, then the newest.

        What is shown of a payment is looked up for the page alone.
        """
        found, parameters = _newest(wanted, after, every_fund=not scope.funds)
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT min(division_code) AS code FROM payment WHERE division_code >= %(low)s)
                UNION ALL
                SELECT (SELECT min(division_code) FROM payment WHERE division_code > here.code)
                FROM here WHERE here.code < %(high)s
            ), newest AS (
                SELECT found.id, found.effective_on FROM here CROSS JOIN LATERAL (
                    {found} ORDER BY p.effective_on DESC, p.id DESC LIMIT %(limit)s
                ) AS found
                WHERE here.code < %(high)s ORDER BY found.effective_on DESC, found.id DESC LIMIT %(limit)s
            )
            SELECT {PAYMENT_COLUMNS} FROM newest JOIN payment AS p ON p.id = newest.id {PAYMENT_PLACED}
            ORDER BY newest.effective_on DESC, newest.id DESC
        """
        with self._database.reading() as connection:
            # A filter that walks many payments joins their quotas whole; a page looks up its own.
            if PAYMENT_PLACED in found:
                connection.execute(text("SET LOCAL jit = off"))
            else:
                look_up_by_index(connection)
            return look_up(connection, query, {**bounds(scope), **parameters, "limit": limit}, PAYMENT_SCHEMA)

    def payment(self, scope: Scope, key: str) -> PaymentDetail | None:
        """One payment, if it is there and in the scope."""
        query = f"""
            SELECT {PAYMENT_COLUMNS} FROM payment AS p {PAYMENT_PLACED}
            WHERE p.key = %(key)s AND p.division_code >= %(low)s AND p.division_code < %(high)s AND {VISIBLE_FUND}
        """
        with self._database.reading() as connection:
            found = look_up(connection, query, {**bounds(scope), "key": key}, PAYMENT_SCHEMA)
            return _detail(connection, found) if found.height else None


def _detail(connection: Connection, payment: pl.DataFrame) -> PaymentDetail:
    payment_id = payment["id"][0]
    shares = look_up(
        connection,
        f"""
        SELECT p.key || '#' || s.number, s.category, q.key, s.amount_fen, s.standing FROM (
            SELECT payment_id, number, quota_id, category, amount_fen, false AS standing FROM ended_share
            UNION ALL
            SELECT id, share_number, quota_id, category, remaining_fen, true FROM payment AS p WHERE {STANDS}
            UNION ALL
            SELECT x.payment_id, x.number, x.quota_id, x.category, x.amount_fen, true FROM part AS x WHERE {PART_STANDS}
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


def bounds(scope: Scope) -> dict[str, object]:
    """The parameters that say what a scope sees."""
    prefix = scope.division_prefix
    return {
        "low": prefix,
        "high": prefix + _AFTER_ANY_CODE,
        "all_funds": not scope.funds,
        "funds": list(scope.funds),
    }


def _newest(wanted: Filter, after: Place | None, every_fund: bool) -> tuple[str, dict[str, object]]:
    """The payments of division `here` that are asked for, and the parameters."""
    asked: dict[str, tuple[str, object]] = {
        "from_day": ("p.effective_on >= %(from_day)s", wanted.from_day),
        "to_day": ("p.effective_on <= %(to_day)s", wanted.to_day),
        "after_day": ("(p.effective_on, p.id) < (%(after_day)s, %(after_id)s)", after and after.day),
        "category": (_OF_CATEGORY, wanted.category),
        "fund_code": (_OF_FUND, wanted.fund_code),
    }
    given = {name: (condition, value) for name, (condition, value) in asked.items() if value}
    parameters = {name: value for name, (_, value) in given.items()}
    if after:
        parameters["after_id"] = after.id
    source = "payment AS p"
    if wanted.document_number:
        # The payments of a document are few: they are found by it, never by walking the days of a division.
        parameters["document_number"] = wanted.document_number
        source = """(
            SELECT * FROM payment WHERE division_code = here.code AND document_number = %(document_number)s OFFSET 0
        ) AS p"""
    conditions = ["p.division_code = here.code", *(condition for condition, _ in given.values())]
    if not every_fund:
        conditions.append(VISIBLE_FUND)
    # Where a payment stands is asked here only if it decides what is shown.
    placed = PAYMENT_PLACED if wanted.category or wanted.fund_code or not every_fund else ""
    return f"SELECT p.id, p.effective_on FROM {source} {placed} WHERE {' AND '.join(conditions)}", parameters
