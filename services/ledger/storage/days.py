"""Business days: the states to tell when a day closes, what had arrived by then, and the closing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import polars as pl
from mingzhang.ledger.v1.columns import PROGRESS_DAYS, QUOTA_DAYS
from sqlalchemy import Connection, text

from services.kit.clock import Clock
from services.kit.errors import Refused
from services.kit.frames import copy_out
from services.kit.module import Database, Streams
from services.ledger import messages
from services.ledger.domain.accounts import KIND_BITS, OUTSIDE, AccountKind
from services.ledger.domain.changes import Coverage, DayClosed
from services.ledger.domain.days import PROGRESS_MEASURES, QUOTA_MEASURES, Calendar, states
from services.ledger.storage.base_data import read_calendar

PAYMENT_SOURCE = "payment"

_KIND = f"account_id & {(1 << KIND_BITS) - 1}"
_OUTSIDE = ", ".join(str(int(kind)) for kind in OUTSIDE)
_PASSED_ON = f"{int(AccountKind.ISSUED)}, {int(AccountKind.IN_TRANSIT)}"
# What changed the state of a quota, by day. The first row says that the state begins there.
_CHANGES = f"""
    SELECT id AS quota_id, effective_on AS day, 0 AS amount_fen, 0 AS issued_fen, 0 AS allotted_fen, 0 AS paid_fen
    FROM quota
    UNION ALL
    SELECT account_id >> {KIND_BITS}, day, CASE WHEN {_KIND} IN ({_OUTSIDE}) THEN -delta_fen ELSE 0 END,
        CASE WHEN {_KIND} IN ({_PASSED_ON}) THEN delta_fen ELSE 0 END, 0,
        CASE WHEN {_KIND} = {int(AccountKind.PAID_FINAL)} THEN delta_fen ELSE 0 END
    FROM account_day
    WHERE {_KIND} IN ({_OUTSIDE}, {_PASSED_ON}, {int(AccountKind.PAID_FINAL)})
    UNION ALL
    SELECT quota_id, effective_on, 0, 0, amount_fen, 0 FROM allotment WHERE quota_id IS NOT NULL
"""
# Days that are told already become one row before the days to tell, on which later states build.
_DAY = """
    CASE WHEN %(after)s::date IS NULL OR c.day > %(after)s OR c.day >= r.from_day THEN c.day
        ELSE least(%(after)s::date, r.from_day - 1) END
"""
_RESTATED = "coalesce(c.day >= r.from_day, false)"


class BusinessDays:
    """Closes days. Implements usecases.Days."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self._streams = streams

    @contextmanager
    def closing(self, request_id: str) -> Iterator[DayClosing]:
        """A transaction in which no posting runs."""
        with self._database.transaction() as connection:
            connection.execute(text("LOCK TABLE posting_gate IN EXCLUSIVE MODE"))
            yield DayClosing(connection, self._streams, request_id)


