"""What notify keeps of users and divisions, inside the transaction that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.routing import Division, User
from services.notify.storage.tables import known_divisions, known_users


class DirectoryTables:
    """Implements usecases.Directory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def users(self) -> list[User]:
        """All users by login name."""
        rows = self._connection.execute(select(known_users).order_by(known_users.c.user_name)).mappings()
        return [user_of(row) for row in rows]

    def divisions(self) -> dict[str, Division]:
        """All divisions by code."""
        rows = self._connection.execute(select(known_divisions))
        return {row.code: Division(row.code, row.name, row.level, row.parent_code) for row in rows}

    def save_users(self, users: Sequence[User]) -> None:
        """Upserts users; of one that is named twice the last word counts."""
        rows = list({user.user: _user_row(user) for user in users}.values())
        if rows:
            statement = insert(known_users)
            changes = {name: statement.excluded[name] for name in rows[0] if name != "user_name"}
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["user_name"], set_=changes), rows
            )

    def replace_divisions(self, divisions: Sequence[Division]) -> None:
        """Replaces all divisions."""
        self._connection.execute(delete(known_divisions))
        rows = [
            {"code": item.code, "name": item.name, "level": item.level, "parent_code": item.parent_code}
            for item in divisions
        ]
        self._connection.execute(insert(known_divisions), rows)


def user_of(row: RowMapping) -> User:
    """A user from its row."""
    return User(
        row["user_name"],
        row["display_name"],
        row["email"],
        row["division_code"],
        tuple(row["roles"]),
        row["language"],
        row["active"],
    )


def _user_row(user: User) -> dict[str, Any]:
    return {
        "user_name": user.user,
        "display_name": user.display_name,
        "email": user.email,
        "division_code": user.division_code,
        "roles": list(user.roles),
        "language": user.language,
        "active": user.active,
    }
