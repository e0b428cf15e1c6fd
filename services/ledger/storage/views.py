"""Views: sums by dimensions out of balances, or out of the changes of balances up to a day and a place of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.frames import look_up
from services.kit.module import Database
from services.ledger.domain.accounts import (
    KIND_BITS,
    OUTSIDE,
    ROWS_PER_POSTING_BITS,
    AccountKind,
    TransferKind,
)
from services.ledger.domain.views import AGES, AGES_DAYS, Sums
from services.ledger.storage.folds import cover
from services.ledger.storage.reader import bounds
from services.ledger.usecases.indicating import Decomposed
from services.ledger.usecases.viewing import Place, Seen, ViewFilter, ViewRow

_KINDS = 1 << KIND_BITS
ALLOTTED = 0
"""Stands for what was allotted, among the kinds of account: it is no balance, payments draw on it and it stays."""

_DIMENSIONS = {
    "year": "{p}.fiscal_year::text",
    "level": "{p}.level",
    "division": "{p}.division_code",
    "fund": "{p}.fund_code",
    "category": "{p}.category",
    "document": "{p}.document_number",
    "age": "{p}.age",
}
_OF_MOVEMENT = {"project": "coalesce(o.project_key, '')", "month": "to_char(m.month, 'YYYY-MM')"}


def _sum(kinds: Sequence[int], sign: str = "", also: str = "") -> str:
    among = ", ".join(str(int(kind)) for kind in kinds)
    return f"{sign}coalesce(sum(fen) FILTER (WHERE kind IN ({among}){also}), 0)::bigint"


_STAYS = (*OUTSIDE, AccountKind.ISSUED, AccountKind.IN_TRANSIT)
_MEASURES = {
    "own_fen": _sum([AccountKind.SOURCE], "-", " AND own"),
    "above_fen": f"{_sum([AccountKind.RECEIVED], '-')} - {_sum([AccountKind.SOURCE], '', ' AND NOT own')}",
    "adjusted_fen": _sum([AccountKind.ADJUSTED], "-"),
    "transferred_fen": _sum([AccountKind.TRANSFERRED], "-"),
    "carried_over_fen": _sum([AccountKind.CARRIED_OVER], "-"),
    "integrated_fen": _sum([AccountKind.INTEGRATED], "-"),
    "recovered_fen": _sum([AccountKind.RECOVERED]),
    "allotted_fen": _sum([ALLOTTED]),
    "issued_fen": _sum([AccountKind.ISSUED, AccountKind.IN_TRANSIT]),
    "in_transit_fen": _sum([AccountKind.IN_TRANSIT]),
    "pending_fen": _sum([AccountKind.PENDING]),
    "free_fen": _sum([AccountKind.FREE]),
    "frozen_fen": _sum([AccountKind.FROZEN]),
    "allotted_unpaid_fen": _sum([AccountKind.ALLOTMENT_FREE]),
    "paid_fen": _sum([AccountKind.PAID_FINAL, AccountKind.SUSPENSE_PAID_FINAL]),
    "intermediate_fen": _sum([AccountKind.PAID_INTERMEDIATE, AccountKind.SUSPENSE_PAID_INTERMEDIATE]),
    "suspense_fen": _sum([AccountKind.SUSPENSE_PAID_FINAL, AccountKind.SUSPENSE_PAID_INTERMEDIATE]),
    "inside_fen": _sum([AccountKind.RECEIVED], "-", " AND inside"),
    "inside_all_fen": _sum([AccountKind.RECEIVED], "-", " AND inside_all"),
    "stays_past_fen": _sum(_STAYS, "-", " AND fiscal_year < %(year)s"),
    "stays_now_fen": _sum(_STAYS, "-", " AND fiscal_year = %(year)s"),
}
assert tuple(_MEASURES) == Sums._fields

_AGE = " ".join(
    f"WHEN %(day)s::date - q.received_on < {edge} THEN '{name}'"
    for edge, name in zip(AGES_DAYS, AGES, strict=False)
)
_VISIBLE = """
    q.division_code >= %(low)s AND q.division_code < %(high)s
    AND (%(only_here)s = '' OR q.division_code = %(only_here)s)
    AND (%(all_funds)s OR q.fund_code = ANY (%(funds)s::text[]))
    AND (%(fund_code)s = '' OR q.fund_code = %(fund_code)s) AND (%(category)s = '' OR q.category = %(category)s)
    AND (%(fiscal_year)s = 0 OR q.fiscal_year = %(fiscal_year)s)
    AND (%(level)s = '' OR d.level = %(level)s)
    AND (%(document_number)s = '' OR q.document_number = %(document_number)s)
