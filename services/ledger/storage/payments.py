"""Payments as they stand: the share that nobody decided about is kept in its row, parts that people linked beside it
(parts.py), and shares that ended in a table of their own."""

from __future__ import annotations

import polars as pl
from mingzhang.ledger.v1.columns import PAYMENT_SHARES
from sqlalchemy import text

from services.kit.frames import copy_in, wanted
from services.kit.rows import no_rows
from services.ledger.storage.parts import PART_STANDS
from services.ledger.storage.rows import Rows, Schema

_SHARE_NUMBERED = "p.key || '#' || p.share_number"
STANDS = "(p.remaining_fen <> 0 OR p.amount_fen = 0 AND p.original_key IS NULL)"
"""What was corrected down to nothing no longer stands; a payment of nothing does, from its posting on."""
PAYMENTS_OF_VOUCHER = """
    SELECT * FROM payment AS known WHERE known.division_code = wanted.division_code
        AND known.fiscal_year = wanted.fiscal_year AND known.voucher_no = wanted.voucher_no OFFSET 0
"""
SHARES_OF_P = f"""
    SELECT p.document_number, p.quota_id, q.key AS quota_key, p.category, 0::bigint AS place
    FROM (SELECT) AS own LEFT JOIN quota AS q ON q.id = p.quota_id WHERE {STANDS}
    UNION ALL
    SELECT q.document_number, x.quota_id, q.key, x.category, x.line_id
    FROM part AS x JOIN quota AS q ON q.id = x.quota_id WHERE x.payment_id = p.id AND {PART_STANDS}
"""
"""The standing shares of a payment p that disbursements may travel with: that of its row, then its parts, each under
the document of its quota."""
_FACT_OF = {
    "key": _SHARE_NUMBERED,
    "payment_key": "p.key",
    "day": "p.effective_on",
    "amount_fen": "p.remaining_fen",
    "quota_key": "q.key",
    "quota_fund_code": "q.fund_code",
    "quota_function_class": "q.function_class",
    "quota_day": "q.received_on",
}
_FACT = ", ".join(_FACT_OF.get(name, f"p.{name}") for name in PAYMENT_SHARES.names)
_MONEY: Schema = {
    "division_code": pl.String,
    "fiscal_year": pl.Int32,
    "voucher_no": pl.String,
    "project_key": pl.String,
    "payee_kind": pl.String,
    "quota_id": pl.Int64,
    "category": pl.String,
    "share_number": pl.Int16,
    "remaining_fen": pl.Int64,
}
"""What says where the money of a payment is, and how its share stands."""
_MONEY_OF_P = ", ".join(f"p.{name}" for name in _MONEY)


