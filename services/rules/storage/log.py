"""The judgement logs, the bundles they run by, the counters and the quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_in, copy_out
from services.rules.domain import Bundle
from services.rules.usecases.log import Entry, EvaluatorState, Quarantined, Source

NAMED_CHARACTERS_MAX = 500
"""Of the name of what went into quarantine; longer texts may not fit into its index."""


class Log:
    """The judgement log of one evaluator. Implements usecases.LogStore."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection = connection
        self._log = log

    def lock(self) -> EvaluatorState:
        """Locks the evaluator until the end of the transaction, and returns how far it is."""
        self._connection.execute(
            text("INSERT INTO evaluator (log, place) VALUES (:log, 0) ON CONFLICT (log) DO NOTHING"),
            {"log": self._log},
        )
        row = self._connection.execute(
            text(
                "SELECT place, bundle_hash, closed_to, lists_seq, last_error"
                " FROM evaluator WHERE log = :log FOR UPDATE"
            ),
            {"log": self._log},
        ).one()
        return EvaluatorState(self._log, *row)

    def append(self, state: EvaluatorState, entry: Entry) -> None:
        """Stores the evaluator's new state and the log's entry: a row for each source, at the places up to the state's."""
        self._connection.execute(
            text(
                "UPDATE evaluator SET place = :place, bundle_hash = :bundle_hash, closed_to = :closed_to,"
                " lists_seq = :lists_seq, last_error = :last_error WHERE log = :log"
            ),
            {**vars(state), "last_error": _storable(state.last_error)},
        )
        self._connection.execute(
            text(
                "INSERT INTO judgement_log (log, place, kind, emitter, stream, stream_seq, name,"
                " bundle_hash, lists_seq, request_id, judged_at) VALUES (:log, :place, :kind, :emitter, :stream,"
                " :stream_seq, :name, :bundle_hash, :lists_seq, :request_id, :judged_at)"
            ),
            [
                {
                    **vars(state),
                    **vars(source),
                    "kind": entry.kind,
                    "place": place,
                    "judged_at": state.place,
                }
                for place, source in enumerate(entry.sources, state.place - len(entry.sources) + 1)
            ],
        )

    def bundle(self, digest: str) -> bytes:
        """The content of a bundle by its hash."""
        row = self._connection.execute(
            text("SELECT body FROM bundle WHERE hash = :hash"), {"hash": digest}
        ).one()
        return bytes(row[0])

    def keep_bundle(self, bundle: Bundle, deployed_by: str) -> None:
        """Stores a bundle once and for all under its hash."""
        self._connection.execute(
            text(
                "INSERT INTO bundle (hash, category, body, rules, deployed_by)"
                " VALUES (:hash, :category, :body, :rules, :deployed_by) ON CONFLICT (hash) DO NOTHING"
            ),
            {
                "hash": bundle.hash,
                "category": bundle.category,
                "body": bundle.content,
                "rules": len(bundle.rules),
                "deployed_by": deployed_by,
            },
        )

    def close_stream(self, stream: str, day: date, streams: int) -> date | None:
        """Notes that a stream closed a day; returns the day that all `streams` have closed, if there is one."""
        self._connection.execute(
            text(
                "INSERT INTO closed_stream (log, stream, closed_to) VALUES (:log, :stream, :day)"
                " ON CONFLICT (log, stream)"
                " DO UPDATE SET closed_to = greatest(closed_stream.closed_to, excluded.closed_to)"
            ),
            {"log": self._log, "stream": stream, "day": day},
        )
        row = self._connection.execute(
            text("SELECT count(*), min(closed_to) FROM closed_stream WHERE log = :log"), {"log": self._log}
        ).one()
        return row[1] if row[0] == streams else None

    def count_cannot_judge(self, counts: Mapping[str, int]) -> None:
        """Adds to the rules' counters of facts that they could not judge for lack of data."""
        if not counts:
            return
        self._connection.execute(
            text(
                "INSERT INTO rule_counter (log, rule_id, cannot_judge) SELECT :log, given.rule_id, given.number"
                " FROM unnest(CAST(:rules AS text[]), CAST(:numbers AS bigint[])) AS given(rule_id, number)"
                " ON CONFLICT (log, rule_id)"
                " DO UPDATE SET cannot_judge = rule_counter.cannot_judge + excluded.cannot_judge"
            ),
            {"log": self._log, "rules": list(counts), "numbers": list(counts.values())},
        )

    def quarantine(self, place: int, sources: Sequence[Source], items: Sequence[Quarantined]) -> None:
        """Keeps what could not be judged where people see it, with the event that told it or else the last of the run."""
        by_position = {source.position: source for source in reversed(sources)}
        rows = [
            {
                "log": self._log,
                "place": place,
                "stream": sources[-1].stream,
                "stream_seq": by_position.get(item.position, sources[-1]).stream_seq,
                "kind": item.kind,
                "rule_id": item.rule_id,
                "key": _storable(item.key)[:NAMED_CHARACTERS_MAX],
                "error": _storable(item.error),
            }
            for item in items
        ]
        if rows:
            self._connection.execute(
                text(
                    "INSERT INTO fact_quarantine (log, place, stream, stream_seq, kind, rule_id, key, error)"
                    " VALUES (:log, :place, :stream, :stream_seq, :kind, :rule_id, :key, :error)"
                ),
                rows,
            )

    def release_groups(self, rule_id: str, groups: Sequence[str]) -> None:
        """Forgets the quarantine of match groups that are judged anew."""
        # Nearly always there is none, and thousands of look-ups per batch are spared.
        found = self._connection.execute(
            text("SELECT 1 FROM fact_quarantine WHERE log = :log AND rule_id = :rule_id LIMIT 1"),
            {"log": self._log, "rule_id": rule_id},
        )
        if found.first() is None:
            return
        self._connection.execute(
            text(
                "DELETE FROM fact_quarantine WHERE log = :log AND rule_id = :rule_id"
                " AND key = ANY(CAST(:groups AS text[])) AND kind = 'group'"
            ),
            {
                "log": self._log,
                "rule_id": rule_id,
                "groups": [_storable(group)[:NAMED_CHARACTERS_MAX] for group in groups],
            },
        )

    def wait_for_close(self, rule_id: str, kind: str, facts: pl.DataFrame) -> None:
        """Notes facts (key, day) whose groups a rule judges when their day closes."""
        waiting = facts.select(
            pl.lit(self._log).alias("log"),
            pl.lit(rule_id).alias("rule_id"),
            pl.lit(kind).alias("kind"),
            "key",
            pl.col("day").alias("due_day"),
        )
        copy_in(self._connection, "pending_fact", waiting)

    def take_due(self, closed_to: date) -> pl.DataFrame:
        """Forgets and returns the facts whose day has closed: rule_id, kind, key."""
        query = """
            DELETE FROM pending_fact WHERE log = %(log)s AND due_day <= %(closed_to)s
            RETURNING rule_id, kind, key
        """
        schema = {name: pl.String() for name in ("rule_id", "kind", "key")}
        return copy_out(self._connection, query, {"log": self._log, "closed_to": closed_to}, schema).unique()


