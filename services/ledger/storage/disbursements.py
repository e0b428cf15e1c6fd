"""Disbursements, and the share of a payment that each travels with."""

from __future__ import annotations

import polars as pl
from mingzhang.ledger.v1.columns import DISBURSEMENT_SHARES
from sqlalchemy import text

from services.kit.frames import wanted
from services.kit.rows import no_rows
from services.ledger.domain.linking import UNASSIGNED
from services.ledger.storage.payments import PAYMENTS_OF_VOUCHER, SHARES_OF_P
from services.ledger.storage.rows import Rows, Schema

_VOUCHER: Schema = {"division_code": pl.String, "fiscal_year": pl.Int32, "voucher_no": pl.String}
_GIVEN_BY_ATTACHING = ("category", "quota_key", "payment_key")
_OF_D = {"day": "d.effective_on", "amount_fen": "d.remaining_fen"}
_FACT = {name: dtype for name, dtype in DISBURSEMENT_SHARES.schema.items() if name not in _GIVEN_BY_ATTACHING}
_FACT_OF_D = ", ".join(_OF_D.get(name, f"d.{name}") for name in _FACT)
_ATTACHED_OF = {**_OF_D, "quota_key": "q.key", "payment_key": "p.key"}
_ATTACHED_FACT_OF = ", ".join(_ATTACHED_OF.get(name, f"d.{name}") for name in DISBURSEMENT_SHARES.names)
_ATTACHED: Schema = {
    **_FACT,
    "disbursement_id": pl.Int64,
    "attached_payment_id": pl.Int64,
    "attached_quota_id": pl.Int64,
    "attached_category": pl.String,
}
_BELONGS: Schema = {
    "payment_id": pl.Int64,
    "payment_key": pl.String,
    "quota_id": pl.Int64,
    "quota_key": pl.String,
    "category": pl.String,
}
_VOUCHER_OF_WANTED = ", ".join(f"wanted.{name}" for name in _VOUCHER)
_OF_VOUCHER = """
    SELECT * FROM disbursement AS known
    WHERE known.division_code = wanted.division_code AND known.fiscal_year = wanted.fiscal_year
        AND known.voucher_no = wanted.voucher_no AND known.standing OFFSET 0
"""


