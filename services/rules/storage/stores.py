"""All stores of one log in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from services.kit.errors import InvalidInput
from services.kit.frames import REFUSALS, look_up_by_index
from services.rules.storage.facts import Facts
from services.rules.storage.hits import Hits
from services.rules.storage.lists import Lists
from services.rules.storage.log import Log
from services.rules.storage.states import States
from services.rules.storage.warnings import Warnings


class LogStores:
    """The stores of one log over one connection. Implements usecases.ports.Store."""

    def __init__(self, connection: Connection, log: str) -> None:
        look_up_by_index(connection)
        self._connection = connection
        self.log = Log(connection, log)
        self.facts = Facts(connection, log)
        self.hits = Hits(connection, log)
        self.warnings = Warnings(connection, log)
        self.states = States(connection, log)
        self.lists = Lists(connection)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint that an exception goes back to. A value that the database refuses raises InvalidInput."""
        try:
            with self._connection.begin_nested():
                yield
        except (DBAPIError, psycopg.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if not isinstance(cause, REFUSALS):
                raise
            raise InvalidInput(
                "rules.not_storable", "数据无法保存", f"the database refuses a value: {cause}"
            ) from error
