"""Questions about quotas and their documents. Every question takes a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from services.kit.caller import Scope
from services.kit.errors import NotFound
from services.ledger.domain.accounts import AccountKind
from services.ledger.domain.documents import Attachment, Kind
from services.ledger.usecases.reading import check_limit, refuse_unstorable


@dataclass(frozen=True)
class QuotaFilter:
    """Which quotas are asked for; empty or zero for all that the scope allows."""

    fiscal_year: int = 0
    fund_code: str = ""
    document_number: str = ""
    key: str = ""
    only_here: str = ""
    """A division whose own quotas alone are asked for."""


@dataclass(frozen=True)
class DocumentFilter:
    """Which documents are asked for; empty or zero for all that the scope allows."""

    fiscal_year: int = 0
    kind: Kind | None = None
    document_number: str = ""
    quota_key: str = ""


@dataclass(frozen=True)
class QuotaRow:
    """A quota with its balances by kind of account, fen; allotments together."""

    id: int
    key: str
    division_code: str
    fiscal_year: int
    document_number: str
    upper_document_number: str
    issuer_division_code: str
    fund_code: str
    category: str
    function_class: str
    summary: str
    received_on: date
    has_attachment: bool
    upper_key: str
    made_by: str
    balances: Mapping[AccountKind, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DocumentRow:
    """A document as it was applied. `reversed_by` is empty while it stands; `amount_fen` is the sum of its lines."""

    id: int
    key: str
    kind: Kind
    document_number: str
    division_code: str
    fiscal_year: int
    effective_on: date
    issued_on: date
    advance: bool
    back_entry_reason: str
    summary: str
    original_key: str
    reversed_by: str
    recorded_by: str
    recorded_at: datetime
    position: int
    amount_fen: int
    attachments: Sequence[Attachment]


@dataclass(frozen=True)
class LineRow:
    """A line as it was applied. `state` is empty, or of an issue in_transit, received or withdrawn."""

    key: str
    quota_key: str
    to_quota_key: str
    to_division_code: str
    project_key: str
    issue_line_key: str
    asked_fen: int
    take: str
    pending: bool
    summary: str
    amount_fen: int
    state: str
    received_quota_key: str


@dataclass(frozen=True)
class InTransitRow:
    """A line of an issue that nobody received yet."""

    id: int
    issue_line_key: str
    document_number: str
    issuer_division_code: str
    to_division_code: str
    fiscal_year: int
    fund_code: str
    function_class: str
    upper_document_number: str
    amount_fen: int
    issued_on: date
    summary: str


class QuotaReader(Protocol):
    """The questions that the database answers. A page goes on after the key or id that it ended with."""

    def document(self, scope: Scope, key: str) -> tuple[DocumentRow, list[LineRow]] | None:
        """One document, if it is of the scope or issues to it; of another's issue only the lines to the scope."""
        ...

    def documents(self, scope: Scope, asked: DocumentFilter, before_id: int, limit: int) -> list[DocumentRow]:
        """Documents of the scope, newest first, with ids below `before_id` (0: from the newest on)."""
        ...

    def quotas(
        self, scope: Scope, asked: QuotaFilter, after: tuple[str, int, str], limit: int
    ) -> list[QuotaRow]:
        """Quotas in order of division, year and key, after such a place."""
        ...

    def in_transit(self, scope: Scope, after_id: int, limit: int) -> list[InTransitRow]:
        """What was issued to divisions of the scope and not received yet, oldest first, with ids above `after_id`."""
        ...


def get_document(reader: QuotaReader, scope: Scope, key: str) -> tuple[DocumentRow, list[LineRow]]:
    """One document with its lines; refuses a key that is unknown or outside the scope."""
    refuse_unstorable(key)
    found = reader.document(scope, key)
    if found is None:
        raise NotFound(
            "ledger.document_unknown", f"没有单据 {key}", f"there is no document {key}", {"key": key}
        )
    return found


def list_documents(
    reader: QuotaReader, scope: Scope, asked: DocumentFilter, before_id: int, limit: int
) -> tuple[list[DocumentRow], int]:
    """A page of documents, and the id that the next one begins below (0: it is the last)."""
    check_limit(limit)
    refuse_unstorable(asked.document_number, asked.quota_key)
    found = reader.documents(scope, asked, before_id, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else 0


def list_quotas(
    reader: QuotaReader, scope: Scope, asked: QuotaFilter, after: tuple[str, int, str], limit: int
) -> tuple[list[QuotaRow], tuple[str, int, str] | None]:
    """A page of quotas, and the place that the next one begins after (None: it is the last)."""
    check_limit(limit)
    refuse_unstorable(asked.fund_code, asked.document_number, asked.key, asked.only_here)
    found = reader.quotas(scope, asked, after, limit + 1)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], (last.division_code, last.fiscal_year, last.key)


def list_in_transit(
    reader: QuotaReader, scope: Scope, after_id: int, limit: int
) -> tuple[list[InTransitRow], int]:
    """A page of what is in transit to the scope, and the id that the next one begins after (0: it is the last)."""
    check_limit(limit)
    found = reader.in_transit(scope, after_id, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else 0
