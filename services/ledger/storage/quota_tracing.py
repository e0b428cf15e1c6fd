"""Trees of quotas, by primary key and by the document numbers that quotas name: no table is walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import polars as pl

from services.kit.caller import Scope
from services.kit.frames import look_up, look_up_by_index
from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, AccountKind
from services.ledger.storage.reader import bounds
from services.ledger.storage.rows import Schema
from services.ledger.usecases.reading import Filter
from services.ledger.usecases.tracing import ALLOTMENTS_MAX, Node, NodePlace, ProjectAllotment, Step

Ask = Callable[[str, Mapping[str, object], Schema], pl.DataFrame]
LEVELS_MAX = 16
"""How many levels a tree of quotas is followed. There are five; more of them is a wrong registration."""

_STEP = {
    "key": ("q.key", pl.String),
    "division_code": ("q.division_code", pl.String),
    "level": ("d.level", pl.String),
    "document_number": ("q.document_number", pl.String),
    "upper_document_number": ("q.upper_document_number", pl.String),
    "issuer_division_code": ("q.issuer_division_code", pl.String),
    "upper": (
        """CASE WHEN coalesce(q.upper_id, q.origin_id) IS NOT NULL THEN 'recorded'
            WHEN q.upper_document_number IS NULL AND q.issuer_division_code IS NULL THEN 'none_named'
            ELSE 'not_recorded' END""",
        pl.String,
    ),
    "fund_code": ("q.fund_code", pl.String),
    "fund_level": ("f.level", pl.String),
    "fiscal_year": ("q.fiscal_year", pl.Int64),
    "issued_on": ("q.issued_on", pl.Date),
    "received_on": ("q.effective_on", pl.Date),
    "amount_fen": ("q.amount_fen", pl.Int64),
}
_MEASURED = ("issued_fen", "allotted_fen", "free_fen", "paid_fen", "intermediate_fen")
_BELOW = ("children", "children_fen", "below", "below_paid_fen", "below_intermediate_fen")
_NODE = {
    **_STEP,
    "category": ("q.category", pl.String),
    **{name: (f"coalesce(m.{name}, 0)", pl.Int64) for name in _MEASURED},
    "amount_fen": ("coalesce(m.arranged_fen, 0)", pl.Int64),
    # What is in transit was issued: it is what the quotas below do not have yet.
    "issued_fen": ("coalesce(m.issued_fen + m.in_transit_fen, 0)", pl.Int64),
    **{name: (f"coalesce(s.{name}, 0)", pl.Int64) for name in _BELOW},
}
STEP_SCHEMA: Schema = {name: dtype for name, (_, dtype) in _STEP.items()}
_NODE_SCHEMA: Schema = {name: _NODE[name][1] for name in Node._fields}
STEP_COLUMNS = ", ".join(source for source, _ in _STEP.values())
_NODE_COLUMNS = ", ".join(_NODE[name][0] for name in Node._fields)
NAMED = """
    LEFT JOIN division AS d ON d.code = q.division_code LEFT JOIN fund AS f ON f.code = q.fund_code
"""
SEEN = """
    ({0}.standing AND {0}.division_code >= %(low)s AND {0}.division_code < %(high)s
        AND (%(all_funds)s OR {0}.fund_code = ANY (%(funds)s::text[])))
"""
# By the index over what quotas name above them, which the matching of uppers has already; and what was carried over.
_CHILDREN = """
    SELECT * FROM quota AS known WHERE known.issuer_division_code = {0}.division_code
        AND known.upper_document_number = {0}.document_number AND known.upper_id = {0}.id
    UNION ALL
    SELECT * FROM quota AS carried WHERE carried.origin_id = {0}.id AND carried.standing OFFSET 0
"""
UP = f"""
    up AS (
        SELECT first.start, first.quota_id AS id, 0 AS depth, ARRAY[first.quota_id] AS path, false AS circular
        FROM ({{0}}) AS first
        UNION ALL
        SELECT up.start, above.id, up.depth + 1, up.path || above.id,
            coalesce(above.upper_id, above.origin_id) = ANY (up.path || above.id)
        FROM up JOIN quota AS q ON q.id = up.id JOIN quota AS above ON above.id = coalesce(q.upper_id, q.origin_id)
        WHERE up.depth < {LEVELS_MAX - 1} AND above.id <> ALL (up.path)
    )
