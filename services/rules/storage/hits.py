"""The hits of one log: what each rule said of each group of facts, replaced as the facts change."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from services.rules.storage.frames import columns_of, copy_in, copy_out
from services.rules.usecases.columns import AFFECTED, HIT

_AFFECTED = ", ".join(AFFECTED)


class Hits:
    """Hits of one log. Implements usecases.HitStore."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection = connection
        self._log = log

    def replace(self, touched: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
        """Deletes the hits of the touched groups, keeps the new ones, and returns what was affected.

        `touched`: rule_id, group_key, first_day, last_day; a hit outside the days stays (null: no bound).
        Returns rule_id, subject_kind, subject, period, each once.
        """
        gone = pl.DataFrame(schema=AFFECTED)
        if touched.height:
            gone = self._delete(touched)
        copy_in(self._connection, "hit", hits.select(pl.lit(self._log).alias("log"), *HIT))
        return pl.concat([gone, hits.select(AFFECTED.keys())]).unique()

    def _delete(self, touched: pl.DataFrame) -> pl.DataFrame:
        query = f"""
            DELETE FROM hit USING unnest(
                %(rule_id)s::text[], %(group_key)s::text[], %(first_day)s::date[], %(last_day)s::date[]
            ) AS touched(rule_id, group_key, first_day, last_day)
            WHERE hit.log = %(log)s
                AND hit.rule_id = touched.rule_id COLLATE "C" AND hit.group_key = touched.group_key COLLATE "C"
                AND (touched.first_day IS NULL OR hit.day >= touched.first_day)
                AND (touched.last_day IS NULL OR hit.day <= touched.last_day)
            RETURNING {", ".join(f"hit.{name}" for name in AFFECTED)}
        """
        names = ("rule_id", "group_key", "first_day", "last_day")
        parameters = {**columns_of(touched, names), "log": self._log}
        return copy_out(self._connection, query, parameters, AFFECTED)

    def of_warnings(self, affected: pl.DataFrame) -> pl.DataFrame:
        """All hits of these (rule_id, subject_kind, subject, period)."""
        query = f"""
            SELECT {", ".join(f"hit.{name}" for name in HIT)}
            FROM unnest(
                %(rule_id)s::text[], %(subject_kind)s::text[], %(subject)s::text[], %(period)s::text[]
            ) AS wanted({_AFFECTED})
            JOIN hit ON hit.log = %(log)s
                AND hit.rule_id = wanted.rule_id COLLATE "C" AND hit.subject = wanted.subject COLLATE "C"
                AND hit.period = wanted.period COLLATE "C"
                AND hit.subject_kind = wanted.subject_kind COLLATE "C"
        """
        parameters = {**columns_of(affected, list(AFFECTED)), "log": self._log}
        return copy_out(self._connection, query, parameters, HIT)

    def groups_with_hits(self, rule_id: str, groups: pl.Series) -> pl.Series:
        """Those of the groups on which the rule has a hit."""
        query = """
            SELECT DISTINCT hit.group_key FROM unnest(%(groups)s::text[]) AS wanted(group_key)
            JOIN hit ON hit.log = %(log)s AND hit.rule_id = %(rule_id)s
                AND hit.group_key = wanted.group_key COLLATE "C"
        """
        parameters = {"groups": groups.to_list(), "log": self._log, "rule_id": rule_id}
        return copy_out(self._connection, query, parameters, {"group_key": pl.String()})["group_key"]

    def periods_with_hits(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """The hits of these (rule_id, group_key, period): the same columns, and the hit's day."""
        query = """
            SELECT DISTINCT hit.rule_id, hit.group_key, hit.period, hit.day
            FROM unnest(%(rule_id)s::text[], %(group_key)s::text[], %(period)s::text[])
                AS wanted(rule_id, group_key, period)
            JOIN hit ON hit.log = %(log)s
                AND hit.rule_id = wanted.rule_id COLLATE "C" AND hit.group_key = wanted.group_key COLLATE "C"
                AND hit.period = wanted.period COLLATE "C"
        """
        names = ("rule_id", "group_key", "period")
        parameters = {**columns_of(wanted, names), "log": self._log}
        schema: dict[str, pl.DataType] = {name: pl.String() for name in names}
        return copy_out(self._connection, query, parameters, {**schema, "day": pl.Date()})
