"""What was issued against what was registered. Reads the quotas of the scope whole: a report, not a page of every day."""

from __future__ import annotations

import polars as pl
from sqlalchemy import text

from services.kit.caller import Scope
from services.kit.frames import look_up
from services.kit.module import Database
from services.ledger.storage.quota_tracing import LEVELS_MAX
from services.ledger.storage.quotas import IN_TRANSIT
from services.ledger.storage.reader import bounds
from services.ledger.storage.rows import Schema
from services.ledger.usecases.reconciling import (
    DocumentPlace,
    IssueLine,
    LevelTotals,
    LinePlace,
    Totals,
    Wanted,
)

# What was issued: by which quota, to which division, how much, when, and the quota that registered it there (null
# until one does). A registration says by itself what was issued to it; what an issue's line says besides is what is in
# transit, and is a difference until somebody receives it.
_ISSUED = f"""
    SELECT q.upper_id, q.division_code, q.amount_fen, coalesce(q.issued_on, q.effective_on) AS issued_on,
        q.id AS received_id
    FROM quota AS q WHERE q.upper_id IS NOT NULL
    UNION ALL
    SELECT l.quota_id, l.to_division_code, l.amount_fen, d.effective_on, NULL
    FROM document_line AS l JOIN document AS d ON d.key = l.document_key
    WHERE l.to_division_code IS NOT NULL AND {IN_TRANSIT}
"""
# What was registered as received: with the quota it came from where that is recorded, else with what was named.
_REGISTERED = """
    SELECT q.id, q.upper_id, q.division_code, q.amount_fen, q.effective_on, q.fund_code, q.fiscal_year,
        coalesce(q.upper_document_number, '') AS upper_document_number,
        coalesce(q.issuer_division_code, '') AS upper_division_code
    FROM quota AS q WHERE q.standing AND (q.upper_document_number IS NOT NULL OR q.issuer_division_code IS NOT NULL)
"""
_LINES = f"""
    SELECT both_sides.division_code,
        coalesce(u.document_number, both_sides.upper_document_number) AS upper_document_number,
        coalesce(u.division_code, both_sides.upper_division_code) AS upper_division_code,
        coalesce(both_sides.fund_code, u.fund_code, '') AS fund_code,
        coalesce(both_sides.fiscal_year, u.fiscal_year) AS fiscal_year,
        u.key AS upper_key, max(u.fund_code) AS upper_fund_code,
        sum(both_sides.issued_fen)::bigint AS issued_fen, sum(both_sides.registered_fen)::bigint AS registered_fen,
        sum(both_sides.issues)::bigint AS issues, sum(both_sides.registered)::bigint AS registered,
        min(both_sides.since) AS since
    FROM (
        SELECT i.upper_id, i.division_code, r.fund_code, r.fiscal_year, '' AS upper_document_number,
            '' AS upper_division_code, i.amount_fen AS issued_fen, 0 AS registered_fen, 1 AS issues, 0 AS registered,
            CASE WHEN r.amount_fen IS DISTINCT FROM i.amount_fen THEN i.issued_on END AS since
        FROM ({_ISSUED}) AS i LEFT JOIN quota AS r ON r.id = i.received_id
        UNION ALL
        SELECT r.upper_id, r.division_code, r.fund_code, r.fiscal_year, r.upper_document_number,
            r.upper_division_code, 0, r.amount_fen, 0, 1, CASE WHEN r.upper_id IS NULL THEN r.effective_on END
        FROM ({_REGISTERED}) AS r
    ) AS both_sides LEFT JOIN quota AS u ON u.id = both_sides.upper_id
    WHERE both_sides.division_code >= %(low)s AND both_sides.division_code < %(high)s
        AND (%(all_funds)s OR coalesce(both_sides.fund_code, u.fund_code) = ANY (%(funds)s::text[]))
        AND (%(fund_code)s = '' OR coalesce(both_sides.fund_code, u.fund_code) = %(fund_code)s)
        AND (%(fiscal_year)s = 0 OR coalesce(both_sides.fiscal_year, u.fiscal_year) = %(fiscal_year)s)
    GROUP BY 1, 2, 3, 4, 5, 6
"""
_DIFFERS = "(l.issued_fen <> l.registered_fen OR l.upper_key IS NULL)"
_PLACE = """
    (l.division_code, l.upper_document_number, l.upper_division_code, l.fund_code, l.fiscal_year,
        coalesce(l.upper_key, ''))
"""
_AFTER = ", ".join(f"%(after_{name})s" for name in LinePlace._fields)
_LINE_SCHEMA: Schema = {
    name: pl.Date
    if name == "since"
    else pl.Int64
    if name in ("fiscal_year", "issues", "registered")
    else pl.Int64
    if name.endswith("_fen")
    else pl.String
    for name in IssueLine._fields
}
_TOTALS_SCHEMA: Schema = {f"all_{name}": pl.Int64 for name in Totals._fields}
_LEVELS = ("province", "prefecture", "county", "township")
_LEVEL_SCHEMA: Schema = {
    name: pl.Boolean
    if name == "complete"
    else pl.Int64
    if name == "quotas" or name.endswith("_fen")
    else pl.String
    for name in LevelTotals._fields
}
# Quotas are joined whole, so never row by row, whatever a young table's statistics say.
_JOIN_WHOLE = text("SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)")


