"""Frozen versions of reports in PostgreSQL: added, told, and never changed."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Row, text

from services.gateway.domain.reports import Definition, Heading, Version
from services.gateway.messages import reports_frozen
from services.kit.caller import Scope
from services.kit.module import Database, NewEvent, Streams

_HEADING = """
    report_id, version, title, month, division, funds, definition, sha256, height, row_count, made_by, made_at
"""
_VISIBLE = (
    "starts_with(division, :prefix) AND (:all_funds OR (funds <> '{}' AND funds <@ CAST(:funds AS text[])))"
)
_ADD = text(
    """
    INSERT INTO report_version (report_id, version, title, month, division, funds, definition, content, sha256,
        height, head_hash, row_count, made_by, made_at)
    VALUES (:report_id, :version, :title, :month, :division, :funds, :definition, :content, :sha256,
        :height, :head_hash, :row_count, :made_by, :made_at)
    ON CONFLICT DO NOTHING RETURNING version
    """
)


class ReportTables:
    """Keeps versions. Implements usecases.ReportStore."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self._streams = streams

    def add(self, version: Version, request_id: str) -> bool:
        """Adds a version and tells of it; False, and nothing done, if it is there."""
        heading = version.heading
        values = {
            **vars(heading),
            "funds": list(heading.funds),
            "definition": orjson.dumps(heading.definition.as_dict()),
            "head_hash": heading.definition.head_hash,
            "content": version.content,
        }
        with self._database.transaction() as connection:
            if connection.execute(_ADD, values).first() is None:
                return False
            body = reports_frozen(f"{heading.report_id}/{heading.version}", heading.sha256)
            event = NewEvent("reports", "ReportsFrozen", body)
            self._streams.append(connection, [event], request_id=request_id)
        return True

    def newest(self, report_id: str) -> int:
        """The newest version of a report; 0 if there is none."""
        query = text("SELECT coalesce(max(version), 0) FROM report_version WHERE report_id = :report_id")
        with self._database.reading() as connection:
            return int(connection.execute(query, {"report_id": report_id}).scalar_one())

    def version(self, scope: Scope, report_id: str, version: int) -> Version | None:
        """A version, if the scope sees all that it is of."""
        query = text(
            f"""
            SELECT {_HEADING}, content FROM report_version
            WHERE report_id = :report_id AND version = :version AND {_VISIBLE}
            """
        )
        asked = {**_bounds(scope), "report_id": report_id, "version": version}
        with self._database.reading() as connection:
            row = connection.execute(query, asked).first()
            return Version(_heading(row), bytes(row.content)) if row else None

    def headings(self, scope: Scope, before: int, limit: int) -> list[Heading]:
        """Versions, newest first, without the first `before` ones."""
        query = text(
            f"""
            SELECT {_HEADING} FROM report_version WHERE {_VISIBLE}
            ORDER BY made_at DESC, report_id DESC, version DESC LIMIT :limit OFFSET :before
            """
        )
        asked = {**_bounds(scope), "before": before, "limit": limit}
        with self._database.reading() as connection:
            return [_heading(row) for row in connection.execute(query, asked)]


def _bounds(scope: Scope) -> dict[str, object]:
    return {"prefix": scope.division_prefix, "all_funds": not scope.funds, "funds": list(scope.funds)}


def _heading(row: Row[Any]) -> Heading:
    said = orjson.loads(bytes(row.definition))
    return Heading(
        row.report_id,
        row.version,
        row.title,
        row.month,
        row.division,
        tuple(row.funds),
        Definition(**{**said, "dimensions": tuple(said["dimensions"])}),
        row.sha256,
        row.height,
        row.row_count,
        row.made_by,
        row.made_at,
    )