def _storable(text: str) -> str:
    """The text without what no text of the database can have: what is told of a strange fact must not be refused too."""
    return text.replace("\0", "\ufffd")


def evaluator_states(connection: Connection) -> list[EvaluatorState]:
    """How far each evaluator is, without locking it."""
    rows = connection.execute(
        text("SELECT log, place, bundle_hash, closed_to, lists_seq, last_error FROM evaluator ORDER BY log")
    )
    return [EvaluatorState(*row) for row in rows]


def quarantined(connection: Connection) -> dict[str, int]:
    """The number of facts and groups in quarantine, by log."""
    rows = connection.execute(text("SELECT log, count(*) FROM fact_quarantine GROUP BY log"))
    return {row[0]: row[1] for row in rows}


def applied(connection: Connection) -> dict[str, dict[str, int]]:
    """The last number applied of each "emitter/stream", by log."""
    rows = connection.execute(
        text(
            "SELECT log, emitter || '/' || stream, max(stream_seq) FROM judgement_log"
            " WHERE emitter <> '' GROUP BY log, emitter, stream"
        )
    )
    found: dict[str, dict[str, int]] = {}
    for log, stream, seq in rows:
        found.setdefault(log, {})[stream] = seq
    return found


def cannot_judge(connection: Connection) -> dict[tuple[str, str], int]:
    """The rules' counters of facts that they could not judge, by (log, rule)."""
    rows = connection.execute(text("SELECT log, rule_id, cannot_judge FROM rule_counter"))
    return {(row[0], row[1]): row[2] for row in rows}
