"""Entries by their keys, for whoever may see them."""

from __future__ import annotations

from sqlalchemy import text

from services.kit.caller import Scope
from services.kit.module import Database
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.domain.chain import Tag
from services.ledger.storage.reader import bounds
from services.ledger.storage.tables import TABLES
from services.ledger.usecases.receipts import Place

_LINKED = "LEFT JOIN quota AS q ON q.id = entry.quota_id"
_QUOTAS = {
    Tag.QUOTA: "LEFT JOIN quota AS q ON q.id = entry.id",
    Tag.PROJECT: """LEFT JOIN LATERAL (
        SELECT quota.fund_code FROM allotment JOIN quota ON quota.id = allotment.quota_id
        WHERE allotment.project_key = entry.key AND quota.fund_code = ANY (:funds) LIMIT 1
    ) AS q ON true""",
    Tag.ALLOTMENT: """LEFT JOIN quota AS q ON q.key = entry.quota_key
        LEFT JOIN project AS x ON x.key = entry.project_key""",
    # A correction has no share of its own: it stands where its original stands. Whoever sees a part sees the payment.
    Tag.PAYMENT: """LEFT JOIN payment AS original ON original.key = entry.original_key
        LEFT JOIN LATERAL (
            SELECT quota.fund_code FROM quota
            WHERE quota.id = coalesce(entry.quota_id, original.quota_id) AND quota.fund_code = ANY (:funds)
            UNION ALL
            SELECT quota.fund_code FROM part JOIN quota ON quota.id = part.quota_id
            WHERE part.payment_id IN (entry.id, original.id) AND part.amount_fen <> 0
                AND quota.fund_code = ANY (:funds) LIMIT 1
        ) AS q ON true""",
    Tag.DISBURSEMENT: _LINKED,
    Tag.QUOTA_DOCUMENT: """LEFT JOIN LATERAL (
        SELECT quota.fund_code FROM document_line JOIN quota ON quota.id = document_line.quota_id
        WHERE document_line.document_key = entry.key AND quota.fund_code = ANY (:funds) LIMIT 1
    ) AS q ON true""",
    Tag.QUOTA_LINE: f"{_LINKED} JOIN document AS d ON d.key = entry.document_key",
    Tag.LINK: """LEFT JOIN LATERAL (
        SELECT quota.fund_code FROM link_line JOIN quota ON quota.id = link_line.quota_id
        WHERE link_line.link_key IN (entry.key, entry.original_key) AND quota.fund_code = ANY (:funds) LIMIT 1
    ) AS q ON true""",
    Tag.LINK_LINE: f"{_LINKED} JOIN link AS d ON d.key = entry.link_key",
}
"""How an entry finds the quota whose fund decides who sees it, as `q`."""
_DIVISIONS = {
    Tag.ALLOTMENT: "coalesce(q.division_code, x.division_code, '')",
    Tag.QUOTA_LINE: "d.division_code",
    Tag.LINK_LINE: "d.division_code",
}


class EntryTables:
    """Finds entries in the tables. Implements usecases.EntryFinder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, scope: Scope, tag: Tag, key: str) -> Place | None:
        """An entry, if it is there and in the scope."""
        division = _DIVISIONS.get(tag, "entry.division_code")
        query = f"""
            SELECT entry.id, entry.id >> {ROWS_PER_POSTING_BITS}, coalesce(b.height, 0)
            FROM {TABLES[tag]} AS entry {_QUOTAS[tag]}
            LEFT JOIN block AS b ON b.posting_id = entry.id >> {ROWS_PER_POSTING_BITS}
            WHERE entry.key = :key AND {division} >= :low AND {division} < :high
                AND (:all_funds OR q.fund_code = ANY (:funds))
        """
        with self._database.reading() as connection:
            found = connection.execute(text(query), {**bounds(scope), "key": key}).one_or_none()
            return Place(*found) if found else None
