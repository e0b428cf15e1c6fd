"""Streams: dense numbers whoever appends, no holes after a rollback, answers bounded in bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import text

from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.errors import TooLarge
from services.kit.module import NewEvent
from services.kit.streams import BODY_BYTES_MAX, StreamLog
from services.kit.topology import streams_matching

Make = Callable[[str], PostgresDatabase]


def log_of(database: PostgresDatabase, woken: list[int] | None = None) -> StreamLog:
    calls: list[int] = [] if woken is None else woken
    return StreamLog("ledger", database, SystemClock(), lambda: calls.append(1))


def numbers(database: PostgresDatabase, stream: str) -> list[int]:
    with database.reading() as connection:
        query = text("SELECT seq FROM stream_event WHERE stream = :stream ORDER BY seq")
        return list(connection.scalars(query, {"stream": stream}))


def test_concurrent_appenders_number_each_stream_densely(service_database: Make) -> None:
    database = service_database("ledger")
    log = log_of(database)

    def append(worker: int) -> None:
        for turn in range(20):
            with database.transaction() as connection:
                names = ["poverty.0", "base"] if (worker + turn) % 2 else ["base", "poverty.0", "general.0"]
                log.append(connection, [NewEvent(name, "DaysClosed", b"x") for name in names])

    threads = [threading.Thread(target=append, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(database, "base") == list(range(1, 81))
    assert numbers(database, "poverty.0") == list(range(1, 81))
    assert numbers(database, "general.0") == list(range(1, 41))


def test_a_rollback_leaves_no_hole_and_wakes_nobody(service_database: Make) -> None:
    database = service_database("ledger")
    woken: list[int] = []
    log = log_of(database, woken)
    with suppress(ZeroDivisionError), database.transaction() as connection:
        log.append(connection, [NewEvent("base", "BaseDataChanged", b"lost")])
        raise ZeroDivisionError
    after_rollback = list(woken)
    with database.transaction() as connection:
        last = log.append(connection, [NewEvent("base", "BaseDataChanged", b"kept")] * 2, position=7)

    assert (after_rollback, woken, last) == ([], [1], {"base": 2})
    assert numbers(database, "base") == [1, 2]


def test_events_are_read_back_with_their_header(service_database: Make) -> None:
    database = service_database("ledger")
    log = log_of(database)
    with database.transaction() as connection:
        event = NewEvent("base", "BaseDataChanged", b"\x00\xff")
        log.append(connection, [event], position=9, request_id="r1")
    (event_read,), newest = log.read_events("base", 1, 10)

    assert (event_read.emitter, event_read.stream, event_read.stream_seq) == ("ledger", "base", 1)
    assert (event_read.position, event_read.request_id, event_read.body) == (9, "r1", b"\x00\xff")
    assert (event_read.recorded_at_us > 0, newest) == (True, 1)
    assert log.read_events("base", 2, 10) == ([], 1)
    assert log.read_events("nothing", 1, 10) == ([], 0)


def test_an_answer_stops_at_its_bytes_but_brings_one_event(service_database: Make) -> None:
    database = service_database("ledger")
    log = log_of(database)
    with database.transaction() as connection:
        log.append(connection, [NewEvent("base", "BaseDataChanged", b"x" * 1000)] * 5)
    lengths = [len(log.read_events("base", 2, 10, bytes_max)[0]) for bytes_max in (1, 1000, 2001, 9000)]

    assert lengths == [1, 1, 3, 4]


def test_a_body_past_the_limit_is_refused(service_database: Make) -> None:
    database = service_database("ledger")

    with database.transaction() as connection, pytest.raises(TooLarge) as refusal:
        log_of(database).append(connection, [NewEvent("base", "X", b"x" * (BODY_BYTES_MAX + 1))])

    assert refusal.value.code == "stream.body"


def test_a_star_stands_for_one_word() -> None:
    assert streams_matching("rules", ["warnings.*"])[0] == "warnings.poverty"
    assert streams_matching("ledger", ["poverty.*", "base"]) == ("poverty.0", "base")
    assert streams_matching("ledger", ["*"]) == ("base",)
