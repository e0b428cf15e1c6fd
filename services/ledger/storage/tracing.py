"""Payments on the ways of money: up from one, down from a quota to them, and on to the people."""

from __future__ import annotations

import polars as pl

from services.kit.caller import Scope
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.storage.parts import PART_STANDS
from services.ledger.storage.payments import STANDS
from services.ledger.storage.quota_tracing import (
    ALLOTMENT_SCHEMA,
    ALLOTMENTS,
    NAMED,
    SEEN,
    STEP_COLUMNS,
    STEP_SCHEMA,
    UP,
    Ask,
    QuotaTraces,
    as_step,
)
from services.ledger.storage.reader import (
    PAYMENT_COLUMNS,
    PAYMENT_PLACED,
    PAYMENT_SCHEMA,
    VISIBLE_FUND,
    bounds,
)
from services.ledger.storage.rows import Schema
from services.ledger.usecases.reading import Place
from services.ledger.usecases.tracing import Family, PaymentTrace, ProjectAllotment, Share, Step

SHARES_MAX = 200
CORRECTIONS_MAX = 200

_SEEN_PAYMENT = f"p.division_code >= %(low)s AND p.division_code < %(high)s AND {VISIBLE_FUND}"


# A row of which people linked all is of no quota any more, whatever quota it was linked to before.
_OF_QUOTA = """
    (SELECT known.id, known.effective_on, known.project_key, known.remaining_fen AS fen FROM payment AS known
    WHERE known.division_code = q.division_code AND known.document_number = q.document_number
        AND known.quota_id = q.id AND NOT (
            known.remaining_fen = 0 AND EXISTS (SELECT FROM part AS x WHERE x.payment_id = known.id)
        ) OFFSET 0)
    UNION ALL
    SELECT p.id, p.effective_on, x.project_key, x.amount_fen FROM part AS x JOIN payment AS p ON p.id = x.payment_id
    WHERE x.quota_id = q.id AND x.amount_fen <> 0
"""

_LINE: Schema = {
    "id": pl.Int64,
    "key": pl.String,
    "effective_on": pl.Date,
    "benefit_code": pl.String,
    "township_code": pl.String,
    "village_code": pl.String,
    "month": pl.Int64,
    "due_fen": pl.Int64,
    "amount_fen": pl.Int64,
    "remaining_fen": pl.Int64,
    "per_household": pl.Boolean,
    "name_mask": pl.String,
    "person_mask": pl.String,
    "account_mask": pl.String,
    "name_token": pl.Int64,
    "person_token": pl.Int64,
    "account_token": pl.Int64,
}