"""
_PLACES = f"""
    SELECT q.id, q.division_code, coalesce(d.level, '') AS level, coalesce(q.fund_code, '') AS fund_code, q.category,
        q.fiscal_year, coalesce(q.document_number, '') AS document_number, q.upper_id,
        q.issuer_division_code IS NULL AS own, CASE {_AGE} ELSE '{AGES[-1]}' END AS age
    FROM quota AS q LEFT JOIN division AS d ON d.code = q.division_code WHERE {_VISIBLE}
    UNION ALL
    SELECT q.id, q.division_code, coalesce(d.level, ''), '', q.category, q.fiscal_year, '', NULL, true, ''
    FROM (
        SELECT id, division_code, NULL AS fund_code, 'unassigned' COLLATE "C" AS category, fiscal_year,
            NULL AS document_number
        FROM owner WHERE division_code IS NOT NULL
    ) AS q LEFT JOIN division AS d ON d.code = q.division_code WHERE {_VISIBLE}
"""
_BALANCES = (
    "SELECT id AS account_id, NULL::date AS month, balance_fen AS fen FROM account WHERE balance_fen <> 0"
)
_CHANGED = "SELECT d.account_id, date_trunc('month', d.day)::date, d.delta_fen FROM account_day AS d"
_ALLOTTED_QUOTA_FIRST = f"(t.debit_account & {_KINDS - 1}) = {int(AccountKind.FREE)}"
_ALLOTTED = f"""
    SELECT (CASE WHEN {_ALLOTTED_QUOTA_FIRST} THEN t.credit_account ELSE t.debit_account END
            >> {KIND_BITS} << {KIND_BITS}) + {ALLOTTED} AS account_id,
        date_trunc('month', t.effective_on)::date AS month, t.effective_on AS day,
        CASE WHEN {_ALLOTTED_QUOTA_FIRST} THEN t.amount_fen ELSE -t.amount_fen END AS fen
    FROM transfer AS t
"""


def _of_accounts(kinds: Sequence[int]) -> str:
    accounts = ", ".join(f"(q.id << {KIND_BITS}) + {int(kind)}" for kind in kinds)
    return f"""
        coalesce((SELECT sum(c.delta_fen) FROM account_day AS c
            WHERE c.account_id IN ({accounts}) AND c.day <= q.received_on + %(within)s), 0)
    """


# Each quota has days of its own, so each of its accounts is looked up by its key.
_DECOMPOSED = f"""
    SELECT division_code, category, sum(mature)::bigint, sum(greatest(least(mature, decomposed), 0))::bigint FROM (
        SELECT q.division_code, q.category, -{_of_accounts(OUTSIDE)} AS mature,
            {_of_accounts([AccountKind.ISSUED, AccountKind.IN_TRANSIT])} + coalesce(a.fen, 0) AS decomposed
        FROM quota AS q LEFT JOIN division AS d ON d.code = q.division_code
        LEFT JOIN (
            SELECT o.quota_id, sum(a.fen) AS fen FROM ({_ALLOTTED} WHERE t.kind = {int(TransferKind.ALLOT)}) AS a
            JOIN owner AS o ON o.id = a.account_id >> {KIND_BITS}
            JOIN quota AS of ON of.id = o.quota_id AND a.day <= of.received_on + %(within)s GROUP BY 1
        ) AS a ON a.quota_id = q.id
        WHERE {_VISIBLE} AND q.issuer_division_code IS NOT NULL AND q.received_on + %(within)s <= %(day)s::date
    ) AS quotas GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %(limit)s
