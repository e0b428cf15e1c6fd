"""Base data that facts may name: divisions, funds, flows and the calendar, as base_sets.py puts them together."""

from __future__ import annotations

from sqlalchemy import Connection, text

from services.kit.module import Database, Streams
from services.ledger import messages
from services.ledger.domain.changes import BaseData, BaseDataChanged, Division, Fund
from services.ledger.domain.days import Calendar


class BaseDataTables:
    """What facts may name today."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> BaseDataChanged:
        """The divisions and funds in force."""
        with self._database.reading() as connection:
            divisions = connection.execute(
                text("SELECT code, name, level, parent_code FROM division ORDER BY code")
            )
            funds = connection.execute(
                text("SELECT code, level, name, category, scope_note FROM fund ORDER BY code")
            )
            return BaseDataChanged([Division(*row) for row in divisions], [Fund(*row) for row in funds])

    def province(self) -> str:
        """The code of the province that the divisions in force belong to; empty if there are none."""
        query = "SELECT code FROM division WHERE level = 'province' ORDER BY code LIMIT 1"
        with self._database.reading() as connection:
            return str(connection.scalar(text(query)) or "")


def put_base_data(
    connection: Connection, streams: Streams, fingerprint: str, data: BaseData, request_id: str
) -> bool:
    """Stores and tells base data in a transaction that no posting runs beside, unless it is there already."""
    if connection.scalar(text("SELECT fingerprint FROM base_data")) == fingerprint:
        return False
    _write(connection, fingerprint, data)
    told = BaseDataChanged(data.divisions, data.funds)
    streams.append(connection, messages.events([told]), request_id=request_id)
    return True


def _write(connection: Connection, fingerprint: str, data: BaseData) -> None:
    for table in ("base_data", "division", "fund", "flow", "calendar_exception"):
        connection.execute(text(f"DELETE FROM {table}"))
    connection.execute(
        text("INSERT INTO base_data (fingerprint, only_one) VALUES (:fingerprint, true)"),
        {"fingerprint": fingerprint},
    )
    connection.execute(
        text("INSERT INTO division VALUES (:code, :name, :level, :parent_code)"),
        [vars(d) for d in data.divisions],
    )
    connection.execute(
        text("INSERT INTO fund VALUES (:code, :level, :name, :category, :scope_note)"),
        [vars(f) for f in data.funds],
    )
    connection.execute(
        text("INSERT INTO flow VALUES (:issuer, :receiver)"),
        [{"issuer": issuer, "receiver": receiver} for issuer, receiver in data.flows],
    )
    connection.execute(
        text("INSERT INTO calendar_exception VALUES (:day, :working)"),
        [{"day": day, "working": working} for day, working in sorted(data.calendar.exceptions.items())],
    )


def read_calendar(connection: Connection) -> Calendar:
    """The calendar in force."""
    rows = connection.execute(text("SELECT day, working FROM calendar_exception"))
    return Calendar({row.day: row.working for row in rows})
