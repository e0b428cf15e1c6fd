"""Imports in PostgreSQL: progress per batch, quarantine, findings, lists; the end and its events in one transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime

from google.protobuf.message import Message
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ingest import messages
from services.ingest.domain.imports import (
    BatchOutcome,
    Import,
    ImportState,
    NewImport,
    Progress,
    Rejected,
)
from services.ingest.domain.reasons import ORIGINAL_BYTES_MAX
from services.ingest.storage.rows import as_import, as_quarantined, inside, page_end, place_of
from services.ingest.storage.sealing import Sealer
from services.ingest.storage.tables import IMPORT, QUARANTINE
from services.ingest.storage.traces import (
    add_traces,
    covered_of,
    findings_of,
    forget,
    next_versions,
    parts_of,
)
from services.ingest.usecases import Profile, Quarantined
from services.kit.caller import Scope
from services.kit.errors import MingzhangError
from services.kit.module import Database, NewEvent, Streams

_UNREAD = {
    "attempts": 0,
    "layout": "",
    "batches": 0,
    "bytes_read": 0,
    "rows_read": 0,
    "rows_posted": 0,
    "rows_known": 0,
    "rows_quarantined": 0,
    "error_code": "",
    "error_zh": "",
    "error_en": "",
    "ended_at": None,
}
UNFINISHED = (ImportState.WAITING, ImportState.RUNNING)


class Imports:
    """Implements usecases.ImportStore."""

    def __init__(self, database: Database, streams: Streams, sealer: Sealer) -> None:
        self._database = database
        self._streams = streams
        self._sealer = sealer

    def add(self, new: NewImport) -> tuple[Import, bool]:
        """Adds an import; of a file that is known, the earlier import instead (True). A failed one waits anew."""
        sent = {
            "file_name": new.file_name,
            "profile": new.profile,
            "division_code": new.division_code,
            "size_bytes": new.size_bytes,
            "uploaded_by": new.uploaded_by,
            "uploaded_at": new.uploaded_at,
            "request_id": new.request_id,
            "state": ImportState.WAITING,
        }
        named = {"import_id": new.import_id, "file_sha256": new.file_sha256}
        added = (
            upsert(IMPORT).values({**named, **sent}).on_conflict_do_nothing(index_elements=["file_sha256"])
        )
        same_file = IMPORT.c.file_sha256 == new.file_sha256
        again = update(IMPORT).where(same_file, IMPORT.c.state == ImportState.FAILED)
        with self._database.transaction() as connection:
            if connection.execute(added.returning(IMPORT.c.import_id)).first() is not None:
                return Import.waiting(new), False
            row = connection.execute(again.values({**sent, **_UNREAD}).returning(IMPORT)).first()
            if row is None:
                return as_import(connection.execute(select(IMPORT).where(same_file)).one()), True
            forget(connection, row.import_id)
            connection.execute(delete(QUARANTINE).where(QUARANTINE.c.import_id == row.import_id))
            return as_import(row), False

    def unfinished(self, passed_over: frozenset[str]) -> Import | None:
        """The first import that waits or was broken off, in order of upload."""
        query = select(IMPORT).where(IMPORT.c.state.in_(UNFINISHED)).order_by(IMPORT.c.place).limit(1)
        if passed_over:
            query = query.where(IMPORT.c.import_id.not_in(sorted(passed_over)))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return as_import(row) if row is not None else None

    def begin(self, import_id: str, profile: Profile) -> tuple[int, Progress]:
        """The import is being read; how often it was begun since it last sealed a batch, and its progress."""
        this = IMPORT.c.import_id == import_id
        begun = (
            update(IMPORT)
            .where(this)
            .values(
                state=ImportState.RUNNING,
                profile=profile.name,
                attempts=IMPORT.c.attempts + 1,
                layout=profile.layout,
            )
        )
        with self._database.transaction() as connection:
            before = connection.execute(select(IMPORT).where(this).with_for_update()).one()
            if before.layout != profile.layout and before.batches:
                # Its batches were cut by another release: their numbers say nothing about these.
                forget(connection, import_id)
                connection.execute(update(IMPORT).where(this).values(_progress_values(Progress())))
            row = connection.execute(begun.returning(IMPORT)).one()
        return row.attempts, as_import(row).progress

    def set_aside(self, import_id: str) -> None:
        """This beginning does not count."""
        statement = update(IMPORT).where(IMPORT.c.import_id == import_id, IMPORT.c.attempts > 0)
        with self._database.transaction() as connection:
            connection.execute(statement.values(attempts=IMPORT.c.attempts - 1))

    def seal(self, import_: Import, outcome: BatchOutcome, at: datetime) -> None:
        """Writes what a batch left behind. Doing it again changes nothing: the number of batches guards it."""
        guard = (
            update(IMPORT)
            .where(IMPORT.c.import_id == import_.import_id, IMPORT.c.batches < outcome.progress.batches)
            .values(attempts=0, **_progress_values(outcome.progress))
        )
        with self._database.transaction() as connection:
            if connection.execute(guard).rowcount == 0:
                return
            self._quarantine(connection, import_.import_id, outcome.rejected, at)
            add_traces(connection, import_.import_id, outcome)

    def finish(self, import_: Import, at: datetime) -> None:
        """The import is read: its state and its events, in one transaction."""
        with self._database.transaction() as connection:
            ended = _end(connection, import_, ImportState.FINISHED, at)
            if ended is None:
                return
            versions = next_versions(connection, import_.import_id)
            covered = covered_of(connection, import_.import_id)
            request_id = import_.new.request_id
            # Heads of streams are locked in the order of their names: findings, imports, lists.
            for found in findings_of(connection, import_.import_id):
                for odd in messages.import_findings(ended, found):
                    self._tell(connection, "findings", odd, request_id)
            self._tell(connection, "imports", messages.imports_finished(ended, covered), request_id)
            for name, version in versions.items():
                for part, last in parts_of(connection, import_.import_id, name):
                    changed = messages.lists_changed(name, version, part, complete=last)
                    self._tell(connection, "lists", changed, request_id)

    def fail(self, import_: Import, error: MingzhangError, at: datetime) -> None:
        """The import is refused as a whole: its state, a line in quarantine, and its event."""
        words = {"error_code": error.code, "error_zh": error.zh, "error_en": error.en}
        whole = Rejected(0, "", error.code, error.zh, error.en)
        with self._database.transaction() as connection:
            ended = _end(connection, import_, ImportState.FAILED, at, words)
            if ended is None:
                return
            self._quarantine(connection, import_.import_id, (whole,), at)
            covered = covered_of(connection, import_.import_id)
            event = messages.imports_finished(ended, covered)
            self._tell(connection, "imports", event, import_.new.request_id)

    def get(self, import_id: str, scope: Scope) -> Import | None:
        """One import inside a scope."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(IMPORT).where(IMPORT.c.import_id == import_id, inside(scope))
            ).first()
        return as_import(row) if row is not None else None

    def page(self, scope: Scope, limit: int, before: str) -> tuple[list[Import], str]:
        """Imports inside a scope, newest first, and where the page ends."""
        query = select(IMPORT).where(inside(scope)).order_by(IMPORT.c.place.desc()).limit(limit + 1)
        if before:
            query = query.where(IMPORT.c.place < place_of(before))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [as_import(row) for row in rows[:limit]], page_end(rows, limit)

    def quarantine(
        self, scope: Scope, import_id: str, limit: int, before: str
    ) -> tuple[list[Quarantined], str]:
        """Quarantined rows inside a scope, newest first, and where the page ends."""
        query = (
            select(QUARANTINE, IMPORT.c.file_name)
            .join(IMPORT, IMPORT.c.import_id == QUARANTINE.c.import_id)
            .where(inside(scope))
            .order_by(QUARANTINE.c.place.desc())
            .limit(limit + 1)
        )
        if import_id:
            query = query.where(QUARANTINE.c.import_id == import_id)
        if before:
            query = query.where(QUARANTINE.c.place < place_of(before))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [as_quarantined(row) for row in rows[:limit]], page_end(rows, limit)

    def _quarantine(
        self, connection: Connection, import_id: str, rejected: tuple[Rejected, ...], at: datetime
    ) -> None:
        rows = []
        for entry in rejected:
            name = f"{import_id}\0{entry.line}\0{entry.key}\0{entry.reason}\0{entry.field}"
            id_ = hashlib.sha256(name.encode() + b"\0" + entry.original).hexdigest()[:32]
            keep = entry.original and len(entry.original) <= ORIGINAL_BYTES_MAX
            rows.append(
                {
                    "id": id_,
                    "import_id": import_id,
                    "line": entry.line,
                    "field": entry.field,
                    "reason": entry.reason,
                    "reason_zh": entry.zh,
                    "reason_en": entry.en,
                    "original": self._sealer.seal(entry.original, id_.encode()) if keep else None,
                    "quarantined_at": at,
                }
            )
        if rows:
            connection.execute(upsert(QUARANTINE).on_conflict_do_nothing(), rows)

    def _tell(self, connection: Connection, stream: str, body: Message, request_id: str) -> None:
        event = NewEvent(stream, type(body).__name__, body.SerializeToString())
        self._streams.append(connection, [event], request_id=request_id)


def _end(
    connection: Connection,
    import_: Import,
    state: ImportState,
    at: datetime,
    words: dict[str, str] | None = None,
) -> Import | None:
    """Ends an import that has not ended; None if it has."""
    statement = (
        update(IMPORT)
        .where(IMPORT.c.import_id == import_.import_id, IMPORT.c.state.in_(UNFINISHED))
        .values(state=state, profile=import_.new.profile, ended_at=at, **(words or {}))
        .returning(IMPORT)
    )
    row = connection.execute(statement).first()
    return as_import(row) if row is not None else None


def _progress_values(progress: Progress) -> dict[str, int]:
    return {
        "batches": progress.batches,
        "bytes_read": progress.bytes_read,
        "rows_read": progress.rows_read,
        "rows_posted": progress.rows_posted,
        "rows_known": progress.rows_known,
        "rows_quarantined": progress.rows_quarantined,
    }