class ReconciliationTables:
    """Compares levels. Implements usecases.reconciling.Reconciliation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issues(
        self, scope: Scope, wanted: Wanted, after: LinePlace | None, limit: int
    ) -> tuple[Totals, list[IssueLine]]:
        """The totals of all lines, and lines after a place."""
        query = f"""
            WITH lines AS MATERIALIZED ({_LINES}), totals AS (
                SELECT coalesce(sum(l.issued_fen), 0)::bigint AS issued_fen,
                    coalesce(sum(l.registered_fen), 0)::bigint AS registered_fen,
                    count(*) FILTER (WHERE {_DIFFERS}) AS differing, count(*) AS all_lines
                FROM lines AS l
            ), page AS (
                SELECT l.* FROM lines AS l
                WHERE (NOT %(only_differences)s OR {_DIFFERS}) AND (%(first)s OR {_PLACE} > ({_AFTER}))
                ORDER BY {_PLACE} LIMIT %(limit)s
            )
            SELECT t.issued_fen, t.registered_fen, t.differing, t.all_lines,
                {", ".join(f"l.{name}" for name in IssueLine._fields)}
            FROM totals AS t LEFT JOIN page AS l ON true ORDER BY {_PLACE}
        """
        place = after or LinePlace("", "", "", "", 0, "")
        parameters = {
            **_parameters(scope, wanted, limit),
            "only_differences": wanted.only_differences,
            "first": after is None,
            **{f"after_{name}": value for name, value in place._asdict().items()},
        }
        with self._database.reading() as connection:
            connection.execute(_JOIN_WHOLE)
            found = look_up(connection, query, parameters, {**_TOTALS_SCHEMA, **_LINE_SCHEMA})
        totals = Totals(*found.select(_TOTALS_SCHEMA.keys()).row(0))
        lines = found.select(_LINE_SCHEMA.keys()).drop_nulls("division_code")
        return totals, list(map(IssueLine._make, lines.rows()))

    def documents(
        self, scope: Scope, wanted: Wanted, after: DocumentPlace | None, limit: int
    ) -> list[LevelTotals]:
        """The levels of documents after a place, in order of document, fund and level from the province down."""
        levels = "".join(f"WHEN '{level}' THEN {place} " for place, level in enumerate(_LEVELS))
        query = f"""
            WITH RECURSIVE up AS (
                SELECT q.id AS start, q.id, q.upper_id, ARRAY[q.id] AS path FROM quota AS q
                WHERE q.standing AND q.division_code >= %(low)s AND q.division_code < %(high)s
                    AND (%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[]))
                    AND (%(fund_code)s = '' OR q.fund_code = %(fund_code)s)
                    AND (%(fiscal_year)s = 0 OR q.fiscal_year = %(fiscal_year)s)
                UNION ALL
                SELECT up.start, u.id, u.upper_id, up.path || u.id FROM up JOIN quota AS u ON u.id = up.upper_id
                WHERE cardinality(up.path) < {LEVELS_MAX} AND u.id <> ALL (up.path)
            ), top AS (
                SELECT DISTINCT ON (start) start, id FROM up ORDER BY start, cardinality(path) DESC
            ), levels AS (
                SELECT coalesce(t.document_number, '') AS document_number, coalesce(t.fund_code, '') AS fund_code,
                    bool_and(t.upper_id IS NULL AND t.upper_document_number IS NULL AND t.issuer_division_code IS NULL)
                        AS complete,
                    coalesce(d.level, '') AS level, count(*) AS quotas, coalesce(sum(m.arranged_fen), 0)::bigint AS amount_fen,
                    coalesce(sum(m.issued_fen + m.in_transit_fen), 0)::bigint AS issued_fen,
                    coalesce(sum(m.allotted_fen), 0)::bigint AS allotted_fen,
                    coalesce(sum(m.paid_fen), 0)::bigint AS paid_fen,
                    coalesce(sum(m.intermediate_fen), 0)::bigint AS intermediate_fen
                FROM top JOIN quota AS q ON q.id = top.start JOIN quota AS t ON t.id = top.id
                LEFT JOIN measured AS m ON m.id = q.id LEFT JOIN division AS d ON d.code = q.division_code
                GROUP BY 1, 2, 4
            ), page AS (
                SELECT DISTINCT document_number, fund_code FROM levels
                WHERE %(first)s OR (document_number, fund_code) > (%(after_number)s, %(after_fund)s)
                ORDER BY document_number, fund_code LIMIT %(limit)s
            )
            SELECT {", ".join(f"l.{name}" for name in LevelTotals._fields)}
            FROM levels AS l JOIN page USING (document_number, fund_code)
            ORDER BY l.document_number, l.fund_code, CASE l.level {levels} ELSE {len(_LEVELS)} END
        """
        parameters = {
            **_parameters(scope, wanted, limit),
            "first": after is None,
            "after_number": after.document_number if after else "",
            "after_fund": after.fund_code if after else "",
        }
        with self._database.reading() as connection:
            connection.execute(_JOIN_WHOLE)
            found = look_up(connection, query, parameters, _LEVEL_SCHEMA)
        return list(map(LevelTotals._make, found.rows()))


def _parameters(scope: Scope, wanted: Wanted, limit: int) -> dict[str, object]:
    return {
        **bounds(scope),
        "fiscal_year": wanted.fiscal_year,
        "fund_code": wanted.fund_code,
        "limit": limit,
    }
