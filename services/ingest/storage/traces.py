"""What batches leave behind for the end of their import: findings, covered days, parts and versions of lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mingzhang.envelope.v1.columns import ROWS_MAX
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ingest import messages
from services.ingest.domain.imports import BatchOutcome, Covered, Finding
from services.ingest.storage.tables import COVERED, FINDING, LIST_PART, LIST_VERSION

PARTS_FETCHED = 20


def add_traces(connection: Connection, import_id: str, outcome: BatchOutcome) -> None:
    """Adds those of one batch."""
    _add_findings(connection, import_id, outcome.findings)
    _add_covered(connection, import_id, outcome.covered)
    _add_parts(connection, import_id, outcome)


def forget(connection: Connection, import_id: str) -> None:
    """Takes back all of an import that is read again from its beginning."""
    for table in (FINDING, COVERED, LIST_PART):
        connection.execute(delete(table).where(table.c.import_id == import_id))


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


def next_versions(connection: Connection, import_id: str) -> dict[str, int]:
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


def parts_of(connection: Connection, import_id: str, name: str) -> Iterator[tuple[bytes, bool]]:
    """The parts of one list in order, a few at a time, and which is the last."""
    of_list = (LIST_PART.c.import_id == import_id, LIST_PART.c.list == name)
    count = connection.execute(select(func.count()).select_from(LIST_PART).where(*of_list)).scalar_one()
    query = select(LIST_PART.c.rows).where(*of_list).order_by(LIST_PART.c.batch, LIST_PART.c.part)
    for start in range(0, count, PARTS_FETCHED):
        rows = connection.execute(query.limit(PARTS_FETCHED).offset(start)).scalars().all()
        for place, body in enumerate(rows, start + 1):
            yield bytes(body), place == count


def findings_of(connection: Connection, import_id: str) -> Iterator[list[Finding]]:
    """The findings of an import by key, at most 5,000 at a time."""
    query = select(FINDING).where(FINDING.c.import_id == import_id).order_by(FINDING.c.key)
    # A cursor of the server: a file may have a finding in every line.
    rows = connection.execute(query.execution_options(yield_per=ROWS_MAX))
    found = (Finding(r.key, r.division_code, r.line, r.field, r.reason, r.day) for r in rows)
    while some := list(islice(found, ROWS_MAX)):
        yield some


def covered_of(connection: Connection, import_id: str) -> list[Covered]:
    rows = connection.execute(
        select(COVERED)
        .where(COVERED.c.import_id == import_id)
        .order_by(COVERED.c.source, COVERED.c.division_code)
    )
    return [Covered(r.source, r.division_code, r.first_day, r.last_day, r.rows) for r in rows]
