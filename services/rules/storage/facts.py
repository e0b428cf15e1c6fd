"""The facts of one log that windows, matches and lists look back on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection

from services.rules.storage.frames import columns_of, copy_in, copy_out
from services.rules.storage.tables import FACT_COLUMNS

_ARRAYS = {pl.String: "text[]", pl.Int64: "bigint[]", pl.Int32: "integer[]", pl.Date: "date[]"}


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
        query = f"""
            DELETE FROM fact_{kind}_{self._log} AS fact
            USING unnest(%(keys)s::text[]) AS wanted(key)
            WHERE fact.key = wanted.key COLLATE "C"
            RETURNING {_names(kind, "fact")}
        """
        return self._read(kind, query, {"keys": list(keys)})

    def add(self, kind: str, facts: pl.DataFrame) -> None:
        """Keeps facts whose keys are not there (see `take`)."""
        kept = facts.select(pl.lit(self._log).alias("log"), *FACT_COLUMNS[kind])
        copy_in(self._connection, f"fact_{kind}_{self._log}", kept)

    def of_groups(self, kind: str, groups: pl.DataFrame, size_min: int, size_max: int) -> pl.DataFrame:
        """The facts that agree with a row of `groups` in all of its columns.

        Groups of fewer than `size_min` facts are left out; of a group larger than `size_max` the first `size_max + 1`
        facts by day and key are returned, so that the caller sees that it is too large.
        """
        names = groups.columns
        wanted, join = _wanted(kind, groups)
        query = f"""
            SELECT {_names(kind, "found")} FROM (
                SELECT fact.*, count(*) OVER (PARTITION BY wanted.place) AS size,
                    row_number() OVER (PARTITION BY wanted.place ORDER BY fact.day, fact.key) AS rank
                FROM unnest({wanted}) WITH ORDINALITY AS wanted({", ".join(names)}, place)
                JOIN fact_{kind}_{self._log} AS fact ON {join}
            ) AS found
            WHERE size >= %(size_min)s AND rank <= %(size_max)s + 1
        """
        parameters = {**columns_of(groups, names), "size_min": size_min, "size_max": size_max}
        return self._read(kind, query, parameters)

    def in_days(self, kind: str, keys: pl.DataFrame) -> pl.DataFrame:
        """The facts that agree with a row of `keys` in all columns but `first_day` and `last_day`, between which they lie."""
        names = [name for name in keys.columns if name not in ("first_day", "last_day")]
        wanted, join = _wanted(kind, keys.select(names))
        query = f"""
            SELECT {_names(kind, "fact")}
            FROM unnest({wanted}, %(first_day)s::date[], %(last_day)s::date[])
                AS wanted({", ".join(names)}, first_day, last_day)
            JOIN fact_{kind}_{self._log} AS fact
                ON {join} AND fact.day BETWEEN wanted.first_day AND wanted.last_day
        """
        return self._read(kind, query, columns_of(keys, keys.columns))

    def by_values(self, kind: str, column: str, values: Sequence[object]) -> pl.DataFrame:
        """The facts whose column has one of these values."""
        array = _ARRAYS[type(FACT_COLUMNS[kind][column])]
        query = f"""
            SELECT {_names(kind, "fact")} FROM unnest(%(wanted)s::{array}) AS wanted({column})
            JOIN fact_{kind}_{self._log} AS fact USING ({column})
        """
        return self._read(kind, query, {"wanted": list(values)})

    def page(self, kind: str, after_key: str, rows_max: int) -> pl.DataFrame:
        """The next facts in the order of their keys."""
        query = f"""
            SELECT {_names(kind, "fact")} FROM fact_{kind}_{self._log} AS fact
            WHERE fact.key > %(after)s ORDER BY fact.key LIMIT %(rows_max)s
        """
        return self._read(kind, query, {"after": after_key, "rows_max": rows_max})

    def _read(self, kind: str, query: str, parameters: Mapping[str, object]) -> pl.DataFrame:
        return copy_out(self._connection, query, parameters, FACT_COLUMNS[kind])


def _names(kind: str, alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in FACT_COLUMNS[kind])


def _wanted(kind: str, groups: pl.DataFrame) -> tuple[str, str]:
    columns = FACT_COLUMNS[kind]
    arrays = ", ".join(f"%({name})s::{_ARRAYS[type(columns[name])]}" for name in groups.columns)
    return arrays, " AND ".join(f"fact.{name} = wanted.{name}" for name in groups.columns)