class FiscalYears:
    """Closes years. Implements usecases.Years."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def close(self, fiscal_year: int, by: str) -> bool:
        """Closes a year whose days are closed, while no posting runs; false if it was closed before."""
        last = date(fiscal_year, 12, 31)
        with self._database.transaction() as connection:
            connection.execute(text("LOCK TABLE posting_gate IN EXCLUSIVE MODE"))
            closed_to: date | None = connection.scalar(text("SELECT max(day) FROM closed_day"))
            if closed_to is None or closed_to < last:
                raise Refused(
                    "ledger.open_days",
                    f"{fiscal_year} 年度尚有未关账的业务日，须先关账至 {last}",
                    f"days of {fiscal_year} are open: close them up to {last} first",
                    {"closed_to": closed_to or ""},
                )
            added = connection.execute(
                text("INSERT INTO closed_year VALUES (:year, :by, :at) ON CONFLICT DO NOTHING"),
                {"year": fiscal_year, "by": by, "at": self._clock.now()},
            )
            return added.rowcount > 0


class DayClosing:
    """The closing of one day over one connection. Implements usecases.Closing."""

    def __init__(self, connection: Connection, streams: Streams, request_id: str) -> None:
        self._connection = connection
        self._streams = streams
        self._request_id = request_id

    def closed_to(self) -> date | None:
        """The newest closed day."""
        newest: date | None = self._connection.scalar(text("SELECT max(day) FROM closed_day"))
        return newest

    def first_day(self) -> date | None:
        """The first day that has an entry."""
        query = """
            SELECT least((SELECT min(effective_on) FROM quota), (SELECT min(effective_on) FROM project),
                (SELECT min(day) FROM account_day), (SELECT min(effective_on) FROM disbursement))
        """
        first: date | None = self._connection.scalar(text(query))
        return first

    def place(self) -> int:
        """Height of the newest block: states computed at another place are stale."""
        return int(self._connection.scalar(text("SELECT height FROM chain_head")) or 0)

    def states(self, after: date | None, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The quota_days and progress_days to tell when the days after `after`, which is closed, close up to `last`."""
        return self._quota_days(after, last), self._progress_days(after, last)

    def _quota_days(self, after: date | None, last: date) -> pl.DataFrame:
        changes = copy_out(
            self._connection,
            f"""
            SELECT c.quota_id, {_DAY}, {", ".join(f"sum(c.{name})::bigint" for name in QUOTA_MEASURES)}, {_RESTATED}
            FROM ({_CHANGES}) AS c JOIN quota AS q ON q.id = c.quota_id
            LEFT JOIN restated AS r ON r.kind = 'quota_day' AND r.key = q.key
            WHERE c.day <= %(last)s GROUP BY 1, 2, {3 + len(QUOTA_MEASURES)}
            """,
            {"after": after, "last": last},
            {
                "quota_id": pl.Int64,
                "day": pl.Date,
                **dict.fromkeys(QUOTA_MEASURES, pl.Int64),
                "restated": pl.Boolean,
            },
        )
        told = states(changes, "quota_id", QUOTA_MEASURES, after)
        described = told.join(self._quotas(), on="quota_id", how="inner").with_columns(
            unpaid_fen=pl.col("amount_fen") - pl.col("issued_fen") - pl.col("paid_fen")
        )
        return described.rename({"day": "from_day"}).select(QUOTA_DAYS.names).sort("key", "from_day")

    def _quotas(self) -> pl.DataFrame:
        return copy_out(
            self._connection,
            """
            SELECT id, key, category, document_number, fund_code, division_code, fiscal_year, received_on FROM quota
            """,
            {},
            {
                "quota_id": pl.Int64,
                "key": pl.String,
                "category": pl.String,
                "document_number": pl.String,
                "fund_code": pl.String,
                "division_code": pl.String,
                "fiscal_year": pl.Int32,
                "received_on": pl.Date,
            },
        )

    def _progress_days(self, after: date | None, last: date) -> pl.DataFrame:
        changes = copy_out(
            self._connection,
            f"""
            SELECT c.key, {_DAY}, sum(c.amount_fen - c.issued_fen)::bigint, sum(c.paid_fen)::bigint, {_RESTATED}
            FROM (
                SELECT c.*, concat_ws(':', q.division_code, q.fund_code, q.fiscal_year) AS key
                FROM ({_CHANGES}) AS c JOIN quota AS q ON q.id = c.quota_id WHERE q.fund_code IS NOT NULL
            ) AS c
            LEFT JOIN restated AS r ON r.kind = 'progress_day' AND r.key = c.key
            WHERE c.day <= %(last)s GROUP BY 1, 2, 5
            """,
            {"after": after, "last": last},
            {
                "key": pl.String,
                "day": pl.Date,
                **dict.fromkeys(PROGRESS_MEASURES, pl.Int64),
                "restated": pl.Boolean,
            },
        )
        parts = pl.col("key").str.split(":")
        funds = self._quotas().select("fund_code", "category").unique("fund_code", maintain_order=True)
        return (
            states(changes, "key", PROGRESS_MEASURES, after)
            .rename({"day": "from_day"})
            .with_columns(
                division_code=parts.list.get(0),
                fund_code=parts.list.get(1),
                fiscal_year=parts.list.get(2).cast(pl.Int32),
            )
            .join(funds, on="fund_code", how="inner")
            .select(PROGRESS_DAYS.names)
            .sort("key", "from_day")
        )

    def coverage(self) -> list[Coverage]:
        """What has arrived; payments are expected of every division that has a quota."""
        rows = self._connection.execute(
            text(
                """
                SELECT source, division_code, bool_or(expected) AS expected, max(covered_to) AS covered_to FROM (
                    SELECT source, division_code, true AS expected, covered_to FROM coverage
                    UNION ALL
                    SELECT :payment, division_code, true, NULL FROM quota
                ) AS known
                GROUP BY source, division_code ORDER BY source, division_code
                """
            ),
            {"payment": PAYMENT_SOURCE},
        )
        return [Coverage(row.source, row.division_code, row.expected, row.covered_to) for row in rows]

    def calendar(self) -> Calendar:
        """Working days."""
        return read_calendar(self._connection)

    def close(self, closed: DayClosed) -> None:
        """Closes the day and tells it, and with it every restated state. The last call."""
        position = self.place()
        self._connection.execute(
            text("INSERT INTO closed_day (day, position) VALUES (:day, :position)"),
            {"day": closed.day, "position": position},
        )
        self._connection.execute(text("DELETE FROM restated"))
        events = messages.events([closed])
        self._streams.append(self._connection, events, position=position, request_id=self._request_id)


def note_coverage(connection: Connection, covered: Sequence[tuple[str, str, date]]) -> None:
    """Keeps up to which business day the data of (source, division_code) has come."""
    if not covered:
        return
    connection.execute(
        text(
            """
            INSERT INTO coverage (source, division_code, covered_to) VALUES (:source, :division_code, :covered_to)
            ON CONFLICT (source, division_code)
            DO UPDATE SET covered_to = greatest(coverage.covered_to, excluded.covered_to)
            """
        ),
        [
            {"source": source, "division_code": division, "covered_to": day}
            for source, division, day in sorted(covered)
        ],
    )
