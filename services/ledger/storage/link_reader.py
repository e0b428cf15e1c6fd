"""Answers about links: what waits, what may be its quota, decisions, and lists against payments."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.frames import look_up, look_up_by_index
from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, AccountKind
from services.ledger.storage.reader import PAYMENT_PLACED, VISIBLE_FUND, bounds
from services.ledger.storage.rows import Schema
from services.ledger.usecases.link_reading import Candidates, DecisionLine, DecisionRow, ListCheck
from services.ledger.usecases.reading import Place

LINES_SHOWN_MAX = 500
LISTS_SCANNED_MAX = 5_000
"""Payments that one page of lists walks at the most: a page of differences may end before it is full."""

_WAITS = "{0}.quota_id IS NULL AND {0}.original_key IS NULL AND {0}.remaining_fen <> 0"
_UNLINKED: Schema = {
    "id": pl.Int64,
    "key": pl.String,
    "division_code": pl.String,
    "fiscal_year": pl.Int64,
    "effective_on": pl.Date,
    "voucher_no": pl.String,
    "document_number": pl.String,
    "fund_code": pl.String,
    "function_class": pl.String,
    "project_key": pl.String,
    "agency_name": pl.String,
    "purpose": pl.String,
    "payee_name_mask": pl.String,
    "amount_fen": pl.Int64,
    "unlinked_fen": pl.Int64,
}
_UNLINKED_COLUMNS = ", ".join(
    f"p.{'remaining_fen' if name == 'unlinked_fen' else name}" for name in _UNLINKED
)
_QUOTA: Schema = {
    "quota_key": pl.String,
    "division_code": pl.String,
    "fiscal_year": pl.Int64,
    "document_number": pl.String,
    "fund_code": pl.String,
    "function_class": pl.String,
    "free_fen": pl.Int64,
    "id": pl.Int64,
}
_DECISION = f"""
    SELECT d.id, d.key, d.kind, d.division_code, d.reason, d.original_key, d.recorded_on, d.recorded_by,
        coalesce((SELECT u.key FROM link AS u WHERE u.original_key = d.key), '') AS undone_by,
        b.height AS position, b.recorded_at_us
    FROM link AS d JOIN block AS b ON b.posting_id = d.id >> {ROWS_PER_POSTING_BITS}
    WHERE d.division_code >= :low AND d.division_code < :high AND (:all_funds OR EXISTS (
        SELECT FROM link_line AS l JOIN quota AS q ON q.id = l.quota_id
        WHERE l.link_key IN (d.key, d.original_key) AND q.fund_code = ANY (:funds)
    ))
"""
_OF_PAYMENT = """
    AND EXISTS (SELECT FROM link_line AS l WHERE l.payment_key = :payment_key AND l.link_key IN (d.key, d.original_key))
