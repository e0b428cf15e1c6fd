"""The states told over time, folded, are those of all rows at once: after every closing, whatever came late."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.ledger.oracle import ZERO, Oracle
from tests.unit.ledger.world import PREFECTURE, World

FIRST, DAYS = date(2018, 2, 1), 8
Row = dict[str, Any]


def amounts() -> st.SearchStrategy[int]:
    return st.integers(1, 50).map(lambda number: number * 100)


def days() -> st.SearchStrategy[date]:
    return st.integers(0, DAYS - 1).map(lambda number: FIRST + timedelta(days=number))


def plans() -> list[tuple[str, Row]]:
    """Quotas that compete for payments and for what is received, and allotments of them."""
    upper = {"division_code": PREFECTURE, "document_number": "上"}
    received = {"issuer_division_code": PREFECTURE, "upper_document_number": "上"}
    return [
        ("quota", {"key": "Q1", "document_number": "一", "function_class": "9", **received}),
        ("quota", {"key": "Q2", "document_number": "一", "fund_code": "C30"}),
        ("quota", {"key": "Q3", "document_number": "二", **received}),
        ("quota", {"key": "U1", "fund_code": "C30", **upper}),
        ("quota", {"key": "U2", **upper}),
        ("allotment", {"key": "A1", "quota_key": "Q1"}),
        ("allotment", {"key": "A2", "quota_key": "Q2"}),
    ]


@st.composite
def work(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Batches of rows of every kind in any order, and closings among them; the last day closes last."""
    rows = [
        (kind, {"effective_on": draw(days()), "amount_fen": draw(amounts()), **row}) for kind, row in plans()
    ]
    for number in range(draw(st.integers(1, 6))):
        payment: Row = {
            "key": f"P{number}",
            "document_number": draw(st.sampled_from(("一", "二", "三"))),
            "function_class": draw(st.sampled_from(("9", "2130505"))),
            "payee_kind": draw(st.sampled_from(("person", "township"))),
            "effective_on": draw(days()),
            "amount_fen": draw(amounts()),
        }
        rows.append(("payment", payment))
        if draw(st.booleans()):
            undone = -payment["amount_fen"] if draw(st.booleans()) else -100
            correction = {
                **payment,
                "key": f"C{number}",
                "original_key": payment["key"],
                "amount_fen": undone,
            }
            rows.append(("payment", {**correction, "effective_on": draw(days())}))
    steps: list[tuple[str, Any]] = list(draw(st.permutations(rows)))
    for number in sorted(draw(st.sets(st.integers(0, DAYS - 2), max_size=4))):
        steps.insert(draw(st.integers(0, len(steps))), ("close", FIRST + timedelta(days=number)))
    return [*steps, ("close", FIRST + timedelta(days=DAYS - 1)), ("close", FIRST + timedelta(days=DAYS))]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=work())
def test_states_told_over_time_are_those_of_all_rows_at_once(
    world: World, steps: list[tuple[str, Any]]
) -> None:
    world.reset()
    posted: dict[str, list[Row]] = defaultdict(list)
    for what, given_row in steps:
        if what != "close":
            world.post(what, given_row)
            posted[what].append(given_row)
            continue
        if world.close(given_row, first=FIRST).count:
            hold_against(world, Oracle(posted))

    assert world.verify().fault == ""


def hold_against(world: World, oracle: Oracle) -> None:
    told = world.consumer()
    closed_to = date.fromisoformat(told.closed["poverty.0"][-1].day)
    for day in told.days(FIRST, closed_to):
        for key in oracle.quotas:
            row = told.state_on("quota_days", key, day)
            state = (row["issued_fen"], row["allotted_fen"], row["paid_fen"]) if row else ZERO
            assert (key, day, state) == (key, day, oracle.quota_day(key, day))
        for key in oracle.progress_keys():
            row = told.state_on("progress_days", key, day)
            sums = (row["total_fen"], row["paid_fen"]) if row else (0, 0)
            assert (key, day, sums) == (key, day, oracle.progress_day(key, day))
