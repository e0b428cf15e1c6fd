"""Folds: sums by account and month over stretches of the chain, so that a view need not read every change by day."""

from __future__ import annotations

from sqlalchemy import Connection, text

from services.kit.clock import Clock, microseconds
from services.kit.module import Database

FOLD_BLOCKS_MIN = 256
"""A stretch has at least so many blocks, or is a day old."""
FOLD_BLOCKS_MAX = 4096
"""A stretch has at most so many, so that no statement takes long."""
_DAY_US = 86_400 * 1_000_000

_FOLD = text(
    """
    WITH added AS (
        INSERT INTO account_month (last_height, account_id, month, delta_fen)
        SELECT CAST(:last AS bigint), d.account_id, date_trunc('month', d.day)::date, sum(d.delta_fen)
        FROM account_day AS d JOIN block AS b ON b.posting_id = d.posting_id
        WHERE b.height > :after AND b.height <= :last AND d.posting_id >= (
            SELECT min(posting_id) FROM block WHERE height > :after AND height <= :last
        )
        GROUP BY 2, 3 HAVING sum(d.delta_fen) <> 0 RETURNING 1
    )
    INSERT INTO fold (last_height, after_height, rows_folded) SELECT :last, :after, count(*) FROM added
    """
)


class MonthFolds:
    """Folds what is recorded. Implements jobs.Folding.

    By height, which is the order of commits: a posting that began before and ended after a fold has a greater height
    than all that is in it, whatever its own id. A late entry for an old month therefore stands outside of the fold, and
    a view reads it by day until the next one.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        blocks_min: int = FOLD_BLOCKS_MIN,
        blocks_max: int = FOLD_BLOCKS_MAX,
    ) -> None:
        self._database = database
        self._clock = clock
        self._blocks_min = blocks_min
        self._blocks_max = blocks_max

    def fold(self) -> int:
        """Folds stretches as long as there is enough for one; returns how many."""
        stretches = 0
        while True:
            with self._database.transaction() as connection:
                stretch = self._next(connection)
                if stretch is None:
                    break
                connection.execute(text("SET LOCAL enable_nestloop = off"))
                connection.execute(_FOLD, {"after": stretch[0], "last": stretch[1]})
            stretches += 1
        if stretches:
            with self._database.transaction() as connection:
                connection.execute(text("SELECT brin_summarize_new_values('account_day_range')"))
        return stretches

    def _next(self, connection: Connection) -> tuple[int, int] | None:
        head = connection.scalar(text("SELECT height FROM chain_head")) or 0
        after = connection.scalar(text("SELECT coalesce(max(last_height), 0) FROM fold"))
        if head - after < self._blocks_min:
            oldest = connection.scalar(
                text("SELECT recorded_at_us FROM block WHERE height = :height"), {"height": after + 1}
            )
            if oldest is None or microseconds(self._clock.now()) - oldest < _DAY_US:
                return None
        return after, min(head, after + self._blocks_max)
