"""The database: transactions, what follows a commit, and read-only views."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit.database import PostgresDatabase, after_commit, ensure_database
from services.kit.embedded_postgres import EmbeddedPostgres


def test_a_commit_is_followed_by_its_callbacks_once_and_a_rollback_by_none(
    service_database: Callable[[str], PostgresDatabase],
) -> None:
    database = service_database("ledger")
    calls: list[str] = []

    def wake() -> None:
        calls.append("woken")

    with database.transaction() as connection:
        after_commit(connection, wake)
        after_commit(connection, wake)
        during = list(calls)
    with suppress(ZeroDivisionError), database.transaction() as connection:
        after_commit(connection, wake)
        raise ZeroDivisionError
    with database.transaction() as connection:
        connection.execute(text("SELECT 1"))

    assert (during, calls) == ([], ["woken"])


def test_a_reading_cannot_write(service_database: Callable[[str], PostgresDatabase]) -> None:
    database = service_database("ledger")

    with pytest.raises(DBAPIError, match="read-only"), database.reading() as connection:
        connection.execute(text("INSERT INTO stream_head VALUES ('s', 1)"))


def test_the_log_of_events_cannot_be_changed(service_database: Callable[[str], PostgresDatabase]) -> None:
    database = service_database("ledger")

    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as connection:
        connection.execute(text("DELETE FROM stream_event"))


def test_the_message_of_a_failed_statement_tells_nothing_of_its_values(
    service_database: Callable[[str], PostgresDatabase],
) -> None:
    database = service_database("ledger")

    with pytest.raises(DBAPIError) as failure, database.transaction() as connection:
        connection.execute(text("SELECT 1 / (length(:secret) - 6)"), {"secret": "walnut"})

    assert "walnut" not in str(failure.value)


def test_two_processes_may_make_one_database(postgres: EmbeddedPostgres) -> None:
    url = postgres.url("made_by_two")
    with ThreadPoolExecutor(4) as threads:
        made = [threads.submit(ensure_database, url) for _ in range(4)]

    assert [future.exception() for future in made] == [None] * 4
