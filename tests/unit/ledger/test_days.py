"""Business days: closed in order, once; what comes late is told, and told again until it is right."""

from __future__ import annotations

from datetime import date

import pytest

from services.kit.errors import InvalidInput
from services.ledger.storage import note_coverage
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PROVINCE, World


def day(month: int, number: int) -> date:
    return date(2018, month, number)


def closed(world: World, stream: str = "poverty.0") -> list[tuple[str, str]]:
    return [(one.day, one.previous_day) for one in world.consumer().closed[stream]]


def test_days_close_one_after_the_other_on_every_stream(world: World) -> None:
    world.post("quota", {"key": "Q1", "effective_on": day(2, 1)})

    result = world.close(day(2, 3))

    told = [("2018-02-01", ""), ("2018-02-02", "2018-02-01"), ("2018-02-03", "2018-02-02")]
    assert (result.count, result.closed_to) == (3, day(2, 3))
    assert [closed(world, stream) for stream in ("poverty.0", "general.0", "unassigned.0")] == [told] * 3


def test_closing_again_changes_nothing(world: World) -> None:
    world.close(day(2, 3), first=day(2, 1))
    before = world.names("poverty.0")

    again = [world.close(day(2, 3)), world.close(day(2, 1)), world.close(day(2, 3), first=day(1, 1))]

    assert [one.count for one in again] == [0, 0, 0]
    assert world.names("poverty.0") == before


def test_an_empty_ledger_has_no_day_to_close(world: World) -> None:
    result = world.close(day(2, 1))

    assert (result.count, result.closed_to) == (0, None)


def test_too_many_days_at_once_are_refused(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.close(date(2026, 1, 1), first=date(2015, 1, 1))

    assert refused.value.code == "ledger.close_range"


def test_the_number_of_a_working_day_heeds_holidays_and_make_up_days(world: World) -> None:
    world.close(day(10, 2), first=day(9, 28))

    numbers = [one.workday_no for one in world.consumer().closed["poverty.0"]]
    assert [number - numbers[0] for number in numbers] == [0, 1, 1, 1, 2]


def test_coverage_says_what_has_come_and_what_is_expected(world: World) -> None:
    world.post("quota", {"key": "Q1"}, {"key": "Q2", "division_code": NEIGHBOUR})
    with world.database.transaction() as connection:
        note_coverage(connection, [("payment", COUNTY, day(7, 5)), ("list", PROVINCE, day(7, 1))])
        note_coverage(connection, [("payment", COUNTY, day(7, 4))])

    world.close(day(2, 1))

    (told,) = world.consumer().closed["poverty.0"]
    assert [(one.source, one.division_code, one.expected, one.covered_to) for one in told.coverage] == [
        ("list", PROVINCE, True, "2018-07-01"),
        ("payment", COUNTY, True, "2018-07-05"),
        ("payment", NEIGHBOUR, True, ""),
    ]


def test_states_are_told_when_they_change_and_not_again(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1", "effective_on": day(2, 3)}, {"key": "P2", "effective_on": day(2, 5)})
    world.close(day(2, 6))

    rows = world.consumer().states["quota_days"]["Q1"]

    assert {from_day: (row["paid_fen"], row["unpaid_fen"]) for from_day, row in rows.items()} == {
        day(2, 1): (0, 1_000_000),
        day(2, 3): (10_000, 990_000),
        day(2, 5): (20_000, 980_000),
    }
    progress = world.consumer().states["progress_days"][f"{COUNTY}:C22:2018"]
    assert [row["paid_fen"] for row in progress.values()] == [0, 10_000, 20_000]
    assert [row["total_fen"] for row in progress.values()] == [1_000_000] * 3


def test_a_late_payment_says_at_once_that_states_changed_and_with_the_next_day_how(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1", "effective_on": day(2, 5)})
    world.close(day(2, 6))

    world.pay({"key": "P2", "effective_on": day(2, 3)})
    restated = world.consumer().restated
    world.close(day(2, 7))

    told = world.consumer()
    assert restated == [
        ("progress_day", f"{COUNTY}:C22:2018", "2018-02-03"),
        ("quota_day", "Q1", "2018-02-03"),
    ]
    paid = {number: told.state_on("quota_days", "Q1", day(2, number)) for number in range(1, 8)}
    assert [row and row["paid_fen"] for row in paid.values()] == [
        0,
        0,
        10_000,
        10_000,
        20_000,
        20_000,
        20_000,
    ]
    assert world.scalar("SELECT count(*) FROM restated") == 0


def test_a_state_that_no_longer_changes_anything_is_told_again(world: World) -> None:
    world.post("quota", {"key": "Q2"})
    world.pay({"key": "P1", "effective_on": day(2, 3)})
    world.close(day(2, 4))

    world.post("quota", {"key": "Q1"})
    world.close(day(2, 5))

    told = world.consumer()
    assert told.states["quota_days"]["Q2"][day(2, 3)]["paid_fen"] == 0
    assert told.states["quota_days"]["Q1"][day(2, 3)]["paid_fen"] == 10_000


def test_a_quota_that_comes_late_is_told_from_its_own_day_on(world: World) -> None:
    world.close(day(2, 6), first=day(2, 1))

    world.post("quota", {"key": "Q1", "effective_on": day(2, 4)})
    world.close(day(2, 7))

    assert ("quota_day", "Q1", "2018-02-04") in world.consumer().restated
    assert list(world.consumer().states["quota_days"]["Q1"]) == [day(2, 4)]


def test_a_payment_on_an_open_day_restates_nothing(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.close(day(2, 6))

    world.pay({"key": "P1", "effective_on": day(2, 7)})

    assert world.consumer().restated == []


def test_many_days_close_with_what_is_posted_between_them(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay(*({"key": f"P{number}", "effective_on": day(number, 9)} for number in range(2, 6)))
    world.close(day(5, 20))

    told = world.consumer()

    paid = [told.state_on("quota_days", "Q1", day(month, 9)) for month in range(2, 6)]
    assert [row and row["paid_fen"] for row in paid] == [10_000, 20_000, 30_000, 40_000]
    assert len(told.closed["poverty.0"]) == 109
