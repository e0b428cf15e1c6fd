"""Protobuf and Arrow to domain and back, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from mingzhang.envelope.v1.envelope_pb2 import Envelope
from mingzhang.ingest.v1 import events_pb2, ingest_pb2
from mingzhang.ingest.v1.columns import IMPORT_FINDINGS, LIST_ROWS
from mingzhang.ledger.v1 import ledger_pb2

from services.ingest.domain.imports import Covered, Finding, Import, ImportState, Known, Posted
from services.ingest.domain.reasons import refused_by_ledger
from services.ingest.usecases import Quarantined, Revealed
from services.kit import envelope
from services.kit.clock import microseconds

STATES = {
    ImportState.WAITING: ingest_pb2.IMPORT_STATE_WAITING,
    ImportState.RUNNING: ingest_pb2.IMPORT_STATE_RUNNING,
    ImportState.FINISHED: ingest_pb2.IMPORT_STATE_FINISHED,
    ImportState.FAILED: ingest_pb2.IMPORT_STATE_FAILED,
}


def import_message(import_: Import) -> ingest_pb2.Import:
    """An import for an answer."""
    new, progress = import_.new, import_.progress
    return ingest_pb2.Import(
        import_id=new.import_id,
        file_name=new.file_name,
        profile=new.profile,
        state=STATES[import_.state],
        size_bytes=new.size_bytes,
        bytes_read=min(progress.bytes_read, new.size_bytes),
        rows_read=progress.rows_read,
        rows_posted=progress.rows_posted,
        rows_known=progress.rows_known,
        rows_quarantined=progress.rows_quarantined,
        error_code=import_.error_code,
        error_zh=import_.error_zh,
        error_en=import_.error_en,
        uploaded_by=new.uploaded_by,
        uploaded_at_us=microseconds(new.uploaded_at),
        ended_at_us=microseconds(import_.ended_at) if import_.ended_at else 0,
        file_sha256=new.file_sha256,
        division_code=new.division_code,
    )


def quarantined_message(row: Quarantined) -> ingest_pb2.QuarantinedRow:
    """A quarantined row for an answer."""
    return ingest_pb2.QuarantinedRow(
        id=row.id,
        import_id=row.import_id,
        file_name=row.file_name,
        line=row.line,
        field=row.field,
        reason=row.reason,
        reason_zh=row.reason_zh,
        reason_en=row.reason_en,
        quarantined_at_us=microseconds(row.quarantined_at),
    )


def revealed_message(values: Iterable[Revealed]) -> ingest_pb2.RevealResponse:
    """Values for an answer."""
    return ingest_pb2.RevealResponse(
        values=[ingest_pb2.Revealed(token=one.token, kind=one.kind, value=one.value) for one in values]
    )


def imports_finished(import_: Import, covered: Sequence[Covered]) -> events_pb2.ImportsFinished:
    """The event of an import that ended, as finished or as failed."""
    new, progress = import_.new, import_.progress
    ended = events_pb2.FinishedImport(
        import_id=new.import_id,
        profile=new.profile,
        file_name=new.file_name,
        file_sha256=new.file_sha256,
        rows_read=progress.rows_read,
        rows_posted=progress.rows_posted,
        rows_known=progress.rows_known,
        rows_quarantined=progress.rows_quarantined,
        outcome=import_.state.value,
        covered=[
            events_pb2.Covered(
                source=entry.source,
                division_code=entry.division_code,
                first_day=entry.first_day.isoformat(),
                last_day=entry.last_day.isoformat(),
                rows=entry.rows,
            )
            for entry in covered
        ],
    )
    return events_pb2.ImportsFinished(imports=[ended])


def import_findings(import_: Import, found: Sequence[Finding]) -> list[events_pb2.ImportFindings]:
    """The events of some findings: one for at most 5,000, more if long names make them large."""
    frame = pl.DataFrame(
        {
            "key": [one.key for one in found],
            "import_id": [import_.import_id] * len(found),
            "division_code": [one.division_code for one in found],
            "file": [import_.new.file_name] * len(found),
            "line": [one.line for one in found],
            "field": [one.field or None for one in found],
            "reason": [one.reason for one in found],
            "day": [one.day for one in found],
        },
        schema=IMPORT_FINDINGS.schema,
    )
    packed = envelope.encode_all(frame, IMPORT_FINDINGS)
    return [events_pb2.ImportFindings(findings=one) for one in packed]


def list_envelopes(rows: pl.DataFrame) -> list[bytes]:
    """Rows of a list as serialized envelopes, ready to travel."""
    return [one.SerializeToString() for one in envelope.encode_all(rows.select(LIST_ROWS.names), LIST_ROWS)]


def lists_changed(name: str, version: int, rows: bytes, *, complete: bool) -> events_pb2.ListsChanged:
    """The event of one part of a version of a list."""
    return events_pb2.ListsChanged(
        list=name, version=version, rows=Envelope.FromString(rows), complete=complete
    )


def posted(answer: ledger_pb2.PostResponse) -> Posted:
    """What the ledger made of one envelope."""
    refused = [
        refused_by_ledger(row.line, row.field, row.reason, row.reason_zh, row.reason_en, row.key)
        for row in answer.refused
    ]
    return Posted(answer.posted, answer.known, tuple(refused))


def posted_in_all(parts: Sequence[Posted]) -> Posted:
    """What the ledger made of all envelopes of a batch."""
    refused = tuple(row for part in parts for row in part.refused)
    return Posted(sum(part.posted for part in parts), sum(part.known for part in parts), refused)


def known(answer: ledger_pb2.GetBaseDataResponse) -> Known:
    """The codes of base data."""
    return Known(
        frozenset(division.code for division in answer.divisions),
        frozenset(fund.code for fund in answer.funds),
    )