"""
"""From where a way starts, each quota once with its depth; `circular` where it would come back to one of the way."""
# Everything below the quotas of "picked", and its sums per quota of "picked".
_WITH_BELOW = f"""
    below AS (
        SELECT p.id AS root, p.id, p.division_code, p.document_number, 0::bigint AS issued_fen, 0 AS depth,
            ARRAY[p.id] AS path
        FROM picked AS p WHERE p.role <> 'above'
        UNION ALL
        SELECT b.root, c.id, c.division_code, c.document_number,
            CASE WHEN c.origin_id IS NULL THEN c.amount_fen ELSE 0 END, b.depth + 1, b.path || c.id
        FROM below AS b CROSS JOIN LATERAL ({_CHILDREN.format("b")}) AS c
        WHERE b.depth < {LEVELS_MAX} AND c.id <> ALL (b.path)
    ), sums AS (
        SELECT b.root, count(*) FILTER (WHERE b.depth = 1) AS children,
            (sum(b.issued_fen) FILTER (WHERE b.depth = 1))::bigint AS children_fen,
            count(*) FILTER (WHERE b.depth > 0) AS below,
            (sum(m.paid_fen) FILTER (WHERE b.depth > 0))::bigint AS below_paid_fen,
            (sum(m.intermediate_fen) FILTER (WHERE b.depth > 0))::bigint AS below_intermediate_fen
        FROM below AS b LEFT JOIN measured AS m ON m.id = b.id GROUP BY b.root
    )
"""
_NODES = f"""
    FROM picked AS p JOIN quota AS q ON q.id = p.id {NAMED}
    LEFT JOIN measured AS m ON m.id = q.id LEFT JOIN sums AS s ON s.root = q.id
"""
_AFTER = "(%(after_code)s = '' OR (q.division_code, q.key) > (%(after_code)s, %(after_key)s))"
ALLOTMENTS = f"""
    SELECT a.project_key, max(pr.name), sum(a.amount_fen)::bigint, coalesce(max(left_of.balance_fen), 0), count(*)
    FROM allotment AS a LEFT JOIN project AS pr ON pr.key = a.project_key
    LEFT JOIN owner AS o ON o.name = 'allotment:' || a.quota_id || ':' || a.project_key
    LEFT JOIN account AS left_of ON left_of.id = (o.id << {KIND_BITS}) + {int(AccountKind.ALLOTMENT_FREE)}
