"""Batches in columns: a Polars frame into an Arrow envelope and back, checked at every door."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from functools import cache
from typing import NoReturn

import polars as pl
from mingzhang.envelope.v1.columns import BYTES_MAX, ROWS_MAX, Columns
from mingzhang.envelope.v1.envelope_pb2 import Envelope

from services.kit.errors import InvalidInput, TooLarge
from services.kit.rows import no_rows

UNPACKED_BYTES_MAX = 64 * 1024**2
"""Of a batch in memory: what its rows may hold, whatever their packed form says."""


def encode(frame: pl.DataFrame, columns: Columns) -> Envelope:
    """A frame of at most 5,000 rows with exactly the declared columns, as an envelope of at most 8 MiB."""
    check(frame, columns)
    _check_unpacked(frame)
    buffer = io.BytesIO()
    # A batch passes five doors and is written down at two of them: LZ4 costs less than its bytes do.
    frame.write_ipc_stream(buffer, compression="lz4")
    arrow = buffer.getvalue()
    if len(arrow) > BYTES_MAX:
        raise TooLarge(
            "envelope.bytes", f"一批数据超过 {BYTES_MAX} 字节", f"a batch is larger than {BYTES_MAX} bytes"
        )
    return Envelope(
        schema_id=columns.id, rows=frame.height, sha256=hashlib.sha256(arrow).digest(), arrow=arrow
    )


def encode_all(frame: pl.DataFrame, columns: Columns) -> Iterator[Envelope]:
    """A frame of any height as envelopes, each within the limits of rows and bytes."""
    for start in range(0, frame.height, ROWS_MAX):
        yield from _encode_halving(frame.slice(start, ROWS_MAX), columns)


def _encode_halving(frame: pl.DataFrame, columns: Columns) -> Iterator[Envelope]:
    try:
        yield encode(frame, columns)
    except TooLarge:
        if frame.height == 1:
            raise
        half = frame.height // 2
        yield from _encode_halving(frame.slice(0, half), columns)
        yield from _encode_halving(frame.slice(half), columns)


def decode(envelope: Envelope, columns: Columns) -> pl.DataFrame:
    """The frame of an envelope; refuses another schema, a wrong hash, wrong types, nulls and ranges."""
    if envelope.schema_id != columns.id:
        raise InvalidInput(
            "envelope.schema",
            f"数据结构应为 {columns.id}，实为 {envelope.schema_id}",
            f"expected columns {columns.id}, got {envelope.schema_id}",
        )
    if envelope.rows > ROWS_MAX or len(envelope.arrow) > BYTES_MAX:
        raise TooLarge(
            "envelope.rows",
            f"一批数据超过 {ROWS_MAX} 行或 {BYTES_MAX} 字节",
            f"a batch is larger than {ROWS_MAX} rows or {BYTES_MAX} bytes",
        )
    if hashlib.sha256(envelope.arrow).digest() != envelope.sha256:
        raise InvalidInput(
            "envelope.sha256", "数据批次校验和不符", "the checksum of the batch does not match"
        )
    try:
        frame = pl.read_ipc_stream(io.BytesIO(envelope.arrow))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput("envelope.arrow", "数据批次无法解读", "the batch cannot be read") from error
    _check_unpacked(frame)
    if frame.height != envelope.rows:
        raise InvalidInput(
            "envelope.rows", "数据批次行数不符", "the number of rows of the batch does not match"
        )
    check(frame, columns)
    return frame


def empty(columns: Columns) -> pl.DataFrame:
    """A frame of these columns with no rows."""
    return no_rows(columns.schema)


def check(frame: pl.DataFrame, columns: Columns) -> None:
    """Refuses a frame whose columns, types, nulls or ranges are not the declared ones."""
    if frame.schema != columns.schema:
        raise InvalidInput(
            "envelope.columns",
            f"数据列与 {columns.id} 的约定不符",
            f"the columns are not those of {columns.id}",
        )
    if frame.height > ROWS_MAX:
        raise TooLarge(
            "envelope.rows", f"一批数据超过 {ROWS_MAX} 行", f"a batch has more than {ROWS_MAX} rows"
        )
    for name in _required(columns):
        if frame[name].null_count():
            _refuse(columns, name, "envelope.null", "不能为空", "must not be empty")
    ranges = _ranges(columns)
    if frame.height and ranges:
        out_of_range = frame.select(ranges)
        for name, bad in zip(out_of_range.columns, out_of_range.row(0), strict=True):
            if bad:
                _refuse(columns, name, "envelope.range", "超出允许范围", "is out of range")


def _check_unpacked(frame: pl.DataFrame) -> None:
    if frame.estimated_size() > UNPACKED_BYTES_MAX:
        raise TooLarge(
            "envelope.unpacked",
            f"一批数据展开后超过 {UNPACKED_BYTES_MAX} 字节",
            f"a batch is larger than {UNPACKED_BYTES_MAX} bytes when unpacked",
        )


@cache
def _required(columns: Columns) -> tuple[str, ...]:
    return tuple(column.name for column in columns.columns if column.required)


@cache
def _ranges(columns: Columns) -> tuple[pl.Expr, ...]:
    """Of each bounded column, whether any value is out of its range. Made once: it costs more than it takes to ask."""
    ranges = []
    for column in columns.columns:
        if column.minimum is not None or column.maximum is not None:
            low = pl.lit(column.minimum if column.minimum is not None else -(2**63), pl.Int64)
            high = pl.lit(column.maximum if column.maximum is not None else 2**63 - 1, pl.Int64)
            value = pl.col(column.name).cast(pl.Int64)
            ranges.append(((value < low) | (value > high)).any().alias(column.name))
    return tuple(ranges)


def _refuse(columns: Columns, name: str, code: str, zh: str, en: str) -> NoReturn:
    label = next(column.label for column in columns.columns if column.name == name)
    raise InvalidInput(code, f"“{label}”{zh}", f"column {name} {en}", {"column": name})
