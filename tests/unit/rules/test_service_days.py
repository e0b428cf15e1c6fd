"""Days that close: states expanded, first days found, uncovered divisions accused of nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.rules.service_world import DIVISION, World, closed, restated

Make = Callable[..., World]
IDLE = "common.idle-over-one-year"
BEHIND = "common.progress-behind-schedule"
JUNE_30 = date(2018, 6, 30)
RECEIVED = date(2017, 7, 1)


def quota(key: str, from_day: date, unpaid: int, received: date = RECEIVED) -> dict[str, Any]:
    """The state of a quota from a day on."""
    return {"key": key, "from_day": from_day, "received_on": received, "unpaid_fen": unpaid}


def progress(from_day: date, paid: int, key: str = "630121:C22:2018") -> dict[str, Any]:
    """The progress of a division from a day on, of 100,000 fen."""
    return {"key": key, "from_day": from_day, "paid_fen": paid}


def test_a_quota_is_idle_on_its_first_day_of_the_second_year_and_once(world: Make) -> None:
    here = world()
    here.tell(closed(JUNE_30, first=True, quota_days=[quota("Q1", RECEIVED, 70)]))
    assert here.standing() == set()

    here.tell(closed(date(2018, 7, 1)))
    here.tell(closed(date(2018, 7, 2)))

    assert here.standing(IDLE) == {(IDLE, "Q1", "once", 70)}
    assert here.warnings()[0]["day"] == date(2018, 7, 1)
    assert here.warnings()[0]["revision"] == 1


def test_what_is_paid_out_in_time_is_not_idle(world: Make) -> None:
    here = world()
    here.tell(closed(JUNE_30, first=True, quota_days=[quota("Q1", RECEIVED, 70)]))

    here.tell(closed(date(2018, 7, 1), quota_days=[quota("Q1", date(2018, 7, 1), 0)]))
    here.tell(closed(date(2018, 7, 2)))

    assert here.standing() == set()


def test_days_that_were_skipped_are_expanded(world: Make) -> None:
    here = world()
    here.tell(closed(date(2018, 6, 28), first=True, progress_days=[progress(date(2018, 3, 1), 0)]))
    later = closed(date(2018, 7, 2))
    later.previous_day = "2018-06-28"

    here.tell(later)

    assert {row[2] for row in here.standing(BEHIND)} == {"2018-06"}


def test_an_uncovered_division_is_accused_of_nothing_and_counted(world: Make) -> None:
    here = world()
    stale = {DIVISION: JUNE_30 - timedelta(days=11)}

    here.tell(closed(JUNE_30, first=True, progress_days=[progress(date(2018, 3, 1), 0)], covered=stale))

    assert here.standing() == set()
    assert here.scalar(f"SELECT cannot_judge FROM rule_counter WHERE rule_id = '{BEHIND}'") == 1


def test_ten_days_of_grace_are_covered(world: Make) -> None:
    here = world()
    grace = {DIVISION: JUNE_30 - timedelta(days=10)}

    here.tell(closed(JUNE_30, first=True, progress_days=[progress(date(2018, 3, 1), 0)], covered=grace))

    assert len(here.standing(BEHIND)) == 1


def test_a_restated_state_retracts_the_verdict_of_a_closed_day(world: Make) -> None:
    here = world()
    key = "630121:C22:2018"
    here.tell(closed(JUNE_30, first=True, progress_days=[progress(date(2018, 3, 1), 0)]))
    assert len(here.standing(BEHIND)) == 1

    here.tell(restated("progress_day", key, date(2018, 6, 20)))
    here.tell(closed(date(2018, 7, 1), progress_days=[progress(date(2018, 6, 20), 60_000)]))

    assert here.standing() == set()


def test_a_standing_verdict_waits_until_the_restated_division_is_covered_again(world: Make) -> None:
    here = world()
    here.tell(closed(JUNE_30, first=True, progress_days=[progress(date(2018, 3, 1), 0)]))
    later = [progress(date(2018, 6, 20), 60_000)]
    here.tell(closed(date(2018, 7, 1), progress_days=later, covered={DIVISION: None}))
    waiting = here.standing(BEHIND)

    here.tell(closed(date(2018, 7, 2)))

    assert len(waiting) == 1
    assert here.standing() == set()


FIRST = date(2018, 5, 25)
DAYS = 45
changes = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),  # the day that the change holds from
        st.integers(0, 20),  # days until the ledger tells of it
        st.integers(0, 100_000),  # what is paid from then on
    ),
    min_size=1,
    max_size=8,
)


def behind(paid: int, day: date) -> bool:
    """The rule, written by hand."""
    is_month_end = (day + timedelta(days=1)).month != day.month
    return is_month_end and day.month >= 6 and paid * 120 < 100_000 * (10 * day.month - 12)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_verdicts_of_days_are_those_of_the_states_as_finally_known(
    world: Make, told: list[tuple[int, int, int]]
) -> None:
    here = world()
    by_day: dict[int, list[tuple[int, int]]] = {}
    final = {0: 0}
    for from_day, delay, paid in sorted(told, key=lambda change: change[0] + change[1]):
        by_day.setdefault(min(from_day + delay, DAYS - 1), []).append((from_day, paid))
        final[from_day] = paid
    for number in range(DAYS):
        rows = [progress(FIRST, 0)] if number == 0 else []
        rows += [
            progress(FIRST + timedelta(days=d), paid) for d, paid in dict(by_day.get(number, [])).items()
        ]
        unique = {row["from_day"]: row for row in rows}
        here.tell(
            closed(FIRST + timedelta(days=number), first=number == 0, progress_days=list(unique.values()))
        )
    expected = set()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        paid = final[max(d for d in final if d <= number)]
        if behind(paid, day):
            expected.add(f"{day:%Y-%m}")

    assert {row[2] for row in here.standing(BEHIND)} == expected
