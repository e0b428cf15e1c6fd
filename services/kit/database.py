"""A service's own PostgreSQL database: the pool, transactions, read-only views, and what follows a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import IntegrityError, ProgrammingError

STATEMENT_TIMEOUT_S = 300
LOCK_TIMEOUT_S = 60
IDLE_IN_TRANSACTION_TIMEOUT_S = 600
POOL_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 10
_AFTER_COMMIT = "mingzhang.after_commit"


class PostgresDatabase:
    """A pool of connections to one database. Implements kit.module.Database.

    Works with psycopg (the default driver of an URL without one) and with psycopg2 (under eventlet).
    """

    engine: Engine

    def __init__(self, url: str | URL, pool_max: int = 8, name: str = "mingzhang") -> None:
        connect = {
            "application_name": name,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": (
                f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000}"
                f" -c lock_timeout={LOCK_TIMEOUT_S * 1000}"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_S * 1000}"
            ),
        }
        self.engine = create_engine(
            with_driver(url),
            # The message of a failed statement goes to the log: without what people sent, and without hashes.
            hide_parameters=True,
            pool_size=pool_max,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            # A restarted server must not cost the first caller of every pooled connection an error.
            pool_pre_ping=True,
            connect_args=connect,
        )
        self._sessions = create_engine(
            with_driver(url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args=connect,
        )
        self._reading = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: commits at the end, rolls back on an exception. Callbacks follow the commit."""
        with self.engine.connect() as connection:
            connection.info.pop(_AFTER_COMMIT, None)
            with connection.begin():
                yield connection
            callbacks: dict[Callable[[], None], None] = connection.info.pop(_AFTER_COMMIT, {})
        for callback in callbacks:
            callback()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only transaction that sees one state of the database from its first query to its last."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own outside the pool and outside transactions: for locks and notifications."""
        with self._sessions.connect() as connection:
            yield connection

    def close(self) -> None:
        """Closes the pooled connections."""
        self.engine.dispose()
        self._sessions.dispose()


def after_commit(connection: Connection, callback: Callable[[], None]) -> None:
    """Calls `callback` once after the commit of the running `Database.transaction`; not after a roll-back."""
    connection.info.setdefault(_AFTER_COMMIT, {})[callback] = None


def with_driver(url: str | URL) -> URL:
    """The URL with psycopg 3 named as its driver, unless it names one."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def service_url(template: str, service: str) -> URL:
    """The URL of a service's database: "{service}" in the template stands for the service's name."""
    return with_driver(template.replace("{service}", service))


def ensure_database(url: str | URL) -> None:
    """Creates the database of the URL where it is missing; only then does the role need CREATEDB."""
    target = with_driver(url)
    maintenance = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with maintenance.connect() as connection:
            if _exists(connection, target.database):
                return
            try:
                connection.exec_driver_sql(f"CREATE DATABASE {quoted(str(target.database))}")
            except (ProgrammingError, IntegrityError):
                # Two processes may start at the same moment: whoever is second finds it made.
                if not _exists(connection, target.database):
                    raise
    finally:
        maintenance.dispose()


def _exists(connection: Connection, database: str | None) -> bool:
    known = connection.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
    return known.first() is not None


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
