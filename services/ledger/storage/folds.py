"""Folds: sums by account and month over stretches of the chain, so that a view need not read every change by day."""

from __future__ import annotations

from sqlalchemy import Connection, text

from services.kit.clock import Clock, microseconds
from services.kit.module import Database

FOLD_ENTRIES = 200_000
"""A stretch ends with the block in which it has so many entries, or when it is a day old."""
MERGED = 8
"""So many stretches of one level become one of the next, which is read instead of them."""
LEVELS_MAX = 20
BLOCKS_LOOKED_AT = 20_000
STRETCHES_MAX = 10_000
_DAY_US = 86_400 * 1_000_000

_NEXT = text(
    """
    SELECT min(height) FILTER (WHERE so_far >= :entries) AS enough, max(height) AS head,
        min(recorded_at_us) AS oldest_us
    FROM (
        SELECT height, recorded_at_us, sum(entries) OVER (ORDER BY height) AS so_far FROM block
        WHERE height > :after ORDER BY height LIMIT :looked_at
    ) AS blocks
    """
)
_ADD = text("INSERT INTO fold (after_height, last_height, level) VALUES (:after, :last, :level) RETURNING id")
_FOLD = text(
    """
    INSERT INTO account_month (fold_id, account_id, month, delta_fen)
    SELECT CAST(:id AS bigint), d.account_id, date_trunc('month', d.day)::date, sum(d.delta_fen)
    FROM account_day AS d JOIN block AS b ON b.posting_id = d.posting_id
    WHERE b.height > :after AND b.height <= :last AND d.posting_id >= (
        SELECT min(posting_id) FROM block WHERE height > :after AND height <= :last
    )
    GROUP BY 2, 3 HAVING sum(d.delta_fen) <> 0
    """
)
_UNMERGED = text(
    """
    SELECT id, after_height, last_height FROM fold
    WHERE level = :level AND after_height >= (
        SELECT coalesce(max(last_height), 0) FROM fold WHERE level = :level + 1
    ) ORDER BY after_height LIMIT :merged
    """
)
_MERGE = text(
    """
    INSERT INTO account_month (fold_id, account_id, month, delta_fen)
    SELECT CAST(:id AS bigint), account_id, month, sum(delta_fen) FROM account_month WHERE fold_id = ANY (:parts)
    GROUP BY 2, 3 HAVING sum(delta_fen) <> 0
    """
)


class MonthFolds:
    """Folds what is recorded. Implements jobs.Folding.

    By height, which is the order of commits: a posting that began before and ended after a fold has a greater height
    than all that is in it, whatever its own id. A late entry for an old month therefore stands outside of the fold, and
    a view reads it by day until the next one.
    """

    def __init__(
        self, database: Database, clock: Clock, entries: int = FOLD_ENTRIES, merged: int = MERGED
    ) -> None:
        self._database = database
        self._clock = clock
        self._entries = entries
        self._merged = merged

    def fold(self) -> int:
        """Folds stretches as long as there is enough for one, then merges; returns how many were folded."""
        stretches = 0
        while self._fold_one():
            stretches += 1
        for level in range(LEVELS_MAX if stretches else 0):
            while self._merge_one(level):
                pass
        if stretches:
            with self._database.transaction() as connection:
                connection.execute(text("SELECT brin_summarize_new_values('account_day_range')"))
        return stretches

    def _fold_one(self) -> bool:
        with self._database.transaction() as connection:
            stretch = self._next(connection)
            if stretch is None:
                return False
            after, last = stretch
            connection.execute(text("SET LOCAL enable_nestloop = off"))
            added = connection.execute(_ADD, {"after": after, "last": last, "level": 0}).scalar_one()
            connection.execute(_FOLD, {"id": added, "after": after, "last": last})
            return True

    def _next(self, connection: Connection) -> tuple[int, int] | None:
        after = int(connection.scalar(text("SELECT coalesce(max(last_height), 0) FROM fold")) or 0)
        asked = {"after": after, "entries": self._entries, "looked_at": BLOCKS_LOOKED_AT}
        found = connection.execute(_NEXT, asked).one()
        if found.head is None:
            return None
        if found.enough is not None:
            return after, int(found.enough)
        is_old = microseconds(self._clock.now()) - found.oldest_us >= _DAY_US
        is_full = found.head - after >= BLOCKS_LOOKED_AT
        return (after, int(found.head)) if is_old or is_full else None

    def _merge_one(self, level: int) -> bool:
        with self._database.transaction() as connection:
            parts = connection.execute(_UNMERGED, {"level": level, "merged": self._merged}).all()
            if len(parts) < self._merged:
                return False
            merged = {"after": parts[0].after_height, "last": parts[-1].last_height, "level": level + 1}
            added = connection.execute(_ADD, merged).scalar_one()
            connection.execute(_MERGE, {"id": added, "parts": [part.id for part in parts]})
            return True


def cover(connection: Connection, height: int) -> tuple[list[int], int]:
    """The fewest stretches from the first block on that were all recorded at a height, and the height they end with."""
    query = text(
        f"""
        SELECT id, after_height, last_height FROM fold WHERE last_height <= :height
        ORDER BY after_height, last_height DESC LIMIT {STRETCHES_MAX}
        """
    )
    ids, end = [], 0
    for stretch in connection.execute(query, {"height": height}):
        # Of those that begin here the longest comes first; the others begin before where it ends.
        if stretch.after_height == end:
            ids.append(stretch.id)
            end = stretch.last_height
    return ids, end
