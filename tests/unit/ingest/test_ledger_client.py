"""The ledger as ingest sees it: patient while it is away, firm where it is broken, and rows at fault stand alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from mingzhang.ledger.v1 import columns, ledger_pb2

from services.ingest.clients import FAILED_TRIES_MAX, SPLITS_MAX, LedgerClient
from services.ingest.usecases import Stopping
from services.kit import envelope
from services.kit.errors import InvalidInput, MingzhangError, Unavailable


class FakeChannel:
    """A channel whose every call goes to one function."""

    def __init__(self, answer: Callable[[Any], object]) -> None:
        self._answer = answer

    def unary_unary(self, _method: str, **_: object) -> Callable[..., object]:
        """A call with its deadline."""

        def call(request: object, timeout: float) -> object:
            assert timeout > 0
            return self._answer(request)

        return call


def client(answer: Callable[[Any], object], pause: Callable[[int], bool] = lambda _ms: False) -> LedgerClient:
    """A client of a ledger that answers so."""
    return LedgerClient(FakeChannel(answer), pause)  # type: ignore[arg-type] # all that a stub asks of a channel


def allotments(count: int) -> pl.DataFrame:
    """Rows of the narrowest target."""
    frame = pl.DataFrame({"line": range(2, count + 2)}, schema={"line": pl.Int32})
    return frame.with_columns(
        pl.format("A{}", "line").alias("key"),
        pl.lit("Q").alias("quota_key"),
        pl.lit("P").alias("project_key"),
        pl.lit(100, pl.Int64).alias("amount_fen"),
        pl.lit("2018-01-01").str.to_date().alias("effective_on"),
        pl.lit("i").alias("import_id"),
    ).select(columns.ALLOTMENTS.names)


def lines_of(request: ledger_pb2.PostRequest) -> list[int]:
    """The lines in an envelope."""
    return envelope.decode(request.rows, columns.ALLOTMENTS)["line"].to_list()


def took(request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
    """The answer of a ledger that took everything."""
    return ledger_pb2.PostResponse(posted=request.rows.rows)


def test_rows_travel_in_envelopes_of_at_most_5000() -> None:
    sizes: list[int] = []

    def ledger(request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
        sizes.append(request.rows.rows)
        return took(request)

    assert client(ledger).post("allotments", allotments(12_001)).posted == 12_001
    assert sizes == [5_000, 5_000, 2_001]


def test_rows_at_fault_in_a_refused_envelope_are_refused_alone() -> None:
    at_fault = {7, 8, 4_000}
    calls = 0

    def ledger(request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
        nonlocal calls
        calls += 1
        if at_fault & set(lines_of(request)):
            raise InvalidInput("envelope.range", "超出允许范围", "is out of range", {"column": "amount_fen"})
        return took(request)

    posted = client(ledger).post("allotments", allotments(5_000))

    assert posted.posted == 4_997
    assert [(row.line, row.field, row.reason) for row in posted.refused] == [
        (7, "amount_fen", "envelope.range"),
        (8, "amount_fen", "envelope.range"),
        (4_000, "amount_fen", "envelope.range"),
    ]
    assert calls < 80


def test_a_row_that_the_declared_columns_refuse_never_leaves_and_stops_nobody() -> None:
    rows = allotments(10).with_columns(
        pl.when(pl.col("line") == 5).then(10**15).otherwise("amount_fen").cast(pl.Int64).alias("amount_fen")
    )
    posted = client(took).post("allotments", rows)

    assert posted.posted == 9
    assert [(row.line, row.reason) for row in posted.refused] == [(5, "envelope.range")]


def test_a_ledger_that_refuses_everything_is_not_asked_for_ever() -> None:
    calls = 0

    def ledger(_request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
        nonlocal calls
        calls += 1
        raise InvalidInput("ledger.year", "年度未开账", "the year is not open")

    posted = client(ledger).post("allotments", allotments(5_000))

    assert (posted.posted, len(posted.refused)) == (0, 5_000)
    assert {row.zh for row in posted.refused} == {"年度未开账"}
    assert calls <= 2 * SPLITS_MAX + 1


def test_an_envelope_too_large_travels_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kit.envelope.UNPACKED_BYTES_MAX", 10_000)
    sizes: list[int] = []

    def ledger(request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
        sizes.append(request.rows.rows)
        return took(request)

    posted = client(ledger).post("allotments", allotments(2_000))

    assert (posted.posted, posted.refused) == (2_000, ())
    assert len(sizes) > 1


def test_a_ledger_that_is_away_is_waited_for_with_growing_pauses() -> None:
    waits: list[int] = []

    def ledger(request: ledger_pb2.PostRequest) -> ledger_pb2.PostResponse:
        if len(waits) < 40:
            raise Unavailable("rpc.unavailable", "", "")
        return took(request)

    def pause(wait_ms: int) -> bool:
        waits.append(wait_ms)
        return False

    posted = client(ledger, pause).post("allotments", allotments(1))

    assert posted.posted == 1
    assert waits[:4] == [100, 200, 400, 800]
    assert max(waits) == 5_000
    assert sum(waits) > 60_000


def test_a_stop_ends_the_waiting() -> None:
    def away(_request: object) -> object:
        raise Unavailable("rpc.unavailable", "", "")

    with pytest.raises(Stopping):
        client(away, lambda _ms: True).post("allotments", allotments(1))


def test_a_ledger_that_fails_without_words_is_given_up() -> None:
    calls = 0

    def broken(_request: object) -> object:
        nonlocal calls
        calls += 1
        raise MingzhangError("rpc.failed", "服务内部错误", "the call failed with INTERNAL")

    with pytest.raises(MingzhangError) as failure:
        client(broken).post("allotments", allotments(100))

    assert failure.value.code == "rpc.failed"
    assert calls == FAILED_TRIES_MAX


def test_what_the_ledger_refuses_keeps_its_line_field_and_words() -> None:
    refused = ledger_pb2.RefusedRow(
        line=3, key="A3", field="key", reason="ledger.key_conflict", reason_zh="冲突", reason_en="conflict"
    )
    answer = ledger_pb2.PostResponse(posted=1, known=2, refused=[refused])
    posted = client(lambda _request: answer).post("allotments", allotments(4))

    assert (posted.posted, posted.known) == (1, 2)
    assert [(row.line, row.field, row.reason, row.zh, row.en) for row in posted.refused] == [
        (3, "key", "ledger.key_conflict", "冲突", "conflict")
    ]


def test_base_data_is_asked_for_codes() -> None:
    answer = ledger_pb2.GetBaseDataResponse()
    answer.divisions.add(code="630121")
    answer.funds.add(code="C22")
    known = client(lambda _request: answer).known()

    assert (set(known.divisions), set(known.funds)) == ({"630121"}, {"C22"})
