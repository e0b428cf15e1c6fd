"""The facts of one log that windows, matches and lists look back on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from sqlalchemy import Connection

from services.kit.frames import REFUSALS, Wanted, copy_in, copy_out, look_up, wanted
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

    def places(self, kind: str, keys: pl.Series) -> pl.DataFrame:
        """key, category and position of the facts of these (distinct) keys."""
        asked = wanted(keys.alias("key").to_frame())
        query = f"""
            SELECT fact.key, fact.category, fact.position FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT * FROM fact_{kind}_{self._log} AS fact WHERE {_same(["key"])} OFFSET 0
            ) AS fact
        """
        schema = {"key": pl.String(), "category": pl.String(), "position": pl.Int64()}
        return look_up(self._connection, query, asked.parameters, schema)

    def add(self, kind: str, facts: pl.DataFrame) -> None:
        """Keeps facts (with their position) whose keys are not there (see `take`)."""
        kept = facts.select(pl.lit(self._log).alias("log"), *FACT_COLUMNS[kind], "position")
        copy_in(self._connection, f"fact_{kind}_{self._log}", kept)

    def add_new(self, kind: str, facts: pl.DataFrame) -> bool:
        """Keeps facts if none of their keys is there; otherwise, or if one cannot be kept, nothing."""
        try:
            with self._connection.begin_nested():
                self.add(kind, facts)
        except REFUSALS:
            return False
        return True

    def of_groups(self, kind: str, groups: pl.DataFrame, size_min: int, size_max: int) -> pl.DataFrame:
        """The facts that agree with a row of `groups` (distinct rows of some columns of the kind).

        Groups of fewer than `size_min` facts are left out; of a group larger than `size_max` the first `size_max + 1`
        facts by day and key are returned, so that the caller sees that it is too large.
        """
        first = f"ORDER BY fact.day, fact.key LIMIT {size_max + 1}"
        return self._found(kind, wanted(groups), _same(groups.columns), size_min, first)

    def in_days(self, kind: str, keys: pl.DataFrame, size_min: int) -> pl.DataFrame:
        """The facts that agree with a row of `keys` in all columns but `first_day` and `last_day`, between which they lie.

        Rows with fewer than `size_min` facts are left out.
        """
        same = _same([name for name in keys.columns if name not in ("first_day", "last_day")])
        within = f"{same} AND fact.day BETWEEN wanted.first_day AND wanted.last_day"
        return self._found(kind, wanted(keys), within, size_min)

    def by_values(self, kind: str, values: pl.Series) -> pl.DataFrame:
        """The facts that have one of these (distinct) values in the column of the series' name."""
        return self._found(kind, wanted(values.to_frame()), _same([values.name]))

    def pages_by_values(self, kind: str, values: pl.Series, rows_max: int) -> Iterator[pl.DataFrame]:
        """Like `by_values`, so many rows at a time; what changes between two pages is not seen.

        A value may be that of a large part of all facts, so a cursor of the database holds them, not this process.
        """
        asked = wanted(values.to_frame())
        driver = self._connection.connection.driver_connection
        assert driver is not None
        with driver.cursor(name=f"pages_{kind}") as cursor:
            cursor.itersize = rows_max
            cursor.execute(self._query(kind, asked, _same([values.name])), asked.parameters)
            while rows := cursor.fetchmany(rows_max):
                yield pl.DataFrame(rows, schema=FACT_COLUMNS[kind], orient="row")

    def page(self, kind: str, after_key: str, rows_max: int) -> pl.DataFrame:
        """The next facts in the order of their keys."""
        query = f"""
            SELECT {_names(kind, "fact")} FROM fact_{kind}_{self._log} AS fact
            WHERE fact.key > %(after)s ORDER BY fact.key LIMIT %(rows_max)s
        """
        return self._read(kind, query, {"after": after_key, "rows_max": rows_max})

    def _found(
        self, kind: str, asked: Wanted, where: str, size_min: int = 1, bound: str = "OFFSET 0"
    ) -> pl.DataFrame:
        """For each wanted row the facts for which `where` holds, unless there are fewer than `size_min`."""
        return self._read(kind, self._query(kind, asked, where, size_min, bound), asked.parameters)

    def _query(self, kind: str, asked: Wanted, where: str, size_min: int = 1, bound: str = "OFFSET 0") -> str:
        query = f"SELECT {_names(kind, 'fact')} FROM {asked.rows}"
        rows = f"FROM fact_{kind}_{self._log} AS fact WHERE {where}"
        if size_min > 1:
            # Nearly no row has enough: one look into the index tells, and nothing is sorted or sent for the others.
            query += f" CROSS JOIN LATERAL (SELECT 1 {rows} OFFSET {size_min - 1} LIMIT 1) AS enough"
        return f"{query} CROSS JOIN LATERAL (SELECT * {rows} {bound}) AS fact"

    def _read(self, kind: str, query: str, parameters: Mapping[str, object]) -> pl.DataFrame:
        return copy_out(self._connection, query, parameters, FACT_COLUMNS[kind])


def _names(kind: str, alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in FACT_COLUMNS[kind])


def _same(names: Sequence[str]) -> str:
    return " AND ".join(f"fact.{name} = wanted.{name}" for name in names)
