"""Documents as entries of the ledger: their columns, and what makes two of them the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date

import polars as pl

from services.ledger.domain import chain
from services.ledger.domain.accounts import KIND_BITS, OUTSIDE, TRANSFERS, AccountKind, TransferKind
from services.ledger.domain.chain import CONTENT_HASH_BYTES, Tag
from services.ledger.domain.documents import Document
from services.ledger.domain.movements import Known, NewQuota, Plan

DOCUMENTS = pl.Schema(
    {
        "key": pl.String,
        "kind": pl.String,
        "document_number": pl.String,
        "division_code": pl.String,
        "fiscal_year": pl.Int32,
        "effective_on": pl.Date,
        "issued_on": pl.Date,
        "advance": pl.Boolean,
        "back_entry_reason": pl.String,
        "summary": pl.String,
        "original_key": pl.String,
        "attachments": pl.String,
        "request_hash": pl.String,
        "recorded_by": pl.String,
    }
)
"""A document. `attachments` has a line for each file, "<sha256> <name>"; `request_hash` is that of what was asked."""

LINES = pl.Schema(
    {
        "key": pl.String,
        "document_key": pl.String,
        "number": pl.Int32,
        "quota_key": pl.String,
        "to_quota_key": pl.String,
        "to_division_code": pl.String,
        "project_key": pl.String,
        "issue_line_key": pl.String,
        "asked_fen": pl.Int64,
        "take": pl.String,
        "pending": pl.Boolean,
        "summary": pl.String,
        "amount_fen": pl.Int64,
    }
)
"""A line of a document: what was asked, and `amount_fen`, what moved. Texts that do not apply are null."""

_OF_REGISTER = ("fund_code", "function_class", "upper_document_number", "issuer_division_code")
"""What the lines of a registration say besides; it is sealed with the quota that they make."""


def document_row(document: Document, recorded_by: str) -> pl.DataFrame:
    """The document as one row."""
    files = "\n".join(f"{one.sha256} {one.file_name}" for one in document.attachments)
    row = {
        **{name: getattr(document, name, None) for name in DOCUMENTS},
        "kind": document.kind.value,
        "attachments": files,
        "request_hash": request_hash(document),
        "recorded_by": recorded_by,
    }
    return pl.DataFrame([row], schema=DOCUMENTS)


def line_rows(document: Document, plan: Plan) -> pl.DataFrame:
    """The lines of a document as rows."""
    rows = [
        {
            **{name: value for name, value in vars(line).items() if name in LINES},
            "key": document.line_key(number),
            "document_key": document.key,
            "number": number,
            "asked_fen": line.amount_fen,
            "take": line.take.value,
            "amount_fen": amount_fen,
        }
        for number, (line, amount_fen) in enumerate(zip(document.lines, plan.amounts, strict=True), start=1)
    ]
    texts = pl.col(pl.String)
    return pl.DataFrame(rows, schema=LINES).with_columns(pl.when(texts != "").then(texts))


def request_hash(document: Document) -> str:
    """SHA-256 (hex) of all that was asked: the same for the same content, whoever asks and whenever."""
    said = [repr(value) for name, value in sorted(vars(document).items()) if name != "lines"]
    for line in document.lines:
        said += [f"{name}={value!r}" for name, value in sorted(vars(line).items())]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def sealed(rows: pl.DataFrame, tag: Tag, first_id: int) -> pl.DataFrame:
    """Rows with ids from `first_id` on, with leaf and content_hash (hex), ready to be recorded."""
    leaves = pl.Series(chain.leaves(rows, tag), dtype=pl.Binary)
    content_hash = leaves.bin.slice(0, CONTENT_HASH_BYTES).bin.encode("hex")
    numbered = rows.with_row_index("id").with_columns(id=pl.col("id").cast(pl.Int64) + first_id)
    return numbered.with_columns(leaf=leaves, content_hash=content_hash)


def quota_rows(document: Document, quotas: tuple[NewQuota, ...], columns: pl.Schema) -> pl.DataFrame:
    """New quotas as rows with the columns of what is posted (empty texts are null), id, received_on, upper_id,
    origin_id, issue_line_id and document_key."""
    rows = [
        {
            **{name: value or None for name, value in vars(quota).items() if isinstance(value, str)},
            "document_number_ok": True,
            "division_code": document.division_code,
            "fiscal_year": quota.fiscal_year,
            "has_attachment": bool(document.attachments),
            "amount_fen": quota.amount_fen,
            "issued_on": quota.issued_on,
            "effective_on": document.effective_on,
            "import_id": f"document:{document.key}",
            "line": quota.line,
            "id": quota.id,
            "received_on": quota.received_on,
            "upper_id": quota.upper_id,
            "origin_id": quota.origin_id,
            "issue_line_id": quota.issue_line_id,
            "document_key": document.key,
        }
        for quota in quotas
    ]
    beside = {
        "id": pl.Int64,
        "received_on": pl.Date,
        "upper_id": pl.Int64,
        "origin_id": pl.Int64,
        "issue_line_id": pl.Int64,
    }
    return pl.DataFrame(rows, schema={**columns, **beside, "document_key": pl.String})


def allotment_rows(
    document: Document, plan: Plan, quota_keys: Mapping[int, str], columns: pl.Schema
) -> pl.DataFrame:
    """What a plan allots, and with negative amounts what it takes back, as rows of allotments."""
    rows = [
        {
            "key": f"document:{document.line_key(one.line)}",
            "quota_key": quota_keys[one.quota_id],
            "project_key": one.project_key,
            "amount_fen": one.amount_fen if one.to_kind is AccountKind.ALLOTMENT_FREE else -one.amount_fen,
            "effective_on": document.effective_on,
            "import_id": f"document:{document.key}",
            "line": one.line,
        }
        for one in plan.movements
        if one.kind is TransferKind.ALLOT
    ]
    return pl.DataFrame(rows, schema=columns)


def transfer_rows(plan: Plan, first_line_id: int, day: date) -> pl.DataFrame:
    """The movements of a plan as transfers without ids, but for allotments, which make their own.

    The subject of a transfer is the line that caused it; of a reversal's, the line that it undoes.
    """
    rows = [
        {
            "kind": int(one.kind),
            "debit_account": (one.quota_id << KIND_BITS) + int(one.from_kind),
            "credit_account": (one.quota_id << KIND_BITS) + int(one.to_kind),
            "amount_fen": one.amount_fen,
            "effective_on": day,
            "subject_id": first_line_id + one.line - 1,
        }
        for one in plan.movements
        if one.kind is not TransferKind.ALLOT
    ]
    return pl.DataFrame(rows, schema={name: TRANSFERS[name] for name in TRANSFERS if name != "id"})


def changed_totals(plan: Plan, known: Known) -> dict[int, int]:
    """quota id -> what it has in all from now on, fen, of known quotas of which that changes."""
    changes: Counter[int] = Counter()
    for one in plan.movements:
        coming, going = one.from_kind in OUTSIDE, one.to_kind in OUTSIDE
        changes[one.quota_id] += (coming - going) * one.amount_fen
    states = {state.id: state for state in (*known.quotas.values(), *known.uppers.values())}
    return {
        quota_id: change - sum(states[quota_id].balances.get(kind, 0) for kind in OUTSIDE)
        for quota_id, change in changes.items()
        if change and quota_id in states
    }