"""


class LinkTables:
    """Answers questions out of the tables. Implements usecases.link_reading.LinkReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unlinked(self, scope: Scope, payment_key: str, after: Place | None, limit: int) -> pl.DataFrame:
        """Payments whose row is in suspense, oldest first, after a place: of each division as many as the page has."""
        if scope.funds:
            # What is not linked has no fund: who sees only some funds does not see it.
            return pl.DataFrame(schema=_UNLINKED)
        parameters: dict[str, object] = {**bounds(scope), "limit": limit, "key": payment_key}
        if payment_key:
            waiting = f"""
                SELECT {_UNLINKED_COLUMNS} FROM payment AS p WHERE p.key = %(key)s AND {_WAITS.format("p")}
                    AND p.division_code >= %(low)s AND p.division_code < %(high)s
            """
            with self._database.reading() as connection:
                return look_up(connection, waiting, parameters, _UNLINKED)
        parameters |= {"after_day": after.day if after else None, "after_id": after.id if after else None}
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT min(p.division_code) AS code FROM payment AS p
                    WHERE p.division_code >= %(low)s AND {_WAITS.format("p")})
                UNION ALL
                SELECT (SELECT min(p.division_code) FROM payment AS p
                    WHERE p.division_code > here.code AND {_WAITS.format("p")})
                FROM here WHERE here.code < %(high)s
            ), oldest AS (
                SELECT found.id, found.effective_on FROM here CROSS JOIN LATERAL (
                    SELECT p.id, p.effective_on FROM payment AS p
                    WHERE p.division_code = here.code AND {_WAITS.format("p")} AND (
                        %(after_id)s::bigint IS NULL OR (p.effective_on, p.id) > (%(after_day)s::date, %(after_id)s)
                    ) ORDER BY p.effective_on, p.id LIMIT %(limit)s
                ) AS found
                WHERE here.code < %(high)s ORDER BY found.effective_on, found.id LIMIT %(limit)s
            )
            SELECT {_UNLINKED_COLUMNS} FROM oldest JOIN payment AS p ON p.id = oldest.id
            ORDER BY oldest.effective_on, oldest.id
        """
        with self._database.reading() as connection:
            look_up_by_index(connection)
            return look_up(connection, query, parameters, _UNLINKED)

    def waiting(self, scope: Scope) -> tuple[int, int]:
        """What is in suspense, and what is unrelated, fen."""
        query = """
            SELECT coalesce(sum(m.paid_fen + m.intermediate_fen), 0)::bigint AS suspense_fen,
                coalesce(sum(m.unrelated_fen), 0)::bigint AS unrelated_fen
            FROM owner AS o JOIN measured AS m ON m.id = o.id
            WHERE o.division_code >= :low AND o.division_code < :high AND :all_funds
        """
        with self._database.reading() as connection:
            found = connection.execute(text(query), bounds(scope)).one()
            return found.suspense_fen, found.unrelated_fen

    def candidates(self, scope: Scope, payments: pl.DataFrame, limit: int) -> Candidates:
        """The quotas of the divisions of payments, at most `limit` of each: those of the newest years."""
        query = """
            SELECT q.key, q.division_code, q.fiscal_year, q.document_number, q.fund_code, q.function_class,
                coalesce(m.free_fen, 0), q.id
            FROM unnest(%(divisions)s::text[]) AS here(code) CROSS JOIN LATERAL (
                SELECT * FROM quota AS known WHERE known.division_code = here.code AND known.standing
                    AND (%(all_funds)s OR known.fund_code = ANY (%(funds)s::text[]))
                ORDER BY known.fiscal_year DESC, known.key DESC LIMIT %(limit)s
            ) AS q LEFT JOIN measured AS m ON m.id = q.id
        """
        allotted = """
            SELECT DISTINCT q.key, a.project_key FROM unnest(%(projects)s::text[]) AS asked(key)
            JOIN allotment AS a ON a.project_key = asked.key JOIN quota AS q ON q.id = a.quota_id
        """
        divisions = payments["division_code"].unique().sort().to_list()
        projects = payments["project_key"].drop_nulls().unique().sort().to_list()
        with self._database.reading() as connection:
            quotas = look_up(
                connection, query, {**bounds(scope), "divisions": divisions, "limit": limit}, _QUOTA
            )
            allotments = look_up(
                connection,
                allotted,
                {"projects": projects},
                {"quota_key": pl.String, "project_key": pl.String},
            )
        return Candidates(quotas, allotments)

    def decisions(
        self, scope: Scope, payment_key: str, key: str, before_id: int, limit: int
    ) -> list[DecisionRow]:
        """Decisions, newest first, of a payment or a key if one is given, with ids below `before_id` (0: all)."""
        given = {
            "AND d.id < :before_id": bool(before_id),
            "AND d.key = :key": bool(key),
            _OF_PAYMENT: bool(payment_key),
        }
        conditions = " ".join(condition for condition, is_given in given.items() if is_given)
        parameters = {
            **bounds(scope),
            "payment_key": payment_key,
            "key": key,
            "before_id": before_id,
            "limit": limit,
        }
        query = f"{_DECISION} {conditions} ORDER BY d.id DESC LIMIT :limit"
        with self._database.reading() as connection:
            rows = connection.execute(text(query), parameters).mappings().all()
            lines = _lines(connection, scope, [row["original_key"] or row["key"] for row in rows])
        return [
            DecisionRow(
                **{str(name): value for name, value in row.items() if name != "recorded_at_us"},
                recorded_at=datetime.fromtimestamp(row["recorded_at_us"] / 1_000_000, UTC),
                lines=lines.get(row["original_key"] or row["key"], ()),
            )
            for row in rows
        ]

    def overdrawn(self, key: str) -> list[tuple[str, int]]:
        """Quotas of the lines of a decision of which more was paid than they have, and by how much."""
        query = f"""
            SELECT q.key, -sum(left_fen)::bigint AS fen FROM (
                SELECT DISTINCT l.quota_id FROM link_line AS l WHERE l.link_key = :key AND l.quota_id IS NOT NULL
            ) AS named JOIN quota AS q ON q.id = named.quota_id CROSS JOIN LATERAL (
                SELECT a.balance_fen AS left_fen FROM account AS a
                WHERE a.id = (q.id << {KIND_BITS}) + {int(AccountKind.FREE)}
                UNION ALL
                SELECT least(a.balance_fen, 0) FROM owner AS o JOIN account AS a
                    ON a.id = (o.id << {KIND_BITS}) + {int(AccountKind.ALLOTMENT_FREE)} WHERE o.quota_id = q.id
            ) AS balances GROUP BY q.key HAVING sum(left_fen) < 0 ORDER BY q.key
        """
        with self._database.reading() as connection:
            return [(row.key, row.fen) for row in connection.execute(text(query), {"key": key})]

    def lists(
        self, scope: Scope, only_differences: bool, after: Place | None, limit: int
    ) -> tuple[list[ListCheck], Place | None]:
        """Payments with lists, newest first, and where to go on: it walks the payments of a list by the list's lines."""
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT min(division_code) AS code FROM payment WHERE division_code >= %(low)s)
                UNION ALL
                SELECT (SELECT min(division_code) FROM payment WHERE division_code > here.code)
                FROM here WHERE here.code < %(high)s
            ), walked AS (
                SELECT found.id, found.effective_on FROM here CROSS JOIN LATERAL (
                    SELECT p.id, p.effective_on FROM payment AS p WHERE p.division_code = here.code AND (
                        %(after_id)s::bigint IS NULL OR (p.effective_on, p.id) < (%(after_day)s::date, %(after_id)s)
                    ) ORDER BY p.effective_on DESC, p.id DESC LIMIT {LISTS_SCANNED_MAX}
                ) AS found
                WHERE here.code < %(high)s ORDER BY found.effective_on DESC, found.id DESC LIMIT {LISTS_SCANNED_MAX}
            )
            SELECT p.id, p.key, p.division_code, p.effective_on, p.voucher_no, p.remaining_fen + coalesce((
                SELECT sum(x.amount_fen) FROM part AS x WHERE x.payment_id = p.id
            ), 0)::bigint, coalesce(listed.fen, 0), coalesce(listed.lines, 0)
            FROM walked JOIN payment AS p ON p.id = walked.id {PAYMENT_PLACED} CROSS JOIN LATERAL (
                SELECT sum(d.remaining_fen)::bigint AS fen, count(*) AS lines
                FROM disbursement AS d WHERE d.payment_id = p.id AND d.standing
            ) AS listed
            WHERE p.original_key IS NULL AND {VISIBLE_FUND}
            ORDER BY walked.effective_on DESC, walked.id DESC
        """
        schema: Schema = {
            "id": pl.Int64,
            "payment_key": pl.String,
            "division_code": pl.String,
            "day": pl.Date,
            "voucher_no": pl.String,
            "paid_fen": pl.Int64,
            "listed_fen": pl.Int64,
            "lines": pl.Int64,
        }
        parameters = {
            **bounds(scope),
            "after_day": after.day if after else None,
            "after_id": after.id if after else None,
        }
        with self._database.reading() as connection:
            look_up_by_index(connection)
            walked = look_up(connection, query, parameters, schema)
        checks = [
            one
            for one in (ListCheck(*row) for row in walked.iter_rows())
            if one.lines and not (only_differences and one.paid_fen == one.listed_fen)
        ]
        if len(checks) > limit:
            last = checks[limit - 1]
            return checks[:limit], Place(last.day, last.id)
        if walked.height < LISTS_SCANNED_MAX:
            return checks, None
        return checks, Place(walked["day"][-1], walked["id"][-1])


def _lines(connection: Connection, scope: Scope, keys: list[str]) -> dict[str, tuple[DecisionLine, ...]]:
    """The first lines of decisions, by the decision."""
    query = """
        SELECT l.link_key, l.key, l.payment_key, coalesce(l.quota_key, '') AS quota_key,
            coalesce(l.project_key, '') AS project_key, l.amount_fen, p.effective_on AS payment_day
        FROM unnest(CAST(:keys AS text[])) AS asked(key) CROSS JOIN LATERAL (
            SELECT * FROM link_line AS known WHERE known.link_key = asked.key ORDER BY known.number LIMIT :limit
        ) AS l JOIN payment AS p ON p.key = l.payment_key LEFT JOIN quota AS q ON q.id = l.quota_id
        WHERE :all_funds OR q.fund_code = ANY (:funds) ORDER BY l.link_key, l.number
    """
    parameters = {**bounds(scope), "keys": sorted(set(keys)), "limit": LINES_SHOWN_MAX}
    found: dict[str, tuple[DecisionLine, ...]] = {}
    for row in connection.execute(text(query), parameters).mappings():
        said = dict(row)
        link_key = said.pop("link_key")
        found[link_key] = (*found.get(link_key, ()), DecisionLine(**said))
    return found
