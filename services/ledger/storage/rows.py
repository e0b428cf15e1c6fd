"""What the tables of a posting share: a connection, and questions about many keys at once."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from services.kit.frames import look_up

Schema = Mapping[str, pl.DataType | type[pl.DataType]]


class Rows:
    """Rows of a table over the connection of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _read(self, query: str, parameters: Mapping[str, object], schema: Schema) -> pl.DataFrame:
        """The rows of a query, or of a statement with RETURNING, as a frame."""
        return look_up(self._connection, query, parameters, schema)

    def _run(self, statement: str, parameters: Mapping[str, object]) -> None:
        driver = self._connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor:
            cursor.execute(statement, parameters)
