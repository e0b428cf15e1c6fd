"""Quotas, projects and allotments, and which states of closed days a posting changed."""

from __future__ import annotations

import polars as pl
from mingzhang.ledger.v1.columns import PROJECT_FACTS
from sqlalchemy import text

from services.kit.frames import wanted
from services.kit.rows import no_rows
from services.ledger.domain.accounts import KIND_BITS, AccountKind
from services.ledger.storage.rows import Rows, Schema

_RESTATED: Schema = {"kind": pl.String, "key": pl.String, "category": pl.String, "from_day": pl.Date}
_PROJECT_FACT_OF = ", ".join(
    {"day": "project.effective_on"}.get(name, f"project.{name}") for name in PROJECT_FACTS.names
)


IN_TRANSIT = """
    NOT EXISTS (SELECT FROM quota AS receiver WHERE receiver.issue_line_id = l.id)
    AND NOT EXISTS (
        SELECT FROM document AS undone WHERE undone.original_key = l.document_key AND l.document_key <> ''
    )
"""
"""Whether a line l of an issue is neither received nor withdrawn."""


class QuotaRows(Rows):
    """Quotas, projects and allotments over the connection of one posting: their part of usecases.Posting."""

    def fund_categories(self) -> pl.DataFrame:
        """fund_code and category of every fund."""
        return self._read(
            "SELECT code, category FROM fund", {}, {"fund_code": pl.String, "category": pl.String}
        )

    def quotas(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The quotas of pairs (division_code, document_number), as linking.link wants them."""
        asked = wanted(pairs)
        return self._read(
            f"""
            SELECT q.id, q.key, q.division_code, q.document_number, q.fund_code, q.function_class,
                q.received_on, q.category, q.fiscal_year
            FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT * FROM quota AS known WHERE known.division_code = wanted.division_code
                    AND known.document_number = wanted.document_number AND known.standing OFFSET 0
            ) AS q
            """,
            asked.parameters,
            {
                "quota_id": pl.Int64,
                "quota_key": pl.String,
                "division_code": pl.String,
                "document_number": pl.String,
                "quota_fund_code": pl.String,
                "quota_function_class": pl.String,
                "quota_day": pl.Date,
                "quota_category": pl.String,
                "quota_fiscal_year": pl.Int32,
            },
        )

    def rematched(self, quota_ids: pl.Series) -> pl.DataFrame:
        """Received quotas among these, or below these, whose upper quota is another one now; stores it.

        What was received of a line of an issue stays with the quota of that line, and what was recovered of since.
        Else the upper quota is the issuer's with the upper document number, not one that was carried over: of several,
        one of the same year, then of the same fund, then of the same function class, then the one of the lowest key.
        """
        asked = wanted(quota_ids.to_frame("id"))
        found = self._read(
            f"""
            SELECT q.id, q.amount_fen, q.effective_on, q.upper_id, upper.id
            FROM quota AS q CROSS JOIN LATERAL (
                SELECT u.id FROM quota AS u
                WHERE u.division_code = q.issuer_division_code
                    AND u.document_number = q.upper_document_number AND u.id <> q.id AND u.standing
                    AND u.origin_id IS NULL
                ORDER BY u.fiscal_year <> q.fiscal_year, coalesce(u.fund_code <> q.fund_code, true),
                    coalesce(u.function_class <> q.function_class, true), u.key
                LIMIT 1
            ) AS upper
            WHERE upper.id IS DISTINCT FROM q.upper_id AND q.issue_line_id IS NULL AND q.standing AND NOT EXISTS (
                SELECT FROM account AS recovered WHERE recovered.balance_fen <> 0
                    AND recovered.id = (q.id << {KIND_BITS}) + {int(AccountKind.RECOVERED)}
            ) AND q.id = ANY (ARRAY(
                SELECT wanted.id FROM {asked.rows}
                UNION
                SELECT below.id FROM {asked.rows} JOIN quota AS new ON new.id = wanted.id
                JOIN quota AS below ON below.issuer_division_code = new.division_code
                    AND below.upper_document_number = new.document_number
            ))
            ORDER BY q.id
            """,
            asked.parameters,
            {
                "quota_id": pl.Int64,
                "amount_fen": pl.Int64,
                "effective_on": pl.Date,
                "old_upper_id": pl.Int64,
                "new_upper_id": pl.Int64,
            },
        )
        found = found.join(self._arrived(found), on="quota_id", how="left", maintain_order="left")
        new = wanted(found.select("quota_id", "new_upper_id", "issue_line_id"))
        self._run(
            f"""
            UPDATE quota AS q SET upper_id = wanted.new_upper_id, issue_line_id = wanted.issue_line_id
            FROM {new.rows} WHERE q.id = wanted.quota_id
            """,
            new.parameters,
        )
        return found.with_columns(in_transit=pl.col("issue_line_id").is_not_null())

    def _arrived(self, matched: pl.DataFrame) -> pl.DataFrame:
        """quota_id and issue_line_id of quotas whose money is in transit: issued to their division from their upper
        quota by their document, the same amount, and received by nobody. Each line arrives once."""
        asked = wanted(matched.select("quota_id", "new_upper_id"))
        open_lines = self._read(
            f"""
            SELECT DISTINCT q.id, line.id FROM {asked.rows} JOIN quota AS q ON q.id = wanted.quota_id
            CROSS JOIN LATERAL (
                SELECT l.id FROM document_line AS l JOIN document AS d ON d.key = l.document_key
                    AND d.document_number = q.document_number AND d.fiscal_year = q.fiscal_year
                WHERE l.to_division_code = q.division_code AND l.quota_id = wanted.new_upper_id
                    AND l.amount_fen = q.amount_fen AND {IN_TRANSIT}
            ) AS line ORDER BY 2, 1
            """,
            asked.parameters,
            {"quota_id": pl.Int64, "issue_line_id": pl.Int64},
        )
        taken: dict[int, int] = {}
        for quota_id, line_id in open_lines.iter_rows():
            if quota_id not in taken and line_id not in taken.values():
                taken[quota_id] = line_id
        return pl.DataFrame(
            {"quota_id": list(taken), "issue_line_id": list(taken.values())}, schema=open_lines.schema
        )

    def apply_allotments(self, allotment_ids: pl.Series, quota_keys: pl.Series) -> pl.DataFrame:
        """Allotments not applied whose quotas are there, of these ids or these quotas; marks them as applied."""
        ids, keys = wanted(allotment_ids.to_frame("id"), "ids"), wanted(quota_keys.to_frame("key"), "keys")
        return self._read(
            f"""
            UPDATE allotment AS a SET quota_id = q.id FROM quota AS q
            WHERE q.key = a.quota_key AND q.standing AND a.quota_id IS NULL AND a.id = ANY (ARRAY(
                SELECT id FROM {ids.rows}
                UNION
                SELECT waiting.id FROM {keys.rows}
                JOIN allotment AS waiting ON waiting.quota_key = keys.key AND waiting.quota_id IS NULL
            ))
            RETURNING a.id, q.id, a.project_key, a.amount_fen, a.effective_on
            """,
            {**ids.parameters, **keys.parameters},
            {
                "allotment_id": pl.Int64,
                "quota_id": pl.Int64,
                "project_key": pl.String,
                "amount_fen": pl.Int64,
                "effective_on": pl.Date,
            },
        ).sort("allotment_id")

    def project_categories(self, project_keys: pl.Series) -> pl.DataFrame:
        """key and category of projects by the quota of their first applied allotment, where there is one."""
        asked = wanted(project_keys.to_frame("key"))
        return self._read(
            f"""
            SELECT wanted.key, first.category FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT q.category FROM allotment AS a JOIN quota AS q ON q.id = a.quota_id
                WHERE a.project_key = wanted.key ORDER BY a.effective_on, a.key LIMIT 1
            ) AS first
            """,
            asked.parameters,
            {"key": pl.String, "category": pl.String},
        )

    def recategorise(self, project_keys: pl.Series) -> pl.DataFrame:
        """Stores the category that project_categories says; returns changed projects as facts, with old_category."""
        asked = wanted(self.project_categories(project_keys))
        return self._read(
            f"""
            UPDATE project SET category = wanted.category
            FROM {asked.rows} JOIN project AS before ON before.key = wanted.key
            WHERE project.id = before.id AND before.category <> wanted.category
            RETURNING {_PROJECT_FACT_OF}, before.category
            """,
            asked.parameters,
            {**PROJECT_FACTS.schema, "old_category": pl.String},
        ).sort("key")

    def restate(self, touched: pl.DataFrame) -> pl.DataFrame:
        """Remembers what of (quota_id, day) changes states of closed days: kind, key, category and from_day."""
        closed_to = self._connection.scalar(text("SELECT max(day) FROM closed_day"))
        late = touched.filter(pl.col("day") <= closed_to) if closed_to else touched.clear()
        if late.height == 0:
            return no_rows(_RESTATED)
        asked = wanted(late)
        return self._read(
            f"""
            INSERT INTO restated (kind, key, category, from_day)
            SELECT kind, key, min(category), min(day) FROM (
                SELECT 'quota_day' AS kind, q.key, q.category, wanted.day
                FROM {asked.rows} JOIN quota AS q ON q.id = wanted.quota_id
                UNION ALL
                SELECT 'progress_day', concat_ws(':', q.division_code, q.fund_code, q.fiscal_year),
                    q.category, wanted.day
                FROM {asked.rows} JOIN quota AS q ON q.id = wanted.quota_id WHERE q.fund_code IS NOT NULL
            ) AS states
            GROUP BY kind, key ORDER BY kind, key
            ON CONFLICT (kind, key) DO UPDATE SET from_day = least(restated.from_day, excluded.from_day)
            RETURNING kind, key, category, from_day
            """,
            asked.parameters,
            _RESTATED,
        )
