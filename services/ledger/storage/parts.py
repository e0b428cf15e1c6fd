"""Parts of payments that people linked, beside the rows that keep the shares which nobody decided about."""

from __future__ import annotations

import polars as pl
from mingzhang.ledger.v1.columns import PAYMENT_SHARES

from services.kit.frames import copy_in, wanted
from services.ledger.domain.links import UNRELATED
from services.ledger.storage.rows import Rows, Schema

PART_STANDS = "x.amount_fen <> 0"
"""A part that was corrected down to nothing is kept, for the decision that made it may be undone."""
_FACT_OF = {
    "key": "p.key || '#' || x.number",
    "payment_key": "p.key",
    "day": "p.effective_on",
    "amount_fen": "x.amount_fen",
    "category": "x.category",
    "project_key": "x.project_key",
    "quota_key": "q.key",
    "quota_fund_code": "q.fund_code",
    "quota_function_class": "q.function_class",
    "quota_day": "q.received_on",
}
_FACT = ", ".join(_FACT_OF.get(name, f"p.{name}") for name in PAYMENT_SHARES.names)
PART: Schema = {
    "line_id": pl.Int64,
    "payment_id": pl.Int64,
    "number": pl.Int16,
    "quota_id": pl.Int64,
    "category": pl.String,
    "project_key": pl.String,
    "given_fen": pl.Int64,
    "amount_fen": pl.Int64,
}
_PART = ", ".join(f"x.{name}" for name in PART)
_MOVEMENT: Schema = {"line_id": pl.Int64, "amount_fen": pl.Int64, "effective_on": pl.Date}


class PartRows(Rows):
    """Parts over the connection of one posting. Implements usecases.PartPosting."""

    def parts_of_payments(self, payment_ids: pl.Series) -> pl.DataFrame:
        """The parts of payments, in the order of their lines."""
        asked = wanted(payment_ids.to_frame("id"))
        query = (
            f"SELECT {_PART} FROM {asked.rows} JOIN part AS x ON x.payment_id = wanted.id ORDER BY x.line_id"
        )
        return self._read(query, asked.parameters, PART)

    def parts_of_lines(self, line_ids: pl.Series) -> pl.DataFrame:
        """The parts that lines of decisions made, in the order of the lines."""
        asked = wanted(line_ids.to_frame("id"))
        query = f"SELECT {_PART} FROM {asked.rows} JOIN part AS x ON x.line_id = wanted.id ORDER BY x.line_id"
        return self._read(query, asked.parameters, PART)

    def add_parts(self, parts: pl.DataFrame) -> None:
        """Stores new parts."""
        copy_in(self._connection, "part", parts.select(*PART))

    def end_parts(self, line_ids: pl.Series) -> pl.DataFrame:
        """Ends the shares of parts; returns key and category of those that are told, which the unrelated are not."""
        asked = wanted(line_ids.to_frame("id"))
        ended = self._read(
            f"""
            SELECT x.payment_id, p.key, x.number, x.quota_id, x.category, x.amount_fen
            FROM {asked.rows} JOIN part AS x ON x.line_id = wanted.id JOIN payment AS p ON p.id = x.payment_id
            WHERE {PART_STANDS} ORDER BY x.line_id
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
        told = ended.filter(pl.col("category") != UNRELATED)
        return told.select("category", key=pl.format("{}#{}", "key", "number"))

    def remove_parts(self, line_ids: pl.Series) -> None:
        """Takes away parts whose decision is undone."""
        asked = wanted(line_ids.to_frame("id"))
        self._run(f"DELETE FROM part AS x USING {asked.rows} WHERE x.line_id = wanted.id", asked.parameters)

    def correct_parts(self, corrected: pl.DataFrame, corrections: pl.DataFrame) -> None:
        """Stores number and amount_fen of parts (line_id), and what each correction (correction_id) took of which."""
        copy_in(
            self._connection,
            "part_correction",
            corrections.select("line_id", "correction_id", "amount_fen"),
        )
        asked = wanted(corrected.select("line_id", pl.col("number").cast(pl.Int16), "amount_fen"))
        self._run(
            f"""
            UPDATE part AS x SET number = wanted.number, amount_fen = wanted.amount_fen
            FROM {asked.rows} WHERE x.line_id = wanted.line_id
            """,
            asked.parameters,
        )

    def part_facts(self, line_ids: pl.Series) -> pl.DataFrame:
        """The standing shares of parts as facts, but for the unrelated."""
        asked = wanted(line_ids.to_frame("id"))
        return self._read(
            f"""
            SELECT {_FACT} FROM {asked.rows} JOIN part AS x ON x.line_id = wanted.id
            JOIN payment AS p ON p.id = x.payment_id JOIN quota AS q ON q.id = x.quota_id
            WHERE {PART_STANDS} ORDER BY x.line_id
            """,
            asked.parameters,
            PAYMENT_SHARES.schema,
        )

    def part_movements(self, line_ids: pl.Series) -> pl.DataFrame:
        """line_id, amount_fen and effective_on of what parts were given, and of what corrections took of them."""
        asked = wanted(line_ids.to_frame("id"))
        return self._read(
            f"""
            SELECT x.line_id, moved.amount_fen, moved.effective_on
            FROM {asked.rows} JOIN part AS x ON x.line_id = wanted.id JOIN payment AS p ON p.id = x.payment_id
            CROSS JOIN LATERAL (
                SELECT x.given_fen AS amount_fen, p.effective_on
                UNION ALL
                SELECT taken.amount_fen, c.effective_on FROM part_correction AS taken
                JOIN payment AS c ON c.id = taken.correction_id WHERE taken.line_id = x.line_id
            ) AS moved ORDER BY x.line_id, moved.effective_on
            """,
            asked.parameters,
            _MOVEMENT,
        )
