"""Frames in and out of PostgreSQL by COPY: no statement and no Python object per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection, text


def copy_in(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """Appends a frame to a table; the frame's column names are the table's."""
    if frame.height == 0:
        return
    body = frame.write_csv(include_header=False, quote_style="non_numeric", date_format="%Y-%m-%d")
    names = ", ".join(frame.columns)
    driver = connection.connection.driver_connection
    assert driver is not None
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(body)


def copy_out(
    connection: Connection, query: str, parameters: Mapping[str, object], schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """The rows of a query ("%(name)s" parameters) as a frame of this schema, in the query's order of columns."""
    driver = connection.connection.driver_connection
    assert driver is not None
    # Quoting everything that is not null keeps an empty text apart from null.
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
    with driver.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        body = b"".join(copy)
    if not body:
        return pl.DataFrame(schema=schema)
    booleans = [name for name, dtype in schema.items() if dtype == pl.Boolean]
    read_as = {name: pl.String() if name in booleans else dtype for name, dtype in schema.items()}
    frame = pl.read_csv(body, has_header=False, schema=read_as)
    return frame.with_columns(pl.col(name) == "t" for name in booleans)


def look_up_by_index(connection: Connection) -> None:
    """Makes look-ups of known keys certain for the rest of the transaction.

    The statistics of a young table say "empty", and the planner would then read all of it for every batch.
    """
    connection.execute(
        text(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
            " set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)"
        )
    )


def columns_of(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, list[object]]:
    """Columns as lists, ready to be array parameters."""
    return {name: frame.get_column(name).to_list() for name in names}
