"""Which table keeps which kind of entry, and which of its columns are sealed in the chain."""

from __future__ import annotations

import polars as pl
from mingzhang.envelope.v1.columns import Columns
from mingzhang.ledger.v1 import columns

from services.ledger.domain.accounts import OWNERS, TRANSFERS
from services.ledger.domain.chain import Tag
from services.ledger.domain.document_rows import DOCUMENTS, LINES
from services.ledger.domain.library.rows import CARDS, REPORTS, STEPS, TARGETS
from services.ledger.domain.link_rows import LINK_LINES, LINKS
from services.ledger.usecases.entering import PROVENANCE

TABLES = {
    Tag.TRANSFER: "transfer",
    Tag.ACCOUNT: "owner",
    Tag.QUOTA: "quota",
    Tag.PROJECT: "project",
    Tag.ALLOTMENT: "allotment",
    Tag.PAYMENT: "payment",
    Tag.DISBURSEMENT: "disbursement",
    Tag.QUOTA_DOCUMENT: "document",
    Tag.QUOTA_LINE: "document_line",
    Tag.LINK: "link",
    Tag.LINK_LINE: "link_line",
    Tag.PROJECT_CARD: "library_card",
    Tag.LIBRARY_STEP: "library_step",
    Tag.TARGET_SET: "target_set",
    Tag.PERFORMANCE_REPORT: "performance_report",
}
NAMES = {Tag.TRANSFER: "id", Tag.ACCOUNT: "name"}
"""The column that names an entry to a person; `key` for all others."""


def _sealed(declared: Columns) -> dict[str, type[pl.DataType]]:
    return {column.name: column.dtype for column in declared.columns if column.name not in PROVENANCE}


SEALED: dict[Tag, dict[str, pl.DataType | type[pl.DataType]]] = {
    Tag.TRANSFER: dict(TRANSFERS),
    Tag.ACCOUNT: dict(OWNERS),
    Tag.QUOTA: {**_sealed(columns.QUOTAS)},
    Tag.PROJECT: {**_sealed(columns.PROJECTS)},
    Tag.ALLOTMENT: {**_sealed(columns.ALLOTMENTS)},
    Tag.PAYMENT: {**_sealed(columns.PAYMENTS)},
    Tag.DISBURSEMENT: {**_sealed(columns.DISBURSEMENTS)},
    Tag.QUOTA_DOCUMENT: dict(DOCUMENTS),
    Tag.QUOTA_LINE: dict(LINES),
    Tag.LINK: dict(LINKS),
    Tag.LINK_LINE: dict(LINK_LINES),
    Tag.PROJECT_CARD: dict(CARDS),
    Tag.LIBRARY_STEP: dict(STEPS),
    Tag.TARGET_SET: dict(TARGETS),
    Tag.PERFORMANCE_REPORT: dict(REPORTS),
}
"""The encoded columns of each kind of entry, in the order of the encoding."""

_WORKED_OUT = {
    Tag.QUOTA: ("category", "received_on", "upper_id", "origin_id", "issue_line_id", "document_key"),
    Tag.PROJECT: ("category",),
    Tag.ALLOTMENT: ("quota_id",),
    Tag.PAYMENT: ("quota_id", "category", "share_number", "remaining_fen", "applied"),
    Tag.DISBURSEMENT: ("payment_id", "quota_id", "category", "remaining_fen", "standing", "applied"),
    Tag.QUOTA_DOCUMENT: (),
    Tag.QUOTA_LINE: ("quota_id",),
    Tag.LINK: (),
    Tag.LINK_LINE: ("quota_id",),
    Tag.PROJECT_CARD: (),
    Tag.LIBRARY_STEP: (),
    Tag.TARGET_SET: (),
    Tag.PERFORMANCE_REPORT: (),
}
"""What the ledger adds to what was posted; it may change, so it is not sealed. The transfers are."""

MOVES_NOTHING = (Tag.PROJECT_CARD, Tag.LIBRARY_STEP, Tag.TARGET_SET, Tag.PERFORMANCE_REPORT)
"""Entries that no transfer has as its cause."""
_NOT_IMPORTED = (Tag.QUOTA_DOCUMENT, Tag.QUOTA_LINE, Tag.LINK, Tag.LINK_LINE, *MOVES_NOTHING)


def stored(tag: Tag) -> tuple[str, ...]:
    """The columns that a posting writes, but for the hash of the content."""
    provenance = () if tag in _NOT_IMPORTED else PROVENANCE
    return ("id", *SEALED[tag], *provenance, *_WORKED_OUT[tag])
