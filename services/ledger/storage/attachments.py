"""Files that come with documents, whole in their rows: at most 10 MiB each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from services.kit.module import Database
from services.ledger.usecases.attachments import File

_ADD = text(
    """
    INSERT INTO attachment (sha256, media_type, body, size_bytes, added_by, added_at, named)
    VALUES (:sha256, :media_type, :body, :size_bytes, :by, :at, false)
    ON CONFLICT (sha256) DO UPDATE SET added_at = excluded.added_at
    """
)
_WAITING = text("SELECT coalesce(sum(size_bytes), 0) FROM attachment WHERE added_by = :by AND NOT named")


class AttachmentTable:
    """Where files are kept. Implements usecases.attachments.Files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, file: File, by: str, at: datetime, waiting_bytes_max: int) -> bool:
        """Keeps a file, again if it is there; False if the files of this person that wait become too many bytes."""
        with self._database.transaction() as connection:
            # One upload of a person after the other, or each would see room for itself.
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended('attachment ' || :by, 0))"), {"by": by}
            )
            if connection.execute(_WAITING, {"by": by}).scalar_one() + len(file.body) > waiting_bytes_max:
                return False
            values = {"sha256": file.sha256, "media_type": file.media_type, "body": file.body}
            connection.execute(_ADD, {**values, "size_bytes": len(file.body), "by": by, "at": at})
        return True

    def get(self, sha256: str) -> File | None:
        """A file."""
        with self._database.reading() as connection:
            row = connection.execute(
                text("SELECT media_type, body FROM attachment WHERE sha256 = :sha256"), {"sha256": sha256}
            ).one_or_none()
        return File(sha256, row.media_type, bytes(row.body)) if row else None

    def forget(self, before: datetime) -> int:
        """Removes the files added before a moment that no document names; says how many."""
        query = text("DELETE FROM attachment WHERE NOT named AND added_at < :before")
        with self._database.transaction() as connection:
            return connection.execute(query, {"before": before}).rowcount
