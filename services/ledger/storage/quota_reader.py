"""Answers about quotas and their documents. What a scope does not see is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, text

from services.kit.caller import Scope
from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, AccountKind
from services.ledger.domain.documents import Attachment, Kind
from services.ledger.storage.documents import STATE_OF_LINE
from services.ledger.storage.quotas import IN_TRANSIT
from services.ledger.storage.reader import bounds
from services.ledger.usecases.quota_reading import (
    DocumentFilter,
    DocumentRow,
    InTransitRow,
    LineRow,
    QuotaFilter,
    QuotaRow,
)

_IN_SCOPE = "{row}.division_code >= :low AND {row}.division_code < :high"
_FUNDS = "(:all_funds OR q.fund_code = ANY (:funds))"
_DOCUMENT = f"""
    SELECT d.id, d.key, d.kind, d.document_number, d.division_code, d.fiscal_year, d.effective_on, d.issued_on,
        d.advance, d.back_entry_reason, d.summary, d.original_key, d.recorded_by, d.attachments,
        coalesce((SELECT r.key FROM document AS r WHERE r.original_key = d.key), '') AS reversed_by,
        b.height, b.recorded_at_us,
        coalesce((SELECT sum(l.amount_fen) FROM document_line AS l WHERE l.document_key = d.key), 0)::bigint AS amount_fen
    FROM document AS d JOIN block AS b ON b.posting_id = d.id >> {ROWS_PER_POSTING_BITS}
"""
_LINE = f"""
    SELECT l.key, coalesce(l.quota_key, '') AS quota_key, coalesce(l.to_quota_key, '') AS to_quota_key,
        coalesce(l.to_division_code, '') AS to_division_code, coalesce(l.project_key, '') AS project_key,
        coalesce(l.issue_line_key, '') AS issue_line_key, l.asked_fen, coalesce(l.take, '') AS take, l.pending,
        coalesce(l.summary, '') AS summary, l.amount_fen, {STATE_OF_LINE} AS state,
        coalesce((SELECT r.key FROM quota AS r WHERE r.issue_line_id = l.id), '') AS received_quota_key
    FROM document_line AS l JOIN quota AS q ON q.id = l.quota_id
"""
# Documents with a line that names the quota, and those that recovered what a quota below it had.
_OF_QUOTA = """
    SELECT l.document_key FROM document_line AS l WHERE l.quota_key = :quota_key
    UNION
    SELECT l.document_key FROM document_line AS l WHERE l.to_quota_key = :quota_key
    UNION
    SELECT l.document_key FROM quota AS u JOIN quota AS below ON below.issuer_division_code = u.division_code
        AND below.upper_document_number = u.document_number AND below.upper_id = u.id
    JOIN document_line AS l ON l.quota_key = below.key JOIN document AS r ON r.key = l.document_key
    WHERE u.key = :quota_key AND r.kind = 'recover'
"""
_TO_SCOPE = "l.to_division_code >= :low AND l.to_division_code < :high"
_ISSUED_TO_SCOPE = f"EXISTS (SELECT FROM document_line AS l WHERE l.document_key = d.key AND {_TO_SCOPE})"
_OF_FUNDS = f"""
    (:all_funds OR EXISTS (
        SELECT FROM document_line AS l JOIN quota AS q ON q.id = l.quota_id
        WHERE l.document_key IN (d.key, d.original_key) AND {_FUNDS}
    ))
"""
_QUOTA = """
    SELECT q.id, q.key, q.division_code, q.fiscal_year, coalesce(q.document_number, '') AS document_number,
        coalesce(q.upper_document_number, '') AS upper_document_number,
        coalesce(q.issuer_division_code, '') AS issuer_division_code, coalesce(q.fund_code, '') AS fund_code,
        q.category, coalesce(q.function_class, '') AS function_class, coalesce(q.summary, '') AS summary,
        q.received_on, q.has_attachment, coalesce(u.key, '') AS upper_key, coalesce(q.document_key, '') AS made_by
    FROM quota AS q LEFT JOIN quota AS u ON u.id = q.upper_id