class PaymentRows(Rows):
    """Payments over the connection of one posting. Implements their part of usecases.Posting."""

    def end_shares(self, payment_ids: pl.Series) -> pl.DataFrame:
        """Ends the standing shares of payments; returns their key and category."""
        asked = wanted(payment_ids.to_frame("id"))
        ended = self._read(
            f"""
            SELECT p.id, p.key, p.share_number, p.quota_id, p.category, p.remaining_fen
            FROM {asked.rows} JOIN payment AS p ON p.id = wanted.id WHERE {STANDS} ORDER BY p.id
            """,
            asked.parameters,
            {
                "payment_id": pl.Int64,
                "key": pl.String,
                "number": pl.Int16,
                "quota_id": pl.Int64,
                "category": pl.String,
                "amount_fen": pl.Int64,
            },
        )
        copy_in(self._connection, "ended_share", ended.drop("key"))
        return ended.select("category", key=pl.format("{}#{}", "key", "number"))

    def share_facts(self, payment_ids: pl.Series) -> pl.DataFrame:
        """The standing shares of payments as facts."""
        asked = wanted(payment_ids.to_frame("id"))
        return self._read(
            f"""
            SELECT {_FACT} FROM {asked.rows} JOIN payment AS p ON p.id = wanted.id
            LEFT JOIN quota AS q ON q.id = p.quota_id WHERE {STANDS} ORDER BY p.id
            """,
            asked.parameters,
            PAYMENT_SHARES.schema,
        )

    def restand(self, payments: pl.DataFrame) -> None:
        """Stores the new quota_id, category, share_number and remaining_fen of payments (payment_id)."""
        asked = wanted(
            payments.select(
                "payment_id", "quota_id", "category", pl.col("share_number").cast(pl.Int16), "remaining_fen"
            )
        )
        self._run(
            f"""
            UPDATE payment AS p SET quota_id = wanted.quota_id, category = wanted.category,
                share_number = wanted.share_number, remaining_fen = wanted.remaining_fen
            FROM {asked.rows} WHERE p.id = wanted.payment_id
            """,
            asked.parameters,
        )

    def open_corrections(self, original_keys: pl.Series, correction_ids: pl.Series) -> pl.DataFrame:
        """Corrections that were not applied and whose originals are there, of these originals or of these ids."""
        schema: Schema = {
            "correction_id": pl.Int64,
            "correction_fen": pl.Int64,
            "correction_on": pl.Date,
            "payment_id": pl.Int64,
            "key": pl.String,
            **_MONEY,
        }
        if not self._corrections_wait():
            return no_rows(schema)
        keys, ids = (
            wanted(original_keys.to_frame("key"), "keys"),
            wanted(correction_ids.to_frame("id"), "ids"),
        )
        return self._read(
            f"""
            SELECT c.id, c.amount_fen, c.effective_on, p.id, p.key, {_MONEY_OF_P}
            FROM payment AS c JOIN payment AS p ON p.key = c.original_key AND p.original_key IS NULL
            WHERE c.original_key IS NOT NULL AND NOT c.applied
                AND (c.id IN (SELECT id FROM {ids.rows}) OR c.original_key IN (SELECT key FROM {keys.rows}))
            ORDER BY c.id
            """,
            {**keys.parameters, **ids.parameters},
            schema,
        )

    def _corrections_wait(self) -> bool:
        """Almost always there is none, and then the keys of a batch need not be looked up."""
        query = "SELECT EXISTS (SELECT FROM payment WHERE original_key IS NOT NULL AND NOT applied)"
        return bool(self._connection.scalar(text(query)))

    def applied(self, correction_ids: pl.Series) -> None:
        """Marks corrections of payments as applied."""
        asked = wanted(correction_ids.to_frame("id"))
        self._run(
            f"UPDATE payment AS p SET applied = true FROM {asked.rows} WHERE p.id = wanted.id",
            asked.parameters,
        )

    def mislinked(self, pairs: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Payments of pairs that another quota fits better now, with best_quota_id and best_category.

        The order of preference is that of linking.link.
        """
        asked = wanted(pairs)
        return self._read(
            f"""
            SELECT p.id, {_MONEY_OF_P}, best.id, best.category
            FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT * FROM payment AS known WHERE known.division_code = wanted.division_code
                    AND known.document_number = wanted.document_number AND known.original_key IS NULL OFFSET 0
            ) AS p CROSS JOIN LATERAL (
                SELECT q.id, q.category FROM quota AS q
                WHERE q.division_code = p.division_code AND q.document_number = p.document_number AND q.standing
                ORDER BY q.fiscal_year <> p.fiscal_year, coalesce(q.function_class <> p.function_class, true), q.key
                LIMIT 1
            ) AS best
            WHERE best.id IS DISTINCT FROM p.quota_id ORDER BY p.id LIMIT {int(limit)}
            """,
            asked.parameters,
            {"payment_id": pl.Int64, **_MONEY, "best_quota_id": pl.Int64, "best_category": pl.String},
        )

    def movements(self, payment_ids: pl.Series) -> pl.DataFrame:
        """payment_id, subject_id, amount_fen and effective_on of payments and of their applied corrections, without
        what went to parts."""
        asked = wanted(payment_ids.to_frame("id"))
        return self._read(
            f"""
            SELECT p.id, moved.id, moved.amount_fen, moved.effective_on
            FROM {asked.rows} JOIN payment AS p ON p.id = wanted.id CROSS JOIN LATERAL (
                SELECT p.id, p.amount_fen - coalesce((
                    SELECT sum(x.given_fen) FROM part AS x WHERE x.payment_id = p.id
                ), 0)::bigint AS amount_fen, p.effective_on
                UNION ALL
                SELECT c.id, c.amount_fen - coalesce((
                    SELECT sum(taken.amount_fen) FROM part AS x JOIN part_correction AS taken
                        ON taken.line_id = x.line_id AND taken.correction_id = c.id WHERE x.payment_id = p.id
                ), 0)::bigint, c.effective_on FROM payment AS c
                WHERE c.original_key = p.key AND c.applied
            ) AS moved
            ORDER BY p.id, moved.id
            """,
            asked.parameters,
            {"payment_id": pl.Int64, "subject_id": pl.Int64, "amount_fen": pl.Int64, "effective_on": pl.Date},
        )

    def later(self, pairs: pl.DataFrame) -> None:
        """Remembers pairs whose payments are to be linked in a posting of their own."""
        asked = wanted(pairs)
        self._run(
            f"""
            INSERT INTO remembered_pair (division_code, document_number)
            SELECT division_code, document_number FROM {asked.rows} ORDER BY 1, 2 ON CONFLICT DO NOTHING
            """,
            asked.parameters,
        )

    def remembered(self) -> pl.DataFrame:
        """Takes the remembered pairs."""
        return self._read(
            "DELETE FROM remembered_pair RETURNING division_code, document_number",
            {},
            {"division_code": pl.String, "document_number": pl.String},
        )

    def voucher_shares(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """The standing shares of vouchers (division_code, fiscal_year, voucher_no), as linking.attach wants them."""
        asked = wanted(vouchers)
        return self._read(
            f"""
            SELECT p.division_code, p.fiscal_year, p.voucher_no, s.document_number, p.id, p.key,
                s.quota_id, s.quota_key, s.category, s.place
            FROM {asked.rows} CROSS JOIN LATERAL ({PAYMENTS_OF_VOUCHER}) AS p CROSS JOIN LATERAL ({SHARES_OF_P}) AS s
            """,
            asked.parameters,
            {
                "division_code": pl.String,
                "fiscal_year": pl.Int32,
                "voucher_no": pl.String,
                "share_document_number": pl.String,
                "payment_id": pl.Int64,
                "payment_key": pl.String,
                "quota_id": pl.Int64,
                "quota_key": pl.String,
                "category": pl.String,
                "share_place": pl.Int64,
            },
        )
