"""Imports in PostgreSQL: progress per batch, quarantine, findings, lists; the end and its events in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from google.protobuf.message import Message
from mingzhang.envelope.v1.columns import ROWS_MAX
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ingest import messages
from services.ingest.domain.imports import (
    BatchOutcome,
    Covered,
    Finding,
    Import,
    ImportState,
    NewImport,
    Progress,
    Rejected,
)
from services.ingest.domain.reasons import ORIGINAL_BYTES_MAX
from services.ingest.storage.rows import as_import, as_quarantined, inside, page_end, place_of
from services.ingest.storage.sealing import Sealer
from services.ingest.storage.tables import COVERED, FINDING, IMPORT, LIST_PART, LIST_VERSION, QUARANTINE
from services.ingest.usecases import Quarantined
from services.kit.caller import Scope
from services.kit.errors import MingzhangError
from services.kit.module import Database, NewEvent, Streams

UNFINISHED = (ImportState.WAITING, ImportState.RUNNING)
PARTS_FETCHED = 20


class Imports:
    """Implements usecases.ImportStore."""

    def __init__(self, database: Database, streams: Streams, sealer: Sealer) -> None:
        self._database = database
        self._streams = streams
        self._sealer = sealer

    def add(self, new: NewImport) -> Import | None:
        """Adds an import; of a file that is known, the earlier import instead."""
        values = {
            "import_id": new.import_id,
            "file_name": new.file_name,
            "profile": new.profile,
            "division_code": new.division_code,
            "file_sha256": new.file_sha256,
            "size_bytes": new.size_bytes,
            "uploaded_by": new.uploaded_by,
            "uploaded_at": new.uploaded_at,
            "request_id": new.request_id,
            "state": ImportState.WAITING,
        }
        statement = upsert(IMPORT).values(values).on_conflict_do_nothing(index_elements=["file_sha256"])
        with self._database.transaction() as connection:
            if connection.execute(statement.returning(IMPORT.c.import_id)).first() is not None:
                return None
            known = select(IMPORT).where(IMPORT.c.file_sha256 == new.file_sha256)
            return as_import(connection.execute(known).one())

    def unfinished(self, passed_over: frozenset[str]) -> Import | None:
        """The first import that waits or was broken off, in order of upload."""
        query = select(IMPORT).where(IMPORT.c.state.in_(UNFINISHED)).order_by(IMPORT.c.place).limit(1)
        if passed_over:
            query = query.where(IMPORT.c.import_id.not_in(sorted(passed_over)))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return as_import(row) if row is not None else None

    def begin(self, import_id: str, profile: str) -> int:
        """The import is being read; answers how often it was begun since it last sealed a batch."""
        statement = (
            update(IMPORT)
            .where(IMPORT.c.import_id == import_id)
            .values(state=ImportState.RUNNING, profile=profile, attempts=IMPORT.c.attempts + 1)
            .returning(IMPORT.c.attempts)
        )
        with self._database.transaction() as connection:
            return int(connection.execute(statement).scalar_one())

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
            _add_findings(connection, import_.import_id, outcome.findings)
            _add_covered(connection, import_.import_id, outcome.covered)
            _add_parts(connection, import_.import_id, outcome)

    def finish(self, import_: Import, at: datetime) -> None:
        """The import is read: its state and its events, in one transaction."""
        with self._database.transaction() as connection:
            ended = _end(connection, import_, ImportState.FINISHED, at)
            if ended is None:
                return
            versions = _next_versions(connection, import_.import_id)
            covered = _covered_of(connection, import_.import_id)
            request_id = import_.new.request_id
            # Heads of streams are locked in the order of their names: findings, imports, lists.
            for found in _findings_of(connection, import_.import_id):
                self._tell(connection, "findings", messages.import_findings(ended, found), request_id)
            self._tell(connection, "imports", messages.imports_finished(ended, covered), request_id)
            for name, version in versions.items():
                for part, last in _parts_of(connection, import_.import_id, name):
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
            covered = _covered_of(connection, import_.import_id)
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


def _add_findings(connection: Connection, import_id: str, findings: tuple[Finding, ...]) -> None:
    rows = [
        {
            "import_id": import_id,
            "key": one.key,
            "division_code": one.division_code,
            "line": one.line,
            "field": one.field,
            "reason": one.reason,
            "day": one.day,
        }
        for one in findings
    ]
    if rows:
        connection.execute(upsert(FINDING).on_conflict_do_nothing(), rows)


def _add_covered(connection: Connection, import_id: str, covered: tuple[Covered, ...]) -> None:
    statement = upsert(COVERED)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["import_id", "source", "division_code"],
        set_={
            "first_day": func.least(COVERED.c.first_day, new.first_day),
            "last_day": func.greatest(COVERED.c.last_day, new.last_day),
            "rows": COVERED.c.rows + new.rows,
        },
    )
    rows = [
        {
            "import_id": import_id,
            "source": one.source,
            "division_code": one.division_code,
            "first_day": one.first_day,
            "last_day": one.last_day,
            "rows": one.rows,
        }
        for one in covered
    ]
    if rows:
        connection.execute(statement, rows)


def _add_parts(connection: Connection, import_id: str, outcome: BatchOutcome) -> None:
    rows = [
        {
            "import_id": import_id,
            "list": part.name,
            "batch": outcome.progress.batches,
            "part": number,
            "rows": body,
        }
        for part in outcome.parts
        for number, body in enumerate(messages.list_envelopes(part.rows))
    ]
    if rows:
        connection.execute(insert(LIST_PART), rows)


def _next_versions(connection: Connection, import_id: str) -> dict[str, int]:
    """The next version of each list of an import. Lists are locked by name until the commit."""
    names = connection.execute(
        select(LIST_PART.c.list).where(LIST_PART.c.import_id == import_id).distinct()
    ).scalars()
    versions = {}
    for name in sorted(names):
        statement = upsert(LIST_VERSION).values(list=name, version=1)
        statement = statement.on_conflict_do_update(
            index_elements=["list"], set_={"version": LIST_VERSION.c.version + 1}
        )
        versions[name] = int(connection.execute(statement.returning(LIST_VERSION.c.version)).scalar_one())
    return versions


def _parts_of(connection: Connection, import_id: str, name: str) -> Iterator[tuple[bytes, bool]]:
    """The parts of one list in order, a few at a time, and which is the last."""
    of_list = (LIST_PART.c.import_id == import_id, LIST_PART.c.list == name)
    count = connection.execute(select(func.count()).select_from(LIST_PART).where(*of_list)).scalar_one()
    query = select(LIST_PART.c.rows).where(*of_list).order_by(LIST_PART.c.batch, LIST_PART.c.part)
    for start in range(0, count, PARTS_FETCHED):
        rows = connection.execute(query.limit(PARTS_FETCHED).offset(start)).scalars().all()
        for place, body in enumerate(rows, start + 1):
            yield bytes(body), place == count


def _findings_of(connection: Connection, import_id: str) -> Iterator[list[Finding]]:
    """The findings of an import by key, at most 5,000 at a time."""
    rows = connection.execute(select(FINDING).where(FINDING.c.import_id == import_id).order_by(FINDING.c.key))
    found = (Finding(r.key, r.division_code, r.line, r.field, r.reason, r.day) for r in rows)
    while some := list(islice(found, ROWS_MAX)):
        yield some


def _covered_of(connection: Connection, import_id: str) -> list[Covered]:
    rows = connection.execute(
        select(COVERED)
        .where(COVERED.c.import_id == import_id)
        .order_by(COVERED.c.source, COVERED.c.division_code)
    )
    return [Covered(r.source, r.division_code, r.first_day, r.last_day, r.rows) for r in rows]