"""


class QuotaTables:
    """Answers questions out of the tables. Implements usecases.QuotaReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def document(self, scope: Scope, key: str) -> tuple[DocumentRow, list[LineRow]] | None:
        """One document, if it is of the scope or issues to it; of another's issue only the lines to the scope."""
        parameters = {**bounds(scope), "key": key}
        seen = f"({_IN_SCOPE.format(row='d')} OR {_ISSUED_TO_SCOPE}) AND {_OF_FUNDS}"
        query = f"{_DOCUMENT} WHERE d.key = :key AND {seen}"
        with self._database.reading() as connection:
            found = connection.execute(text(query), parameters).mappings().one_or_none()
            if found is None:
                return None
            mine = scope.sees_division(found["division_code"])
            lines = f"{_LINE} WHERE l.document_key = :key AND (:mine OR {_TO_SCOPE}) AND {_FUNDS} ORDER BY l.number"
            rows = connection.execute(text(lines), {**parameters, "mine": mine}).mappings()
            shown = [LineRow(**row) for row in rows]
            document = _document(found)
            if mine and not scope.funds:
                return document, shown
            # Of another's issue the receiver is told what it gets, and not from which quota (decision 0011).
            told = shown if mine else [replace(one, quota_key="") for one in shown]
            return replace(document, amount_fen=sum(one.amount_fen for one in told)), told

    def documents(self, scope: Scope, asked: DocumentFilter, before_id: int, limit: int) -> list[DocumentRow]:
        """Documents of the scope, newest first, with ids below `before_id` (0: from the newest on)."""
        conditions = [_IN_SCOPE.format(row="d"), _OF_FUNDS]
        parameters = {**bounds(scope), "limit": limit, "before_id": before_id}
        given = {
            "d.id < :before_id": bool(before_id),
            "d.fiscal_year = :fiscal_year": bool(asked.fiscal_year),
            "d.kind = :kind": asked.kind is not None,
            "d.document_number = :document_number": bool(asked.document_number),
            f"(d.key IN ({_OF_QUOTA}) OR d.original_key IN ({_OF_QUOTA}))": bool(asked.quota_key),
        }
        conditions += [condition for condition, is_given in given.items() if is_given]
        parameters |= {
            "fiscal_year": asked.fiscal_year,
            "kind": asked.kind.value if asked.kind else "",
            "document_number": asked.document_number,
            "quota_key": asked.quota_key,
        }
        query = f"{_DOCUMENT} WHERE {' AND '.join(conditions)} ORDER BY d.id DESC LIMIT :limit"
        with self._database.reading() as connection:
            return [_document(row) for row in connection.execute(text(query), parameters).mappings()]

    def quotas(
        self, scope: Scope, asked: QuotaFilter, after: tuple[str, int, str], limit: int
    ) -> list[QuotaRow]:
        """Quotas in order of division, year and key, after such a place."""
        given = {
            "q.fiscal_year = :fiscal_year": asked.fiscal_year,
            "q.fund_code = :fund_code": asked.fund_code,
            "q.document_number = :document_number": asked.document_number,
            "q.key = :key": asked.key,
            "q.division_code = :only_here": asked.only_here,
        }
        conditions = [
            _IN_SCOPE.format(row="q"),
            _FUNDS,
            "q.standing",
            "(q.division_code, q.fiscal_year, q.key) > (:after_division, :after_year, :after_key)",
            *(condition for condition, value in given.items() if value),
        ]
        after_division, after_year, after_key = after
        parameters = {
            **bounds(scope),
            **vars(asked),
            "after_division": after_division,
            "after_year": after_year,
            "after_key": after_key,
            "limit": limit,
        }
        query = f"{_QUOTA} WHERE {' AND '.join(conditions)} ORDER BY q.division_code, q.fiscal_year, q.key LIMIT :limit"
        with self._database.reading() as connection:
            rows = connection.execute(text(query), parameters).mappings().all()
            balances = _balances(connection, [row["id"] for row in rows])
            return [QuotaRow(**row, balances=balances.get(row["id"], {})) for row in rows]

    def in_transit(self, scope: Scope, after_id: int, limit: int) -> list[InTransitRow]:
        """What was issued to divisions of the scope and not received yet, oldest first, with ids above `after_id`."""
        query = f"""
            SELECT l.id, l.key AS issue_line_key, d.document_number, d.division_code AS issuer_division_code,
                l.to_division_code, d.fiscal_year, coalesce(q.fund_code, '') AS fund_code,
                coalesce(q.function_class, '') AS function_class,
                coalesce(q.document_number, '') AS upper_document_number, l.amount_fen, d.effective_on AS issued_on,
                coalesce(l.summary, d.summary) AS summary
            FROM document_line AS l JOIN document AS d ON d.key = l.document_key JOIN quota AS q ON q.id = l.quota_id
            WHERE {_TO_SCOPE} AND l.id > :after_id AND {_FUNDS} AND {IN_TRANSIT}
            ORDER BY l.id LIMIT :limit
        """
        parameters = {**bounds(scope), "after_id": after_id, "limit": limit}
        with self._database.reading() as connection:
            return [InTransitRow(**row) for row in connection.execute(text(query), parameters).mappings()]


def _document(row: RowMapping) -> DocumentRow:
    said = {str(name): value for name, value in row.items()}
    files = [line.partition(" ") for line in said["attachments"].splitlines()]
    shaped = {
        "kind": Kind(said["kind"]),
        "recorded_at": datetime.fromtimestamp(said.pop("recorded_at_us") / 1_000_000, UTC),
        "position": said.pop("height"),
        "attachments": [Attachment(sha256, name) for sha256, _, name in files],
    }
    return DocumentRow(**{**said, **shaped})


def _balances(connection: Connection, quota_ids: list[int]) -> dict[int, dict[AccountKind, int]]:
    query = f"""
        SELECT asked.id, a.id & {(1 << KIND_BITS) - 1} AS kind, sum(a.balance_fen)::bigint AS fen
        FROM unnest(CAST(:ids AS bigint[])) AS asked(id) CROSS JOIN LATERAL (
            SELECT asked.id AS owner UNION ALL SELECT o.id FROM owner AS o WHERE o.quota_id = asked.id
        ) AS owners JOIN account AS a
            ON a.id >= owners.owner << {KIND_BITS} AND a.id < (owners.owner + 1) << {KIND_BITS}
        GROUP BY 1, 2
    """
    balances: dict[int, dict[AccountKind, int]] = {}
    for row in connection.execute(text(query), {"ids": quota_ids}):
        balances.setdefault(row.id, {})[AccountKind(row.kind)] = row.fen
    return balances
