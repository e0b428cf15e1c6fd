"""Deliveries, the messages that carry them, and their receipts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Update, select, update
from sqlalchemy.dialects.postgresql import insert

from services.kit.module import Database
from services.notify.domain.cases import most_severe
from services.notify.domain.deliveries import Delivery, Line, Message, State
from services.notify.domain.routing import User
from services.notify.storage.cases import CaseTables
from services.notify.storage.directory import DirectoryTables, user_of
from services.notify.storage.tables import (
    deliveries,
    delivery_receipts,
    is_one_of,
    known_users,
    messages,
)

_WAITING = deliveries.c.message_id.is_(None) & ~deliveries.c.withdrawn
UNSENT = (State.WAITING.value, State.SENDING.value, State.IN_DOUBT.value)


class DeliveryTables:
    """Implements usecases.DeliveryBook inside the transaction that is handed in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_cases(self, case_ids: Collection[str]) -> dict[str, list[Delivery]]:
        """All deliveries of these cases, by case."""
        rows = self._connection.execute(
            select(deliveries)
            .where(is_one_of(deliveries.c.case_id, case_ids))
            .order_by(deliveries.c.created_at, deliveries.c.delivery_id)
        ).mappings()
        found: dict[str, list[Delivery]] = {}
        for row in rows:
            found.setdefault(row["case_id"], []).append(_delivery(row))
        return found

    def add(self, new: Sequence[Delivery]) -> None:
        """Inserts deliveries; one with a known identity stays as it is."""
        rows = [{**asdict(item), "message_id": item.message_id or None} for item in new]
        if rows:
            self._connection.execute(insert(deliveries).on_conflict_do_nothing(), rows)

    def withdraw(self, delivery_ids: Collection[str]) -> None:
        """Withdraws what no message tells yet."""
        if delivery_ids:
            self._connection.execute(
                update(deliveries)
                .where(is_one_of(deliveries.c.delivery_id, delivery_ids), _WAITING)
                .values(withdrawn=True)
            )

    def waiting_recipients(self) -> list[tuple[str, str]]:
        """(channel, recipient) of what waits."""
        pair = (deliveries.c.channel, deliveries.c.recipient)
        rows = self._connection.execute(select(*pair).where(_WAITING).distinct().order_by(*pair))
        return [(row.channel, row.recipient) for row in rows]

    def composed_since(self, channel: str, recipient: str, since: datetime) -> list[datetime]:
        """When messages were composed for them."""
        table = messages.c
        rows = self._connection.execute(
            select(table.composed_at)
            .where(table.channel == channel, table.recipient == recipient, table.composed_at > since)
            .limit(1_000)
        )
        return [row.composed_at for row in rows]

    def waiting_lines(self, channel: str, recipient: str, limit: int) -> dict[str, Line]:
        """What waits for one recipient, oldest first, with the cases as they stand."""
        table = deliveries.c
        rows = self._connection.execute(
            select(table.delivery_id, table.case_id, table.reason, table.request_id)
            .where(_WAITING, table.channel == channel, table.recipient == recipient)
            .order_by(table.created_at, table.delivery_id)
            .limit(limit)
        ).all()
        cases = CaseTables(self._connection).load({row.case_id for row in rows})
        divisions = DirectoryTables(self._connection).divisions()
        lines = {}
        for row in rows:
            case = cases[row.case_id]
            division = divisions.get(case.division_code)
            lines[row.delivery_id] = Line(
                case.case_id,
                row.reason,
                case.severity,
                case.title,
                most_severe(case.standing or list(case.warnings.values())).message,
                case.amount_fen,
                case.division_code,
                division.name if division else case.division_code,
                case.subject_kind,
                case.subject,
                len(case.standing),
                row.request_id,
            )
        return lines

    def compose(self, message: Message, delivery_ids: Collection[str]) -> None:
        """Stores a message and points its deliveries to it."""
        self._connection.execute(insert(messages), [{"message_id": message.message_id, **_values(message)}])
        self._connection.execute(
            update(deliveries)
            .where(is_one_of(deliveries.c.delivery_id, delivery_ids))
            .values(message_id=message.message_id)
        )


class PostOfficeTables:
    """Implements usecases.PostOffice: each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, channels: Collection[str], now: datetime, begin: Callable[[Message], Message]
    ) -> Message | None:
        """Locks the message that is due longest, passing over those that another process has locked."""
        table = messages.c
        due = (
            select(messages)
            .where(
                table.next_attempt_at <= now,
                is_one_of(table.state, UNSENT),
                is_one_of(table.channel, channels),
            )
            .order_by(table.next_attempt_at, table.message_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as connection:
            row = connection.execute(due).mappings().first()
            if row is None:
                return None
            message = begin(_message(row))
            connection.execute(_change(message))
            return message

    def user(self, name: str) -> User | None:
        """A user as they now stand."""
        with self._database.reading() as connection:
            row = connection.execute(select(known_users).where(known_users.c.user_name == name)).mappings()
            found = row.first()
        return user_of(found) if found else None

    def record(self, message: Message, now: datetime) -> None:
        """Stores the outcome of an attempt, and a receipt for each delivery of a message that was sent."""
        change = _change(message)
        if message.state is not State.SENT:
            # An attempt that took longer than its lease does not undo what a later one has done.
            change = change.where(messages.c.attempts == message.attempts)
        with self._database.transaction() as connection:
            connection.execute(change)
            if message.state is State.SENT:
                told = select(deliveries.c.delivery_id).where(deliveries.c.message_id == message.message_id)
                rows = [
                    {
                        "delivery_id": row.delivery_id,
                        "message_id": message.message_id,
                        "sent_at": now,
                        "receipt": message.note,
                    }
                    for row in connection.execute(told)
                ]
                connection.execute(insert(delivery_receipts).on_conflict_do_nothing(), rows)

    def try_again(self, message_id: str, now: datetime) -> bool:
        """Lets a message that was given up try again from the start; False if it was not."""
        with self._database.transaction() as connection:
            result = connection.execute(
                update(messages)
                .where(messages.c.message_id == message_id, messages.c.state == State.GIVEN_UP.value)
                .values(state=State.WAITING.value, attempts=0, next_attempt_at=now)
            )
            return result.rowcount == 1


def _change(message: Message) -> Update:
    values = _values(message)
    del values["lines"]
    return update(messages).where(messages.c.message_id == message.message_id).values(**values)


def _values(message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "recipient": message.recipient,
        "lines": [asdict(line) for line in message.lines],
        "composed_at": message.composed_at,
        "state": message.state.value,
        "attempts": message.attempts,
        "next_attempt_at": message.next_attempt_at,
        "doubtful": message.doubtful,
        "note": message.note,
    }


def _message(row: RowMapping) -> Message:
    return Message(
        row["message_id"],
        row["channel"],
        row["recipient"],
        tuple(Line(**line) for line in row["lines"]),
        row["composed_at"],
        State(row["state"]),
        row["attempts"],
        row["next_attempt_at"],
        row["doubtful"],
        row["note"],
    )


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        row["delivery_id"],
        row["case_id"],
        row["channel"],
        row["recipient"],
        row["reason"],
        row["route_reason"],
        row["request_id"],
        row["created_at"],
        row["message_id"] or "",
        row["withdrawn"],
    )