class TraceTables(QuotaTraces):
    """Follows money through the tables. Implements usecases.tracing.Traces."""

    def family(self, scope: Scope, key: str) -> Family | None:
        """A payment with its original and its corrections, as far as the scope sees them."""
        with self.asking() as ask:
            return _family(ask, scope, key)

    def way(self, scope: Scope, key: str) -> PaymentTrace | None:
        """The same with the shares of the original and all quotas above them, those outside of any scope too."""
        with self.asking() as ask:
            family = _family(ask, scope, key)
            return PaymentTrace(family, _shares(ask, family)) if family else None

    def payments_named(self, scope: Scope, text: str, limit: int) -> pl.DataFrame:
        """Payments of this key or voucher number, newest first; a voucher is looked up in each division and year."""
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT division_code, fiscal_year FROM payment WHERE division_code >= %(low)s
                    ORDER BY 1, 2 LIMIT 1)
                UNION ALL
                SELECT next.* FROM here CROSS JOIN LATERAL (
                    SELECT division_code, fiscal_year FROM payment
                    WHERE (division_code, fiscal_year) > (here.division_code, here.fiscal_year)
                    ORDER BY 1, 2 LIMIT 1
                ) AS next WHERE here.division_code < %(high)s
            ), named AS (
                SELECT id FROM payment WHERE key = %(text)s
                UNION
                SELECT of_voucher.id FROM here CROSS JOIN LATERAL (
                    SELECT id FROM payment AS known WHERE known.division_code = here.division_code
                        AND known.fiscal_year = here.fiscal_year AND known.voucher_no = %(text)s OFFSET 0
                ) AS of_voucher
            )
            SELECT {PAYMENT_COLUMNS} FROM named JOIN payment AS p ON p.id = named.id {PAYMENT_PLACED}
            WHERE {_SEEN_PAYMENT} ORDER BY p.effective_on DESC, p.id DESC LIMIT %(limit)s
        """
        return self.ask(query, {**bounds(scope), "text": text, "limit": limit}, PAYMENT_SCHEMA)

    def quota_payments(
        self, scope: Scope, key: str, project_key: str, after: Place | None, limit: int
    ) -> pl.DataFrame | None:
        """The payments of a quota after a place, newest day first: among those of its division and document, and
        those of which people linked parts to it."""
        query = f"""
            WITH newest AS (
                SELECT p.id, sum(p.fen)::bigint AS fen FROM quota AS q CROSS JOIN LATERAL ({_OF_QUOTA}) AS p
                WHERE q.key = %(key)s AND (%(project)s = '' OR p.project_key = %(project)s)
                    AND (%(after_id)s::bigint IS NULL OR (p.effective_on, p.id) < (%(after_day)s::date, %(after_id)s))
                GROUP BY p.id, p.effective_on ORDER BY p.effective_on DESC, p.id DESC LIMIT %(limit)s
            )
            SELECT {PAYMENT_COLUMNS}, newest.fen,
                EXISTS (SELECT FROM disbursement AS d WHERE d.payment_id = p.id AND d.standing)
            FROM newest JOIN payment AS p ON p.id = newest.id {PAYMENT_PLACED}
            ORDER BY p.effective_on DESC, p.id DESC
        """
        parameters: dict[str, object] = {
            "key": key,
            "project": project_key,
            "after_day": after.day if after else None,
            "after_id": after.id if after else None,
            "limit": limit,
        }
        more: Schema = {"standing_fen": pl.Int64, "has_disbursements": pl.Boolean}
        known = f"SELECT EXISTS (SELECT FROM quota AS q WHERE q.key = %(key)s AND {SEEN.format('q')})"
        with self.asking() as ask:
            if not ask(known, {**bounds(scope), "key": key}, {"known": pl.Boolean})["known"][0]:
                return None
            return ask(query, parameters, {**PAYMENT_SCHEMA, **more})

    def lines(self, payment_id: int, after_id: int, limit: int) -> pl.DataFrame:
        """The standing disbursement lines of a payment after an id."""
        query = f"""
            SELECT {", ".join(f"d.{name}" for name in _LINE)} FROM disbursement AS d
            WHERE d.payment_id = %(payment_id)s AND d.standing AND d.id > %(after_id)s
            ORDER BY d.id LIMIT %(limit)s
        """
        return self.ask(query, {"payment_id": payment_id, "after_id": after_id, "limit": limit}, _LINE)


def _family(ask: Ask, scope: Scope, key: str) -> Family | None:
    query = f"""
        WITH asked AS (SELECT id, coalesce(original_key, key) AS root FROM payment WHERE key = %(key)s),
        family AS (
            SELECT id FROM asked
            UNION
            SELECT p.id FROM asked JOIN payment AS p ON p.key = asked.root
            UNION
            (SELECT p.id FROM asked JOIN payment AS p ON p.original_key = asked.root
                ORDER BY p.id LIMIT {CORRECTIONS_MAX})
        )
        SELECT {PAYMENT_COLUMNS}, pr.name, b.height, lines.number, lines.fen
        FROM family JOIN payment AS p ON p.id = family.id {PAYMENT_PLACED}
        LEFT JOIN project AS pr ON pr.key = p.project_key
        LEFT JOIN block AS b ON b.posting_id = p.id >> {ROWS_PER_POSTING_BITS}
        CROSS JOIN LATERAL (
            SELECT count(*) AS number, coalesce(sum(remaining_fen), 0)::bigint AS fen
            FROM disbursement WHERE payment_id = p.id AND standing
        ) AS lines
        WHERE {_SEEN_PAYMENT} ORDER BY p.id
    """
    extra: Schema = {"name": pl.String, "height": pl.Int64, "lines": pl.Int64, "lines_fen": pl.Int64}
    found = ask(query, {**bounds(scope), "key": key}, {**PAYMENT_SCHEMA, **extra})
    keys, originals = found["key"].to_list(), found["original_key"].to_list()
    if key not in keys:
        return None
    asked = keys.index(key)
    root = originals[asked] or key
    told = keys.index(root) if root in keys else asked
    corrections = [row for row, original in enumerate(originals) if original == root]
    return Family(
        pl.DataFrame(found.get_columns()[: len(PAYMENT_SCHEMA)]),
        asked,
        told if told != asked else None,
        corrections[:CORRECTIONS_MAX],
        found["id"][told],
        found["name"][asked] or "",
        found["lines"][told],
        found["lines_fen"][told],
        found["height"][asked] or 0,
    )


def _shares(ask: Ask, family: Family) -> list[Share]:
    query = f"""
        WITH RECURSIVE shares AS (
            SELECT p.key || '#' || s.number AS key, s.number, s.category, s.quota_id, s.amount_fen, s.standing,
                s.project_key
            FROM (
                SELECT e.payment_id, e.number, e.quota_id, e.category, e.amount_fen, false AS standing, own.project_key
                FROM ended_share AS e JOIN payment AS own ON own.id = e.payment_id WHERE e.payment_id = %(id)s
                UNION ALL
                SELECT id, share_number, quota_id, category, remaining_fen, true, project_key FROM payment AS p
                WHERE p.id = %(id)s AND p.original_key IS NULL AND {STANDS}
                UNION ALL
                SELECT x.payment_id, x.number, x.quota_id, x.category, x.amount_fen, true, x.project_key
                FROM part AS x WHERE x.payment_id = %(id)s AND {PART_STANDS}
            ) AS s JOIN payment AS p ON p.id = s.payment_id ORDER BY s.number DESC LIMIT {SHARES_MAX}
        ), {UP.format("SELECT number AS start, quota_id FROM shares WHERE quota_id IS NOT NULL")}
        SELECT s.key, s.category, s.amount_fen, s.standing, up.depth, up.circular, {STEP_COLUMNS},
            a.project_key, a.project_name, a.allotted_fen, a.left_fen, a.allotments
        FROM shares AS s LEFT JOIN up ON up.start = s.number LEFT JOIN quota AS q ON q.id = up.id {NAMED}
        LEFT JOIN LATERAL (
            {ALLOTMENTS} WHERE up.depth = 0 AND a.quota_id = q.id AND a.project_key = s.project_key GROUP BY 1
        ) AS a(project_key, project_name, allotted_fen, left_fen, allotments) ON true
        ORDER BY s.number, up.depth
    """
    share: Schema = {
        "share_key": pl.String,
        "category": pl.String,
        "share_fen": pl.Int64,
        "standing": pl.Boolean,
        "depth": pl.Int64,
        "circular": pl.Boolean,
    }
    schema = {**share, **STEP_SCHEMA, **ALLOTMENT_SCHEMA}
    found = ask(query, {"id": family.original_id}, schema)
    shares: dict[str, Share] = {}
    steps: dict[str, list[Step]] = {}
    for row in found.iter_rows(named=True):
        key = row["share_key"]
        if key not in shares:
            steps[key] = []
            allotment = (
                ProjectAllotment(*(row[name] for name in ALLOTMENT_SCHEMA)) if row["allotments"] else None
            )
            shares[key] = Share(
                key, row["category"], row["share_fen"], row["standing"], steps[key], allotment
            )
        if row["depth"] is not None:
            steps[key].append(as_step(row))
    return list(shares.values())
