"""Frames in and out of PostgreSQL: no statement per row, and no Python object per row where the rows may be many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import psycopg
from sqlalchemy import Connection, text

from services.kit.rows import no_rows

REFUSALS = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
"""What the database says of a value that it will never take: NUL, a number out of range, a text too long to index."""
_NEXT, _NULL = "\x1f", "\x1e"
_JOINED = (_NEXT + pl.all().cast(pl.String).fill_null(_NULL).str.join(_NEXT)).name.keep()
_ARRAYS: dict[object, str] = {
    pl.String: "text[]",
    pl.Int64: "bigint[]",
    pl.Int32: "integer[]",
    pl.Int16: "smallint[]",
    pl.Date: "date[]",
}


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
    connection: Connection,
    query: str,
    parameters: Mapping[str, object],
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
) -> pl.DataFrame:
    """The rows of a query ("%(name)s" parameters) as a frame of this schema, in the query's order of columns."""
    driver = connection.connection.driver_connection
    assert driver is not None
    # Quoting everything that is not null keeps an empty text apart from null.
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
    with driver.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        body = b"".join(copy)
    if not body:
        return no_rows(schema)
    booleans = [name for name, dtype in schema.items() if dtype == pl.Boolean]
    read_as = {name: pl.String() if name in booleans else dtype for name, dtype in schema.items()}
    frame = pl.read_csv(body, has_header=False, schema=read_as)
    return frame.with_columns(pl.col(name) == "t" for name in booleans)


def look_up(
    connection: Connection,
    query: str,
    parameters: Mapping[str, object],
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
) -> pl.DataFrame:
    """Like `copy_out`, for answers that are bounded by what was asked: a few columns of some thousand rows.

    One array for each column, where COPY sends a message for each row: a fifth of the time for 5,000 rows of two
    columns. From some hundred thousand rows on COPY is better, and 1 GiB is the most that one answer may have.
    `query` may be a statement with RETURNING, and has the columns of the schema in its order.
    """
    columns = [f"c{number}" for number in range(len(schema))]
    arrays = ", ".join(f"array_agg({column})" for column in columns)
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor(binary=True) as cursor:
        statement = f"WITH found ({', '.join(columns)}) AS ({query}) SELECT {arrays} FROM found"
        # Never prepared: a plan for any values at all would be kept, and these look-ups live from theirs.
        cursor.execute(statement, parameters, prepare=False)
        found = cursor.fetchone()
    if found[0] is None:
        return no_rows(schema)
    return pl.DataFrame(
        [pl.Series(name, values, dtype) for (name, dtype), values in zip(schema.items(), found, strict=True)]
    )


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


@dataclass(frozen=True)
class Wanted:
    """The rows of a frame inside a query: `rows` reads "… AS wanted(<columns>, place)", `parameters` go with it.

    Used with CROSS JOIN LATERAL (… OFFSET 0), which the planner cannot turn round: one look-up by index for each row.
    """

    rows: str
    parameters: dict[str, object]


def wanted(frame: pl.DataFrame, name: str = "wanted") -> Wanted:
    """A frame of texts, integers and days as `Wanted`, under a name of its own if a query has several.

    A column travels as one text: quoting thousands of values one by one costs more than finding them. A column in
    which a text has one of the two separators goes the long way, so that no text is ever refused or mistaken.
    """
    arrays: list[str] = []
    parameters: dict[str, object] = {}
    joined_columns = frame.select(_JOINED).row(0) if frame.height else ("",) * frame.width
    for column_name, joined in zip(frame.columns, joined_columns, strict=True):
        column = frame.get_column(column_name)
        array, place = _ARRAYS[column.dtype.base_type()], f"{name}_{column_name}"
        if joined.count(_NEXT) != column.len() or joined.count(_NULL) != column.null_count():
            arrays.append(f"%({place})s::{array}")
            parameters[place] = column.cast(pl.String).to_list()
            continue
        # The first element is nobody's: it keeps a single empty text apart from no text at all.
        arrays.append(f"(string_to_array(%({place})s, '{_NEXT}', '{_NULL}'))[2:]::{array}")
        parameters[place] = joined
    names = ", ".join(frame.columns)
    return Wanted(f"unnest({', '.join(arrays)}) WITH ORDINALITY AS {name}({names}, place)", parameters)
