"""The states of quotas and of spending progress of one log, as intervals: each row holds until the next of its key."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_in, copy_out
from services.rules.storage.tables import STATE_COLUMNS, STATE_TABLES


class States:
    """State intervals of one log. Implements usecases.StateStore."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection = connection
        self._log = log

    def put(self, kind: str, rows: pl.DataFrame) -> None:
        """Keeps state rows; one of the same key and from_day replaces."""
        if rows.height == 0:
            return
        table = STATE_TABLES[kind]
        self._connection.execute(
            text(
                f"""
                DELETE FROM {table} AS state
                USING unnest(CAST(:key AS text[]), CAST(:from_day AS date[])) AS given(key, from_day)
                WHERE state.log = :log AND state.key = given.key COLLATE "C"
                    AND state.from_day = given.from_day
                """
            ),
            {"key": rows["key"].to_list(), "from_day": rows["from_day"].to_list(), "log": self._log},
        )
        copy_in(self._connection, table, rows.select(pl.lit(self._log).alias("log"), *STATE_COLUMNS[kind]))

    def all(self, kind: str) -> pl.DataFrame:
        """All intervals, by key and from_day."""
        names = ", ".join(STATE_COLUMNS[kind])
        query = f"SELECT {names} FROM {STATE_TABLES[kind]} WHERE log = %(log)s ORDER BY key, from_day"
        return copy_out(self._connection, query, {"log": self._log}, STATE_COLUMNS[kind])

    def note_restated(self, kind: str, rows: pl.DataFrame) -> None:
        """Remembers (key, from_day) of restated states until the next day closes."""
        noted = rows.select(pl.lit(self._log).alias("log"), pl.lit(kind).alias("kind"), "key", "from_day")
        copy_in(self._connection, "restated_state", noted)

    def take_restated(self, kind: str) -> pl.DataFrame:
        """Forgets and returns what was restated: key and its earliest from_day."""
        query = "DELETE FROM restated_state WHERE log = %(log)s AND kind = %(kind)s RETURNING key, from_day"
        schema = {"key": pl.String(), "from_day": pl.Date()}
        taken = copy_out(self._connection, query, {"log": self._log, "kind": kind}, schema)
        return taken.group_by("key").agg(pl.col("from_day").min()).sort("key")
