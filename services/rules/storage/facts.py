"""The facts of one log that windows, matches and lists look back on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection

from services.rules.storage.frames import copy_in, copy_out, wanted
from services.rules.storage.tables import FACT_COLUMNS


class Facts:
    """Facts of one log, in a partition of their own. Implements usecases.FactStore."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection = connection
        self._log = log

    @property
    def columns(self) -> dict[str, dict[str, pl.DataType]]:
        """The columns that are kept, by fact kind; a kind that is not in it is not kept."""
        return FACT_COLUMNS

    def take(self, kind: str, keys: Sequence[str]) -> pl.DataFrame:
        """Deletes the facts of these keys and returns what was kept of those that were there."""
        asked = wanted(pl.DataFrame({"key": keys}, schema={"key": pl.String}))
        query = f"""
            DELETE FROM fact_{kind}_{self._log} AS fact WHERE fact.ctid = ANY (ARRAY(
                SELECT found.place FROM {asked.rows} CROSS JOIN LATERAL (
                    SELECT known.ctid AS place FROM fact_{kind}_{self._log} AS known
                    WHERE known.key = wanted.key OFFSET 0
                ) AS found
            )) RETURNING {_names(kind, "fact")}
        """
        return self._read(kind, query, asked.parameters)

    def add(self, kind: str, facts: pl.DataFrame) -> None:
        """Keeps facts whose keys are not there (see `take`)."""
        kept = facts.select(pl.lit(self._log).alias("log"), *FACT_COLUMNS[kind])
        copy_in(self._connection, f"fact_{kind}_{self._log}", kept)

    def of_groups(self, kind: str, groups: pl.DataFrame, size_min: int, size_max: int) -> pl.DataFrame:
        """The facts that agree with a row of `groups` in all of its columns.

        Groups of fewer than `size_min` facts are left out; of a group larger than `size_max` the first `size_max + 1`
        facts by day and key are returned, so that the caller sees that it is too large.
        """
        asked = wanted(groups)
        query = f"""
            SELECT {_names(kind, "found")} FROM (
                SELECT fact.*, count(*) OVER (PARTITION BY wanted.place) AS size,
                    row_number() OVER (PARTITION BY wanted.place ORDER BY fact.day, fact.key) AS rank
                FROM {asked.rows} {self._each(kind, groups.columns)}
            ) AS found
            WHERE size >= %(size_min)s AND rank <= %(size_max)s + 1
        """
        return self._read(kind, query, {**asked.parameters, "size_min": size_min, "size_max": size_max})

    def in_days(self, kind: str, keys: pl.DataFrame) -> pl.DataFrame:
        """The facts that agree with a row of `keys` in all columns but `first_day` and `last_day`, between which they lie."""
        asked = wanted(keys)
        names = [name for name in keys.columns if name not in ("first_day", "last_day")]
        within = "AND fact.day BETWEEN wanted.first_day AND wanted.last_day"
        query = f"SELECT {_names(kind, 'fact')} FROM {asked.rows} {self._each(kind, names, within)}"
        return self._read(kind, query, asked.parameters)

    def by_values(self, kind: str, values: pl.Series) -> pl.DataFrame:
        """The facts that have one of these (distinct) values in the column of the series' name."""
        asked = wanted(values.to_frame())
        query = f"SELECT {_names(kind, 'fact')} FROM {asked.rows} {self._each(kind, [values.name])}"
        return self._read(kind, query, asked.parameters)

    def page(self, kind: str, after_key: str, rows_max: int) -> pl.DataFrame:
        """The next facts in the order of their keys."""
        query = f"""
            SELECT {_names(kind, "fact")} FROM fact_{kind}_{self._log} AS fact
            WHERE fact.key > %(after)s ORDER BY fact.key LIMIT %(rows_max)s
        """
        return self._read(kind, query, {"after": after_key, "rows_max": rows_max})

    def _each(self, kind: str, names: Sequence[str], more: str = "") -> str:
        """For each wanted row the facts that agree with it in these columns, as `fact`."""
        same = " AND ".join(f"fact.{name} = wanted.{name}" for name in names)
        table = f"fact_{kind}_{self._log}"
        return f"CROSS JOIN LATERAL (SELECT * FROM {table} AS fact WHERE {same} {more} OFFSET 0) AS fact"

    def _read(self, kind: str, query: str, parameters: Mapping[str, object]) -> pl.DataFrame:
        return copy_out(self._connection, query, parameters, FACT_COLUMNS[kind])


def _names(kind: str, alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in FACT_COLUMNS[kind])
