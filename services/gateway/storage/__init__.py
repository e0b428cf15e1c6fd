"""Accounts, sessions, counted attempts and the live board in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.dialects.postgresql import insert as upsert

from services.gateway.domain import LiveEvent, Session, User
from services.gateway.messages import users_changed
from services.kit.caller import Scope
from services.kit.module import Database, NewEvent, Streams

LIVE_CHANNEL = "live"
LIVE_LOCK = 0x6C697665  # "live": orders the ids of the live board by commit.
LIVE_PAGE_MAX = 500

_metadata = MetaData()
_account = Table(
    "account",
    _metadata,
    Column("name", Text(collation="C"), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("division", Text(collation="C"), nullable=False),
    Column("funds", ARRAY(Text), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
)
_session = Table(
    "session",
    _metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("name", Text(collation="C"), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
_attempt = Table(
    "sign_in_attempt",
    _metadata,
    Column("subject", Text(collation="C"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("window_ends_at", DateTime(timezone=True), nullable=False),
)
_live = Table(
    "live_event",
    _metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("divisions", ARRAY(Text), nullable=False),
    Column("fund", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
)


class PostgresUsers:
    """Accounts and sessions. Implements usecases.UserStore."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self._streams = streams

    def is_empty(self) -> bool:
        """Whether there is no user at all."""
        with self._database.reading() as connection:
            return connection.execute(select(_account.c.name).limit(1)).first() is None

    def add(
        self,
        user: User,
        password_hash: str,
        request_id: str,
        before_commit: Callable[[], None] = lambda: None,
    ) -> bool:
        """Adds a user and tells the other services; False if the name is taken."""
        values = {**_values(user), "password_hash": password_hash}
        with self._database.transaction() as connection:
            added = connection.execute(
                upsert(_account).values(values).on_conflict_do_nothing().returning(_account.c.name)
            ).first()
            if added is None:
                return False
            before_commit()
            event = NewEvent("users", "UsersChanged", users_changed([user]))
            self._streams.append(connection, [event], request_id=request_id)
        return True

    def with_hash(self, name: str) -> tuple[User, str] | None:
        """A user and the hash of the password."""
        with self._database.reading() as connection:
            row = connection.execute(select(_account).where(_account.c.name == name)).first()
        return None if row is None else (_user(row), row.password_hash)

    def users(self, scope: Scope, limit: int) -> list[User]:
        """Users of a division subtree, by name."""
        query = (
            select(_account)
            .where(_account.c.division.startswith(scope.division_prefix, autoescape=True))
            .order_by(_account.c.name)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_user(row) for row in connection.execute(query)]

    def change_password(self, name: str, password_hash: str) -> None:
        """Sets a new password and ends all sessions of the user."""
        with self._database.transaction() as connection:
            connection.execute(
                update(_account)
                .where(_account.c.name == name)
                .values(password_hash=password_hash, must_change_password=False)
            )
            connection.execute(delete(_session).where(_session.c.name == name))

    def count_attempt(self, subject: str, now: datetime, window: timedelta) -> tuple[int, datetime]:
        """Counts one attempt; how many there are in the running window, and when it ends."""
        statement = upsert(_attempt).values(subject=subject, attempts=1, window_ends_at=now + window)
        runs = _attempt.c.window_ends_at > now
        counted = statement.on_conflict_do_update(
            index_elements=[_attempt.c.subject],
            set_={
                "attempts": case((runs, _attempt.c.attempts + 1), else_=1),
                "window_ends_at": case((runs, _attempt.c.window_ends_at), else_=now + window),
            },
        ).returning(_attempt.c.attempts, _attempt.c.window_ends_at)
        with self._database.transaction() as connection:
            row = connection.execute(counted).one()
        return row.attempts, row.window_ends_at

    def forget_attempts(self, subject: str) -> None:
        """Starts counting anew."""
        with self._database.transaction() as connection:
            connection.execute(delete(_attempt).where(_attempt.c.subject == subject))

    def open_session(self, token: bytes, name: str, now: datetime, expires_at: datetime) -> None:
        """Keeps the hash of a session's token."""
        values = {"token_hash": token, "name": name, "opened_at": now, "expires_at": expires_at}
        with self._database.transaction() as connection:
            connection.execute(insert(_session).values(values))

    def session(self, token: bytes, now: datetime) -> Session | None:
        """The session of a token's hash, if it runs and the user is active."""
        query = (
            select(_account, _session.c.expires_at)
            .join(_session, _session.c.name == _account.c.name)
            .where(_session.c.token_hash == token, _session.c.expires_at > now, _account.c.active)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Session(_user(row), row.expires_at)

    def close_session(self, token: bytes) -> None:
        """Ends a session."""
        with self._database.transaction() as connection:
            connection.execute(delete(_session).where(_session.c.token_hash == token))

    def purge(self, now: datetime) -> None:
        """Removes sessions and windows of attempts that have ended."""
        with self._database.transaction() as connection:
            connection.execute(delete(_session).where(_session.c.expires_at <= now))
            connection.execute(delete(_attempt).where(_attempt.c.window_ends_at <= now))


class LiveBoard:
    """What just happened, for open pages: rows that live for minutes, and a notification at commit.

    Every gateway process reads the board for its own clients, whichever of them consumed the event.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def post(self, connection: SqlConnection, events: Sequence[LiveEvent], happened_at: datetime) -> None:
        """Puts events on the board, in the caller's transaction."""
        if not events:
            return
        # Ids must become visible in their order, or a reader that has seen a higher one misses a lower one.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LIVE_LOCK})
        rows = [
            {
                "kind": event.kind,
                "divisions": list(event.divisions),
                "fund": event.fund,
                "body": event.body,
                "happened_at": happened_at,
            }
            for event in events
        ]
        connection.execute(insert(_live), rows)
        connection.execute(text(f"NOTIFY {LIVE_CHANNEL}"))

    def newest(self) -> int:
        """The id of the newest event; 0 if there is none."""
        with self._database.reading() as connection:
            newest: int = connection.execute(select(func.coalesce(func.max(_live.c.id), 0))).scalar_one()
        return newest

    def after(self, last_id: int) -> list[LiveEvent]:
        """The next events, oldest first, at most 500."""
        query = select(_live).where(_live.c.id > last_id).order_by(_live.c.id).limit(LIVE_PAGE_MAX)
        with self._database.reading() as connection:
            return [
                LiveEvent(row.id, row.kind, tuple(row.divisions), row.fund, row.body)
                for row in connection.execute(query)
            ]

    def wait(self, timeout_s: float) -> Iterator[None]:
        """Yields at each notification, and at least every `timeout_s`, on a connection of its own."""
        with self._database.engine.connect() as pooled:
            connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"LISTEN {LIVE_CHANNEL}"))
            driver = connection.connection.driver_connection
            while driver is not None:
                yield
                for _ in driver.notifies(timeout=timeout_s, stop_after=1):
                    pass

    def purge(self, older_than: datetime) -> None:
        """Removes what has been on the board long enough."""
        with self._database.transaction() as connection:
            connection.execute(delete(_live).where(_live.c.happened_at < older_than))


class FirstPasswordFile:
    """The generated password of the first user in a file that only the owner of the process can read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, password: str) -> None:
        """Keeps it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")

    def remove(self) -> None:
        """Forgets it."""
        self._path.unlink(missing_ok=True)


def _values(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "display_name": user.display_name,
        "roles": list(user.roles),
        "division": user.division,
        "funds": list(user.funds),
        "email": user.email,
        "language": user.language,
        "active": user.active,
        "must_change_password": user.must_change_password,
    }


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(
        name=row.name,
        display_name=row.display_name,
        roles=tuple(row.roles),
        division=row.division,
        funds=tuple(row.funds),
        email=row.email,
        language=row.language,
        active=row.active,
        must_change_password=row.must_change_password,
    )
