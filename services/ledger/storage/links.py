"""Decisions about links in a posting: what they need of the ledger, as far as the caller sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import text

from services.kit.caller import Scope
from services.kit.frames import wanted
from services.ledger.domain.links import Decision, Kind, Known, Original, PaymentState, QuotaState
from services.ledger.storage.parts import PartRows
from services.ledger.storage.reader import PAYMENT_PLACED, VISIBLE_FUND, bounds
from services.ledger.storage.rows import Schema

_STATE: Schema = {
    "id": pl.Int64,
    "key": pl.String,
    "fiscal_year": pl.Int64,
    "amount_fen": pl.Int64,
    "remaining_fen": pl.Int64,
    "quota_key": pl.String,
    "project_key": pl.String,
    "quota_year": pl.Int64,
    "share_number": pl.Int64,
}
_QUOTA: Schema = {"id": pl.Int64, "key": pl.String, "fiscal_year": pl.Int64, "category": pl.String}
_ROW: Schema = {
    "payment_id": pl.Int64,
    "division_code": pl.String,
    "fiscal_year": pl.Int32,
    "voucher_no": pl.String,
    "document_number": pl.String,
    "function_class": pl.String,
    "project_key": pl.String,
    "payee_kind": pl.String,
    "effective_on": pl.Date,
    "quota_id": pl.Int64,
    "category": pl.String,
    "share_number": pl.Int16,
    "remaining_fen": pl.Int64,
}


class LinkRows(PartRows):
    """Decisions over the connection of one posting. Implements their part of usecases.PartPosting."""

    def link_hash(self, key: str) -> str:
        """request_hash of a recorded decision; empty if there is none of this key."""
        query = text("SELECT request_hash FROM link WHERE key = :key")
        return str(self._connection.scalar(query, {"key": key}) or "")

    def known_links(self, decision: Decision, scope: Scope) -> Known:
        """What a decision needs of the ledger: of its division, and as far as the scope sees it."""
        closed = self._connection.scalars(text("SELECT fiscal_year FROM closed_year"))
        if decision.kind is Kind.UNDO:
            return Known(closed_years=frozenset(closed), original=self._original_link(decision, scope))
        lines = decision.lines
        here: Mapping[str, object] = {
            **bounds(scope),
            "division": decision.division_code,
            "unrelated": decision.kind is Kind.UNRELATED,
        }
        payments = self._named({line.payment_key for line in lines}, here, _PAYMENTS, _STATE)
        quotas = self._named({line.quota_key for line in lines}, here, _QUOTAS, _QUOTA)
        projects = self._named({line.project_key for line in lines}, here, _PROJECTS, {"key": pl.String})
        return Known(
            {row["key"]: PaymentState(**row) for row in payments.iter_rows(named=True)},
            {row["key"]: QuotaState(**row) for row in quotas.iter_rows(named=True)},
            frozenset(projects["key"]),
            frozenset(closed),
        )

    def link_lines(self, key: str) -> pl.Series:
        """The ids of the lines of a decision."""
        query = "SELECT id FROM link_line WHERE link_key = %(key)s ORDER BY number"
        return self._read(query, {"key": key}, {"id": pl.Int64})["id"]

    def payment_rows(self, payment_ids: pl.Series) -> pl.DataFrame:
        """Payments with what says where the money of their rows is, in the order of their ids."""
        asked = wanted(payment_ids.unique().to_frame("id"))
        columns = ", ".join("p.id" if name == "payment_id" else f"p.{name}" for name in _ROW)
        query = f"SELECT {columns} FROM {asked.rows} JOIN payment AS p ON p.id = wanted.id ORDER BY p.id"
        return self._read(query, asked.parameters, _ROW)

    def _named(self, keys: set[str], here: Mapping[str, object], query: str, schema: Schema) -> pl.DataFrame:
        asked = wanted(pl.Series("key", sorted(keys - {""}), dtype=pl.String).to_frame())
        return self._read(query.format(rows=asked.rows), {**asked.parameters, **here}, schema)

    def _original_link(self, decision: Decision, scope: Scope) -> Original | None:
        """The decision that is to be undone: of the scope, and with no line whose fund the scope does not see."""
        query = """
            SELECT d.key, d.kind, d.division_code,
                coalesce((SELECT u.key FROM link AS u WHERE u.original_key = d.key), '') AS undone_by,
                ARRAY(
                    SELECT p.fiscal_year FROM link_line AS l JOIN payment AS p ON p.key = l.payment_key
                    WHERE l.link_key = d.key
                    UNION
                    SELECT own.fiscal_year FROM link_line AS l JOIN payment AS p ON p.key = l.payment_key
                    JOIN quota AS own ON own.id = p.quota_id AND p.remaining_fen <> 0 WHERE l.link_key = d.key
                    UNION
                    SELECT q.fiscal_year FROM link_line AS l JOIN quota AS q ON q.id = l.quota_id
                    WHERE l.link_key = d.key
                ) AS fiscal_years
            FROM link AS d WHERE d.key = :key AND d.division_code >= :low AND d.division_code < :high
                AND (:all_funds OR NOT EXISTS (
                    SELECT FROM link_line AS l LEFT JOIN quota AS q ON q.id = l.quota_id
                    WHERE l.link_key = d.key AND NOT coalesce(q.fund_code = ANY (:funds), false)
                ))
        """
        found: Any = self._connection.execute(
            text(query), {**bounds(scope), "key": decision.original_key}
        ).one_or_none()
        if found is None:
            return None
        return Original(
            found.key,
            Kind(found.kind),
            found.division_code,
            found.undone_by,
            frozenset(found.fiscal_years),
        )


# A decision takes from the row: who sees a payment by a part alone takes nothing that its row has of other funds, and
# says of nothing that it is of no fund.
_PAYMENTS = f"""
    SELECT p.id, p.key, p.fiscal_year, p.amount_fen, p.remaining_fen, own.key, p.project_key, own.fiscal_year,
        p.share_number
    FROM {{rows}} JOIN payment AS p ON p.key = wanted.key {PAYMENT_PLACED} LEFT JOIN quota AS own ON own.id = p.quota_id
    WHERE p.original_key IS NULL AND p.division_code = %(division)s AND {VISIBLE_FUND} AND (
        %(all_funds)s OR NOT %(unrelated)s AND (own.id IS NULL OR own.fund_code = ANY (%(funds)s::text[]))
    )
"""
_QUOTAS = """
    SELECT q.id, q.key, q.fiscal_year, q.category FROM {rows} JOIN quota AS q ON q.key = wanted.key
    WHERE q.standing AND q.division_code = %(division)s
        AND (%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[]))
"""
_PROJECTS = """
    SELECT project.key FROM {rows} JOIN project ON project.key = wanted.key
    WHERE project.division_code = %(division)s
"""
