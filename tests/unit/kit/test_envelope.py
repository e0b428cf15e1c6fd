"""Batches in columns: what goes through a door comes out the same, and what should not go through does not."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mingzhang.envelope.v1.columns import Column, Columns
from mingzhang.envelope.v1.envelope_pb2 import Envelope

from services.kit import envelope
from services.kit.errors import InvalidInput, TooLarge

COLUMNS = Columns(
    "test.v1.rows",
    (
        Column("key", pl.String, "标识", required=True),
        Column("amount_fen", pl.Int64, "金额", required=True, minimum=-100, maximum=100),
        Column("day", pl.Date, "日期"),
    ),
)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)


def rows(*values: tuple[object, object, object]) -> pl.DataFrame:
    """A frame of the declared columns."""
    return pl.DataFrame(list(values), schema=COLUMNS.schema, orient="row")


HUGE = rows(*[("同" * 6_000, 1, None)] * 4_000)
"""72 MB of text that packs to next to nothing."""


@given(st.lists(st.tuples(TEXTS, st.integers(-100, 100), st.none() | st.dates()), max_size=20))
def test_a_batch_comes_out_as_it_went_in(values: list[tuple[str, int, date | None]]) -> None:
    frame = rows(*values)

    assert envelope.decode(envelope.encode(frame, COLUMNS), COLUMNS).equals(frame)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ((None, 1, None), "envelope.null"),
        (("K", 101, None), "envelope.range"),
        (("K", -101, None), "envelope.range"),
    ],
)
def test_a_value_against_its_declaration_is_refused(value: tuple[object, object, object], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        envelope.encode(rows(("A", 0, None), value), COLUMNS)

    assert refused.value.code == code


def test_a_batch_that_was_changed_on_its_way_is_refused() -> None:
    packed = envelope.encode(rows(("A", 1, None)), COLUMNS)
    packed.arrow = packed.arrow[:-1] + b"\x01"
    with pytest.raises(InvalidInput) as refused:
        envelope.decode(packed, COLUMNS)

    assert refused.value.code == "envelope.sha256"


def test_a_batch_of_other_columns_is_refused() -> None:
    packed = envelope.encode(rows(("A", 1, None)), COLUMNS)
    with pytest.raises(InvalidInput) as refused:
        envelope.decode(packed, Columns("test.v1.others", COLUMNS.columns))

    assert refused.value.code == "envelope.schema"


def test_bytes_that_are_no_batch_are_refused() -> None:
    packed = Envelope(schema_id=COLUMNS.id, rows=1, arrow=b"nonsense")
    packed.sha256 = hashlib.sha256(packed.arrow).digest()
    with pytest.raises(InvalidInput) as refused:
        envelope.decode(packed, COLUMNS)

    assert refused.value.code == "envelope.arrow"


def test_a_batch_that_grows_beyond_measure_when_unpacked_is_refused() -> None:
    buffer = io.BytesIO()
    HUGE.write_ipc_stream(buffer, compression="lz4")
    arrow = buffer.getvalue()
    packed = Envelope(
        schema_id=COLUMNS.id, rows=HUGE.height, arrow=arrow, sha256=hashlib.sha256(arrow).digest()
    )
    with pytest.raises(TooLarge) as refused:
        envelope.decode(packed, COLUMNS)

    assert refused.value.code == "envelope.unpacked"


def test_a_frame_of_any_height_becomes_batches_of_at_most_five_thousand_rows() -> None:
    frame = rows(*[(str(number), 1, None) for number in range(12_001)])
    parts = [envelope.decode(one, COLUMNS) for one in envelope.encode_all(frame, COLUMNS)]

    assert [part.height for part in parts] == [5_000, 5_000, 2_001]
    assert pl.concat(parts).equals(frame)


def test_a_frame_that_is_too_large_in_memory_is_halved_until_it_is_not() -> None:
    parts = [envelope.decode(one, COLUMNS) for one in envelope.encode_all(HUGE, COLUMNS)]

    assert len(parts) == 2
    assert pl.concat(parts).equals(HUGE)