class DisbursementRows(Rows):
    """Disbursements over the connection of one posting. Implements their part of usecases.Posting."""

    def count_disbursements(self, vouchers: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Those vouchers that have standing disbursements, and how many, counted up to `limit`."""
        asked = wanted(vouchers)
        return self._read(
            f"""
            SELECT {_VOUCHER_OF_WANTED}, counted.disbursements FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT count(*) AS disbursements FROM ({_OF_VOUCHER} LIMIT {int(limit)}) AS found
            ) AS counted WHERE counted.disbursements > 0
            """,
            asked.parameters,
            {**_VOUCHER, "disbursements": pl.Int64},
        )

    def lock_disbursements(self, vouchers: pl.DataFrame) -> None:
        """Locks the standing disbursements of vouchers, in the order of their ids."""
        asked = wanted(vouchers)
        self._run(
            f"""
            SELECT FROM disbursement AS d WHERE d.id = ANY (ARRAY(
                SELECT found.id FROM {asked.rows} CROSS JOIN LATERAL ({_OF_VOUCHER}) AS found
            ))
            ORDER BY d.id FOR UPDATE
            """,
            asked.parameters,
        )

    def later_vouchers(self, vouchers: pl.DataFrame) -> None:
        """Remembers vouchers whose disbursements are to be moved in postings of their own."""
        asked = wanted(vouchers)
        self._run(
            f"""
            INSERT INTO remembered_voucher (division_code, fiscal_year, voucher_no)
            SELECT {_VOUCHER_OF_WANTED} FROM {asked.rows} ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
            """,
            asked.parameters,
        )

    def remembered_vouchers(self, limit: int) -> pl.DataFrame:
        """Remembered vouchers, at most `limit`; they stay remembered."""
        query = f"""
            SELECT division_code, fiscal_year, voucher_no FROM remembered_voucher ORDER BY 1, 2, 3 LIMIT {int(limit)}
        """
        return self._read(query, {}, _VOUCHER)

    def forget_vouchers(self, vouchers: pl.DataFrame) -> None:
        """Forgets remembered vouchers."""
        asked = wanted(vouchers)
        self._run(
            f"""
            DELETE FROM remembered_voucher AS known USING {asked.rows}
            WHERE known.division_code = wanted.division_code AND known.fiscal_year = wanted.fiscal_year
                AND known.voucher_no = wanted.voucher_no
            """,
            asked.parameters,
        )

    def misplaced_disbursements(self, vouchers: pl.DataFrame, limit: int) -> pl.DataFrame:
        """Standing disbursements of vouchers that are not where they belong, as facts of where they do.

        The order of preference is that of linking.attach.
        """
        asked = wanted(vouchers)
        return self._read(
            f"""
            SELECT {_FACT_OF_D}, d.id, d.payment_id, d.quota_id, d.category,
                best.id, best.key, best.quota_id, best.quota_key, coalesce(best.category, '{UNASSIGNED}')
            FROM {asked.rows} CROSS JOIN LATERAL ({_OF_VOUCHER}) AS d LEFT JOIN LATERAL (
                SELECT p.id, p.key, s.quota_id, s.quota_key, s.category
                FROM ({PAYMENTS_OF_VOUCHER}) AS p CROSS JOIN LATERAL ({SHARES_OF_P}) AS s
                ORDER BY coalesce(s.document_number <> d.document_number, true), p.key, s.place LIMIT 1
            ) AS best ON true
            WHERE d.payment_id IS DISTINCT FROM best.id OR d.quota_id IS DISTINCT FROM best.quota_id
                OR d.category <> coalesce(best.category, '{UNASSIGNED}')
            LIMIT {int(limit)}
            """,
            asked.parameters,
            {**_ATTACHED, **_BELONGS},
        ).sort("disbursement_id")

    def standing_disbursements(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """The standing disbursements of vouchers as facts, with disbursement_id and what they are attached to."""
        if vouchers.height == 0:
            return no_rows(_ATTACHED)
        asked = wanted(vouchers)
        return self._read(
            f"""
            SELECT {_FACT_OF_D}, d.id, d.payment_id, d.quota_id, d.category
            FROM {asked.rows} CROSS JOIN LATERAL ({_OF_VOUCHER}) AS d ORDER BY d.id
            """,
            asked.parameters,
            _ATTACHED,
        )

    def reattach(self, moved: pl.DataFrame) -> None:
        """Stores payment_id, quota_id and category of disbursements (disbursement_id)."""
        asked = wanted(moved.select("disbursement_id", "payment_id", "quota_id", "category"))
        self._run(
            f"""
            UPDATE disbursement AS d
            SET payment_id = wanted.payment_id, quota_id = wanted.quota_id, category = wanted.category
            FROM {asked.rows} WHERE d.id = wanted.disbursement_id
            """,
            asked.parameters,
        )

    def open_disbursement_corrections(self, original_keys: pl.Series, ids: pl.Series) -> pl.DataFrame:
        """Corrections that were not applied and whose originals are there, of these originals or of these ids."""
        schema: Schema = {"correction_id": pl.Int64, "correction_fen": pl.Int64, "disbursement_id": pl.Int64}
        waiting = "SELECT EXISTS (SELECT FROM disbursement WHERE original_key IS NOT NULL AND NOT applied)"
        if not self._connection.scalar(text(waiting)):
            return no_rows(schema)
        keys, own = wanted(original_keys.to_frame("key"), "keys"), wanted(ids.to_frame("id"), "ids")
        return self._read(
            f"""
            SELECT c.id, c.amount_fen, d.id
            FROM disbursement AS c JOIN disbursement AS d ON d.key = c.original_key AND d.original_key IS NULL
            WHERE c.original_key IS NOT NULL AND NOT c.applied
                AND (c.id IN (SELECT id FROM {own.rows}) OR c.original_key IN (SELECT key FROM {keys.rows}))
            ORDER BY c.id
            """,
            {**keys.parameters, **own.parameters},
            schema,
        )

    def correct_disbursements(self, corrections: pl.DataFrame) -> pl.DataFrame:
        """Applies the corrections; returns the originals as facts, with what remains of them, and whether they stood."""
        own = wanted(corrections.select(id="correction_id"))
        self._run(
            f"UPDATE disbursement AS c SET applied = true FROM {own.rows} WHERE c.id = wanted.id",
            own.parameters,
        )
        sums = (
            corrections.group_by("disbursement_id")
            .agg(pl.col("correction_fen").sum())
            .sort("disbursement_id")
        )
        asked = wanted(sums)
        stood = self._read(
            f"""
            UPDATE disbursement AS d SET remaining_fen = d.remaining_fen + wanted.correction_fen,
                standing = d.remaining_fen + wanted.correction_fen <> 0
            FROM {asked.rows} JOIN disbursement AS before ON before.id = wanted.disbursement_id
            WHERE d.id = before.id RETURNING d.id, before.standing
            """,
            asked.parameters,
            {"disbursement_id": pl.Int64, "stood": pl.Boolean},
        )
        return self._facts(sums["disbursement_id"]).join(stood, on="disbursement_id", maintain_order="left")

    def _facts(self, ids: pl.Series) -> pl.DataFrame:
        asked = wanted(ids.to_frame("id"))
        return self._read(
            f"""
            SELECT {_ATTACHED_FACT_OF}, d.id FROM {asked.rows} JOIN disbursement AS d ON d.id = wanted.id
            LEFT JOIN payment AS p ON p.id = d.payment_id LEFT JOIN quota AS q ON q.id = d.quota_id
            ORDER BY d.id
            """,
            asked.parameters,
            {**DISBURSEMENT_SHARES.schema, "disbursement_id": pl.Int64},
        )
