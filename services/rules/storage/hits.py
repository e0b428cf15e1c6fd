"""The hits of one log: what each rule said of each group of facts, replaced as the facts change."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from services.kit.frames import copy_in, look_up, wanted
from services.kit.rows import no_rows
from services.rules.usecases.columns import AFFECTED, HIT

HITS_READ_SHARE = 4
"""All hits of a rule are read if they are at most one for so many touched groups; else each group is looked up."""


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
        gone = no_rows(AFFECTED)
        if touched.height:
            gone = self._delete(touched)
        copy_in(self._connection, "hit", hits.select(pl.lit(self._log).alias("log"), *HIT))
        return pl.concat([gone, hits.select(AFFECTED.keys())]).unique()

    def _delete(self, touched: pl.DataFrame) -> pl.DataFrame:
        touched = self._with_hits(touched)
        if touched.height == 0:
            return no_rows(AFFECTED)
        asked = wanted(touched.select("rule_id", "group_key", "first_day", "last_day"))
        query = f"""
            DELETE FROM hit WHERE hit.ctid = ANY (ARRAY(
                SELECT found.place FROM {asked.rows} CROSS JOIN LATERAL (
                    SELECT known.ctid AS place FROM hit AS known
                    WHERE known.log = %(log)s
                        AND known.rule_id = wanted.rule_id AND known.group_key = wanted.group_key
                        AND (wanted.first_day IS NULL OR known.day >= wanted.first_day)
                        AND (wanted.last_day IS NULL OR known.day <= wanted.last_day)
                    OFFSET 0
                ) AS found
            )) RETURNING {", ".join(f"hit.{name}" for name in AFFECTED)}
        """
        return look_up(self._connection, query, {**asked.parameters, "log": self._log}, AFFECTED)

    def _with_hits(self, touched: pl.DataFrame) -> pl.DataFrame:
        """The touched groups that may have hits: nearly all have none, and a rule has few hits or is asked by group."""
        rules = touched.group_by("rule_id").len(name="groups")
        asked = wanted(rules.select("rule_id", pl.col("groups").cast(pl.Int64) // HITS_READ_SHARE + 1))
        query = f"""
            SELECT known.rule_id, known.group_key FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT hit.rule_id, hit.group_key FROM hit
                WHERE hit.log = %(log)s AND hit.rule_id = wanted.rule_id LIMIT wanted.groups
            ) AS known
        """
        schema = {"rule_id": pl.String(), "group_key": pl.String()}
        found = look_up(self._connection, query, {**asked.parameters, "log": self._log}, schema)
        many = (
            found.group_by("rule_id")
            .len()
            .join(rules, on="rule_id")
            .filter(pl.col("len") > pl.col("groups") // HITS_READ_SHARE)
        )
        few = touched.join(found, on=["rule_id", "group_key"], how="semi")
        return pl.concat(
            [
                touched.join(many, on="rule_id", how="semi"),
                few.join(many, on="rule_id", how="anti"),
            ]
        )

    def of_warnings(self, affected: pl.DataFrame) -> pl.DataFrame:
        """All hits of these (rule_id, subject_kind, subject, period)."""
        return self._each(
            affected.select(AFFECTED.keys()),
            "known.rule_id = wanted.rule_id AND known.subject = wanted.subject"
            " AND known.period = wanted.period AND known.subject_kind = wanted.subject_kind",
            HIT,
        )

    def groups_with_hits(self, rule_id: str, groups: pl.Series) -> pl.Series:
        """Those of the groups on which the rule has a hit."""
        rows = (
            groups.alias("group_key")
            .unique()
            .to_frame()
            .select(pl.lit(rule_id).alias("rule_id"), "group_key")
        )
        same = "known.rule_id = wanted.rule_id AND known.group_key = wanted.group_key"
        return self._each(rows, same, {"group_key": pl.String()})["group_key"].unique()

    def periods_with_hits(self, asked: pl.DataFrame) -> pl.DataFrame:
        """The hits of these (rule_id, group_key, period): the same columns, and the hit's day."""
        rows = asked.select("rule_id", "group_key", "period")
        return self._each(
            rows,
            "known.rule_id = wanted.rule_id AND known.group_key = wanted.group_key"
            " AND known.period = wanted.period",
            {**rows.schema, "day": pl.Date()},
        ).unique()

    def _each(self, rows: pl.DataFrame, same: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        asked = wanted(rows)
        query = f"""
            SELECT {", ".join(f"found.{name}" for name in schema)} FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT * FROM hit AS known WHERE known.log = %(log)s AND {same} OFFSET 0
            ) AS found
        """
        return look_up(self._connection, query, {**asked.parameters, "log": self._log}, schema)
