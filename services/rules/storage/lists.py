"""The reference lists, kept once for all logs: a log knows the parts up to the number that it has applied."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from services.kit.frames import copy_in, look_up, wanted
from services.rules.usecases.lists import KnownList, ListPart

_ENTRY = {"valid_from": pl.Date(), "valid_to": pl.Date()}


class Lists:
    """Reference lists. Implements usecases.ListStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, part: ListPart) -> None:
        """Keeps a part of a list's version, unless another log's evaluator has kept it before."""
        inserted = self._connection.execute(
            text(
                "INSERT INTO list_part (stream_seq, list, version, rows, complete)"
                " VALUES (:seq, :list, :version, :rows, :complete)"
                " ON CONFLICT (stream_seq) DO NOTHING RETURNING 1"
            ),
            {
                "seq": part.seq,
                "list": part.name,
                "version": part.version,
                "rows": part.rows.height,
                "complete": part.complete,
            },
        ).first()
        if inserted:
            entries = part.rows.select(
                pl.lit(part.name).alias("list"),
                pl.lit(part.seq).alias("stream_seq"),
                "key_token",
                "key_code",
                "valid_from",
                "valid_to",
            )
            copy_in(self._connection, "list_entry", entries)

    def known(self, seq: int) -> dict[str, KnownList]:
        """The lists that have a complete version among the parts up to `seq`, by name."""
        rows = self._connection.execute(
            text(
                "SELECT list, max(stream_seq), sum(rows) FROM list_part WHERE stream_seq <= :seq"
                " GROUP BY list HAVING bool_or(complete)"
            ),
            {"seq": seq},
        )
        return {row[0]: KnownList(row[0], row[1], int(row[2])) for row in rows}

    def entries(self, name: str, seq: int, keys: pl.Series | None, by_code: bool) -> pl.DataFrame:
        """The intervals of a list (of these keys only, if given) as known at `seq`: key, valid_from, valid_to.

        Of several rows for the same key and valid_from the one of the latest version counts.
        """
        column = "key_code" if by_code else "key_token"
        key_type: pl.DataType = pl.String() if by_code else pl.Int64()
        schema: dict[str, pl.DataType] = {"key": key_type, **_ENTRY}
        known = f"entry.list = %(list)s AND entry.{column} IS NOT NULL AND entry.stream_seq <= %(seq)s"
        rows, parameters = f"FROM list_entry AS entry WHERE {known}", {}
        if keys is not None:
            asked = wanted(keys.alias("key").to_frame())
            parameters = asked.parameters
            each = f"SELECT * FROM list_entry AS entry WHERE {known} AND entry.{column} = wanted.key OFFSET 0"
            rows = f"FROM {asked.rows} CROSS JOIN LATERAL ({each}) AS entry"
        query = f"""
            SELECT DISTINCT ON (entry.{column}, entry.valid_from)
                entry.{column}, entry.valid_from, entry.valid_to
            {rows}
            ORDER BY entry.{column}, entry.valid_from, entry.stream_seq DESC
        """
        return look_up(self._connection, query, {**parameters, "list": name, "seq": seq}, schema)
