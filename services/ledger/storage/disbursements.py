"""Disbursements, and the share of a payment that each travels with."""

from __future__ import annotations

import polars as pl
from mingzhang.ledger.v1.columns import DISBURSEMENT_SHARES
from sqlalchemy import text

from services.kit.frames import wanted
from services.ledger.storage.rows import Rows, Schema

_VOUCHER: Schema = {"division_code": pl.String, "fiscal_year": pl.Int32, "voucher_no": pl.String}
_GIVEN_BY_ATTACHING = ("category", "quota_key", "payment_key")
_OF_D = {"day": "d.effective_on", "amount_fen": "d.remaining_fen"}
_FACT = {name: dtype for name, dtype in DISBURSEMENT_SHARES.schema.items() if name not in _GIVEN_BY_ATTACHING}
_FACT_OF_D = ", ".join(_OF_D.get(name, f"d.{name}") for name in _FACT)
_ATTACHED_OF = {**_OF_D, "quota_key": "q.key", "payment_key": "p.key"}
_ATTACHED_FACT_OF = ", ".join(_ATTACHED_OF.get(name, f"d.{name}") for name in DISBURSEMENT_SHARES.names)
_OF_VOUCHER = """
    SELECT * FROM disbursement AS known
    WHERE known.division_code = wanted.division_code AND known.fiscal_year = wanted.fiscal_year
        AND known.voucher_no = wanted.voucher_no AND known.standing OFFSET 0
"""


class DisbursementRows(Rows):
    """Disbursements over the connection of one posting. Implements their part of usecases.Posting."""

    def vouchers_with_disbursements(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """Those of (division_code, fiscal_year, voucher_no) that have standing disbursements, which are locked."""
        asked = wanted(vouchers)
        locked = self._read(
            f"""
            SELECT d.id, d.division_code, d.fiscal_year, d.voucher_no FROM disbursement AS d
            WHERE d.id = ANY (ARRAY(
                SELECT found.id FROM {asked.rows} CROSS JOIN LATERAL ({_OF_VOUCHER}) AS found
            ))
            ORDER BY d.id FOR UPDATE
            """,
            asked.parameters,
            {"id": pl.Int64, **_VOUCHER},
        )
        return locked.select(_VOUCHER.keys()).unique(maintain_order=True)

    def standing_disbursements(self, vouchers: pl.DataFrame) -> pl.DataFrame:
        """The standing disbursements of vouchers as facts, with disbursement_id and what they are attached to."""
        schema: Schema = {
            **_FACT,
            "disbursement_id": pl.Int64,
            "attached_payment_id": pl.Int64,
            "attached_quota_id": pl.Int64,
            "attached_category": pl.String,
        }
        if vouchers.height == 0:
            return pl.DataFrame(schema=schema)
        asked = wanted(vouchers)
        return self._read(
            f"""
            SELECT {_FACT_OF_D}, d.id, d.payment_id, d.quota_id, d.category
            FROM {asked.rows} CROSS JOIN LATERAL ({_OF_VOUCHER}) AS d ORDER BY d.id
            """,
            asked.parameters,
            schema,
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
            return pl.DataFrame(schema=schema)
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
