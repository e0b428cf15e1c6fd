"""Rows of the tables as domain values, and the conditions and page ends that their queries share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row

from services.ingest.domain.imports import Import, ImportState, NewImport, Progress
from services.ingest.storage.tables import IMPORT
from services.ingest.usecases import Quarantined
from services.kit.caller import Scope
from services.kit.errors import InvalidInput

PLACE_DIGITS_MAX = 18


def as_import(row: Row[Any]) -> Import:
    """A row of the table import."""
    new = NewImport(
        row.import_id,
        row.file_name,
        row.profile,
        row.division_code,
        row.file_sha256,
        row.size_bytes,
        row.uploaded_by,
        row.uploaded_at,
        row.request_id,
    )
    progress = Progress(
        row.batches, row.bytes_read, row.rows_read, row.rows_posted, row.rows_known, row.rows_quarantined
    )
    return Import(
        new, ImportState(row.state), progress, row.error_code, row.error_zh, row.error_en, row.ended_at
    )


def as_quarantined(row: Row[Any]) -> Quarantined:
    """A row of the table quarantine, with the file's name."""
    return Quarantined(
        row.id,
        row.import_id,
        row.file_name,
        row.line,
        row.field,
        row.reason,
        row.reason_zh,
        row.reason_en,
        row.quarantined_at,
    )


def inside(scope: Scope) -> ColumnElement[bool]:
    """Imports that were sent from inside the scope."""
    return IMPORT.c.division_code.startswith(scope.division_prefix, autoescape=True)


def place_of(page_token: str) -> int:
    """The place at which the page before ended."""
    if not page_token.isdecimal() or len(page_token) > PLACE_DIGITS_MAX:
        raise InvalidInput("ingest.page_token", "分页标记无效", "the page token is not valid")
    return int(page_token)


def page_end(rows: Sequence[Row[Any]], limit: int) -> str:
    """The token of the next page; empty if there is none. `rows` has one more than the page if there is."""
    return str(rows[limit - 1].place) if len(rows) > limit else ""