"""


class ViewTables:
    """Answers views out of the tables. Implements usecases.ViewReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def place(self, known_at_us: int | None, height: int | None) -> Place | None:
        """The newest block up to a moment, or the block of a height, or else the newest; None if there is none."""
        asked = {
            "recorded_at_us <= :known_at_us": known_at_us is not None,
            "height = :height": height is not None,
        }
        conditions = [condition for condition, given in asked.items() if given] or ["true"]
        query = f"""
            SELECT height, hash, recorded_at_us FROM block WHERE {" AND ".join(conditions)} ORDER BY height DESC LIMIT 1
        """
        with self._database.reading() as connection:
            row = connection.execute(text(query), {"known_at_us": known_at_us, "height": height}).first()
            return Place(row.height, bytes(row.hash), row.recorded_at_us) if row else None

    def sums(
        self,
        scope: Scope,
        dimensions: Sequence[str],
        wanted: ViewFilter,
        seen: Seen,
        day: date,
        start: int,
        limit: int,
    ) -> tuple[Sums, list[ViewRow]]:
        """The sums of everything, and rows from `start` on in order of their names. `day` is what ages count to."""
        with self._database.reading() as connection:
            # Quotas and balances are joined whole, so never row by row, whatever a young table's statistics say.
            connection.execute(_JOIN_WHOLE)
            moved, parameters = _moved(connection, seen, "month" in dimensions)
            query = _grouped(dimensions, moved)
            parameters |= {
                **bounds(scope),
                **vars(wanted),
                "only_here": wanted.division_code if wanted.only_here else "",
                "day": day,
                "year": day.year,
                "start": start,
                "limit": limit,
            }
            names = [f"name_{number}" for number in range(len(dimensions))]
            schema = {
                "is_total": pl.Int32,
                **dict.fromkeys(names, pl.String),
                **dict.fromkeys(Sums._fields, pl.Int64),
            }
            found = look_up(connection, query, parameters, schema).rows()
        width = len(names) + 1
        total = next((Sums(*row[width:]) for row in found if row[0]), Sums())
        return total, [ViewRow(row[1:width], Sums(*row[width:])) for row in found if not row[0]]

    def decomposed(
        self, scope: Scope, wanted: ViewFilter, day: date, within_days: int, limit: int
    ) -> list[Decomposed]:
        """What of the money received so many days before the day was issued or allotted within them."""
        parameters = {
            **bounds(scope),
            **vars(wanted),
            "only_here": wanted.division_code if wanted.only_here else "",
            "day": day,
            "within": within_days,
            "limit": limit,
        }
        schema = {
            "division_code": pl.String,
            "category": pl.String,
            "mature_fen": pl.Int64,
            "decomposed_fen": pl.Int64,
        }
        with self._database.reading() as connection:
            connection.execute(text("SET LOCAL jit = off"))
            return [Decomposed(*row) for row in look_up(connection, _DECOMPOSED, parameters, schema).rows()]

    def closed_to(self) -> date | None:
        """The newest closed day."""
        with self._database.reading() as connection:
            newest: date | None = connection.scalar(text("SELECT max(day) FROM closed_day"))
            return newest


_JOIN_WHOLE = text(
    "SELECT set_config('enable_nestloop', 'off', true), set_config('enable_sort', 'off', true),"
    " set_config('jit', 'off', true)"
)
"""Sorting all that moved by its names, to group it, costs more than hashing it: only the rows are sorted."""


