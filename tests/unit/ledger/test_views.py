"""Views over their service: what a row says, what is behind the schedule, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from mingzhang.ledger.v1 import views_pb2 as pb

from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.errors import InvalidInput, MingzhangError, NotAllowed
from services.kit.rpc.context import acting_as
from services.ledger.domain.views import Share, Sums, age_of, basis_points, schedule_share
from services.ledger.rpc.views import Views, ViewServicer
from services.ledger.storage import MonthFolds, ViewTables, shipped_indicators
from services.ledger.storage.folds import cover
from tests.unit.ledger.chains import CENTRAL, OF_XINING
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World
from tests.unit.notify.builders import ManualClock

CONTEXT: Any = None
TODAY = date(2018, 12, 1)
LIMIT = 100


@pytest.fixture
def servicer(chain: World) -> ViewServicer:
    """The views of central money over four levels, on a day of 2018."""
    return over(chain)


def over(world: World) -> ViewServicer:
    clock = ManualClock(datetime(2018, 12, 1, 4, tzinfo=UTC))
    return ViewServicer(Views(ViewTables(world.database), shipped_indicators(), clock))


def of(division: str, *funds: str) -> Caller:
    return Caller("officer", (FINANCE_OFFICER,), Scope(division, funds))


def view(servicer: ViewServicer, *dimensions: str, by: str = PROVINCE, **asked: Any) -> pb.GetViewResponse:
    asked.setdefault("limit", LIMIT)
    with acting_as(of(by)):
        return servicer.GetView(pb.GetViewRequest(dimensions=dimensions, **asked), CONTEXT)


def refused(servicer: ViewServicer, *dimensions: str, **asked: Any) -> str:
    with pytest.raises(MingzhangError) as refusal:
        view(servicer, *dimensions, **asked)
    return refusal.value.code


def test_the_province_counts_central_money_once(servicer: ViewServicer) -> None:
    """By division each has what it received; in all there is what came in from outside."""
    found = view(servicer, "division")
    rows = {row.names[0]: row for row in found.rows}

    assert {name: row.total_fen for name, row in rows.items()} == {
        PROVINCE: 900_000,
        PREFECTURE: 600_000,
        COUNTY: 300_000,
        NEIGHBOUR: 200_000,
        FAR_COUNTY: 255_000,
    }
    assert (rows[PROVINCE].issued_fen, rows[PREFECTURE].issued_fen) == (850_000, 500_000)
    assert (found.total.total_fen, found.total.issued_fen) == (905_000, 0)
    assert found.total.paid_fen == sum(row.paid_fen for row in rows.values())
    assert (found.height, found.as_of, found.schedule_on) == (4, "", "2018-12-01")


def test_a_row_says_what_was_distributed_paid_and_parked(servicer: ViewServicer) -> None:
    county = next(row for row in view(servicer, "division").rows if row.names[0] == COUNTY)

    assert (county.allotted_fen, county.undistributed_fen, county.distribution_bp) == (
        127_000,
        173_000,
        4_233,
    )
    assert (county.paid_fen, county.progress_bp, county.suspense_fen) == (45_000, 1_500, 10_000)
    assert (county.drawn_fen, county.allotted_unpaid_fen) == (35_000, 92_000)
    assert county.schedule_bp == basis_points(335, 365)
    assert county.behind_bp == county.schedule_bp - 1_500
    assert county.behind_fen == (2 * 300_000 * 335 + 365) // (2 * 365) - 45_000


def test_a_day_before_a_payment_does_not_know_it_and_a_height_before_it_neither(
    servicer: ViewServicer, chain: World
) -> None:
    """P2 is of 9 July; all payments came with the fourth block."""
    MonthFolds(chain.database, ManualClock(), 1, 2).fold()
    before, on = (view(servicer, "fund", as_of=day).total.paid_fen for day in ("2018-07-08", "2018-07-09"))
    known = view(servicer, "fund", known_at="3")

    assert (before, on) == (41_000, 46_000)
    assert (known.total.paid_fen, known.total.allotted_fen, known.height) == (0, 127_000, 3)


def test_what_was_known_is_asked_by_day_moment_or_height(servicer: ViewServicer, chain: World) -> None:
    """A day means its end in China, and before the first block nothing was known."""
    chain.tamper("UPDATE block SET recorded_at_us = height * 86400000000")
    by_day = view(servicer, "fund", known_at="1970-01-02")
    by_moment = view(servicer, "fund", known_at="1970-01-03T00:00:00+00:00")
    nothing = view(servicer, "fund", known_at="0")

    assert [found.height for found in (by_day, by_moment, nothing)] == [1, 2, 0]
    assert (len(nothing.rows), nothing.total.total_fen) == (0, 0)
    assert len(by_day.head_hash) == 64


def test_rows_are_by_any_dimensions_and_page_by_page(servicer: ViewServicer) -> None:
    """Every page has the total of all; a page ends where the next one begins."""
    first = view(servicer, "document", "division", limit=4)
    second = view(servicer, "document", "division", limit=4, page_token=first.next_page_token)
    names = [tuple(row.names) for row in [*first.rows, *second.rows]]

    assert names == sorted(names)
    assert (CENTRAL, PROVINCE) in names
    assert (OF_XINING, NEIGHBOUR) in names
    assert (len(first.rows), second.next_page_token) == (4, "")
    assert first.total == second.total


def test_months_are_of_the_movement_and_projects_of_allotments(servicer: ViewServicer) -> None:
    months = {row.names[0]: row.paid_fen for row in view(servicer, "month").rows}
    projects = {row.names[0]: (row.allotted_fen, row.drawn_fen) for row in view(servicer, "project").rows}

    assert months == {"2018-02": 0, "2018-03": 0, "2018-07": 46_000}
    assert projects == {"X1": (120_000, 35_000), "X9": (7_000, 0)}


def test_a_scope_and_a_filter_narrow_a_view(servicer: ViewServicer) -> None:
    """A county sees its own; money from above is received there, not inside."""
    own = view(servicer, "level", by=COUNTY)
    only = view(servicer, "division", filter=pb.ViewFilter(division_code=PREFECTURE, only_here=True))
    level = view(servicer, "division", filter=pb.ViewFilter(level="county", fiscal_year=2018))

    assert [(list(row.names), row.received_fen) for row in own.rows] == [(["county"], 300_000)]
    assert own.total.total_fen == 300_000
    assert [list(row.names) for row in only.rows] == [[PREFECTURE]]
    assert [row.names[0] for row in level.rows] == [COUNTY, NEIGHBOUR, FAR_COUNTY]
    with pytest.raises(NotAllowed):
        view(servicer, "fund", by=COUNTY, filter=pb.ViewFilter(division_code=PROVINCE))


def test_a_scope_of_funds_sees_no_suspense(servicer: ViewServicer) -> None:
    with acting_as(of(PROVINCE, "C22")):
        found = servicer.GetView(pb.GetViewRequest(dimensions=["category"], limit=5), CONTEXT)

    assert ([list(row.names) for row in found.rows], found.total.suspense_fen) == ([["poverty"]], 0)


@pytest.mark.parametrize(
    ("dimensions", "asked", "code"),
    [
        (("fund",), {"as_of": "2018-12-02"}, "ledger.future_day"),
        (("fund",), {"as_of": "2018-2-3"}, "ledger.day"),
        (("fund",), {"as_of": "20180203"}, "ledger.day"),
        (("fund",), {"known_at": "2018-12-02"}, "ledger.future_day"),
        (("fund",), {"known_at": "yesterday"}, "ledger.known_at"),
        (("fund",), {"known_at": "9999-12-31T23:59:59-10:00"}, "ledger.known_at"),
        (("fund",), {"known_at": "5"}, "ledger.height"),
        (("colour",), {}, "ledger.dimension"),
        ((), {}, "ledger.dimensions"),
        (("fund", "fund"), {}, "ledger.dimensions"),
        (("fund", "year", "level", "month"), {}, "ledger.dimensions"),
        (("fund",), {"limit": 0}, "ledger.view_limit"),
        (("fund",), {"limit": 10_001}, "ledger.view_limit"),
        (("fund",), {"page_token": "-1"}, "ledger.page_token"),
        (("fund",), {"schedule_bp": [1, 2]}, "ledger.schedule"),
        (("fund",), {"filter": pb.ViewFilter(document_number="\x00")}, "ledger.unstorable_text"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(
    servicer: ViewServicer, dimensions: tuple[str, ...], asked: dict[str, Any], code: str
) -> None:
    assert refused(servicer, *dimensions, **asked) == code


def test_a_schedule_grows_by_days_and_by_the_months_that_are_set() -> None:
    quarters = [0, 0, 3_000, 3_000, 3_000, 6_000, 6_000, 6_000, 9_000, 9_000, 9_000, 10_000]

    assert schedule_share(date(2020, 12, 31)) == Share(366, 366)
    assert schedule_share(date(2018, 1, 1)) == Share(1, 365)
    assert basis_points(*vars(schedule_share(date(2018, 3, 31), quarters)).values()) == 3_000
    assert basis_points(*vars(schedule_share(date(2018, 6, 10), quarters)).values()) == 4_000
    assert schedule_share(date(2018, 12, 31), quarters) == Share(10_000 * 31, 10_000 * 31)
    with pytest.raises(InvalidInput):
        schedule_share(date(2018, 1, 1), [*quarters[:-1], 8_000])


def test_money_of_years_that_are_over_is_due_whole_and_that_of_years_to_come_not_yet() -> None:
    sums = Sums(stays_past_fen=700, stays_now_fen=301, paid_fen=100)

    assert sums.due_fen(Share(1, 2)) == 700 + 151


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (89, "below_90_days"),
        (90, "below_1_year"),
        (364, "below_1_year"),
        (365, "below_2_years"),
        (730, "above"),
    ],
)
def test_an_age_begins_on_its_day(days: int, age: str) -> None:
    assert age_of(TODAY - timedelta(days=days), TODAY) == age


def test_a_stretch_is_folded_when_it_is_long_or_old(chain: World) -> None:
    """Four blocks are neither; a day later they are."""
    now = datetime.fromtimestamp(chain.scalar("SELECT min(recorded_at_us) FROM block") / 1_000_000, UTC)
    young = MonthFolds(chain.database, ManualClock(now), 10_000).fold()
    old = MonthFolds(chain.database, ManualClock(now + timedelta(days=1, seconds=1)), 10_000).fold()

    assert (young, old) == (0, 1)
    assert chain.rows("SELECT after_height, last_height, level FROM fold") == [(0, 4, 0)]


def test_stretches_become_longer_ones_and_the_fewest_are_read(chain: World) -> None:
    """Four blocks are four stretches, two of two, and one of four; what was known at three is two of them."""
    MonthFolds(chain.database, ManualClock(), 1, 2).fold()
    with chain.database.reading() as connection:
        covers = [cover(connection, height) for height in range(5)]

    assert chain.rows("SELECT after_height, last_height FROM fold WHERE level = 2") == [(0, 4)]
    assert [(len(ids), end) for ids, end in covers] == [(0, 0), (1, 1), (1, 2), (2, 3), (1, 4)]
