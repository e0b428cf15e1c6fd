"""Templates that were applied, local changes below them, and what of both facts may name today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from services.kit.clock import Clock
from services.kit.module import Database, Streams
from services.ledger.domain import templates
from services.ledger.domain.base_changes import Action, LocalChange
from services.ledger.domain.changes import BaseData
from services.ledger.domain.templates import Template
from services.ledger.storage.base_data import put_base_data
from services.ledger.usecases.base_sets import CHANGES_MAX, SETS_MAX, AppliedSet, RecordedChange


class BaseRows:
    """Base data over one connection. Implements usecases.BaseChanging."""

    def __init__(self, connection: Connection, streams: Streams, now: datetime, request_id: str) -> None:
        self._connection = connection
        self._streams = streams
        self._now = now
        self._request_id = request_id

    def sets(self) -> Sequence[AppliedSet]:
        """Every template that was applied, oldest first."""
        query = text(
            """
            SELECT id, origin, issuer, version, valid_from, note, key_id, sha256, items, applied_by, applied_at
            FROM base_set ORDER BY id LIMIT :most
            """
        )
        return [AppliedSet(*row) for row in self._connection.execute(query, {"most": SETS_MAX + 1})]

    def template(self, set_id: int) -> Template:
        """The template of one of them."""
        query = text("SELECT body FROM base_set WHERE id = :id")
        return templates.read(bytes(self._connection.scalar(query, {"id": set_id})))

    def changes(self) -> Sequence[RecordedChange]:
        """Every local change, oldest first."""
        query = text(
            "SELECT id, key, action, item, changed_by, changed_at FROM base_change ORDER BY id LIMIT :most"
        )
        return [
            RecordedChange(
                row.id,
                LocalChange(row.key, Action(row.action), templates.item_of(json.loads(row.item))),
                row.changed_by,
                row.changed_at,
            )
            for row in self._connection.execute(query, {"most": CHANGES_MAX})
        ]

    def holds(self, data: BaseData) -> bool:
        """Whether this is what is stored of what facts may name."""
        stored = self._connection.scalar(text("SELECT fingerprint FROM base_data"))
        return bool(stored == fingerprint_of(data))

    def add_set(self, template: Template, origin: str, sha256: str, by: str) -> None:
        """Records that a template was applied."""
        query = text(
            """
            INSERT INTO base_set (origin, issuer, version, valid_from, note, key_id, sha256, body, items, applied_by,
                applied_at)
            VALUES (:origin, :issuer, :version, :valid_from, :note, :key_id, :sha256, :body, :items, :by, :now)
            """
        )
        said = {
            "origin": origin,
            "issuer": template.issuer,
            "version": template.version,
            "valid_from": template.valid_from,
            "note": template.note,
            "key_id": template.key_id,
            "sha256": sha256,
            "body": templates.to_json(template),
            "items": len(template.items),
            "by": by,
            "now": self._now,
        }
        self._connection.execute(query, said)

    def add_change(self, change: LocalChange, by: str) -> None:
        """Records a local change."""
        query = text(
            """
            INSERT INTO base_change (key, action, item, changed_by, changed_at)
            VALUES (:key, :action, :item, :by, :now)
            """
        )
        item = json.dumps(templates.item_fields(change.item), ensure_ascii=False, sort_keys=True)
        said = {"key": change.key, "action": change.action.value, "item": item, "by": by, "now": self._now}
        self._connection.execute(query, said)

    def put(self, data: BaseData) -> bool:
        """Stores and tells what facts may name, if it is not what is stored; says whether it was."""
        return put_base_data(self._connection, self._streams, fingerprint_of(data), data, self._request_id)


class BaseSetTables:
    """Where base data is kept. Implements usecases.BaseBook."""

    def __init__(self, database: Database, streams: Streams, clock: Clock) -> None:
        self._database = database
        self._streams = streams
        self._clock = clock

    @contextmanager
    def reading(self) -> Iterator[BaseRows]:
        """What is recorded, as of one moment."""
        with self._database.reading() as connection:
            yield BaseRows(connection, self._streams, self._clock.now(), "")

    @contextmanager
    def changing(self, request_id: str) -> Iterator[BaseRows]:
        """A transaction in which nobody else changes base data, and no posting runs."""
        with self._database.transaction() as connection:
            connection.execute(text("LOCK TABLE posting_gate IN EXCLUSIVE MODE"))
            yield BaseRows(connection, self._streams, self._clock.now(), request_id)


def fingerprint_of(data: BaseData) -> str:
    """What tells one content of base data from another."""
    said = [
        [vars(one) for one in data.divisions],
        [vars(one) for one in data.funds],
        sorted((day.isoformat(), working) for day, working in data.calendar.exceptions.items()),
        sorted(data.flows),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