def _grouped(dimensions: Sequence[str], moved: str) -> str:
    """The query of sums by dimensions: the total first, then the rows of the page."""
    expressions = [_OF_MOVEMENT.get(name) or _DIMENSIONS[name].format(p="p") for name in dimensions]
    names = [f"name_{number}" for number in range(len(dimensions))]
    listed = ", ".join(names)
    inside = [
        f"{_DIMENSIONS[name].format(p='p')} = {_DIMENSIONS[name].format(p='u')}"
        for name in dimensions
        if name in _DIMENSIONS
    ]
    # What belongs to no project has no row of its own among projects; the total has it.
    of_projects = [f"name_{number} <> ''" for number, name in enumerate(dimensions) if name == "project"]
    sums = ", ".join(f"{expression} AS {name}" for name, expression in _MEASURES.items())
    shown = " AND ".join(["NOT is_total", *of_projects])
    return f"""
        SELECT is_total::integer, {listed}, {", ".join(_MEASURES)} FROM (
            SELECT *, row_number() OVER (PARTITION BY is_total ORDER BY {listed}) AS place FROM (
                SELECT grouping(name_0) = 1 AS is_total, {listed}, {sums} FROM (
                    WITH places AS MATERIALIZED ({_PLACES}), moved AS ({moved})
                    SELECT {", ".join(f"{said} AS {name}" for said, name in zip(expressions, names, strict=True))},
                        m.account_id & {_KINDS - 1} AS kind, m.fen, p.own, p.fiscal_year,
                        u.id IS NOT NULL AS inside_all,
                        coalesce({" AND ".join(["u.id IS NOT NULL", *inside])}, false) AS inside
                    FROM moved AS m
                    LEFT JOIN owner AS o ON o.id = m.account_id >> {KIND_BITS} AND o.quota_id IS NOT NULL
                    JOIN places AS p ON p.id = coalesce(o.quota_id, m.account_id >> {KIND_BITS})
                    LEFT JOIN places AS u ON u.id = p.upper_id
                ) AS parts GROUP BY GROUPING SETS ((), ({listed}))
            ) AS grouped WHERE is_total OR ({shown})
        ) AS numbered
        WHERE is_total OR (place > %(start)s AND place <= %(start)s + %(limit)s)
        ORDER BY is_total DESC, place
    """


def _moved(connection: Connection, seen: Seen, by_month: bool) -> tuple[str, dict[str, object]]:
    """What moved, as account_id, month and fen, and the parameters; what was allotted among it."""
    known = [f"b.posting_id = t.id >> {ROWS_PER_POSTING_BITS}", "b.height <= %(height)s"]
    conditions = [f"t.kind = {int(TransferKind.ALLOT)}"]
    if seen.as_of:
        conditions.append("t.effective_on <= %(as_of)s")
    if seen.height is not None:
        conditions.append(f"EXISTS (SELECT FROM block AS b WHERE {' AND '.join(known)})")
    allotted = (
        f"SELECT account_id, month, fen FROM ({_ALLOTTED} WHERE {' AND '.join(conditions)}) AS allotted"
    )
    if seen == Seen() and not by_month:
        return f"{_BALANCES} UNION ALL SELECT account_id, NULL, fen FROM ({allotted}) AS each", {}
    changes, parameters = _changes(connection, seen)
    month = "month" if by_month else "NULL::date AS month"
    return (
        f"""
        SELECT account_id, {month}, sum(fen)::bigint AS fen FROM ({changes} UNION ALL {allotted}) AS changes
        GROUP BY account_id{", month" if by_month else ""} HAVING sum(fen) <> 0
        """,
        parameters,
    )


def _changes(connection: Connection, seen: Seen) -> tuple[str, dict[str, object]]:
    """Changes of balances: folded months that were over on the day, of the stretches that were known; the rest by day."""
    height = seen.height
    if height is None:
        height = connection.scalar(text("SELECT height FROM chain_head")) or 0
    folds, folded = cover(connection, int(height))
    first = connection.scalar(
        text("SELECT min(posting_id) FROM block WHERE height > :folded AND height <= :height"),
        {"folded": folded, "height": height},
    )
    parameters: dict[str, object] = {
        "height": height,
        "folded": folded,
        "folds": folds,
        "first": first or 0,
    }
    parts = ["SELECT account_id, month, delta_fen AS fen FROM account_month WHERE fold_id = ANY (%(folds)s)"]
    if first is not None:
        parts.append(
            f"""
            {_CHANGED} JOIN block AS b ON b.posting_id = d.posting_id
            WHERE b.height > %(folded)s AND b.height <= %(height)s AND d.posting_id >= %(first)s
            """
        )
    if seen.as_of:
        parameters |= {"as_of": seen.as_of, "month": seen.as_of.replace(day=1)}
        parts[0] += " AND month < %(month)s"
        parts[1:] = [f"{part} AND d.day <= %(as_of)s" for part in parts[1:]]
        parts.append(
            f"""
            {_CHANGED} JOIN block AS b ON b.posting_id = d.posting_id
            WHERE b.height <= %(folded)s AND d.day >= %(month)s AND d.day <= %(as_of)s
            """
        )
    return " UNION ALL ".join(parts), parameters