"""
ALLOTMENT_SCHEMA: Schema = {
    "project_key": pl.String,
    "project_name": pl.String,
    "allotted_fen": pl.Int64,
    "left_fen": pl.Int64,
    "allotments": pl.Int64,
}


class QuotaTraces:
    """Follows quotas up and down: their part of usecases.tracing.Traces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """Questions in one transaction: a transaction costs as much as a question."""
        with self._database.reading() as connection:
            look_up_by_index(connection)
            yield partial(look_up, connection)

    def ask(self, query: str, parameters: Mapping[str, object], schema: Schema) -> pl.DataFrame:
        """One question in a transaction of its own."""
        with self.asking() as ask:
            return ask(query, parameters, schema)

    def quotas_named(self, scope: Scope, key: str) -> list[Node]:
        """The quota of this key, if there is one."""
        picked = f"SELECT q.*, 'it' AS role FROM quota AS q WHERE q.key = %(key)s AND {SEEN.format('q')}"
        query = f"""
            WITH RECURSIVE picked AS ({picked}), {_WITH_BELOW} SELECT {_NODE_COLUMNS} {_NODES}
        """
        return as_nodes(self.ask(query, {**bounds(scope), "key": key}, _NODE_SCHEMA))

    def document(self, scope: Scope, number: str, after: NodePlace | None, limit: int) -> list[Node]:
        """Quotas of a document after a place; of those above the scope the first ones below that are in it."""
        query = f"""
            WITH RECURSIVE here AS (
                (SELECT min(division_code) AS code FROM quota)
                UNION ALL
                SELECT (SELECT min(division_code) FROM quota WHERE division_code > here.code)
                FROM here WHERE here.code IS NOT NULL
            ), down AS (
                SELECT q.id, q.key, q.division_code, q.document_number, {SEEN.format("q")} AS seen, ARRAY[q.id] AS path
                FROM here CROSS JOIN LATERAL (
                    SELECT * FROM quota AS known
                    WHERE known.division_code = here.code AND known.document_number = %(number)s OFFSET 0
                ) AS q
                UNION ALL
                SELECT c.id, c.key, c.division_code, c.document_number, {SEEN.format("c")}, down.path || c.id
                FROM down CROSS JOIN LATERAL ({_CHILDREN.format("down")}) AS c
                WHERE NOT coalesce(down.seen, false) AND cardinality(down.path) < {LEVELS_MAX} AND c.id <> ALL (down.path)
            ), picked AS (
                SELECT DISTINCT q.id, q.key, q.division_code, q.document_number, 'it' AS role FROM down AS q
                WHERE q.seen AND {_AFTER} ORDER BY q.division_code, q.key LIMIT %(limit)s
            ), {_WITH_BELOW}
            SELECT {_NODE_COLUMNS} {_NODES} ORDER BY q.division_code, q.key
        """
        parameters = {**bounds(scope), **_after(after), "number": number, "limit": limit}
        return as_nodes(self.ask(query, parameters, _NODE_SCHEMA))

    def quotas_of(self, scope: Scope, wanted: Filter, after: NodePlace | None, limit: int) -> list[Node]:
        """Quotas of the very division of a filter, its fund and year, after a place."""
        query = f"""
            WITH RECURSIVE picked AS (
                SELECT q.id, q.division_code, q.document_number, 'it' AS role FROM quota AS q
                WHERE q.division_code = %(division)s AND {SEEN.format("q")} AND {_AFTER}
                    AND (%(fund_code)s = '' OR q.fund_code = %(fund_code)s)
                    AND (%(fiscal_year)s = 0 OR q.fiscal_year = %(fiscal_year)s)
                ORDER BY q.key LIMIT %(limit)s
            ), {_WITH_BELOW}
            SELECT {_NODE_COLUMNS} {_NODES} ORDER BY q.key
        """
        asked = {
            "division": wanted.division_code,
            "fund_code": wanted.fund_code,
            "fiscal_year": wanted.fiscal_year,
            "limit": limit,
        }
        return as_nodes(self.ask(query, {**bounds(scope), **_after(after), **asked}, _NODE_SCHEMA))

    def quota(
        self, scope: Scope, key: str, after: NodePlace | None, limit: int
    ) -> tuple[Node, list[Step], list[Node], list[ProjectAllotment]] | None:
        """A quota, all quotas above it, those right below it after a place, and what it allotted, by project."""
        query = f"""
            WITH RECURSIVE it AS (SELECT * FROM quota AS q WHERE q.key = %(key)s AND {SEEN.format("q")}),
            {UP.format("SELECT 0 AS start, it.id AS quota_id FROM it")},
            picked AS (
                SELECT id, division_code, document_number, 'it' AS role, 0 AS depth, circular FROM up
                    JOIN it USING (id) WHERE up.depth = 0
                UNION ALL
                SELECT id, '', '', 'above', depth, circular FROM up WHERE depth > 0
                UNION ALL
                (SELECT q.id, q.division_code, q.document_number, 'child', 0, false
                    FROM it CROSS JOIN LATERAL ({_CHILDREN.format("it")}) AS q
                    WHERE {SEEN.format("q")} AND {_AFTER} ORDER BY q.division_code, q.key LIMIT %(limit)s)
            ), {_WITH_BELOW}
            SELECT p.role, p.depth, p.circular, {_NODE_COLUMNS} {_NODES}
            ORDER BY p.role = 'child', p.depth, q.division_code, q.key
        """
        parameters = {**bounds(scope), **_after(after), "key": key, "limit": limit}
        role: Schema = {"role": pl.String, "depth": pl.Int64, "circular": pl.Boolean}
        allotted = f"""
            {ALLOTMENTS} WHERE a.quota_id = (SELECT id FROM quota WHERE key = %(key)s)
            GROUP BY a.project_key ORDER BY a.project_key LIMIT {ALLOTMENTS_MAX + 1}
        """
        with self.asking() as ask:
            found = ask(query, parameters, {**role, **_NODE_SCHEMA})
            if found.height == 0:
                return None
            allotments = ask(allotted, {"key": key}, ALLOTMENT_SCHEMA)
        rows = found.rows()
        children = [Node._make(row[len(role) :]) for row in rows if row[0] == "child"]
        steps = [as_step(dict(zip(found.columns, row, strict=True))) for row in rows if row[0] != "child"]
        projects = [ProjectAllotment(*row) for row in allotments.rows()]
        return Node._make(rows[0][len(role) :]), steps, children, projects


def as_nodes(found: pl.DataFrame) -> list[Node]:
    return list(map(Node._make, found.rows()))


def as_step(row: dict[str, Any]) -> Step:
    upper = "circular" if row["circular"] else row["upper"]
    return Step(**{name: row[name] for name in STEP_SCHEMA} | {"upper": upper})


def _after(after: NodePlace | None) -> dict[str, object]:
    return {
        "after_code": after.division_code if after else "",
        "after_key": after.key if after else "",
    }
